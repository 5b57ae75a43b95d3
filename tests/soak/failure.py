"""What keeps the soak from reaching its end."""

from __future__ import annotations


class SoakError(Exception):
    """The soak cannot go on; says nothing of what was lost."""
