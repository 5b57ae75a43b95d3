"""Signals per signal group and quarter hour: the cycles and states that begin in the window, and its terminations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.cycle import cycles, greens
from processing.kernels.group import Floats, Ints
from processing.kernels.moment import last_row
from processing.kernels.number import within
from processing.kernels.plan import plan
from processing.kernels.signal_state import FIRST_STATE_CODE, RESTARTS, UNKNOWN, changes
from processing.kernels.termination import terminations
from processing.kernels.timeline import timeline
from processing.kernels.transition import ANY_KIND

ROW = np.dtype(
    [("sensor_id", "i4"), ("observed_at", "M8[us]"), ("simulated", "?"), ("code", "i2"), ("signal_group", "i4")]
)

LONGEST_CYCLE_US = 300 * SECOND_US
"""A longer time between two greens is a gap, not a cycle, and no state lasts longer; equals the look-ahead and the
look-back of the stream [us]."""

_CYCLE = "processing.kernels.cycle.cycles"
_PLAN = "processing.kernels.plan.plan"
_TERMINATION = "processing.kernels.termination.terminations"
_ENDS = "ATSPM, terminations; Indiana enumeration 4, 5, 6"


def compute(task: Task) -> Rows:
    """Compute the indicators of each signal group in each due window that has an event of it."""
    read = task.rows["signal_rows"]
    restarts = read[np.isin(read["code"], RESTARTS)]
    read = read[~np.isin(read["code"], RESTARTS) & (read["signal_group"] >= 0)]
    time_us, code = microseconds(read["observed_at"]), read["code"].astype(np.int64)
    signals, signal = np.unique(read[["sensor_id", "signal_group"]], return_inverse=True)
    sensor_of, group_of = signals["sensor_id"].astype(np.int64), signals["signal_group"].astype(np.int64)
    sensor = sensor_of[signal]
    n_windows = max(len(task.window_us), 1)

    def cell_of(whose: Ints, at_us: Ints) -> Ints:
        """Signal group and window as one number, -1 outside of the due windows."""
        place = task.place(at_us)
        return np.where(place >= 0, whose * n_windows + place, -1)

    of_event = cell_of(signal, time_us)
    cells = np.unique(of_event[of_event >= 0])

    def number_of(cell: Ints) -> Ints:
        """Number of each cell among those that have an event, -1 for none."""
        return np.where(cell >= 0, np.searchsorted(cells, cell), -1)

    event_group = number_of(of_event)
    inside = event_group >= 0

    restart_sensor, restart_us = restarts["sensor_id"].astype(np.int64), microseconds(restarts["observed_at"])
    found = greens(signal, time_us, code, LONGEST_CYCLE_US)
    restarted = _restarted(restart_sensor, restart_us, sensor[found.row], time_us[found.row], found.cycle_us)
    counts = inside[found.row] & ~restarted
    means = cycles(event_group[found.row[counts]], len(cells), found.cycle_us[counts], found.green_us[counts])

    known = changes(
        np.concatenate((sensor, restart_sensor)),
        np.concatenate((time_us, restart_us)),
        np.concatenate((code, restarts["code"])),
        np.concatenate((group_of[signal], np.zeros(len(restarts), np.int64))),
        LONGEST_CYCLE_US,
    )
    shown = timeline(known, LONGEST_CYCLE_US)
    whose = within(known.controller_of, known.group_of, sensor_of, group_of)
    shown_group = number_of(np.where(shown.state == UNKNOWN, -1, cell_of(whose[shown.signal], shown.start_us)))
    facts = plan(shown, shown_group, len(cells), ANY_KIND)

    ends = terminations(event_group, len(cells), code)
    reports = np.bincount(event_group[inside & (code < FIRST_STATE_CODE)], minlength=len(cells)) > 0

    def reported(count: Ints) -> Floats:
        """Count where the controller reports events; one that reports states tells nothing of why green ended."""
        return np.where(reports, count.astype(np.float64), np.nan)

    return table(
        sensor_id=signals["sensor_id"][cells // n_windows],
        signal_group=signals["signal_group"][cells // n_windows],
        window_start=task.window_us[cells % n_windows].view("M8[us]"),
        width_s=np.full(len(cells), task.width_us // SECOND_US),
        simulated=np.bincount(event_group[inside], read["simulated"][inside], len(cells)) > 0,
        cycle_s=means.cycle_s,
        green_ratio=means.green_ratio,
        cycle_count=means.cycle_count.astype(np.int64),
        amber_s=facts.amber_s,
        red_amber_s=facts.red_amber_s,
        green_min_s=facts.green_min_s,
        violation_count=facts.violation_count.astype(np.float64),
        gap_out_count=reported(ends.gap_out_count),
        max_out_count=reported(ends.max_out_count),
        force_off_count=reported(ends.force_off_count),
    )


def _restarted(
    restart_sensor: Ints, restart_us: Ints, sensor: Ints, begin_us: Ints, cycle_us: Ints
) -> npt.NDArray[np.bool_]:
    """Whether the controller restarted within each cycle."""
    order = np.lexsort((restart_us, restart_sensor))
    whose, when_us = restart_sensor[order], restart_us[order]
    before, after = (last_row(whose, when_us, sensor, moment_us) for moment_us in (begin_us, begin_us + cycle_us))
    differs: npt.NDArray[np.bool_] = before != after
    return differs


FAMILY = Family(
    name="signal",
    title_en="Signals per signal group",
    title_de="Lichtsignale je Signalgruppe",
    key=("sensor_id", "signal_group", "window_start"),
    loads={"signal_rows": ROW},
    compute=compute,
    buckets=("1h", "1d"),
    indicators=(
        Indicator("cycle_s", "s", "Cycle", "Umlaufzeit", _CYCLE, "RiLSA 2015", "unverified"),
        Indicator("green_ratio", "1", "Share of green", "Freigabezeitanteil", _CYCLE, "RiLSA 2015", "unverified"),
        Indicator("cycle_count", "1", "Cycles", "Umläufe", _CYCLE, "own", "own"),
        Indicator("amber_s", "s", "Amber", "Gelbzeit", _PLAN, "VwV-StVO to par. 37", "unverified"),
        Indicator("red_amber_s", "s", "Red-amber", "Rot-Gelb-Zeit", _PLAN, "VwV-StVO to par. 37", "unverified"),
        Indicator("green_min_s", "s", "Shortest green", "Kürzeste Freigabezeit", _PLAN, "RiLSA 2015", "unverified"),
        Indicator("violation_count", "1", "Unlawful transitions", "Unzulässige Signalübergänge", _PLAN, "own", "own"),
        Indicator(
            "gap_out_count", "1", "Gap-outs", "Abbrüche durch Zeitlücke", _TERMINATION, _ENDS, "verified", "should"
        ),
        Indicator(
            "max_out_count", "1", "Max-outs", "Abbrüche durch Höchstgrün", _TERMINATION, _ENDS, "verified", "should"
        ),
        Indicator(
            "force_off_count", "1", "Force-offs", "Abbrüche durch Vorgabe", _TERMINATION, _ENDS, "verified", "should"
        ),
    ),
)
