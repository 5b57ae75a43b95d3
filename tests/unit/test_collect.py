"""Collectors: what each kind of meter says becomes the canonical reading, and nothing else of it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from emscher.errors import CollectError
from emscher.settings import load
from emscher.streams.energy import STREAM, EnergyReading
from ingest.collect import command, prometheus, redfish, sml, snmp
from ingest.collect.collected import Collected, Values
from ingest.collect.rounds import Rounds, needed
from ingest.collect.web import Web

SAMPLES = Path(__file__).parents[1] / "samples" / "collect"
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BAY = "/redfish/v1/Chassis/1U/PowerSubsystem/PowerSupplies"
POWER = {
    "PowerControl": [
        {"PowerConsumedWatts": 310, "PowerMetrics": {"IntervalInMin": 10, "AverageConsumedWatts": 300}},
    ]
}


def _get(documents: Mapping[str, Any]) -> redfish.Get:
    async def get(path: str) -> Mapping[str, Any] | None:
        return documents.get(path)

    return get


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        (
            {"EnvironmentMetrics": {"EnergykWh": {"Reading": 12.5}, "PowerWatts": {"Reading": 374}}},
            {"rz.srv": Values(12_500, 374)},
        ),
        (
            {
                "EnvironmentMetrics": {"PowerWatts": {"Reading": 374}},
                "PowerSubsystem/PowerSupplies": {
                    "Members": [{"@odata.id": f"{BAY}/Bay1"}, {"@odata.id": f"{BAY}/Bay2"}]
                },
                "PowerSubsystem/PowerSupplies/Bay1/Metrics": {
                    "EnergykWh": {"Reading": 3},
                    "InputPowerWatts": {"Reading": 200},
                },
                "PowerSubsystem/PowerSupplies/Bay2/Metrics": {"EnergykWh": {"Reading": 2}},
            },
            {"rz.srv.bay1": Values(3000, 200), "rz.srv.bay2": Values(2000)},
        ),
        ({"EnvironmentMetrics": {"PowerWatts": {"Reading": 374}}, "Power": POWER}, {"rz.srv": Values(power_w=374)}),
        ({"Power": POWER}, {"rz.srv": Values(power_w=310)}),
    ],
)
async def test_redfish_takes_the_best_and_only_once(documents: dict[str, Any], expected: dict[str, Values]) -> None:
    """A counter goes before a power, and a chassis is read at one place; two power supplies are two sensors."""
    get = _get({f"/redfish/v1/Chassis/1U/{path}": document for path, document in documents.items()})
    found = await redfish.poll(get, "1U", "rz.srv", 60)
    assert {one.key: one.values for one in found} == expected


def test_redfish_mean_counts_only_where_it_is_read_as_rarely_as_made() -> None:
    """The mean of ten minutes is taken every ten minutes, not every minute; a null is no power."""
    assert redfish.power(POWER, 600) == Values(power_w=310, power_avg_w=300, interval_s=600)
    assert redfish.power(POWER, 60) == Values(power_w=310)
    assert redfish.power({"PowerControl": [{"PowerConsumedWatts": None}]}, 60).empty


async def test_redfish_says_when_there_is_nothing() -> None:
    """A chassis without energy and power is an error; a member that points elsewhere is not followed."""
    asked = []

    async def get(path: str) -> Mapping[str, Any] | None:
        asked.append(path)
        return {"Members": [{"@odata.id": "@evil.example/x"}]} if path.endswith("PowerSupplies") else None

    with pytest.raises(CollectError, match="neither energy nor power"):
        await redfish.poll(get, "1U", "rz.srv", 60)
    assert not any("evil" in path for path in asked)


@pytest.mark.parametrize(
    ("objects", "profile", "expected"),
    [
        ({"5.1": 123, "9.1": 4821}, "apc-rpdu2", {"pdu": Values(482_100, 1230)}),
        ({"5.1": -1, "9.1": 7}, "apc-rpdu2", {"pdu": Values(700)}),
        ({"5.1": -1, "9.1": -1}, "apc-rpdu2", {}),
        ({"5.1": 5, "5.2": 6}, "apc-rpdu2", {"pdu.1": Values(power_w=50), "pdu.2": Values(power_w=60)}),
    ],
)
def test_snmp_units_and_what_is_missing(objects: dict[str, int], profile: str, expected: dict[str, Values]) -> None:
    """Case O4: tenths of kWh and hundredths of kW; -1 is no value, neither of power nor of energy."""
    whole = {f"1.3.6.1.4.1.318.1.1.26.4.3.1.{oid}": value for oid, value in objects.items()}
    assert {one.key: one.values for one in snmp.decode(whole, profile, "pdu")} == expected


def test_sml_frames_one_of_them_damaged() -> None:
    """Case O5 in small: a counter in tenths of Wh and a power that feeds in; a damaged frame is counted, not read."""
    decoder = sml.Decoder()
    frames = [bytes.fromhex(line) for line in (SAMPLES / "sml.hex").read_text().split()]
    found = [values for part in frames for values in decoder.feed(part)]
    assert found == [Values(123_456.7, -250), Values(123_466.7, 1300)]
    assert decoder.damaged_count == 1


def test_sml_in_pieces_is_the_same() -> None:
    """Where the bytes are cut does not matter."""
    decoder = sml.Decoder()
    data = bytes.fromhex("".join((SAMPLES / "sml.hex").read_text().split()))
    assert len([values for place in range(len(data)) for values in decoder.feed(data[place : place + 1])]) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [("kepler", Values(2000, 61.5)), ("scaphandre", Values(1, 42.5))],
)
def test_prometheus_reads_the_host_alone(name: str, expected: Values) -> None:
    """The package of the host, in Wh and W; no command line, path or name leaves the decoder."""
    origin, values = prometheus.decode((SAMPLES / f"{name}.prom").read_text())
    assert (origin, values) == (name, expected)
    payload = Collected("srv.cpu", values).payload(NOW, {**prometheus.FACTS, "origin": origin})
    assert set(msgspec.json.decode(payload)) == {
        "time",
        "energy_wh",
        "power_w",
        "measurement_point",
        "counter_kind",
        "origin",
    }


def test_prometheus_of_something_else_is_empty() -> None:
    """Another exporter's text gives nothing."""
    assert prometheus.decode("node_load1 0.5\n") == ("", Values())


