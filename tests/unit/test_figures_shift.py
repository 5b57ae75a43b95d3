"""Carbon-aware shifting: the day that runs otherwise, days that are not known, summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from processing.figures.period import period
from processing.figures.shift import Job, Step, figures

BERLIN = "Europe/Berlin"
JOB = Job(18, 4, 4.0)
NEXT_YEAR = datetime(2027, 6, 1, tzinfo=UTC)


def _steps(since: datetime, hours: int) -> list[Step]:
    """Hours whose intensity is 100 g/kWh from 9 to 13 o'clock UTC, else 200."""
    moments = [since + timedelta(hours=one) for one in range(hours)]
    return [Step(at, 3600, 100.0 if 9 <= at.hour < 13 else 200.0, "grid") for at in moments]


def test_every_day_of_a_month_saves_half() -> None:
    """4 kWh at 200 g/kWh on 30 days are 24 kg; at the best time 12."""
    june = period("2026-06", BERLIN)
    found = figures(_steps(june.since, 720), JOB, june, NEXT_YEAR, 90)
    assert {name: one.value for name, one in found.items()} == {
        "shift_base_kg": pytest.approx(24),
        "shift_best_kg": pytest.approx(12),
        "shift_saved_kg": pytest.approx(12),
        "shift_saved_ratio": pytest.approx(0.5),
    }
    assert {one.state for one in found.values()} == {"ok"}
    assert "on 30 days" in found["shift_base_kg"].sources[0]


def test_unknown_days_are_left_out_and_said() -> None:
    """A day with a missing step is no day; below 90 % of them there is no value, and without any it is named."""
    june = period("2026-06", BERLIN)
    steps = _steps(june.since, 720)
    one_short = figures(steps[1:], JOB, june, NEXT_YEAR, 90)
    assert one_short["shift_base_kg"].value == pytest.approx(29 * 0.8)
    assert one_short["shift_base_kg"].completeness_pct == pytest.approx(100 * 29 / 30)
    week = figures(steps[: 7 * 24], JOB, june, NEXT_YEAR, 90)
    assert {(one.value, one.state) for one in week.values()} == {(None, "incomplete")}
    nothing = figures([], JOB, june, NEXT_YEAR, 90)
    assert {(one.value, one.state) for one in nothing.values()} == {(None, "no_data")}
    assert nothing["shift_saved_ratio"].unit == "1"


def test_days_of_23_and_25_hours_have_their_own_evening() -> None:
    """In March and October 18 o'clock is 18 o'clock of the city; a running month is interim."""
    for name, hours in (("2026-03", 743), ("2026-10", 745)):
        month = period(name, BERLIN)
        found = figures(_steps(month.since, hours), JOB, month, NEXT_YEAR, 90)
        assert found["shift_base_kg"].value == pytest.approx(31 * 0.8)
    june = period("2026-06", BERLIN)
    running = figures(_steps(june.since, 720), JOB, june, datetime(2026, 6, 11, tzinfo=UTC), 90)
    assert running["shift_base_kg"].state == "interim"
    assert running["shift_base_kg"].value == pytest.approx(10 * 0.8)


@pytest.mark.parametrize(("begin", "hours"), [(21, 4), (0, 25), (5, 0)])
def test_job_over_midnight_is_refused(begin: int, hours: int) -> None:
    """What does not end on its day has no best time within it."""
    with pytest.raises(ValueError, match="on the day"):
        Job(begin, hours, 1.0)
