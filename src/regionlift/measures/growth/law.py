"""The law of growth of a yearly series: which family describes it, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.growth.compare import Comparison, FamilyFit, compare, correction
from regionlift.measures.growth.curves import SIMPLER, Family, Floats, Shape
from regionlift.measures.growth.profile import Estimate, Parameter, interval
from regionlift.measures.growth.rates import growth_now, growth_rates
from regionlift.measures.growth.series import Refusal, against_values, against_years, series

#: Fewest points any family can be fitted to.
_LEAST = 6


@dataclass(frozen=True)
class Law:
    """What describes a series best, with the evidence.

    Parameters
    ----------
    years, values : (n,) the series
    fits : every family's fit, in the order of ``FAMILIES``; empty where refused
    persistence : root mean square error one step ahead of "the next value is the last one"
    supported : families whose criterion is within the margin of the lowest, lowest first
    family : the one that is told; None where it cannot be
    shape : what can be told of the shape, also where the two saturating families cannot be told
        apart; None where not even that
    reason : why this, or why it cannot be told
    refusals : what stood against fitting at all
    level, ceiling_bound, window : as given to :func:`fit_law`
    """

    years: tuple[float, ...]
    values: tuple[float, ...]
    fits: tuple[FamilyFit, ...]
    persistence: float | None
    supported: tuple[Family, ...]
    family: Family | None
    shape: Shape | None
    reason: str
    refusals: tuple[Refusal, ...]
    level: float
    ceiling_bound: float
    window: int

    def fit(self, family: Family) -> FamilyFit:
        """The fit of one family; KeyError where the series was refused."""
        found = {f.family: f for f in self.fits}
        return found[family]

    @property
    def told(self) -> tuple[Family, ...]:
        """Families that stand: one, two of one shape, or none."""
        if self.shape is None:
            return ()
        if self.family:
            return (self.family,)
        return tuple(f for f in self.supported if self.fit(f).shape == self.shape)

    @property
    def autocorrelation(self) -> float | None:
        """Of successive residuals of the best family; well above zero, intervals are too narrow."""
        return self.fit(self.told[0]).autocorrelation if self.told else None

    @cached_property
    def ceiling(self) -> Estimate | None:
        """Ceiling K and its profile interval; None where the shape is not saturating.

        Where logistic and Gompertz cannot be told apart, the value of the better and an interval
        that holds those of both.
        """
        return self._estimate("ceiling")

    @property
    def ceiling_identified(self) -> bool:
        """Whether the series bounds the ceiling from above."""
        return self.ceiling is not None and self.ceiling.high is not None

    @cached_property
    def peak(self) -> Estimate | None:
        """Year of peak growth of a saturating curve, in the manner of :attr:`ceiling`."""
        return self._estimate("peak")

    @property
    def rates(self) -> tuple[float | None, ...]:
        """(n - 1,) growth rates from point to point, per year; None beside a zero."""
        return growth_rates(*self._arrays)

    @property
    def growth_now(self) -> Estimate | None:
        """Compound growth rate over the last ``window`` points; None beside a zero."""
        return growth_now(*self._arrays, window=self.window, level=self.level)

    @property
    def text(self) -> str:
        """The answer in a sentence."""
        if self.shape is None:
            return f"cannot tell: {self.reason}"
        return f"{self.family or self.shape}: {self.reason}"

    @property
    def _arrays(self) -> tuple[Floats, Floats]:
        return np.array(self.years), np.array(self.values)

    def _estimate(self, parameter: Parameter) -> Estimate | None:
        if self.shape != "saturating":
            return None
        return together(
            [
                interval(
                    family, *self._arrays, parameter,
                    level=self.level, ceiling_bound=self.ceiling_bound,
                )
                for family in self.told
            ]
        )  # fmt: skip


def together(found: Sequence[Estimate]) -> Estimate:
    """Value of the first, and the interval that holds all of theirs."""
    lows, highs = [e.low for e in found], [e.high for e in found]
    low = None if None in lows else min(v for v in lows if v is not None)
    high = None if None in highs else max(v for v in highs if v is not None)
    return Estimate(found[0].value, low, high, found[0].level)


def fit_law(
    years: ArrayLike,
    values: ArrayLike,
    *,
    record_start: float | None,
    record_end: float | None = None,
    burn_in: float = 5,
    minimum_points: int = 8,
    margin: float = 4.0,
    first_origin: int = 6,
    level: float = 0.9,
    ceiling_bound: float = 100.0,
    window: int = 5,
) -> Law:
    """Compare constant, linear, exponential, logistic, Gompertz and broken line on one series.

    The rule:

    1. families whose corrected Akaike criterion is within ``margin`` of the lowest are supported;
       so is one that only the correction for few points sets back: without it, it would be lower
       than the lowest by more than ``margin``;
    2. of these, a family goes where a simpler one it contains (``SIMPLER``) is supported too;
    3. what remains must be of one shape, and the best of it no worse than persistence one step
       ahead, rolling origin; else the law cannot be told;
    4. the family is told where only one remains. Logistic and Gompertz may remain together: then
       the shape is saturating, and which of the two cannot be told.

    Parameters
    ----------
    years : (n,) evenly spaced and ascending: years, or quarters as fractions
    values : (n,) stock in each year, not negative
    record_start : first year of the programme or record the series is counted from; None where
        nothing of the kind could bend the curve. A new record fills up as a saturating curve does
    record_end : last year in which that programme or record takes in anything new
    burn_in : years after ``record_start`` before the series may begin; five is about the longest
        a joint project runs
    minimum_points : fewest points
    margin : in units of the criterion; models 4 to 7 above the lowest have "considerably less"
        support (Burnham and Anderson 2002, section 2.6)
    first_origin : points the first forecast is fitted to
    level : of intervals
    ceiling_bound : a ceiling above this multiple of the greatest value counts as none
    window : points the present growth rate is taken over

    Raises
    ------
    ValueError
        For years that are not evenly spaced and ascending, values that are negative or not
        numbers, or thresholds out of range.
    """
    return fit_laws(
        years, [values], record_start=record_start, record_end=record_end, burn_in=burn_in,
        minimum_points=minimum_points, margin=margin, first_origin=first_origin, level=level,
        ceiling_bound=ceiling_bound, window=window,
    )[0]  # fmt: skip


def fit_laws(
    years: ArrayLike,
    values: Sequence[ArrayLike] | Floats,
    *,
    record_start: float | None,
    record_end: float | None = None,
    burn_in: float = 5,
    minimum_points: int = 8,
    margin: float = 4.0,
    first_origin: int = 6,
    level: float = 0.9,
    ceiling_bound: float = 100.0,
    window: int = 5,
) -> list[Law]:
    """:func:`fit_law` of R series over the same years at once, ``values`` (R, n): faster."""
    if not _LEAST <= first_origin < minimum_points:
        raise ValueError(
            f"first_origin must be at least {_LEAST} and below minimum_points "
            f"({minimum_points}), got {first_origin}"
        )
    if not (margin >= 0 and 0 < level < 1 and ceiling_bound > 1 and window >= 3 and burn_in >= 0):
        raise ValueError(
            "needs margin and burn_in >= 0, 0 < level < 1, ceiling_bound > 1, window >= 3; got "
            f"{margin=}, {burn_in=}, {level=}, {ceiling_bound=}, {window=}"
        )
    checked = [series(years, row) for row in values]
    if not checked:
        return []
    t, rows = checked[0][0], np.stack([y for _, y in checked])
    shared = against_years(t, record_start, record_end, burn_in, minimum_points)
    against = [[*shared, *against_values(y)] for y in rows]
    good = [i for i, found in enumerate(against) if not found]
    compared = dict(
        zip(
            good,
            compare(t, rows[good], first_origin=first_origin, ceiling_bound=ceiling_bound)
            if good else [],
            strict=True,
        )
    )  # fmt: skip
    laws = []
    for i, row in enumerate(rows):
        x, y = tuple(t.tolist()), tuple(row.tolist())
        if i not in compared:
            reason = "; ".join(text for _, text in against[i])
            refusals = tuple(kind for kind, _ in against[i])
            laws.append(
                Law(x, y, (), None, (), None, None, reason, refusals, level,
                    ceiling_bound, window)
            )  # fmt: skip
            continue
        found = compared[i]
        supported, family, shape, reason = choose(found, margin=margin)
        laws.append(
            Law(x, y, found.fits, found.persistence, supported, family, shape, reason, (),
                level, ceiling_bound, window)
        )  # fmt: skip
    return laws


def choose(
    compared: Comparison, *, margin: float
) -> tuple[tuple[Family, ...], Family | None, Shape | None, str]:
    """Steps 1 to 4 of :func:`fit_law`: supported families, family, shape, reason."""
    known = {f.family: f for f in compared.fits if f.aicc is not None}
    order = sorted(known, key=lambda f: known[f].aicc or 0.0)
    criterion = {f: known[f].aicc or 0.0 for f in order}
    best = criterion[order[0]]
    plain = {f: criterion[f] - correction(len(known[f].curve), known[f].k) for f in order}
    supported = tuple(
        f for f in order if criterion[f] - best <= margin or plain[f] < plain[order[0]] - margin
    )
    left = [f for f in supported if not set(SIMPLER[f]) & set(supported)]
    others = [criterion[f] - criterion[left[0]] for f in order if f not in supported]
    if len({known[f].shape for f in left}) > 1:
        names = " and ".join(left)
        return supported, None, None, f"{names} describe the series equally well"
    chosen = known[left[0]]
    if chosen.holdout > compared.persistence:
        return (
            supported, None, None,
            f"the best description ({chosen.family}) forecasts the next value worse than "
            f"the last one does: error {chosen.holdout:.3g} against {compared.persistence:.3g}",
        )  # fmt: skip
    lead = f"{min(others):.1f} below the next" if others else "no family is ruled out"
    reason = f"criterion {lead}, next value forecast with error {chosen.holdout:.3g} against "
    reason += f"{compared.persistence:.3g} of the last value"
    if len(left) > 1:
        reason = f"{' or '.join(left)}; {reason}"
    return supported, left[0] if len(left) == 1 else None, chosen.shape, reason
