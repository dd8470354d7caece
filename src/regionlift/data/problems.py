"""What is wrong with a table: where, what was found, what was expected, and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Severity = Literal["error", "warning"]

#: A hint is looked for among at most this many words: a near miss is not worth a minute.
_HINT_WORDS = 5000


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of the audit.

    An ``error`` stops a run; a ``warning`` is printed in the report and the run goes on. Nothing
    is ever repaired: the way out is the reader's to take. ``header`` is what the file itself
    calls the column, where that is another word.
    """

    severity: Severity
    code: str
    found: str
    expected: str
    fix: str
    table: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    sheet: str = ""
    header: str = ""

    @property
    def where(self) -> str:
        """File, sheet, row, table and column, as far as they are known."""
        place = in_sheet(self.file, self.sheet) or self.table or "regionlift.toml"
        if self.row is not None:
            place += f" row {self.row}"
        if self.file and self.table:
            place += f", table {self.table}"
        if self.column:
            place += f", column {self.column}"
        if self.header:
            place += f' ("{self.header}")'
        return place

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}; expected {self.expected}. {self.fix}"


def in_sheet(file: str, sheet: str) -> str:
    """A file with the sheet that is read of it: a workbook may fill many tables.

    Examples
    --------
    >>> in_sheet("book.xlsx", "2-1"), in_sheet("panel.csv", "")
    ('book.xlsx [2-1]', 'panel.csv')
    """
    return f"{file} [{sheet}]" if sheet else file


class DatasetError(Exception):
    """The dataset cannot be used as it is; ``problems`` holds every finding."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        errors = [p for p in problems if p.severity == "error"]
        shown = "\n".join(f"  {p}" for p in errors[:10])
        more = f"\n  ... and {len(errors) - 10} more" if len(errors) > 10 else ""
        super().__init__(f"{len(errors)} problem(s) stop the reading:\n{shown}{more}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest known word, or the empty string; upper and lower case count as one.

    Examples
    --------
    >>> did_you_mean("panels", ["panel", "plan"])
    'Did you mean "panel"? '
    >>> did_you_mean("PANEL.CSV", ["panel.csv"])
    'Did you mean "panel.csv"? '
    """
    near = nearest(word, known)
    return f'Did you mean "{near}"? ' if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to this one, as it is spelled; empty where none is near."""
    spelled: dict[str, str] = {}
    for name in islice(known, _HINT_WORDS):
        spelled.setdefault(name.lower(), name)
    # of two characters one is half: names of Chinese regions are that short
    cutoff = 0.5 if len(word) <= 3 else 0.6
    near = difflib.get_close_matches(word.lower(), spelled, n=1, cutoff=cutoff)
    return spelled[near[0]] if near else ""
