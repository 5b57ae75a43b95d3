// Elements: made of text and of one another; no HTML passes through here, so nothing needs escaping.
export type Child = Node | string;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Gives an element that the page has. */
export function the(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Child;
  number?: boolean;
}

/**
 * Makes a table that scrolls by itself, with the keyboard too; its first column names the rows.
 *
 * Roles are said again because a stacked table, on a phone or at 400 %, would lose them with its display.
 */
export function table<Row>(caption: string, columns: Column<Row>[], rows: Row[], stacked = false): HTMLElement {
  const kind = (one: Column<Row>): string => (one.number ? "number" : "");
  const head = columns.map((one) =>
    element("th", { scope: "col", role: "columnheader", class: kind(one) }, one.title),
  );
  const body = rows.map((row) =>
    element(
      "tr",
      { role: "row" },
      ...columns.map((one, place) =>
        place === 0
          ? element("th", { scope: "row", role: "rowheader" }, one.cell(row))
          : element("td", { role: "cell", class: kind(one), "data-title": one.title }, one.cell(row)),
      ),
    ),
  );
  return element(
    "div",
    { class: stacked ? "scroll stacked" : "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element(
      "table",
      { role: "table" },
      element("caption", {}, caption),
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...head)),
      element("tbody", { role: "rowgroup" }, ...body),
    ),
  );
}

/** Hides a long table behind a button, and remembers in the page whether it was opened. */
export function folded(summary: string, inside: HTMLElement, before: HTMLElement): HTMLElement {
  const open = [...before.querySelectorAll("details")].some(
    (one) => one.open && one.querySelector("summary")?.textContent === summary,
  );
  const made = element("details", {}, element("summary", {}, summary), inside);
  made.open = open;
  return made;
}
