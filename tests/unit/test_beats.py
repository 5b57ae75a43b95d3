"""Sums of the pulse against a slow oracle, and quantiles against the readings themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emscher.latency import BUCKETS, EDGES_S, quantile_s
from emscher.payload import readable
from ingest.beats import STORED, order, summed

READINGS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 20)), max_size=40)


@given(READINGS, st.dictionaries(st.integers(1, 4), st.integers(0, 20)))
def test_order_is_what_a_loop_finds(readings: list[tuple[int, int]], known: dict[int, int]) -> None:
    """Out of order, repeated and newest are what looking at one reading after the other gives."""
    newest = dict(known)
    expected = []
    for sensor, second in readings:
        before = newest.get(sensor)
        expected.append((before is not None and second < before, second == before))
        newest[sensor] = second if before is None else max(before, second)
    sensors, seconds = np.array(readings, np.int64).reshape(-1, 2).T
    outs, repeats, now_us = order(sensors, seconds * 1_000_000, {key: one * 1_000_000 for key, one in known.items()})
    assert list(zip(outs.tolist(), repeats.tolist(), strict=True)) == expected
    assert now_us == {key: one * 1_000_000 for key, one in newest.items()}


def test_sums_are_per_sensor_and_hour() -> None:
    """Readings of one sensor in two hours of receipt, and of another, are three rows in order."""
    hour_us = 3_600_000_000
    sensors = np.array([7, 3, 7, 7])
    at_us = np.array([10, 20, hour_us + 30, 40])
    sums = summed(
        sensors, at_us, at_us - np.array([2, 3, 4, -1]) * 1_000_000, np.full(4, STORED), sensors == 7, sensors == 3
    )
    assert sums.sensors.tolist() == [3, 7, 7]
    assert sums.hours_us.tolist() == [0, 0, hour_us]
    assert sums.readings.tolist() == [1, 2, 1]
    assert sums.out_of_order.tolist() == [0, 2, 1]
    assert sums.repeated.tolist() == [1, 0, 0]
    assert sums.latency_sum_s.tolist() == [3, 1, 4]
    assert sums.latency_min_s.tolist() == [3, -1, 4]
    assert sums.latency_max_s.tolist() == [3, 2, 4]
    assert sums.counts.sum(axis=1).tolist() == [1, 2, 1]
    assert (sums.first_us.tolist(), sums.last_us.tolist()) == ([20, 10, hour_us + 30], [20, 40, hour_us + 30])


@given(
    st.lists(st.floats(-1e5, 1e9), min_size=1, max_size=50),
    st.floats(0.01, 1),
)
def test_quantile_is_exact_to_its_bucket(latencies_s: list[float], share: float) -> None:
    """The quantile lies in the bucket of the reading it stands for, and between the extremes."""
    counts = np.bincount(np.searchsorted(EDGES_S, latencies_s, side="right"), minlength=BUCKETS)
    found_s = quantile_s(counts.tolist(), share, min(latencies_s), max(latencies_s))
    true_s = float(np.quantile(latencies_s, share, method="inverted_cdf"))
    bucket = int(np.searchsorted(EDGES_S, true_s, side="right"))
    assert min(latencies_s) <= found_s <= max(latencies_s)
    assert bucket == 0 or found_s >= EDGES_S[bucket - 1]
    assert bucket == len(EDGES_S) or found_s <= EDGES_S[bucket]


@pytest.mark.parametrize(
    ("payload", "shown"), [(None, (None, None)), (b"{}", ("{}", None)), (b"\xffA", (None, "/0E=")), (b"", ("", None))]
)
def test_payload_is_readable_without_loss(payload: bytes | None, shown: tuple[str | None, str | None]) -> None:
    """What is UTF-8 stands as text, anything else as base64, nothing as neither."""
    assert readable(payload) == shown
