"""Missing tables and columns by their titles: what a reader would ask a colleague for."""

from __future__ import annotations

import re

from regionlift.data.contract import Table, contract

_NAMES = r"\w+(?:, \w+)*"
_COLUMNS = re.compile(rf"\bcolumns? ({_NAMES}) of table (\w+)")
_TABLE = re.compile(rf"\b(?:the |a )?table (\w+)(?: \(({_NAMES})\))?")


def in_titles(text: str) -> str:
    """A sentence with the tables and columns of the contract it names by their titles.

    Columns of a table that is missing whole are left out: the contract lists them.

    Examples
    --------
    >>> in_titles("add column value_added of table panel")
    'add “Value added” (增加值) in the table “Region x industry x year” (地区行业年度面板)'
    >>> in_titles("add table spend (year, amount)"), in_titles("more years")
    ('add the table “Policy spending” (政策资金)', 'more years')
    >>> in_titles("a table concordance; the table of patents")
    'the table “Technologies to industries” (技术行业对照); the table of patents'
    """
    return _TABLE.sub(_whole, _COLUMNS.sub(_some, text))


def _some(found: re.Match[str]) -> str:
    table = contract().get(found[2])
    if table is None:
        return found[0]
    known = set(table.names())
    names = found[1].split(", ")
    if not known.issuperset(names):
        return found[0]
    columns = [table.column(name) for name in names]
    said = ", ".join(f"“{c.title}” ({c.title_zh})" for c in columns)
    return f"{said} in {_titled(table)}"


def _whole(found: re.Match[str]) -> str:
    table = contract().get(found[1])
    return found[0] if table is None else _titled(table)


def _titled(table: Table) -> str:
    return f"the table “{table.title}” ({table.title_zh})"
