"""How SUMO is called: a scenario as it is, with our seed, our loops and our own places for what it writes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

TO_NOWHERE = ("-output", ".output")
QUIET = ("--no-step-log", "true", "--no-warnings", "true", "--duration-log.disable", "true")


def arguments(scenario: Path, seed: int, additional: Path | None = None, folder: Path | None = None) -> list[str]:
    """Give the command line.

    Parameters
    ----------
    scenario : Path
        A ``.sumocfg``.
    seed : int
        Of SUMO's random numbers.
    additional : Path, optional
        Loads beside what the scenario has.
    folder : Path, optional
        Where trips are written.
    """
    options = ET.parse(scenario).getroot()  # noqa: S314 - SUMO reads the same file anyway
    files: list[str] = []
    given = ["sumo", "-c", str(scenario), "--seed", str(seed), *QUIET]
    for one in options.iter():
        value = one.get("value") or one.get("v")
        if value is None:
            continue
        if one.tag in {"additional-files", "additional", "a"}:
            files = [str(scenario.parent / name.strip()) for name in value.replace(";", ",").split(",") if name.strip()]
        elif one.tag.endswith(TO_NOWHERE) and value not in {"true", "false"} and folder is not None:
            # What the scenario would write goes beside the truth: its own folder may not be ours to write in.
            given += [f"--{one.tag}", str(folder / Path(value).name)]
    if additional is not None:
        given += ["--additional-files", ",".join((*files, str(additional)))]
    if folder is not None:
        given += ["--tripinfo-output", str(folder / "trips.xml")]
        given += ["--tripinfo-output.write-unfinished", "true", "--tripinfo-output.write-undeparted", "true"]
    return given
