"""Traffic per cross-section and minute: the lanes of a site that lead the same way, together."""

from __future__ import annotations

import math

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, rows_of, table
from processing.kernels.analysis import Analysis, DesignParameters, analyse
from processing.kernels.cross_section import cross_section, strict
from processing.kernels.group import Floats, Ints
from processing.kernels.history import average
from processing.kernels.measured import Bools, Measured, reshaped, stacked
from processing.kernels.plausibility import ALL, CAR, HEAVY
from processing.kernels.speed import space_mean_of_flows
from processing.lane_fact import lane_facts
from processing.lane_reading import ROW, lane_types
from processing.lane_series import LaneSeries, lane_series
from processing.threshold import Scoped
from processing.traffic_state import follow

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
COMPASS_STEP_DEG = 45
TURN_DEG = 360

_QUALITY = "processing.kernels.cross_section.cross_section"
_CROSS_SECTION = "processing.kernels.cross_section.cross_section"
_ANALYSE = "processing.kernels.analysis.analyse"
_SMOOTH = "processing.kernels.trend.smooth"
_STATES = "processing.kernels.congestion.states"


def compute(task: Task) -> Rows:
    """Compute each direction of a site in each due window that has readings of its lanes."""
    bearing = bearings(task)
    known = list(lane_series(task))
    coarsest: dict[tuple[int, int], int] = {}
    for lanes in known:
        for lane, window in zip(lanes.sensor_id.tolist(), lanes.window.tolist(), strict=True):
            if lane in bearing:
                whose = bearing[lane], window
                coarsest[whose] = max(coarsest.get(whose, 0), lanes.step_s)
    parts = []
    for lanes in known:
        # A lane that reports more often than its neighbours has no value of their length; it counts as missing.
        alike = np.array(
            [
                coarsest.get((bearing.get(lane, -1), window)) == lanes.step_s
                for lane, window in zip(lanes.sensor_id.tolist(), lanes.window.tolist(), strict=True)
            ],
            np.bool_,
        )
        if alike.any():
            parts.append(_computed(task, bearing, lanes, np.nonzero(alike)[0]))
    return rows_of(parts, lambda: _computed(task, bearing, LaneSeries.empty(), np.empty(0, np.int64)))


