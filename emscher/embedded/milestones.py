"""What the demo has reached: the first indicator, the whole history."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from emscher.store.query import queries

HISTORY_SENT = "The history is published"
LISTENING = "listening"
_SQL = queries("emscher.embedded", "milestones.sql")


class Milestones:
    """Looks into the database.

    Parameters
    ----------
    url : str
        Address of the database.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def any_indicator(self) -> bool:
        """Tell whether anything was computed."""
        return bool(self._value("any_indicator"))

    def newest_reading(self) -> datetime | None:
        """Tell when the last reading of a lane was taken, if there is one."""
        value = self._value("newest_reading")
        return value if isinstance(value, datetime) else None

    def readings_received(self) -> int:
        """Count the readings ingest has taken, whatever became of them."""
        return int(self._value("readings_received"))

    def last_due(self) -> int:
        """Give the end of the queue of due windows."""
        return int(self._value("last_due"))

    def still_due(self, last: int) -> int:
        """Count the windows that wait, up to an end of the queue."""
        return int(self._value("still_due", last=last))

    def _value(self, query: str, **parameters: Any) -> Any:  # noqa: ANN401 - a value of the database
        with psycopg.connect(self._url, autocommit=True, application_name="emscher-demo") as connection:
            row = connection.execute(_SQL[query].statement, parameters).fetchone()
        return None if row is None else row[0]


def event(log: Path, name: str) -> dict[str, Any] | None:
    """Find a program's log line by its sentence, if it has written it.

    Parameters
    ----------
    log : Path
        Its log, JSON lines.
    name : str
        The sentence.
    """
    if not log.exists():
        return None
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if name in line:
                try:
                    found = json.loads(line)
                except ValueError:
                    continue
                if isinstance(found, dict) and found.get("event") == name:
                    return found
    return None
