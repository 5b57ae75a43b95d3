"""Those who wait: pedestrians from the call to the walk, and vehicles in a queue."""

from __future__ import annotations

import numpy as np

from processing.approach import reason
from processing.approach.layout import approach_of
from processing.approach.limits import Limits
from processing.approach.observed import DETECTOR_ON, LONGEST_US, Observed, copies
from processing.approach.presence import Detected
from processing.approach.reason import reasons
from processing.family import Task
from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.level import levels
from processing.kernels.pedestrian import CALLS, CLEARANCE, WALK, pedestrian_delays
from processing.kernels.presence import Presences, occupied_us
from processing.kernels.queue import queues
from processing.kernels.signal_state import DARK, FIRST_STATE_CODE, GREEN, RED
from processing.kernels.termination import FORCE_OFF, GAP_OUT, terminations

Columns = dict[str, Floats | Ints]
BUTTON, CALL = 90, 45


def pedestrians(task: Task, seen: Observed, limits: Limits) -> Columns:
    """Compute the waits of those who called, of the walks that begin in the window.

    A call is a button's where buttons are configured, else what the controller registers for the phase. The green of a
    pedestrians' signal group is its walk.
    """
    place = seen.layout
    code = seen.rows["code"].astype(np.int64)
    (row,) = np.nonzero(np.isin(code, (WALK, CLEARANCE, *CALLS, DETECTOR_ON)) | (code >= FIRST_STATE_CODE))
    code, group, at = code[row], seen.rows["parameter"][row].astype(np.int64), seen.controller[row]
    pressed = _button(seen, at, group, code)
    approach = np.where(pressed >= 0, pressed, approach_of(place, at, group))
    buttons, on_foot = place.uses["button"].channels > 0, ~place.drives
    called = np.isin(code, CALLS) & ~buttons[approach]
    shows = np.isin(code, (WALK, CLEARANCE))
    state = (code >= FIRST_STATE_CODE) & on_foot[approach]
    wanted = (approach >= 0) & place.walks[approach] & ((pressed >= 0) | called | shows | state)
    code = np.where(pressed >= 0, BUTTON, code)
    code = np.where(state & (code == FIRST_STATE_CODE + GREEN), WALK, code)
    code = np.where(state & np.isin(code, (FIRST_STATE_CODE + RED, FIRST_STATE_CODE + DARK)), CLEARANCE, code)
    time_us, code, approach = seen.time_us[row[wanted]], code[wanted], approach[wanted]
    copy, window = copies(task, time_us)
    cell, when_us, code = window * len(place.approaches) + approach[copy], time_us[copy], code[copy]
    order = np.lexsort((code, when_us, cell))
    cell, when_us, code = cell[order], when_us[order], code[order]
    walk, delay_s = pedestrian_delays(cell, when_us, code, LONGEST_US)
    own = seen.own(cell[walk], when_us[walk]) & ~np.isnan(delay_s)
    walk, delay_s, cell = walk[own], delay_s[own], cell[walk[own]]
    count = np.bincount(cell, minlength=seen.cells).astype(np.float64)
    longest = np.full(seen.cells, -np.inf)
    np.maximum.at(longest, cell, delay_s)
    longest = np.where(np.isneginf(longest), np.nan, longest)
    walks, faulty = (np.tile(one, seen.windows) for one in (place.walks, place.uses["button"].faulty))
    mean_s = np.where(faulty, np.nan, ratio(total(cell, delay_s, seen.cells), count))
    longest = np.where(faulty, np.nan, longest)
    return {
        "pedestrian_call_count": np.where(walks & ~faulty, count, np.nan),
        "pedestrian_delay_s": mean_s,
        "pedestrian_delay_max_s": longest,
        "pedestrian_qsv": levels(longest, limits.grades("pedestrian_qsv"), np.full(seen.cells, np.nan), 5),
        "pedestrian_reason": reasons(
            mean_s,
            (faulty, reason.FAULTY),
            (~walks, reason.NOT_CONFIGURED),
            (np.ones(seen.cells, np.bool_), reason.NOBODY),
        ),
    }


