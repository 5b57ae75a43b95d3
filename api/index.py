"""The index page: what this server has, for who comes with a browser."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from api.html import page

router = APIRouter()

_ROUTES = (
    ("/v1/streams", "Kinds of sensors", "Arten von Sensoren"),
    ("/v1/sites", "Sites", "Standorte"),
    ("/v1/sensors", "Sensors", "Sensoren"),
    ("/v1/latest", "Newest readings", "Neueste Messwerte"),
    ("/v1/readings/traffic", "Traffic readings of the last hour", "Verkehrsmesswerte der letzten Stunde"),
    ("/v1/indicators", "Catalogue of indicators", "Katalog der Kennzahlen"),
    ("/v1/indicators/traffic", "Traffic indicators of the last hour", "Verkehrskennzahlen der letzten Stunde"),
    ("/v1/figures", "Catalogue of Green IT and WLAN figures", "Katalog der Zahlen zu Green IT und WLAN"),
    ("/v1/accounting?bucket=all", "What became of every reading", "Verbleib aller Messwerte"),
    ("/v1/rejected/reasons", "Why readings were refused", "Warum Messwerte abgelehnt wurden"),
    ("/docs", "Documentation", "Dokumentation (englisch)"),
    ("/openapi.json", "OpenAPI description", "OpenAPI-Beschreibung"),
)


@router.get("/")
async def show_index() -> HTMLResponse:
    """Say in two languages what is measured, and that no person is."""
    english = "".join(f'<li><a href="{path}"><code>{path}</code></a> {title}</li>\n' for path, title, _ in _ROUTES)
    german = "".join(f'<li><a href="{path}"><code>{path}</code></a> {title}</li>\n' for path, _, title in _ROUTES)
    return page("Emscher", _BODY.format(english=english, german=german))


_BODY = """\
<main>
<h1>Emscher</h1>
<p><a href="#de" lang="de">Deutsch</a></p>
<section lang="en">
<h2>Sensor data of the city</h2>
<p>Measured are vehicles per lane, the states of traffic signals, how busy the public WLAN is, the energy that servers
draw, and the work they do. No person is measured: there is no identifier of a device, a session or a user. Of the WLAN
only sums per zone and hour are published, and only where enough devices were there.</p>
<ul>
{english}</ul>
<p>Add <code>.csv</code>, <code>.geojson</code> or <code>.parquet</code> to a path for another format.</p>
</section>
<section lang="de" id="de">
<h2>Sensordaten der Stadt</h2>
<p>Gemessen werden Fahrzeuge je Fahrstreifen, die Zustände der Lichtsignalanlagen, die Auslastung des öffentlichen
WLAN, die Energie, die Server beziehen, und die Arbeit, die sie leisten. Keine Person wird gemessen: Es gibt keine
Kennung eines Geräts, einer Sitzung oder eines Menschen. Vom WLAN werden nur Summen je Zone und Stunde veröffentlicht,
und nur wo genug Geräte da waren.</p>
<ul>
{german}</ul>
<p>Mit <code>.csv</code>, <code>.geojson</code> oder <code>.parquet</code> am Ende des Pfads kommt ein anderes
Format.</p>
</section>
</main>"""
