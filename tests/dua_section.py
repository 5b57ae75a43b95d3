"""Comparison of cross-sections, measured and virtual, with tables of the German traffic centres."""

from dataclasses import replace

import numpy as np
from dua_analysis import CLASSES, COUNTS, RESULTS, SPEEDS, parameters, results, right_in, seen
from dua_table import Table

from processing.kernels.aggregation import across, aggregate
from processing.kernels.analysis import DesignParameters, analyse, hourly
from processing.kernels.congestion import DENSE, FREE, JAM, LIVELY, NO_STATEMENT, SLOW, Limits, states
from processing.kernels.cross_section import cross_section, virtual
from processing.kernels.group import Floats, Ints
from processing.kernels.measured import (
    EITHER,
    NOT_DETERMINABLE,
    Bools,
    Measured,
    decode,
    joined,
    rounded,
    stacked,
)
from processing.kernels.section_density import density, design_density
from processing.kernels.trend import Smoothing, smooth

STATES = {
    "keine Aussage": NO_STATEMENT,
    "freier Verkehr": FREE,
    "lebhafter Verkehr": LIVELY,
    "dichter Verkehr": DENSE,
    "zähfließender Verkehr": SLOW,
    "Stau": JAM,
}
SHARES = {
    "DUA81-1a": ((1, 1), 0),
    "DUA81-1b": ((1, 1, -1), 0),
    "DUA81-2a": ((1, -1), 0),
    "DUA81-2b": ((1, -1), 0),
    "DUA81-3a": ((1, 1), 0),
    "DUA81-3b": ((1, 1, -1), 0),
    "DUA82-1": ((1, 1), None),
    "DUA82-2": ((1, -1), None),
    "DUA82-3": ((0.9, 0.7, -0.3), None),
    "DUA83-1": ((1, 1), 1),
    "DUA83-2": ((1, -1), 0),
    "DUA83-3": ((0.9, 0.7, -0.3), 1),
}
"""What each cross-section adds, and whose speed is taken: configuration of the test, which the tables do not show."""

SMOOTHING = Smoothing(*(np.array([one]) for one in (95.0, 0.21, 0.25, 0.22, 0.24)))
"""Parameters of DUA36.37; a cross-section's flow starts with 95, as configured by mistake where the table was made."""


def section(table: Table) -> tuple[Bools, Ints]:
    """Lanes of a cross-section in the rows of a case; lanes of different interval give nothing."""
    group, starts = table.cases
    counts, means = (table.measured(names, 0, graded=True) for names in (COUNTS, SPEEDS))
    length = table.numbers("T", 0)
    unlike = np.array([len(set(length[group == case].tolist())) > 1 for case in range(len(starts))])
    counts = replace(
        counts,
        number=np.where(unlike[group], np.nan, counts.number),
        status=np.where(unlike[group], EITHER, counts.status),
    )
    lanes = np.bincount(group)
    pairs = [cross_section(group, len(starts), counts[number], means[number], lanes) for number in range(3)]
    flow, speed = stacked([each for each, _ in pairs]), stacked([each for _, each in pairs])
    right = np.ones(len(starts), np.bool_)
    for number in range(3):
        right &= right_in(table, seen(table, COUNTS[number]), 0, flow[number], starts)
        right &= right_in(table, seen(table, SPEEDS[number]), 0, speed[number], starts)
    for title, found in zip(RESULTS, _chained(table, counts, means, flow, speed), strict=True):
        right &= right_in(table, seen(table, title), 0, found, starts)
    return right, starts


def _chained(table: Table, counts: Measured, means: Measured, flow: Measured, speed: Measured) -> list[Measured]:
    """Analyse cross-sections one after the other: while nothing moves the density before counts, if any was before."""
    limits, (group, starts) = parameters(table), table.cases
    nothing = decode(np.array([-1.0]))
    before, design_before = [nothing] * 3, nothing
    steps = []
    for case in range(flow.number.shape[1]):
        one = np.array([case])
        if table.parted[starts[case]]:
            before, design_before = [nothing] * 3, nothing
        (rows,) = np.nonzero(group == case)
        found = analyse(flow[:, one], speed[:, one], limits, np.full((3, 1), np.nan), np.full(1, np.nan))
        same = np.zeros(len(rows), np.int64)
        before = [
            density(
                same,
                1,
                counts[number, rows],
                means[number, rows],
                before[number],
                limits.density_limit_veh_km[number],
                limits.greatest_density_veh_km[number],
            )
            for number in range(len(CLASSES))
        ]
        design_before = design_density(
            found.design_flow_pcu_h,
            speed[0, one],
            design_before,
            limits.design_density_limit_pcu_km,
            limits.greatest_design_density_pcu_km,
        )
        steps.append([found.heavy_share_pct, *before, found.design_flow_pcu_h, design_before])
    return [joined([step[number] for step in steps]) for number in range(len(RESULTS))]


