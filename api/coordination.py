"""Coordination diagrams: each arrival at a detector with the second of the cycle it falls into, and what was shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api.answer import answer
from api.caller import Asking
from api.examples import Example
from api.formats import Format
from api.openapi import ALWAYS, told
from api.schemas import Values
from api.sensors import Key, the_sensor
from api.sheet import Kind, Sheet, transposed
from api.source import SQL
from api.span import AskedSpan

router = APIRouter(prefix="/v1", tags=["indicators"])

COLUMNS: tuple[tuple[str, Kind, str], ...] = (
    ("arrived_at", "time", ""),
    ("cycle_start", "time", ""),
    ("second_s", "number", "s"),
    ("state", "integer", "1"),
)
MOST_POINTS = 20_000


class CoordinationRow(BaseModel):
    """One arrival."""

    arrived_at: datetime
    cycle_start: datetime | None = Field(description="Begin of the red that the cycle begins with")
    second_s: float | None = Field(description="Seconds since then")
    state: int | None = Field(description="0 dark, 1 red, 2 amber, 3 green, 4 red-amber")


class Coordination(Values):
    """Points of a coordination diagram."""

    sensor: str
    signal_group: int
    channel: int
    data: list[CoordinationRow]


EXAMPLE: Example = {
    "units": {"second_s": "s", "state": "1"},
    "as_of": "2026-05-04T07:00:31.4Z",
    "next": None,
    "sensor": "wall-01.ctl",
    "signal_group": 2,
    "channel": 22,
    "data": [
        {
            "arrived_at": "2026-05-04T07:00:31.4Z",
            "cycle_start": "2026-05-04T07:00:04Z",
            "second_s": 27.4,
            "state": 3,
        }
    ],
}
EXAMPLE_CSV = "arrived_at,cycle_start,second_s,state\r\n2026-05-04T07:00:31.4Z,2026-05-04T07:00:04Z,27.4,3\r\n"


@router.get(
    "/sensors/{key}/coordination",
    summary="Points of a coordination diagram",
    response_model=Coordination,
    responses=told(
        EXAMPLE,
        *ALWAYS,
        "unknown-name",
        "wrong-format",
        "key-needed",
        "wrong-key",
        "no-key-set",
        "too-slow",
        others={"csv": EXAMPLE_CSV},
    ),
)
async def show_coordination(
    request: Request,
    caller: Asking,
    form: Annotated[str, Depends(Format(("json", "csv")))],
    key: Key,
    span: AskedSpan,
    signal_group: Annotated[int, Query(ge=0, description="Phase or signal group.", examples=[2])],
    channel: Annotated[int, Query(ge=0, description="Detector channel of the controller.", examples=[22])],
    travel_s: Annotated[float, Query(ge=0, le=120, description="Way from the detector to the stop line [s].")] = 0.0,
) -> Response:
    """Each arrival of the span: begin of its cycle (begin of red), seconds since then, and the colour shown.

    A Purdue coordination diagram is drawn from these: time across, seconds up. Computed from the events as long as they
    are kept; where the signal is not known both are null. At most 20,000 points.
    """
    await the_sensor(caller, key)
    values = {
        "key": key,
        "signal_group": signal_group,
        "channel": channel,
        "since": span.since,
        "until": span.until,
        "travel_s": travel_s,
        "limit": MOST_POINTS,
    }
    rows = await caller.source.fetch(caller.role, SQL["coordination"].of(sensors=caller.sensors), values)
    sheet = Sheet()
    for (name, kind, unit), column in zip(COLUMNS, transposed(rows, len(COLUMNS)), strict=True):
        sheet.put(name, kind, column, unit)
    head = {"sensor": key, "signal_group": signal_group, "channel": channel}
    return answer(request, caller, form, [sheet], head=head, times=("arrived_at",))
