"""The schedule: which fault strikes when, drawn from the seed, and how soon readings were stored again."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from soak.failure import SoakError
from soak.fault import FAULTS, Target
from soak.ledger import Ledger
from soak.store import Store

FIRST_RATIO, LAST_RATIO = 0.05, 0.90
ON_TOP_RATIO = 0.25
"""Share of faults that strike before ingest has recovered from the one before."""
POLL_S = 0.05
PATIENCE_S = 180.0


class Schedule:
    """Strikes fault after fault at drawn positions in the stream of readings.

    Parameters
    ----------
    times : mapping
        How often each fault strikes.
    readings : int
        How many readings will be sent.
    draw : numpy.random.Generator
        Draws order and positions.
    """

    def __init__(self, times: Mapping[str, int], readings: int, draw: np.random.Generator) -> None:
        names = [name for name, count in times.items() for _ in range(count)]
        draw.shuffle(names)
        positions = np.sort(draw.uniform(FIRST_RATIO * readings, LAST_RATIO * readings, len(names)))
        for number in range(1, len(names)):
            if draw.random() < ON_TOP_RATIO:
                positions[number] = positions[number - 1]
        self._due = list(zip(names, positions.astype(int).tolist(), strict=True))
        self.struck: dict[str, int] = dict.fromkeys(times, 0)
        self.back_s: dict[str, list[float]] = defaultdict(list)
        self.striking = False
        self.is_over = False

    async def run(self, target: Target, store: Store, ledger: Ledger, say: Callable[[str], None]) -> None:
        """Strike all faults.

        Raises
        ------
        SoakError
            Ingest stores nothing more after a fault.
        """
        over_s: dict[str, float] = {}
        for number, (name, position) in enumerate(self._due):
            while ledger.readings_sent < position:
                await asyncio.sleep(POLL_S)
            self.striking = True
            what = await FAULTS[name](target)
            self.struck[name] += 1
            over_s[name] = time.monotonic()
            said = f"{name}{f' ({what})' if what else ''}, {ledger.readings_sent:,} readings sent"
            if number + 1 < len(self._due) and self._due[number + 1][1] == position:
                say(f"{said}; the next fault comes on top")
                continue
            await self._recovery(store, name)
            for one, moment_s in over_s.items():
                self.back_s[one].append(time.monotonic() - moment_s)
            say(f"{said}; stored again after {self.back_s[name][-1]:.1f} s")
            over_s.clear()
            self.striking = False
        self.is_over = True

    async def _recovery(self, store: Store, name: str) -> None:
        """Wait until more readings are accounted for."""
        before = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    now = await store.received()
                    if before is not None and now is not None and now > before:
                        return
                    before = now if before is None else before
                    await asyncio.sleep(POLL_S)
        except TimeoutError as exc:
            raise SoakError(f"after {name} nothing was stored for {PATIENCE_S:.0f} s") from exc
