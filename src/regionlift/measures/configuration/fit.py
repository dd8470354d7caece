"""Parameters of fit: how far one set lies within another, and what that is worth.

X is membership in a condition, term or solution, Y in the outcome; ~X = 1 - X, "and" is the
minimum, "or" the maximum, sums run over cases. Names follow R's QCA: inclS and covS are
consistency and coverage of sufficiency, inclN and covN of necessity. A quotient over nothing is
not a number.

Sources: Ragin 2008, Redesigning Social Inquiry, ch. 3; Schneider & Wagemann 2012, Set-Theoretic
Methods for the Social Sciences, ch. 5 and 9; Dusa 2018, QCA with R.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.measures.configuration.sets import ratio
from regionlift.measures.cube import Floats


@dataclass(frozen=True)
class Sufficiency:
    """How far X lies within Y.

    ``incl_s`` consistency, ``pri`` proportional reduction in inconsistency, ``cov_s`` raw and
    ``cov_u`` unique coverage, ``haesebrouck`` consistency by Haesebrouck, ``prevalence`` the mean
    of Y. Where X tells nothing of Y, consistency is about the prevalence: read it beside that.
    """

    incl_s: float
    pri: float
    cov_s: float
    cov_u: float
    haesebrouck: float
    prevalence: float


@dataclass(frozen=True)
class Necessity:
    """How far Y lies within X: consistency, coverage, and relevance against triviality."""

    incl_n: float
    cov_n: float
    ron: float


@dataclass(frozen=True)
class ModelFit:
    """Fit of each term of a model, and of their disjunction."""

    terms: tuple[Sufficiency, ...]
    solution: Sufficiency


def within(values: Floats, what: str) -> Floats:
    """Memberships as floats.

    Raises
    ------
    ValueError
        If one is missing or outside 0 to 1.
    """
    x = np.asarray(values, dtype=np.float64)
    wrong = np.argwhere(~((x >= 0) & (x <= 1)))
    if len(wrong):
        where = tuple(wrong[0].tolist())
        raise ValueError(
            f"{what}: membership {x[where]} at {where}; expected 0 to 1. Calibrate it, or leave "
            "the case out"
        )
    return x


def consistency(x: Floats, y: Floats) -> float:
    r"""Consistency of sufficiency, :math:`\sum \min(X, Y) / \sum X` (Ragin 2006)."""
    return ratio(np.minimum(x, y).sum(), x.sum())


def pri(x: Floats, y: Floats) -> float:
    r"""Proportional reduction in inconsistency.

    .. math:: \frac{\sum \min(X, Y) - \sum \min(X, Y, \sim Y)}
              {\sum X - \sum \min(X, Y, \sim Y)}

    What speaks for Y and ~Y at once speaks for neither. It is the overlap of all three, not that
    of X and ~Y alone, which takes off more than was counted.

    Source: Schneider & Wagemann 2012, ch. 9.
    """
    m = np.minimum(x, y)
    both = np.minimum(m, 1 - y).sum()
    return ratio(m.sum() - both, x.sum() - both)


def haesebrouck(x: Floats, y: Floats) -> float:
    r"""Consistency that weighs a case's inconsistency by its membership.

    .. math:: \sum m \Big/ \sum \big(m + \sqrt{\max(X - Y, 0)\, X}\big), \quad m = \min(X, Y)

    Source: Haesebrouck 2015, Journal of Comparative Politics 8(2), 65-80.
    """
    m = np.minimum(x, y)
    return ratio(m.sum(), (m + np.sqrt(np.maximum(x - y, 0) * x)).sum())


def relevance(x: Floats, y: Floats) -> float:
    r"""Relevance of necessity, :math:`\sum (1 - X) / \sum (1 - \min(X, Y))`.

    Low where X is nearly everywhere: then it is necessary for anything.

    Source: Schneider & Wagemann 2012, ch. 9.
    """
    return ratio((1 - x).sum(), (1 - np.minimum(x, y)).sum())


def sufficiency(x: Floats, y: Floats, others: Floats | None = None) -> Sufficiency:
    """Fit of X as sufficient for Y; ``others`` is membership in the other terms of the model."""
    x, y = within(x, "X"), within(y, "Y")
    m, total = np.minimum(x, y), y.sum()
    shared = 0.0 if others is None else np.minimum(m, others).sum()
    return Sufficiency(
        consistency(x, y), pri(x, y), ratio(m.sum(), total), ratio(m.sum() - shared, total),
        haesebrouck(x, y), float(y.mean()),
    )  # fmt: skip


def necessity(x: Floats, y: Floats) -> Necessity:
    """Fit of X as necessary for Y: inclN = sum min / sum Y, covN = sum min / sum X."""
    x, y = within(x, "X"), within(y, "Y")
    return Necessity(consistency(y, x), consistency(x, y), relevance(x, y))


def model_fit(memberships: Floats, outcome: Floats) -> ModelFit:
    r"""Fit of a model and of each of its terms.

    Unique coverage of term j is :math:`covS_j - \sum \min(m_j, \max_{k \ne j} m_k) / \sum Y`.

    Parameters
    ----------
    memberships : (terms, cases)
    outcome : (cases,)
    """
    x = within(memberships, "terms")
    if not len(x):
        raise ValueError("a model has at least one term")
    each = []
    for j, own in enumerate(x):
        rest = np.delete(x, j, axis=0)
        each.append(sufficiency(own, outcome, rest.max(axis=0) if len(rest) else None))
    return ModelFit(tuple(each), sufficiency(x.max(axis=0), outcome))
