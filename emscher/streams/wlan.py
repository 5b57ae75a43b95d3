"""Public WLAN: one access point over a quarter hour, counters only.

There is no field for a device, a session or a person, and a message that has one more field is refused whole. Nothing
finer than a quarter hour is taken.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from emscher.stream import Due, Interval, Stream

QUARTER_HOUR_S = 900

Clients = Annotated[int, Meta(ge=0, le=10_000, description="Most devices connected at once", extra={"unit": "devices"})]
MeanClients = Annotated[float, Meta(ge=0, le=10_000, description="Devices connected, mean", extra={"unit": "devices"})]
Associations = Annotated[int, Meta(ge=0, le=1_000_000, description="Connections begun", extra={"unit": "1"})]
Received = Annotated[int, Meta(ge=0, le=2**52, description="Bytes received from devices", extra={"unit": "By"})]
Sent = Annotated[int, Meta(ge=0, le=2**52, description="Bytes sent to devices", extra={"unit": "By"})]
Airtime = Annotated[float, Meta(ge=0, le=100, description="Share of time the channel was busy", extra={"unit": "%"})]
Uptime = Annotated[float, Meta(ge=0, le=3.2e9, description="Time since the access point started", extra={"unit": "s"})]
Power = Annotated[float, Meta(ge=0, le=1_000, description="Electrical power drawn", extra={"unit": "W"})]


class WlanReading(Interval, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One access point over a quarter hour."""

    clients_max: Clients | None = None
    clients_avg: MeanClients | None = None
    associations: Associations | None = None
    rx_bytes: Received | None = None
    tx_bytes: Sent | None = None
    airtime_busy_pct: Airtime | None = None
    online: Annotated[bool, Meta(description="Whether the access point was up")] = True
    uptime_s: Uptime | None = None
    power_w: Power | None = None

    def __post_init__(self) -> None:
        """Refuse anything but a quarter hour of the clock, so that overlaps cannot tell more than it does."""
        if self.interval_s != QUARTER_HOUR_S or self.end.timestamp() % QUARTER_HOUR_S:
            raise ValueError("`interval_s` is 900 and `end` a full quarter hour; nothing finer is stored")


STREAM = Stream(
    name="wlan",
    reading=WlanReading,
    title_en="Public WLAN",
    title_de="Öffentliches WLAN",
    keep_days=30,
    due=(Due("wlan", width_s=3_600),),
    private=True,
    listed=True,
)
