"""Examples of answers, one for each route; a test holds them against the shapes."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

STREAMS: Example = {
    "data": [
        {
            "name": "traffic",
            "title_en": "Traffic detectors",
            "title_de": "Verkehrsdetektoren",
            "topic": "emscher/traffic/<sensor key>",
            "open": True,
            "retention_days": 30,
            "fields": [
                {
                    "name": "speed_kmh",
                    "unit": "km/h",
                    "description": "Arithmetic mean speed",
                    "required": False,
                    "type": "number",
                    "minimum": 0,
                    "maximum": 300,
                    "values": None,
                }
            ],
            "families": ["traffic"],
        }
    ]
}

_SITE: Example = {
    "key": "wall-01",
    "kind": "junction",
    "name": "Südwall / Hansastraße",
    "longitude": 7.46342,
    "latitude": 51.51089,
    "metadata": {"road": "Wallring", "speed_limit_kmh": 50},
}

SITES: Example = {"units": {"longitude": "deg", "latitude": "deg"}, "as_of": None, "next": None, "data": [_SITE]}

_SENSOR: Example = {
    "key": "wall-07.d01",
    "stream": "traffic",
    "site": "wall-07",
    "configured": True,
    "longitude": 7.45618,
    "latitude": 51.5138,
    "metadata": {"lane": 1, "direction": "N"},
}

SENSORS: Example = {"units": {"longitude": "deg", "latitude": "deg"}, "as_of": None, "next": None, "data": [_SENSOR]}

SENSOR: Example = {"units": {"longitude": "deg", "latitude": "deg"}, "data": _SENSOR}


def geojson(example: Example) -> Example:
    """Turn an example of places into the GeoJSON of the same places."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": place["key"],
                "geometry": {"type": "Point", "coordinates": [place["longitude"], place["latitude"]]},
                "properties": {name: place[name] for name in place if name not in ("longitude", "latitude")},
            }
            for place in example["data"]
        ],
    }


_READING: Example = {
    "sensor": "wall-07.d01",
    "site": "wall-07",
    "observed_at": "2026-05-04T06:00:00Z",
    "simulated": False,
    "interval_s": 60,
    "count": 8,
    "heavy_count": 0,
    "occupancy_pct": 6.6,
    "speed_kmh": 45.7,
    "car_speed_kmh": 45.7,
    "heavy_speed_kmh": None,
    "gap_s": None,
    "speed_std_kmh": None,
    "status": {"heavy_speed_kmh": "not_determinable"},
}

_READING_UNITS = {
    "interval_s": "s",
    "count": "veh",
    "heavy_count": "veh",
    "occupancy_pct": "%",
    "speed_kmh": "km/h",
    "car_speed_kmh": "km/h",
    "heavy_speed_kmh": "km/h",
    "gap_s": "s",
    "speed_std_kmh": "km/h",
}

READINGS: Example = {
    "units": _READING_UNITS,
    "as_of": "2026-05-04T06:00:00Z",
    "next": "/v1/readings/traffic?limit=1"
    "&from=2026-05-04T06:00:00Z&to=2026-05-04T07:00:00Z&after=WzE3Nzc4NzQ0MDAwMDAwMDAsMV0",
    "stream": "traffic",
    "data": [_READING],
}

READINGS_CSV = (
    "sensor,site,observed_at,simulated,interval_s,count\r\nwall-07.d01,wall-07,2026-05-04T06:00:00Z,false,60,8\r\n"
)

LATEST: Example = {
    "units": {"traffic": _READING_UNITS},
    "as_of": "2026-05-04T06:00:00Z",
    "next": None,
    "data": [{"stream": "traffic", **_READING}],
}

LATEST_CSV = (
    "stream,sensor,site,observed_at,simulated,count\r\ntraffic,wall-07.d01,wall-07,2026-05-04T06:00:00Z,false,8\r\n"
)

CATALOGUE: Example = {
    "data": [
        {
            "name": "traffic",
            "title_en": "Traffic per lane",
            "title_de": "Verkehr je Fahrstreifen",
            "width_s": 60,
            "buckets": ["base", "15min", "1h", "1d"],
            "open_buckets": ["base", "15min", "1h", "1d"],
            "published_per": "sensor",
            "indicators": [
                {
                    "column": "flow_veh_h",
                    "unit": "veh/h",
                    "name_en": "Flow",
                    "name_de": "Verkehrsstärke",
                    "kernel": "processing.kernels.lane.lanes",
                    "source": "MARZ; DUA AggregationsFsOderVmq",
                    "status": "verified",
                    "priority": "must",
                    "inputs": ["traffic"],
                    "window": "60 s, 3600 s back",
                }
            ],
        }
    ]
}

INDICATORS: Example = {
    "units": {"flow_veh_h": "veh/h", "heavy_share_pct": "%", "speed_kmh": "km/h", "covered_s": "s"},
    "as_of": "2026-05-04T06:00:00Z",
    "next": None,
    "family": "traffic",
    "bucket": "1h",
    "published": False,
    "data": [
        {
            "sensor": "wall-07.d01",
            "site": "wall-07",
            "window_start": "2026-05-04T06:00:00Z",
            "simulated": False,
            "flow_veh_h": 480.0,
            "heavy_share_pct": 4.2,
            "speed_kmh": 46.1,
            "covered_s": 3600.0,
        }
    ],
}

