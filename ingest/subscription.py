"""The subscription: all readings for one process alone, or a share of them for each of several."""

from __future__ import annotations

from emscher.errors import SettingError
from emscher.settings import Settings


def wanted(settings: Settings) -> str:
    """Give the topic filter a process subscribes to.

    Raises
    ------
    SettingError
        Readings are to be shared over MQTT 3.1.1, which cannot.
    """
    if settings.mqtt_share is None:
        return alone(settings)
    if settings.mqtt_protocol != "5":
        raise SettingError(
            f"Sharing readings among workers needs MQTT 5, EMSCHER_MQTT_PROTOCOL is {settings.mqtt_protocol}.",
            "Set it to 5 and use a broker that speaks it, or run one worker without EMSCHER_MQTT_SHARE.",
        )
    return shared(settings, settings.mqtt_share)


def alone(settings: Settings) -> str:
    """Give the filter that takes all readings."""
    return f"{settings.mqtt_topic_prefix}/#"


def shared(settings: Settings, group: str) -> str:
    """Give the filter that takes a group's share of them."""
    return f"$share/{group}/{alone(settings)}"


def stale(settings: Settings, before: str | None) -> list[str]:
    """Give the filters a session may still have from an earlier start, and which would bring every reading twice.

    Parameters
    ----------
    settings : Settings
        What the process subscribes to now.
    before : str or None
        What it subscribed to last, where that is known.
    """
    now = wanted(settings)
    candidates = {alone(settings)} if before is None else {alone(settings), before}
    return sorted(candidates - {now})
