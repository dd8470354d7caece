"""Scores of forecasts: ensembles of counts against what came, rankings against which ties formed.

All are proper or standard; cases may carry weights, so that sampled non-cases count for the pairs
they stand for and every figure is at the true base rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.measures.cube import Floats

Flags = NDArray[np.bool_]


def crps(draws: ArrayLike, observed: ArrayLike, *, fair: bool = True) -> Floats:
    r"""Continuous ranked probability score of an ensemble; smaller is better.

    .. math:: \frac1R \sum_r |x_r - y| - \frac{1}{2 D} \sum_{r,s} |x_r - x_s|

    with :math:`D = R(R-1)` in the fair form, which does not reward many draws (Ferro 2014), and
    :math:`D = R^2` in the standard form (Gneiting & Raftery 2007, eq. 21).

    Parameters
    ----------
    draws : (R, ...)
    observed : (...), in the unit of the draws

    Returns
    -------
    (...), in the unit of the draws; for one draw the absolute error

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no draw, or any number is not finite.
    """
    x, y = _ensemble(draws, observed)
    size = len(x)
    spread = np.zeros(y.shape)
    if size > 1:
        rank = (2 * np.arange(1, size + 1) - size - 1).reshape(-1, *(1,) * y.ndim)
        # half the sum of absolute differences over all ordered pairs of draws
        spread = (rank * np.sort(x, axis=0)).sum(axis=0) / (size * (size - 1 if fair else size))
    score: Floats = np.abs(x - y).mean(axis=0) - spread
    return score


def interval(draws: ArrayLike, level: float = 0.9) -> tuple[Floats, Floats]:
    """Central interval of an ensemble (R, ...) at a level between 0 and 1: low and high (...)."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    low, high = np.quantile(np.asarray(draws, float), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def covered(draws: ArrayLike, observed: ArrayLike, level: float = 0.9) -> Flags:
    """Whether the central interval holds what was observed, ends included; shapes as `crps`."""
    x, y = _ensemble(draws, observed)
    low, high = interval(x, level)
    held: Flags = (low <= y) & (y <= high)
    return held


def coverage(draws: ArrayLike, observed: ArrayLike, level: float = 0.9) -> float:
    """Share of observations that the central interval holds; shapes as `crps`."""
    return float(covered(draws, observed, level).mean())


def average_precision(
    truth: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None
) -> float:
    r"""Area under the precision-recall steps, cases of one score taken together.

    .. math:: \sum_k (R_k - R_{k-1}) P_k

    over the distinct scores k from the highest down; P and R are weighted precision and recall. A
    ranking without information scores the base rate (Davis & Goadrich 2006).

    Parameters
    ----------
    truth : bool (c,)
    score : (c,), higher is more likely
    weight : (c,) or None, how many pairs each case stands for

    Raises
    ------
    ValueError
        If lengths differ, a number is not finite, a weight is not positive, or no case is true.
    """
    hits, all_ = _descending(*_ranking(truth, score, weight))
    gained = np.diff(hits, prepend=0.0)
    return float((gained * hits / all_).sum() / hits[-1])


def lift(
    truth: ArrayLike, score: ArrayLike, k: float, weight: ArrayLike | None = None
) -> float:
    """Share of true cases among the k highest, over their share among all.

    Of a group of equal scores that k cuts through, the expected part counts. Parameters and errors
    as `average_precision`; k is in pairs (a weighted count) and must lie in (0, all pairs].
    """
    hits, all_ = _descending(*_ranking(truth, score, weight))
    if not 0 < k <= all_[-1] * (1 + 1e-12):
        raise ValueError(f"k must lie between 0 and the {all_[-1]:g} pairs there are, got {k}")
    top = np.interp(k, np.append(0.0, all_), np.append(0.0, hits))
    return float(top / k / (hits[-1] / all_[-1]))


def auc(truth: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Chance that a true case outranks a false one, ties counted half (Hanley & McNeil 1982).

    Parameters and errors as `average_precision`; there must be a false case too.
    """
    hits, all_ = _descending(*_ranking(truth, score, weight))
    misses = all_ - hits
    if misses[-1] <= 0:
        raise ValueError("no case is false")
    step = np.diff(misses, prepend=0.0)
    before = np.append(0.0, hits[:-1])
    return float((step * (before + hits) / 2).sum() / (hits[-1] * misses[-1]))


def log_loss(
    truth: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None
) -> float:
    r"""Mean of :math:`-\log p` of what happened, in nats; smaller is better.

    Raises
    ------
    ValueError
        As `average_precision`, or if a probability lies outside [0, 1], or what happened had
        probability 0.
    """
    y, p, w = _ranking(truth, probability, weight)
    if p.min() < 0 or p.max() > 1:
        raise ValueError(f"probabilities must lie in [0, 1], got {p.min():g} to {p.max():g}")
    given = np.where(y, p, 1 - p)
    if not given.all():
        raise ValueError(f"{(given == 0).sum()} cases happened that had probability 0")
    return float(-(w * np.log(given)).sum() / w.sum())


def _ensemble(draws: ArrayLike, observed: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(draws, float), np.asarray(observed, float)
    if x.ndim == 0 or not len(x) or x.shape[1:] != y.shape:
        raise ValueError(f"draws must be (replicates, *{y.shape}), got shape {x.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("draws and observations must be finite")
    return x, y


def _ranking(
    truth: ArrayLike, score: ArrayLike, weight: ArrayLike | None
) -> tuple[Flags, Floats, Floats]:
    y, s = np.asarray(truth, bool), np.asarray(score, float)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, float)
    if y.ndim != 1 or y.shape != s.shape or y.shape != w.shape:
        raise ValueError(f"truth, score and weight must be of one length, got {y.shape}, "
                         f"{s.shape} and {w.shape}")  # fmt: skip
    if not np.isfinite(s).all():
        raise ValueError("scores must be finite")
    if not (np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("weights must be positive and finite")
    if not y.any():
        raise ValueError("no case is true")
    return y, s, w


def _descending(truth: Flags, score: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weight of true cases and of all cases at or above each distinct score, highest first."""
    order = np.argsort(-score, kind="stable")
    s = score[order]
    last = np.append(np.flatnonzero(s[1:] != s[:-1]), len(s) - 1)
    hits = np.cumsum((weight * truth)[order])[last]
    return hits, np.cumsum(weight[order])[last]
