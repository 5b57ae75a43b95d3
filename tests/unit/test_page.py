"""The public page as it is built and served: nothing from elsewhere, both languages whole, strict policy, small."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from api.app import create
from api.web import BUILT
from emscher.errors import SettingError
from emscher.settings import load

WEB = BUILT.parent
WORDS = {name: json.loads((WEB / "words" / f"{name}.json").read_text()) for name in ("de", "en")}
SOURCES = "".join(path.read_text() for path in sorted((WEB / "src").glob("*.ts")))
PAGE = (WEB / "page.html").read_text()
BUDGET_BYTES = 300_000
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink")
CHOSEN_BY_CODE = ("state_", "to_", "suppressed_", "light_", "because_")


class _Loads(HTMLParser):
    """Collects what a document loads, and what in it a strict policy would forbid."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.forbidden: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note addresses, and inline styles and handlers."""
        given = dict(attrs)
        if tag in {"script", "link", "img", "iframe", "source"}:
            self.loaded.append(given.get("src") or given.get("href") or "")
        self.forbidden += [name for name in given if name == "style" or name.startswith("on")]
        self._in_script = tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        """Note what stands within a script or a style."""
        if self._in_script and data.strip():
            self.forbidden.append(data)
        self._in_script = False


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Ask an API without a database."""
    async with AsyncClient(transport=ASGITransport(create(load())), base_url="http://test") as asking:
        yield asking


def test_words_are_the_same_in_both_languages() -> None:
    """Both languages have the same keys with the same places for values and as many items; none is empty or unused."""
    assert WORDS["de"].keys() == WORDS["en"].keys()
    for key, german in WORDS["de"].items():
        english = WORDS["en"][key]
        assert german.strip(), key
        assert english.strip(), key
        assert set(re.findall(r"\{\w+\}", german)) == set(re.findall(r"\{\w+\}", english)), key
        assert german.count("|") == english.count("|"), key
        assert f'"{key}"' in SOURCES or f"{{{{{key}" in PAGE or key.startswith(CHOSEN_BY_CODE), key


@pytest.mark.parametrize("path", sorted(BUILT.iterdir()), ids=lambda path: path.name)
def test_built_files_name_no_other_server(path: Path) -> None:
    """No built file has an address of another server, of licences' texts apart; XML's namespaces are no addresses."""
    text = path.read_text()
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", text) == []


def test_documents_load_built_files_and_hold_nothing_inline() -> None:
    """Both documents load a script, a style and an icon, all of which exist, and keep to the policy."""
    for name in ("de", "en"):
        loads = _Loads()
        loads.feed((BUILT / f"{name}.html").read_text())
        assert len(loads.loaded) == 3
        assert all((BUILT / one.removeprefix("/page/")).is_file() for one in loads.loaded)
        assert loads.forbidden == []


def test_page_is_small() -> None:
    """Everything built is below the budget when compressed, and far enough below it for the data."""
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.iterdir())
    assert size < BUDGET_BYTES / 2


def test_licences_of_what_is_bundled_are_named() -> None:
    """Each bundled library stands in the licences with its version and the text that its licence asks for."""
    named = (BUILT / "licences.txt").read_text()
    for name, version in json.loads((WEB / "package.json").read_text())["dependencies"].items():
        assert f"{name} {version}" in named
    assert named.count("Copyright (c)") >= 2


def test_lock_file_names_no_host() -> None:
    """The lock file holds versions and hashes, and not where somebody once loaded them from."""
    assert "omit-lockfile-registry-resolved=true" in (WEB / ".npmrc").read_text()
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert len(packages) > 5
    assert not [name for name, one in packages.items() if "resolved" in one]
    assert all("integrity" in one for name, one in packages.items() if name)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("", "de"),
        ("en", "en"),
        ("de-DE,de;q=0.9,en;q=0.5", "de"),
        ("fr,en-GB;q=0.7", "en"),
        ("tr", "de"),
    ],
)
async def test_language_is_the_browsers(client: AsyncClient, wanted: str, language: str) -> None:
    """The page comes in the language that is asked for first, else in German, with a strict policy and an ETag."""
    response = await client.get("/", headers={"Accept-Language": wanted})
    assert f'<html lang="{language}">' in response.text
    assert "Accept-Language" in response.headers["vary"]
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "set-cookie" not in response.headers
    again = await client.get("/", headers={"Accept-Language": wanted, "If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    direct = await client.get(f"/{language}")
    assert direct.text == response.text


async def test_assets_are_kept_and_nothing_else_is_served(client: AsyncClient) -> None:
    """Files with a hash are kept for ever and sent compressed; other names give a problem, not a file."""
    script = next(path.name for path in BUILT.glob("main-*.js"))
    response = await client.get(f"/page/{script}")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-type"].startswith("text/javascript")
    plain = await client.get(f"/page/{script}", headers={"Accept-Encoding": "identity"})
    assert plain.content == (BUILT / script).read_bytes()
    for odd in ("nothing.js", "..%2f..%2fpyproject.toml", "%2e%2e", "built"):
        assert (await client.get(f"/page/{odd}")).status_code == 404


async def test_sketch_is_that_of_the_city(client: AsyncClient) -> None:
    """The pretend city has a sketch with its river; a city without one has an empty collection."""
    features = (await client.get("/page/map.json")).json()["features"]
    assert "Emscher" in {one["properties"]["name"] for one in features}
    other = create(load({"city": "nowhere"}))
    async with AsyncClient(transport=ASGITransport(other), base_url="http://test") as asking:
        assert (await asking.get("/page/map.json")).json() == {"type": "FeatureCollection", "features": []}


async def test_city_links_its_own_imprint(client: AsyncClient) -> None:
    """What a city must link from its pages stands at the foot where a setting names it, and else is not there."""
    bare = (await client.get("/de")).text
    assert "Impressum" not in bare
    assert "<!--" not in bare
    city = create(load({"page_imprint_url": "https://example.org/i?a=1&b=2", "page_privacy_url": "/privacy"}))
    async with AsyncClient(transport=ASGITransport(city), base_url="http://test") as asking:
        text = (await asking.get("/de")).text
    assert '<a href="https://example.org/i?a=1&amp;b=2">Impressum</a>' in text
    assert '<a href="/privacy">Datenschutz</a>' in text
    assert "Barrierefreiheit" not in text
    with pytest.raises(SettingError, match="EMSCHER_PAGE_IMPRINT_URL"):
        load({"page_imprint_url": "javascript:alert(1)"})
