"""The embedded PostgreSQL, the embedded broker, and the demo's folder and ports."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from emscher.embedded import EmbeddedBroker, EmbeddedPostgres, leftover, milestones, mosquitto, warden
from emscher.embedded.folder import DataFolder, LockedError
from emscher.embedded.port import in_url, reachable, require_free
from emscher.errors import PortInUseError, SettingError

WITHIN_S = 20.0
LARGE_BYTES = 300_000
Kind = Literal["mosquitto", "amqtt"]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedPostgres:
    """A server of this module's own, not started."""
    return EmbeddedPostgres(tmp_path_factory.mktemp("embedded"))


def value(postgres: EmbeddedPostgres, query: str) -> object:
    """Ask the database for one value."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_postgres_starts_durable_and_keeps_its_data(postgres: EmbeddedPostgres) -> None:
    """The database is reached through its socket, loses nothing that was committed, and survives a second start."""
    with postgres:
        assert value(postgres, "select current_database()") == "emscher"
        settings = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        assert {value(postgres, f"show {name}") for name in settings} == {"on"}
        assert value(postgres, "show timezone") == "UTC"
        assert value(postgres, "show listen_addresses") == ""
        with psycopg.connect(postgres.url) as connection:
            connection.execute("create table kept as select 7 as number")
    with postgres:
        assert value(postgres, "select number from kept") == 7


def test_postgres_survives_the_death_of_its_postmaster(postgres: EmbeddedPostgres) -> None:
    """After kill -9 of the postmaster the next start recovers what was committed."""
    with postgres:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("create table recovered as select 8 as number")
        postmaster = leftover.recorded(postgres.folder)
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
    assert leftover.recorded(postgres.folder) == postmaster
    with postgres:
        assert value(postgres, "select number from recovered") == 8


def test_postgres_starts_over_a_stale_pid_file(postgres: EmbeddedPostgres) -> None:
    """A postmaster.pid whose number another process bears by now is no obstacle, and that process is left alone."""
    with postgres:
        pass
    with subprocess.Popen((sys.executable, "-c", "import time; time.sleep(60)")) as other:
        (postgres.folder / leftover.PID_FILE).write_text(f"{other.pid}\n{postgres.folder}\n0\n5432\n\n\n\nready\n")
        with postgres:
            assert value(postgres, "select 1") == 1
        assert other.poll() is None
        other.kill()


def test_postgres_stops_a_server_that_was_left_running(postgres: EmbeddedPostgres) -> None:
    """A server nobody watches any more is stopped, and a new one takes over its data."""
    with postgres:
        left = leftover.recorded(postgres.folder)
        again = EmbeddedPostgres(postgres.data_dir)
        notes = again.prepare()
        assert any("stopped a PostgreSQL that an earlier run left" in note for note in notes)
        assert left is not None
        # Its parent, this process, has not taken note of its end yet.
        assert not warden.birth(left)
    with again:
        assert leftover.recorded(again.folder) != left


def test_postgres_says_so_when_the_data_are_of_another_version(tmp_path: Path) -> None:
    """A data folder of another version is one line that says how to go on, and is not touched."""
    folder = tmp_path / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("16\n")
    with pytest.raises(SettingError, match="holds data of PostgreSQL 16, this is 18"):
        EmbeddedPostgres(tmp_path).prepare()
    assert [file.name for file in folder.iterdir()] == ["PG_VERSION"]


def test_a_path_too_long_or_too_odd_for_a_socket_gets_another_socket(tmp_path: Path) -> None:
    """The address stays one host, whatever the folder is called."""
    for name in ("x" * 100, "a,b", "it's"):
        url = EmbeddedPostgres(tmp_path / name).url
        host = url.partition("host=")[2].partition("&")[0]
        assert len(host) <= 80
        assert "," not in host
        assert "'" not in host


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


KINDS = [
    pytest.param(
        "mosquitto",
        marks=[
            pytest.mark.mosquitto,
            pytest.mark.skipif(mosquitto.executable() is None, reason="Mosquitto is not installed"),
        ],
    ),
    "amqtt",
]


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """Each of the two brokers, running."""
    kind: Kind = request.param
    with EmbeddedBroker(tmp_path, free_port(), kind) as running:
        yield running


class Client:
    """A client with a session that outlives its connection, where it has a name."""

    def __init__(self, broker: EmbeddedBroker, name: str) -> None:
        # 3.1.1 with both, because there the session is one flag.
        self.received: list[bytes] = []
        self._wanted = 0
        self._arrived = threading.Event()
        self._subscribed = threading.Event()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=name, clean_session=False, protocol=mqtt.MQTTv311
        )
        self.client.on_message = self._on_message
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def subscribe(self) -> None:
        """Subscribe to everything at QoS 1, and wait until it holds."""
        self.client.subscribe("emscher/#", qos=1)
        assert self._subscribed.wait(WITHIN_S)

    def publish(self, payload: bytes, qos: int = 1) -> None:
        """Publish and wait for the acknowledgement."""
        self.client.publish("emscher/traffic/lane", payload, qos=qos).wait_for_publish(WITHIN_S)

    def wait_for(self, count: int) -> list[bytes]:
        """Wait until so many messages are here."""
        self._wanted = count
        if len(self.received) < count:
            assert self._arrived.wait(WITHIN_S)
        return self.received

    def leave(self) -> None:
        """Close the connection and its thread."""
        self.client.disconnect()
        self.client.loop_stop()

    def _on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        self.received.append(bytes(message.payload))
        if self._wanted and len(self.received) >= self._wanted:
            self._arrived.set()


def test_a_message_arrives_whatever_its_size(broker: EmbeddedBroker) -> None:
    """An anonymous client publishes at QoS 1, a small message and one of 300 kB, and a subscriber gets both."""
    subscriber, publisher = Client(broker, "subscriber"), Client(broker, "publisher")
    subscriber.subscribe()
    publisher.publish(b"7")
    publisher.publish(b"x" * LARGE_BYTES)
    assert sorted(map(len, subscriber.wait_for(2))) == [1, LARGE_BYTES]
    for client in (subscriber, publisher):
        client.leave()


def test_what_a_subscriber_misses_is_kept_for_it(broker: EmbeddedBroker) -> None:
    """2000 messages published while a subscriber is away are all there when it comes back."""
    subscriber = Client(broker, "subscriber")
    subscriber.subscribe()
    subscriber.leave()
    publisher = Client(broker, "publisher")
    for number in range(2000):
        publisher.client.publish("emscher/traffic/lane", b"%d" % number, qos=1)
    publisher.publish(b"2000")
    publisher.leave()
    back = Client(broker, "subscriber")
    assert len(set(back.wait_for(2001))) == 2001
    back.leave()


@pytest.mark.mosquitto
@pytest.mark.skipif(mosquitto.executable() is None, reason="Mosquitto is not installed")
def test_mosquitto_keeps_messages_over_a_restart(tmp_path: Path) -> None:
    """Messages for a subscriber that is away, of QoS 0 too, outlive the broker; its configuration warns of nothing."""
    port = free_port()
    with EmbeddedBroker(tmp_path, port, "mosquitto") as broker:
        subscriber = Client(broker, "subscriber")
        subscriber.subscribe()
        subscriber.leave()
        publisher = Client(broker, "publisher")
        publisher.publish(b"0", qos=0)
        publisher.publish(b"1", qos=1)
        publisher.leave()
    log = (tmp_path / "logs" / "broker.log").read_text()
    assert [line for line in log.splitlines() if "Error" in line or ("Warning" in line and "root" not in line)] == []
    with EmbeddedBroker(tmp_path, port, "mosquitto") as broker:
        back = Client(broker, "subscriber")
        assert back.wait_for(2) == [b"0", b"1"]
        back.leave()


@pytest.mark.mosquitto
@pytest.mark.skipif(mosquitto.executable() is None, reason="Mosquitto is not installed")
def test_mosquitto_may_take_its_time_to_write_down_what_it_holds(tmp_path: Path) -> None:
    """A broker that needs seconds to end is not killed meanwhile, so that what it holds is on the disk."""
    broker = EmbeddedBroker(tmp_path, free_port(), "mosquitto")
    broker.start()
    (pid,) = (pid for pid in warden.marked(str(tmp_path)) if "mosquitto" in _command(pid))
    os.kill(pid, signal.SIGSTOP)
    slow = threading.Timer(3.0, os.kill, (pid, signal.SIGCONT))
    slow.start()
    broker.stop()
    slow.join()
    assert (broker.folder / "mosquitto.db").exists()


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()


def test_amqtt_says_what_it_does_not_guarantee(tmp_path: Path) -> None:
    """The line for the terminal names the version of MQTT and the loss, and the protocol handed on is 3.1.1."""
    broker = EmbeddedBroker(tmp_path, 1883, "amqtt")
    assert broker.protocol == "3.1.1"
    assert "3.1.1" in broker.caveat
    assert "forgets" in broker.caveat


def test_a_port_in_use_names_the_setting() -> None:
    """The error names the port and the variable that changes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"Port {port} on 127.0.0.1 .* EMSCHER_API_PORT"):
            require_free("127.0.0.1", port, "EMSCHER_API_PORT")
    require_free("127.0.0.1", port, "EMSCHER_API_PORT")


