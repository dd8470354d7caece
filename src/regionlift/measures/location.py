"""Specialisation: location quotients of the block and its sub-industries (items 7, 55, 78)."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import beta

from regionlift.data.assemble import STATUS
from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, register
from regionlift.evidence.quantity import QUANTITY_SCHEMA, Status
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Floats
from regionlift.measures.panel import quoted
from regionlift.measures.unknowns import with_silent

#: Name of the whole block where a subject names a sub-industry.
BLOCK = "block"


def location_quotient(
    own: Floats, own_total: Floats, reference: Floats, reference_total: Floats
) -> Floats:
    r"""Share of an industry in a region over its share in the reference area.

    .. math:: LQ_{ri} = \frac{x_{ri}/x_r}{x_i/x}

    Examples
    --------
    >>> location_quotient(np.array(20.0), np.array(100.0), np.array(100.0), np.array(1000.0))
    array(2.)
    """
    return np.asarray((own / own_total) / (reference / reference_total))


def count_interval(
    own: Floats, own_total: Floats, reference_share: Floats, tails: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Jeffreys interval of a location quotient of counts; the reference share is taken as fixed.

    The region's share has the posterior Beta(x + 1/2, n - x + 1/2) (Brown, Cai & DasGupta 2001).
    """
    rest = np.maximum(own_total - own, 0)
    low, high = (beta.ppf(q, own + 0.5, rest + 0.5) / reference_share for q in tails)
    return low, high


def _compute(column: str, dataset: Dataset, settings: Settings) -> pl.DataFrame:
    """Location quotients of every region, year and sub-industry, and of the block."""
    codes = [i.code for i in dataset.block]
    base = dataset.base_industry
    panel = dataset.tables["panel"].select("region", "industry", "year", column, column + STATUS)
    panel = panel.filter(pl.col("industry").is_in([*codes, base]))
    known = pl.col(column + STATUS) == Status.KNOWN
    inside = panel.filter(pl.col("industry") != base)
    block = inside.group_by("region", "year", maintain_order=True).agg(
        pl.when(known.all() & (pl.len() == len(codes))).then(pl.col(column).sum()).alias("own"),
        pl.col(column + STATUS).filter(~known).max().alias("state"),
        pl.len().alias("rows"),
    )
    parts = inside.select(
        "region", "year", pl.col("industry").alias("part"),
        pl.when(known).then(pl.col(column)).alias("own"),
        pl.when(~known).then(pl.col(column + STATUS)).alias("state"),
        pl.lit(1, dtype=pl.UInt32).alias("rows"),
    )  # fmt: skip
    whole = pl.concat([parts, block.with_columns(pl.lit(BLOCK).alias("part"))], how="diagonal")
    total = panel.filter(pl.col("industry") == base).select(
        "region", "year", pl.when(known).then(pl.col(column)).alias("own_total"),
        pl.lit(1, dtype=pl.UInt32).alias("total_rows"),
    )  # fmt: skip
    joined = whole.join(total, on=["region", "year"], how="left").with_columns(
        pl.col("rows") + pl.col("total_rows").fill_null(0)
    )
    reference = _reference(joined, dataset.manifest.dataset.reference_region)
    joined = joined.join(reference, on=["year", "part"], how="left")
    # a year for which nobody collected the column is not an unknown, it is not there
    said = pl.col("own").is_not_null() | (pl.col("state") != Status.NOT_COLLECTED)
    joined = joined.filter(pl.col("region").is_in(dataset.regions()) & said)
    frame = _quantities(column, joined, dataset, settings)
    needed = f"{column} of the block and of {base}"
    id = f"location_quotient_{column}"
    return with_silent(frame, id, dataset, f"no year has {needed}", needed)


def _reference(joined: pl.DataFrame, region: str) -> pl.DataFrame:
    """Reference sums by year and part: the declared region, or all regions that have both."""
    both = pl.col("own").is_not_null() & pl.col("own_total").is_not_null()
    pool = joined.filter(both & (pl.col("region") == region if region else pl.lit(True)))
    # sums of floats depend on their order, so the order is fixed
    return pool.sort("region").group_by("year", "part", maintain_order=True).agg(
        pl.col("own").sum().alias("ref"),
        pl.col("own_total").sum().alias("ref_total"),
        pl.col("rows").sum().alias("ref_rows"),
    )


