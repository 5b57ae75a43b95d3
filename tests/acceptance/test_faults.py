"""A recipe through the whole platform: what was injected is found, and nothing else is."""

from __future__ import annotations

from pathlib import Path

from emscher.settings import load as load_settings
from simulators.faults.check import check
from simulators.faults.recipe import load
from simulators.faults.verdict import HEAD, false_alarms, verdicts

RECIPE = """
faults:
  - {fault: duplication, sensors: wall-01.d01, from: 10min, probability: 0.5}
  - {fault: stuck_value, sensors: wall-01.d02, from: 10min}
  - {fault: wrong_unit, sensors: wall-01.d03, from: 10min, field: speed_kmh, factor: 0.62, rename: speed_mph}
  - {fault: drop_out, sensors: wall-01.d04, from: 10min}
  - {fault: counter_reset, sensors: rz-a.srv-a05, from: 10min}
  - {fault: wrong_unit, sensors: wall-01.d05, from: 10min, field: occupancy_pct, factor: 0.01}
"""


async def test_faults_are_found_by_their_signs_and_by_no_other(tmp_path: Path) -> None:
    """Five faults show the sign they ought to, within minutes; the sixth shows none, and no sound sensor shows any."""
    path = tmp_path / "faults.yaml"
    path.write_text(RECIPE)
    recipe = load(path)
    minutes: list[int] = []
    records, sight, books = await check(load_settings(), recipe, 1.0, 1, minutes.append)
    found = list(verdicts(recipe, records, sight))
    signs = [dict(one.signs) for one in found]
    assert signs[0] == {"repeated": 1}
    assert signs[1] == {"constant": 1}
    assert signs[2].keys() == {"refused", "missing"}
    assert signs[3] == {"missing": 1}
    assert "counter_backwards" in signs[4]
    assert signs[5] == {}
    assert [one.detected for one in found] == [1, 1, 1, 1, 1, 0]
    assert found[5].cells[3] == "not detected"
    assert all(len(one.cells) == len(HEAD) for one in found)
    assert all(0 < one.soonest_s[0] <= 1200 for one in found[:5])
    assert false_alarms(records, sight) == {}
    assert sum(minutes) >= 60
    injected = {one.ingredient.number: one.injected for one in found}
    account = {one.stream: one for one in books}
    assert account["traffic"].duplicate == injected[0] > 10
    assert account["traffic"].rejected == injected[2] > 20
    assert all(one.received == one.stored + one.duplicate + one.rejected for one in books)
