"""Three axes, never one score: common, key, in reach; with rank intervals over patents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import rankdata, spearmanr

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.relatedness.nearness import density
from regionlift.measures.relatedness.specialisation import advantaged, location_quotient
from regionlift.measures.technology.commonness import betweenness, generality, joint
from regionlift.measures.technology.filings import Filings

Flags = NDArray[np.bool_]

#: Regions below which relatedness between classes means little; then mastery stands for reach.
LEAST_REGIONS = 10
#: What the first axis is read from, in the order of preference.
INDUSTRIES, SECTIONS = "industries of its users", "sections of the classes beside it"


@dataclass(frozen=True)
class Axes:
    """The three axes over classes; higher is more of it; not a number where it cannot be told.

    ``common`` spread over ``users``; ``key`` betweenness; ``reach`` is ``reach_by``: relatedness
    density of the region, or its revealed advantage.
    """

    common: Floats
    key: Floats
    reach: Floats
    users: str
    reach_by: str

    @property
    def each(self) -> tuple[Floats, Floats, Floats]:
        """The three in order."""
        return self.common, self.key, self.reach


@dataclass(frozen=True)
class Front:
    """The candidates with their ranks (1 is highest) and intervals over resampled patents.

    ``candidate`` tells which classes have enough patents to be compared; ``first`` which are not
    below another candidate on all axes; ``held`` the share of resamples in which a class was.
    Rank arrays are (axes, classes), 0 where a class is no candidate.
    """

    axes: Axes
    candidate: Flags
    first: Flags
    held: Floats
    rank: Floats
    low: Floats
    high: Floats
    resamples: int
    with_count: tuple[float, float, float]
    top: int
    shared_with_count: tuple[int, int, int]


def user_industries(filings: Filings) -> Floats:
    """Applicants x industries of 0 and 1, for those whose industry is told."""
    names = sorted({a.industry for a in filings.applicants if a.industry})
    column = {name: n for n, name in enumerate(names)}
    member = np.zeros((len(filings.applicants), len(names)))
    for n, a in enumerate(filings.applicants):
        if a.industry:
            member[n, column[a.industry]] = 1
    return member


def axes_of(filings: Filings, weight: Floats) -> Axes:
    """The three axes from weighted patents."""
    weighted = filings.incidence.multiply(weight[:, None]).tocsr()
    both = joint(filings.incidence, weight)
    member = user_industries(filings)
    if member.shape[1] >= 3:
        used = np.asarray((filings.holds @ member) > 0, dtype=np.float64)
        common, users = generality(np.asarray(weighted.T @ used)), INDUSTRIES
    else:
        names = sorted({c[0] for c in filings.classes})
        section = np.array([[c[0] == s for s in names] for c in filings.classes], dtype=np.float64)
        apart = both.copy()
        np.fill_diagonal(apart, 0)
        common, users = generality(apart @ section), SECTIONS
    reach, by = _reach(filings, weighted)
    return Axes(common, betweenness(both), reach, users, by)


def by_region(filings: Filings, weighted: csr_matrix) -> tuple[tuple[str, ...], Floats]:
    """Patents of each region's applicants in each class, (regions, classes), and their names.

    A patent counts once in each of its regions and classes; with fractional counting it is divided
    evenly among its applicants' regions and its classes.
    """
    names = tuple(sorted({a.region for a in filings.applicants if a.region}))
    column = {name: n for n, name in enumerate(names)}
    member = np.zeros((len(filings.applicants), len(names)))
    for n, a in enumerate(filings.applicants):
        if a.region:
            member[n, column[a.region]] = 1
    held = np.asarray((filings.holds @ member) > 0, dtype=np.float64)
    if filings.fractional:
        held = held / np.maximum(held.sum(axis=1, keepdims=True), 1)
        per = 1 / np.asarray(filings.incidence.sum(axis=1)).ravel()
        weighted = weighted.multiply(per[:, None]).tocsr()
    return names, np.asarray((weighted.T @ held).T)


def _reach(filings: Filings, weighted: csr_matrix) -> tuple[Floats, str]:
    names, table = by_region(filings, weighted)
    own = names.index(filings.region)
    if len(names) >= LEAST_REGIONS:
        held = advantaged(table)
        return density(held, proximity(held))[own], "relatedness density"
    return location_quotient(table)[own], "revealed advantage"


def pareto(values: Floats) -> Flags:
    """Which columns of (axes, n) no other column beats on one axis and equals on the rest."""
    v = np.asarray(values, dtype=np.float64)
    at_least = (v[:, :, None] >= v[:, None, :]).all(axis=0)
    more = (v[:, :, None] > v[:, None, :]).any(axis=0)
    return np.asarray(~(at_least & more).any(axis=0))


def front_of(
    filings: Filings, least: int, rng: np.random.Generator, resamples: int = 200,
    confidence: float = 0.9, top: int = 10,
) -> Front:  # fmt: skip
    """Candidates, front and rank intervals by drawing the patents again.

    A candidate has at least ``least`` patents and all three axes. Ranks are among candidates.
    """
    ones = np.ones(len(filings.ids))
    axes = axes_of(filings, ones)
    count = np.asarray(filings.incidence.sum(axis=0)).ravel()
    told = np.all([np.isfinite(a) for a in axes.each], axis=0)
    candidate = (count >= least) & told
    width = int(candidate.sum())
    ranks, held = np.zeros((3, width, resamples)), np.zeros(width)
    for n in range(resamples if width else 0):
        drawn = np.bincount(rng.integers(0, len(ones), len(ones)), minlength=len(ones))
        again = axes_of(filings, drawn.astype(np.float64))
        values = np.array([np.nan_to_num(a[candidate], nan=-1.0) for a in again.each])
        ranks[:, :, n] = rankdata(-values, axis=1, method="average")
        held += pareto(values)
    shape = 3, len(candidate)
    rank, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    first, share = np.zeros(shape[1], dtype=bool), np.full(shape[1], np.nan)
    if width:
        now = np.array([a[candidate] for a in axes.each])
        rank[:, candidate] = rankdata(-now, axis=1, method="average")
        tail = (1 - confidence) / 2
        if resamples:
            low[:, candidate] = np.quantile(ranks, tail, axis=2, method="lower")
            high[:, candidate] = np.quantile(ranks, 1 - tail, axis=2, method="higher")
            share[candidate] = held / resamples
        first[candidate] = pareto(now)
    return Front(
        axes, candidate, first, share, rank, low, high, resamples,
        *_beside_counts(axes, candidate, count, top),
    )  # fmt: skip


def _beside_counts(
    axes: Axes, candidate: Flags, count: Floats, top: int
) -> tuple[tuple[float, float, float], int, tuple[int, int, int]]:
    """Spearman of each axis with plain counts, and how many of the top ones are the same."""
    own = count[candidate]
    top = min(top, len(own))
    most = set(np.argsort(-own, kind="stable")[:top].tolist())
    related, shared = [], []
    for axis in axes.each:
        values = axis[candidate]
        varied = len(own) > 2 and np.ptp(values) > 0 and np.ptp(own) > 0
        related.append(float(spearmanr(values, own).statistic) if varied else float("nan"))
        shared.append(len(most & set(np.argsort(-values, kind="stable")[:top].tolist())))
    return (related[0], related[1], related[2]), top, (shared[0], shared[1], shared[2])
