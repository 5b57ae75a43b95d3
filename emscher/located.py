"""JSON with the line on which each value stands, and the properties that stand twice in one object."""

from __future__ import annotations

import bisect
import json
import re
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]
"""Where a value stands: names of properties and numbers of elements, from the outermost in."""

_BLANK = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Located:
    """A document and where its values stand.

    Parameters
    ----------
    value : object
        The document, as :func:`json.loads` gives it.
    lines : dict of path to int
        Line of each value, from 1.
    repeated : list of path
        Properties that stand again in their object.
    """

    value: Any
    lines: dict[Path, int]
    repeated: list[tuple[Path, int]]

    def line_of(self, path: Path) -> int:
        """Line of a value, or of the nearest that holds it where it is missing."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


@dataclass(slots=True)
class _Reader:
    """Walks through text that is known to be JSON."""

    text: str
    starts: list[int]
    lines: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[Path, int]] = field(default_factory=list)
    decoder: json.JSONDecoder = field(default_factory=json.JSONDecoder)

    def skip(self, at: int) -> int:
        """Step over blanks."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def line(self, at: int) -> int:
        """Line of a character, from 1."""
        return bisect.bisect_right(self.starts, at)

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        """Read the value that begins here; give it and the place after it."""
        at = self.skip(at)
        self.lines.setdefault(path, self.line(at))
        if self.text[at] == "{":
            return self.members(at + 1, path)
        if self.text[at] == "[":
            return self.elements(at + 1, path)
        return self.decoder.raw_decode(self.text, at)

    def members(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        """Read the properties of an object; of two of one name the later counts, as everywhere."""
        found: dict[str, Any] = {}
        at = self.skip(at)
        while self.text[at] != "}":
            begin = self.skip(at + 1) if self.text[at] == "," else at
            name, at = self.decoder.raw_decode(self.text, begin)
            if name in found:
                self.repeated.append(((*path, name), self.line(begin)))
            found[name], at = self.value(self.skip(at) + 1, (*path, name))
            at = self.skip(at)
        return found, at + 1

    def elements(self, at: int, path: Path) -> tuple[list[Any], int]:
        """Read the elements of an array."""
        found: list[Any] = []
        at = self.skip(at)
        while self.text[at] != "]":
            one, at = self.value(at + 1 if self.text[at] == "," else at, (*path, len(found)))
            found.append(one)
            at = self.skip(at)
        return found, at + 1


def located(text: str) -> Located:
    """Read JSON.

    Raises
    ------
    json.JSONDecodeError
        It is none; the error knows the line.
    RecursionError
        It is nested too deeply.
    """
    json.loads(text)
    reader = _Reader(text, [0, *(found.end() for found in re.finditer("\n", text))])
    value, _ = reader.value(0, ())
    return Located(value, reader.lines, reader.repeated)
