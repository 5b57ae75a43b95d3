"""Seconds from `emscher demo` to the first indicator and to a whole day of history."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile

from bench.messages import Row

MILESTONES = {"first indicator": "emscher demo to the first indicator", "history whole": "to a whole day of history"}


def start() -> list[Row]:
    """Run a fresh demo until its history is whole."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="emscher-bench-") as folder:
        environment = {
            **os.environ,
            "EMSCHER_DATA_DIR": folder + "/data",
            "EMSCHER_MQTT_PORT": "18884",
            "EMSCHER_API_PORT": "18081",
        }
        command = [sys.executable, "-u", "-m", "emscher", "demo"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as demo:
            for line in demo.stdout or ():
                for said, name in MILESTONES.items():
                    match = re.search(rf"{said} after ([\d.]+) s(?:: (.*))?", line)
                    if match:
                        found.append((name, f"{match[1]} s", match[2] or "with everything starting from nothing"))
                if len(found) == len(MILESTONES):
                    break
            demo.send_signal(signal.SIGINT)
            for _ in demo.stdout or ():
                pass
    return found
