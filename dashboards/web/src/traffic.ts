// Traffic: the state of every junction in words, on the map and in a table, and a day of the one that was chosen.
import { ago, ask } from "./ask";
import { chart } from "./chart";
import { city, known, nameOf } from "./city";
import { element, folded, table, the } from "./element";
import { CityMap } from "./map";
import { Part } from "./part";
import { type Direction, LIVELY, SILENT, UNKNOWN, directions, endOf, isFresh, junctions, stateOf, take } from "./state";
import { symbol } from "./symbol";
import { number, quantity, say, sayCode, time } from "./words";

const EVERY_MS = 5 * 60_000;
const NEWEST_H = 0.15;
const STATES = [2, 3, 4, 5, 6, 1, 0];

interface Bucket {
  window_start: string;
  bearing_deg: number;
  flow_veh_h: number | null;
}

let chosen = "";
let map: CityMap | undefined;
let day: Part<Bucket[]> | undefined;
let waiting = false;

const word = (state: number): string => sayCode("state", state, "state_0");
const towards = (bearing_deg: number): string => sayCode("to", bearing_deg, "not_known");

export function begin(): Part<Direction[]> {
  the("legend").append(
    ...STATES.map((state) => element("li", {}, symbol(`state_${state}`), word(state))),
    element("li", {}, symbol("wlan"), say("kind_wlan")),
    element("li", {}, symbol("room"), say("kind_room")),
  );
  const choice = the("site-choice") as HTMLSelectElement;
  choice.addEventListener("change", () => choose(choice.value));
  return new Part(
    "part-traffic",
    async () => {
      await known();
      return ask<Direction>(`/v1/indicators/cross_section?from=${ago(NEWEST_H)}`);
    },
    (rows) => {
      take(rows);
      if (!junctions().length) return false;
      // A map can only be made where it is seen.
      the("part-traffic").hidden = false;
      show();
      return true;
    },
    say("traffic_none"),
    EVERY_MS,
    "card-traffic",
  );
}

/** Takes what was pushed, and shows it at most once a second. */
export function pushed(rows: Direction[]): void {
  take(rows);
  if (waiting || the("part-traffic").hidden) return;
  waiting = true;
  window.setTimeout(() => {
    waiting = false;
    show();
  }, 1000);
}

function show(): void {
  if (!map) {
    map = new CityMap(choose);
    void map.sketch().catch((error: unknown) => console.warn("the map has no sketch", error));
  }
  offer();
  map.update(chosen);
  tell();
  const box = the("traffic-table");
  box.replaceChildren(folded(say("show_table", { what: say("traffic_table") }), all(), box));
}

function tell(): void {
  const keys = junctions();
  const by = (wanted: (state: number) => boolean): string[] => keys.filter((key) => wanted(stateOf(key)));
  const well = by((state) => state > UNKNOWN && state <= LIVELY);
  const busy = by((state) => state > LIVELY).sort((a, b) => stateOf(b) - stateOf(a));
  const silent = by((state) => state === SILENT);
  const summary = say("traffic_summary", { free: well.length, all: keys.length });
  const worst = busy.map((key) => `${nameOf(key)} (${word(stateOf(key))})`).join(", ");
  const parts = [`${summary}.`];
  if (busy.length) parts.push(say("traffic_worst", { sites: worst }));
  else if (silent.length < keys.length) parts.push(say("traffic_no_problem"));
  if (silent.length) parts.push(say("traffic_silent", { sites: silent.map(nameOf).join(", ") }));
  the("traffic-words").textContent = parts.join(" ");
  the("card-traffic").textContent = silent.length === keys.length ? word(SILENT) : summary;
}

function all(): HTMLElement {
  const stated = (row: Direction): Node => {
    const state = isFresh(row) ? row.state_nrw : SILENT;
    return element("span", { class: "stated" }, symbol(`state_${state}`), word(state));
  };
  const speed = (row: Direction): string =>
    row.speed_kmh === null && row.flow_veh_h === 0 ? say("no_vehicle") : quantity(row.speed_smoothed_kmh ?? row.speed_kmh, "km/h");
  const flow = (row: Direction): string =>
    number(row.flow_smoothed_veh_h ?? row.flow_veh_h) + (row.interpolated ? ` (${say("estimated")})` : "");
  const unheard = junctions().filter((key) => !directions().some((row) => row.site === key));
  const rows: (Direction | string)[] = [...directions(), ...unheard];
  const cell = (value: (row: Direction) => Node | string, otherwise: () => string) => (row: Direction | string) =>
    typeof row === "string" ? otherwise() : isFresh(row) ? value(row) : otherwise();
  return table(
    say("traffic_table"),
    [
      { title: say("site"), cell: (row) => nameOf(typeof row === "string" ? row : row.site) },
      { title: say("direction"), cell: (row) => (typeof row === "string" ? say("not_known") : towards(row.bearing_deg)) },
      { title: say("state"), cell: (row) => (typeof row === "string" ? word(SILENT) : stated(row)) },
      { title: say("flow"), cell: cell(flow, () => say("not_known")), number: true },
      { title: say("speed"), cell: cell(speed, () => say("not_known")), number: true },
      { title: say("quality"), cell: cell((row) => quantity(row.quality_ratio === null ? null : 100 * row.quality_ratio, "%"), () => say("not_known")), number: true },
      {
        title: say("time"),
        cell: (row) => (typeof row === "string" ? say("not_known") : isFresh(row) ? time(endOf(row)) : say("since", { time: time(endOf(row)) })),
      },
    ],
    rows,
  );
}

function offer(): void {
  const choice = the("site-choice") as HTMLSelectElement;
  const keys = junctions();
  if ([...choice.options].map((one) => one.value).join() !== keys.join())
    choice.replaceChildren(...keys.map((key) => element("option", { value: key }, nameOf(key))));
  if (!chosen) choose([...keys].sort((a, b) => stateOf(b) - stateOf(a))[0] ?? "", false);
  choice.value = chosen;
}

function choose(site: string, aloud = true): void {
  chosen = site;
  (the("site-choice") as HTMLSelectElement).value = site;
  map?.update(site);
  if (aloud) the("chosen").textContent = say("chosen_state", { site: nameOf(site), state: word(stateOf(site)) });
  day ??= new Part(
    "part-day",
    () => ask<Bucket>(`/v1/indicators/cross_section?bucket=15min&site=${encodeURIComponent(chosen)}&from=${ago(24)}`),
    draw,
    say("day_none"),
    EVERY_MS,
  );
  void day.refresh();
}

function draw(rows: Bucket[]): boolean {
  const times = [...new Set(rows.map((row) => Date.parse(row.window_start) / 1000))].sort((a, b) => a - b);
  const bearings = [...new Set(rows.map((row) => row.bearing_deg))].sort((a, b) => a - b);
  if (!times.length) return false;
  const place = new Map(times.map((at, index) => [at, index]));
  const lines = bearings.map((bearing) => {
    const values: (number | null)[] = times.map(() => null);
    for (const row of rows)
      if (row.bearing_deg === bearing) values[place.get(Date.parse(row.window_start) / 1000) ?? 0] = row.flow_veh_h;
    return { name: towards(bearing), values };
  });
  const site = city.get(chosen)?.name ?? chosen;
  const box = the("part-day");
  box.hidden = false;
  chart(box, {
    caption: `${say("day_chart")}, ${site}`,
    times,
    lines,
    unit: "",
    label: (summary) => say("day_chart_label", { site, summary }),
  });
  return true;
}
