"""Smoothing and traffic state against tables DUA36.37 and DUAStNRWFs."""

from pathlib import Path

import numpy as np
import pytest
from dua_table import read

from processing.kernels.analysis import hourly
from processing.kernels.congestion import DENSE, FREE, JAM, LIVELY, NO_STATEMENT, SLOW, Limits, states
from processing.kernels.measured import NOT_DETERMINABLE, decode, rounded
from processing.kernels.trend import Smoothing, smooth

NAMES = {
    "keine Aussage": NO_STATEMENT,
    "freier Verkehr": FREE,
    "lebhafter Verkehr": LIVELY,
    "dichter Verkehr": DENSE,
    "zähfließender Verkehr": SLOW,
    "Stau": JAM,
}

pytestmark = pytest.mark.reference


def test_dua36_smoothing_and_forecast(recordings: Path) -> None:
    """All 25 rows of DUA36.37: smoothed flow and speed, and the forecast of both."""
    table = read(recordings / "dua" / "DUA36.37.csv")
    code = np.stack([table.numbers("qKfz", 0), table.numbers("vKfz", 0)])
    held = np.stack([np.zeros(len(code[0]), np.bool_), code[0] == 0])
    parameters = Smoothing(np.array([490.0, 95.0]), *(np.array([one]) for one in (0.21, 0.25, 0.22, 0.24)))
    smoothed, forecast = smooth(np.where(code < 0, np.nan, code), held, parameters, rounds=True)
    right = np.ones(len(table.rows), np.bool_)
    for lane, name in enumerate(("qKfz", "vKfz")):
        right &= smoothed[lane] == table.numbers(f"{name}G", 0)
        right &= forecast[lane] == table.numbers(f"{name}P", 0)
    assert (int(right.sum()), len(right)) == (25, 25), np.array(table.lines)[~right]


def test_nrw_traffic_state(recordings: Path) -> None:
    """All 26 rows of DUAStNRWFs: the state of a lane; the density is taken of the flow as it is, not smoothed."""
    table = read(recordings / "dua" / "DUAStNRWFs.csv")
    flow = hourly(decode(table.numbers("qKfz", 0)), table.numbers("T", 0))
    speed, smoothed = decode(table.numbers("vKfz", 0)), decode(table.numbers("vgKfz", 0))
    shown = np.where(np.isnan(smoothed.number), speed.number, smoothed.number)
    limits = Limits(*(np.array([float(one)]) for one in (71, 97, 5, 15, 25, 10, 7, 7)))
    empty = (speed.status == NOT_DETERMINABLE)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        density = rounded(flow.number / speed.number)
    found = states(density[None], shown[None], empty, limits, np.array([NO_STATEMENT]), "nrw")
    right = found[0] == np.array([NAMES[name] for name in table.column("Situation", 0)])
    assert (int(right.sum()), len(right)) == (26, 26), np.array(table.lines)[~right]
