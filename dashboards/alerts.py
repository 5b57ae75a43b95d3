"""Alerts as Grafana provisions them: a statement each, which gives a number per site, stream or approach, and a limit.

grafanalib writes rules for the ruler's API only; the files that Grafana provisions from have another form, which
stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards.board import uid
from dashboards.language import Language
from dashboards.panels import DATA_SOURCE
from emscher.store.query import queries

Json = dict[str, Any]
FOLDER = "Emscher"
_SQL = queries("dashboards", "alerts.sql")
_EXPRESSION = "__expr__"
_ENGLISH = Language("en")


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule.

    Parameters
    ----------
    name : str
        Name of its statement.
    title : str
        What has happened.
    english, german : str
        The same as a sentence; ``{{ .Labels.x }}`` and ``{{ .Values.A }}`` are filled in by Grafana
        (``$labels`` would be taken for a variable of the environment when the file is read).
    above : float
        It fires where the statement's number is above this.
    reach_s : int
        How far back the statement looks [s].
    patience : str
        For how long that must hold.
    board : str
        Dashboard that shows more.
    severity : str
        ``warning`` where nothing is lost, ``critical`` where something is.
    """

    name: str
    title: str
    english: str
    german: str
    above: float
    reach_s: int
    patience: str
    board: str
    severity: str = "warning"

    def rule(self) -> Json:
        """Give it as Grafana's file has it."""
        return {
            "uid": f"emscher-{self.name.replace('_', '-')}",
            "title": self.title,
            "condition": "B",
            "data": [self._question(), self._limit()],
            "for": self.patience,
            # No site, no stream, no target: nothing that could be wrong.
            "noDataState": "OK",
            "execErrState": "Error",
            "annotations": {
                "summary": self.english,
                "zusammenfassung": self.german,
                "dashboard": f"/d/{uid(self.board, _ENGLISH)}",
            },
            "labels": {"platform": "emscher", "severity": self.severity},
            "isPaused": False,
        }

    def _question(self) -> Json:
        return {
            "refId": "A",
            "datasourceUid": DATA_SOURCE["uid"],
            "relativeTimeRange": {"from": self.reach_s, "to": 0},
            "model": {
                "refId": "A",
                "datasource": DATA_SOURCE,
                "editorMode": "code",
                "format": "table",
                "rawQuery": True,
                "rawSql": _SQL[self.name].text,
                "intervalMs": 60_000,
                "maxDataPoints": 1000,
            },
        }

    def _limit(self) -> Json:
        source = {"type": _EXPRESSION, "uid": _EXPRESSION}
        return {
            "refId": "B",
            "datasourceUid": _EXPRESSION,
            "relativeTimeRange": {"from": 0, "to": 0},
            "model": {
                "refId": "B",
                "datasource": source,
                "type": "threshold",
                "expression": "A",
                "conditions": [{"evaluator": {"type": "gt", "params": [self.above]}}],
            },
        }


ALERTS = (
    Alert(
        "detector_down",
        "Detector down",
        "{{ .Values.A }} detectors at {{ .Labels.site }} are silent.",
        "{{ .Values.A }} Detektoren an {{ .Labels.site }} schweigen.",
        0,
        3600,
        "5m",
        "detectors",
    ),
    Alert(
        "accounting_loss",
        "Loss in accounting",
        "{{ .Values.A }} readings of {{ .Labels.stream }} are unaccounted for or could not be kept.",
        "{{ .Values.A }} Messwerte von {{ .Labels.stream }} sind ungeklärt oder waren nicht zu behalten.",
        0,
        3600,
        "0s",
        "operations",
        "critical",
    ),
    Alert(
        "pue_target_missed",
        "PUE target missed",
        "The PUE of {{ .Labels.site }} is {{ .Values.A }} % worse than the path to its target.",
        "Die PUE von {{ .Labels.site }} ist {{ .Values.A }} % schlechter als der Pfad zum Ziel.",
        # From here on the report's traffic light is red.
        5,
        3600,
        "1h",
        "green_it",
    ),
    Alert(
        "split_failures",
        "Split failures",
        "{{ .Labels.approach }}: {{ .Values.A }} more greens than allowed did not serve all within an hour.",
        "{{ .Labels.approach }}: {{ .Values.A }} Freigaben mehr als zulässig reichten in einer Stunde nicht aus.",
        0,
        4500,
        "0s",
        "junction",
    ),
)


def provisioned() -> Json:
    """Give all rules as the file that Grafana reads when it starts."""
    group = {"orgId": 1, "name": FOLDER, "folder": FOLDER, "interval": "1m", "rules": [one.rule() for one in ALERTS]}
    return {"apiVersion": 1, "groups": [group]}
