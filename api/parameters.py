"""Parameters nobody knows: a misspelt one is refused instead of ignored."""

from __future__ import annotations

from starlette.requests import Request

from api.problem import ProblemError, near


async def only_known(request: Request) -> None:
    """Refuse query parameters that the route does not describe.

    Raises
    ------
    ProblemError
        There is one; the text names what was probably meant.
    """
    if not request.query_params:
        return
    template = getattr(request.scope.get("route"), "path", "")
    operation = request.app.openapi()["paths"].get(template, {}).get(request.method.lower(), {})
    known = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    odd = {
        name[:64]: f"is no parameter of this route{near(name, known)}; it takes {', '.join(known) or 'none'}"
        for name in request.query_params
        if name not in known
    }
    if odd:
        raise ProblemError("bad-parameter", "; ".join(f"`{name}` {text}" for name, text in odd.items()), odd)
