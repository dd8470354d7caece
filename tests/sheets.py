"""Sheets of a written workbook by the machine names of their columns, which are in comments."""

from __future__ import annotations

from typing import Any


def sheet_rows(book: Any, name: str) -> list[dict[str, Any]]:
    """Rows of a sheet; a synthetic workbook says so above the heads. Not for read-only books."""
    lines = list(book[name].iter_rows())
    if str(lines[0][0].value).startswith("SYNTHETIC"):
        lines = lines[1:]
    heads = [cell.comment.text for cell in lines[0]]
    return [dict(zip(heads, (c.value for c in line), strict=True)) for line in lines[1:]]
