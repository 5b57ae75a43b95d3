"""Virtual cross-sections per minute, balanced from measured ones, and how far a measured one is from its balance."""

from __future__ import annotations

import numpy as np

from emscher.store.copy import Rows
from emscher.stream import Due
from processing.family import Family, Indicator, Status, Task, microseconds, table
from processing.kernels.cross_section import deviation, virtual
from processing.kernels.group import Ints, ratio
from processing.kernels.measured import NOT_DETERMINABLE, REPORTED, Bools, Measured, stacked

PART = np.dtype(
    [("section", "i4"), ("part", "i4"), ("site_id", "i4"), ("bearing_deg", "f8"), ("share", "f8"), ("speeds", "?")]
)
FLOW = np.dtype(
    [
        ("site_id", "i4"),
        ("bearing_deg", "i4"),
        ("window_start", "M8[us]"),
        ("simulated", "?"),
        ("flow_veh_h", "f8"),
        ("speed_kmh", "f8"),
        ("quality_ratio", "f8"),
        ("interpolated", "?"),
    ]
)

WIDTH_S = 3_600
MINUTE_S = 60
MINUTE_US = 60_000_000
COMPARED = 0
"""Number of the part that is measured where the balance is sought, and compared with it."""
NOTHING_MISSING, NO_FLOW, WRONG = 0, 1, 2


def compute(task: Task) -> Rows:
    """Compute each virtual cross-section of a site in each minute in which one of its parts says something."""
    parts, read = task.rows["virtual_part_rows"], task.rows["virtual_flow_rows"]
    blocks = [_section(task, parts[parts["section"] == one], read) for one in np.unique(parts["section"])]
    return np.concatenate([*blocks, _section(task, parts[:0], read)])


def _section(task: Task, parts: Rows, read: Rows) -> Rows:
    """Compute one; where it is wrongly described it has nothing but the reason."""
    first_us = int(task.window_us[0])
    minutes = int(task.window_us[-1] + task.width_us - first_us) // MINUTE_US
    minute = (microseconds(read["window_start"]) - first_us) // MINUTE_US
    due = task.place(first_us + np.arange(minutes) * MINUTE_US) >= 0
    adding = parts[parts["part"] != COMPARED]
    compared = _laid(parts[parts["part"] == COMPARED][:1], read, minute, minutes, "flow_veh_h")
    flow, speed = (_laid(adding, read, minute, minutes, name) for name in ("flow_veh_h", "speed_kmh"))
    right = bool(len(adding)) and not np.isnan(adding["share"]).any() and bool((adding["site_id"] > 0).all())
    silent = np.full(minutes, NOT_DETERMINABLE, np.int64)
    whose = np.flatnonzero(adding["speeds"])
    nothing = Measured(np.full(minutes, np.nan), silent, np.ones(minutes), np.zeros(minutes, np.bool_))
    found, mean = (
        virtual(flow, adding["share"], speed[int(whose[0])] if len(whose) else nothing) if right else (nothing, nothing)
    )
    there, simulated = _said(parts, read, minute, minutes)
    (row,) = np.nonzero(there & due)
    measured = compared.number[0] if len(compared.number) else np.full(minutes, np.nan)
    reason = np.where(np.isnan(found.number), NO_FLOW, NOTHING_MISSING) if right else np.full(minutes, WRONG)
    return table(
        site_id=np.full(len(row), task.site_id),
        section=np.full(len(row), int(parts["section"][0]) if len(parts) else 0),
        window_start=(first_us + row * MINUTE_US).view("M8[us]"),
        width_s=np.full(len(row), MINUTE_S),
        simulated=simulated[row],
        flow_veh_h=found.number[row],
        speed_kmh=mean.number[row],
        density_veh_km=ratio(found.number, mean.number)[row],
        quality_ratio=np.where(np.isnan(found.number), np.nan, found.quality_ratio)[row],
        interpolated=found.interpolated[row],
        measured_flow_veh_h=measured[row],
        deviation_pct=deviation(measured, found.number)[row],
        reason=reason[row],
    )


