"""What is refused before anything is sent, who may write what, and how many readings are too many."""

import itertools
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from fix_broker import free_port
from hypothesis import given
from hypothesis import strategies as st

from emscher import acl, broker, settings
from emscher.acl import Grant
from emscher.errors import CityError, PortInUseError, SettingError
from emscher.patience import Patience
from emscher.readiness import Readiness, serve
from emscher.store.pool import _refuses
from emscher.stream import SECOND_US
from ingest import rate, subscription, workers
from ingest.batch import Decoder
from ingest.message import Message
from ingest.rate import Rate

NOON_US = 1_767_614_400 * SECOND_US
LOGIN = {"mqtt_username": "a", "mqtt_password": "b"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_this_machine_everything_goes(host: str) -> None:
    """A broker on loopback may be anonymous and in the clear."""
    broker.check(settings.load({"mqtt_host": host}))
    broker.check(settings.load({"mqtt_host": host, **LOGIN}))


@pytest.mark.parametrize(
    ("given_settings", "named"),
    [
        ({}, "EMSCHER_MQTT_ANONYMOUS"),
        ({"mqtt_tls": True}, "EMSCHER_MQTT_ANONYMOUS"),
        (LOGIN, "EMSCHER_MQTT_CLEARTEXT"),
        ({**LOGIN, "mqtt_anonymous": "allow"}, "EMSCHER_MQTT_CLEARTEXT"),
        ({**LOGIN, "mqtt_ca_file": "x"}, "EMSCHER_MQTT_TLS"),
        ({**LOGIN, "mqtt_tls": True, "mqtt_ca_file": "/none"}, "EMSCHER_MQTT_CA_FILE"),
        ({**LOGIN, "mqtt_tls": True, "mqtt_cert_file": "/none"}, "EMSCHER_MQTT_CERT_FILE"),
        ({**LOGIN, "mqtt_tls": True, "mqtt_key_file": "/none"}, "EMSCHER_MQTT_CERT_FILE"),
    ],
)
def test_elsewhere_a_setting_is_named(given_settings: dict[str, Any], named: str) -> None:
    """Anonymous, in the clear or with a file that is not there: one line that names the setting."""
    with pytest.raises(SettingError, match=named) as caught:
        broker.check(settings.load({"mqtt_host": "broker.example", **given_settings}))
    assert "\n" not in str(caught.value)


def test_elsewhere_is_allowed_by_name_or_with_tls() -> None:
    """What is refused can be allowed; a password under TLS needs no permission."""
    for more in ({"mqtt_anonymous": "allow"}, {**LOGIN, "mqtt_cleartext": "allow"}, {**LOGIN, "mqtt_tls": True}):
        broker.check(settings.load({"mqtt_host": "broker.example", **more}))


def test_user_and_password_come_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of secrets gives both, without the line's end."""
    (tmp_path / "EMSCHER_MQTT_USERNAME").write_text("ingest\n")
    (tmp_path / "EMSCHER_MQTT_PASSWORD").write_text("of the file\n")
    monkeypatch.setenv("EMSCHER_SECRETS_DIR", str(tmp_path))
    found = broker.options(settings.load())
    assert (found["username"], found["password"]) == ("ingest", "of the file")


def test_rules_are_one_block_for_each_user() -> None:
    """A device writes its topic, a gateway those of its sensors, ingest reads."""
    granted = [Grant("gateway", "energy", "m.1"), Grant("gateway", "traffic", "d.2"), Grant("d.1", "traffic", "d.1")]
    blocks = acl.document(granted, "emscher", "ingest").split("\n\n")
    assert blocks[1].splitlines() == ["user ingest", "topic read emscher/#", "topic read $SYS/broker/version"]
    below = ("", "/senml", "/tls")
    topics = [f"topic write emscher/{own}{one}" for own in ("energy/m.1", "traffic/d.2") for one in below]
    assert blocks[2].splitlines() == ["user gateway", *topics]
    assert blocks[3].splitlines() == ["user d.1", *(f"topic write emscher/traffic/d.1{one}" for one in below)]


@pytest.mark.parametrize("user", ["ingest", "x\ntopic write #", "", " x", "x" * 129])
def test_a_user_that_would_make_rules_of_its_own_is_refused(user: str) -> None:
    """A line break, an empty name, ingest's own name: no rules at all."""
    with pytest.raises(CityError):
        acl.document([Grant(user, "traffic", "d.1")], "emscher", "ingest")


@given(st.permutations([minute * 60 * SECOND_US for minute in range(300)]))
def test_a_backlog_is_never_too_fast(offsets_us: list[int]) -> None:
    """Readings a minute apart pass however late, fast and disordered they come, even with the smallest burst."""
    strict = Rate(settings.load({"ingest_rate_per_s": 1, "ingest_rate_burst": 1}))
    assert not any(strict.exceeds("lane", NOON_US + offset_us) for offset_us in offsets_us)


def test_a_sensor_gone_mad_is_limited_and_its_neighbour_is_not() -> None:
    """Of a thousand readings a second for ten seconds the burst and the rate pass; another sensor loses nothing."""
    limited = Rate(settings.load({"ingest_rate_per_s": 100, "ingest_rate_burst": 50}))
    mad = [limited.exceeds("mad", NOON_US + number * 1000) for number in range(10_000)]
    assert mad.count(False) == pytest.approx(50 + 10 * 100, abs=2)
    assert not limited.exceeds("meek", NOON_US)
    assert not Rate(settings.load({"ingest_rate_per_s": 0})).exceeds("mad", NOON_US)


def test_a_flood_of_sensors_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many keys come, no more than the limit are remembered."""
    monkeypatch.setattr(rate, "SENSORS_LIMIT", 100)
    limited = Rate(settings.load())
    for number in range(1050):
        assert not limited.exceeds(f"k.{number}", NOON_US)
    assert len(limited._buckets) == 50  # noqa: SLF001 - the bound is what is shown


def test_excess_is_rejected_with_its_reason() -> None:
    """The decoder lets the burst through and rejects the rest as rate_exceeded; the neighbour's reading passes."""
    decoder = Decoder(settings.load({"ingest_rate_per_s": 1, "ingest_rate_burst": 3}))
    one = b'{"end":"2026-01-05T12:00:00Z","interval_s":60}'
    messages = [Message(f"emscher/traffic/{key}".encode(), one, 1, 1) for key in (*["mad"] * 5, "meek")]
    batch = decoder.decode(messages, NOON_US)
    assert [checked.sensor_key for checked in batch.checked["traffic"]] == ["mad"] * 3 + ["meek"]
    assert [refused.error.reason for refused in batch.rejected] == ["rate_exceeded"] * 2


@pytest.mark.parametrize("topic", [b"emscher/traffic/" + b"x" * 60_000, b"emscher/traffic" + b"/x" * 200])
def test_a_topic_too_long_or_too_deep_is_rejected(topic: bytes) -> None:
    """A topic has two levels below the prefix, and a key of 64 characters at most."""
    batch = Decoder(settings.load()).decode([Message(topic, b"{}", 1, 1)], NOON_US)
    assert [refused.error.reason for refused in batch.rejected] == ["unknown_topic"]
    assert len(batch.rejected[0].error.detail) < 500


async def test_patience_doubles_its_pauses_and_speaks_once_a_minute() -> None:
    """Pauses grow to ten seconds; it is said at the beginning and then after every minute."""
    pauses: list[float] = []
    said: list[float] = []

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)

    patience = Patience(sleep)
    while sum(pauses) < 300:
        await patience.pause(lambda: said.append(sum(pauses)))
    assert pauses[:8] == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10])
    assert len(said) == 5
    assert all(59.9 < later - earlier < 70.1 for earlier, later in itertools.pairwise(said))


