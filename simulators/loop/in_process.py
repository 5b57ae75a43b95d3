"""The platform without broker and database: the same decoder, the same kernels, in this process.

What comes in is decoded as ingest decodes it; indicators are computed as processing computes them, from the same rows.
A day's run of many seeds needs minutes so; that both decide alike is tested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files

import numpy as np

from emscher.city import City
from emscher.rejection import RejectedError
from emscher.stream import SECOND_US
from emscher.streams import streams
from processing.families.approach import COUNT, EVENT, FAMILY
from processing.family import SensorInfo, Task
from processing.threshold import Thresholds, thresholds
from simulators.loop.published import Indicators, Told
from simulators.loop.watch import Event
from simulators.sumo.readings import Message

HORIZON_US = (FAMILY.look_back_s + FAMILY.width_s) * SECOND_US


def limits() -> Thresholds:
    """Read the limits that the store is laid with."""
    rows = json.loads(files("simulators.loop").joinpath("limits.json").read_text(encoding="utf-8"))
    return thresholds(
        (name, scope, value, date.fromisoformat(first), None if last is None else date.fromisoformat(last))
        for name, scope, value, first, last in rows
    )


class InProcess:
    """Decodes and computes.

    Parameters
    ----------
    city : City
        What would be loaded into the store.
    start : datetime
        What time the beginning of the scenario is meant to be.
    """

    def __init__(self, city: City, start: datetime) -> None:
        self._start_us = round(start.timestamp()) * SECOND_US + start.microsecond
        self._limits = limits()
        self._number = {one.key: number for number, one in enumerate(city.sensors, 1)}
        self._site_of = {one.key: one.site for one in city.sensors}
        self._metadata = {one.key: one.metadata for one in city.sites}
        self._sensors = {
            site.key: tuple(
                SensorInfo(self._number[one.key], one.stream, one.metadata, one.key)
                for one in city.sensors
                if one.site == site.key
            )
            for site in city.sites
        }
        self._key_of = {number: key for key, number in self._number.items()}
        self._new: dict[str, list[Event]] = {}
        self._signal: dict[str, dict[tuple[int, int, int, int], None]] = {key: {} for key in self._metadata}
        self._counts: dict[str, dict[tuple[int, int], tuple[int, float]]] = {key: {} for key in self._metadata}
        self._now_us = self._start_us

    async def put(self, messages: Sequence[Message]) -> None:
        """Decode messages."""
        for message in messages:
            stream, number, site = streams()[message.stream], self._number[message.key], self._site_of[message.key]
            for reading in stream.decode(message.payload):
                if isinstance(reading, RejectedError):
                    continue
                row = dict(zip(stream.columns, stream.row(reading), strict=True))
                at_us = row["observed_at"]
                self._now_us = max(self._now_us, reading.latest_at_us)
                if message.stream == "signal":
                    key = (number, row["parameter"], at_us, row["code"])
                    if key not in self._signal[site]:
                        self._signal[site][key] = None
                        event = ((at_us - self._start_us) / SECOND_US, row["code"], row["parameter"])
                        self._new.setdefault(message.key, []).append(event)
                else:
                    self._counts[site].setdefault((number, at_us), (row["interval_s"], row["count"]))

    async def events(self) -> Mapping[str, Sequence[Event]]:
        """Give what is new, in order of time."""
        new, self._new = self._new, {}
        return {key: sorted(events) for key, events in new.items()}

    async def indicators(self) -> Indicators:
        """Compute the newest quarter hour of each site."""
        found: dict[tuple[str, int], Told] = {}
        width_us = FAMILY.width_s * SECOND_US
        for site in self._metadata:
            rows = FAMILY.compute(self._task(site, width_us))
            rows = rows[np.argsort(rows["window_start"], kind="stable")]
            for row in rows:
                found[self._key_of[int(row["sensor_id"])], int(row["signal_group"])] = Told(
                    _known(row["flow_veh_h"]),
                    _known(row["saturation_ratio"]),
                    _known(row["green_utilisation_ratio"]),
                    int(row["presence_reason"]),
                    int(row["arrival_reason"]),
                )
        return found

    def _task(self, site: str, width_us: int) -> Task:
        newest_us = self._now_us // width_us * width_us
        windows = np.array(sorted({max(newest_us - width_us, self._start_us // width_us * width_us), newest_us}))
        since_us = int(windows[0]) - FAMILY.look_back_s * SECOND_US
        kept = [key for key in sorted(self._signal[site]) if key[2] >= since_us]
        self._signal[site] = dict.fromkeys(kept)
        events = np.empty(len(kept), EVENT)
        for place, (number, parameter, at_us, code) in enumerate(kept):
            events[place] = (number, np.datetime64(at_us, "us"), True, code, parameter)
        lanes = [(*key, *value) for key, value in sorted(self._counts[site].items()) if key[1] >= since_us]
        counts = np.empty(len(lanes), COUNT)
        for place, (number, at_us, interval_s, count) in enumerate(lanes):
            counts[place] = (number, np.datetime64(at_us, "us"), True, interval_s, count)
        loaded = {"approach_events": events, "approach_counts": counts}
        return Task(1, self._sensors[site], windows, width_us, loaded, self._metadata[site], self._limits)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
