// The city: its places, by key.
import { ask } from "./ask";

export interface Site {
  key: string;
  kind: string;
  name: string;
  longitude: number | null;
  latitude: number | null;
}

export const city = new Map<string, Site>();

let loading: Promise<void> | undefined;

/** Waits until the places are known; what fails is tried again the next time. */
export function known(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<void> {
  for (const one of await ask<Site>("/v1/sites")) city.set(one.key, one);
}

export const nameOf = (key: string): string => city.get(key)?.name ?? key;
export const isJunction = (site: Site): boolean => site.kind === "junction";
