"""Meters: the rules for counters and powers, with the worked cases of the page on Green IT."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.kernels.application import active_energy, idle_energy
from processing.kernels.counter import MONOTONE, RESETTABLE, WRAPPING, in_line
from processing.kernels.meter import COUNTER, MEAN_POWER, POWER, Meters, Readings, Traits, meters

NAN = float("nan")
SECOND_US = 1_000_000
UJ_PER_WH = 3.6e9


def _readings(times_s: Sequence[float], **given: Sequence[float]) -> Readings:
    n = len(times_s)

    def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array(given.get(name, [NAN] * n), np.float64)

    return Readings(
        np.zeros(n, np.int64),
        np.array(times_s, np.int64) * SECOND_US,
        np.zeros(n, np.bool_),
        np.array(given.get("estimated", [0] * n), np.bool_),
        column("counter_wh"),
        column("power_w"),
        column("mean_power_w"),
        np.array(given.get("interval_s", [0] * n), np.int64) * SECOND_US,
    )


def _found(
    read: Readings, kind: int = MONOTONE, greatest_wh: float = NAN, rated_w: float = NAN, windows: int = 1
) -> Meters:
    traits = Traits(np.array([kind]), np.array([greatest_wh]), np.array([rated_w]), np.array([3600 * SECOND_US]))
    return meters(read, traits, np.arange(windows) * 900 * SECOND_US, 900 * SECOND_US)


@pytest.mark.parametrize(
    ("before", "after", "kind", "greatest", "expected", "resets"),
    [
        (262143000000 / UJ_PER_WH, 1000000 / UJ_PER_WH, WRAPPING, 262143328850 / UJ_PER_WH, 1328850 / UJ_PER_WH, 0),
        (900, 100, WRAPPING, 1000, 200, 0),
        (482_100, 700, RESETTABLE, NAN, 700, 1),
    ],
)
def test_counters_that_begin_anew(
    before: float, after: float, kind: int, greatest: float, expected: float, resets: int
) -> None:
    """Case O4: RAPL and Kepler's test zone wrap, a power distribution unit is reset; the reset is counted."""
    found = _found(_readings([0, 600], counter_wh=[before, after]), kind, greatest)
    assert found.energy_wh[0, 0] == pytest.approx(expected, abs=1e-9)
    assert found.resets[0, 0] == resets
    assert found.backwards[0, 0] == 0


def test_wrap_beyond_the_rated_power_is_none() -> None:
    """Rule E4: 200 Wh in ten minutes need 1,200 W: plausible for a meter rated at 1,000 W, not for one at 999 W."""
    read = _readings([0, 600], counter_wh=[900, 100])
    plausible, too_much = (_found(read, WRAPPING, 1000, rated_w) for rated_w in (1000, 999))
    assert plausible.energy_wh[0, 0] == 200
    assert np.isnan(too_much.energy_wh[0, 0])
    assert too_much.backwards[0, 0] == 1
    assert too_much.covered_ratio[0, 0] == 0


@pytest.mark.parametrize("odd", [5, 1_000_000])
def test_one_reading_out_of_line_is_quarantined(odd: float) -> None:
    """Rule E2: 100, then 5 or 1,000,000, then 101 advanced by 1; the odd one is counted, no energy is made of it."""
    found = _found(_readings([0, 300, 600], counter_wh=[100, odd, 101]))
    assert found.energy_wh[0, 0] == pytest.approx(1)
    assert found.backwards[0, 0] == 1
    assert found.covered_ratio[0, 0] == pytest.approx(2 / 3)


@given(st.lists(st.floats(0, 1e6), max_size=30).map(sorted))
def test_a_counter_that_ascends_is_in_line(values: list[float]) -> None:
    """Nothing of a counter that only goes up is quarantined."""
    nothing = np.zeros(len(values), np.int64)
    assert in_line(nothing, nothing, np.array(values), nothing).all()


def test_neighbours_of_other_meters_do_not_matter() -> None:
    """A low reading between two high ones of other meters, or of long ago, is in line."""
    values, gap_us = np.array([100.0, 5.0, 101.0]), np.full(3, 10)
    assert in_line(np.array([0, 1, 2]), np.arange(3), values, gap_us).all()
    assert in_line(np.zeros(3, np.int64), np.array([0, 11, 12]), values, gap_us).all()
    assert in_line(np.zeros(3, np.int64), np.array([0, 10, 20]), values, gap_us).tolist() == [True, False, True]


