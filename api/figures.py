"""The catalogue of figures: name, unit, formula's source, and where each is served."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import figure_examples, figure_schemas
from api.answer import document
from api.openapi import told
from processing.figures.titles import (
    CITY_WLAN_TITLES,
    PUBLIC_WLAN_TITLES,
    SERVER_TITLES,
    SHIFT_TITLES,
    TITLES,
    WLAN_TITLES,
    Title,
)

router = APIRouter(prefix="/v1", tags=["indicators"])

_ROUTES: Mapping[str, tuple[Mapping[str, Title], ...]] = {
    "/v1/greenit": (TITLES,),
    "/v1/greenit/servers": (SERVER_TITLES,),
    "/v1/greenit/wlan": (WLAN_TITLES,),
    "/v1/wlan/figures": (PUBLIC_WLAN_TITLES, CITY_WLAN_TITLES),
    "/v1/greenit/shift": (SHIFT_TITLES,),
}
_INTERNAL = ("/v1/greenit/servers", "/v1/greenit/wlan")


@router.get(
    "/figures",
    summary="Catalogue of figures",
    response_model=figure_schemas.FigureCatalogue,
    responses=told(figure_examples.FIGURE_CATALOGUE, "fault"),
)
async def list_figures(request: Request) -> Response:
    """Every figure of a month, quarter or year: unit, names, the source of its formula, and whether it is open."""
    rows = [
        {
            "figure": name,
            "unit": title.unit,
            "name_en": title.name_en,
            "name_de": title.name_de,
            "source": title.source,
            "status": title.status,
            "route": route,
            "open": route not in _INTERNAL,
        }
        for route, titles in _ROUTES.items()
        for group in titles
        for name, title in group.items()
    ]
    return document(request, {"data": rows})
