"""Cases: regions in years, what was known of them by then, and what came after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.measures.configuration.calibration import direct
from regionlift.measures.cube import Floats
from regionlift.measures.panel import KERNELS
from regionlift.measures.position import CURRENT_PRICES
from regionlift.measures.stage import LEADS
from regionlift.paths.model import Clause

Frames = Mapping[str, pl.DataFrame]

#: Regions and cases below which nothing is tested.
LEAST_REGIONS, LEAST_CASES = 15, 60


@dataclass(frozen=True)
class Grid:
    """Values (regions, years) of one measure, not a number where unknown.

    ``breaks`` are, by region, first years of a new series that no change or slope may cross.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    values: Floats
    breaks: tuple[tuple[int, ...], ...] = ()

    def since(self, until: int) -> Floats:
        """(regions,) first year of the series that holds a year: that of its last break by then."""
        if not self.breaks:
            return np.full(len(self.regions), -np.inf)
        return np.array([max((b for b in own if b <= until), default=-np.inf)
                         for own in self.breaks])  # fmt: skip


def grids_of(
    frames: Frames, regions: Sequence[str], dataset: Dataset | None = None
) -> dict[str, Grid]:
    """Measures of regions by year, where they are given for years, with the breaks of each."""
    found = {}
    place = {r: n for n, r in enumerate(regions)}
    for measure, frame in frames.items():
        rows = frame.filter(
            pl.col("value").is_not_null(), pl.col("subject").is_in(list(regions)),
            pl.col("period").str.contains(r"^\d{4}$"), pl.col("provenance") != "derived",
        )  # fmt: skip
        if rows.is_empty():
            continue
        years = sorted({int(p) for p in rows["period"].to_list()})
        at = {y: n for n, y in enumerate(years)}
        values = np.full((len(regions), len(years)), np.nan)
        for subject, period, value in rows.select("subject", "period", "value").iter_rows():
            values[place[subject], at[int(period)]] = value
        breaks: tuple[tuple[int, ...], ...] = ()
        if dataset is not None and measure in KERNELS:
            columns = KERNELS[measure].columns
            breaks = tuple(tuple(dataset.broken("panel", columns, r)) for r in regions)
        found[measure] = Grid(tuple(regions), tuple(years), values, breaks)
    return found


def outcomes_of(grids: Mapping[str, Grid], horizon: int) -> tuple[str, ...]:
    """For each stage gauge the first marker with enough regions, two looks a horizon apart."""
    found = []
    for markers in LEADS.values():
        for marker in markers:
            grid = grids.get(marker)
            if grid is not None and np.isfinite(change(grid, horizon)).sum() >= LEAST_CASES and (
                    np.isfinite(grid.values).any(axis=1).sum() >= LEAST_REGIONS):  # fmt: skip
                found.append(marker)
                break
    return tuple(found)


def at(grid: Grid, year: int) -> Floats:
    """Values of all regions in a year, unknown ones where it is not told."""
    if year not in grid.years:
        return np.full(len(grid.regions), np.nan)
    return np.asarray(grid.values[:, grid.years.index(year)])


def change(grid: Grid, ahead: int) -> Floats:
    """Change from each year to ``ahead`` years later; in logs where all values are positive.

    Unknown across a break of the series.
    """
    values = grid.values
    known = values[np.isfinite(values)]
    relative = len(known) > 0 and bool((known > 0).all()) and float(known.max()) > 1
    with np.errstate(invalid="ignore", divide="ignore"):
        used = np.log(values) if relative else values
    later = np.full(values.shape, np.nan)
    for n, year in enumerate(grid.years):
        if year + ahead in grid.years:
            moved = used[:, grid.years.index(year + ahead)] - used[:, n]
            later[:, n] = np.where(grid.since(year + ahead) <= year, moved, np.nan)
    return later


def ranks(column: Floats) -> Floats:
    """Percentile of each known value among the known ones, ties in the middle."""
    known = np.isfinite(column)
    found = np.full(column.shape, np.nan)
    values = column[known]
    if len(values) > 1:
        below = (values[:, None] > values[None, :]).sum(axis=1)
        equal = (values[:, None] == values[None, :]).sum(axis=1) - 1
        found[known] = 100 * (below + equal / 2) / (len(values) - 1)
    return found


def slopes(
    grid: Grid, year: int, window: int, least: int = 4, relative: bool = False
) -> Floats:
    r"""Trend of all regions over the years up to one, % a year, as a region's own trend is read.

    .. math:: 100 \sum_t (t - \bar t) \log x_t / \sum_t (t - \bar t)^2

    over the years since the last break, ``least`` of them or more; unknown where one of the values
    is, or is not positive. ``relative`` divides by the median of the regions known in every year.
    """
    years = [y for y in range(year - window, year + 1) if y in grid.years]
    if len(years) < least:
        return np.full(len(grid.regions), np.nan)
    rows = np.stack([at(grid, y) for y in years], axis=1)
    used = np.full(rows.shape, np.nan)
    np.log(rows, out=used, where=rows > 0)
    if relative and (whole := np.isfinite(used).all(axis=1)).any():
        used = used - np.median(used[whole], axis=0)
    counted = np.array(years) >= grid.since(year)[:, None]
    n = counted.sum(axis=1)
    x = np.where(counted, years, 0).astype(np.float64)
    x = np.where(counted, x - x.sum(axis=1, keepdims=True) / np.maximum(n, 1)[:, None], 0.0)
    told = np.where(counted, used, 0.0)
    found = np.full(len(rows), np.nan)
    np.divide(100 * (x * told).sum(axis=1), (x * x).sum(axis=1), out=found, where=n >= least)
    return found


def membership_in(
    clause: Clause, grids: Mapping[str, Grid], year: int, settings: Settings
) -> Floats:
    """Membership of every region in a clause, from what was known by that year."""
    measure = next(m for m in (clause.measure, *clause.instead) if m in grids)
    grid = grids[measure]
    raw = {"value": lambda: at(grid, year), "peers": lambda: ranks(at(grid, year)),
           "trend": lambda: slopes(grid, year, settings.whole("window"),
                                   settings.whole("minimum_years"), measure in CURRENT_PRICES),
           }[clause.against]()  # fmt: skip
    known = np.isfinite(raw)
    found = np.full(raw.shape, np.nan)
    if known.any():
        found[known] = direct(raw[known], *clause.anchors).membership
    return found
