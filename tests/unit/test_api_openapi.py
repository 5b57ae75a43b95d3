"""The OpenAPI document: every operation explains itself, and the pages load nothing from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import TypeAdapter

from api import examples, figure_examples, figure_schemas, quarantine_examples, quarantine_schemas, schemas, targets
from api.app import create
from api.problem import KINDS, MEDIA_TYPE
from emscher.settings import load

SETTINGS = load()

DOCUMENT: dict[str, Any] = create(SETTINGS).openapi()
OPERATIONS = [
    pytest.param(path, operation, id=operation["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for operation in methods.values()
]


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_operation_explains_itself(path: str, operation: dict[str, Any]) -> None:
    """Every operation has a summary, a description, a tag, an example of its answer and a problem."""
    assert operation["summary"]
    assert operation["description"]
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    contents = next(one for status, one in operation["responses"].items() if status.startswith("2"))["content"]
    assert any("example" in content for content in contents.values())
    problems = [one for status, one in operation["responses"].items() if not status.startswith("2")]
    assert problems
    for problem in problems:
        assert problem["content"][MEDIA_TYPE]["examples"]
        assert list(problem["content"]) == [MEDIA_TYPE]
    assert path.startswith(("/v1/", "/healthz", "/readyz", "/metrics"))


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_parameters_are_described(path: str, operation: dict[str, Any]) -> None:
    """Every parameter says what it means, and every part of the path has an example."""
    del path
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
        if parameter["in"] == "path":
            assert parameter["schema"]["examples"] or parameter["examples"]


def test_document_is_of_3_1_with_title_and_licence() -> None:
    """The document is OpenAPI 3.1, has a title, a description and a licence."""
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["info"]["license"]["name"] == "EUPL-1.2"
    assert DOCUMENT["info"]["description"]


def test_operation_ids_are_readable_and_unique() -> None:
    """Operation ids are the names of the functions, each once."""
    ids = [one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"(list|show|follow|request)_[a-z_]+", one) for one in ids)


def test_only_the_quarantine_asks_everyone_for_a_key() -> None:
    """Open routes may be asked without a key; refused messages may not."""
    asked = {
        (method, path): operation.get("security", [{}])
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert {route for route, security in asked.items() if {} not in security} == {
        ("get", "/v1/rejected"),
        ("get", "/v1/rejected/{number}"),
        ("get", "/v1/rejected/redrives"),
        ("post", "/v1/rejected/redrives"),
    }


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (schemas.Streams, examples.STREAMS),
        (schemas.Sites, examples.SITES),
        (schemas.Sensors, examples.SENSORS),
        (schemas.OneSensor, examples.SENSOR),
        (schemas.Readings, examples.READINGS),
        (schemas.Latest, examples.LATEST),
        (schemas.Catalogue, examples.CATALOGUE),
        (schemas.Indicators, examples.INDICATORS),
        (schemas.Accounts, examples.ACCOUNTS),
        (quarantine_schemas.Rejected, quarantine_examples.REJECTED),
        (quarantine_schemas.OneRejected, quarantine_examples.ONE_REJECTED),
        (quarantine_schemas.Reasons, quarantine_examples.REASONS),
        (quarantine_schemas.Redrives, quarantine_examples.REDRIVES),
        (quarantine_schemas.RedriveFiled, quarantine_examples.REDRIVE_FILED),
        (schemas.Health, examples.HEALTH),
        (schemas.Thresholds, examples.THRESHOLDS),
        (schemas.EmissionFactors, examples.EMISSION_FACTORS),
        (figure_schemas.Figures, figure_examples.FIGURES),
        (figure_schemas.Figures, figure_examples.WLAN_FIGURES),
        (figure_schemas.Figures, figure_examples.SHIFT),
        (figure_schemas.FigureCatalogue, figure_examples.FIGURE_CATALOGUE),
        (targets.Targets, targets.EXAMPLE),
        (schemas.WlanProfile, examples.WLAN_PROFILE),
        (schemas.Alive, examples.ALIVE),
        (schemas.Ready, examples.READY),
    ],
)
def test_example_fits_its_shape(shape: type[Any], example: object) -> None:
    """Every example is an answer of the shape that the document declares."""
    TypeAdapter(shape).validate_python(example)


class _Loads(HTMLParser):
    """Collects whatever a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note tags that load, and attributes that name something to load."""
        if tag in {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "form"}:
            self.found.append(tag)
        self.found += [
            f"{tag} {name}" for name, _ in attrs if name in {"src", "srcset", "style"} or name.startswith("on")
        ]


async def test_docs_load_nothing() -> None:
    """The documentation loads no script, style or picture; its policy forbids it and allows its style by its hash."""
    app = create(SETTINGS)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        response = await client.get("/docs")
    loads = _Loads()
    loads.feed(response.text)
    assert response.status_code == 200
    assert loads.found == []
    assert "@import" not in response.text
    assert "url(" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_docs_show_every_route_and_problem() -> None:
    """The documentation has every path with a command line to copy, and an anchor for every kind of problem."""
    app = create(SETTINGS)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        page = (await client.get("/docs")).text
    assert page.count('<pre class="copy">curl ') == len(OPERATIONS)
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    for kind in KINDS:
        assert f'id="problem-{kind}"' in page


async def test_health_needs_no_database() -> None:
    """/healthz answers where no database is, for it speaks of the process alone."""
    async with AsyncClient(transport=ASGITransport(create(SETTINGS)), base_url="http://test") as client:
        response = await client.get("/healthz")
    assert response.json() == {"status": "alive"}
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_log_and_metrics_know_templates_and_no_client(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log line and the metrics name the route's template; the client's address is in neither."""
    transport = ASGITransport(create(SETTINGS), client=("203.0.113.9", 1))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/healthz")
        metrics = (await client.get("/metrics")).text
    logged = caplog.text + capsys.readouterr().out
    assert 'route="/healthz"' in metrics
    assert "request answered" in logged
    assert "203.0.113.9" not in logged + metrics
