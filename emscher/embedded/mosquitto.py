"""Mosquitto as the embedded broker: where it is, and the configuration with which it loses nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# Debian installs it where only root's PATH looks.
MORE_PATHS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")

# Versions 2.0.11 to 2.1 read this. 0 would mean "no limit" too, but 2.0.21 then refuses every message and 2.1 warns of
# every one (eclipse-mosquitto/mosquitto issues 3244 and 3579): these limits are out of reach, 65535 is MQTT's own.
CONFIGURATION = """\
# Written by Emscher at each start.
listener {port} 127.0.0.1
allow_anonymous true
{user}
# As many un-acknowledged messages as a client asks for; all that a client misses while it is away is kept.
max_inflight_messages 65535
max_inflight_bytes 0
max_queued_messages 1000000000
max_queued_bytes 0
# A reading published with QoS 0 is kept, too, once it has arrived here.
upgrade_outgoing_qos true
max_packet_size 33554432
set_tcp_nodelay true

persistence true
persistence_location {folder}/
autosave_interval 10
autosave_on_changes false
persistent_client_expiration 30d

log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
log_timestamp true
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages true
"""


def executable() -> Path | None:
    """Find Mosquitto, or nothing."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *MORE_PATHS])
    found = shutil.which("mosquitto", path=path)
    return Path(found) if found else None


def configuration(folder: Path, port: int) -> str:
    """Write down the configuration of a broker on loopback.

    Parameters
    ----------
    folder : Path
        Where it keeps messages.
    port : int
        Where it listens.
    """
    # Started by root it would become the user mosquitto, who may not write to our folder.
    user = "user root" if os.geteuid() == 0 else ""
    return CONFIGURATION.format(port=port, folder=folder, user=user)
