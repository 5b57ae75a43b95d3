"""The city at a glance: what runs, what jams, where to look closer."""

from __future__ import annotations

from dashboards.board import Board, Row, address
from dashboards.field import AMBER, GREEN, RED, Field
from dashboards.language import Language
from dashboards.measure import measure
from dashboards.panels import Drawn, Lines, Map, Number, Rows, States, Words
from dashboards.pen import Pen
from dashboards.scales import levels, traffic_states
from dashboards.units import unit_of
from emscher.store.query import queries

_SQL = {name: query.text for name, query in queries("dashboards.boards", "city.sql").items()}


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(say, "city.sql", ("No detector reported in this period.", "In diesem Zeitraum meldete kein Detektor."))
    return Board(
        name="city",
        title=say("City overview", "Stadt im Überblick"),
        description=say(
            "What runs, what jams and where to look closer; every value is of the end of the chosen period.",
            "Was läuft, was stockt und wo man genauer hinsehen sollte; Werte gelten am Ende des gewählten Zeitraums.",
        ),
        rows=[
            Row(
                4,
                [(4, _traffic(say, one)) for one in ("reporting", "speed_now", "congested")]
                + [(3, _overloaded(say)), (3, _power(say)), (3, _devices(say)), (3, _balance(say))],
            ),
            Row(12, [(12, _map(say)), (12, _states(say))]),
            Row(8, [(12, _series(say, "flow")), (12, _series(say, "speed"))]),
            Row(9, [(14, _busiest(pen)), (10, _incidents(pen))]),
        ],
        incidents=True,
    )


def _traffic(say: Language, name: str) -> Number:
    nothing = say("No detector reported in this period.", "In diesem Zeitraum meldete kein Detektor.")
    if name == "reporting":
        words = Words(
            say("Detectors that report", "Meldende Detektoren"),
            say(
                "Share of the configured detectors with a plausible flow in the last quarter hour.",
                "Anteil der versorgten Detektoren mit plausibler Verkehrsstärke in der letzten Viertelstunde.",
            ),
            nothing,
        )
        return Number(
            words, _SQL[name], unit_of("share", say), limits=((None, RED), (0.9, AMBER), (0.98, GREEN)), decimals=0
        )
    if name == "speed_now":
        words = Words(
            say("Mean speed", "Mittlere Geschwindigkeit"),
            say(
                "Of all directions in the last quarter hour, weighted by flow.",
                "Aller Richtungen in der letzten Viertelstunde, nach Verkehrsstärke gewichtet.",
            ),
            nothing,
        )
        return Number(words, _SQL[name], unit_of("km/h", say), decimals=0)
    words = Words(
        say("Slow or jammed", "Zähfließend oder Stau"),
        say(
            "Directions whose newest state is slow or jam (NRW method).",
            "Richtungen im Zustand zähfließend oder Stau (NRW).",
        ),
        nothing,
    )
    return Number(
        words, _SQL[name], unit_of("directions", say), limits=((None, GREEN), (1, AMBER), (5, RED)), decimals=0
    )


def _overloaded(say: Language) -> Number:
    words = Words(
        say("Quality E or F", "Qualität E oder F"),
        say("Approaches at level E or F (HBS) in their newest quarter hour.", "Zufahrten mit QSV E oder F (HBS)."),
        say("No approach could be graded.", "Keine Zufahrt war einzustufen."),
    )
    return Number(
        words, _SQL["overloaded"], unit_of("approaches", say), limits=((None, GREEN), (1, AMBER), (5, RED)), decimals=0
    )


def _power(say: Language) -> Number:
    words = Words(
        say("Data centres", "Rechenzentren"),
        say(
            "Mean power at the main meters in the newest quarter hour.",
            "Mittlere Leistung am Hauptzähler, letzte Viertelstunde.",
        ),
        say("No meter reported.", "Kein Zähler meldete."),
    )
    return Number(words, _SQL["power"], unit_of("kW", say), decimals=2)


def _devices(say: Language) -> Number:
    words = Words(
        say("Public WLAN", "Öffentliches WLAN"),
        say(
            "Devices at once in the newest published hour, zones with too few left out; devices, not persons.",
            "Geräte gleichzeitig in der letzten veröffentlichten Stunde, ohne zu kleine Zonen; Geräte, nicht Personen.",
        ),
        say("Nothing is published yet.", "Noch nichts veröffentlicht."),
    )
    return Number(words, _SQL["devices"], unit_of("devices", say), decimals=0)


def _balance(say: Language) -> Number:
    words = Words(
        say("Unaccounted readings", "Ungeklärte Messwerte"),
        say(
            "Received minus stored, duplicate and rejected ones; anything but 0 is a loss.",
            "Empfangene minus gespeicherte, doppelte und abgewiesene; alles außer 0 ist ein Verlust.",
        ),
        say("Nothing was received.", "Nichts empfangen."),
    )
    return Number(
        words, _SQL["balance"], unit_of("readings", say), limits=((None, RED), (0, GREEN), (1, RED)), decimals=0
    )


def _map(say: Language) -> Map:
    nothing = say("No junction reported in this period.", "In diesem Zeitraum meldete keine Kreuzung.")
    words = Words(
        say("Junctions", "Kreuzungen"),
        say(
            "The worst traffic state of each junction's directions now.",
            "Der schlechteste Verkehrszustand je Kreuzung.",
        ),
        nothing,
    )
    fields = (
        Field(
            "name", say("Junction", "Kreuzung"), link=(say("Open", "Öffnen"), _junction(say, "${__data.fields.key}"))
        ),
        Field("latitude", say("Latitude", "Breite"), unit_of("1", say), 4),
        Field("longitude", say("Longitude", "Länge"), unit_of("1", say), 4),
        Field("state", say("State", "Zustand"), values=traffic_states(say)),
        Field("flow", say("Flow", "Verkehrsstärke"), unit_of("veh/h", say), 0),
        Field("speed", say("Speed", "Geschwindigkeit"), unit_of("km/h", say), 0),
    )
    return Map(words, _SQL["map"], unit_of("1", say), fields, colour="state", label="name")


def _states(say: Language) -> States:
    words = Words(
        say("Traffic state by junction", "Verkehrszustand je Kreuzung"),
        f"{say('The worst of the directions.', 'Der schlechteste der Richtungen.')} "
        + measure("cross_section.state_nrw", say).about,
        say("No junction reported in this period.", "In diesem Zeitraum meldete keine Kreuzung."),
    )
    return States(words, _SQL["states"], unit_of("1", say), values=traffic_states(say), step="5m")


def _series(say: Language, name: str) -> Lines:
    column = {"flow": "flow_veh_h", "speed": "speed_kmh"}[name]
    one = measure(f"cross_section.{column}", say)
    words = Words(
        say(f"{one.label} by road", f"{one.label} je Straße"),
        f"{say('Mean of its directions.', 'Mittel der Richtungen.')} {one.about}",
        say("No detector reported in this period.", "In diesem Zeitraum meldete kein Detektor."),
    )
    return Lines(words, _SQL[name], unit_of(one.unit, say), step="5m", min=0, decimals=0)


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
