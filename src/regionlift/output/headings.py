"""Heads of the workbooks in words, English and Chinese, and how their numbers are printed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: Formats of Excel by kind of number.
FORMATS = {
    "share": "0.0%", "year": "0", "whole": "#,##0", "large": "#,##0", "middle": "#,##0.00",
    "small": "0.000",
}  # fmt: skip
#: Columns whose unit stands beside them in the column ``unit``.
BY_UNIT = ("value", "low", "high", "baseline")


@dataclass(frozen=True)
class Heading:
    """Title in both languages; ``kind`` is "share", "year", or empty where the value decides."""

    title: str
    zh: str
    kind: str = ""


@cache
def _known() -> dict[str, list[str]]:
    text = (files(__package__) / "headings.toml").read_text("utf-8")
    return tomllib.loads(text)


def heading(sheet: str, name: str, currency: str = "") -> Heading:
    """The head of a column by its machine name; sheets of one phase read as the roadmap.

    Examples
    --------
    >>> heading("core enterprises", "gatekeeper_representative").title
    'Brokerage: gatekeeper or representative'
    >>> heading("chain gaps", "imports", "CNY"), heading("any", "not_listed_yet").title
    (Heading(title='Imports, million CNY', zh='进口（百万CNY）', kind=''), 'Not listed yet')
    """
    place = "roadmap" if sheet.startswith("years ") else sheet
    known = _known()
    found = known.get(f"{place}/{name}") or known.get(name)
    if found is None:
        plain = name.replace("_", " ")
        return Heading(plain[:1].upper() + plain[1:], "")
    title, zh, *kind = found
    money = f"million {currency}".strip()
    return Heading(title.replace("millions", money), zh.replace("百万", f"百万{currency}"),
                   kind[0] if kind else "")  # fmt: skip


def kind_of(value: float, column: str, unit: str = "") -> str:
    """How a number is printed: by its column, by the unit beside it, else by its size.

    Examples
    --------
    >>> kind_of(0.03, "", "share"), kind_of(12345, ""), kind_of(0.031, ""), kind_of(2023, "year")
    ('share', 'whole', 'small', 'year')
    """
    if column:
        return column
    if unit in ("share", "share a year"):
        return "share"
    if isinstance(value, int):
        return "whole"
    size = abs(value)
    return "large" if size >= 1000 else "middle" if size >= 1 or size == 0 else "small"


def wide(text: str) -> int:
    """Columns a text takes: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