def test_readiness_is_served_beside_the_metrics() -> None:
    """503 and what is missing, then 200; the metrics are where they were; a taken port is one line."""
    readiness = Readiness("broker", "database")
    port = free_port()
    serve("127.0.0.1", port, readiness, "EMSCHER_INGEST_METRICS_PORT")

    def get(path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as exc:
            return exc.code, exc.read()

    readiness.has("database")
    readiness.lacks("broker", "refused")
    status, body = get("/readyz")
    assert (status, json.loads(body)) == (503, {"ready": False, "missing": {"broker": "refused"}})
    assert get("/healthz")[0] == 200
    readiness.has("broker")
    assert get("/readyz")[0] == 200
    assert b"python_info" in get("/metrics")[1]
    with pytest.raises(PortInUseError, match="EMSCHER_INGEST_METRICS_PORT"):
        serve("127.0.0.1", port, readiness, "EMSCHER_INGEST_METRICS_PORT")


@pytest.mark.parametrize(
    ("text", "for_good"),
    [
        ('FATAL:  password authentication failed for user "x"', True),
        ('FATAL:  database "x" does not exist', True),
        ("fe_sendauth: no password supplied", True),
        ("FATAL:  the database system is starting up", False),
        ("FATAL:  sorry, too many clients already", False),
        ("Connection refused Is the server running on that host", False),
    ],
)
def test_what_a_database_says_at_the_door(text: str, for_good: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A refusal for good is told from one that passes and from silence."""
    assert _refuses(text) is for_good


def test_workers_share_under_names_of_their_own() -> None:
    """Each worker has a session and a port; the group is the client id, or what a setting says."""
    base = settings.load({"ingest_workers": 3, "ingest_metrics_port": 9101, "mqtt_client_id": "north"})
    third = workers.of_worker(base, 3)
    assert (third.mqtt_client_id, third.ingest_metrics_port, third.ingest_workers) == ("north-3", 9103, 1)
    assert subscription.wanted(third) == "$share/north/emscher/#"
    grouped = workers.of_worker(base.model_copy(update={"mqtt_share": "city"}), 1)
    assert subscription.wanted(grouped) == "$share/city/emscher/#"
    assert subscription.stale(grouped, None) == ["emscher/#"]
    assert subscription.stale(base, "$share/city/emscher/#") == ["$share/city/emscher/#"]
    with pytest.raises(SettingError, match="EMSCHER_MQTT_PROTOCOL"):
        subscription.wanted(grouped.model_copy(update={"mqtt_protocol": "3.1.1"}))
    with pytest.raises(SettingError, match="EMSCHER_INGEST_METRICS_PORT"):
        workers.of_worker(base.model_copy(update={"ingest_metrics_port": 65_535}), 2)
