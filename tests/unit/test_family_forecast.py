"""Forecast of cross-sections: what it rests on, how its error is told, and which windows a change makes due."""

from datetime import UTC, date, datetime

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import HOUR_S, SECOND_US
from processing.families.forecast import FAMILY, MEMORY_STEPS, ROW, STEP_S
from processing.family import WEEK_US, Task
from processing.threshold import thresholds

HOUR_US = HOUR_S * SECOND_US
START_US = round(datetime(2026, 2, 11, 6, tzinfo=UTC).timestamp()) * SECOND_US
SINCE = date(2000, 1, 1)
LIMITS = thresholds(
    [("traffic_forecast_weight", "", 0.2, SINCE, None), ("traffic_anomaly_spread", "", 60.0, SINCE, None)]
)


def _flows(start_us: int, flows: list[float], width_s: int = STEP_S) -> Rows:
    rows = np.zeros(len(flows), ROW)
    rows["bearing_deg"], rows["width_s"], rows["flow_veh_h"] = 90, width_s, flows
    rows["window_start"] = (start_us + np.arange(len(flows)) * width_s * SECOND_US).view("M8[us]")
    return rows


def _computed(*parts: Rows, windows: tuple[int, ...] = (START_US,)) -> Rows:
    read = np.concatenate(parts)
    rows = {"forecast_rows": read[read["window_start"].astype(np.int64) < windows[-1] + HOUR_US]}
    back_us = FAMILY.look_back_s * SECOND_US
    return FAMILY.compute(Task(1, (), np.array(windows), HOUR_US, rows, {}, LIMITS, back_us))


def test_without_history_the_smoothed_level_is_forecast() -> None:
    """A level of 600 that jumps to 700 is forecast a fifth higher; the error is that of the forecast before."""
    found = _computed(_flows(START_US - 6 * STEP_S * SECOND_US, [600.0] * 6 + [700.0, 720.0]))
    assert found["forecast_5min_veh_h"].tolist() == [620, 640]
    assert found["error_5min_veh_h"].tolist() == [100, 100]
    assert found["error_30min_veh_h"][0] == 100
    assert np.isnan(found["error_60min_veh_h"]).all()
    assert found["basis"].tolist() == [1, 1]
    assert np.isnan(found["usual_veh_h"]).all()


def test_the_first_flow_forecasts_and_nothing_forecast_it() -> None:
    """A forecast rests on what came before; the first step has no error."""
    found = _computed(_flows(START_US, [500.0]))
    assert found["forecast_60min_veh_h"].tolist() == [500]
    assert np.isnan(found["error_5min_veh_h"][0])
    assert np.isnan(found["anomaly_score"][0])


def test_history_is_the_mean_of_the_weeks_and_the_deviation_is_added() -> None:
    """Two weeks at 500 and 700 are usually 600; 100 more than that adds 20 to each forecast."""
    weeks = [_flows(START_US - week * WEEK_US, [400.0 + 200 * (week - 1)] * 24) for week in (1, 2)]
    found = _computed(*weeks, _flows(START_US, [600.0]))
    assert found["usual_veh_h"].tolist() == [500]
    assert [found[f"forecast_{one}_veh_h"][0] for one in ("5min", "15min", "30min", "60min")] == [520] * 4
    assert (found["basis"][0], found["history_week_count"][0]) == (2, 2)


def test_history_that_ends_early_leaves_the_weakest_forecast_to_the_level() -> None:
    """With half an hour of history the hour ahead rests on the level, and that is what the basis says."""
    found = _computed(_flows(START_US - WEEK_US, [500.0] * 7), _flows(START_US, [600.0]))
    assert (found["forecast_30min_veh_h"][0], found["forecast_60min_veh_h"][0]) == (520, 600)
    assert (found["basis"][0], found["history_week_count"][0]) == (1, 0)


def test_a_step_of_two_minutes_has_no_flow() -> None:
    """Three of five minutes are enough, two are not; the row is there either way."""
    minutes = _flows(START_US, [600.0, 660, 720, np.nan, np.nan, 600, 600], 60)
    assert np.array_equal(_computed(minutes)["flow_veh_h"], [660, np.nan], equal_nan=True)


def test_what_is_unusual_has_a_high_score() -> None:
    """After three hours a few vehicles off, 400 vehicles an hour too many stand out."""
    flows = [600.0 + 30 * (step % 3) for step in range(MEMORY_STEPS)]
    found = _computed(_flows(START_US - MEMORY_STEPS * STEP_S * SECOND_US, [*flows, 1000.0, 600.0]))
    assert found["anomaly_score"][0] > 5 > abs(found["anomaly_score"][1])


def test_windows_come_out_alone_as_together() -> None:
    """What is computed together with other windows has the same bits."""
    flows = np.random.default_rng(1).uniform(100, 900, 12 * 24 * 8).round(1)
    read = _flows(START_US - WEEK_US - 3 * HOUR_US, flows.tolist())
    windows = tuple(START_US + hour * HOUR_US for hour in (0, 1, 5))
    alone = np.concatenate([_computed(read, windows=(one,)) for one in windows])
    together = _computed(read, windows=windows)
    assert len(together) == 36
    assert together.tobytes() == alone.tobytes()


def test_a_change_makes_due_what_reads_it() -> None:
    """Its own hour, the three that remember it, and in each of the next four weeks what its hour is history of."""
    hours = FAMILY.windows_reading(np.array([START_US])) - START_US // HOUR_US
    week = WEEK_US // HOUR_US
    assert hours.tolist() == [*range(4), *(number * week + hour for number in range(1, 5) for hour in range(-2, 5))]
