"""The command ``emscher collect``: ask meters and publish what they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args

import typer

from emscher import log, settings
from emscher.errors import CollectError
from emscher.running import until_stopped
from emscher.settings import Settings
from emscher.streams.energy import MeasurementPoint
from ingest.collect import wlan_command
from ingest.collect.collected import Collected
from ingest.collect.outlet import Outlet
from ingest.collect.rounds import Rounds, needed

POINTS = get_args(get_args(MeasurementPoint)[0])
READ_BYTES = 4096
TIMEOUT_S = 10.0

app = typer.Typer(
    help="Ask meters (redfish, snmp, sml, prometheus) and access points (respondd, unifi, radius); publish readings.",
    no_args_is_help=True,
)
wlan_command.register(app)

Key = Annotated[str, typer.Option("--sensor", help="Key of the sensor in the city's description.")]
Point = Annotated[str, typer.Option("--point", help=f"Where it measures: {', '.join(POINTS)}.")]
Every = Annotated[float, typer.Option("--every-s", min=1, help="Pause between two readings [s].")]
Once = Annotated[bool, typer.Option("--once", help="Read once and end.")]


def register(root: typer.Typer) -> None:
    """Add the commands of this folder."""
    root.add_typer(app, name="collect")


@app.command("redfish")
def collect_redfish(
    url: Annotated[str, typer.Argument(help="Address of the management controller, as https://bmc-01.")],
    sensor: Key,
    point: Point = "it_input",
    chassis: Annotated[str, typer.Option("--chassis", help="Identifier of the chassis.")] = "1",
    every_s: Every = 60.0,
    once: Once = False,  # noqa: FBT002 - typer reads the default
    ca: Annotated[Path | None, typer.Option("--ca", help="Certificate of its authority, PEM.")] = None,
) -> None:
    """Read a server's management controller (EMSCHER_COLLECT_USERNAME, _SECRET)."""
    needed("httpx")
    from ingest.collect import redfish, web  # noqa: PLC0415 - an extra

    loaded = _loaded(point)

    async def run() -> None:
        async with web.client(url, loaded, TIMEOUT_S, ca) as get:

            async def ask() -> tuple[Sequence[Collected], Mapping[str, str]]:
                found = await redfish.poll(get.document, chassis, sensor, every_s)
                return found, {**redfish.FACTS, "measurement_point": point}

            await _rounds(loaded, every_s, once=once).run(ask)

    until_stopped(run())


@app.command("snmp")
def collect_snmp(
    host: Annotated[str, typer.Argument(help="Address of the power distribution unit.")],
    sensor: Key,
    profile: Annotated[str, typer.Option("--profile", help="Kind of unit: apc-rpdu2, raritan-px.")],
    point: Point = "pdu_out",
    port: Annotated[int, typer.Option("--port", help="Its UDP port.")] = 161,
    every_s: Every = 60.0,
    once: Once = False,  # noqa: FBT002 - typer reads the default
) -> None:
    """Read a power distribution unit over SNMP v2c (its community is EMSCHER_COLLECT_SECRET)."""
    needed("pysnmp")
    from ingest.collect import snmp, snmp_walk  # noqa: PLC0415 - an extra

    loaded = _loaded(point)
    if profile not in snmp.PROFILES:
        raise CollectError(f"There is no profile {profile!r}.", f"There are {', '.join(snmp.PROFILES)}.")
    if loaded.collect_secret is None:
        raise CollectError("No community is set.", "Set EMSCHER_COLLECT_SECRET.")
    community = loaded.collect_secret.get_secret_value()
    columns = [one.oid for one in snmp.PROFILES[profile]]

    async def ask() -> tuple[Sequence[Collected], Mapping[str, str]]:
        objects = await snmp_walk.walk(host, port, community, columns)
        return snmp.decode(objects, profile, sensor), {**snmp.FACTS, "measurement_point": point}

    until_stopped(_rounds(loaded, every_s, once=once).run(ask))


@app.command("sml")
def collect_sml(
    source: Annotated[str, typer.Argument(help="tcp://HOST:PORT of a reading head, or a device or file to read.")],
    sensor: Key,
    point: Point = "utility",
    every_s: Every = 60.0,
) -> None:
    """Listen to a smart meter; of what it sends, one reading in that time is published. Ends with the source."""
    needed("smllib")
    from ingest.collect import sml  # noqa: PLC0415 - an extra

    loaded = _loaded(point)

    async def run() -> None:
        decoder, rounds, due_s = sml.Decoder(), _rounds(loaded, every_s), 0.0
        facts = {**sml.FACTS, "measurement_point": point}
        now_s = asyncio.get_running_loop().time
        count = 0
        async for data in _bytes_of(source):
            for values in decoder.feed(data):
                if now_s() >= due_s:
                    await rounds.publish_of([Collected(sensor, values)], facts)
                    due_s, count = now_s() + every_s, count + 1
        if not count:
            raise CollectError(
                f"{source} holds no reading ({decoder.damaged_count} damaged frames).", "Is it SML, at the right speed?"
            )

    until_stopped(run())


@app.command("prometheus")
def collect_prometheus(
    url: Annotated[str, typer.Argument(help="Address of Kepler's or Scaphandre's metrics.")],
    sensor: Key,
    every_s: Every = 60.0,
    once: Once = False,  # noqa: FBT002 - typer reads the default
    ca: Annotated[Path | None, typer.Option("--ca", help="Certificate of its authority, PEM.")] = None,
) -> None:
    """Read the processors' energy of a host; series of processes and containers are not looked at."""
    needed("httpx")
    from ingest.collect import prometheus, web  # noqa: PLC0415 - an extra

    loaded = _loaded("cpu_package")

    async def run() -> None:
        async with web.client(url, loaded, TIMEOUT_S, ca) as get:

            async def ask() -> tuple[Sequence[Collected], Mapping[str, str]]:
                origin, values = prometheus.decode(await get.text())
                return [Collected(sensor, values)], {**prometheus.FACTS, "origin": origin}

            await _rounds(loaded, every_s, once=once).run(ask)

    until_stopped(run())


def _loaded(point: str) -> Settings:
    if point not in POINTS:
        raise CollectError(f"There is no measurement point {point!r}.", f"There are {', '.join(POINTS)}.")
    loaded = settings.load()
    log.configure(loaded, "collect")
    return loaded


def _rounds(loaded: Settings, every_s: float, *, once: bool = False) -> Rounds:
    return Rounds(Outlet(loaded).publish, lambda: datetime.now(UTC), every_s, once)


async def _bytes_of(source: str) -> AsyncIterator[bytes]:
    """Read a source until it ends."""
    try:
        if source.startswith("tcp://"):
            host, _, port = source.removeprefix("tcp://").rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                while data := await reader.read(READ_BYTES):
                    yield data
            finally:
                writer.close()
            return
        with await asyncio.to_thread(Path(source).open, "rb", buffering=0) as file:
            while data := await asyncio.to_thread(file.read, READ_BYTES):
                yield data
    except (OSError, ValueError) as exc:
        raise CollectError(f"{source} cannot be read: {exc}.", "Check the address and the rights.") from exc
