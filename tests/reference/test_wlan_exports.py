"""Real exports of controllers through the whole pipeline: what they count is published, whom they name is nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from fix_api import serving
from fix_ingest import at_broker, ingesting, received
from fix_pipeline import compute, rows
from fix_scan import everything, place
from identifier_scan import Owner, found_in, owners
from readings import Inlet, message

from emscher.embedded import EmbeddedBroker
from emscher.settings import Settings
from emscher.store.pool import connect
from ingest.collect import respondd, unifi
from ingest.collect.outlet import Outlet
from ingest.collect.quarters import Quarters
from processing.publication import publish

pytestmark = pytest.mark.reference

OWNERS, POINTS = 624, 30
IDENTIFIERS = re.compile(
    r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|(?:[0-9a-f]{1,4}:){5,7}[0-9a-f]{1,4}|fd00::[0-9a-f]+|10\.0\.0\.\d+|\S+@\S+\.com"
)
"""Addresses in the recordings themselves."""

Json = dict[str, Any]


def _file(recordings: Path, name: str) -> Json:
    found: Json = json.loads((recordings / "wlan" / name).read_text())
    return found


def _nodes(recordings: Path, people: list[Owner]) -> list[Json]:
    """Give the snapshot's nodes in yanic's form, the first of them with the owners that the recording no longer has."""
    info, statistics = (_file(recordings, f"yanic_{name}.json") for name in ("nodeinfo", "statistics"))
    made = []
    for number, one in enumerate(_file(recordings, "freifunk_nordwest_2015_sanitised.json")["aps"]):
        node_id = f"0a20{number:08x}"
        nodeinfo: Json = {**info, "node_id": node_id}
        if number < len(people):
            owner = people[number]
            node_id = owner.mac.replace(":", "")
            nodeinfo |= {
                "node_id": node_id,
                "hostname": owner.hostname,
                "owner": {"contact": f"{owner.name} <{owner.email}>"},
                "network": {**info["network"], "mac": owner.mac, "addresses": [owner.ipv6, owner.ipv4]},
            }
        traffic = {name: {"bytes": float(one[f"{name}_bytes"] or 0)} for name in ("rx", "tx")}
        made.append(
            {
                "online": one["online"],
                "nodeinfo": nodeinfo,
                "statistics": {
                    **statistics,
                    "node_id": node_id,
                    "clients": {**statistics["clients"], "total": one["clients"]},
                    "traffic": {**statistics["traffic"], **traffic},
                    "uptime": one["uptime_s"],
                },
            }
        )
    return made


def _hour(nodes: list[Json], keys: dict[str, str], start: datetime) -> list[tuple[str, bytes]]:
    """Collect the snapshot every five minutes over an hour and a quarter: four quarter hours are whole."""
    text, quarters = json.dumps({"nodes": nodes}).encode(), Quarters()
    polls = respondd.decode(text, keys)
    sent = []
    for minute in range(-10, 65, 5):
        sent += quarters.add(start + timedelta(minutes=minute), polls, frozenset(keys.values()))
    return sent[-4 * len(keys) :]


async def test_snapshot_of_a_city_of_access_points(store: Settings, recordings: Path) -> None:
    """Case O9: of 1,229 access points 735 are online and 382 have 1,246 devices; 71 with 645 are shown, 311 are not."""
    start = datetime(2026, 1, 5, 6, tzinfo=UTC)
    now = start + timedelta(hours=2, minutes=1)
    nodes = _nodes(recordings, [])
    polls = respondd.decode(
        json.dumps({"nodes": nodes}).encode(), {one["statistics"]["node_id"]: str(n) for n, one in enumerate(nodes)}
    )
    devices = [one.clients or 0 for one in polls.values()]
    assert (len(nodes), len(polls), sum(count > 0 for count in devices), sum(devices)) == (1229, 735, 382, 1246)
    keys = {one["statistics"]["node_id"]: f"ap.{number}" for number, one in enumerate(nodes)}
    async with await connect(store, "owner", autocommit=True) as connection:
        # An access point for a zone: the case counts cells. What a city publishes has three at least.
        await connection.execute("update threshold set value = 1 where name = 'wlan_smallest_zone'")
        await connection.execute(
            "insert into site (key, kind, name) select 'z' || n, 'wlan_zone', '' from generate_series(0, 1228) as n"
        )
        await connection.execute(
            "insert into sensor (key, stream, site_id, configured)"
            " select 'ap.' || substr(key, 2), 'wlan', site_id, true from site where kind = 'wlan_zone'"
        )
    async with Inlet(store, now) as inlet:
        books = await inlet.take([message("wlan", key, payload) for key, payload in _hour(nodes, keys, start)])
    assert (books["wlan"].stored, books["wlan"].rejected) == (4 * 1229, 0)
    await compute(store, now)
    assert await publish(store, now) == 1229
    ((shown, told, few, none, off),) = await rows(
        store,
        "select count(*) filter (where clients_concurrent_avg >= 5), sum(clients_concurrent_avg)::int,"
        " count(*) filter (where reason = 'too_few_devices'), count(*) filter (where clients_concurrent_avg = 0),"
        " count(*) filter (where reason = 'not_reported') from wlan_public",
    )
    assert (shown, told, few, none, off) == (71, 645, 311, 735 - 382, 1229 - 735)
    async with serving(store, filled=False, now=datetime(2026, 1, 5, 9, tzinfo=UTC)) as client:
        days = (await client.get("/v1/indicators/wlan?bucket=1d&from=2026-01-04&to=2026-01-06&limit=2000")).json()
    assert sum(row["clients_concurrent_avg"] or 0 for row in days["data"]) == 645
    assert sum(row["suppressed_hours"] for row in days["data"]) == 311 + 494


def _raw(recordings: Path, nodes: list[Json], people: list[Owner]) -> Iterator[tuple[str, str]]:
    """What misled controllers send: every export as it is, to every kind of topic, of known sensors too."""
    viewer = _file(recordings, "meshviewer_fixture.json")
    for number, owner in enumerate(people):
        node = {
            **viewer["nodes"][number % len(viewer["nodes"])],
            "node_id": owner.mac.replace(":", ""),
            "hostname": owner.hostname,
            "owner": owner.email,
            "addresses": [owner.ipv6, owner.ipv4],
        }
        client = {"mac": owner.mac, "ip": owner.ipv4, "hostname": owner.hostname, "name": owner.name, "num_sta": 1}
        record = [{"bt": 1_767_596_400, "n": owner.mac, "vs": owner.name}, {"n": "clients_max", "v": 3}]
        uplink = {"uplink_message": {"decoded_payload": client}, "end_device_ids": {"device_id": owner.hostname}}
        yield "wlan/zone.0", json.dumps(nodes[number])
        yield "wlan/zone.1", json.dumps([node])
        yield f"wlan/{owner.hostname}", json.dumps({"end": "2026-01-05T07:00:00Z", "interval_s": 900, "clients_max": 3})
        yield "traffic/lane.1", json.dumps(node)
        yield "energy/room.meter", json.dumps(client)
        yield "wlan/zone.2/senml", json.dumps(record)
        yield "traffic/lane.1/tls", json.dumps({"t_end": "2026-01-05T07:01:00Z", "T": 60, "qKfz": 1, **client})
        yield f"tts/v3/wlan@ttn/devices/{owner.hostname}/up", json.dumps(uplink)
        yield f"chirpstack/application/1/device/{owner.mac.replace(':', '')}/event/up", json.dumps({"object": client})
        yield f"sensorthings/v1.1/Datastreams({number})/Observations", json.dumps({"result": client})
    for name in ("yanic_nodeinfo.json", "yanic_statistics.json", "meshviewer_fixture.json"):
        for topic in ("wlan/zone.0", "traffic/lane.1", "workload/x"):
            yield topic, (recordings / "wlan" / name).read_text()
    yield "wlan/zone.0", json.dumps({"nodes": nodes})


@pytest.mark.mosquitto
async def test_nobody_of_the_exports_is_anywhere(
    store: Settings, broker: EmbeddedBroker, recordings: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Rules P2 and P14: 624 owners in real exports, collected and sent raw; only totals of known points are kept."""
    people = owners(OWNERS)
    nodes = _nodes(recordings, people)
    theirs = "".join(path.read_text() for path in sorted((recordings / "wlan").glob("[my]*.json")))
    wanted = sorted({one for owner in people for one in owner.identifiers} | set(IDENTIFIERS.findall(theirs)))
    assert len(wanted) > 8 * OWNERS
    # As a city runs it: nobody registers himself on WLAN.
    settings = at_broker(store, broker).model_copy(update={"ingest_unknown_sensor": "by_stream"})
    await place(store, POINTS)
    keys = {one["statistics"]["node_id"]: f"zone.{number}" for number, one in enumerate(nodes[:POINTS])}
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    sums = _hour(nodes, keys, start)
    devices = {"data": [{"mac": one["nodeinfo"]["network"]["mac"], "num_sta": 4} for one in nodes[:POINTS]]}
    assert len(unifi.decode(json.dumps(devices).encode(), keys)) == POINTS
    messages = list(_raw(recordings, nodes, people))
    async with ingesting(settings):
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            for topic, payload in messages:
                await client.publish(f"emscher/{topic}", payload, qos=1)
        await Outlet(settings, stream="wlan").publish(sums)
        _, stored, _, rejected = await received(settings, len(messages) + len(sums))
    assert (stored, rejected >= len(messages)) == (len(sums), True)
    await compute(store)
    assert await publish(store, datetime.now(UTC)) == 1
    places = {**await everything(store, broker, tmp_path)}
    assert places["retained"] == ""
    places["log"] = "".join(capfd.readouterr())
    assert "request answered" in places["log"]
    assert {where: hits[:3] for where, text in places.items() if (hits := found_in(text, wanted))} == {}
    assert {key for (key,) in await rows(store, "select key from sensor where not configured")} == set()
