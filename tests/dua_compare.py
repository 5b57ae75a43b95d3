"""Comparison of our kernels with tables of the German traffic centres, by the family that a table's name says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from dua_table import Table, read

from processing.kernels.aggregation import aggregate
from processing.kernels.analysis import Analysis, DesignParameters, accepted, analyse, hourly
from processing.kernels.congestion import DENSE, FREE, JAM, LIVELY, NO_STATEMENT, SLOW, Limits, states
from processing.kernels.constancy import stuck
from processing.kernels.cross_section import cross_section, virtual
from processing.kernels.group import Floats, Ints
from processing.kernels.measured import (
    NOT_DETERMINABLE,
    Bools,
    Measured,
    decode,
    encode,
    faulted,
    joined,
    rounded,
    stacked,
)
from processing.kernels.plausibility import consistent, limited, limited_counts, occupied, unchanged
from processing.kernels.substitution import FROM_LANE, HELD, substitute
from processing.kernels.trend import Smoothing, smooth

COUNTS, SPEEDS = ("qKfz", "qLkw", "qPkw"), ("vKfz", "vLkw", "vPkw")
RESULTS = ("aLkw", "kKfz", "kLkw", "kPkw", "qB", "kB")
CLASSES = ("Kfz", "Lkw", "Pkw")
MINUTE_S = 60
STATES = {
    "keine Aussage": NO_STATEMENT,
    "freier Verkehr": FREE,
    "lebhafter Verkehr": LIVELY,
    "dichter Verkehr": DENSE,
    "zähfließender Verkehr": SLOW,
    "Stau": JAM,
}


@dataclass(frozen=True)
class Comparison:
    """One table: rows, or cases of several rows, compared and equal, and the numbers of those that are not."""

    name: str
    compared: int
    equal: int
    unequal: tuple[str, ...]


def compare(path: Path) -> Comparison:
    """Compare a table.

    Raises
    ------
    LookupError
        The name is of no family we know, or the table lacks a column.
    """
    family = next((one for one in FAMILIES if path.stem.startswith(one)), None)
    if family is None:
        raise LookupError("no family of tables that is known")
    table = read(path)
    right, rows = FAMILIES[family](table)
    unequal = tuple(table.lines[row] for row in rows[~right])
    return Comparison(path.stem, len(right), int(right.sum()), unequal)


def every(folder: Path) -> Iterator[Comparison | tuple[str, str]]:
    """Compare each table of a folder; of one that is not understood its name and the reason."""
    for path in sorted(folder.glob("*.csv")):
        try:
            yield compare(path)
        except (LookupError, StopIteration, ValueError) as exc:
            yield path.stem, str(exc)


def _contradictions(table: Table) -> tuple[Bools, Ints]:
    count, speed = consistent(table.measured(COUNTS, 0, graded=False), table.measured(SPEEDS, 0, graded=False))
    right = (encode(count) == np.stack([table.numbers(name, 2) for name in COUNTS])).all(axis=0)
    right &= (encode(speed) == np.stack([table.numbers(name, 2) for name in SPEEDS])).all(axis=0)
    return right, np.arange(len(right))


def _smoothed_or_occupied(table: Table) -> tuple[Bools, Ints]:
    """Rule B13 in pairs of rows, or B14 with the limits of the test: above 100 km/h no 80 % and more."""
    if "B13" in table.header:
        second = np.arange(1, len(table.rows), 2)
        count, smoothed = decode(table.numbers("qKfz", 0)), decode(table.numbers("vgKfz", 0))
        found = unchanged(count[second], smoothed[second], smoothed[second - 1])
        return encode(found) == table.numbers("vgKfz", 1)[second], second
    occupancy, speed = decode(table.numbers("b", 0)), decode(table.numbers("vKfz", 0))
    found = occupied(occupancy, speed, np.array([100.0]), np.array([80.0]))
    return encode(found) == table.numbers("b", 1), np.arange(len(table.rows))


def _limits(table: Table) -> tuple[Bools, Ints]:
    greatest = {name: table.parameter(f"{name}Max") for name in ("qKfz", "qLkw", "vKfz", "vLkw", "vPkw", "b")}
    count, changed = limited_counts(
        table.measured(COUNTS, 0, graded=False), np.array([greatest["qKfz"]]), np.array([greatest["qLkw"]])
    )
    right = (encode(count) == np.stack([table.numbers(name, 1) for name in COUNTS])).all(axis=0)
    for number, name in enumerate(COUNTS):
        right &= changed[number] == (np.array(table.column(name, 2)) == "Ja")
    singles = {name: greatest[name] for name in ("vKfz", "vLkw", "vPkw", "b")}
    for name, most in {**singles, "vgKfz": table.parameter("vGKfzMax")}.items():
        found, changed = limited(decode(table.numbers(name, 0)), np.array([most]))
        right &= encode(found) == table.numbers(name, 1)
        right &= changed == (np.array(table.column(name, 2)) == "Ja")
    return right, np.arange(len(right))


def _constancy(table: Table) -> tuple[Bools, Ints]:
    """Series by the number before the point; an occupancy below 3 % may stand still."""
    groups = (
        (COUNTS, "Verkehrsmenge", 1),
        (SPEEDS, "Geschwindigkeit", 1),
        (("sKfz",), "Streuung", 1),
        (("b",), "Belegung", 3),
    )
    series = np.array([line.split(".")[0] for line in table.lines])
    right = np.ones(len(series), np.bool_)
    for one in dict.fromkeys(series):
        (rows,) = np.nonzero(series == one)
        mine = table.only(list(rows))
        for names, title, smallest in groups:
            values = mine.measured(names, 0, graded=False)
            wrong = stuck(values[:, None, :], int(table.parameter(f"maxAnzKonstanz{title}")), smallest)
            found = faulted(values, np.broadcast_to(wrong, values.number.shape))
            right[rows] &= (encode(found) == np.stack([mine.numbers(name, 1) for name in names])).all(axis=0)
    return right, np.arange(len(series))


def _substitution(table: Table) -> tuple[Bools, Ints]:
    """Rows of two lanes in turn; from the other lane at 95 %, held at 90 %: the table shows these factors, no more."""
    names = ("qKfz", "vKfz", "qLkw", "vLkw", "qPkw", "vPkw")
    lane, other = np.arange(0, len(table.rows), 2), np.arange(1, len(table.rows), 2)
    values = table.measured(names, 0, graded=True)
    length = table.numbers("T", 0)
    longest = int(table.parameter("MaxErsetzungsdauer"))
    alike = (length[lane] == length[other])[None]
    found = substitute(values[:, None, lane], values[:, None, other], alike, longest, 0.95, 0.90)
    right = np.ones(len(lane), np.bool_)
    for number, name in enumerate(names):
        right &= _right(table, name, 1, found.measured[number, 0], lane)
    remark = np.array(table.column("Bemerkung", 0))[lane]
    right &= (found.origin[0] == FROM_LANE) == (remark == "Ersetzung 1")
    right &= (found.origin[0] == HELD) == (remark == "Ersetzung 2")
    return right, lane


def _analysis(table: Table) -> tuple[Bools, Ints]:
    flow = hourly(table.measured(COUNTS, 0, graded=True), table.numbers("T", 0))
    speed = accepted(table.measured(SPEEDS, 0, graded=True))
    rows = np.arange(len(table.rows))
    right = np.ones(len(rows), np.bool_)
    for number in range(3):
        right &= _right(table, COUNTS[number], 1, flow[number], rows)
        right &= _right(table, SPEEDS[number], 1, speed[number], rows)
    for title, found in zip(RESULTS, _chain(flow, speed, _parameters(table)), strict=True):
        right &= _right(table, title, 0, found, rows)
    return right, rows


def _cross_section(table: Table) -> tuple[Bools, Ints]:
    """One lane and its cross-section in a row.

    22a and 22b are from before the cap of 2008. 19b to 22b want a density of 0 for a class without vehicles, and hence
    without speed, where row 17 of the same table, and DUA25, want -1.
    """
    rows = np.arange(len(table.rows))
    counts, means = table.measured(COUNTS, 0, graded=True), table.measured(SPEEDS, 0, graded=True)
    one = np.ones(len(rows), np.int64)
    pairs = [cross_section(rows, len(rows), counts[number], means[number], one) for number in range(3)]
    flow, speed = stacked([each for each, _ in pairs]), stacked([each for _, each in pairs])
    right = np.ones(len(rows), np.bool_)
    for number in range(3):
        right &= _right(table, _capital(COUNTS[number]), 0, flow[number], rows)
        right &= _right(table, _capital(SPEEDS[number]), 0, speed[number], rows)
    for title, found in zip(RESULTS, _chain(flow, speed, _parameters(table)), strict=True):
        right &= _right(table, _capital(title), 0, found, rows)
    return right, rows


def _capital(name: str) -> str:
    """Name of a cross-section's value beside that of its lane."""
    return name[0].upper() + name[1:]


