"""Cursors: opaque, and refused where they are not ours."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursor import Place, decode
from api.problem import ProblemError


@given(
    time=st.datetimes(timezones=st.just(UTC)),
    number=st.integers(0, 2**31 - 1),
    name=st.text(max_size=20).filter(lambda one: one.isprintable()),
)
def test_cursor_comes_back_as_it_went(time: datetime, number: int, name: str) -> None:
    """A place is the same after being written and read."""
    place = Place(time, (number, name))
    assert decode(place.encode(), [int, str]) == place


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "ä",
        "!!!!",
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b'[1,"a"]').decode(),
        base64.urlsafe_b64encode(b"[1,2,3]").decode(),
        base64.urlsafe_b64encode(b"[99999999999999999999,2]").decode(),
        base64.urlsafe_b64encode(b"[9223372036854775807,2]").decode(),
    ],
)
def test_foreign_cursor_is_refused(after: str) -> None:
    """What is no cursor of the route is a bad parameter, not a fault."""
    with pytest.raises(ProblemError) as caught:
        decode(after, [int])
    assert set(caught.value.errors) == {"after"}


def test_no_cursor_is_the_first_page() -> None:
    """Without a cursor there is no place."""
    assert decode(None, [int]) is None
