"""From exceptions to problems: one table, so that no route decides for itself."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import psycopg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.problem import ProblemError
from emscher.errors import DatabaseMissingError, MigrationError

RETRY_AFTER_S = 5

log = structlog.stdlib.get_logger()


def register(app: FastAPI) -> None:
    """Have every exception that is expected answered as a problem; the rest is the observer's."""
    for kind, translate in _TABLE.items():
        app.add_exception_handler(kind, _handler(translate))


def fault(exc: Exception) -> ProblemError:
    """Answer an exception nobody expected with an id; its text stays in the log."""
    number = uuid4().hex
    log.error("a request failed for an unknown reason", fault_id=number, exc_info=exc)
    return ProblemError("fault", f"This should not have happened. Its id is {number}.")


def _handler(translate: Callable[[Exception], ProblemError]) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, exc: Exception) -> Response:
        return translate(exc).response(request.scope.get("asked_path", request.url.path))

    return handle


def _problem(exc: Exception) -> ProblemError:
    return exc if isinstance(exc, ProblemError) else fault(exc)


def _validation(exc: Exception) -> ProblemError:
    errors = exc.errors() if isinstance(exc, RequestValidationError) else []
    # What was sent is not repeated: it may be long, and it is the sender's.
    found = {str(one["loc"][-1]): str(one["msg"]) for one in errors}
    return ProblemError("bad-parameter", "; ".join(f"`{name}`: {text}" for name, text in found.items()), found)


def _http(exc: Exception) -> ProblemError:
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    if status == 404:  # noqa: PLR2004 - the status is its own name
        return ProblemError("no-such-route", "There is nothing at this path; /docs lists every route.")
    if status == 405:  # noqa: PLR2004 - the status is its own name
        headers = dict(getattr(exc, "headers", None) or {})
        return ProblemError(
            "wrong-method", "This path answers another method; /docs shows how to ask.", headers=headers
        )
    return fault(exc)


def _away(exc: Exception) -> ProblemError:
    log.warning("the store did not answer a request", why=" ".join(str(exc).split()))
    return ProblemError(
        "database-away", "The database does not answer; try again soon.", headers={"Retry-After": str(RETRY_AFTER_S)}
    )


def _slow(_exc: Exception) -> ProblemError:
    return ProblemError("too-slow", "The database took too long; ask for a shorter span or fewer sensors.")


def _refused(_exc: Exception) -> ProblemError:
    # The database has the last word on what is open, whatever the route thought.
    return ProblemError(
        "key-needed", "These data are internal; send the header X-API-Key.", headers={"WWW-Authenticate": "ApiKey"}
    )


def _unready(exc: Exception) -> ProblemError:
    log.error("the schema does not fit, a person must run `emscher migrate`", why=" ".join(str(exc).split()))
    return ProblemError(
        "not-ready",
        "The database's schema is not up to date; whoever runs this server runs `emscher migrate`.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


_TABLE: dict[type[Exception], Callable[[Exception], ProblemError]] = {
    ProblemError: _problem,
    RequestValidationError: _validation,
    HTTPException: _http,
    psycopg.OperationalError: _away,
    psycopg.errors.InsufficientPrivilege: _refused,
    psycopg.errors.QueryCanceled: _slow,
    psycopg.errors.UndefinedTable: _unready,
    psycopg.errors.UndefinedColumn: _unready,
    MigrationError: _unready,
    DatabaseMissingError: _away,
    PoolTimeout: _away,
    TimeoutError: _slow,
}
