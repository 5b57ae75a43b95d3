"""Recipes and what they do to readings."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from emscher.errors import RecordingError
from simulators.faults.command import faults_app
from simulators.faults.inject import Faulty, faulty
from simulators.faults.kinds import KINDS
from simulators.faults.recipe import Recipe, load

BEGIN = datetime.fromisoformat("2026-07-01T10:00:00+00:00")
MINUTES = 60


class Sink:
    """Keeps what arrives, reading by reading; what is no JSON as bytes."""

    def __init__(self) -> None:
        self.readings: list[tuple[str, Any]] = []

    async def publish(self, stream: str, key: str, payload: bytes) -> None:
        """Keep a message."""
        del stream
        try:
            content = msgspec.json.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            content = payload
        self.readings += [(key, one) for one in (content if isinstance(content, list) else [content])]

    def of(self, key: str) -> list[Any]:
        """Give the readings of a sensor."""
        return [one for whose, one in self.readings if whose == key]


def end(minute: float) -> str:
    """Write a moment."""
    return (BEGIN + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def lane(minute: int) -> dict[str, Any]:
    """Give the reading of a lane."""
    return {
        "end": end(minute),
        "interval_s": 60,
        "count": 5 + minute % 3,
        "occupancy_pct": 4.0 + minute % 5,
        "speed_kmh": 40.0 + minute % 7,
    }


def recipe(folder: Path, text: str) -> Recipe:
    """Read a recipe."""
    path = folder / "faults.yaml"
    path.write_text(text)
    return load(path)


async def spoilt(
    wanted: Recipe, keys: tuple[str, ...] = ("a", "b"), block: int = 1, stream: str = "traffic"
) -> tuple[Sink, list[dict[str, Any]]]:
    """Send an hour of lanes through a recipe, in messages of so many readings."""
    sink = Sink()
    records: list[dict[str, Any]] = []
    through = Faulty(sink, wanted, records.append)
    for first in range(1, MINUTES + 1, block):
        for key in keys:
            rows = [lane(minute) for minute in range(first, min(first + block, MINUTES + 1))]
            await through.publish(stream, key, msgspec.json.encode(rows if block > 1 else rows[0]))
    await through.flush()
    return sink, records


async def test_the_same_recipe_does_the_same_however_messages_are_cut(tmp_path: Path) -> None:
    """Single readings and arrays of ten lose and change the same, another seed loses others."""
    text = (
        "seed: {}\nfaults:\n- {{fault: loss, probability: 0.3}}\n- {{fault: clock_offset, sensors: b, offset_s: 5}}\n"
    )
    wanted = recipe(tmp_path, text.format(1))
    (one, log), (many, same_log) = await spoilt(wanted), await spoilt(wanted, block=10)
    for key in ("a", "b"):
        assert one.of(key) == many.of(key)
    order = ("sensor", "at", "fault")
    assert sorted(log, key=lambda r: [r[n] for n in order]) == sorted(same_log, key=lambda r: [r[n] for n in order])
    other, _ = await spoilt(recipe(tmp_path, text.format(2)))
    assert other.of("a") != one.of("a")
    lost = sum(1 for record in log if record["fault"] == "loss")
    assert 20 < lost < 52
    assert len(one.readings) == 2 * MINUTES - lost


@pytest.mark.parametrize(
    "kind",
    [
        "delay, mean_s: 200",
        "delay, mean_s: 200, probability: 0.2",
        "disorder, places: 3",
        "duplication, times: 2",
        "outage, from: 10min, to: 30min",
    ],
)
async def test_order_is_the_same_however_messages_are_cut(tmp_path: Path, kind: str) -> None:
    """Of one sensor the same readings come in the same order, one by one or in arrays of a quarter hour."""
    wanted = recipe(tmp_path, f"faults:\n- {{fault: {kind}}}\n")
    one, _ = await spoilt(wanted, ("a",), 1)
    many, _ = await spoilt(wanted, ("a",), 15)
    assert one.of("a") == many.of("a")
    assert one.of("a") != [lane(minute) for minute in range(1, MINUTES + 1)] or "outage" in kind


async def test_a_sensor_without_a_fault_is_left_alone(tmp_path: Path) -> None:
    """Its messages pass byte by byte; outside of its time a fault does nothing either."""
    wanted = recipe(tmp_path, "faults:\n- {fault: drop_out, sensors: a, from: 10min, to: 20min}\n")
    sink, records = await spoilt(wanted)
    assert sink.of("b") == [lane(minute) for minute in range(1, MINUTES + 1)]
    there = [one["end"] for one in sink.of("a")]
    # The first reading was known at minute 1, so minutes 11 to 20 are missing.
    assert [minute for minute in range(1, MINUTES + 1) if end(minute) not in there] == list(range(11, 21))
    assert [(one["sensor"], one["at"]) for one in records] == [("a", end(minute)) for minute in range(11, 21)]


async def test_a_share_of_the_sensors_has_the_fault(tmp_path: Path) -> None:
    """A third of sixty sensors, not all and not none, and the same ones every time."""
    wanted = recipe(tmp_path, "faults:\n- {fault: drop_out, share: 0.33}\n")
    keys = tuple(f"lane-{number}" for number in range(60))
    sink, records = await spoilt(wanted, keys, block=60)
    gone = {one["sensor"] for one in records}
    assert 10 < len(gone) < 32
    assert gone.isdisjoint(key for key, _ in sink.readings)
    assert {one["sensor"] for one in (await spoilt(wanted, keys))[1]} == gone


async def test_duplicates_disorder_delay_and_outage(tmp_path: Path) -> None:
    """Nothing is lost; what comes again, later or out of order does so as the recipe says."""
    whole = [lane(minute) for minute in range(1, MINUTES + 1)]

    async def sent(kind: str) -> list[Any]:
        found = (await spoilt(recipe(tmp_path, f"faults:\n- {{fault: {kind}}}\n"), ("a",)))[0].of("a")
        assert [one for one in whole if one not in found] == []
        return found

    twice = await sent("duplication, probability: 0.5, times: 2")
    assert MINUTES + 20 < len(twice) < MINUTES + 100
    assert len(twice) % 2 == 0
    swapped = await sent("disorder, probability: 0.2, places: 1")
    assert len(swapped) == MINUTES
    assert swapped != whole
    late = await sent("delay, distribution: constant, mean_s: 300, probability: 0.1")
    places = [late.index(one) - number for number, one in enumerate(whole)]
    assert 3 <= max(places) <= 5
    held = await sent("outage, from: 10min, to: 30min")
    assert held == whole
    both, _ = await spoilt(recipe(tmp_path, "faults:\n- {fault: outage, sensors: a, from: 10min, to: 30min}\n"))
    order = [(key, one["end"]) for key, one in both.readings]
    assert order.index(("a", end(12))) > order.index(("b", end(30)))


async def test_sensors_that_are_wrong(tmp_path: Path) -> None:
    """Stuck values, a loop that hangs, a clock that drifts, units and garbage are what their names say."""

    async def sent(kind: str) -> list[Any]:
        return (await spoilt(recipe(tmp_path, f"faults:\n- {{fault: {kind}}}\n"), ("a",)))[0].of("a")

    stuck = await sent("stuck_value, from: 10min")
    assert len({one["count"] for one in stuck[:10]}) == 3
    assert len({(one["count"], one["speed_kmh"], one["occupancy_pct"]) for one in stuck[10:]}) == 1
    assert [one["end"] for one in stuck] == [end(minute) for minute in range(1, MINUTES + 1)]
    speed = await sent("stuck_value, fields: [speed_kmh]")
    assert len({one["speed_kmh"] for one in speed}) == 1 < len({one["count"] for one in speed})
    hung = await sent("stuck_on")
    assert {(one["count"], one["occupancy_pct"], one["speed_kmh"]) for one in hung} == {(0, 100.0, None)}
    drift = await sent("clock_drift, drift_s_per_h: 60")
    assert (drift[0]["end"], drift[30]["end"]) == (end(1), end(31.5))
    mph = await sent("wrong_unit, field: speed_kmh, factor: 0.5, rename: speed_mph")
    assert (mph[0]["speed_mph"], "speed_kmh" in mph[0]) == (20.5, False)
    junk = await sent("garbage, probability: 1")
    assert len(junk) == MINUTES
    assert {type(one) for one in junk} == {bytes, dict}
    assert all(one["interval_s"] == "n/a" for one in junk if isinstance(one, dict))


async def test_counters_begin_anew_and_wrap(tmp_path: Path) -> None:
    """A reset counts from 0, a wrap goes over the greatest value; the log has the one step and not every value."""

    async def sent(kind: str) -> tuple[list[float], list[dict[str, Any]]]:
        sink = Sink()
        records: list[dict[str, Any]] = []
        through = Faulty(sink, recipe(tmp_path, f"faults:\n- {{fault: {kind}}}\n"), records.append)
        for minute in range(10):
            reading = {"time": end(minute), "energy_wh": 1000.0 + 10 * minute, "power_w": 600.0}
            await through.publish("energy", "m", msgspec.json.encode(reading))
        return [one["energy_wh"] for one in sink.of("m")], records

    reset, log = await sent("counter_reset, from: 5min")
    assert reset == [1000, 1010, 1020, 1030, 1040, 0, 10, 20, 30, 40]
    assert [(one["at"], one["was"], one["sent"]) for one in log] == [
        (end(5), {"energy_wh": 1050.0}, {"energy_wh": 0.0})
    ]
    assert (await sent("counter_wrap, modulus: 1050"))[0] == [1000, 1010, 1020, 1030, 1040, 0, 10, 20, 30, 40]


async def test_a_channel_that_hangs_goes_on_and_never_off(tmp_path: Path) -> None:
    """After its next begin of presence nothing comes of the channel; the others go on."""
    sink = Sink()
    through = Faulty(sink, recipe(tmp_path, "faults:\n- {fault: stuck_on, channel: 7}\n"))
    events = [(code, channel) for _ in range(3) for channel in (7, 8) for code in (82, 81)]
    for number, (code, channel) in enumerate([(81, 7), *events]):
        reading = {"time": end(number), "code": code, "parameter": channel}
        await through.publish("signal", "c", msgspec.json.encode(reading))
    seen = [(one["code"], one["parameter"]) for one in sink.of("c")]
    assert [one for one in seen if one[1] == 7] == [(81, 7), (82, 7)]
    assert [one for one in seen if one[1] == 8] == [one for one in events if one[1] == 8]


async def test_what_was_put_in_is_written_down(tmp_path: Path) -> None:
    """The log has a line for each fault, which names fault, sensor and time; the sum is told in one line."""
    wanted = recipe(tmp_path, "faults:\n- {fault: loss, probability: 1, from: 58min}\n")
    with faulty(Sink(), wanted, tmp_path / "log.jsonl") as sink:
        assert isinstance(sink, Faulty)
        for minute in range(1, MINUTES + 1):
            await sink.publish("traffic", "a", msgspec.json.encode(lane(minute)))
        assert sink.told == "Faults put into 60 readings: loss 2."
    lines = [msgspec.json.decode(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    assert lines[0] == {"fault": "loss", "number": 0, "stream": "traffic", "sensor": "a", "at": end(59)}
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: the recipe is empty"),
        ("faults: []", "line 1: a recipe has a list `faults`"),
        ("seed: 1\nfaults:\n- fault: los\n", "line 3: there is no fault 'los'; perhaps loss is meant"),
        ("faults:\n- fault: teleport\n", "line 2: there is no fault 'teleport'; there are loss, "),
        ("faults:\n- fault: loss\n  probability: 2\n", "line 3: `probability` 2: Expected `float` <= 1.0"),
        ("faults:\n- fault: loss\n  sensor: a\n", "line 3: `sensor` is no property of it; perhaps `sensors` is meant"),
        ("faults:\n- fault: loss\n  stream: trafic\n", "line 3: there is no stream 'trafic'"),
        ("faults:\n- fault: loss\n  from: noon\n", "line 3: 'noon' is neither a duration"),
        ("faults:\n- fault: loss\n  from: 2h\n  to: 1h\n", "line 4: the fault ends before it begins"),
        ("faults:\n- fault: outage\n", "line 2: an outage has an end"),
        ("faults:\n- fault: wrong_unit\n  field: speed_kmh\n", "line 2: `factor` is missing"),
        ("faults:\n- loss\n", "line 2: a fault has a property `fault`"),
        ("seed: -1\nfaults:\n- fault: loss\n", "line 1: `seed` -1 is no whole number"),
        ("faults:\n- fault: [loss\n", "line 3: "),
        ("fautls:\n- fault: loss\n", "line 1: a recipe has a list"),
        ("speed: 1\nfaults:\n- fault: loss\n", "line 1: `speed` is no property"),
    ],
)
def test_a_recipe_that_does_not_fit_is_one_line_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    """File, line and what is wrong stand in one line."""
    with pytest.raises(RecordingError) as caught:
        recipe(tmp_path, text)
    said = str(caught.value)
    assert f"faults.yaml, {told}" in said
    assert "\n" not in said


def test_a_recipe_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The path stands in the text."""
    with pytest.raises(RecordingError, match=r"nowhere\.yaml cannot be read"):
        load(tmp_path / "nowhere.yaml")


def test_every_fault_is_listed() -> None:
    """`emscher faults list` names every kind with what it does."""
    told = CliRunner().invoke(faults_app, ["list"]).output
    for name, kind in KINDS.items():
        assert name in told
        assert (kind.__doc__ or "?").splitlines()[0] in told


def test_the_recipe_that_ships_has_every_fault() -> None:
    """No kind is left out of the check."""
    shipped = Path(__file__).parents[2] / "simulators" / "faults" / "every-fault.yaml"
    assert {one.kind.name for one in load(shipped).faults} == set(KINDS)
