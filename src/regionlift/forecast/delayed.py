"""What comes after innovation, year by year, and what it adds to a forecast (items 26 and 27).

The paper says innovation has a "long-term and far-reaching impact" and is "the internal motive
force". The first is shown as correlations at every delay, never at one alone; the second as the
gain in predicting growth of regions left out. Both are association and not effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regionlift.evidence.settings import Settings
from regionlift.forecast.order_of_stages import SHORTEST, leads_of
from regionlift.forecast.tested.cases import Grid, at, change
from regionlift.forecast.tested.sets import swaps_of
from regionlift.forecast.together import (
    CHANCE,
    Association,
    Cases,
    association,
    before_and_after,
    cases_of,
    summed,
)
from regionlift.measures.cube import Floats
from regionlift.measures.resample import weights

#: Innovation activity, each looked at by itself.
ACTIVITIES = ("patents_per_thousand", "rd_intensity")
#: Years of delay (paper inventory, item 27: zero to six years).
LAGS = range(7)
#: What grows, where the gain of knowing innovation is asked for.
GROWN = "block_value_added"


@dataclass(frozen=True)
class Delayed:
    """One activity against one marker of the factor gauge.

    ``lags`` are correlations of a year's change with the change of one year so many years later;
    ``after`` is the correlation of the year's change with the change over all ``reach`` years
    after it: the long-term reading.
    """

    activity: str
    marker: str
    lags: tuple[Association, ...]
    reach: int
    after: Association | None
    reason: str = ""

    @property
    def verdict(self) -> str:
        """What the delays say together."""
        if self.after is None or self.reason:
            return f"cannot tell: {self.reason}"
        said = "no rise in the years after is seen"
        if self.after.seen:
            said = "a rise in the years after is seen beyond chance"
        elif self.after.reversed:
            said = "a fall in the years after is seen beyond chance"
        return f"{said}: {self.after.value:+.2f} over {self.reach} years"


@dataclass(frozen=True)
class Gain:
    """Share of squared error that knowing an activity takes off a forecast of growth.

    ``value`` is 1 - error with / error without, over regions left out of the fit; ``above`` the
    share of shuffles, in which whole regions take the activity of others, that gain as much.
    """

    activity: str
    span: int
    value: float
    low: float
    high: float
    above: float
    n: int
    regions: int
    years: tuple[int, int]
    reason: str = ""

    @property
    def verdict(self) -> str:
        """Whether knowing innovation makes a better forecast."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        if self.value > 0 and self.above <= CHANCE:
            return "knowing it makes the forecast of growth better than chance does"
        return "knowing it makes the forecast of growth no better"


@dataclass(frozen=True)
class Innovation:
    """Both questions for every activity that is known; else ``reason``."""

    delayed: tuple[Delayed, ...]
    gains: tuple[Gain, ...]
    reason: str = ""


def innovation(
    grids: Mapping[str, Grid], regions: Sequence[str], settings: Settings
) -> Innovation:
    """Delays and gains of each activity over all regions of the panel."""
    known = [a for a in ACTIVITIES if a in grids]
    if not known:
        return Innovation((), (), "neither patents per person nor R&D in value added is known "
                          "of the regions by year")  # fmt: skip
    rng = np.random.default_rng(settings.whole("seed"))
    marker = leads_of(grids, 1).get("factor", "")
    delayed = tuple(_delayed(a, marker, grids, regions, settings, rng) for a in known)
    return Innovation(delayed, tuple(_gain(a, grids, regions, settings, rng) for a in known))


