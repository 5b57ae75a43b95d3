"""Settings: where values come from, and what a wrong one says."""

from pathlib import Path

import pytest

from emscher import settings
from emscher.errors import SettingError


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, without settings of the environment."""
    monkeypatch.chdir(tmp_path)
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(settings.PREFIX + name.upper(), raising=False)
    monkeypatch.setenv("EMSCHER_SECRETS_DIR", str(tmp_path / "none"))


def _row(name: str) -> settings.SettingRow:
    return next(row for row in settings.rows(settings.load()) if row.name == name)


def test_environment_wins_over_secret_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value comes from the environment, else from the folder of secrets, else from .env, else from the default."""
    assert (_row("EMSCHER_MQTT_PORT").value, _row("EMSCHER_MQTT_PORT").source) == ("1883", "default")
    (tmp_path / ".env").write_text("EMSCHER_MQTT_PORT=1884\n")
    assert (_row("EMSCHER_MQTT_PORT").value, _row("EMSCHER_MQTT_PORT").source) == ("1884", ".env")
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "EMSCHER_MQTT_PORT").write_text("1885\n")
    monkeypatch.setenv("EMSCHER_SECRETS_DIR", str(secrets))
    assert (_row("EMSCHER_MQTT_PORT").value, _row("EMSCHER_MQTT_PORT").source) == ("1885", f"secret in {secrets}")
    monkeypatch.setenv("EMSCHER_MQTT_PORT", "1886")
    assert (_row("EMSCHER_MQTT_PORT").value, _row("EMSCHER_MQTT_PORT").source) == ("1886", "environment")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMSCHER_MQTT_PORT", "70000"),
        ("EMSCHER_MQTT_PORT", "many"),
        ("EMSCHER_DATABASE_URL", "mysql://there"),
        ("EMSCHER_LOG_LEVEL", "LOUD"),
        ("EMSCHER_HISTORY_DAYS", "-1"),
    ],
)
def test_wrong_value_names_its_variable(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value is an error of one line that names the variable and how to see them all."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=name) as caught:
        settings.load()
    assert "\n" not in str(caught.value)
    assert "emscher settings" in str(caught.value)


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a password in an address nor any other secret is printed."""
    monkeypatch.setenv("EMSCHER_DATABASE_URL", "postgresql://writer:s3cret@db/emscher?password=s3cret")
    monkeypatch.setenv("EMSCHER_API_KEY", "s3cret")
    shown = settings.rows(settings.load())
    assert not [row for row in shown if "s3cret" in row.value]
    assert _row("EMSCHER_DATABASE_URL").value.startswith("postgresql://writer:********@db/emscher")


def test_every_setting_says_what_it_does() -> None:
    """No setting is without a description."""
    assert all(row.description for row in settings.rows(settings.load()))


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen once built."""
    with pytest.raises(ValueError, match="frozen"):
        settings.load().mqtt_port = 1
