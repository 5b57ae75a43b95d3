"""Signal states: to what each signal group changed and when, from events of either kind of controller.

References
----------
.. [1] Indiana Traffic Signal Hi Resolution Data Logger Enumerations, doi:10.5703/1288284316998: 1 phase begin green,
   7 green termination, 8 begin yellow clearance, 9 end yellow clearance, 10 begin red clearance, 11 end red clearance,
   182 power failure, 184 power restored. Codes as quoted by the ATSPM projects; unverified there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Ints
from processing.kernels.number import numbered

UNKNOWN, DARK, RED, AMBER, GREEN, RED_AMBER = -1, 0, 1, 2, 3, 4
STATE_COUNT = 5
STATE_OF_CODE = {1: GREEN, 7: AMBER, 8: AMBER, 9: RED, 10: RED, 11: RED}
"""Green ends when amber begins, whichever of the two is reported; red has three codes. The enumeration has no code for
red-amber and dark."""

FIRST_STATE_CODE = 1000
"""From here on the code is a state: dark, red, amber, green, red-amber."""

END_OF_RED_CLEARANCE = 11

RESTARTS = (182, 184)
"""Events of the whole controller after which no state is known until the next event."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of state, sorted by signal group and time.

    Parameters
    ----------
    signal, time_us, state : integer array, shape (n,)
        Number of the signal group, time [us], state it changed to.
    lost : bool array, shape (n,)
        Whether an event before this one is missing: the same state begins although it has not ended, or red is seen to
        clear although it has not begun.
    late : bool array, shape (n,)
        Whether the state may have begun before, at an unknown time: red of which only the clearing was reported, and
        what a controller came up with after a restart.
    controller_of, group_of : integer array, shape (m,)
        Controller and phase or signal group behind each number.
    """

    signal: Ints
    time_us: Ints
    state: Ints
    lost: npt.NDArray[np.bool_]
    late: npt.NDArray[np.bool_]
    controller_of: Ints
    group_of: Ints


def changes(
    controller: Ints, time_us: Ints, code: Ints, parameter: Ints, memory_us: int = np.iinfo(np.int64).max
) -> Changes:
    """Find the changes of state of all signal groups of all controllers.

    Parameters
    ----------
    controller : integer array, shape (n,)
        Number of the controller of each event, from 0.
    time_us : integer array, shape (n,)
        Time [us].
    code : integer array, shape (n,)
        Code of the enumeration, or state from :data:`FIRST_STATE_CODE` on; others are left out.
    parameter : integer array, shape (n,)
        Phase or signal group.
    memory_us : int
        What a signal group showed longer ago has no bearing on how an event is read [us].

    Returns
    -------
    Changes
        Further codes of a state that has begun already, such as 8 after 7, are no change; a code that comes again
        without another state in between is one, and marks the loss.
    """
    state_of = np.full(FIRST_STATE_CODE + STATE_COUNT + 1, UNKNOWN)
    state_of[list(STATE_OF_CODE)] = list(STATE_OF_CODE.values())
    state_of[FIRST_STATE_CODE : FIRST_STATE_CODE + STATE_COUNT] = np.arange(STATE_COUNT)
    in_range = (code >= 0) & (code < FIRST_STATE_CODE + STATE_COUNT)
    state = state_of[np.where(in_range, code, -1)]
    (row,) = np.nonzero((state != UNKNOWN) & (parameter >= 0))
    signal, controller_of, group_of = numbered(controller[row], parameter[row])
    (restart,) = np.nonzero(np.isin(code, RESTARTS))
    hit, struck = np.nonzero(controller[restart, None] == controller_of[None, :])
    row, signal = np.concatenate((row, restart[hit])), np.concatenate((signal, struck))
    time, kind, code = time_us[row], state[row], code[row]
    # Of one instant: first that the controller restarted, then amber, red, red-amber and at last green.
    rank = np.array([0, 5, 2, 1, 4, 3])[kind + 1]
    order = np.lexsort((code, rank, time, signal))
    signal, time, kind, code = signal[order], time[order], kind[order], code[order]
    near = np.zeros(len(order), np.bool_)
    near[1:] = (signal[1:] == signal[:-1]) & (np.diff(time) <= memory_us)
    again = near.copy()
    again[1:] &= kind[1:] == kind[:-1]
    lost = np.zeros(len(order), np.bool_)
    lost[1:] = again[1:] & (code[1:] <= code[:-1]) & (time[1:] > time[:-1]) & (kind[1:] != UNKNOWN)
    late = ~again & (code == END_OF_RED_CLEARANCE)
    lost |= late
    late[1:] |= near[1:] & (kind[:-1] == UNKNOWN)
    stays = ~again | lost
    return Changes(signal[stays], time[stays], kind[stays], lost[stays], late[stays], controller_of, group_of)
