// Energy: what the data centres draw, hour by hour, and how the council's targets stand.
import { ago, ask, now } from "./ask";
import { type Line, chart } from "./chart";
import { known, nameOf } from "./city";
import { element, table, the } from "./element";
import { Part } from "./part";
import { symbol } from "./symbol";
import { day, name, number, quantity, say, sayCode } from "./words";

interface Hour {
  site: string;
  measurement_point: string | null;
  window_start: string;
  width_s: number;
  energy_kwh: number | null;
  coverage_ratio: number;
}

interface Target {
  site: string;
  name_de: string;
  name_en: string;
  value: number | null;
  unit: string;
  state: string;
  completeness_pct: number | null;
  judged: "quarter" | "twelve_months";
  wanted_value: number | null;
  off_pct: number | null;
  light: "green" | "amber" | "red" | "none";
  target_value: number;
  due: string;
  decision: string;
  baseline_year: number;
  baseline_value: number;
}

const EVERY_MS = 5 * 60_000;
const HOURS = 48;
const COVERED = 0.9;
const WHOLE = ["utility"];
const IT = ["ups_out", "pdu_out", "it_input"];

export function hours(): Part<Hour[]> {
  const load = (): Promise<Hour[]> => ask<Hour>(`/v1/indicators/energy?from=${ago(HOURS)}`);
  return new Part("part-energy", load, show, say("energy_none"), EVERY_MS, "card-energy");
}

export function targets(): Part<Target[]> {
  const load = async (): Promise<Target[]> => {
    await known();
    return ask<Target>("/v1/greenit/targets");
  };
  return new Part("part-targets", load, list, say("targets_none"), EVERY_MS);
}

/** Adds the sites up; an hour in which one of them is not covered has no value, for the sum would be too small. */
function summed(rows: Hour[], times: number[], points: string[]): (number | null)[] {
  const point = new Map<string, string>();
  for (const site of new Set(rows.map((row) => row.site))) {
    const own = points.find((one) => rows.some((row) => row.site === site && row.measurement_point === one));
    if (own) point.set(site, own);
  }
  const chosen = rows.filter((row) => row.measurement_point === point.get(row.site) && row.coverage_ratio >= COVERED);
  return times.map((at) => {
    const own = chosen.filter((row) => Date.parse(row.window_start) / 1000 === at && row.energy_kwh !== null);
    if (!point.size || own.length < point.size) return null;
    return own.reduce((sum, row) => sum + ((row.energy_kwh ?? 0) * 3600) / row.width_s, 0);
  });
}

function show(rows: Hour[]): boolean {
  const over = rows.filter((row) => Date.parse(row.window_start) + 1000 * row.width_s <= now());
  const times = [...new Set(over.map((row) => Date.parse(row.window_start) / 1000))].sort((a, b) => a - b);
  if (!times.length) return false;
  const lines: Line[] = [
    { name: say("whole"), values: summed(over, times, WHOLE) },
    { name: say("it"), values: summed(over, times, IT) },
  ].filter((line) => line.values.some((one) => one !== null));
  if (!lines.length) return false;
  const last = lines[0]?.values.at(-1);
  the("card-energy").textContent = last === null || last === undefined ? say("not_known") : say("energy_summary", { value: quantity(last, "kW") });
  const box = the("part-energy");
  box.hidden = false;
  chart(box, {
    caption: say("energy_table"),
    times,
    lines,
    unit: "kW",
    label: (summary) => say("energy_chart_label", { summary }),
  });
  return true;
}

function list(rows: Target[]): boolean {
  if (!rows.length) return false;
  const box = the("part-targets");
  const small = (text: string): Node => element("small", {}, text);
  box.replaceChildren(
    table(
      say("targets"),
      [
        { title: say("figure"), cell: (row) => element("span", {}, name(row), small(row.site === "city" ? say("city") : nameOf(row.site))) },
        { title: say("status"), cell: status },
        { title: say("value"), cell: (row) => element("span", {}, measured(row), small(say(row.judged))), number: true },
        { title: say("on_path"), cell: (row) => quantity(row.wanted_value, row.unit), number: true },
        {
          title: say("target"),
          cell: (row) =>
            element(
              "span",
              {},
              quantity(row.target_value, row.unit),
              small(say("by", { date: day(row.due), decision: row.decision })),
              small(say("baseline", { year: row.baseline_year, value: quantity(row.baseline_value, row.unit) })),
            ),
        },
      ],
      rows,
      true,
    ),
  );
  return true;
}

const measured = (row: Target): string =>
  row.value === null ? say("light_missing") : quantity(row.value, row.unit) + (row.state === "interim" ? ` (${say("interim")})` : "");

function status(row: Target): Node {
  const light = row.value === null ? "light_missing" : (`light_${row.light}` as const);
  const off = row.off_pct === null ? null : Math.abs(row.off_pct);
  const value = `${number(off, 1)}\u00a0%`;
  const why =
    row.value === null
      ? sayCode("because", row.state, "light_missing").replace("{share}", `${number(row.completeness_pct, 1)}\u00a0%`)
      : off === null
        ? ""
        : row.off_pct === 0
          ? say("exactly")
          : say((row.off_pct ?? 0) < 0 ? "better_by" : "worse_by", { value });
  return element("span", { class: "stated" }, symbol(light), element("span", {}, say(light), element("small", {}, why)));
}
