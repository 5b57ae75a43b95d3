"""A recipe: a small YAML file that says which faults which sensors have, and when.

::

    seed: 7
    faults:
      - fault: stuck_value
        sensors: wall-01.*
        share: 0.5
        from: 1h
        to: 3h
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from emscher.errors import RecordingError
from emscher.fault import Fault as Wrong
from emscher.fault import convert
from emscher.stream import SECOND_US
from emscher.streams import streams
from simulators.course import duration_us
from simulators.faults.kinds import KINDS, Fault

LARGEST_SEED = 2**32 - 1

Place = tuple[str | int, ...]
"""Where a value stands: names of properties and numbers of elements, from the outermost in."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a fault is there: absolute, or since the first reading, where `relative` says so [us]."""

    begin_us: int | None
    end_us: int | None
    begin_is_relative: bool
    end_is_relative: bool

    def holds(self, at_us: int, first_us: int) -> bool:
        """Say whether the fault is there at a time, where the first reading was at another [us since 1970]."""
        return self.since_us(first_us) <= at_us and (self.end_us is None or at_us < self.until_us(first_us))

    def since_us(self, first_us: int) -> int:
        """When it begins [us since 1970]."""
        if self.begin_us is None:
            return first_us
        return self.begin_us + first_us if self.begin_is_relative else self.begin_us

    def until_us(self, first_us: int) -> int:
        """When it ends, if it does [us since 1970]."""
        return (self.end_us or 0) + (first_us if self.end_is_relative else 0)


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A fault of a recipe, where it stands there, and when it is there."""

    number: int
    kind: Fault
    span: Span

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns of its sensors' keys."""
        return (self.kind.sensors,) if isinstance(self.kind.sensors, str) else tuple(self.kind.sensors)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Faults in the order in which they are put in; the same seed puts in the same ones."""

    seed: int
    faults: tuple[Ingredient, ...]


def load(path: Path, seed: int | None = None) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path : Path
        YAML.
    seed : int, optional
        Instead of the recipe's.

    Raises
    ------
    RecordingError
        It does not fit; the text says in which line and why.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as exc:
        raise RecordingError(f"The recipe {path} cannot be read: {exc.strerror}.", "Give the path of one.") from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        mark = getattr(exc, "problem_mark", None)
        why = getattr(exc, "problem", None) or "it is no text"
        raise _refusal(path, 1 if mark is None else mark.line + 1, f"{why}") from exc
    if node is None:
        raise _refusal(path, 1, "the recipe is empty")
    return _Reader(path, yaml.load(text, _Loader), dict(_lines(node, ()))).recipe(seed)  # noqa: S506 - a safe loader


class _Loader(yaml.SafeLoader):
    """Reads times as the text that they are."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as in the class it derives from
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class _Reader:
    """Makes a recipe of what was read, and says what is wrong with the line on which it stands."""

    def __init__(self, path: Path, content: object, lines: dict[Place, int]) -> None:
        self._path = path
        self._content = content
        self._lines = lines

    def recipe(self, seed: int | None) -> Recipe:
        """Make the recipe."""
        content = self._content
        if not isinstance(content, dict) or not isinstance(content.get("faults"), list) or not content["faults"]:
            raise self._wrong((), "a recipe has a list `faults`, and perhaps a `seed`")
        for name in content.keys() - {"faults", "seed"}:
            raise self._wrong((name,), f"`{name}` is no property of a recipe")
        own = content.get("seed", 0)
        if not isinstance(own, int) or not 0 <= own <= LARGEST_SEED:
            raise self._wrong(("seed",), f"`seed` {own!r} is no whole number from 0 to {LARGEST_SEED}")
        faults = tuple(self._fault(number, raw) for number, raw in enumerate(content["faults"]))
        return Recipe(own if seed is None else seed, faults)

    def _fault(self, number: int, raw: object) -> Ingredient:
        where = ("faults", number)
        name = raw.get("fault") if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(name, str):
            raise self._wrong(where, "a fault has a property `fault` that names it")
        if name not in KINDS:
            near = difflib.get_close_matches(name, KINDS, n=1)
            meant = f"; perhaps {near[0]} is meant" if near else f"; there are {', '.join(KINDS)}"
            raise self._wrong((*where, "fault"), f"there is no fault {name!r}{meant}")
        wrong: list[Wrong] = []
        kind = convert(KINDS[name], {key: value for key, value in raw.items() if key != "fault"}, where, wrong)
        if kind is None:
            raise self._wrong(wrong[0].path, wrong[0].text)
        if kind.stream is not None and kind.stream not in streams():
            known = ", ".join(streams())
            raise self._wrong((*where, "stream"), f"there is no stream {kind.stream!r}; streams are {known}")
        begin, begin_is_relative = self._moment((*where, "from"), kind.begin)
        end, end_is_relative = self._moment((*where, "to"), kind.end)
        if begin_is_relative == end_is_relative and begin is not None and end is not None and end <= begin:
            raise self._wrong((*where, "to"), "the fault ends before it begins")
        if name == "outage" and end is None:
            raise self._wrong(where, "an outage has an end: give `to`")
        return Ingredient(number, kind, Span(begin, end, begin_is_relative, end_is_relative))

    def _moment(self, where: Place, text: str | None) -> tuple[int | None, bool]:
        """Read a moment, and say whether it counts from the first reading."""
        if text is None:
            return None, False
        try:
            return duration_us(text), True
        except RecordingError:
            pass
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self._wrong(where, f"{text!r} is neither a duration like 30min nor a time with a zone")
        return round(moment.timestamp() * SECOND_US), False

    def _wrong(self, where: Place, what: str) -> RecordingError:
        while where not in self._lines:
            where = where[:-1]
        return _refusal(self._path, self._lines[where], what)


def _lines(node: yaml.Node, path: Place) -> Iterator[tuple[Place, int]]:
    """Give the line on which each value stands, from 1."""
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _lines(value, (*path, number))


def _refusal(path: Path, line: int, what: str) -> RecordingError:
    """Say what is wrong with a recipe."""
    return RecordingError(f"{path.name}, line {line}: {what}.", "simulators/faults/kinds.py describes every fault.")
