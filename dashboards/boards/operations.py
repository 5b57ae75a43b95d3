"""Running the platform: what comes in, what becomes of it, what waits, how late, and the energy of it all."""

from __future__ import annotations

from dashboards.board import Board, Row
from dashboards.field import AMBER, BLUE, GREEN, RED, SKY
from dashboards.language import Language
from dashboards.panels import Columns, Drawn, Lines, Number, Rows, only
from dashboards.pen import Pen, Two
from dashboards.variables import Choice

_BALANCE = (
    "Received = stored + duplicate + rejected, written in the transaction that stores; anything but 0 here is a loss.",
    (
        "Empfangen = gespeichert + doppelt + abgewiesen, in derselben Transaktion geschrieben; alles außer 0 ist"
        " ein Verlust."
    ),
)


def board(say: Language) -> Board:
    """Build the dashboard."""
    pen = Pen(
        say, "operations.sql", ("Nothing was received in this period.", "In diesem Zeitraum wurde nichts empfangen.")
    )
    return Board(
        name="operations",
        title=say("Platform operations", "Betrieb der Plattform"),
        description=say(
            "What comes in, what becomes of it, what waits, how late it is, and the energy of it all.",
            "Was hereinkommt, was daraus wird, was wartet, wie spät es ist, und was das an Energie braucht.",
        ),
        variables=[Choice("stream", say("Stream", "Datenart"), pen.sql("streams"), several=True)],
        rows=[
            Row(
                4,
                [
                    (4, _total(pen, "received")),
                    (4, _total(pen, "stored")),
                    (4, _total(pen, "rejected")),
                    (4, _total(pen, "unaccounted")),
                    (4, _waiting(pen)),
                    (4, _behind(pen)),
                ],
            ),
            Row(8, [(12, _rate(pen)), (12, _books(pen))]),
            Row(8, [(12, _latency(pen)), (12, _accounts(pen))]),
            Row(8, [(10, _refused(pen)), (14, _quarantine(pen))]),
            Row(8, [(8, _own_energy(pen)), (8, _computed(pen)), (8, _kept(pen))]),
        ],
    )


def _total(pen: Pen, column: str) -> Drawn:
    titles: dict[str, Two] = {
        "received": ("Received", "Empfangen"),
        "stored": ("Stored", "Gespeichert"),
        "rejected": ("Rejected", "Abgewiesen"),
        "unaccounted": ("Unaccounted", "Ungeklärt"),
    }
    limits = {
        "rejected": ((None, GREEN), (1, AMBER)),
        "unaccounted": ((None, RED), (0, GREEN), (1, RED)),
    }.get(column, ())
    words = pen.words(titles[column], _BALANCE)
    return pen.panel(Number, "totals", words, "readings", options=only(column), limits=limits, decimals=0)


def _waiting(pen: Pen) -> Drawn:
    words = pen.words(
        ("Windows due", "Fällige Zeitfenster"),
        (
            "What processing has still to compute now, whatever the period.",
            "Was jetzt noch zu berechnen ist, unabhängig vom Zeitraum.",
        ),
    )
    return pen.panel(Number, "waiting", words, "windows", limits=((None, GREEN), (1000, AMBER)), decimals=0)


def _behind(pen: Pen) -> Drawn:
    words = pen.words(
        ("Indicators behind", "Kennzahlen im Rückstand"),
        (
            "From the newest minute of a lane that was computed to the end of the period.",
            "Von der neuesten berechneten Minute eines Fahrstreifens bis zum Ende des Zeitraums.",
        ),
        ("No lane was computed in this period.", "In diesem Zeitraum wurde kein Fahrstreifen berechnet."),
    )
    return pen.panel(Number, "behind", words, "duration", limits=((None, GREEN), (300, AMBER), (1800, RED)), decimals=0)


def _rate(pen: Pen) -> Drawn:
    words = pen.words(
        ("Readings received", "Empfangene Messwerte"),
        (
            "Per minute of receipt, by stream; here 0 is a measurement: the books say that nothing came.",
            "Je Minute des Empfangs und Datenart; hier ist 0 gemessen: die Bücher sagen, dass nichts kam.",
        ),
    )
    return pen.panel(Lines, "rate", words, "readings/min", step="1m", min=0, decimals=0)


def _books(pen: Pen) -> Drawn:
    words = pen.words(("What became of them", "Was daraus wurde"), _BALANCE)
    fields = (
        pen.column("stored", ("stored", "gespeichert"), "readings", 0, colour=BLUE),
        pen.column("duplicate", ("duplicate", "doppelt"), "readings", 0, colour=SKY),
        pen.column("rejected", ("rejected", "abgewiesen"), "readings", 0, colour=AMBER),
    )
    return pen.panel(Columns, "books", words, "readings", fields, step="1m", min=0)


