"""Who may do what at the broker: Mosquitto's topic rules, written from the register of sensors.

A device's user at the broker is its sensor's key, or what the sensor's metadata names as ``mqtt_user``: a gateway's for
all of its sensors. It may write these sensors' topics and nothing else, and read nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from emscher.errors import CityError
from emscher.store.pool import Connection
from emscher.store.query import queries

USER_LENGTH = 128
_BELOW = ("", "/senml", "/tls")
"""What may follow a device's topic: nothing, or the dialect it speaks."""

_SQL = queries("emscher", "city.sql")

_HEAD = """\
# Written by `emscher city acl`: after a change to the city write it again and send Mosquitto a SIGHUP.
# Ingest reads and cannot send; a device writes its own topics; who is not named here may do nothing.

user {reader}
topic read {prefix}/#
topic read $SYS/broker/version
"""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A user of the broker and the topic it may write."""

    user: str
    stream: str
    sensor_key: str


async def grants(connection: Connection) -> list[Grant]:
    """Read what the configured sensors' users may write."""
    cursor = await connection.execute(_SQL["broker_users"].statement)
    return sorted(Grant(user, stream, key) for user, stream, key in await cursor.fetchall())


def document(granted: Iterable[Grant], prefix: str, reader: str) -> str:
    """Write Mosquitto's ``acl_file``.

    Parameters
    ----------
    granted : iterable of Grant
        In the order of users.
    prefix : str
        First level or levels of the topics.
    reader : str
        User of ingest.

    Raises
    ------
    CityError
        A user is no name, or is ingest's own.
    """
    blocks = [_HEAD.format(reader=_name(reader), prefix=prefix)]
    for user, its in groupby(granted, attrgetter("user")):
        if user == reader:
            raise CityError(
                f"{user} is ingest's user and a device's.", "Rename the sensor, or give it another `mqtt_user`."
            )
        topics = [
            f"topic write {prefix}/{one.stream}/{one.sensor_key}{below}"
            for one in its
            for below in ("", "/senml", "/tls")
        ]
        blocks.append("\n".join([f"user {_name(user)}", *topics, ""]))
    return "\n".join(blocks)


def _name(user: str) -> str:
    # A line break would begin a rule of its own.
    if not user.isprintable() or user != user.strip() or not 0 < len(user) <= USER_LENGTH:
        raise CityError(f"{user!r} is no name of a user at the broker.", "Mend `mqtt_user` in the city's description.")
    return user
