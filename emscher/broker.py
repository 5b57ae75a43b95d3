"""How every process reaches the MQTT broker: address, login, TLS, and what is refused before a byte is sent."""

from __future__ import annotations

import ipaddress
import ssl
from typing import TypedDict

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from emscher.errors import SettingError
from emscher.settings import Settings

PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}

PASSING = frozenset({0x88, 0x89, 0x97, 0x9C, 0x9D, 0x9F})
"""Answers to CONNECT that pass by themselves: unavailable, busy, over quota, elsewhere, too many."""

MEND = "Mend EMSCHER_MQTT_USERNAME, EMSCHER_MQTT_PASSWORD, or the certificates of EMSCHER_MQTT_TLS."


class Options(TypedDict):
    """Arguments of :class:`aiomqtt.Client` that are the same for everyone."""

    hostname: str
    port: int
    username: str | None
    password: str | None
    protocol: aiomqtt.ProtocolVersion
    tls_context: ssl.SSLContext | None


def options(settings: Settings) -> Options:
    """Say where the broker is and who we are.

    Raises
    ------
    SettingError
        A certificate or key cannot be read.
    """
    password = settings.mqtt_password
    return Options(
        hostname=settings.mqtt_host,
        port=settings.mqtt_port,
        username=settings.mqtt_username,
        password=None if password is None else password.get_secret_value(),
        protocol=PROTOCOLS[settings.mqtt_protocol],
        tls_context=tls_context(settings),
    )


def check(settings: Settings) -> None:
    """Refuse a connection that would be anonymous, or would show a password, beyond this machine.

    Raises
    ------
    SettingError
        The text names the setting that mends it, and the one that allows it as it is.
    """
    if not settings.mqtt_tls:
        for name in ("mqtt_ca_file", "mqtt_cert_file", "mqtt_key_file"):
            if getattr(settings, name) is not None:
                raise SettingError(f"EMSCHER_{name.upper()} is set, but not EMSCHER_MQTT_TLS.", "Set it to true.")
    tls_context(settings)
    if is_loopback(settings.mqtt_host):
        return
    where = address(settings)
    anonymous = settings.mqtt_username is None and settings.mqtt_cert_file is None
    if anonymous and settings.mqtt_anonymous == "refuse":
        raise SettingError(
            f"Nobody would know who we are at the MQTT broker {where}, nor who else writes there.",
            "Set EMSCHER_MQTT_USERNAME or EMSCHER_MQTT_CERT_FILE, or EMSCHER_MQTT_ANONYMOUS=allow.",
        )
    if settings.mqtt_password is not None and not settings.mqtt_tls and settings.mqtt_cleartext == "refuse":
        raise SettingError(
            f"The password would travel to the MQTT broker {where} in the clear.",
            "Set EMSCHER_MQTT_TLS=true, or EMSCHER_MQTT_CLEARTEXT=allow where nobody else is on that network.",
        )


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Give the rules of TLS, read anew for each connection, so that a renewed certificate needs no restart.

    Raises
    ------
    SettingError
        A file is missing or is not what its setting says.
    """
    if not settings.mqtt_tls:
        return None
    if settings.mqtt_key_file is not None and settings.mqtt_cert_file is None:
        raise SettingError("EMSCHER_MQTT_KEY_FILE is set, but not EMSCHER_MQTT_CERT_FILE.", "Name both.")
    name = "EMSCHER_MQTT_CA_FILE"
    try:
        context = ssl.create_default_context(cafile=settings.mqtt_ca_file)
        if settings.mqtt_cert_file is not None:
            name = "EMSCHER_MQTT_CERT_FILE and EMSCHER_MQTT_KEY_FILE"
            # Without a password to give, a locked key is an error instead of a question on the terminal.
            context.load_cert_chain(settings.mqtt_cert_file, settings.mqtt_key_file, password="")
    except (OSError, ValueError) as exc:
        raise SettingError(
            f"{name}: {getattr(exc, 'strerror', None) or exc}.", "They name files in PEM form that we may read."
        ) from exc
    return context


def is_loopback(host: str) -> bool:
    """Say whether an address is this machine's own; a name is not looked up, tomorrow it may mean another."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuses(exc: aiomqtt.MqttError) -> bool:
    """Say whether the broker, or our TLS, refused the connection for good: trying again would change nothing."""
    if isinstance(exc, aiomqtt.MqttCodeError):
        return isinstance(exc.rc, ReasonCode) and exc.rc.value not in PASSING
    why = exc.__context__
    ended = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
    return isinstance(why, ssl.SSLError) and not isinstance(why, ended)


def address(settings: Settings) -> str:
    """Give the broker's address for a person to read."""
    return f"{settings.mqtt_host}:{settings.mqtt_port}"
