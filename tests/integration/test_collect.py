"""Collectors against real things: an SNMP agent, a web server's answers, and a broker that ingest reads from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiomqtt
import pytest
from fix_broker import free_port
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp
from pysnmp.entity.rfc3413.context import SnmpContext
from pysnmp.proto.api import v2c

from emscher.embedded import EmbeddedBroker
from emscher.errors import CollectError
from emscher.settings import Settings, load
from emscher.streams.energy import STREAM, EnergyReading
from ingest.collect import snmp
from ingest.collect.collected import Collected, Values
from ingest.collect.outlet import Outlet
from ingest.collect.rounds import Rounds
from ingest.collect.snmp_walk import walk

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
APC = [one.oid for one in snmp.PROFILES["apc-rpdu2"]]
COMMUNITY = "geheim"


@asynccontextmanager
async def _unit(numbers: dict[str, int]) -> AsyncIterator[int]:
    """An SNMP agent that has some numbers, on a port of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    engine = SnmpEngine()
    config.add_transport(engine, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode(("127.0.0.1", port)))
    config.add_v1_system(engine, "area", COMMUNITY)
    config.add_vacm_user(engine, 2, "area", "noAuthNoPriv", (1, 3, 6), (1, 3, 6))
    context = SnmpContext(engine)
    builder = context.get_mib_instrum().get_mib_builder()
    scalar, instance = builder.import_symbols("SNMPv2-SMI", "MibScalar", "MibScalarInstance")
    for place, (oid, value) in enumerate(numbers.items()):
        column = tuple(map(int, oid.split(".")))
        builder.export_symbols(
            f"__TEST_{place}", scalar(column, v2c.Integer()), instance(column, (1,), v2c.Integer(value))
        )
    for responder in (cmdrsp.GetCommandResponder, cmdrsp.NextCommandResponder):
        responder(engine, context)
    try:
        yield port
    finally:
        engine.close_dispatcher()


async def test_power_distribution_unit_answers() -> None:
    """An agent's 123 hundredths of kW and 4,821 tenths of kWh are 1,230 W and 482,100 Wh."""
    async with _unit(dict(zip(APC, (123, 4821), strict=True))) as port:
        objects = await walk("127.0.0.1", port, COMMUNITY, APC)
    assert snmp.decode(objects, "apc-rpdu2", "pdu") == [Collected("pdu", Values(482_100, 1230))]


async def test_power_distribution_unit_that_is_away() -> None:
    """Nobody at that port is an error that names the host."""
    with pytest.raises(CollectError, match=r"127\.0\.0\.1 does not answer"):
        await walk("127.0.0.1", free_port(), COMMUNITY, APC[:1])


def _at(broker: EmbeddedBroker) -> Settings:
    return load({"mqtt_port": broker.port, "mqtt_protocol": broker.protocol})


@pytest.mark.mosquitto
async def test_reading_reaches_the_broker(broker: EmbeddedBroker) -> None:
    """What a round collects arrives on the stream's topic as a reading that ingest takes."""
    settings = _at(broker)
    collected = [Collected("rz.pdu", Values(482_100, 1230))]
    async with aiomqtt.Client("127.0.0.1", broker.port, protocol=aiomqtt.ProtocolVersion.V5) as listener:
        await listener.subscribe("emscher/#", qos=1)
        rounds = Rounds(Outlet(settings).publish, lambda: NOW, 60, once=True)
        await rounds.publish_of(collected, {**snmp.FACTS, "measurement_point": "pdu_out"})
        message = await asyncio.wait_for(anext(aiter(listener.messages)), 30)
    assert str(message.topic) == "emscher/energy/rz.pdu"
    assert isinstance(message.payload, bytes)
    (reading,) = STREAM.decode(message.payload)
    assert isinstance(reading, EnergyReading)
    assert (reading.energy_wh, reading.power_w, reading.origin, reading.time) == (482_100, 1230, "snmp", NOW)


@pytest.mark.mosquitto
async def test_reading_waits_for_a_broker_that_is_away(broker: EmbeddedBroker) -> None:
    """A reading is kept and sent again with growing pauses until the broker is there."""
    pauses: list[float] = []
    away = _at(broker).model_copy(update={"mqtt_port": free_port()})

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)
        if len(pauses) == 3:
            # Here it comes up: under the port that is asked from now on.
            object.__setattr__(away, "mqtt_port", broker.port)

    await Outlet(away, sleep).publish([("a", b"{}"), ("b", b"{}")])
    assert pauses == [0.5, 1.0, 2.0]
