"""The deployment files: docker-compose.yml, Dockerfile, .env.example, the broker's configuration, requirements."""

import os
import re
import shutil
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from emscher import cli
from emscher.embedded import EmbeddedBroker, mosquitto
from emscher.embedded.program import Program

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$")
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*")

each_service = pytest.mark.parametrize("name", SERVICES)


def example() -> dict[str, str]:
    """Read .env.example."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@each_service
def test_every_image_is_pinned(name: str) -> None:
    """An image names its version down to the patch."""
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_the_image_is_built_from_a_pinned_one_and_of_our_version() -> None:
    """The Dockerfile names its base to the patch, and compose tags the result with the version of the project."""
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases
    assert all(PINNED.fullmatch(base) for base in bases)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {one["image"] for one in SERVICES.values() if "build" in one} == {f"emscher:{version}"}


@each_service
def test_every_service_can_be_seen_to_be_healthy(name: str) -> None:
    """A service has a health check, or runs once and is not started again."""
    service = SERVICES[name]
    assert ("healthcheck" in service) != (service["restart"] == "no")


@each_service
def test_dependencies_exist_and_are_waited_for(name: str) -> None:
    """A service waits for the health or the end of services that are there, and are started without a profile."""
    for other, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if SERVICES[other]["restart"] == "no" else "service_healthy"
        assert how["condition"] == expected
        assert not SERVICES[other].get("profiles")


@each_service
def test_every_service_is_confined(name: str) -> None:
    """A service may not write to its image, gain privileges or keep capabilities it does not name."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert not service.get("privileged")


def test_the_image_does_not_run_as_root() -> None:
    """The last user of the Dockerfile is a number other than root's."""
    users = re.findall(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert int(users[-1]) > 0


@each_service
def test_no_password_is_written_down(name: str) -> None:
    """A secret comes from the environment, without a default, and its absence is an error."""
    for variable, value in SERVICES[name]["environment"].items():
        if SECRET.search(variable):
            assert re.fullmatch(r"\$\{EMSCHER_\w+:\?[^}]+\}", value), variable
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), variable


@each_service
def test_ports_are_published_on_loopback_unless_set(name: str) -> None:
    """A published port binds to 127.0.0.1 until a variable says otherwise."""
    for port in SERVICES[name].get("ports", ()):
        assert re.fullmatch(r"\$\{EMSCHER_\w+_BIND:-127\.0\.0\.1\}:\$\{EMSCHER_\w+_PORT:-\d+\}:\d+", port)


def test_the_database_is_on_no_network_that_leads_outside() -> None:
    """The store's network is internal, and the database is on no other."""
    assert SERVICES["timescaledb"]["networks"] == ["store"]
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert "ports" not in SERVICES["timescaledb"]


def test_each_process_logs_in_with_its_own_role() -> None:
    """Only migrations are the owner's; ingest and processing write, the API reads."""
    logins = {
        name: re.match(r"postgresql://(\w+)@", service["environment"]["EMSCHER_DATABASE_URL"])
        for name, service in SERVICES.items()
        if "EMSCHER_DATABASE_URL" in service["environment"]
    }
    assert {name: login[1] for name, login in logins.items() if login} == {
        "migrate": "postgres",
        "ingest": "emscher_writer",
        "processing": "emscher_writer",
        "api": "emscher_reader",
    }
    for name, role in (("migrate", "OWNER"), ("ingest", "WRITER"), ("processing", "WRITER"), ("api", "READER")):
        assert f"EMSCHER_DATABASE_{role}_PASSWORD:?" in SERVICES[name]["environment"]["PGPASSWORD"]


def test_every_variable_stands_in_the_example_and_the_reverse() -> None:
    """.env.example lists what docker-compose.yml asks for, secrets without a value, the rest with the default."""
    asked = {match["name"]: match["rest"] for match in VARIABLE.finditer(TEXT)}
    assert asked.keys() == example().keys()
    for name, value in example().items():
        assert asked[name] == f":-{value}" if value else asked[name].startswith(":?"), name


def test_volumes_and_mounted_files_exist() -> None:
    """A named volume is declared, and a mounted file of ours is in the repository."""
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if not source.startswith("./"):
                assert source in COMPOSE["volumes"]
            elif source.startswith("./config/"):
                assert (ROOT / source).is_file()


def commands() -> Iterator[tuple[str, ...]]:
    """Find the subcommands of `emscher` that docker-compose.yml runs."""
    for service in SERVICES.values():
        if "build" in service:
            line = " ".join(map(str, service["command"]))
            yield from (tuple(found.split()) for found in re.findall(r"emscher ((?:[a-z]+ ?)+)", line))


