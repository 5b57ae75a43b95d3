"""Every indicator of the catalogue for one site, and the books of ingest: what there is before anybody drew it."""

from __future__ import annotations

from grafanalib.core import Dashboard, Template, Templating, Time, TimeSeries

from dashboards.panels import DATA_SOURCE, series
from emscher.store.query import queries
from processing.families import families
from processing.family import Family, Indicator

_SQL = queries("dashboards")

FROM_VIEW = {"wlan": "wlan_public"}
"""Families that are shown as they are published, not as they are kept."""


def build() -> Dashboard:
    """Build the dashboard; the same catalogue gives the same bytes."""
    panels = [
        _indicator(family, one, position)
        for position, (family, one) in enumerate(
            (family, one) for family in families().values() for one in family.indicators
        )
    ]
    books = series(
        "Readings per minute",
        "What ingest received, by stream and by what became of it; received = stored + duplicate + rejected.",
        "readings",
        _SQL["books"].text,
        len(panels),
    )
    return Dashboard(
        title="Emscher: indicators of a site",
        uid="emscher-indicators",
        description="Every indicator of the catalogue for the chosen site, and the books of ingest.",
        tags=["emscher"],
        timezone="browser",
        time=Time("now-24h", "now"),
        refresh="1m",
        templating=Templating(
            [
                Template(
                    name="site", label="Site", query=_SQL["sites"].text, dataSource=DATA_SOURCE, default="", refresh=1
                )
            ]
        ),
        panels=[*panels, books],
    ).auto_panel_ids()


def _indicator(family: Family, one: Indicator, position: int) -> TimeSeries:
    name = "series_of_sensors"
    if "signal_group" in family.key:
        name = "series_of_signal_groups"
    elif "bearing_deg" in family.key:
        name = "series_of_directions"
    elif "site_id" in family.key:
        name = "series_of_sites"
    table = FROM_VIEW.get(family.name, family.table)
    return series(
        f"{family.title_en}: {one.name_en}",
        f"{one.name_de}. Source: {one.source} ({one.status}).",
        one.unit,
        _SQL[name].of(table=table, column=one.column).as_string(),
        position,
    )
