"""Shares of durations and transitions in 470,362 cycles of Hamburg's signals."""

from pathlib import Path

import pytest
from hamburg import Colours, read

from processing.kernels.signal_state import AMBER, GREEN, RED, RED_AMBER
from processing.kernels.transition import transition_counts

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def hamburg(recordings: Path) -> Colours:
    """All cycles through the kernels."""
    return read(recordings / "hamburg_signals")


def test_amber_lasts_three_seconds(hamburg: Colours) -> None:
    """Case 17: of 198,119 ambers 89.7 % last 3 s (0.899 in a sample of a third), of 189,208 red-ambers 98.5 % one."""
    amber_s, red_amber_s = hamburg.durations_s(AMBER), hamburg.durations_s(RED_AMBER)
    assert (len(amber_s), len(red_amber_s)) == (198_119, 189_208)
    assert (amber_s == 3).mean() == pytest.approx(0.899, abs=0.005)
    assert (red_amber_s == 1).mean() == pytest.approx(0.986, abs=0.005)


def test_green_under_five_seconds_is_rare(hamburg: Colours) -> None:
    """Of 362,788 greens between red or red-amber and amber or red 93 are shorter than 5 s: 0.026 %."""
    green_s = hamburg.lawful_greens_s()
    short = green_s < 5
    assert (len(green_s), short.sum()) == (362_788, 93)
    assert 100 * short.mean() == pytest.approx(0.02, abs=0.01)


def test_cycles_last_what_plans_say(hamburg: Colours) -> None:
    """The most frequent cycles last 90, 75 and 60 s, and after a few of 2 s 45 s."""
    assert [length_s for length_s, _ in hamburg.frequent_s()[:5]] == [90, 75, 60, 2, 45]


def test_transitions_are_those_of_vehicles_and_pedestrians(hamburg: Colours) -> None:
    """Of all transitions of either kind one is unlawful, green to red-amber; red never goes to amber."""
    counts = transition_counts(hamburg.shown)
    unlawful = hamburg.unlawful()
    assert counts[RED, AMBER] == 0
    assert (unlawful.sum(), unlawful[GREEN, RED_AMBER]) == (1, 1)
