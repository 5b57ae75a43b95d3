"""Facts of lanes: numbers that the city's description says of a sensor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from processing.family import Task
from processing.kernels.group import Floats, Ints


def lane_facts(task: Task, sensor_id: Ints, name: str) -> Floats:
    """Give a fact of each lane; NaN where the description says none, or no number."""
    said = {one.sensor_id: one.metadata.get(name) for one in task.sensors}
    return np.array([_number(said.get(one)) for one in sensor_id.tolist()], np.float64)


def _number(said: Any) -> float:  # noqa: ANN401 - whatever the description says
    return float(said) if isinstance(said, int | float) and math.isfinite(said) else math.nan
