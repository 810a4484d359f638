"""Tables of Markdown, as the pages that are made want them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells are text as it is."""
    lines = [_row(heads), _row(["---"] * len(heads))]
    lines += [_row([str(cell) for cell in row]) for row in rows]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def numbers(values: Iterable[float]) -> str:
    """1, 2, 3; "none" of nothing."""
    return ", ".join(f"{value:g}" for value in values) or "none"
