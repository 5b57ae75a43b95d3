"""Streams: what is decoded, what is refused, and why."""

import msgspec
import pytest

from emscher.rejection import Reason, RejectedError
from emscher.stream import Reading
from emscher.streams import streams

END = '"end":"2026-01-05T07:01:00Z","interval_s":60'


def _decode(stream: str, payload: bytes | str) -> list[Reading | RejectedError]:
    content = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload
    return list(streams()[stream].decode(content))


def _reason(stream: str, payload: bytes | str) -> tuple[Reason, str]:
    (one,) = _decode(stream, payload)
    assert isinstance(one, RejectedError)
    return one.reason, one.detail


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("", Reason.MALFORMED),
        ("{" + END, Reason.MALFORMED),
        (b"\xff\xfe", Reason.MALFORMED),
        ("{" + END + ',"speed_kmh":NaN}', Reason.MALFORMED),
        ("[]", Reason.EMPTY),
        ("null", Reason.WRONG_TYPE),
        ("{}", Reason.MISSING_FIELD),
        ('{"end":"2026-01-05T07:01:00","interval_s":60}', Reason.WRONG_TYPE),
        ('{"end":"yesterday","interval_s":60}', Reason.WRONG_TYPE),
        ("{" + END + ',"count":"many"}', Reason.WRONG_TYPE),
        ("{" + END + ',"count":1.5}', Reason.WRONG_TYPE),
        ("{" + END + ',"count":-1}', Reason.OUT_OF_RANGE),
        ("{" + END + ',"speed_kmh":1e400}', Reason.OUT_OF_RANGE),
        ("{" + END + ',"occupancy_pct":100.1}', Reason.OUT_OF_RANGE),
        ("{" + END + ',"count":99999999999999999999999999}', Reason.OUT_OF_RANGE),
        ("{" + END + ',"status":{"count":"odd"}}', Reason.OUT_OF_RANGE),
        ("{" + END + ',"colour":"red"}', Reason.UNKNOWN_FIELD),
        ("{" + END + ',"speed_mph":30}', Reason.WRONG_UNIT),
        ("{" + END + ',"occupancy_ratio":0.3}', Reason.WRONG_UNIT),
        ("{" + END + ',"count":1,"heavy_count":2}', Reason.INCONSISTENT),
        ("{" + END + ',"count":3,"van_count":2,"bus_count":2}', Reason.INCONSISTENT),
        ("{" + END + ',"van_count":-1}', Reason.OUT_OF_RANGE),
        ("{" + END + ',"count":1,"status":{"count":"faulty"}}', Reason.INCONSISTENT),
        ("[" * 100_000, Reason.TOO_DEEP),
        ("[" * 100_000 + "]" * 100_000, Reason.TOO_DEEP),
        ('[{"x":' + "[" * 100_000 + "]" * 100_000 + "}]", Reason.TOO_DEEP),
    ],
)
def test_bad_payload_is_refused_with_its_reason(payload: bytes | str, reason: Reason) -> None:
    """Each kind of bad payload is refused with the reason that names it."""
    assert _reason("traffic", payload)[0] is reason


def test_wrong_unit_names_the_right_one() -> None:
    """A field in another unit is refused with the field and unit the stream takes."""
    assert _reason("traffic", "{" + END + ',"speed_mph":30}')[1] == "`speed_mph`: this stream takes `speed_kmh` in km/h"


def test_misspelt_field_is_named_with_its_neighbour() -> None:
    """A misspelt field is refused with the field that was probably meant."""
    assert "perhaps `heavy_count`" in _reason("traffic", "{" + END + ',"heavycount":3}')[1]


def test_neighbours_of_a_bad_reading_are_kept() -> None:
    """In an array one bad reading is refused alone, with its own bytes."""
    good = "{" + END + "}"
    bad = "{" + END + ',"count":"x"}'
    decoded = _decode("traffic", f"[{good},{bad},{good}]")
    assert [isinstance(one, RejectedError) for one in decoded] == [False, True, False]
    refused = decoded[1]
    assert isinstance(refused, RejectedError)
    assert refused.part == bad.encode()


def test_private_stream_keeps_no_detail() -> None:
    """What is refused of a private stream leaves no trace of its content in the detail."""
    payload = '{"end":"2026-01-05T07:15:00Z","interval_s":900,"mac":"aa:bb:cc:dd:ee:ff"}'
    reason, detail = _reason("wlan", payload)
    assert reason is Reason.UNKNOWN_FIELD
    assert "mac" not in detail


@pytest.mark.parametrize("interval_s", [60, 300, 899, 901, 1800, 3600])
def test_wlan_takes_only_quarter_hours(interval_s: int) -> None:
    """An access point's interval that is no quarter hour is refused."""
    assert _reason("wlan", f'{{"end":"2026-01-05T07:15:00Z","interval_s":{interval_s}}}')[0] is Reason.INCONSISTENT


def test_wlan_takes_only_quarter_hours_of_the_clock() -> None:
    """Quarter hours that overlap those of the clock are refused, so that their differences tell nothing."""
    assert _reason("wlan", '{"end":"2026-01-05T07:16:00Z","interval_s":900}')[0] is Reason.INCONSISTENT


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_edge_of_the_calendar_decode(moment: str) -> None:
    """Times that overflow the calendar in UTC decode; whoever reads them meets an error or a strange number."""
    (one,) = _decode("traffic", f'{{"end":"{moment}","interval_s":60}}')
    assert isinstance(one, Reading)


def test_status_packs_two_bits_per_value() -> None:
    """The status of each value stands in its own two bits."""
    (one,) = _decode("traffic", "{" + END + ',"status":{"count":"faulty","speed_kmh":"not_determinable"}}')
    assert getattr(one, "status_bits", None) == 2 | 1 << 6


def test_interval_is_stored_under_its_start() -> None:
    """A reading of an interval is observed at the interval's start."""
    (one,) = _decode("traffic", "{" + END + "}")
    assert isinstance(one, Reading)
    assert one.latest_at_us - one.observed_at_us == 60_000_000


@pytest.mark.parametrize(
    ("payload", "code", "parameter"),
    [('"code":82,"parameter":5', 82, 5), ('"signal_group":3,"state":"red_amber"', 1004, 3)],
)
def test_signal_takes_events_and_states(payload: str, code: int, parameter: int) -> None:
    """An event keeps its code; a state becomes a code above 1000 with the signal group as parameter."""
    (one,) = _decode("signal", f'{{"time":"2026-01-05T07:01:00.1Z",{payload}}}')
    assert isinstance(one, Reading)
    assert streams()["signal"].row(one)[2:] == (code, parameter)


@pytest.mark.parametrize(
    "payload", ['"code":82', '"state":"red"', '"code":1,"parameter":2,"state":"red"', '"parameter":1']
)
def test_half_an_event_is_refused(payload: str) -> None:
    """A signal reading is one event: not half of one, not two."""
    assert _reason("signal", f'{{"time":"2026-01-05T07:01:00Z",{payload}}}')[0] is Reason.INCONSISTENT


def test_reading_survives_its_own_encoding() -> None:
    """A decoded reading, encoded again as the quarantine does, decodes to itself."""
    (one,) = _decode("traffic", "{" + END + ',"count":3,"speed_kmh":48.5,"simulated":true}')
    assert _decode("traffic", msgspec.json.encode(one)) == [one]