def _delayed(
    activity: str, marker: str, grids: Mapping[str, Grid], regions: Sequence[str],
    settings: Settings, rng: np.random.Generator,
) -> Delayed:  # fmt: skip
    if not marker:
        return Delayed(activity, "", (), 0, None, "no marker of the factor gauge is known in "
                       "enough regions and years")  # fmt: skip
    one, other = grids[activity], grids[marker]
    # the change that begins where the other began is that of the same year: one year back
    lags = tuple(
        association(before_and_after(one, other, 1, 1, k - 1), regions, settings, rng) for k in LAGS
    )
    for reach in range(LAGS[-1], 0, -1):
        cases = before_and_after(one, other, 1, reach)
        if not cases.lacking:
            return Delayed(activity, marker, lags, reach,
                           association(cases, regions, settings, rng))  # fmt: skip
    return Delayed(activity, marker, lags, 0, None, f"changes of two years running: "
                   f"{before_and_after(one, other, 1, 1).lacking}")  # fmt: skip


def _gain(
    activity: str, grids: Mapping[str, Grid], regions: Sequence[str], settings: Settings,
    rng: np.random.Generator,
) -> Gain:  # fmt: skip
    """Gain over the longest span up to the horizon that leaves enough cases."""
    nan, horizon = float("nan"), settings.whole("horizon")
    lacking = "value added of the block is not known by region and year"
    for span in range(horizon, min(SHORTEST, horizon) - 1, -1):
        if GROWN not in grids:
            break
        cases = _growth(grids[GROWN], grids[activity], span)
        lacking = cases.lacking
        if not lacking:
            return _gained(activity, span, cases, regions, settings, rng)
    return Gain(activity, 0, nan, nan, nan, nan, 0, 0, (0, 0), lacking)


def _growth(grown: Grid, activity: Grid, span: int) -> Cases:
    """Later growth; growth before and size, which are known anyway; then the activity and its rise.
    """
    moved, rise = change(grown, span), change(activity, span)
    found = []
    for n, year in enumerate(grown.years):
        past = year - span
        if past in grown.years and past in activity.years:
            found.append((year, (
                moved[:, n], moved[:, grown.years.index(past)], grown.values[:, n],
                at(activity, year), rise[:, activity.years.index(past)],
            )))  # fmt: skip
    return cases_of(found)


def _gained(
    activity: str, span: int, cases: Cases, regions: Sequence[str], settings: Settings,
    rng: np.random.Generator,
) -> Gain:  # fmt: skip
    base, more = cases.values[:, :3], cases.values[:, 3:]
    without = _errors(base, cases, regions)
    errors = _errors(np.column_stack([base, more]), cases, regions)
    if without.sum() <= 1e-9:
        nan = float("nan")
        return Gain(activity, span, nan, nan, nan, nan, len(cases.who), cases.regions, (0, 0),
                    "growth is the same in every region")  # fmt: skip
    value = 1 - float(errors.sum() / without.sum())
    swaps = swaps_of([regions[k] for k in cases.who], cases.when.tolist(), rng)
    drawn = []
    for i, j in swaps:
        some = Cases(cases.who[i], cases.when[i], np.column_stack([base[i], more[j]]))
        rest = _errors(some.values, some, regions).sum() / _errors(base[i], some, regions).sum()
        drawn.append(1 - float(rest))
    above = (1 + sum(d >= value - 1e-12 for d in drawn)) / (1 + len(swaps))
    w = weights(len(regions), settings)
    low, high = np.quantile(1 - (w @ errors) / (w @ without), settings.tails)
    return Gain(activity, span, value, float(low), float(high), above, len(cases.who),
                cases.regions, (int(cases.when.min()), int(cases.when.max())))  # fmt: skip


def _errors(values: Floats, cases: Cases, regions: Sequence[str]) -> Floats:
    """(region,) squared error of the first variable on the others, fitted without that region."""
    table = np.column_stack([values, np.ones(len(values))])
    own = summed(table[:, :, None] * table[:, None, :], cases.who, len(regions))
    rest = own.sum(axis=0) - own
    # a trace on the diagonal, so that a variable that is the same everywhere gets a slope of zero
    square = rest[:, 1:, 1:] + 1e-9 * np.eye(table.shape[1] - 1)
    slopes = np.linalg.solve(square, rest[:, 1:, :1])[..., 0]
    missed = table[:, 0] - (table[:, 1:] * slopes[cases.who]).sum(axis=1)
    return summed(missed**2, cases.who, len(regions))
