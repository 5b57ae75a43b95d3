"""Flow of cross-sections in the next hour, per five minutes: forecast, how far off it was, and what is unusual.

Each window begins anew :data:`MEMORY_STEPS` before its start, so that it comes out the same whichever others are due.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import DAY_US, HOUR_S, SECOND_US, Due
from processing.family import WEEK_US, Family, Indicator, Past, Status, Task, microseconds, table
from processing.kernels.anomaly import unusual
from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.history import average, forecast
from processing.kernels.measured import Bools
from processing.local_week import weeks_before

ROW = np.dtype(
    [
        ("bearing_deg", "i4"),
        ("window_start", "M8[us]"),
        ("width_s", "i4"),
        ("simulated", "?"),
        ("flow_veh_h", "f8"),
    ]
)
STEP_S = 300
STEP_US = STEP_S * SECOND_US
OWN_STEPS = HOUR_S // STEP_S
MEMORY_STEPS = 3 * OWN_STEPS
KNOWN_STEPS = MEMORY_STEPS + OWN_STEPS
AHEAD = {"5min": 1, "15min": 3, "30min": 6, "60min": 12}
"""How many steps ahead, by the name of the horizon."""
SCORE_STEPS, SCORE_LEAST = 24, 12
"""How many residuals tell what is usual, and how many at least."""
LEAST_RATIO = 0.6
"""Part of a step that must be known for its flow."""
WEEKS = 4
NOTHING, LEVEL, HISTORY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Series:
    """Flows on steps of five minutes, shape (bearings, steps).

    Parameters
    ----------
    bearing_deg : integer array
        Bearings.
    first_us : int
        Begin of the first step [us].
    flow_veh_h : float array
        Flow; NaN where less than :data:`LEAST_RATIO` of the step is known.
    there, simulated : bool array
        Whether anything is said of the step, and whether any of it is simulated.
    """

    bearing_deg: Ints
    first_us: int
    flow_veh_h: Floats
    there: Bools
    simulated: Bools


def compute(task: Task) -> Rows:
    """Compute each cross-section in each due window in which it says something."""
    series = _series(task)
    steps = np.arange(-MEMORY_STEPS, 2 * OWN_STEPS) * STEP_US
    time_us = task.window_us[:, None] + steps
    place = (time_us - series.first_us) // STEP_US
    past = np.stack([weeks_before(time_us, week) for week in range(WEEKS, 0, -1)], axis=1)
    past_place = (past - series.first_us) // STEP_US
    bearing, window = np.nonzero(series.there[:, place[:, MEMORY_STEPS:KNOWN_STEPS]].any(axis=2))
    known = bearing[:, None], place[window, :KNOWN_STEPS]
    before = bearing[:, None, None], past_place[window]
    usual, weeks = _usual(series.flow_veh_h[before])
    observed = np.full(usual.shape, np.nan)
    observed[:, :KNOWN_STEPS] = series.flow_veh_h[known]
    simulated = series.simulated[known].any(axis=1) | series.simulated[before].any(axis=(1, 2))
    day = task.window_us[window] // DAY_US
    weight, spread = (
        np.array([task.thresholds.at(name, "", one) for one in day.tolist()], np.float64)
        for name in ("traffic_forecast_weight", "traffic_anomaly_spread")
    )
    made, basis = {}, np.full(usual.shape, HISTORY)
    for name, ahead in AHEAD.items():
        made[name], rests_on = _forecast(usual, observed, weight, ahead)
        basis[:, :KNOWN_STEPS] = np.minimum(basis[:, :KNOWN_STEPS], rests_on[:, ahead : KNOWN_STEPS + ahead])
    score = unusual((observed - made["5min"])[:, :KNOWN_STEPS], SCORE_STEPS, SCORE_LEAST, spread)
    row, step = np.nonzero(series.there[known][:, MEMORY_STEPS:])
    at = row, step + MEMORY_STEPS
    spoken = np.stack([weeks[row, step + MEMORY_STEPS + ahead] for ahead in AHEAD.values()])
    return table(
        site_id=np.full(len(row), task.site_id),
        bearing_deg=series.bearing_deg[bearing[row]],
        window_start=time_us[window[row], at[1]].view("M8[us]"),
        width_s=np.full(len(row), STEP_S),
        simulated=simulated[row],
        flow_veh_h=observed[at],
        usual_veh_h=usual[at],
        **{f"forecast_{name}_veh_h": made[name][row, at[1] + ahead] for name, ahead in AHEAD.items()},
        **{f"error_{name}_veh_h": np.abs(observed - made[name])[at] for name in AHEAD},
        anomaly_score=score[at],
        basis=basis[at],
        history_week_count=spoken.min(axis=0),
    )


def _series(task: Task) -> _Series:
    """Lay what was read on steps of five minutes, from the first that any window reads to the last."""
    read = task.rows["forecast_rows"]
    first_us = int(task.window_us[0]) - task.look_back_us - WEEKS * WEEK_US - HOUR_S * SECOND_US
    steps = (int(task.window_us[-1]) - first_us) // STEP_US + 3 * OWN_STEPS
    bearing_deg, bearing = np.unique(read["bearing_deg"], return_inverse=True)
    cell = bearing * steps + (microseconds(read["window_start"]) - first_us) // STEP_US
    shape = len(bearing_deg), steps
    width_s = read["width_s"].astype(np.float64)
    spoken_s = np.where(np.isnan(read["flow_veh_h"]), np.nan, width_s)
    covered_s = total(cell, spoken_s, len(bearing_deg) * steps)
    flow = ratio(total(cell, read["flow_veh_h"] * width_s, len(covered_s)), covered_s)
    there, simulated = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    there.reshape(-1)[cell] = True
    simulated.reshape(-1)[cell[read["simulated"]]] = True
    flow[~(covered_s >= LEAST_RATIO * STEP_S)] = np.nan
    return _Series(bearing_deg.astype(np.int64), first_us, flow.reshape(shape), there, simulated)


def _usual(past: Floats) -> tuple[Floats, Ints]:
    """Mean over the weeks of flows of shape (series, weeks, steps), and how many weeks have one."""
    count, weeks, steps = past.shape
    slot = np.broadcast_to(np.arange(count * steps).reshape(count, 1, steps), (count, weeks, steps))
    usual = average(slot.ravel(), count * steps, past.ravel())
    return usual.reshape(count, steps), np.count_nonzero(~np.isnan(past), axis=1)


def _forecast(usual: Floats, observed: Floats, weight: Floats, ahead: int) -> tuple[Floats, Ints]:
    """Forecast each step from what was known before; where nothing is usual, from the smoothed level alone."""
    history = forecast(usual, observed, weight, ahead)
    spoken = ~np.isnan(observed)
    first = observed[np.arange(len(observed)), spoken.argmax(axis=1)]
    level = forecast(np.broadcast_to(first[:, None], observed.shape), observed, weight, ahead)
    heard = np.zeros(observed.shape, np.bool_)
    # The level begins with the first flow that is known; before that there is none.
    heard[:, ahead:] = np.logical_or.accumulate(spoken, axis=1)[:, :-ahead]
    level[~heard] = np.nan
    rests_on = np.where(~np.isnan(history), HISTORY, np.where(~np.isnan(level), LEVEL, NOTHING))
    return np.where(np.isnan(history), level, history), rests_on


_AVERAGE = "processing.kernels.history.average"
_FORECAST = "processing.kernels.history.forecast"
_INPUTS = ("cross_section.flow_veh_h",)


def _of(
    column: str,
    unit: str,
    names: tuple[str, str],
    kernel: str = _FORECAST,
    source: str = "Historical average with a smoothed deviation; weight cross-validated on the PeMS lane",
    *,
    rolls_up: bool = False,
) -> Indicator:
    status: Status = "own" if source == "own" else "unverified"
    return Indicator(column, unit, *names, kernel, source, status, inputs=_INPUTS, rolls_up=rolls_up)


FAMILY = Family(
    name="forecast",
    title_en="Flow forecast per cross-section",
    title_de="Prognose der Verkehrsstärke je Messquerschnitt",
    key=("site_id", "bearing_deg", "window_start"),
    loads={"forecast_rows": ROW},
    compute=compute,
    buckets=("1h", "1d"),
    step_s=STEP_S,
    reads="cross_section",
    reach=Due("forecast", width_s=HOUR_S, look_back_s=MEMORY_STEPS * STEP_S),
    # The last forecast of a window is for the hour after it; summer time moves the same local time by an hour.
    past=Past(WEEKS, look_back_s=MEMORY_STEPS * STEP_S + HOUR_S, look_ahead_s=2 * HOUR_S),
    awake="make_site_due",
    indicators=(
        _of(
            "flow_veh_h",
            "veh/h",
            ("Flow, of at least three of five minutes", "Verkehrsstärke, aus mindestens drei von fünf Minuten"),
            _AVERAGE,
            "own",
            rolls_up=True,
        ),
        _of(
            "usual_veh_h",
            "veh/h",
            ("Usual flow, same local time of the last four weeks", "Übliche Verkehrsstärke der letzten vier Wochen"),
            _AVERAGE,
            "own",
            rolls_up=True,
        ),
        *(
            _of(
                f"forecast_{name}_veh_h",
                "veh/h",
                (f"Flow {5 * ahead} minutes ahead, forecast", f"Verkehrsstärke in {5 * ahead} Minuten, Prognose"),
            )
            for name, ahead in AHEAD.items()
        ),
        *(
            _of(
                f"error_{name}_veh_h",
                "veh/h",
                (
                    f"Absolute error of the forecast made {5 * ahead} minutes before",
                    f"Absoluter Fehler der Prognose von vor {5 * ahead} Minuten",
                ),
                rolls_up=True,
            )
            for name, ahead in AHEAD.items()
        ),
        _of(
            "anomaly_score",
            "1",
            ("Anomaly score of the flow", "Auffälligkeit der Verkehrsstärke"),
            "processing.kernels.anomaly.unusual",
            "Robust z-score of the residual of the forecast made 5 minutes before",
        ),
        _of(
            "basis",
            "1",
            (
                "What the weakest of the four forecasts rests on: 0 nothing, 1 smoothed level, 2 history",
                "Grundlage der schwächsten der vier Prognosen: 0 keine, 1 geglättetes Niveau, 2 Ganglinie",
            ),
            source="own",
        ),
        _of(
            "history_week_count",
            "1",
            ("Weeks of history, least of the four forecasts", "Wochen der Ganglinie, wenigste der vier Prognosen"),
            _AVERAGE,
            "own",
        ),
    ),
)
