"""The catalogue's rows of the family of approaches."""

from __future__ import annotations

from processing.family import Indicator, Priority, Status

_KERNELS = "processing.kernels."
_REASONS = "own; the table undefined_reason has the words"


def _one(
    column: str,
    unit: str,
    names: tuple[str, str],
    kernel: str,
    source: str,
    status: Status = "verified",
    priority: Priority = "must",
) -> Indicator:
    whole = kernel if kernel.startswith("processing.") else _KERNELS + kernel
    # Reasons and advice are of one quarter hour; the quality of a longer time is not theirs.
    alone = column.endswith(("_reason", "_quality_ratio")) or column.startswith(("advised_", "balanced_"))
    return Indicator(column, unit, *names, whole, source, status, priority, rolls_up=not alone)


def _why(of: str, en: str, de: str) -> Indicator:
    names = f"Why {en} undefined", f"Warum {de} unbestimmt"
    return _one(f"{of}_reason", "1", names, "processing.approach.reason.reasons", _REASONS, "own")


def _quality(of: str, en: str, de: str, kernel: str = "processing.approach.presence.detect") -> Indicator:
    names = f"Quality of {en}", f"Güte: {de}"
    return _one(f"{of}_quality_ratio", "1", names, kernel, "own: share of detectors or time that reported", "own")


_OBSERVE = "processing.approach.observed.observe"
_DEMAND = "processing.approach.demand.demand"
_CYCLE = "cycle.cycles"
_SPLIT = "split_failure.occupancies"
_DELAY = "control_delay.control_delay_s"
_REDS = "red_running.red_runs"
_WALKS = "pedestrian.pedestrian_delays"
_QUEUE = "queue.queues"
_UDOT_SPLIT = "UDOT ATSPM, split failure; the threshold is a dated row"

