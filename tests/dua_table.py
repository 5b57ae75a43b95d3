"""Tables of the German traffic centres: inputs and expected values side by side, one block of columns each."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from processing.kernels.group import Floats, Ints
from processing.kernels.measured import Bools, Measured, decode

NAN = float("nan")
MINUTE_S = 60


@dataclass(frozen=True)
class Table:
    """Rows below the header, which is the one with a ``T``; a name's blocks are numbered from the left.

    ``titles`` stands above the header; ``parted`` says which rows a line of ``~`` parts from the one before.

    Names of lanes begin small, those of cross-sections with a capital: one finds the other where it is not there.
    """

    name: str
    titles: list[str]
    header: list[str]
    units: list[str]
    parted: list[bool]
    rows: list[list[str]]
    parameters: dict[str, list[str]]

    @property
    def cases(self) -> tuple[Ints, Ints]:
        """Case of each row, and the row in which each case begins: it is the one with a number in front."""
        begins = np.array([bool(line) for line in self.lines])
        return np.cumsum(begins) - 1, np.flatnonzero(begins)

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
        return replace(
            self, rows=[self.rows[number] for number in wanted], parted=[self.parted[number] for number in wanted]
        )

    def parameter(self, *names: str) -> float:
        """Give a number from above the header: behind the last of names that stand in one line, the first leading."""
        cells = self.parameters[_key(names[0])]
        for name in names[1:]:
            cells = cells[cells.index(name) + 1 :]
        return _number(cells[0])

    def seconds(self, block: int) -> int:
        """Give the unit of a length of time [s]."""
        places = [place for place, title in enumerate(self.header) if title == "T"]
        return 1 if self.units[places[block]].strip().lower().startswith("s") else MINUTE_S

    def _place(self, name: str, block: int) -> int:
        exact = [place for place, title in enumerate(self.header) if title == name]
        return (exact or [place for place, title in enumerate(self.header) if _key(title) == _key(name)])[block]


def read(path: Path) -> Table:
    """Read a table; lines that separate cases are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    first = next(number for number, row in enumerate(rows) if "T" in row)
    body, parted = _body(rows[first + 2 :])
    above = [[cell.strip() for cell in row if cell.strip()] for row in rows[:first]]
    parameters = {_key(cells[0]): cells[1:] for cells in above if cells}
    titles = [title.strip() for title in rows[first - 1]]
    header = [title.strip() for title in rows[first]]
    return Table(path.stem, titles, header, rows[first + 1], parted, body, parameters)


def _body(lines: list[list[str]]) -> tuple[list[list[str]], list[bool]]:
    """Rows, and whether each begins after a line that separates."""
    body, parted, cut = [], [], True
    for line in lines:
        if any(cell.strip(" ~") for cell in line):
            body.append(line)
            parted.append(cut)
            cut = False
        elif line and line[0].strip() == "~":
            cut = True
    return body, parted


def _key(name: str) -> str:
    """Write a name with a small first letter."""
    return name[:1].lower() + name[1:]


def _number(cell: str) -> float:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return NAN
