"""The corpus: of every kind of behaviour the smallest input that showed it, and all that ever broke the rule.

A line is an input as a JSON string, its bytes as the characters of Latin-1, so that most can be read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
FOUND = Path(__file__).parent / "found"
"""What broke the rule; written by hand, and never dropped."""
LIMIT_BYTES = 16_384
"""A target's corpus is kept up to this size, the smallest inputs first [bytes]."""


def read(name: str) -> list[bytes]:
    """Give the corpus of a target, empty where it has none."""
    paths = [folder / f"{name}.jsonl" for folder in (FOLDER, FOUND)]
    lines = [line for path in paths if path.is_file() for line in path.read_text().splitlines()]
    return [json.loads(line).encode("latin-1") for line in lines]


def write(name: str, smallest: Mapping[str, bytes]) -> None:
    """Write the corpus of a target, as much of it as fits.

    Parameters
    ----------
    name : str
        The target's.
    smallest : mapping
        Kind of behaviour to the smallest input that showed it; what is not even JSON comes last.
    """
    found = {data: kind for kind, data in smallest.items()}
    lines, size = [], 0
    for one in sorted(found, key=lambda data: ("malformed" in found[data], len(data), data)):
        line = json.dumps(one.decode("latin-1"))
        size += len(line) + 1
        if size > LIMIT_BYTES:
            break
        lines.append(line)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
