"""A session: one target under the coverage-guided fuzzer, in a process of its own because the fuzzer ends it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

import atheris

from . import corpus
from .mutation import mutate
from .outcome import Outcome

INSTRUMENTED = [
    "api.cursor",
    "emscher.city",
    "emscher.privacy",
    "emscher.rejection",
    "emscher.sensor_key",
    "emscher.source",
    "emscher.stream",
    "ingest.batch",
    "ingest.dialect",
    "ingest.quarantine",
    "ingest.sources",
    "ingest.translation",
]
"""Beginnings of the names of the modules whose branches guide the fuzzer."""

with atheris.instrument_imports(include=INSTRUMENTED):
    from .target import Target, targets

LONGEST_INPUT_BYTES = 768
STACK_FRAMES = 200
"""So small that inputs of this length can be nested too deeply; a smaller input is a faster one."""
KINDS_LIMIT = 20_000


class Session:
    """Counts what a target makes of its inputs and keeps the smallest input of each kind.

    Parameters
    ----------
    target : Target
        What is fuzzed.
    inputs : int
        End after so many.
    folder : Path
        Where the report and the inputs that broke the rule are written.
    keep : bool
        Write the corpus anew at the end.
    """

    def __init__(self, target: Target, inputs: int, folder: Path, *, keep: bool) -> None:
        self._target = target
        self._inputs = inputs
        self._folder = folder
        self._keep = keep
        self._done = 0
        self._values = 0
        self._reasons: Counter[str] = Counter()
        self._crashes: Counter[str] = Counter()
        self._slowest_ms = 0.0
        self._began_s = time.monotonic()
        self._random = Random(len(target.name))  # noqa: S311 - no secret
        self._seeds = [*target.seeds, *corpus.read(target.name)]
        self._smallest: dict[str, bytes] = {target.run(seed).kind: seed for seed in reversed(self._seeds)}

    def one(self, data: bytes) -> None:
        """Run the target once."""
        before_s = time.process_time()
        try:
            outcome = self._target.run(data)
        except Exception as exc:  # noqa: BLE001 - what breaks the rule is what is looked for
            self._broken(data, exc)
        else:
            self._count(data, outcome)
        took_ms = 1e3 * (time.process_time() - before_s)
        if took_ms > self._slowest_ms:
            self._slowest_ms = took_ms
            (self._folder / f"{self._target.name}.slowest").write_bytes(data)
        self._done += 1
        if self._done % 100_000 == 0 or self._done == self._inputs:
            self._report()
        if self._done == self._inputs:
            if self._keep:
                # What reached a branch first is of a kind too.
                reached = (self._folder / f"{self._target.name}.found").iterdir()
                corpus.write(self._target.name, {**{one.name: one.read_bytes() for one in reached}, **self._smallest})
            # There is no other way out of the fuzzer's loop.
            os._exit(0)

    def mutated(self, data: bytes, max_size: int, seed: int) -> bytes:
        """Change an input: half of the times its bytes, half of the times its structure."""
        if seed & 1:
            return bytes(atheris.Mutate(data, max_size))
        self._random.seed(seed)
        # Again and again from a good input: after a few changes nothing of it is one.
        start = data if seed & 2 else self._random.choice(self._target.seeds)
        return mutate(start, self._target.seeds, self._random)[:max_size]

    def _count(self, data: bytes, outcome: Outcome) -> None:
        self._values += outcome.values
        self._reasons.update(reason for reason, _ in outcome.refused)
        kind = outcome.kind
        known = self._smallest.get(kind)
        if (known is None and len(self._smallest) < KINDS_LIMIT) or (known is not None and len(data) < len(known)):
            self._smallest[kind] = data

    def _broken(self, data: bytes, exc: Exception) -> None:
        where = traceback.extract_tb(exc.__traceback__)[-1]
        signature = f"{type(exc).__name__} in {Path(where.filename).name}:{where.lineno}"
        if not self._crashes[signature]:
            name = f"{self._target.name}.{hashlib.sha256(signature.encode()).hexdigest()[:8]}.crash"
            (self._folder / name).write_bytes(data)
            sys.stderr.write(f"{signature}: {exc!r}\n{data[:500]!r}\n")
        self._crashes[signature] += 1

    def _report(self) -> None:
        report = {
            "inputs": self._done,
            "seconds": time.monotonic() - self._began_s,
            "values": self._values,
            "reasons": self._reasons,
            "crashes": self._crashes,
            "kinds": len(self._smallest),
            "slowest_ms": self._slowest_ms,
        }
        (self._folder / f"{self._target.name}.json").write_text(json.dumps(report))


def main(name: str, inputs: int, folder: Path, *, keep: bool) -> None:
    """Fuzz a target; does not return."""
    session = Session(targets()[name], inputs, folder, keep=keep)
    found = folder / f"{name}.found"
    found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(session._seeds):  # noqa: SLF001 - its own module
        (found / f"seed-{number:04d}").write_bytes(seed)
    options = [f"-max_len={LONGEST_INPUT_BYTES}", "-reload=0", "-rss_limit_mb=0", "-report_slow_units=3600"]
    atheris.Setup([sys.argv[0], *options, str(found)], session.one, custom_mutator=session.mutated)
    sys.setrecursionlimit(STACK_FRAMES)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), keep="keep" in sys.argv[4:])
