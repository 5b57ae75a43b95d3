"""Presence at detectors by approach: occupancy of green and red, split failures, green utilisation; who is stuck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from emscher.approach import Function
from processing.approach import reason
from processing.approach.layout import FUNCTIONS
from processing.approach.limits import Limits
from processing.approach.observed import LOOK_AHEAD_US, Observed
from processing.approach.reason import Bools, reasons
from processing.kernels.group import Floats, Ints, ratio, total
from processing.kernels.moment import last_row
from processing.kernels.presence import Presences, merged, occupied_us, presences
from processing.kernels.saturation import green_utilisation
from processing.kernels.split_failure import occupancies, split_failures

BRIDGE_US = 2_000_000
"""Two begins of presence that are no further apart are two vehicles that follow closely (ATSPM) [us]."""


@dataclass(frozen=True, slots=True)
class Detected:
    """Presences, and by function and cell whether detectors live and are stuck.

    Parameters
    ----------
    found : Presences
        By number of window and channel.
    live, stuck : mapping of str to bool array, shape (cells,)
        Whether any channel reported, and whether one was stuck within the window.
    quality_ratio : mapping of str to float array, shape (cells,)
        Share of the configured channels that reported, 0 to 1.
    configured, faulty : mapping of str to bool array, shape (cells,)
        Whether any channel is configured, and whether the configuration is faulty.
    """

    found: Presences
    live: Mapping[Function, Bools]
    stuck: Mapping[Function, Bools]
    quality_ratio: Mapping[Function, Floats]
    configured: Mapping[Function, Bools]
    faulty: Mapping[Function, Bools]

    def causes(self, function: Function, counts_only: Bools | None = None) -> Iterator[tuple[Bools, int]]:
        """Give the reasons that lie with the detectors, the weightiest first."""
        yield self.faulty[function], reason.FAULTY
        if counts_only is not None:
            yield counts_only, reason.COUNTS_ONLY
        yield ~self.configured[function], reason.NOT_CONFIGURED
        yield self.stuck[function], reason.STUCK
        yield ~self.live[function], reason.SILENT


def detect(seen: Observed, limits: Limits) -> Detected:
    """Pair the edges of all channels."""
    edges, place = seen.edges, seen.layout
    channels, approaches = max(len(place.channel), 1), len(place.approaches)
    # All cells of a controller know the same last event; the first of its approaches stands for it.
    first = np.searchsorted(place.controller, place.channel_controller)
    until_us = seen.until_us[edges.window * approaches + first[edges.channel]]
    longest_us = min(limits.us("detector_stuck"), LOOK_AHEAD_US)
    found = presences(edges.number, edges.time_us, edges.on, until_us, BRIDGE_US, longest_us)
    reported = np.zeros(seen.windows * channels, np.bool_)
    reported[edges.number] = True
    number, channel = np.nonzero(reported)[0], np.nonzero(reported)[0] % channels
    hung = found.detector[found.stuck]
    live, stuck, quality = {}, {}, {}
    for name in FUNCTIONS:
        use = place.uses[name]
        approach = use.approach[channel]
        cell = (number // channels * approaches + approach)[approach >= 0]
        count = np.bincount(cell, minlength=seen.cells)
        live[name] = count > 0
        quality[name] = ratio(count.astype(np.float64), np.tile(use.channels, seen.windows).astype(np.float64))
        approach = use.approach[hung % channels]
        cell = (hung // channels * approaches + approach)[approach >= 0]
        within = found.start_us[found.stuck][approach >= 0] < seen.end_us[cell]
        within &= found.end_us[found.stuck][approach >= 0] > seen.start_us[cell]
        stuck[name] = np.bincount(cell[within], minlength=seen.cells) > 0
    configured = {name: np.tile(place.uses[name].channels > 0, seen.windows) for name in FUNCTIONS}
    faulty = {name: np.tile(place.uses[name].faulty, seen.windows) for name in FUNCTIONS}
    return Detected(found, live, stuck, quality, configured, faulty)


def stop_line(seen: Observed, detected: Detected) -> Presences:
    """Presences at the stop line by cell: on where any of its detectors is."""
    channels = max(len(seen.layout.channel), 1)
    number = detected.found.detector
    approach = seen.layout.uses["presence"].approach[number % channels]
    cell = number // channels * len(seen.layout.approaches) + approach
    return merged(detected.found, np.where(approach >= 0, cell, -1))


def occupancy(seen: Observed, detected: Detected, line: Presences, limits: Limits) -> dict[str, Floats | Ints]:
    """Compute what the presence detectors tell, of the rounds whose begin of red ends in the window.

    Parameters
    ----------
    seen : Observed
        Signals and edges.
    detected : Detected
        State of the detectors.
    line : Presences
        As of :func:`stop_line`.
    limits : Limits
        Dated limits.
    """
    rounds = seen.rounds
    red_us = limits.us("red_begin")
    shares = occupancies(rounds, line, red_us)
    counts = seen.own(rounds.signal, rounds.red_us + red_us) & ~np.isnan(shares.green_ratio + shares.red_ratio)
    cell = rounds.signal[counts]
    number = np.bincount(cell, minlength=seen.cells).astype(np.float64)
    failed = split_failures(shares.green_ratio, shares.red_ratio, limits.value("split_failure"), strict=True)

    def mean(values: Floats) -> Floats:
        return ratio(total(cell, values[counts], seen.cells), number)

    green = mean(shares.green_ratio)
    why = reasons(green, *detected.causes("presence"), (np.ones(seen.cells, np.bool_), reason.NO_CYCLE))
    return {
        "green_occupancy_ratio": green,
        "red_occupancy_ratio": mean(shares.red_ratio),
        "split_failure_count": total(cell, failed[counts], seen.cells),
        "green_utilisation_ratio": _utilisation(seen, detected, counts, limits.value("saturation_gap")),
        "presence_quality_ratio": np.where(np.isnan(green), np.nan, detected.quality_ratio["presence"]),
        "presence_reason": why,
    }


def _utilisation(seen: Observed, detected: Detected, counts: Bools, gap_s: float) -> Floats:
    """Mean over greens and channels of the share of green that vehicles used.

    Gaps are those of a lane, so each channel is looked at alone; one that reported nothing is left out.
    """
    place, rounds = seen.layout, seen.rounds
    channels, approaches = max(len(place.channel), 1), len(place.approaches)
    mine = place.uses["presence"].approach
    (chosen,) = np.nonzero(counts)
    of_round = rounds.signal[chosen] % approaches
    pairs = np.nonzero(of_round[:, None] == mine[None, :])
    row, channel = chosen[pairs[0]], pairs[1]
    number = rounds.signal[row] // approaches * channels + channel
    found = detected.found
    occupied_s = occupied_us(found, number, rounds.green_us[row], rounds.amber_us[row]) / 1e6
    before, after = (
        last_row(found.detector, found.end_us, number, us[row]) for us in (rounds.green_us, rounds.amber_us)
    )
    first = np.searchsorted(found.detector, number)
    vehicles = np.maximum(after, first - 1) - np.maximum(before, first - 1)
    known = np.append(found.detector, [-1])[first] == number
    green_s = (rounds.amber_us[row] - rounds.green_us[row]) / 1e6
    share = np.where(known, green_utilisation(green_s, occupied_s, vehicles.astype(np.float64), gap_s), np.nan)
    cell = rounds.signal[row]
    there = np.bincount(cell[~np.isnan(share)], minlength=seen.cells).astype(np.float64)
    return ratio(total(cell, share, seen.cells), there)
