"""The album: every picture of one moment, from what the public may see."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboards.pictures import city, coordination, power, roads, zones
from dashboards.pictures.canvas import Language, Picture
from dashboards.pictures.city import Place
from emscher.settings import Settings
from emscher.store.pool import connect
from emscher.store.query import queries

SQL = queries("dashboards.pictures")

DAY = timedelta(days=1)
CYCLES = timedelta(hours=2)


async def album(loaded: Settings, until: datetime, language: Language) -> list[Picture]:
    """Draw every picture.

    Parameters
    ----------
    loaded : Settings
        Where the store is, and which city.
    until : datetime
        Up to when.
    language : str
        Of the words on them.
    """
    zone = loaded.time_zone
    day = {"since": until - DAY, "until": until}
    async with await connect(loaded, "public", autocommit=True) as connection:
        places = await (await connection.execute(SQL["places"].statement, day)).fetchall()
        flows = await (await connection.execute(SQL["flows"].statement, day)).fetchall()
        hours = await (await connection.execute(SQL["zones"].statement, day)).fetchall()
        powers = await (await connection.execute(SQL["power"].statement, {**day, "since": until - 2 * DAY})).fetchall()
        approaches = await (await connection.execute(SQL["coordinated"].statement)).fetchall()
        arrivals, where = [], ""
        for name, approach, controller, group, channel, travel in approaches[:1]:
            where = f"{name}, {approach}"
            asked = {"controller": controller, "group": group, "channel": channel, "travel": travel}
            cursor = await connection.execute(
                SQL["arrivals"].statement, {**asked, "since": until - CYCLES, "until": until}
            )
            arrivals = await cursor.fetchall()
    known = [Place(*row) for row in places]
    return [
        city.draw(known, loaded.city, language),
        roads.draw(flows, zone, language),
        coordination.draw(arrivals, where, zone, language, simulated=any(one.simulated for one in known)),
        zones.draw(hours, zone, language),
        power.draw(powers, zone, language),
    ]
