"""What OpenAPI says of each operation beyond what the code says: examples, problems, formats, keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.formats import MEDIA_TYPES
from api.problem import KINDS, MEDIA_TYPE
from api.schemas import Problem

ALWAYS = ("bad-parameter", "database-away", "fault")
"""Kinds of problem that every route that reads the store may answer with."""

Responses = dict[int | str, dict[str, Any]]

TAGS = [
    {"name": "city", "description": "Kinds of sensors, sites and sensors"},
    {"name": "readings", "description": "What sensors reported"},
    {"name": "indicators", "description": "What is computed from it, and the limits and factors it is computed with"},
    {"name": "proof", "description": "What became of every reading received, and what was refused"},
    {"name": "operation", "description": "For those who run this server"},
]

DESCRIPTION = """\
Sensor streams of a city, and the indicators computed from them.

Open data need no key. Internal data (single access points, meters and applications, refused messages) need the header
`X-API-Key`; with it, the same routes show everything. No person is measured: there is no identifier of a device, a
session or a user anywhere.

Every value has its unit in `units`; a missing value is null. Times are UTC (RFC 3339). Spans are half-open:
`from` is part of it, `to` is not. A suffix on the path (`.csv`, `.geojson`, `.parquet`, `.jsonl`) or the header
`Accept` chooses the format. An answer that does not fit one page has `next`, the path of the next one; in other formats
than JSON it is in the header `Link`. Problems are `application/problem+json`.
"""


def told(
    example: object,
    *kinds: str,
    others: Mapping[str, object] | None = None,
    media_type: str = MEDIA_TYPES["json"],
    status: int = 200,
) -> Responses:
    """Describe a route's answers.

    Parameters
    ----------
    example : object
        Example of the answer.
    kinds : str
        Kinds of problem it may answer with (:data:`api.problem.KINDS`).
    others : mapping, optional
        Examples in further formats, by format; None where there is no text to show.
    media_type : str
        Of the first example.
    status : int
        Of the answer that is no problem.
    """
    content: dict[str, Any] = {media_type: {"example": example}}
    for form, other in (others or {}).items():
        shape = {"type": "object"} if form == "geojson" else {"type": "string"}
        content[MEDIA_TYPES[form]] = {"schema": shape} if other is None else {"schema": shape, "example": other}
    found: Responses = {status: {"content": content}}
    for kind in kinds:
        meant = KINDS[kind]
        one = found.setdefault(meant.status, {"model": Problem, "description": "", "content": {MEDIA_TYPE: {}}})
        one["description"] = "; ".join(filter(None, (one["description"], meant.title)))
        examples = one["content"][MEDIA_TYPE].setdefault("examples", {})
        examples[kind] = {"summary": meant.title, "value": _problem(kind)}
    return found


def install(app: FastAPI) -> None:
    """Have the application describe itself so; made once, at the first request for it."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                routes=app.routes,
                tags=TAGS,
                license_info=app.license_info,
            )
            for path in schema["paths"].values():
                for operation in path.values():
                    _mend(operation)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign] # the way FastAPI's documentation gives


def _mend(operation: dict[str, Any]) -> None:
    """Say that open routes take a key but need none, and that problems are not plain JSON."""
    insider_only = "x-insider" in operation
    operation.pop("x-insider", None)
    if "security" in operation and not insider_only:
        operation["security"] = [{}, *operation["security"]]
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if not status.startswith("2") and MEDIA_TYPE in content:
            content[MEDIA_TYPE]["schema"] = {"$ref": "#/components/schemas/Problem"}
            content.pop(MEDIA_TYPES["json"], None)


def _problem(kind: str) -> dict[str, object]:
    meant = KINDS[kind]
    return {
        "type": f"/docs#problem-{kind}",
        "title": meant.title,
        "status": meant.status,
        "detail": meant.mend,
        "instance": "/v1/...",
    }
