"""Section 2: what the law asks, or why targets are voluntary."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from dashboards.report.document import Report
from dashboards.report.legal import Check, Verdict
from dashboards.report.page import english, section, table
from dashboards.report.target import KNOWN
from dashboards.report.words import day, figure, quantity

VERDICTS: Mapping[Verdict, str] = {
    "kept": "&#9679; eingehalten",
    "broken": "&#9632; verletzt",
    "not_computable": "&#9632; nicht berechenbar",
    "not_yet": "gilt noch nicht",
}
DUTIES: Mapping[str, str] = {
    "ems_power_at_least": "Energie- oder Umweltmanagementsystem",
    "certified_ems_power_at_least": "Zertifiziertes Managementsystem (öffentliche Träger)",
    "publication_power_at_least": "Veröffentlichung und Übermittlung bis 31. März",
    "customer_statement_power_at_least": "Jährliche Auskunft über den Verbrauch je Kunde",
    "eu_report_power_at_least": "Meldung an die EU bis 15. Mai",
}


def section_of(report: Report) -> str:
    """Give the section."""
    named = [(one, escape(report.sites.get(one.site, one.site))) for one in report.bonds]
    free = [
        f"<li>{name}: <strong>freiwilliges Ziel</strong> ({escape(one.reason)})</li>"
        for one, name in named
        if not one.binds
    ]
    bound = [f"<li>{name}: das EnEfG bindet ({escape(one.reason)})</li>" for one, name in named if one.binds]
    parts = [f"<ul>\n{chr(10).join(bound + free)}\n</ul>" if named else "<p>Kein Standort hat Zähler.</p>"]
    if not bound:
        parts.append(
            "<p>Für keinen Standort ist belegt, dass Pflichten des EnEfG gelten. Alle Ziele sind freiwillig.</p>"
        )
    if report.checks:
        heads = ("Grenzwert", "Standort", "gilt ab", "gilt bis", "verlangt", "Ist 12 Monate", "Stand", "Quelle")
        parts.append(table("Gesetzliche Grenzwerte", heads, [_check(report, one) for one in report.checks]))
    if report.duties:
        rows = [
            (
                DUTIES[one.limit.name],
                escape(report.sites.get(one.site, one.site)),
                day(one.limit.valid_from),
                "kein Nachweis im System",
                english(one.limit.source),
            )
            for one in report.duties
        ]
        parts.append(table("Pflichten", ("Pflicht", "Standort", "gilt seit", "Stand", "Quelle"), rows))
    return section("recht", "2. Gesetzliche Pflichten", *parts)


def _check(report: Report, one: Check) -> tuple[str, ...]:
    sign = "höchstens" if one.limit.name.endswith("_at_most") else "mindestens"
    return (
        escape(KNOWN[one.indicator].name_de),
        escape(report.sites.get(one.site, one.site)),
        day(one.limit.valid_from),
        day(one.limit.valid_to) if one.limit.valid_to else "offen",
        f"{sign} {quantity(one.limit.value, one.limit.unit)}",
        figure(one.figure),
        VERDICTS[one.verdict],
        english(one.limit.source),
    )
