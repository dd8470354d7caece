"""How a technology spreads in a region: adopters by year, beyond its alliance, by industry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from regionlift.data.counted import SUBCLASS
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

    An alliance has at least three members that hang together by pairs that met at least twice, an
    enterprise and a university or institute among them where types are told; of several the
    largest counts. Projects that begin after the window are not looked at.
    """
    ours = {a.id: a.type for a in filings.applicants if a.region == filings.region}
    if dataset.has("orgs", "org_id", "region", "type"):
        own = dataset.tables["orgs"].filter(pl.col("region") == filings.region)
        ours |= {i: t or "" for i, t in own.select("org_id", "type").iter_rows()}
    teams, source = _project_teams(dataset, ours, filings.last), "joint projects"
    if not teams:
        teams, source = _patent_teams(filings), "joint patents"
    local = frozenset(ours)
    found = {}
    for klass, groups in teams.items():
        met = [frozenset(group) & local for group in groups]
        fit = [part for part in _hanging_together(met) if len(part) >= MEMBERS
               and _mixed({ours[i] for i in part})]  # fmt: skip
        if fit:
            largest = max(fit, key=lambda part: (len(part), sorted(part)))
            events = sum(len(group & largest) > 1 for group in met)
            found[klass] = Alliance(largest, events, source)
    return found


def _mixed(kinds: Set[str]) -> bool:
    """Whether an enterprise and a university or institute are there, or no type is told."""
    return not any(kinds) or ("enterprise" in kinds and bool(kinds & {"university", "institute"}))


def _hanging_together(groups: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Organisations joined, directly or by others, by pairs that met at least twice."""
    together: dict[tuple[str, str], int] = defaultdict(int)
    for group in groups:
        for pair in combinations(sorted(group), 2):
            together[pair] += 1
    pairs = [pair for pair, n in together.items() if n >= EVENTS]
    names = sorted({i for pair in pairs for i in pair})
    at = {name: n for n, name in enumerate(names)}
    ends = np.array([(at[a], at[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
    links = csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(at), len(at)))
    count, label = connected_components(links, directed=False) if names else (0, [])
    return [frozenset(n for n, c in zip(names, label, strict=True) if c == k) for k in range(count)]


def begun_by(dataset: Dataset, last: int) -> pl.DataFrame:
    """Projects that had begun by a year; all of them where no table tells when they begin."""
    projects = dataset.tables["projects"]
    if not dataset.has("projects", "start_year"):
        return projects
    return projects.filter(pl.col("start_year") <= last)


def _project_teams(
    dataset: Dataset, ours: Collection[str], last: int
) -> dict[str, list[set[str]]]:
    if not (dataset.has("projects", "project_id", "codes") and dataset.has("members", "org_id")):
        return {}
    cut = symbol_of("subclass")
    members = dataset.tables["members"].filter(pl.col("org_id").is_in(list(ours)))
    of = members.group_by("project_id").agg("org_id")
    joined = begun_by(dataset, last).select("project_id", "codes").join(of, on="project_id")
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
    filings: Filings, klass: str, alliance: Alliance | None, citations: pl.DataFrame | None,
    before: Set[str] = frozenset(),
) -> Spread:  # fmt: skip
    """Adopters of a class in the region, and what reaches those outside the alliance.

    ``before`` are organisations that filed in it before the window: of those that still do, none is
    new; they stand in the first year.
    """
    k = filings.classes.index(klass)
    ours = filings.ours
    has = np.flatnonzero(np.asarray(filings.incidence[:, [k]].todense()).ravel() > 0)
    first: dict[int, int] = {}
    for row in has:
        for i in filings.holds.indices[filings.holds.indptr[row] : filings.holds.indptr[row + 1]]:
            if ours[i]:
                had = filings.applicants[i].id in before
                year = filings.first if had else int(filings.year[row])
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


def held_before(dataset: Dataset, first: int) -> Mapping[str, Set[str]]:
    """Class -> organisations with a patent in it before a year."""
    early = dataset.tables["patents"].filter(pl.col("app_year") < first).select("patent_id")
    codes = dataset.tables["codes"].select("patent_id", SUBCLASS).drop_nulls().unique()
    rows = (codes.join(early, on="patent_id", how="semi")
            .join(dataset.tables["applicants"].select("patent_id", "org_id"), on="patent_id")
            .drop_nulls().group_by(SUBCLASS).agg("org_id"))  # fmt: skip
    return {klass: set(ids) for klass, ids in rows.iter_rows()}


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
