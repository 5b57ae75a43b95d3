"""Traffic state of lanes and cross-sections by density and speed: MARZ, NRW, RDS, and the status of DATEX II.

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE: MarzStoerfallIndikator (MARZ 2004, 2.3.2.1.4), NrwStoerfallIndikator of
   2016, RdsStoerfallIndikator of 2015. Read. An earlier NRW differs and is not followed.
.. [2] DATEX II v3, TrafficStatusEnum: stationary below 10 % of the normal speed, queuing 10 to 25 %, slow 25 to 75 %.
   Read. Where heavy ends and free flow begins is not in it: a parameter, unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        Where no vehicle was seen: the state stays what it was.
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
    # A step's lanes lie side by side in memory.
    density, speed, idle = (np.ascontiguousarray(one.T) for one in (density_veh_km, speed_kmh, empty))
    missing = np.isnan(density) | np.isnan(speed)
    found = np.full(density.shape, NO_STATEMENT)
    state = np.broadcast_to(first, density.shape[1:]).astype(np.int64)
    for moment in range(len(density)):
        new = METHODS[method](density[moment], speed[moment], limits, state)
        state = np.where(idle[moment], state, np.where(missing[moment], NO_STATEMENT, new))
        found[moment] = state
    return found.T


def marz(density: Floats, speed: Floats, limits: Limits, before: Ints) -> Ints:
    """One step after MARZ: free, dense, slow, jam; shapes (lanes,) [1]_."""
    was_slow = (before == SLOW) | (before == JAM)
    fast, slow = speed >= limits.free_kmh, speed < limits.slow_kmh
    full = density > limits.dense_veh_km
    flowing = np.where(fast, np.where(density > limits.lively_veh_km, DENSE, FREE), SLOW)
    mixed = np.where(was_slow, JAM, np.where(fast, DENSE, SLOW))
    return np.where(slow & full, JAM, np.where(slow | full, mixed, flowing))


def nrw(density: Floats, speed: Floats, limits: Limits, before: Ints) -> Ints:
    """One step after NRW: five states; what fits none stays as it was; shapes (lanes,) [1]_."""
    congested = before >= DENSE
    jam = (density > limits.jam_veh_km) | ((speed < limits.slow_kmh) & congested)
    slow = (speed < limits.free_kmh) & ((density > limits.slow_veh_km) | congested)
    flowing = np.where(speed >= limits.free_kmh, _flowing(density, limits), before)
    return np.where(jam, JAM, np.where(slow, SLOW, flowing))


def rds(density: Floats, speed: Floats, limits: Limits, before: Ints) -> Ints:
    """One step after RDS: as NRW with a margin about both speeds, in which the state holds; shapes (lanes,) [1]_."""
    crawling = np.where((density > limits.jam_veh_km) | (before == NO_STATEMENT), JAM, before)
    from_jam = (before == NO_STATEMENT) | (before == JAM)
    slow = np.where((density > limits.slow_veh_km) | from_jam, SLOW, before)
    flowing = _flowing(density, limits)
    near_free = np.where(before == SLOW, SLOW, flowing)
    near_slow = np.where(before == JAM, JAM, slow)
    found = np.where(speed <= limits.free_kmh + limits.slow_margin_kmh, near_free, flowing)
    found = np.where(speed <= limits.free_kmh - limits.slow_margin_kmh, slow, found)
    found = np.where(speed <= limits.slow_kmh + limits.jam_margin_kmh, near_slow, found)
    found = np.where(speed <= limits.slow_kmh - limits.jam_margin_kmh, crawling, found)
    return np.where((density > 0) & (speed > 0), found, NO_STATEMENT)


def _flowing(density: Floats, limits: Limits) -> Ints:
    """State of traffic above v2 by its density."""
    return np.where(density <= limits.lively_veh_km, FREE, np.where(density <= limits.dense_veh_km, LIVELY, DENSE))


METHODS = {"marz": marz, "nrw": nrw, "rds": rds}


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
