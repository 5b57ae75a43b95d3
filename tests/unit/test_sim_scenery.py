"""The pretend Dortmund and how it is read."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from emscher import city
from emscher.errors import CityError
from emscher.privacy import holds_identifier
from simulators import scenery


def test_dortmund_has_the_sensors_it_promises() -> None:
    """Dortmund has 60 lanes, 10 controllers, 40 access points, 21 meters and 24 applications on 13 nodes."""
    found = scenery.load("dortmund")
    assert [len(part) for part in (found.lanes, found.controllers, found.access_points, found.meters)] == [
        60,
        10,
        40,
        21,
    ]
    assert len(found.applications) == 24
    assert len({one.node for one in found.applications}) == 13
    assert len({one.application for one in found.applications}) == 8


def test_every_zone_has_at_least_three_access_points() -> None:
    """No WLAN zone is so small that its figures would show single access points."""
    counted = Counter(one.site for one in scenery.load("dortmund").access_points)
    assert len(counted) == 6
    assert min(counted.values()) >= 3


def test_keys_look_like_no_device_address() -> None:
    """No key of the city could be taken for an address of a device."""
    read = city.read("dortmund")
    for place in (*read.sites, *read.sensors):
        assert not holds_identifier(f'"{place.key}"'.encode())
        assert not re.search(r"[0-9a-f]{12}", place.key)


def test_applications_stand_where_their_node_is_metered() -> None:
    """Every application is at the site of its node's meter, and node and meter agree on the cores."""
    found = scenery.load("dortmund")
    meters = {one.node: one for one in found.meters if one.measurement_point == "it_input"}
    for node in meters:
        assert sum(one.feed_ratio for one in found.meters if one.node == node) == 1
    for one in found.applications:
        assert (meters[one.node].site, meters[one.node].cores) == (one.site, one.cores)


def test_lanes_name_a_signal_group_of_their_junction() -> None:
    """Every lane is released by a signal group that the controller of its junction has."""
    read = city.read("dortmund")
    groups = {one.site: one.metadata["signal_groups"] for one in read.sensors if one.stream == "signal"}
    assert all(one.metadata["signal_group"] in groups[one.site] for one in read.sensors if one.stream == "traffic")


def test_a_sensor_without_its_parameters_is_named(tmp_path: Path) -> None:
    """A lane without a free speed is a CityError that names the lane and the parameter."""
    point = {"type": "Point", "coordinates": [7.4, 51.5]}

    def feature(**properties: str) -> dict[str, Any]:
        return {"type": "Feature", "geometry": point, "properties": properties}

    site = feature(type="site", key="j", kind="junction", name="J")
    lane = feature(type="sensor", key="j.d01", stream="traffic", site="j", tide="morning")
    path = tmp_path / "city.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [site, lane]}))
    with pytest.raises(CityError, match=r"j\.d01.*free_speed_kmh"):
        scenery.load(str(path))
