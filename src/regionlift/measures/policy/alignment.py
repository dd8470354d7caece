"""Money beside need: rank correlation, needs without money, money without need (item 83)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Floats
from regionlift.measures.network.readings import Estimate
from regionlift.measures.resample import weights


@dataclass(frozen=True)
class Alignment:
    """Units with what each needs and the money it got, in millions.

    ``unfunded`` have a need and no money, the greatest need first; ``idle`` have money and no
    need, the most money first; of those ``open`` the need is not known, and they are in no number.
    """

    need: Mapping[str, float]
    money: Mapping[str, float]
    rank: Estimate
    unfunded: tuple[str, ...]
    idle: tuple[str, ...]
    open: tuple[str, ...]


def align(
    need: Mapping[str, float | None], money: Mapping[str, float], least: int, settings: Settings
) -> Alignment:
    """Money against need over all units; a unit that no line names got none.

    Parameters
    ----------
    need : what each unit needs, 0 for nothing, None where that is not known
    money : money by unit; what is no unit of ``need`` is left out
    least : units a correlation needs
    """
    known = {unit: float(x) for unit, x in need.items() if x is not None}
    paid = {unit: float(money.get(unit, 0.0)) for unit in need}
    unfunded = sorted((u for u, x in known.items() if x > 0 and paid[u] == 0),
                      key=lambda u: (-known[u], u))  # fmt: skip
    idle = sorted((u for u, x in known.items() if x == 0 and paid[u] > 0),
                  key=lambda u: (-paid[u], u))  # fmt: skip
    return Alignment(
        known, paid, correlation([known[u] for u in known], [paid[u] for u in known], least,
                                 settings),
        tuple(unfunded), tuple(idle), tuple(u for u, x in need.items() if x is None),
    )  # fmt: skip


def correlation(x: list[float], y: list[float], least: int, settings: Settings) -> Estimate:
    """Spearman's correlation with a Bayesian bootstrap over the units."""
    n = len(x)
    if n < least:
        return Estimate(None, n, reason=f"{n} units have both; {least} are needed")
    if len(set(x)) < 2 or len(set(y)) < 2:
        return Estimate(None, n, reason="all units have the same need, or the same money")
    one, other = np.array(x), np.array(y)
    value = float(spearman(one, other, np.ones((1, n)))[0])
    low, high = np.quantile(spearman(one, other, weights(n, settings)), settings.tails)
    return Estimate(value, n, float(low), float(high))


def spearman(x: Floats, y: Floats, w: Floats) -> Floats:
    r"""Weighted rank correlation, a row of weights at a time.

    .. math:: r_i = \sum_{j: x_j < x_i} w_j + \tfrac12 \sum_{j: x_j = x_i} w_j

    Pearson's weighted correlation of these ranks; with equal weights it is Spearman's with
    mid-ranks.

    Parameters
    ----------
    x, y : (unit,)
    w : (replicate, unit)

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([5.0, 4.0, 9.0]), np.ones((1, 3))).round(3)
    array([0.5])
    """
    centred = []
    for values in (x, y):
        ranks = w @ ((values[:, None] < values) + 0.5 * (values[:, None] == values))
        mean = (w * ranks).sum(axis=1, keepdims=True) / w.sum(axis=1, keepdims=True)
        centred.append(ranks - mean)
    a, b = centred
    found: Floats = (w * a * b).sum(axis=1) / np.sqrt(
        (w * a * a).sum(axis=1) * (w * b * b).sum(axis=1)
    )
    return found


#: Units above which a bootstrap draws groups of them: its matrix would grow without end.
_GROUPS = 1000


def ratio(top: Floats, bottom: Floats, settings: Settings) -> Estimate:
    """Ratio of two sums over units with a Bayesian bootstrap; many units are drawn in groups."""
    n = len(top)
    if not bottom.sum() > 0:
        return Estimate(None, n, reason="there is nothing to take a share of")
    value = float(top.sum() / bottom.sum())
    if n < 2:
        return Estimate(value, n)
    group = np.arange(n) % _GROUPS
    t, b = np.bincount(group, top), np.bincount(group, bottom)
    w = weights(len(t), settings)
    low, high = np.quantile((w @ t) / (w @ b), settings.tails)
    return Estimate(value, n, float(low), float(high))
