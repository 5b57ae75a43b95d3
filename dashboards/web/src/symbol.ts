// Symbols: every state has a shape of its own, so that nobody needs its colour.
const SVG = "http://www.w3.org/2000/svg";

const SHAPES: Record<string, string> = {
  state_0: "M12 3a9 9 0 1 0 .01 0z",
  state_1: "M12 3a9 9 0 1 0 .01 0z M8 12h8",
  state_2: "M12 3a9 9 0 1 0 .01 0z",
  state_3: "M12 1.5 22.5 12 12 22.5 1.5 12z",
  state_4: "M12 2 23 21.5H1z",
  state_5: "M3 3h18v18H3z",
  state_6: "M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z M8 8l8 8 M16 8l-8 8",
  wlan: "M3 9.5a13 13 0 0 1 18 0 M6.3 13.2a8.2 8.2 0 0 1 11.4 0 M9.6 16.8a3.5 3.5 0 0 1 4.8 0",
  room: "M4 3h16v5H4z M4 10h16v5H4z M4 17h16v5H4z",
  light_green: "M4 12.5l5.5 5.5L20 6.5",
  light_amber: "M12 2 23 21.5H1z M12 9v5.5 M12 17.5v.6",
  light_red: "M3 3h18v18H3z M8 8l8 8 M16 8l-8 8",
  light_missing: "M5 12h14",
  light_none: "M5 12h14",
};

/** Draws a symbol; the word beside it says the same, so that it is hidden from screen readers. */
export function symbol(name: string): SVGElement {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("class", `symbol ${name.replace("_", "-")}`);
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name] ?? SHAPES.state_0 ?? "");
  drawn.append(path);
  return drawn;
}
