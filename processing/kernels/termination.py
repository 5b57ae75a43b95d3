"""Terminations: why greens ended.

References
----------
.. [1] Indiana enumeration, doi:10.5703/1288284316998: 4 gap-out, 5 max-out, 6 force-off. Codes as quoted by the ATSPM
   projects; unverified there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Ints

GAP_OUT, MAX_OUT, FORCE_OFF = 4, 5, 6


@dataclass(frozen=True, slots=True)
class Terminations:
    """Terminations by group, each of shape (n_groups,)."""

    gap_out_count: Ints
    max_out_count: Ints
    force_off_count: Ints
    max_outs_in_a_row: Ints


def terminations(group: Ints, n_groups: int, code: Ints) -> Terminations:
    """Count terminations by kind.

    Parameters
    ----------
    group : integer array, shape (n,)
        Number of each event's group, one phase and window, -1 for none; the events of a group by time.
    n_groups : int
        Number of groups.
    code : integer array, shape (n,)
        Code; others than 4, 5, 6 are left out.

    Returns
    -------
    Terminations
        Counts, and the longest run of max-outs without another kind between them.
    """
    (row,) = np.nonzero((code >= GAP_OUT) & (code <= FORCE_OFF) & (group >= 0))
    row = row[np.argsort(group[row], kind="stable")]
    group, code = group[row], code[row]
    counts = np.bincount(group * 3 + (code - GAP_OUT), minlength=3 * n_groups).reshape(n_groups, 3)
    breaks = np.ones(len(row), np.bool_)
    breaks[1:] = (group[1:] != group[:-1]) | (code[1:] != code[:-1])
    (first,) = np.nonzero(breaks)
    lengths = np.diff(np.append(first, [len(row)]))
    longest = np.zeros(n_groups, np.int64)
    of_max_outs = code[first] == MAX_OUT
    np.maximum.at(longest, group[first[of_max_outs]], lengths[of_max_outs])
    return Terminations(counts[:, 0], counts[:, 1], counts[:, 2], longest)
