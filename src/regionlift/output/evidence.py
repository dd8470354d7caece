"""Links from the page to what stands behind its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity
from regionlift.output.payload import Cell, Evidence, Link
from regionlift.output.words import exact, level, with_unit

#: Rows of the evidence shown in the page; the ledger has them all.
FIRST = 5


#: Heads and first rows of a query.
_Rows = tuple[list[str], list[list[Any]]]


class Book:
    """Collects every quantity the pages mention, then reads its rows from the ledger.

    ``names`` are printed for the parts of a region that a subject has after its bar, by id.
    """

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._seen: dict[str, Quantity] = {}
        self._names = {**{d.id: d.title for d in registry().values()}, **(names or {})}

    def note(self, quantity: Quantity) -> str:
        """Remember a quantity; returns its id."""
        self._seen[quantity.id] = quantity
        return quantity.id

    def cell(self, quantity: Quantity, text: str = "") -> Cell:
        """Table cell with the value, or a text of its own, opening its evidence."""
        return {
            "text": text or level(quantity),
            "evidence": self.note(quantity),
            "status": quantity.status.value,
            "sort": quantity.value,
        }

    def link(self, quantity: Quantity, text: str = "") -> Link:
        """Piece of a sentence with the value, opening its evidence."""
        return {"text": text or with_unit(quantity), "evidence": self.note(quantity)}

    @property
    def quantities(self) -> list[Quantity]:
        """Everything mentioned, in order of first mention."""
        return list(self._seen.values())

    def records(self, ledger: duckdb.DuckDBPyConnection) -> dict[str, Evidence]:
        """Evidence by id, with the first rows read from the ledger."""
        # dozens of numbers of the network stand on the same ties
        read: dict[str, _Rows] = {}
        records = {id: _record(ledger, q, read) for id, q in self._seen.items()}
        for id, q in self._seen.items():
            if part := q.subject.partition("|")[2]:
                records[id]["about"] = self._names.get(part, part.replace("_", " "))
        return records


def _record(ledger: duckdb.DuckDBPyConnection, q: Quantity, read: dict[str, _Rows]) -> Evidence:
    definition = registry()[q.measure]
    record: Evidence = {
        "title": definition.title,
        "measure": q.measure,
        "subject": q.subject,
        "period": q.period,
        "text": exact(q.value),
        "short": with_unit(q),
        "interval": f"{exact(q.low)} to {exact(q.high)}" if q.low is not None else None,
        "unit": q.unit,
        "n": q.n,
        "status": q.status.value,
        "provenance": q.provenance.value,
        "reason": q.reason,
        "settles": q.settles,
        "formula": definition.formula,
        "source": definition.source,
        "sql": q.sql,
        "query": q.query,
    }
    if q.sql:
        if q.sql not in read:
            found = ledger.execute(f"SELECT * FROM ({q.sql}) LIMIT {FIRST}")
            heads = [column[0] for column in found.description]
            read[q.sql] = heads, [[_shown(v) for v in row] for row in found.fetchall()]
        record["rows"] = q.rows
        record["columns"], record["first"] = read[q.sql]
    return record


def _shown(value: Any) -> Any:
    return exact(value) if isinstance(value, float) else value
