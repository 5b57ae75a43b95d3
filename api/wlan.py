"""Public WLAN: how busy its zones usually are, and its figures over a period; all of it made of published hours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import examples, figure_examples, figure_schemas, schemas
from api.answer import answer
from api.caller import Asking
from api.figure_answer import Asked, Form, answer_figures, fetch_of, period_of, row
from api.formats import Format
from api.openapi import ALWAYS, told
from api.problem import bad_parameter, near
from api.sensors import SiteKey
from api.sheet import Kind, Sheet, transposed
from api.sites import site_names
from api.source import SQL
from processing.figures import store
from processing.figures.titles import EVERY

router = APIRouter(prefix="/v1", tags=["indicators"])

_COLUMNS: dict[str, tuple[Kind, str]] = {
    "site": ("text", ""),
    "weekday": ("integer", "1"),
    "hour": ("integer", "h"),
    "simulated": ("boolean", ""),
    "clients_concurrent_avg": ("number", "devices"),
    "clients_concurrent_max": ("number", "devices"),
    "volume_bytes": ("number", "By"),
    "shown_hours": ("integer", "h"),
    "suppressed_hours": ("integer", "h"),
}


@router.get(
    "/wlan/profile",
    summary="How busy public WLAN usually is",
    response_model=schemas.WlanProfile,
    responses=told(
        examples.WLAN_PROFILE, *ALWAYS, "unknown-name", "wrong-format", others={"csv": examples.WLAN_PROFILE_CSV}
    ),
)
async def list_wlan_profile(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json", "csv")))],
    site: SiteKey = None,
) -> Response:
    """Devices at once and volume per zone, weekday (1 is Monday) and hour of the city, over hours that are shown."""
    await site_names(caller, site)
    rows = await caller.source.fetch(caller.role, SQL["wlan_profile"].statement, {"site": site})
    sheet = Sheet()
    for (name, (kind, unit)), values in zip(_COLUMNS.items(), transposed(rows, len(_COLUMNS)), strict=True):
        sheet.put(name, kind, values, unit)
    return answer(request, caller, form, [sheet])


@router.get(
    "/wlan/figures",
    summary="Figures of public WLAN per zone and for the city: availability, devices, volume, airtime, energy, offload",
    response_model=figure_schemas.Figures,
    responses=told(figure_examples.WLAN_FIGURES, *ALWAYS, "wrong-format", "too-slow", others={"csv": None}),
)
async def list_wlan_figures(
    request: Request,
    caller: Asking,
    form: Form,
    asked: Asked = None,
    site: SiteKey = None,
) -> Response:
    """Devices, not persons, over published hours; how many are suppressed is said, what they held is in no figure."""
    span, fetch = period_of(request, asked), fetch_of(caller)
    found = await store.public_wlan(fetch, span, request.app.state.clock(), await store.facts(fetch))
    if site is not None and site not in found:
        raise bad_parameter("site", f"no zone {site!r} is published{near(site, found)}; there are {', '.join(found)}")
    rows = [
        row(key, simulated, name, EVERY[name], one)
        for key, (figures, simulated) in found.items()
        if site in (None, key)
        for name, one in figures.items()
    ]
    return answer_figures(request, caller, form, span, rows)
