"""An attacker who knows everything that is published and looks for the numbers that are not, by integer programming."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


@dataclass(frozen=True, slots=True)
class Known:
    """A published figure: the sum of some cells lies between two numbers."""

    cells: frozenset[Any]
    least: float
    most: float


def reach(suppressed: Sequence[Any], smallest: int, known: Sequence[Known], cell: Any) -> tuple[int, int]:  # noqa: ANN401 - any key
    """Find the least and the most that a suppressed cell can be.

    Parameters
    ----------
    suppressed : sequence
        Keys of the cells that are not shown; each is a whole number of devices from 1 to below `smallest`.
    smallest : int
        Smallest number that is shown.
    known : sequence of Known
        Everything that is published; cells that are shown are already subtracted.
    cell : key
        The cell that is attacked.
    """
    place: Mapping[Any, int] = {key: number for number, key in enumerate(suppressed)}
    rows = [one for one in known if one.cells & place.keys()]
    constraints = []
    if rows:
        matrix = np.zeros((len(rows), len(suppressed)))
        for number, one in enumerate(rows):
            for key in one.cells & place.keys():
                matrix[number, place[key]] = 1
        constraints.append(LinearConstraint(matrix, [one.least for one in rows], [one.most for one in rows]))
    found = []
    for sign in (1, -1):
        cost = np.zeros(len(suppressed))
        cost[place[cell]] = sign
        solved = milp(
            cost,
            integrality=np.ones(len(suppressed)),
            bounds=Bounds(1, smallest - 1),
            constraints=constraints,
        )
        if solved.x is None:
            raise ValueError(f"what is published contradicts itself: {solved.message}")
        found.append(round(solved.x[place[cell]]))
    return found[0], found[1]
