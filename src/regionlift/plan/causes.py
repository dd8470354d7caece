"""Why a number differs between two runs: data revised, the world moved on, or settings moved.

Same evidence id, other rows behind it: a revision, or a real change where only rows of newer years
came in. A newer period of the same measure and subject: a real change. Same rows, other settings:
the settings. Where both moved and the rows do not tell, that is what is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import polars as pl

import regionlift.measures  # noqa: F401  registers every measure
from regionlift.evidence.measure import Measure, registry
from regionlift.plan.vintage import YEARS, Vintage, end_year


class Cause(StrEnum):
    """Classes of a difference; every number of either run is in exactly one."""

    UNCHANGED = "unchanged"
    REVISION = "data revision"
    REAL = "real change"
    SETTINGS = "settings"
    UNTOLD = "cannot tell"


class Why(NamedTuple):
    """The class of a difference with its reason."""

    cause: Cause
    reason: str


Row = Mapping[str, Any]

#: What makes two numbers the same.
SAME = ("value", "low", "high", "status")

_SAME_ROWS = "the rows behind it are the same"


@dataclass
class Classifier:
    """Classes of the numbers of two runs, by id.

    ``before`` and ``after`` are the numbers by id, ``moved`` whether any setting differs.
    """

    old: Vintage
    new: Vintage
    before: Mapping[str, Row]
    after: Mapping[str, Row]
    moved: bool
    _done: dict[str, Why] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old_series = _series(self.before)
        self._new_series = _series(self.after)
        self.revised = {
            name for name in {*self.old.files, *self.new.files}
            if self.old.files.get(name) != self.new.files.get(name)
        }  # fmt: skip

    def why(self, id: str) -> Why:
        """The class of a number that is in either run."""
        if id not in self._done:
            self._done[id] = Why(Cause.UNTOLD, "it stands on itself")
            self._done[id] = self._why(id)
        return self._done[id]

    def _why(self, id: str) -> Why:
        a, b = self.before.get(id), self.after.get(id)
        if a is None and b is not None:
            return self._came(b)
        if b is None and a is not None:
            return self._went(a)
        if a is None or b is None:
            raise KeyError(id)
        if same(a, b):
            return Why(Cause.UNCHANGED, "")
        return self._differs(a, b)

    def _differs(self, a: Row, b: Row) -> Why:
        if not self.revised:
            # nothing else is left: not one file differs
            return Why(Cause.SETTINGS, "the data are the same")
        inputs = {*self.old.numbers_behind(a["sql"]), *self.new.numbers_behind(b["sql"])}
        if inputs:
            return self._inherited(inputs)
        return self._by_rows(a, b)

    def _inherited(self, inputs: set[str]) -> Why:
        """From the numbers it was computed from: a revision outweighs newer years."""
        found = {self.why(i).cause for i in sorted(inputs)}
        for cause in (Cause.REVISION, Cause.REAL, Cause.UNTOLD, Cause.SETTINGS):
            if cause in found:
                return Why(cause, "as the numbers it is computed from")
        if self.moved:
            return Why(Cause.SETTINGS, "the numbers it is computed from are the same")
        return Why(Cause.REVISION, "the numbers it is computed from are the same; what they are "
                   "compared with was revised")  # fmt: skip

    def _by_rows(self, a: Row, b: Row) -> Why:
        if a["sql"] and b["sql"]:
            lost, gained = differing(self.old.behind(a["sql"]), self.new.behind(b["sql"]))
            if lost.height or gained.height:
                if not lost.height and self._newer(gained):
                    return Why(Cause.REAL, f"{gained.height} rows of newer years came in")
                return Why(Cause.REVISION, f"rows behind it differ: {lost.height} gone, "
                           f"{gained.height} new")  # fmt: skip
        if not self.moved:
            return Why(Cause.REVISION, f"{_SAME_ROWS}; others of the same tables were revised"
                       if a["sql"] else "data revised; its rows are not told")  # fmt: skip
        touched = self.revised & (self.old.data_of(a["sql"]) | self.new.data_of(b["sql"]))
        if a["value"] == b["value"] and a["status"] == b["status"]:
            return Why(Cause.SETTINGS, f"{_SAME_ROWS}; only its interval moved")
        if a["sql"] and not touched:
            return Why(Cause.SETTINGS, f"{_SAME_ROWS}, and so are their tables")
        if _free(a["measure"]):
            return Why(Cause.REVISION, f"{_SAME_ROWS}; others of the same tables were revised, and "
                       "no setting bears on its value")  # fmt: skip
        return Why(Cause.UNTOLD, f"{_SAME_ROWS}, but both other data and settings moved: run the "
                   "new data with the old settings")  # fmt: skip

    def _came(self, b: Row) -> Why:
        """A number that only the later run has."""
        year = end_year(b["period"])
        earlier = self._old_series.get((b["measure"], b["subject"]))
        newer = year is not None and year > self.old.last
        grown = self.new.last > self.old.last
        if earlier is not None and grown and (newer or (year or 0) > earlier):
            return Why(Cause.REAL, "a newer period")
        if self.moved and self._same_rows(b["sql"]):
            return Why(Cause.SETTINGS, f"{_SAME_ROWS} in the earlier run")
        if newer:
            return Why(Cause.REAL, "new, in a newer period")
        if not self.revised:
            return Why(Cause.SETTINGS, "the data are the same")
        return Why(Cause.REVISION, "data that were not there before")

    def _went(self, a: Row) -> Why:
        """A number that only the earlier run has."""
        later = self._new_series.get((a["measure"], a["subject"]))
        year = end_year(a["period"]) or 0
        if later is not None and later > year and self.new.last > self.old.last:
            return Why(Cause.REAL, "a newer period stands in its place")
        if self.moved and self._same_rows(a["sql"]):
            return Why(Cause.SETTINGS, f"{_SAME_ROWS} in the later run")
        if not self.revised:
            return Why(Cause.SETTINGS, "the data are the same")
        if self.new.last > self.old.last and later is None:
            return Why(Cause.REAL, "no longer there")
        return Why(Cause.REVISION, "its data are no longer there")

    def _same_rows(self, sql: str) -> bool:
        """Whether a query gives the same in both ledgers; not where it reads other numbers."""
        if not sql or "quantities" in sql:
            return not self.revised
        lost, gained = differing(self.old.behind(sql), self.new.behind(sql))
        return not lost.height and not gained.height

    def _newer(self, rows: pl.DataFrame) -> bool:
        """Whether all these rows are of years after the earlier run's data."""
        years = [c for c in YEARS if c in rows.columns]
        if not years:
            return False
        told = rows.select(pl.max_horizontal(pl.col(c).cast(pl.Int64) for c in years)).to_series()
        return bool((told > self.old.last).fill_null(False).all())


