"""What was observed of a junction: every due window with a copy of the events it reads, signals as timelines.

A *cell* is one approach in one window; its number is the window's times the number of approaches, plus the approach's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from emscher.approach import Function
from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.approach.layout import Layout, approach_of
from processing.approach.reason import Bools
from processing.family import Task, microseconds
from processing.kernels.group import Floats, Ints
from processing.kernels.number import within
from processing.kernels.round import Rounds, services
from processing.kernels.signal_state import FIRST_STATE_CODE, RESTARTS, STATE_OF_CODE, changes
from processing.kernels.timeline import Timeline, timeline

LOOK_BACK_US = 900 * SECOND_US
LOOK_AHEAD_US = 600 * SECOND_US
"""As the stream of signals declares them for this family [us]."""
LONGEST_US = LOOK_AHEAD_US
"""No state of a signal lasts longer; what does is a gap in the data [us]."""

DETECTOR_OFF, DETECTOR_ON = 81, 82


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges of detector channels, shape (n,), by window, channel and time.

    ``number`` is the window's times the number of channels, plus the channel's.
    """

    number: Ints
    channel: Ints
    window: Ints
    time_us: Ints
    on: Bools


@dataclass(frozen=True, slots=True)
class Observed:
    """Signals and edges of a junction's due windows.

    Parameters
    ----------
    layout : Layout
        Of the junction.
    windows : int
        How many windows.
    start_us, end_us, until_us : integer array, shape (cells,)
        Begin and end of each cell's window, and the last event its controller is known to have sent [us].
    observed_s : float array, shape (cells,)
        Part of the window between the first and the last event of the controller [s].
    alive, simulated : bool array, shape (cells,)
        Whether the controller reported anything in the window, and anything that a simulator made.
    shown : Timeline
        What each cell's signal group showed.
    rounds : Rounds
        Its greens with amber and red.
    edges, begins : Edges
        Of the detectors; and those of them that begin a presence and were reported.
    rows : structured array
        Events, by controller, parameter and time.
    time_us, controller : integer array, shape (events,)
        Their times [us] and their controllers by place.
    """

    layout: Layout
    windows: int
    start_us: Ints
    end_us: Ints
    until_us: Ints
    observed_s: Floats
    alive: Bools
    simulated: Bools
    shown: Timeline
    rounds: Rounds
    edges: Edges
    begins: Edges
    rows: Rows
    time_us: Ints
    controller: Ints

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.start_us)

    def own(self, cell: Ints, time_us: Ints) -> Bools:
        """Whether times lie in their cell's window, and not after the last event known."""
        inside: Bools = (time_us >= self.start_us[cell]) & (time_us < self.end_us[cell])
        return inside & (time_us <= self.until_us[cell])

    def passages(self, function: Function, *, at_stop_line: bool = False) -> tuple[Ints, Ints]:
        """Cell and time of each begin of presence at the channels of a function [us].

        Parameters
        ----------
        function : str
            What the channels are for.
        at_stop_line : bool
            Whether the time is that at the stop line, not that of the report.
        """
        use, begins = self.layout.uses[function], self.begins
        approach = use.approach[begins.channel]
        (chosen,) = np.nonzero(approach >= 0)
        cell = begins.window[chosen] * len(self.layout.approaches) + approach[chosen]
        shift_us = use.shift_us[begins.channel[chosen]] if at_stop_line else 0
        return cell, begins.time_us[chosen] + shift_us


def observe(task: Task, place: Layout, outage_us: int) -> Observed:
    """Sort what was loaded by windows, and make timelines of it.

    Parameters
    ----------
    task : Task
        With the events.
    place : Layout
        Of the junction.
    outage_us : int
        A controller that sends nothing for longer is down: what its signals show is not known [us].
    """
    read = task.rows["approach_events"]
    at = np.minimum(np.searchsorted(place.controllers, read["sensor_id"]), len(place.controllers) - 1)
    mine = place.controllers[at] == read["sensor_id"]
    read, at = (read, at) if mine.all() else (read[mine], at[mine])
    time_us, windows, approaches = microseconds(read["observed_at"]), len(task.window_us), len(place.approaches)
    outages = _outages(time_us, at, outage_us)
    seen = [
        _seen(task, time_us[at == one], read["simulated"][at == one], outages.of(one))
        for one in range(len(place.controllers))
    ]
    whose = np.tile(place.controller, windows) + np.repeat(np.arange(windows), approaches) * len(seen)
    every = [np.stack(part, axis=1).ravel() for part in zip(*seen, strict=True)]
    first_us, last_us, alive, marked, out_us = (part[whose] for part in every)
    start_us = np.repeat(task.window_us, approaches)
    end_us = start_us + task.width_us
    observed_us = np.clip(last_us, start_us, end_us) - np.clip(first_us, start_us, end_us)
    shown = _shown(task, place, read, outages)
    return Observed(
        place,
        windows,
        start_us,
        end_us,
        last_us,
        np.maximum(observed_us - out_us, 0) / SECOND_US,
        alive,
        marked,
        shown,
        services(shown),
        *_edges(task, place, read, time_us, at, every[0]),
        read,
        time_us,
        at,
    )


def copies(task: Task, time_us: Ints) -> tuple[Ints, Ints]:
    """Give each due window a copy of the rows it reads.

    Returns
    -------
    row, window : integer array, shape (n,)
        Rows, and the windows that read them; by window, then in the order of the rows.
    """
    first = np.searchsorted(task.window_us, time_us - task.width_us - LOOK_AHEAD_US, side="right")
    count = np.searchsorted(task.window_us, time_us + LOOK_BACK_US, side="right") - first
    row = np.repeat(np.arange(len(time_us)), count)
    before = np.cumsum(count) - count
    window = np.arange(len(row)) - np.repeat(before - first, count)
    if len(task.window_us) == 1:
        return row, window
    order = np.argsort(window.astype(np.int32), kind="stable")
    return row[order], window[order]


