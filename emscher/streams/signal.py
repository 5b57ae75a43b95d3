"""Signal controllers: one event at a resolution of 0.1 s.

An event is a code and its parameter of the Indiana enumeration (doi:10.5703/1288284316998), or, from German
controllers, a signal group and the state it changed to. The enumeration has no code for red-amber, so states are kept
as codes of our own above its range: 1000 dark, 1001 red, 1002 amber, 1003 green, 1004 red-amber; the parameter is the
signal group.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from emscher.stream import Due, Event, Stream

Code = Annotated[int, Meta(ge=0, le=999, description="Event code of the Indiana enumeration", extra={"unit": "1"})]
Parameter = Annotated[
    int, Meta(ge=-1, le=65_535, description="Phase, detector or value of the code; -1 for none", extra={"unit": "1"})
]
SignalGroup = Annotated[int, Meta(ge=0, le=65_535, description="Number of the signal group", extra={"unit": "1"})]

STATES = ("dark", "red", "amber", "green", "red_amber")
FIRST_STATE_CODE = 1000
State = Annotated[
    Literal["dark", "red", "amber", "green", "red_amber"], Meta(description="What the signal group changed to")
]


class SignalReading(Event, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One controller event: ``code`` and ``parameter``, or ``signal_group`` and ``state``."""

    code: Code | None = None
    parameter: Parameter | None = None
    signal_group: SignalGroup | None = None
    state: State | None = None

    def __post_init__(self) -> None:
        """Refuse half an event and two events in one."""
        event, change = (self.code, self.parameter), (self.signal_group, self.state)
        if (None in event) == (None in change) or any(
            part is not None for part in (event if None in event else change)
        ):
            raise ValueError("an event has either `code` and `parameter`, or `signal_group` and `state`")

    @property
    def event_code(self) -> int:
        """The code, or the state's code above 1000."""
        if self.state is not None:
            return FIRST_STATE_CODE + STATES.index(self.state)
        return -1 if self.code is None else self.code

    @property
    def event_parameter(self) -> int | None:
        """The parameter, or the signal group."""
        return self.parameter if self.state is None else self.signal_group


def _inputs(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the event of a row as the controller told it."""
    code, parameter = row["code"], row["parameter"]
    if code >= FIRST_STATE_CODE:
        return {"signal_group": parameter, "state": STATES[code - FIRST_STATE_CODE]}
    return {"code": code, "parameter": parameter}


STREAM = Stream(
    name="signal",
    reading=SignalReading,
    title_en="Traffic signals",
    title_de="Lichtsignalanlagen",
    keep_days=14,
    key=("code", "parameter"),
    inputs=("code", "parameter", "signal_group", "state"),
    inverse=_inputs,
    computed={"code": "event_code", "parameter": "event_parameter"},
    due=(
        Due("signal", width_s=900, look_back_s=300, look_ahead_s=300),
        Due("approach", width_s=900, look_back_s=900, look_ahead_s=600),
    ),
)
