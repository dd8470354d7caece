"""Bayesian bootstrap: smooth weights in place of drawing with replacement.

With six or seven sub-industries an ordinary bootstrap often draws a block without one of them,
which is another block; Dirichlet weights keep every unit in every replicate (Rubin 1981, The
Bayesian Bootstrap, Annals of Statistics 9(1)).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.stats import t as student

from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Floats

#: Replicates held in memory at once.
_CHUNK = 100


def weights(units: int, settings: Settings) -> Floats:
    """Dirichlet(1, ..., 1) weights times the number of units, (replicate, unit).

    The stream depends on the seed and the number of units alone, so that two measures over the
    same sub-industries use the same weights and can be compared replicate by replicate.
    """
    return _dirichlet(settings.whole("seed"), units, settings.whole("resamples"))


@lru_cache(maxsize=32)
def _dirichlet(seed: int, units: int, size: int) -> Floats:
    drawn = np.random.default_rng([seed, units]).dirichlet(np.ones(units), size=size) * units
    drawn.flags.writeable = False
    return drawn


def draws(kernel: Callable[..., Floats], arrays: list[Floats], settings: Settings) -> Floats:
    """The kernel on reweighted arrays, (replicate, ...); their last axis is the unit."""
    w = weights(arrays[0].shape[-1], settings)
    shape = (1,) * (arrays[0].ndim - 1)
    # the unit is the last axis of the view and the first in memory: a sum over half a dozen units
    # is then a few long additions, three times as fast as many short ones
    units = [np.ascontiguousarray(np.moveaxis(array, -1, 0))[:, None] for array in arrays]
    parts = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, len(w), _CHUNK):
            block = np.ascontiguousarray(w[start : start + _CHUNK].T)
            block = block.reshape(*block.shape, *shape)
            parts.append(kernel(*(np.moveaxis(unit * block, 0, -1) for unit in units)))
    return np.concatenate(parts)


def interval(replicates: Floats, settings: Settings) -> tuple[Floats, Floats]:
    """Percentile interval along the first axis; NaN where any replicate is NaN."""
    finite = np.isfinite(replicates).all(axis=0)
    low, high = np.quantile(np.where(finite, replicates, 0), settings.tails, axis=0)
    return np.where(finite, low, np.nan), np.where(finite, high, np.nan)


def trend(years: Floats, log_values: Floats, settings: Settings) -> tuple[float, Floats]:
    """Least-squares slope of the log values on the years, and its t interval (low, high).

    .. math:: b \\pm t_{n-2} \\sqrt{\\frac{\\sum_t e_t^2}{(n-2) \\sum_t (t-\\bar t)^2}}

    Years are taken as independent: a series that wanders shows a trend too often.
    """
    n = len(years)
    t, y = years - years.mean(), log_values - log_values.mean()
    slope = float(t @ y / (t @ t))
    error = np.sqrt(((y - slope * t) ** 2).sum() / (n - 2) / (t @ t))
    return slope, slope + student.ppf(settings.tails, n - 2) * error