@dataclass(frozen=True, slots=True)
class _Outages:
    """Times without any event of a controller: its place, the events before and after [us]."""

    controller: Ints
    since_us: Ints
    until_us: Ints

    def of(self, controller: int) -> tuple[Ints, Ints]:
        """Begin and end of those of one controller."""
        mine = self.controller == controller
        return self.since_us[mine], self.until_us[mine]


def _outages(time_us: Ints, at: Ints, longest_us: int) -> _Outages:
    order = np.lexsort((time_us, at))
    when_us, whose = time_us[order], at[order]
    (row,) = np.nonzero((np.diff(when_us) > longest_us) & (whose[1:] == whose[:-1]))
    return _Outages(whose[row], when_us[row], when_us[row + 1])


def _seen(
    task: Task, time_us: Ints, simulated: Bools, outages: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Bools, Bools, Ints]:
    """Find, by window, a controller's first and last event, whether any lies within, whether one is simulated.

    Last of all the time of the window that lies in outages, of which the events before and after are read [us].
    """
    order = np.argsort(time_us, kind="stable")
    when_us, marks = time_us[order], np.concatenate(([0], np.cumsum(simulated[order])))
    low, high, begin, end = (
        np.searchsorted(when_us, task.window_us + shift_us)
        for shift_us in (-LOOK_BACK_US, task.width_us + LOOK_AHEAD_US, 0, task.width_us)
    )
    never = low == high
    bounded = np.append(when_us, [0])
    return (
        np.where(never, np.iinfo(np.int64).max, bounded[np.minimum(low, len(when_us))]),
        np.where(never, 0, bounded[high - 1]),
        end > begin,
        marks[end] > marks[begin],
        _out_us(task, *outages),
    )


def _out_us(task: Task, since_us: Ints, until_us: Ints) -> Ints:
    """Time of each window that lies in outages whose both ends the window reads [us]."""
    start_us = task.window_us[:, None]
    end_us = start_us + task.width_us
    reads = (since_us >= start_us - LOOK_BACK_US) & (until_us < end_us + LOOK_AHEAD_US)
    within_us = np.minimum(until_us, end_us) - np.maximum(since_us, start_us)
    total_us: Ints = np.where(reads, np.maximum(within_us, 0), 0).sum(axis=1)
    return total_us


def _shown(task: Task, place: Layout, read: Rows, outages: _Outages) -> Timeline:
    """Make timelines by cell; an outage is a restart after its last event, in windows that read its end, too."""
    at = np.searchsorted(place.controllers, read["sensor_id"])
    time_us, code, group = microseconds(read["observed_at"]), read["code"].astype(np.int64), read["parameter"]
    state = np.isin(code, list(STATE_OF_CODE)) | (code >= FIRST_STATE_CODE)
    state[state] = approach_of(place, at[state], group[state].astype(np.int64)) >= 0
    (chosen,) = np.nonzero(state | np.isin(code, RESTARTS))
    row, window = copies(task, time_us[chosen])
    row = chosen[row]
    out, blind = copies(task, outages.since_us)
    reads = outages.until_us[out] < task.window_us[blind] + task.width_us + LOOK_AHEAD_US
    out, blind = out[reads], blind[reads]
    controllers, approaches = len(place.controllers), len(place.approaches)
    known = changes(
        np.concatenate((window * controllers + at[row], blind * controllers + outages.controller[out])),
        np.concatenate((time_us[row], outages.since_us[out] + 1)),
        np.concatenate((code[row], np.full(len(out), RESTARTS[0]))),
        np.concatenate((group[row].astype(np.int64), np.zeros(len(out), np.int64))),
        LONGEST_US,
    )
    whose = approach_of(place, known.controller_of % controllers, known.group_of)
    cell = known.controller_of // controllers * approaches + whose
    return timeline(replace(known, signal=cell[known.signal]), LONGEST_US)


def _edges(task: Task, place: Layout, read: Rows, time_us: Ints, at: Ints, first_us: Ints) -> tuple[Edges, Edges]:
    """Find the edges of configured detectors, and those that begin a presence.

    A detector that first of all goes off was on since its controller is known; that begin was not reported.
    """
    code = read["code"]
    (edge,) = np.nonzero((code == DETECTOR_OFF) | (code == DETECTOR_ON))
    channel = within(at[edge], read["parameter"][edge].astype(np.int64), place.channel_controller, place.channel)
    edge, channel = edge[channel >= 0], channel[channel >= 0]
    row, window = copies(task, time_us[edge])
    channel, edge = channel[row], edge[row]
    number, when_us, on = window * len(place.channel) + channel, time_us[edge], code[edge] == DETECTOR_ON
    begins = Edges(number[on], channel[on], window[on], when_us[on], on[on])
    first = np.ones(len(number), np.bool_)
    first[1:] = number[1:] != number[:-1]
    (lacking,) = np.nonzero(first & ~on)
    since_us = first_us[window[lacking] * len(place.controllers) + at[edge[lacking]]]
    return Edges(
        np.insert(number, lacking, number[lacking]),
        np.insert(channel, lacking, channel[lacking]),
        np.insert(window, lacking, window[lacking]),
        np.insert(when_us, lacking, since_us),
        np.insert(on, lacking, True),
    ), begins
