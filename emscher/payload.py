"""A payload as text, without loss: as it stands where it is UTF-8, else as base64."""

from __future__ import annotations

import base64


def readable(payload: bytes | None) -> tuple[str | None, str | None]:
    """Write a payload as text or as base64, whichever gives it back to the byte.

    Parameters
    ----------
    payload : bytes or None
        What was sent; None where nothing was kept.

    Returns
    -------
    text, base64 : str or None
        At most one of the two is there.
    """
    if payload is None:
        return None, None
    try:
        return payload.decode(), None
    except UnicodeDecodeError:
        return None, base64.b64encode(payload).decode()
