"""Series smoothed and followed through time: smoothed values, their short forecast, and the traffic state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from processing.kernels.congestion import NO_STATEMENT, UNKNOWN, Limits, datex_status, states
from processing.kernels.group import Floats, Ints, ratio
from processing.kernels.measured import Bools
from processing.kernels.trend import Smoothing, smooth
from processing.threshold import Scoped


@dataclass(frozen=True, slots=True)
class TrafficState:
    """What has memory, each of shape (series, steps)."""

    flow_smoothed_veh_h: Floats
    speed_smoothed_kmh: Floats
    flow_forecast_veh_h: Floats
    speed_forecast_kmh: Floats
    marz: Ints
    nrw: Ints
    rds: Ints
    datex: Ints

    def columns(self, at: tuple[Ints, Ints]) -> dict[str, npt.NDArray[Any]]:
        """Columns of the series and steps that are written."""
        return {
            "flow_smoothed_veh_h": self.flow_smoothed_veh_h[at],
            "speed_smoothed_kmh": self.speed_smoothed_kmh[at],
            "flow_forecast_veh_h": self.flow_forecast_veh_h[at],
            "speed_forecast_kmh": self.speed_forecast_kmh[at],
            "state_marz": self.marz[at],
            "state_nrw": self.nrw[at],
            "state_rds": self.rds[at],
            "state_datex": self.datex[at],
        }


def follow(flow_veh_h: Floats, speed_kmh: Floats, lanes: Floats, free_kmh: Floats, limits: Scoped) -> TrafficState:
    """Smooth series and follow their state, each from its first step on.

    Parameters
    ----------
    flow_veh_h, speed_kmh : float array, shape (series, steps)
        Flow and mean speed of lanes or cross-sections [veh/h, km/h].
    lanes : float array, shape (series,)
        How many lanes the series has; limits of density are those of one lane.
    free_kmh : float array, shape (series,)
        Speed of free flow; NaN where it is not configured [km/h].
    limits : Scoped
        Limits of each series.

    Returns
    -------
    TrafficState
        MARZ, NRW and RDS follow the density of smoothed flow and speed, and the smoothed speed, as tables DUAStNRW and
        DUAStRDS have it; DATEX II the smoothed speed.
    """
    empty = flow_veh_h == 0
    factors = (limits(f"traffic_smoothing_{one}") for one in _FACTORS)
    twice = [np.concatenate((one, one)) for one in factors]
    both = np.concatenate((flow_veh_h, speed_kmh))
    held = np.concatenate((np.zeros(empty.shape, np.bool_), empty))
    smoothed, forecast = smooth(both, held, Smoothing(np.full(len(both), np.nan), *twice), rounds=False)
    count = len(flow_veh_h)
    flow, speed = smoothed[:count], smoothed[count:]
    density = ratio(flow, speed) / lanes[:, None]
    bounds = Limits(*(limits(f"traffic_state_{one}") for one in _BOUNDS))
    first = np.array([NO_STATEMENT])
    return TrafficState(
        flow,
        speed,
        forecast[:count],
        forecast[count:],
        states(density, speed, empty, bounds, first, "marz"),
        states(density, speed, empty, bounds, first, "nrw"),
        states(density, speed, empty, bounds, first, "rds"),
        _datex(speed, free_kmh, limits),
    )


_FACTORS = ("level_falling", "level_rising", "trend_falling", "trend_rising")
_BOUNDS = (
    "slow_speed",
    "free_speed",
    "lively_density",
    "dense_density",
    "jam_density",
    "slow_density",
    "slow_margin",
    "jam_margin",
)
_SHARES = ("stationary", "queuing", "slow", "heavy")


def _datex(speed_kmh: Floats, free_kmh: Floats, limits: Scoped) -> Ints:
    """Status of DATEX II; unknown where the speed of free flow is not configured."""
    found = np.full(speed_kmh.shape, UNKNOWN)
    shares = np.stack([limits(f"traffic_datex_{one}") for one in _SHARES], axis=1)
    kinds, kind = np.unique(np.nan_to_num(shares, nan=-1.0), axis=0, return_inverse=True)
    for number, (stationary, queuing, slow, heavy) in enumerate(kinds.tolist()):
        mine: Bools = kind.reshape(-1) == number
        if min(stationary, queuing, slow, heavy) >= 0:
            found[mine] = datex_status(speed_kmh[mine], free_kmh[mine][:, None], stationary, queuing, slow, heavy)
    return found
