"""The caller: everyone, or somebody who holds the key to internal data."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader
from starlette.requests import Request

from api.problem import ProblemError
from api.source import Relation, Role, Source
from emscher.settings import Settings

_HEADER = APIKeyHeader(
    name="X-API-Key", scheme_name="ApiKey", auto_error=False, description="Key to internal data; open data need none"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and in whose rights the store is read for them.

    Parameters
    ----------
    source : Source
        The store.
    settings : Settings
        Whether there is a key at all.
    internal : bool
        Whether the right key was sent.
    """

    source: Source
    settings: Settings
    internal: bool

    @property
    def role(self) -> Role:
        """Role of the database that reads for this caller."""
        return "reader" if self.internal else "public"

    @property
    def sensors(self) -> str:
        """Relation with the sensors this caller may know of."""
        return "sensor" if self.internal else "open_sensor"

    def may_read(self, relation: Relation) -> bool:
        """Say whether a relation is open to this caller."""
        return self.internal or relation.open

    def refusal(self, what: str) -> ProblemError:
        """Say why internal data are not shown.

        Parameters
        ----------
        what : str
            What was asked for, and where there is an open alternative, that too.
        """
        if not _key_of(self.settings):
            return ProblemError(
                "no-key-set", f"{what} This server has no key set (EMSCHER_API_KEY), so internal data are closed."
            )
        return ProblemError("key-needed", f"{what} Send the header X-API-Key.", headers={"WWW-Authenticate": "ApiKey"})


def _key_of(settings: Settings) -> str:
    """Give the key, empty where there is none."""
    return settings.api_key.get_secret_value() if settings.api_key else ""


async def _caller(request: Request, key: Annotated[str | None, Security(_HEADER)]) -> Caller:
    settings: Settings = request.app.state.settings
    source: Source = request.app.state.source
    if key is None:
        return Caller(source, settings, internal=False)
    if not (right := _key_of(settings)):
        raise ProblemError("no-key-set", "This server has no key set (EMSCHER_API_KEY); ask without one for open data.")
    if not hmac.compare_digest(key.encode(), right.encode()):
        raise ProblemError(
            "wrong-key",
            "X-API-Key is not the key of this server; ask without one for open data.",
            headers={"WWW-Authenticate": "ApiKey"},
        )
    return Caller(source, settings, internal=True)


Asking = Annotated[Caller, Depends(_caller)]


async def _insider(caller: Asking) -> Caller:
    if not caller.internal:
        raise caller.refusal("This route shows internal data.")
    return caller


Insider = Annotated[Caller, Depends(_insider)]
