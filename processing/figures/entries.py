"""Entries: contracts, quantities, factors and the grid's intensity, as an officer writes them into a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from emscher.errors import EntryError
from processing.figures.carbon import GRID, RESIDUAL
from processing.figures.intensity_file import Steps, steps
from processing.figures.quantity import CITY

QUANTITIES: Mapping[str, str] = {
    "renewable_kwh": "kWh",
    "reused_heat_kwh": "kWh",
    "water_m3": "m3",
    "mobile_volume_gb": "GB",
    "district_count": "1",
}
"""What can be entered, with its unit."""
OF_THE_CITY = ("mobile_volume_gb", "district_count")

Amount = Annotated[float, Meta(ge=0, le=1e15)]
Share = Annotated[float, Meta(ge=0, le=1)]
Intensity = Annotated[float, Meta(ge=0, le=5000)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Year = Annotated[int, Meta(ge=1990, le=2999)]


class ContractEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contract of supply; without a site it supplies all of them, without a last day it still does."""

    supplier: Text
    product: Text
    valid_from: date
    g_per_kwh: Intensity
    gas: Literal["CO2", "CO2e"]
    renewable_ratio: Share
    source: Text
    site: Text | None = None
    valid_to: date | None = None
    proof: str = ""


class QuantityEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity over days, from the first up to but not including the last."""

    site: Text
    name: str
    first_day: date
    last_day: date
    value: Amount
    unit: str
    source: Text


class FactorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An emission factor of one year as published in one year."""

    energy_source: str
    year: Year
    vintage: Year
    g_per_kwh: Intensity
    gas: Literal["CO2", "CO2e"]
    status: Text
    source: Text
    upstream_included: bool = False


class IntensityEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CSV file with the columns ``begin`` and ``g_per_kwh``, beside the TOML."""

    file: Text
    grid: Text
    width_s: Annotated[int, Meta(ge=60, le=3600)]
    source: Text


class Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file says; a kind that it does not name is left as it is in the store."""

    contract: list[ContractEntry] | None = None
    quantity: list[QuantityEntry] | None = None
    factor: list[FactorEntry] = []
    intensity: list[IntensityEntry] = []


def read(path: Path) -> tuple[Entries, Sequence[Steps]]:
    """Read a file and check it.

    Returns
    -------
    entries, steps : Entries, sequence of Steps
        What it says, and what the files of intensity that it names say.

    Raises
    ------
    EntryError
        It is missing or does not fit; the text says where.
    """
    try:
        entries = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Entries)
    except OSError as exc:
        raise EntryError(f"{path} cannot be read: {exc.strerror}.") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as exc:
        raise EntryError(f"{path}: {exc}.", "The example processing/figures/dortmund.toml has every field.") from exc
    for fault in (*_contracts(entries), *_quantities(entries), *_factors(entries)):
        raise EntryError(f"{path}: {fault}.")
    return entries, [steps(path.parent / one.file, one.width_s) for one in entries.intensity]


def _contracts(entries: Entries) -> Iterator[str]:
    seen: set[tuple[str | None, date]] = set()
    for number, one in enumerate(entries.contract or (), 1):
        if one.valid_to is not None and one.valid_to < one.valid_from:
            yield f"contract {number}: it ends on {one.valid_to}, before it begins on {one.valid_from}"
        if one.g_per_kwh == 0 and not one.proof:
            yield f"contract {number}: 0 g/kWh needs a proof, for instance the cancellation of guarantees of origin"
        if (one.site, one.valid_from) in seen:
            yield f"contract {number}: another one for {one.site or 'all sites'} begins on {one.valid_from} too"
        seen.add((one.site, one.valid_from))


def _quantities(entries: Entries) -> Iterator[str]:
    spans: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for number, one in enumerate(entries.quantity or (), 1):
        unit = QUANTITIES.get(one.name)
        if unit is None:
            yield f"quantity {number}: there is no {one.name!r}; there are {', '.join(QUANTITIES)}"
        elif one.unit != unit:
            yield f"quantity {number}: {one.name} is in {unit}, not in {one.unit}"
        if one.last_day <= one.first_day:
            yield f"quantity {number}: its last day {one.last_day} is not after its first {one.first_day}"
        if (one.site == CITY) != (one.name in OF_THE_CITY):
            where = (
                f"of the whole city: write site = {CITY!r}" if one.name in OF_THE_CITY else "of one site, not a city's"
            )
            yield f"quantity {number}: {one.name} is {where}"
        spans.setdefault((one.site, one.name), []).append((one.first_day, one.last_day, number))
    for (site, name), own in spans.items():
        for (_, until, _), (since, _, number) in pairwise(sorted(own)):
            if since < until:
                yield f"quantity {number}: {name} of {site} overlaps another one and would count twice"


def _factors(entries: Entries) -> Iterator[str]:
    for number, one in enumerate(entries.factor, 1):
        if one.energy_source not in (GRID, RESIDUAL):
            yield f"factor {number}: energy_source is {GRID!r} or {RESIDUAL!r}, not {one.energy_source!r}"
        if one.vintage < one.year:
            yield f"factor {number}: it was published in {one.vintage}, before its year {one.year}"
