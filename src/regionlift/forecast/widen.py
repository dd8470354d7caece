"""Intervals widened by what they missed at earlier origins.

A model that knows nothing of its own errors is too sure of itself. Each past miss is measured in
half-widths of the interval that was given; the interval of today is stretched until nine in ten of
the past outcomes would have been held (conformal prediction with normalised residuals: Lei, G'Sell,
Rinaldo, Tibshirani & Wasserman 2018, Journal of the American Statistical Association 113(523),
section 5.2). It is never made narrower than the model's.

With few origins the promise is weak and is told: the largest of n past misses holds a new one with
probability n / (n + 1) if origins are exchangeable, which years of one record are only roughly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil, inf, isfinite
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.cube import Floats


class Judged(Protocol):
    """One past forecast beside what came; `horizon` in years ahead, 0 for the total of all."""

    @property
    def origin(self) -> int: ...  # noqa: D102
    @property
    def horizon(self) -> int: ...  # noqa: D102
    @property
    def observed(self) -> float: ...  # noqa: D102
    @property
    def median(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class Widening:
    """How far the interval of one year ahead is stretched, and what that rests on.

    Parameters
    ----------
    factor : on the distance of either end from the median; 1 or more
    status : ``"calibrated"``, or ``"uncalibrated"`` where ``reason`` says why
    origins, cases : past origins, and forecasts of them, it rests on
    pooled : whether forecasts of all years ahead were taken together
    before, after : share of these cases held by the model's interval, and by the widened one;
        None without a case
    promised : coverage of a new origin if origins are exchangeable: at most the level, and
        origins / (origins + 1)
    """

    factor: float
    status: Literal["calibrated", "uncalibrated"]
    reason: str
    origins: int
    cases: int
    pooled: bool
    before: float | None
    after: float | None
    promised: float


def missed_by(case: Judged) -> float:
    """Distance of the outcome from the median, in half-widths of the interval on that side.

    At most 1 where the interval held it; 0 at the median, infinite outside an end at the median.
    """
    gap = case.observed - case.median
    half = case.high - case.median if gap > 0 else case.median - case.low
    if gap == 0:
        return 0.0
    return abs(gap) / half if half > 0 else inf


def widening(
    cases: Iterable[Judged],
    horizons: Collection[int],
    *,
    level: float = 0.9,
    enough: int = 9,
    least_origins: int = 3,
) -> dict[int, Widening]:
    r"""Factor of each year ahead from past forecasts of one count.

    With the misses :math:`s_{(1)} \le \dots \le s_{(n)}` of `missed_by` the factor is

    .. math:: \max(1, s_{(k)}), \quad k = \min(n, \lceil (n + 1)\,\text{level} \rceil)

    Parameters
    ----------
    cases : past forecasts of one count by one model
    horizons : years ahead asked for; 0 is the total, which has only its own cases
    level : coverage that the intervals of the cases were meant to have
    enough : cases a year ahead needs to have a factor of its own; with fewer, those of all years
        ahead are taken together. At a level of 0.9 nine are the fewest that can promise it
    least_origins : origins below which the widened interval is called uncalibrated

    Returns
    -------
    dict
        Horizon to ``Widening``. Without any case the factor is 1 and the status uncalibrated.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, or an interval does not hold its median.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    known = list(cases)
    for case in known:
        if not case.low <= case.median <= case.high:
            raise ValueError(
                f"the interval of {case.origin} + {case.horizon} must hold its median: "
                f"{case.low:g}, {case.median:g}, {case.high:g}"
            )
    ahead = [c for c in known if c.horizon > 0]
    found = {}
    for horizon in horizons:
        own = [c for c in known if c.horizon == horizon]
        pooled = horizon > 0 and len(own) < enough and len(ahead) > len(own)
        seen = bool(own) or not ahead
        found[horizon] = _factor(ahead if pooled else own, pooled, seen, level, least_origins)
    return found


def _factor(
    cases: list[Judged], pooled: bool, seen: bool, level: float, least_origins: int
) -> Widening:
    origins, n = len({c.origin for c in cases}), len(cases)
    if not n:
        return Widening(1.0, "uncalibrated", "no past origin", 0, 0, pooled, None, None, 0.0)
    misses = sorted(missed_by(c) for c in cases)
    # a hair less than the product, so that 0.9 * 10 is nine
    needed = min(n, ceil((n + 1) * level - 1e-9))
    factor = max(1.0, misses[needed - 1])
    reason = ""
    if not isfinite(factor):
        factor = max([1.0, *(m for m in misses if isfinite(m))])
        reason = "an interval of no width missed what came"
    elif origins < least_origins:
        reason = f"{origins} past origins, {least_origins} are needed"
    elif not seen:
        reason = "no past forecast went as many years ahead"
    before, after = (sum(m <= f for m in misses) / n for f in (1.0, factor))
    return Widening(
        factor, "uncalibrated" if reason else "calibrated", reason, origins, n, pooled,
        before, after, min(level, origins / (origins + 1)),
    )  # fmt: skip


def widen(
    draws: ArrayLike,
    factor: ArrayLike,
    *,
    least: float = 0.0,
    most: float = inf,
) -> Floats:
    """Stretch draws away from their median, within what the quantity can be.

    Every quantile of the draws moves by the factor, so that the interval of any level is stretched
    alike.

    Parameters
    ----------
    draws : (R, h)
    factor : (h,) or one number, 1 or more
    least, most : range of the quantity: 0 and none for counts, 0 and 1 for shares

    Raises
    ------
    ValueError
        If a factor is below 1 or not finite.
    """
    x, f = np.asarray(draws, float), np.asarray(factor, float)
    if not (np.isfinite(f).all() and (f >= 1).all()):
        raise ValueError(f"factors must be finite and at least 1, got {f}")
    middle = np.median(x, axis=0)
    done: Floats = np.clip(middle + f * (x - middle), least, most)
    return done


def held_out(
    cases: Iterable[Judged], *, level: float = 0.9, enough: int = 9
) -> Mapping[tuple[int, int], bool]:
    """Whether each past outcome is held by its interval widened by the other origins alone.

    This, not the coverage of the cases the factor was chosen on, says how widened intervals did.

    Returns
    -------
    dict
        (origin, horizon) to whether it is held. Empty with a single origin.
    """
    known = list(cases)
    held = {}
    origins = {c.origin for c in known}
    if len(origins) < 2:
        return {}
    for origin in origins:
        now = [c for c in known if c.origin == origin]
        others = [c for c in known if c.origin != origin]
        factors = widening(others, {c.horizon for c in now}, level=level, enough=enough)
        for c in now:
            held[c.origin, c.horizon] = missed_by(c) <= factors[c.horizon].factor
    return held
