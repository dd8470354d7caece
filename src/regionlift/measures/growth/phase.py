"""The phase of the network, from its active stock, with the probability of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.evidence.verdict import Truth
from regionlift.measures.growth.curves import Floats
from regionlift.measures.growth.profile import Estimate
from regionlift.measures.growth.series import series

Phase = Literal["formation", "growth", "maturity", "decline", "unknown"]
PHASES: tuple[Phase, ...] = ("formation", "growth", "maturity", "decline", "unknown")


@dataclass(frozen=True)
class PhaseShares:
    """Probabilities of the phases, and of a steady stock in the years ahead.

    Parameters
    ----------
    shares : share of the draws in each phase; they sum to one
    phase : the phase most draws are in, ``unknown`` where fewer than the share asked for are
    growth : median compound growth rate over the window, per year, and its percentile interval
        over the draws; None where no draw has one
    steady : probability that the growth rate over the coming years stays within the steady band;
        None where it has none
    saturated : met where the stock is mature and will stay steady with the probability asked for
    reason : why
    """

    shares: dict[Phase, float]
    phase: Phase
    growth: Estimate | None
    steady: float | None
    saturated: Truth
    reason: str


def stock_draws(
    active: NDArray[np.bool_], rng: np.random.Generator, resamples: int = 1000
) -> Floats:
    """Active stock in each year, organisations reweighted by the Bayesian bootstrap (Rubin 1981).

    Dirichlet(1, ..., 1) weights times the number of organisations. Organisations that were active
    in the same years share one gamma weight, which is the same distribution, faster, and does not
    depend on the order of the organisations.

    Parameters
    ----------
    active : (organisation, year) whether it was active
    rng : source of the weights

    Returns
    -------
    (resamples, year) stocks.
    """
    if active.ndim != 2 or active.dtype != np.bool_:
        raise ValueError(
            f"active must be a table of flags, organisation by year, got {active.dtype} of shape "
            f"{active.shape}"
        )
    if not len(active):
        raise ValueError("no organisation to draw from")
    patterns, alike = np.unique(active, axis=0, return_counts=True)
    drawn = rng.standard_gamma(alike.astype(np.float64), size=(resamples, len(alike)))
    drawn *= len(active) / drawn.sum(axis=1, keepdims=True)
    return np.asarray(drawn @ patterns.astype(np.float64))


def phase_shares(
    years: ArrayLike,
    draws: Floats,
    *,
    ceiling: float | None = None,
    window: int = 4,
    steady: float = 0.02,
    formation_share: float = 0.25,
    history: int = 5,
    horizon: int = 3,
    named_share: float = 0.8,
    level: float = 0.9,
) -> PhaseShares:
    r"""Phase of every draw of the active stock, by this rule, and the share of draws in each.

    With g the compound growth rate over the last ``window`` points (least squares on logs):

    * formation: g > ``steady``, the yearly increment is larger than in the window before, and the
      window began below ``formation_share`` of the peak to date (or of the ceiling, if larger)
    * growth: g > ``steady``, else
    * maturity: within +- ``steady``
    * decline: g < -``steady``
    * unknown: fewer than 2 ``window`` - 1 points, or a zero in the window

    The steady probability is that of the mean growth over the next ``horizon`` years for a random
    walk with drift in logs, fitted to the last ``history`` increments with mean m and standard
    deviation s:

    .. math:: m + s \sqrt{1/h + 1/k}\; t_{h-1}

    (h increments, k years ahead), averaged over the draws.

    Parameters
    ----------
    years : (n,) years in a row
    draws : (R, n) active stock, one draw a row; a single observed series is one row
    ceiling : identified ceiling of the stock, if there is one
    steady : growth rate per year counted as none
    named_share : share of draws a phase needs to be named
    level : of the interval of the growth rate

    Raises
    ------
    ValueError
        For years that are not in a row, no draws, or negative stocks.
    """
    rows = np.asarray(draws, dtype=np.float64)
    if rows.ndim != 2 or not len(rows):
        raise ValueError(f"draws must be a table, draw by year, with a row; got {rows.shape}")
    if window < 3 or history < 2 or horizon < 1:
        raise ValueError(
            f"needs window >= 3, history >= 2, horizon >= 1; got {window}, {history}, {horizon}"
        )
    t, _ = series(years, rows.min(axis=0))
    if len(t) > 1 and not np.isclose(t[1] - t[0], 1):
        raise ValueError(f"the rule is in years; these are {t[1] - t[0]:g} apart")
    n = len(t)
    if n < 2 * window - 1:
        return _unknown(f"{2 * window - 1} years are needed, the series has {n}")
    told = np.asarray((rows[:, -window:] > 0).all(axis=1))
    logs = np.log(np.where(rows > 0, rows, 1.0))
    growth = np.expm1(_slopes(logs[:, -window:]))
    before = rows[:, -2 * window + 1 : n - window + 1]
    faster = _slopes(rows[:, -window:]) > _slopes(before)
    reference = np.maximum(rows.max(axis=1), ceiling or 0.0)
    small = rows[:, -window] < formation_share * reference
    up, down = growth > steady, growth < -steady
    masks: dict[Phase, NDArray[np.bool_]] = {
        "formation": told & up & small & faster,
        "growth": told & up & ~(small & faster),
        "maturity": told & ~up & ~down,
        "decline": told & down,
        "unknown": ~told,
    }
    shares = {phase: float(mask.mean()) for phase, mask in masks.items()}
    if not told.any():
        return _unknown("a year of the window has no active organisation")
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, middle, high = (float(q) for q in np.quantile(growth[told], (tails[0], 0.5, tails[1])))
    ahead = _steady(rows, logs, history, horizon, steady)
    most = max(PHASES, key=lambda p: shares[p])
    named = most if shares[most] >= named_share else "unknown"
    reason = f"growth {middle:+.1%} a year; {most} in {shares[most]:.0%} of draws"
    if ahead is not None:
        reason += f"; within {steady:.0%} over the next {horizon} years with probability "
        reason += f"{ahead:.2f}"
    saturated = Truth.CANNOT_TELL
    if ahead is not None and named == "maturity" and ahead >= named_share:
        saturated = Truth.MET
    elif named not in ("maturity", "unknown") and ahead is not None and ahead <= 1 - named_share:
        saturated = Truth.NOT_MET
    return PhaseShares(shares, named, Estimate(middle, low, high, level), ahead, saturated, reason)


def _unknown(reason: str) -> PhaseShares:
    shares: dict[Phase, float] = {p: float(p == "unknown") for p in PHASES}
    return PhaseShares(shares, "unknown", None, None, Truth.CANNOT_TELL, reason)


def _slopes(rows: Floats) -> Floats:
    """Least-squares slope of each row on its place."""
    t = np.arange(rows.shape[1]) - (rows.shape[1] - 1) / 2
    return np.asarray(rows @ t / (t @ t))


def _steady(rows: Floats, logs: Floats, history: int, horizon: int, steady: float) -> float | None:
    from scipy.special import stdtr

    if rows.shape[1] < history + 1 or (rows[:, -history - 1 :] <= 0).any():
        return None
    increments = np.diff(logs[:, -history - 1 :], axis=1)
    mean = increments.mean(axis=1)
    # a stock that never moved has no spread: the smallest positive number makes it certain
    spread = np.maximum(increments.std(axis=1, ddof=1), np.finfo(np.float64).tiny)
    scale = spread * np.sqrt(1 / history + 1 / horizon)
    high, low = (np.log1p(steady) - mean) / scale, (np.log1p(-steady) - mean) / scale
    return float((stdtr(history - 1, high) - stdtr(history - 1, low)).mean())
