"""Stages and what lies between them, from a scenario's own program."""

from __future__ import annotations

from fix_sumo import network

from simulators.loop.plan import plan_of
from simulators.sumo.layout import lay_out
from simulators.sumo.network import Phase, Signal


def test_what_the_program_shows_between_two_stages_is_kept() -> None:
    """The turn keeps its green while the others get amber, as the program has it."""
    (one,) = lay_out(network(), "x")
    plan = plan_of(one.signal, one.stages)
    assert plan.stages == ("GGgr", "rrGr", "rrrG")
    assert plan.between(0, 1) == ((3.0, "yygr"),)
    assert plan.between(1, 2) == ((3.0, "rryr"), (2.0, "rrrr"))


def test_what_the_program_does_not_show_is_made_of_its_amber_and_clearance() -> None:
    """From the first stage to the last: amber for all, then all red."""
    (one,) = lay_out(network(), "x")
    plan = plan_of(one.signal, one.stages)
    assert plan.between(0, 2) == ((3.0, "yyyr"), (2.0, "rrrr"))
    assert plan.between(2, 1) == ((3.0, "rrry"), (2.0, "rrrr"))


def test_red_amber_comes_before_green_where_the_program_has_it() -> None:
    """One second at the end of the clearance."""
    states = (("Gr", 20.0), ("yr", 3.0), ("ru", 1.0), ("rG", 20.0), ("ry", 3.0), ("ur", 1.0), ("GG", 5.0), ("yy", 3.0))
    phases = tuple(Phase(state=state, duration_s=s, min_s=s, max_s=s) for state, s in states)
    signal = Signal(key="a", links=(("a", "b", "s"), ("c", "d", "s")), phases=phases)
    plan = plan_of(signal, [phases[0], phases[3], phases[6]])
    assert plan.red_amber
    assert plan.between(1, 0) == ((3.0, "ry"), (1.0, "ur"))
    assert plan.between(0, 1)[-1] == (1.0, "ru")
    assert plan.between(2, 1) == ((3.0, "yG"), (1.0, "rG"))
