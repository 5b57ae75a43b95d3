"""Energy per application and quarter hour: of its node's active energy by CPU time, of the idle by reservation."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import SECOND_US
from emscher.streams.workload import WHOLE_NODE
from processing.families.energy import LONGEST_GAP_S, metered
from processing.families.energy import ROW as ENERGY_ROW
from processing.family import Family, Indicator, Task, microseconds, table
from processing.kernels.application import active_energy, idle_energy
from processing.kernels.counter import RESETTABLE, advance, split
from processing.kernels.group import Floats, Ints, total
from processing.kernels.meter import Flags

ROW = np.dtype([("sensor_id", "i4"), ("observed_at", "M8[us]"), ("simulated", "?"), ("cpu_s", "f8")])

_ACTIVE = "processing.kernels.application.active_energy"
_IDLE = "processing.kernels.application.idle_energy"
_KEPLER = "Kepler power attribution guide"


def compute(task: Task) -> Rows:
    """Compute CPU share and active energy of each application in each due window with CPU time."""
    read = task.rows["workload_rows"]
    sensor_id, counter = np.unique(read["sensor_id"], return_inverse=True)
    time_us = microseconds(read["observed_at"])
    before, after = np.arange(len(read) - 1), np.arange(1, len(read))
    pair = (counter[before] == counter[after]) & (time_us[after] - time_us[before] <= LONGEST_GAP_S * SECOND_US)
    before, after = before[pair], after[pair]
    cpu_s = read["cpu_s"]
    # A counter of CPU time begins anew with its process.
    kind = np.full(len(after), RESETTABLE)
    gained_s = advance(cpu_s[before], cpu_s[after], kind, np.full(len(after), np.nan))
    used_s, covered_us = split(time_us[before], time_us[after], gained_s, counter[after], task.window_us, task.width_us)
    row, window = np.nonzero(covered_us > 0)
    about = {sensor.sensor_id: sensor.metadata for sensor in task.sensors}
    known = [about.get(int(one), {}) for one in sensor_id]
    cores = np.array([float(one.get("cores", np.nan)) for one in known])
    reserved = np.array([float(one.get("reserved_cores", np.nan)) for one in known]) / cores
    node = [str(one.get("node")) for one in known]
    whole = np.array([one.get("application") == WHOLE_NODE for one in known], np.bool_)
    energy_kwh = _energy_of_nodes(task, node)[row, window]
    share, active_kwh = active_energy(energy_kwh, used_s[row, window], covered_us[row, window] / SECOND_US, cores[row])
    usage = _usage(node, whole, row, window, share, len(task.window_us))
    mark = np.where(read["simulated"][before] | read["simulated"][after], 1.0, np.nan)
    marked, _ = split(time_us[before], time_us[after], mark, counter[after], task.window_us, task.width_us)
    return table(
        sensor_id=sensor_id[row].astype(np.int64),
        window_start=task.window_us[window].view("M8[us]"),
        width_s=np.full(len(row), task.width_us // SECOND_US),
        simulated=marked[row, window] > 0,
        cpu_share_ratio=share,
        energy_kwh=active_kwh,
        idle_kwh=idle_energy(energy_kwh, usage, reserved[row]),
        coverage_ratio=covered_us[row, window] / task.width_us,
    )


def _usage(nodes: list[str], whole: Flags, row: Ints, window: Ints, share: Floats, n_windows: int) -> Floats:
    """Usage of the node of each row: what is said of the whole node, else the sum over its applications."""
    _, of_row = np.unique(nodes, return_inverse=True)
    cell = of_row[row] * n_windows + window
    n_cells = (len(nodes) + 1) * n_windows
    every, said = (total(cell[one], share[one], n_cells)[cell] for one in (~whole[row], whole[row]))
    usage: Floats = np.where(np.isnan(said), every, said)
    return usage


def _energy_of_nodes(task: Task, nodes: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Energy of each node by due window [kWh], the sum over its meters; NaN where one of them is not covered."""
    whole = metered(task, "node_energy_rows")
    about = {sensor.sensor_id: sensor.metadata for sensor in task.sensors}
    node_of_meter = [str(about.get(int(one), {}).get("node")) for one in whole.sensor_id]
    energy_kwh = np.full((len(nodes), len(task.window_us)), np.nan)
    for number, node in enumerate(nodes):
        meters = [meter for meter, its_node in enumerate(node_of_meter) if its_node == node]
        if meters:
            energy_kwh[number] = whole.found.energy_wh[meters].sum(axis=0) / 1000
    return energy_kwh


FAMILY = Family(
    name="workload",
    title_en="Energy per application",
    title_de="Energie je Fachverfahren",
    key=("sensor_id", "window_start"),
    loads={"workload_rows": ROW, "node_energy_rows": ENERGY_ROW},
    compute=compute,
    buckets=("1h", "1d"),
    indicators=(
        Indicator("cpu_share_ratio", "1", "CPU share", "CPU-Anteil", _ACTIVE, _KEPLER, "verified"),
        Indicator("energy_kwh", "kWh", "Active energy", "Aktive Energie", _ACTIVE, _KEPLER, "verified"),
        Indicator(
            "idle_kwh",
            "kWh",
            "Idle energy reserved",
            "Reservierte Leerlaufenergie",
            _IDLE,
            "own: by reserved cores",
            "own",
        ),
        Indicator("coverage_ratio", "1", "Share of time covered", "Erfasster Zeitanteil", _ACTIVE, "own", "own"),
    ),
)