def aggregated(table: Table) -> tuple[Bools, Ints]:
    """Intervals to a longer one, whose length may be in seconds or minutes, or lanes to a cross-section."""
    group, starts = table.cases
    interval_s = table.numbers("T", 0) * table.seconds(0)
    expected_s = table.numbers("T", 1)[starts] * table.seconds(1)
    there = ~np.isnan(interval_s)
    counts, means = (table.measured(names, 0, graded=True) for names in (COUNTS, SPEEDS))
    lanes = "MQ" in table.name and "VMQ" not in table.name
    at = group[there]

    def together(number: int) -> tuple[Measured, Measured]:
        flow, speed = counts[number, there], means[number, there]
        if lanes:
            return across(at, len(starts), flow, speed, np.bincount(group).astype(np.float64))
        return aggregate(at, len(starts), interval_s[there], flow, speed, expected_s)

    pairs = [together(number) for number in range(3)]
    return _compared(table, pairs, parameters(table), starts, analysed=True)


def virtually(table: Table) -> tuple[Bools, Ints]:
    """Cross-sections in the rows of a case give another; densities have no cap, and without a speed there are none."""
    shares, whose = SHARES[table.name]
    _, starts = table.cases
    counts, means = (table.measured(names, 0, graded=True) for names in (COUNTS, SPEEDS))
    silent = decode(np.full(len(starts), -float(NOT_DETERMINABLE)))
    pairs = [
        virtual(
            stacked([counts[number, starts + part] for part in range(len(shares))]),
            np.array(shares, np.float64),
            silent if whose is None else means[number, starts + whose],
        )
        for number in range(3)
    ]
    uncapped = replace(
        parameters(table),
        greatest_density_veh_km=np.full((3, 1), np.inf),
        greatest_design_density_pcu_km=np.array([np.inf]),
    )
    return _compared(table, pairs, uncapped, starts, analysed=whose is not None)


def _compared(
    table: Table,
    pairs: list[tuple[Measured, Measured]],
    limits: DesignParameters,
    starts: Ints,
    *,
    analysed: bool,
) -> tuple[Bools, Ints]:
    """Compare flows and speeds by class, and what is analysed of them."""
    flow, speed = stacked([each for each, _ in pairs]), stacked([each for _, each in pairs])
    right = np.ones(len(starts), np.bool_)
    block = 1 if seen(table, COUNTS[0]) == COUNTS[0] else 0
    for number in range(3):
        right &= right_in(table, seen(table, COUNTS[number]), block, flow[number], starts)
        right &= right_in(table, seen(table, SPEEDS[number]), block, speed[number], starts)
    nothing = np.full((3, len(starts)), np.nan)
    found = results(analyse(flow, speed, limits, nothing, nothing[0]))
    silent = decode(np.full(len(starts), -float(NOT_DETERMINABLE)))
    for title, one in zip(RESULTS, found, strict=True):
        shown = one if analysed or title == "aLkw" else silent
        right &= right_in(table, seen(table, title), block, shown, starts)
    return right, starts


def state(table: Table, method: str) -> tuple[Bools, Ints]:
    """State of one lane, or of a cross-section whose lanes all say the row: its flow is smoothed, their sum."""
    lanes = 3 if table.name.startswith("DUAStRDS") else int(table.name.partition("Mq")[2] or 0)
    flow = hourly(decode(table.numbers("qKfz", 0)), table.numbers("T", 0))
    speed, smoothed = decode(table.numbers("vKfz", 0)), decode(table.numbers("vgKfz", 0))
    of_all = flow
    if lanes:
        rows = np.repeat(np.arange(len(table.rows)), lanes)
        number = np.full(len(table.rows), lanes)
        of_all, speed = cross_section(rows, len(table.rows), flow[rows], speed[rows], number)
    shown = np.where(np.isnan(smoothed.number), speed.number, smoothed.number)
    start = replace(SMOOTHING, start=SMOOTHING.start if lanes else np.array([490.0]))
    veh_h, _ = smooth(of_all.number[None], np.zeros((1, len(shown)), np.bool_), start, rounds=True)
    empty = np.isnan(smoothed.number) & (speed.status == NOT_DETERMINABLE)
    limits = Limits(*(np.array([float(one)]) for one in (71, 97, 5, 15, 25, 10, 7, 7)))
    with np.errstate(divide="ignore", invalid="ignore"):
        dense: Floats = rounded(veh_h / shown)
    found = states(dense, shown[None], empty[None], limits, np.array([NO_STATEMENT]), method)
    right: Bools = found[0] == np.array([STATES[name] for name in table.column("Situation", 0)])
    return right, np.arange(len(right))
