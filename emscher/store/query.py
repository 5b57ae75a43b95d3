"""Named SQL: statements live in ``.sql`` files beside the code that runs them, each with a name and a purpose.

::

    -- name: claim_site
    -- Take the site whose windows have waited longest, unless another worker has it.
    SELECT ...

Values are psycopg parameters (``%(name)s``); identifiers are written ``{name}`` and filled in with
:meth:`Query.of`, which quotes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from psycopg import sql

_HEADER = re.compile(r"^-- name: (?P<name>[a-z_]+)\n-- (?P<purpose>\S.*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Query:
    """One named statement.

    Parameters
    ----------
    name : str
        Name in its file.
    purpose : str
        What it is for, in one line.
    text : str
        The statement.
    """

    name: str
    purpose: str
    text: str

    @property
    def statement(self) -> sql.SQL:
        """The statement as it stands, for one without identifiers to fill in."""
        return sql.SQL(self.text)

    def of(self, **identifiers: str | Sequence[str] | sql.Composable) -> sql.Composed:
        """Fill in identifiers: a name, a list of names (joined by commas) or composed SQL.

        Raises
        ------
        KeyError
            The statement asks for an identifier that is not given.
        """
        return self.statement.format(**{name: _composable(one) for name, one in identifiers.items()})


@cache
def queries(package: str, name: str = "queries.sql") -> Mapping[str, Query]:
    """Read a package's file of named statements.

    Parameters
    ----------
    package : str
        Import name of the package that holds the file.
    name : str
        Name of the file.

    Raises
    ------
    ValueError
        The file begins with something else than a named statement, or has a name twice.
    """
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    parts = list(_HEADER.finditer(text))
    if not parts or text[: parts[0].start()].strip():
        raise ValueError(f"{package}/{name} must begin with `-- name:` and a purpose line")
    ends = [part.start() for part in parts[1:]] + [len(text)]
    found = {
        part["name"]: Query(part["name"], part["purpose"], text[part.end() : end].strip().rstrip(";"))
        for part, end in zip(parts, ends, strict=True)
    }
    if len(found) != len(parts):
        raise ValueError(f"{package}/{name} has a name twice")
    return MappingProxyType(found)


def _composable(identifier: str | Sequence[str] | sql.Composable) -> sql.Composable:
    if isinstance(identifier, sql.Composable):
        return identifier
    if isinstance(identifier, str):
        return sql.Identifier(identifier)
    return sql.SQL(", ").join(map(sql.Identifier, identifier))
