"""Reading a COPY to its end: psycopg gives a row per call, which costs more than the row.

What libpq has already received is taken from it directly; only where nothing is there does psycopg wait.
"""

from __future__ import annotations

import psycopg

from emscher.store.copy import HEADER, TRAILER


async def received(out: psycopg.AsyncCopy) -> bytes:
    """Read everything that a binary COPY sends.

    Parameters
    ----------
    out : psycopg.AsyncCopy
        Just begun.

    Returns
    -------
    bytes
        Header, rows and trailer.

    Raises
    ------
    psycopg.OperationalError
        The COPY ended before its trailer.
    """
    take = out.connection.pgconn.get_copy_data
    parts: list[bytes | bytearray | memoryview] = []
    while part := await out.read():
        parts.append(part)
        # Beyond the trailer only psycopg may look: there it learns how the COPY ended.
        while not _ends(parts[-1]):
            size, more = take(1)
            if size <= 0:
                break
            parts.append(more)
    return b"".join(parts)


def _ends(part: bytes | bytearray | memoryview) -> bool:
    """Whether a part is the trailer, which comes alone, or after the header where there is no row."""
    return part == TRAILER or (len(part) == len(HEADER) + len(TRAILER) and part == HEADER + TRAILER)
