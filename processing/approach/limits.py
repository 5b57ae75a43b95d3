"""Limits that the measures of approaches rest on, from dated rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from processing.kernels.group import Floats


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of a task, by short name.

    Parameters
    ----------
    rows : mapping of (str, str) to float
        As the task has them.
    """

    rows: Mapping[tuple[str, str], float]

    def value(self, name: str) -> float:
        """Give the limit ``signal_<name>``.

        Raises
        ------
        LookupError
            No such limit holds on the day.
        """
        return self.rows[f"signal_{name}", ""]

    def us(self, name: str) -> int:
        """Give a limit in seconds in microseconds."""
        return round(self.value(name) * 1e6)

    def grades(self, name: str) -> Floats:
        """Give the limits of the grades of ``signal_<name>``, from A on."""
        return np.array([value for (known, _), value in sorted(self.rows.items()) if known == f"signal_{name}"])
