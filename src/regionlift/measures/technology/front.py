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
from regionlift.measures.technology.commonness import (
    betweenness,
    generality,
    joint,
    off_diagonal,
)
from regionlift.measures.technology.filings import Filings

Flags = NDArray[np.bool_]

#: Regions below which relatedness between classes means little; then mastery stands for reach.
LEAST_REGIONS = 10
#: Patents in all regions below which a class is left out: its presence hangs on one patent.
LEAST_PATENTS = 10
#: Share of the patents that must tell an industry of an applicant before users are read from it.
TOLD = 0.5
#: What the first axis is read from, in the order of preference.
INDUSTRIES, SERVED, SECTIONS = (
    "industries of its users", "industries its patents serve, by the concordance",
    "sections of the classes beside it",
)  # fmt: skip


@dataclass(frozen=True)
class Axes:
    """The three axes over classes; higher is more of it; not a number where it cannot be told.

    ``common`` spread over ``users``; ``key`` betweenness; ``reach`` is ``reach_by``: relatedness
    density of the region, or its revealed advantage. ``told`` is the share of the patents that tell
    an industry of an applicant.
    """

    common: Floats
    key: Floats
    reach: Floats
    users: str
    reach_by: str
    told: float

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


class Reader:
    """The three axes of one set of patents under any weights.

    What does not depend on the weights is read once: who uses a patent, in which regions it is.
    """

    def __init__(self, filings: Filings, concordance: Floats | None = None) -> None:
        self.filings = filings
        self._serves = concordance if serves(filings, concordance) else None
        self.regions, self._held = regions_of(filings)
        self._enough = counted(filings)
        member = user_industries(filings)
        used = np.asarray((filings.holds @ member) > 0, dtype=np.float64)
        self.told = float(used.any(axis=1).mean()) if used.size else 0.0
        self._used = used if member.shape[1] >= 3 and self.told >= TOLD else None
        names = sorted({c[0] for c in filings.classes})
        self._section = np.array([[c[0] == s for s in names] for c in filings.classes], dtype=float)

    def axes(self, weight: Floats) -> Axes:
        """The axes from weighted patents."""
        found = self.filings
        weighted = found.incidence.multiply(weight[:, None]).tocsr()
        both = joint(found.incidence, weight)
        if self._used is not None:
            common, users = generality(np.asarray(weighted.T @ self._used)), INDUSTRIES
        elif self._serves is not None:
            common, users = generality(both @ self._serves), SERVED
        else:
            common, users = generality(off_diagonal(both) @ self._section), SECTIONS
        reach, by = self._reach(_table(found, weighted, self._held))
        return Axes(common, betweenness(both), reach, users, by, self.told)

    def _reach(self, table: Floats) -> tuple[Floats, str]:
        own = self.regions.index(self.filings.region)
        if len(self.regions) < LEAST_REGIONS:
            return location_quotient(table)[own], "revealed advantage"
        held = advantaged(table)[:, self._enough]
        reach = np.full(table.shape[1], np.nan)
        reach[self._enough] = density(held, proximity(held))[own]
        return reach, "relatedness density"


def serves(filings: Filings, concordance: Floats | None) -> bool:
    """Whether a concordance (classes, industries) tells three industries, and half of the classes.

    Classes are counted with their patents.
    """
    if concordance is None or (concordance.sum(axis=0) > 0).sum() < 3:
        return False
    count = np.asarray(filings.incidence.sum(axis=0)).ravel()
    return bool(count[concordance.sum(axis=1) > 0].sum() >= TOLD * count.sum())


def regions_of(filings: Filings) -> tuple[tuple[str, ...], Floats]:
    """Regions of the applicants, and which patents are in each, (patents, regions).

    0 or 1; with fractional counting a patent is divided evenly among its regions.
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
    return names, held


def counted(filings: Filings) -> Flags:
    """Classes with patents enough to tell who has them, each patent counted once."""
    return np.asarray(filings.incidence.sum(axis=0)).ravel() >= LEAST_PATENTS


def by_region(filings: Filings, weighted: csr_matrix) -> tuple[tuple[str, ...], Floats]:
    """Patents of each region's applicants in each class, (regions, classes), and their names.

    A patent counts once in each of its regions and classes; with fractional counting it is divided
    evenly among its applicants' regions and its classes.
    """
    names, held = regions_of(filings)
    return names, _table(filings, weighted, held)


def _table(filings: Filings, weighted: csr_matrix, held: Floats) -> Floats:
    if filings.fractional:
        per = 1 / np.asarray(filings.incidence.sum(axis=1)).ravel()
        weighted = weighted.multiply(per[:, None]).tocsr()
    return np.asarray((weighted.T @ held).T)


def pareto(values: Floats) -> Flags:
    """Which columns of (axes, n) no other column beats on one axis and equals on the rest."""
    v = np.asarray(values, dtype=np.float64)
    at_least = (v[:, :, None] >= v[:, None, :]).all(axis=0)
    more = (v[:, :, None] > v[:, None, :]).any(axis=0)
    return np.asarray(~(at_least & more).any(axis=0))


def front_of(
    filings: Filings, least: int, rng: np.random.Generator, resamples: int = 200,
    confidence: float = 0.9, top: int = 10, concordance: Floats | None = None,
) -> Front:  # fmt: skip
    r"""Candidates, front and rank intervals by weighing the patents anew.

    A candidate has at least ``least`` patents and all three axes. Ranks are among candidates. Each
    draw weighs every patent by :math:`w \sim Exp(1)`: drawn with replacement, patents would come
    twice and lose a third of the classes' ties, and the filter behind betweenness keeps others
    than those of the tables, so that ranks fall outside of their own intervals.

    Source: the Bayesian bootstrap, Rubin 1981, Annals of Statistics 9, 130-134.
    """
    reader = Reader(filings, concordance)
    axes = reader.axes(np.ones(len(filings.ids)))
    count = np.asarray(filings.incidence.sum(axis=0)).ravel()
    told = np.all([np.isfinite(a) for a in axes.each], axis=0)
    candidate = (count >= least) & told
    width = int(candidate.sum())
    best, worst = np.zeros((3, width, resamples)), np.zeros((3, width, resamples))
    held = np.zeros(width)
    for n in range(resamples if width else 0):
        again = reader.axes(rng.standard_exponential(len(filings.ids)))
        values = np.array([np.nan_to_num(a[candidate], nan=-1.0) for a in again.each])
        # Of equal classes each may stand anywhere among them.
        best[:, :, n] = rankdata(-values, axis=1, method="min")
        worst[:, :, n] = rankdata(-values, axis=1, method="max")
        held += pareto(values)
    shape = 3, len(candidate)
    rank, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    first, share = np.zeros(shape[1], dtype=bool), np.full(shape[1], np.nan)
    if width:
        now = np.array([a[candidate] for a in axes.each])
        rank[:, candidate] = rankdata(-now, axis=1, method="average")
        tail = (1 - confidence) / 2
        if resamples:
            low[:, candidate] = np.quantile(best, tail, axis=2, method="lower")
            high[:, candidate] = np.quantile(worst, 1 - tail, axis=2, method="higher")
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
