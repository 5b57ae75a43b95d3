"""Green IT: energy, PUE, CO2, renewable share, applications, idle servers, and targets with their traffic lights."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.field import AMBER, BLUE, GREEN, SKY, Value
from dashboards.language import Language
from dashboards.panels import Bars, Columns, Drawn, Lines, Number, Rows
from dashboards.pen import Pen, Two
from dashboards.scales import lights
from dashboards.variables import Choice, Fixed
from processing.figures.titles import SERVER_TITLES, TITLES

_INCOMPLETE = (
    "No day of this period is metered for at least 90 %, or a meter or a factor is missing.",
    "Kein Tag dieses Zeitraums ist zu mindestens 90 % gemessen, oder ein Zähler oder Faktor fehlt.",
)
_DAYS = (
    "Days that are metered for at least 90 %; what an officer signs is in the report.",
    "Tage, die zu mindestens 90 % gemessen sind; was unterschrieben wird, steht im Bericht.",
)
_CARBON = (
    "By the grid's factor of the year, until it is published the newest one before; by contract beside it.",
    "Mit dem Faktor des Strommixes des Jahres, bis er erscheint dem letzten davor; daneben nach Vertrag.",
)
_UNITS = {
    "eit_kwh": "kWh",
    "edc_kwh": "kWh",
    "pue": "1",
    "co2_location_kg": "kg",
    "co2_market_kg": "kg",
    "ref": "share",
}


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(say, "green_it.sql", _INCOMPLETE)
    periods = [
        (say("day", "Tag"), "day"),
        (say("week", "Woche"), "week"),
        (say("month", "Monat"), "month"),
        (say("quarter", "Quartal"), "quarter"),
        (say("year", "Jahr"), "year"),
    ]
    return Board(
        name="green_it",
        title=say("Green IT", "Grüne IT"),
        description=say(
            "Energy of the data centres and of their IT, PUE, CO2, renewable share, and how targets stand.",
            "Energie der Rechenzentren und ihrer IT, PUE, CO2, Anteil erneuerbarer Energien, und wie die Ziele stehen.",
        ),
        variables=[
            Choice("site", say("Data centre", "Rechenzentrum"), pen.sql("sites"), several=True),
            Fixed("period", say("Period", "Periode"), periods),
        ],
        since="now-30d",
        refresh="15m",
        rows=[
            Row(5, [(24, _figures(pen))]),
            Row(9, [(24, _targets(pen))]),
            Row(8, [(8, _over_time(pen, "energy")), (8, _over_time(pen, "pue")), (8, _over_time(pen, "carbon"))]),
            Row(9, [(10, _power(pen)), (6, _applications(pen)), (8, _measures(pen))]),
            Row(10, [(14, _servers(pen)), (10, _factors(pen))]),
        ],
    )


def _title(name: str) -> Two:
    return TITLES[name].name_en, TITLES[name].name_de


def _figures(pen: Pen) -> Drawn:
    words = pen.words(
        ("Figures of the period", "Kennzahlen des Zeitraums"), (f"{_DAYS[0]} {_CARBON[0]}", f"{_DAYS[1]} {_CARBON[1]}")
    )
    digits = {"pue": 2, "ref": 0}
    fields = [pen.column(name, _title(name), unit, digits.get(name, 1)) for name, unit in _UNITS.items()]
    return pen.panel(Number, "period", words, "kWh", fields, options={"textMode": "value_and_name"})


def _over_time(pen: Pen, name: str) -> Drawn:
    if name == "pue":
        return pen.panel(
            Lines, name, pen.words(_title("pue"), _DAYS), "1", step="1d", min=1, decimals=2, custom=_POINTS
        )
    if name == "carbon":
        fields = [
            pen.column(column, _title(column), "kg", 1, colour=colour)
            for column, colour in (("co2_location_kg", AMBER), ("co2_market_kg", GREEN))
        ]
        words = pen.words(("CO2", "CO2"), _CARBON)
        return pen.panel(Lines, name, words, "kg", fields, step="1d", min=0, custom=_POINTS)
    fields = [
        pen.column("eit_kwh", _title("eit_kwh"), "kWh", 1, colour=BLUE),
        pen.column("rest_kwh", ("Cooling, losses and the rest", "Kühlung, Verluste und Übriges"), "kWh", 1, colour=SKY),
    ]
    words = pen.words(("Energy", "Energie"), _DAYS)
    return pen.panel(Columns, name, words, "kWh", fields, step="1d", min=0)


_POINTS = {"showPoints": "always", "pointSize": 8}


def _targets(pen: Pen) -> Drawn:
    words = pen.words(
        ("Targets", "Ziele"),
        (
            (
                "Where twelve months stand beside the linear path to the target; with fewer months, what their"
                " days would come"
                " to in a year. A shape and a word say what the colour says."
            ),
            (
                "Wo zwölf Monate neben dem linearen Pfad zum Ziel stehen; bei weniger Monaten, worauf ihre Tage im"
                " Jahr hinausliefen."
                " Form und Wort sagen, was die Farbe sagt."
            ),
        ),
        ("No target is decided (emscher report targets).", "Kein Ziel ist beschlossen (emscher report targets)."),
    )
    names = {
        name: Value(pen.say(title.name_en, title.name_de) + f" [{title.unit}]")
        for name, title in {**TITLES, **SERVER_TITLES}.items()
    }
    fields = (
        pen.column("site", ("Site", "Ort"), width_px=220, values={"city": Value(pen.say("Whole city", "Ganze Stadt"))}),
        pen.column("indicator", ("Figure", "Kennzahl"), width_px=260, values=names),
        pen.column(
            "light",
            ("State", "Stand"),
            "1",
            values=lights(pen.say),
            width_px=300,
            custom={"cellOptions": {"type": "color-text"}, "align": "left"},
        ),
        pen.column("reached_value", ("Reached", "Erreicht"), "1", 2),
        pen.column("path_value", ("Path today", "Pfad heute"), "1", 2),
        pen.column("target_value", ("Target", "Ziel"), "1", 2),
        pen.column("off_pct", ("Worse than the path by", "Schlechter als der Pfad um"), "%", 1),
        pen.column("due", ("Due", "Frist"), "date"),
        pen.column("days", ("Days known", "Bekannte Tage"), "1", 0),
        pen.column("decision", ("Decision", "Beschluss")),
        pen.column("responsible", ("Responsible", "Zuständig")),
    )
    return pen.panel(Rows, "targets", words, "1", fields)


def _power(pen: Pen) -> Drawn:
    words = pen.words(
        ("Power by measurement point", "Leistung nach Messpunkt"),
        ("Mean power, summed over the chosen sites.", "Mittlere Leistung, Summe der gewählten Orte."),
        ("No meter reported in this period.", "In diesem Zeitraum meldete kein Zähler."),
        "energy.energy_kwh",
    )
    points = {
        "utility": ("main meter", "Hauptzähler"),
        "ups_out": ("behind the UPS", "hinter der USV"),
        "it_input": ("servers", "Server"),
        "cooling": ("cooling", "Kühlung"),
        "solar": ("solar", "Solar"),
    }
    fields = [pen.column(name, texts, "kW", 2) for name, texts in points.items()]
    return pen.panel(Lines, "power", words, "kW", fields, step="15m", min=0)


def _applications(pen: Pen) -> Drawn:
    words = pen.words(
        ("Energy by application", "Energie je Fachverfahren"),
        (
            "Active energy by CPU time and reserved idle energy; the most first.",
            "Aktive Energie nach CPU-Zeit und reservierte Leerlaufenergie; die größte zuerst.",
        ),
        ("No application reported CPU time in this period.", "In diesem Zeitraum meldete kein Fachverfahren CPU-Zeit."),
        "workload.energy_kwh",
    )
    return pen.panel(Bars, "applications", words, "kWh", min=0, decimals=2)


def _servers(pen: Pen) -> Drawn:
    words = pen.words(
        ("Servers by usage", "Server nach Auslastung"),
        (
            (
                "CPU usage by the hour, the least first. Idle is what stays below the limits for 90 days; an owner"
                " confirms."
            ),
            (
                "CPU-Auslastung je Stunde, die geringste zuerst. Leerlauf ist, was 90 Tage unter den Grenzen"
                " bleibt; das Amt bestätigt."
            ),
        ),
        ("No server reported CPU time in this period.", "In diesem Zeitraum meldete kein Server CPU-Zeit."),
    )
    states = {
        0: Value(pen.say("● in use", "● genutzt"), GREEN),
        1: Value(pen.say("▲ low so far, less than 90 days seen", "▲ bisher gering, noch keine 90 Tage gesehen"), SKY),
        2: Value(pen.say("■ idle, ask its owner", "■ Leerlauf, Amt fragen"), AMBER),
    }
    fields = (
        pen.column("site", ("Site", "Ort"), width_px=230),
        pen.column("node", ("Server", "Server")),
        pen.column("mean_usage", ("Mean usage", "Mittlere Auslastung"), "share", 1),
        pen.column("p95_usage", ("95th percentile", "95. Perzentil"), "share", 1),
        pen.column("days", ("Days seen", "Gesehene Tage"), "1", 1),
        pen.column("energy_kwh", ("Energy", "Energie"), "kWh", 1),
        pen.column("state", ("State", "Zustand"), "1", values=states, custom={"cellOptions": {"type": "color-text"}}),
    )
    return pen.panel(Rows, "servers", words, "1", fields)


def _measures(pen: Pen) -> Drawn:
    words = pen.words(
        ("Measures", "Maßnahmen"),
        ("What is done to save energy, per year.", "Was zum Energiesparen getan wird, je Jahr."),
        ("No measure is entered (emscher report targets).", "Keine Maßnahme ist eingetragen (emscher report targets)."),
    )
    fields = (
        pen.column("title", ("Measure", "Maßnahme")),
        pen.column("planned_kwh_per_year", ("Planned", "Geplant"), "kWh", 1),
        pen.column("achieved_kwh_per_year", ("Achieved", "Erreicht"), "kWh", 1),
        pen.column("due", ("Due", "Frist"), "date"),
        pen.column("responsible", ("Responsible", "Zuständig")),
        pen.column("next_step", ("Next step", "Nächster Schritt")),
    )
    return pen.panel(Rows, "measures", words, "1", fields)


def _factors(pen: Pen) -> Drawn:
    words = pen.words(
        ("Emission factors", "Emissionsfaktoren"),
        ("What CO2 by location is computed with.", "Womit CO2 nach Standort berechnet wird."),
        ("There is no factor.", "Es gibt keinen Faktor."),
    )
    fields = (
        pen.column("year", ("Year", "Jahr")),
        pen.column("kg_per_kwh", ("Factor", "Faktor"), "kg/kWh", 3),
        pen.column("vintage", ("Published", "Veröffentlicht")),
        pen.column("status", ("Status", "Stand")),
        pen.column("source", ("Source", "Quelle")),
    )
    return pen.panel(Rows, "factors", words, "1", fields)
