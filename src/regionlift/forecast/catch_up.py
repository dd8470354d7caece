"""Whether the gap between regions narrows, and where one region stands in it (item 9).

Two readings that need not agree: **sigma**, the spread of levels over the years, and **beta**,
whether regions that were behind rose more (Barro and Sala-i-Martin 1992). Beta alone proves
nothing: where levels only waver, those low by chance rise next (Galton's fallacy; Quah 1993). The
gap is said to narrow where both agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.forecast.order_of_stages import SHORTEST, leads_of
from regionlift.forecast.tested.cases import LEAST_CASES, LEAST_REGIONS, Grid, at
from regionlift.measures.cube import Floats
from regionlift.measures.resample import weights


@dataclass(frozen=True)
class Spread:
    """Sigma: standard deviation over the same regions in every year.

    ``slope`` is the trend of its log, % a year, with its interval over whole regions.
    """

    regions: int
    years: tuple[int, ...]
    values: tuple[float, ...]
    slope: float
    low: float
    high: float


@dataclass(frozen=True)
class Return:
    """Beta: change over ``span`` years on the level at its start, year effects out.

    ``earlier`` is the same on the level of the year before, which an error of measurement of the
    start year does not touch.
    """

    span: int
    slope: float
    low: float
    high: float
    n: int
    regions: int
    earlier: float | None


@dataclass(frozen=True)
class CatchUp:
    """Convergence of the regions on the marker of one gauge."""

    gauge: str
    marker: str
    logs: bool
    spread: Spread | None
    back: Return | None
    reason: str = ""

    @property
    def truth(self) -> Truth:
        """Met where the spread falls and those behind rose more, both with their intervals."""
        if self.spread is None or self.back is None:
            return Truth.CANNOT_TELL
        return Truth.MET if self.spread.high < 0 and self.back.high < 0 else Truth.NOT_MET

    @property
    def said(self) -> str:
        """The two readings in words."""
        if self.spread is None or self.back is None:
            return f"cannot tell: {self.reason}"
        if self.truth is Truth.MET:
            return "the gap narrows: the spread falls and regions behind rose more"
        moves = "holds no clear trend"
        if self.spread.low > 0:
            moves = "widens"
        elif self.spread.high < 0:
            moves = "falls"
        if self.back.high < 0:
            return f"regions behind rose more, yet the spread {moves}: a return to the middle"
        if self.back.low > 0:
            return f"regions ahead rose more; the spread {moves}"
        return f"regions behind did not rise more; the spread {moves}"


@dataclass(frozen=True)
class Gap:
    """A region's level as a share of the best region's and of the middle of its peers.

    ``before`` are the same ``span`` years earlier, over the same regions, or None.
    """

    gauge: str
    marker: str
    year: int
    frontier: str
    to_frontier: float
    to_middle: float | None
    span: int
    before: tuple[float, float | None] | None
    peers: int
    reason: str = ""


def catch_up(
    grids: Mapping[str, Grid], regions: Sequence[str], settings: Settings
) -> tuple[CatchUp, ...]:
    """Convergence on the first marker of each gauge that enough regions have."""
    return tuple(
        _judged(gauge, marker, grids[marker], regions, settings)
        for gauge, marker in leads_of(grids, SHORTEST).items()
    )


def gap_of(
    gauge: str, marker: str, grid: Grid | None, region: str, peers: Sequence[str],
    settings: Settings, year: int | None = None,
) -> Gap:  # fmt: skip
    """Where one region stands between the best region and the middle of its peers, and stood."""
    own = None if grid is None else grid.values[grid.regions.index(region)]
    last = [] if grid is None or own is None else [
        t for n, t in enumerate(grid.years)
        if own[n] > 0 and (year is None or t <= year)
    ]  # fmt: skip
    if grid is None or not last:
        return Gap(gauge, marker, 0, "", 0, None, 0, None, 0,
                   "no year in which it is observed and positive")  # fmt: skip
    end, at_home, now = last[-1], grid.regions.index(region), at(grid, last[-1])
    # the same regions then and now; the longest span up to the horizon in which this one is known
    used, old, span = np.isfinite(now), None, 0
    for ago in range(settings.whole("horizon"), 0, -1):
        then = at(grid, end - ago)
        both = np.isfinite(now) & np.isfinite(then) & (grid.since(end) <= end - ago)
        if both[at_home] and then[at_home] > 0:
            used, old, span = both, then, ago
            break
    among = used & np.isin(grid.regions, list(peers))
    enough = int(among.sum()) >= settings.whole("minimum_peers")

    def shares(level: Floats) -> tuple[float, float | None]:
        middle = float(np.median(level[among])) if enough else 0.0
        mine = float(level[at_home])
        return mine / float(level[used].max()), mine / middle if middle > 0 else None

    to_frontier, to_middle = shares(now)
    best = grid.regions[int(np.argmax(np.where(used, now, -np.inf)))]
    return Gap(gauge, marker, end, best, to_frontier, to_middle, span,
               None if old is None else shares(old), int(among.sum()))  # fmt: skip


def _judged(
    gauge: str, marker: str, grid: Grid, regions: Sequence[str], settings: Settings
) -> CatchUp:
    """Levels in logs where all are positive; before a region's last break they are unknown."""
    known = grid.values[np.isfinite(grid.values)]
    logs = bool((known > 0).all())
    used = np.log(grid.values) if logs else grid.values
    years = np.array(grid.years)
    used = np.where(years >= grid.since(grid.years[-1])[:, None], used, np.nan)
    spread = _spread(used, grid.years, regions, settings)
    back = _back(used, grid.years, settings)
    missing = []
    if spread is None:
        missing.append(f"no {settings.whole('minimum_years')} years in which the same "
                       f"{LEAST_REGIONS} regions are known")  # fmt: skip
    if back is None:
        missing.append(f"fewer than {LEAST_CASES} changes of {SHORTEST} years")
    return CatchUp(gauge, marker, logs, spread, back, "; ".join(missing))


