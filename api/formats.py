"""The formats an answer comes in, and which of them is asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request

from api.problem import ProblemError
from api.sheet import Kind, Sheet
from api.span import text

MEDIA_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/x-ndjson",
}


@dataclass(frozen=True, slots=True)
class Format:
    """Dependency that says which of a route's formats is asked for.

    Parameters
    ----------
    names : tuple of str
        Formats of the route, the default first.
    """

    names: tuple[str, ...]

    def __call__(self, request: Request) -> str:
        """Choose by suffix, else by the header Accept."""
        suffix = request.scope.get("suffix")
        if suffix is not None:
            if suffix not in self.names:
                raise self._refusal(f".{suffix}")
            return str(suffix)
        accept = request.headers.get("accept", "*/*")
        by_type = {MEDIA_TYPES[name]: name for name in self.names}
        for wanted in _by_weight(accept):
            if wanted in by_type:
                return by_type[wanted]
            if wanted in ("*/*", "application/*", "text/html"):
                # A browser asks for HTML first; it is shown the default.
                return self.names[0]
        raise self._refusal(accept)

    def _refusal(self, wanted: str) -> ProblemError:
        known = ", ".join(f"{MEDIA_TYPES[name]} (.{name})" for name in self.names)
        return ProblemError("wrong-format", f"This route does not answer as {wanted[:100]!r}; it has {known}.")


def _by_weight(accept: str) -> list[str]:
    """Media types of an Accept header, the most wanted first."""
    found = []
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.lower().split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        try:
            found.append((float(weight), media_type))
        except ValueError:
            continue
    return [media_type for weight, media_type in sorted(found, key=lambda one: -one[0]) if weight > 0]


def to_json(head: Mapping[str, Any], sheets: Sequence[Sheet]) -> bytes:
    """Write an object with the head's members and ``data``, an array of rows."""
    return msgspec.json.encode({**head, "data": [record for sheet in sheets for record in sheet.records()]})


def to_json_lines(sheets: Sequence[Sheet]) -> bytes:
    """Write an object per row and line."""
    return msgspec.json.Encoder().encode_lines([record for sheet in sheets for record in sheet.records()])


def to_csv(sheets: Sequence[Sheet]) -> bytes:
    """Write one table with a header (RFC 4180); a sheet without a column leaves it empty."""
    names = list(dict.fromkeys(name for sheet in sheets for name in sheet.columns))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for sheet in sheets:
        absent = [""] * len(sheet)
        columns = [
            [_CELL[sheet.kinds[name]](value) for value in sheet.columns[name]] if name in sheet.columns else absent
            for name in names
        ]
        writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode()


def to_geojson(sheet: Sheet) -> bytes:
    """Write a FeatureCollection of points (RFC 7946); a place without a position has no geometry."""
    places = zip(sheet.columns["longitude"], sheet.columns["latitude"], strict=True)
    names = [name for name in sheet.columns if name not in ("longitude", "latitude")]
    rest = Sheet({name: sheet.columns[name] for name in names})
    features = [
        {
            "type": "Feature",
            "id": getattr(record, "key", None),
            "geometry": None if None in place else {"type": "Point", "coordinates": place},
            "properties": record,
        }
        for place, record in zip(places, rest.records(), strict=True)
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _plain(value: object) -> object:
    return "" if value is None else value


def _word(value: bool | None) -> str:  # noqa: FBT001 - a cell's value
    return "" if value is None else "true" if value else "false"


def _time(value: datetime | None) -> str:
    return "" if value is None else text(value)


def _text(value: Mapping[str, str] | msgspec.Raw | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


_CELL: Mapping[Kind, Callable[[Any], object]] = {
    "text": _plain,
    "integer": _plain,
    "number": _plain,
    "boolean": _word,
    "time": _time,
    "date": _plain,
    "object": _text,
}
