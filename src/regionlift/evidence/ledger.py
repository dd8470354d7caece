"""Ledger: one DuckDB file a run, from which anyone can check every number with plain SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regionlift.evidence.quantity import Quantity, from_row

LEDGER = "evidence.duckdb"


def write_ledger(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write every frame as a table of that name into a DuckDB file, new or not."""
    with duckdb.connect(str(path)) as connection:
        for name, frame in tables.items():
            if frame.width == 0:
                continue
            connection.register("incoming", frame)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')
            connection.unregister("incoming")


@dataclass(frozen=True)
class Trace:
    """A number with all that is behind it.

    ``rows`` is how many rows the query gives now; ``first`` holds the first of them.
    """

    quantity: Quantity
    definition: dict[str, Any]
    rows: int
    first: pl.DataFrame
    sources: pl.DataFrame


def trace(out: Path | str, id: str, first: int = 10) -> Trace:
    """Look up one number in the ledger of a run.

    Parameters
    ----------
    out : the run's output folder, or the ledger file itself
    id : evidence id, as printed in the report and the lists

    Raises
    ------
    FileNotFoundError
        If there is no ledger.
    LookupError
        If it has no such id; the message names the nearest ones.
    """
    path = Path(out)
    path = path / LEDGER if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"no ledger at {path}; run `regionlift run` first")
    with duckdb.connect(str(path), read_only=True) as ledger:
        return _read(ledger, id, first)


def _read(ledger: duckdb.DuckDBPyConnection, id: str, first: int) -> Trace:
    found = ledger.sql("SELECT * FROM quantities WHERE id = ?", params=[id]).pl().to_dicts()
    if not found:
        near = ledger.execute(
            "SELECT id FROM quantities ORDER BY jaro_winkler_similarity(id, ?) DESC LIMIT 5", [id]
        ).fetchall()
        raise LookupError(
            f'no number with the id "{id}". The nearest: ' + ", ".join(row[0] for row in near)
        )
    quantity = from_row(found[0])
    definition = ledger.sql(
        "SELECT * FROM measures WHERE id = ?", params=[quantity.measure]
    ).pl()
    rows, head = _rows(ledger, quantity.sql, first)
    sources = ledger.sql("SELECT * FROM sources").pl()
    return Trace(quantity, definition.row(0, named=True), rows, head, sources)


def _rows(
    ledger: duckdb.DuckDBPyConnection, sql: str, first: int
) -> tuple[int, pl.DataFrame]:
    if not sql:
        return 0, pl.DataFrame()
    counted = ledger.sql(f"SELECT count(*) FROM ({sql})").fetchall()[0][0]
    head = ledger.sql(f"SELECT * FROM ({sql}) LIMIT {int(first)}").pl()
    return int(counted), head
