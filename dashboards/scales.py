"""Scales that several dashboards show: traffic states, levels of service, lights; a word each, a colour beside it."""

from __future__ import annotations

from dashboards.field import AMBER, BLUE, GREEN, GREY, PURPLE, RED, SKY, YELLOW, Value
from dashboards.language import Language


def traffic_states(say: Language) -> dict[int, Value]:
    """States of the NRW method, 1 to 6."""
    return {
        1: Value(say("no statement", "keine Aussage"), GREY),
        2: Value(say("free", "frei"), GREEN),
        3: Value(say("lively", "rege"), SKY),
        4: Value(say("dense", "dicht"), YELLOW),
        5: Value(say("slow", "zähfließend"), AMBER),
        6: Value(say("jam", "Stau"), RED),
    }


def levels() -> dict[int, Value]:
    """Levels of service and of traffic quality, 0 to 5 as A to F."""
    return dict(enumerate(map(Value, "ABCDEF", (GREEN, SKY, BLUE, YELLOW, AMBER, RED))))


def incident_states(say: Language) -> dict[int, Value]:
    """States of the California algorithms."""
    wave = say("pressure wave", "Stauwelle")
    return {
        0: Value(say("free", "frei"), GREEN),
        **{minute: Value(f"{wave} {minute}", SKY) for minute in range(1, 6)},
        6: Value(say("tentative", "vermutet"), YELLOW),
        7: Value(say("confirmed", "bestätigt"), RED),
        8: Value(say("continuing", "anhaltend"), PURPLE),
    }


def lights(say: Language) -> dict[int, Value]:
    """Traffic lights of targets: a shape and a word each, and a colour beside them."""
    return {
        0: Value(say("○ cannot be computed", "○ nicht berechenbar"), GREY),
        1: Value(say("● on the path or better", "● auf dem Pfad oder besser"), GREEN),
        2: Value(say("▲ up to 5 % off", "▲ bis 5 % daneben"), AMBER),
        4: Value(say("△ on the path so far, not yet 12 months", "△ bisher auf dem Pfad, noch keine 12 Monate"), AMBER),
        3: Value(say("■ more than 5 % off", "■ mehr als 5 % daneben"), RED),
    }
