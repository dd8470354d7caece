"""The law of the network (item 30): which curve a series follows, if that can be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution

from regionlift.measures.growth.compare import FamilyFit, compare, scaled
from regionlift.measures.growth.curves import SPECIAL_CASES, Family, Floats
from regionlift.measures.growth.fit import search

#: Points of the profile of the ceiling.
_PROFILE = 80


@dataclass(frozen=True)
class Ceiling:
    """Where a saturating curve ends.

    ``high`` is None where no ceiling up to the bound is contradicted: then it is not identified.
    """

    value: float
    low: float
    high: float | None

    @property
    def identified(self) -> bool:
        """Whether the data bound the ceiling from above."""
        return self.high is not None


@dataclass(frozen=True)
class Law:
    """What a series says about its own growth.

    ``family`` is None where it cannot be told; ``reason`` says why, or how it was told.
    ``fits`` are empty where none was tried. ``persistence`` is the root mean square error of "the
    next value is the last one", beside the ``holdout`` of every fit. ``peak`` is the year of
    fastest growth of a saturating curve.
    """

    family: Family | None
    reason: str
    fits: tuple[FamilyFit, ...] = ()
    persistence: float | None = None
    ceiling: Ceiling | None = None
    peak: float | None = None


def fit_law(
    years: Sequence[int],
    values: Sequence[float],
    *,
    record_start: int | None = None,
    burn_in: int = 0,
    minimum_points: int = 8,
    lead: float = 2.0,
    holdout: int = 5,
    level: float = 0.9,
    ceiling_bound: float = 100.0,
) -> Law:
    """Fit the six families and choose one, or say why none can be chosen.

    The rule: the family with the lowest AICc, unless a special case of it is within ``lead`` (then
    the simpler one). Where a family of another shape with no more parameters is within ``lead``,
    the law cannot be told. Of logistic and Gompertz, the lower AICc is named.

    Parameters
    ----------
    years, values : consecutive years and the count in each, not negative
    record_start : first year that the record could show; years up to ``burn_in`` after it are left
        out, because a stock that fills up from nothing bends whatever the law
    burn_in : years an event lasts, as a rule
    minimum_points : years needed
    lead : difference of AICc that counts (Burnham & Anderson 2002, section 2.6: up to 2 has
        substantial support)
    holdout : one-step forecasts held against persistence
    level : coverage of the ceiling's interval
    ceiling_bound : greatest ceiling looked at, as a multiple of the greatest value

    Raises
    ------
    ValueError
        If years are not consecutive, or a value is negative or no finite number.
    """
    x, y = _series(years, values)
    if record_start is not None and burn_in:
        kept = x >= record_start + burn_in
        cut = int((~kept).sum())
        if cut and int(kept.sum()) < minimum_points:
            return Law(
                None,
                f"programme window: the record begins in {record_start}, and the {cut} years in "
                f"which it fills up leave {int(kept.sum())} points; {minimum_points} are needed",
            )
        x, y = x[kept], y[kept]
    n = len(x)
    if n < minimum_points:
        return Law(None, f"too few points: {n} years, {minimum_points} are needed")
    if float(y.max()) == 0:
        return Law(None, "nothing to fit: every value is zero")
    first = max(n - holdout, minimum_points - 1)
    fits, persistence = compare(x, y, first_origin=first, ceiling_bound=ceiling_bound)
    best, rival = _chosen(fits, lead)
    saturating = best.shape == "saturating"
    ceiling = _ceiling(best, x, y, level, ceiling_bound) if saturating else None
    peak = best.parameters["peak"] if saturating else None
    if rival is not None:
        reason = f"{best.family} and {rival.family} describe it about equally well"
        return Law(None, reason, fits, persistence)
    return Law(
        best.family, f"{best.family} has the lowest AICc of six families", fits, persistence,
        ceiling, peak,
    )  # fmt: skip


def _series(years: Sequence[int], values: Sequence[float]) -> tuple[Floats, Floats]:
    x, y = np.asarray(years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"{x.shape} years for {y.shape} values: expected one value a year")
    if len(x) > 1 and not np.all(np.diff(x) == 1):
        raise ValueError("years must be consecutive and ascending; a gap is no zero")
    if not np.all(np.isfinite(y)) or np.any(y < 0):
        raise ValueError("a value is negative or no finite number")
    return x, y


def _chosen(fits: tuple[FamilyFit, ...], lead: float) -> tuple[FamilyFit, FamilyFit | None]:
    """The family the rule chooses, and the one it does not lead clearly, if any."""
    known = sorted((fit for fit in fits if fit.aicc is not None), key=_criterion)
    best = known[0]
    close = [fit for fit in known if _criterion(fit) - _criterion(best) < lead]
    # a special case that does as well is the better account of the data
    simpler = [fit for fit in close if fit.family in SPECIAL_CASES[best.family]]
    if simpler:
        best = min(simpler, key=lambda fit: fit.k)
    rivals = [fit for fit in close if fit.shape != best.shape and fit.k <= best.k]
    nested = SPECIAL_CASES[best.family]
    return best, next((fit for fit in rivals if fit.family not in nested), None)


def _criterion(fit: FamilyFit) -> float:
    assert fit.aicc is not None
    return fit.aicc


def _ceiling(fit: FamilyFit, x: Floats, y: Floats, level: float, bound: float) -> Ceiling:
    """Profile-likelihood interval with the F correction for few points (Bates & Watts 1988, 6.1).

    All ceilings K with RSS(K) <= RSS (1 + F(1, n - 3) / (n - 3)), the rest re-optimised.
    """
    n, scale = len(x), float(y.max())
    value = fit.parameters["ceiling"]
    cut = fit.rss * (1 + float(f_distribution.ppf(level, 1, n - 3)) / (n - 3))
    # steps grow away from the estimate: a tight interval is as finely seen as a wide one
    steps = np.linspace(0, 1, _PROFILE) ** 3
    above = value * np.exp(steps * np.log(max(bound * scale / value, 1 + 1e-9)))
    below = value * np.exp(-steps * np.log(2))

    def profile(ceilings: Floats) -> Floats:
        rows = np.broadcast_to(y / scale, (len(ceilings), n))
        found = search(
            fit.family, scaled(x), rows, np.ones_like(rows), bound, amplitude=ceilings / scale
        )
        return np.asarray(found.rss * scale**2)

    high = _crossing(above, profile(above), cut)
    low = _crossing(below, profile(below), cut)
    return Ceiling(value, float(below[-1]) if low is None else low, high)


def _crossing(ceilings: Floats, rss: Floats, cut: float) -> float | None:
    """Where the profile first exceeds the cut on the way from the estimate; None if nowhere."""
    beyond = np.flatnonzero(rss > cut)
    if not len(beyond):
        return None
    at = max(int(beyond[0]), 1)
    # near the estimate the profile is a parabola: its root is straight
    least = float(rss.min())
    inner, outer, edge = (np.sqrt(max(v - least, 0)) for v in (rss[at - 1], rss[at], cut))
    share = (edge - inner) / max(float(outer - inner), 1e-300)
    step = float(np.clip(share, 0, 1)) * (ceilings[at] - ceilings[at - 1])
    return float(ceilings[at - 1] + step)
