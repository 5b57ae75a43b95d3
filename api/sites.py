"""Sites: places whose sensors belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import answer
from api.caller import Asking, Caller
from api.formats import Format
from api.openapi import ALWAYS, told
from api.page import Names
from api.problem import bad_parameter
from api.sheet import Kind, Sheet, transposed
from api.source import SQL

router = APIRouter(prefix="/v1", tags=["city"])

_COLUMNS = ("key", "kind", "name", "longitude", "latitude")


@router.get(
    "/sites",
    summary="Places whose sensors belong together",
    response_model=schemas.Sites,
    responses=told(examples.SITES, *ALWAYS, "wrong-format", others={"geojson": examples.geojson(examples.SITES)}),
)
async def list_sites(
    request: Request, caller: Asking, form: Annotated[str, Depends(Format(("json", "geojson")))]
) -> Response:
    """Every site: a junction, a WLAN zone, a server room. Also as GeoJSON (`.geojson`)."""
    rows = await caller.source.fetch(caller.role, SQL["sites"].statement, {"keys": None})
    _, *columns, metadata = transposed(rows, 2 + len(_COLUMNS))
    return answer(request, caller, form, [places(_COLUMNS, columns, metadata)])


def places(names: Sequence[str], columns: Sequence[Sequence[Any]], metadata: Sequence[str]) -> Sheet:
    """Lay out sites or sensors, their metadata passed on as the store has them."""
    kinds: Mapping[str, Kind] = {"longitude": "number", "latitude": "number", "configured": "boolean"}
    sheet = Sheet()
    for name, values in zip(names, columns, strict=True):
        sheet.put(name, kinds.get(name, "text"), values)
    sheet.put("metadata", "object", [msgspec.Raw(one.encode()) for one in metadata])
    return sheet


async def site_names(caller: Caller, key: str | None) -> Names:
    """Give the sites by number, all or the one of a key.

    Raises
    ------
    ProblemError
        There is no site of that key.
    """
    keys = None if key is None else [key]
    rows = await caller.source.fetch(caller.role, SQL["sites"].statement, {"keys": keys})
    if key is not None and not rows:
        raise bad_parameter("site", f"there is no site {key!r}; /v1/sites lists them")
    return {"site": {row[0]: row[1] for row in rows}}