def _quantities(
    column: str, joined: pl.DataFrame, dataset: Dataset, settings: Settings
) -> pl.DataFrame:
    own, total, ref, ref_total = (
        joined[n].cast(pl.Float64).to_numpy() for n in ("own", "own_total", "ref", "ref_total")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value = location_quotient(own, total, ref, ref_total)
        low, high = (
            count_interval(own, total, ref / ref_total, settings.tails)
            if column == "employment"
            else (np.full_like(value, np.nan), np.full_like(value, np.nan))
        )
    id = f"location_quotient_{column}"
    good = pl.col("value").is_finite()
    area = dataset.manifest.dataset.reference_region
    settle = pl.format(f"{column} of {{}} and {dataset.base_industry}, {{}} {{}}",
                       "part", "region", "year")  # fmt: skip
    state = (
        pl.when(good).then(pl.lit("known"))
        .when(pl.col("own").is_null()).then(pl.col("state").fill_null("not_collected"))
        .when(pl.col("own_total").is_null() | pl.col("ref").is_null())
        .then(pl.lit("not_collected")).otherwise(pl.lit("not_applicable"))
    )  # fmt: skip
    subject = (
        pl.when(pl.col("part") == BLOCK).then(pl.col("region"))
        .otherwise(pl.col("region") + "|" + pl.col("part"))
    )  # fmt: skip
    frame = joined.with_columns(
        pl.Series("value", value), pl.Series("low", low), pl.Series("high", high)
    ).with_columns(state.alias("status"), subject.alias("subject"))
    return frame.select(
        (pl.lit(id + "/") + pl.col("subject") + "/" + pl.col("year").cast(pl.String)).alias("id"),
        pl.lit(id).alias("measure"),
        "subject",
        pl.col("year").cast(pl.String).alias("period"),
        *(pl.when(good).then(pl.col(n).fill_nan(None)).alias(n) for n in ("value", "low", "high")),
        pl.when(good).then(pl.col("own")).cast(pl.Int64, strict=False).alias("n")
        if column == "employment"
        else pl.lit(None, dtype=pl.Int64).alias("n"),
        pl.lit("ratio").alias("unit"),
        "status",
        pl.lit(dataset.provenance("panel", column).value).alias("provenance"),
        pl.when(~good | pl.col("value").is_null())
        .then(
            pl.when(pl.col("own_total").is_null() & pl.col("own").is_not_null())
            .then(pl.format(f"{column} of {dataset.base_industry} is not known in {{}}", "year"))
            .otherwise(pl.format(f"{column} of {{}} is {{}} in {{}}", "part", "status", "year"))
        )
        .otherwise(pl.lit(""))
        .alias("reason"),
        pl.when(~good | pl.col("value").is_null())
        .then(settle)
        .otherwise(pl.lit(""))
        .alias("settles"),
        pl.struct("region", "year", "part")
        .map_elements(lambda s: _rows_sql(column, dataset, area, s), return_dtype=pl.String)
        .alias("sql"),
        pl.struct("year", "part")
        .map_elements(
            lambda s: "" if area else _reference_sql(column, dataset, s), return_dtype=pl.String
        )
        .alias("query"),
        (pl.col("rows") + (pl.col("ref_rows").fill_null(0) if area else 0))
        .cast(pl.Int64)
        .alias("rows"),
    ).select(list(QUANTITY_SCHEMA))  # fmt: skip


def _codes(dataset: Dataset, part: str | int) -> list[str]:
    return [i.code for i in dataset.block] if part == BLOCK else [str(part)]


def _rows_sql(column: str, dataset: Dataset, area: str, row: dict[str, str | int]) -> str:
    """The region's own rows, with those of the reference area where one is declared."""
    codes = ", ".join(map(quoted, [*_codes(dataset, row["part"]), dataset.base_industry]))
    names = ", ".join(quoted(name) for name in (str(row["region"]), area) if name)
    return (
        f"SELECT region, industry, year, {column}, _rows FROM panel WHERE region IN ({names}) "
        f"AND year = {row['year']} AND industry IN ({codes}) ORDER BY region, industry"
    )


def _reference_sql(column: str, dataset: Dataset, row: dict[str, str | int]) -> str:
    """Sums over all regions that have every part and the total."""
    parts = _codes(dataset, row["part"])
    base, codes = quoted(dataset.base_industry), ", ".join(map(quoted, parts))
    return (
        f"SELECT sum(own) AS x_i, sum(total) AS x FROM (SELECT region, "
        f"sum({column}) FILTER (industry <> {base}) AS own, "
        f"max({column}) FILTER (industry = {base}) AS total, "
        f"count({column}) FILTER (industry <> {base}) AS parts FROM panel "
        f"WHERE year = {row['year']} AND industry IN ({codes}, {base}) GROUP BY region) "
        f"WHERE parts = {len(parts)} AND total IS NOT NULL"
    )


def _register(column: str, word: str, zh: str, interval: str) -> None:
    register(
        Measure(
            f"location_quotient_{column}", f"Location quotient on {word}", f"{zh}区位商", "ratio",
            "up", {"panel": ("region", "industry", "year", column)}, 1, (7, 55, 78, 92),
            "Florence 1929; Isard 1960",
            "(x_ri / x_r) / (x_i / x); x_r and x from the base industry; the reference area is "
            "the declared one, or all regions whose cells are both known",
            interval, lambda dataset, settings: _compute(column, dataset, settings),
        )
    )  # fmt: skip


_register("employment", "employment", "从业人员", "Jeffreys interval of the region's share")
_register("value_added", "value added", "增加值", "none: money is not a count")
