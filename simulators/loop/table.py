"""The table of the loop: scenarios, controllers, and how the seeds spread."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from simulators.loop.trips import Trips

HEAD = ("scenario", "controller", "seeds", "delay median", "least..most", "to fixed", "to actuated", "never departed")

Results = Mapping[tuple[str, str], Sequence[Trips]]
"""Runs by scenario and controller, a run for each seed."""


def lines(results: Results) -> list[str]:
    """Write the table in Markdown.

    Parameters
    ----------
    results : mapping
        As :data:`Results`.

    Returns
    -------
    list of str
        The delay is the mean of time loss and departure delay over all vehicles, finished or not [s]; of the seeds the
        median, the least and the most. The vehicles that never departed are the sum over the seeds.
    """
    rows = [HEAD, *(_row(results, *whose) for whose in results)]
    marks = ("---", "---", *["---:"] * (len(HEAD) - 2))
    return ["| " + " | ".join(row) + " |" for row in (rows[0], marks, *rows[1:])]


def _row(results: Results, scenario: str, controller: str) -> tuple[str, ...]:
    runs = results[scenario, controller]
    delays_s = [one.delay_s for one in runs]
    return (
        scenario,
        controller,
        str(len(runs)),
        f"{statistics.median(delays_s):.1f} s",
        f"{min(delays_s):.1f}..{max(delays_s):.1f}",
        _compared(results, scenario, controller, "fixed"),
        _compared(results, scenario, controller, "actuated"),
        f"{sum(one.never_departed for one in runs)} of {sum(one.vehicles for one in runs)}",
    )


def _compared(results: Results, scenario: str, controller: str, other: str) -> str:
    """How much more or less delay than another controller, by the medians."""
    if controller == other or (scenario, other) not in results:
        return ""
    own, its = (statistics.median(one.delay_s for one in results[scenario, name]) for name in (controller, other))
    return f"{100 * (own / its - 1):+.0f} %" if its else ""
