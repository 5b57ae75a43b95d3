// Quality: the books on every measurement, and what kinds of sensors there are.
import { ago, ask } from "./ask";
import { element, folded, table, the } from "./element";
import { Part } from "./part";
import { symbol } from "./symbol";
import { number, say, title } from "./words";

interface Book {
  stream: string;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  balanced: boolean;
}

interface Stream {
  name: string;
  title_de: string;
  title_en: string;
  open: boolean;
  retention_days: number;
}

const EVERY_MS = 2 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const names = new Map<string, string>();

export function books(): Part<Book[]> {
  const load = (): Promise<Book[]> => ask<Book>(`/v1/accounting?bucket=all&from=${ago(24)}`);
  return new Part("part-quality", load, show, say("quality_none"), EVERY_MS, "card-quality");
}

export function streams(): Part<Stream[]> {
  return new Part("part-streams", () => ask<Stream>("/v1/streams"), kinds, say("quality_none"), DAY_MS);
}

function show(rows: Book[]): boolean {
  if (!rows.length) return false;
  const received = rows.reduce((sum, row) => sum + row.received, 0);
  const whole = rows.every((row) => row.balanced);
  const words = say(whole ? "quality_summary" : "quality_summary_open", { received: number(received) });
  the("card-quality").textContent = words;
  const balance = (row: Book): Node =>
    element(
      "span",
      { class: "stated" },
      symbol(row.balanced ? "light_green" : "light_red"),
      say(row.balanced ? "balanced" : "not_balanced"),
    );
  the("part-quality").replaceChildren(
    element("p", { class: "lead" }, `${words}.`),
    table(
      say("quality_table"),
      [
        { title: say("stream"), cell: (row) => names.get(row.stream) ?? row.stream },
        { title: say("received"), cell: (row) => number(row.received), number: true },
        { title: say("stored"), cell: (row) => number(row.stored), number: true },
        { title: say("duplicate"), cell: (row) => number(row.duplicate), number: true },
        { title: say("rejected"), cell: (row) => number(row.rejected), number: true },
        { title: say("books"), cell: balance },
      ],
      rows,
      true,
    ),
  );
  return true;
}

function kinds(rows: Stream[]): boolean {
  for (const row of rows) names.set(row.name, title(row));
  const box = the("part-streams");
  const made = table(
    say("streams_table"),
    [
      { title: say("stream"), cell: title },
      { title: say("open"), cell: (row) => (row.open ? say("yes") : say("no")) },
      { title: say("kept"), cell: (row) => say("days", { count: number(row.retention_days) }), number: true },
    ],
    rows,
  );
  box.replaceChildren(folded(say("show_table", { what: say("streams_table") }), made, box));
  return rows.length > 0;
}