INDICATORS: tuple[Indicator, ...] = (
    _one("coverage_ratio", "1", ("Share of time observed", "Erfasster Zeitanteil"), _OBSERVE, "own", "own"),
    _one("cycle_count", "1", ("Whole cycles seen", "Gesehene ganze Umläufe"), _CYCLE, "own", "own"),
    _one("cycle_s", "s", ("Cycle", "Umlaufzeit"), _CYCLE, "RiLSA 2015", "unverified"),
    _one("green_ratio", "1", ("Share of green", "Freigabezeitanteil"), _CYCLE, "RiLSA 2015", "unverified"),
    _one(
        "max_out_run_count",
        "1",
        ("Max-outs in a row", "Höchstgrün-Abbrüche in Folge"),
        "termination.terminations",
        "ATSPM, terminations",
        "verified",
        "should",
    ),
    _one("arrival_count", "1", ("Arrivals", "Ankünfte"), "arrival.arrivals", "ATSPM, arrivals on green"),
    _one(
        "arrivals_on_green_ratio",
        "1",
        ("Arrivals on green", "Ankünfte bei Grün"),
        "arrival.arrivals",
        "ATSPM, arrivals on green",
    ),
    _one("platoon_ratio", "1", ("Platoon ratio", "Pulkverhältnis"), "arrival.platoon_ratio", "HCM 7, Exhibit 19-13"),
    _one(
        "approach_delay_s",
        "s",
        ("Approach delay, simple", "Wartezeit je Ankunft, einfach"),
        "arrival.approach_delay_s",
        "UDOT ATSPM, approach delay",
    ),
    _quality("arrival", "arrivals", "Ankünfte"),
    _why("arrival", "arrivals on green are", "Ankünfte bei Grün"),
    _one(
        "green_occupancy_ratio",
        "1",
        ("Green occupancy (GOR)", "Belegung bei Grün (GOR)"),
        _SPLIT,
        _UDOT_SPLIT,
    ),
    _one(
        "red_occupancy_ratio",
        "1",
        ("Occupancy of the first 5 s of red (ROR5)", "Belegung der ersten 5 s Rot (ROR5)"),
        _SPLIT,
        _UDOT_SPLIT,
    ),
    _one(
        "split_failure_count",
        "1",
        ("Split failures", "Überlastete Freigaben"),
        "split_failure.split_failures",
        _UDOT_SPLIT,
    ),
    _one(
        "green_utilisation_ratio",
        "1",
        ("Green utilisation from gaps", "Grünausnutzung aus Zeitlücken"),
        "saturation.green_utilisation",
        "literature on SCATS",
        "unverified",
    ),
    _quality("presence", "occupancies", "Belegungen"),
    _why("presence", "occupancies are", "Belegungen"),
    _one("flow_veh_h", "veh/h", ("Demand", "Verkehrsstärke"), _DEMAND, "own", "own"),
    _one("capacity_veh_h", "veh/h", ("Capacity", "Kapazität"), _DEMAND, "HBS 2015 (FGSV DOK 69801)"),
    _one(
        "saturation_ratio",
        "1",
        ("Degree of saturation", "Auslastungsgrad"),
        "saturation.degree_of_saturation",
        "HBS 2015 (FGSV DOK 69801)",
    ),
    _one(
        "control_delay_hcm_s",
        "s",
        ("Control delay (HCM)", "Mittlere Wartezeit (HCM)"),
        _DELAY,
        "HCM 7, Eq. 19-18 to 19-22",
    ),
    _one(
        "control_delay_hbs_s",
        "s",
        ("Control delay (HBS)", "Mittlere Wartezeit (HBS)"),
        _DELAY,
        "VSS 40 023a; HBS 2015 unverified",
        "unverified",
    ),
    _one("los", "1", ("Level of service, 0 = A", "Level of Service, 0 = A"), "level.levels", "HCM 7, Exhibit 19-8"),
    _one("qsv", "1", ("Quality of traffic flow, 0 = A", "QSV, 0 = A"), "level.levels", "HBS 2015; VSS 40 023a"),
    _quality("flow", "demand", "Verkehrsstärke", _DEMAND),
    _why("flow", "saturation is", "der Auslastungsgrad"),
    _one(
        "amber_actuation_count",
        "1",
        ("Passages on amber", "Überfahrten bei Gelb"),
        _REDS,
        "ATSPM, yellow and red actuations",
        "verified",
        "should",
    ),
    _one(
        "red_actuation_count",
        "1",
        ("Passages on red", "Überfahrten bei Rot"),
        _REDS,
        "ATSPM, yellow and red actuations",
        "verified",
        "should",
    ),
    _one(
        "severe_red_actuation_count",
        "1",
        ("Passages long after the begin of red", "Überfahrten lange nach Rotbeginn"),
        _REDS,
        "ATSPM practice; the threshold is a dated row",
        "unverified",
        "should",
    ),
    _why("red", "passages on red are", "Überfahrten bei Rot"),
    _one(
        "pedestrian_call_count",
        "1",
        ("Walks that were called for", "Angeforderte Fußgängerfreigaben"),
        _WALKS,
        "UDOT ATSPM, pedestrian delay",
    ),
    _one(
        "pedestrian_delay_s",
        "s",
        ("Pedestrian delay, mean", "Fußgängerwartezeit, Mittel"),
        _WALKS,
        "UDOT ATSPM, pedestrian delay",
    ),
    _one(
        "pedestrian_delay_max_s",
        "s",
        ("Pedestrian delay, longest", "Fußgängerwartezeit, längste"),
        _WALKS,
        "UDOT ATSPM, pedestrian delay",
    ),
    _one(
        "pedestrian_qsv",
        "1",
        ("Quality for pedestrians, 0 = A", "QSV Fußgänger, 0 = A"),
        "level.levels",
        "HBS 2015, by the longest wait",
        "unverified",
    ),
    _why("pedestrian", "pedestrian delay is", "die Fußgängerwartezeit"),
    _one(
        "queue_max_veh",
        "veh",
        ("Longest queue, all lanes", "Längster Rückstau, alle Fahrstreifen"),
        _QUEUE,
        "input-output with reset",
        "unverified",
        "should",
    ),
    _one(
        "queue_storage_ratio",
        "1",
        ("Longest queue over its room", "Längster Rückstau je Stauraum"),
        _QUEUE,
        "input-output with reset",
        "unverified",
        "should",
    ),
    _quality("queue", "the queue", "Rückstau", _KERNELS + _QUEUE),
    _why("queue", "the queue is", "der Rückstau"),
    _one(
        "advised_cycle_s",
        "s",
        ("Advised cycle (Webster)", "Empfohlene Umlaufzeit (Webster)"),
        "webster.webster_cycle_s",
        "Webster 1958; bounds are dated rows",
    ),
    _one(
        "advised_green_s",
        "s",
        ("Advised green (Webster, no least green)", "Empfohlene Freigabezeit (Webster, ohne Mindestgrün)"),
        "webster.webster_splits_s",
        "Webster 1958",
    ),
    _one(
        "balanced_green_s",
        "s",
        ("Advised green of equal utilisation", "Empfohlene Freigabezeit gleicher Auslastung"),
        "green_split.equal_splits_s",
        "own; bounds are dated rows",
        "own",
    ),
    _why("advice", "advice is", "die Empfehlung"),
)