def _latency(pen: Pen) -> Drawn:
    words = pen.words(
        ("Latency of readings", "Verspätung der Messwerte"),
        (
            (
                "From the end of what a reading speaks of to its receipt, by hour of receipt; sensors a day off"
                " are left out."
            ),
            (
                "Vom Ende dessen, wovon ein Messwert spricht, bis zum Empfang, je Stunde; ohne Sensoren, die um"
                " einen Tag falsch gehen."
            ),
        ),
    )
    fields = (
        pen.column("latency_min_s", ("least", "kleinste"), "duration", 1),
        pen.column("latency_mean_s", ("mean", "mittlere"), "duration", 1),
        pen.column("latency_max_s", ("most", "größte"), "duration", 1),
    )
    return pen.panel(Lines, "latency", words, "duration", fields, step="1h")


def _accounts(pen: Pen) -> Drawn:
    words = pen.words(("The books by stream", "Die Bücher nach Datenart"), _BALANCE)
    fields = (
        pen.column("stream", ("Stream", "Datenart")),
        pen.column("received", ("Received", "Empfangen"), "1", 0),
        pen.column("stored", ("Stored", "Gespeichert"), "1", 0),
        pen.column("duplicate", ("Duplicate", "Doppelt"), "1", 0),
        pen.column("rejected", ("Rejected", "Abgewiesen"), "1", 0),
        pen.column("unaccounted", ("Unaccounted", "Ungeklärt"), "1", 0),
    )
    return pen.panel(Rows, "accounts", words, "readings", fields)


def _refused(pen: Pen) -> Drawn:
    words = pen.words(
        ("Refused by reason", "Abgewiesen nach Grund"),
        ("Readings that were refused, by the reason they were refused for.", "Abgewiesene Messwerte nach ihrem Grund."),
        ("Nothing was refused in this period.", "In diesem Zeitraum wurde nichts abgewiesen."),
    )
    return pen.panel(Columns, "refused", words, "readings", step="15m", min=0, decimals=0)


def _quarantine(pen: Pen) -> Drawn:
    words = pen.words(
        ("Quarantine", "Quarantäne"),
        (
            "Refused messages that wait for somebody: emscher quarantine shows them, redrive brings them back.",
            "Abgewiesene Nachrichten, die auf jemanden warten: emscher quarantine zeigt sie, redrive holt sie zurück.",
        ),
        ("Nothing waits in quarantine.", "Nichts wartet in Quarantäne."),
    )
    fields = (
        pen.column("stream", ("Stream", "Datenart")),
        pen.column("reason", ("Reason", "Grund")),
        pen.column("messages", ("Messages", "Nachrichten"), "1", 0),
        pen.column("readings", ("Readings", "Messwerte"), "1", 0),
        pen.column("last_received_at", ("Last received", "Zuletzt empfangen"), "time"),
        pen.column("detail", ("Detail of one", "Näheres zu einer")),
    )
    return pen.panel(Rows, "quarantine", words, "1", fields)


def _own_energy(pen: Pen) -> Drawn:
    words = pen.words(
        ("Own energy", "Eigener Energiebedarf"),
        (
            (
                "Received readings times the measured energy of one (row platform_message_energy of the limits):"
                " an estimate."
            ),
            "Empfangene Messwerte mal gemessener Energie für einen (Zeile platform_message_energy): eine Schätzung.",
        ),
    )
    fields = (pen.column("own_energy_mwh", ("CPU energy", "Energie der CPU"), "mWh", 2, colour=GREEN),)
    return pen.panel(Columns, "own_energy", words, "mWh", fields, step="15m", min=0, custom={"axisSoftMax": 0.1})


def _computed(pen: Pen) -> Drawn:
    words = pen.words(
        ("Computed windows", "Berechnete Zeitfenster"),
        (
            "Rows of each family in the period, and how long after their end they were computed (median).",
            "Zeilen je Familie im Zeitraum, und wie lange nach ihrem Ende sie berechnet wurden (Median).",
        ),
        ("Nothing was computed in this period.", "In diesem Zeitraum wurde nichts berechnet."),
    )
    fields = (
        pen.column("family", ("Family", "Familie")),
        pen.column("windows", ("Rows", "Zeilen"), "1", 0),
        pen.column("after_s", ("Computed after", "Berechnet nach"), "duration", 0),
        pen.column("revision", ("Most revisions", "Meiste Revisionen"), "1", 0),
    )
    return pen.panel(Rows, "computed", words, "1", fields)


def _kept(pen: Pen) -> Drawn:
    words = pen.words(
        ("What is kept how long", "Was wie lange bleibt"),
        ("Rows older than that are removed.", "Was älter ist, wird gelöscht."),
        ("No table has a limit.", "Keine Tabelle hat eine Grenze."),
    )
    fields = (
        pen.column("table_name", ("Table", "Tabelle")),
        pen.column("keep", ("Kept", "Bleibt")),
        pen.column("extendable", ("Extendable", "Verlängerbar")),
        pen.column("reason", ("Why", "Warum")),
    )
    return pen.panel(Rows, "kept", words, "1", fields)
