"""A recording's file as a table: CSV, also compressed, or Parquet."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from emscher.errors import RecordingError
from simulators.mapping import Csv

BLOCK_BYTES = 1 << 22

T = TypeVar("T")


class ColumnMissingError(RecordingError):
    """A recording lacks a column that its mapping names.

    Parameters
    ----------
    what, mend : str
        As of every :class:`~emscher.errors.OperatorError`.
    column : str
        The column.
    """

    def __init__(self, what: str, mend: str, column: str) -> None:
        super().__init__(what, mend)
        self.column = column


def names(path: Path, csv: Csv) -> list[str]:
    """Give the names of the columns.

    Raises
    ------
    RecordingError
        The file cannot be read.
    """

    def read() -> list[str]:
        if is_parquet(path):
            return list(pa_parquet.read_schema(path).names)
        with pa_csv.open_csv(path, _reading(csv, use_threads=False), _parsing(csv)) as reader:
            return list(reader.schema.names)

    return _told(path, read)


def read(path: Path, csv: Csv, types: dict[str, pa.DataType | None]) -> pa.Table:
    """Read columns.

    Parameters
    ----------
    path : Path
        ``.parquet``, or else text.
    csv : Csv
        How the text is written.
    types : dict of str to DataType or None
        The columns, and as what they are read from text; None leaves it to the reader.

    Raises
    ------
    RecordingError
        The file cannot be read, or lacks a column.
    """
    there = names(path, csv)
    for name in types:
        if name not in there:
            what, mend = f"{path.name} has no column {name!r}.", f"Its columns are {_listed(there)}."
            raise ColumnMissingError(what, mend, name)
    wanted = list(types)
    convert = pa_csv.ConvertOptions(
        include_columns=wanted,
        column_types={name: kind for name, kind in types.items() if kind is not None},
        decimal_point=csv.decimal_point,
        strings_can_be_null=True,
    )

    def load() -> pa.Table:
        if is_parquet(path):
            return pa_parquet.read_table(path, columns=wanted)
        try:
            return pa_csv.read_csv(path, _reading(csv), _parsing(csv), convert)
        except pa.ArrowInvalid:
            # Only one thread knows how many lines came before.
            return pa_csv.read_csv(path, _reading(csv, use_threads=False), _parsing(csv), convert)

    return _told(path, load)


def is_parquet(path: Path) -> bool:
    """Say whether the file's name says that it is Parquet."""
    return path.suffix == ".parquet"


def keys(table: pa.Table, template: str) -> tuple[list[str], pa.ChunkedArray]:
    """Make the sensors' keys.

    Parameters
    ----------
    table : pyarrow.Table
        Has the columns that the template names.
    template : str
        Text with columns in braces.

    Returns
    -------
    keys : list of str
        The different keys.
    places : pyarrow.ChunkedArray of int32, shape (rows,)
        Which of them each row's is.
    """
    parts: list[pa.ChunkedArray | str] = []
    for text, column in pieces(template):
        parts += [text] if text else []
        parts += [table[column].cast(pa.string())] if column else []
    joined = pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]
    coded = pc.dictionary_encode(joined).combine_chunks()
    if coded.null_count:
        raise RecordingError(
            "A row lacks what makes its sensor's key.", "Mend the recording, or sensor.key of the mapping."
        )
    return coded.dictionary.to_pylist(), coded.indices


def pieces(template: str) -> list[tuple[str, str]]:
    """Take a template apart: each piece of text with the column that follows it.

    Raises
    ------
    RecordingError
        A brace is not closed, or there is no column.
    """
    found = []
    rest = template
    while "{" in rest:
        text, _, rest = rest.partition("{")
        column, closed, rest = rest.partition("}")
        if not closed:
            raise RecordingError(f"The template {template!r} lacks a brace.", "Mend sensor.key of the mapping.")
        found.append((text, column))
    if not found:
        raise RecordingError(f"The template {template!r} names no column.", "Write sensor.key like detector-{id}.")
    return [*found, (rest, "")] if rest else found


def _told(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except FileNotFoundError as exc:
        raise RecordingError(f"There is no file {path}.", "Give the path of a recording.") from exc
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError, UnicodeDecodeError) as exc:
        first = str(exc).splitlines()[0].rstrip(".")
        raise RecordingError(
            f"{path.name}{_line(path, first)} cannot be read: {first}.", "Mend the file, or [csv] of the mapping."
        ) from exc


def _line(path: Path, why: str) -> str:
    """Say on which line a text's trouble lies, as far as that can be told."""
    if is_parquet(path):
        return ""
    if row := re.search(r"Row #(\d+)", why):
        return f", line {row[1]}"
    whole = 0
    with (
        suppress(OSError, EOFError, zlib.error),
        gzip.open(path) if path.suffix == ".gz" else path.open("rb") as opened,
    ):
        for _ in opened:
            whole += 1
    return f", line {whole + 1}" if path.suffix == ".gz" or not whole else ""


def _listed(found: Sequence[str], most: int = 12) -> str:
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def _reading(csv: Csv, *, use_threads: bool = True) -> pa_csv.ReadOptions:
    return pa_csv.ReadOptions(encoding=csv.encoding, block_size=BLOCK_BYTES, use_threads=use_threads)


def _parsing(csv: Csv) -> pa_csv.ParseOptions:
    return pa_csv.ParseOptions(delimiter=csv.delimiter)
