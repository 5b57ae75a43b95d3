"""Public WLAN: zones and hours as they are published, k-anonymous; devices, not persons."""

from __future__ import annotations

from typing import Any

from dashboards.board import Board, Row
from dashboards.field import AMBER, GREEN, GREY, RED, SKY, Field, Value
from dashboards.language import Language
from dashboards.panels import Columns, Drawn, Lines, Map, Number, Rows, States, only
from dashboards.pen import Pen, Two
from dashboards.variables import Choice

_DEVICES = (
    "Devices, not persons: whole numbers of zones and hours, as they were published once and for all.",
    "Geräte, nicht Personen: ganze Zahlen je Zone und Stunde, wie sie ein für alle Mal veröffentlicht wurden.",
)
_WEEK = {
    "mon": ("Mon", "Mo"),
    "tue": ("Tue", "Di"),
    "wed": ("Wed", "Mi"),
    "thu": ("Thu", "Do"),
    "fri": ("Fri", "Fr"),
    "sat": ("Sat", "Sa"),
    "sun": ("Sun", "So"),
}


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(
        say,
        "wlan.sql",
        (
            "Nothing is published of this period; too small zones and hours never are.",
            "Aus diesem Zeitraum ist nichts veröffentlicht; zu kleine Zonen und Stunden sind es nie.",
        ),
    )
    return Board(
        name="wlan",
        title=say("Public WLAN", "Öffentliches WLAN"),
        description=say(
            "Zones and hours with at least five devices and three access points; no access point, device or person.",
            (
                "Zonen und Stunden mit mindestens fünf Geräten und drei Zugangspunkten; kein Zugangspunkt, Gerät"
                " oder Mensch."
            ),
        ),
        variables=[Choice("zone", "Zone", pen.sql("zones"), several=True)],
        refresh="15m",
        rows=[
            Row(
                4,
                [
                    (5, _total(pen, "devices")),
                    (5, _total(pen, "volume")),
                    (4, _total(pen, "online_ratio")),
                    (5, _total(pen, "energy_wh")),
                    (5, _total(pen, "suppressed")),
                ],
            ),
            Row(9, [(14, _series(pen, "clients_concurrent_avg")), (10, _map(pen))]),
            Row(8, [(12, _volume(pen)), (12, _hours(pen))]),
            Row(
                8,
                [
                    (8, _series(pen, "airtime_busy_pct")),
                    (8, _series(pen, "online_ratio")),
                    (8, _series(pen, "energy_wh")),
                ],
            ),
            Row(13, [(10, _week(pen)), (14, _zones(pen))]),
        ],
    )


def _total(pen: Pen, column: str) -> Drawn:
    texts: dict[str, tuple[Two, Two, str, int]] = {
        "devices": (
            ("Devices now", "Geräte jetzt"),
            ("In the newest published hour.", "In der letzten Stunde."),
            "devices",
            0,
        ),
        "volume": (("Volume", "Datenvolumen"), ("Of published hours.", "Der veröffentlichten Stunden."), "By", 1),
        "online_ratio": (("Availability", "Verfügbarkeit"), ("Mean of the zones.", "Mittel der Zonen."), "share", 1),
        "energy_wh": (("Energy", "Energie"), ("Of published hours.", "Der veröffentlichten Stunden."), "Wh", 1),
        "suppressed": (
            ("Hours kept back", "Zurückgehaltene Stunden"),
            ("Zones' hours that are too small to show.", "Stunden von Zonen, die zu klein sind."),
            "hours",
            0,
        ),
    }
    title, about, unit, decimals = texts[column]
    words = pen.words(title, (f"{about[0]} {_DEVICES[0]}", f"{about[1]} {_DEVICES[1]}"))
    return pen.panel(Number, "totals", words, unit, options=only(column), decimals=decimals)


def _series(pen: Pen, column: str) -> Drawn:
    more: dict[str, Any] = {"online_ratio": {"max": 1}}.get(column, {})
    return pen.series(f"wlan.{column}", "series", _DEVICES, kind=Lines, step="1h", min=0, **more)


def _volume(pen: Pen) -> Drawn:
    words = pen.words(("Volume", "Datenvolumen"), _DEVICES, source="wlan.rx_bytes")
    return pen.panel(Columns, "volume", words, "By", step="1h", min=0)


def _hours(pen: Pen) -> Drawn:
    words = pen.words(
        ("What is shown", "Was gezeigt wird"),
        (
            (
                "An hour with fewer than five devices, or a zone of fewer than three access points, is kept back"
                " and in no sum."
            ),
            (
                "Eine Stunde mit weniger als fünf Geräten oder eine Zone mit weniger als drei Zugangspunkten wird"
                " zurückgehalten"
                " und ist in keiner Summe."
            ),
        ),
    )
    values = {
        0: Value(pen.say("shown", "gezeigt"), GREEN),
        1: Value(pen.say("too few devices", "zu wenige Geräte"), GREY),
        2: Value(pen.say("zone too small", "Zone zu klein"), SKY),
        3: Value(pen.say("not reported", "nicht gemeldet"), AMBER),
    }
    return pen.panel(States, "hours", words, "1", values=values, step="1h")


def _week(pen: Pen) -> Drawn:
    words = pen.words(
        ("The week", "Die Woche"),
        (f"{_DEVICES[0]} Means over all weeks.", f"{_DEVICES[1]} Mittel über alle Wochen."),
        ("Nothing is published yet.", "Noch ist nichts veröffentlicht."),
        "wlan.clients_concurrent_avg",
    )
    cell = {"cellOptions": {"type": "color-background", "mode": "basic"}, "align": "right"}
    fields = [pen.column("hour", ("Hour", "Stunde"), width_px=70)]
    fields += [Field(name, pen.say(*texts), "none", 0, nothing="-", custom=cell) for name, texts in _WEEK.items()]
    return pen.panel(
        Rows, "week", words, "devices", fields, min=0, color={"mode": "continuous-BlPu"}, options={"cellHeight": "sm"}
    )


def _zones(pen: Pen) -> Drawn:
    words = pen.words(("Zones", "Zonen"), _DEVICES)
    fields = (
        pen.column("zone", ("Zone", "Zone"), width_px=230),
        pen.column("access_point_count", ("Access points", "Zugangspunkte"), "1", 0),
        pen.field("wlan.clients_concurrent_avg", 0),
        pen.field("wlan.clients_concurrent_max", 0),
        pen.column("volume", ("Volume", "Datenvolumen"), "By", 1),
        pen.field("wlan.online_ratio", 1, limits=((None, RED), (0.95, AMBER), (0.99, GREEN))),
        pen.column("shown_hours", ("Hours shown", "Gezeigte Stunden"), "1", 0),
        pen.column("suppressed_hours", ("Hours kept back", "Zurückgehaltene Stunden"), "1", 0),
    )
    return pen.panel(Rows, "zones_table", words, "1", fields)


def _map(pen: Pen) -> Drawn:
    words = pen.words(("Zones", "Zonen"), _DEVICES)
    fields = (
        pen.column("name", ("Zone", "Zone"), width_px=230),
        pen.column("latitude", ("Latitude", "Breite"), "1", 4),
        pen.column("longitude", ("Longitude", "Länge"), "1", 4),
        pen.column("devices", ("Devices", "Geräte"), "devices", 0),
        pen.field("wlan.online_ratio", 1),
    )
    return Map(words, pen.sql("map"), pen.unit("devices"), fields, colour="devices", label="name")
