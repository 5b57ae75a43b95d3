"""Faults of a sensor: what they make of a reading, whatever becomes of its message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from emscher.stream import HOUR_S, SECOND_US
from simulators.faults.kinds import (
    ClockDrift,
    ClockOffset,
    CounterReset,
    CounterWrap,
    Fault,
    StuckOn,
    StuckValue,
    WrongUnit,
)

Reading = dict[str, Any]
State = dict[str, Any]
"""What a fault remembers of one sensor."""

NOT_MEASURED = ("time", "end", "interval_s")
DETECTOR_OFF, DETECTOR_ON = 81, 82
_UNKNOWN = dict.fromkeys(("speed_kmh", "car_speed_kmh", "heavy_speed_kmh"), "not_determinable")

_encode = msgspec.json.Encoder().encode


def changed(kind: Fault, reading: Reading, at_us: int, since_us: int, state: State) -> Reading | None:
    """Give the reading as the faulty sensor reports it.

    Parameters
    ----------
    kind : Fault
        The fault.
    reading : dict
        What a sound sensor would report; it is not changed.
    at_us, since_us : int
        The reading's own time, and when the fault began [us since 1970].
    state : dict
        What the fault remembers of this sensor, which is changed.

    Returns
    -------
    dict or None
        The reading itself where the fault does nothing to it; None where it is never reported.
    """
    found: Reading | None = reading
    match kind:
        case ClockOffset():
            found = _moved(reading, kind.offset_s)
        case ClockDrift():
            found = _moved(reading, kind.drift_s_per_h * (at_us - since_us) / SECOND_US / HOUR_S)
        case StuckValue():
            found = _stuck(kind, reading, state)
        case StuckOn():
            found = _always_on(kind, reading, state)
        case CounterReset() | CounterWrap():
            found = _counted(kind, reading, state)
        case WrongUnit():
            found = _converted(kind, reading)
    return found


def garbage(reading: Reading, chance: float) -> bytes:
    """Give something that is no reading: cut off, no JSON, or text where a number belongs."""
    whole = _encode(reading)
    if chance < 1 / 3:
        return whole[: len(whole) // 2]
    if chance < 2 / 3:
        return b"\x00\xff" + whole[::-1]
    name = next((name for name, value in reading.items() if isinstance(value, int | float)), "value")
    return _encode({**reading, name: "n/a"})


def _moved(reading: Reading, by_s: float) -> Reading:
    """Move a reading's time, to the millisecond."""
    name = "time" if "time" in reading else "end"
    moment = datetime.fromisoformat(reading[name]) + timedelta(milliseconds=round(1000 * by_s))
    return {**reading, name: moment.isoformat().replace("+00:00", "Z")}


def _stuck(kind: StuckValue, reading: Reading, state: State) -> Reading:
    if not state:
        state["first"] = reading
        return reading
    first: Mapping[str, Any] = state["first"]
    if not kind.fields:
        own = {name: reading[name] for name in NOT_MEASURED if name in reading}
        return {**{name: value for name, value in first.items() if name not in own}, **own}
    found = {**reading, **{name: first[name] for name in kind.fields if name in first}}
    if "status" in found:
        found["status"] = {
            name: why
            for name, why in {**reading.get("status", {}), **first.get("status", {})}.items()
            if found.get(name) is None
        }
    return found


def _always_on(kind: StuckOn, reading: Reading, state: State) -> Reading | None:
    if "occupancy_pct" in reading:
        still = {**reading, "count": 0, "heavy_count": 0, "occupancy_pct": 100.0}
        still |= dict.fromkeys(("speed_kmh", "car_speed_kmh", "heavy_speed_kmh", "gap_s", "speed_std_kmh"))
        return {**still, "status": _UNKNOWN}
    channel, code = reading.get("parameter"), reading.get("code")
    if code not in {DETECTOR_OFF, DETECTOR_ON} or kind.channel not in {None, channel}:
        return reading
    if not state.get(str(channel)) and code == DETECTOR_ON:
        state[str(channel)] = True
        return reading
    return None if state.get(str(channel)) else reading


def _counted(kind: CounterReset | CounterWrap, reading: Reading, state: State) -> Reading:
    found = dict(reading)
    for name in kind.fields:
        value = reading.get(name)
        if value is None:
            continue
        base = state.setdefault(name, value)
        greatest = kind.modulus or base if isinstance(kind, CounterWrap) else 0
        counted = value % greatest if greatest else value - base
        found[name] = type(value)(round(counted, 6))
    return found


def _converted(kind: WrongUnit, reading: Reading) -> Reading:
    value = reading.get(kind.field)
    if value is None:
        return reading
    rest = {name: one for name, one in reading.items() if name != kind.field}
    if kind.rename is None:
        whole = isinstance(value, int)
        return {**reading, kind.field: round(value * kind.factor) if whole else round(value * kind.factor, 6)}
    return {**rest, kind.rename: round(value * kind.factor, 6)}
