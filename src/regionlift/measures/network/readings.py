"""Numbers as they are handed on: with an interval, or beside the same number under chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.graphs.nulls import Comparison, compared

Floats = NDArray[np.float64]

#: Ties drawn anew between the same organisations, each with as many ties as it has.
REWIRED = "ties rewired, degrees kept"
#: Participations drawn anew: what cliques of consortia do to a number is in this null too.
RESHUFFLED = "participations reshuffled among events of one start year, both margins kept"


@dataclass(frozen=True)
class Estimate:
    """A number, the units it rests on and its interval; None and a reason where it is not told."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Contrast:
    """A number beside its distribution where chance decides.

    Parameters
    ----------
    value : what the data say; None with a reason where they do not
    n : units it rests on
    null : what chance was allowed to change
    chance : mean, quantiles and distance of the draws; None with a reason where there are none
    """

    value: float | None
    n: int
    null: str
    chance: Comparison | None = None
    reason: str = ""


def contrast(
    value: float | None, drawn: Iterable[float | None], n: int, null: str, level: float = 0.9
) -> Contrast:
    """A number beside draws under a null; draws in which it is not defined are left out.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    tails = tails_of(level)
    if value is None:
        return Contrast(None, n, null, reason="not defined on these data")
    told = [x for x in drawn if x is not None and np.isfinite(x)]
    if len(told) < 2:
        return Contrast(value, n, null, reason="fewer than two draws of the null give this number")
    return Contrast(value, n, null, compared(value, told, tails))


def percentile_interval(replicates: Floats, level: float) -> tuple[float, float]:
    """Percentile interval of bootstrap replicates (Efron & Tibshirani 1993, chapter 13).

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    low, high = np.quantile(replicates, tails_of(level))
    return float(low), float(high)


def share(count: int, n: int, level: float = 0.9) -> Estimate:
    r"""A share with Wilson's score interval (Wilson 1927, JASA 22, 209-212).

    .. math:: \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    Raises
    ------
    ValueError
        If the count is not in 0..n, or the level not between 0 and 1.
    """
    if not 0 <= count <= n:
        raise ValueError(f"count must lie in 0..{n}, got {count}")
    z = NormalDist().inv_cdf(tails_of(level)[1])
    if n == 0:
        return Estimate(None, 0, reason="nothing to take a share of")
    p = count / n
    middle, half = p + z * z / (2 * n), z * ((p * (1 - p) + z * z / (4 * n)) / n) ** 0.5
    scale = 1 + z * z / n
    # a bound at 0 or 1 is exact, not short of it by rounding
    low = max(0.0, (middle - half) / scale) if count else 0.0
    high = min(1.0, (middle + half) / scale) if count < n else 1.0
    return Estimate(p, n, low, high)


def tails_of(level: float) -> tuple[float, float]:
    """Lower and upper quantile of a central interval."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    return (1 - level) / 2, (1 + level) / 2
