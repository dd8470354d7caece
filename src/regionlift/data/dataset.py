"""The dataset: a folder's tables, read once, never changed after."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import duckdb
import narwhals as nw
import polars as pl

from regionlift.data.assemble import STATUS
from regionlift.data.check import Audit, SourceFile, check
from regionlift.data.contract import contract
from regionlift.data.counted import with_subclass
from regionlift.data.manifest import Manifest
from regionlift.data.own_supply import with_local_supply
from regionlift.data.patents.merging import with_names
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.data.scope import Industry, Scope
from regionlift.evidence.quantity import Provenance


@dataclass(frozen=True, repr=False)
class Dataset:
    """Tables of the contract with their scope and manifest; read-only.

    Number columns stand beside ``<column>__status``; ``_rows`` names the file and row of each
    record; ``codes`` have the ``subclass`` they are counted in.
    """

    folder: Path
    manifest: Manifest
    scope: Scope
    tables: Mapping[str, pl.DataFrame]
    sources: tuple[SourceFile, ...]
    warnings: tuple[Problem, ...]
    dropped: Mapping[str, int]
    without: tuple[str, ...] = ()

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table is there with all these columns."""
        return table in self.tables and set(columns) <= set(self.tables[table].columns)

    def lacks(self, needs: Mapping[str, tuple[str, ...]]) -> str:
        """Which of the needed tables and columns are not there, in words; empty if none."""
        gaps = []
        for table, columns in needs.items():
            if table not in self.tables:
                gaps.append(f"table {table}" + (f" ({', '.join(columns)})" if columns else ""))
            elif absent := [c for c in columns if c not in self.tables[table].columns]:
                noun = "column" if len(absent) == 1 else "columns"
                gaps.append(f"{noun} {', '.join(absent)} of table {table}")
        return "; ".join(gaps)

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """In-process DuckDB with every table under its own name, as the ledger has them."""
        # one thread: sums of floats then come in one order, and a run gives the same digits again
        connection = duckdb.connect(config={"threads": 1})
        for name, frame in self.tables.items():
            connection.register(name, frame)
        return connection

    def lazy(self, table: str) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """A table as a narwhals frame over DuckDB, for aggregations over events."""
        return nw.from_native(self.connection.table(table))

    @property
    def block(self) -> tuple[Industry, ...]:
        """Sub-industries of the equipment block in force."""
        whole = self.scope.block(self.manifest.dataset.include)
        return tuple(i for i in whole if i.code not in self.without)

    @property
    def high_tech(self) -> tuple[str, ...]:
        """Codes of the block's high-tech sub-industries."""
        return tuple(i.code for i in self.block if i.tier in self.scope.high_tech)

    def narrowed(self, without: tuple[str, ...]) -> Dataset:
        """The same tables read without some sub-industries, such as suppressed ones.

        Raises
        ------
        LookupError
            If one of them is not in the block, or nothing would be left.
        """
        codes = [i.code for i in self.block]
        for code in without:
            if code not in codes:
                raise LookupError(
                    f'no sub-industry "{code}" in the block. {did_you_mean(code, codes)}'
                    f"The block is {', '.join(codes)}"
                )
        if set(codes) <= set(without):
            raise LookupError("no sub-industry would be left in the block")
        return replace(self, without=(*self.without, *without))

    @property
    def base_industry(self) -> str:
        """Code of the panel's row that the block is read against."""
        return self.manifest.dataset.base_industry or self.scope.total

    def regions(self) -> list[str]:
        """Regions of the panel, without the reference region; without a panel, of the orgs."""
        table = next((t for t in ("panel", "orgs") if self.has(t, "region")), None)
        if table is None:
            return []
        names = self.tables[table]["region"].drop_nulls().unique().sort().to_list()
        return [name for name in names if name != self.manifest.dataset.reference_region]

    def region(self, name: str = "") -> str:
        """The region asked for, or the manifest's own.

        Raises
        ------
        LookupError
            If neither is in the tables.
        """
        wanted = name or self.manifest.dataset.region
        known = self.regions()
        if wanted in known:
            return wanted
        if not wanted:
            shown = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
            raise LookupError(f"no region named; give one with --region. There are: {shown}")
        where = "the dataset" if known else "the dataset: it has no panel and no orgs table"
        if "panel" in self.tables:
            where = "the panel table"
        hint = did_you_mean(wanted, known)
        raise LookupError(f'no region "{wanted}" in {where}. {hint}')

    def unit(self, pattern: str) -> str:
        """A unit with this dataset's currency and base year filled in."""
        identity = self.manifest.dataset
        year = str(identity.base_year or "base-year") + " prices"
        return pattern.replace("{currency}", identity.currency).replace("{base_year}", year)

    def provenance(self, table: str, *columns: str) -> Provenance:
        """The weakest provenance among these columns: claimed, then derived, then observed."""
        sources = self.manifest.tables.get(table, ())
        found = set()
        for column in columns:
            # a column that no source maps by name may come from any of them
            givers = [s for s in sources if column in s.columns] or sources
            found |= {source.provenance_of(column) for source in givers}
        for weakest in (Provenance.CLAIMED, Provenance.DERIVED):
            if weakest in found:
                return weakest
        return Provenance.OBSERVED

    def broken(self, table: str, columns: tuple[str, ...], region: str = "") -> dict[int, str]:
        """Year -> reason of each unbridged break in these columns (of that region)."""
        return {
            item.year: item.reason
            for item in self.manifest.breaks
            if item.table == table
            and not item.bridged
            and set(columns) & set(item.columns)
            and (not item.regions or not region or region in item.regions)
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the manifest, the scope and every file: equal inputs, equal hash."""
        digest = hashlib.sha256()
        digest.update(self.manifest.model_dump_json().encode())
        digest.update(self.scope.model_dump_json().encode())
        digest.update(",".join(self.without).encode())
        for source in self.sources:
            digest.update(f"{source.table}|{source.file}|{source.sha256}\n".encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        sizes = " · ".join(f"{name} {frame.height:,}" for name, frame in self.tables.items())
        return f"Dataset({self.manifest.dataset.title!r}: {sizes})"


def open_dataset(folder: Path | str) -> Dataset:
    """Read a dataset folder.

    Raises
    ------
    DatasetError
        If the audit finds errors; it holds all of them.
    """
    return from_audit(check(folder))


def from_audit(audit: Audit) -> Dataset:
    """The dataset of an audit without errors.

    Raises
    ------
    DatasetError
        If there are errors, or no table at all.
    """
    if audit.errors or audit.manifest is None or audit.scope is None:
        raise DatasetError(audit.problems)
    return Dataset(
        audit.folder,
        audit.manifest,
        audit.scope,
        MappingProxyType(completed(with_names(audit.tables))),
        tuple(audit.sources),
        tuple(audit.problems),
        MappingProxyType(dict(audit.dropped)),
    )


def completed(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with what follows from them alone: flows from ratios, classes as counted."""
    return with_subclass(with_local_supply(tables))


def years_of(frame: pl.DataFrame) -> tuple[int, int] | None:
    """First and last year of a table, by the first year column it has."""
    for name in ("year", "start_year", "app_year", "start"):
        if name in frame.columns and frame[name].drop_nulls().len():
            years = frame[name].drop_nulls()
            return int(years.min()), int(years.max())  # type: ignore[arg-type]
    return None


def number_columns(table: str, frame: pl.DataFrame) -> list[str]:
    """Number columns of the contract that the frame has."""
    return [name for name in contract()[table].numbers() if name + STATUS in frame.columns]
