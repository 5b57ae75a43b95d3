"""The embedded broker: Mosquitto where it is installed, else amqtt."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Literal

from emscher.embedded import mosquitto
from emscher.embedded.program import Program
from emscher.embedded.server import EmbeddedServer

HOST = "127.0.0.1"
ANSWER_WITHIN_S = 2.0
# Asked to end, it writes down what it holds: a second for half a million messages. Killed before, it forgets them.
GRACE_S = 120.0
# MQTT 3.1.1 CONNECT with a clean session and no name, the CONNACK that accepts it, and DISCONNECT.
CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\x00\x00"
CONNACK = b"\x20\x02\x00\x00"
DISCONNECT = b"\xe0\x00"

Kind = Literal["mosquitto", "amqtt"]


class EmbeddedBroker(EmbeddedServer):
    """An MQTT broker on loopback that takes everyone, with its files in ``<data_dir>/broker``.

    Parameters
    ----------
    data_dir : Path
        Folder it may use.
    port : int
        Where it listens.
    kind : {"mosquitto", "amqtt"}, optional
        Which broker; none means Mosquitto where it is installed.
    """

    def __init__(self, data_dir: Path, port: int, kind: Kind | None = None) -> None:
        super().__init__(data_dir)
        self.folder = self.data_dir / "broker"
        self.port = port
        self.kind: Kind = kind or ("mosquitto" if mosquitto.executable() else "amqtt")

    @property
    def protocol(self) -> Literal["5", "3.1.1"]:
        """Version of MQTT to speak to it, as ``EMSCHER_MQTT_PROTOCOL`` has it."""
        return "5" if self.kind == "mosquitto" else "3.1.1"

    @property
    def caveat(self) -> str:
        """What it does not guarantee, in one line."""
        if self.kind == "mosquitto":
            return "keeps what is not acknowledged; killed itself, it forgets what it took in within the last 10 s"
        return (
            "for a first look only: MQTT 3.1.1, no shared subscriptions, everything in memory, and it forgets messages"
            " that were sent but not acknowledged when a client reconnects; install Mosquitto for the guarantee"
        )

    def prepare(self) -> tuple[str, ...]:
        """Make the folder and write the configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.kind == "mosquitto":
            (self.folder / "mosquitto.conf").write_text(
                mosquitto.configuration(self.folder, self.port), encoding="utf-8"
            )
        return ()

    def program(self) -> Program:
        """Give the broker as a program; ready once it accepts a client."""
        argv: tuple[str, ...]
        if self.kind == "mosquitto":
            argv = (str(mosquitto.executable()), "-c", str(self.folder / "mosquitto.conf"))
        else:
            argv = (sys.executable, "-m", "emscher.embedded.amqttd", str(self.port))
        return Program(name="broker", argv=argv, env=dict(os.environ), ready=self.ready, rank=1, grace_s=GRACE_S)

    def ready(self) -> bool:
        """Tell whether it accepts a client."""
        try:
            with socket.create_connection((HOST, self.port), timeout=ANSWER_WITHIN_S) as connection:
                connection.sendall(CONNECT)
                answer = connection.recv(len(CONNACK))
                connection.sendall(DISCONNECT)
        except OSError:
            return False
        return answer == CONNACK
