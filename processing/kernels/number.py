"""Numbers: one small integer for each pair of a controller and one of its phases or detectors."""

from __future__ import annotations

import numpy as np

from processing.kernels.group import Ints


def numbered(controller: Ints, parameter: Ints) -> tuple[Ints, Ints, Ints]:
    """Number the pairs that occur.

    Parameters
    ----------
    controller : integer array, shape (n,)
        Number of the controller, any from 0.
    parameter : integer array, shape (n,)
        Number of the phase, signal group or detector, from 0.

    Returns
    -------
    number : integer array, shape (n,)
        0 to m - 1, ascending with controller and parameter.
    controller_of, parameter_of : integer array, shape (m,)
        The pair behind each number.

    Raises
    ------
    ValueError
        The shapes disagree, or a number is negative.
    """
    if controller.shape != parameter.shape:
        raise ValueError(f"{controller.shape} controllers for {parameter.shape} parameters")
    if controller.size == 0:
        nothing = np.empty(0, np.int64)
        return nothing, nothing, nothing
    if controller.min() < 0 or parameter.min() < 0:
        raise ValueError("controllers and parameters are numbered from 0")
    width = int(parameter.max()) + 1
    pair = controller * width + parameter
    least = int(pair.min())
    pair = pair - least
    if int(pair.max()) < 16 * pair.size + 1_000_000:
        there = np.zeros(int(pair.max()) + 1, np.bool_)
        there[pair] = True
        (pairs,) = np.nonzero(there)
        number = (np.cumsum(there) - 1)[pair]
    else:
        pairs, number = np.unique(pair, return_inverse=True)
    pairs = pairs + least
    return number, pairs // width, pairs % width


def within(controller: Ints, parameter: Ints, controller_of: Ints, parameter_of: Ints) -> Ints:
    """Find the numbers of pairs among numbered ones.

    Parameters
    ----------
    controller, parameter : integer array, shape (n,)
        Pairs asked for.
    controller_of, parameter_of : integer array, shape (m,)
        Pairs behind the numbers, ascending, as :func:`numbered` gives them.

    Returns
    -------
    integer array, shape (n,)
        Number of each pair, -1 where it is not among them.
    """
    if controller_of.size == 0:
        return np.full(controller.shape, -1)
    width = int(max(parameter.max(initial=0), parameter_of.max())) + 1
    known, asked = controller_of * width + parameter_of, controller * width + parameter
    place = np.minimum(np.searchsorted(known, asked), known.size - 1)
    return np.where((known[place] == asked) & (parameter >= 0), place, -1)
