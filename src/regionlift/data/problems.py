"""What is wrong with a table: where, what was found, what was expected, and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of the audit.

    An ``error`` stops a run; a ``warning`` is printed in the report and the run goes on. Nothing
    is ever repaired: the way out is the reader's to take.
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

    @property
    def where(self) -> str:
        """File, row and column, as far as they are known."""
        place = self.file or self.table or "regionlift.toml"
        if self.row is not None:
            place += f" row {self.row}"
        if self.column:
            place += f", column {self.column}"
        return place

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}; expected {self.expected}. {self.fix}"


class DatasetError(Exception):
    """The dataset cannot be used as it is; ``problems`` holds every finding."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        errors = [p for p in problems if p.severity == "error"]
        shown = "\n".join(f"  {p}" for p in errors[:10])
        more = f"\n  ... and {len(errors) - 10} more" if len(errors) > 10 else ""
        super().__init__(f"{len(errors)} problem(s) stop the reading:\n{shown}{more}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest known word, or the empty string.

    Examples
    --------
    >>> did_you_mean("panels", ["panel", "plan"])
    'Did you mean "panel"? '
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"? ' if near else ""
