"""Dashboards and alerts as the text Grafana reads: the same ones, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grafanalib._gen import DashboardEncoder

from dashboards.alerts import provisioned
from dashboards.boards import boards
from dashboards.language import CODES, Language

ALERTS = Path("provisioning") / "alerting" / "emscher.json"
DASHBOARDS = Path("json")


def documents() -> Iterator[tuple[Path, str]]:
    """Give every file that is built: its path below this folder and its text."""
    for code in CODES:
        say = Language(code)
        for name, build in boards().items():
            yield DASHBOARDS / code / f"{name}.json", encode(build(say).dashboard(say))
    yield ALERTS, encode(provisioned())


def encode(value: object) -> str:
    """Write a dashboard as JSON with sorted keys and without what is not set.

    Parameters
    ----------
    value : object
        A dashboard, or anything that JSON has.
    """
    plain = json.loads(json.dumps(value, cls=DashboardEncoder))
    return json.dumps(_set(plain), sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _set(value: object, *, kept: bool = False) -> object:
    """Leave out what is null, but where null says something: the first of a row of limits."""
    if isinstance(value, dict):
        return {name: _set(one, kept=name == "steps") for name, one in value.items() if one is not None or kept}
    if isinstance(value, list):
        return [_set(one, kept=kept) for one in value]
    return value