def _laid(parts: Rows, read: Rows, minute: Ints, minutes: int, name: str) -> Measured:
    """Lay values of each part on minutes, shape (parts, minutes); where nothing is, nothing was said."""
    shape = len(parts), minutes
    number, quality, marked = np.full(shape, np.nan), np.ones(shape), np.zeros(shape, np.bool_)
    for place, part in enumerate(parts):
        mine = _of_part(part, read)
        number[place, minute[mine]] = read[name][mine]
        quality[place, minute[mine]] = np.nan_to_num(read["quality_ratio"][mine], nan=1.0)
        marked[place, minute[mine]] = read["interpolated"][mine]
    if not len(parts):
        return Measured(number, np.zeros(shape, np.int64), quality, marked)
    return stacked([Measured(number[n], np.full(minutes, REPORTED), quality[n], marked[n]) for n in range(len(parts))])


def _said(parts: Rows, read: Rows, minute: Ints, minutes: int) -> tuple[Bools, Bools]:
    """Whether any part says something in a minute, and whether something simulated."""
    there, simulated = np.zeros(minutes, np.bool_), np.zeros(minutes, np.bool_)
    for part in parts:
        mine = _of_part(part, read)
        there[minute[mine]] = True
        simulated[minute[mine]] |= read["simulated"][mine]
    return there, simulated


def _of_part(part: np.void, read: Rows) -> Bools:
    found: Bools = (read["site_id"] == part["site_id"]) & (read["bearing_deg"] == part["bearing_deg"])
    return found


_VIRTUAL = "processing.kernels.cross_section.virtual"
_DEVIATION = "processing.kernels.cross_section.deviation"
_INPUTS = ("cross_section.flow_veh_h", "cross_section.speed_kmh", "share")


def _of(
    column: str, unit: str, names: tuple[str, str], source: str, kernel: str = _VIRTUAL, *, rolls_up: bool = True
) -> Indicator:
    status: Status = "own" if source == "own" else "verified"
    return Indicator(column, unit, *names, kernel, source, status, "should", _INPUTS, rolls_up)


FAMILY = Family(
    name="virtual_section",
    title_en="Virtual cross-sections",
    title_de="Virtuelle Messquerschnitte",
    key=("site_id", "section", "window_start"),
    loads={"virtual_part_rows": PART, "virtual_flow_rows": FLOW},
    compute=compute,
    buckets=("15min", "1h", "1d"),
    step_s=MINUTE_S,
    reads="cross_section",
    reach=Due("virtual_section", width_s=WIDTH_S),
    awake="make_virtual_sections_due",
    indicators=(
        _of("flow_veh_h", "veh/h", ("Flow, balanced", "Verkehrsstärke, bilanziert"), "DUA81; DUA82; DUA83"),
        _of("speed_kmh", "km/h", ("Mean speed", "Mittlere Geschwindigkeit"), "DUA81; DUA83"),
        _of("density_veh_km", "veh/km", ("Density", "Verkehrsdichte"), "DUA81 without rounding"),
        _of("quality_ratio", "1", ("Quality of the flow", "Güte der Verkehrsstärke"), "DUA82"),
        _of(
            "measured_flow_veh_h",
            "veh/h",
            ("Flow measured in the same place", "Am selben Ort gemessene Verkehrsstärke"),
            "own",
            _DEVIATION,
        ),
        _of(
            "deviation_pct",
            "%",
            ("Deviation of the measured flow from the balance", "Abweichung der Messung von der Bilanz"),
            "DUA, SWE DE Langzeit-Fehlererkennung: deviation from the predecessor",
            _DEVIATION,
        ),
        _of(
            "reason",
            "1",
            ("Why there is no flow: 1 a part has none, 2 description", "Grund für fehlende Verkehrsstärke"),
            "own",
            rolls_up=False,
        ),
    ),
)
