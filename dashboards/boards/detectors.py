"""Detectors and the quality of their data: who is silent, late, faulty, replaced or refused."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.field import AMBER, GREEN, RED, SKY, Value
from dashboards.language import Language
from dashboards.panels import Bars, Columns, Drawn, Lines, Number, Rows, States
from dashboards.pen import Pen
from dashboards.variables import Choice

_NO_HEALTH = (
    "Nothing was received from these sensors in this period.",
    "In diesem Zeitraum wurde von diesen Sensoren nichts empfangen.",
)


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(
        say,
        "detectors.sql",
        ("No detector reported in this period.", "In diesem Zeitraum meldete kein Detektor."),
    )
    return Board(
        name="detectors",
        title=say("Detectors and data quality", "Detektoren und Datenqualität"),
        description=say(
            "Who is silent, late, faulty, replaced or refused; public WLAN is shown by zone only and so not here.",
            (
                "Wer schweigt, zu spät kommt, gestört, ersetzt oder abgewiesen ist; WLAN wird nur je Zone gezeigt,"
                " nicht hier."
            ),
        ),
        variables=[
            Choice("stream", say("Stream", "Datenart"), pen.sql("streams"), several=True),
            Choice("site", say("Site", "Ort"), pen.sql("sites"), several=True),
        ],
        rows=[
            Row(
                4,
                [(6, _silent(pen)), (18, _checked(pen))],
            ),
            Row(8, [(12, _quality(pen)), (12, _late(pen))]),
            Row(12, [(24, _sensors(pen))]),
            Row(8, [(12, _flaws(pen)), (12, _refused(pen))]),
            Row(16, [(24, _faults(pen))]),
        ],
        refresh="5m",
    )


def _silent(pen: Pen) -> Drawn:
    words = pen.words(
        ("Silent detectors", "Schweigende Detektoren"),
        (
            "Configured detectors without a reading at the end of the period, for longer than the limit of 15 minutes.",
            "Versorgte Detektoren ohne Messwert am Ende des Zeitraums, länger als die Grenze von 15 Minuten.",
        ),
        ("No detector is configured.", "Kein Detektor ist versorgt."),
    )
    return pen.panel(Number, "silent", words, "sensors", limits=((None, GREEN), (1, AMBER), (5, RED)), decimals=0)


def _checked(pen: Pen) -> Drawn:
    words = pen.words(
        ("The detectors' time", "Die Zeit der Detektoren"),
        (
            "How much of it has a flow, a substitute of another lane or of the last values, and a finding of a check.",
            "Wie viel davon eine Verkehrsstärke hat, einen Ersatzwert und einen Befund der Plausibilitätsprüfung.",
        ),
        source="lane_state.quality_ratio",
    )
    none = pen.say("none in this period", "keine in diesem Zeitraum")
    fields = (
        pen.column("covered_ratio", ("with a flow", "mit Verkehrsstärke"), "share", 1),
        pen.column("substituted_ratio", ("with a substitute", "mit Ersatzwert"), "share", 1, nothing=none),
        pen.column("faulty_ratio", ("found faulty", "mit Befund"), "share", 1, nothing=none),
    )
    return pen.panel(Number, "checked", words, "share", fields, options={"textMode": "value_and_name"})


def _quality(pen: Pen) -> Drawn:
    about = ("Mean over the directions of a site.", "Mittel über die Richtungen eines Ortes.")
    return pen.series("cross_section.quality_ratio", "quality", about, step="15m", min=0, max=1)


def _late(pen: Pen) -> Drawn:
    words = pen.words(
        ("Mean latency", "Mittlere Verspätung"),
        (
            (
                "From the end of what a reading speaks of to its receipt, by stream and hour; a history that is"
                " replayed is late."
            ),
            (
                "Vom Ende dessen, wovon ein Messwert spricht, bis zum Empfang, je Datenart und Stunde;"
                " Nachgereichtes ist verspätet."
            ),
        ),
        _NO_HEALTH,
    )
    return pen.panel(Lines, "late", words, "duration", step="1h")


def _sensors(pen: Pen) -> Drawn:
    words = pen.words(
        ("Sensors", "Sensoren"),
        (
            "What ingest measured of each sensor's reporting in the period, the worst first; at most 500.",
            (
                "Was der Empfang über das Melden jedes Sensors im Zeitraum gemessen hat, die schlechtesten zuerst;"
                " höchstens 500."
            ),
        ),
        ("There is no such sensor.", "Es gibt keinen solchen Sensor."),
    )
    states = {
        0: Value(pen.say("● reports", "● meldet"), GREEN),
        1: Value(pen.say("▲ silent for 2 h", "▲ schweigt seit 2 h"), AMBER),
        2: Value(pen.say("▲ partly refused", "▲ teils abgewiesen"), SKY),
        3: Value(pen.say("■ never heard of", "■ nie gehört"), RED),
    }
    fields = (
        pen.column("site", ("Site", "Ort"), width_px=230),
        pen.column("sensor", ("Sensor", "Sensor")),
        pen.column("stream", ("Stream", "Datenart")),
        pen.column("readings", ("Readings", "Messwerte"), "1", 0),
        pen.column("refused", ("Refused", "Abgewiesen"), "1", 0),
        pen.column("last_received_at", ("Last received", "Zuletzt empfangen"), "time"),
        pen.column("latency_min_s", ("Latency, least", "Verspätung, kleinste"), "duration", 0),
        pen.column("latency_mean_s", ("Latency, mean", "Verspätung, mittlere"), "duration", 0),
        pen.column("latency_max_s", ("Latency, most", "Verspätung, größte"), "duration", 0),
        pen.column("out_of_order", ("Out of order", "Nicht in Reihenfolge"), "1", 0),
        pen.column("state", ("State", "Zustand"), "1", values=states, custom={"cellOptions": {"type": "color-text"}}),
    )
    return pen.panel(Rows, "sensors", words, "1", fields)


def _flaws(pen: Pen) -> Drawn:
    words = pen.words(
        ("Flaws of order and clock", "Mängel an Reihenfolge und Uhr"),
        (
            "Readings out of order, repeated, ahead of the clock or too old, by hour of receipt.",
            "Messwerte außer der Reihe, wiederholt, der Uhr voraus oder zu alt, je Stunde des Empfangs.",
        ),
        _NO_HEALTH,
    )
    fields = (
        pen.column("out_of_order", ("out of order", "außer der Reihe"), "readings", 0),
        pen.column("repeated", ("repeated", "wiederholt"), "readings", 0),
        pen.column("in_future", ("ahead of the clock", "der Uhr voraus"), "readings", 0),
        pen.column("too_old", ("too old", "zu alt"), "readings", 0),
    )
    return pen.panel(Columns, "flaws", words, "readings", fields, step="1h")


def _refused(pen: Pen) -> Drawn:
    words = pen.words(
        ("Refused readings by reason", "Abgewiesene Messwerte nach Grund"),
        (
            "What is kept in quarantine; each can come back once its cause is mended.",
            "Was in Quarantäne liegt; alles kann zurückkommen, wenn die Ursache behoben ist.",
        ),
        ("Nothing was refused in this period.", "In diesem Zeitraum wurde nichts abgewiesen."),
    )
    return pen.panel(Bars, "refused", words, "readings", min=0, decimals=0)


def _faults(pen: Pen) -> Drawn:
    words = pen.words(
        ("Lanes over time", "Fahrstreifen im Verlauf"),
        (
            "What the plausibility checks say of each lane; at most 60 lanes of the chosen sites.",
            "Was die Plausibilitätsprüfung zu jedem Fahrstreifen sagt; höchstens 60 der gewählten Orte.",
        ),
        source="lane_state.fault_bits",
    )
    values = {
        0: Value(pen.say("plausible", "plausibel"), GREEN),
        1: Value(pen.say("substituted", "ersetzt"), AMBER),
        2: Value(pen.say("faulty", "gestört"), RED),
    }
    return pen.panel(States, "faults", words, "1", values=values, step="15m")
