"""Problems: what a refused or failed request is answered with (RFC 9457, ``application/problem+json``)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec
from starlette.responses import Response

from emscher.errors import EmscherError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, its title and what to do about it."""

    status: int
    title: str
    mend: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "bad-parameter": Kind(422, "A parameter does not fit", "`errors` names each parameter and what it takes."),
        "unknown-name": Kind(404, "There is no such thing", "The detail names the route that lists what there is."),
        "no-such-route": Kind(404, "There is no such route", "/docs lists every route."),
        "wrong-method": Kind(405, "The route does not take this method", "/docs shows the method of every route."),
        "wrong-format": Kind(406, "The route has no such format", "The detail names its formats."),
        "key-needed": Kind(401, "This is internal data", "Send the header X-API-Key."),
        "wrong-key": Kind(401, "The key is wrong", "Send the key that EMSCHER_API_KEY holds, or none for open data."),
        "no-key-set": Kind(403, "Internal data are closed", "Whoever runs this server can set EMSCHER_API_KEY."),
        "too-slow": Kind(503, "The answer takes too long", "Ask for a shorter span, fewer sensors or a wider bucket."),
        "database-away": Kind(503, "The database does not answer", "Try again after the time in Retry-After."),
        "too-many-listeners": Kind(503, "Too many listen already", "Try again after the time in Retry-After."),
        "not-ready": Kind(503, "The server is not ready", "`errors` names what is missing."),
        "fault": Kind(500, "Something went wrong here", "Report the id in the detail; the log holds it."),
    }
)


class ProblemError(EmscherError):
    """A request cannot be answered.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    detail : str
        What exactly, and how to mend it.
    errors : mapping of str to str, optional
        Per parameter or part: what is wrong with it.
    headers : mapping of str to str, optional
        Headers the answer needs.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})

    def response(self, instance: str) -> Response:
        """Write the problem as an answer.

        Parameters
        ----------
        instance : str
            Path of the request.
        """
        kind = KINDS[self.kind]
        body: dict[str, object] = {
            "type": f"/docs#problem-{self.kind}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            body["errors"] = [{"name": name, "detail": detail} for name, detail in self.errors.items()]
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(msgspec.json.encode(body), kind.status, headers, media_type=MEDIA_TYPE)


def bad_parameter(name: str, detail: str) -> ProblemError:
    """Refuse one parameter."""
    return ProblemError("bad-parameter", f"`{name}`: {detail}", {name: detail})


def unknown(noun: str, name: str, known: Iterable[str], route: str) -> ProblemError:
    """Refuse a name in a path that stands for nothing."""
    return ProblemError("unknown-name", f"There is no {noun} {name!r}{near(name, known)}; {route} lists them.")


def near(name: str, known: Iterable[str]) -> str:
    """Name what was probably meant."""
    found: Sequence[str] = difflib.get_close_matches(name, list(known), n=1)
    return f"; perhaps {found[0]!r} is meant" if found else ""
