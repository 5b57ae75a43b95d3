"""Intensities: carbon per unit of work (SCI), and energy per volume of WLAN.

References
----------
.. [1] Green Software Foundation, SCI 1.1.0 (ISO/IEC 21031): ((E * I) + M) / R, M = TE * TiR/EL * RR/ToR. Read.
"""

from __future__ import annotations

from processing.figures.figure import Figure, combined, missing

BYTES_PER_GB = 1e9


def software_intensity(operational_g: float, embodied_g: float, units: float) -> float:
    """Carbon per functional unit [g].

    Parameters
    ----------
    operational_g : float
        Energy times the grid's intensity [g].
    embodied_g : float
        Share of the hardware's emissions [g].
    units : float
        Functional units of work done.

    Raises
    ------
    ValueError
        No work was done.
    """
    if units <= 0:
        raise ValueError("an intensity needs work done")
    return (operational_g + embodied_g) / units


def embodied(total_g: float, used_h: float, lifespan_h: float, resource_ratio: float) -> float:
    """Share of a machine's embodied emissions that a piece of software is to answer for [g].

    Parameters
    ----------
    total_g : float
        Embodied emissions of the machine [g].
    used_h, lifespan_h : float
        Time reserved, and the machine's life [h].
    resource_ratio : float
        Share of the machine that is reserved, 0 to 1.
    """
    return total_g * used_h / lifespan_h * resource_ratio


def energy_per_gb(energy: Figure, volume_bytes: float | None) -> Figure:
    """Energy of the access points per volume they carried [kWh/GB]."""
    if volume_bytes is None:
        return combined(None, "kWh/GB", (energy, missing("kWh/GB", "no_data", "no volume was reported")))
    if energy.value is None:
        return combined(None, "kWh/GB", (energy,))
    if volume_bytes == 0:
        return combined(None, "kWh/GB", (energy,)).but("undefined", "nothing was transferred")
    return combined(energy.value / (volume_bytes / BYTES_PER_GB), "kWh/GB", (energy,))
