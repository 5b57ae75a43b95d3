"""One road: speeds along it over time, travel time and its reliability, incidents, coordination of its signals."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.language import Language
from dashboards.panels import Bars, Drawn, Grid, Rows, States
from dashboards.pen import Pen
from dashboards.scales import incident_states
from dashboards.variables import Choice

_NO_SECTION = (
    "No section of this road is described, or none could be computed in this period.",
    "Kein Abschnitt dieser Straße ist versorgt, oder keiner war in diesem Zeitraum zu berechnen.",
)
_NO_ARRIVAL = (
    "No coordinated approach of this road has a detector upstream.",
    "Keine koordinierte Zufahrt dieser Straße hat einen Detektor vor der Haltlinie.",
)


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(
        say,
        "corridor.sql",
        (
            "Nothing was measured on this road in this period.",
            "Auf dieser Straße wurde in diesem Zeitraum nichts gemessen.",
        ),
    )
    return Board(
        name="corridor",
        title=say("Corridor", "Streckenzug"),
        description=say(
            "How one road runs: speeds, travel times, incidents and the coordination of its signals.",
            "Wie eine Straße läuft: Geschwindigkeiten, Reisezeiten, Störungen und die Koordinierung der Signale.",
        ),
        variables=[
            Choice("road", say("Road", "Straße"), pen.sql("roads")),
            Choice("bearing", say("Direction", "Richtung"), pen.sql("bearings"), several=True),
        ],
        rows=[
            Row(10, [(24, _time_space(pen))]),
            Row(
                8,
                [
                    (8, _section(pen, "travel_time_s")),
                    (8, _section(pen, "travel_time_index_ratio")),
                    (8, _section(pen, "planning_time_index_ratio")),
                ],
            ),
            Row(7, [(14, _newest(pen)), (10, _incidents(pen))]),
            Row(9, [(8, _coordinated(pen)), (8, _platoons(pen)), (8, _cycles(pen))]),
        ],
        incidents=True,
    )


def _time_space(pen: Pen) -> Drawn:
    words = pen.words(
        ("Speeds along the road", "Geschwindigkeiten entlang der Straße"),
        (
            (
                "Time across, distance upwards: each row is a junction at its distance from the first, in the"
                " chosen directions."
            ),
            (
                "Zeit nach rechts, Weg nach oben: je Zeile eine Kreuzung mit ihrem Abstand zur ersten, in den"
                " gewählten Richtungen."
            ),
        ),
        source="cross_section.speed_kmh",
    )
    return pen.panel(Grid, "time_space", words, "km/h", step="5m", scale=(0, 70))


def _section(pen: Pen, column: str) -> Drawn:
    about = ("By section.", "Je Abschnitt.")
    return pen.series(f"section.{column}", "sections", about, _NO_SECTION, step="15m")


def _newest(pen: Pen) -> Drawn:
    words = pen.words(
        ("Sections", "Abschnitte"),
        ("The newest quarter hour of each section.", "Die letzte Viertelstunde je Abschnitt."),
        _NO_SECTION,
        "section.travel_time_s",
    )
    fields = (
        pen.column("road", ("Road", "Straße"), width_px=230),
        pen.column("section", ("Section", "Abschnitt")),
        pen.field("section.length_m", 0),
        pen.field("section.travel_time_s", 0),
        pen.field("section.free_travel_time_s", 0),
        pen.field("section.travel_time_p95_s", 0),
        pen.field("section.travel_time_index_ratio", 2),
        pen.field("section.planning_time_index_ratio", 2),
        pen.field("section.coverage_ratio", 0),
    )
    return pen.panel(Rows, "newest_sections", words, "1", fields)


def _incidents(pen: Pen) -> Drawn:
    words = pen.words(
        ("Incidents by part", "Störungen je Teilstück"), ("", ""), _NO_SECTION, "incident.state_california_7"
    )
    return pen.panel(States, "incident_states", words, "1", values=incident_states(pen.say), step="1m")


def _coordinated(pen: Pen) -> Drawn:
    one = pen.measure("approach.arrivals_on_green_ratio")
    words = pen.words(
        (one.label, one.label),
        ("Coordinated approaches, over the whole period.", "Koordinierte Zufahrten, über den ganzen Zeitraum."),
        _NO_ARRIVAL,
        "approach.arrivals_on_green_ratio",
    )
    return pen.panel(Bars, "coordinated", words, one.unit, min=0, max=1, decimals=0)


def _platoons(pen: Pen) -> Drawn:
    about = (
        "Coordinated approaches; above 1 more vehicles arrive on green than by chance.",
        "Koordinierte Zufahrten; über 1 kommen mehr Fahrzeuge bei Grün an als zufällig.",
    )
    return pen.series("approach.platoon_ratio", "platoons", about, _NO_ARRIVAL, step="15m", min=0)


def _cycles(pen: Pen) -> Drawn:
    about = (
        "By controller; a coordinated road needs a common cycle.",
        "Je Steuergerät; eine koordinierte Straße braucht eine gemeinsame Umlaufzeit.",
    )
    nothing = ("No controller reported in this period.", "In diesem Zeitraum meldete kein Steuergerät.")
    return pen.series("signal.cycle_s", "cycles", about, nothing, step="15m", min=0, decimals=0)
