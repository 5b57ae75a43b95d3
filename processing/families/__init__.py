"""The families of indicators: one module each, found by being here."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from processing.family import Family


@cache
def families() -> MappingProxyType[str, Family]:
    """Every family by name, in alphabetical order: each module of this folder that has a ``FAMILY``."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return MappingProxyType({family.name: family for family in (module.FAMILY for module in modules)})


@cache
def queues() -> MappingProxyType[str, tuple[Family, ...]]:
    """Families by the name under which their windows are due, the one whose name it is first."""
    found: dict[str, list[Family]] = {name: [family] for name, family in families().items() if family.queue == name}
    for family in families().values():
        if family.rides:
            found[family.rides].append(family)
    return MappingProxyType({name: tuple(members) for name, members in found.items()})


@cache
def readers(name: str) -> tuple[Family, ...]:
    """Families that read a family's table, without those that share another's windows."""
    return tuple(family for family in families().values() if family.reads == name and not family.rides)
