"""A grid: rows of places over times, coloured by value; what is missing is hatched and named in the legend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.patches import Patch

from dashboards.pictures.canvas import MISSING, clock, legend

Floats = npt.NDArray[np.float64]
FINE = 12
"""From so many rows on their names are written smaller."""


def grid(
    axes: Axes,
    rows: Sequence[str],
    times: Sequence[datetime],
    values: Floats,
    step: timedelta,
    *,
    unit: str,
    missing: str,
    zone: str,
) -> None:
    """Draw a grid.

    Parameters
    ----------
    axes : Axes
        Where.
    rows : sequence of str
        Names of the rows, from above.
    times : sequence of datetime
        Begins of the columns.
    values : ndarray, shape (rows, times)
        NaN where there is none.
    step : timedelta
        Width of a column.
    unit : str
        What the colours mean.
    missing : str
        What a hatched cell means.
    zone : str
        Zone of the times below.
    """
    edges = date2num([*times, times[-1] + step])  # type: ignore[no-untyped-call] # matplotlib.dates has no types
    axes.patch.set(facecolor=MISSING, hatch="////", edgecolor="#9aa3a8", linewidth=0)
    drawn = axes.pcolormesh(
        edges, np.arange(len(rows) + 1), np.ma.masked_invalid(values), cmap="cividis", vmin=0, rasterized=True
    )
    axes.set_ylim(len(rows), 0)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=9 if len(rows) < FINE else 7)
    axes.tick_params(length=0)
    clock(axes, zone)
    axes.figure.colorbar(drawn, ax=axes, label=unit, pad=0.01)
    if np.isnan(values).any():
        patch = Patch(facecolor=MISSING, hatch="////", edgecolor="#9aa3a8", label=missing)
        legend(axes, [patch])


def laid(found: Sequence[tuple[str, datetime, float | None]]) -> tuple[list[str], list[datetime], Floats]:
    """Lay values out as a grid: rows and times in order, NaN where there is no value."""
    rows = list(dict.fromkeys(name for name, _, _ in found))
    times = sorted({at for _, at, _ in found})
    values = np.full((len(rows), len(times)), np.nan)
    row_of, column_of = {name: place for place, name in enumerate(rows)}, {at: place for place, at in enumerate(times)}
    for name, at, value in found:
        values[row_of[name], column_of[at]] = np.nan if value is None else value
    return rows, times, values
