"""The vocabulary of streams: one module per kind of sensor, found by being here."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from emscher.stream import Stream


@cache
def streams() -> MappingProxyType[str, Stream]:
    """Every stream by name, in alphabetical order: each module of this folder that has a ``STREAM``."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return MappingProxyType({stream.name: stream for stream in (module.STREAM for module in modules)})
