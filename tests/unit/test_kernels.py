"""Kernels: worked answers from the sources, slow oracles in plain Python, and what holds for any input."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import processing.kernels
from processing.kernels.application import active_energy
from processing.kernels.counter import MONOTONE, RESETTABLE, WRAPPING, advance, split
from processing.kernels.cycle import cycles, greens
from processing.kernels.group import total
from processing.kernels.lane import lanes
from processing.kernels.meter import COUNTER, POWER, Meters, Readings, Traits, meters
from processing.kernels.zone import zones

KERNELS = sorted(Path(processing.kernels.__path__[0]).glob("*.py"))
SECOND_US = 1_000_000


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_kernels_import_numpy_and_nothing_else(path: Path) -> None:
    """A kernel knows NumPy, its fellow kernels and what types need."""
    allowed = {"__future__", "numpy", "numpy.typing", "dataclasses", "collections.abc"}
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name in allowed or name.startswith("processing.kernels.")


def _lane(*rows: tuple[float, float, float, float, float]) -> tuple[float, ...]:
    """Indicators of one lane from (interval, count, heavy, occupancy, speed)."""
    interval_s, count, heavy, occupancy, speed = np.array(rows, np.float64).T
    found = lanes(np.zeros(len(rows), np.int64), 1, interval_s, count, heavy, occupancy, speed)
    return tuple(
        float(value[0])
        for value in (
            found.flow_veh_h,
            found.heavy_share_pct,
            found.occupancy_pct,
            found.speed_kmh,
            found.density_veh_km,
            found.covered_s,
        )
    )


NAN = math.nan


def test_lane_as_dua25_row_1() -> None:
    """DUA25, T = 60 s, 12 vehicles at 97 km/h, 3 of them heavy: 720 veh/h, 25 % heavy, density 7 when rounded."""
    flow, heavy, _, speed, density, _ = _lane((60, 12, 3, 13, 97))
    assert (flow, heavy, speed, round(density)) == (720, 25, 97, 7)


def test_lane_as_dua28_first_minute() -> None:
    """DUA28: 420, 480, 660, 420 veh/h at 99, 93, 88, 100 km/h in 15 s each give 495 veh/h at 94 km/h (rounded)."""
    quarters = [
        (15.0, rate * 15 / 3600, NAN, NAN, speed) for rate, speed in ((420, 99), (480, 93), (660, 88), (420, 100))
    ]
    flow, _, _, speed, _, _ = _lane(*quarters)
    assert (round(flow, 9), round(speed)) == (495, 94)


def test_no_vehicle_has_no_speed_and_no_density_left() -> None:
    """Without a vehicle flow and density are 0, speed and heavy share are undefined."""
    flow, heavy, occupancy, speed, density, covered_s = _lane((60, 0, 0, 0, NAN))
    assert (flow, occupancy, density, covered_s) == (0, 0, 0, 60)
    assert math.isnan(heavy)
    assert math.isnan(speed)


def test_detector_that_counts_nothing_keeps_its_speed() -> None:
    """A detector that reports speed alone has a mean speed weighted by time, and no flow."""
    flow, _, _, speed, density, _ = _lane((60, NAN, NAN, NAN, 30), (180, NAN, NAN, NAN, 50))
    assert speed == 45
    assert math.isnan(flow)
    assert math.isnan(density)


def test_missing_interval_does_not_count_as_zero() -> None:
    """An interval without a count takes no part in the flow, instead of lowering it."""
    assert _lane((30, 5, 0, 10, 50), (30, NAN, NAN, NAN, NAN))[0] == 600


maybe = st.one_of(st.just(NAN), st.floats(0, 500))


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([15.0, 30.0, 60.0]), maybe, maybe), max_size=60))
def test_lane_sums_agree_with_a_slow_oracle(rows: list[tuple[int, float, float, float]]) -> None:
    """Flow and occupancy of any groups are those of a loop in plain Python."""
    group = np.array([row[0] for row in rows], np.int64)
    interval_s, count, occupancy = (np.array([row[n] for row in rows], np.float64) for n in (1, 2, 3))
    nothing = np.full(len(rows), NAN)
    found = lanes(group, 5, interval_s, count, nothing, occupancy, nothing)
    for number in range(5):
        mine = [row for row in rows if row[0] == number]
        counted = [row for row in mine if not math.isnan(row[2])]
        watched = [row for row in mine if not math.isnan(row[3])]
        flow = sum(row[2] for row in counted) * 3600 / sum(row[1] for row in counted) if counted else NAN
        share = sum(row[3] * row[1] for row in watched) / sum(row[1] for row in watched) if watched else NAN
        np.testing.assert_allclose(found.flow_veh_h[number], flow, rtol=1e-12)
        np.testing.assert_allclose(found.occupancy_pct[number], share, rtol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 9), maybe), max_size=80), st.integers(0, 9))
def test_a_group_is_the_same_alone_and_among_others(rows: list[tuple[int, float]], chosen: int) -> None:
    """A group's sum has the same bits whichever other groups are summed in the same call."""
    group = np.array([row[0] for row in rows], np.int64)
    values = np.array([row[1] for row in rows], np.float64)
    alone = total(np.zeros((group == chosen).sum(), np.int64), values[group == chosen], 1)
    assert total(group, values, 10)[chosen].tobytes() == alone[0].tobytes()


