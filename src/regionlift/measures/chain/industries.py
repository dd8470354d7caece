"""Which sub-industries of the block belong together: they stand in the same places, and trade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from regionlift.data.dataset import Dataset
from regionlift.measures.inputoutput.clusters import coagglomeration

#: Panel columns that can say where an industry stands, the best first.
SIZES = ("employment", "output", "value_added")


@dataclass(frozen=True)
class Pair:
    """Two sub-industries: co-agglomeration, and the larger share one has in the other's inputs.

    ``together`` where both are above the median of all pairs.
    """

    first: str
    second: str
    places: float
    inputs: float | None
    together: bool


@dataclass(frozen=True)
class Clusters:
    """Pairs of sub-industries and the groups that those together make."""

    year: int
    regions: int
    column: str
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[str, ...], ...]


def industry_clusters(
    dataset: Dataset, flows: pl.DataFrame | None, year: int, least: int = 10
) -> Clusters | None:
    r"""Pairs and clusters of the block's sub-industries, over all regions of the panel.

    .. math:: \gamma_{ij} = \frac{\sum_r (s_{ir} - x_r)(s_{jr} - x_r)}{1 - \sum_r x_r^2}, \qquad
              IO_{ij} = \max\left(\frac{z_{ij}}{z_{\cdot j}}, \frac{z_{ji}}{z_{\cdot i}}\right)

    Parameters
    ----------
    flows : columns from, to, value: the region's inputs; None where there are none, and then the
        first of the two alone decides
    least : regions with every number below which nothing is told

    Source: Ellison & Glaeser 1997, Journal of Political Economy 105, 889-927; links as in Delgado,
    Porter & Stern 2016, Journal of Economic Geography 16, 1-38.
    """
    codes = [i.code for i in dataset.block]
    for column in SIZES:
        if not dataset.has("panel", "region", "industry", "year", column):
            continue
        wide = _wide(dataset, codes, column, year)
        if wide is None or wide[1].height < least:
            continue
        told, frame = wide
        sizes = frame.select(codes).to_numpy().T.astype(float)
        whole = frame[dataset.base_industry].to_numpy().astype(float)
        if (sizes.sum(axis=1) <= 0).any() or whole.sum() <= 0:
            continue
        places = coagglomeration(sizes / sizes.sum(axis=1, keepdims=True), whole / whole.sum())
        return _clusters(codes, places, flows, told, frame.height, column)
    return None


def _wide(
    dataset: Dataset, codes: list[str], column: str, year: int
) -> tuple[int, pl.DataFrame] | None:
    """Regions by industry in the last year that has most of them."""
    wanted = [*codes, dataset.base_industry]
    panel = dataset.tables["panel"].filter(
        pl.col("industry").is_in(wanted), pl.col("year") <= year, pl.col(column).is_not_null(),
        pl.col("region").is_in(dataset.regions()),
    )  # fmt: skip
    whole = panel.group_by("region", "year").agg(pl.col("industry").n_unique().alias("n"))
    counts = whole.filter(pl.col("n") == len(wanted)).group_by("year").len().sort("year")
    if counts.is_empty():
        return None
    most = counts["len"].max()
    told = int(str(counts.filter(pl.col("len") >= 0.9 * float(str(most)))["year"].max()))
    frame = panel.filter(pl.col("year") == told).pivot(
        "industry", index="region", values=column, aggregate_function="first"
    )
    return told, frame.drop_nulls().sort("region")


def _clusters(
    codes: list[str], places: np.ndarray, flows: pl.DataFrame | None, year: int, regions: int,
    column: str,
) -> Clusters:  # fmt: skip
    n = len(codes)
    upper = np.triu_indices(n, 1)
    inputs = None if flows is None else _inputs(codes, flows)
    near = places[upper] > np.median(places[upper])
    if inputs is not None:
        near &= inputs[upper] > np.median(inputs[upper])
    pairs = [
        Pair(codes[i], codes[j], float(places[i, j]),
             None if inputs is None else float(inputs[i, j]), bool(both))
        for i, j, both in zip(*upper, near, strict=True)
    ]  # fmt: skip
    joined = coo_array((near.astype(int), upper), shape=(n, n))
    _, labels = connected_components(joined, directed=False)
    groups = [tuple(c for c, g in zip(codes, labels, strict=True) if g == k) for k in set(labels)]
    ranked = sorted(pairs, key=lambda p: (not p.together, -p.places, p.first, p.second))
    return Clusters(
        year, regions, column, tuple(ranked), tuple(sorted(g for g in groups if len(g) > 1))
    )


def _inputs(codes: list[str], flows: pl.DataFrame) -> np.ndarray:
    """The larger of the two shares in inputs, symmetric, shape (n, n)."""
    totals = dict(flows.group_by("to").agg(pl.col("value").sum()).iter_rows())
    share = np.zeros((len(codes), len(codes)))
    sums = flows.group_by("from", "to").agg(pl.col("value").sum())
    for giver, taker, value in sums.iter_rows():
        if giver in codes and taker in codes and totals.get(taker, 0) > 0:
            share[codes.index(giver), codes.index(taker)] = value / totals[taker]
    return np.maximum(share, share.T)
