"""The 43 indicators that a traffic centre expects and where the catalogue has each; as a program it prints them."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from processing.catalog import catalog
from processing.family import Priority


@dataclass(frozen=True, slots=True)
class Expected:
    """An indicator of the field, the names it has in the catalogue, and what is missing or stands elsewhere."""

    number: int
    name: str
    priority: Priority
    found: tuple[str, ...]
    remark: str = ""


def _row(number: int, name: str, priority: Priority, found: str = "", remark: str = "") -> Expected:
    return Expected(number, name, priority, tuple(found.split()), remark)


TABLE = (
    _row(1, "flow", "must", "traffic.flow_veh_h lane_state.flow_veh_h cross_section.flow_veh_h"),
    _row(2, "occupancy", "must", "traffic.occupancy_pct lane_state.occupancy_pct cross_section.occupancy_pct"),
    _row(3, "mean speed", "must", "traffic.speed_kmh lane_state.speed_kmh cross_section.speed_kmh"),
    _row(4, "space mean speed", "must", "cross_section.space_mean_speed_kmh", "of the lanes' means"),
    _row(5, "density", "must", "traffic.density_veh_km lane_state.density_veh_km cross_section.density_veh_km"),
    _row(6, "heavy share", "must", "traffic.heavy_share_pct cross_section.heavy_share_pct"),
    _row(7, "flow and density in car units", "must", "cross_section.pcu_flow_pcu_h cross_section.pcu_density_pcu_km"),
    _row(
        8,
        "vehicle classes 8+1",
        "must",
        "vehicle_class.motorcycle_veh_h vehicle_class.passenger_car_veh_h vehicle_class.van_veh_h"
        " vehicle_class.car_trailer_veh_h vehicle_class.truck_veh_h vehicle_class.truck_trailer_veh_h"
        " vehicle_class.articulated_veh_h vehicle_class.bus_veh_h vehicle_class.unclassified_veh_h"
        " vehicle_class.light_veh_h vehicle_class.heavy_veh_h",
        "where a detector tells them apart",
    ),
    _row(9, "single-loop speed", "should", "lane_state.speed_method", "its speed is lane_state.speed_kmh"),
    _row(10, "time gap, spread of speeds", "should", "lane_quality.gap_s lane_quality.speed_std_kmh"),
    _row(11, "plausibility", "must", "lane_state.fault_bits lane_state.flow_status lane_state.speed_status"),
    _row(
        12,
        "availability and trust",
        "must",
        "lane_quality.sound_ratio lane_quality.valid availability.failure_ratio availability.trusted",
    ),
    _row(
        13,
        "detector health by daily statistics",
        "should",
        remark="limits are of 30 s samples from 5 to 22 h and nobody verified them, nor the classes of the entropy",
    ),
    _row(14, "substitution", "must", "lane_state.substitution lane_state.quality_ratio"),
    _row(15, "long-term drift", "should", "virtual_section.deviation_pct"),
    _row(
        16,
        "smoothed values and short forecast",
        "must",
        "lane_state.flow_smoothed_veh_h lane_state.speed_smoothed_kmh lane_state.flow_forecast_veh_h"
        " lane_state.speed_forecast_kmh cross_section.flow_forecast_veh_h cross_section.speed_forecast_kmh",
    ),
    _row(17, "traffic state, MARZ", "must", "lane_state.state_marz cross_section.state_marz"),
    _row(18, "traffic state, NRW and RDS", "must", "cross_section.state_nrw cross_section.state_rds"),
    _row(19, "traffic status, DATEX II", "must", "lane_state.state_datex cross_section.state_datex"),
    _row(20, "degree of saturation", "must", "approach.saturation_ratio approach.capacity_veh_h"),
    _row(21, "control delay", "must", "approach.control_delay_hcm_s approach.control_delay_hbs_s"),
    _row(22, "level of service, HCM", "should", "approach.los"),
    _row(23, "level of service, HBS", "must", "approach.qsv approach.pedestrian_qsv", "without public transport"),
    _row(
        24,
        "level of service of a road",
        "should",
        "peak_hour.street_qsv peak_hour.lane_density_veh_km",
        "main streets; motorways are graded by saturation, and no description says their capacity",
    ),
    _row(25, "Webster's cycle and splits", "must", "approach.advised_cycle_s approach.advised_green_s"),
    _row(
        26,
        "facts of the signal plan",
        "must",
        "signal.cycle_s signal.green_ratio signal.amber_s signal.red_amber_s signal.green_min_s signal.violation_count",
    ),
    _row(27, "arrivals on green", "must", "approach.arrivals_on_green_ratio approach.platoon_ratio"),
    _row(
        28,
        "split failures",
        "must",
        "approach.green_occupancy_ratio approach.red_occupancy_ratio approach.split_failure_count",
    ),
    _row(29, "green utilisation", "must", "approach.green_utilisation_ratio"),
    _row(30, "coordination diagram", "should", remark="points at /v1/sensors/{key}/coordination, no number"),
    _row(31, "phase termination", "should", "signal.gap_out_count signal.max_out_count signal.force_off_count"),
    _row(
        32,
        "actuations on amber and red",
        "should",
        "approach.amber_actuation_count approach.red_actuation_count approach.severe_red_actuation_count",
    ),
    _row(33, "approach delay", "must", "approach.approach_delay_s"),
    _row(34, "pedestrian delay", "should", "approach.pedestrian_delay_s approach.pedestrian_delay_max_s"),
    _row(35, "queue", "should", "approach.queue_max_veh approach.queue_storage_ratio", "vehicles; not Liu's metres"),
    _row(
        36,
        "travel time and its indices",
        "must",
        "section.travel_time_s section.free_travel_time_s section.travel_time_index_ratio"
        " section.planning_time_index_ratio section.buffer_index_ratio",
    ),
    _row(37, "congestion index", "should", "section.congestion_index_ratio", "by section; none of the whole network"),
    _row(
        38,
        "fundamental diagram of a network",
        "should",
        remark="indicators are computed site by site, and no description says which lanes of what length are a network",
    ),
    _row(39, "incidents, California", "should", "incident.state_california_7 incident.state_california_8"),
    _row(
        40,
        "incidents, McMaster and others",
        "later",
        remark="their regions are calibrated per station with marked incidents, of which there are none",
    ),
    _row(41, "anomaly", "should", "forecast.anomaly_score"),
    _row(
        42,
        "forecast of 5 to 60 minutes",
        "must",
        "forecast.forecast_5min_veh_h forecast.forecast_15min_veh_h forecast.forecast_30min_veh_h"
        " forecast.forecast_60min_veh_h forecast.error_5min_veh_h forecast.error_60min_veh_h",
    ),
    _row(
        43,
        "daily traffic, peak hour and its factor",
        "should",
        "peak_hour.flow_veh_h peak_hour.peak_hour_factor_ratio peak_hour.quarter_flow_max_veh_h traffic.flow_veh_h",
        "daily traffic is 24 times the flow of a day; no mean of working days, which wants a calendar of holidays",
    ),
)

ROWS = pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row.number))


def test_every_number_is_there_once() -> None:
    """The table has the numbers 1 to 43."""
    assert [row.number for row in TABLE] == list(range(1, 44))


@ROWS
def test_names_are_in_the_catalogue(row: Expected) -> None:
    """Each name is one of the catalogue; what has none says why, and nothing that must be there has none."""
    known = {entry.name for entry in catalog()}
    assert [name for name in row.found if name not in known] == []
    assert row.found or row.remark
    assert row.found or row.priority != "must"


@ROWS
def test_what_must_be_there_is_a_must(row: Expected) -> None:
    """The catalogue gives what a traffic centre must have that priority."""
    priority = {entry.name: entry.indicator.priority for entry in catalog()}
    if row.priority == "must":
        assert {priority[name] for name in row.found} == {"must"}


if __name__ == "__main__":
    for one in TABLE:
        names = ", ".join(one.found) or "-"
        sys.stdout.write(f"{one.number:2} {one.name}: {names}{f' ({one.remark})' if one.remark else ''}\n")
