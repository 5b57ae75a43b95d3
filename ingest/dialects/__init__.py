"""The dialects beside the canonical JSON: one module each, found by being here."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from ingest.dialect import Foreign, Spoken


@cache
def dialects() -> MappingProxyType[str, Spoken | Foreign]:
    """Every dialect by name, in alphabetical order: each module of this folder that has a ``DIALECT``."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return MappingProxyType({dialect.name: dialect for dialect in (module.DIALECT for module in modules)})
