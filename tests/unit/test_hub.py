"""The hub of live events: choice, catching up, slow listeners, too many of them, the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.event import Event
from api.hub import KEPT_BYTES, LEFT_S, WAITING, Hub, Listener
from api.problem import ProblemError


def _waiting(listener: Listener) -> list[Event]:
    found = []
    while not listener.waiting.empty():
        event = listener.waiting.get_nowait()
        assert event is not None
        found.append(event)
    return found


def _read(event: Event) -> tuple[str, str, dict[str, Any]]:
    """Read an event as a browser does: its name, its identifier and its data."""
    assert event.text.endswith(b"\n\n")
    lines = dict(line.split(": ", 1) for line in event.text.decode().rstrip("\n").split("\n"))
    return lines["event"], lines.get("id", ""), json.loads(lines["data"])


def _tell(hub: Hub, number: int, family: str = "traffic", site: str = "a") -> None:
    hub.publish("indicators", family, site, {"number": number})


def test_everyone_hears_what_they_chose() -> None:
    """A listener hears its families and sites alone, in order; one that chose nothing hears all."""
    hub = Hub("e", 9)
    every, signals, at_b = hub.join((), (), None), hub.join(("signal",), (), None), hub.join((), ("b",), None)
    for number, (family, site) in enumerate([("traffic", "a"), ("signal", "a"), ("traffic", "b")]):
        _tell(hub, number, family, site)
    heard = [[_read(event)[2]["number"] for event in _waiting(one)] for one in (every, signals, at_b)]
    assert heard == [[0, 1, 2], [1], [2]]


def test_who_was_away_catches_up() -> None:
    """The last identifier gives exactly what was missed, also nothing; one of another process gives a resync."""
    hub = Hub("e", 99)
    for number in range(5):
        _tell(hub, number, site="ab"[number % 2])
    assert [_read(one)[1] for one in _waiting(hub.join((), (), "e-3"))] == ["e-4", "e-5"]
    assert [_read(one)[1] for one in _waiting(hub.join((), ("a",), "e-1"))] == ["e-3", "e-5"]
    assert _waiting(hub.join((), (), "e-5")) == []
    for strange in ("other-3", "e-x", "e-", "", "-", "e-9999999999999999999999", "e-²"):
        (only,) = _waiting(hub.join((), (), strange))
        assert _read(only)[:2] == ("resync", "e-5"), strange
    assert hub.count == 10


def test_what_is_no_longer_kept_is_a_resync() -> None:
    """Events are kept up to a number of bytes; who needs an older one is told to read anew."""
    hub = Hub("e", 9)
    for _ in range(3):
        hub.publish("indicators", "traffic", "a", {"filler": "x" * (KEPT_BYTES // 2)})
    assert [_read(one)[0] for one in _waiting(hub.join((), (), "e-1"))] == ["resync"]
    assert [_read(one)[1] for one in _waiting(hub.join((), (), "e-2"))] == ["e-3"]


def test_slow_listener_gets_one_word_instead_of_a_heap() -> None:
    """What waits is bounded; beyond it there is a resync, after which events go on, and others miss nothing."""
    hub = Hub("e", 9)
    slow = hub.join((), (), None)
    for number in range(WAITING + 3):
        _tell(hub, number)
    kinds = [_read(one)[:2] for one in _waiting(slow)]
    assert kinds == [
        ("resync", f"e-{WAITING + 1}"),
        ("indicators", f"e-{WAITING + 2}"),
        ("indicators", f"e-{WAITING + 3}"),
    ]
    assert [_read(one)[0] for one in _waiting(hub.join((), (), "e-0"))] == ["resync"]


def test_a_store_that_was_away_is_told() -> None:
    """A resync reaches everyone, and nobody catches up over it."""
    hub = Hub("e", 9)
    here = hub.join(("traffic",), ("a",), None)
    _tell(hub, 0)
    hub.resync("the store was away")
    assert [_read(one)[0] for one in _waiting(here)] == ["resync"]
    assert [_read(one)[0] for one in _waiting(hub.join((), (), "e-1"))] == ["resync"]
    assert _waiting(hub.join((), (), "e-2")) == []


def test_too_many_are_sent_away() -> None:
    """Beyond the limit a listener is refused until another leaves; after the end everyone is."""
    hub = Hub("e", 1)
    first = hub.join((), (), None)
    with pytest.raises(ProblemError, match="1 listeners") as refused:
        hub.join((), (), None)
    assert int(refused.value.headers["Retry-After"]) > 0
    hub.leave(first)
    hub.leave(first)
    second = hub.join((), (), None)
    hub.close()
    assert second.waiting.get_nowait() is None
    hub.leave(second)
    with pytest.raises(ProblemError):
        hub.join((), (), None)


def test_nothing_is_read_for_nobody() -> None:
    """A hub is idle before anyone listens and some minutes after the last has left, not in between."""
    clock = [1000.0]
    hub = Hub("e", 9, lambda: clock[0])
    idle = [hub.idle]
    here = hub.join((), (), None)
    clock[0] += 10 * LEFT_S
    idle.append(hub.idle)
    hub.leave(here)
    for later_s in (LEFT_S - 1, 1):
        clock[0] += later_s
        idle.append(hub.idle)
    assert idle == [True, False, False, True]
