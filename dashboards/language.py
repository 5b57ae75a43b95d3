"""The two languages every dashboard is built in, from one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Code = Literal["en", "de"]
CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True, slots=True)
class Language:
    """Chooses between the two wordings of a text.

    Parameters
    ----------
    code : str
        ``en`` or ``de``.
    """

    code: Code

    def __call__(self, english: str, german: str) -> str:
        """Give the wording of this language."""
        return german if self.code == "de" else english
