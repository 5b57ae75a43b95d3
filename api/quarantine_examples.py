"""Examples of what the API answers of the quarantine."""

from __future__ import annotations

import json

from api.examples import Example

_REJECTED: Example = {
    "id": 17,
    "received_at": "2026-05-04T06:12:03.5Z",
    "stream": "traffic",
    "sensor": "wall-07.d01",
    "topic": None,
    "reason": "malformed",
    "detail": "JSON is malformed: invalid character (byte 1)",
    "readings": 1,
    "payload": "{oops",
    "payload_base64": None,
    "payload_bytes": 5,
    "state": "kept",
    "tries": 0,
    "tried_at": None,
    "last_reason": None,
    "last_detail": None,
    "mended_stream": None,
}

_REJECTED_UNITS = {"readings": "1", "payload_bytes": "By", "tries": "1"}

REJECTED: Example = {
    "units": _REJECTED_UNITS,
    "as_of": "2026-05-04T06:12:03.5Z",
    "next": None,
    "data": [_REJECTED],
}

ONE_REJECTED: Example = {"units": _REJECTED_UNITS, "data": _REJECTED}


def lines(example: Example) -> str:
    """Turn an example into JSON lines of the same rows."""
    return "".join(json.dumps(row) + "\n" for row in example["data"])


REASONS: Example = {
    "units": {"readings": "1", "messages": "1", "mended": "1", "not_kept": "1"},
    "as_of": "2026-05-04T06:12:03.5Z",
    "next": None,
    "data": [
        {
            "stream": "traffic",
            "reason": "malformed",
            "readings": 1,
            "messages": 1,
            "mended": 0,
            "not_kept": 0,
            "last_received_at": "2026-05-04T06:12:03.5Z",
        }
    ],
}

REDRIVES: Example = {
    "units": {"tried": "1", "stored": "1", "duplicate": "1", "refused": "1"},
    "as_of": "2026-05-04T08:00:00Z",
    "next": None,
    "data": [
        {
            "id": 3,
            "requested_at": "2026-05-04T08:00:00Z",
            "since": "2026-05-04T06:00:00Z",
            "until": "2026-05-04T07:00:00Z",
            "stream": "traffic",
            "reason": "unknown_sensor",
            "sensor": None,
            "finished_at": "2026-05-04T08:00:02.1Z",
            "tried": 60,
            "stored": 58,
            "duplicate": 1,
            "refused": 1,
        }
    ],
}

REDRIVE_FILED: Example = {"id": 3, "requested_at": "2026-05-04T08:00:00Z", "state": "waiting"}
