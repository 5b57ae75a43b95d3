"""The documentation page: the OpenAPI description as plain HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.html import page
from api.problem import KINDS

router = APIRouter()

Operation = Mapping[str, Any]


@router.get("/docs")
async def show_docs(request: Request) -> HTMLResponse:
    """Every route with its parameters, an example, and a command line to copy."""
    return page("Emscher API", "\n".join(render(request.app.openapi(), str(request.base_url).rstrip("/"))))


def render(schema: Mapping[str, Any], base: str) -> Iterator[str]:
    """Write the description as HTML.

    Parameters
    ----------
    schema : mapping
        OpenAPI document.
    base : str
        Address of this server, for the command lines.
    """
    info = schema["info"]
    yield f"<main><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield "".join(f"<p>{_inline(part)}</p>" for part in info["description"].strip().split("\n\n"))
    yield '<p>This page as data: <a href="/openapi.json"><code>/openapi.json</code></a> (OpenAPI 3.1). '
    yield f"Licence: {escape(info['license']['name'])}.</p>"
    routes = [
        (method.upper(), path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    yield "<nav><ul>"
    yield from (
        f'<li><a href="#{operation["operationId"]}"><code>{escape(path)}</code></a> {escape(operation["summary"])}</li>'
        for _, path, operation in routes
    )
    yield "</ul></nav>"
    for tag in schema["tags"]:
        yield f"<h2>{escape(tag['description'])}</h2>"
        for method, path, operation in routes:
            if tag["name"] in operation["tags"]:
                yield from _operation(method, path, operation, base)
    yield "<h2>Problems</h2><table><tr><th>Kind</th><th>Status</th><th>Meaning</th><th>What to do</th></tr>"
    yield from (
        f'<tr id="problem-{name}"><td><code>{name}</code></td><td>{kind.status}</td>'
        f"<td>{escape(kind.title)}</td><td>{_inline(kind.mend)}</td></tr>"
        for name, kind in KINDS.items()
    )
    yield "</table></main>"


def _operation(method: str, path: str, operation: Operation, base: str) -> Iterator[str]:
    yield f'<section id="{operation["operationId"]}"><h3><code>{method} {escape(path)}</code></h3>'
    yield f"<p><strong>{escape(operation['summary'])}.</strong> {_inline(operation.get('description', ''))}</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        yield "<table><tr><th>Parameter</th><th>In</th><th>Meaning</th><th>Example</th></tr>"
        yield from map(_parameter, parameters)
        yield "</table>"
    yield f'<pre class="copy">{escape(_command(method, path, operation, base))}</pre>'
    for media_type, content in _success(operation)["content"].items():
        shown = content.get("example")
        if shown is not None:
            text = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
            yield f"<details><summary>Example: {escape(media_type)}</summary><pre>{escape(text)}</pre></details>"
        else:
            yield f"<p>Also as {escape(media_type)}.</p>"
    yield "</section>"


def _parameter(parameter: Operation) -> str:
    example = _example(parameter)
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}</td>"
        f"<td>{_inline(parameter.get('description', ''))}</td><td><code>{escape(example)}</code></td></tr>"
    )


def _success(operation: Operation) -> Operation:
    """Give the answer that is no problem."""
    return next(one for status, one in operation["responses"].items() if status.startswith("2"))


def _command(method: str, path: str, operation: Operation, base: str) -> str:
    """Write a command line that asks this route."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", _example(parameter))
    needs_key = operation.get("security") and {} not in operation["security"]
    key = '-H "X-API-Key: $KEY" ' if needs_key else ""
    by = "" if method == "GET" else f"-X {method} "
    return f"curl {by}{key}'{base}{path}'"


def _example(parameter: Operation) -> str:
    found = parameter.get("examples") or parameter.get("schema", {}).get("examples") or [""]
    first = found[0] if isinstance(found, list) else next(iter(found.values()))["value"]
    return str(first[0] if isinstance(first, list) else first)


def _inline(text: str) -> str:
    """Write text in which backquotes mark code."""
    parts = escape(" ".join(text.split())).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
