"""Translation: whose reading a foreign message is, what is refused of it, and what each dialect makes of odd input."""

import msgspec
import pytest
import structlog
from readings import RECEIVED_AT

from emscher.rejection import Reason
from emscher.settings import Settings
from emscher.stream import SECOND_US
from ingest.batch import UNKNOWN, Batch, Decoder
from ingest.message import Message
from ingest.sources import Sources

UPLINK = {"received_at": "2026-01-05T07:15:00Z", "uplink_message": {"decoded_payload": {"a": 7, "b": {"c": 2.5}}}}
TTS = "tts/v3/app@tenant/devices/dev-1/up"


def _decode(topic: str, payload: object, *rows: tuple[str, str, dict[str, object]]) -> Batch:
    sources = Sources(lambda: 0.0)
    sources.take((key, stream, {"source": source}) for key, stream, source in rows)
    content = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    decoder = Decoder(Settings.model_construct(), sources)
    return decoder.decode(
        [Message(f"emscher/{topic}".encode(), content, 1, 1)], round(RECEIVED_AT.timestamp() * SECOND_US)
    )


def _source(fields: dict[str, object], **constants: object) -> dict[str, object]:
    return {"dialect": "tts", "name": "app@tenant/dev-1", "fields": fields, "constants": constants}


def _values(batch: Batch) -> list[dict[str, object]]:
    assert [(one.error.reason, one.error.detail) for one in batch.rejected] == []
    return [msgspec.to_builtins(one.reading) for checked in batch.checked.values() for one in checked]


def _reason(batch: Batch) -> tuple[str, Reason]:
    (one,) = batch.rejected
    return one.stream, one.error.reason


@pytest.mark.parametrize(
    "topic",
    [
        "traffic/a/b",
        "traffic/a/tls/x",
        "energy/m.1/tls",
        "traffic/a b/tls",
        "noise/a/senml",
        "tts/v3/app@tenant/devices/dev-1/join",
        "sensorthings/v1.1/Datastreams(1)",
        "chirpstack/application/1/device/a/event/status",
        "tls/x",
    ],
)
def test_topic_of_no_dialect_is_unknown(topic: str) -> None:
    """A topic that is neither ours nor a dialect's is refused as such."""
    assert _reason(_decode(topic, {})) == (UNKNOWN, Reason.UNKNOWN_TOPIC)


@pytest.mark.parametrize("topic", ["v1.1", "v1.0", "FROST-Server/v1.1"])
@pytest.mark.parametrize("name", ["42", "'42'"])
def test_datastream_is_found_whatever_the_server_puts_around_it(topic: str, name: str) -> None:
    """Versions, a path before them and quotes around the identifier do not matter."""
    observation = {"phenomenonTime": "2026-01-05T07:00:00Z", "result": 2}
    source = {"dialect": "sensorthings", "name": 42, "fields": {"state": "state"}, "constants": {"signal_group": 1}}
    batch = _decode(f"sensorthings/{topic}/Datastreams({name})/Observations", observation, ("k.1", "signal", source))
    assert _values(batch) == [{"time": "2026-01-05T07:00:00Z", "signal_group": 1, "state": "amber"}]


@pytest.mark.parametrize(("topic", "stream"), [("energy/m.1/senml", "energy"), (TTS, "energy"), ("x/y", UNKNOWN)])
def test_message_over_the_limit_is_too_large(topic: str, stream: str) -> None:
    """A message of a dialect that is over the limit is refused for it, under the sensor's stream."""
    batch = _decode(topic, b"[" * 300_000, ("m.1", "energy", _source({"power_w": "a"})))
    assert _reason(batch) == (stream, Reason.UNKNOWN_TOPIC if stream == UNKNOWN else Reason.TOO_LARGE)
    assert len(batch.rejected[0].payload) == 300_000


def test_payload_levels_and_factors() -> None:
    """A value is found below others and comes in our unit."""
    source = _source({"energy_wh": {"name": "b.c", "factor": 1000}, "power_w": "a"})
    assert _values(_decode(TTS, UPLINK, ("m.1", "energy", source))) == [
        {"time": "2026-01-05T07:15:00Z", "energy_wh": 2500.0, "power_w": 7.0}
    ]


def test_simulated_uplink_says_so() -> None:
    """What the network says is simulated is marked so in the reading."""
    (values,) = _values(_decode(TTS, {**UPLINK, "simulated": True}, ("m.1", "energy", _source({"power_w": "a"}))))
    assert values["simulated"] is True


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"power_w": "z"}, Reason.MISSING_FIELD),
        ({"power_w": "a.b"}, Reason.MISSING_FIELD),
        ({"power_w": {"name": "b", "factor": 2}}, Reason.WRONG_TYPE),
        ({"power_w": "b"}, Reason.WRONG_TYPE),
        ({"power_w": {"name": "a", "factor": 1e300}}, Reason.OUT_OF_RANGE),
        ({"power_w": {"name": "b.c", "factor": 1e308}}, Reason.OUT_OF_RANGE),
        ({}, Reason.INCONSISTENT),
    ],
)
def test_uplink_that_does_not_fit_its_source_is_refused(fields: dict[str, object], reason: Reason) -> None:
    """A value that is missing, of another type or out of range is refused, under the sensor's stream."""
    assert _reason(_decode(TTS, UPLINK, ("m.1", "energy", _source(fields)))) == ("energy", reason)


def test_number_of_any_length_is_refused() -> None:
    """A whole number that is too long for a float is out of range, whether it is multiplied or not."""
    payload = msgspec.json.encode(UPLINK).replace(b"2.5", b"9" * 400)
    for factor in (1, 1000):
        source = _source({"energy_wh": {"name": "b.c", "factor": factor}})
        assert _reason(_decode(TTS, payload, ("m.1", "energy", source)))[0] == "energy"


