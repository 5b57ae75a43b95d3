"""The public page in a real browser: by axe, by keyboard, on a phone, zoomed, empty, without a connection."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from fix_page import browsing, heard, lay, pretend, settled, violations
from fix_served import served

from dashboards.report.command import write
from dashboards.report.target import Plan
from emscher.settings import Settings
from processing.figures.target import Target

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.parametrize("flavour", ["plain"], indirect=True)

BUDGET_BYTES = 300_000
FIRST_KEYS = 60
NEVER = ("NaN", "undefined", "null", "Infinity", "Traceback", "[object")


async def _sound(page: Page) -> None:
    """Nothing is wider than the page, and no missing value shows through."""
    wide = await page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    text = await page.inner_text("body")
    assert not [word for word in NEVER if word in text]


async def _shows(page: Page, where: str, text: str) -> None:
    """Wait until a part of the page says something."""
    await page.wait_for_function(
        "([where, text]) => document.querySelector(where).textContent.includes(text)", arg=[where, text], timeout=60_000
    )


async def _targets(store: Settings) -> None:
    one = Target("rz", "pue", 1.3, "1", "lower", date(2030, 12, 31), "SIM-1", "", 2024, 1.6)
    await write(store, Plan(target=[one], simulated=True))


async def test_no_violation_in_any_variant(store: Settings) -> None:
    """Axe finds nothing in either language, light and dark, wide, on a phone and at 400 %; nothing overflows."""
    await lay(store)
    await _targets(store)
    async with served(store) as (address, _), browsing() as browser:
        for language in ("de", "en"):
            for scheme in ("light", "dark"):
                for width, height in ((1280, 900), (390, 780), (320, 256)):
                    page = await browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
                    )
                    complaints = heard(page)
                    await page.goto(f"{address}/{language}")
                    await page.wait_for_selector(".place.junction svg")
                    await settled(page)
                    for summary in await page.query_selector_all("summary"):
                        await summary.evaluate("one => one.click()")
                    await _sound(page)
                    assert await violations(page) == [], (language, scheme, width)
                    assert complaints == []
                    assert (
                        await page.evaluate("() => getComputedStyle(document.documentElement).scrollBehavior") == "auto"
                    )
                    await page.close()


async def test_loads_little_from_here_alone_and_leaves_nothing(store: Settings) -> None:
    """Everything together is below 300 kB over the line, comes from this server, and no cookie or storage is left."""
    await lay(store)
    async with served(store) as (address, _), browsing() as browser:
        context = await browser.new_context()
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        sizes: list[float] = []
        asked: list[str] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.on("request", lambda request: asked.append(request.url))
        await session.send("Network.enable")
        await page.goto(f"{address}/")
        await page.wait_for_selector(".place.junction svg")
        await settled(page)
        cookies = await context.cookies()
        kept = await page.evaluate("() => localStorage.length + sessionStorage.length")
    assert 30_000 < sum(sizes) < BUDGET_BYTES
    assert len(asked) > 8
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert (cookies, kept) == ([], 0)


async def test_says_what_is_there_and_what_is_not(store: Settings) -> None:
    """States are told in words, a silent junction says so, what is hidden says why, and missing is never zero."""
    await lay(store, state=5)
    await _targets(store)
    async with served(store) as (address, _), browsing() as browser:
        page = await browser.new_page()
        await page.goto(f"{address}/de")
        await page.wait_for_selector(".place.junction svg")
        await settled(page)
        words = await page.inner_text("#traffic-words")
        assert "1 von 4 Kreuzungen" in words
        assert "Westfalendamm (Stau), Südwall (zäh)" in words
        assert "Ohne Daten: Stille Straße <b>" in words
        await page.click("#traffic-table summary")
        rows = {
            (await row.inner_text()).split("\t")[0]: await row.inner_text()
            for row in await page.query_selector_all("#traffic-table tbody tr")
        }
        assert "kein Fahrzeug" in rows["Ostwall"]
        assert "zum Teil ersetzt" in rows["Westfalendamm"]
        assert "keine Daten" in rows["Stille Straße <b>"]
        assert "0" not in rows["Stille Straße <b>"]
        assert "verborgen: weniger als fünf Geräte" in await page.inner_text("#part-wlan .zones")
        assert "41 Geräte gleichzeitig in 1 Zone," in await page.inner_text("#card-wlan")
        assert "3\xa0kW im Mittel" in await page.inner_text("#card-energy")
        assert "Noch zu wenig gemessen" in await page.inner_text("#part-targets")
        assert "1.500 Messungen" in await page.inner_text("#card-quality")
        assert await page.is_visible("#simulated")
        # A name is a text, whatever stands in it.
        await page.get_by_role("button", name="Stille Straße <b>: keine Daten.").focus()
        assert await page.inner_text(".leaflet-tooltip") == "Stille Straße <b>"


@pytest.mark.parametrize("language", ["de", "en"])
async def test_empty_store_is_said_in_words(store: Settings, language: str) -> None:
    """Each part says that there is nothing yet; no number is made up, nothing is blank, and axe agrees."""
    none = {"de": "keine|nichts|noch", "en": "no |nothing"}[language]
    async with served(store) as (address, _), browsing() as browser:
        page = await browser.new_page()
        complaints = heard(page)
        await page.goto(f"{address}/{language}")
        await settled(page)
        for card in ("traffic", "wlan", "energy", "quality"):
            text = await page.inner_text(f"#card-{card}")
            assert re.search(none, text, re.IGNORECASE), text
            assert not any(sign.isdigit() for sign in text.replace("24", ""))
        assert await page.inner_text("main .notice:visible >> nth=0")
        assert not await page.is_visible("#simulated")
        await _sound(page)
        assert await violations(page) == []
        assert complaints == []


async def test_broken_connection_is_said_and_mended(store: Settings) -> None:
    """A page that gets no data says so in every part; once the server answers, all of it appears by itself."""
    await lay(store)
    async with served(store) as (address, _), browsing() as browser:
        page = await browser.new_page()
        await page.route("**/v1/**", lambda route: route.abort())
        await page.goto(f"{address}/de")
        await page.wait_for_selector("#connection[data-state=disconnected]")
        await page.wait_for_function(
            "() => document.querySelector('#card-energy').textContent.includes('nicht geladen')"
        )
        for card in ("traffic", "wlan", "quality"):
            assert "konnten nicht geladen werden" in await page.inner_text(f"#card-{card}")
        await _sound(page)
        assert await violations(page) == []
        await page.unroute("**/v1/**")
        await page.wait_for_selector("#connection[data-state=caught_up]", timeout=60_000)
        await _shows(page, "#card-energy", "kW")


async def test_server_goes_and_comes_back(store: Settings) -> None:
    """What changes is shown as it comes; after a restart of the server the page finds back and shows what it missed."""
    await lay(store)
    async with browsing() as browser:
        page = await browser.new_page()
        async with served(store) as (address, _):
            await page.goto(f"{address}/de")
            await page.wait_for_selector("#connection[data-state=connected]")
            await page.wait_for_selector(".place.junction svg")
            assert "Südwall" not in await page.inner_text("#traffic-words")
            await pretend(store, 4)
            await page.wait_for_function(
                "() => document.querySelector('#traffic-words').textContent.includes('Südwall (dicht)')"
            )
        await page.wait_for_selector("#connection[data-state=disconnected]", timeout=60_000)
        await pretend(store, 6)
        async with served(store, port=int(address.rpartition(":")[2])):
            await page.wait_for_selector("#connection[data-state=caught_up]", timeout=60_000)
            await page.wait_for_function(
                "() => document.querySelector('#traffic-words').textContent.includes('Südwall (Stau)')"
            )


async def test_walk_by_keyboard(store: Settings) -> None:
    """Tab reaches everything in order and leaves it again, focus is always seen; Enter and space choose and unfold."""
    await lay(store)
    async with served(store) as (address, _), browsing() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        await page.goto(f"{address}/de")
        await page.wait_for_selector(".place.junction svg")
        await settled(page)
        walked = []
        for _ in range(FIRST_KEYS):
            await page.keyboard.press("Tab")
            at = await page.evaluate(
                "() => { const one = document.activeElement, style = getComputedStyle(one);"
                " const box = one.getBoundingClientRect();"
                " return {tag: one.tagName, text: one.getAttribute('aria-label') || one.textContent, id: one.id,"
                " outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,"
                " seen: box.bottom > 0 && box.top < innerHeight && box.width > 0}; }"
            )
            if at["tag"] == "BODY":
                break
            assert at["outline"], at
            assert at["seen"], at
            walked.append(at)
        texts = [one["text"] for one in walked]
        assert texts[0] == "Zum Inhalt springen"
        assert texts.index("Karte überspringen") < texts.index("Südwall: lebhaft.")
        assert "Lizenzen der eingebauten Bibliotheken" in texts
        assert "site-choice" in [one["id"] for one in walked]
        marker = page.get_by_role("button", name="Westfalendamm: Stau.")
        await marker.focus()
        await page.keyboard.press("Enter")
        assert await page.input_value("#site-choice") == "b1-01"
        assert await marker.get_attribute("aria-pressed") == "true"
        assert await page.inner_text("#chosen") == "Westfalendamm: Stau."
        other = page.get_by_role("button", name="Ostwall: frei.")
        await other.focus()
        await page.keyboard.press("Space")
        assert await page.input_value("#site-choice") == "wall-02"
        await page.focus("#traffic-table summary")
        await page.keyboard.press("Enter")
        assert await page.is_visible("#traffic-table table")
        await page.goto(f"{address}/de")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("() => document.activeElement.id") == "main"
