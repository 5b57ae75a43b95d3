"""What goes wrong on the way: messages lost, a loop stuck on."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulators.sumo.readings import OFF, ON, Message


@dataclass(slots=True)
class Lossy:
    """Loses messages by chance and lets one detector hang.

    Parameters
    ----------
    loss_ratio : float
        Share of messages that is lost.
    seed : int
        Of the chance.
    stuck : tuple of str and int, optional
        Controller and channel of the loop that is on for ever.
    """

    loss_ratio: float = 0.0
    seed: int = 0
    stuck: tuple[str, int] | None = None
    _chance: random.Random = field(init=False)
    _begun: bool = False

    def __post_init__(self) -> None:
        """Draw from the seed alone."""
        self._chance = random.Random(self.seed)  # noqa: S311 - no secret

    def __call__(self, messages: Iterable[Message]) -> list[Message]:
        """Give what arrives of messages."""
        kept = [one for one in messages if self._chance.random() >= self.loss_ratio]
        hung = kept if self.stuck is None else [self._hung(one) for one in kept]
        return [one for one in hung if one.readings]

    def _hung(self, message: Message) -> Message:
        if self.stuck is None or message.key != self.stuck[0]:
            return message
        channel = self.stuck[1]
        edges = {(code, channel) for code in (ON, OFF)}
        readings = [one for one in message.readings if (one.get("code"), one.get("parameter")) not in edges]
        if not self._begun and message.readings:
            self._begun = True
            first = {"time": message.readings[0]["time"], "code": ON, "parameter": channel, "simulated": True}
            readings.insert(0, first)
        return Message(message.stream, message.key, readings)
