"""Calibration: from an indicator to membership in a set, with anchors said beforehand.

Exclusion e, crossover c and inclusion i are the values at which a case counts as out, in doubt
and in. Anchors come from outside knowledge; a median or quantile would turn the set into a rank.
A case at exactly the crossover belongs nowhere, and is named.

Sources: Ragin 2008, Redesigning Social Inquiry, ch. 5; Dusa 2018, QCA with R, ch. 4; for TFR
Cheli & Lemmi 1995.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regionlift.measures.configuration.sets import Whole
from regionlift.measures.cube import Floats

#: Membership nearer than this to 0 or 1 is 0 or 1, whatever the curve (R QCA).
SNAP = 1e-4
#: Steps after which the indirect method has converged, or does not.
_STEPS = 100


@dataclass(frozen=True)
class Calibrated:
    """Memberships (cases,) in 0 to 1, and the places of cases at exactly one half.

    A missing value stays missing. ``warnings`` say what to doubt.
    """

    membership: Floats
    crossover: Whole
    warnings: tuple[str, ...] = ()


def _told(membership: Floats, *warnings: str) -> Calibrated:
    middle = np.flatnonzero(membership == 0.5)
    if len(middle):
        count = f"{len(middle)} case" + ("s" if len(middle) > 1 else "")
        warnings += (f"{count} at exactly 0.5: neither in nor out, in no row of a truth table",)
    return Calibrated(membership, middle, warnings)


def _anchors(anchors: Sequence[float], names: str) -> None:
    if not np.isfinite(anchors).all():
        raise ValueError(f"anchors {names} = {tuple(anchors)}: expected numbers")


def _three(exclusion: float, crossover: float, inclusion: float) -> None:
    _anchors((exclusion, crossover, inclusion), "exclusion, crossover, inclusion")
    rises, falls = exclusion < crossover < inclusion, exclusion > crossover > inclusion
    if not (rises or falls):
        raise ValueError(
            f"anchors exclusion {exclusion:g}, crossover {crossover:g}, inclusion {inclusion:g}: "
            "expected three different values in rising order, or in falling order for a set "
            "of low values"
        )


def direct(
    values: Floats, exclusion: float, crossover: float, inclusion: float, idm: float = 0.95
) -> Calibrated:
    r"""Direct method: a logistic curve through the crossover with a slope for each side.

    .. math:: f(x) = \frac{1}{1 + e^{-L (x - c) / |a - c|}}, \quad
              L = \ln \frac{d}{1 - d}, \quad a = e \text{ for } x < c, \; i \text{ for } x \ge c

    d is the degree of membership at the inclusion anchor, ``idm``; 1 - d is that at the exclusion
    anchor. Where exclusion is above inclusion the set is one of low values: swapped anchors, and
    1 - f. Below 0.0001 is 0, above 0.9999 is 1.

    Source: Ragin 2008, ch. 5; Dusa 2018, section 4.2.
    """
    _three(exclusion, crossover, inclusion)
    if not 0.5 < idm < 1:
        raise ValueError(f"idm = {idm:g}: expected a degree of membership between 0.5 and 1")
    x = np.asarray(values, dtype=np.float64)
    low, high = min(exclusion, inclusion), max(exclusion, inclusion)
    width = np.where(x < crossover, crossover - low, high - crossover)
    z = np.clip((x - crossover) * np.log(idm / (1 - idm)) / width, -700, 700)
    f = _snapped(1 / (1 + np.exp(-z)))
    return _told(1 - f if exclusion > inclusion else f)


def _snapped(f: Floats) -> Floats:
    return np.where(f < SNAP, 0.0, np.where(f > 1 - SNAP, 1.0, f))


def power(
    values: Floats, exclusion: float, crossover: float, inclusion: float,
    below: float = 1.0, above: float = 1.0,
) -> Calibrated:  # fmt: skip
    r"""Two power curves that meet at the crossover; straight lines where both exponents are 1.

    .. math:: f = \tfrac12 \Big(\frac{e - x}{e - c}\Big)^{b} \text{ between } e \text{ and } c,
              \quad 1 - \tfrac12 \Big(\frac{i - x}{i - c}\Big)^{a} \text{ between } c \text{ and } i

    0 beyond exclusion, 1 beyond inclusion. Falling anchors make a set of low values.

    Source: Dusa 2018, section 4.2.
    """
    _three(exclusion, crossover, inclusion)
    _exponents(below, above)
    x = np.asarray(values, dtype=np.float64)
    return _told(_snapped(_branch(x, exclusion, crossover, inclusion, below, above)))


def _exponents(below: float, above: float) -> None:
    if not (below > 0 and above > 0):
        raise ValueError(f"exponents below {below:g} and above {above:g}: expected more than 0")


def _branch(x: Floats, e: float, c: float, i: float, below: float, above: float) -> Floats:
    """One rising or falling branch; what is missing stays missing."""
    outer = np.clip((e - x) / (e - c), 0, 1)
    inner = np.clip((i - x) / (i - c), 0, 1)
    before = x < c if e < i else x > c
    return np.asarray(np.where(before, outer**below / 2, 1 - inner**above / 2))


def bell(
    values: Floats, anchors: Sequence[float], below: float = 1.0, above: float = 1.0
) -> Calibrated:
    """Set of middle values from six anchors e1 < c1 < i1 <= i2 < c2 < e2; a trapezoid by default.

    Rises as :func:`power` from e1 to i1, is 1 up to i2, falls from there to e2. The set of values
    that are not in the middle is :func:`valley`.

    Source: Dusa 2018, section 4.2.
    """
    _anchors(anchors, "e1, c1, i1, i2, c2, e2")
    _exponents(below, above)
    a = tuple(float(v) for v in anchors)
    if len(a) != 6 or not (a[0] < a[1] < a[2] <= a[3] < a[4] < a[5]):
        raise ValueError(
            f"anchors {a}: expected six values that rise; only the two in the middle may be equal"
        )
    return _told(_snapped(_bell(np.asarray(values, dtype=np.float64), a, below, above)))


def valley(
    values: Floats, anchors: Sequence[float], below: float = 1.0, above: float = 1.0
) -> Calibrated:
    """Set of values that are not in the middle, six rising anchors i1, c1, e1, e2, c2, i2.

    The exponents belong to the parts below and above one half, as in :func:`bell`; it is not its
    complement unless they are swapped.
    """
    rising = bell(values, anchors, above, below)
    return _told(1 - rising.membership)


def _bell(x: Floats, a: Sequence[float], below: float, above: float) -> Floats:
    rising = _branch(x, a[0], a[1], a[2], below, above)
    falling = _branch(x, a[5], a[4], a[3], below, above)
    return np.minimum(rising, falling)


def crisp(values: Floats, thresholds: Sequence[float]) -> Calibrated:
    """Number of thresholds at or below a value: 0 or 1 for one, a multi-value condition for more.

    The places of cases at exactly one half are meaningless here and left empty.
    """
    _anchors(thresholds, "thresholds")
    cuts = np.asarray(thresholds, dtype=np.float64)
    if not len(cuts) or (np.diff(cuts) <= 0).any():
        raise ValueError(f"thresholds {tuple(thresholds)}: expected different values that rise")
    x = np.asarray(values, dtype=np.float64)
    level = np.searchsorted(cuts, x, side="right").astype(np.float64)
    return Calibrated(np.where(np.isnan(x), np.nan, level), np.array([], dtype=np.int64))


def tfr(values: Floats) -> Calibrated:
    r"""Totally fuzzy and relative method, for ordered answers.

    .. math:: f(x) = \max\Big(0, \frac{E(x) - E(x_1)}{1 - E(x_1)}\Big)

    E is the empirical distribution, :math:`x_1` the lowest class that occurs (R's QCA reads 1
    there whatever the classes are). It is relative: another region changes every score.

    Source: Cheli & Lemmi 1995, Economic Notes 24, 115-134.
    """
    x = np.asarray(values, dtype=np.float64)
    known = np.sort(x[~np.isnan(x)])
    if len(known) < 2 or known[0] == known[-1]:
        raise ValueError("one class only: there is nothing to order")
    share = np.searchsorted(known, x, side="right") / len(known)
    least = np.searchsorted(known, known[0], side="right") / len(known)
    f = np.maximum(0, (share - least) / (1 - least))
    return _told(np.where(np.isnan(x), np.nan, f), "relative to the cases at hand")


def indirect(values: Floats, thresholds: Sequence[float]) -> Calibrated:
    r"""Indirect method: cases are put into classes, and a curve through the classes smooths them.

    k thresholds give targets 0, 1/k, ..., 1 (three decimals); their logit is regressed, as a
    quasi-binomial model, on :math:`\ln x, \sqrt x, x, x^2`. Zero reads as 0.00001. Six decimals,
    then below 0.0001 is 0 and above 0.9999 is 1.

    A curve fit with four bends is not monotone by construction: where it turns, a warning says so.

    Source: Ragin 2008, ch. 5; fractional logit after Papke & Wooldridge 1996.
    """
    _anchors(thresholds, "thresholds")
    cuts = np.asarray(thresholds, dtype=np.float64)
    x = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(x)
    if len(cuts) < 2 or (np.diff(cuts) <= 0).any():
        raise ValueError(f"thresholds {tuple(thresholds)}: expected two or more that rise")
    if (x[known] < 0).any():
        raise ValueError("the indirect method takes logarithms: expected no value below 0")
    x = np.where(x == 0, 1e-5, x)
    if len(np.unique(x[known])) < 6:
        raise ValueError("fewer than 6 different values: five coefficients need more")
    target = np.round(np.searchsorted(cuts, x[known], side="left") / len(cuts), 3)
    f = np.full(len(x), np.nan)
    f[known] = _snapped(np.round(_fractional(x[known], target), 6))
    turns = (np.diff(f[known][np.argsort(x[known], kind="stable")]) < 0).any()
    return _told(f, *(("the fitted curve is not monotone",) if turns else ()))


def _fractional(x: Floats, target: Floats) -> Floats:
    """Fitted share of a logit model on four powers, by iterated weighted least squares."""
    powers = np.column_stack((np.log(x), np.sqrt(x), x, x**2))
    # an orthogonal basis of the same space: powers of incomes differ by nine orders of magnitude
    scaled = (powers - powers.mean(axis=0)) / powers.std(axis=0)
    basis = np.linalg.qr(np.column_stack((np.ones(len(x)), scaled)))[0]
    mean = (target + 0.5) / 2
    score = np.log(mean / (1 - mean))
    before = np.inf
    for _ in range(_STEPS):
        weight = mean * (1 - mean)
        working = score + (target - mean) / weight
        root = np.sqrt(weight)
        score = basis @ np.linalg.lstsq(basis * root[:, None], working * root, rcond=None)[0]
        mean = 1 / (1 + np.exp(-np.clip(score, -30, 30)))
        loss = -2 * (target * np.log(mean) + (1 - target) * np.log(1 - mean)).sum()
        if abs(loss - before) < 1e-13 * (abs(loss) + 0.1):
            return np.asarray(mean)
        before = loss
    raise ValueError("the fitted curve does not settle: the classes are separated too cleanly")
