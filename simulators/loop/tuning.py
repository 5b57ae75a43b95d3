"""The controllers' settings: frozen in a dated file, with the reason of each."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import msgspec

FROZEN = "2026-11-22.toml"


class Tuning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings; what each is for stands in the file."""

    interval_s: float = 5.0
    indicators_s: float = 300.0
    green_min_s: float = 5.0
    red_max_s: float = 120.0
    saturation_veh_s: float = 0.5
    yielding_veh_s: float = 0.2
    startup_s: float = 2.0
    horizon_s: float = 40.0
    green_step_s: float = 4.0
    hysteresis: float = 1.1
    patience_s: float = 60.0
    utilised_ratio: float = 0.8
    utilised_s: float = 6.0
    gap_s: float = 0.9
    blocked_s: float = 6.0
    pressure_s: float = 10.0
    plan_s: float = 300.0


def frozen() -> Tuning:
    """Read the frozen settings."""
    text = files("simulators.loop").joinpath(FROZEN).read_text(encoding="utf-8")
    values = {name: one["value"] for name, one in tomllib.loads(text).items()}
    return msgspec.convert(values, Tuning)
