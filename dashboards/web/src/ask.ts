// Asks the API; rows of several pages are put together, and the server's clock is what counts.
import { the } from "./element";

export interface Answer<Row> {
  data: Row[];
  next: string | null;
}

const PAGES = 20;
const PATIENCE_MS = 20_000;
let ahead_ms = 0;

/** Time of the server [ms since 1970]: a visitor's clock may be wrong by years. */
export const now = (): number => Date.now() + ahead_ms;

/** A time so long ago, as the API reads it. */
export const ago = (hours: number): string => new Date(now() - hours * 3_600_000).toISOString().replace(/\.\d+Z/, "Z");

export async function ask<Row extends object>(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | null = path;
  for (let page = 0; next && page < PAGES; page += 1) {
    const response: Response = await fetch(next, {
      headers: { Accept: "application/json" },
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`${next}: ${response.status}`);
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isFinite(date)) ahead_ms = date - Date.now();
    const answer = (await response.json()) as Answer<Row>;
    rows.push(...answer.data);
    warn(answer.data);
    next = answer.next ?? null;
  }
  return rows;
}

/** Says that something on the page is simulated as soon as a row says so. */
export function warn(rows: object[]): void {
  if (rows.some((row) => "simulated" in row && row.simulated)) the("simulated").hidden = false;
}
