"""One junction: volumes, saturation, arrivals on green, split failures, delay, quality, coordination diagram."""

from __future__ import annotations

from typing import Any

from dashboards.board import Board, Row
from dashboards.field import AMBER, BLUE, GREEN, RED
from dashboards.language import Language
from dashboards.panels import Columns, Drawn, Lines, Number, Rows, Scatter, States, only
from dashboards.pen import Pen, Two
from dashboards.scales import levels
from dashboards.variables import Choice

_PER_APPROACH = ("By approach.", "Je Zufahrt.")
_PER_DIRECTION = ("By direction, all lanes.", "Je Richtung, alle Fahrstreifen.")
_UNDEFINED = (
    "Undefined for every approach in this period; the table at the bottom says why.",
    "In diesem Zeitraum für keine Zufahrt bestimmt; die Tabelle unten sagt, warum.",
)


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(
        say,
        "junction.sql",
        (
            "Nothing was measured at this junction in this period.",
            "An dieser Kreuzung wurde in diesem Zeitraum nichts gemessen.",
        ),
    )
    return Board(
        name="junction",
        title=say("Junction", "Kreuzung"),
        description=say(
            "Demand, capacity, progression and quality of one signalised junction.",
            "Nachfrage, Kapazität, Koordinierung und Qualität einer signalisierten Kreuzung.",
        ),
        variables=[
            Choice("site", say("Junction", "Kreuzung"), pen.sql("sites")),
            Choice("group", say("Approach (diagram)", "Zufahrt (Diagramm)"), pen.sql("groups")),
        ],
        rows=[
            Row(4, [(4, one) for one in _newest(pen)]),
            Row(8, [(12, _direction(pen, "flow_veh_h")), (12, _direction(pen, "speed_kmh"))]),
            Row(
                8,
                [
                    (8, _approach(pen, "saturation_ratio")),
                    (8, _approach(pen, "control_delay_hbs_s")),
                    (8, _levels(pen)),
                ],
            ),
            Row(
                8,
                [
                    (8, _approach(pen, "arrivals_on_green_ratio")),
                    (8, _split_failures(pen)),
                    (8, _approach(pen, "queue_max_veh")),
                ],
            ),
            Row(11, [(16, _coordination(pen)), (8, _fundamental(pen))]),
            Row(8, [(8, _red(pen)), (16, _advice(pen))]),
            Row(7, [(24, _reasons(pen))]),
        ],
        incidents=True,
    )


def _newest(pen: Pen) -> list[Drawn]:
    newest = ("Of the newest quarter hour in the period.", "Der letzten Viertelstunde im Zeitraum.")
    worst = ("The worst approach of the newest quarter hour.", "Die schlechteste Zufahrt der letzten Viertelstunde.")

    def number(column: str, about: Two, decimals: int, limits: tuple[tuple[float | None, str], ...] = ()) -> Drawn:
        one = pen.measure(f"approach.{column}")
        words = pen.words((one.label, one.label), about, _UNDEFINED, f"approach.{column}")
        return pen.panel(Number, "newest", words, one.unit, limits=limits, decimals=decimals, options=only(column))

    quality = pen.words(("Quality (QSV)", "Qualität (QSV)"), worst, _UNDEFINED, "approach.qsv")
    failures = pen.words(
        ("Split failures", "Überlastete Freigaben"),
        ("In the whole period.", "Im ganzen Zeitraum."),
        (
            "No approach has a presence detector that tells.",
            "Keine Zufahrt hat einen Anwesenheitsdetektor, der es sagt.",
        ),
        "approach.split_failure_count",
    )
    return [
        pen.panel(Number, "newest", quality, "1", values=levels(), options=only("qsv")),
        number("saturation_ratio", worst, 2, ((None, GREEN), (0.85, AMBER), (1, RED))),
        number("arrivals_on_green_ratio", newest, 0),
        pen.panel(Number, "failures", failures, "greens", decimals=0, limits=((None, GREEN), (1, AMBER), (20, RED))),
        number("control_delay_hbs_s", worst, 0),
        number("cycle_s", newest, 0),
    ]


def _direction(pen: Pen, column: str) -> Drawn:
    return pen.series(f"cross_section.{column}", "directions", _PER_DIRECTION, step="5m", min=0, decimals=0)


def _approach(pen: Pen, column: str) -> Drawn:
    more: dict[str, Any] = {"decimals": {"saturation_ratio": 2}.get(column, 0)}
    more |= {"max": 1} if column == "arrivals_on_green_ratio" else {}
    return pen.series(f"approach.{column}", "approaches", _PER_APPROACH, _UNDEFINED, step="15m", min=0, **more)


def _levels(pen: Pen) -> Drawn:
    words = pen.words(("Quality (QSV)", "Qualität (QSV)"), _PER_APPROACH, _UNDEFINED, "approach.qsv")
    return pen.panel(States, "levels", words, "1", values=levels(), step="15m")


