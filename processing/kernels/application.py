"""Applications: the part of a node's energy an application is to answer for.

References
----------
.. [1] Kepler, power attribution guide: the active power of a node is its power times its usage ratio, and a workload's
   is the active power times the workload's share of the CPU time used. The node's own CPU time cancels. Read.
"""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Floats, ratio


def active_energy(node_energy_kwh: Floats, cpu_s: Floats, covered_s: Floats, cores: Floats) -> tuple[Floats, Floats]:
    """Attribute a node's active energy by CPU time.

    Parameters
    ----------
    node_energy_kwh : float array, shape (n,)
        Energy of the node in the window [kWh].
    cpu_s : float array, shape (n,)
        CPU time of the application in the window [s].
    covered_s : float array, shape (n,)
        Time of the window in which the CPU time was observed [s].
    cores : float array, shape (n,)
        CPU cores of the node.

    Returns
    -------
    share_ratio : float array, shape (n,)
        CPU time used by the application over CPU time the node offered, 0 to 1.
    energy_kwh : float array, shape (n,)
        Its active energy [kWh]; what is left of the node's energy is idle or not attributed.
    """
    share = ratio(cpu_s, cores * covered_s)
    return share, node_energy_kwh * share


def idle_energy(node_energy_kwh: Floats, usage: Floats, reserved: Floats) -> Floats:
    """Attribute a node's idle energy by what is reserved.

    Parameters
    ----------
    node_energy_kwh : float array, shape (n,)
        Energy of the node in the window [kWh].
    usage : float array, shape (n,)
        CPU time used on the node over CPU time offered, 0 to 1.
    reserved : float array, shape (n,)
        Share of the node that is reserved for the application; NaN where nothing is.

    Returns
    -------
    float array, shape (n,)
        Idle energy the application is to answer for [kWh]; of what nobody reserved, nobody does.
    """
    return node_energy_kwh * (1 - np.clip(usage, 0, 1)) * reserved
