"""The shapes of answers with figures."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas import Values
from processing.figures.figure import State


class FigureRow(BaseModel):
    """One figure of one site; its unit and what is to be known of it stand in the row."""

    site: str
    figure: str
    name_en: str
    name_de: str
    value: float | None = Field(description="Null where there is none; `state` and `reason` say why")
    unit: str
    state: State
    reason: str
    completeness_pct: float | None = Field(description="Share of the metering time that is covered")
    sources: list[str] = Field(description="Meters, factors and quantities it rests on")
    simulated: bool = Field(description="Whether the value comes from a simulator, wholly or in part")


class Figures(Values):
    """Figures of Green IT."""

    period: str
    data: list[FigureRow]


class FigureTitle(BaseModel):
    """What a figure is."""

    figure: str
    unit: str
    name_en: str
    name_de: str
    source: str = Field(description="Where its formula is from")
    status: str = Field(description="Whether that was read (verified), read about (secondary) or is our own")
    route: str
    open: bool = Field(description="Whether it needs no key")


class FigureCatalogue(BaseModel):
    """Every figure there is."""

    data: list[FigureTitle]
