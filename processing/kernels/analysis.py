"""Analysis of one lane or cross-section: hourly flow, heavy share, densities and design flow, rounded as the tables.

Arrays of shape (3, n) hold the classes all, heavy, car (:mod:`processing.kernels.plausibility`).

References
----------
.. [1] DUA, SWE Datenaufbereitung LVE: table DUA25, and CommonFunctions.berechneDichte, which since 2008 also caps the
   quotient at the greatest density; tables DUA26 and DUA81 are older and do not. Read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats, ratio
from processing.kernels.measured import Measured, reason, result, rounded
from processing.kernels.plausibility import ALL, CAR, HEAVY

HOUR_S = 3600.0
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class DesignParameters:
    """Parameters of a lane or cross-section; every array is broadcast to its result.

    Parameters
    ----------
    density_limit_veh_km, greatest_density_veh_km : float array, shape (3, 1) or (3, n)
        At speed 0 a density that was below the limit becomes 0, else the greatest (kGrenz, kMax) [veh/km].
    design_density_limit_pcu_km, greatest_design_density_pcu_km : float array, shape (1,) or (n,)
        The same of the design density [pcu/km].
    heavy_equivalent_pcu : float array, shape (1,) or (n,)
        Passenger car units of a heavy vehicle that is not slower than cars (k1).
    heavy_equivalent_pcu_per_kmh : float array, shape (1,) or (n,)
        Increase per difference of speeds (k2).
    """

    density_limit_veh_km: Floats
    greatest_density_veh_km: Floats
    design_density_limit_pcu_km: Floats
    greatest_design_density_pcu_km: Floats
    heavy_equivalent_pcu: Floats
    heavy_equivalent_pcu_per_kmh: Floats


@dataclass(frozen=True, slots=True)
class Analysis:
    """Results; ``density_veh_km`` has shape (3, n), the others (n,)."""

    heavy_share_pct: Measured
    density_veh_km: Measured
    design_flow_pcu_h: Measured
    design_density_pcu_km: Measured


def hourly(count: Measured, interval_s: Floats) -> Measured:
    """Turn counts into hourly flows.

    Parameters
    ----------
    count : Measured, shape (..., n)
        Vehicles.
    interval_s : float array, broadcast to the counts
        Length of the interval [s].

    Returns
    -------
    Measured, shape (..., n)
        Flow in whole vehicles [veh/h]; a faulty count leaves "either" [1]_.
    """
    number = rounded(ratio(count.number * HOUR_S, interval_s + np.zeros_like(count.number)))
    return result(number, reason(count.status), count.quality_ratio, count.interpolated)


def accepted(measured: Measured) -> Measured:
    """Take a value over unchanged; a faulty one leaves "either" [1]_."""
    return result(measured.number, reason(measured.status), measured.quality_ratio, measured.interpolated)


def analyse(
    flow: Measured, speed: Measured, parameters: DesignParameters, density_before: Floats, design_density_before: Floats
) -> Analysis:
    """Analyse one interval of each lane.

    Parameters
    ----------
    flow : Measured, shape (3, n)
        Flow by class [veh/h].
    speed : Measured, shape (3, n)
        Mean speed by class [km/h].
    parameters : DesignParameters
        Limits of density, and what a heavy vehicle counts.
    density_before : float array, shape (3, n)
        Densities of the interval before, NaN where there are none [veh/km].
    design_density_before : float array, shape (n,)
        Design density of the interval before [pcu/km].

    Returns
    -------
    Analysis
        Heavy share in whole percent, densities and design flow in whole units [1]_. At speed 0 without a density
        before there is none; the source takes the greatest then, which no table shows.
    """
    share = np.where(flow.number[HEAVY] == 0, 0.0, rounded(ratio(flow.number[HEAVY] * PERCENT, flow.number[ALL] + 0.0)))
    both = reason(flow.status[ALL], flow.status[HEAVY])
    # Heavy vehicles without vehicles: not determinable rather than infinite.
    share_status = np.where((flow.number[ALL] == 0) & (flow.number[HEAVY] > 0), 1, both)
    heavy_share = result(
        np.where(both == 0, share, np.nan),
        share_status,
        flow.quality_ratio[ALL] * flow.quality_ratio[HEAVY],
        flow.interpolated[ALL] | flow.interpolated[HEAVY],
    )
    density = _density(flow, speed, density_before, parameters.density_limit_veh_km, parameters.greatest_density_veh_km)
    design_flow = _design_flow(flow, speed, parameters)
    design_density = _density(
        design_flow,
        speed[ALL],
        design_density_before,
        parameters.design_density_limit_pcu_km,
        parameters.greatest_design_density_pcu_km,
    )
    return Analysis(heavy_share, density, design_flow, design_density)


def _density(flow: Measured, speed: Measured, before: Floats, limit: Floats, greatest: Floats) -> Measured:
    """Flow over speed, and at speed 0 what the density before allows."""
    standing = np.where(before < limit, 0.0, np.maximum(greatest, before))
    moving = np.minimum(rounded(ratio(flow.number, speed.number)), greatest)
    known = ~np.isnan(flow.number)
    number = np.where(known & (speed.number == 0), standing, moving)
    status = reason(flow.status, speed.status)
    # Standing traffic whose density before is unknown.
    status = np.where((status == 0) & (speed.number == 0) & np.isnan(number), 1, status)
    return result(number, status, flow.quality_ratio * speed.quality_ratio, flow.interpolated | speed.interpolated)


def _design_flow(flow: Measured, speed: Measured, parameters: DesignParameters) -> Measured:
    """Cars plus heavy vehicles in passenger car units."""
    slower = np.nan_to_num(np.maximum(speed.number[CAR] - speed.number[HEAVY], 0.0))
    slower = np.where(speed.number[HEAVY] == 0, 0.0, slower)
    equivalent = parameters.heavy_equivalent_pcu + parameters.heavy_equivalent_pcu_per_kmh * slower
    status = reason(flow.status[CAR], flow.status[HEAVY])
    fault = reason(speed.status[CAR], speed.status[HEAVY]) > 1
    number = np.where(fault, np.nan, rounded(flow.number[CAR] + equivalent * flow.number[HEAVY]))
    return result(
        number,
        np.where(fault, 3, status),
        (flow.quality_ratio[CAR] + flow.quality_ratio[HEAVY]) / 2,
        flow.interpolated[CAR] | flow.interpolated[HEAVY],
    )
