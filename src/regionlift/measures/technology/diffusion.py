"""How a technology spreads in a region: adopters by year, beyond its alliance, by industry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Set
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.verdict import Truth
from regionlift.measures.technology.filings import Filings, symbol_of

#: Members, and joint events, that make a group of partners an alliance.
MEMBERS, EVENTS = 3, 2
#: Patents of local non-members, filed after the alliance's first, below which no citation says
#: nothing.
CHANCES = 10


@dataclass(frozen=True)
class Alliance:
    """Organisations of the region that work together on a technology; where it was read from."""

    members: frozenset[str]
    events: int
    read_from: str


@dataclass(frozen=True)
class Spread:
    """The spread of one technology among the organisations of a region.

    ``adopters`` are new ones by year; ``outside`` those not in the alliance; ``industries`` of all
    adopters. ``cited`` counts citations of the alliance's patents by local non-members, ``chances``
    their patents in the class that could have cited; None where citations are not told.
    """

    klass: str
    years: tuple[int, ...]
    adopters: tuple[int, ...]
    total: int
    alliance: Alliance | None
    outside: int
    industries: int
    cited: int | None
    chances: int | None

    @property
    def broken(self) -> Truth:
        """Whether the technology of an alliance does not reach the others of the region."""
        if self.alliance is None or self.cited is None or self.chances is None:
            return Truth.CANNOT_TELL
        if self.cited > 0:
            return Truth.NOT_MET
        return Truth.MET if self.chances >= CHANCES else Truth.CANNOT_TELL


def alliances(dataset: Dataset, filings: Filings) -> dict[str, Alliance]:
    """Class -> its alliance: local members of repeated joint projects (else patents) on it.

    An alliance has at least three members that meet at least twice, an enterprise and a university
    or institute among them where types are told.
    """
    ours = {a.id: a.type for a in filings.applicants if a.region == filings.region}
    if dataset.has("orgs", "org_id", "region", "type"):
        own = dataset.tables["orgs"].filter(pl.col("region") == filings.region)
        ours |= {i: t or "" for i, t in own.select("org_id", "type").iter_rows()}
    teams, source = _project_teams(dataset, ours), "joint projects"
    if not teams:
        teams, source = _patent_teams(filings), "joint patents"
    found = {}
    for klass, groups in teams.items():
        together: dict[tuple[str, str], int] = defaultdict(int)
        for group in groups:
            for pair in combinations(sorted(group & set(ours)), 2):
                together[pair] += 1
        members = {i for pair, n in together.items() if n >= EVENTS for i in pair}
        kinds = {ours[i] for i in members}
        mixed = not any(kinds) or ("enterprise" in kinds and kinds & {"university", "institute"})
        if len(members) >= MEMBERS and mixed:
            found[klass] = Alliance(frozenset(members), len(groups), source)
    return found


def _project_teams(dataset: Dataset, ours: Collection[str]) -> dict[str, list[set[str]]]:
    if not (dataset.has("projects", "project_id", "codes") and dataset.has("members", "org_id")):
        return {}
    cut = symbol_of("subclass")
    members = dataset.tables["members"].filter(pl.col("org_id").is_in(list(ours)))
    of = members.group_by("project_id").agg("org_id")
    joined = dataset.tables["projects"].select("project_id", "codes").join(of, on="project_id")
    teams: dict[str, list[set[str]]] = defaultdict(list)
    for _, codes, ids in joined.drop_nulls("codes").iter_rows():
        listed = codes if isinstance(codes, list) else str(codes).split(";")
        if len(set(ids)) >= MEMBERS:
            for klass in {cut(c) for c in listed} - {""}:
                teams[klass].append(set(ids))
    return dict(teams)


def _patent_teams(filings: Filings) -> dict[str, list[set[str]]]:
    teams: dict[str, list[set[str]]] = defaultdict(list)
    holds, incidence = filings.holds, filings.incidence
    for row in np.flatnonzero(np.diff(holds.indptr) > 1):
        ids = {filings.applicants[i].id for i in holds.indices[holds.indptr[row]:
               holds.indptr[row + 1]]}  # fmt: skip
        for k in incidence.indices[incidence.indptr[row] : incidence.indptr[row + 1]]:
            teams[filings.classes[k]].append(ids)
    return dict(teams)


def spread(
    filings: Filings, klass: str, alliance: Alliance | None, citations: pl.DataFrame | None
) -> Spread:
    """Adopters of a class in the region, and what reaches those outside the alliance."""
    k = filings.classes.index(klass)
    ours = filings.ours
    has = np.flatnonzero(np.asarray(filings.incidence[:, [k]].todense()).ravel() > 0)
    first: dict[int, int] = {}
    for row in has:
        for i in filings.holds.indices[filings.holds.indptr[row] : filings.holds.indptr[row + 1]]:
            if ours[i]:
                year = int(filings.year[row])
                first[int(i)] = min(year, first.get(int(i), year))
    years = tuple(range(filings.first, filings.last + 1))
    members: Set[str] = alliance.members if alliance else set()
    outside = [i for i in first if filings.applicants[i].id not in members]
    industries = {filings.applicants[i].industry for i in first} - {""}
    cited, chances = (
        (None, None) if alliance is None or citations is None
        else _cited(filings, has, members, citations)
    )
    return Spread(
        klass, years, tuple(sum(y == t for y in first.values()) for t in years), len(first),
        alliance, len(outside), len(industries), cited, chances,
    )  # fmt: skip


def _cited(
    filings: Filings, has: np.ndarray, members: Set[str], citations: pl.DataFrame
) -> tuple[int, int]:
    """Citations of the alliance's patents in the class by other local applicants; their chances."""
    allied = np.array([a.id in members for a in filings.applicants], dtype=float)
    others = filings.ours.astype(float) * (1 - allied)
    of_members = np.asarray(filings.holds @ allied) > 0
    of_others = (np.asarray(filings.holds @ others) > 0) & ~of_members
    theirs = [r for r in has if of_members[r]]
    if not theirs:
        return 0, 0
    begun = min(int(filings.year[r]) for r in theirs)
    chances = sum(1 for r in has if of_others[r] and filings.year[r] > begun)
    ids = np.array(filings.ids)
    cited = pl.Series("cited", ids[theirs].tolist())
    citing = pl.Series("citing", ids[np.flatnonzero(of_others)].tolist())
    rows = citations.filter(pl.col("cited").is_in(cited.implode()),
                            pl.col("citing").is_in(citing.implode()))  # fmt: skip
    return rows.height, chances
