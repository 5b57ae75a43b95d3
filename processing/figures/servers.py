"""Servers: how much of them is used, and which of them idle.

References
----------
.. [1] ISO/IEC 30134-5 as DE-UZ 228 quotes it: mean over time of the servers' mean CPU usage. Secondary.
.. [2] Anthesis and Koomey (2015) for servers without useful work; the limits are rows of ``threshold``, own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from processing.figures.figure import Figure, complete, missing
from processing.figures.limit import Limit, limit


@dataclass(frozen=True, slots=True)
class Server:
    """A server over a period: CPU usage of its quarter hours (mean, 95th percentile), their number and its energy."""

    node: str
    mean_usage: float
    p95_usage: float
    quarters: int
    energy_kwh: float | None


@dataclass(frozen=True, slots=True)
class IdleLimits:
    """Below which usage a server idles, seen over which time."""

    mean_usage: float
    p95_usage: float
    days: float


def idle_limits(limits: Sequence[Limit], day: date) -> IdleLimits:
    """Choose the limits of a day; one that has no row is met by no server."""
    names = ("idle_server_mean_below", "idle_server_p95_below", "idle_server_days_at_least")
    rows = [limit(limits, name, day) for name in names]
    return IdleLimits(*(float("nan") if one is None else one.value for one in rows))


def utilisation(servers: Sequence[Server], expected_quarters: float, least_pct: float) -> Figure:
    """Mean usage over servers and time (ITEUsv); servers without CPU time are out of its scope."""
    if not servers:
        return missing("1", "no_meter", "no server reports CPU time")
    quarters = sum(one.quarters for one in servers)
    share = 100 * quarters / (expected_quarters * len(servers)) if expected_quarters else 0.0
    value = math.fsum(one.mean_usage * one.quarters for one in servers) / quarters
    found = Figure(value, "1", "ok", "", min(share, 100.0), (f"CPU time of {_many(servers)}",))
    return complete(found, least_pct)


def idle(servers: Sequence[Server], limits: IdleLimits, days: float, least_pct: float) -> tuple[Figure, Figure]:
    """Count the servers that idle and sum their energy; one that was seen for too short a time is no candidate.

    Parameters
    ----------
    servers : sequence of Server
        The servers.
    limits : IdleLimits
        From when on a server idles.
    days : float
        Length of the period [d].
    least_pct : float
        Least share of the time that must be covered [%].

    Returns
    -------
    count, energy : Figure
        How many idle, and what they used [kWh]. Network traffic is not looked at; an owner confirms.
    """
    if not servers:
        nothing = "no server reports CPU time"
        return missing("1", "no_meter", nothing), missing("kWh", "no_meter", nothing)
    if days < limits.days:
        short = f"{limits.days:g} days are looked at, the period has {days:g}"
        return missing("1", "incomplete", short), missing("kWh", "incomplete", short)
    least = days * 96 * least_pct / 100
    seen = [one for one in servers if one.quarters >= least]
    found = [one for one in seen if one.mean_usage < limits.mean_usage and one.p95_usage < limits.p95_usage]
    share = 100 * len(seen) / len(servers)
    source = (f"CPU time of {_many(servers)}; traffic not looked at",)
    count = complete(Figure(float(len(found)), "1", "ok", "", share, source), least_pct)
    known = [one.energy_kwh for one in found if one.energy_kwh is not None]
    total = complete(Figure(math.fsum(known), "kWh", "ok", "", share, source), least_pct)
    return count, total if len(known) == len(found) else total.but("no_meter", "an idle server has no meter")


def _many(servers: Sequence[Server]) -> str:
    return f"{len(servers)} server{'' if len(servers) == 1 else 's'}"
