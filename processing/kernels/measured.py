"""Measured values: a number, or the reason why there is none, with quality and origin.

References
----------
.. [1] TLS 2012 and the DUA tables write a reason in place of the number: -1 not determinable (no vehicle, hence no
   speed), -2 faulty, -3 one of the two. Tables read.
.. [2] DUA, SWE Guete: quality of a sum is the mean of its parts, of a product or quotient their product. Derived from
   DUA25, DUA26 and DUA28, which it reproduces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from processing.kernels.group import Floats, Ints

Bools = npt.NDArray[np.bool_]
Key = int | slice | Ints | Bools | tuple[int | slice | Ints | Bools | None, ...]

REPORTED, NOT_DETERMINABLE, FAULTY, EITHER = 0, 1, 2, 3
"""Why there is no number; the codes of TLS without their sign. ``REPORTED`` without a number: nothing was said."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Values with status, quality and origin, all of the same shape.

    Parameters
    ----------
    number : float array
        The value in its unit; NaN where there is none.
    status : integer array
        Why there is none: :data:`REPORTED`, :data:`NOT_DETERMINABLE`, :data:`FAULTY` or :data:`EITHER`.
    quality_ratio : float array
        Quality (Guete), 0 to 1.
    interpolated : bool array
        Whether a substitute took part in it.
    """

    number: Floats
    status: Ints
    quality_ratio: Floats
    interpolated: Bools

    def __getitem__(self, key: Key) -> Measured:
        return Measured(self.number[key], self.status[key], self.quality_ratio[key], self.interpolated[key])


def decode(code: Floats, quality_ratio: Floats | None = None, interpolated: Bools | None = None) -> Measured:
    """Read values as TLS writes them.

    Parameters
    ----------
    code : float array
        Value, or -1, -2 or -3; NaN where nothing was said.
    quality_ratio : float array, optional
        Quality, 0 to 1; 1 where not given.
    interpolated : bool array, optional
        Whether the value is a substitute.

    Returns
    -------
    Measured
        The same with NaN and a status in place of the codes.

    Raises
    ------
    ValueError
        A negative number that is no code.
    """
    known = np.isnan(code) | (code >= 0) | np.isin(code, (-NOT_DETERMINABLE, -FAULTY, -EITHER))
    if not known.all():
        raise ValueError(f"{code[~known][0]} is neither a value nor a status")
    status = np.where(code < 0, -code, REPORTED).astype(np.int64)
    return Measured(
        np.where(code < 0, np.nan, code),
        status,
        np.ones(code.shape) if quality_ratio is None else quality_ratio,
        np.zeros(code.shape, np.bool_) if interpolated is None else interpolated,
    )


def encode(measured: Measured) -> Floats:
    """Write values as TLS does: the value, or -1, -2 or -3; NaN where nothing was said."""
    return np.where(measured.status == REPORTED, measured.number, -measured.status.astype(np.float64))


def faulted(measured: Measured, where: Bools) -> Measured:
    """Declare values faulty."""
    number = np.where(where, np.nan, measured.number)
    return replace(measured, number=number, status=np.where(where, FAULTY, measured.status))


def stacked(parts: list[Measured]) -> Measured:
    """Put values of one shape together along a new first axis, for instance the classes of vehicles."""
    return Measured(
        np.stack([part.number for part in parts]),
        np.stack([part.status for part in parts]),
        np.stack([part.quality_ratio for part in parts]),
        np.stack([part.interpolated for part in parts]),
    )


def joined(parts: list[Measured]) -> Measured:
    """Put values together along their first axis."""
    return Measured(
        np.concatenate([part.number for part in parts]),
        np.concatenate([part.status for part in parts]),
        np.concatenate([part.quality_ratio for part in parts]),
        np.concatenate([part.interpolated for part in parts]),
    )


def reshaped(measured: Measured, shape: tuple[int, ...]) -> Measured:
    """Lay values out in another shape of as many."""
    return Measured(
        measured.number.reshape(shape),
        measured.status.reshape(shape),
        measured.quality_ratio.reshape(shape),
        measured.interpolated.reshape(shape),
    )


def reason(*statuses: Ints) -> Ints:
    """Why a result is missing, from the status of what it needs: a fault before "not determinable".

    A fault in an input says of the result :data:`EITHER` [1]_.
    """
    fault = np.logical_or.reduce([(status == FAULTY) | (status == EITHER) for status in statuses])
    undetermined = np.logical_or.reduce([status == NOT_DETERMINABLE for status in statuses])
    return np.where(fault, EITHER, np.where(undetermined, NOT_DETERMINABLE, REPORTED)).astype(np.int64)


def result(number: Floats, status: Ints, quality_ratio: Floats, interpolated: Bools) -> Measured:
    """Put a result together: a status only where there is no number, a substitute only where there is one."""
    there = ~np.isnan(number)
    return Measured(number, np.where(there, REPORTED, status), quality_ratio, interpolated & there)


def rounded(number: Floats) -> Floats:
    """Round to whole units, halves up, as the tables do; :func:`numpy.rint` would round them to even."""
    return np.floor(number + 0.5)
