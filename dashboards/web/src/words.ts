// Words, numbers and times in the language of the document, times as the city has them.
import german from "../words/de.json";
import english from "../words/en.json";

export type Key = keyof typeof german;

const LANGUAGE = document.documentElement.lang === "en" ? "en" : "de";
const WORDS: Record<Key, string> = LANGUAGE === "en" ? english : german;
const LOCALE = LANGUAGE === "en" ? "en-GB" : "de-DE";
const ZONE = "Europe/Berlin";

export const NONE = "\u2013";

/** Says a sentence; `{name}` stands for a value. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  return WORDS[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** Says a word that is chosen by a code, or another one where there is no such code. */
export function sayCode(prefix: string, code: string | number, otherwise: Key): string {
  const key = `${prefix}_${code}`;
  return key in WORDS ? WORDS[key as Key] : WORDS[otherwise];
}

const digits = [0, 1, 2, 3].map((most) => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: most }));

/** Writes a number; a missing one is said in words, never as zero. */
export function number(value: number | null | undefined, most = 0): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? say("not_known")
    : (digits[most] as Intl.NumberFormat).format(value);
}

/** Writes a number with its unit; the smaller, the more digits. */
export function quantity(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return say("not_known");
  const size = Math.abs(value);
  const text = number(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return unit && unit !== "1" ? `${text}\u00a0${unit}` : text;
}

const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const calendar = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric", timeZone: ZONE });

export const time = (at: number): string => clock.format(at);
export const dayTime = (at: number): string => weekday.format(at);
export const day = (at: string): string => calendar.format(Date.parse(at));
export const name = (row: { name_de: string; name_en: string }): string =>
  LANGUAGE === "en" ? row.name_en : row.name_de;
export const title = (row: { title_de: string; title_en: string }): string =>
  LANGUAGE === "en" ? row.title_en : row.title_de;
