"""Ports: whether one is free, told with the setting that chooses another."""

from __future__ import annotations

import errno
import socket

from emscher.errors import PortInUseError, SettingError

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared with, not bound to


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(host: str, port: int, setting: str) -> None:
    """Make sure that a program can listen there.

    Parameters
    ----------
    host : str
        Address to listen on.
    port : int
        Port to listen on.
    setting : str
        Variable that chooses another port.

    Raises
    ------
    PortInUseError
        Another program listens there.
    SettingError
        The address is none of this machine's, or the port is not for us.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As servers do it, so that connections that have just ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if isinstance(error, PermissionError | socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise SettingError(f"{host}:{port} cannot be listened on: {error.strerror}.", f"Set {setting}.") from error
        raise PortInUseError(
            f"Port {port} on {host} is in use by another program.", f"Set {setting} to a free one."
        ) from error


def reachable(host: str) -> str:
    """Give the address under which a program of this machine reaches one that listens on `host`."""
    return EVERYWHERE.get(host, host)


def in_url(host: str) -> str:
    """Write an address as a URL has it."""
    return f"[{host}]" if ":" in host else host
