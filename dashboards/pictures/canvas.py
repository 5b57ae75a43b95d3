"""The canvas: one look for all pictures, the same bytes for the same data, and words where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure

from emscher import __version__

Language = Literal["de", "en"]
Form = Literal["png", "svg"]

INK, SOFT, RULE, MISSING = "#14212b", "#46545f", "#d5d9d6", "#ededea"
LINES = ("#0b5c7a", "#b04a00", "#6a3d9a", "#3d7a1d")
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlepad": 12,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "hatch.color": "#9aa3a8",
    "hatch.linewidth": 0.6,
    # Without a salt of its own every SVG would have other identifiers.
    "svg.hashsalt": "emscher",
    "svg.fonttype": "path",
}
WIDTH_IN = 8.0
DPI = 110
SIMULATED = {"de": "Simulierte Daten einer vorgestellten Stadt", "en": "Simulated data of a pretend city"}
NOTHING = {"de": "Für diesen Zeitraum liegen keine Daten vor.", "en": "There are no data for this time."}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture under its name.

    Parameters
    ----------
    name : str
        Name of the file, without its ending.
    figure : Figure
        What is drawn.
    """

    name: str
    figure: Figure

    def save(self, folder: Path, forms: tuple[Form, ...]) -> list[Path]:
        """Write it in each format."""
        paths = []
        for form in forms:
            path = folder / f"{self.name}.{form}"
            with mpl.rc_context(STYLE):
                metadata = {"Date": None} if form == "svg" else {"Software": f"Emscher {__version__}"}
                self.figure.savefig(path, format=form, metadata=metadata, facecolor="white")
            paths.append(path)
        return paths


@contextmanager
def drawing(
    name: str, title: str, language: Language, *, height_in: float = 4.0, simulated: bool = False
) -> Iterator[tuple[Picture, Axes]]:
    """Give an empty picture to draw on.

    Parameters
    ----------
    name, title : str
        Name of the file, and what stands above.
    language : str
        Of the words on it.
    height_in : float
        Its height [inch].
    simulated : bool
        Whether anything on it is simulated, which is then said below.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(title)
        if simulated:
            figure.supxlabel(SIMULATED[language], fontsize=8.5, color=SOFT, x=0.99, ha="right")
        yield Picture(name, figure), axes


def nothing(axes: Axes, language: Language) -> None:
    """Say that there is nothing to draw, instead of an empty frame or a zero."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, NOTHING[language], transform=axes.transAxes, ha="center", va="center", fontsize=12, color=SOFT)


def clock(axes: Axes, zone: str) -> None:
    """Write times of day of the city below."""
    axes.xaxis.set_major_locator(AutoDateLocator(tz=ZoneInfo(zone), minticks=4, maxticks=9))  # type: ignore[no-untyped-call] # as the next
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=ZoneInfo(zone)))  # type: ignore[no-untyped-call] # matplotlib.dates has no types


def legend(axes: Axes, handles: Sequence[Artist] | None = None) -> None:
    """Name what is drawn, below, where nothing else stands."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes belong to no figure")
    if handles is None:
        handles, _ = axes.get_legend_handles_labels()
    figure.legend(handles=list(handles), loc="outside lower left", frameon=False, ncols=4, fontsize=9)
