"""Grafana dashboards: one module each with a function ``board``, found by being here, and its SQL beside it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from dashboards.board import Board
from dashboards.language import Language


@cache
def boards() -> Mapping[str, Callable[[Language], Board]]:
    """Give what builds each dashboard, by its name."""
    names = [found.name for found in pkgutil.iter_modules(__path__)]
    return MappingProxyType({name: importlib.import_module(f"{__name__}.{name}").board for name in names})
