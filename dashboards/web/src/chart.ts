// Charts: lines over time, told apart by their dashes too; each with a sentence and a table that say the same.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Column, element, folded, table } from "./element";
import { dayTime, quantity, say, time } from "./words";

export interface Line {
  name: string;
  values: (number | null)[];
}

export interface Lines {
  /** What is shown, as the caption of the table. */
  caption: string;
  /** Times [s since 1970]. */
  times: number[];
  lines: Line[];
  unit: string;
  /** What a screen reader says; gets the peaks as a text. */
  label: (summary: string) => string;
}

const DASHES: number[][] = [[], [8, 5], [2, 4], [12, 4, 2, 4]];
const HEIGHT = 240;
const FONT = "14px system-ui, sans-serif";
const drawn = new Map<HTMLElement, () => void>();

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const [box, draw] of drawn) {
    if (box.isConnected) draw();
    else drawn.delete(box);
  }
});

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Says where each line is highest. */
export function peaks({ times, lines, unit }: Pick<Lines, "times" | "lines" | "unit">): string {
  return lines
    .map(({ name, values }) => {
      const highest = Math.max(...values.map((one) => one ?? -Infinity));
      const at = times[values.indexOf(highest)];
      return at === undefined
        ? `${name}: ${say("not_known")}.`
        : say("peak", { name, value: quantity(highest, unit), time: time(1000 * at) });
    })
    .join(" ");
}

/** Draws lines with axes, a legend and a table into a part of the page. */
export function chart(box: HTMLElement, what: Lines): void {
  const summary = peaks(what);
  const plot = element("div", { class: "plot", role: "img", "aria-label": what.label(summary) });
  const names = what.lines.map((one, place) => {
    const swatch = element("span", { class: `swatch line-${place + 1}`, "aria-hidden": "true" });
    return element("li", {}, swatch, one.name);
  });
  const columns: Column<number>[] = [
    { title: say("time"), cell: (place) => dayTime(1000 * (what.times[place] ?? 0)) },
    ...what.lines.map((line) => ({
      title: line.name,
      cell: (place: number) => quantity(line.values[place], what.unit),
      number: true,
    })),
  ];
  const rows = what.times.map((_, place) => place).reverse();
  const values = folded(say("show_table", { what: what.caption }), table(what.caption, columns, rows), box);
  box.replaceChildren(element("ul", { class: "names" }, ...names), plot, element("p", { class: "small" }, summary), values);
  draw(plot, what, { height: HEIGHT, axes: true });
}

/** Draws a small line without axes. */
export function spark(label: string, times: number[], values: (number | null)[]): HTMLElement {
  const plot = element("div", { class: "plot spark", role: "img", "aria-label": label });
  const what = { caption: "", times, lines: [{ name: "", values }], unit: "", label: () => label };
  requestAnimationFrame(() => draw(plot, what, { height: 40, axes: false }));
  return plot;
}

function draw(plot: HTMLElement, what: Lines, { height, axes }: { height: number; axes: boolean }): void {
  let made: uPlot | undefined;
  const make = (): void => {
    made?.destroy();
    const axis = { stroke: colour("--ink-soft"), font: FONT, grid: { stroke: colour("--rule"), width: 1 }, ticks: { show: false } };
    made = new uPlot(
      {
        width: Math.max(plot.clientWidth, 80),
        height,
        padding: axes ? [12, 12, 0, 0] : [3, 3, 3, 3],
        legend: { show: false },
        cursor: { show: false },
        tzDate: (at) => uPlot.tzDate(new Date(1000 * at), "Europe/Berlin"),
        scales: { y: { range: (_, __, highest) => [0, Math.max(1.1 * (highest ?? 0), 1e-3)] } },
        axes: [
          { ...axis, show: axes, space: 90, size: 34, values: (_, at) => at.map((one) => time(1000 * one)) },
          { ...axis, show: axes, size: 66, values: (_, at) => at.map((one) => quantity(one, what.unit)) },
        ],
        series: [
          {},
          ...what.lines.map((line, place) => ({
            label: line.name,
            stroke: colour(`--line-${place + 1}`),
            width: 2.5,
            dash: DASHES[place % DASHES.length] ?? [],
            points: { show: !axes, size: 4 },
          })),
        ],
      },
      [what.times, ...what.lines.map((one) => one.values)],
      plot,
    );
  };
  make();
  drawn.set(plot, make);
  new ResizeObserver(() => {
    if (made && Math.abs(made.width - plot.clientWidth) > 1 && plot.clientWidth) made.setSize({ width: plot.clientWidth, height });
  }).observe(plot);
}
