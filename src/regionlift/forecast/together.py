"""Two changes of regions held against each other: rank correlation, its interval, its chance.

All numbers are places among the regions known in the same year, so that a boom or a rise of prices
common to all counts for none. Interval and chance take whole regions: years of a region stay
together, because one long-lived trait is not many independent cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.settings import Settings
from regionlift.forecast.tested.cases import LEAST_CASES, LEAST_REGIONS, Grid, at, change, ranks
from regionlift.forecast.tested.sets import swaps_of
from regionlift.measures.cube import Floats
from regionlift.measures.resample import weights

Whole = NDArray[np.int64]

#: Share of shuffles up to which an association is beyond chance.
CHANCE = 0.05


@dataclass(frozen=True)
class Cases:
    """Regions in years, sorted by region: ``values`` (case, variable), each from -1 to 1."""

    who: Whole
    when: Whole
    values: Floats

    @property
    def regions(self) -> int:
        """Regions with a case."""
        return len(np.unique(self.who))

    @property
    def lacking(self) -> str:
        """Why there are too few to tell; empty where there are enough."""
        if self.regions >= LEAST_REGIONS and len(self.who) >= LEAST_CASES:
            return ""
        return (f"{len(self.who)} cases of {self.regions} regions; {LEAST_CASES} of "
                f"{LEAST_REGIONS} are needed")  # fmt: skip


@dataclass(frozen=True)
class Association:
    """Rank correlation of two changes with ``held`` levels taken out of both.

    ``above`` and ``below`` are the shares of shuffles with a correlation at least, and at most, as
    large; ``plain`` is the correlation with nothing held. All are not a number where ``reason``
    says why it cannot be told. ``draws`` are the replicates behind the interval.
    """

    value: float
    low: float
    high: float
    above: float
    below: float
    plain: float
    n: int
    regions: int
    years: tuple[int, int]
    draws: Floats
    reason: str = ""

    @property
    def seen(self) -> bool:
        """Whether it is positive beyond chance."""
        return not self.reason and self.value > 0 and self.above <= CHANCE

    @property
    def reversed(self) -> bool:
        """Whether it is negative beyond chance."""
        return not self.reason and self.value < 0 and self.below <= CHANCE


def cases_of(years: Iterable[tuple[int, Sequence[Floats]]]) -> Cases:
    """Cases of each year from its variables (region,); only regions that have all of them."""
    who, when, values = [], [], []
    for year, columns in years:
        table = np.stack(columns, axis=1)
        good = np.flatnonzero(np.isfinite(table).all(axis=1))
        if len(good) < 2:
            continue
        placed = [ranks(table[good, n]) / 50 - 1 for n in range(table.shape[1])]
        who.append(good)
        when.append(np.full(len(good), year))
        values.append(np.stack(placed, axis=1))
    if not who:
        return Cases(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 0)))
    places, times = np.concatenate(who), np.concatenate(when)
    order = np.lexsort((times, places))
    return Cases(places[order], times[order], np.concatenate(values)[order])


def before_and_after(
    first: Grid, then: Grid, span: int, ahead: int, lag: int = 0
) -> Cases:
    """Change of ``first`` over ``span`` years and that of ``then`` over ``ahead`` years after it.

    The second begins ``lag`` years after the first has ended. Variables: the two changes, then the
    two levels at which they began.
    """
    early, late = change(first, span), change(then, ahead)
    found = []
    for n, start in enumerate(first.years):
        begins = start + span + lag
        if begins in then.years:
            column = then.years.index(begins)
            found.append((begins, (early[:, n], late[:, column], at(first, start),
                                   at(then, begins))))  # fmt: skip
    return cases_of(found)


def association(
    cases: Cases, regions: Sequence[str], settings: Settings, rng: np.random.Generator
) -> Association:
    r"""Correlation of the first two variables with the others held.

    .. math:: r = \operatorname{cor}(x - \hat x(z),\; y - \hat y(z))

    where the hats are least-squares fits on the held levels z over all cases. The interval weighs
    whole regions anew (Bayesian bootstrap, Rubin 1981); shuffles give whole regions the second
    change, with its levels taken out, of others (Freedman and Lane 1983).
    """
    years = (int(cases.when.min()), int(cases.when.max())) if len(cases.when) else (0, 0)
    if why := cases.lacking:
        nan = float("nan")
        return Association(nan, nan, nan, nan, nan, nan, len(cases.who), cases.regions, years,
                           np.empty(0), why)  # fmt: skip
    x, y, held = cases.values[:, 0], cases.values[:, 1], cases.values[:, 2:]
    left_x, left_y = left_over(x, held), left_over(y, held)
    own = _correlation(left_x, left_y)
    swaps = swaps_of([regions[k] for k in cases.who], cases.when.tolist(), rng)
    drawn = np.array([_correlation(left_x[i], left_y[j]) for i, j in swaps])
    above = (1 + int((drawn >= own - 1e-12).sum())) / (1 + len(swaps))
    below = (1 + int((drawn <= own + 1e-12).sum())) / (1 + len(swaps))
    # plain loops: for tables this small, threads cost more than they save
    w = weights(len(regions), settings)
    draws = partial(np.einsum("br,rpq->bpq", w, moments(cases, len(regions)), optimize=False))
    low, high = np.quantile(draws, settings.tails)
    return Association(own, float(low), float(high), above, below, _correlation(x, y),
                       len(x), cases.regions, years, draws)  # fmt: skip


def left_over(values: Floats, held: Floats) -> Floats:
    """What least squares on the held variables (case, held) and a constant leave of the values."""
    table = np.column_stack([np.ones(len(values)), held])
    return np.asarray(values - table @ np.linalg.lstsq(table, values)[0])


def moments(cases: Cases, regions: int) -> Floats:
    """Sums of products of the variables and a constant, (region, 2 + held + 1, the same)."""
    table = np.column_stack([cases.values, np.ones(len(cases.who))])
    return summed(table[:, :, None] * table[:, None, :], cases.who, regions)


def summed(rows: Floats, who: Whole, regions: int) -> Floats:
    """Sums over the cases of each region, (region, ...); ``who`` is sorted."""
    found = np.zeros((regions, *rows.shape[1:]))
    if len(who):
        names, starts = np.unique(who, return_index=True)
        found[names] = np.add.reduceat(rows, starts, axis=0)
    return found


def partial(products: Floats) -> Floats:
    """Partial correlation of the first two variables from sums of products (..., p, p).

    Examples
    --------
    >>> x, y = np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4])
    >>> table = np.stack([x, y, np.ones(4)], axis=1)
    >>> round(float(partial(table.T @ table)), 3)
    0.8
    """
    cross = products[..., :2, 2:]
    left = products[..., :2, :2] - cross @ np.linalg.pinv(
        products[..., 2:, 2:], hermitian=True
    ) @ np.swapaxes(cross, -1, -2)
    spread = np.sqrt(left[..., 0, 0] * left[..., 1, 1])
    return np.asarray(np.divide(left[..., 0, 1], spread, out=np.zeros_like(spread),
                                where=spread > 1e-12))  # fmt: skip


def _correlation(x: Floats, y: Floats) -> float:
    x, y = x - np.add.reduce(x) / len(x), y - np.add.reduce(y) / len(y)
    spread = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / spread if spread > 1e-12 else 0.0