def steady(known: Floats, least: int) -> tuple[int, int]:
    """First and last column of the span that holds the most values of regions known all along.

    ``known`` is bool, (region, year). Spans are of ``least`` years and ``LEAST_REGIONS`` regions
    or more; (0, -1) where there is none.
    """
    best, found = 0, (0, -1)
    for first in range(known.shape[1]):
        for last in range(first + least - 1, known.shape[1]):
            rows = int(known[:, first : last + 1].all(axis=1).sum())
            held = rows * (last + 1 - first)
            if rows >= LEAST_REGIONS and held > best:
                best, found = held, (first, last)
    return found


def _spread(
    used: Floats, years: tuple[int, ...], regions: Sequence[str], settings: Settings
) -> Spread | None:
    r"""Sigma and its trend.

    .. math:: \sigma_t = \operatorname{sd}_r \log x_{rt}, \qquad
              b = 100 \sum_t (t - \bar t) \log \sigma_t / \sum_t (t - \bar t)^2
    """
    first, last = steady(np.isfinite(used), settings.whole("minimum_years"))
    if last < first:
        return None
    table = used[:, first : last + 1]
    rows = np.flatnonzero(np.isfinite(table).all(axis=1))
    table, when = table[rows], years[first : last + 1]
    x = np.array(when, dtype=np.float64) - np.mean(when)

    def sigma(w: Floats) -> Floats:
        share = w / w.sum(axis=-1, keepdims=True)
        mean = share @ table
        return np.asarray(np.sqrt(np.maximum(share @ table**2 - mean**2, 0)))

    own = sigma(np.ones(len(rows)))
    drawn = sigma(weights(len(regions), settings)[:, rows])
    if min(own.min(), drawn.min()) <= 0:
        return None
    slopes = 100 * np.log(drawn) @ x / (x @ x)
    low, high = np.quantile(slopes, settings.tails)
    return Spread(len(rows), when, tuple(own.tolist()), float(100 * np.log(own) @ x / (x @ x)),
                  float(low), float(high))  # fmt: skip


def _back(used: Floats, years: tuple[int, ...], settings: Settings) -> Return | None:
    """Beta over the longest span up to the horizon that leaves enough cases."""
    horizon = settings.whole("horizon")
    for span in range(horizon, min(SHORTEST, horizon) - 1, -1):
        found = _slope(used, years, span, 0, settings)
        if found is not None:
            earlier = _slope(used, years, span, 1, settings)
            return Return(span, *found, None if earlier is None else earlier[0])
    return None


def _slope(
    used: Floats, years: tuple[int, ...], span: int, back: int, settings: Settings
) -> tuple[float, float, float, int, int] | None:
    """Slope, its ends, cases and regions; the level is that of ``back`` years before the start."""
    moved, level, who = [], [], []
    place = {y: n for n, y in enumerate(years)}
    for year, n in place.items():
        if year + span not in place or year - back not in place:
            continue
        y, x = used[:, place[year + span]] - used[:, n], used[:, place[year - back]]
        good = np.flatnonzero(np.isfinite(y) & np.isfinite(x))
        if len(good) > 1:
            moved.append(y[good] - y[good].mean())
            level.append(x[good] - x[good].mean())
            who.append(good)
    groups = np.concatenate(who) if who else np.empty(0, np.int64)
    regions = len(np.unique(groups))
    if len(groups) < LEAST_CASES or regions < LEAST_REGIONS:
        return None
    x = np.concatenate(level)
    if np.ptp(x) == 0:
        return None
    fit = sm.OLS(np.concatenate(moved), x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    low, high = fit.conf_int(1 - settings["confidence"])[0]
    return float(fit.params[0]), float(low), float(high), len(groups), regions
