"""The corpus: of every kind of behaviour the smallest input that showed it, a JSON string per line.

Bytes are written as the characters of Latin-1, so that most lines can be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
LIMIT_BYTES = 16_384
"""A target's corpus is kept up to this size, the smallest inputs first [bytes]."""


def read(name: str) -> list[bytes]:
    """Give the corpus of a target, empty where it has none."""
    path = FOLDER / f"{name}.jsonl"
    return [json.loads(line).encode("latin-1") for line in path.read_text().splitlines()] if path.is_file() else []


def write(name: str, inputs: Iterable[bytes]) -> None:
    """Write the corpus of a target, as much of it as fits."""
    lines, size = [], 0
    for one in sorted(set(inputs), key=lambda data: (len(data), data)):
        line = json.dumps(one.decode("latin-1"))
        size += len(line) + 1
        if size > LIMIT_BYTES:
            break
        lines.append(line)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
