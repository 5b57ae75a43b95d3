"""The README is true: its example of a new sensor runs, its commands exist, its settings are all there are."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import emscher
from emscher.cli import build
from emscher.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()


def _blocks() -> dict[str, str]:
    """Code blocks of "Add a sensor" by the path on their first line."""
    section = README.split("## Add a sensor")[1].split("\n## ")[0]
    blocks = re.findall(r"```\w+\n(?:#|--) (\S+)\n(.*?)```", section, re.DOTALL)
    return dict(blocks)


async def test_adding_a_sensor_takes_what_the_readme_says(store: Settings, tmp_path: Path) -> None:
    """With the README's module, migration and sample line the new stream is stored, served and passes the contract."""
    blocks = _blocks()
    assert len(blocks) == 3
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(emscher.__path__[0]), tmp_path / "emscher", ignore=ignored)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=ignored)
    taken = len({path.name[:4] for path in (tmp_path / "emscher/store/migrations").glob("*.sql")})
    for path, text in blocks.items():
        (tmp_path / path.replace("NNNN", f"{taken + 1:04d}")).write_text(text)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        f"{PREFIX}DATABASE_URL": store.database_url.get_secret_value(),
        "EMSCHER_TEST_STORE_URL": store.database_url.get_secret_value(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "1 migrations were applied" in run("-m", "emscher", "migrate")
    served = run(str(ROOT / "tests" / "contract" / "new_stream.py"), "noise")
    assert '"laeq_db":61.5' in served
    assert "dB(A)" in served


def test_commands_of_the_readme_exist() -> None:
    """Every `emscher` command in the README is one."""
    known = set(getattr(typer.main.get_command(build()), "commands", {}))
    named = set(re.findall(r"(?:^|\s|/|`)emscher ([a-z]+)", README))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """Every setting stands in docs/settings.md with its default and what it does."""
    field = Settings.model_fields[name]
    row = next((line for line in SETTINGS.splitlines() if line.startswith(f"| `{PREFIX}{name.upper()}` |")), "")
    assert field.description
    assert field.description in row


def test_settings_in_documents_exist() -> None:
    """Every EMSCHER_ variable that the documents name is a setting, or one of the tests' own."""
    own = {f"EMSCHER_TEST_{name}" for name in ("DATABASE_URL", "GRAFANA_URL", "PICTURES")} | {"EMSCHER_SECRETS_DIR"}
    for name in re.findall(r"EMSCHER_[A-Z_]+", README + SETTINGS):
        assert name in own or name.removeprefix(PREFIX).lower() in Settings.model_fields, name
