"""Comparison of our kernels with tables of the German traffic centres, by the family that a table's name says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dua_analysis import COUNTS, RESULTS, SPEEDS, parameters, results, right_in
from dua_section import aggregated, section, state, virtually
from dua_table import Table, read

from processing.kernels.analysis import DesignParameters, accepted, analyse, hourly
from processing.kernels.availability import failures, trusted
from processing.kernels.constancy import stuck
from processing.kernels.group import Ints
from processing.kernels.measured import FAULTY, Bools, Measured, decode, encode, faulted, joined
from processing.kernels.plausibility import consistent, limited, limited_counts, occupied, rejected, unchanged
from processing.kernels.substitution import FROM_LANE, HELD, substitute
from processing.kernels.trend import Smoothing, smooth

VALUES = ("qKfz", "vKfz", "qLkw", "vLkw", "qPkw", "vPkw", "b", "tNetto", "sKfz", "vgKfz")
REJECTED, UNCHECKED = "2", "3"
"""Last part of the name of a table that rejects what is above its greatest value, and of one that checks nothing."""
LIMITED = (COUNTS, (*SPEEDS, "vgKfz"), ("b",))
"""Values whose limits are checked together."""
DAY_MINUTES = 1440


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
    """Replaced, rejected or not checked, which the last part of the table's name says."""
    how = table.name.partition("-")[2]
    greatest = {name: table.parameter(f"{name}Max") for name in ("qKfz", "qLkw", "vKfz", "vLkw", "vPkw", "b")}
    count, speed, occupancy = (table.measured(names, 0, graded=False) for names in LIMITED)
    most = np.array([[greatest[name]] for name in SPEEDS] + [[table.parameter("vGKfzMax")]])
    replaced = (
        limited_counts(count, np.array([greatest["qKfz"]]), np.array([greatest["qLkw"]])),
        limited(speed, most),
        limited(occupancy, np.array([greatest["b"]])),
    )
    right = np.ones(len(table.rows), np.bool_)
    for names, said, (found, changed) in zip(LIMITED, (count, speed, occupancy), replaced, strict=True):
        shown, marks = found, changed
        if how == REJECTED:
            shown, marks = rejected(said, changed), np.broadcast_to(changed.any(axis=0), changed.shape)
        elif how == UNCHECKED:
            shown, marks = said, np.zeros(changed.shape, np.bool_)
        for number, name in enumerate(names):
            right &= encode(shown[number]) == table.numbers(name, 1)
            right &= marks[number] == (np.array(table.column(name, 2)) == "Ja")
    return right, np.arange(len(table.rows))


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
    """Rows of two lanes in turn, or of one; another lane at 95 %, held at 90 %: the table shows these, no more."""
    names = ("qKfz", "vKfz", "qLkw", "vLkw", "qPkw", "vPkw")
    paired = "nicht konfiguriert" not in table.parameters.get("ersatzfahrstreifen", [])
    lane, other = np.arange(0, len(table.rows), 1 + paired), np.arange(paired, len(table.rows), 1 + paired)
    values = table.measured(names, 0, graded=True)
    length = table.numbers("T", 0)
    longest = int(table.parameter("MaxErsetzungsdauer"))
    alike = (length[lane] == length[other])[None] & paired
    found = substitute(values[:, None, lane], values[:, None, other], alike, longest, 0.95, 0.90)
    right = np.ones(len(lane), np.bool_)
    for number, name in enumerate(names):
        right &= right_in(table, name, 1, found.measured[number, 0], lane)
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
        right &= right_in(table, COUNTS[number], 1, flow[number], rows)
        right &= right_in(table, SPEEDS[number], 1, speed[number], rows)
    for title, found in zip(RESULTS, _chain(flow, speed, parameters(table)), strict=True):
        right &= right_in(table, title, 0, found, rows)
    return right, rows


def _chain(flow: Measured, speed: Measured, parameters: DesignParameters) -> list[Measured]:
    """Analyse rows one after the other: a density at speed 0 depends on the row before."""
    before, design_before = np.full((3, 1), np.nan), np.full(1, np.nan)
    steps = []
    for number in range(flow.number.shape[1]):
        one = np.array([number])
        found = analyse(flow[:, one], speed[:, one], parameters, before, design_before)
        before, design_before = found.density_veh_km.number, found.design_density_pcu_km.number
        steps.append(results(found))
    return [joined([step[number] for step in steps]) for number in range(len(RESULTS))]


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


def _outage(table: Table) -> tuple[Bools, Ints]:
    """Minutes with a faulty value in the day before, looked at from time to time, and reported."""
    failing, checked = _failing(table, DAY_MINUTES, "prüfintervall")
    reports = checked & (failing > table.parameter("maxAusfallProTag"))
    report, count = table.titles.index("Soll"), table.titles.index("Formeln") + 1
    right: Bools = np.array([row[report] == "Betriebsmeldung" for row in table.rows]) == reports
    right &= failing == np.array([float(row[count]) for row in table.rows])
    return right, np.arange(len(right))


def _trust(table: Table) -> tuple[Bools, Ints]:
    """Values are faulty while a detector is not trusted."""
    failing, checked = _failing(table, int(table.parameter("BezugsZeitraumVetrauensBereich")), "prüfInt")
    limit, restored = (np.array([table.parameter(f"maxAusfallProBezugszeitraum{one}")]) for one in ("Ein", "Aus"))
    trust = trusted(failing[None], limit, restored, np.array([True]), checked)[0]
    right = np.ones(len(trust), np.bool_)
    for name in VALUES:
        right &= encode(faulted(decode(table.numbers(name, 0)), ~trust)) == table.numbers(name, 1)
    return right, np.arange(len(trust))


def _failing(table: Table, span: int, checks: str) -> tuple[Ints, Bools]:
    """Faulty minutes of a sliding span, and when they are looked at; only counts and speeds make a minute faulty."""
    faulty = np.logical_or.reduce([table.numbers(name, 0) == -FAULTY for name in VALUES[:6]])
    (name,) = [one for one in table.parameters if one.startswith(checks)]
    step = int(table.parameter(name))
    return failures(faulty[None], span)[0], np.arange(len(table.rows)) % step == 0


FAMILIES: dict[str, Callable[[Table], tuple[Bools, Ints]]] = {
    "DUA13": _contradictions,
    "DUA14": _smoothed_or_occupied,
    "DUA15": _limits,
    "DUA20": _substitution,
    "DUA25": _analysis,
    "DUA26": section,
    "DUA28": aggregated,
    "DUA36": _smoothing,
    "DUA51": _constancy,
    "DUA52": _outage,
    "DUA53": _trust,
    "DUA8": virtually,
    "DUAStNRW": lambda table: state(table, "nrw"),
    "DUAStRDS": lambda table: state(table, "rds"),
}
"""How a table is compared, by how its name begins."""