def _aggregation(table: Table) -> tuple[Bools, Ints]:
    """Cases begin where the first column has a number; what is aggregated may stand in seconds or minutes."""
    starts = np.nonzero([bool(line) for line in table.lines])[0]
    group = np.cumsum([bool(line) for line in table.lines]) - 1
    interval_s = table.numbers("T", 0) * _seconds(table, 0)
    expected_s = table.numbers("T", 1)[starts] * _seconds(table, 1)
    there = ~np.isnan(interval_s)
    counts, means = table.measured(COUNTS, 0, graded=True), table.measured(SPEEDS, 0, graded=True)
    pairs = [
        aggregate(group[there], len(starts), interval_s[there], counts[number, there], means[number, there], expected_s)
        for number in range(3)
    ]
    flow, speed = stacked([each for each, _ in pairs]), stacked([each for _, each in pairs])
    right = np.ones(len(starts), np.bool_)
    for number in range(3):
        right &= _right(table, COUNTS[number], 1, flow[number], starts)
        right &= _right(table, SPEEDS[number], 1, speed[number], starts)
    nothing = np.full((3, len(starts)), np.nan)
    found = _results(analyse(flow, speed, _parameters(table), nothing, nothing[0]))
    for title, one in zip(RESULTS, found, strict=True):
        right &= _right(table, title, 1, one, starts)
    return right, starts


