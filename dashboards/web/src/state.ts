// The traffic state of every junction: the newest minute of each direction, as it was loaded or pushed.
import { now } from "./ask";
import { city, isJunction } from "./city";

export interface Direction {
  site: string;
  window_start: string;
  bearing_deg: number;
  width_s: number;
  simulated: boolean;
  flow_veh_h: number | null;
  flow_smoothed_veh_h: number | null;
  speed_kmh: number | null;
  speed_smoothed_kmh: number | null;
  quality_ratio: number | null;
  interpolated: boolean;
  state_nrw: number;
}

const FRESH_MS = 10 * 60_000;
/** So long a minute may be without a statement because not all of its lanes have reported yet. */
const SETTLING_MS = 3 * 60_000;
export const SILENT = 0;
export const UNKNOWN = 1;
export const LIVELY = 3;

const newest = new Map<string, Direction>();

const end = (row: Direction): number => Date.parse(row.window_start) + 1000 * row.width_s;

export const isFresh = (row: Direction): boolean => now() - end(row) < FRESH_MS;
export const endOf = end;

/** Takes rows in; an older one never replaces a newer one, nor an unfinished minute the last that says something. */
export function take(rows: Direction[]): void {
  for (const row of rows) {
    const key = `${row.site} ${row.bearing_deg}`;
    const known = newest.get(key);
    const later_ms = known ? end(row) - end(known) : 0;
    const unfinished = known && known.state_nrw > UNKNOWN && row.state_nrw <= UNKNOWN && later_ms < SETTLING_MS;
    if (!known || (later_ms >= 0 && !unfinished)) newest.set(key, row);
  }
}

/** Every direction, in the order of its place's name. */
export function directions(): Direction[] {
  const name = (row: Direction): string => city.get(row.site)?.name ?? row.site;
  return [...newest.values()].sort((a, b) => name(a).localeCompare(name(b)) || a.bearing_deg - b.bearing_deg);
}

/** Keys of all places with traffic, measured or to be measured. */
export function junctions(): string[] {
  const found = new Set([...newest.values()].map((row) => row.site));
  for (const site of city.values()) if (isJunction(site)) found.add(site.key);
  return [...found].sort((a, b) => (city.get(a)?.name ?? a).localeCompare(city.get(b)?.name ?? b));
}

/** State of a place: the worst of its directions, 0 where nothing came for ten minutes. */
export function stateOf(site: string): number {
  const fresh = [...newest.values()].filter((row) => row.site === site && isFresh(row));
  return fresh.length ? Math.max(UNKNOWN, ...fresh.map((row) => row.state_nrw)) : SILENT;
}
