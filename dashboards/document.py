"""A dashboard as the text Grafana reads: the same dashboard, the same bytes."""

from __future__ import annotations

import json

from grafanalib._gen import DashboardEncoder
from grafanalib.core import Dashboard


def encode(dashboard: Dashboard) -> str:
    """Write a dashboard as JSON with sorted keys.

    Parameters
    ----------
    dashboard : Dashboard
        With its panels.
    """
    return (
        json.dumps(dashboard.to_json_data(), cls=DashboardEncoder, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    )
