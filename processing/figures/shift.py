"""Carbon-aware shifting: what a daily job saves over a period that may run at the cleanest time of its day.

References
----------
.. [1] Wiesner et al., "Let's wait awhile" (2021): a job of 4 h from 18:00 against the best block of the day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from processing.figures.figure import Figure, complete, missing, ratio
from processing.figures.period import Period
from processing.kernels.shift import gain

HOUR_S = 3600
NAMES = ("shift_base_kg", "shift_best_kg", "shift_saved_kg", "shift_saved_ratio")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of time with the grid's intensity [g/kWh]."""

    begin_at: datetime
    width_s: int
    g_per_kwh: float
    source: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job that runs every day: hour of the city at which it usually begins, its length [h] and energy [kWh]."""

    from_hour: int
    hours: int
    energy_kwh: float

    def __post_init__(self) -> None:
        """Refuse a job that does not end on the day it begins."""
        if self.hours < 1 or self.from_hour < 0 or self.from_hour + self.hours > 24:  # noqa: PLR2004 - hours of a day
            raise ValueError("the job must end on the day it begins")


def figures(steps: Sequence[Step], job: Job, period: Period, now: datetime, least_pct: float) -> dict[str, Figure]:
    """Compare the job's usual time with the best block of each day, over all days that are known throughout.

    Parameters
    ----------
    steps : sequence of Step
        Intensity in the period, by time.
    job : Job
        The job.
    period : Period
        The period.
    now : datetime
        Days that are not over by then are left out.
    least_pct : float
        Least share of the days that must be known [%].
    """
    if not steps:
        return {name: missing(_unit(name), "no_data", f"no intensity is known for {period.name}") for name in NAMES}
    by_day = _by_day(steps, period.zone)
    days = [one for one in _days(period) if _midnight(one + timedelta(days=1), period.zone) <= now]
    base_kg, best_kg = [], []
    for day in days:
        if found := _day(by_day.get(day, ()), day, job, period.zone):
            base_kg.append(found[0])
            best_kg.append(found[1])
    share = 100 * len(base_kg) / len(days) if days else 0.0
    what = f"{job.energy_kwh:g} kWh from {job.from_hour}:00 for {job.hours} h on {len(base_kg)} days"
    plain = Figure(0.0, "kg", "ok", "", share, (what, *dict.fromkeys(one.source for one in steps)))
    if period.until > now:
        plain = plain.but("interim", "the period is not over")
    base, best = (replace(plain, value=math.fsum(values) if values else None) for values in (base_kg, best_kg))
    saved = replace(plain, value=math.fsum(base_kg) - math.fsum(best_kg) if base_kg else None)
    values = (base, best, saved, ratio(saved, base) if base_kg else replace(plain, value=None, unit="1"))
    return {name: complete(one, least_pct) for name, one in zip(NAMES, values, strict=True)}


def _day(steps: Sequence[Step], day: date, job: Job, zone: str) -> tuple[float, float] | None:
    """CO2 of the job at its usual and at its best time [kg]; None where a step of the day is unknown."""
    begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    widths = {one.width_s for one in steps}
    if len(widths) != 1:
        return None
    (width_s,) = widths
    if len(steps) != (end - begin).total_seconds() / width_s:
        return None
    usual = datetime(day.year, day.month, day.day, job.from_hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    base, length = int((usual - begin).total_seconds()) // width_s, job.hours * HOUR_S // width_s
    if base + length > len(steps):
        return None
    intensity = np.array([one.g_per_kwh for one in steps])
    _, saved_kg, _ = gain(intensity, base, length, job.energy_kwh)
    base_kg = job.energy_kwh * float(intensity[base : base + length].mean()) / 1000
    return base_kg, base_kg - saved_kg


def _by_day(steps: Sequence[Step], zone: str) -> dict[date, list[Step]]:
    found: dict[date, list[Step]] = {}
    for one in steps:
        found.setdefault(one.begin_at.astimezone(ZoneInfo(zone)).date(), []).append(one)
    return found


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=one) for one in range((period.last - period.first).days)]


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _unit(name: str) -> str:
    return "1" if name.endswith("ratio") else "kg"
