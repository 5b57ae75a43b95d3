"""Cross-sections of the city of Berlin from their lanes."""

import csv
import gzip
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from processing.kernels.cross_section import cross_section, strict
from processing.kernels.measured import decode

CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

pytestmark = pytest.mark.reference


def _sections(path: Path) -> dict[str, str]:
    """Cross-section of each detector; of a detector that is listed twice, the last."""
    with zipfile.ZipFile(path) as book:
        shared = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - a recording of ours
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - the same
    texts = ["".join(part.text or "" for part in one.iter(f"{CELL}t")) for one in shared.iter(f"{CELL}si")]
    found = {}
    for row in sheet.iter(f"{CELL}row"):
        cells = {}
        for cell in row.iter(f"{CELL}c"):
            value = cell.findtext(f"{CELL}v") or ""
            cells[(cell.get("r") or "?")[0]] = texts[int(value)] if cell.get("t") == "s" else value
        found[cells.get("D", "")] = cells.get("A", "")
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_cross_sections_are_the_sum_of_their_lanes(recordings: Path) -> None:
    """Ten days, 26,120 hours: flow exact in all, speed within 1 km/h in all 26,068 that have one, equal in 26,021."""
    folder = recordings / "berlin"
    section = _sections(folder / "Stammdaten_Verkehrsdetektion_2022_07_20.xlsx")
    sections = _rows(folder / "mq_hr_2024_01.csv.gz")
    place = {(row["mq_name"], row["tag"], row["stunde"]): number for number, row in enumerate(sections)}
    group, lane_flow, lane_speed = [], [], []
    for row in _rows(folder / "det_val_hr_2024_01.csv.gz"):
        number = place.get((section.get(row["detid_15"], ""), row["tag"], row["stunde"]))
        if number is not None:
            group.append(number)
            lane_flow.append(float(row["q_kfz_det_hr"]))
            lane_speed.append(float(row["v_kfz_det_hr"]))
    groups = np.array(group)
    lanes = np.bincount(groups, minlength=len(sections))
    read = strict(decode(np.array(lane_flow)), decode(np.array(lane_speed)))
    flow, speed = cross_section(groups, len(sections), *read, lanes)
    expected_flow = np.array([float(row["q_kfz_mq_hr"]) for row in sections])
    expected_speed = np.array([float(row["v_kfz_mq_hr"]) for row in sections])
    both = ~np.isnan(speed.number) & (expected_speed >= 0)
    assert len(sections) == 26_120
    assert (flow.number == expected_flow).sum() == 26_120
    assert both.sum() == 26_068
    assert (np.abs(speed.number - expected_speed)[both] <= 1).sum() == 26_068
    assert (speed.number == expected_speed)[both].sum() == 26_021
