"""The report's figures as CSV: one line per figure and period, and the same columns for months and applications."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from dashboards.report.document import Report
from processing.figures.figure import Figure

HEAD = (
    "period",
    "site",
    "figure",
    "name_de",
    "name_en",
    "value",
    "unit",
    "state",
    "reason",
    "completeness_pct",
    "sources",
    "target_value",
    "wanted_value",
    "light",
    "factor_vintage",
    "simulated",
)


def sheet(report: Report) -> str:
    """Write every figure as CSV (RFC 4180, UTF-8)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for line in _lines(report):
        writer.writerow([*map(_safe, line), report.factor_vintage, str(report.simulated).lower()])
    return text.getvalue()


def _lines(report: Report) -> Iterator[tuple[object, ...]]:
    before = f"{int(report.quarter[:4]) - 1}{report.quarter[4:]}"
    for row in report.rows:
        head = (row.site, row.indicator, row.name_de, row.name_en)
        goal = row.target.value if row.target else None
        for name, figure in (("quarter", row.quarter), ("twelve_months", row.twelve_months)):
            judged = row.judged == name
            period = report.quarter if name == "quarter" else f"12 months to {report.quarter}"
            wanted, colour = (row.wanted, row.light.colour) if judged else (None, "")
            yield (period, *head, *_values(figure), goal, wanted, colour)
        yield (before, *head, *_values(row.previous_year), None, None, "")
    for month in report.months:
        for name, figure in (("edc_kwh", month.edc_kwh), ("eit_kwh", month.eit_kwh)):
            yield (month.month, month.site, name, "", "", *_values(figure), None, None, "")
    for one in report.applications:
        yield (
            report.quarter,
            one.site,
            f"application: {one.name}",
            one.name,
            one.name,
            *_values(one.energy),
            *[""] * 3,
        )


def _values(figure: Figure) -> tuple[object, ...]:
    sources = "; ".join(figure.sources)
    return figure.value, figure.unit, figure.state, figure.reason, figure.completeness_pct, sources


def _safe(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
