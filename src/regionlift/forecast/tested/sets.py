"""Sets against an outcome: fit, chance, combinations, a plain regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray

from regionlift.evidence.settings import Settings
from regionlift.forecast.tested.cases import LEAST_CASES, ranks
from regionlift.measures.configuration.calibration import direct
from regionlift.measures.configuration.ceilings import ceiling
from regionlift.measures.configuration.enhanced import untenable
from regionlift.measures.configuration.fit import (
    Necessity,
    Sufficiency,
    consistency,
    necessity,
    sufficiency,
)
from regionlift.measures.configuration.minimise import Analysis, Expectations, Limits, analyse
from regionlift.measures.configuration.robustness import FitIntervals, fit_intervals
from regionlift.measures.configuration.sets import RefusedError, membership, union
from regionlift.measures.configuration.theory import Evaluation, evaluate
from regionlift.measures.configuration.truth_table import Cuts, TruthTable, truth_table
from regionlift.measures.cube import Floats
from regionlift.paths.model import Path

Whole = NDArray[np.int64]

#: Cut-offs of the truth table: consistency, PRI, cases of a row. Usual values (Schneider & Wagemann
#: 2012; PRI: Greckhamer et al. 2018).
CUTS = Cuts(0.8, pri=0.5, cases=2)
#: Percentiles of later change that are out of, between and in the set of regions that rose.
ROSE = (20.0, 50.0, 80.0)
#: Conditions in one truth table: 2 to the power of it rows.
MOST = 6
#: Models listed before a list is cut short, and says so.
LIMITS = Limits(models=20)
#: Draws behind intervals and chance.
DRAWS = 300


@dataclass(frozen=True)
class Fits:
    """One set against the outcome and against its absence, and against what came before.

    ``above`` and ``below`` are the shares of shuffles with a consistency at least, and at most, as
    large; ``effect`` is the size of the empty corner (NCA), ``chance`` the share of shuffles with
    as large a one. Shuffles give whole regions another region's outcomes, years kept together.
    """

    name: str
    what: str
    cases: int
    necessary: Necessity
    necessary_absent: Necessity
    sufficient: Sufficiency
    sufficient_absent: Sufficiency
    placebo: Sufficiency | None
    above: float
    below: float
    effect: float
    chance: float


@dataclass(frozen=True)
class Regression:
    """Later change on membership, start level and years; errors by region."""

    slope: float
    low: float
    high: float
    start: float
    n: int


@dataclass(frozen=True)
class Solved:
    """Truth table and solutions for one outcome, or why there are none.

    ``enhanced`` is the analysis without assumptions that would count for the outcome and for its
    absence at once; None where there are none, and then ``analysis`` stands as it is.
    """

    table: TruthTable | None
    analysis: Analysis | None
    evaluation: Evaluation | None
    reason: str
    enhanced: Analysis | None = None
    untenable: int = 0
    expected: Expectations | None = None


def interval_of(
    theory: Floats, rose: Floats, units: Sequence[str], settings: Settings,
    rng: np.random.Generator,
) -> FitIntervals | None:  # fmt: skip
    """Interval of the fit over whole regions drawn again; None where no draw has one."""
    try:
        return fit_intervals(theory, rose, units, rng, draws=DRAWS,
                             confidence=settings["confidence"])  # fmt: skip
    except RefusedError:
        return None


def swaps_of(
    units: Sequence[str], periods: Sequence[int], rng: np.random.Generator
) -> list[tuple[Whole, Whole]]:
    """Shuffles: places of cases, and the places of the cases whose outcomes they are given.

    Every region takes the outcomes of another one, year by year; a year the other has no case of
    is left out. Years of a region stay together, so that one long-lived trait does not pass for
    many independent cases.
    """
    names, who = np.unique(np.array(units), return_inverse=True)
    times, when = np.unique(np.array(periods), return_inverse=True)
    place = np.full((len(names), len(times)), -1, dtype=np.int64)
    place[who, when] = np.arange(len(who))
    found = []
    for _ in range(DRAWS):
        other = rng.permutation(len(names))
        taken = place[other[who], when]
        kept = np.flatnonzero(taken >= 0)
        found.append((kept, taken[kept]))
    return found


def fits_of(
    name: str, what: str, x: Floats, y: Floats, past: Floats, swaps: Sequence[tuple[Whole, Whole]]
) -> Fits:
    """One set with its fit, its chance and its placebo; ``past`` is the earlier change."""
    known = np.isfinite(past)
    before = None
    if known.sum() >= LEAST_CASES:
        before = sufficiency(x[known], direct(past[known], *ROSE).membership)
    own = consistency(x, y)
    drawn = np.array([consistency(x[i], y[j]) for i, j in swaps])
    above = (1 + int((drawn >= own - 1e-12).sum())) / (1 + len(swaps))
    below = (1 + int((drawn <= own + 1e-12).sum())) / (1 + len(swaps))
    effect, chance = _corner(x, y, swaps)
    return Fits(name, what, len(x), necessity(x, y), necessity(x, 1 - y), sufficiency(x, y),
                sufficiency(x, 1 - y), before, above, below, effect, chance)  # fmt: skip


def _corner(
    x: Floats, y: Floats, swaps: Sequence[tuple[Whole, Whole]]
) -> tuple[float, float]:
    """Size of the empty corner over all that can be, and the share of shuffles as large."""
    scope = (0.0, 1.0, 0.0, 1.0)
    effect = ceiling(x, y, scope=scope).effect
    if effect <= 0:
        return 0.0, 1.0
    drawn = [ceiling(x[i], y[j], scope=scope).effect >= effect - 1e-12 for i, j in swaps]
    return effect, (1 + sum(drawn)) / (1 + len(swaps))


def solved_of(
    path: Path, own: Mapping[str, Floats], y: Floats, theory: Floats, labels: Sequence[str],
    *, present: bool,
) -> Solved:  # fmt: skip
    """Truth table of the testable clauses, all three solutions, and the theory against them."""
    # one set a measure and kind of comparison: the same number twice is no second condition
    seen: dict[tuple[str, str], str] = {}
    by_id = {c.id: c for c in path.clauses}
    for id in own:
        seen.setdefault((by_id[id].measure, by_id[id].against), id)
    names = list(seen.values())[:MOST]
    data = np.stack([own[n] for n in names], axis=1)
    expected = {
        n: frozenset({1 if (by_id[id].expected == "present") == present else 0})
        for n, id in enumerate(names) if by_id[id].expected != "open"
    }  # fmt: skip
    table = truth_table(data, y, CUTS, names=names, cases=labels,
                        outcome_name="rose" if present else "not rose")  # fmt: skip
    hopes = Expectations(expected)
    try:
        analysis = analyse(table, hopes, limits=LIMITS)
    except RefusedError as why:
        return Solved(table, None, None, str(why))
    first = union(membership(analysis.parsimonious.terms(0), data, table.levels))
    return Solved(table, analysis, evaluate(first, theory, y), "", expected=hopes)


def enhanced(own: Solved, other: Solved) -> Solved:
    """Enhanced standard analysis: untenable rows count as negative.

    Source: Schneider & Wagemann 2012, chapter 8.
    """
    if own.table is None or own.analysis is None or other.table is None or other.analysis is None:
        return own
    try:
        rows = untenable(own.table, absence=other.table, limits=LIMITS).rows
        if not len(rows):
            return own
        found = analyse(own.table, own.expected, rows, limits=LIMITS)
    except RefusedError as why:
        return replace(own, reason=f"without untenable assumptions: {why}", untenable=1)
    return replace(own, enhanced=found, untenable=len(rows))


def regression_of(
    theory: Floats, change: Floats, start: Floats, periods: Sequence[int], units: Sequence[str],
    settings: Settings,
) -> Regression | None:  # fmt: skip
    """Percentile of later change on membership and the percentile of the start level.

    Years need no effects of their own: both percentiles are taken within years.
    """
    level = np.empty(len(start))
    when = np.array(periods)
    for t in np.unique(when):
        level[when == t] = ranks(start[when == t])
    if np.ptp(theory) == 0 or not np.isfinite(level).all():
        return None
    table = sm.add_constant(np.column_stack([theory, level]))
    groups = np.unique(np.array(units), return_inverse=True)[1]
    fit = sm.OLS(change, table).fit(cov_type="cluster", cov_kwds={"groups": groups})
    low, high = fit.conf_int(1 - settings["confidence"])[1]
    return Regression(float(fit.params[1]), float(low), float(high), float(fit.params[2]),
                      len(change))  # fmt: skip
