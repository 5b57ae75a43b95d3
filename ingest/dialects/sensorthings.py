"""Observations of an OGC SensorThings API over MQTT, as Hamburg publishes its signals, detectors and counts.

The topic names the datastream and nothing else. ``phenomenonTime`` is the time of a reading; ``resultTime`` may lie
before it and is not used. An observation's ``result`` is also offered under two more names: ``state``, the signal state
of Hamburg's ``primary_signal`` and its kin (0 dark, 1 red, 2 amber, 3 green, 4 red-amber, 5 flashing amber, when nobody
has right of way: dark), and ``detector``, the code of the Indiana enumeration for a detector that is occupied (above
0 %: 82) or free (81). Sources: OGC 18-088, sections 8.2.5 and 14; the description of the data set "Traffic Lights Data
Hamburg" in the Transparenzportal Hamburg.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from emscher.rejection import Reason, RejectedError
from emscher.stream import Time
from ingest.dialect import Foreign, Seen

STATES = ("dark", "red", "amber", "green", "red_amber", "dark")
DETECTOR_OFF, DETECTOR_ON = 81, 82


class _Observation(msgspec.Struct, frozen=True):
    phenomenonTime: str  # noqa: N815 - the standard's name
    result: float | str | bool


_DECODER = msgspec.json.Decoder(_Observation)


def read(payload: bytes) -> Seen:
    """Read an observation; links and identifiers in it are left."""
    observation = _DECODER.decode(payload)
    times = observation.phenomenonTime.split("/")
    if len(times) > 2:  # noqa: PLR2004 - start and end
        raise RejectedError(Reason.WRONG_TYPE, "`phenomenonTime` is a time, or two with a stroke between them")
    start, end = _time(times[0]), _time(times[-1])
    return Seen(
        end=end,
        start=start if len(times) > 1 else None,
        values={"result": observation.result},
        derived=_derived(observation.result),
        kept=msgspec.json.encode(observation),
    )


def _time(text: str) -> datetime:
    return msgspec.convert(text, Time)


def _derived(result: float | str | bool) -> dict[str, str | int]:  # noqa: FBT001 - JSON has them
    """Say what a number means as a signal's state and as a detector's occupancy."""
    if not isinstance(result, float) or not 0 <= result <= 100:  # noqa: PLR2004 - per cent
        return {}
    detector: dict[str, str | int] = {"detector": DETECTOR_ON if result > 0 else DETECTOR_OFF}
    known = result.is_integer() and result < len(STATES)
    return {**detector, "state": STATES[int(result)]} if known else detector


DIALECT = Foreign("sensorthings", re.compile(r"(?:.+/)?v\d+\.\d+/Datastreams\('?([^/')]+)'?\)/Observations"), read)