def test_an_address_of_another_machine_is_told() -> None:
    """An address that is not this machine's is a wrong setting, not a port in use."""
    with pytest.raises(SettingError, match="EMSCHER_API_PORT"):
        require_free("192.0.2.1", 8080, "EMSCHER_API_PORT")


def test_an_address_can_be_opened_in_a_browser() -> None:
    """Listening everywhere is reached on loopback; an IPv6 address gets its brackets."""
    assert reachable("0.0.0.0") == "127.0.0.1"  # noqa: S104 - nothing is bound
    assert in_url(reachable("::")) == "[::1]"
    assert in_url("localhost") == "localhost"


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """A folder with files that are not the demo's is never used, let alone cleared."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingError, match="EMSCHER_DATA_DIR"):
        DataFolder(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_clearing_deletes_only_what_the_demo_made(tmp_path: Path) -> None:
    """Database, broker and logs go; the key stays, and so does what somebody put there since."""
    folder = DataFolder(tmp_path / "data")
    key = folder.api_key()
    for name in ("postgres", "broker", "logs"):
        (folder.path / name).mkdir()
        (folder.path / name / "file").touch()
    (folder.path / "notes.txt").touch()
    folder.note_whole_history()
    folder.clear()
    again = DataFolder(tmp_path / "data")
    assert again.api_key() == key
    assert not again.history_is_whole
    assert sorted(file.name for file in again.path.iterdir())[:2] == ["api-key", "notes.txt"]


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second is refused with the number of the first; afterwards the lock and its file are gone."""
    folder = DataFolder(tmp_path / "data")
    with folder.locked(), pytest.raises(LockedError, match=f"process {os.getpid()}"), folder.locked():
        pass
    assert not (folder.path / "lock").exists()
    with folder.locked():
        assert (folder.path / "lock").exists()


def test_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    """The key and the variables can be read by nobody else; the variables survive a shell."""
    folder = DataFolder(tmp_path / "data")
    assert len(folder.api_key()) >= 32
    file = folder.write_environment({"EMSCHER_ONE": "it's a $value"})
    for secret in (file, folder.path / "api-key"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    shell = ("/bin/sh", "-c", f"set -a; . '{file}'; printenv EMSCHER_ONE")
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout == "it's a $value\n"


def test_a_milestone_is_read_from_a_log(tmp_path: Path) -> None:
    """A program's sentence is found among others and among lines that are no JSON."""
    log = tmp_path / "one.log"
    assert milestones.event(log, "listening") is None
    log.write_text('not listening\n{"event": "not listening"}\n{"event": "listening", "port": 1883}\n')
    assert milestones.event(log, "listening") == {"event": "listening", "port": 1883}
