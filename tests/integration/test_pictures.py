"""`emscher dashboards render`: pictures of a filled and of an empty store, the same bytes twice, what is missing."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fix_page import lay
from typer.testing import CliRunner

from dashboards.command import app
from emscher.errors import PictureError
from emscher.settings import Settings

pytest.importorskip("matplotlib", reason="Matplotlib is not installed (emscher[pictures])")

from dashboards.pictures.album import album
from dashboards.pictures.canvas import NOTHING, Language, Picture

NAMES = ["city", "roads", "coordination", "zones", "power"]


def _texts(picture: Picture) -> str:
    """All words on a picture."""
    words = [text.get_text() for axes in picture.figure.axes for text in axes.texts]
    words += [axes.get_title(loc="left") for axes in picture.figure.axes]
    words += [text.get_text() for axes in picture.figure.axes for text in axes.get_yticklabels()]
    return "\n".join([*words, picture.figure.get_supxlabel()])


@pytest.mark.parametrize("language", ["de", "en"])
async def test_pictures_show_what_is_there(store: Settings, tmp_path: Path, language: Language) -> None:
    """Every picture is drawn in both languages, says that it is simulated, and comes out the same to the byte."""
    await lay(store)
    now = datetime.now(UTC)
    first, second = [await album(store, now, language) for _ in range(2)]
    assert [one.name for one in first] == NAMES
    said = {one.name: _texts(one) for one in first}
    for name in ("city", "roads", "zones", "power"):
        assert "Simul" in said[name], name
        assert NOTHING[language] not in said[name], name
    assert "Westfalendamm" in said["roads"]
    assert "Alter Markt" in said["zones"]
    assert NOTHING[language] in said["coordination"]
    for folder, pictures in (("a", first), ("b", second)):
        (tmp_path / folder).mkdir()
        for one in pictures:
            one.save(tmp_path / folder, ("png", "svg"))
    for path in sorted((tmp_path / "a").iterdir()):
        content = path.read_bytes()
        assert content == (tmp_path / "b" / path.name).read_bytes(), path.name
        assert len(content) > 2_000


async def test_empty_store_is_said_in_words(store: Settings) -> None:
    """Where there is nothing, each picture says so and has no axis from which a zero could be read."""
    for one in await album(store, datetime.now(UTC), "en"):
        assert NOTHING["en"] in _texts(one), one.name
        assert not any(axes.axison for axes in one.figure.axes), one.name
        assert "Simul" not in _texts(one)


def test_command_writes_files(
    store: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command writes every picture in the formats asked for, and names what is missing or in its way."""
    monkeypatch.setenv("EMSCHER_DATABASE_URL", store.database_url.get_secret_value())
    # Logging is this process's own, and stays as the tests have it.
    monkeypatch.setattr("emscher.log.configure", lambda *_: None)
    runner = CliRunner()
    done = runner.invoke(app, ["render", str(tmp_path / "out"), "--format", "svg", "--at", "2026-01-05T08:00:00+0000"])
    assert done.exit_code == 0, (done.output, capsys.readouterr())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.svg" for name in NAMES)
    (tmp_path / "file").write_text("")
    blocked = runner.invoke(app, ["render", str(tmp_path / "file")])
    assert isinstance(blocked.exception, PictureError)
    for name in [one for one in sys.modules if one.startswith("dashboards.pictures.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    missing = runner.invoke(app, ["render", str(tmp_path)])
    assert isinstance(missing.exception, PictureError)
    assert "emscher[pictures]" in str(missing.exception)
