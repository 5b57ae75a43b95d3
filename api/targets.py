"""Targets: what the council decided for energy and CO2, and how the figures stand on the path to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api import examples
from api.answer import answer
from api.caller import Asking, Caller
from api.figure_answer import Form, fetch_of
from api.openapi import ALWAYS, told
from api.schemas import Values
from api.sheet import Kind, Sheet, transposed
from api.source import SQL
from processing.figures import store
from processing.figures.figure import Figure, State, missing, total
from processing.figures.judgement import SUMS, Judged, judge
from processing.figures.light import Colour
from processing.figures.period import Period, last_day, period, twelve_months
from processing.figures.quantity import CITY
from processing.figures.site import figures
from processing.figures.target import Target, chosen
from processing.figures.titles import TITLES

router = APIRouter(prefix="/v1", tags=["indicators"])

POE = "poe"
_MONTHS = 3
_COLUMNS: Mapping[str, tuple[Kind, str]] = {
    "site": ("text", ""),
    "figure": ("text", ""),
    "name_en": ("text", ""),
    "name_de": ("text", ""),
    "value": ("number", ""),
    "unit": ("text", ""),
    "state": ("text", ""),
    "reason": ("text", ""),
    "completeness_pct": ("number", "%"),
    "judged": ("text", ""),
    "wanted_value": ("number", ""),
    "off_pct": ("number", "%"),
    "light": ("text", ""),
    "target_value": ("number", ""),
    "better": ("text", ""),
    "due": ("date", ""),
    "decision": ("text", ""),
    "baseline_year": ("integer", "a"),
    "baseline_value": ("number", ""),
    "simulated": ("boolean", ""),
}

EXAMPLE: examples.Example = {
    "units": {"completeness_pct": "%", "off_pct": "%", "baseline_year": "a"},
    "as_of": None,
    "next": None,
    "period": "2026Q4",
    "data": [
        {
            "site": CITY,
            "figure": "eit_kwh",
            "name_en": "Energy of IT (EIT)",
            "name_de": "IT-Stromverbrauch (EIT)",
            "value": 5120.4,
            "unit": "kWh",
            "state": "ok",
            "reason": "",
            "completeness_pct": 99.7,
            "judged": "quarter",
            "wanted_value": 5300.0,
            "off_pct": -3.388679245,
            "light": "green",
            "target_value": 26000,
            "better": "lower",
            "due": "2030-12-31",
            "decision": "SIM-0815-26",
            "baseline_year": 2024,
            "baseline_value": 32000,
            "simulated": True,
        }
    ],
}


class TargetRow(BaseModel):
    """One target beside its figure; values are in the unit of the row."""

    site: str = Field(description="Key of a site, or `city` for the sum of all")
    figure: str
    name_en: str
    name_de: str
    value: float | None = Field(description="Null where there is none; `state` and `reason` say why")
    unit: str
    state: State
    reason: str
    completeness_pct: float | None
    judged: Judged = Field(description="Over which time the value is: the quarter, or the twelve months to its end")
    wanted_value: float | None = Field(description="What the linear path asks for by the end of the quarter")
    off_pct: float | None = Field(description="By how much the value is worse than that; negative: better")
    light: Colour
    target_value: float = Field(description="Value of twelve months that shall be reached")
    better: Literal["lower", "higher"]
    due: date
    decision: str = Field(description="Number of the council's decision")
    baseline_year: int
    baseline_value: float
    simulated: bool = Field(description="Whether the value or the target is an example")


class Targets(Values):
    """Targets with the figures that are held against them."""

    period: str
    data: list[TargetRow]


Found = Mapping[str, Mapping[str, Figure]]


@router.get(
    "/greenit/targets",
    summary="Targets of the council, and how far the figures are from the path to them",
    response_model=Targets,
    responses=told(EXAMPLE, *ALWAYS, "wrong-format", "too-slow", others={"csv": None}),
)
async def list_greenit_targets(request: Request, caller: Asking, form: Form) -> Response:
    """Judged are the twelve months to the end of this quarter; where they have no value, the quarter.

    `light`: green on the linear path or better; amber off by at most 5 %, or less than 98 % of the time is covered; red
    off by more or without a value. Targets of figures that are internal are left out.
    """
    now: datetime = request.app.state.clock()
    zone = caller.settings.time_zone
    local = now.astimezone(ZoneInfo(zone))
    quarter = period(f"{local.year}Q{(local.month - 1) // _MONTHS + 1}", zone)
    targets, examples_of = await _targets(caller)
    here, _ = await _found(caller, quarter, now)
    whole, simulated = await _found(caller, twelve_months(quarter), now)
    rows = []
    for site, name in dict.fromkeys((one.site, one.indicator) for one in targets):
        aim = chosen(targets, site, name, last_day(quarter))
        if aim is None or name not in TITLES:
            continue
        nothing = missing(TITLES[name].unit, "no_data", "nothing was measured")
        judged = judge(here.get(site, {}).get(name, nothing), whole.get(site, {}).get(name, nothing), aim, quarter, now)
        said, light = judged.figure, judged.light
        is_simulated = examples_of[targets.index(aim)] or simulated.get(site, False)
        rows.append(
            (
                *(site, name, TITLES[name].name_en, TITLES[name].name_de),
                *(said.value, said.unit, said.state, said.reason, said.completeness_pct, judged.judged),
                *(judged.wanted, _finite(light.off_pct), light.colour),
                *(aim.value, aim.better, aim.due, aim.decision, aim.baseline_year, aim.baseline_value, is_simulated),
            )
        )
    sheet = Sheet()
    for (name, (kind, unit)), values in zip(_COLUMNS.items(), transposed(rows, len(_COLUMNS)), strict=True):
        sheet.put(name, kind, values, unit)
    return answer(request, caller, form, [sheet], head={"period": quarter.name})


async def _targets(caller: Caller) -> tuple[list[Target], list[bool]]:
    """Read the targets, and which of them are examples."""
    rows: Sequence[Sequence[Any]] = await caller.source.fetch(caller.role, SQL["targets"].statement)
    return [Target(*row[:-1]) for row in rows], [row[-1] for row in rows]


async def _found(caller: Caller, span: Period, now: datetime) -> tuple[Found, Mapping[str, bool]]:
    """Compute the figures of every site and of the city over a period, and say which are simulated."""
    fetch = fetch_of(caller)
    sites = [one for one in await store.sites(fetch, span, now) if not set(one.meters) <= {POE}]
    facts = await store.facts(fetch)
    found = {one.key: figures(one, span, facts) for one in sites}
    simulated = {one.key: one.simulated for one in sites}
    if sites:
        summed = [name for name, title in TITLES.items() if title.unit in SUMS]
        found[CITY] = {name: total([found[one.key][name] for one in sites], TITLES[name].unit) for name in summed}
        simulated[CITY] = any(simulated.values())
    return found, simulated


def _finite(off_pct: float | None) -> float | None:
    """Beside a path of nothing every step is infinite, which JSON cannot say."""
    return None if off_pct in (None, float("inf")) else off_pct
