"""Baselines a forecast of yearly counts must beat: persistence, means, trends, growth curves.

Every baseline gives a middle for each year ahead and a variance from its own one-step errors in
the past, never under that of a Poisson count. Draws are normal, rounded and cut at zero: with a
handful of years the shape of the errors is not told, and a skewed one would pull the median of a
baseline away from what it says. Errors of different years hang together as the model says: a
random walk under persistence, a shared level under the mean, a shared line under the trend. The
growth curves are drawn as if their parameters were known, years independent; `widen` mends what
they lack.

The first year of a programme is a partial one, which no baseline can read as a year: by default it
is dropped (``burn_in=1``), and the clock of the growth curves starts after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.cube import Floats

#: Standard deviation over mean where a model has no error left to estimate it from.
DISPERSION = 0.3

#: Events of a year; a level, such as organisations active; a share between 0 and 1.
Kind = Literal["flow", "stock", "share"]


@dataclass(frozen=True)
class Outlook:
    """Middle (h,) of each year ahead, and covariance (h, h) of the errors; units of the counts.

    ``parameters`` are those of the curve that was fitted, in the order of its formula.
    """

    mean: Floats
    covariance: Floats
    parameters: tuple[float, ...] = ()

    def draws(
        self, replicates: int, seed: int | np.random.SeedSequence, *, share: bool = False
    ) -> Floats:
        """(replicates, h): normal; counts rounded and cut at 0, shares cut at 0 and 1."""
        noise = np.random.default_rng(seed).standard_normal((replicates, len(self.mean)))
        size, axes = np.linalg.eigh(self.covariance)
        # mixing by the symmetric root keeps each column near the year it stands for
        root = axes * np.sqrt(np.maximum(size, 0.0)) @ axes.T
        drawn = self.mean + noise @ root
        done: Floats = np.clip(drawn, 0, 1) if share else np.maximum(np.rint(drawn), 0.0)
        return done


def persistence(counts: Floats, horizon: int, *, dispersion: float = DISPERSION) -> Outlook:
    """As last year; errors of a random walk, whose variance grows with each year ahead."""
    ahead = np.arange(1.0, horizon + 1)
    return _outlook(
        np.repeat(counts[-1], horizon), np.diff(counts), len(counts) - 1,
        np.minimum.outer(ahead, ahead), dispersion,
    )  # fmt: skip


def recent_mean(
    counts: Floats, horizon: int, *, years: int = 3, dispersion: float = DISPERSION
) -> Outlook:
    """Mean of the last years (three), of as many as there are at the start.

    Its own errors share the error of the mean: years ahead correlate by 1 / (years + 1).
    """
    means = np.array([counts[max(t - years, 0) : t].mean() for t in range(1, len(counts) + 1)])
    k = min(years, len(counts))
    return _outlook(
        np.repeat(means[-1], horizon), counts[1:] - means[:-1], len(counts) - 1,
        (np.eye(horizon) * k + 1) / (k + 1), dispersion,
    )  # fmt: skip


def linear(counts: Floats, horizon: int, *, dispersion: float = DISPERSION) -> Outlook | None:
    r"""Least-squares line, cut at zero; None under two years.

    The errors of years t and u have covariance
    :math:`s^2 (1_{t=u} + 1/n + (t-\bar t)(u-\bar t) / \sum_i (t_i-\bar t)^2)`.
    """
    n = len(counts)
    if n < 2:
        return None
    t = np.arange(n) - (n - 1) / 2
    slope = t @ counts / (t @ t)
    ahead = (n - 1) / 2 + np.arange(1, horizon + 1)
    return _outlook(
        counts.mean() + slope * ahead, counts - counts.mean() - slope * t, n - 2,
        np.eye(horizon) + 1 / n + np.outer(ahead, ahead) / (t @ t), dispersion,
    )  # fmt: skip


#: Share of the final level (power law: the level itself) reached at time t in years.
Curve = Callable[[Floats, Floats], Floats]


def _power(t: Floats, q: Floats) -> Floats:
    level: Floats = np.exp(q[0]) * t ** np.exp(q[1])
    return level


def _logistic(t: Floats, q: Floats) -> Floats:
    level: Floats = np.exp(q[0]) / (1 + np.exp(-np.clip(np.exp(q[1]) * (t - q[2]), -500, 500)))
    return level


def _gompertz(t: Floats, q: Floats) -> Floats:
    level: Floats = np.exp(q[0] - np.exp(np.clip(-np.exp(q[1]) * (t - q[2]), -500, 500)))
    return level


def _bass(t: Floats, q: Floats) -> Floats:
    p, i = np.exp(q[1]), np.exp(q[2])
    gone = np.exp(-(p + i) * t)
    level: Floats = np.exp(q[0]) * (1 - gone) / (1 + i / p * gone)
    return level


#: Name -> curve, places from which the fit starts (after the log of the last total), and bounds.
CURVES: Mapping[str, tuple[Curve, tuple[tuple[float, ...], ...], tuple[tuple[float, float], ...]]]
CURVES = MappingProxyType({
    "power": (_power, ((-0.4,), (0.3,)), ((-5.0, 2.0),)),
    "logistic": (
        _logistic, ((0.0, 1.0), (-0.7, 3.0), (-1.0, 6.0)), ((-5.0, 3.0), (-20.0, 60.0)),
    ),
    "gompertz": (
        _gompertz, ((0.0, 1.0), (-0.7, 3.0), (-1.5, 6.0)), ((-5.0, 3.0), (-20.0, 60.0)),
    ),
    "bass": (
        _bass, ((-1.0, -1.0), (-3.5, -1.0), (-1.0, -4.0)), ((-12.0, 2.0), (-12.0, 2.0)),
    ),
})  # fmt: skip


#: Curves whose last parameter is the year of their turn.
TURNING = ("logistic", "gompertz")


def growth(
    name: str,
    counts: Floats,
    horizon: int,
    *,
    stock: bool = False,
    most: float = 1e4,
    dispersion: float = DISPERSION,
) -> Outlook | None:
    r"""A growth curve through the cumulative counts; None with fewer years than parameters.

    ========  ==========================================================  ==================
    power     :math:`a t^b` (Heaps' law read in time)                     Heaps 1978
    logistic  :math:`K / (1 + e^{-r(t-m)})`                               Verhulst 1838
    gompertz  :math:`K \exp(-e^{-r(t-m)})`                                Gompertz 1825
    bass      :math:`K (1-e^{-(p+q)t}) / (1 + \tfrac qp e^{-(p+q)t})`     Bass 1969, eq. 9
    ========  ==========================================================  ==================

    The yearly increments are fitted, not the running total whose errors hang together, by least
    squares of their square roots, which steadies the variance of counts (Bartlett 1936).

    Parameters
    ----------
    counts : (n,) of years in a row
    stock : the counts are a level (organisations active), which the curve itself follows
    most : greatest K, as a multiple of the total so far; K is not told by years before the turn
    """
    from scipy.optimize import least_squares

    curve, starts, limits = CURVES[name]
    n, parameters = len(counts), 1 + len(limits)
    if n < parameters or not counts.any():
        return None
    t = np.arange(n + horizon + 1.0)

    def yearly(q: Floats) -> Floats:
        level = curve(t, q)
        return level[1:] if stock else np.diff(level)

    def misfit(q: Floats) -> Floats:
        gap: Floats = 2 * (np.sqrt(np.maximum(yearly(q)[:n], 0)) - np.sqrt(counts))
        return gap

    top = float(np.log(counts.max() if stock else counts.sum()))
    # The least total is that of the counts themselves, where they are next to nothing.
    low = np.array([min(-5.0, top), *(b[0] for b in limits)])
    high = np.array([top + np.log(most), *(b[1] for b in limits)])
    fits = [
        least_squares(misfit, np.clip([top + 0.3, *s], low + 1e-6, high - 1e-6), bounds=(low, high))
        for s in starts
    ]
    best = min(fits, key=lambda fit: fit.cost).x
    mean = yearly(best)
    found = _outlook(mean[n:], counts - mean[:n], n - parameters, np.eye(horizon), dispersion)
    # All but a turning point are fitted as logs.
    told = np.exp(best)
    if name in TURNING:
        told[-1] = best[-1]
    return replace(found, parameters=tuple(map(float, told)))


def _outlook(
    mean: Floats, errors: Floats, freedom: int, shape: Floats, dispersion: float
) -> Outlook:
    """Covariance of this shape, sized by the errors, or by the mean where none are left."""
    mean = np.maximum(mean, 0.0)
    scale = dispersion * mean if freedom < 1 else np.full_like(
        mean, np.sqrt(float(errors @ errors) / freedom)
    )  # fmt: skip
    return Outlook(mean, shape * np.outer(scale, scale))


def _at_least_poisson(outlook: Outlook) -> Outlook:
    """The same with no variance under the mean; correlations stay."""
    variance = np.diag(outlook.covariance)
    short = variance < outlook.mean
    if not short.any():
        return outlook
    if not variance.all():
        return Outlook(outlook.mean, np.diag(np.maximum(variance, outlook.mean)))
    factor = np.where(short, np.sqrt(outlook.mean / variance), 1.0)
    return Outlook(outlook.mean, outlook.covariance * np.outer(factor, factor))


#: Names of the baselines, in the order they are printed.
BASELINES = ("persistence", "recent mean", "linear", *CURVES)


def baseline(
    name: str,
    counts: ArrayLike,
    horizon: int,
    *,
    replicates: int = 1000,
    seed: int | np.random.SeedSequence = 0,
    burn_in: int = 1,
    kind: Kind = "flow",
    dispersion: float = DISPERSION,
) -> Floats | None:
    """Draws of the years ahead from one baseline; deterministic in the seed.

    Parameters
    ----------
    name : one of `BASELINES`
    counts : (n,) counts of years in a row, the last one the origin
    horizon : years ahead
    burn_in : first years that are dropped; 1, since a programme starts within a year
    kind : ``"flow"``, events of a year, whose running total the growth curves follow;
        ``"stock"``, a level they follow itself; ``"share"``, a level between 0 and 1
    dispersion : standard deviation over mean where no error is left to estimate it from

    Returns
    -------
    (replicates, horizon), or None where the years after the burn-in are fewer than the parameters

    Raises
    ------
    ValueError
        If the name or the kind is not known, a count is negative or not finite or a share above
        1, or a size is out of range.
    """
    y = np.asarray(counts, float)
    if name not in BASELINES:
        raise ValueError(f"baseline must be one of {', '.join(BASELINES)}, got {name!r}")
    if y.ndim != 1 or not np.isfinite(y).all() or (y < 0).any():
        raise ValueError("counts must be one row of finite numbers, none negative")
    if kind not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}, got {kind!r}")
    if kind == "share" and (y > 1).any():
        raise ValueError(f"shares must be at most 1, the largest is {y.max():g}")
    if horizon < 1 or replicates < 1 or burn_in < 0:
        raise ValueError("horizon and replicates must be at least 1, burn_in at least 0")
    y = y[burn_in:]
    if not len(y):
        return None
    outlook: Outlook | None
    if name == "persistence":
        outlook = persistence(y, horizon, dispersion=dispersion)
    elif name == "recent mean":
        outlook = recent_mean(y, horizon, dispersion=dispersion)
    elif name == "linear":
        outlook = linear(y, horizon, dispersion=dispersion)
    else:
        outlook = growth(name, y, horizon, stock=kind != "flow", dispersion=dispersion)
    if outlook is None:
        return None
    if kind == "share":
        return outlook.draws(replicates, seed, share=True)
    return _at_least_poisson(outlook).draws(replicates, seed)
