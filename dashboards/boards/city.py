"""The city at a glance: what runs, what jams, where to look closer."""

from __future__ import annotations

from dashboards.board import Board, Row, address
from dashboards.field import AMBER, GREEN, RED
from dashboards.language import Language
from dashboards.panels import Drawn, Lines, Map, Number, Rows, States
from dashboards.pen import Pen, Two
from dashboards.scales import levels, traffic_states

_NO_DETECTOR = ("No detector reported in this period.", "In diesem Zeitraum meldete kein Detektor.")
_NUMBERS: dict[str, tuple[Two, Two, Two, str, int]] = {
    "reporting": (
        ("Detectors that report", "Meldende Detektoren"),
        (
            "Share of the configured detectors with a plausible flow in the last quarter hour.",
            "Anteil der versorgten Detektoren mit plausibler Verkehrsstärke in der letzten Viertelstunde.",
        ),
        _NO_DETECTOR,
        "share",
        0,
    ),
    "speed_now": (
        ("Mean speed", "Mittlere Geschwindigkeit"),
        (
            "Of all directions in the last quarter hour, weighted by flow.",
            "Aller Richtungen in der letzten Viertelstunde, nach Verkehrsstärke gewichtet.",
        ),
        _NO_DETECTOR,
        "km/h",
        0,
    ),
    "congested": (
        ("Slow or jammed", "Zähfließend oder Stau"),
        (
            "Directions whose newest state is slow or jam (NRW method).",
            "Richtungen, deren neuester Zustand zähfließend oder Stau ist (Verfahren NRW).",
        ),
        _NO_DETECTOR,
        "directions",
        0,
    ),
    "overloaded": (
        ("Quality E or F", "Qualität E oder F"),
        (
            "Approaches at level E or F (HBS) in their newest quarter hour.",
            "Zufahrten mit QSV E oder F (HBS) in der letzten Viertelstunde.",
        ),
        ("No approach could be graded.", "Keine Zufahrt war einzustufen."),
        "approaches",
        0,
    ),
    "power": (
        ("Data centres", "Rechenzentren"),
        (
            "Mean power at the main meters in the newest quarter hour.",
            "Mittlere Leistung an den Hauptzählern in der letzten Viertelstunde.",
        ),
        ("No meter reported.", "Kein Zähler meldete."),
        "kW",
        2,
    ),
    "devices": (
        ("Public WLAN", "Öffentliches WLAN"),
        (
            "Devices at once in the newest published hour, zones with too few left out; devices, not persons.",
            "Geräte gleichzeitig in der letzten veröffentlichten Stunde, ohne zu kleine Zonen; Geräte, nicht Personen.",
        ),
        ("Nothing is published yet.", "Noch ist nichts veröffentlicht."),
        "devices",
        0,
    ),
    "balance": (
        ("Unaccounted readings", "Ungeklärte Messwerte"),
        (
            "Received minus stored, duplicate and rejected ones; anything but 0 is a loss.",
            "Empfangene minus gespeicherte, doppelte und abgewiesene; alles außer 0 ist ein Verlust.",
        ),
        ("Nothing was received.", "Nichts wurde empfangen."),
        "readings",
        0,
    ),
}
_LIMITS: dict[str, tuple[tuple[float | None, str], ...]] = {
    "reporting": ((None, RED), (0.9, AMBER), (0.98, GREEN)),
    "congested": ((None, GREEN), (1, AMBER), (5, RED)),
    "overloaded": ((None, GREEN), (1, AMBER), (5, RED)),
    "balance": ((None, RED), (0, GREEN), (1, RED)),
}


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(say, "city.sql", _NO_DETECTOR)
    widths = (4, 4, 4, 3, 3, 3, 3)
    return Board(
        name="city",
        title=say("City overview", "Stadt im Überblick"),
        description=say(
            "What runs, what jams and where to look closer; every value is of the end of the chosen period.",
            "Was läuft, was stockt und wo man genauer hinsehen sollte; Werte gelten am Ende des gewählten Zeitraums.",
        ),
        rows=[
            Row(4, [(width, _number(pen, name)) for width, name in zip(widths, _NUMBERS, strict=True)]),
            Row(12, [(12, _map(pen)), (12, _states(pen))]),
            Row(8, [(12, _by_road(pen, "flow", "flow_veh_h")), (12, _by_road(pen, "speed", "speed_kmh"))]),
            Row(9, [(14, _busiest(pen)), (10, _incidents(pen))]),
        ],
        incidents=True,
    )


