"""Road sections in the description of a site: parts along a road, each with the cross-section that speaks for it.

A site's property ``sections`` is a list of objects with ``parts``; a part has ``site``, ``bearing_deg`` (where its
lanes lead), ``length_m`` and, for the indices of travel time, ``free_speed_kmh``.

Its property ``virtual_sections`` is a list of objects with ``parts``, each with ``site``, ``bearing_deg`` and ``share``
(1 if not said, -1 for what leaves); ``speed_of`` is the number of the part whose speed is taken, from 1, and
``measured`` a cross-section that is measured in the same place, to be compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType, ValidationError, convert

Where = tuple[str | int, ...]


class _Part(Struct, forbid_unknown_fields=True):
    site: str
    bearing_deg: int
    length_m: float
    free_speed_kmh: float | UnsetType = UNSET
    name: str | UnsetType = UNSET


class _Member(Struct, forbid_unknown_fields=True):
    site: str
    bearing_deg: int
    share: float = 1.0


class _Virtual(Struct, forbid_unknown_fields=True):
    parts: list[_Member]
    speed_of: int | UnsetType = UNSET
    measured: _Member | UnsetType = UNSET
    name: str | UnsetType = UNSET


def virtual_faults(metadata: Mapping[str, Any], sites: Collection[str]) -> Iterator[tuple[Where, str]]:
    """Find what is wrong with the virtual cross-sections of a site; see :func:`section_faults`."""
    sections = metadata.get("virtual_sections", [])
    if not isinstance(sections, list):
        yield ("virtual_sections",), "is no list"
        return
    for number, said in enumerate(sections):
        where = ("virtual_sections", number)
        try:
            section = convert(said, _Virtual)
        except ValidationError as exc:
            yield where, str(exc)
            continue
        if not section.parts:
            yield where, "has no `parts`"
        if section.speed_of is not UNSET and not 1 <= section.speed_of <= len(section.parts):
            yield where, f"takes the speed of part {section.speed_of}, of {len(section.parts)}"
        for place, part in enumerate(section.parts):
            if part.site not in sites:
                yield (*where, "parts", place), f"names the site {part.site!r}, which is not there"
        if section.measured is not UNSET and section.measured.site not in sites:
            yield (*where, "measured"), f"compares with the site {section.measured.site!r}, which is not there"


def section_faults(metadata: Mapping[str, Any], sites: Collection[str]) -> Iterator[tuple[Where, str]]:
    """Find what is wrong with the sections of a site.

    Parameters
    ----------
    metadata : mapping
        What the description says of the site.
    sites : collection of str
        Keys of all sites.

    Yields
    ------
    where, what : tuple, str
        Path below the site's properties, and what is wrong there.
    """
    sections = metadata.get("sections", [])
    if not isinstance(sections, list):
        yield ("sections",), "is no list"
        return
    for number, section in enumerate(sections):
        parts = section.get("parts") if isinstance(section, dict) else None
        if not isinstance(parts, list) or not parts:
            yield ("sections", number), "has no list of `parts`"
            continue
        for place, said in enumerate(parts):
            for what in _part_faults(said, sites):
                yield ("sections", number, "parts", place), what


def _part_faults(said: object, sites: Collection[str]) -> Iterator[str]:
    try:
        part = convert(said, _Part)
    except ValidationError as exc:
        yield str(exc)
        return
    if part.site not in sites:
        yield f"names the site {part.site!r}, which is not there"
    if not part.length_m > 0:
        yield f"has a length of {part.length_m:g} m"
    if not 0 <= part.bearing_deg < 360:  # noqa: PLR2004 - a circle
        yield f"leads to {part.bearing_deg} degrees; bearings are 0 to 359"
    if part.free_speed_kmh is not UNSET and not part.free_speed_kmh > 0:
        yield f"has a speed of free flow of {part.free_speed_kmh:g} km/h"
