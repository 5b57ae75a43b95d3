"""``python -m tests.fuzz [--inputs N] [--keep] [target ...]``: fuzz one target after the other and print a table."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from .target import targets

INPUTS = 10_000_000
_COVERAGE = re.compile(r"cov: (\d+)")
_HEAD = (
    f"{'target':14}{'inputs':>12}{'seconds':>9}{'edges':>7}{'kinds':>7}{'values':>12}{'slowest':>10}  crashes  rejected"
)


def main() -> int:
    """Run, print, and say by the exit status whether the rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=INPUTS, help="inputs per target")
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"), help="where reports and findings are written")
    parser.add_argument("--keep", action="store_true", help="write the corpus of the repository anew")
    parser.add_argument("target", nargs="*", help=f"of {', '.join(targets())}; all without one")
    asked = parser.parse_args()
    if unknown := set(asked.target) - set(targets()):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    asked.folder.mkdir(parents=True, exist_ok=True)
    print(_HEAD, flush=True)
    broken = 0
    for name in asked.target or targets():
        broken += _fuzz(name, asked.inputs, asked.folder, keep=asked.keep)
    return int(bool(broken))


def _fuzz(name: str, inputs: int, folder: Path, *, keep: bool) -> int:
    """Fuzz a target in a process of its own, print its line and give the number of crashes."""
    log = folder / f"{name}.log"
    report = folder / f"{name}.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", f"{__package__}.session", name, str(inputs), str(folder), *["keep"][: int(keep)]]
    with log.open("wb") as out:
        status = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    if status or not report.is_file():
        print(f"{name:14}the session ended with status {status}; see {log}", flush=True)
        return 1
    found: dict[str, Any] = json.loads(report.read_text())
    edges = int((_COVERAGE.findall(log.read_text(errors="replace")) or [0])[-1])
    crashes: int = sum(found["crashes"].values())
    reasons = sorted(found["reasons"].items(), key=lambda one: -one[1])
    print(
        f"{name:14}{found['inputs']:12,}{found['seconds']:9.0f}{edges:7}{found['kinds']:7}{found['values']:12,}"
        f"{found['slowest_ms']:7.0f} ms{crashes:9}  {', '.join(f'{reason} {count:,}' for reason, count in reasons)}",
        flush=True,
    )
    return crashes


if __name__ == "__main__":
    sys.exit(main())