def test_every_command_exists() -> None:
    """What the services run are subcommands of `emscher`."""
    known = typer.main.get_command(cli.build())
    found = list(commands())
    assert len(found) >= 6
    for words in found:
        command: Any = known
        for word in words:
            command = command.commands[word]
        assert not hasattr(command, "commands") or command.invoke_without_command, words


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-build.txt", "requirements-fuzz.txt"]
)
def test_requirements_carry_hashes_and_no_address(name: str) -> None:
    """Each requirement is pinned and has hashes; no line says where a package comes from."""
    text = (ROOT / name).read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\w)", text.strip())
    assert all(re.match(r"[\w.-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"^-", text, re.MULTILINE)


def test_requirements_agree_with_each_other() -> None:
    """What runs here, what is tested and what builds have the same versions."""
    versions: dict[str, set[str]] = {}
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-build.txt"):
        for found in re.finditer(r"^([\w.-]+)==([^\s\\]+)([^\\\n]*)", (ROOT / name).read_text(), re.MULTILINE):
            versions.setdefault(found[1] + found[3].strip(), set()).add(found[2])
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


class ComposedBroker(EmbeddedBroker):
    """The broker as docker-compose.yml runs it: its files and its start command, moved to a test's folder and port."""

    user = "mosquitto" if os.geteuid() == 0 else None

    def prepare(self) -> tuple[str, ...]:
        """Write configuration and start command with other paths, port and user."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        if self.user is not None:
            shutil.chown(self.folder, self.user)
            shutil.chown(data, self.user)
        moved = {
            "listener 1883": f"listener {self.port} 127.0.0.1",
            "/mosquitto/data": str(data),
            "/mosquitto/config": str(self.folder),
            "/run/emscher": str(self.folder),
            "log_dest stdout": "log_dest stderr",
            "exec mosquitto": f"exec {mosquitto.executable()}",
            "$$": "$",
        }
        shutil.copy(ROOT / "config" / "mosquitto.acl", self.folder)
        start = SERVICES["mosquitto"]["command"][0]
        for name, text in (("mosquitto.conf", (ROOT / "config" / "mosquitto.conf").read_text()), ("start.sh", start)):
            changed = text
            for old, new in moved.items():
                changed = changed.replace(old, new)
            (self.folder / name).write_text(changed)
        return ()

    def program(self) -> Program:
        """Give the start command as docker-compose.yml has it; ready once somebody may log in."""
        env = {**os.environ, "INGEST_PASSWORD": "ing$est", "PUBLISHER_PASSWORD": "pub%slisher"}
        argv = ("/bin/sh", "-ec", (self.folder / "start.sh").read_text())
        return Program("composed", argv, env=env, user=self.user, ready=self.ready)

    def ready(self) -> bool:
        """Tell whether the health check of docker-compose.yml is content."""
        return "2." in self.client(
            "mosquitto_sub", "ingest", "ing$est", "-t", "$SYS/broker/version", "-C", "1", "-W", "2"
        )

    def client(self, command: str, user: str, password: str, *arguments: str) -> str:
        """Run one of Mosquitto's clients and give what it prints."""
        login = (command, "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-u", user, "-P", password)
        done = subprocess.run((*login, *arguments), capture_output=True, text=True, check=False)
        return done.stdout + done.stderr


@contextmanager
def composed(tmp_path: Path) -> Iterator[ComposedBroker]:
    """Run the broker of docker-compose.yml, where a user who is not root can reach it."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with ComposedBroker(tmp_path, port, "mosquitto") as broker:
        yield broker


@pytest.mark.mosquitto
@pytest.mark.skipif(
    not (mosquitto.executable() and shutil.which("mosquitto_pub") and shutil.which("mosquitto_passwd")),
    reason="Mosquitto, its clients or mosquitto_passwd are not installed",
)
def test_the_broker_of_compose_keeps_messages_and_keeps_strangers_out(tmp_path: Path) -> None:
    """Who publishes needs the publisher's password; what arrives while ingest is away is there when it comes back."""
    session = ("-i", "ingest", "-c", "-t", "emscher/#", "-W", "5")
    with composed(tmp_path) as broker:
        broker.client("mosquitto_sub", "ingest", "ing$est", *session, "-E")
        for number in ("1", "2"):
            message = ("-t", "emscher/traffic/lane", "-m", number)
            assert broker.client("mosquitto_pub", "publisher", "pub%slisher", *message) == ""
        assert "not authorised" in broker.client("mosquitto_pub", "publisher", "wrong", *message).lower()
        # What is not allowed is dropped without a word: ingest may not send, nobody may send elsewhere.
        broker.client("mosquitto_pub", "ingest", "ing$est", "-t", "emscher/traffic/lane", "-m", "3")
        broker.client("mosquitto_pub", "publisher", "pub%slisher", "-t", "elsewhere", "-m", "4")
        assert broker.client("mosquitto_sub", "ingest", "ing$est", *session, "-C", "2").split() == ["1", "2"]
        assert "Timed out" in broker.client("mosquitto_sub", "ingest", "ing$est", *session[:-1], "1")
        hashed = (broker.folder / "passwords").read_text()
        assert "ing$est" not in hashed
        assert "pub%slisher" not in hashed