def _computed(task: Task, bearing: dict[int, int], lanes: LaneSeries, which: Ints) -> Rows:
    """Compute the cross-sections of lanes of one step width."""
    windows = max(len(task.window_us), 1)
    bearing_of = np.array([bearing[lane] for lane in lanes.sensor_id[which].tolist()], np.int64)
    codes, section = np.unique(bearing_of * windows + lanes.window[which], return_inverse=True)
    bearing_deg, window = codes // windows, codes % windows
    steps = lanes.there.shape[1]
    numbers = np.array(list(bearing.values()), np.int64)
    lane_count = (numbers[:, None] == bearing_deg).sum(axis=0)
    limits = section_limits(task, bearing, bearing_deg, window)
    # What has memory needs the look-back; all else is computed where rows are written.
    first = int(task.look_back_us // SECOND_US // lanes.step_s)
    flow, speed = _summed(lanes, which, section, lane_count, ALL)
    before = (len(codes), steps)
    free_kmh = _free_speed(task, bearing, bearing_deg)
    state = follow(
        flow.number.reshape(before), speed.number.reshape(before), lane_count.astype(np.float64), free_kmh, limits
    )
    lanes = lanes.since(first)
    shape = len(codes), lanes.there.shape[1]
    classes = [(_since(flow, before, first), _since(speed, before, first))]
    classes += [_summed(lanes, which, section, lane_count, number) for number in (HEAVY, CAR)]
    flow, speed = stacked([one for one, _ in classes]), stacked([one for _, one in classes])
    space_kmh = np.where(np.isnan(speed.number[ALL]), np.nan, _space_mean(lanes, which, section, len(codes)))
    found = _analysed(flow, speed, limits, shape[1])

    def laid(values: Floats) -> Floats:
        return values.reshape(shape)

    there, simulated = _any(section, lanes.there[which], shape), _any(section, lanes.simulated[which], shape)
    row, step = at = np.nonzero(there)
    start_us = task.window_us[window] if len(window) else np.empty(0, np.int64)
    quality = np.where(np.isnan(flow.number[ALL]), np.nan, flow.quality_ratio[ALL])
    return table(
        site_id=np.full(len(row), task.site_id),
        bearing_deg=bearing_deg[row],
        window_start=(start_us[row] + step * lanes.step_s * SECOND_US).view("M8[us]"),
        width_s=np.full(len(row), lanes.step_s),
        simulated=simulated[at],
        flow_veh_h=laid(flow.number[ALL])[at],
        heavy_share_pct=laid(found.heavy_share_pct.number)[at],
        speed_kmh=laid(speed.number[ALL])[at],
        space_mean_speed_kmh=laid(space_kmh)[at],
        density_veh_km=laid(found.density_veh_km.number[ALL])[at],
        pcu_flow_pcu_h=laid(found.design_flow_pcu_h.number)[at],
        pcu_density_pcu_km=laid(found.design_density_pcu_km.number)[at],
        quality_ratio=laid(quality)[at],
        occupancy_pct=_occupancy(lanes, which, section, shape)[at],
        interpolated=flow.interpolated[ALL].reshape(shape)[at],
        lane_count=lane_count[row],
        **state.columns((row, step + first)),
    )


def bearings(task: Task) -> dict[int, int]:
    """Where each lane leads, from the ``direction`` of its sensor: compass points or degrees; others are left out."""
    found = {}
    for sensor in task.sensors:
        said = sensor.metadata.get("direction")
        if sensor.stream != "traffic":
            continue
        if said in COMPASS:
            found[sensor.sensor_id] = COMPASS.index(str(said)) * COMPASS_STEP_DEG
        elif isinstance(said, int | float) and math.isfinite(said):
            found[sensor.sensor_id] = round(said) % TURN_DEG
    return found


def _cells(lanes: LaneSeries, which: Ints, section: Ints) -> tuple[Ints, Bools]:
    """Cross-section and step of each lane's step that has a reading, and which those are."""
    steps = lanes.there.shape[1]
    there = lanes.there[which].ravel()
    return (section[:, None] * steps + np.arange(steps)).ravel()[there], there


def _summed(lanes: LaneSeries, which: Ints, section: Ints, lane_count: Ints, number: int) -> tuple[Measured, Measured]:
    """Add one class of vehicles of lanes to cross-sections, step by step: flow, and speed."""
    cell, there = _cells(lanes, which, section)
    steps = lanes.there.shape[1]

    def flat(measured: Measured) -> Measured:
        return reshaped(measured[number, which], (len(which) * steps,))[there]

    pair = strict(flat(lanes.flow), flat(lanes.speed))
    return cross_section(cell, len(lane_count) * steps, *pair, np.repeat(lane_count, steps))


def _space_mean(lanes: LaneSeries, which: Ints, section: Ints, count: int) -> Floats:
    """Space mean of the lanes' speeds, step by step [km/h]."""
    cell, there = _cells(lanes, which, section)
    flow, speed = lanes.flow.number[ALL, which].ravel()[there], lanes.speed.number[ALL, which].ravel()[there]
    return space_mean_of_flows(cell, count * lanes.there.shape[1], flow, speed)


def _since(measured: Measured, shape: tuple[int, int], first: int) -> Measured:
    """Leave out the steps before the first that is written; what is flat stays flat."""
    kept = reshaped(measured, shape)[:, first:]
    return reshaped(kept, (shape[0] * (shape[1] - first),))


def _occupancy(lanes: LaneSeries, which: Ints, section: Ints, shape: tuple[int, int]) -> Floats:
    """Mean occupancy by step of the lanes that say one [%]."""
    cell = (section[:, None] * shape[1] + np.arange(shape[1])).ravel()
    return average(cell, shape[0] * shape[1], lanes.occupancy.number[which].ravel()).reshape(shape)


def _any(section: Ints, marks: Bools, shape: tuple[int, int]) -> Bools:
    """Whether any lane of each cross-section has a mark, by step."""
    found = np.zeros(shape, np.bool_)
    if len(section):
        order = np.argsort(section, kind="stable")
        starts = np.searchsorted(section[order], np.arange(shape[0]))
        np.logical_or.reduceat(marks[order], starts, axis=0, out=found)
    return found


def section_limits(task: Task, bearing: dict[int, int], bearing_deg: Ints, window: Ints) -> Scoped:
    """Limits of cross-sections: those of the type that most of their lanes have, the first in the alphabet of two."""
    types = lane_types(task)
    usual = {}
    for one in set(bearing.values()):
        mine = sorted(types[lane] for lane, whose in bearing.items() if whose == one)
        usual[one] = max(dict.fromkeys(mine), key=mine.count)
    names = sorted(set(usual.values()) | {""})
    # A direction whose lanes left the site meanwhile has the limits that hold everywhere.
    scope = np.array([names.index(usual.get(one, "")) for one in bearing_deg.tolist()], np.int64)
    start_us = task.window_us[window] if len(window) else np.empty(0, np.int64)
    return task.thresholds.scoped(names, scope, start_us)


def _free_speed(task: Task, bearing: dict[int, int], bearing_deg: Ints) -> Floats:
    """Speed of free flow of cross-sections: the mean of their lanes, unknown where one of them says none."""
    lanes = np.array(sorted(bearing), np.int64)
    known = dict(zip(lanes.tolist(), lane_facts(task, lanes, "free_speed_kmh").tolist(), strict=True))
    means = {}
    for one in set(bearing.values()):
        mine = [known[lane] for lane in sorted(bearing) if bearing[lane] == one]
        means[one] = math.fsum(mine) / len(mine)
    return np.array([means[one] for one in bearing_deg.tolist()], np.float64)


def _analysed(flow: Measured, speed: Measured, limits: Scoped, steps: int) -> Analysis:
    """Analyse cross-sections with what a heavy vehicle counted on the day; no density is remembered, none is capped."""
    nothing = np.full(flow.number.shape, np.nan)
    free = np.full((3, 1), np.inf)
    equivalent, per_kmh = (np.repeat(limits(f"traffic_{one}"), steps) for one in ("heavy_pcu", "heavy_pcu_per_kmh"))
    parameters = DesignParameters(free, free, free[0], free[0], equivalent, per_kmh)
    return analyse(flow, speed, parameters, nothing, nothing[0])


FAMILY = Family(
    name="cross_section",
    title_en="Traffic per cross-section",
    title_de="Verkehr je Messquerschnitt",
    key=("site_id", "bearing_deg", "window_start"),
    loads={"lane_rows": ROW},
    compute=compute,
    buckets=("15min", "1h", "1d"),
    rides="traffic",
    step_s=60,
    indicators=(
        Indicator("flow_veh_h", "veh/h", "Flow", "Verkehrsstärke", _CROSS_SECTION, "DUA26; DUA28; Berlin", "verified"),
        Indicator(
            "heavy_share_pct", "%", "Share of heavy vehicles", "Schwerverkehrsanteil", _ANALYSE, "DUA25", "verified"
        ),
        Indicator(
            "speed_kmh",
            "km/h",
            "Mean speed, flow-weighted",
            "Mittlere Geschwindigkeit, nach Verkehrsstärke gewichtet",
            _CROSS_SECTION,
            "DUA26; DUA28",
            "verified",
        ),
        Indicator(
            "space_mean_speed_kmh",
            "km/h",
            "Space mean speed, harmonic",
            "Momentane mittlere Geschwindigkeit, harmonisch",
            "processing.kernels.speed.space_mean_of_flows",
            "Wardrop 1952; of the lanes' means, so variation within a lane and minute is not in it",
            "unverified",
        ),
        Indicator(
            "density_veh_km",
            "veh/km",
            "Density",
            "Verkehrsdichte",
            _ANALYSE,
            "DUA25 without its rule for speed 0 and its cap",
            "verified",
        ),
        Indicator(
            "pcu_flow_pcu_h",
            "pcu/h",
            "Flow in passenger car units",
            "Bemessungsverkehrsstärke",
            _ANALYSE,
            "DUA25; equivalents are dated thresholds",
            "verified",
        ),
        Indicator(
            "pcu_density_pcu_km",
            "pcu/km",
            "Density in passenger car units",
            "Bemessungsdichte",
            _ANALYSE,
            "DUA25 without its rule for speed 0 and its cap",
            "verified",
        ),
        Indicator(
            "occupancy_pct",
            "%",
            "Occupancy, mean of the lanes that report one",
            "Belegung, Mittel der meldenden Fahrstreifen",
            "processing.kernels.history.average",
            "own",
            "own",
            rolls_up=False,
        ),
        Indicator(
            "quality_ratio", "1", "Quality of the flow", "Güte der Verkehrsstärke", _QUALITY, "DUA28", "verified"
        ),
        Indicator(
            "flow_smoothed_veh_h",
            "veh/h",
            "Flow, smoothed",
            "Verkehrsstärke, geglättet",
            _SMOOTH,
            "DUA36.37",
            "verified",
            rolls_up=False,
        ),
        Indicator(
            "speed_smoothed_kmh",
            "km/h",
            "Speed, smoothed",
            "Geschwindigkeit, geglättet",
            _SMOOTH,
            "DUA36.37",
            "verified",
            rolls_up=False,
        ),
        Indicator(
            "flow_forecast_veh_h",
            "veh/h",
            "Flow of the next interval, forecast",
            "Verkehrsstärke des nächsten Intervalls, Prognose",
            _SMOOTH,
            "DUA36.37",
            "verified",
            rolls_up=False,
        ),
        Indicator(
            "speed_forecast_kmh",
            "km/h",
            "Speed of the next interval, forecast",
            "Geschwindigkeit des nächsten Intervalls, Prognose",
            _SMOOTH,
            "DUA36.37",
            "verified",
            rolls_up=False,
        ),
        Indicator(
            "state_marz",
            "1",
            "Traffic state, MARZ",
            "Verkehrszustand nach MARZ",
            _STATES,
            "MARZ 2004, 2.3.2.1.4",
            "verified",
        ),
        Indicator(
            "state_nrw", "1", "Traffic state, NRW", "Verkehrszustand nach NRW", _STATES, "DUAStNRWFs", "verified"
        ),
        Indicator(
            "state_rds",
            "1",
            "Traffic state, RDS",
            "Verkehrszustand nach RDS",
            _STATES,
            "RdsStoerfallIndikator 2015",
            "verified",
        ),
        Indicator(
            "state_datex",
            "1",
            "Traffic status, DATEX II",
            "Verkehrsstatus nach DATEX II",
            "processing.kernels.congestion.datex_status",
            "DATEX II v3, TrafficStatusEnum",
            "verified",
        ),
        Indicator("lane_count", "1", "Lanes", "Fahrstreifen", _CROSS_SECTION, "own", "own"),
    ),
)
