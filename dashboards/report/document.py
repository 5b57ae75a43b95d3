"""The report as data: what the JSON holds, and what HTML and CSV are written from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from dashboards.report.legal import Bond, Check, Duty
from dashboards.report.target import Measure
from processing.figures.carbon import Contract, Factor
from processing.figures.figure import Figure
from processing.figures.light import Light
from processing.figures.limit import Limit
from processing.figures.target import Target


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one site over three periods, beside its target."""

    site: str
    indicator: str
    name_de: str
    name_en: str
    quarter: Figure
    twelve_months: Figure
    previous_year: Figure
    target: Target | None
    wanted: float | None
    judged: str
    light: Light


@dataclass(frozen=True, slots=True)
class Month:
    """Energy of a site in one month."""

    site: str
    month: str
    edc_kwh: Figure
    eit_kwh: Figure


@dataclass(frozen=True, slots=True)
class Application:
    """Energy of an application at a site in the quarter."""

    site: str
    name: str
    energy: Figure


@dataclass(frozen=True, slots=True)
class Wlan:
    """Public WLAN over the quarter, published hours alone."""

    published_zones: int
    zones: int
    online_ratio: float | None
    volume_bytes: float | None
    shown_hours: int
    suppressed_hours: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A measure with its light."""

    measure: Measure
    light: Light


@dataclass(frozen=True, slots=True)
class Restatement:
    """A figure that comes out differently today than in a frozen report."""

    quarter: str
    site: str
    indicator: str
    name_de: str
    frozen_at: datetime
    frozen: Figure
    restated: Figure


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report.

    Parameters
    ----------
    quarter : str
        As ``2026Q4``.
    first, last : date
        Its first and its last day, both included.
    number, office : str
        Of the council's paper, and who reports; empty where nobody said.
    made_at : datetime
        When it was computed.
    frozen_at : datetime or None
        None for a draft.
    software_version : str
        What computed it.
    factor_vintage : int or None
        The newest emission factor that went in.
    completeness_pct, least_pct : float or None
        The least completeness of all meters, and the least that a figure needs [%].
    simulated : bool
        Whether anything in it is an example.
    rows, months, applications, wlan, measures
        What it tells.
    bonds, checks, duties
        What the law asks of the sites, where it binds.
    restatements
        What frozen reports would say today.
    limits, factors, contracts
        The dated rows that it was computed with.
    """

    quarter: str
    first: date
    last: date
    number: str
    office: str
    made_at: datetime
    frozen_at: datetime | None
    software_version: str
    factor_vintage: int | None
    completeness_pct: float | None
    least_pct: float
    simulated: bool
    sites: dict[str, str]
    rows: Sequence[Row]
    months: Sequence[Month]
    applications: Sequence[Application]
    wlan: Wlan
    measures: Sequence[Judged]
    bonds: Sequence[Bond]
    checks: Sequence[Check]
    duties: Sequence[Duty]
    restatements: Sequence[Restatement]
    limits: Sequence[Limit]
    factors: Sequence[Factor]
    contracts: Sequence[Contract]


def encode(report: Report) -> bytes:
    """Write a report as JSON, the same bytes for the same report."""
    return msgspec.json.format(msgspec.json.encode(report, order="deterministic"), indent=1) + b"\n"


def fingerprint(content: bytes) -> str:
    """SHA-256 of a document."""
    return hashlib.sha256(content).hexdigest()
