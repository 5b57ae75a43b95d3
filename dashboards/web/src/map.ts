// The map: our own sketch of the city and its places; no tiles, nobody else's server.
import { GeoJSON, type LatLng, Map as LeafletMap, Marker, control, divIcon, latLngBounds } from "leaflet";
import "leaflet/dist/leaflet.css";
import { type Site, city } from "./city";
import { element, the } from "./element";
import { junctions, stateOf } from "./state";
import { symbol } from "./symbol";
import { say, sayCode } from "./words";

const SIZE = 28;
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const OTHERS: Record<string, string> = { wlan_zone: "wlan", server_room: "room" };

export class CityMap {
  private readonly map: LeafletMap;
  private readonly markers = new Map<string, Marker>();
  private shown = "";

  /** @param choose Told which place was chosen. */
  constructor(private readonly choose: (site: string) => void) {
    this.map = new LeafletMap("map", {
      attributionControl: false,
      zoomControl: false,
      scrollWheelZoom: false,
      // One finger scrolls the page; two move the map.
      dragging: !window.matchMedia("(pointer: coarse)").matches,
      zoomSnap: 0.25,
      minZoom: 11,
      maxZoom: 17,
      fadeAnimation: !STILL,
      zoomAnimation: !STILL,
      markerZoomAnimation: !STILL,
      inertia: !STILL,
    }).setView([51.51, 7.47], 13);
    control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(this.map);
  }

  /** Draws the sketch under the places; without one the places stand alone. */
  async sketch(): Promise<void> {
    const response = await fetch("/page/map.json", { credentials: "omit" });
    if (!response.ok) return;
    new GeoJSON((await response.json()) as GeoJSON.FeatureCollection, {
      interactive: false,
      pointToLayer: (feature, at) => named(feature.properties as { name: string; of: string }, at),
      style: (feature) => ({ className: `sketch ${String(feature?.properties?.["kind"])}`, fill: feature?.geometry.type === "Polygon" }),
    })
      .addTo(this.map)
      .bringToBack();
  }

  /** Shows every place, and the state of each junction. */
  update(chosen: string): void {
    const keys = junctions().filter((key) => city.get(key)?.longitude != null);
    const others = [...city.values()].filter((one) => OTHERS[one.kind] && one.longitude !== null);
    const all = [...keys, ...others.map((one) => one.key)].join(" ");
    if (all !== this.shown) this.place(keys, others);
    this.shown = all;
    for (const [key, marker] of this.markers) {
      const box = marker.getElement();
      if (!box) continue;
      const state = stateOf(key);
      const label = say("chosen_state", { site: city.get(key)?.name ?? key, state: sayCode("state", state, "state_0") });
      box.setAttribute("aria-label", label);
      box.setAttribute("aria-pressed", String(key === chosen));
      if (box.dataset["state"] !== String(state)) box.replaceChildren(symbol(`state_${state}`));
      box.dataset["state"] = String(state);
    }
  }

  private place(keys: string[], others: Site[]): void {
    for (const marker of this.markers.values()) marker.remove();
    this.markers.clear();
    const at = (site: Site): [number, number] => [site.latitude ?? 0, site.longitude ?? 0];
    for (const site of others) {
      const icon = divIcon({ className: `place ${OTHERS[site.kind]}`, iconSize: [20, 20], iconAnchor: [24, 24] });
      const marker = new Marker(at(site), { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(this.map);
      marker.getElement()?.append(symbol(OTHERS[site.kind] ?? ""));
      marker.getElement()?.setAttribute("aria-hidden", "true");
    }
    for (const key of keys) {
      const site = city.get(key);
      if (!site) continue;
      const icon = divIcon({ className: "place junction", iconSize: [SIZE, SIZE] });
      const marker = new Marker(at(site), { icon, keyboard: true }).addTo(this.map);
      // As an element: a text would be read as HTML.
      marker.bindTooltip(element("span", {}, site.name), { direction: "top", offset: [0, -SIZE / 2] });
      marker.on("click", () => this.choose(key));
      marker.getElement()?.addEventListener("keydown", (event) => {
        // Leaflet makes neither of them a click.
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        this.choose(key);
      });
      this.markers.set(key, marker);
    }
    const points = [...keys.map((key) => city.get(key)), ...others].flatMap((site) => (site ? [at(site)] : []));
    if (points.length) this.map.fitBounds(latLngBounds(points), { padding: [24, 24], animate: false });
    the("map").dataset["places"] = String(points.length);
  }
}

/** A name on the sketch; the table says more, so that screen readers pass it over. */
function named({ name, of }: { name: string; of: string }, at: LatLng): Marker {
  const text = element("span", { "aria-hidden": "true" }, name);
  const icon = divIcon({ className: `sketch-name ${of}`, html: text });
  return new Marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -2000 });
}
