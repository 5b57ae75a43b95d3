"""Driver of the README's example: store a stream's sample lines, ask the API for them, print the answer."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
from pydantic import SecretStr

sys.path.insert(0, str(Path.cwd() / "tests"))

from readings import Inlet, message, sample

from api.app import create
from emscher.settings import load


async def main(stream: str) -> None:
    """Store, then ask."""
    url = SecretStr(os.environ["EMSCHER_TEST_STORE_URL"])
    settings = load({"database_url": url, "api_key": SecretStr("key")})
    async with Inlet(settings) as inlet:
        books = await inlet.take([message(stream, "new.1", line) for line in sample(stream)])
        assert books[stream].stored == len(sample(stream))
    app = create(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://emscher") as client,
    ):
        answer = await client.get(
            "/v1/sensors/new.1/readings",
            params={"from": "2026-01-05T00:00:00Z", "to": "2026-01-06T00:00:00Z"},
            headers={"X-API-Key": "key"},
        )
    print(answer.text)  # noqa: T201 - the answer is the output


asyncio.run(main(sys.argv[1]))
