"""A headless Chromium that opens pages, answers questions about them and takes pictures of them."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0"),
)


class Page:
    """One page.

    Parameters
    ----------
    socket : connection
        To the page's debugger.
    """

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Send a command and give its result; events that come meanwhile are left out."""
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(await self._socket.recv())
            if told.get("id") == number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result

    async def evaluate(self, script: str) -> Any:  # noqa: ANN401 - JSON
        """Evaluate JavaScript in the page."""
        told = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    async def open(self, url: str, width: int, height: int) -> None:
        """Open an address in a window of a size."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        await self.ask("Page.navigate", url=url)

    async def picture(self, path: Path) -> None:
        """Save what is seen as PNG."""
        told = await self.ask("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(told["data"]))


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Page]:
    """Start Chromium and give its page.

    Parameters
    ----------
    profile : Path
        An empty folder.
    """
    assert PROGRAM
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank", stderr=asyncio.subprocess.PIPE
    )
    try:
        assert process.stderr
        while not (found := re.search(rb"ws://([^/]+)/", line := await process.stderr.readline())):
            assert line, "Chromium ended"
        draining = asyncio.create_task(process.stderr.read())
        address = found[1].decode()
        target = await _page(address)
        async with websockets.connect(f"ws://{address}/devtools/page/{target}", max_size=None) as socket:
            yield Page(socket)
        draining.cancel()
    finally:
        process.terminate()
        await process.wait()


async def _page(address: str) -> str:
    """Give the number of the page that is open."""
    async with httpx.AsyncClient() as client:
        found = (await client.get(f"http://{address}/json/list")).json()
    return str(next(one["id"] for one in found if one["type"] == "page"))
