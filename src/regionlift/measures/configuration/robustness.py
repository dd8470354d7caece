"""Robustness: what stays of a solution under other decisions, and under other cases.

A solution rests on anchors, cut-offs and the cases at hand. Test solutions come from other
plausible decisions; the robust core is what all of them share with the initial one. Ranges say
how far one number may move before the solution changes; drawing whole regions again says how far
it hangs on the regions at hand.

Sources: Oana & Schneider 2021, Sociological Methods & Research, "A robustness test protocol for
applied QCA"; Skaaning 2011, the same 40, 391-408; for whole regions Cameron, Gelbach & Miller
2008, Review of Economics and Statistics 90, 414-427.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.configuration.fit import consistency, pri, within
from regionlift.measures.configuration.sets import RefusedError, Whole, ratio
from regionlift.measures.cube import Floats

#: How the initial solution lies to the test solutions, by what is empty: neither shaky nor
#: possible cases; possible ones alone; shaky ones alone; both. Our order, most robust first.
Relation = Literal["same cases", "inside the tests", "beyond the tests", "across the tests"]
_RELATIONS: tuple[Relation, ...] = (
    "same cases", "inside the tests", "beyond the tests", "across the tests",
)  # fmt: skip


@dataclass(frozen=True)
class FitRobustness:
    """Robustness of fit, each 1 where nothing changes; ``core`` is the robust core (cases,).

    ``rf_cov`` share of coverage, ``rf_cons`` consistency over that of the core, ``rf_sc_min`` and
    ``rf_sc_max`` overlap of the solution with the tests' intersection and with their union.
    """

    rf_cov: float
    rf_cons: float
    rf_sc_min: float
    rf_sc_max: float
    core: Floats


def fit_robustness(initial: Floats, tests: Floats, outcome: Floats) -> FitRobustness:
    r"""Fit of the robust core against that of the initial solution.

    .. math:: core = \min(i, mn), \quad
        RF_{cov} = \frac{cov(core)}{cov(i)}, \quad RF_{cons} = \frac{cons(i)}{cons(core)}, \quad
        RF_{SC} = \frac{\sum \min(i, t)}{\sum \max(i, t)}, \; t = mn, mx

    mn and mx are the minimum and maximum over **all** test solutions, so that their order is of no
    matter (SetMethods 4.1 reads the last of them alone).

    Parameters
    ----------
    initial, outcome : (cases,) memberships
    tests : (test solutions, cases)
    """
    i, t, y = _checked(initial, tests, outcome)
    least, most = t.min(axis=0), t.max(axis=0)
    core = np.minimum(i, least)

    def overlap(other: Floats) -> float:
        return ratio(np.minimum(i, other).sum(), np.maximum(i, other).sum())

    return FitRobustness(
        ratio(np.minimum(core, y).sum(), np.minimum(i, y).sum()),
        ratio(consistency(i, y), consistency(core, y)),
        overlap(least), overlap(most), core,
    )  # fmt: skip


def _checked(initial: Floats, tests: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    i, y = within(initial, "initial solution"), within(outcome, "outcome")
    t = within(np.atleast_2d(np.asarray(tests, dtype=np.float64)), "test solutions")
    if t.shape[1:] != i.shape or y.shape != i.shape or not len(t):
        raise ValueError(
            f"initial {i.shape}, tests {t.shape}, outcome {y.shape}: expected one test solution or "
            "more over the same cases"
        )
    return i, t, y


@dataclass(frozen=True)
class CaseTypes:
    """Places of cases in the outcome (typical) or out of it (deviant), and the robust share.

    ``robust`` are in the initial solution and in all tests, ``shaky`` in the initial one and not
    in all tests, ``possible`` in a test and not in the initial one.
    """

    robust: Whole
    shaky: Whole
    possible: Whole
    share: float


@dataclass(frozen=True)
class CaseRobustness:
    """Case types of both kinds, and how the solution lies to the tests (rank 1 to 4)."""

    typical: CaseTypes
    deviant: CaseTypes
    relation: Relation
    rank: int


def case_robustness(initial: Floats, tests: Floats, outcome: Floats) -> CaseRobustness:
    """Which cases keep their place: share = robust / (robust + shaky + possible).

    A case counts as in above one half; one at exactly one half of the outcome is of neither kind.
    """
    i, t, y = _checked(initial, tests, outcome)
    own, every, some = i > 0.5, (t > 0.5).all(axis=0), (t > 0.5).any(axis=0)

    def kind(of: NDArray[np.bool_]) -> CaseTypes:
        robust = np.flatnonzero(own & every & of)
        shaky, possible = np.flatnonzero(own & ~every & of), np.flatnonzero(~own & some & of)
        share = ratio(len(robust), len(robust) + len(shaky) + len(possible))
        return CaseTypes(robust, shaky, possible, share)

    typical, deviant = kind(y > 0.5), kind(y < 0.5)
    shaky, possible = bool((own & ~every).any()), bool((~own & some).any())
    place = 2 * shaky + possible
    return CaseRobustness(typical, deviant, _RELATIONS[place], place + 1)


@dataclass(frozen=True)
class Range:
    """How far a number may move and leave the answer as it is.

    ``low`` and ``high`` are the last values with the same answer; ``low_open`` and ``high_open``:
    the end of what was tried was reached without a change. ``below`` and ``above`` say what came
    beyond: another answer, or why there is none.
    """

    start: float
    low: float
    high: float
    low_open: bool
    high_open: bool
    below: str
    above: str


def sensitivity_range(
    solve: Callable[[float], Hashable], start: float, step: float, bounds: tuple[float, float]
) -> Range:
    """Move one threshold or anchor by steps, both ways, until the answer changes.

    Parameters
    ----------
    solve : answer at a value; where it refuses, that is another answer and is told
    bounds : least and greatest value tried

    Raises
    ------
    RefusedError
        If there is no answer at the start.
    """
    if step <= 0 or not bounds[0] <= start <= bounds[1]:
        raise ValueError(f"start {start:g}, step {step:g}: expected a start within {bounds}")
    first = solve(start)

    def move(sign: int) -> tuple[float, bool, str]:
        last, k = start, 1
        while bounds[0] <= (value := round(start + sign * k * step, 12)) <= bounds[1]:
            try:
                if solve(value) != first:
                    return last, False, "another answer"
            except RefusedError as refused:
                return last, False, str(refused)
            last, k = value, k + 1
        return last, True, ""

    (low, low_open, below), (high, high_open, above) = move(-1), move(1)
    return Range(start, low, high, low_open, high_open, below, above)


def cluster_draws(
    clusters: Sequence[object], draws: int, rng: np.random.Generator
) -> Iterator[Whole]:
    """Places of cases where whole clusters (regions) are drawn with replacement.

    Years of a region hang together: drawing years one by one would call the same region many
    independent cases.
    """
    labels, which = np.unique([str(c) for c in clusters], return_inverse=True)
    if len(labels) < 2 or draws < 1:
        raise ValueError(f"{len(labels)} clusters, {draws} draws: expected 2 or more, 1 or more")
    members = [np.flatnonzero(which == k) for k in range(len(labels))]
    for _ in range(draws):
        chosen = rng.integers(0, len(labels), len(labels))
        yield np.concatenate([members[k] for k in chosen])


@dataclass(frozen=True)
class FitIntervals:
    """Percentile intervals of consistency, coverage and PRI over draws of clusters.

    ``undefined`` counts draws in which one of the three was a quotient over nothing.
    """

    incl_s: tuple[float, float]
    cov_s: tuple[float, float]
    pri: tuple[float, float]
    clusters: int
    draws: int
    undefined: int


def fit_intervals(
    x: Floats, y: Floats, clusters: Sequence[object], rng: np.random.Generator, *, draws: int,
    confidence: float,
) -> FitIntervals:  # fmt: skip
    """Intervals of the fit of a given solution when other regions might have been seen.

    The solution stays the same; :func:`stability` asks whether it would have been found.
    """
    a, b = within(x, "X"), within(y, "Y")
    if not len(a) == len(b) == len(clusters):
        raise ValueError(f"{len(a)}, {len(b)} memberships and {len(clusters)} clusters")
    found = np.array([
        (consistency(a[i], b[i]), ratio(np.minimum(a[i], b[i]).sum(), b[i].sum()), pri(a[i], b[i]))
        for i in cluster_draws(clusters, draws, rng)
    ])  # fmt: skip
    told = np.isfinite(found).all(axis=1)
    if not told.any():
        raise RefusedError("no draw has a membership to divide by")
    tail = (1 - confidence) / 2
    low, high = np.quantile(found[told], (tail, 1 - tail), axis=0)
    each = [(float(p), float(q)) for p, q in zip(low, high, strict=True)]
    many = len({str(c) for c in clusters})
    return FitIntervals(each[0], each[1], each[2], many, draws, int((~told).sum()))


@dataclass(frozen=True)
class Stability:
    """Share of draws that find each part, and that find exactly what all cases gave.

    ``refused`` is the share of draws without an answer; ``parts`` is sorted, greatest share first.
    """

    found: frozenset[str]
    same: float
    parts: tuple[tuple[str, float], ...]
    refused: float
    draws: int


def stability(
    solve: Callable[[Whole], Collection[str]], clusters: Sequence[object],
    rng: np.random.Generator, *, draws: int,
) -> Stability:  # fmt: skip
    """Whether the same terms come out when whole regions are drawn again.

    Parameters
    ----------
    solve : terms found over these places of cases, such as the terms of all minimal models
    """
    found = frozenset(solve(np.arange(len(clusters))))
    count: dict[str, int] = dict.fromkeys(sorted(found), 0)
    same = refused = 0
    for places in cluster_draws(clusters, draws, rng):
        try:
            terms = frozenset(solve(places))
        except RefusedError:
            refused += 1
            continue
        same += terms == found
        for term in terms:
            count[term] = count.get(term, 0) + 1
    order = sorted(count, key=lambda term: (-count[term], term))
    parts = tuple((term, count[term] / draws) for term in order)
    return Stability(found, same / draws, parts, refused / draws, draws)
