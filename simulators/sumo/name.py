"""What a scenario is called in keys."""

from __future__ import annotations

import re
from pathlib import Path

LONGEST = 40


def name_of(scenario: Path) -> str:
    """Give the scenario's name as the beginning of keys: its file's, with nothing but letters, digits and hyphens."""
    found = re.sub(r"[^A-Za-z0-9]+", "-", scenario.name.split(".")[0]).strip("-")
    return found[:LONGEST] or "sumo"
