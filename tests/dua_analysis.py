"""What tables of the German traffic centres have in common that show an analysis."""

import numpy as np
from dua_table import Table

from processing.kernels.analysis import Analysis, DesignParameters
from processing.kernels.group import Floats, Ints
from processing.kernels.measured import Bools, Measured, encode, rounded

COUNTS, SPEEDS = ("qKfz", "qLkw", "qPkw"), ("vKfz", "vLkw", "vPkw")
RESULTS = ("aLkw", "kKfz", "kLkw", "kPkw", "qB", "kB")
CLASSES = ("Kfz", "Lkw", "Pkw")


def parameters(table: Table) -> DesignParameters:
    """Parameters that stand above the header."""

    def of_classes(which: str) -> Floats:
        return np.array([[table.parameter(f"k{one}", which)] for one in CLASSES])

    return DesignParameters(
        of_classes("Grenz"),
        of_classes("Max"),
        np.array([table.parameter("kB", "Grenz")]),
        np.array([table.parameter("kB", "Max")]),
        np.array([table.parameter("fl", "k1")]),
        np.array([table.parameter("fl", "k2")]),
    )


def results(found: Analysis) -> list[Measured]:
    """Put results in the order of :data:`RESULTS`."""
    density = [found.density_veh_km[number] for number in range(3)]
    return [found.heavy_share_pct, *density, found.design_flow_pcu_h, found.design_density_pcu_km]


def right_in(table: Table, name: str, block: int, found: Measured, rows: Ints) -> Bools:
    """Whether values, their quality and their mark are those of the table."""
    right: Bools = encode(found) == table.numbers(name, block)[rows]
    right &= rounded(found.quality_ratio * 100) == table.quality(name, block)[rows]
    right &= found.interpolated == table.interpolated(name, block)[rows]
    return right


def seen(table: Table, name: str) -> str:
    """Name of what is expected: that of a cross-section's value where lanes stand beside it."""
    large = name[0].upper() + name[1:]
    return large if large in table.header and name in table.header else name
