"""The kinds of fault, each with its parameters; what they do to a reading stands beside them.

Times within a recipe are those of the readings. Every kind says with the properties of :class:`Fault` which readings it
concerns; all else is its own.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

Ratio = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Times = Annotated[int, Meta(ge=1, le=1000)]
LONGEST_S = 7 * 86_400
COUNTERS = ("energy_wh", "cpu_s", "operations")


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="fault"):
    """What every fault has.

    Parameters
    ----------
    stream : str
        Of which stream; none means every one.
    sensors : str or list of str
        Sensors' keys, or patterns like ``wall-01.*``.
    share : float
        Share of those sensors that have the fault; which, the seed says [1].
    begin, end : str
        From when and until when: a duration since the first reading like ``30min``, or RFC 3339 with zone. Written
        ``from`` and ``to``; none means always.
    """

    stream: str | None = None
    sensors: str | list[str] = "*"
    share: Ratio = 1.0
    begin: str | None = msgspec.field(default=None, name="from")
    end: str | None = msgspec.field(default=None, name="to")

    @property
    def name(self) -> str:
        """Name in recipes."""
        return str(type(self).__struct_config__.tag)


class Loss(Fault, frozen=True, kw_only=True, tag="loss"):
    """Some readings are lost on the way."""

    probability: Ratio = 0.1


class Duplication(Fault, frozen=True, kw_only=True, tag="duplication"):
    """Some readings are sent again, `times` times."""

    probability: Ratio = 0.1
    times: Times = 1


class Delay(Fault, frozen=True, kw_only=True, tag="delay"):
    """Some readings come later, by times of a distribution: constant, uniform up to twice the mean, or exponential."""

    distribution: Literal["constant", "uniform", "exponential"] = "exponential"
    mean_s: Annotated[float, Meta(gt=0, le=LONGEST_S)] = 60.0
    max_s: Annotated[float, Meta(gt=0, le=LONGEST_S)] = 3600.0
    probability: Ratio = 1.0


class Disorder(Fault, frozen=True, kw_only=True, tag="disorder"):
    """Some readings come after the next `places` ones of their sensor."""

    probability: Ratio = 0.1
    places: Times = 1


class ClockOffset(Fault, frozen=True, kw_only=True, tag="clock_offset"):
    """The sensor's clock is wrong by as much, ahead where positive."""

    offset_s: float = 120.0


class ClockDrift(Fault, frozen=True, kw_only=True, tag="clock_drift"):
    """The sensor's clock is right at the beginning of the fault and then gains as much an hour."""

    drift_s_per_h: float = 30.0


class StuckValue(Fault, frozen=True, kw_only=True, tag="stuck_value"):
    """The values that the fault began with are reported ever after: these fields, or all that measure."""

    fields: tuple[str, ...] = ()


class StuckOn(Fault, frozen=True, kw_only=True, tag="stuck_on"):
    """A loop that is always occupied: it counts nothing; a controller's channel goes on and never off."""

    channel: int | None = None


class DropOut(Fault, frozen=True, kw_only=True, tag="drop_out"):
    """Nothing comes at all."""


class Outage(Fault, frozen=True, kw_only=True, tag="outage"):
    """Nothing comes until the end of the fault, and then everything at once."""


class CounterReset(Fault, frozen=True, kw_only=True, tag="counter_reset"):
    """Counters begin anew at 0 when the fault begins; a fault without a beginning begins with the first reading."""

    fields: tuple[str, ...] = COUNTERS


class CounterWrap(Fault, frozen=True, kw_only=True, tag="counter_wrap"):
    """Counters go over their greatest value: `modulus`, or what they show when the fault begins."""

    fields: tuple[str, ...] = COUNTERS
    modulus: Positive | None = None


class Garbage(Fault, frozen=True, kw_only=True, tag="garbage"):
    """Some messages are no readings: cut off, no JSON, or with text where a number belongs."""

    probability: Ratio = 0.1


class WrongUnit(Fault, frozen=True, kw_only=True, tag="wrong_unit"):
    """A field comes in another unit: times `factor`, and under its own name unless it is renamed."""

    field: str
    factor: float
    rename: str | None = None


Kind = (
    Loss
    | Duplication
    | Delay
    | Disorder
    | ClockOffset
    | ClockDrift
    | StuckValue
    | StuckOn
    | DropOut
    | Outage
    | CounterReset
    | CounterWrap
    | Garbage
    | WrongUnit
)
KINDS: dict[str, type[Fault]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Kind)}
"""Every kind by its name in recipes."""
