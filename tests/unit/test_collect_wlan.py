"""Collectors of access points: totals by the quarter hour, and nothing of owners and clients."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emscher.errors import CollectError
from emscher.streams.wlan import STREAM, WlanReading
from ingest.collect import access_points, radius, respondd, unifi
from ingest.collect.quarters import Poll, Quarters

SAMPLES = Path(__file__).parents[1] / "samples" / "collect"
START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
KEYS = {"0a11c0ffee01": "zone.ap1", "0a11c0ffee02": "zone.ap2"}


def _readings(sent: list[tuple[str, bytes]]) -> dict[str, WlanReading]:
    found = {}
    for key, payload in sent:
        (reading,) = STREAM.decode(payload)
        assert isinstance(reading, WlanReading)
        found[key] = reading
    return found


def test_respondd_and_unifi_give_totals_of_known_points() -> None:
    """A node that is off or that nobody mapped gives none; the same numbers come from both."""
    assert respondd.decode((SAMPLES / "respondd.json").read_bytes(), KEYS) == {
        "zone.ap1": Poll(7, 1000.0, 5000.5, None, 86400.5)
    }
    assert unifi.decode((SAMPLES / "unifi.json").read_bytes(), KEYS) == {
        "zone.ap1": Poll(7, 1000.0, 5000.5, 18, 86400.5)
    }


def test_radius_counts_gigawords() -> None:
    """Case O12: 705,032,704 octets and one gigaword are 5,000,000,000 bytes; another's session is not counted."""
    assert radius.octets(705_032_704, 1) == 5_000_000_000
    lines = (SAMPLES / "radius.detail").read_text().splitlines(keepends=True)
    (found,) = _readings(radius.decode(lines, KEYS, START.timestamp() + 900)).items()
    assert found[0] == "zone.ap1"
    assert (found[1].rx_bytes, found[1].tx_bytes, found[1].associations) == (5_000_000_000, 12, 1)
    assert found[1].end == START + timedelta(minutes=15)
    assert radius.decode(lines, KEYS, START.timestamp() + 899) == []


def test_polls_become_a_quarter_hour() -> None:
    """Devices as mean and most, counters as what they gained, also over a restart; the first quarter is not whole."""
    quarters, sent = Quarters(), []
    for minute, poll in {
        10: Poll(99, 100, 1000, 50, 600),
        20: Poll(4, 150, 1100, 10, 1200),
        25: Poll(8, 30, 40, 20, 60),
        30: Poll(1, 31, 41, 30, 360),
    }.items():
        sent += quarters.add(START + timedelta(minutes=minute), {"a": poll}, frozenset({"a", "b"}))
    found = _readings(sent)
    a, b = found["a"], found["b"]
    assert (a.end, a.clients_max, a.clients_avg, a.rx_bytes, a.tx_bytes) == (
        START + timedelta(minutes=30),
        8,
        6,
        80,
        140,
    )
    assert (a.airtime_busy_pct, a.uptime_s, a.online) == (15, 60, True)
    assert (b.online, b.clients_max, b.rx_bytes) == (False, None, None)


def test_a_long_silence_is_no_quarter_hour() -> None:
    """What was not seen whole is not told: neither the quarter of the silence nor the one in which it ended."""
    quarters = Quarters()
    times = [0, 5, 70, 76, 84, 91]
    sent = [quarters.add(START + timedelta(minutes=at), {"a": Poll(5)}, frozenset("a")) for at in times]
    assert [len(one) for one in sent] == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("text", ["[1]", '{"x": "a/b"}', '{"x": "a", "y": "a"}'])
def test_map_that_is_none_is_refused_without_its_content(text: str, tmp_path: Path) -> None:
    """Keys must be sensor keys and each its own; separators and case of the controller's names do not matter."""
    path = tmp_path / "points.json"
    path.write_text(text)
    with pytest.raises(CollectError, match=r"points\.json"):
        access_points.read(path)
    path.write_text(json.dumps({"0A:11:C0:FF:EE:01": "zone.ap1", "0a11.c0ff.ee02": "zone.ap2"}))
    assert access_points.read(path) == KEYS
    with pytest.raises(CollectError, match="cannot be read"):
        access_points.read(tmp_path / "none.json")
