"""Flows into a region's block from the national table, where the region has no table of its own.

Technology is the nation's; what is local follows from Flegg's quotient, whose exponent is a range.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.measures.chain.newest import newest
from regionlift.measures.inputoutput.regional import flegg_quotients

#: Columns of the panel that can stand for the size of an industry, the best first.
SIZES = ("employment", "output", "value_added")

#: Schema of flows with bounds of their local part.
BOUNDS = {"from": pl.String, "to": pl.String, "value": pl.Float64, "local_value": pl.Float64,
          "imported_value": pl.Float64, "low": pl.Float64, "high": pl.Float64}  # fmt: skip


def regionalised(
    dataset: Dataset, settings: Settings, region: str, year: int
) -> tuple[pl.DataFrame, int] | None:
    r"""Flows of a region derived from the national table, and the year of that table.

    .. math:: z^r_{ij} = z_{ij} \frac{x^r_j}{x_j}, \qquad
              z^{rr}_{ij} = \min(FLQ_{ij}, 1)\, z^{dom}_{ij} \frac{x^r_j}{x_j}

    ``low`` and ``high`` are the local part at the ends of the range of the exponent (settings
    ``flegg_high`` and ``flegg_low``), ``local_value`` is their middle. Only industries whose size
    the panel knows, of the region and of the nation, take part.

    Returns
    -------
    None where there is no national table with its domestic part, or no sizes.

    Source: Flegg & Webber 1997, Regional Studies 31, 795-805; Flegg & Tohmo 2013.
    """
    national = _national(dataset, year)
    sizes = _sizes(dataset, region, year)
    if national is None or sizes is None:
        return None
    flows, told = national
    here, nation = sizes
    codes = [i.code for i in dataset.block if i.code in here]
    flows = flows.filter(pl.col("from").is_in(list(here)), pl.col("to").is_in(codes))
    if flows.is_empty() or len(codes) < len(dataset.block):
        return None
    industries = sorted(here)
    own, whole = (np.array([size[i] for i in industries]) for size in (here, nation))
    # a region without an industry makes none of it: its quotient is next to nothing
    own = np.maximum(own, 1e-9)
    ends = [
        np.minimum(flegg_quotients(own, whole, exponent=settings[name]), 1)
        for name in ("flegg_high", "flegg_low")
    ]
    place = {code: n for n, code in enumerate(industries)}
    rows = []
    for giver, taker, value, domestic in flows.iter_rows():
        scale = here[taker] / nation[taker]
        low, high = (float(end[place[giver], place[taker]]) * domestic * scale for end in ends)
        rows.append((giver, taker, value * scale, (low + high) / 2, (value - domestic) * scale,
                     low, high))  # fmt: skip
    return pl.DataFrame(rows, schema=BOUNDS, orient="row"), told


def _national(dataset: Dataset, year: int) -> tuple[pl.DataFrame, int] | None:
    """Flows of the nation with their domestic part: columns from, to, value, domestic."""
    if not dataset.has("links", "from", "to", "value"):
        return None
    links = dataset.tables["links"]
    if "region" in links.columns:
        reference = dataset.manifest.dataset.reference_region
        nation = pl.col("region").is_null()
        links = links.filter(nation | (pl.col("region") == reference) if reference else nation)
    if "level" in links.columns:
        links = links.filter(pl.col("level").fill_null("industry") != "firm")
    links, year = newest(links, year)
    parts = [pl.col("domestic_value")] if "domestic_value" in links.columns else []
    if "imported_value" in links.columns:
        parts.append(pl.col("value") - pl.col("imported_value"))
    if links.is_empty() or not parts:
        return None
    told = links.select("from", "to", "value", pl.coalesce(*parts).alias("domestic"))
    return told.drop_nulls().sort("from", "to"), year


def _sizes(
    dataset: Dataset, region: str, year: int
) -> tuple[dict[str, float], dict[str, float]] | None:
    """Size of every industry in the region and in the nation, and of the rest of each economy."""
    reference = dataset.manifest.dataset.reference_region
    for column in SIZES:
        if not dataset.has("panel", "region", "industry", "year", column):
            continue
        known = dataset.tables["panel"].filter(
            pl.col(column).is_not_null(), pl.col("year") <= year
        )
        total = dataset.base_industry
        own = known.filter(pl.col("region") == region)
        years = own.filter(pl.col("industry") == total)["year"]
        if years.is_empty():
            continue
        now = known.filter(pl.col("year") == years.max())
        own = own.filter(pl.col("year") == years.max())
        here = dict(own.select("industry", column).iter_rows())
        everywhere = now.filter(pl.col("region") == reference) if reference else now
        sums = everywhere.group_by("industry").agg(pl.col(column).sort_by("region").sum())
        whole = dict(sums.iter_rows())
        all_here, all_there = here.pop(total), whole.pop(total, 0.0)
        here = {i: v for i, v in here.items() if whole.get(i, 0) > 0}
        if not here:
            continue
        # what the panel does not tell apart is one industry more
        left = all_here - sum(here.values())
        beside = all_there - sum(whole[i] for i in here)
        if left > 0 and beside > 0:
            here[""], whole[""] = left, beside
        return here, {i: whole[i] for i in here}
    return None