def _rounds(sent: list[tuple[str, bytes]], *, once: bool = True) -> Rounds:
    async def publish(payloads: list[tuple[str, bytes]]) -> None:
        sent.extend(payloads)

    async def sleep(_: float) -> None:
        if len(sent) > 1:
            raise KeyboardInterrupt

    return Rounds(publish, lambda: NOW, 60, once, sleep)


async def test_round_publishes_what_ingest_takes() -> None:
    """What is published decodes as the stream's reading; a value out of range stays behind, the others go."""
    sent: list[tuple[str, bytes]] = []
    good, bad = Collected("a", Values(1, 2)), Collected("b", Values(energy_wh=-5))
    await _rounds(sent).publish_of([good, bad], {**snmp.FACTS, "measurement_point": "pdu_out"})
    ((key, payload),) = sent
    (reading,) = STREAM.decode(payload)
    assert isinstance(reading, EnergyReading)
    assert (key, reading.energy_wh, reading.measurement_point, reading.time) == ("a", 1, "pdu_out", NOW)


async def test_meter_that_is_silent_costs_one_round() -> None:
    """A failing round is told and the next one asked; with a single round it is the error."""
    sent: list[tuple[str, bytes]] = []
    asked = 0

    async def ask() -> tuple[Sequence[Collected], Mapping[str, str]]:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise CollectError("silent")
        return [Collected("a", Values(asked))], {}

    with pytest.raises(KeyboardInterrupt):
        await _rounds(sent, once=False).run(ask)
    assert (asked, len(sent)) == (3, 2)
    asked = 1
    with pytest.raises(CollectError):
        await _rounds(sent).run(ask)


async def test_web_answers_are_told_apart() -> None:
    """A resource that is not there is None; a refusal and no JSON are errors in one line."""

    def answer(request: httpx.Request) -> httpx.Response:
        return {"/a": httpx.Response(200, json={"x": 1}), "/c": httpx.Response(401), "/d": httpx.Response(200)}.get(
            request.url.path, httpx.Response(404)
        )

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        web = Web(client, "https://bmc.example")
        assert await web.document("/a") == {"x": 1}
        assert await web.document("/b") is None
        for path in ("/c", "/d"):
            with pytest.raises(CollectError, match=r"bmc\.example"):
                await web.document(path)


def test_library_that_is_missing_is_named() -> None:
    """Without the extra the command says in one line what to install."""
    with pytest.raises(CollectError, match=r"no_such_library.*emscher\[collect\]"):
        needed("no_such_library")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["snmp", "h", "--sensor", "a", "--profile", "x"], "apc-rpdu2"),
        (["snmp", "h", "--sensor", "a", "--profile", "apc-rpdu2"], "EMSCHER_COLLECT_SECRET"),
        (["sml", "/nowhere", "--sensor", "a"], "/nowhere cannot be read"),
        (["sml", "/nowhere", "--sensor", "a", "--point", "attic"], "utility"),
    ],
)
def test_what_an_operator_can_mend_is_said(arguments: list[str], hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong profile, no community, no device and no such point are errors that say what would be right."""
    monkeypatch.delenv("EMSCHER_COLLECT_SECRET", raising=False)
    monkeypatch.setattr("emscher.log.configure", lambda *_: None)
    assert load().collect_secret is None
    result = CliRunner().invoke(command.app, arguments)
    assert isinstance(result.exception, CollectError)
    assert hint in str(result.exception)
