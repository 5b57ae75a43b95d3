"""Asking over HTTP."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from emscher.errors import CollectError
from emscher.settings import Settings

NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Web:
    """One server that is asked."""

    client: httpx.AsyncClient
    url: str

    async def text(self) -> str:
        """Read what the address itself gives.

        Raises
        ------
        CollectError
            It does not answer, or not with what was asked for.
        """
        found = await self._ask(self.url)
        return "" if found is None else found.text

    async def document(self, path: str) -> Mapping[str, Any] | None:
        """Read a JSON object below the address; None where there is none.

        Raises
        ------
        CollectError
            It does not answer, or not with an object.
        """
        found = await self._ask(f"{self.url.rstrip('/')}{path}")
        if found is None:
            return None
        try:
            content = found.json()
        except ValueError as exc:
            raise CollectError(f"{found.url} does not answer with JSON.", "Is it the right address?") from exc
        return content if isinstance(content, dict) else None

    async def _ask(self, url: str) -> httpx.Response | None:
        try:
            response = await self.client.get(url)
            if response.status_code == NOT_FOUND:
                return None
            return response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise CollectError(f"{url} cannot be read: {exc}.", "Check address, user, secret and certificate.") from exc


@asynccontextmanager
async def client(url: str, settings: Settings, timeout_s: float, ca: Path | None) -> AsyncIterator[Web]:
    """Open a client; its certificate is always checked, by the authority given or the system's.

    Raises
    ------
    CollectError
        The certificate cannot be read.
    """
    secret = settings.collect_secret
    auth = (settings.collect_username, secret.get_secret_value()) if settings.collect_username and secret else None
    try:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as exc:
        raise CollectError(f"{ca} cannot be read: {exc}.", "Give a certificate in PEM.") from exc
    async with httpx.AsyncClient(auth=auth, verify=context, timeout=timeout_s) as opened:
        yield Web(opened, url)
