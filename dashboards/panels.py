"""Panels as our dashboards have them: a title, a unit and a description each."""

from __future__ import annotations

from grafanalib.core import GridPos, SqlTarget, TimeSeries

DATA_SOURCE = "Emscher"
WIDTH = 12
HEIGHT = 8

UNITS = {
    "veh": "vehicles",
    "veh/h": "vehicles/h",
    "veh/km": "vehicles/km",
    "pcu/h": "pcu/h",
    "pcu/km": "pcu/km",
    "km/h": "velocitykmh",
    "%": "percent",
    "1": "none",
    "s": "s",
    "m": "lengthm",
    "kWh": "kwatth",
    "Wh": "watth",
    "By": "decbytes",
    "devices": "devices",
    "readings": "readings",
}
"""Our units as Grafana has them; one it does not have is shown as it stands."""


def series(title: str, description: str, unit: str, sql: str, position: int) -> TimeSeries:
    """Draw lines over time.

    Parameters
    ----------
    title, description : str
        What is shown, in a few words and in a sentence.
    unit : str
        One of :data:`UNITS`.
    sql : str
        Gives columns ``time``, ``metric`` and ``value``.
    position : int
        Number of the panel, two to a row.
    """
    row, column = divmod(position, 2)
    return TimeSeries(
        title=title,
        description=description,
        unit=UNITS[unit],
        dataSource=DATA_SOURCE,
        targets=[SqlTarget(rawSql=sql, format="time_series", refId="A")],
        gridPos=GridPos(HEIGHT, WIDTH, column * WIDTH, row * HEIGHT),
        id=position + 1,
    )
