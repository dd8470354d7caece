"""Lines of public money of a region: what they serve, as a matrix and in a row of years."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.panel import quoted

#: Stage that what a line serves belongs to: our reading of items 43 (a technology: path A, the
#: factor stage; a chain: path B, the value stage) and 21 (high technology: the structure stage).
STAGES = ("factor", "value", "structure", "")

_SHOWN = ("spend_id", "year", "instrument", "amount", "beneficiary", "technology", "node",
          "barrier", "actor", "level")  # fmt: skip


class NoMoneyError(LookupError):
    """The tables hold no public money of this region."""

    def __init__(self, reason: str, settles: str) -> None:
        super().__init__(reason)
        self.settles = settles


@dataclass(frozen=True)
class Money:
    """Lines of public money of a region in some years, in millions.

    ``lines`` has the columns of the spend table, ``industry`` (of the node, else of the
    beneficiary; "" where not told), ``stage`` (of ``STAGES``) and ``home`` (the beneficiary's
    region; "" where not told). Lines whose amount is not known are not in it; ``untold`` counts
    them. ``where`` is the condition on the ledger's spend table that gives the lines.
    """

    region: str
    first: int
    last: int
    lines: pl.DataFrame
    untold: int
    where: str

    @property
    def period(self) -> str:
        """The years as a period of evidence."""
        return f"{self.first}-{self.last}"

    @property
    def total(self) -> float:
        """Money of all lines."""
        return float(self.lines["amount"].sum())

    def by(self, column: str) -> dict[str, float]:
        """Money by what a column names; lines that name nothing are left out."""
        named = self.lines.filter(pl.col(column) != "").sort("spend_id")
        grouped = named.group_by(column, maintain_order=True).agg(pl.col("amount").sum())
        return dict(grouped.iter_rows())

    def sql(self, more: str = "") -> str:
        """Query of the lines, or of some of them."""
        also = f" AND {more}" if more else ""
        return f"SELECT * FROM spend WHERE {self.where}{also} ORDER BY spend_id"


def money_of(dataset: Dataset, region: str, last: int, years: int) -> Money:
    """Lines of the last years. The table is that of the dataset's region; others have only theirs.

    Parameters
    ----------
    last, years : last year that counts, and how many

    Raises
    ------
    NoMoneyError
        If there is no line; the message says why.
    """
    if not dataset.has("spend", "year", "amount"):
        raise NoMoneyError("there is no table of public money", "table spend")
    own = dataset.manifest.dataset.region
    table, first = dataset.tables["spend"], last - years + 1
    where = f"amount IS NOT NULL AND year BETWEEN {first} AND {last}"
    rows = _placed(dataset, table.filter(pl.col("year").is_between(first, last)))
    if own not in ("", region):
        if not (dataset.has("spend", "beneficiary") and dataset.has("orgs", "org_id", "region")):
            raise NoMoneyError(f"the table of public money is that of {own}",
                               f"public money of {region}, or beneficiaries with their seat")
        rows = rows.filter(pl.col("home") == region)
        where += (" AND beneficiary IN (SELECT org_id FROM orgs WHERE region = "
                  f"{quoted(region)})")
    told = rows.filter(pl.col("amount").is_not_null())
    if told.is_empty():
        raise NoMoneyError(f"no line of public money of {region} in {first}-{last}",
                           "lines of these years in table spend")  # fmt: skip
    return Money(region, first, last, told, rows.height - told.height, where)


def _placed(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """Every column there, and what a line serves: industry, stage, seat."""
    blank = [pl.lit("").alias(c) for c in _SHOWN if c not in rows.columns]
    texts = [pl.col(c).fill_null("") for c in _SHOWN if c not in ("spend_id", "year", "amount")]
    whole = rows.with_columns(blank).with_columns(texts).select(_SHOWN)
    of_node = _lookup(dataset, "chain_nodes", "node_id", "industry")
    of_firm = _lookup(dataset, "orgs", "org_id", "industry")
    seat = _lookup(dataset, "orgs", "org_id", "region")
    return whole.with_columns(
        pl.when(pl.col("node") != "")
        .then(_mapped("node", of_node))
        .otherwise(_mapped("beneficiary", of_firm))
        .alias("industry"),
        _mapped("beneficiary", seat).alias("home"),
        pl.when(_mapped("node", of_node).is_in(dataset.high_tech))
        .then(pl.lit("structure"))
        .when(pl.col("node") != "")
        .then(pl.lit("value"))
        .when(pl.col("technology") != "")
        .then(pl.lit("factor"))
        .otherwise(pl.lit(""))
        .alias("stage"),
    )


def _lookup(dataset: Dataset, table: str, key: str, column: str) -> dict[str, str]:
    if not dataset.has(table, key, column):
        return {}
    return dict(dataset.tables[table].select(key, pl.col(column).fill_null("")).iter_rows())


def _mapped(column: str, names: dict[str, str]) -> pl.Expr:
    if not names:
        return pl.lit("")
    return pl.col(column).replace_strict(names, default="", return_dtype=pl.String)


def mix(money: Money) -> pl.DataFrame:
    """The policy mix: instrument x barrier x actor x stage, with lines and money (item 83).

    A count of lines is given to be able to look them up; many lines or many instruments are no
    merit.
    """
    keys = ["instrument", "barrier", "actor", "stage"]
    return (
        money.lines.sort("spend_id")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.len().alias("lines"), pl.col("amount").sum().alias("money"),
            pl.col("year").min().alias("first"), pl.col("year").max().alias("last"),
        )
        .sort(["money", *keys], descending=[True, False, False, False, False])
    )  # fmt: skip


def commitment(dataset: Dataset, money: Money) -> tuple[int, int]:
    """Years in a row with money up to the last year any line is of, and that year.

    The row is followed as far back as the table goes, also before the years looked at.
    """
    every = money_of(dataset, money.region, money.last, 200).lines
    paid = set(every.filter(pl.col("amount") > 0)["year"])
    last = int(str(every["year"].max()))
    back = last
    while back in paid:
        back -= 1
    return last - back, last
