"""Consistency and coverage that do not rise with the mere frequency of the outcome.

Under independence the plain consistency of X for Y is about the prevalence of Y: a frequent
outcome makes everything look sufficient. These six measures set that right in different ways.

Sources: De Souter 2024, Journal of Causal Inference 12, "Evaluating Boolean relationships in
configurational comparative methods"; Baumgartner & Ambuehl, vignette of the package cna.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.measures.configuration.fit import within
from regionlift.measures.configuration.sets import ratio
from regionlift.measures.cube import Floats


@dataclass(frozen=True)
class Adjusted:
    """The three consistencies and the three coverages.

    ``pa_con`` prevalence-adjusted, ``c_con`` contrapositive and ``aac_con`` antecedent-adjusted
    contrapositive consistency; ``aa_cov`` antecedent-adjusted, ``c_cov`` contrapositive and
    ``pac_cov`` prevalence-adjusted contrapositive coverage.
    """

    pa_con: float
    c_con: float
    aac_con: float
    aa_cov: float
    c_cov: float
    pac_cov: float


def adjusted(x: Floats, y: Floats) -> Adjusted:
    r"""Adjusted fit of X for Y, with f = ~X, u = ~Y and sums over cases.

    .. math::
        PAcon = \frac{\sum XY}{\sum XY + \frac{\sum Y}{\sum u} (\sum Xu - d)}, \quad
        Ccon = \frac{\sum fu}{\sum (fu + Xu - Xfuy)}, \quad
        AACcon = \frac{\sum fu}{\sum fu + \frac{\sum f}{\sum X} (\sum Xu - d)}

    .. math::
        AAcov = \frac{\sum XY}{\sum XY + \frac{\sum X}{\sum f} (\sum fY - d)}, \quad
        Ccov = \frac{\sum fu}{\sum (fu + fY - Xfuy)}, \quad
        PACcov = \frac{\sum fu}{\sum fu + \frac{\sum u}{\sum Y} (\sum fY - d)}

    A product stands for the minimum; d = sum min(X, f, Y, u) is what counts on both sides. A
    frequent outcome, or a frequent condition, is weighed as if it were as frequent as its absence.
    """
    x, y = within(x, "X"), within(y, "Y")
    f, u = 1 - x, 1 - y
    xy, xu = np.minimum(x, y).sum(), np.minimum(x, u).sum()
    fy, fu = np.minimum(f, y).sum(), np.minimum(f, u).sum()
    d = np.minimum(np.minimum(x, f), np.minimum(y, u)).sum()
    sx, sf, sy, su = x.sum(), f.sum(), y.sum(), u.sum()
    return Adjusted(
        pa_con=_adjusted(xy, sy, su, xu - d),
        c_con=ratio(fu, fu + xu - d),
        aac_con=_adjusted(fu, sf, sx, xu - d),
        aa_cov=_adjusted(xy, sx, sf, fy - d),
        c_cov=ratio(fu, fu + fy - d),
        pac_cov=_adjusted(fu, su, sy, fy - d),
    )


def _adjusted(good: float, own: float, other: float, bad: float) -> float:
    """Share of the good, the bad weighed by the odds; undefined where there is no other side."""
    if other <= 0:
        return float("nan")
    return ratio(good, good + own / other * bad)
