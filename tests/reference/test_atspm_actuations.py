"""Actuations and terminations of three signals against the tables another program made of them."""

from pathlib import Path

import numpy as np
import pytest
from fix_signals import DETECTOR_ON, QUARTER_US, Log, read

from processing.kernels.actuation import actuation_counts
from processing.kernels.number import numbered
from processing.kernels.termination import FORCE_OFF, GAP_OUT, MAX_OUT, terminations

pytestmark = pytest.mark.reference


def test_actuations_equal_the_expected_table(three_signals: Log, expected: Path) -> None:
    """All 1,235 rows of detector and quarter hour are equal, and nothing else was counted."""
    log = three_signals
    on = log.code == DETECTOR_ON
    number, controller_of, detector_of = numbered(log.controller[on], log.parameter[on])
    window = (log.time_us[on] - log.time_us.min()) // QUARTER_US
    counts = actuation_counts(number, window, np.ones(on.sum(), np.bool_), len(controller_of), 12)
    table = read(expected / "actuations.parquet")
    place = {pair: row for row, pair in enumerate(zip(controller_of.tolist(), detector_of.tolist(), strict=True))}
    row = np.array([place[pair] for pair in zip(table["DeviceId"].tolist(), table["Detector"].tolist(), strict=True)])
    column = (table["TimeStamp"].astype(np.int64) - log.time_us.min()) // QUARTER_US
    found = counts[row, column]
    assert ((found == table["Total"]).sum(), len(found)) == (1_235, 1_235)
    assert counts.sum() == found.sum() == 103_363


def test_terminations_equal_the_expected_table(three_signals: Log, expected: Path) -> None:
    """All 334 counts of gap-out, max-out and force-off by phase and quarter hour are equal, and all others are 0."""
    log = three_signals
    ends = np.isin(log.code, (GAP_OUT, MAX_OUT, FORCE_OFF))
    number, controller_of, phase_of = numbered(log.controller[ends], log.parameter[ends])
    window = (log.time_us[ends] - log.time_us.min()) // QUARTER_US
    found = terminations(number * 12 + window, 12 * len(controller_of), log.code[ends])
    counts = {"GapOut": found.gap_out_count, "MaxOut": found.max_out_count, "ForceOff": found.force_off_count}
    place = {pair: row for row, pair in enumerate(zip(controller_of.tolist(), phase_of.tolist(), strict=True))}
    table = read(expected / "terminations.parquet")
    columns = ("TimeStamp", "DeviceId", "Phase", "PerformanceMeasure", "Total")
    equal = 0
    for time_us, device, phase, kind, total in zip(*(table[name].tolist() for name in columns), strict=True):
        cell = place[device, phase] * 12 + (time_us - int(log.time_us.min())) // QUARTER_US
        equal += counts[kind][cell] == total
    assert (equal, len(table["Total"])) == (334, 334)
    assert sum(count.sum() for count in counts.values()) == table["Total"].sum()
