"""Readiness: what a process without a web server still lacks, told on its metrics port beside the metrics."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from emscher.errors import PortInUseError, SettingError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Readiness:
    """Knows what is there and what is missing.

    Parameters
    ----------
    needs : str
        What the process cannot work without; all of it is missing at first.
    """

    def __init__(self, *needs: str) -> None:
        self._missing = dict.fromkeys(needs, "not there yet")

    @property
    def missing(self) -> dict[str, str]:
        """What is missing, and why."""
        return dict(self._missing)

    def has(self, name: str) -> None:
        """Note that something is there."""
        self._missing.pop(name, None)

    def lacks(self, name: str, why: str) -> None:
        """Note that something is missing."""
        self._missing[name] = why


def serve(host: str, port: int, readiness: Readiness, setting: str) -> None:
    """Serve ``/metrics``, ``/readyz`` and ``/healthz`` from a thread of their own; port 0 serves none.

    Parameters
    ----------
    host, port : str, int
        Where to listen.
    readiness : Readiness
        What ``/readyz`` tells: 200, or 503 and what is missing.
    setting : str
        Name of the setting that moves the port elsewhere.

    Raises
    ------
    PortInUseError
        Another program has the address.
    SettingError
        It is not an address of this machine, or may not be used.
    """
    if not port:
        return
    try:
        server = make_server(host, port, application(readiness), _Server, _Quiet)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"{host}:{port} is taken by another program.", f"Set {setting} to a free one."
            ) from exc
        raise SettingError(
            f"Metrics cannot be served on {host}:{port}: {exc.strerror}.", f"Set EMSCHER_METRICS_HOST and {setting}."
        ) from exc
    Thread(target=server.serve_forever, daemon=True).start()


def application(readiness: Readiness) -> WSGIApplication:
    """Give the application that answers."""
    metrics: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = make_wsgi_app()

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path == "/readyz":
            missing = readiness.missing
            return _json(start, "503 Service Unavailable" if missing else "200 OK", not missing, missing)
        if path == "/healthz":
            return _json(start, "200 OK", True, {})
        return metrics(environ, start)

    return answer


def _json(start: StartResponse, status: str, ready: bool, missing: dict[str, str]) -> list[bytes]:  # noqa: FBT001 - a value of the answer
    start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps({"ready": ready, "missing": missing}).encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Write no line per request."""