def test_private_stream_takes_only_what_its_source_names() -> None:
    """An uplink that holds more than a private stream's source names is refused whole, without a detail."""
    full = _source({"clients_max": "a", "clients_avg": "b.c"}, interval_s=900)
    part = _source({"clients_max": "a"}, interval_s=900)
    assert len(_values(_decode(TTS, UPLINK, ("ap.1", "wlan", full)))) == 1
    (refused,) = _decode(TTS, UPLINK, ("ap.1", "wlan", part)).rejected
    assert (refused.error.reason, refused.error.detail) == (
        Reason.UNKNOWN_FIELD,
        "no detail is kept of this stream",
    )


def test_neighbour_of_a_private_sensor_keeps_nothing_either() -> None:
    """Where one uplink speaks for a private sensor too, no rejection keeps anything of it."""
    full = _source({"clients_max": "a", "clients_avg": "b.c"}, interval_s=900)
    batch = _decode(TTS, UPLINK, ("ap.1", "wlan", full), ("m.1", "energy", _source({"power_w": "z"})))
    assert len(batch.checked["wlan"]) == 1
    (refused,) = batch.rejected
    assert (refused.stream, refused.payload) == ("energy", b"null")
    assert "z" not in refused.error.detail


def test_source_of_no_known_form_is_left_out() -> None:
    """A source somebody wrote by hand and wrongly costs its own sensor only."""
    good = _source({"power_w": "a"})
    with structlog.testing.capture_logs() as logged:
        batch = _decode(
            TTS,
            UPLINK,
            ("m.1", "energy", {"dialect": "tts"}),
            ("m.2", "energy", good),
            ("m.3", "energy", {**good, "dialect": "ttn"}),
            ("m.4", "smell", good),
        )
    assert [line["sensor"] for line in logged] == ["m.1", "m.3"]
    assert [one.sensor_key for one in batch.checked["energy"]] == ["m.2"]


@pytest.mark.parametrize("result", [6, -1, 1.5, "green", True])
def test_unknown_signal_state_is_refused(result: object) -> None:
    """A result that is no state of Hamburg's list gives no state."""
    source = {"dialect": "sensorthings", "name": 1, "fields": {"state": "state"}, "constants": {"signal_group": 1}}
    observation = {"phenomenonTime": "2026-01-05T07:00:00Z", "result": result}
    batch = _decode("sensorthings/v1.1/Datastreams(1)/Observations", observation, ("k.1", "signal", source))
    assert _reason(batch)[0] == "signal"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"n": "power", "v": 1}, Reason.WRONG_UNIT),
        ({"n": "power", "u": "Cel", "v": 1}, Reason.WRONG_UNIT),
        ({"n": "power_w", "u": "Wh", "v": 1}, Reason.WRONG_UNIT),
        ({"n": "power", "u": "W", "vs": "1"}, Reason.WRONG_UNIT),
        ({"n": "voltage", "u": "V", "v": 1}, Reason.UNKNOWN_FIELD),
        ({"n": "power_w", "v": "1"}, Reason.WRONG_TYPE),
        ({"n": "power_w", "v": 1, "vs": "1"}, Reason.INCONSISTENT),
        ({"n": "power_w", "s": 1}, Reason.INCONSISTENT),
        ({"n": "power_w", "v": 1, "must_": 1}, Reason.UNKNOWN_FIELD),
        ({"n": "power_w", "v": 1, "bver": 11}, Reason.INCONSISTENT),
        ({"n": "power_w", "v": 1, "bt": 0, "t": -60}, Reason.MISSING_FIELD),
        ({"n": "power_w", "v": 1, "bt": 1e300}, Reason.OUT_OF_RANGE),
        ({"n": "time", "v": 1}, Reason.INCONSISTENT),
        ({"bn": 1, "n": "power_w", "v": 1}, Reason.WRONG_TYPE),
        ({"bn": "x" * 300 + "/", "n": "power_w", "v": 1}, Reason.WRONG_TYPE),
        ({"n": "power", "u": None, "v": 1}, Reason.WRONG_TYPE),
    ],
)
def test_senml_that_does_not_fit_is_refused(record: dict[str, object], reason: Reason) -> None:
    """Units that cannot be converted, names nobody knows, relative times and contradictions are refused."""
    assert _reason(_decode("energy/m.1/senml", [{"bt": 1767596400, **record}])) == ("energy", reason)


def test_senml_labels_nobody_knows_are_ignored() -> None:
    """As the RFC wants it, a label that need not be understood changes nothing."""
    pack = [{"n": "power_w", "v": 1, "t": 1767596400, "note": [1]}]
    assert _values(_decode("energy/m.1/senml", pack)) == [{"time": "2026-01-05T07:00:00Z", "power_w": 1.0}]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"guete": 0.5}, Reason.INCONSISTENT),
        ({"qKfz": 1.5}, Reason.WRONG_TYPE),
        ({"qKfz": -4}, Reason.OUT_OF_RANGE),
        ({"vKfz": -1.5}, Reason.OUT_OF_RANGE),
        ({"vBus": 50}, Reason.UNKNOWN_FIELD),
        ({"status": {"vKfz": "implausible"}}, Reason.OUT_OF_RANGE),
        ({"qKfz": 2, "qLkw": 3}, Reason.INCONSISTENT),
    ],
)
def test_tls_record_that_does_not_fit_is_refused(more: dict[str, object], reason: Reason) -> None:
    """Substitutes, numbers that are neither value nor code, and names that are none are refused."""
    assert _reason(_decode("traffic/d.1/tls", {"t_end": "2026-01-05T07:01:00Z", "T": 60, **more})) == (
        "traffic",
        reason,
    )
