"""Classes of vehicles on a real database: from a message of either form to the API."""

from datetime import UTC, datetime, timedelta

from fix_pipeline import compute
from httpx import ASGITransport, AsyncClient
from readings import Inlet, message

from api.app import create
from emscher.settings import Settings
from emscher.streams.traffic import CLASSES
from ingest.message import Message

START = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)


def _quarter(key: str, number: int, **values: int) -> Message:
    end = (START + timedelta(minutes=15 * (number + 1))).isoformat()
    return message("traffic", key, {"end": end, "interval_s": 900, **values})


async def test_classes_come_out_by_the_hour(store: Settings) -> None:
    """Of a lane that tells classes apart there is a row per hour; of one that does not there is none."""
    said = dict(zip(CLASSES, (1, 20, 3, 0, 2, 1, 2, 1, 0), strict=True))
    async with Inlet(store, START + timedelta(hours=2)) as inlet:
        books = await inlet.take(
            [
                *(_quarter("j.d1", number, count=30, **said) for number in range(4)),
                *(_quarter("j.d2", number, count=30) for number in range(4)),
            ]
        )
    assert books["traffic"].stored == 8
    await compute(store)
    app = create(store)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://emscher") as client,
    ):
        span = {"from": START.isoformat(), "to": (START + timedelta(hours=1)).isoformat()}
        answer = (await client.get("/v1/indicators/vehicle_class", params=span)).json()
        readings = (await client.get("/v1/readings/traffic", params={"sensor": "j.d1", **span})).json()
    (row,) = answer["data"]
    assert (row["sensor"], row["width_s"], row["coverage_ratio"]) == ("j.d1", 3600, 1)
    assert (row["motorcycle_veh_h"], row["passenger_car_veh_h"], row["bus_veh_h"]) == (4, 80, 4)
    assert (row["light_veh_h"], row["heavy_veh_h"], row["heavy_share_pct"]) == (96, 24, 20)
    assert answer["units"]["bus_veh_h"] == "veh/h"
    assert [one["passenger_car_count"] for one in readings["data"]] == [20] * 4


async def test_more_classified_than_counted_is_refused(store: Settings) -> None:
    """Classes that add up to more than all vehicles contradict them."""
    async with Inlet(store, START + timedelta(hours=2)) as inlet:
        books = await inlet.take([_quarter("j.d1", 0, count=3, passenger_car_count=2, bus_count=2)])
    assert (books["traffic"].stored, books["traffic"].rejected) == (0, 1)
