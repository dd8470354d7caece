"""Which rows of the platform's tables are a region's own; the same SQL reads and proves them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted

#: The five resource types and five functions of the contract, in its order.
TYPES = ("human", "financial", "equipment", "information", "technology")
FUNCTIONS = ("R&D", "transformation", "technical service", "venture investment", "training")
#: Types as a sentence calls them.
CALLED = {"human": "human resources", "financial": "finance", "equipment": "equipment",
          "information": "information", "technology": "technology"}  # fmt: skip
#: The six kinds of actor of an innovation network.
KINDS = ("enterprise", "university", "institute", "government", "finance", "intermediary")

_COLUMNS = {
    "platforms": {"platform_id": "VARCHAR", "name": "VARCHAR", "region": "VARCHAR",
                  "function": "VARCHAR", "year": "BIGINT", "members": "VARCHAR",
                  "income_private": "DOUBLE", "income_public": "DOUBLE", "services": "DOUBLE"},
    "resources": {"resource_id": "VARCHAR", "type": "VARCHAR", "capacity": "DOUBLE",
                  "platform_id": "VARCHAR", "org_id": "VARCHAR", "technology": "VARCHAR"},
    "needs": {"need_id": "VARCHAR", "type": "VARCHAR", "amount": "DOUBLE", "org_id": "VARCHAR",
              "technology": "VARCHAR", "node": "VARCHAR", "year": "BIGINT", "served": "BOOLEAN",
              "days": "DOUBLE"},
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """The platform's tables seen from one region.

    A platform sits in its region; a resource where its platform, else its holder, sits; a need
    where the organisation that has it sits. A row that tells none of these is of the dataset's
    own region. Columns that a table lacks are read as empty.
    """

    dataset: Dataset
    region: str

    @property
    def home(self) -> str:
        """The dataset's own region; "" where it names none."""
        return self.dataset.manifest.dataset.region

    def sql(self, table: str, where: str = "", elsewhere: bool = False) -> str:
        """SELECT over rows of the region, or of all others, in the order of their ids."""
        kinds = _COLUMNS[table]
        listed = ", ".join(self._column(table, name, kind) for name, kind in kinds.items())
        order = ", ".join([next(iter(kinds)), *(["function", "year"] * (table == "platforms"))])
        sign = "IS DISTINCT FROM" if elsewhere else "="
        inner = (
            f"SELECT {listed}, t._rows FROM {table} t WHERE {self._place(table)} {sign} "
            f"{quoted(self.region)}"
        )
        asked = f" WHERE {where}" if where else ""
        return f"SELECT * FROM ({inner}){asked} ORDER BY {order}"

    def read(self, sql: str) -> pl.DataFrame:
        """What a query gives."""
        found: pl.DataFrame = self.dataset.connection.sql(sql).pl()
        return found

    def rows(self, sql: str) -> Rows:
        """A query with the number of its rows."""
        counted = self.dataset.connection.sql(f"SELECT count(*) FROM ({sql})").fetchall()
        return Rows(sql, int(counted[0][0]))

    def _column(self, table: str, name: str, kind: str) -> str:
        if self.dataset.has(table, name):
            return f"t.{name}"
        return f"NULL::{kind} AS {name}"

    def _place(self, table: str) -> str:
        """SQL that gives the region of a row."""
        has, home = self.dataset.has, quoted(self.home)
        parts = []
        if table == "platforms" and has("platforms", "region"):
            parts.append("t.region")
        if table == "resources" and has("resources", "platform_id") and has("platforms"):
            seat = "p.region" if has("platforms", "region") else "NULL"
            parts.append(f"(SELECT min(coalesce({seat}, {home})) FROM platforms p "
                         "WHERE p.platform_id = t.platform_id)")  # fmt: skip
        if table != "platforms" and has(table, "org_id") and has("orgs", "org_id", "region"):
            parts.append("(SELECT min(o.region) FROM orgs o WHERE o.org_id = t.org_id)")
        return f"coalesce({', '.join([*parts, home])})" if parts else home


def members_of(cell: str | None) -> tuple[str, ...]:
    """Organisation ids of a cell, separated by ;, each once."""
    return tuple(dict.fromkeys(m.strip() for m in (cell or "").split(";") if m.strip()))
