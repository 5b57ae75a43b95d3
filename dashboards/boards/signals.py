"""Signals: cycles, greens, how they end, and transitions that no signal may make."""

from __future__ import annotations

from dashboards.board import Board, Row, address
from dashboards.field import AMBER, GREEN, RED, SKY
from dashboards.language import Language
from dashboards.panels import Bars, Columns, Drawn, Number, Rows, only
from dashboards.pen import Pen
from dashboards.variables import Choice

_STATES_ONLY = (
    "These controllers report states and do not say why a green ended.",
    "Diese Steuergeräte melden Zustände und sagen nicht, warum eine Freigabe endete.",
)


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(
        say, "signals.sql", ("No controller reported in this period.", "In diesem Zeitraum meldete kein Steuergerät.")
    )
    return Board(
        name="signals",
        title=say("Signals", "Lichtsignale"),
        description=say(
            "What the controllers do: cycles, greens, how they end, and what no signal may do.",
            "Was die Steuergeräte tun: Umläufe, Freigaben, wie sie enden, und was kein Signal tun darf.",
        ),
        variables=[Choice("site", say("Junction", "Kreuzung"), pen.sql("sites"), several=True)],
        rows=[
            Row(4, [(8, _silent(pen)), (8, _total(pen, "violation_count")), (8, _total(pen, "cycle_count"))]),
            Row(8, [(12, _cycles(pen)), (12, _greens(pen))]),
            Row(8, [(8, _terminations(pen)), (8, _violations(pen)), (8, _runs(pen))]),
            Row(13, [(24, _groups(pen))]),
        ],
    )


def _silent(pen: Pen) -> Drawn:
    words = pen.words(
        ("Silent controllers", "Schweigende Steuergeräte"),
        (
            "Configured controllers without an event at the end of the period.",
            "Versorgte Steuergeräte ohne Ereignis am Ende des Zeitraums.",
        ),
        ("No controller is configured.", "Kein Steuergerät ist versorgt."),
    )
    return pen.panel(Number, "silent", words, "sensors", limits=((None, GREEN), (1, RED)), decimals=0)


def _total(pen: Pen, column: str) -> Drawn:
    one = pen.measure(f"signal.{column}")
    unit = {"violation_count": "transitions", "cycle_count": "cycles"}[column]
    limits = ((None, GREEN), (1, RED)) if column == "violation_count" else ()
    words = pen.words(
        (one.label, one.label), ("In the whole period.", "Im ganzen Zeitraum."), source=f"signal.{column}"
    )
    return pen.panel(Number, "totals", words, unit, limits=limits, options=only(column), decimals=0)


def _cycles(pen: Pen) -> Drawn:
    return pen.series("signal.cycle_s", "cycles", ("By controller.", "Je Steuergerät."), step="15m", min=0, decimals=0)


def _greens(pen: Pen) -> Drawn:
    about = (
        "By signal group; of several junctions the first two.",
        "Je Signalgruppe; von mehreren Kreuzungen die ersten zwei.",
    )
    return pen.series("signal.green_ratio", "greens", about, step="15m", min=0, max=1)


def _terminations(pen: Pen) -> Drawn:
    words = pen.words(
        ("How greens end", "Wie Freigaben enden"),
        ("Of all signal groups of the chosen junctions.", "Aller Signalgruppen der gewählten Kreuzungen."),
        _STATES_ONLY,
        "signal.gap_out_count",
    )
    fields = (
        pen.field("signal.gap_out_count", 0, colour=GREEN),
        pen.field("signal.max_out_count", 0, colour=AMBER),
        pen.field("signal.force_off_count", 0, colour=SKY),
    )
    return pen.panel(Columns, "terminations", words, "greens", fields, step="15m", min=0)


def _violations(pen: Pen) -> Drawn:
    about = ("By junction; anything but 0 is to be looked at.", "Je Kreuzung; alles außer 0 ist anzusehen.")
    return pen.series("signal.violation_count", "violations", about, kind=Columns, step="15m", min=0, decimals=0)


def _runs(pen: Pen) -> Drawn:
    one = pen.measure("approach.max_out_run_count")
    words = pen.words(
        (one.label, one.label),
        (
            "The longest run of each approach in the period: where it is long, green is too short for the demand.",
            "Die längste Folge je Zufahrt im Zeitraum: wo sie lang ist, reicht die Freigabe nicht.",
        ),
        _STATES_ONLY,
        "approach.max_out_run_count",
    )
    return pen.panel(Bars, "runs", words, "greens", min=0, decimals=0, limits=((None, GREEN), (3, AMBER), (8, RED)))


def _groups(pen: Pen) -> Drawn:
    words = pen.words(
        ("Signal groups", "Signalgruppen"),
        ("Means of the period, unlawful transitions first.", "Mittel des Zeitraums, unzulässige Übergänge zuerst."),
        source="signal.cycle_s",
    )
    link = (pen.say("Open", "Öffnen"), address("junction", pen.say, "var-site=${__data.fields.site_key}"))
    fields = (
        pen.column("site", ("Junction", "Kreuzung"), width_px=260, link=link),
        pen.column("signal_group", ("Signal group", "Signalgruppe")),
        pen.column("site_key", ("Key", "Schlüssel"), hidden=True),
        *(
            pen.field(f"signal.{name}", digits)
            for name, digits in (
                ("cycle_s", 0),
                ("green_ratio", 0),
                ("green_min_s", 0),
                ("amber_s", 1),
                ("red_amber_s", 1),
                ("violation_count", 0),
                ("max_out_count", 0),
            )
        ),
    )
    return pen.panel(Rows, "groups", words, "1", fields)
