"""Private and public income by year, and when private income would carry the platform."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
import polars as pl
from scipy.stats import linregress, t

Ends = tuple[float, float]


@dataclass(frozen=True)
class Slope:
    """Least squares on the year, with its interval."""

    value: float
    ends: Ends


@dataclass(frozen=True)
class Ahead:
    """One way private income may go on: years until it meets the cost.

    ``years`` is None where it does not grow; ``ends`` is None where one end of the slope's
    interval never leads there.
    """

    scenario: str
    years: float | None
    ends: Ends | None


@dataclass(frozen=True)
class Income:
    """Income of the years in which every row tells both parts.

    ``cost`` is the last year's whole income: the base scenario keeps it. ``left_out`` are years
    with a row that does not tell both.
    """

    years: tuple[int, ...]
    private: tuple[float, ...]
    public: tuple[float, ...]
    left_out: tuple[int, ...]
    trend: Slope | None
    ahead: tuple[Ahead, ...]
    shortfall: float | None

    @property
    def cost(self) -> float:
        """Whole income of the last year."""
        return self.private[-1] + self.public[-1]

    def share(self, place: int) -> float | None:
        """Private share of a year; None where there was no income."""
        whole = self.private[place] + self.public[place]
        return self.private[place] / whole if whole > 0 else None

    @property
    def later(self) -> float | None:
        """Years to break-even by the later scenario; None where one never leads there."""
        told = [a.years for a in self.ahead if a.years is not None]
        return max(told) if told and len(told) == len(self.ahead) else None


def income(platforms: pl.DataFrame, last: int, least: int, level: float) -> Income | None:
    """Income of the sub-platforms; None where no year tells both parts.

    Parameters
    ----------
    least : years a trend needs
    level : of the intervals
    """
    both = pl.col("income_private").is_not_null() & pl.col("income_public").is_not_null()
    by_year = (
        platforms.filter(pl.col("year") <= last)
        .group_by("year")
        .agg(pl.col("income_private").sum(), pl.col("income_public").sum(), told=both.all())
        .sort("year")
    )
    kept = by_year.filter("told")
    if kept.is_empty():
        return None
    years = tuple(kept["year"].to_list())
    private, public = (tuple(kept[f"income_{c}"].to_list()) for c in ("private", "public"))
    left_out = tuple(by_year.filter(~pl.col("told"))["year"].to_list())
    shares = [p / (p + q) if p + q > 0 else float("nan")
              for p, q in zip(private, public, strict=True)]  # fmt: skip
    trend = slope(years, shares, least, level)
    ahead, cost = _ahead(years, private, private[-1] + public[-1], least, level)
    return Income(years, private, public, left_out, trend, ahead, cost)


def slope(
    years: tuple[int, ...], values: list[float] | tuple[float, ...], least: int, level: float
) -> Slope | None:
    """Least squares of the values on the years; None with fewer years than a trend needs."""
    if len(years) < max(least, 3) or not np.isfinite(values).all():
        return None
    line = linregress(years, values)
    half = float(t.ppf((1 + level) / 2, len(years) - 2)) * float(line.stderr)
    return Slope(float(line.slope), (float(line.slope) - half, float(line.slope) + half))


def _ahead(
    years: tuple[int, ...], private: tuple[float, ...], cost: float, least: int, level: float
) -> tuple[tuple[Ahead, ...], float | None]:
    """Both scenarios, and the money missing until break-even by the later one."""
    now = private[-1]
    if min(private) <= 0:
        return (), None
    rate = slope(years, [log(p) for p in private], least, level)
    step = slope(years, private, least, level)
    if rate is None or step is None:
        return (), None
    gap, ratio = max(0.0, cost - now), max(0.0, log(cost / now))
    found = (
        _until("constant rate", ratio, rate), _until("constant sum", gap, step),
    )  # fmt: skip
    if found[0].years is None or found[1].years is None:
        return found, None
    if found[1].years >= found[0].years:
        path = [now + step.value * y for y in range(1, ceil(found[1].years) + 1)]
    else:
        path = [now * float(np.exp(rate.value * y)) for y in range(1, ceil(found[0].years) + 1)]
    return found, sum(max(0.0, cost - p) for p in path)


def _until(scenario: str, gap: float, growth: Slope) -> Ahead:
    if gap == 0:
        return Ahead(scenario, 0.0, (0.0, 0.0))
    low, high = growth.ends
    years = gap / growth.value if growth.value > 0 else None
    return Ahead(scenario, years, (gap / high, gap / low) if low > 0 else None)
