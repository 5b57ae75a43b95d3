"""Traffic state of lanes and cross-sections by density and speed: MARZ, NRW, RDS, and the status of DATEX II.

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE: MarzStoerfallIndikator (MARZ 2004, 2.3.2.1.4), NrwStoerfallIndikator of
   2016, RdsStoerfallIndikator of 2015. Read. An earlier NRW differs and is not followed.
.. [2] DATEX II v3, TrafficStatusEnum: stationary below 10 % of the normal speed, queuing 10 to 25 %, slow 25 to 75 %.
   Read. Where heavy ends and free flow begins is not in it: a parameter, unverified.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from processing.kernels.group import Floats, Ints, ratio
from processing.kernels.measured import Bools

NO_STATEMENT, FREE, LIVELY, DENSE, SLOW, JAM = 1, 2, 3, 4, 5, 6
"""States with the codes of the source; that these numbers are its own is unverified, their order is."""

FREE_FLOW, HEAVY, SLOW_TRAFFIC, QUEUING, STATIONARY, UNKNOWN = 1, 2, 3, 4, 5, 0
"""Status of DATEX II, in the order of its enumeration from free flow; numbers are ours."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the state, each broadcast to (lanes,).

    Parameters
    ----------
    slow_kmh, free_kmh : float array
        Speeds v1 below v2 [km/h].
    lively_veh_km, dense_veh_km, jam_veh_km : float array
        Densities k1 below k2 below k3; MARZ knows the first two [veh/km].
    slow_veh_km : float array
        Density kT from which slow traffic is slow whatever was before [veh/km].
    slow_margin_kmh, jam_margin_kmh : float array
        Hysteresis of RDS about v2 and v1 [km/h].
    """

    slow_kmh: Floats
    free_kmh: Floats
    lively_veh_km: Floats
    dense_veh_km: Floats
    jam_veh_km: Floats
    slow_veh_km: Floats
    slow_margin_kmh: Floats
    jam_margin_kmh: Floats


def states(density_veh_km: Floats, speed_kmh: Floats, empty: Bools, limits: Limits, first: Ints, method: str) -> Ints:
    """Follow the state through time.

    Parameters
    ----------
    density_veh_km, speed_kmh : float array, shape (lanes, steps)
        Density and speed in the order of time [veh/km, km/h].
    empty : bool array, shape (lanes, steps)
        Where no vehicle was seen: the state stays what it was, but RDS has none.
    limits : Limits
        Limits of the state.
    first : integer array, broadcast to (lanes,)
        State before the first step.
    method : str
        ``marz``, ``nrw`` or ``rds``.

    Returns
    -------
    integer array, shape (lanes, steps)
        :data:`NO_STATEMENT` where density or speed is missing, which also forgets the state before [1]_.

    Raises
    ------
    ValueError
        The shapes disagree, or there is no such method.
    """
    if method not in METHODS:
        raise ValueError(f"no method {method}")
    if not density_veh_km.shape == speed_kmh.shape == empty.shape:
        raise ValueError(f"{density_veh_km.shape} densities for {speed_kmh.shape} speeds, {empty.shape} marks")
    chosen = METHODS[method]
    held, nothing = len(chosen.after) - 2, len(chosen.after) - 1
    lanes = len(density_veh_km)
    bounds = Limits(*(np.broadcast_to(getattr(limits, one.name), lanes)[:, None] for one in fields(Limits)))
    case = np.zeros(empty.shape, np.int64)
    for bit, answer in enumerate(chosen.asked(density_veh_km, speed_kmh, bounds)):
        case |= answer.astype(np.int64) << bit
    case[np.isnan(density_veh_km) | np.isnan(speed_kmh)] = nothing
    case[empty] = held
    # A step's lanes lie side by side in memory; a row of the table has a place for every state.
    found = np.ascontiguousarray(case.T) * _STATES
    after = chosen.after.ravel()
    state = np.broadcast_to(first, lanes).astype(np.int64)
    for step in range(len(found)):
        # A mode that does not raise writes without a copy in between.
        state = np.take(after, found[step] + state, out=found[step], mode="clip")
    return found.T


_STATES = JAM + 1


@dataclass(frozen=True, slots=True)
class Method:
    """A method as the comparisons that it makes, and the state that follows each combination of their answers.

    Parameters
    ----------
    asked : callable
        Answers of shape (lanes, steps) from densities, speeds and limits.
    after : integer array, shape (combinations + 2, states)
        State after each state before; first answer in the lowest bit. The last rows are of a step that is held, and of
        one that is missing.
    """

    asked: Callable[[Floats, Floats, Limits], tuple[Bools, ...]]
    after: Ints

    @classmethod
    def of(
        cls,
        asked: Callable[[Floats, Floats, Limits], tuple[Bools, ...]],
        step: Callable[..., Ints],
        answers: int,
        *,
        holds: bool,
    ) -> Method:
        """Tabulate one step, a function of that many answers and the states before; whether an empty road holds it."""
        before = np.arange(_STATES)
        none = np.full(_STATES, NO_STATEMENT)
        every = [(np.arange(1 << answers)[:, None] >> bit & 1).astype(np.bool_) for bit in range(answers)]
        after = np.broadcast_to(step(*every, before), (1 << answers, _STATES))
        return cls(asked, np.vstack((after, before if holds else none, none)))


def _marz_asked(density: Floats, speed: Floats, limits: Limits) -> tuple[Bools, ...]:
    return (
        speed >= limits.free_kmh,
        speed < limits.slow_kmh,
        density > limits.lively_veh_km,
        density > limits.dense_veh_km,
    )


def _marz(fast: Bools, slow: Bools, lively: Bools, full: Bools, before: Ints) -> Ints:
    """One step after MARZ: free, dense, slow, jam [1]_."""
    was_slow = (before == SLOW) | (before == JAM)
    flowing = np.where(fast, np.where(lively, DENSE, FREE), SLOW)
    mixed = np.where(was_slow, JAM, np.where(fast, DENSE, SLOW))
    return np.where(slow & full, JAM, np.where(slow | full, mixed, flowing))


def _nrw_asked(density: Floats, speed: Floats, limits: Limits) -> tuple[Bools, ...]:
    return (
        *_density_asked(density, limits),
        speed < limits.slow_kmh,
        speed < limits.free_kmh,
        speed >= limits.free_kmh,
    )


def _nrw(
    free: Bools, lively: Bools, full: Bools, jammed: Bools, slow: Bools, slowed: Bools, fast: Bools, before: Ints
) -> Ints:
    """One step after NRW: five states; what fits none stays as it was [1]_."""
    congested = before >= DENSE
    flowing = np.where(fast, _flowing(free, lively), before)
    return np.where(jammed | (slow & congested), JAM, np.where(slowed & (full | congested), SLOW, flowing))


def _rds_asked(density: Floats, speed: Floats, limits: Limits) -> tuple[Bools, ...]:
    return (
        *_density_asked(density, limits),
        speed <= limits.free_kmh + limits.slow_margin_kmh,
        speed <= limits.free_kmh - limits.slow_margin_kmh,
        speed <= limits.slow_kmh + limits.jam_margin_kmh,
        speed <= limits.slow_kmh - limits.jam_margin_kmh,
        (density > 0) & (speed > 0),
    )


def _rds(
    free: Bools,
    lively: Bools,
    full: Bools,
    jammed: Bools,
    near_free: Bools,
    slowed: Bools,
    near_slow: Bools,
    slow: Bools,
    moving: Bools,
    before: Ints,
) -> Ints:
    """One step after RDS: as NRW with a margin about both speeds, in which the state holds [1]_."""
    unknown = before == NO_STATEMENT
    flowing = _flowing(free, lively)
    slower = np.where(full | unknown | (before == JAM), SLOW, before)
    found = np.where(near_free, np.where(before == SLOW, SLOW, flowing), flowing)
    found = np.where(slowed, slower, found)
    found = np.where(near_slow, np.where(before == JAM, JAM, slower), found)
    found = np.where(slow, np.where(jammed | unknown, JAM, before), found)
    return np.where(moving, found, NO_STATEMENT)


def _density_asked(density: Floats, limits: Limits) -> tuple[Bools, ...]:
    return (
        density <= limits.lively_veh_km,
        density <= limits.dense_veh_km,
        density > limits.slow_veh_km,
        density > limits.jam_veh_km,
    )


def _flowing(free: Bools, lively: Bools) -> Ints:
    """State of traffic above v2 by its density."""
    return np.where(free, FREE, np.where(lively, LIVELY, DENSE))


METHODS = {
    "marz": Method.of(_marz_asked, _marz, 4, holds=True),
    "nrw": Method.of(_nrw_asked, _nrw, 7, holds=True),
    "rds": Method.of(_rds_asked, _rds, 9, holds=False),
}


def datex_status(
    speed_kmh: Floats, free_speed_kmh: Floats, stationary: float, queuing: float, slow: float, heavy: float
) -> Ints:
    """Traffic status of DATEX II from the share of the normal speed.

    Parameters
    ----------
    speed_kmh, free_speed_kmh : float array, shape (n,)
        Mean speed, and the speed of free flow [km/h].
    stationary, queuing, slow, heavy : float
        Shares of the free speed below which traffic is stationary, queuing, slow, heavy; ascending, 0 to 1.

    Returns
    -------
    integer array, shape (n,)
        :data:`STATIONARY` to :data:`FREE_FLOW`, :data:`UNKNOWN` where a speed is missing [2]_.

    Raises
    ------
    ValueError
        The shares do not ascend.
    """
    bounds = np.array([stationary, queuing, slow, heavy])
    if (np.diff(bounds) < 0).any():
        raise ValueError(f"shares must ascend: {bounds}")
    share = ratio(speed_kmh, free_speed_kmh)
    place = np.searchsorted(bounds, share, side="right")
    status = np.array([STATIONARY, QUEUING, SLOW_TRAFFIC, HEAVY, FREE_FLOW])[place]
    return np.where(np.isnan(share), UNKNOWN, status)
