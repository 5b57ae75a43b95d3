"""Tables of the German traffic centres: inputs and expected values side by side, one block of columns each."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processing.kernels.group import Floats
from processing.kernels.measured import Bools, Measured, decode

NAN = float("nan")


@dataclass(frozen=True)
class Table:
    """Rows below the header, which is the one with a ``T``; a name's blocks are numbered from the left."""

    header: list[str]
    units: list[str]
    rows: list[list[str]]

    @property
    def lines(self) -> list[str]:
        """What stands in the first column: the number of the case."""
        return [row[0].strip() for row in self.rows]

    def column(self, name: str, block: int) -> list[str]:
        """Cells of a name's column in one block."""
        place = self._place(name, block)
        return [row[place] for row in self.rows]

    def numbers(self, name: str, block: int) -> Floats:
        """Cells as numbers, NaN for an empty one."""
        return np.array([_number(cell) for cell in self.column(name, block)])

    def quality(self, name: str, block: int) -> Floats:
        """Quality beside a value, in percent."""
        place = self.header.index("Güte", self._place(name, block))
        return np.array([_number(row[place].rstrip("% ")) for row in self.rows])

    def interpolated(self, name: str, block: int) -> Bools:
        """Whether a value is marked as a substitute, or as set to a limit."""
        first = self._place(name, block)
        places = range(first + 1, self.header.index("Güte", first))
        marks = [place for place in places if self.units[place] in ("Interp.", "WMax", "WMin")]
        return np.array([any(row[place] == "Ja" for place in marks) for row in self.rows])

    def measured(self, names: tuple[str, ...], block: int, *, graded: bool) -> Measured:
        """Values of several columns, shape (names, rows), with quality and origin if the table has them."""
        code = np.stack([self.numbers(name, block) for name in names])
        if not graded:
            return decode(code)
        quality = np.stack([self.quality(name, block) / 100 for name in names])
        return decode(code, quality, np.stack([self.interpolated(name, block) for name in names]))

    def only(self, wanted: list[int]) -> "Table":
        """Keep some of the rows."""
        return Table(self.header, self.units, [self.rows[number] for number in wanted])

    def _place(self, name: str, block: int) -> int:
        return [place for place, title in enumerate(self.header) if title == name][block]


def read(path: Path) -> Table:
    """Read a table; lines that separate cases are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    first = next(number for number, row in enumerate(rows) if "T" in row)
    body = [row for row in rows[first + 2 :] if any(cell.strip(" ~") for cell in row)]
    return Table([title.strip() for title in rows[first]], rows[first + 1], body)


def _number(cell: str) -> float:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return NAN