def _number(pen: Pen, name: str) -> Drawn:
    title, about, nothing, unit, decimals = _NUMBERS[name]
    words = pen.words(title, about, nothing)
    return pen.panel(Number, name, words, unit, limits=_LIMITS.get(name, ()), decimals=decimals)


def _map(pen: Pen) -> Drawn:
    words = pen.words(
        ("Junctions", "Kreuzungen"),
        (
            "The worst traffic state of each junction's directions now.",
            "Der schlechteste Zustand der Richtungen, je Kreuzung.",
        ),
        ("No junction reported in this period.", "In diesem Zeitraum meldete keine Kreuzung."),
    )
    link = (pen.say("Open", "Öffnen"), _junction(pen.say, "${__data.fields.key}"))
    fields = (
        pen.column("name", ("Junction", "Kreuzung"), width_px=270, link=link),
        pen.column("latitude", ("Latitude", "Breite"), "1", 4),
        pen.column("longitude", ("Longitude", "Länge"), "1", 4),
        pen.column("state", ("State", "Zustand"), "1", values=traffic_states(pen.say)),
        pen.column("flow", ("Flow", "Verkehrsstärke"), "veh/h", 0),
        pen.column("speed", ("Speed", "Geschwindigkeit"), "km/h", 0),
    )
    return Map(words, pen.sql("map"), pen.unit("1"), fields, colour="state", label="name")


def _states(pen: Pen) -> Drawn:
    words = pen.words(
        ("Traffic state by junction", "Verkehrszustand je Kreuzung"),
        ("The worst of the directions.", "Der schlechteste der Richtungen."),
        ("No junction reported in this period.", "In diesem Zeitraum meldete keine Kreuzung."),
        "cross_section.state_nrw",
    )
    return pen.panel(States, "states", words, "1", values=traffic_states(pen.say), step="15m")


def _by_road(pen: Pen, name: str, column: str) -> Drawn:
    one = pen.measure(f"cross_section.{column}")
    words = pen.words(
        (f"By road: {one.label}", f"Je Straße: {one.label}"),
        ("Mean of its directions.", "Mittel der Richtungen."),
        source=f"cross_section.{column}",
    )
    return pen.panel(Lines, name, words, one.unit, step="5m", min=0, decimals=0)


def _busiest(pen: Pen) -> Drawn:
    words = pen.words(
        ("Fullest approaches", "Vollste Zufahrten"),
        ("In their newest quarter hour.", "In der letzten Viertelstunde."),
        ("No approach could be computed in this period.", "Für diesen Zeitraum war keine Zufahrt zu berechnen."),
        "approach.saturation_ratio",
    )
    link = (pen.say("Open", "Öffnen"), _junction(pen.say, "${__data.fields.site_key}"))
    fields = (
        pen.column("site", ("Junction", "Kreuzung"), width_px=270, link=link),
        pen.column("approach", ("Approach", "Zufahrt")),
        pen.field("approach.saturation_ratio", 2),
        pen.field("approach.control_delay_hbs_s", 0),
        pen.column("qsv", ("QSV", "QSV"), "1", values=levels()),
        pen.field("approach.split_failure_count", 0),
        pen.column("site_key", ("Key", "Schlüssel"), hidden=True),
    )
    return pen.panel(Rows, "busiest", words, "1", fields)


def _incidents(pen: Pen) -> Drawn:
    words = pen.words(
        ("Incidents", "Störungen"),
        ("", ""),
        ("No incident was confirmed in this period.", "In diesem Zeitraum wurde keine Störung bestätigt."),
        "incident.state_california_7",
    )
    fields = (
        pen.column("began_at", ("Began", "Beginn"), "time"),
        pen.column("last_at", ("Last seen", "Zuletzt"), "time"),
        pen.column("road", ("Road", "Straße"), width_px=220),
        pen.column("section", ("Section", "Abschnitt")),
        pen.column("upstream_occupancy_pct", ("Occupancy upstream", "Belegung stromaufwärts"), "%", 0),
    )
    return pen.panel(Rows, "incidents", words, "1", fields)


def _junction(say: Language, key: str) -> str:
    return address("junction", say, f"var-site={key}")
