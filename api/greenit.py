"""Green IT: the figures of a month, a quarter or a year, with their state and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api import figure_examples, figure_schemas
from api.caller import Asking, Caller
from api.figure_answer import Asked, Form, answer_figures, fetch_of, period_of, row
from api.openapi import ALWAYS, told
from api.problem import bad_parameter, near
from api.sensors import SiteKey
from processing.figures import shift, store
from processing.figures.applications import NOT_ATTRIBUTED, per_application
from processing.figures.figure import missing, total
from processing.figures.intensity import energy_per_gb
from processing.figures.metered import Site, energy
from processing.figures.period import Period
from processing.figures.quantity import CITY
from processing.figures.servers import idle, idle_limits, utilisation
from processing.figures.site import Facts, figures
from processing.figures.titles import SERVER_TITLES, SHIFT_TITLES, TITLES, WLAN_TITLES, Title

router = APIRouter(prefix="/v1", tags=["indicators"])

QUARTER_HOUR_S = 900
DAY_S = 86_400
POE = "poe"
GRID = "Germany"

Vintage = Annotated[
    int | None,
    Query(
        ge=1990,
        le=2999,
        description="Take no emission factor published after this year, so that a figure can be made again as it was.",
    ),
]

_INTERNAL = (*ALWAYS, "wrong-format", "key-needed", "wrong-key", "no-key-set", "too-slow")


@router.get(
    "/greenit",
    summary="Figures of Green IT per site: energy, PUE, CO2, renewable energy, reused heat, water",
    response_model=figure_schemas.Figures,
    responses=told(figure_examples.FIGURES, *ALWAYS, "wrong-format", "too-slow", others={"csv": None}),
)
async def list_greenit_figures(
    request: Request, caller: Asking, form: Form, asked: Asked = None, site: SiteKey = None, vintage: Vintage = None
) -> Response:
    """Every figure of every site that has meters; where one has no value, `state` and `reason` say why."""
    span = period_of(request, asked)
    chosen, facts = await _read(request, caller, span, site)
    rows = [
        row(one.key, one.simulated, name, TITLES[name], figure)
        for one in chosen
        for name, figure in figures(one, span, facts, vintage).items()
    ]
    return answer_figures(request, caller, form, span, rows)


@router.get(
    "/greenit/applications",
    summary="Energy per application, with the rest that is not attributed",
    response_model=figure_schemas.Figures,
    responses=told(figure_examples.FIGURES, *_INTERNAL, others={"csv": None}),
)
async def list_greenit_applications(
    request: Request, caller: Asking, form: Form, asked: Asked = None, site: SiteKey = None
) -> Response:
    """Active energy by CPU time and idle energy by reservation; internal, as single applications are."""
    await _only_inside(caller, "workload_indicator", "The energy of single applications is internal.")
    span = period_of(request, asked)
    chosen, facts = await _read(request, caller, span, site)
    rows = []
    for one in chosen:
        shares = await store.applications(fetch_of(caller), one.key, span)
        if not shares:
            continue
        whole = energy(one, (one.server_point,), facts.least_pct(span))
        for name, figure in per_application(shares, whole).items():
            german = "nicht zugeordnet" if name == NOT_ATTRIBUTED else name
            rows.append(row(one.key, one.simulated, f"application: {name}", Title("kWh", name, german), figure))
    return answer_figures(request, caller, form, span, rows)


@router.get(
    "/greenit/servers",
    summary="How much of the servers is used, and how many idle",
    response_model=figure_schemas.Figures,
    responses=told(figure_examples.FIGURES, *_INTERNAL, others={"csv": None}),
)
async def list_greenit_servers(
    request: Request, caller: Asking, form: Form, asked: Asked = None, site: SiteKey = None
) -> Response:
    """CPU usage over all servers of a site and its idle servers in numbers; internal, as single servers are."""
    await _only_inside(caller, "workload_indicator", "What servers do is internal.")
    span = period_of(request, asked)
    chosen, facts = await _read(request, caller, span, site)
    now: datetime = request.app.state.clock()
    limits = idle_limits(facts.limits, span.first)
    rows = []
    for one in chosen:
        if found := await store.servers(fetch_of(caller), one.key, span):
            least_pct, elapsed_s = facts.least_pct(span), span.elapsed_s(now)
            values = (
                utilisation(found, elapsed_s / QUARTER_HOUR_S, least_pct),
                *idle(found, limits, elapsed_s / DAY_S, least_pct),
            )
            rows += [
                row(one.key, one.simulated, name, SERVER_TITLES[name], value)
                for name, value in zip(SERVER_TITLES, values, strict=True)
            ]
    return answer_figures(request, caller, form, span, rows)


@router.get(
    "/greenit/wlan",
    summary="Energy of the public WLAN per volume, over the whole city",
    response_model=figure_schemas.Figures,
    responses=told(figure_examples.FIGURES, *_INTERNAL, others={"csv": None}),
)
async def list_greenit_wlan(request: Request, caller: Asking, form: Form, asked: Asked = None) -> Response:
    """Energy of the meters at PoE switches, alone and per gigabyte; internal, as it knows what small zones carried."""
    await _only_inside(caller, "wlan_indicator", "The volume of single zones is internal.")
    span = period_of(request, asked)
    chosen, facts = await _read(request, caller, span, None)
    volume_bytes, simulated = await store.wlan_volume_bytes(fetch_of(caller), span)
    fed = [one for one in chosen if POE in one.meters]
    parts = [energy(one, (POE,), facts.least_pct(span)) for one in fed] or [
        missing("kWh", "no_meter", f"no meter at {POE}")
    ]
    used = total(parts, "kWh")
    simulated = simulated or any(one.simulated for one in fed)
    values = (used, energy_per_gb(used, volume_bytes))
    rows = [row(CITY, simulated, name, WLAN_TITLES[name], one) for name, one in zip(WLAN_TITLES, values, strict=True)]
    return answer_figures(request, caller, form, span, rows)


@router.get(
    "/greenit/shift",
    summary="What a daily job would save if it ran when electricity is cleanest",
    response_model=figure_schemas.Figures,
    responses=told(figure_examples.SHIFT, *ALWAYS, "wrong-format", "too-slow", others={"csv": None}),
)
async def list_greenit_shift(
    request: Request,
    caller: Asking,
    form: Form,
    asked: Asked = None,
    from_hour: Annotated[int, Query(ge=0, le=23, description="Hour of the city at which it usually begins.")] = 18,
    hours: Annotated[int, Query(ge=1, le=24, description="How long it runs [h]; it ends on the day it begins.")] = 4,
    energy_kwh: Annotated[float, Query(gt=0, le=1e9, description="Energy of one run [kWh].")] = 4.0,
) -> Response:
    """CO2 of the job at its usual time and at each day's best, by the grid's intensity; days not known are left out."""
    span = period_of(request, asked)
    try:
        job = shift.Job(from_hour, hours, energy_kwh)
    except ValueError as exc:
        raise bad_parameter("hours", str(exc)) from exc
    fetch, now = fetch_of(caller), request.app.state.clock()
    steps = await store.intensities(fetch, GRID, span)
    facts = await store.facts(fetch)
    found = shift.figures(steps, job, span, now, facts.least_pct(span))
    rows = [row(CITY, False, name, SHIFT_TITLES[name], one) for name, one in found.items()]
    return answer_figures(request, caller, form, span, rows)


async def _read(request: Request, caller: Caller, span: Period, site: str | None) -> tuple[Sequence[Site], Facts]:
    """Read the sites that have meters, all or the one that is asked for."""
    fetch = fetch_of(caller)
    found = await store.sites(fetch, span, request.app.state.clock())
    chosen = [one for one in found if site in (None, one.key)]
    if site is not None and not chosen:
        known = [one.key for one in found]
        raise bad_parameter("site", f"no site {site!r} has meters{near(site, known)}; there are {', '.join(known)}")
    return chosen, await store.facts(fetch)


async def _only_inside(caller: Caller, relation: str, what: str) -> None:
    if not caller.may_read(await caller.source.existing(relation)):
        raise caller.refusal(what)
