"""Results as Markdown, on the screen and in a section of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table; the first column is text, the others are figures."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_section(page: Path, heading: str, text: str) -> None:
    """Replace what stands under a second-level heading of a page; append it where there is none.

    Parameters
    ----------
    page : Path
        A Markdown file that exists.
    heading : str
        Without the number signs.
    text : str
        What is to stand there; may hold headings of the third level.
    """
    old = page.read_text(encoding="utf-8")
    section = f"## {heading}\n\n{text.strip()}\n"
    found = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", old, re.DOTALL | re.MULTILINE)
    if found is None:
        new = f"{old.rstrip()}\n\n{section}"
    else:
        rest = old[found.end() :]
        new = old[: found.start()] + section + (f"\n{rest}" if rest else "")
    page.write_text(new, encoding="utf-8")
