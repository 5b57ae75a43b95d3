"""Every setting of Emscher, in one frozen object that is built once and passed on.

A value comes, in this order, from the environment (``EMSCHER_<NAME>``), from a file of that name in the folder of
secrets (``EMSCHER_SECRETS_DIR``, by default ``/run/secrets`` where it exists), from ``.env`` in the working folder,
or from the default given here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from emscher.errors import SettingError

PREFIX = "EMSCHER_"
ENV_FILE = Path(".env")
LINK = r"^(https?://|/)\S+$"

Port = Annotated[int, Field(ge=1, le=65535)]
Role = Literal["owner", "writer", "reader", "public"]


class Settings(BaseSettings):
    """What an operator can set; every field's description is what ``emscher settings`` prints."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    # The place
    data_dir: Path = Field(Path(".emscher"), description="Folder of the embedded database, broker and logs of the demo")
    city: str = Field(
        "dortmund",
        min_length=1,
        description="City to load: a name from simulators/city, or the path of a GeoJSON file",
    )
    time_zone: Literal["Europe/Berlin"] = Field(
        "Europe/Berlin", description="Zone in which days and quarters of reports begin; stored times are UTC"
    )

    # The database
    database_url: SecretStr = Field(
        SecretStr("postgresql://postgres@127.0.0.1:5432/emscher"),
        description="PostgreSQL or TimescaleDB to connect to; a process then acts in its role (writer, reader, public)",
    )
    database_flavour: Literal["auto", "plain", "timescaledb"] = Field(
        "auto",
        description="Schema that `emscher migrate` lays: TimescaleDB where offered (auto), or one of the two by name",
    )
    database_writer_password: SecretStr | None = Field(
        None, description="If set, `emscher migrate` lets the role emscher_writer log in with it"
    )
    database_reader_password: SecretStr | None = Field(
        None, description="If set, `emscher migrate` lets the role emscher_reader log in with it"
    )
    database_public_password: SecretStr | None = Field(
        None, description="If set, `emscher migrate` lets the role emscher_public log in with it"
    )

    # The broker
    mqtt_host: str = Field("127.0.0.1", min_length=1, description="Host of the MQTT broker")
    mqtt_port: Port = Field(1883, description="Port of the MQTT broker")
    mqtt_username: str | None = Field(
        None, description="User at the broker; without one and without a client certificate a connection is anonymous"
    )
    mqtt_password: SecretStr | None = Field(None, description="Password of that user")
    mqtt_tls: bool = Field(False, description="Speak TLS to the broker, by custom on port 8883")
    mqtt_ca_file: Path | None = Field(
        None, description="Certificates (PEM) that vouch for the broker; none means those of the system"
    )
    mqtt_cert_file: Path | None = Field(None, description="Our own certificate (PEM), where the broker asks for one")
    mqtt_key_file: Path | None = Field(
        None, description="Key of our own certificate (PEM, not locked by a password); none: it is in the same file"
    )
    mqtt_anonymous: Literal["refuse", "allow"] = Field(
        "refuse", description="Whether to connect to a broker on another machine without user and certificate"
    )
    mqtt_cleartext: Literal["refuse", "allow"] = Field(
        "refuse", description="Whether to send a password to a broker on another machine without TLS"
    )
    mqtt_protocol: Literal["5", "3.1.1"] = Field(
        "5", description="MQTT version; the embedded amqtt broker speaks 3.1.1 only"
    )
    mqtt_topic_prefix: str = Field(
        "emscher",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,63}$",
        description="Readings arrive on <prefix>/<stream>/<sensor key>",
    )
    mqtt_client_id: str = Field(
        "emscher-ingest",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Name of ingest's session at the broker, which keeps messages under it while ingest is away",
    )
    mqtt_share: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description=(
            "Group in which several ingest processes share the readings (MQTT 5); the same for all of them. None: one"
            " process takes all of them, and several workers of one `emscher ingest` share them under its client id"
        ),
    )

    # Ingest
    ingest_workers: int = Field(
        1, ge=1, le=64, description="Processes of one `emscher ingest`; worker n has the session `<client id>-<n>`"
    )
    ingest_receive_maximum: int = Field(
        8000,
        ge=1,
        le=65535,
        description="Most messages un-acknowledged at once: those of the batch being written and of the next",
    )
    ingest_payload_limit_bytes: int = Field(
        262_144, ge=1024, le=16_777_216, description="A larger message is rejected as too_large"
    )
    ingest_unknown_sensor: Literal["by_stream", "register", "reject"] = Field(
        "by_stream",
        description=(
            "A sensor nobody configured: register it, marked unconfigured, or reject its readings. by_stream: reject"
            " them where a sensor's key could be a person's (wlan, workload), register it elsewhere"
        ),
    )
    ingest_ahead_s: int = Field(
        300, ge=0, le=86_400, description="A reading timed further ahead of the clock is rejected as in_future"
    )
    ingest_rate_per_s: float = Field(
        100.0,
        ge=0,
        description=(
            "A sensor's readings beyond so many per second of their own times are rejected as rate_exceeded; a backlog"
            " or a replay, whose times are as far apart as ever, is not. 0: no limit"
        ),
    )
    ingest_rate_burst: int = Field(
        10_000, ge=1, description="Readings a sensor may send beyond that before any is rejected"
    )
    history_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description=(
            "0: a reading older than its stream is kept is rejected as too_old. Otherwise older ones are taken and kept"
            " up to this age, for replays of old recordings; nothing per access point is kept longer for it"
        ),
    )

    # The quarantine
    quarantine_rows: int = Field(
        100_000, ge=100, le=100_000_000, description="Most refused messages kept; further ones are counted only"
    )
    quarantine_bytes: int = Field(
        268_435_456,
        ge=1_048_576,
        le=1_099_511_627_776,
        description="Most bytes that refused messages may take; further ones are counted only",
    )
    quarantine_rows_per_sensor: int = Field(
        1000, ge=1, le=1_000_000, description="Most refused messages kept of one sensor for one reason"
    )

    # Collecting
    collect_username: str | None = Field(None, description="User at the meters that `emscher collect` asks (Redfish)")
    collect_secret: SecretStr | None = Field(
        None, description="Password of that user, or the community of SNMP devices"
    )

    # Processing
    process_poll_s: float = Field(
        0.25, gt=0, le=60, description="Pause of a worker that finds no due window before it looks again"
    )
    process_workers: int = Field(
        1, ge=1, le=64, description="Workers in one `emscher process`; of a backfill each is a process of its own"
    )
    retention_every_s: int = Field(
        3600, ge=1, le=86_400, description="How often processing removes what is past its retention"
    )

    # The API
    api_host: str = Field("127.0.0.1", min_length=1, description="Address the API listens on")
    api_port: Port = Field(8080, description="Port the API listens on")
    api_key: SecretStr | None = Field(
        None, description="Key for internal data (header X-API-Key); without it internal routes refuse everyone"
    )

    api_live_listeners: int = Field(
        500, ge=1, le=100_000, description="Most listeners of `/v1/live` at once; further ones are asked to come later"
    )

    # The public page
    page_imprint_url: str | None = Field(
        None, pattern=LINK, description="Imprint of the city (Impressum), linked at the foot of the public page"
    )
    page_privacy_url: str | None = Field(
        None, pattern=LINK, description="Privacy notice of the city, linked at the foot of the public page"
    )
    page_accessibility_url: str | None = Field(
        None, pattern=LINK, description="Accessibility statement of the city, linked at the foot of the public page"
    )

    # Metrics of the processes without a web server
    metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="Address on which ingest and processing serve their metrics"
    )
    ingest_metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of ingest's Prometheus metrics and `/readyz`, the next worker one above; 0 switches it off",
    )
    process_metrics_port: int = Field(
        0, ge=0, le=65535, description="Port of processing's Prometheus metrics and `/readyz`; 0 switches it off"
    )

    # Simulators
    simulate_seed: int = Field(
        44135, ge=0, le=2**32 - 1, description="Seed of the pretend city; the same seed, the same city"
    )

    # Logs
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe log line written")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="JSON lines, or coloured text where a person watches a terminal"
    )

    @field_validator("database_url")
    @classmethod
    def _database_url_is_one(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keep the order the module's docstring promises: environment, secrets, ``.env``, default."""
        del env_settings, dotenv_settings, file_secret_settings
        return (init_settings, *(source for _, source in _sources(settings_cls)))


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of ``emscher settings``."""

    name: str
    value: str
    source: str
    description: str


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Build the settings from environment, secrets, ``.env`` and defaults.

    Parameters
    ----------
    overrides : mapping, optional
        Values that win over every source, by field name.

    Raises
    ------
    SettingError
        A value does not fit; the text names the variable, what is wrong and how to see them all.
    """
    try:
        return Settings(**dict(overrides or {}))
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"][:1]).upper()
        raise SettingError(
            f"{name}: {first['msg']}.", "`emscher settings` lists every setting and its values."
        ) from exc


def rows(settings: Settings) -> list[SettingRow]:
    """Every setting with its value, its source and what it does; secrets masked."""
    found = {name: where for where, source in reversed(list(_sources(Settings))) for name in source()}
    return [
        SettingRow(
            PREFIX + name.upper(), _shown(getattr(settings, name)), found.get(name, "default"), str(field.description)
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return _without_password(value.get_secret_value())
    return "" if value is None else str(value)


def _without_password(secret: str) -> str:
    """Mask a secret, of a URL only the password, so that the address stays readable."""
    scheme, sep, rest = secret.partition("://")
    if not sep:
        return "********"
    login, at, address = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    return f"{scheme}://{user}{':********' if colon else ''}{at}{address}".split("password=")[0]


def _sources(cls: type[BaseSettings]) -> list[tuple[str, PydanticBaseSettingsSource]]:
    """Where values come from, the strongest first."""
    secrets = Path(os.environ.get(f"{PREFIX}SECRETS_DIR", "/run/secrets"))
    sources: list[tuple[str, PydanticBaseSettingsSource]] = [("environment", EnvSettingsSource(cls))]
    if secrets.is_dir():
        sources.append((f"secret in {secrets}", SecretsSettingsSource(cls, secrets_dir=secrets)))
    if ENV_FILE.is_file():
        sources.append((str(ENV_FILE), DotEnvSettingsSource(cls, env_file=ENV_FILE)))
    return sources
