"""Public WLAN: how busy its zones usually are, by weekday and hour; everything here is made of published hours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking
from api.formats import Format
from api.openapi import ALWAYS, told
from api.sensors import SiteKey
from api.sheet import Kind, Sheet, transposed
from api.sites import site_names
from api.source import SQL

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
