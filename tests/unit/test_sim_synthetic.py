"""The readings of the pretend city."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from emscher.stream import Reading
from emscher.streams import streams
from simulators import events, scenery
from simulators.lanes import Lanes
from simulators.reboots import LENGTH_MINUTES, Reboots
from simulators.synthetic import Source, sources

DAY_S = 86_400
WEDNESDAY_S = int(datetime.fromisoformat("2026-07-15T00:00:00Z").timestamp())
SUNDAY_S = WEDNESDAY_S + 4 * DAY_S
# The night in which the clocks are put back.
OCTOBER_S = int(datetime.fromisoformat("2026-10-25T00:00:00Z").timestamp())
STREAMS = ("traffic", "signal", "wlan", "workload", "energy")

Series = dict[str, list[dict[str, Any]]]


def source(stream: str, seed: int = 1) -> Source:
    """Give a fresh generator of one stream."""
    return next(one for one in sources(scenery.load("dortmund"), seed) if one.stream == stream)


def series(stream: str, start_s: int, end_s: int, seed: int = 1) -> Series:
    """Give the readings of a range by sensor, from a fresh generator."""
    found: Series = defaultdict(list)
    for key, readings in source(stream, seed).readings(start_s, end_s):
        found[key] += readings
    return dict(found)


@cache
def wednesday(stream: str) -> Series:
    """Give a whole workday."""
    return series(stream, WEDNESDAY_S, WEDNESDAY_S + DAY_S)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("start_s", [WEDNESDAY_S, SUNDAY_S, OCTOBER_S])
def test_every_reading_of_a_day_is_accepted(stream: str, start_s: int) -> None:
    """Every reading of a day decodes without a rejection, says that it is simulated, and lies in its range."""
    for readings in series(stream, start_s, start_s + DAY_S).values():
        decoded = list(streams()[stream].decode(msgspec.json.encode(readings)))
        assert len(decoded) == len(readings)
        for one in decoded:
            assert isinstance(one, Reading), one
            assert one.simulated
            assert start_s * 1_000_000 < one.latest_at_us <= (start_s + DAY_S) * 1_000_000


@pytest.mark.parametrize("stream", STREAMS)
def test_the_same_seed_gives_the_same_day_however_it_is_cut(stream: str) -> None:
    """Minutes, odd pieces or a day at once, backwards or forwards: the readings are the same."""
    start_s, end_s = WEDNESDAY_S + 80_000, WEDNESDAY_S + DAY_S + 7_000
    whole = series(stream, start_s, end_s)
    cuts = [start_s, start_s + 61, start_s + 1_200, WEDNESDAY_S + DAY_S - 1, WEDNESDAY_S + DAY_S, end_s - 60, end_s]
    pieces: list[Series] = []
    generator = source(stream)
    for low, high in reversed(list(pairwise(cuts))):
        piece: Series = defaultdict(list)
        for key, readings in generator.readings(low, high):
            piece[key] += readings
        pieces.insert(0, piece)
    joined = {key: [one for piece in pieces for one in piece.get(key, [])] for key in whole}
    assert joined == whole


@pytest.mark.parametrize("stream", STREAMS)
def test_another_seed_gives_another_city(stream: str) -> None:
    """Two seeds do not give the same hour."""
    start_s = WEDNESDAY_S + 30_000
    assert series(stream, start_s, start_s + 3_600, seed=1) != series(stream, start_s, start_s + 3_600, seed=2)


@pytest.mark.parametrize("stream", STREAMS)
def test_readings_of_a_sensor_come_in_order_and_never_twice(stream: str) -> None:
    """Times of a sensor never go back, and no natural key comes twice."""
    described = streams()[stream]
    for readings in wednesday(stream).values():
        rows = [
            described.row(one) for one in described.decode(msgspec.json.encode(readings)) if isinstance(one, Reading)
        ]
        times = [row[0] for row in rows]
        assert times == sorted(times)
        where = [0, *(described.columns.index(name) for name in described.key)]
        assert len({tuple(row[place] for place in where) for row in rows}) == len(rows)


def test_a_day_has_as_many_readings_as_it_has_intervals() -> None:
    """A day is 1440 minutes for a lane, a meter and an application that is not rebooted, 96 quarter hours for WLAN."""
    for stream, count in (("traffic", 1440), ("energy", 1440), ("wlan", 96)):
        assert {len(readings) for readings in wednesday(stream).values()} == {count}
    assert {len(readings) for readings in wednesday("workload").values()} <= {1440, 1440 - LENGTH_MINUTES}


@pytest.mark.parametrize(
    ("stream", "field"), [("energy", "energy_wh"), ("workload", "cpu_s"), ("workload", "operations")]
)
def test_counters_fall_only_where_a_server_was_started_anew(stream: str, field: str) -> None:
    """Counters grow over midnight and the weekend as the power says, and begin at 0 with their server, at night."""
    kinds = {one.key: one.counter_kind for one in scenery.load("dortmund").meters}
    begun = 0
    for start_s in range(WEDNESDAY_S, WEDNESDAY_S + 28 * DAY_S, 7 * DAY_S):
        for key, readings in series(stream, start_s + 2 * DAY_S - 7_200, start_s + 3 * DAY_S + 7_200).items():
            for before, after in pairwise(readings):
                gained = after[field] - before[field]
                if gained < 0:
                    begun += 1
                    assert kinds.get(key, "resettable") == "resettable"
                    assert after[field] < 0.01 * before[field] + 60
                    assert "01:00" <= after["time"][11:16] <= "03:04"
                elif stream == "energy":
                    assert gained == pytest.approx(after["power_w"] / 60, abs=0.11)
    assert begun


def test_a_rebooted_server_says_nothing_and_its_counters_begin_anew() -> None:
    """Its applications are silent for some minutes together, and what they count afterwards is small."""
    plan = Reboots(1, "srv-b01")
    day = next(day for day in range(WEDNESDAY_S // DAY_S, WEDNESDAY_S // DAY_S + 60) if plan.on(day))
    found = series("workload", day * DAY_S, (day + 1) * DAY_S)
    silent = [key for key, readings in found.items() if len(readings) == 1440 - LENGTH_MINUTES]
    assert {"srv-b01.gis", "srv-b01.web"} <= set(silent)
    readings = found["srv-b01.gis"]
    at = plan.minute - 1
    moments = [datetime.fromisoformat(one["time"]) for one in readings[at : at + 2]]
    assert (moments[1] - moments[0]).total_seconds() == 60 * (LENGTH_MINUTES + 1)
    assert readings[at + 1]["cpu_s"] < 60 * 48 * (LENGTH_MINUTES + 1) < readings[at]["cpu_s"]
    assert plan.before(day + 1) == day
    assert day - plan.before(day) >= 28


def test_two_feeds_share_the_power_of_their_server() -> None:
    """Both meters of a server with two feeds show the same, and together no more than its peak."""
    first, second = (wednesday("energy")[f"rz-a.srv-a01.psu{number}"] for number in (1, 2))
    assert [one["power_w"] for one in first] == [one["power_w"] for one in second]
    assert 118 <= 2 * min(one["power_w"] for one in first) <= 2 * max(one["power_w"] for one in first) <= 437


def test_cooling_follows_the_outdoor_temperature() -> None:
    """A kilowatt hour of the servers takes more cooling in July than in January, and more by day than by night."""

    def effort(start_s: int, first: int, last: int) -> float:
        found = series("energy", start_s, start_s + DAY_S)
        spent, used = (sum(one["power_w"] for one in found[key][first:last]) for key in ("rz-a.cooling", "rz-a.ups"))
        return float(spent / used)

    july, january = WEDNESDAY_S, WEDNESDAY_S - 180 * DAY_S
    assert effort(july, 0, 1440) > 1.15 * effort(january, 0, 1440)
    assert effort(july, 12 * 60, 15 * 60) > effort(july, 60, 4 * 60)


def test_applications_do_not_use_more_cores_than_their_node_has() -> None:
    """The CPU time of a minute is at most that of all cores."""
    used: dict[tuple[str, str], float] = defaultdict(float)
    cores = {one.node: one.cores for one in scenery.load("dortmund").applications}
    for readings in wednesday("workload").values():
        for before, after in pairwise(readings):
            minutes = datetime.fromisoformat(after["time"]) - datetime.fromisoformat(before["time"])
            if after["cpu_s"] >= before["cpu_s"] and minutes.total_seconds() == 60:
                used[after["node"], after["time"]] += after["cpu_s"] - before["cpu_s"]
    assert all(0 <= seconds <= 60 * cores[node] for (node, _), seconds in used.items())


def test_power_usage_effectiveness_is_that_of_a_real_server_room() -> None:
    """Utility power is 1.2 to 1.8 times that of the servers, in summer and in winter, minute by minute."""
    meters = scenery.load("dortmund").meters
    for start_s in (WEDNESDAY_S, WEDNESDAY_S + 180 * DAY_S):
        found = series("energy", start_s, start_s + DAY_S)
        for room in ("rz-a", "rz-b"):
            nodes = [one.key for one in meters if one.site == room and one.measurement_point == "it_input"]
            for minute, utility in enumerate(found[f"{room}.utility"]):
                assert 1.2 <= utility["power_w"] / sum(found[key][minute]["power_w"] for key in nodes) <= 1.8


def test_servers_draw_between_idle_and_peak_power() -> None:
    """No node leaves its range, and an idle node draws about 0.27 of its peak."""
    for one in scenery.load("dortmund").meters:
        if one.measurement_point == "it_input" and one.feed_ratio == 1:
            powers = [reading["power_w"] for reading in wednesday("energy")[one.key]]
            assert one.idle_power_w <= min(powers)
            assert max(powers) <= one.peak_power_w
            assert one.idle_power_w / one.peak_power_w == pytest.approx(0.27, abs=0.01)


def test_the_sun_does_not_shine_at_night() -> None:
    """The solar plant gives nothing at local midnight and most of its day around noon."""
    powers = [one["power_w"] for one in wednesday("energy")["rz-b.solar"]]
    assert powers[22 * 60] == 0
    assert 500 < powers.index(max(powers)) < 900
    assert max(powers) < 9_800


def test_occupancy_flow_and_speed_of_a_lane_agree() -> None:
    """Occupancy is count x effective length / speed, with a length between a car's and a lorry's."""
    lengths = [
        one["occupancy_pct"] / 100 * 60 * one["speed_kmh"] / 3.6 / one["count"]
        for readings in wednesday("traffic").values()
        for one in readings
        if one["count"] >= 5 and one["occupancy_pct"] >= 5
    ]
    assert 6.3 < sum(lengths) / len(lengths) < 6.9
    assert min(lengths) > 5.5
    assert max(lengths) < 11.6


def test_no_vehicle_means_no_speed() -> None:
    """A minute without a vehicle has no speed, and says that it is not determinable."""
    empty = [one for readings in wednesday("traffic").values() for one in readings if not one["count"]]
    assert empty
    for one in empty:
        assert one["speed_kmh"] is None
        assert one["occupancy_pct"] == 0
        assert one["status"]["speed_kmh"] == "not_determinable"


def test_speed_falls_with_density() -> None:
    """The busiest minutes of a lane are slower than its quiet ones."""
    for key, readings in wednesday("traffic").items():
        counted = sorted((one["count"], one["speed_kmh"]) for one in readings if one["count"])
        few, many = counted[: len(counted) // 4], counted[-len(counted) // 20 :]
        assert sum(v for _, v in few) / len(few) > sum(v for _, v in many) / len(many), key


def test_workdays_have_two_peaks_and_sundays_none_in_the_morning() -> None:
    """At 07:30 local time more vehicles pass than at 04:00 or 10:00, on a Sunday fewer than at 15:00."""

    def hour(found: Series, first_minute: int) -> int:
        return sum(one["count"] for readings in found.values() for one in readings[first_minute : first_minute + 60])

    workday, sunday = wednesday("traffic"), series("traffic", SUNDAY_S, SUNDAY_S + DAY_S)
    # Local summer time is two hours ahead of UTC.
    assert hour(workday, 5 * 60 + 15) > max(hour(workday, 8 * 60), 4 * hour(workday, 2 * 60))
    assert hour(workday, 14 * 60 + 15) > hour(workday, 8 * 60)
    assert hour(sunday, 5 * 60 + 15) < hour(sunday, 13 * 60)


def test_signals_go_from_green_over_amber_to_red() -> None:
    """Each group's events follow one another as the plan says, with an amber of 3 or 4 s."""
    following: dict[str, dict[Any, Any]] = {
        "state": {"red": "red_amber", "red_amber": "green", "green": "amber", "amber": "red"},
        "code": {1: 7, 7: 8, 8: 9, 9: 10, 10: 11, 11: 1},
    }
    dialects = set()
    for readings in wednesday("signal").values():
        kind, group = ("state", "signal_group") if "state" in readings[0] else ("code", "parameter")
        dialects.add((kind, readings[0][group] is not None))
        last: dict[int, dict[str, Any]] = {}
        for one in readings:
            if one[kind] not in following[kind]:
                continue
            before = last.get(one[group])
            last[one[group]] = one
            if before is None:
                continue
            assert following[kind][before[kind]] == one[kind]
            passed = datetime.fromisoformat(one["time"]) - datetime.fromisoformat(before["time"])
            if one[kind] in {"red", 9}:
                assert passed.total_seconds() in {3.0, 4.0}
            if one[kind] in {"amber", 7}:
                assert 5 <= passed.total_seconds() < 80
    assert len(dialects) == 2