def test_group_out_of_range_is_the_callers_mistake() -> None:
    """A group number outside the range is a ValueError, as are shapes that disagree."""
    with pytest.raises(ValueError, match="group numbers"):
        total(np.array([3]), np.array([1.0]), 3)
    with pytest.raises(ValueError, match="groups for"):
        total(np.array([0]), np.array([1.0, 2.0]), 1)


@pytest.mark.parametrize(
    ("before", "after", "kind", "greatest", "expected"),
    [
        (100, 150, MONOTONE, NAN, 50),
        (150, 100, MONOTONE, NAN, NAN),
        (482.1, 0.7, RESETTABLE, NAN, 0.7),
        (900, 100, WRAPPING, 1000, 200),
        (900, 100, WRAPPING, NAN, NAN),
        (262_143_000_000, 1_000_000, WRAPPING, 262_143_328_850, 1_328_850),
    ],
)
def test_counter_advances_by_its_kind(before: float, after: float, kind: int, greatest: float, expected: float) -> None:
    """Rules E2 to E4: a step back is no value, the new value, or a wrap, as the counter's kind says."""
    found = advance(np.array([before]), np.array([after]), np.array([kind]), np.array([greatest]))
    np.testing.assert_allclose(found, [expected], rtol=1e-12)


spans = st.lists(st.tuples(st.integers(0, 8000), st.integers(1, 4000), st.floats(0, 100)), max_size=30)


@given(spans)
def test_split_loses_nothing(rows: list[tuple[int, int, float]]) -> None:
    """Over windows that cover all spans, amounts and times add up to what was split."""
    start = np.array([row[0] for row in rows], np.int64)
    end = start + np.array([row[1] for row in rows], np.int64)
    amount = np.array([row[2] for row in rows], np.float64)
    windows = np.arange(0, 13_000, 900)
    amounts, covered_us = split(start, end, amount, np.zeros(len(rows), np.int64), windows, 900)
    assert amounts.sum() == pytest.approx(amount.sum())
    assert covered_us.sum() == (end - start).sum()


@given(spans, st.integers(0, 13))
def test_split_gives_a_window_the_same_bits_alone(rows: list[tuple[int, int, float]], chosen: int) -> None:
    """A window's amount does not depend on which other windows are asked for."""
    start = np.array([row[0] for row in rows], np.int64)
    end = start + np.array([row[1] for row in rows], np.int64)
    amount = np.array([row[2] for row in rows], np.float64)
    row_of = np.zeros(len(rows), np.int64)
    among, _ = split(start, end, amount, row_of, np.arange(0, 13_000, 900), 900)
    alone, _ = split(start, end, amount, row_of, np.array([chosen * 900]), 900)
    assert among[:, chosen].tobytes() == alone[:, 0].tobytes()


def _meter(
    times_s: list[int], counter: list[float], power: list[float], windows_s: list[int], width_s: int, gap_s: int
) -> Meters:
    n = len(times_s)
    read = Readings(
        np.zeros(n, np.int64),
        np.array(times_s, np.int64) * SECOND_US,
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.array(counter, np.float64),
        np.array(power, np.float64),
        np.full(n, NAN),
        np.zeros(n, np.int64),
    )
    traits = Traits(np.array([MONOTONE]), np.array([NAN]), np.array([NAN]), np.array([gap_s * SECOND_US]))
    return meters(read, traits, np.array(windows_s, np.int64) * SECOND_US, width_s * SECOND_US)


def test_power_is_not_integrated_across_a_gap() -> None:
    """Case O3: 100, 200, 200, 100 W at 0, 600, 1800, 7200 s, longest gap 1800 s: 0.091667 kWh, a quarter covered."""
    found = _meter([0, 600, 1800, 7200], [NAN] * 4, [100, 200, 200, 100], [0], 7200, 1800)
    assert found.energy_wh[0, 0] / 1000 == pytest.approx(0.091667, abs=1e-6)
    assert found.covered_ratio[0, 0] == 0.25
    assert found.method[0, 0] == POWER


def test_counter_goes_before_power() -> None:
    """Rule E1: a meter with a counter is read by its counter, whatever its power says."""
    found = _meter([0, 900], [1000, 1100], [5, 5], [0], 900, 3600)
    assert found.energy_wh[0, 0] == 100
    assert found.method[0, 0] == COUNTER


