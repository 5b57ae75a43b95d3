"""The MQTT broker amqtt as a process: for a first look where there is no Mosquitto.

It speaks MQTT 3.1.1 only, keeps everything in memory, and forgets what was sent but not acknowledged when a client
reconnects.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

# By its importable name even where this module is __main__: amqtt imports it.
PLUGIN = "emscher.embedded.amqttd.OpenToLoopback"


class OpenToLoopback(BaseAuthPlugin):  # type: ignore[misc] # the same
    """Lets everyone in, which on loopback is everyone on this machine.

    The plugin amqtt brings for that marks sessions as anonymous, and drops messages for an anonymous one that is away.
    """

    async def authenticate(self, *, session: Session) -> bool:
        """Let a session in."""
        del session
        return True


async def serve(port: int) -> None:
    """Run the broker on loopback until SIGTERM or SIGINT."""
    logging.getLogger("transitions").setLevel(logging.WARNING)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 0}},
            "plugins": {PLUGIN: {}},
        }
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await broker.start()
    await ended.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(int(sys.argv[1])))
