"""Cases: regions in years, what was known of them by then, and what came after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.measures.configuration.calibration import direct
from regionlift.measures.cube import Floats
from regionlift.measures.stage import LEADS
from regionlift.paths.model import Clause

Frames = Mapping[str, pl.DataFrame]

#: Regions and cases below which nothing is tested.
LEAST_REGIONS, LEAST_CASES = 15, 60


@dataclass(frozen=True)
class Grid:
    """Values (regions, years) of one measure, not a number where unknown."""

    regions: tuple[str, ...]
    years: tuple[int, ...]
    values: Floats


def grids_of(frames: Frames, regions: Sequence[str]) -> dict[str, Grid]:
    """Measures of regions by year, where they are given for years."""
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
        found[measure] = Grid(tuple(regions), tuple(years), values)
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
    """Change from each year to ``ahead`` years later; in logs where all values are positive."""
    values = grid.values
    known = values[np.isfinite(values)]
    relative = len(known) > 0 and bool((known > 0).all()) and float(known.max()) > 1
    with np.errstate(invalid="ignore", divide="ignore"):
        used = np.log(values) if relative else values
    later = np.full(values.shape, np.nan)
    for n, year in enumerate(grid.years):
        if year + ahead in grid.years:
            later[:, n] = used[:, grid.years.index(year + ahead)] - used[:, n]
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


def slopes(grid: Grid, year: int, window: int) -> Floats:
    """Slope of the log (or of the value, in hundredths) over the years up to one, % a year."""
    years = [y for y in range(year - window, year + 1) if y in grid.years]
    if len(years) < 4:
        return np.full(len(grid.regions), np.nan)
    rows = np.stack([at(grid, y) for y in years], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        used = np.log(rows) if np.nanmin(rows, initial=1.0) > 0 else rows
    x = np.array(years, dtype=np.float64) - np.mean(years)
    return np.asarray(100 * (used @ x) / (x @ x))


def membership_in(clause: Clause, grids: Mapping[str, Grid], year: int, window: int) -> Floats:
    """Membership of every region in a clause, from what was known by that year."""
    grid = next((grids[m] for m in (clause.measure, *clause.instead) if m in grids), None)
    assert grid is not None
    raw = {"value": lambda: at(grid, year), "peers": lambda: ranks(at(grid, year)),
           "trend": lambda: slopes(grid, year, window)}[clause.against]()  # fmt: skip
    known = np.isfinite(raw)
    found = np.full(raw.shape, np.nan)
    if known.any():
        found[known] = direct(raw[known], *clause.anchors).membership
    return found
