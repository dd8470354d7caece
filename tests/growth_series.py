"""Simulated series with a planted law, each run with parameters of its own."""

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.growth import FAMILIES, gompertz, logistic

Rows = NDArray[np.float64]


def years(n: int) -> NDArray[np.float64]:
    return 2000.0 + np.arange(n)


def truth(family: str, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A curve that reaches about 100, its bend well inside the series where it has one."""
    t = years(n)
    span = t[-1] - t[0]
    u = (t - t[0]) / span
    if family == "constant":
        return np.full(n, 100.0)
    if family == "linear":
        start = rng.uniform(10, 40)
        return start + (100 - start) * u
    if family == "exponential":
        return 100 * np.exp(rng.uniform(1.2, 2.2) * (u - 1))
    if family == "logistic":
        peak = t[0] + span * rng.uniform(0.35, 0.6)
        return logistic(t, 100.0, rng.uniform(8, 12) / span, peak)
    if family == "Gompertz":
        peak = t[0] + span * rng.uniform(0.2, 0.35)
        return gompertz(t, 100.0, rng.uniform(5, 8) / span, peak)
    at, later = rng.uniform(0.35, 0.65), rng.uniform(-0.1, 0.1)
    rise = u - (1 - later) * np.maximum(0, u - at)
    return 20 + 80 * rise / rise[-1]


def planted(family: str, n: int, noise: float, runs: int = 200, alike: float = 0.0) -> Rows:
    """(run, year): the truth plus normal noise, a share of the range (of the level, if constant).

    ``alike`` is the autocorrelation of the noise.
    """
    rng = np.random.default_rng([n, FAMILIES.index(family)])
    curves = np.stack([truth(family, n, rng) for _ in range(runs)])
    spread = np.ptp(curves, axis=1, keepdims=True)
    errors = rng.normal(size=(runs, n))
    for i in range(1, n):
        errors[:, i] = alike * errors[:, i - 1] + np.sqrt(1 - alike**2) * errors[:, i]
    return np.maximum(curves + noise * np.where(spread > 0, spread, 100) * errors, 0)
