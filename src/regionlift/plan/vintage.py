"""One finished run, as a later one is compared with it: its record, its ledger, the rows behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regionlift.evidence.ledger import LEDGER
from regionlift.plan.context import RECORD

#: Columns that tell which year a row of the data is of.
YEARS = ("year", "app_year", "start_year")

#: Where the rows of a number are other numbers: which.
_OF_NUMBERS = re.compile(r"^SELECT .*? FROM quantities\b", re.DOTALL)


@dataclass(frozen=True)
class Vintage:
    """A run in its folder, with its ledger open for reading."""

    folder: Path
    record: Mapping[str, Any]
    ledger: duckdb.DuckDBPyConnection
    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """Tables of the ledger."""
        return frozenset(row[0] for row in self.ledger.execute("SHOW TABLES").fetchall())

    def table(self, name: str) -> pl.DataFrame:
        """A table of the ledger; without rows and columns where it is not there."""
        if name not in self.names:
            return pl.DataFrame()
        found: pl.DataFrame = self.ledger.sql(f'SELECT * FROM "{name}"').pl()
        return found

    @property
    def region(self) -> str:
        """The region studied."""
        return str(self.record["region"])

    @cached_property
    def files(self) -> dict[str, frozenset[str]]:
        """Table of the contract -> hashes of its files."""
        found: dict[str, set[str]] = {}
        for source in self.record["inputs"]:
            found.setdefault(source["table"], set()).add(source["sha256"])
        return {name: frozenset(hashes) for name, hashes in found.items()}

    @cached_property
    def last(self) -> int:
        """Last year any table of the data tells of; 0 where none does."""
        found = [0]
        for name in self.files.keys() & self.names:
            columns = {row[0] for row in self.ledger.execute(f'DESCRIBE "{name}"').fetchall()}
            for year in columns & set(YEARS):
                rows = self.ledger.execute(f'SELECT max({year}) FROM "{name}"').fetchall()
                found += [int(row[0]) for row in rows if row[0] is not None]
        return max(found)

    def behind(self, sql: str) -> pl.DataFrame:
        """Rows of a number with how often each comes; where they stand in a file is left out."""
        if sql not in self._rows:
            rows = self.ledger.sql(sql).pl().drop("_rows", "evidence", strict=False)
            text = rows.select(pl.all().cast(pl.String, strict=False))
            self._rows[sql] = text.group_by(text.columns).len("times").sort(text.columns)
        return self._rows[sql]

    def numbers_behind(self, sql: str) -> list[str]:
        """Ids of the numbers a number was computed from; empty where it stands on data."""
        if not _OF_NUMBERS.match(sql):
            return []
        ids = _OF_NUMBERS.sub("SELECT id FROM quantities", sql, count=1)
        return [row[0] for row in self.ledger.execute(ids).fetchall()]

    def data_of(self, sql: str) -> frozenset[str]:
        """Tables of the data that a query reads."""
        return frozenset(n for n in self.files if re.search(rf'\b{n}\b', sql))


def open_vintage(folder: Path | str) -> Vintage:
    """Open a finished run for comparison.

    Raises
    ------
    FileNotFoundError
        If the folder is no finished run.
    """
    path = Path(folder)
    if not (path / LEDGER).is_file() or not (path / RECORD).is_file():
        raise FileNotFoundError(f"no finished run in {path}: {LEDGER} and {RECORD} are needed")
    record = json.loads((path / RECORD).read_text("utf-8"))
    return Vintage(path, record, duckdb.connect(str(path / LEDGER), read_only=True))


def refuse_unlike(old: Vintage, new: Vintage) -> None:
    """Refuse runs whose numbers are not about the same.

    Raises
    ------
    ValueError
        If region, scope, block or left-out sub-industries differ.
    """
    if old.region != new.region:
        raise ValueError(
            f"{old.folder} is a run of {old.region}, {new.folder} of {new.region}: only runs of "
            "one region can be compared"
        )
    for key, what in (("scope", "scope"), ("block", "sub-industries of the block"),
                      ("without", "sub-industries left out")):  # fmt: skip
        before, after = old.record.get(key), new.record.get(key)
        # a run of an earlier version says nothing of its scope
        if before is not None and after is not None and before != after:
            raise ValueError(
                f"the runs differ in {what}: {_said(before)} in {old.folder}, {_said(after)} in "
                f"{new.folder}; every number is about something else. Run one of them again with "
                f"the same {'--without' if key == 'without' else 'scope'}."
            )


def _said(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def end_year(period: str) -> int | None:
    """Last year a period names; None where it names none.

    Examples
    --------
    >>> end_year("2018-2023"), end_year("2018-2020 to 2021-2023"), end_year("5 years")
    (2023, 2023, None)
    """
    years = re.findall(r"(?<!\d)\d{4}(?!\d)", period)
    return int(years[-1]) if years else None
