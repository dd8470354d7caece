"""Starts of regions and what became of them: the cases a target is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Provenance, Status
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Bools, Floats, Ints
from regionlift.measures.network.readings import share as wilson
from regionlift.measures.resample import weights

#: Units whose changes are differences; those of any other unit are ratios, as long as all values
#: are above zero.
DIFFERENCES = ("share", "share a year", "ratio", "index", "percentile", "correlation")


@dataclass(frozen=True)
class Windows:
    """Every start of every region that is seen some years later.

    Parameters
    ----------
    names : regions
    region, year : (start,) place of the region, and year of the start
    level : (start,) start level; of ratios, the log of it over the middle of that year's regions
    change : (start,) difference, or log ratio, after all years
    best, worst : (start,) greatest and least at the end of any of the years
    middle : year -> log of the middle of the regions, 0 where changes are differences
    """

    names: tuple[str, ...]
    region: Ints
    year: Ints
    level: Floats
    change: Floats
    best: Floats
    worst: Floats
    middle: Mapping[int, float]


def windows(
    panel: pl.DataFrame, years: int, *, relative: bool = False,
    broken: Mapping[str, tuple[int, ...]] | None = None,
) -> Windows:  # fmt: skip
    """Starts and what became of them.

    Parameters
    ----------
    panel : ``region``, ``year``, ``value``; known values only, a region and year at most once
    years : between start and end
    relative : whether changes are ratios; then every value must be above zero
    broken : region -> first years of a new series; no start sees across one

    Raises
    ------
    ValueError
        Less than one year, or a value that is not above zero where changes are ratios.
    """
    if years < 1:
        raise ValueError(f"a target takes at least 1 year; {years} was given instead")
    if relative and panel.height and not bool((panel["value"] > 0).all()):
        raise ValueError("changes are ratios only of values above zero")
    known = panel.select("region", "year", pl.col("value").cast(pl.Float64)).drop_nulls()
    value = known.with_columns(pl.col("value").log()) if relative else known
    middles = value.group_by("year").agg(pl.col("value").median()).sort("year")
    middle = {y: m if relative else 0.0 for y, m in middles.iter_rows()}
    names = tuple(value["region"].unique().sort())
    first = int(str(value["year"].min())) if value.height else 0
    last = int(str(value["year"].max())) if value.height else 0
    place = {name: n for n, name in enumerate(names)}
    grid = np.full((len(names), last - first + 1), np.nan)
    for region, year, x in value.iter_rows():
        grid[place[region], year - first] = x
    later = np.stack(
        [grid[:, k : grid.shape[1] - years + k] for k in range(1, years + 1)]
        if grid.shape[1] > years else [np.empty((len(names), 0))] * years
    )  # fmt: skip
    start = grid[:, : later.shape[2]]
    seen = np.isfinite(start) & np.isfinite(later[-1])
    for name, breaks in (broken or {}).items():
        for at in breaks if name in place else ():
            cut = np.arange(first, first + start.shape[1])
            seen[place[name]] &= ~((cut < at) & (at <= cut + years))
    row, column = np.nonzero(seen)
    gone = later[:, row, column] - start[row, column]
    year = column + first
    shift = np.array([middle[int(y)] for y in year]) if len(year) else np.zeros(0)
    return Windows(
        names, row, year, start[row, column] - shift, gone[-1],
        np.fmax.reduce(gone, axis=0), np.fmin.reduce(gone, axis=0), middle,
    )  # fmt: skip


def class_of(found: Windows, level: float, without: int, count: int, until: int = 9999) -> Bools:
    """Starts nearest by level: the narrowest band around it that holds so many regions.

    Parameters
    ----------
    level : as in :class:`Windows`
    without : place of the region left out; -1 leaves none out
    count : regions; all there are where they are fewer
    until : last year of a start that counts
    """
    may = np.flatnonzero((found.region != without) & (found.year <= until))
    held = np.zeros(len(found.region), dtype=np.bool_)
    if not len(may):
        return held
    away = np.abs(found.level[may] - level)
    order = np.argsort(away, kind="stable")
    firsts = np.sort(np.unique(found.region[may][order], return_index=True)[1])
    reach = away[order][firsts[min(count, len(firsts)) - 1]]
    held[may[away <= reach]] = True
    return held


def reaches(gone: Floats, need: float) -> Bools:
    """At least so far; what rounding took away is given back."""
    return gone >= need - 1e-12


def shares(hit: Bools, regions: Ints, settings: Settings) -> tuple[float, float, float]:
    """Share of the starts with a Bayesian bootstrap over regions, whose starts overlap.

    Where none is hit, or all, drawing says nothing: then the interval is Wilson's for as many
    independent cases as there are regions.
    """
    _, group = np.unique(regions, return_inverse=True)
    count = int(group.max()) + 1
    top, bottom = np.bincount(group, hit, count), np.bincount(group, minlength=count)
    value = float(top.sum() / bottom.sum())
    if value in (0.0, 1.0) or count < 2:
        ends = wilson(round(value * count), count, settings["confidence"])
        return value, ends.low or 0.0, 1.0 if ends.high is None else ends.high
    w = weights(count, settings)
    low, high = np.quantile((w @ top) / (w @ bottom), settings.tails)
    return value, float(low), float(high)


def panel_of(frame: pl.DataFrame, region: str = "") -> pl.DataFrame:
    """Known and not derived values of every region, or of the same part of every region, by year.

    A number derived from a larger area's ratios says nothing of what a region did.
    """
    part = region.partition("|")[2]
    ends = pl.col("subject").str.ends_with(f"|{part}")
    same = ends if part else ~pl.col("subject").str.contains("|", literal=True)
    return (
        frame.filter(
            same, pl.col("status") == Status.KNOWN, pl.col("provenance") != Provenance.DERIVED
        )
        .select(
            pl.col("subject").alias("region"),
            pl.col("period").cast(pl.Int64, strict=False).alias("year"), "value",
        )
        .drop_nulls()
        .sort("region", "year")
    )  # fmt: skip


def relative_of(measure: str, panel: pl.DataFrame) -> bool:
    """Whether changes of the measure are ratios: amounts are, shares and indices are not."""
    if registry()[measure].unit in DIFFERENCES:
        return False
    return bool(panel.height) and bool((panel["value"] > 0).all())