INDICATORS_CSV = (
    "sensor,site,window_start,simulated,flow_veh_h\r\nwall-07.d01,wall-07,2026-05-04T06:00:00Z,false,480.0\r\n"
)

ACCOUNTS: Example = {
    "units": {"received": "1", "stored": "1", "duplicate": "1", "rejected": "1", "mended": "1"},
    "as_of": "2026-05-04T06:00:00Z",
    "next": None,
    "bucket": "hour",
    "data": [
        {
            "bucket_start": "2026-05-04T06:00:00Z",
            "stream": "traffic",
            "received": 3612,
            "stored": 3600,
            "duplicate": 11,
            "rejected": 1,
            "mended": 0,
            "balanced": True,
        }
    ],
}

ACCOUNTS_CSV = (
    "bucket_start,stream,received,stored,duplicate,rejected,mended,balanced\r\n"
    "2026-05-04T06:00:00Z,traffic,3612,3600,11,1,0,true\r\n"
)

WLAN_PROFILE: Example = {
    "units": {
        "weekday": "1",
        "hour": "h",
        "clients_concurrent_avg": "devices",
        "clients_concurrent_max": "devices",
        "volume_bytes": "By",
        "shown_hours": "h",
        "suppressed_hours": "h",
    },
    "as_of": None,
    "next": None,
    "data": [
        {
            "site": "market",
            "weekday": 6,
            "hour": 14,
            "simulated": False,
            "clients_concurrent_avg": 212.0,
            "clients_concurrent_max": 340.0,
            "volume_bytes": 18_400_000_000.0,
            "shown_hours": 11,
            "suppressed_hours": 0,
        }
    ],
}

WLAN_PROFILE_CSV = (
    "site,weekday,hour,simulated,clients_concurrent_avg,clients_concurrent_max,volume_bytes,shown_hours,suppressed_hours"
    "\r\nmarket,6,14,false,212.0,340.0,18400000000.0,11,0\r\n"
)

HEALTH: Example = {
    "units": {
        "readings": "1",
        "refused": "1",
        "in_future": "1",
        "too_old": "1",
        "latency_min_s": "s",
        "latency_p50_s": "s",
        "latency_p95_s": "s",
        "latency_max_s": "s",
        "latency_mean_s": "s",
        "clock_ahead_at_least_s": "s",
        "clock_behind_at_most_s": "s",
        "out_of_order_pct": "%",
        "repeated_pct": "%",
        "missing_share_pct": "%",
        "expected_interval_s": "s",
    },
    "as_of": "2026-05-04T07:59:02.5Z",
    "next": None,
    "sensor": "wall-07.d01",
    "stream": "traffic",
    "bucket": "all",
    "since": "2026-05-03T08:00:00Z",
    "until": "2026-05-04T08:00:00Z",
    "missing_share_pct": 0.35,
    "expected_interval_s": 60.0,
    "missing_basis": "interval_s of the readings",
    "data": [
        {
            "bucket_start": "2026-05-03T08:00:00Z",
            "readings": 1435,
            "refused": 2,
            "in_future": 2,
            "too_old": 0,
            "latency_min_s": -421.3,
            "latency_p50_s": 1.4,
            "latency_p95_s": 1.9,
            "latency_max_s": 64.2,
            "latency_mean_s": 1.7,
            "clock_ahead_at_least_s": 421.3,
            "clock_behind_at_most_s": 0.0,
            "out_of_order_pct": 0.1,
            "repeated_pct": 0.0,
            "first_received_at": "2026-05-03T08:01:01.4Z",
            "last_received_at": "2026-05-04T07:59:02.5Z",
        }
    ],
}

THRESHOLDS: Example = {
    "units": {},
    "as_of": None,
    "next": None,
    "data": [
        {
            "name": "wlan_smallest_count",
            "scope": "",
            "value": 5,
            "unit": "devices",
            "valid_from": "2000-01-01",
            "valid_to": None,
            "source": "Own rule",
            "status": "secondary",
        }
    ],
}

EMISSION_FACTORS: Example = {
    "units": {"year": "a", "vintage": "a", "g_per_kwh": "g/kWh"},
    "as_of": None,
    "next": None,
    "data": [
        {
            "energy_source": "electricity mix",
            "year": 2023,
            "vintage": 2024,
            "g_per_kwh": 386.0,
            "gas": "CO2",
            "upstream_included": False,
            "status": "example",
            "source": "where the figure was published",
        }
    ],
}

ALIVE: Example = {"status": "alive"}

READY: Example = {"status": "ready", "database": "answers", "schema": "8 migrations of timescaledb, up to date"}

METRICS = '# TYPE api_requests_total counter\napi_requests_total{method="GET",route="/v1/sites",status="200"} 3.0\n'
