"""The cursor of a page: where the next one begins, opaque to whoever passes it on."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import Query
from psycopg import sql
from starlette.datastructures import URL
from starlette.requests import Request

from api.problem import bad_parameter
from api.source import SQL, Statement
from api.span import Span, text

DEFAULT_LIMIT = 1_000
LARGEST_LIMIT = 50_000

Limit = Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="Most rows of one answer.", examples=[DEFAULT_LIMIT])]
After = Annotated[
    str | None,
    Query(description="Where this page begins: follow the `next` of the answer before instead of making one up."),
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Place in an order: the time of the last row seen, and the rest of its key."""

    time: datetime
    key: tuple[int | str, ...]

    def encode(self) -> str:
        """Write the place as a cursor."""
        raw = msgspec.json.encode([(self.time - _EPOCH) // _MICROSECOND, *self.key])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(after: str | None, kinds: Sequence[type]) -> Place | None:
    """Read a cursor.

    Parameters
    ----------
    after : str or None
        What was sent.
    kinds : sequence of type
        Types of the key after the time.

    Raises
    ------
    ProblemError
        It is none of this route's cursors.
    """
    if after is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        time_us, *key = msgspec.json.decode(raw, type=_shape(kinds))
        return Place(_EPOCH + time_us * _MICROSECOND, tuple(key))
    except (ValueError, binascii.Error, msgspec.DecodeError, OverflowError) as exc:
        raise bad_parameter("after", "is no cursor of this route; begin without it and follow `next`") from exc


def beyond(place: Place | None, order: Sequence[sql.Composable]) -> tuple[Statement, dict[str, Any]]:
    """Compose the condition that a row lies on this page or a later one.

    Parameters
    ----------
    place : Place or None
        Last row of the page before.
    order : sequence of SQL
        What the rows are ordered by: the time, then the rest of the key.

    Returns
    -------
    condition : SQL
        For the place ``{beyond}`` of a named query.
    values : dict
        Its parameters.
    """
    if place is None:
        return SQL["from_the_start"].statement, {}
    values = {f"after_{number}": value for number, value in enumerate((place.time, *place.key))}
    marks = sql.SQL(", ").join(map(sql.Placeholder, values))
    return SQL["beyond"].of(order=sql.SQL(", ").join(order), after=marks), values


def next_link(request: Request, span: Span, place: Place) -> str:
    """Write the link to the next page, with the span spelt out so that it does not move with the clock."""
    url = URL(scope={**request.scope, "path": request.scope.get("asked_path", request.url.path)})
    url = url.include_query_params(**{"from": text(span.since), "to": text(span.until), "after": place.encode()})
    return f"{url.path}?{url.query}"


def _shape(kinds: Sequence[type]) -> Any:  # noqa: ANN401 - a type made while running
    return tuple.__class_getitem__((int, *kinds))
