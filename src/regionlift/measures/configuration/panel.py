"""Consistency over a panel: pooled, between regions of one year, within one region over years.

Years of one region are not independent cases. A pooled consistency may come from a few regions,
or from a common trend; the consistencies between and within, and how far they lie from being
equal, say which.

Sources: Garcia-Castro & Arino 2016, "A general approach to panel data set-theoretic research"; Oana
& Schneider 2018, The R Journal 10, 507-533.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.configuration.fit import within
from regionlift.measures.cube import Floats

Relation = Literal["sufficiency", "necessity"]
#: Added above and below every quotient (SetMethods), so that an empty group reads as 1.
SMALL = 1e-10


@dataclass(frozen=True)
class Spread:
    """One parameter of fit: pooled, by period and by unit, and the distances of both from equal.

    ``between`` has one value a period (over its units), ``within`` one a unit (over its periods).
    ``empty`` counts groups without any membership below the fraction, whose value says nothing.
    """

    pooled: float
    between: Floats
    within: Floats
    distance_between: float
    distance_within: float
    empty_between: NDArray[np.bool_]
    empty_within: NDArray[np.bool_]


@dataclass(frozen=True)
class PanelFit:
    """Consistency and coverage of one relation over a panel, with the labels of its groups."""

    relation: Relation
    periods: tuple[str, ...]
    units: tuple[str, ...]
    consistency: Spread
    coverage: Spread


def panel_fit(
    x: Floats, y: Floats, periods: Sequence[object], units: Sequence[object],
    relation: Relation = "sufficiency",
) -> PanelFit:  # fmt: skip
    r"""Consistencies of a panel and their distances.

    .. math:: s_j = \frac{\sum_{i \in j} \min(X_i, Y_i) + \epsilon}{\sum_{i \in j} X_i + \epsilon},
              \quad d = \sqrt{\sum_j \Big(\frac{s_j}{\sum_j s_j} - \frac1J\Big)^2}

    For necessity Y stands below the fraction; coverage is the other one. d is 0 where all groups
    are equally consistent.

    Parameters
    ----------
    x, y : (cases,) memberships
    periods, units : labels of each case
    """
    x, y = within(x, "X"), within(y, "Y")
    if not len(x) == len(y) == len(periods) == len(units):
        raise ValueError(
            f"{len(x)} and {len(y)} memberships, {len(periods)} periods, {len(units)} units: "
            "expected as many of each"
        )
    pairs = list(zip(map(str, periods), map(str, units), strict=True))
    if len(set(pairs)) != len(pairs):
        raise ValueError("a unit occurs twice in a period: join the two, or name them apart")
    time, when = np.unique([p for p, _ in pairs], return_inverse=True)
    unit, who = np.unique([u for _, u in pairs], return_inverse=True)
    below, other = (x, y) if relation == "sufficiency" else (y, x)
    m = np.minimum(x, y)
    return PanelFit(
        relation, tuple(time.tolist()), tuple(unit.tolist()),
        _spread(m, below, when, who), _spread(m, other, when, who),
    )  # fmt: skip


def _spread(m: Floats, below: Floats, when: NDArray[np.intp], who: NDArray[np.intp]) -> Spread:
    between, empty_between = _by(m, below, when)
    inside, empty_inside = _by(m, below, who)
    pooled = float((m.sum() + SMALL) / (below.sum() + SMALL))
    return Spread(
        pooled, between, inside, distance(between), distance(inside), empty_between, empty_inside
    )


def _by(m: Floats, below: Floats, group: NDArray[np.intp]) -> tuple[Floats, NDArray[np.bool_]]:
    whole = np.bincount(group, below)
    return (np.bincount(group, m) + SMALL) / (whole + SMALL), whole == 0


def distance(values: Floats) -> float:
    """Euclidean distance of the shares of the values from equal shares."""
    return float(np.sqrt(((values / values.sum() - 1 / len(values)) ** 2).sum()))
