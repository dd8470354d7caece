"""The cells of one file, as they stand in it, and the place they stand at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, Severity, in_sheet

#: Row number of a record in its own file, as an editor or Excel shows it.
ROW = "_row"

#: At most this many rows of one kind of problem in one column are listed one by one.
LISTED = 1000

#: So many first rows are kept as they are, to look for a header further down.
HEAD = 20


@dataclass(frozen=True)
class Place:
    """Where a source lives: its table, its path, the name printed for it, and its sheet.

    ``headers`` gives the file's own word for each column of the table, once they are known, and
    ``rules`` the entries of its source.
    """

    table: str
    path: Path
    name: str
    sheet: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)
    rules: Source | None = field(default=None, compare=False)

    def problem(
        self,
        code: str,
        found: str,
        expected: str,
        fix: str,
        *,
        row: int | None = None,
        column: str = "",
        severity: Severity = "error",
    ) -> Problem:
        """A problem at this place, an error if nothing else is said."""
        header = self.headers.get(column, "")
        return Problem(
            severity, code, found, expected, fix, self.table, self.name, row, column, self.sheet,
            header if header != column else "",
        )  # fmt: skip

    def recoding(self, column: str, codes: Mapping[str, str], *, others: bool = False) -> str:
        """The line of the manifest that recodes these values of a column, to be pasted.

        ``others`` says that values outside the list are right as they are.
        """
        pairs = ", ".join(f"{quoted(code)} = {quoted(value)}" for code, value in codes.items())
        entry = "[names]" if self.table == "names" else f"[[tables.{self.table}]]"
        under = f"under {entry} of {in_sheet(self.name, self.sheet)}"
        given = self.rules.values if self.rules is not None else {}
        if column in given:
            return f"Add {pairs} to values.{column} {under}."
        keep = f' and unlisted.{column} = "keep"' if others else ""
        return f"Write values.{column} = {{ {pairs} }}{keep} {under}."

    def dropping(self, column: str, cell: str) -> str:
        """How rows with this cell, such as subtotals and notes, are taken out of what is read."""
        header = self.headers.get(column, "")
        if not header:
            return ""
        rule = f"{quoted(header)} = [{quoted(cell)}]"
        how = self.entry("drop", rule)
        return f" If the row is a subtotal or a note, leave it out: {how}."

    def entry(self, entry: str, pairs: str) -> str:
        """An entry of the file's source with these pairs, or what to add where it is there."""
        there = self.rules is not None and getattr(self.rules, entry)
        return f"add {pairs} to {entry}" if there else f"{entry} = {{ {pairs} }}"


def quoted(text: str) -> str:
    """Text as TOML writes it.

    Examples
    --------
    >>> print(quoted('专精特新"小巨人"'))
    "专精特新\\"小巨人\\""
    """
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True)
class Odd:
    """A cell that is not a value: a formula, or an error a spreadsheet shows (#N/A)."""

    row: int
    header: str
    cell: str
    text: str


@dataclass(frozen=True)
class Cells:
    """Cells of a file under its headers, with the column :data:`ROW`.

    Headers are trimmed; a header that comes again is numbered, ``region (2)``, and is listed in
    ``twice``. A column without a header and without values is left out. ``problems`` are those of
    single rows; they count only once the headers are right, for under a wrong header every row
    looks wrong. ``head`` holds the first rows as they are. ``merged`` are the areas of merged
    cells, as (header of their first column, first row, last row).
    """

    frame: pl.DataFrame
    head: list[tuple[int, list[str]]]
    twice: frozenset[str] = frozenset()
    odd: list[Odd] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    merged: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def headers(self) -> list[str]:
        """Headers of the file, in order."""
        return [name for name in self.frame.columns if name != ROW]


def letter(index: int) -> str:
    """Name of a column in a spreadsheet, counted from 0.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def distinct(raw: Iterable[str]) -> tuple[list[str], frozenset[str]]:
    """Headers made distinct, and those that came more than once."""
    count: dict[str, int] = {ROW: 1}
    names: list[str] = []
    for index, word in enumerate(raw):
        header = word.strip() or f"(column {letter(index)}, no header)"
        count[header] = count.get(header, 0) + 1
        name = header if count[header] == 1 else f"{header} ({count[header]})"
        while name in names:
            name += "'"
        names.append(name)
    return names, frozenset(h for h, n in count.items() if n > 1 and h != ROW)


def without_empty(frame: pl.DataFrame, unnamed: Iterable[str]) -> pl.DataFrame:
    """The frame without those unnamed columns in which every cell is empty."""
    empty = [n for n in unnamed if not (frame[n].fill_null("").str.strip_chars() != "").any()]
    return frame.drop(empty)


def nothing(place: Place, found: str) -> Problem:
    """The problem of a file, or sheet, in which there is no row."""
    return place.problem(
        "empty-file", found, "a header and rows",
        "Export the table again, or take the entry out of the manifest.",
    )  # fmt: skip
