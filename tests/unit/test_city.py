"""The city's description: what is read and what is refused."""

import json
from pathlib import Path

import pytest

from emscher import city
from emscher.errors import CityError

SITE: dict[str, object] = {"type": "site", "key": "j1", "kind": "junction", "name": "Wall"}
SENSOR: dict[str, object] = {"type": "sensor", "key": "j1.d1", "stream": "traffic", "site": "j1", "lane": 1}

SOURCE = {"dialect": "tts", "name": "a@t/d", "fields": {"count": {"name": "n", "factor": 2}}}


def _write(folder: Path, *properties: dict[str, object]) -> str:
    features = [
        {"type": "Feature", "properties": one, "geometry": {"type": "Point", "coordinates": [7.46, 51.51]}}
        for one in properties
    ]
    path = folder / "town.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def test_sites_and_sensors_are_read(tmp_path: Path) -> None:
    """A site and a sensor are read with their position, and what else they say is metadata."""
    described = city.read(_write(tmp_path, SITE, SENSOR))
    assert [one.key for one in described.sites] == ["j1"]
    (sensor,) = described.sensors
    assert (sensor.longitude, sensor.latitude, sensor.metadata) == (7.46, 51.51, {"lane": 1})


def test_source_of_a_sensor_is_kept(tmp_path: Path) -> None:
    """Where a sensor's readings come from is checked and stays with the sensor."""
    (sensor,) = city.read(_write(tmp_path, SITE, {**SENSOR, "source": SOURCE})).sensors
    assert sensor.metadata["source"] == SOURCE


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ((SITE, {**SENSOR, "stream": "smell"}), "names the stream 'smell'"),
        ((SITE, {**SENSOR, "site": "j2"}), "names the site 'j2'"),
        ((SITE, SITE), "stands there twice"),
        ((SITE, SENSOR, SENSOR), "stands there twice"),
        ((SITE, {**SENSOR, "source": {**SOURCE, "fields": {"speed": "v"}}}), "names the field 'speed'"),
        ((SITE, {**SENSOR, "source": [SOURCE, {**SOURCE, "constants": {"lane": 1}}]}), "names the field 'lane'"),
        ((SITE, {**SENSOR, "source": {"dialect": "tts"}}), "no description of a city"),
        (({**SITE, "key": "a b"},), "no description of a city"),
        (({"type": "river", "key": "emscher"},), "no description of a city"),
    ],
)
def test_description_that_does_not_fit_says_where(
    tmp_path: Path, properties: tuple[dict[str, object], ...], complaint: str
) -> None:
    """A description that does not fit is an error of one line that names what is wrong."""
    with pytest.raises(CityError, match=complaint) as caught:
        city.read(_write(tmp_path, *properties))
    assert "\n" not in str(caught.value)


def test_unknown_city_names_those_that_ship() -> None:
    """A name nobody knows is answered with the names there are."""
    with pytest.raises(CityError, match="dortmund"):
        city.read("atlantis")


def test_the_city_that_ships_fits() -> None:
    """Dortmund is read without complaint and has sensors of every stream."""
    assert {one.stream for one in city.read("dortmund").sensors} == {"traffic", "signal", "wlan", "energy", "workload"}