def test_difference_is_split_at_quarter_hours() -> None:
    """Rule E7: 200 Wh between 00:10 and 00:20 are 100 Wh before the quarter hour and 100 Wh after it."""
    found = _meter([600, 1200], [0, 200], [NAN, NAN], [0, 900], 900, 3600)
    np.testing.assert_allclose(found.energy_wh, [[100, 100]])
    np.testing.assert_allclose(found.covered_ratio, [[1 / 3, 1 / 3]])


def test_counter_that_went_back_leaves_its_time_uncovered() -> None:
    """Rule E2: a monotone counter that goes back gives no energy for that step, and is not taken for zero."""
    found = _meter([0, 300, 600, 900], [100, 130, 20, 50], [NAN] * 4, [0], 900, 3600)
    assert found.energy_wh[0, 0] == 60
    assert found.covered_ratio[0, 0] == pytest.approx(2 / 3)


def test_unsorted_readings_are_the_callers_mistake() -> None:
    """Rows out of order are a ValueError."""
    with pytest.raises(ValueError, match="sorted"):
        _meter([900, 0], [1, 2], [NAN, NAN], [0], 900, 3600)


def _greens(codes: list[tuple[int, int]], signal: int = 0) -> tuple[list[int], list[float]]:
    times_us = np.array([time for time, _ in codes], np.int64) * SECOND_US
    found = greens(np.full(len(codes), signal), times_us, np.array([code for _, code in codes]), 300 * SECOND_US)
    return [int(one) // SECOND_US for one in found.cycle_us], [float(one) / SECOND_US for one in found.green_us]


def test_cycles_of_an_american_controller() -> None:
    """Begin of green 1, termination 7, yellow 8: cycles of 80 s and 90 s with 30 s and 40 s of green."""
    assert _greens([(0, 1), (30, 7), (30, 8), (80, 1), (120, 7), (170, 1)]) == ([80, 90], [30, 40])


def test_cycles_of_a_german_controller() -> None:
    """Red, red-amber, green, amber, red: the cycle runs from green to green, and green ends with amber."""
    states = [(0, 1001), (8, 1004), (9, 1003), (39, 1002), (42, 1001), (98, 1004), (99, 1003)]
    assert _greens(states) == ([90], [30])


def test_cycle_without_the_end_of_green_has_no_green() -> None:
    """A lost end of green makes that cycle's green unknown, not as long as the cycle."""
    lengths, shares = _greens([(0, 1), (80, 1), (110, 7), (160, 1)])
    assert lengths == [80, 80]
    assert math.isnan(shares[0])
    assert shares[1] == 30


def test_gap_in_the_events_is_no_cycle() -> None:
    """Two greens more than five minutes apart make no cycle."""
    assert _greens([(0, 1), (30, 7), (400, 1)]) == ([], [])


def test_mean_green_counts_only_known_greens() -> None:
    """The share of green is green over cycle time of the cycles whose green is known."""
    found = cycles(np.zeros(2, np.int64), 1, np.array([80, 90]) * SECOND_US, np.array([40.0, NAN]) * SECOND_US)
    assert (found.cycle_s[0], found.green_ratio[0], found.cycle_count[0]) == (85, 0.5, 2)


def test_zone_adds_access_points_and_averages_quarter_hours() -> None:
    """Means of access points add up within a quarter hour and average over them; their greatest bound the peak."""
    found = zones(
        slot=np.array([0, 1, 0, 1]),
        window_of_slot=np.array([0, 0]),
        n_windows=1,
        access_point=np.array([0, 0, 1, 1]),
        clients_avg=np.array([1.0, 3.0, 5.0, 7.0]),
        clients_max=np.array([2.0, 4.0, 6.0, 8.0]),
        rx_bytes=np.array([1.0, NAN, 1.0, 1.0]),
        tx_bytes=np.full(4, NAN),
        airtime_busy_pct=np.array([10.0, 20.0, NAN, 30.0]),
        power_w=np.array([8.0, 8.0, 8.0, NAN]),
        online=np.array([1.0, 1.0, 1.0, 0.0]),
        slots_per_window=4,
    )
    assert (found.clients_concurrent_avg[0], found.clients_concurrent_max[0], found.rx_bytes[0]) == (8, 12, 3)
    assert math.isnan(found.tx_bytes[0])
    assert (found.airtime_busy_pct[0], found.energy_wh[0]) == (20, 6)
    assert (found.online_ratio[0], found.access_point_count[0], found.coverage_ratio[0]) == (0.75, 2, 0.5)


def test_application_as_keplers_guide() -> None:
    """Kepler's example: a node of 40 W at 25 % use with a container of 20 % of the CPU time used gives it 2 W."""
    hour_s, cores = 3600.0, 4.0
    cpu_s = 0.25 * cores * hour_s * 0.20
    share, energy_kwh = active_energy(np.array([0.040]), np.array([cpu_s]), np.array([hour_s]), np.array([cores]))
    assert share[0] == pytest.approx(0.05)
    assert energy_kwh[0] == pytest.approx(0.002)
