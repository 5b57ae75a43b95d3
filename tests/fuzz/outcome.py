"""What became of one input, and the kind of behaviour it stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TEXT = re.compile(r"'[^']*'|(?<=unknown field )`[^`]*`|^`[^`]*`|`\$[^`]*(?=\.\w+`)|[^ -~]", re.DOTALL)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target made of an input.

    Parameters
    ----------
    values : int
        Readings, or whatever else the target makes.
    refused : sequence of (str, str)
        Reason and detail of each rejection.
    """

    values: int
    refused: Sequence[tuple[str, str]] = ()

    @property
    def kind(self) -> str:
        """What inputs that behave alike share: the sentence without numbers and quoted text; of several the reasons."""
        if len(self.refused) == 1:
            reason, detail = self.refused[0]
            return f"{min(self.values, 2)} {reason} {_NUMBER.sub('0', _TEXT.sub('', detail))[:120]}"
        return f"{min(self.values, 2)} {' '.join(sorted({reason for reason, _ in self.refused}))}"
