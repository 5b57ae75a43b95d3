"""A controller log through all signal kernels, and through the package `atspm` where it can be imported.

Run alone with ``python -m bench.signals [folder of the recording]``.
"""

from __future__ import annotations

import importlib
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bench.junctions import RECORDING, tasks
from processing.families.approach import FAMILY
from processing.kernels.actuation import actuation_counts
from processing.kernels.arrival import approach_delay_s, arrivals, coordination, platoon_ratio
from processing.kernels.control_delay import control_delay_s
from processing.kernels.cycle import cycles, greens
from processing.kernels.group import Ints, ratio, total
from processing.kernels.level import levels
from processing.kernels.number import numbered, within
from processing.kernels.pedestrian import pedestrian_delays
from processing.kernels.plan import plan
from processing.kernels.presence import Presences, merged, occupied_us, presences
from processing.kernels.queue import queues
from processing.kernels.red_running import red_offset_bins, red_offsets_s
from processing.kernels.round import Rounds, red_to_red, services
from processing.kernels.saturation import degree_of_saturation, green_utilisation
from processing.kernels.signal_state import FIRST_STATE_CODE, RED, changes
from processing.kernels.split_failure import occupancies, split_failures
from processing.kernels.termination import terminations
from processing.kernels.timeline import Timeline, state_at, timeline
from processing.kernels.transition import VEHICLES_WITHOUT_RED_AMBER

SECOND_US = 1_000_000
QUARTER_US = 900 * SECOND_US
OFF, ON = 81, 82
Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Log:
    """Events sorted by controller and time, and which detectors are for what."""

    controller: Ints
    time_us: Ints
    code: Ints
    parameter: Ints
    detectors: dict[str, tuple[Ints, Ints, Ints]]


def read(folder: Path) -> Log:
    """Read the log and its configuration."""
    events = pq.read_table(folder / "hires_test_data.parquet")
    time_us = events["TimeStamp"].to_numpy().astype("M8[us]").astype(np.int64)
    controller = events["DeviceId"].to_numpy()
    order = np.lexsort((time_us, controller))
    config = pq.read_table(folder / "configs_test_data.parquet")
    function = np.array(config["Function"].to_pylist())
    device, phase, detector = (config[name].to_numpy() for name in ("DeviceId", "Phase", "Parameter"))
    return Log(
        controller[order],
        time_us[order],
        events["EventId"].to_numpy()[order],
        events["Parameter"].to_numpy()[order],
        {
            name: (device[function == name], phase[function == name], detector[function == name])
            for name in set(function)
        },
    )


