"""The client of ingest, without a broker."""

import asyncio
import gc
from typing import Any

from emscher.settings import load
from ingest.consumer import Client


async def test_connection_lost_before_anybody_listens_is_no_complaint() -> None:
    """Aiomqtt drops the error of a connection that is lost while it is made; the event loop does not call it one."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    client = Client(load())
    client._connected.set_result(None)  # noqa: SLF001 - the moment that is shown here
    client._on_disconnect(None, None, None, 7)  # noqa: SLF001
    assert client._disconnected.done()  # noqa: SLF001
    client._disconnected = asyncio.Future()  # noqa: SLF001 - as aiomqtt does
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
