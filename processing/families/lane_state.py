"""State of each lane per minute: checked and substituted values with their quality, smoothed, forecast and graded."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from processing.family import Family, Indicator, Task, rows_of, table
from processing.kernels.group import Floats, ratio
from processing.kernels.measured import REPORTED, Bools
from processing.kernels.plausibility import ALL
from processing.kernels.speed import single_loop_speed
from processing.lane_fact import lane_facts
from processing.lane_reading import ROW, scoped
from processing.lane_series import LaneSeries, lane_series
from processing.threshold import Scoped
from processing.traffic_state import follow

NO_SPEED, MEASURED, FROM_OCCUPANCY = 0, 1, 2


def compute(task: Task) -> Rows:
    """Compute each lane in each due window that has readings; a lane's rows are as wide as its readings."""
    parts = [_computed(task, one) for one in lane_series(task)]
    return rows_of(parts, lambda: _computed(task, LaneSeries.empty()))


def _computed(task: Task, lanes: LaneSeries) -> Rows:
    limits = scoped(task, lanes.sensor_id, task.window_us[lanes.window])
    flow, speed = lanes.flow[ALL], lanes.speed[ALL]
    loop_kmh, estimated = _loop_speed(lanes, limits, lane_facts(task, lanes.sensor_id, "effective_length_m"))
    speed_kmh = np.where(estimated, loop_kmh, speed.number)
    free_kmh = lane_facts(task, lanes.sensor_id, "free_speed_kmh")
    free_kmh = np.where(np.isnan(free_kmh), limits("traffic_free_speed"), free_kmh)
    state = follow(flow.number, speed_kmh, np.ones(len(lanes.sensor_id)), free_kmh, limits)
    method = np.where(estimated, FROM_OCCUPANCY, np.where(np.isnan(speed_kmh), NO_SPEED, MEASURED))
    first = int(task.look_back_us // SECOND_US // lanes.step_s)
    series, step = np.nonzero(lanes.there[:, first:])
    at = series, step + first
    start_us = lanes.start_us[series] + (step + first) * lanes.step_s * SECOND_US
    return table(
        sensor_id=lanes.sensor_id[series],
        window_start=start_us.view("M8[us]"),
        width_s=np.full(len(series), lanes.step_s),
        simulated=lanes.simulated[at],
        flow_veh_h=flow.number[at],
        flow_status=flow.status[at],
        speed_kmh=speed_kmh[at],
        speed_status=speed.status[at],
        speed_method=method[at],
        occupancy_pct=lanes.occupancy.number[at],
        density_veh_km=np.where(flow.number == 0, 0.0, ratio(flow.number, speed_kmh))[at],
        quality_ratio=np.where(np.isnan(flow.number), np.nan, flow.quality_ratio)[at],
        speed_quality_ratio=np.where(np.isnan(speed.number), np.nan, speed.quality_ratio)[at],
        substitution=lanes.origin[at],
        fault_bits=lanes.fault[at],
        **state.columns(at),
    )


def _loop_speed(lanes: LaneSeries, limits: Scoped, length_m: Floats) -> tuple[Floats, Bools]:
    """Speed from flow and occupancy, and where it stands in: only where a lane says nothing of its speed."""
    length_m = np.where(np.isnan(length_m), limits("traffic_effective_length"), length_m)[:, None]
    found = single_loop_speed(lanes.flow[ALL].number, lanes.occupancy.number, length_m)
    greatest = limits("traffic_speed_max")[:, None]
    found = np.where(found > greatest, greatest, found)
    silent = np.isnan(lanes.speed[ALL].number) & (lanes.speed[ALL].status == REPORTED)
    return found, silent & (lanes.flow[ALL].number > 0) & ~np.isnan(found)


_SMOOTH = "processing.kernels.trend.smooth"
_STATES = "processing.kernels.congestion.states"
_SUBSTITUTE = "processing.kernels.substitution.substitute"
_HOURLY = "processing.kernels.analysis.hourly"
_VALUES = ("count", "heavy_count", "speed_kmh", "car_speed_kmh", "heavy_speed_kmh", "status")


def _of(
    column: str, unit: str, names: tuple[str, str], kernel: str, source: str, *, rolls_up: bool = True
) -> Indicator:
    return Indicator(column, unit, *names, kernel, source, "verified", inputs=_VALUES, rolls_up=rolls_up)


FAMILY = Family(
    name="lane_state",
    title_en="State of lanes",
    title_de="Zustand der Fahrstreifen",
    key=("sensor_id", "window_start"),
    loads={"lane_rows": ROW},
    compute=compute,
    buckets=("15min", "1h", "1d"),
    rides="traffic",
    step_s=60,
    indicators=(
        _of("flow_veh_h", "veh/h", ("Flow, checked", "Verkehrsstärke, geprüft"), _HOURLY, "DUA13; DUA15; DUA25"),
        _of(
            "flow_status",
            "1",
            ("Why there is no flow: 1 not determinable, 2 faulty, 3 either", "Grund für fehlende Verkehrsstärke"),
            _HOURLY,
            "TLS 2012; DUA25",
            rolls_up=False,
        ),
        _of(
            "speed_kmh",
            "km/h",
            ("Mean speed, checked", "Mittlere Geschwindigkeit, geprüft"),
            _SUBSTITUTE,
            "DUA13; DUA15; where a lane has no speed: Bickel 2007 (g-factor)",
        ),
        _of(
            "speed_status",
            "1",
            ("Why there is no speed: 1 not determinable, 2 faulty, 3 either", "Grund für fehlende Geschwindigkeit"),
            _HOURLY,
            "TLS 2012; DUA25",
            rolls_up=False,
        ),
        _of(
            "speed_method",
            "1",
            ("1 measured, 2 from flow and occupancy", "1 gemessen, 2 aus Verkehrsstärke und Belegung"),
            "processing.kernels.speed.single_loop_speed",
            "Bickel 2007",
            rolls_up=False,
        ),
        _of(
            "occupancy_pct",
            "%",
            ("Occupancy, checked", "Belegung, geprüft"),
            "processing.kernels.plausibility.occupied",
            "DUA14; DUA15",
        ),
        _of("density_veh_km", "veh/km", ("Density", "Verkehrsdichte"), _STATES, "DUA25 without its rule for speed 0"),
        _of("quality_ratio", "1", ("Quality of the flow", "Güte der Verkehrsstärke"), _SUBSTITUTE, "DUA20.22; DUA28"),
        _of(
            "speed_quality_ratio",
            "1",
            ("Quality of the speed", "Güte der Geschwindigkeit"),
            _SUBSTITUTE,
            "DUA20.22; DUA28",
        ),
        _of(
            "substitution",
            "1",
            ("Substitute: 1 of another lane, 2 held", "Ersatzwert: 1 Ersatzfahrstreifen, 2 gehalten"),
            _SUBSTITUTE,
            "DUA20.22",
            rolls_up=False,
        ),
        _of(
            "fault_bits",
            "1",
            ("What the checks found", "Befund der Plausibilitätsprüfung"),
            "processing.kernels.constancy.stuck",
            "DUA13; DUA14; DUA15; DUA51",
            rolls_up=False,
        ),
        _of(
            "flow_smoothed_veh_h",
            "veh/h",
            ("Flow, smoothed", "Verkehrsstärke, geglättet"),
            _SMOOTH,
            "DUA36.37",
            rolls_up=False,
        ),
        _of(
            "speed_smoothed_kmh",
            "km/h",
            ("Speed, smoothed", "Geschwindigkeit, geglättet"),
            _SMOOTH,
            "DUA36.37",
            rolls_up=False,
        ),
        _of(
            "flow_forecast_veh_h",
            "veh/h",
            ("Flow of the next interval, forecast", "Verkehrsstärke des nächsten Intervalls, Prognose"),
            _SMOOTH,
            "DUA36.37",
            rolls_up=False,
        ),
        _of(
            "speed_forecast_kmh",
            "km/h",
            ("Speed of the next interval, forecast", "Geschwindigkeit des nächsten Intervalls, Prognose"),
            _SMOOTH,
            "DUA36.37",
            rolls_up=False,
        ),
        _of("state_marz", "1", ("Traffic state, MARZ", "Verkehrszustand nach MARZ"), _STATES, "MARZ 2004, 2.3.2.1.4"),
        _of("state_nrw", "1", ("Traffic state, NRW", "Verkehrszustand nach NRW"), _STATES, "DUAStNRWFs"),
        _of(
            "state_rds", "1", ("Traffic state, RDS", "Verkehrszustand nach RDS"), _STATES, "RdsStoerfallIndikator 2015"
        ),
        _of(
            "state_datex",
            "1",
            ("Traffic status, DATEX II", "Verkehrsstatus nach DATEX II"),
            "processing.kernels.congestion.datex_status",
            "DATEX II v3, TrafficStatusEnum",
        ),
    ),
)