def test_green_varies_from_cycle_to_cycle_while_the_cycle_does_not() -> None:
    """The main stage of a junction begins every cycle_s seconds, and its green is not always the same."""
    controller = scenery.load("dortmund").controllers[0]
    events = [one for one in wednesday("signal")[controller.key] if one["parameter"] == controller.stages[0][0]]
    begin = [datetime.fromisoformat(one["time"]).timestamp() for one in events if one["code"] == 1]
    end = [datetime.fromisoformat(one["time"]).timestamp() for one in events if one["code"] == 7]
    assert {round(after - before, 1) for before, after in pairwise(begin)} == {controller.cycle_s}
    greens = {round(stop - min(begin, key=lambda start: abs(stop - start)), 1) for stop in end[1:100]}
    assert len(greens) > 10


def test_access_points_tell_totals_only() -> None:
    """No reading of an access point has a field beyond those of the stream, and uptime grows by a quarter hour."""
    allowed = {one.name for one in streams()["wlan"].fields}
    for readings in wednesday("wlan").values():
        for before, after in pairwise(readings):
            assert set(after) <= allowed
            if before["online"] and after["online"]:
                assert after["uptime_s"] - before["uptime_s"] == 900
                assert after["clients_avg"] <= after["clients_max"]


def test_a_match_fills_station_park_and_road() -> None:
    """On a Saturday with a home match more people and vehicles come than on the one after."""
    (match,) = (day for day in range(20_700, 20_714) if events.is_match_day(day))
    with_match, without = (
        {stream: series(stream, day * DAY_S, (day + 1) * DAY_S) for stream in ("wlan", "traffic")}
        for day in (match, match + 7)
    )

    def devices(found: dict[str, Series], zone: str, first: int, last: int) -> float:
        rows = [readings for key, readings in found["wlan"].items() if key.startswith(zone)]
        few, many = (
            sum(one.get("clients_avg", 0) for readings in rows for one in readings[low:high])
            for low, high in ((32, 40), (first, last))
        )
        return float(many / few)

    # The match begins at half past three local time, 13:30 UTC; each day is compared with its own morning.
    for zone, first, last in (("wlan-03", 44, 48), ("wlan-05", 47, 53)):
        assert devices(with_match, zone, first, last) > 1.2 * devices(without, zone, first, last)
    for road, more in (("b1-", 1.15), ("wall-", 0.0)):
        with_it, without_it = (
            sum(
                one["count"]
                for key, readings in found["traffic"].items()
                for one in readings[11 * 60 : 13 * 60]
                if key.startswith(road)
            )
            for found in (with_match, without)
        )
        assert with_it > more * without_it


def test_people_come_with_the_traffic() -> None:
    """How many vehicles a zone's junction had within the hour is near the usual, and moves its devices."""
    lanes = Lanes(scenery.load("dortmund").lanes, 1)
    day = WEDNESDAY_S // DAY_S
    share = lanes.activity("wall-01", day)
    assert share.shape == (96,)
    assert 0.5 < share[32:80].min() < share[32:80].max() < 1.6
    assert (lanes.activity("nowhere", day) == 1).all()


def test_the_city_does_not_exist_before_2020() -> None:
    """Counters have no value before the day on which they began."""
    with pytest.raises(ValueError, match="2020"):
        series("workload", 0, 60)
