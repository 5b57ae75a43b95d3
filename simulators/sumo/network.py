"""What is read of a scenario: lanes, signals with their programs, and the induction loops."""

from __future__ import annotations

import msgspec


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A lane that leads to a signal, or to one that does: its end in degrees, and the lanes it comes from."""

    edge: str
    length_m: float
    speed_ms: float
    end: tuple[float, float]
    begin: tuple[float, float]
    on_foot: bool = False
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A phase of a signal program: a letter of state per link."""

    state: str
    duration_s: float
    min_s: float
    max_s: float


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """A signal controller: of each link the lanes from and to, and whether it turns; and its own program."""

    key: str
    links: tuple[tuple[str, str, str], ...]
    phases: tuple[Phase, ...]
    kind: int = 0
    place: tuple[float, float] = (0.0, 0.0)


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """An induction loop: where its far end lies on its lane [m from the begin], and how long it is [m]."""

    key: str
    lane: str
    position_m: float
    length_m: float = 0.0


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario as far as its signals go; times are its own [s]."""

    begin_s: float
    end_s: float
    step_s: float
    lanes: dict[str, Lane]
    signals: tuple[Signal, ...]
    loops: tuple[Loop, ...]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker is to do.

    ``read`` reads the network, ``start`` starts the simulation, ``advance`` simulates up to a moment while signals show
    the states given, by signal and moment, and ``end`` ends it.
    """

    kind: str
    scenario: str = ""
    seed: int = 0
    folder: str = ""
    loops: tuple[Loop, ...] = ()
    signals: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    program: str = "own"
    until_s: float = 0.0
    states: dict[str, tuple[tuple[float, str], ...]] = {}


class Passage(msgspec.Struct, frozen=True, array_like=True):
    """A vehicle comes upon a loop or leaves it; the number is the loop's place in the order."""

    time_s: float
    loop: int
    on: bool


class Switch(msgspec.Struct, frozen=True, array_like=True):
    """A signal shows another state."""

    time_s: float
    signal: int
    state: str


class Interval(msgspec.Struct, frozen=True, array_like=True):
    """A loop's minute: vehicles, time that it was occupied [%], their mean speed [m/s], -1 for none."""

    end_s: float
    loop: int
    count: int
    occupancy_pct: float
    speed_ms: float


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker has to say; ``error`` where it could not do what it was told."""

    time_s: float = 0.0
    network: Network | None = None
    passages: tuple[Passage, ...] = ()
    switches: tuple[Switch, ...] = ()
    intervals: tuple[Interval, ...] = ()
    waiting: int = 0
    running: int = 0
    teleports: int = 0
    error: str = ""
