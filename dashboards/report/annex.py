"""The report's last sections: openness, quality of data, restatements, and every figure with its sources."""

from __future__ import annotations

from html import escape

from dashboards.report.document import Report
from dashboards.report.page import english, section, table
from dashboards.report.words import STATES, day, figure, moment, percent, quantity
from processing.figures.quantity import CITY


def openness(report: Report) -> str:
    """Give the section on open data."""
    return section(
        "offen",
        "8. Offene Daten und digitale Souveränität",
        "<p>Alle Zahlen dieses Berichts liegen als CSV und JSON bei. Die Software ist frei (EUPL-1.2); Kennzahlen,"
        " Grenzwerte und Faktoren sind über die Schnittstelle abrufbar: <code>/v1/greenit</code>,"
        f" <code>/v1/thresholds</code>, <code>/v1/emission-factors</code>"
        f" (Version {escape(report.software_version)}).</p>",
    )


def quality(report: Report, zone: str) -> str:
    """Give the section on the quality of data, with what frozen reports would say today."""
    metered = [row for row in report.rows if row.indicator in ("edc_kwh", "eit_kwh", "wlan_kwh")]
    rows = [
        (
            escape(row.name_de),
            _site(report, row.site),
            STATES[row.quarter.state],
            percent(row.quarter.completeness_pct),
            english(row.quarter.reason) or "nichts",
        )
        for row in metered
    ]
    restated = [
        (
            f"{escape(one.name_de)}, {one.quarter}",
            _site(report, one.site),
            f"{figure(one.frozen)}<br><small>{moment(one.frozen_at, zone)}</small>",
            figure(one.restated),
            english("; ".join(one.frozen.sources)),
            english("; ".join(one.restated.sources) or one.restated.reason),
        )
        for one in report.restatements
    ]
    heads = ("Kennzahl", "Standort", "Eingefroren", "Neu berechnet", "Grundlage damals", "Grundlage heute")
    return section(
        "qualitaet",
        "9. Datenqualität und Neufassungen",
        table("Messung im Quartal", ("Messgröße", "Standort", "Zustand", "Vollständigkeit", "Hinweise"), rows, (3,)),
        "<p>Ein eingefrorener Bericht wird nie geändert. Weicht heute etwas ab, weil ein Faktor oder eine Messung"
        " berichtigt wurde, stehen beide Werte hier nebeneinander.</p>",
        table("Neufassungen eingefrorener Werte", heads, restated),
    )


def figures(report: Report) -> str:
    """Give the annex: every figure, factor, limit and contract."""
    rows = [
        (
            f"{escape(row.name_de)}<br><small>{english(row.name_en)}</small>",
            _site(report, row.site),
            quantity(row.quarter.value, row.quarter.unit),
            STATES[row.quarter.state],
            percent(row.quarter.completeness_pct),
            english("; ".join(row.quarter.sources)),
            english(row.quarter.reason),
        )
        for row in report.rows
    ]
    heads = ("Kennzahl", "Standort", "Quartal", "Zustand", "Vollständigkeit", "Quellen", "Hinweise")
    factors = [
        (
            f"{english(one.energy_source)} {one.year}",
            str(one.vintage),
            f"{quantity(one.g_per_kwh, f'g {one.gas}/kWh')}",
            english(one.status),
            english(one.source),
        )
        for one in report.factors
    ]
    limits = [
        (
            f"<code>{escape(one.name)}</code> {english(one.scope)}",
            quantity(one.value, one.unit),
            f"{day(one.valid_from)} bis {day(one.valid_to) if one.valid_to else 'auf Weiteres'}",
            english(one.source),
        )
        for one in report.limits
    ]
    contracts = [
        (
            f"{escape(one.supplier)}, {escape(one.product)}",
            escape(one.site or "alle Standorte"),
            f"{day(one.valid_from)} bis {day(one.valid_to) if one.valid_to else 'auf Weiteres'}",
            quantity(one.g_per_kwh, f"g {one.gas}/kWh"),
            escape(one.proof) or "kein Nachweis",
        )
        for one in report.contracts
    ]
    return section(
        "anhang",
        "Anhang: alle Kennzahlen mit Herkunft",
        table("Kennzahlen im Quartal", heads, rows, (4,)),
        table("Verwendete Emissionsfaktoren", ("Faktor", "Ausgabe", "Wert", "Status", "Quelle"), factors, (2,)),
        table("Lieferverträge", ("Vertrag", "Standort", "gilt", "Faktor", "Nachweis"), contracts, (3,)),
        table("Grenzwerte und Schwellen", ("Name", "Wert", "gilt", "Quelle"), limits, (1,)),
        f"<p>Formeln: {'; '.join(FORMULAS)}.</p>",
    )


FORMULAS = (
    "PUE = EDC / EIT",
    "REF = erneuerbare Energie / EDC",
    "ERF = abgegebene Wärme / EDC",
    "WUE = Wasser / EIT",
    "CUE = CO2 / EIT",
    "CO2 = Summe über die Tage aus Energie mal Faktor des Jahres oder des Vertrags",
)


def _site(report: Report, key: str) -> str:
    return "Stadt gesamt" if key == CITY else escape(report.sites.get(key, key))
