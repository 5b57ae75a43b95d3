"""What every family of indicators must keep; no family is named here."""

import importlib

import numpy as np
import pytest

from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.store.table import columns
from emscher.stream import SECOND_US
from processing.catalog import catalog
from processing.families import families
from processing.family import Family, Task

FAMILIES = pytest.mark.parametrize("family", families().values(), ids=lambda family: family.name)


def _task(family: Family, windows: int) -> Task:
    width_us = family.width_s * SECOND_US
    starts = np.arange(windows, dtype=np.int64) * width_us
    return Task(1, (), starts, width_us, {name: np.empty(0, dtype) for name, dtype in family.loads.items()})


@FAMILIES
async def test_table_has_the_computed_columns(family: Family, store: Settings) -> None:
    """The table has exactly the columns that are computed, and which revision they are."""
    async with await connect(store, "writer") as connection:
        found = {column.name for column in await columns(connection, family.table)}
    computed = set(family.compute(_task(family, 1)).dtype.names or ())
    assert found == computed | {"revision", "computed_at"}


@FAMILIES
async def test_roll_ups_have_the_indicators(family: Family, store: Settings) -> None:
    """Each roll-up that the family names has a sensor, a window and the indicators that can be rolled up."""
    async with await connect(store, "reader") as connection:
        for bucket in family.buckets:
            found = {column.name for column in await columns(connection, f"{family.table}_{bucket}")}
            assert {*family.key, "window_start", "simulated"} <= found
            wanted = {one.column for one in family.indicators if one.rolls_up} - {"coverage_ratio", "method"}
            assert wanted <= found


@FAMILIES
@pytest.mark.parametrize("windows", [1, 3])
def test_nothing_read_gives_nothing(family: Family, windows: int) -> None:
    """Without readings there is no indicator, and no zero either."""
    assert len(family.compute(_task(family, windows))) == 0


@FAMILIES
def test_every_indicator_is_in_its_table(family: Family) -> None:
    """Each indicator of the catalogue is computed, and has unit, names, source and status."""
    computed = set(family.compute(_task(family, 1)).dtype.names or ())
    for one in family.indicators:
        assert one.column in computed
        assert one.unit
        assert one.name_en
        assert one.name_de
        assert one.source
        assert one.status in ("verified", "unverified", "own")


def test_catalogue_names_kernels_that_exist() -> None:
    """Each indicator names a kernel function that can be imported."""
    for entry in catalog():
        module, _, function = entry.indicator.kernel.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_catalogue_says_inputs_window_and_priority() -> None:
    """Each indicator says what it is computed from, over which time, and how much it matters."""
    for entry in catalog():
        assert entry.inputs, entry.name
        assert entry.window.startswith(f"{entry.family.resolution_s} s"), entry.name
        assert entry.indicator.priority in ("must", "should", "later")


def test_names_are_unique() -> None:
    """No two indicators have the same name."""
    names = [entry.name for entry in catalog()]
    assert len(names) == len(set(names))


@FAMILIES
def test_units_agree_with_the_endings_of_names(family: Family) -> None:
    """A name's ending says its unit."""
    endings = {
        "_veh_h": "veh/h",
        "_pcu_h": "pcu/h",
        "_veh_km": "veh/km",
        "_pcu_km": "pcu/km",
        "_kmh": "km/h",
        "_pct": "%",
        "_ratio": "1",
        "_kwh": "kWh",
        "_bytes": "By",
        "_count": "1",
    }
    for one in family.indicators:
        for ending, unit in endings.items():
            if one.column.endswith(ending):
                assert one.unit == unit, one.column
