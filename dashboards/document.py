"""A dashboard as the text Grafana reads: the same dashboard, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grafanalib._gen import DashboardEncoder

from dashboards.boards import boards
from dashboards.language import CODES, Language


def documents() -> Iterator[tuple[Path, str]]:
    """Give every dashboard in every language: the path of its file and its text."""
    for code in CODES:
        say = Language(code)
        for name, build in boards().items():
            yield Path(code) / f"{name}.json", encode(build(say).dashboard(say))


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
