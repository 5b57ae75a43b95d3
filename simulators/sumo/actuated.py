"""SUMO's own actuated control on a scenario's phases: the yardstick, which sees detectors that no city has."""

from __future__ import annotations

from typing import Any

from simulators.sumo.network import Phase, Signal

STATIC, ACTUATED = 0, 3
MIN_S, MAX_S = 5.0, 50.0
"""Bounds of a green whose program names none: SUMO's own defaults [s]."""


def actuated(sumo: Any, signal: Signal) -> None:  # noqa: ANN401 - a module without types
    """Let a signal with a fixed program run actuated, with the bounds it names."""
    if signal.kind != STATIC:
        return
    light = sumo.trafficlight
    phases = [light.Phase(one.duration_s, one.state, *_bounds_s(one)) for one in signal.phases]
    light.setProgramLogic(signal.key, light.Logic("emscher-actuated", ACTUATED, 0, phases))
    light.setProgram(signal.key, "emscher-actuated")


def _bounds_s(phase: Phase) -> tuple[float, float]:
    green = any(letter in "Gg" for letter in phase.state) and not any(letter in "yY" for letter in phase.state)
    if not green:
        return phase.duration_s, phase.duration_s
    if phase.min_s < phase.max_s:
        return phase.min_s, phase.max_s
    return min(MIN_S, phase.duration_s), MAX_S
