"""Where the block's inputs come from: the region, the rest of the country, abroad (items 6, 7)."""

from __future__ import annotations

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, register
from regionlift.evidence.quantity import Provenance, Quantity, Status, to_frame
from regionlift.evidence.settings import Settings
from regionlift.measures.panel import quoted
from regionlift.measures.unknowns import with_silent

#: Share of the flows that may be untold before nothing is.
BLANK = 0.05


def _compute(id: str, column: str, dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Shares of every region and year: the block, and each of its sub-industries."""
    del settings
    codes = [i.code for i in dataset.block]
    links = dataset.tables["links"].filter(pl.col("to").is_in(codes))
    if "level" in links.columns:
        links = links.filter(pl.col("level").fill_null("industry") != "firm")
    given = pl.col("provenance") if "provenance" in links.columns else pl.lit(None, pl.String)
    links = links.with_columns(given.alias("given"))
    parts = links.with_columns((pl.col("region") + "|" + pl.col("to")).alias("subject"))
    whole = links.with_columns(pl.col("region").alias("subject"))
    sums = (
        pl.concat([whole, parts])
        .group_by("subject", "region", "year")
        .agg(
            pl.col("value").sort_by("from", "to").sum(),
            pl.col(column).sort_by("from", "to").sum().alias("part"),
            pl.col(column).null_count().alias("gaps"),
            pl.col("value").filter(pl.col(column).is_null()).abs().sum().alias("blank"),
            pl.col("to").n_unique().alias("columns"),
            pl.col("to").first().alias("one"),
            (pl.col("given") == "derived").any().alias("derived"),
            pl.len().alias("rows"),
        )
        .sort("subject", "year")
    )
    table = dataset.provenance("links", "value", column)
    found, here = [], set(dataset.regions())
    for row in sums.iter_rows(named=True):
        region, year, block = row["region"], row["year"], row["subject"] == row["region"]
        if region is None or year is None or region not in here:
            continue
        inside = codes if block else [row["one"]]
        sql = (
            f'SELECT "from", "to", value, {column}, _rows FROM links WHERE region = '
            f"{quoted(region)} AND year = {year} AND "
            f'"to" IN ({", ".join(map(quoted, inside))})'
            + (" AND coalesce(level, 'industry') <> 'firm'" if dataset.has("links", "level")
               else "")
            + ' ORDER BY "to", "from"'
        )  # fmt: skip
        reason = ""
        if block and row["columns"] < len(codes):
            reason = f"{row['columns']} of {len(codes)} sub-industries have links"
        elif row["value"] <= 0:
            reason = "the flows sum to nothing"
        elif row["blank"] > BLANK * row["value"]:
            reason = f"{column} is empty in {row['gaps']} of {row['rows']} flows"
        part, blank, value = row["part"], row["blank"], row["value"]
        low = part / value if blank and not reason else None
        high = (part + blank) / value if blank and not reason else None
        derived = row["derived"] or table is Provenance.DERIVED
        found.append(
            Quantity(
                id, row["subject"], str(year), None if reason else part / (value - blank),
                "share", low, high, row["rows"],
                status=Status.NOT_COLLECTED if reason else Status.KNOWN,
                provenance=Provenance.DERIVED if derived else table, reason=reason,
                settles=f"{column} of every flow into the block" if reason else "", sql=sql,
                rows=row["rows"],
            )
        )  # fmt: skip
    needed = f"value and {column} of links into the block"
    return with_silent(to_frame(found), id, dataset, f"no year has {needed}", needed)


def _register(id: str, column: str, title: str, zh: str, formula: str) -> None:
    register(
        Measure(
            id, title, zh, "share", "none", {"links": ("region", "from", "to", "value", "year",
                                                       column)}, 1, (6, 7, 69),
            "operational reading of the paper, item 6; local content as in Miller & Blair 2022, "
            "chapter 3", formula, "none where every flow is told; else the bounds: what is not "
            "told (at most 5% of the value) all from elsewhere, or none of it",
            lambda dataset, settings: _compute(id, column, dataset, settings),
        )
    )  # fmt: skip


_register(
    "local_input_share", "local_value", "Inputs bought in the region", "本地配套率",
    "sum z_ij(local) / sum z_ij over told flows into the sub-industries of the block; direct "
    "inputs only, what suppliers buy in turn is not followed",
)  # fmt: skip
_register(
    "foreign_input_share", "imported_value", "Inputs bought abroad", "进口投入占比",
    "sum z_ij(imported) / sum z_ij over told flows into the sub-industries of the block",
)
