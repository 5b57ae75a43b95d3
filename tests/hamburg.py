"""Hamburg's signal cycles as our kernels read them: ``python tests/hamburg.py [FOLDER]`` prints what they say."""

import gzip
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv
from fix_recordings import RECORDINGS
from rich.console import Console
from rich.table import Table

from processing.kernels.group import Floats, Ints
from processing.kernels.signal_state import AMBER, DARK, FIRST_STATE_CODE, GREEN, RED, RED_AMBER, STATE_COUNT, changes
from processing.kernels.timeline import Timeline, timeline
from processing.kernels.transition import PEDESTRIANS, VEHICLES, transition_counts

SECOND_US = 1_000_000
LONGEST_US = 3600 * SECOND_US
RESTART = 184
AMBER_S, RED_AMBER_S, SHORT_S = 3, 1, 5
NAMES = ("dark", "red", "amber", "green", "red-amber")


@dataclass(frozen=True)
class Colours:
    """One colour per second of each cycle, and the run lengths of all."""

    shown: Timeline
    cycle_s: Ints

    def durations_s(self, state: int) -> Floats:
        """Durations of a state whose begin and end are known."""
        chosen = self.shown.whole & (self.shown.state == state)
        duration_us = self.shown.end_us[chosen] - self.shown.start_us[chosen]
        duration_s: Floats = duration_us / SECOND_US
        return duration_s

    def lawful_greens_s(self) -> Floats:
        """Durations of greens between red or red-amber and amber or red."""
        shown = self.shown
        (row,) = np.nonzero(shown.whole & (shown.state == GREEN))
        lawful = np.isin(shown.state[row - 1], (RED, RED_AMBER)) & np.isin(shown.state[row + 1], (RED, AMBER))
        duration_s: Floats = (shown.end_us[row[lawful]] - shown.start_us[row[lawful]]) / SECOND_US
        return duration_s

    def unlawful(self) -> Ints:
        """Count transitions that neither vehicles nor pedestrians may see, by state before and after."""
        counts = transition_counts(self.shown)
        return np.where(VEHICLES | PEDESTRIANS, 0, counts)

    def frequent_s(self) -> list[tuple[int, int]]:
        """Lengths of cycles with how many there are, the most frequent first."""
        length_s, count = np.unique(self.cycle_s, return_counts=True)
        order = np.argsort(-count)
        return list(zip(length_s[order].tolist(), count[order].tolist(), strict=True))


def read(folder: Path) -> Colours:
    """Take all cycles through the kernels; a hole between two cycles is told by a restart."""
    with gzip.open(folder / "signal_cycles.csv.gz") as file:
        types = {"thing": "string", "colors_per_second": "string"}
        table = pyarrow.csv.read_csv(file, convert_options=pyarrow.csv.ConvertOptions(column_types=types))
    thing = table["thing"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    start_s, end_s = table["start_unix"].to_numpy(), table["end_unix"].to_numpy()
    order = np.lexsort((start_s, thing))
    thing, start_s, end_s = thing[order], start_s[order], end_s[order]
    text = "".join(table["colors_per_second"].take(order).to_pylist())
    colour = np.frombuffer(text.encode(), np.uint8) - ord("0")
    first = np.cumsum(end_s - start_s) - (end_s - start_s)
    hole = np.ones(len(first), np.bool_)
    hole[1:] = (thing[1:] != thing[:-1]) | (start_s[1:] != end_s[:-1])
    begins = np.append([True], colour[1:] != colour[:-1])
    begins[first[hole]] = True
    (second,) = np.nonzero(begins)
    cycle = np.searchsorted(first, second, side="right") - 1
    time_us = (start_s[cycle] + second - first[cycle]) * SECOND_US
    state = np.where(colour[second] < STATE_COUNT, colour[second], DARK).astype(np.int64)
    events = (thing[cycle], time_us, FIRST_STATE_CODE + state, np.zeros(len(second), np.int64))
    restarts = (
        thing[hole],
        start_s[hole] * SECOND_US - 1,
        np.full(hole.sum(), RESTART),
        np.zeros(hole.sum(), np.int64),
    )
    controller, when_us, code, group = (np.concatenate(pair) for pair in zip(events, restarts, strict=True))
    return Colours(timeline(changes(controller, when_us, code, group), LONGEST_US), end_s - start_s)


def main(folder: Path) -> None:
    """Print shares, cycles and unlawful transitions."""
    found = read(folder)
    amber_s, red_amber_s, green_s = found.durations_s(AMBER), found.durations_s(RED_AMBER), found.lawful_greens_s()
    unlawful = found.unlawful()
    shown = Table("what", "of", "figure")
    shown.add_row("cycles", "", f"{len(found.cycle_s):,}")
    shown.add_row("amber of 3 s", f"{len(amber_s):,}", f"{100 * (amber_s == AMBER_S).mean():.1f} %")
    shown.add_row("red-amber of 1 s", f"{len(red_amber_s):,}", f"{100 * (red_amber_s == RED_AMBER_S).mean():.1f} %")
    shown.add_row("green below 5 s", f"{len(green_s):,}", f"{100 * (green_s < SHORT_S).mean():.3f} %")
    for length_s, count in found.frequent_s()[:5]:
        shown.add_row(f"cycles of {length_s} s", f"{len(found.cycle_s):,}", f"{count:,}")
    shown.add_row("unlawful transitions", f"{transition_counts(found.shown).sum():,}", f"{unlawful.sum():,}")
    for before, after in np.argwhere(unlawful).tolist():
        shown.add_row(f"  {NAMES[before]} to {NAMES[after]}", "", f"{unlawful[before, after]:,}")
    Console().print(shown)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDINGS / "hamburg_signals")