def queued(seen: Observed, detected: Detected, line: Presences, limits: Limits) -> Columns:
    """Estimate queues: in at the advance detectors, out at the stop line, empty where the stop line is so.

    Out is who leaves a presence detector, or, where the approach counts by channels, who is counted. Before it was
    first seen empty nothing is known of a queue.
    """
    place, rounds = seen.layout, seen.rounds
    came, went = seen.passages("advance"), _left(seen, detected)
    since_us = np.maximum(rounds.amber_us - limits.us("queue_empty"), rounds.green_us)
    free = occupied_us(line, rounds.signal, since_us, rounds.amber_us) == 0
    free &= rounds.amber_us <= seen.until_us[rounds.signal]
    free &= detected.live["presence"][rounds.signal]
    cell = np.concatenate((came[0], went[0], rounds.signal[free]))
    time_us = np.concatenate((came[1], went[1], rounds.amber_us[free]))
    step = np.repeat(np.array([1, -1, 0]), (len(came[0]), len(went[0]), int(free.sum())))
    order = np.lexsort((step, time_us, cell))
    cell, time_us, step = cell[order], time_us[order], step[order]
    first_us = np.full(seen.cells, np.iinfo(np.int64).max)
    np.minimum.at(first_us, cell[step == 0], time_us[step == 0])
    known = time_us >= first_us[cell]
    cell, time_us, step = cell[known], time_us[known], step[known]
    found = queues(cell, seen.cells, time_us, step, step == 0)
    own = seen.own(cell, time_us)
    longest = np.full(seen.cells, -np.inf)
    np.maximum.at(longest, cell[own], found.queue_veh[own])
    broken = np.zeros(seen.cells, np.bool_)
    configured, live, stuck, faulty = ~broken, ~broken, broken, broken
    for name in ("advance", "presence"):
        configured = configured & detected.configured[name]
        live = live & detected.live[name]
        stuck = stuck | detected.stuck[name]
        faulty = faulty | detected.faulty[name]
    longest = np.where(np.isneginf(longest) | ~configured | ~live | stuck | faulty, np.nan, longest)
    why = reasons(
        longest,
        (faulty, reason.FAULTY),
        (~configured, reason.NOT_CONFIGURED),
        (stuck, reason.STUCK),
        (~live, reason.SILENT),
        (np.ones(seen.cells, np.bool_), reason.NOT_RESET),
    )
    storage_m = np.tile(place.storage_m, seen.windows)
    return {
        "queue_max_veh": longest,
        "queue_storage_ratio": ratio(longest * limits.value("queue_space"), storage_m),
        "queue_quality_ratio": np.where(np.isnan(longest), np.nan, found.quality_ratio),
        "queue_reason": why,
    }


def max_out_runs(task: Task, seen: Observed) -> Floats:
    """Longest run of max-outs in each window; NaN where the controller does not say why greens end."""
    code = seen.rows["code"].astype(np.int64)
    (row,) = np.nonzero((code >= GAP_OUT) & (code <= FORCE_OFF))
    approach = approach_of(seen.layout, seen.controller[row], seen.rows["parameter"][row].astype(np.int64))
    window = task.place(seen.time_us[row])
    cell = np.where((approach >= 0) & (window >= 0), window * len(seen.layout.approaches) + approach, -1)
    found = terminations(cell, seen.cells, code[row])
    tells = np.bincount(cell[cell >= 0], minlength=seen.cells) > 0
    return np.where(tells, found.max_outs_in_a_row.astype(np.float64), np.nan)


def _button(seen: Observed, at: Ints, group: Ints, code: Ints) -> Ints:
    """Approach whose button was pressed, -1 where none was."""
    place = seen.layout
    use = place.uses["button"]
    pressed = np.full(len(code), -1)
    for channel in np.nonzero(use.approach >= 0)[0].tolist():
        mine = (at == place.channel_controller[channel]) & (group == place.channel[channel])
        pressed[mine & ((code == DETECTOR_ON) | (code == BUTTON))] = use.approach[channel]
    return pressed


def _left(seen: Observed, detected: Detected) -> tuple[Ints, Ints]:
    """Cell and time of each vehicle that leaves the stop line."""
    place, found = seen.layout, detected.found
    channels, approaches = max(len(place.channel), 1), len(place.approaches)
    approach = place.uses["presence"].approach[found.detector % channels]
    counts = place.uses["count"].channels > 0
    chosen = (approach >= 0) & ~counts[approach] & ~found.stuck
    cell, time_us = seen.passages("count")
    return (
        np.concatenate((cell, found.detector[chosen] // channels * approaches + approach[chosen])),
        np.concatenate((time_us, found.end_us[chosen])),
    )
