// Public WLAN: what was published, by zone and hour; what is hidden says so and why.
import { ago, ask } from "./ask";
import { peaks, spark } from "./chart";
import { known, nameOf } from "./city";
import { element, folded, table, the } from "./element";
import { Part } from "./part";
import { dayTime, number, quantity, say, sayCode, time } from "./words";

interface Hour {
  site: string;
  window_start: string;
  width_s: number;
  clients_concurrent_avg: number | null;
  clients_concurrent_max: number | null;
  rx_bytes: number | null;
  tx_bytes: number | null;
  suppressed: boolean;
  reason: string | null;
}

const EVERY_MS = 10 * 60_000;
const GB = 1e9;

export function begin(): Part<Hour[]> {
  const load = async (): Promise<Hour[]> => {
    await known();
    return ask<Hour>(`/v1/indicators/wlan?from=${ago(26)}`);
  };
  return new Part("part-wlan", load, show, say("wlan_none"), EVERY_MS, "card-wlan");
}

const start = (row: Hour): number => Date.parse(row.window_start);
const devices = (row: Hour): string => (row.suppressed ? hidden(row) : number(row.clients_concurrent_avg));
const hidden = (row: Hour): string => sayCode("suppressed", row.reason ?? "", "suppressed");

function show(rows: Hour[]): boolean {
  if (!rows.length) return false;
  const newest = Math.max(...rows.map(start));
  const width_ms = 1000 * (rows.find((row) => start(row) === newest)?.width_s ?? 3600);
  const current = rows.filter((row) => start(row) === newest);
  const shown = current.filter((row) => !row.suppressed);
  const hour = say("wlan_hour", { from: time(newest), to: time(newest + width_ms) });
  const total = shown.reduce((sum, row) => sum + (row.clients_concurrent_avg ?? 0), 0);
  const less = current.length - shown.length;
  const summary = shown.length === 1 ? "wlan_summary_one" : "wlan_summary";
  const words = [`${say(summary, { devices: number(total), zones: shown.length, hour })}.`];
  if (less) words.push(`${less === 1 ? say("wlan_hidden_one") : say("wlan_hidden", { count: less })}.`);
  if (!shown.length) words.shift();
  the("card-wlan").textContent = words[0] ?? "";
  const box = the("part-wlan");
  const sites = [...new Set(rows.map((row) => row.site))];
  const value = (site: string): number => current.find((row) => row.site === site)?.clients_concurrent_avg ?? -1;
  sites.sort((a, b) => value(b) - value(a));
  const most = Math.max(1, ...current.map((row) => row.clients_concurrent_avg ?? 0));
  box.hidden = false;
  box.replaceChildren(
    element("p", { class: "lead" }, words.join(" ")),
    element("ul", { class: "zones" }, ...sites.map((site) => zone(site, rows, current, most))),
    folded(say("show_table", { what: say("wlan_table") }), all(rows), box),
  );
  return true;
}

function zone(site: string, rows: Hour[], current: Hour[], most: number): HTMLElement {
  const own = rows.filter((row) => row.site === site).sort((a, b) => start(a) - start(b));
  const newest = current.find((row) => row.site === site);
  const times = own.map((row) => start(row) / 1000);
  const values = own.map((row) => row.clients_concurrent_avg);
  const bar = element("span", { class: "bar-fill", "aria-hidden": "true" });
  bar.style.width = `${(100 * (newest?.clients_concurrent_avg ?? 0)) / most}%`;
  const said = newest ? devices(newest) : say("no_hour");
  const summary = peaks({ times, lines: [{ name: say("devices"), values }], unit: "" });
  return element(
    "li",
    {},
    element("span", { class: "zone-name" }, nameOf(site)),
    element("span", { class: newest && !newest.suppressed ? "zone-value" : "zone-word" }, said),
    element("span", { class: "bar" }, bar),
    spark(say("wlan_chart_label", { site: nameOf(site), summary }), times, values),
  );
}

function all(rows: Hour[]): HTMLElement {
  const sorted = [...rows].sort((a, b) => start(b) - start(a) || nameOf(a.site).localeCompare(nameOf(b.site)));
  const volume = (row: Hour): string =>
    row.rx_bytes === null || row.tx_bytes === null ? hidden(row) : quantity((row.rx_bytes + row.tx_bytes) / GB, "GB");
  return table(
    say("wlan_table"),
    [
      { title: say("site"), cell: (row) => nameOf(row.site) },
      { title: say("hour"), cell: (row) => dayTime(start(row)) },
      { title: say("devices"), cell: devices, number: true },
      { title: say("devices_most"), cell: (row) => (row.suppressed ? hidden(row) : number(row.clients_concurrent_max)), number: true },
      { title: say("volume"), cell: volume, number: true },
    ],
    sorted,
  );
}
