"""What a dashboard is drawn with: its language and its SQL, and short ways to the panels that most of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.field import Field
from dashboards.language import Language
from dashboards.measure import Measure, measure
from dashboards.panels import Drawn, Lines, Words
from dashboards.units import unit_of
from emscher.store.query import queries

Two = tuple[str, str]
"""A text in English and in German."""


class Pen:
    """Draws the panels of one dashboard.

    Parameters
    ----------
    say : Language
        The language.
    file : str
        Its file of named statements.
    nothing : (str, str)
        What a panel says when there is nothing to show, unless it says so itself.
    """

    def __init__(self, say: Language, file: str, nothing: Two) -> None:
        self.say = say
        self.nothing = nothing
        self.unknown = say("unknown", "unbekannt")
        self._queries = queries("dashboards.boards", file)

    def sql(self, name: str, **identifiers: str) -> str:
        """Give a named statement, with identifiers filled in."""
        query = self._queries[name]
        return query.of(**identifiers).as_string() if identifiers else query.text

    def words(self, title: Two, about: Two, nothing: Two | None = None, source: str = "") -> Words:
        """Give what a panel says; ``source`` is the indicator whose formula it shows."""
        description = self.say(*about)
        if source:
            description = f"{description} {self.measure(source).about}".strip()
        return Words(self.say(*title), description, self.say(*(nothing or self.nothing)))

    def measure(self, indicator: str) -> Measure:
        """Look an indicator up."""
        return measure(indicator, self.say)

    def unit(self, unit: str) -> str:
        """Give Grafana's name of a unit."""
        return unit_of(unit, self.say)

    def panel(
        self,
        kind: type[Drawn],
        name: str,
        words: Words,
        unit: str,
        fields: Sequence[Field] = (),
        *,
        identifiers: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - what the kind of panel takes
    ) -> Drawn:
        """Draw a panel of a named statement."""
        return kind(words, self.sql(name, **(identifiers or {})), self.unit(unit), fields, **more)

    def series(
        self,
        indicator: str,
        statement: str,
        about: Two,
        nothing: Two | None = None,
        kind: type[Drawn] = Lines,
        **more: Any,  # noqa: ANN401 - what the kind of panel takes
    ) -> Drawn:
        """Draw an indicator over time, named, measured and explained by the catalogue."""
        one = self.measure(indicator)
        words = self.words((one.label, one.label), about, nothing, indicator)
        return self.panel(kind, statement, words, one.unit, identifiers={"column": one.column}, **more)

    def field(self, indicator: str, decimals: int | None = None, **more: Any) -> Field:  # noqa: ANN401 - what a field takes
        """Give an indicator's column of a table."""
        one = self.measure(indicator)
        more = {"nothing": self.unknown} | more
        return Field(one.column, one.label, self.unit(one.unit), decimals, **more)

    def column(
        self,
        name: str,
        label: Two,
        unit: str = "text",
        decimals: int | None = None,
        **more: Any,  # noqa: ANN401 - the same
    ) -> Field:
        """Give a column of a table."""
        more = {"nothing": self.unknown} | more
        return Field(name, self.say(*label), self.unit(unit), decimals, **more)