class Measures:
    """All signal measures of a log by quarter hour, step by step; keeps the time each step took [s]."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.taken_s: dict[str, float] = {}
        self.failure_count = 0.0
        self._run()

    def _step(self, name: str, start_s: float) -> float:
        self.taken_s[name] = time.perf_counter() - start_s
        return time.perf_counter()

    def _run(self) -> None:
        log, clock = self.log, time.perf_counter()
        first = int(log.time_us[0]) // QUARTER_US
        self.windows = (int(log.time_us.max()) // QUARTER_US) - first + 1
        self.first = first
        known = changes(log.controller, log.time_us, log.code, log.parameter)
        shown = timeline(known, 900 * SECOND_US)
        self.controller_of, self.group_of = known.controller_of, known.group_of
        clock = self._step("states and timelines", clock)
        rounds = self._plans(shown)
        clock = self._step("cycles, plan facts, transitions, delay, level", clock)
        (edge,) = np.nonzero((log.code == ON) | (log.code == OFF))
        number, controller_of, detector_of = numbered(log.controller[edge], log.parameter[edge])
        order = np.argsort(number.astype(np.int16), kind="stable")
        edge, number = edge[order], number[order]
        time_us, on = log.time_us[edge], log.code[edge] == ON
        window = time_us // QUARTER_US - first
        actuation_counts(number, window, on, len(controller_of), self.windows)
        clock = self._step("edges by detector, actuations", clock)
        pairs = controller_of, detector_of
        approaches = self._split_failures(rounds, number, time_us, on, pairs)
        self.empty = occupied_us(approaches, rounds.signal, rounds.amber_us - 3 * SECOND_US, rounds.amber_us) == 0
        clock = self._step("presences, split failures, green utilisation", clock)
        self._arrivals(shown, rounds, number[on], time_us[on], window[on], pairs)
        clock = self._step("arrivals, approach delay, coordination, red running", clock)
        self._queues(rounds, number[on], time_us[on], pairs)
        clock = self._step("queues", clock)
        (row,) = np.nonzero((log.code >= 4) & (log.code <= 6))  # noqa: PLR2004 - the codes of terminations
        phase, phases, _ = numbered(log.controller[row], log.parameter[row])
        cell = phase * self.windows + log.time_us[row] // QUARTER_US - first
        terminations(cell, len(phases) * self.windows, log.code[row])
        (row,) = np.nonzero(np.isin(log.code, (21, 22, 45, 90)))
        phase, _, _ = numbered(log.controller[row], log.parameter[row])
        order = np.argsort(phase, kind="stable")
        pedestrian_delays(phase[order], log.time_us[row[order]], log.code[row[order]], 900 * SECOND_US)
        self._step("terminations, pedestrian delay", clock)

    def _plans(self, shown: Timeline) -> Rounds:
        group = shown.signal * self.windows + shown.start_us // QUARTER_US - self.first
        n_groups = len(self.group_of) * self.windows
        plan(shown, group, n_groups, VEHICLES_WITHOUT_RED_AMBER)
        found = greens(shown.signal, shown.start_us, FIRST_STATE_CODE + shown.state, 300 * SECOND_US)
        means = cycles(group[found.row], n_groups, found.cycle_us, found.green_us)
        self.green_ratio = means.green_ratio
        capacity = means.green_ratio * 2000.0
        flow = np.full(n_groups, 400.0)
        delay_s = control_delay_s(flow, capacity, means.cycle_s, means.green_ratio, 1.0)
        levels(delay_s, np.array([20.0, 35.0, 50.0, 70.0]), degree_of_saturation(flow, capacity), 5)
        red_to_red(shown)
        return services(shown)

    def _signal_of(self, function: str, pairs: tuple[Ints, Ints]) -> Ints:
        """Signal group of each numbered detector that is for this, -1 for the others."""
        controller, phase, detector = self.log.detectors[function]
        place = within(controller, detector, *pairs)
        signal = within(controller, phase, self.controller_of, self.group_of)
        signal_of = np.full(len(pairs[0]), -1)
        signal_of[place[place >= 0]] = signal[place >= 0]
        return signal_of

    def _split_failures(
        self, rounds: Rounds, number: Ints, time_us: Ints, on: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
        pairs: tuple[Ints, Ints],
    ) -> Presences:  # fmt: skip
        found = presences(number, time_us, on, int(time_us.max()), 2 * SECOND_US, 1200 * SECOND_US)
        approaches = merged(found, self._signal_of("Presence", pairs)[found.detector])
        shares = occupancies(rounds, approaches, 5 * SECOND_US)
        failed = split_failures(shares.green_ratio, shares.red_ratio, 0.8, strict=False)
        group = rounds.signal * self.windows + rounds.red_us // QUARTER_US - self.first
        self.failure_count = float(np.nansum(total(group, failed, int(group.max()) + 1)))
        occupied = occupied_us(approaches, rounds.signal, rounds.green_us, rounds.amber_us)
        green_utilisation(shares.green_s, occupied / SECOND_US, np.full(len(occupied), 5.0), 0.9)
        return approaches

    def _arrivals(
        self, shown: Timeline, rounds: Rounds, number: Ints, time_us: Ints, window: Ints, pairs: tuple[Ints, Ints]
    ) -> None:
        n_groups = len(self.group_of) * self.windows
        signal = self._signal_of("Advance", pairs)[number]
        at, when, group = signal[signal >= 0], time_us[signal >= 0], (signal * self.windows + window)[signal >= 0]
        found = arrivals(state_at(shown, at, when), group, n_groups)
        platoon_ratio(found.green_ratio, self.green_ratio)
        delay_s = approach_delay_s(shown, at, when, 900 * SECOND_US)
        ratio(total(group, delay_s, n_groups), np.bincount(group, minlength=n_groups).astype(np.float64))
        coordination(shown, at, when, RED)
        signal = self._signal_of("Yellow_Red", pairs)[number]
        red_offset_bins(red_offsets_s(rounds, signal[signal >= 0], time_us[signal >= 0] - 1_500_000), 0.5)

    def _queues(self, rounds: Rounds, number: Ints, time_us: Ints, pairs: tuple[Ints, Ints]) -> None:
        """Advance detectors in, stop-line counters out, empty where the stop line was so at the end of green."""
        came, went = (self._signal_of(function, pairs)[number] for function in ("Advance", "Stopbar Count"))
        signal = np.concatenate((came[came >= 0], went[went >= 0], rounds.signal[self.empty]))
        when_us = np.concatenate((time_us[came >= 0], time_us[went >= 0], rounds.amber_us[self.empty]))
        numbers = ((came >= 0).sum(), (went >= 0).sum(), self.empty.sum())
        step = np.repeat(np.array([1, -1, 0]), numbers)
        order = np.lexsort((when_us, signal))
        queues(signal[order], len(self.group_of), when_us[order], step[order], step[order] == 0)


def signals(runs: int, folder: Path = RECORDING) -> list[Row]:
    """Time all measures; beside them, in the same run, those that `atspm` has."""
    if not folder.is_dir():
        return [("Signal measures", "not measured", f"no recording in {folder}")]
    log = read(folder)
    every = [Measures(log).taken_s for _ in range(runs)]
    median_s = statistics.median(sum(one.values()) for one in every)
    rows = [
        (
            "Signal measures, all",
            f"{median_s * 1e3:.0f} ms",
            f"{len(log.code):,} events sorted as the store gives them, median of {runs} runs",
        )
    ]
    rows += [
        (f"Signal measures, {name}", f"{statistics.median(one[name] for one in every) * 1e3:.1f} ms", "part of them")
        for name in every[0]
    ]
    ours = _configured(folder)
    configured_s = statistics.median(ours() for _ in range(runs))
    rows.append(
        (
            "Approaches of three junctions",
            f"{configured_s * 1e3:.0f} ms",
            "every column of the family, from the same log and its detector configuration",
        )
    )
    if importlib.util.find_spec("atspm"):
        theirs_s = statistics.median(_atspm(folder)() for _ in range(runs))
        rows.append(
            (
                "atspm, five of the measures",
                f"{theirs_s * 1e3:.0f} ms",
                "aggregation alone, loaded before, by quarter hour",
            )
        )
        rows.append(
            (
                "atspm over approaches",
                f"{theirs_s / configured_s:.1f}",
                "its five measures over all columns of the family, medians of the same run",
            )
        )
    return rows


def _configured(folder: Path) -> Callable[[], float]:
    """Make a run of the family of approaches over every controller of the log, loaded before."""
    every = tasks(folder)

    def run() -> float:
        start_s = time.perf_counter()
        for task in every.values():
            FAMILY.compute(task)
        return time.perf_counter() - start_s

    return run


def _atspm(folder: Path) -> Callable[[], float]:
    """Make a run of that package on the same log."""

    def run() -> float:
        processor = importlib.import_module("atspm").SignalDataProcessor(
            raw_data=str(folder / "hires_test_data.parquet"),
            detector_config=str(folder / "configs_test_data.parquet"),
            bin_size=15,
            remove_incomplete=False,
            verbose=0,
            aggregations=[
                {"name": "actuations", "params": {}},
                {"name": "arrival_on_green", "params": {"latency_offset_seconds": 0}},
                {"name": "terminations", "params": {}},
                {"name": "yellow_red", "params": {"latency_offset_seconds": 1.5, "min_red_offset": -8}},
                {
                    "name": "split_failures",
                    "params": {
                        "red_time": 5,
                        "red_occupancy_threshold": 0.8,
                        "green_occupancy_threshold": 0.8,
                        "by_approach": True,
                        "by_cycle": False,
                    },
                },
            ],
        )
        try:
            processor.load()
            start_s = time.perf_counter()
            processor.aggregate()
            return time.perf_counter() - start_s
        finally:
            with suppress(Exception):
                processor.conn.close()

    return run


if __name__ == "__main__":
    for name, figure, how in signals(9, Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDING):
        print(f"| {name} | {figure} | {how} |")
