"""Which pairs meet next: rankings of pairs, and how good they were when it had happened.

Ties between strangers and ties that come back are told apart: nearly any score finds the second
kind. Scores are compared by average precision at the true base rate; under the area under the ROC
curve every score looks good where one pair in thousands meets (Saito & Rehmsmeier 2015, PLoS ONE
10(3)).

===================  ==========================================================================
degree               product of the numbers of partners (Barabasi et al. 2002, Physica A 311)
common neighbours    shared partners (Newman 2001, Physical Review E 64, 025102)
adamic-adar          shared partners, each by 1 / log of its partners (Adamic & Adar 2003)
repetition           earlier joint events, halved in weight every two years
logit                weighted logistic regression on all of these, recency, types and sides of
                     the border, fitted to the year before
===================  ==========================================================================

Source of the first three: Liben-Nowell & Kleinberg 2007, Journal of the American Society for
Information Science and Technology 58(7), table 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from regionlift.forecast.dyad_logit import KINDS, Logit, TieKind, cases, chances, fit_logit
from regionlift.forecast.dyads import Dyads, Flags, Pairs, dyads, known_pairs, listed, strangers
from regionlift.forecast.plan import Seed, child
from regionlift.forecast.scores import average_precision, lift, log_loss
from regionlift.forecast.state import Floats
from regionlift.measures.network.affiliations import Affiliations

#: Ways to rank pairs, in the order they are printed.
SCORES = ("degree", "common neighbours", "adamic-adar", "repetition", "logit")


def scored(state: Dyads, pairs: Pairs, name: str) -> Floats:
    """A score of each pair that needs no fit.

    Raises
    ------
    ValueError
        If there is no such score.
    """
    if name == "degree":
        product: Floats = state.degree[pairs.i].astype(float) * state.degree[pairs.j]
        return product
    if name == "common neighbours":
        return pairs.shared
    if name == "adamic-adar":
        return pairs.rarity
    if name == "repetition":
        met, at = state.place(pairs.i, pairs.j)
        return np.where(met, state.repetition[at], 0.0) if len(state.met) else np.zeros(len(met))
    raise ValueError(f"score must be one of {', '.join(SCORES)}, got {name!r}")


@dataclass(frozen=True)
class LinkScore:
    """How well one score told which pairs would meet.

    Parameters
    ----------
    origin, horizon : last year seen, years looked ahead
    kind, score : of ties, and of ranking
    pairs, ties : candidates, and those of them that met
    average_precision : weighted to all pairs; None where no pair met
    base_rate : ties over pairs, what a ranking without information scores
    k, lift : lift over the base rate among the k pairs ranked highest
    met, expected : of these k pairs, how many met, and how many were to meet by the logit
    log_loss : nats a pair, of the logit alone; None for scores that are no probabilities
    log_loss_base : the same, had every pair been given the base rate that came
    against_degree : average precision over that of the degree product, same kind
    """

    origin: int
    horizon: int
    kind: TieKind
    score: str
    pairs: float
    ties: int
    average_precision: float | None
    base_rate: float
    k: int
    lift: float | None
    met: float | None = None
    expected: float | None = None
    log_loss: float | None = None
    log_loss_base: float | None = None
    against_degree: float | None = None


def evaluate_links(
    affiliations: Affiliations,
    origin: int,
    horizon: int = 1,
    *,
    window: int = 5,
    half_life: float = 2.0,
    local: bool = False,
    k: int = 100,
    near: int = 1_000_000,
    far: int = 200_000,
    seed: Seed = 0,
) -> tuple[LinkScore, ...]:
    """Rank pairs on what was known at an origin, and look up which of them met.

    Candidates are the pairs of organisations that had an event running in the window; ties with
    an organisation not seen before cannot be ranked and do not count.

    Parameters
    ----------
    affiliations : events, those after the origin too; the years after it must be complete
    local : only pairs with one end inside the region
    k : pairs at the top of which the lift is taken; all pairs where there are fewer
    near, far : see ``dyads.strangers``

    Returns
    -------
    One row a score and kind; without the logit where too few ties are there to fit it.

    Raises
    ------
    ValueError
        If the horizon or k is not positive, or nothing started by the origin.
    """
    if horizon < 1 or k < 1:
        raise ValueError(f"horizon and k must be at least 1, got {horizon} and {k}")
    state = dyads(affiliations, origin, window=window, half_life=half_life)
    rows: list[LinkScore] = []
    for place, kind in enumerate(KINDS):
        rng = np.random.default_rng(child(seed, place, 0))
        pairs, truth = cases(
            affiliations, state, horizon, kind, rng, local=local, near=near, far=far
        )
        fit = fit_logit(
            affiliations, origin, kind, window=window, half_life=half_life, local=local,
            seed=child(seed, place, 1),
        )  # fmt: skip
        rows += _judge(state, pairs, truth, kind, horizon, k, fit)
    return tuple(rows)


def _judge(
    state: Dyads, pairs: Pairs, truth: Flags, kind: TieKind, horizon: int, k: int, fit: Logit | None
) -> list[LinkScore]:
    all_, ties = float(pairs.weight.sum()), int(truth.sum())
    rate = ties / all_ if all_ else 0.0
    rows: list[LinkScore] = []
    by_degree: float | None = None
    for name in SCORES:
        if (name == "logit" and fit is None) or (name == "repetition" and kind == "new"):
            continue
        if not ties:
            rows.append(LinkScore(state.origin, horizon, kind, name, all_, 0, None, rate, k, None))
            continue
        loss = even = expected = None
        top = min(k, int(all_))
        if name == "logit" and fit is not None:
            score = fit.odds(state, pairs)
            chance = chances(score, pairs.weight, float(fit.ties), horizon)
            loss = log_loss(truth, chance, pairs.weight)
            expected = _expected(chance, pairs.weight, top)
            if rate < 1:
                even = log_loss(truth, np.full(len(truth), rate), pairs.weight)
        else:
            score = scored(state, pairs, name)
        found = average_precision(truth, score, pairs.weight)
        by_degree = found if name == "degree" else by_degree
        gain = lift(truth, score, top, pairs.weight)
        rows.append(LinkScore(
            state.origin, horizon, kind, name, all_, ties, found, rate, top, gain,
            gain * rate * top, expected, loss, even, found / by_degree if by_degree else None,
        ))  # fmt: skip
    return rows


def _expected(chance: Floats, weight: Floats, k: int) -> float:
    """Sum of the chances of the k pairs with the highest."""
    order = np.argsort(-chance, kind="stable")
    part = np.diff(np.minimum(np.cumsum(weight[order]), k), prepend=0.0)
    return float(part @ chance[order])


@dataclass(frozen=True)
class Likely:
    """One pair of a ranking.

    Parameters
    ----------
    first, second : identifiers
    chance : to meet in a new event within the horizon; None where the score is no probability
    score : what it is ranked by
    shared : partners they share
    joint : events in which they met so far
    """

    first: str
    second: str
    chance: float | None
    score: float
    shared: int
    joint: int


@dataclass(frozen=True)
class Ranking:
    """Pairs most likely to meet, most likely first, and by which score."""

    origin: int
    horizon: int
    kind: TieKind
    score: str
    pairs: tuple[Likely, ...]


def rank(
    affiliations: Affiliations,
    origin: int,
    horizon: int = 1,
    *,
    kind: TieKind = "new",
    score: str | None = None,
    top: int = 50,
    local: bool = True,
    window: int = 5,
    half_life: float = 2.0,
    crowd: int = 200,
    seed: Seed = 0,
) -> Ranking:
    """The pairs most likely to meet in the years after an origin.

    All pairs that share a partner are ranked. Of those that share none only pairs among the
    ``crowd`` organisations with most partners are: what could rank them high is their degree.

    Parameters
    ----------
    affiliations : events; those that start after the origin are not looked at
    kind : pairs that never met, or pairs that did
    score : one of ``SCORES``; the logit where it can be fitted, else Adamic-Adar for new ties and
        repetition for repeated ones
    local : only pairs with one end inside the region

    Raises
    ------
    ValueError
        If the score is not known, or is the logit and cannot be fitted, or a size is not positive.
    """
    if kind not in KINDS or (score is not None and score not in SCORES):
        raise ValueError(f"kind must be one of {', '.join(KINDS)} and score one of "
                         f"{', '.join(SCORES)}, got {kind!r} and {score!r}")  # fmt: skip
    if top < 1 or horizon < 1:
        raise ValueError(f"top and horizon must be at least 1, got {top} and {horizon}")
    known = affiliations.where(affiliations.start <= origin)
    state = dyads(known, origin, window=window, half_life=half_life)
    fit = None
    if score in (None, "logit"):
        fit = fit_logit(
            known, origin, kind, window=window, half_life=half_life, local=local,
            seed=child(seed, 1),
        )  # fmt: skip
    if fit is None and score == "logit":
        raise ValueError(f"the logit cannot be fitted to the {kind} ties of {origin}")
    name = score or ("logit" if fit else "adamic-adar" if kind == "new" else "repetition")

    def value(pairs: Pairs) -> Floats:
        return scored(state, pairs, name) if fit is None else fit.odds(state, pairs)

    best = listed(state, *(np.zeros(0, dtype=np.int64),) * 2)
    for pairs in _candidates(state, kind, local, crowd):
        best = best.plus(pairs)
        best = best.where(np.lexsort((best.j, best.i, -value(best)))[:top])
    found = value(best)
    chance: list[float | None] = [None] * len(found)
    if fit is not None:
        rng = np.random.default_rng(child(seed, 2))
        all_ = strangers(state, rng, local=local) if kind == "new" else known_pairs(state, local)
        weight = np.append(all_.weight, np.full(len(found), 1e-9))
        odds = np.append(value(all_), found)
        chance = chances(odds, weight, float(fit.ties), horizon)[len(all_.i) :].tolist()
    met, at = state.place(best.i, best.j)
    joint = np.where(met, state.times[at], 0) if len(state.met) else np.zeros(len(met), dtype=int)
    names = affiliations.ids
    return Ranking(origin, horizon, kind, name, tuple(
        Likely(names[i], names[j], c, s, n, m)
        for i, j, c, s, n, m in zip(
            best.i.tolist(), best.j.tolist(), chance, found.tolist(),
            best.shared.astype(int).tolist(), joint.tolist(), strict=True,
        )
    ))  # fmt: skip


def _candidates(state: Dyads, kind: TieKind, local: bool, crowd: int) -> Iterator[Pairs]:
    if kind == "repeated":
        yield known_pairs(state, local)
        return
    for i, j, shared, rarity in state.sharing(local):
        yield Pairs(i, j, shared, rarity, np.ones(len(i)))
    some = np.flatnonzero(state.active)
    some = np.sort(some[np.argsort(-state.degree[some], kind="stable")[:crowd]])
    a, b = np.triu_indices(len(some), 1)
    i, j = some[a].astype(np.int64), some[b].astype(np.int64)
    kept = state.chosen(i, j, local) & ~state.place(i, j)[0]
    among = listed(state, i[kept], j[kept])
    yield among.where(among.shared == 0)
