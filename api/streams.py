"""Streams: the kinds of sensors, their fields and how long readings are kept."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import examples, schemas
from api.answer import document
from api.caller import Asking
from api.openapi import ALWAYS, told
from api.problem import unknown
from emscher.settings import Settings
from emscher.stream import Stream
from emscher.streams import streams

router = APIRouter(prefix="/v1", tags=["city"])


@router.get(
    "/streams",
    summary="Kinds of sensors: fields with unit, range and meaning, retention",
    response_model=schemas.Streams,
    responses=told(examples.STREAMS, *ALWAYS),
)
async def list_streams(request: Request, caller: Asking) -> Response:
    """What a sensor of each kind sends, field by field, and where it sends it."""
    found = []
    for stream in streams().values():
        relation = await caller.source.existing(stream.table)
        found.append(_described(stream, caller.settings, is_open=relation.open))
    return document(request, {"data": found})


def the_stream(name: str) -> Stream:
    """Give a stream by the name in a path.

    Raises
    ------
    ProblemError
        There is none of that name.
    """
    found = streams().get(name)
    if found is None:
        raise unknown("stream", name, streams(), "/v1/streams")
    return found


def _described(stream: Stream, settings: Settings, *, is_open: bool) -> dict[str, Any]:
    return {
        "name": stream.name,
        "title_en": stream.title_en,
        "title_de": stream.title_de,
        "topic": f"{settings.mqtt_topic_prefix}/{stream.name}/<sensor key>",
        "open": is_open,
        "retention_days": stream.keep_days if stream.private else max(stream.keep_days, settings.history_days),
        "fields": _fields(stream.name),
        "families": list(dict.fromkeys(due.family for due in stream.due)),
    }


@cache
def _fields(name: str) -> list[dict[str, Any]]:
    """Read the fields from the declaration of the reading, as decoder and store do."""
    stream = streams()[name]
    _, components = msgspec.json.schema_components([stream.reading])
    properties = components[stream.reading.__name__]["properties"]
    return [
        _field(one.name, one.unit, one.description, properties[one.name], required=one.required)
        for one in stream.fields
    ]


def _field(name: str, unit: str, description: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    shape = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
    values = shape.get("enum")
    return {
        "name": name,
        "unit": unit or None,
        "description": description or shape.get("description", ""),
        "required": required,
        "type": shape.get("type", "string"),
        "minimum": shape.get("minimum"),
        "maximum": shape.get("maximum"),
        "values": None if values is None else [one for one in values if one is not None],
    }
