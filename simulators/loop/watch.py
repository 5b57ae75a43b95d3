"""What is known of a junction from published events: who waits on each lane, who comes, and how sure that is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulators.loop.site import Lane, Site

OFF, ON = 81, 82
VEHICLE_M = 7.0
"""Room that a vehicle takes in a queue; equals the limit of processing [m]."""
EMPTY_S = 3.0
"""A stop line that was free for so long has nobody before it but who is still on the way [s]."""
STANDING_S = 4.0
"""A vehicle that is so long on an advance loop stands there [s]."""
STUCK_S = 60.0
PASSAGES = 4
"""An advance loop on for so long while so many passed the stop line is stuck; a stop-line loop on for so long while so
many came [s, 1]."""
UNMOVED_S = 8.0
"""Who can go and does not for so long is not there: the edge that told of his leaving was lost [s]."""
DOUBT_S = 60.0
"""So long a stop-line loop that was found out so is not believed, unless it moves [s]."""
RECENT_S = 300.0
"""Flow is that of the last minutes [s]."""

Event = tuple[float, int, int]
"""Seconds since the beginning, code, parameter."""


@dataclass(slots=True)
class Channel:
    """A detector: whether it is on, since when, and when it was last told of."""

    on: bool = False
    since_s: float = 0.0
    told_s: float = -1.0
    moves: int = 0
    """Passages at the other loop of the lane since this one last changed."""
    stuck: bool = False

    def change(self, at_s: float, *, on: bool) -> bool:
        """Take an edge; whether the one between it and an equal one before is lost."""
        lost = self.on == on and self.told_s >= 0
        self.on, self.since_s, self.told_s, self.moves, self.stuck = on, at_s, at_s, 0, False
        return lost


@dataclass(slots=True)
class LaneWatch:
    """A lane: vehicles between its loops by counting in and out, put right whenever the stop line is free."""

    lane: Lane
    presence: Channel = field(default_factory=Channel)
    advance: Channel = field(default_factory=Channel)
    count: float = 0.0
    came: deque[float] = field(default_factory=deque)
    left: deque[float] = field(default_factory=deque)
    right_s: float = -1e9
    """When the count was last known to be right."""
    doubted_s: float = -1e9
    """When its stop-line loop was last found to hold a vehicle that is not there."""

    def take(self, at_s: float, *, on: bool, advance: bool) -> None:
        """Take an edge of one of its loops."""
        if not advance:
            self.doubted_s = -1e9
        if advance:
            lost = self.advance.change(at_s, on=on)
            if on or lost:
                self.came.append(at_s)
                self.count += 1
                self.presence.moves += 1
        else:
            lost = self.presence.change(at_s, on=on)
            if not on or lost:
                self.left.append(at_s)
                self.count = max(self.count - 1, 0.0)
                self.advance.moves += 1

    def settle(self, now_s: float, free_s: float) -> None:
        """Forget what is long past, find stuck loops, and put the count right where that can be.

        Parameters
        ----------
        now_s : float
            The time [s].
        free_s : float
            For how long those who wait could have gone without giving way [s].
        """
        for passed in (self.came, self.left):
            while passed and passed[0] < now_s - RECENT_S:
                passed.popleft()
        for one in (self.presence, self.advance):
            one.stuck = one.on and now_s - one.since_s > STUCK_S and one.moves >= PASSAGES
        if self.presence.on and min(free_s, now_s - self.presence.since_s) >= UNMOVED_S:
            self.doubted_s = now_s
        if not self.at_line(now_s) and now_s - self.presence.since_s >= EMPTY_S:
            self.count = float(self.coming(now_s))
            self.right_s = now_s

    def at_line(self, now_s: float) -> bool:
        """Whether somebody stands at the stop line."""
        return self.presence.on and not self.presence.stuck and now_s - self.doubted_s >= DOUBT_S

    def coming(self, now_s: float) -> int:
        """Vehicles that are on their way from the advance loop to the stop line if nothing holds them up."""
        since_s = now_s - self.lane.travel_s - 1.0
        return sum(at_s >= since_s for at_s in self.came)

    def standing(self, now_s: float) -> bool:
        """Whether the queue reaches back to the advance loop."""
        return self.advance.on and not self.advance.stuck and now_s - self.advance.since_s >= STANDING_S

    def flow_veh_s(self, now_s: float) -> float:
        """Vehicles that passed the stop line or came lately [veh/s]."""
        whole_s = max(min(RECENT_S, now_s), 60.0)
        return max(len(self.left), len(self.came)) / whole_s

    @property
    def room(self) -> float:
        """Vehicles that have room between the loops."""
        return max(self.lane.distance_m / VEHICLE_M, 1.0)

    def queue(self, now_s: float, red_s: float) -> float:
        """Vehicles that wait or are about to.

        Parameters
        ----------
        now_s : float
            The time [s].
        red_s : float
            How long the lane has been red, 0 where it is green [s].
        """
        expected = self.flow_veh_s(now_s) * red_s
        at_line = self.at_line(now_s)
        if self.lane.advance is None or self.advance.stuck:
            return max(expected, 1.0) if at_line else 0.0
        if self.presence.stuck:
            return min(max(expected, float(self.coming(now_s))), 2 * self.room)
        found = min(max(self.count, 1.0 if at_line else 0.0), self.room + 1)
        if self.standing(now_s):
            found = max(found, self.room) + self.flow_veh_s(now_s) * (now_s - self.advance.since_s)
        return found

    def quality(self, now_s: float) -> float:
        """How sure the count is: from 1, put right just now, to 0."""
        if self.presence.stuck or self.advance.stuck or self.lane.advance is None:
            return 0.0
        return max(0.0, 1.0 - max(now_s - self.right_s, 0.0) / RECENT_S)


class Watch:
    """A junction as its events tell.

    Parameters
    ----------
    site : Site
        Its description.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lanes = [LaneWatch(lane) for lane in site.lanes]
        self.now_s = 0.0
        self.green = dict.fromkeys(site.groups, False)
        self.since_s = dict.fromkeys(site.groups, 0.0)
        self._yields: frozenset[int] = frozenset()
        self._groups: dict[int, list[LaneWatch]] = {}
        self._of: dict[int, tuple[LaneWatch, bool]] = {}
        for watch in self.lanes:
            self._groups.setdefault(watch.lane.group, []).append(watch)
            if watch.lane.presence is not None:
                self._of[watch.lane.presence] = watch, False
            if watch.lane.advance is not None:
                self._of[watch.lane.advance] = watch, True

    def take(self, events: Iterable[Event], now_s: float) -> None:
        """Take what was published, in order of time, and settle at a moment."""
        for at_s, code, parameter in events:
            if code in {ON, OFF} and parameter in self._of:
                watch, advance = self._of[parameter]
                watch.take(at_s, on=code == ON, advance=advance)
        self.now_s = now_s
        for one in self.lanes:
            group = one.lane.group
            free = self.green[group] and group not in self._yields
            one.settle(now_s, max(now_s - self.since_s[group], 0.0) if free else 0.0)

    def command(self, stage: int, since_s: float) -> None:
        """Take note of the stage that is shown by our own command, or comes next, and since when it is green [s]."""
        self._yields = self.site.yielding[stage]
        for group in self.green:
            green = group in self.site.stages[stage]
            if green != self.green[group]:
                self.green[group] = green
                self.since_s[group] = since_s if green else self.now_s

    def red_s(self, group: int) -> float:
        """How long a signal group has been red [s]."""
        return 0.0 if self.green[group] else max(self.now_s - self.since_s[group], 0.0)

    def of(self, group: int) -> list[LaneWatch]:
        """Lanes of a signal group."""
        return self._groups.get(group, [])

    def queue(self, one: LaneWatch) -> float:
        """Vehicles waiting on a lane."""
        return one.queue(self.now_s, self.red_s(one.lane.group))

    def left_since(self, group: int, since_s: float, until_s: float) -> int:
        """Vehicles of a group that passed the stop line in a span."""
        return sum(since_s <= at_s < until_s for one in self.of(group) for at_s in one.left)
