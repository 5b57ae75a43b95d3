"""Print how our kernels compare with the tables of the German traffic centres: ``python tests/dua.py [FOLDER]``."""

import sys
from pathlib import Path

from dua_compare import Comparison, every
from fix_recordings import RECORDINGS
from rich.console import Console
from rich.table import Table

SHOWN = 12


def main(folder: Path) -> None:
    """Compare every table of a folder."""
    shown = Table("table", "rows compared", "rows equal", "unequal")
    for one in every(folder):
        if isinstance(one, Comparison):
            shown.add_row(one.name, str(one.compared), str(one.equal), _short(one.unequal))
        else:
            name, why = one
            shown.add_row(name, "0", "0", f"not understood: {why}")
    Console().print(shown)


def _short(unequal: tuple[str, ...]) -> str:
    """Name the first rows."""
    more = f" and {len(unequal) - SHOWN} more" if len(unequal) > SHOWN else ""
    return ", ".join(unequal[:SHOWN]) + more


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDINGS / "dua")
