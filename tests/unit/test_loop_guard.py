"""What a signal shows stays within its bounds, whatever a controller asks for."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from fix_sumo import network

from simulators.loop.guard import Bounds, Guard
from simulators.loop.plan import plan_of
from simulators.sumo.layout import lay_out


def guard(interval_s: float = 1.0) -> Guard:
    """A guard of the crossing."""
    (one,) = lay_out(network(), "x")
    return Guard(plan_of(one.signal, one.stages), Bounds(5.0, 60.0, interval_s), 0.0, range(4))


def driven(seed: int, step_s: int = 1, seconds: int = 1800, stages: tuple[int, ...] = (0, 1, 2)) -> list[str]:
    """What is shown second by second while a controller asks at random."""
    draw, one = random.Random(seed), guard(step_s)  # noqa: S311 - no secret
    shown: list[str] = []
    for now in range(0, seconds, step_s):
        one.request(draw.choice(stages), now)
        told = dict(one.shows(now, now + step_s))
        for second in range(now, now + step_s):
            state = next((state for at_s, state in told.items() if at_s == second), shown[-1] if shown else "")
            shown.append(state)
    return shown


def spells(shown: list[str], link: int) -> list[tuple[str, int]]:
    """Letters of a link with how long each was shown, G and g as one; the last spell is not over and left out."""
    found: list[tuple[str, int]] = []
    for state in shown:
        letter = state[link].upper()
        if found and found[-1][0] == letter:
            found[-1] = letter, found[-1][1] + 1
        else:
            found.append((letter, 1))
    return found[:-1]


@pytest.mark.parametrize("step_s", [1, 5])
@pytest.mark.parametrize("seed", range(8))
def test_bounds_hold_under_random_requests(seed: int, step_s: int) -> None:
    """Green lasts its minimum, is followed by amber of the program's length, and nobody waits too long."""
    shown = driven(seed, step_s)
    assert len(set(shown)) > 3
    for link in range(4):
        ended = spells(shown, link)
        assert all(lasts >= 5 for letter, lasts in ended if letter == "G")
        assert all(lasts == 3 for letter, lasts in ended if letter == "Y")
        assert all(lasts <= 60 for letter, lasts in ended if letter == "R")
        after_green = {after for (letter, _), (after, _) in pairwise(ended) if letter == "G"}
        assert after_green == {"Y"}


def test_conflicting_greens_never_show_together() -> None:
    """Only stages of the program are shown, and between them nothing new is green."""
    together = {frozenset(link for link in range(4) if state[link] in "Gg") for state in driven(3)}
    assert together <= {frozenset(one) for one in ((0, 1, 2), (2,), (3,), ())}


def test_the_longest_red_forces_a_stage_nobody_asks_for() -> None:
    """A controller that always asks for the first stage does not starve the others."""
    shown = driven(1, stages=(0,))
    assert max(lasts for letter, lasts in spells(shown, 3) if letter == "R") <= 60
    assert any(state[3] == "G" for state in shown)


def test_a_request_too_early_is_refused_and_forgotten() -> None:
    """It is not carried out later by itself."""
    one = guard()
    assert not one.request(2, 3.0)
    assert one.request(0, 3.0)
    assert one.shows(0.0, 30.0) == ((0.0, "GGgr"),)
    assert one.request(2, 30.0)
    assert one.shows(30.0, 40.0) == ((30.0, "yyyr"), (33.0, "rrrr"), (35.0, "rrrG"))
