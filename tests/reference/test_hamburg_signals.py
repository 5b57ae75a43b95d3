"""Shares of durations and transitions in 470,362 cycles of Hamburg's signals."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from processing.kernels.group import Floats, Ints
from processing.kernels.signal_state import AMBER, DARK, FIRST_STATE_CODE, GREEN, RED, RED_AMBER, STATE_COUNT, changes
from processing.kernels.timeline import Timeline, timeline
from processing.kernels.transition import PEDESTRIANS, VEHICLES, transition_counts

pytestmark = pytest.mark.reference

SECOND_US = 1_000_000
LONGEST_US = 3600 * SECOND_US
RESTART = 184


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


@pytest.fixture(scope="module")
def hamburg(recordings: Path) -> Colours:
    """All cycles through the kernels; a hole between two cycles is told by a restart."""
    with gzip.open(recordings / "hamburg_signals" / "signal_cycles.csv.gz") as file:
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


def test_amber_lasts_three_seconds(hamburg: Colours) -> None:
    """Case 17: of 198,119 ambers 89.7 % last 3 s (0.899 in a sample of a third), of 189,208 red-ambers 98.5 % one."""
    amber_s, red_amber_s = hamburg.durations_s(AMBER), hamburg.durations_s(RED_AMBER)
    assert (len(amber_s), len(red_amber_s)) == (198_119, 189_208)
    assert (amber_s == 3).mean() == pytest.approx(0.899, abs=0.005)
    assert (red_amber_s == 1).mean() == pytest.approx(0.986, abs=0.005)


def test_green_under_five_seconds_is_rare(hamburg: Colours) -> None:
    """Of 362,788 greens between red or red-amber and amber or red 93 are shorter than 5 s: 0.026 %."""
    shown = hamburg.shown
    (row,) = np.nonzero(shown.whole & (shown.state == GREEN))
    lawful = np.isin(shown.state[row - 1], (RED, RED_AMBER)) & np.isin(shown.state[row + 1], (RED, AMBER))
    short = shown.end_us[row[lawful]] - shown.start_us[row[lawful]] < 5 * SECOND_US
    assert (lawful.sum(), short.sum()) == (362_788, 93)
    assert 100 * short.mean() == pytest.approx(0.02, abs=0.01)


def test_cycles_last_what_plans_say(hamburg: Colours) -> None:
    """The most frequent cycles last 90, 75 and 60 s, and after a few of 2 s 45 s."""
    length_s, count = np.unique(hamburg.cycle_s, return_counts=True)
    frequent = np.argsort(-count)
    assert length_s[frequent[:5]].tolist() == [90, 75, 60, 2, 45]


def test_transitions_are_those_of_vehicles_and_pedestrians(hamburg: Colours) -> None:
    """Of all transitions of either kind one is unlawful, green to red-amber; red never goes to amber."""
    counts = transition_counts(hamburg.shown)
    unlawful = np.where(VEHICLES | PEDESTRIANS, 0, counts)
    assert counts[RED, AMBER] == 0
    assert (unlawful.sum(), unlawful[GREEN, RED_AMBER]) == (1, 1)
