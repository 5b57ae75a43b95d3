"""The table that a run prints."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from soak.schedule import Schedule
from soak.verdict import Stored, Verdict

FAULTS = ("fault", "times", "stored again after, median", "longest")
STREAMS = ("stream", "sent", "received", "stored", "duplicate", "rejected", "lost", "doubled", "wrong")
REASONS = ("rejected by reason", "sent", "in quarantine", "lost", "wrong")


def table(title: str, schedule: Schedule, verdict: Verdict) -> str:
    """Write faults, streams and reasons as Markdown.

    Parameters
    ----------
    title : str
        Seed, sizes and time taken, in one line.
    schedule : Schedule
        What struck how often.
    verdict : Verdict
        What was found.
    """
    parts = (
        [title],
        _lines(FAULTS, _faults(schedule)),
        _lines(STREAMS, _streams(verdict)),
        _lines(REASONS, _reasons(verdict)),
        [f"complaint: {one}" for one in verdict.complaints],
        [f"lost {verdict.lost:,}, doubled {verdict.doubled:,}, wrong {verdict.wrong:,}"],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _faults(schedule: Schedule) -> Iterator[Sequence[object]]:
    for name, times in schedule.struck.items():
        back_s = schedule.back_s[name]
        yield name, times, *((f"{of(back_s):.1f} s" if back_s else "") for of in (statistics.median, max))


def _streams(verdict: Verdict) -> Iterator[Sequence[object]]:
    rows = [_row(one) for one in verdict.stored]
    for one, row in zip(verdict.stored, rows, strict=True):
        yield one.stream, *row
    yield "all", *map(sum, zip(*rows, strict=True))


def _row(one: Stored) -> tuple[int, ...]:
    its = one.account
    return one.sent, its.received, its.stored, its.duplicate, its.rejected, one.lost, one.doubled, one.wrong


def _reasons(verdict: Verdict) -> Iterator[Sequence[object]]:
    for one in verdict.rejected:
        yield one.reason, one.sent, one.kept, one.lost, one.unasked


def _lines(head: Sequence[str], rows: Iterator[Sequence[object]]) -> list[str]:
    marks = ["---", *("---:" for _ in head[1:])]
    return [_line(head), _line(marks), *map(_line, rows)]


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(f'{one:,}' if isinstance(one, int) else str(one) for one in cells)} |"
