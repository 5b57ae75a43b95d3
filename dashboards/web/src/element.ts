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

/** Makes a table that scrolls by itself, with the keyboard too; its first column names the rows. */
export function table<Row>(caption: string, columns: Column<Row>[], rows: Row[]): HTMLElement {
  const head = columns.map((one) => element("th", one.number ? { scope: "col", class: "number" } : { scope: "col" }, one.title));
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...columns.map((one, place) =>
        place === 0
          ? element("th", { scope: "row" }, one.cell(row))
          : element("td", one.number ? { class: "number" } : {}, one.cell(row)),
      ),
    ),
  );
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
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
