"""Taking messages apart: the quick look at a reading's times says what the exact one says."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from readings import RECEIVED_AT, message

from emscher.settings import load
from emscher.stream import SECOND_US
from emscher.streams import streams
from ingest.batch import Batch, Decoder

NOW_US = round(RECEIVED_AT.timestamp() * SECOND_US)
KEPT_S = streams()["traffic"].keep_days * 86_400


@given(
    st.one_of(st.integers(-5, 5), st.integers(86_395, 86_405), st.integers(KEPT_S + 295, KEPT_S + 305)),
    st.sampled_from([1, 2, 60, 86_399, 86_400]),
)
def test_a_reading_is_refused_exactly_at_its_bounds(past_oldest_s: int, interval_s: int) -> None:
    """Readings may begin when retention does and end as far ahead of the clock as the settings allow, to the second."""
    settings = load({})
    end = RECEIVED_AT - timedelta(seconds=KEPT_S - past_oldest_s)
    messages = [message("traffic", "b.1", {"end": end.isoformat(), "interval_s": interval_s})]
    batch = Decoder(settings).decode(messages, NOW_US, Batch())
    expected = interval_s <= past_oldest_s <= KEPT_S + settings.ingest_ahead_s
    assert (len(batch.checked["traffic"]), len(batch.rejected)) == (int(expected), int(not expected))
