"""An answer: values with their units in the format asked for, with an ETag, cacheable as far as they are open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.caller import Caller
from api.cursor import Place, next_link
from api.formats import MEDIA_TYPES, to_csv, to_geojson, to_json, to_json_lines
from api.parquet import to_parquet
from api.sheet import Sheet, newest
from api.span import Span

SHARED = "public, no-cache"
"""Anyone may keep it, and asks before using it again: the ETag makes that cheap, and nothing is ever stale."""
PRIVATE = "private, no-cache"


def headers_of(caller: Caller) -> dict[str, str]:
    """Give the headers that say who may keep an answer to this caller."""
    return {"Cache-Control": PRIVATE if caller.internal else SHARED, "Vary": "Accept, X-API-Key"}


def tagged(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """Give a body with its ETag, or 304 to whoever has it already."""
    # Weak: compressed or not, it is the same answer.
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**headers, "ETag": tag}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag.removeprefix("W/") in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def answer(
    request: Request,
    caller: Caller,
    form: str,
    sheets: Sequence[Sheet],
    *,
    units: Mapping[str, Any] | None = None,
    following: tuple[Span, Place] | None = None,
    head: Mapping[str, Any] | None = None,
    times: Sequence[str] = (),
) -> Response:
    """Answer with values.

    Parameters
    ----------
    request : Request
        What is answered.
    caller : Caller
        Decides who may keep the answer.
    form : str
        Format that was asked for.
    sheets : sequence of Sheet
        The rows.
    units : mapping, optional
        Units, where they are not simply the only sheet's.
    following : Span and Place, optional
        Where the next page begins.
    head : mapping, optional
        Further members of the JSON object.
    times : sequence of str
        Columns of which the newest is ``as_of``.
    """
    link = next_link(request, *following) if following else None
    headers = headers_of(caller)
    if link:
        headers["Link"] = f'<{link}>; rel="next"'
    media_type = MEDIA_TYPES[form]
    if form == "csv":
        return tagged(request, to_csv(sheets), f"{media_type}; charset=utf-8; header=present", headers)
    if form == "jsonl":
        return tagged(request, to_json_lines(sheets), media_type, headers)
    if form == "parquet":
        return tagged(request, to_parquet(sheets[0]), media_type, headers)
    if form == "geojson":
        return tagged(request, to_geojson(sheets[0]), media_type, headers)
    as_of = newest(sheet.columns[name] for sheet in sheets for name in times if name in sheet.columns)
    whole = {"units": sheets[0].units if units is None else units, "as_of": as_of, "next": link, **(head or {})}
    return tagged(request, to_json(whole, sheets), media_type, headers)


def document(request: Request, content: Mapping[str, Any]) -> Response:
    """Answer with an object that is the same for everyone."""
    headers = {"Cache-Control": SHARED, "Vary": "Accept"}
    return tagged(request, msgspec.json.encode(content), MEDIA_TYPES["json"], headers)
