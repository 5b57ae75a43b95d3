"""The API on a real database: what everyone may see, and what takes a key."""

from __future__ import annotations

from fix_api import INSIDER, KEY, pages, serving

from emscher.settings import Settings
from emscher.streams import streams


async def test_privacy_holds_without_a_key(store: Settings) -> None:
    """Without a key no route shows access points' readings, meters, applications or refused messages."""
    async with serving(store) as client:
        for path in (
            "readings/wlan",
            "readings/energy",
            "readings/workload",
            "sensors/z1.ap1/readings",
            "latest?stream=wlan",
            "latest?stream=energy",
            "latest?stream=workload",
            "indicators/energy?bucket=base",
            "indicators/energy?bucket=1d",
            "indicators/workload",
            "indicators/workload?bucket=1h",
            "rejected",
        ):
            response = await client.get(f"/v1/{path}")
            assert response.status_code == 401, path
            assert "X-API-Key" in response.json()["detail"]
            assert (await client.get(f"/v1/{path}", headers=INSIDER)).status_code == 200, path
        assert {row["stream"] for row in (await client.get("/v1/latest")).json()["data"]} == {"traffic", "signal"}
        assert {row["stream"] for row in (await client.get("/v1/sensors")).json()["data"]} == {
            "traffic",
            "signal",
            "wlan",
        }
        for key in ("r1.m1", "r1.app"):
            assert (await client.get(f"/v1/sensors/{key}")).status_code == 404
            assert (await client.get(f"/v1/sensors/{key}/readings")).status_code == 404
            assert (await client.get("/v1/readings/traffic", params={"sensor": key})).status_code == 422


async def test_key_opens_everything(store: Settings) -> None:
    """With the key the same routes show every sensor and single readings, and nobody else may keep the answer."""
    async with serving(store) as client:
        sensors = await client.get("/v1/sensors", headers=INSIDER)
        latest = (await client.get("/v1/latest", headers=INSIDER)).json()
        energy = (await client.get("/v1/indicators/energy?from=2026-01-05T07:00:00Z", headers=INSIDER)).json()
    assert {row["stream"] for row in sensors.json()["data"]} == set(streams())
    assert sensors.headers["cache-control"].startswith("private")
    assert {row["stream"] for row in latest["data"]} == set(streams())
    assert len(latest["data"]) == 8
    assert [row["method"] for row in energy["data"]] == ["counter", "counter"]
    assert not energy["published"]


async def test_wrong_key_and_no_key_set(store: Settings) -> None:
    """A wrong key is refused also where none is needed; where no key is set internal data are closed to everyone."""
    async with serving(store) as client:
        for wrong in ("x", "ö", KEY + "x"):
            response = await client.get("/v1/sites", headers=[(b"x-api-key", wrong.encode())])
            assert response.status_code == 401, wrong
    for unset in (None, ""):
        await _refuses_everyone(store, unset)


async def _refuses_everyone(store: Settings, key: str | None) -> None:
    async with serving(store, key, filled=False) as client:
        for headers in ({}, INSIDER):
            response = await client.get("/v1/rejected", headers=headers)
            assert response.status_code == 403
            assert "EMSCHER_API_KEY" in response.json()["detail"]
        assert (await client.get("/v1/sites")).status_code == 200


async def test_small_zone_is_suppressed(store: Settings) -> None:
    """Of a zone with too few access points the counts are null and the row says so; a large one is shown."""
    async with serving(store) as client:
        body = (await client.get("/v1/indicators/wlan")).json()
    shown = {row["site"]: row for row in body["data"]}
    assert (body["bucket"], body["published"]) == ("1h", True)
    assert shown["z1"]["clients_concurrent_avg"] == 61
    assert not shown["z1"]["suppressed"]
    assert (shown["z2"]["suppressed"], shown["z2"]["reason"]) == (True, "zone_too_small")
    for name in ("clients_concurrent_avg", "clients_concurrent_max", "rx_bytes", "tx_bytes"):
        assert shown["z2"][name] is None


async def test_published_energy_is_a_sum(store: Settings) -> None:
    """Without a key energy is per site and measurement point, also where nobody said which point that is."""
    async with serving(store) as client:
        rows = [row async for row in pages(client, "/v1/indicators/energy?limit=1&from=2026-01-05T07:00:00Z")]
    assert {(row["site"], row["measurement_point"]) for row in rows} == {("r1", "utility"), ("r1", None)}
    assert all("sensor" not in row for row in rows)
