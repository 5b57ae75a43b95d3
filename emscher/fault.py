"""Faults in a description: what is wrong and where; and a way to read a struct that finds them all."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from emscher.located import Path

_T = TypeVar("_T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words, where it stands, and which other place it concerns."""

    path: Path
    text: str
    other: Path = ()


def convert(
    kind: type[_T], raw: object, path: Path, faults: list[Fault], *, also: Collection[str] | None = ()
) -> _T | None:
    """Read a struct property by property.

    Parameters
    ----------
    kind : type of struct
        What it is to become.
    raw : object
        What was read.
    path : path
        Where it stands.
    faults : list of Fault
        What is wrong is added here.
    also : collection of str, optional
        Further properties that may stand there; None for any.

    Returns
    -------
    struct or None
        None where anything is wrong.
    """
    if not isinstance(raw, dict):
        faults.append(Fault(path, "is no object"))
        return None
    known = _fields(kind)
    before = len(faults)
    if also is not None:
        for name in raw.keys() - known.keys() - set(also):
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"; perhaps `{near[0]}` is meant" if near else ""
            faults.append(Fault((*path, name), f"`{name}` is no property of it{meant}"))
    values: dict[str, Any] = {}
    for name, one in known.items():
        if name not in raw:
            if one.required:
                faults.append(Fault(path, f"`{name}` is missing"))
            continue
        try:
            values[one.name] = msgspec.convert(raw[name], one.type)
        except msgspec.ValidationError as exc:
            choices = _choices(one.type)
            why = f"{raw[name]!r} is none of {', '.join(choices)}" if choices else f"{raw[name]!r}: {exc}"
            faults.append(Fault((*path, name), f"`{name}` {why}"))
    return kind(**values) if len(faults) == before else None


@cache
def _fields(kind: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    """Fields of a struct by the names they are written with."""
    return {one.encode_name: one for one in msgspec.structs.fields(kind)}


def _choices(kind: object) -> tuple[str, ...]:
    """Values of a literal type."""
    return tuple(str(one) for one in get_args(kind)) if get_origin(kind) is Literal else ()
