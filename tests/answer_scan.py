"""Every answer the API can give: each GET of its OpenAPI, with parameters filled in, in every format."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fix_api import INSIDER, KEY
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from api.app import create
from emscher.settings import Settings
from emscher.streams import streams
from processing.families import families

ENDLESS = "text/event-stream"
"""An answer that never ends is not waited for."""
NO_PAGES = ("/", "/docs", "/openapi.json")
"""Pages that the OpenAPI leaves out."""

Filled = Mapping[str, Sequence[str]]


async def answers(store: Settings, known: Filled) -> tuple[dict[str, str], set[str]]:
    """Ask everything there is with the key.

    Parameters
    ----------
    store : Settings
        Where the store is.
    known : mapping of str to sequence of str
        Values of path and query parameters by name, beyond streams, families and times.

    Returns
    -------
    answers : dict of str to str
        What was answered, by format and address.
    left_out : set of str
        Paths whose answers never end.
    """
    now = datetime.now(UTC)
    values: dict[str, Sequence[str]] = {
        "stream": [*streams()],
        "family": [*families()],
        "from": [(now - timedelta(days=1)).isoformat()],
        "to": [(now + timedelta(hours=1)).isoformat()],
        "limit": ["1000"],
        "period": [f"{now:%Y-%m}"],
        "signal_group": ["2"],
        "channel": ["22"],
        **known,
    }
    app = create(store.model_copy(update={"api_key": SecretStr(KEY)}), lambda: datetime.now(UTC))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=INSIDER) as client,
    ):
        found = {path: await _ask(client, path, {}, "*/*") for path in NO_PAGES}
        left_out = set()
        for path, how in app.openapi()["paths"].items():
            if "get" not in how:
                continue
            forms = list(how["get"]["responses"]["200"]["content"])
            if ENDLESS in forms:
                left_out.add(path)
                continue
            for asked, query in _asked(path, how["get"].get("parameters", []), values):
                for form in forms:
                    found[f"{form} {asked} {query}"] = await _ask(client, asked, query, form)
    return found, left_out


def _asked(path: str, parameters: Sequence[Mapping[str, Any]], values: Filled) -> list[tuple[str, dict[str, str]]]:
    """Fill in a path: every combination of what stands in it, plain and with each query parameter."""
    inside = [one["name"] for one in parameters if one["in"] == "path"]
    beside = [one["name"] for one in parameters if one["in"] == "query"]
    needed = {one["name"]: values[one["name"]][0] for one in parameters if one["in"] == "query" and one.get("required")}
    found: list[tuple[str, dict[str, str]]] = []
    for chosen in itertools.product(*(values[name] for name in inside)):
        full = path
        for name, value in zip(inside, chosen, strict=True):
            full = full.replace(f"{{{name}}}", value)
        found.append((full, needed))
        spans = needed | {name: values[name][0] for name in ("from", "to", "limit") if name in beside}
        found.append((full, spans))
        # `after` comes from an answer; the span reads everything in one page.
        found += [
            (full, {**spans, name: value})
            for name in beside
            if name in values and name not in spans and name != "after"
            for value in values[name]
            if _fits(full, name, value)
        ]
    return found


def _fits(path: str, name: str, value: str) -> bool:
    """Leave out what a route rightly refuses: a zone among meters, a sensor of another stream or of no stream."""
    if path.startswith("/v1/greenit") and name == "site":
        return value.startswith("room")
    if path.startswith("/v1/wlan/figures") and name == "site":
        return value.startswith("zone")
    if name == "sensor":
        return path.startswith(("/v1/rejected", f"/v1/readings/{'traffic' if value.startswith('lane') else 'wlan'}"))
    if name == "bucket":
        return value == "all" if path.startswith("/v1/accounting") else path.endswith("/wlan") and value != "all"
    return True


async def _ask(client: AsyncClient, path: str, query: Mapping[str, str], form: str) -> str:
    response = await client.get(path, params=query, headers={"Accept": form})
    assert response.status_code == 200, (path, query, form, response.text[:300])
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    # Parquet keeps short texts as they are; latin-1 shows every byte.
    return f"{head}\n{response.content.decode('latin-1')}"
