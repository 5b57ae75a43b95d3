"""The page that ships is what its sources build."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "dashboards" / "web"
SOURCES = ("package.json", "tsconfig.json", "vite.config.js", "page.html", "src", "words")


def test_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    """Types check, and a build elsewhere gives every file of dashboards/web/built, to the byte."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("the packages are not installed; run `npm ci` in dashboards/web")
    for name in SOURCES:
        copy = shutil.copytree if (WEB / name).is_dir() else shutil.copy
        copy(WEB / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(WEB / "node_modules")
    done = subprocess.run([npm, "run", "build"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    built = {path.name: path.read_bytes() for path in (tmp_path / "built").iterdir()}
    assert built == {path.name: path.read_bytes() for path in (WEB / "built").iterdir()}


def test_wheel_holds_what_is_served_and_nothing_else_of_the_page(tmp_path: Path) -> None:
    """A wheel has the built files and the sketch of the city, and neither the page's sources nor its packages."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=WEB.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {name for name in names if name.startswith("dashboards/web/")} == {
        f"dashboards/web/built/{path.name}" for path in (WEB / "built").iterdir()
    }
    assert "simulators/city/dortmund.map.json" in names
