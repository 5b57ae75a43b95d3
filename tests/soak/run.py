"""A run: readings are sent while the faults strike, then the store is judged."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from emscher.streams import streams
from soak.failure import SoakError
from soak.fault import DISK_FULL
from soak.ledger import Ledger
from soak.plan import Plan
from soak.platform import Platform, platform
from soak.process import NO_LOG
from soak.publisher import Publisher
from soak.schedule import Schedule
from soak.store import Store
from soak.table import table
from soak.town import BLOCK_S, LAST_KEY, LAST_STREAM, Town, last
from soak.verdict import judge

QUIET_S = 30.0
"""When the books do not grow for so long, nothing more is coming [s]."""
CALM_S = 2.0
POLL_S = 0.5
ODD_LINES, LAST_LINES = 60, 20
SEVERE = ("error", "critical")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: the table, whether the claim holds, and the end of ingest's log."""

    text: str
    holds: bool
    log: str


async def run(plan: Plan, seed: int, say: Callable[[str], None]) -> Outcome:
    """Run once.

    Parameters
    ----------
    plan : Plan
        How much of everything.
    seed : int
        Decides the readings, the faults and their order.
    say : callable
        Gets each line about what was done.

    Raises
    ------
    SoakError
        It did not get to its end; says nothing of what was lost.
    """
    began_s = time.monotonic()
    say(f"seed {seed}")
    readings_draw, times_draw, faults_draw = np.random.default_rng(seed).spawn(3)
    async with platform(plan.disk_bytes, faults_draw, say) as place:
        times = {**plan.times, DISK_FULL: plan.times[DISK_FULL] if place.target.disk else 0}
        schedule = Schedule(times, plan.readings, times_draw)
        ledger = Ledger(place.columns)
        publisher = Publisher(place.target.broker.port, ledger)
        until_s = int(time.time()) // BLOCK_S * BLOCK_S
        town = Town(readings_draw, seed, plan.readings - 1, until_s, lambda: not schedule.is_over)
        parcels = itertools.chain(town.parcels(), (last(until_s),))
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(publisher.publish(parcels, lambda: schedule.striking))
                both.create_task(schedule.run(place.target, place.store, ledger, say))
            say(f"all {ledger.readings_sent:,} readings are sent and acknowledged, every fault has struck")
            await _settle(place.store)
        except* SoakError as group:
            raise SoakError(f"{group.exceptions[0]}\n{_tail(place)}") from None
        say("the books have come to rest")
        verdict = await judge(ledger, place.store, place.columns)
        verdict = replace(verdict, complaints=(*verdict.complaints, *_errors(place)))
        title = (
            f"seed {seed}: {ledger.readings_sent:,} readings in {ledger.parcels:,} messages, all acknowledged by the"
            f" broker, {publisher.again:,} of them sent again; {time.monotonic() - began_s:.0f} s"
        )
        return Outcome(table(title, schedule, verdict), verdict.holds, _tail(place))


async def _settle(store: Store) -> None:
    """Wait until the last message is stored and nothing follows, or nothing has come for long."""
    before, since_s, is_last_stored = -1, time.monotonic(), False
    while time.monotonic() - since_s < (CALM_S if is_last_stored else QUIET_S):
        now = await store.received()
        if now is not None and now != before:
            before, since_s = now, time.monotonic()
        is_last_stored = await store.holds(streams()[LAST_STREAM], LAST_KEY)
        await asyncio.sleep(POLL_S)


def _errors(place: Platform) -> list[str]:
    """Find what ingest logged as a loss or as a person's business, and what it did not mean to say."""
    ingest = place.target.ingest
    found = [f"ingest: {line['level']}: {line['event']}" for line in ingest.lines() if line["level"] in SEVERE]
    unmeant = sum(line["level"] == NO_LOG for line in ingest.lines())
    if unmeant:
        found.append(f"ingest: {unmeant} lines that are no log")
    found += [f"ingest ended with status {status}, {times} times" for status, times in ingest.unmeant_ends.items()]
    return found


def _tail(place: Platform) -> str:
    """Give what is worth reading of ingest's log: what it did not mean to say, and its end."""
    lines = place.target.ingest.lines()
    odd = [line for line in lines if line["level"] in (*SEVERE, NO_LOG)][:ODD_LINES]
    return "\n".join(str(line) for line in (*odd, *lines[-LAST_LINES:]))