def _virtual(table: Table) -> tuple[Bools, Ints]:
    """Two cross-sections in two rows give a third; densities are those from before the cap of 2008."""
    starts = np.nonzero([bool(line) for line in table.lines])[0]
    counts, means = table.measured(COUNTS, 0, graded=True), table.measured(SPEEDS, 0, graded=True)
    pairs = [
        virtual(stacked([counts[number, starts], counts[number, starts + 1]]), np.ones(2), means[number, starts])
        for number in range(3)
    ]
    flow, speed = stacked([each for each, _ in pairs]), stacked([each for _, each in pairs])
    right = np.ones(len(starts), np.bool_)
    for number in range(3):
        right &= _right(table, COUNTS[number], 1, flow[number], starts)
        right &= _right(table, SPEEDS[number], 1, speed[number], starts)
    uncapped = replace(
        _parameters(table),
        greatest_density_veh_km=np.full((3, 1), np.inf),
        greatest_design_density_pcu_km=np.array([np.inf]),
    )
    nothing = np.full((3, len(starts)), np.nan)
    for title, found in zip(RESULTS, _results(analyse(flow, speed, uncapped, nothing, nothing[0])), strict=True):
        right &= _right(table, title, 1, found, starts)
    return right, starts


def _smoothing(table: Table) -> tuple[Bools, Ints]:
    code = np.stack([table.numbers("qKfz", 0), table.numbers("vKfz", 0)])
    held = np.stack([np.zeros(len(code[0]), np.bool_), code[0] == 0])
    start = np.array([table.parameter("qKfzStart"), table.parameter("vKfzStart")])
    factors = (np.array([table.parameter(name, number)]) for name in ("alpha", "beta") for number in ("1", "2"))
    smoothed, forecast = smooth(np.where(code < 0, np.nan, code), held, Smoothing(start, *factors), rounds=True)
    right = np.ones(len(table.rows), np.bool_)
    for lane, name in enumerate(("qKfz", "vKfz")):
        right &= smoothed[lane] == table.numbers(f"{name}G", 0)
        right &= forecast[lane] == table.numbers(f"{name}P", 0)
    return right, np.arange(len(right))


