"""Problems: what is wrong, said so that it can be mended, and never more than that."""

from __future__ import annotations

import json

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from psycopg_pool import PoolTimeout

from api import errors
from api.observer import Observer
from api.problem import KINDS, ProblemError, bad_parameter, unknown
from emscher.errors import MigrationError

CONFIDENTIAL = "host=10.0.0.1 password=hunter2"


def _raising(exc: Exception) -> AsyncClient:
    app = FastAPI()
    errors.register(app)

    @app.get("/")
    async def raise_it() -> None:
        raise exc

    app.add_middleware(Observer, monotonic=lambda: 0.0)
    return AsyncClient(transport=ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize(
    ("exc", "status", "kind"),
    [
        (psycopg.OperationalError(CONFIDENTIAL), 503, "database-away"),
        (PoolTimeout(CONFIDENTIAL), 503, "database-away"),
        (TimeoutError(CONFIDENTIAL), 503, "too-slow"),
        (psycopg.errors.QueryCanceled(CONFIDENTIAL), 503, "too-slow"),
        (psycopg.errors.InsufficientPrivilege(CONFIDENTIAL), 401, "key-needed"),
        (psycopg.errors.UndefinedTable(CONFIDENTIAL), 503, "not-ready"),
        (MigrationError(CONFIDENTIAL), 503, "not-ready"),
        (RuntimeError(CONFIDENTIAL), 500, "fault"),
        (ZeroDivisionError(CONFIDENTIAL), 500, "fault"),
    ],
)
async def test_exception_becomes_a_problem_without_its_text(exc: Exception, status: int, kind: str) -> None:
    """An exception is answered by the table, as problem+json, and nothing of its text leaves the house."""
    async with _raising(exc) as client:
        response = await client.get("/")
    body = response.json()
    assert (response.status_code, body["status"], body["type"]) == (status, status, f"/docs#problem-{kind}")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert "hunter2" not in response.text


async def test_fault_has_an_id_that_the_log_holds(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown error is answered with an id, and the log line holds the same id."""
    async with _raising(RuntimeError(CONFIDENTIAL)) as client:
        detail = (await client.get("/")).json()["detail"]
    number = detail.split()[-1].rstrip(".")
    assert len(number) == 32
    assert number in caplog.text + capsys.readouterr().out


async def test_database_away_says_when_to_come_back() -> None:
    """A 503 for an absent database names the seconds to wait."""
    async with _raising(psycopg.OperationalError("gone")) as client:
        assert int((await client.get("/")).headers["retry-after"]) > 0


def test_bad_parameter_names_it() -> None:
    """The problem names the parameter in its text and in `errors`."""
    body = json.loads(bytes(bad_parameter("from", "is no time").response("/v1/x").body))
    assert body["errors"] == [{"name": "from", "detail": "is no time"}]
    assert body["instance"] == "/v1/x"


def test_unknown_name_suggests_the_near_one() -> None:
    """A misspelt name is answered with the one that was probably meant."""
    assert "'traffic'" in unknown("stream", "trafic", ["traffic", "wlan"], "/v1/streams").detail


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_problem_can_be_written(kind: str) -> None:
    """Every kind has a status of 4xx or 5xx, a title and advice."""
    assert 400 <= KINDS[kind].status < 600
    assert KINDS[kind].title
    assert KINDS[kind].mend
    assert ProblemError(kind, "detail").response("/").status_code == KINDS[kind].status
