"""The door on a real broker: certificates, passwords, topic rules; waiting for what is away, refusing what is newer."""

import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest
from fix_broker import free_port
from fix_secured import Certificates, SecuredBroker
from pydantic import SecretStr
from readings import message

from emscher import acl, broker, city
from emscher.embedded import EmbeddedBroker
from emscher.errors import BrokerMissingError
from emscher.readiness import Readiness
from emscher.settings import PREFIX, Settings
from emscher.store.pool import connect
from ingest.sensors import Sensors
from ingest.worker import Worker, utc_now
from ingest.writer import Writer

PATIENCE_S = 60.0
CITY = city.City(
    sites=[city.Site("junction", None, None, {}, "junction", "A junction")],
    sensors=[
        city.Sensor("lane.1", None, None, {}, "traffic", "junction"),
        city.Sensor("lane.2", None, None, {"mqtt_user": "gateway"}, "traffic", "junction"),
        city.Sensor("lane.3", None, None, {"mqtt_user": "gateway"}, "traffic", "junction"),
    ],
)


@asynccontextmanager
async def working(settings: Settings, readiness: Readiness | None = None) -> AsyncIterator[Worker]:
    """Run a worker beside the test, listening or not."""
    writer = Writer(settings, Sensors(settings, lambda: 0.0), utc_now)
    worker = Worker(settings, writer, utc_now, readiness)
    task = asyncio.ensure_future(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.wait([task])
        await writer.close()


async def stored(settings: Settings) -> list[str]:
    """Keys of the sensors that have readings."""
    async with await connect(settings, "owner") as connection:
        cursor = await connection.execute("select key from traffic_reading join sensor using (sensor_id) order by key")
        return [key for (key,) in await cursor.fetchall()]


async def publish(settings: Settings, *keys: str) -> None:
    """Send a reading of each sensor."""
    payload = message("traffic", "x", {"end": utc_now().replace(second=0).isoformat(), "interval_s": 60}).payload
    async with aiomqtt.Client(**broker.options(settings)) as client:
        for key in keys:
            await client.publish(f"emscher/traffic/{key}", payload, qos=1)


@pytest.mark.mosquitto
async def test_a_device_writes_its_own_topics_only(store: Settings, secured: SecuredBroker) -> None:
    """With the rules that `emscher city acl` writes, a certificate opens a device's own topics, and nobody else's."""
    async with await connect(store, "writer") as connection:
        await city.write(connection, CITY)
    async with await connect(store, "reader") as connection:
        rules = acl.document(await acl.grants(connection), "emscher", "ingest")
    secured.acl.parent.mkdir(parents=True)
    secured.acl.write_text(rules)
    with secured:
        # Shared, because a group's subscription must pass the same rules.
        ingest = secured.as_(store, "ingest").model_copy(update={"mqtt_share": "city"})
        async with working(ingest) as worker, asyncio.timeout(PATIENCE_S):
            await worker.listening.wait()
            await publish(secured.as_(store, "stranger"), "lane.1", "lane.2")
            await publish(secured.as_(store, "lane.1"), "lane.2", "lane.3")
            await publish(secured.as_(store, "gateway"), "lane.1", "lane.4", "lane.3", "lane.2")
            while len(await stored(store)) < 2:
                await asyncio.sleep(0.05)
            # What was refused came before what is stored: had it been let through, it would be there.
            assert await stored(store) == ["lane.2", "lane.3"]
            await publish(secured.as_(store, "lane.1"), "lane.1")
            while len(await stored(store)) < 3:
                await asyncio.sleep(0.05)
            assert await stored(store) == ["lane.1", "lane.2", "lane.3"]


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.mosquitto
async def test_who_is_not_let_in_at_start_is_told_so(store: Settings, secured: SecuredBroker, tmp_path: Path) -> None:
    """A wrong password, a wrong authority and a wrong name are errors of one line; the right ones listen."""
    known = store.model_copy(update={"mqtt_port": secured.password_port, "mqtt_username": "ingest"})
    right = known.model_copy(update={"mqtt_password": SecretStr("right")})
    certified = secured.as_(store, "ingest")
    other = Certificates(tmp_path / "elsewhere").authority
    refused = [
        (known.model_copy(update={"mqtt_password": SecretStr("wrong")}), "authori"),
        (certified.model_copy(update={"mqtt_ca_file": other}), "CERTIFICATE_VERIFY_FAILED"),
        (certified.model_copy(update={"mqtt_host": "localhost"}), "CERTIFICATE_VERIFY_FAILED"),
    ]
    with secured:
        for settings, why in refused:
            said = await _refusal(settings)
            assert why in said
            assert "\n" not in said
        gc.collect()
        for settings in (right, certified):
            async with working(settings) as worker, asyncio.timeout(PATIENCE_S):
                await worker.listening.wait()


async def _refusal(settings: Settings) -> str:
    writer = Writer(settings, Sensors(settings, lambda: 0.0), utc_now)
    try:
        with pytest.raises(BrokerMissingError) as caught:
            await Worker(settings, writer, utc_now).run()
        return str(caught.value)
    finally:
        await writer.close()


@pytest.mark.mosquitto
async def test_a_broker_that_is_away_at_start_is_waited_for(store: Settings, tmp_path: Path) -> None:
    """Until there is a broker ingest is not ready and says why; then it listens."""
    late = EmbeddedBroker(tmp_path / "late", free_port(), "mosquitto")
    readiness = Readiness("broker", "database")
    async with working(store.model_copy(update={"mqtt_port": late.port}), readiness) as worker:
        async with asyncio.timeout(PATIENCE_S):
            while "refused" not in readiness.missing.get("broker", "").lower():
                await asyncio.sleep(0.05)
        assert readiness.missing.keys() == {"broker"}
        assert not worker.listening.is_set()
        with late:
            async with asyncio.timeout(PATIENCE_S):
                await worker.listening.wait()
            assert readiness.missing == {}


def _run(settings: Settings, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        f"{PREFIX}DATABASE_URL": settings.database_url.get_secret_value(),
        f"{PREFIX}API_PORT": str(free_port()),
    }
    return subprocess.run(
        [sys.executable, "-m", "emscher", *command], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", [("ingest",), ("ingest", "--workers", "2"), ("process",), ("api",)], ids=" ".join)
async def test_a_newer_database_is_refused(store: Settings, command: tuple[str, ...]) -> None:
    """A database with a migration this version does not know ends every process: one line, exit status 2."""
    async with await connect(store, "owner", autocommit=True) as connection:
        await connection.execute(
            "insert into schema_migration (number, name, sha256, flavour)"
            " select max(number) + 1, 'from_tomorrow', 'x', max(flavour) from schema_migration"
        )
    done = await asyncio.to_thread(_run, store, *command)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "from_tomorrow" in done.stderr
    assert "Upgrade Emscher" in done.stderr