def same(a: Row, b: Row) -> bool:
    """Whether two numbers are the same but for rounding."""
    return all(_close(a[c], b[c]) for c in SAME)


def _close(x: object, y: object) -> bool:
    if isinstance(x, float) and isinstance(y, float):
        return abs(x - y) <= 1e-9 * max(abs(x), abs(y))
    return x == y


def _free(measure: str) -> bool:
    """Whether the value of a measure follows from tables alone: those of the panel and links.

    The window of a change is part of its period, so that it is another number then.
    """
    found = registry().get(measure)
    return isinstance(found, Measure) and set(found.needs) <= {"panel", "links", "regions"}


def _series(rows: Mapping[str, Row]) -> dict[tuple[str, str], int]:
    """Measure and subject -> last year there is a number of."""
    found: dict[tuple[str, str], int] = {}
    for row in rows.values():
        key = (row["measure"], row["subject"])
        found[key] = max(found.get(key, 0), end_year(row["period"]) or 0)
    return found


def differing(a: pl.DataFrame, b: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that only one of two counted frames has, as often as it has them."""
    if a.columns != b.columns:
        return a, b
    on = a.columns
    return (a.join(b, on=on, how="anti", nulls_equal=True),
            b.join(a, on=on, how="anti", nulls_equal=True))  # fmt: skip
