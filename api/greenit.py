"""Green IT: the figures of a month, a quarter or a year, with their state and their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking, Caller
from api.formats import Format
from api.openapi import ALWAYS, told
from api.problem import bad_parameter, near
from api.sensors import SiteKey
from api.sheet import Kind, Sheet, transposed
from processing.figures import store
from processing.figures.applications import NOT_ATTRIBUTED, per_application
from processing.figures.figure import Figure, missing, total
from processing.figures.intensity import energy_per_gb
from processing.figures.metered import Site, energy
from processing.figures.period import Period, period
from processing.figures.servers import idle, idle_limits, utilisation
from processing.figures.site import SERVER_TITLES, TITLES, WLAN_TITLES, Facts, Title, figures

router = APIRouter(prefix="/v1", tags=["indicators"])

QUARTER_HOUR_S = 900
DAY_S = 86_400
POE = "poe"
CITY = "city"
"""Stands for the site where a figure is the whole city's."""

Form = Annotated[str, Depends(Format(("json", "csv")))]
Asked = Annotated[
    str | None,
    Query(
        alias="period",
        description="A year (2026), a quarter (2026Q4) or a month (2026-11) of the city; by default this month.",
        examples=["2026Q4"],
    ),
]
Vintage = Annotated[
    int | None,
    Query(
        ge=1990,
        le=2999,
        description="Take no emission factor published after this year, so that a figure can be made again as it was.",
    ),
]

_COLUMNS: Mapping[str, Kind] = {
    "site": "text",
    "figure": "text",
    "name_en": "text",
    "name_de": "text",
    "value": "number",
    "unit": "text",
    "state": "text",
    "reason": "text",
    "completeness_pct": "number",
    "sources": "object",
    "simulated": "boolean",
}
_INTERNAL = (*ALWAYS, "wrong-format", "key-needed", "wrong-key", "no-key-set", "too-slow")


@router.get(
    "/greenit",
    summary="Figures of Green IT per site: energy, PUE, CO2, renewable energy, reused heat, water",
    response_model=schemas.Figures,
    responses=told(examples.FIGURES, *ALWAYS, "wrong-format", "too-slow", others={"csv": None}),
)
async def list_greenit_figures(
    request: Request, caller: Asking, form: Form, asked: Asked = None, site: SiteKey = None, vintage: Vintage = None
) -> Response:
    """Every figure of every site that has meters; where one has no value, `state` and `reason` say why."""
    span = _period(request, asked)
    chosen, facts = await _read(request, caller, span, site)
    rows = [
        _row(one.key, one.simulated, name, TITLES[name], figure)
        for one in chosen
        for name, figure in figures(one, span, facts, vintage).items()
    ]
    return _answer(request, caller, form, span, rows)


@router.get(
    "/greenit/applications",
    summary="Energy per application, with the rest that is not attributed",
    response_model=schemas.Figures,
    responses=told(examples.FIGURES, *_INTERNAL, others={"csv": None}),
)
async def list_greenit_applications(
    request: Request, caller: Asking, form: Form, asked: Asked = None, site: SiteKey = None
) -> Response:
    """Active energy by CPU time and idle energy by reservation; internal, as single applications are."""
    await _only_inside(caller, "workload_indicator", "The energy of single applications is internal.")
    span = _period(request, asked)
    chosen, facts = await _read(request, caller, span, site)
    rows = []
    for one in chosen:
        shares = await store.applications(fetching(caller), one.key, span)
        if not shares:
            continue
        whole = energy(one, (one.server_point,), facts.least_pct(span))
        for name, figure in per_application(shares, whole).items():
            german = "nicht zugeordnet" if name == NOT_ATTRIBUTED else name
            rows.append(_row(one.key, one.simulated, f"application: {name}", Title("kWh", name, german), figure))
    return _answer(request, caller, form, span, rows)


