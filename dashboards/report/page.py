"""The report's frame: one HTML file that loads nothing, reads without colours and prints on A4."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

STYLE = """\
:root { color-scheme: light; }
body { font: 11pt/1.45 system-ui, "Liberation Sans", sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem;
  color: #111; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.2; }
h2 { font-size: 1.25rem; margin-top: 2rem; border-bottom: 2px solid #111; }
table { border-collapse: collapse; width: 100%; margin-block: .75rem; font-size: .9em; }
caption { text-align: left; font-weight: bold; padding-block: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border: 1px solid #767676;
  overflow-wrap: break-word; }
thead th { background: #eee; }
td.number { text-align: right; white-space: nowrap; }
small { font-size: .85em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
.green { color: #0b5d1e; } .amber { color: #7a4b00; } .red { color: #a30000; } .none { color: #444; }
strong.green, strong.amber, strong.red, strong.none { white-space: nowrap; }
.notice { border: 2px solid #111; padding: .5rem .75rem; }
@page { size: A4 landscape; margin: 12mm 14mm; }
@media print {
  body { font-size: 8.5pt; line-height: 1.35; max-width: none; padding: 0; }
  h1 { margin-top: 0; }
  h2 { margin-top: 1.25rem; }
  th, td { padding: .12rem .35rem; }
  dl { break-inside: avoid; }
  p { orphans: 3; widows: 3; }
  #anhang { break-before: page; }
  #anhang table { font-size: .8em; }
  thead { display: table-header-group; break-after: avoid; }
  tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""

Cell = str
"""HTML; what comes from the store is escaped by who makes it."""


def page(title: str, body: str) -> str:
    """Give the whole file."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="de">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def section(anchor: str, title: str, *parts: str) -> str:
    """Give a section with its heading."""
    text = "\n".join(part for part in parts if part)
    return f'<section id="{anchor}" aria-labelledby="{anchor}-h">\n<h2 id="{anchor}-h">{title}</h2>\n{text}\n</section>'


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[int] = ()) -> str:
    """Give a table whose first column names its rows; without rows a sentence.

    Parameters
    ----------
    caption : str
        What it shows, as HTML.
    heads : sequence of str
        Heads of its columns.
    rows : sequence
        Cells, as HTML.
    numbers : sequence of int
        Columns of numbers, which stand on the right.
    """
    if not rows:
        return f"<p>{caption}: keine Einträge.</p>"
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    lines = []
    for first, *rest in rows:
        cells = "".join(
            f'<td class="number">{one}</td>' if column in numbers else f"<td>{one}</td>"
            for column, one in enumerate(rest, 1)
        )
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    body = "\n".join(lines)
    return f"<table>\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Give a list of names and values."""
    return "<dl>\n" + "\n".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in pairs) + "\n</dl>"


def english(text: str) -> str:
    """Mark a text from the store as English."""
    return f'<span lang="en">{escape(text)}</span>' if text else ""
