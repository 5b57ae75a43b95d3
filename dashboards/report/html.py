"""The report in HTML: its ten sections and the annex, as the council reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from dashboards.report import annex, law
from dashboards.report.document import Report, Row
from dashboards.report.page import english, facts, page, section, table
from dashboards.report.target import KNOWN
from dashboards.report.words import LIGHTS, day, figure, lamp, moment, number, percent, quantity
from processing.figures.figure import Figure
from processing.figures.quantity import CITY

SHOWN = (
    "eit_kwh",
    "edc_kwh",
    "pue",
    "ref",
    "co2_location_kg",
    "co2_market_kg",
    "iteusv",
    "idle_server_count",
    "wlan_kwh",
)
"""What a council wants to see of every site, with a target or without."""
BYTES_PER_GB = 1e9


def html(report: Report, sha256: str, zone: str) -> str:
    """Write the report.

    Parameters
    ----------
    report : Report
        The report.
    sha256 : str
        Hash of its JSON.
    zone : str
        The city's zone.
    """
    title = f"Green-IT-Bericht {report.quarter[4:].replace('Q', '')}. Quartal {report.quarter[:4]}"
    body = "\n".join(
        (
            f"<header>\n<h1>{title}</h1>",
            '<p class="notice"><strong>Simuliert:</strong> Dieser Bericht enthält Daten eines Simulators oder'
            " Beispielziele. Er ist kein Bericht einer Stadt.</p>"
            if report.simulated
            else "",
            _head(report, sha256, zone),
            "</header>",
            _summary(report),
            _overview(report),
            law.section_of(report),
            _energy(report),
            _climate(report),
            _measures(report),
            section("vergabe", "6. Beschaffung", "<p>Zu Vergaben liegen dem System keine Daten vor.</p>"),
            _wlan(report),
            annex.openness(report),
            annex.quality(report, zone),
            section(
                "beschluss",
                "10. Beschlussvorschlag und Ausblick",
                "<p>Der Ausschuss nimmt den Bericht zur Kenntnis.</p>",
                _decisions(report),
            ),
            annex.figures(report),
        )
    )
    return page(title, body)


def _head(report: Report, sha256: str, zone: str) -> str:
    frozen = report.frozen_at
    state = f"eingefroren am {moment(frozen, zone)}" if frozen else "Entwurf, nicht eingefroren"
    vintage = "kein Faktor verwendet" if report.factor_vintage is None else str(report.factor_vintage)
    return facts(
        [
            ("Vorlage Nr.", escape(report.number) or "noch nicht vergeben"),
            ("Zeitraum", f"{day(report.first)} bis {day(report.last)}"),
            ("Berichtende Stelle", escape(report.office) or "nicht angegeben"),
            ("Datenstand", f"{state}; berechnet am {moment(report.made_at, zone)}"),
            ("Software", f"Emscher {escape(report.software_version)}"),
            ("Stand der Emissionsfaktoren", vintage),
            ("Geringste Vollständigkeit", percent(report.completeness_pct)),
            ("SHA-256 der JSON-Datei", f"<code>{sha256}</code>"),
        ]
    )


def _summary(report: Report) -> str:
    """Tell in English what the report comes to."""
    lights = Counter(row.light.colour for row in report.rows if row.light.colour != "none")
    colours = (
        ", ".join(f"{lights[one]} {one}" for one in ("green", "amber", "red") if lights[one]) or "none has a target"
    )
    sums = {row.indicator: row for row in report.rows if row.site == CITY}
    said = [
        f"{escape(sums[name].name_en)}: {number(sums[name].quarter.value)} {KNOWN[name].unit}"
        for name in ("edc_kwh", "eit_kwh", "co2_location_kg", "co2_market_kg")
        if name in sums and sums[name].quarter.value is not None
    ]
    values = f" Whole city: {'; '.join(said)} (numbers in German notation)." if said else ""
    state = "frozen" if report.frozen_at else "a draft"
    simulated = " It contains simulated data." if report.simulated else ""
    return (
        f'<section id="summary" lang="en" aria-labelledby="summary-h">\n<h2 id="summary-h">Summary in English</h2>\n'
        f"<p>Quarterly report on Green IT, {report.quarter}; this is {state}.{simulated} Figures with a target or a"
        f" legal limit: {colours}.{values} {len(report.restatements)} figures of frozen reports would come"
        f" out differently today. No figure is shown where less than {report.least_pct:g} % of the metering time"
        " is covered.</p>\n</section>"
    )


def _overview(report: Report) -> str:
    chosen = [row for row in report.rows if row.target or row.light.colour != "none" or row.indicator in SHOWN]
    return section(
        "kennzahlen",
        "1. Kennzahlen und Ziele",
        "<p><strong>Regel der Ampel:</strong> "
        f"{LIGHTS['green']}: auf dem linearen Zielpfad oder besser. {LIGHTS['amber']}: bis 5 % daneben, oder"
        f" Vollständigkeit unter 98 %. {LIGHTS['red']}: mehr als 5 % daneben, gesetzlicher Grenzwert verletzt"
        " oder nicht berechenbar. Beurteilt werden zwölf Monate; wo sie keinen Wert haben, das Quartal, bei Mengen"
        " gegen dessen Anteil am Jahr. Kennzahlen ohne Ziel und ohne bindenden Grenzwert tragen keine Ampel.</p>",
        f"<p>Unter {number(report.least_pct)} % Vollständigkeit wird keine Kennzahl gezeigt: Eine Summe über"
        " lückenhafte Messung wäre zu klein und sähe wie eine Einsparung aus. Statt des Wertes steht der Grund.</p>",
        *(_targets(report, site, rows) for site, rows in _by_site(chosen).items()),
    )


def _by_site(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.site, []).append(row)
    return found


def _targets(report: Report, site: str, rows: Sequence[Row]) -> str:
    name = "Stadt gesamt" if site == CITY else f"Standort {escape(report.sites.get(site, site))}"
    before = f"{int(report.quarter[:4]) - 1}"
    heads = ("Kennzahl", "Ziel", "Pfad", "Ist Quartal", "Ist 12 Monate", f"Quartal {before}", "Abweichung", "Ampel")
    return table(name, (*heads, "Verantwortlich, Frist"), [_target(row) for row in rows], (2, 6))


def _target(row: Row) -> tuple[str, ...]:
    goal = row.target
    off = row.light.off_pct
    whom = f"{escape(goal.responsible)}, {day(goal.due)}" if goal else ""
    wanted = ""
    if row.wanted is not None:
        wanted = f"{quantity(row.wanted, row.quarter.unit)}<br><small>{_judged(row)}</small>"
    aim = ""
    if goal:
        aim = (
            f"{quantity(goal.value, goal.unit)}<br><small>Beschluss {escape(goal.decision)};"
            f" {goal.baseline_year}: {quantity(goal.baseline_value, goal.unit)}</small>"
        )
    return (
        escape(row.name_de),
        aim,
        wanted,
        figure(row.quarter),
        figure(row.twelve_months),
        figure(row.previous_year),
        "" if off is None else "weit daneben" if off == float("inf") else f"{_signed(row, off)}&#160;%",
        lamp(row.light),
        whom,
    )


def _signed(row: Row, off: float) -> str:
    """Write the distance to the path with the sign that it has in the figure, not in its being worse."""
    value = -off if row.target and row.target.better == "higher" else off
    return f"{'+' if value > 0 else ''}{number(value, 1)}"


def _judged(row: Row) -> str:
    return "Quartal" if row.judged == "quarter" else "12 Monate"


def _energy(report: Report) -> str:
    months = [
        (
            f"{escape(report.sites.get(one.site, one.site))}, {one.month}",
            figure(one.edc_kwh),
            figure(one.eit_kwh),
            percent(_least(one.edc_kwh, one.eit_kwh)),
        )
        for one in report.months
    ]
    pue = [row for row in report.rows if row.indicator == "pue"]
    shares = [
        (
            "nicht zugeordnet" if one.name == "not attributed" else escape(one.name),
            escape(report.sites.get(one.site, one.site)),
            figure(one.energy),
        )
        for one in report.applications
    ]
    idle = [row for row in report.rows if row.indicator in ("idle_server_count", "idle_server_kwh", "iteusv")]
    return section(
        "energie",
        "3. Energie",
        table("Verbrauch je Monat", ("Monat", "Gesamt (EDC)", "IT (EIT)", "Vollständigkeit"), months, (1, 2, 3)),
        table(
            "PUE mit Kategorie",
            ("Standort", "12 Monate", "Quartal", "Grundlage"),
            [
                (
                    escape(report.sites.get(one.site, one.site)),
                    figure(one.twelve_months),
                    figure(one.quarter),
                    english("; ".join(one.quarter.sources)),
                )
                for one in pue
            ],
        ),
        "<p>Dieser Bericht ist öffentlich: Anwendungen tragen nur dann einen Namen, wenn die Stadt einen dafür"
        " festgelegt hat, sonst ihren Rang.</p>"
        if shares
        else "",
        table("Anwendungen mit dem größten Verbrauch", ("Anwendung", "Standort", "Energie im Quartal"), shares, (2,)),
        table(
            "Auslastung und Leerlauf, in Zahlen ohne Rechnernamen",
            ("Kennzahl", "Standort", "Quartal", "12 Monate"),
            [
                (
                    escape(one.name_de),
                    escape(report.sites.get(one.site, one.site)),
                    figure(one.quarter),
                    figure(one.twelve_months),
                )
                for one in idle
            ],
        ),
    )


def _least(*parts: Figure) -> float | None:
    return min((one.completeness_pct for one in parts if one.completeness_pct is not None), default=None)


def _climate(report: Report) -> str:
    rows = [row for row in report.rows if row.indicator in ("co2_location_kg", "co2_market_kg", "ref")]
    return section(
        "klima",
        "4. Klima",
        "<p>Standortbasiert heißt: mit dem Faktor des deutschen Strommixes. Marktbasiert heißt: mit dem Faktor des"
        " Liefervertrags; ein Faktor von 0 gilt nur mit Nachweis.</p>",
        table(
            "CO2 und erneuerbare Energie",
            ("Kennzahl", "Standort", "Quartal", "12 Monate", "Faktor, Vertrag, Nachweis"),
            [
                (
                    escape(one.name_de),
                    "Stadt gesamt" if one.site == CITY else escape(report.sites.get(one.site, one.site)),
                    figure(one.quarter),
                    figure(one.twelve_months),
                    english("; ".join(one.quarter.sources) or one.quarter.reason),
                )
                for one in rows
            ],
        ),
    )


def _measures(report: Report) -> str:
    rows = [
        (
            escape(one.measure.number),
            escape(one.measure.title),
            number(one.measure.planned_kwh_per_year),
            number(one.measure.achieved_kwh_per_year)
            if one.measure.achieved_kwh_per_year is not None
            else "noch nicht",
            number(one.measure.cost_eur) if one.measure.cost_eur is not None else "offen",
            f"{escape(one.measure.responsible)}, {day(one.measure.due)}",
            lamp(one.light),
            escape(one.measure.next_step),
        )
        for one in report.measures
    ]
    planned = sum(one.measure.planned_kwh_per_year for one in report.measures)
    achieved = sum(one.measure.achieved_kwh_per_year or 0 for one in report.measures)
    return section(
        "massnahmen",
        "5. Maßnahmen",
        f"<p>Geplant sind {number(planned)} kWh im Jahr, gemessen erreicht {number(achieved)} kWh. Grün ist, was die"
        " geplante Einsparung erreicht hat; vor der Frist trägt eine Maßnahme keine Ampel, danach gilt die Regel von"
        " oben.</p>",
        table(
            "Maßnahmen",
            (
                "Nr.",
                "Maßnahme",
                "Geplant kWh/a",
                "Erreicht kWh/a",
                "EUR",
                "Verantwortlich, Frist",
                "Ampel",
                "Nächster Schritt",
            ),
            rows,
            (2, 3, 4),
        ),
    )


def _wlan(report: Report) -> str:
    one = report.wlan
    online = None if one.online_ratio is None else 100 * one.online_ratio
    gigabytes = None if one.volume_bytes is None else one.volume_bytes / BYTES_PER_GB
    return section(
        "wlan",
        "7. Öffentliches WLAN",
        facts(
            [
                ("Veröffentlichte Zonen", f"{one.published_zones}, zusammengefasst aus {one.zones}"),
                ("Zugangspunkte in Betrieb", percent(online)),
                ("Datenvolumen veröffentlichter Stunden", quantity(gigabytes, "GB")),
                ("Veröffentlichte Stunden", number(one.shown_hours)),
                ("Unterdrückte Stunden", number(one.suppressed_hours)),
            ]
        ),
        table(
            "Kennzahlen aller Zonen zusammen",
            ("Kennzahl", "Quartal", "12 Monate", "Hinweise"),
            [
                (escape(row.name_de), figure(row.quarter), figure(row.twelve_months), english(row.quarter.reason))
                for row in report.rows
                if row.indicator.startswith("wlan_")
            ],
            (1, 2),
        ),
        "<p>Es werden keine Daten einzelner Geräte gespeichert. Was zum Schutz weniger Geräte unterdrückt ist, steckt"
        " auch in keiner Summe dieses Berichts.</p>",
    )


def _noted(row: Row) -> str:
    """Say what the judged figure has to say; where there was nothing to judge, why the twelve months have no value."""
    of_quarter = row.judged == "quarter" and row.light.off_pct is not None
    return (row.quarter if of_quarter else row.twelve_months).reason


def _decisions(report: Report) -> str:
    """List what is amber or red, with its cause and options."""
    rows = [
        (
            escape(row.name_de),
            "Stadt gesamt" if row.site == CITY else escape(report.sites.get(row.site, row.site)),
            lamp(row.light),
            english(_noted(row)),
            escape(row.target.remark) if row.target and row.target.remark else "noch nicht genannt",
        )
        for row in report.rows
        if row.light.colour in ("amber", "red")
    ]
    heads = ("Kennzahl", "Standort", "Ampel", "Hinweis der Messung", "Ursache und Handlungsoptionen")
    return table("Gelbe und rote Kennzahlen", heads, rows)
