"""The public page: its built files, a document per language, and the sketch of the city under its map."""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.problem import ProblemError
from emscher.city import find
from emscher.errors import CityError
from emscher.settings import Settings

router = APIRouter()

# Data of another folder, found by its place; no code of it is imported.
BUILT = Path(str(files("dashboards").joinpath("web", "built")))
LANGUAGES = ("de", "en")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
_LINK = re.compile(r"<!--(?P<name>\w+) (?P<text>.*?)-->")
NO_SKETCH = b'{"type":"FeatureCollection","features":[]}'


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: plain and compressed once for all."""

    media_type: str
    plain: bytes
    compressed: bytes
    tag: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Asset:
        """Make an asset of a text file's content."""
        kind = mimetypes.guess_type(name)[0] or "text/plain"
        tag = f'W/"{blake2b(content, digest_size=12).hexdigest()}"'
        return cls(f"{kind}; charset=utf-8", content, gzip.compress(content, 9, mtime=0), tag)


@cache
def assets() -> Mapping[str, Asset]:
    """Read every built file; nothing else is ever served from the disk."""
    return {path.name: Asset.of(path.name, path.read_bytes()) for path in sorted(BUILT.iterdir()) if path.is_file()}


@router.get("/")
async def show_page(request: Request) -> Response:
    """Show the page in the language that the browser asks for."""
    return _sent(request, _document(request, _language(request)), ASK_AGAIN, "Accept-Language, ")


@router.get("/de")
@router.get("/en")
async def show_page_in_language(request: Request) -> Response:
    """Show the page in one language."""
    return _sent(request, _document(request, request.url.path.strip("/")), ASK_AGAIN)


@router.get("/favicon.ico")
async def show_icon() -> Response:
    """Point to the icon."""
    return RedirectResponse("/page/icon.svg", 308)


@router.get("/page/map.json")
async def show_sketch(request: Request) -> Response:
    """Give the sketch that lies beside the city's description; without one, an empty collection."""
    return _sent(request, _sketch(request.app.state.settings.city), ASK_AGAIN)


@router.get("/page/{name}")
async def show_asset(request: Request, name: str) -> Response:
    """Give a file of the page; those with a hash in their name never change."""
    if name not in assets():
        raise ProblemError("no-such-route", "The page has no such file; / is the page.")
    return _sent(request, assets()[name], FOR_EVER if "-" in name else ASK_AGAIN)


def _document(request: Request, language: str) -> Asset:
    settings: Settings = request.app.state.settings
    return _linked(
        language,
        imprint=settings.page_imprint_url,
        privacy=settings.page_privacy_url,
        accessibility=settings.page_accessibility_url,
    )


@cache
def _linked(language: str, **links: str | None) -> Asset:
    """Give a document with the city's own links at its foot; those that are not set are not there."""
    name = f"{language}.html"

    def filled(found: re.Match[str]) -> str:
        link = links[found["name"]]
        return found["text"].replace("@", escape(link)) if link else ""

    return Asset.of(name, _LINK.sub(filled, assets()[name].plain.decode()).encode())


@cache
def _sketch(city: str) -> Asset:
    try:
        return Asset.of("map.json", find(city).with_suffix(".map.json").read_bytes())
    except (CityError, OSError):
        return Asset.of("map.json", NO_SKETCH)


def _language(request: Request) -> str:
    """Choose German, unless English is asked for before it."""
    wanted = [one.split(";")[0].strip()[:2].lower() for one in request.headers.get("accept-language", "").split(",")]
    return next((one for one in wanted if one in LANGUAGES), LANGUAGES[0])


def _sent(request: Request, asset: Asset, keep: str, vary: str = "") -> Response:
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": keep,
        "ETag": asset.tag,
        "Vary": f"{vary}Accept-Encoding",
    }
    if asset.tag in {one.strip() for one in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, headers=headers, media_type=asset.media_type)
    return Response(asset.plain, headers=headers, media_type=asset.media_type)