def test_mean_powers_cover_their_own_intervals() -> None:
    """Means of 300 s at 120 W are 10 Wh each; a longer interval counts only where none was before; gaps stay gaps."""
    means = _readings([300, 600, 900], mean_power_w=[120, NAN, 120], interval_s=[300, 0, 300])
    found = _found(means)
    assert found.energy_wh[0, 0] == pytest.approx(20)
    assert found.covered_ratio[0, 0] == pytest.approx(2 / 3)
    assert found.method[0, 0] == MEAN_POWER
    overlapping = _found(_readings([300, 600], mean_power_w=[120, 120], interval_s=[300, 600]))
    assert overlapping.energy_wh[0, 0] == pytest.approx(20)


def test_estimated_energy_stands_apart() -> None:
    """Rule E10: what an estimated reading bounds is estimated energy, and covers nothing."""
    found = _found(_readings([0, 300, 600], counter_wh=[0, 10, 30], estimated=[0, 0, 1]))
    assert (found.energy_wh[0, 0], found.estimated_wh[0, 0]) == (10, 20)
    assert found.covered_ratio[0, 0] == pytest.approx(1 / 3)


def test_method_is_a_windows_own() -> None:
    """A window in which the counter was silent is read by power, whatever the next one has."""
    read = _readings([0, 900, 1800, 2700], counter_wh=[NAN, NAN, 500, 600], power_w=[40, 40, 40, 40])
    found = _found(read, windows=3)
    assert found.method[0].tolist() == [POWER, POWER, COUNTER]
    assert found.energy_wh[0].tolist() == [10, 10, 100]


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 50), st.booleans()), min_size=2, max_size=25),
    st.integers(0, 12),
)
def test_a_window_gets_the_same_bits_alone(rows: list[tuple[int, float, bool]], chosen: int) -> None:
    """A window with what lies within its reach gives the bits that it gives among all windows."""
    times = np.cumsum([row[0] for row in rows])
    counter = np.where([row[2] for row in rows], np.array([row[1] for row in rows]), NAN)
    read = _readings(times.tolist(), counter_wh=counter.tolist(), power_w=[row[1] for row in rows])
    traits = Traits(np.array([MONOTONE]), np.array([NAN]), np.array([NAN]), np.array([3600 * SECOND_US]))
    windows = np.arange(40) * 900 * SECOND_US
    whole = meters(read, traits, windows, 900 * SECOND_US)
    reach = (read.time_us >= windows[chosen] - 7200 * SECOND_US) & (read.time_us < windows[chosen] + 8100 * SECOND_US)
    near = replace(read, **{name: getattr(read, name)[reach] for name in Readings.__slots__})
    alone = meters(near, traits, windows[chosen : chosen + 1], 900 * SECOND_US)
    for name in Meters.__slots__:
        np.testing.assert_array_equal(getattr(alone, name)[:, 0], getattr(whole, name)[:, chosen])


def test_node_of_keplers_guide() -> None:
    """Case O6: 40 W, 25 %, 20 % are 2 W; of 60 W at a third 14.2 of 20 W active are the processes', 5.8 W nobody's."""
    _, container = active_energy(np.array([40.0]), np.array([0.25 * 0.2]), np.ones(1), np.ones(1))
    np.testing.assert_allclose(container, [2])
    used_s = np.array([100, 80, 70, 60, 200, 90, 110]) / 1000
    node_kwh = np.full(7, 60.0)
    _, active = active_energy(node_kwh, used_s, np.ones(7), np.full(7, 3.0))
    np.testing.assert_allclose(active, [2, 1.6, 1.4, 1.2, 4, 1.8, 2.2])
    assert active[1:3].sum() == pytest.approx(3)
    assert 60 / 3 - active.sum() == pytest.approx(5.8)
    idle = idle_energy(np.array([60.0, 60.0]), np.array([1 / 3, 1 / 3]), np.array([0.5, NAN]))
    np.testing.assert_allclose(idle, [20, NAN])
