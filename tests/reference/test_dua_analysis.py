"""Analysis, aggregation and cross-sections against the tables: DUA25, DUA28, DUA26, DUA81."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dua_table import Table, read

from processing.kernels.aggregation import aggregate
from processing.kernels.analysis import Analysis, DesignParameters, accepted, analyse, hourly
from processing.kernels.cross_section import cross_section, virtual
from processing.kernels.group import Ints
from processing.kernels.measured import Bools, Measured, encode, rounded, stacked

PARAMETERS = DesignParameters(
    density_limit_veh_km=np.array([[48.0], [28.0], [48.0]]),
    greatest_density_veh_km=np.array([[68.0], [38.0], [68.0]]),
    design_density_limit_pcu_km=np.array([58.0]),
    greatest_design_density_pcu_km=np.array([77.0]),
    heavy_equivalent_pcu=np.array([2.2]),
    heavy_equivalent_pcu_per_kmh=np.array([0.02]),
)
UNCAPPED = replace(
    PARAMETERS,
    greatest_density_veh_km=np.full((3, 1), np.inf),
    greatest_design_density_pcu_km=np.array([np.inf]),
)
COUNTS, SPEEDS = ("qKfz", "qLkw", "qPkw"), ("vKfz", "vLkw", "vPkw")
RESULTS = ("aLkw", "kKfz", "kLkw", "kPkw", "qB", "kB")

pytestmark = pytest.mark.reference


def _results(found: Analysis) -> list[Measured]:
    return [
        found.heavy_share_pct,
        *(found.density_veh_km[number] for number in range(3)),
        found.design_flow_pcu_h,
        found.design_density_pcu_km,
    ]


def _right(table: Table, name: str, block: int, found: Measured, rows: Ints, *, graded: bool = True) -> Bools:
    """Whether values, and with ``graded`` also quality and mark, are those of the table."""
    right: Bools = encode(found) == table.numbers(name, block)[rows]
    if graded:
        right &= rounded(found.quality_ratio * 100) == table.quality(name, block)[rows]
        right &= found.interpolated == table.interpolated(name, block)[rows]
    return right


def _chain(flow: Measured, speed: Measured, parameters: DesignParameters) -> list[Measured]:
    """Analyse rows one after the other: a density at speed 0 depends on the row before."""
    before, design_before = np.full((3, 1), np.nan), np.full(1, np.nan)
    steps = []
    for number in range(flow.number.shape[1]):
        one = np.array([number])
        found = analyse(flow[:, one], speed[:, one], parameters, before, design_before)
        before, design_before = found.density_veh_km.number, found.design_density_pcu_km.number
        steps.append(_results(found))
    return [_joined([step[number] for step in steps]) for number in range(len(RESULTS))]


def _joined(parts: list[Measured]) -> Measured:
    return Measured(
        np.concatenate([part.number for part in parts]),
        np.concatenate([part.status for part in parts]),
        np.concatenate([part.quality_ratio for part in parts]),
        np.concatenate([part.interpolated for part in parts]),
    )


@pytest.mark.parametrize(("name", "expected"), [("DUA25", 30), ("DUA25Status", 15)])
def test_dua25_analysis_of_a_lane(recordings: Path, name: str, expected: int) -> None:
    """Every row of DUA25 comes out with values, status, quality and mark: flows, speeds, share, densities, design."""
    table = read(recordings / "dua" / f"{name}.csv")
    flow = hourly(table.measured(COUNTS, 0, graded=True), table.numbers("T", 0))
    speed = accepted(table.measured(SPEEDS, 0, graded=True))
    results = _chain(flow, speed, PARAMETERS)
    rows = np.arange(len(table.rows))
    right = np.ones(len(rows), np.bool_)
    for number, title in enumerate(COUNTS):
        right &= _right(table, title, 1, flow[number], rows)
    for number, title in enumerate(SPEEDS):
        right &= _right(table, title, 1, speed[number], rows)
    for title, found in zip(RESULTS, results, strict=True):
        right &= _right(table, title, 0, found, rows)
    assert (int(right.sum()), len(right)) == (expected, expected), [table.rows[row][:3] for row in rows[~right]]


@pytest.mark.parametrize("name", ["DUA28-FS15", "DUA28-FS60"])
def test_dua28_aggregation(recordings: Path, name: str) -> None:
    """Every case of DUA28 comes out, 15 s to 1 min and 1 to 5 min: also where nothing but -3, or nothing, was said."""
    table = read(recordings / "dua" / f"{name}.csv")
    starts = np.nonzero([bool(line) for line in table.lines])[0]
    group = np.cumsum([bool(line) for line in table.lines]) - 1
    expected_s = table.numbers("T", 1)[starts] * 60
    interval_s = table.numbers("T", 0) * (1 if name.endswith("15") else 60)
    there = ~np.isnan(interval_s)
    flows, speeds, right = [], [], np.ones(len(starts), np.bool_)
    counts, means = table.measured(COUNTS, 0, graded=True), table.measured(SPEEDS, 0, graded=True)
    for number in range(3):
        flow, speed = aggregate(
            group[there], len(starts), interval_s[there], counts[number, there], means[number, there], expected_s
        )
        right &= _right(table, COUNTS[number], 1, flow, starts) & _right(table, SPEEDS[number], 1, speed, starts)
        flows.append(flow)
        speeds.append(speed)
    nothing = np.full((3, len(starts)), np.nan)
    results = _results(analyse(stacked(flows), stacked(speeds), PARAMETERS, nothing, nothing[0]))
    for title, found in zip(RESULTS, results, strict=True):
        right &= _right(table, title, 1, found, starts)
    assert (int(right.sum()), len(right)) == (16, 16), [table.rows[row][:3] for row in starts[~right]]


def test_dua26_cross_section(recordings: Path) -> None:
    """All 27 rows of DUA26, one lane: flow and speed of the cross-section, with status, quality and mark."""
    table = read(recordings / "dua" / "DUA26-1a.csv")
    rows = np.arange(len(table.rows))
    counts, means = table.measured(COUNTS, 0, graded=True), table.measured(SPEEDS, 0, graded=True)
    right = np.ones(len(rows), np.bool_)
    for number in range(3):
        flow, speed = cross_section(rows, len(rows), counts[number], means[number], np.ones(len(rows), np.int64))
        right &= _right(table, _capital(COUNTS)[number], 0, flow, rows)
        right &= _right(table, _capital(SPEEDS)[number], 0, speed, rows)
    assert (int(right.sum()), len(right)) == (27, 27)


def test_dua26_densities(recordings: Path) -> None:
    """Share, densities and design of DUA26 come out in 22 of 27 rows, and the other 5 contradict other tables.

    22a and 22b are from before the cap of 2008. 19b to 22b want a density of 0 for a class without vehicles, and hence
    without speed, where row 17 of the same table, and DUA25, want -1.
    """
    table = read(recordings / "dua" / "DUA26-1a.csv")
    rows = np.arange(len(table.rows))
    counts, means = table.measured(COUNTS, 0, graded=True), table.measured(SPEEDS, 0, graded=True)
    pairs = [
        cross_section(rows, len(rows), counts[number], means[number], np.ones(len(rows), np.int64))
        for number in range(3)
    ]
    results = _chain(stacked([flow for flow, _ in pairs]), stacked([speed for _, speed in pairs]), PARAMETERS)
    right = np.ones(len(rows), np.bool_)
    for title, found in zip(_capital(RESULTS), results, strict=True):
        right &= _right(table, title, 0, found, rows)
    assert (int(right.sum()), len(right)) == (22, 27)
    assert [table.lines[row] for row in rows[~right]] == ["19b", "20b", "21b", "22a", "22b"]


def test_dua81_virtual_cross_section(recordings: Path) -> None:
    """All 15 cases of DUA81 in every value, quality and mark; its densities are those from before the cap of 2008."""
    table = read(recordings / "dua" / "DUA81-1a.csv")
    starts = np.nonzero([bool(line) for line in table.lines])[0]
    counts, means = table.measured(_capital(COUNTS), 0, graded=True), table.measured(_capital(SPEEDS), 0, graded=True)
    right = np.ones(len(starts), np.bool_)
    flows, speeds = [], []
    for number in range(3):
        both = stacked([counts[number, starts], counts[number, starts + 1]])
        flow, speed = virtual(both, np.ones(2), means[number, starts])
        right &= _right(table, _capital(COUNTS)[number], 1, flow, starts)
        right &= _right(table, _capital(SPEEDS)[number], 1, speed, starts)
        flows.append(flow)
        speeds.append(speed)
    nothing = np.full((3, len(starts)), np.nan)
    results = _results(analyse(stacked(flows), stacked(speeds), UNCAPPED, nothing, nothing[0]))
    for title, found in zip(_capital(RESULTS), results, strict=True):
        right &= _right(table, title, 1, found, starts)
    assert (int(right.sum()), len(right)) == (15, 15)


def _capital(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a cross-section's values: those of a lane with a capital."""
    return tuple(name[0].upper() + name[1:] for name in names)