def _split_failures(pen: Pen) -> Drawn:
    nothing = (
        "No approach has a presence detector that tells.",
        "Keine Zufahrt hat einen Anwesenheitsdetektor, der es sagt.",
    )
    return pen.series(
        "approach.split_failure_count", "counts", _PER_APPROACH, nothing, Columns, step="15m", min=0, decimals=0
    )


def _coordination(pen: Pen) -> Drawn:
    words = pen.words(
        ("Coordination diagram", "Koordinierungsdiagramm"),
        (
            (
                "Each point is a vehicle at the stop line, by the second of its cycle since the begin of red and"
                " what it was"
                " shown; at most the last two hours of the period. Source: Purdue coordination diagram."
            ),
            (
                "Jeder Punkt ist ein Fahrzeug an der Haltlinie, nach der Sekunde seines Umlaufs seit Rotbeginn und"
                " dem gezeigten"
                " Signal; höchstens die letzten zwei Stunden des Zeitraums. Quelle: Purdue Coordination Diagram."
            ),
        ),
        (
            "No vehicle was seen by a detector upstream in the last two hours, or this junction has none.",
            "In den letzten zwei Stunden sah kein Detektor vor der Haltlinie ein Fahrzeug, oder es gibt keinen.",
        ),
    )
    points = {"drawStyle": "points", "pointSize": 4, "showPoints": "always"}
    fields = (
        pen.column("on_green", ("arrived on green", "Ankunft bei Grün"), "s", 0, colour=GREEN),
        pen.column("on_amber", ("arrived on amber", "Ankunft bei Gelb"), "s", 0, colour=AMBER),
        pen.column("on_red", ("arrived on red", "Ankunft bei Rot"), "s", 0, colour=RED),
        pen.column("green_begins", ("green begins", "Grünbeginn"), "s", 0, colour=BLUE, custom={"pointSize": 7}),
    )
    return Lines(
        words,
        [pen.sql("coordination"), pen.sql("begins_of_green")],
        pen.unit("s"),
        fields,
        custom=points,
        min=0,
        last="2h",
    )


def _fundamental(pen: Pen) -> Drawn:
    words = pen.words(
        ("Fundamental diagram", "Fundamentaldiagramm"),
        (
            "Flow over density of every direction, means of five minutes.",
            "Verkehrsstärke über Verkehrsdichte je Richtung, Mittel über fünf Minuten.",
        ),
        source="cross_section.density_veh_km",
    )
    fields = (pen.field("cross_section.density_veh_km", 0), pen.field("cross_section.flow_veh_h", 0))
    return pen.panel(Scatter, "fundamental", words, "veh/h", fields)


def _red(pen: Pen) -> Drawn:
    nothing = (
        "No approach has a detector that tells passages on red.",
        "Keine Zufahrt hat einen Detektor, der Überfahrten bei Rot erkennt.",
    )
    return pen.series(
        "approach.red_actuation_count", "counts", _PER_APPROACH, nothing, Columns, step="15m", min=0, decimals=0
    )


def _advice(pen: Pen) -> Drawn:
    words = pen.words(
        ("Cycle and green: as they are and as the demand would have them", "Umlauf und Freigabe: Ist und Empfehlung"),
        ("Published as advice, never commanded.", "Veröffentlicht als Empfehlung, nie geschaltet."),
        source="approach.advised_cycle_s",
    )
    fields = (
        pen.column("approach", ("Approach", "Zufahrt")),
        *(
            pen.field(f"approach.{name}", digits)
            for name, digits in (
                ("flow_veh_h", 0),
                ("saturation_ratio", 2),
                ("cycle_s", 0),
                ("advised_cycle_s", 0),
                ("advised_green_s", 0),
                ("balanced_green_s", 0),
            )
        ),
        pen.column("green_s", ("Green", "Freigabezeit"), "s", 0),
        pen.column("why", ("Advice is", "Empfehlung ist")),
    )
    return pen.panel(Rows, "advice", words, "1", fields, identifiers={"meaning": f"meaning_{pen.say.code}"})


def _reasons(pen: Pen) -> Drawn:
    words = pen.words(
        ("What is known, and why the rest is not", "Was bestimmt ist, und warum das Übrige nicht"),
        (
            "For the newest quarter hour. What is undefined is missing above and never 0.",
            "Für die letzte Viertelstunde. Was unbestimmt ist, fehlt oben und ist nie 0.",
        ),
    )
    fields = (
        pen.column("approach", ("Approach", "Zufahrt")),
        pen.column("arrivals", ("Arrivals on green", "Ankünfte bei Grün")),
        pen.column("occupancy", ("Split failures", "Überlastete Freigaben")),
        pen.column("saturation", ("Saturation, delay, quality", "Auslastung, Wartezeit, Qualität")),
        pen.column("red", ("Passages on red", "Überfahrten bei Rot")),
        pen.column("queue", ("Queue", "Rückstau")),
        pen.column("pedestrians", ("Pedestrian delay", "Fußgängerwartezeit")),
    )
    wrapped = {"wrapText": True}
    return pen.panel(
        Rows, "reasons", words, "text", fields, identifiers={"meaning": f"meaning_{pen.say.code}"}, custom=wrapped
    )
