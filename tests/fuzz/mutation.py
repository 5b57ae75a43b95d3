"""Mutations that keep the structure of JSON: values of other types, members lost, doubled, renamed, nested."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

_MEMBER = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"|[-\d.eE+]+|true|false|null|\{\}|\[\])')
_VALUE = re.compile(rb'(?<=[:\[,])\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=\s*[,\]}])')

AWKWARD = (
    *b"null true false 0 -0 -0.0 -1 -2 -3 1 0.5 1e2 12.0 1e400 -1e400 5e-324 1e308 NaN Infinity -Infinity 1.".split(),
    *b"2147483647 2147483648 -2147483649 4503599627370497 9223372036854775807 9223372036854775808 007".split(),
    *b'1767596400 [] {} [[]] [{}] {"":0} "" "0" "NaN" "true" "\\u0000" "\\ud800" "\\udfff\\ud800"'.split(),
    b'"\xff\xfe"',
    b'"a\x00b"',
    b'"2026-01-05T07:15:00Z"',
    b'"2026-01-05T07:15:00"',
    b'"0001-01-01T00:00:00+14:00"',
    b'"9999-12-31T23:59:59.999999-14:00"',
    b'"2026-01-05T07:15:60Z"',
    b'"2026-01-05T07:00:00Z/2026-01-05T07:15:00Z"',
    b'"aa:bb:cc:dd:ee:ff"',
    b'"' + b"a" * 300 + b'"',
    b"9" * 400,
)
ENDINGS = (b"_kmh", b"_ms", b"_mph", b"_pct", b"_ratio", b"_wh", b"_kwh", b"_w", b"_s", b"_bytes", b"")
DEEP = 240
"""Nesting beyond what the stack takes that a session allows."""


def mutate(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Change an input in one to three places.

    Parameters
    ----------
    data : bytes
        Mostly JSON.
    others : sequence of bytes
        Inputs to take members from.
    random : Random
        Decides; the same state gives the same change.
    """
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = random.choice(_CHANGES)(data, others, random)
    return data


def _revalue(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Put an awkward value in the place of another."""
    del others
    return _replace(data, _VALUE, random, lambda _: random.choice(AWKWARD))


def _renumber(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Move a digit."""
    del others
    return _replace(data, re.compile(rb"\d"), random, lambda _: str(random.randrange(10)).encode())


def _drop(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Leave a member out."""
    del others
    return _replace(data, re.compile(_MEMBER.pattern + rb"\s*,?"), random, lambda _: b"").replace(b",}", b"}")


def _double(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Say a member twice, the second time otherwise."""
    del others
    return _replace(data, _MEMBER, random, lambda found: b'%s,"%s":%s' % (found[0], found[1], random.choice(AWKWARD)))


def _rename(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Give a member another name, or the same in another unit."""
    names = [found[1] for found in _MEMBER.finditer(random.choice(others))] if others else []
    ending = random.choice(ENDINGS)

    def renamed(found: re.Match[bytes]) -> bytes:
        stem = found[1].rpartition(b"_")[0] or found[1]
        return b'"%s":%s' % (random.choice((*names, stem + ending, found[1][:-1])), found[2])

    return _replace(data, _MEMBER, random, renamed)


def _borrow(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Take a member of another input in."""
    found = list(_MEMBER.finditer(random.choice(others))) if others else []
    if not found or b"{" not in data:
        return data
    return data.replace(b"{", b"{" + random.choice(found)[0] + b",", 1)


def _wrap(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Make an array of it, or nest it."""
    other = random.choice(others) if others else b"{}"
    shapes = (
        b"[%s]" % data,
        b"[%s,%s]" % (data, data),
        b"[%s,%s]" % (data, other),
        b'{"x":%s}' % data,
        data.removeprefix(b"[").removesuffix(b"]"),
    )
    return random.choice(shapes)


def _deepen(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Nest a value as deep as nobody needs."""
    del others
    depth = random.choice((3, 60, DEEP))
    return _replace(data, _VALUE, random, lambda _: b"[" * depth + b"]" * random.choice((depth, 0)))


def _cut(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """End it early."""
    del others
    return data[: random.randrange(len(data) + 1)]


_CHANGES: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    *(_revalue, _revalue, _renumber, _renumber, _drop, _double, _rename, _borrow, _borrow, _wrap, _deepen, _cut),
)


def _replace(
    data: bytes, shape: re.Pattern[bytes], random: Random, change: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    """Replace one of the places of a shape, the input as it is where there is none."""
    places = list(shape.finditer(data))
    if not places:
        return data
    chosen = random.choice(places)
    return data[: chosen.start()] + change(chosen) + data[chosen.end() :]