@router.get(
    "/greenit/servers",
    summary="How much of the servers is used, and how many idle",
    response_model=schemas.Figures,
    responses=told(examples.FIGURES, *_INTERNAL, others={"csv": None}),
)
async def list_greenit_servers(
    request: Request, caller: Asking, form: Form, asked: Asked = None, site: SiteKey = None
) -> Response:
    """CPU usage over all servers of a site and its idle servers in numbers; internal, as single servers are."""
    await _only_inside(caller, "workload_indicator", "What servers do is internal.")
    span = _period(request, asked)
    chosen, facts = await _read(request, caller, span, site)
    now: datetime = request.app.state.clock()
    limits = idle_limits(facts.limits, span.first)
    rows = []
    for one in chosen:
        if found := await store.servers(fetching(caller), one.key, span):
            least_pct, elapsed_s = facts.least_pct(span), span.elapsed_s(now)
            values = (
                utilisation(found, elapsed_s / QUARTER_HOUR_S, least_pct),
                *idle(found, limits, elapsed_s / DAY_S, least_pct),
            )
            rows += [
                _row(one.key, one.simulated, name, SERVER_TITLES[name], value)
                for name, value in zip(SERVER_TITLES, values, strict=True)
            ]
    return _answer(request, caller, form, span, rows)


@router.get(
    "/greenit/wlan",
    summary="Energy of the public WLAN per volume, over the whole city",
    response_model=schemas.Figures,
    responses=told(examples.FIGURES, *_INTERNAL, others={"csv": None}),
)
async def list_greenit_wlan(request: Request, caller: Asking, form: Form, asked: Asked = None) -> Response:
    """Energy of the meters at PoE switches, alone and per gigabyte; internal, as it knows what small zones carried."""
    await _only_inside(caller, "wlan_indicator", "The volume of single zones is internal.")
    span = _period(request, asked)
    chosen, facts = await _read(request, caller, span, None)
    volume_bytes, simulated = await store.wlan_volume_bytes(fetching(caller), span)
    fed = [one for one in chosen if POE in one.meters]
    parts = [energy(one, (POE,), facts.least_pct(span)) for one in fed] or [
        missing("kWh", "no_meter", f"no meter at {POE}")
    ]
    used = total(parts, "kWh")
    simulated = simulated or any(one.simulated for one in fed)
    values = (used, energy_per_gb(used, volume_bytes))
    rows = [_row(CITY, simulated, name, WLAN_TITLES[name], one) for name, one in zip(WLAN_TITLES, values, strict=True)]
    return _answer(request, caller, form, span, rows)


def _period(request: Request, asked: str | None) -> Period:
    zone = request.app.state.settings.time_zone
    now: datetime = request.app.state.clock()
    try:
        found = period(asked or "", zone) if asked else _this_month(now, zone)
    except ValueError as exc:
        raise bad_parameter("period", str(exc)) from exc
    if found.since > now:
        raise bad_parameter("period", f"{found.name} has not begun")
    return found


def _this_month(now: datetime, zone: str) -> Period:
    return period(now.astimezone(ZoneInfo(zone)).strftime("%Y-%m"), zone)


def fetching(caller: Caller) -> store.Fetch:
    """Read the store in the caller's rights."""

    async def fetch(statement: sql.SQL, values: Mapping[str, Any]) -> list[Any]:
        return await caller.source.fetch(caller.role, statement, values)

    return fetch


async def _read(request: Request, caller: Caller, span: Period, site: str | None) -> tuple[Sequence[Site], Facts]:
    """Read the sites that have meters, all or the one that is asked for."""
    fetch = fetching(caller)
    found = await store.sites(fetch, span, request.app.state.clock())
    chosen = [one for one in found if site in (None, one.key)]
    if site is not None and not chosen:
        known = [one.key for one in found]
        raise bad_parameter("site", f"no site {site!r} has meters{near(site, known)}; there are {', '.join(known)}")
    return chosen, await store.facts(fetch)


async def _only_inside(caller: Caller, relation: str, what: str) -> None:
    if not caller.may_read(await caller.source.existing(relation)):
        raise caller.refusal(what)


def _row(site: str, simulated: bool, name: str, title: Title, figure: Figure) -> tuple[Any, ...]:  # noqa: FBT001 - a column
    return (
        site,
        name,
        title.name_en,
        title.name_de,
        figure.value,
        figure.unit,
        figure.state,
        figure.reason,
        figure.completeness_pct,
        figure.sources,
        simulated,
    )


def _answer(request: Request, caller: Caller, form: str, span: Period, rows: Sequence[Sequence[Any]]) -> Response:
    sheet = Sheet()
    for (name, kind), values in zip(_COLUMNS.items(), transposed(rows, len(_COLUMNS)), strict=True):
        sheet.put(name, kind, values)
    return answer(request, caller, form, [sheet], head={"period": span.name})
