"""Road sections in a description: what is wrong is found, each fault with its place."""

from typing import Any

import pytest

from emscher.city import read
from emscher.section import section_faults

PART: dict[str, Any] = {"site": "a", "bearing_deg": 90, "length_m": 100.0, "free_speed_kmh": 50}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"site": "b"}, "'b'"),
        ({"length_m": 0}, "0 m"),
        ({"length_m": "long"}, "length_m"),
        ({"bearing_deg": 360}, "360"),
        ({"free_speed_kmh": -1}, "-1 km/h"),
        ({"lenght_m": 1}, "lenght_m"),
    ],
)
def test_fault_of_a_part_is_found_where_it_stands(change: dict[str, object], word: str) -> None:
    """Each wrong property of a part gives one fault with its path."""
    ((where, what),) = section_faults({"sections": [{"parts": [PART, {**PART, **change}]}]}, {"a"})
    assert where == ("sections", 0, "parts", 1)
    assert word in what


@pytest.mark.parametrize("sections", ["east", [3], [{}], [{"parts": []}]])
def test_sections_without_parts_are_a_fault(sections: object) -> None:
    """What is no list of objects with parts is one fault."""
    assert len(list(section_faults({"sections": sections}, {"a"}))) == 1


def test_the_shipped_city_has_sound_sections() -> None:
    """Dortmund has sections, and none has a fault."""
    city = read("dortmund")
    keys = {site.key for site in city.sites}
    assert [site.key for site in city.sites if "sections" in site.metadata] == ["wall-east"]
    assert not [fault for site in city.sites for fault in section_faults(site.metadata, keys)]