def _state(table: Table, method: str) -> tuple[Bools, Ints]:
    """Parameters of the tests of the state; the density is taken of the flow as it is, not smoothed."""
    flow = hourly(decode(table.numbers("qKfz", 0)), table.numbers("T", 0))
    speed, smoothed = decode(table.numbers("vKfz", 0)), decode(table.numbers("vgKfz", 0))
    shown = np.where(np.isnan(smoothed.number), speed.number, smoothed.number)
    limits = Limits(*(np.array([float(one)]) for one in (71, 97, 5, 15, 25, 10, 7, 7)))
    empty = (speed.status == NOT_DETERMINABLE)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        density = rounded(flow.number / speed.number)
    found = states(density[None], shown[None], empty, limits, np.array([NO_STATEMENT]), method)
    right: Bools = found[0] == np.array([STATES[name] for name in table.column("Situation", 0)])
    return right, np.arange(len(right))


def _parameters(table: Table) -> DesignParameters:
    def of_classes(which: str) -> Floats:
        return np.array([[table.parameter(f"k{one}", which)] for one in CLASSES])

    return DesignParameters(
        of_classes("Grenz"),
        of_classes("Max"),
        np.array([table.parameter("kB", "Grenz")]),
        np.array([table.parameter("kB", "Max")]),
        np.array([table.parameter("fl", "k1")]),
        np.array([table.parameter("fl", "k2")]),
    )


def _seconds(table: Table, block: int) -> int:
    places = [place for place, title in enumerate(table.header) if title == "T"]
    return 1 if table.units[places[block]].strip().lower().startswith("s") else MINUTE_S


def _results(found: Analysis) -> list[Measured]:
    density = [found.density_veh_km[number] for number in range(3)]
    return [found.heavy_share_pct, *density, found.design_flow_pcu_h, found.design_density_pcu_km]


def _chain(flow: Measured, speed: Measured, parameters: DesignParameters) -> list[Measured]:
    """Analyse rows one after the other: a density at speed 0 depends on the row before."""
    before, design_before = np.full((3, 1), np.nan), np.full(1, np.nan)
    steps = []
    for number in range(flow.number.shape[1]):
        one = np.array([number])
        found = analyse(flow[:, one], speed[:, one], parameters, before, design_before)
        before, design_before = found.density_veh_km.number, found.design_density_pcu_km.number
        steps.append(_results(found))
    return [joined([step[number] for step in steps]) for number in range(len(RESULTS))]


def _right(table: Table, name: str, block: int, found: Measured, rows: Ints) -> Bools:
    """Whether values, their quality and their mark are those of the table."""
    right: Bools = encode(found) == table.numbers(name, block)[rows]
    right &= rounded(found.quality_ratio * 100) == table.quality(name, block)[rows]
    right &= found.interpolated == table.interpolated(name, block)[rows]
    return right


FAMILIES: dict[str, Callable[[Table], tuple[Bools, Ints]]] = {
    "DUA13": _contradictions,
    "DUA14": _smoothed_or_occupied,
    "DUA15": _limits,
    "DUA20": _substitution,
    "DUA25": _analysis,
    "DUA26": _cross_section,
    "DUA28": _aggregation,
    "DUA36": _smoothing,
    "DUA51": _constancy,
    "DUA8": _virtual,
    "DUAStNRW": lambda table: _state(table, "nrw"),
    "DUAStRDS": lambda table: _state(table, "rds"),
}
"""How a table is compared, by how its name begins."""
