"""Technologies of one region: three axes with rank intervals, who can carry them, how they spread.

Named as key common technologies are the candidates in the upper share on both axes, common and
key; reach tells what to do with them, and is no part of the naming.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.data.symbols import title
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.forecast.uptake import Uptake, uptake
from regionlift.measures.pathway.technology import Named, nodes_reached
from regionlift.measures.technology.abroad import Abroad, Pace, abroad, pace
from regionlift.measures.technology.alliances import Consortia, consortia
from regionlift.measures.technology.commonness import growth
from regionlift.measures.technology.diffusion import (
    CHANCES,
    Alliance,
    Spread,
    alliances,
    begun_by,
    held_before,
    spread,
)
from regionlift.measures.technology.filings import Filings, NoPatentsError, filings
from regionlift.measures.technology.front import Front, front_of
from regionlift.measures.technology.options import Options, options_of
from regionlift.measures.technology.profile import concordance_of
from regionlift.measures.technology.topics import Topics, topics
from regionlift.study.allied_numbers import abroad_numbers, alliance_numbers
from regionlift.study.entry import EntryStudy, advised, technology_entry
from regionlift.study.technology_numbers import beside_of, technology_numbers

#: Measures beside the axes, as they stand in the list.
BESIDE = ("tech_breadth", "tech_evenness", "tech_users", "tech_participation", "tech_generality",
          "tech_originality", "tech_recent", "tech_pull")  # fmt: skip
#: Why nothing is said of alliances where no technology is named, and what it waits for.
NONE_NAMED = "no key common technology is named"
NAMED_FIRST = "a technology that is both common and key: see the clause before"
#: Draws of the patents behind a rank interval; ranks settle long before means do.
DRAWS = 200


@dataclass(frozen=True)
class TechnologyStudy:
    """Everything about the technologies of one region; without patents, ``reason`` says why.

    ``named`` are the key common technologies, best held on the front first; ``mastered`` those of
    them in which the region has a revealed advantage of at least 1. ``abroad`` are their foreign
    holders, None where no applicant is foreign; ``paces`` how soon their alliances filed, None
    where that cannot be told. ``nodes`` are the links of the chain that each named technology has
    reached, empty where no organisation is placed on it; ``names`` and ``types`` are those of the
    members of alliances.
    """

    region: str
    reason: str
    settles: str
    filings: Filings | None
    front: Front | None
    named: tuple[str, ...]
    mastered: tuple[str, ...]
    consortia: Mapping[str, Consortia]
    spreads: Mapping[str, Spread]
    options: Options | None
    entry: EntryStudy | None
    uptakes: Mapping[str, Uptake]
    topics: Topics | None
    quantities: tuple[Quantity, ...]
    verdicts: tuple[Verdict, ...]
    abroad: Mapping[str, Abroad | None] = field(default_factory=dict)
    paces: Mapping[str, Pace | None] = field(default_factory=dict)
    nodes: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], Quantity]:
        return {(q.measure, q.subject): q for q in self.quantities}

    def find(self, measure: str, klass: str) -> Quantity:
        """A number of a class; KeyError where there is none."""
        return self._numbers[measure, f"{self.region}|{klass}"]


def technology_study(
    dataset: Dataset, region: str, settings: Settings, year: int | None = None
) -> TechnologyStudy:
    """Study the technologies of one region from the patents of all applicants in the tables."""
    try:
        found = _window(dataset, region, settings, year)
    except NoPatentsError as why:
        verdicts = tuple(
            Verdict(clause, region, Truth.CANNOT_TELL, str(why), why.settles)
            for clause in ("technology.named", "technology.competence", "technology.diffusion")
        )
        return TechnologyStudy(region, str(why), why.settles, None, None, (), (), {}, {}, None,
                               None, {}, None, (), verdicts)  # fmt: skip
    rng = np.random.default_rng(settings.whole("seed"))
    front = front_of(found, settings.whole("technology_least"), rng, DRAWS, settings["confidence"],
                     concordance=concordance_of(dataset, found)[0])  # fmt: skip
    named = _named(found, front, settings["technology_top"])
    groups = alliances(dataset, found)
    cited = dataset.tables["citations"] if dataset.has("citations", "citing", "cited") else None
    known = _partners(dataset, found)
    carry = {k: consortia(found, k, settings["technology_needs"], known) for k in named}
    before = held_before(dataset, found.first)
    spreads = {k: spread(found, k, groups.get(k), cited, before.get(k, set())) for k in named}
    every = np.flatnonzero(front.candidate)
    years = np.arange(found.first, found.last + 1, dtype=np.float64)
    rates = growth(_by_year(found, every), years)
    beside = beside_of(dataset, found, cited)
    numbers = tuple(
        q for place, k in enumerate(every)
        for q in technology_numbers(dataset, found, front, int(k), settings, cited,
                                    (float(rates[0][place]), float(rates[1][place])),
                                    spreads.get(found.classes[k]), beside)
    )  # fmt: skip
    outer = {k: abroad(found, c, known) for k, c in carry.items()}
    paces = {k: None if s.alliance is None else pace(dataset, k, s.alliance, found.last)
             for k, s in spreads.items()}  # fmt: skip
    numbers += tuple(
        q for k, c in carry.items()
        for q in (*abroad_numbers(dataset, found, c, outer[k]),
                  *alliance_numbers(dataset, found, k, spreads[k].alliance, paces[k]))
    )  # fmt: skip
    options, entry = options_of(found), technology_entry(found, settings)
    options = replace(options, options=advised(options.options, entry))
    mastered = tuple(k for k in named if beside.mastered[found.classes.index(k)])
    return TechnologyStudy(
        region, "", "", found, front, named, mastered, carry, spreads, options, entry,
        {k: uptake(s.years, s.adopters) for k, s in spreads.items()},
        _topics(dataset, found, settings), numbers,
        (_told_named(found, front, named), _competence(found, carry), _diffusion(found, spreads)),
        outer, paces, _nodes(dataset, found, named, groups), *_members(dataset, groups),
    )  # fmt: skip


def _nodes(
    dataset: Dataset, found: Filings, named: tuple[str, ...], groups: Mapping[str, Alliance]
) -> dict[str, int]:
    """Links of the chain each named technology has reached."""
    known = Named(dataset, found, named, {k: groups[k] for k in named if k in groups}, bool(groups))
    return dict(nodes_reached(known).iter_rows())


def _members(
    dataset: Dataset, groups: Mapping[str, Alliance]
) -> tuple[dict[str, str], dict[str, str]]:
    """Names and types of all members of alliances, where they are told."""
    ids = sorted({i for group in groups.values() for i in group.members})
    told: list[dict[str, str]] = []
    for column in ("name", "type"):
        if not dataset.has("orgs", "org_id", column):
            told.append({})
            continue
        rows = dataset.tables["orgs"].filter(pl.col("org_id").is_in(ids))
        told.append(dict(rows.select("org_id", column).drop_nulls().iter_rows()))
    return told[0], told[1]


def _topics(dataset: Dataset, found: Filings, settings: Settings) -> Topics | None:
    count = settings.whole("technology_topics")
    if not count:
        return None
    return topics(dataset, found, count, settings.whole("seed"), settings["technology_top"])


def _window(dataset: Dataset, region: str, settings: Settings, year: int | None) -> Filings:
    if not dataset.has("patents", "app_year"):
        raise NoPatentsError("there is no table of patents",
                             "patents, applicants and codes")  # fmt: skip
    last = dataset.tables["patents"]["app_year"].max()
    if year is None and last is None:
        raise NoPatentsError("no patent has a year", "app_year in patents")
    until = int(str(last)) if year is None else year
    return filings(dataset, region, until - settings.whole("technology_years") + 1, until,
                   fractional=settings["technology_fractional"] >= 0.5)  # fmt: skip


def _by_year(found: Filings, classes: np.ndarray) -> np.ndarray:
    years = np.arange(found.first, found.last + 1)
    in_year = (found.year[:, None] == years).astype(np.float64)
    return np.asarray(found.incidence[:, classes].T @ in_year)


def _named(found: Filings, front: Front, share: float) -> tuple[str, ...]:
    """Candidates in the upper share on both axes, the most often on the front first."""
    count = int(front.candidate.sum())
    line = max(1.0, share * count)
    both = front.candidate & (front.rank[0] <= line) & (front.rank[1] <= line)
    both &= np.nan_to_num(front.axes.key) > 0
    order = sorted(np.flatnonzero(both), key=lambda k: (-front.held[k], front.rank[:2, k].sum()))
    return tuple(found.classes[k] for k in order)


def _partners(dataset: Dataset, found: Filings) -> dict[str, Set[str]]:
    """Organisation -> those it has had a joint patent of the window, or a joint project, with."""
    met: dict[str, set[str]] = {}
    joint = np.flatnonzero(np.diff(found.holds.indptr) > 1)
    groups = [
        [found.applicants[i].id for i in
         found.holds.indices[found.holds.indptr[r]: found.holds.indptr[r + 1]]]
        for r in joint
    ]  # fmt: skip
    if dataset.has("members", "project_id", "org_id"):
        members = dataset.tables["members"]
        if dataset.has("projects", "project_id"):
            members = members.join(begun_by(dataset, found.last), on="project_id", how="semi")
        teams = members.group_by("project_id").agg("org_id")
        groups += [ids for ids in teams["org_id"].to_list() if len(ids) <= 50]
    for group in groups:
        for i in group:
            met.setdefault(i, set()).update(j for j in group if j != i)
    return dict(met)


def _id(measure: str, found: Filings, klass: str) -> str:
    return f"{measure}/{found.region}|{klass}/{found.first}-{found.last}"


def _told_named(found: Filings, front: Front, named: tuple[str, ...]) -> Verdict:
    if int(front.candidate.sum()) < 4:
        return Verdict("technology.named", found.region, Truth.CANNOT_TELL,
                       f"{int(front.candidate.sum())} classes have enough patents to be compared",
                       "patents of more years, or of applicants elsewhere")  # fmt: skip
    if not (np.nan_to_num(front.axes.key[front.candidate]) > 0).any():
        return Verdict("technology.named", found.region, Truth.CANNOT_TELL,
                       "no class bridges others: their ties are no stronger than chance gives",
                       "patents of more years, or of applicants elsewhere")  # fmt: skip
    if not named:
        return Verdict("technology.named", found.region, Truth.NOT_MET,
                       "no class is both among the most common and among the most bridging")
    return Verdict("technology.named", found.region, Truth.MET, ", ".join(named),
                   evidence=tuple(_id("tech_common", found, k) for k in named))  # fmt: skip


def _competence(found: Filings, carry: Mapping[str, Consortia]) -> Verdict:
    clause = "technology.competence"
    if not carry:
        return Verdict(clause, found.region, Truth.CANNOT_TELL, NONE_NAMED, NAMED_FIRST)
    lacking = {k: c for k, c in carry.items() if c.lacks}
    evidence = tuple(_id("tech_local", found, k) for k in (lacking or carry))
    if lacking:
        said = "; ".join(f"{k} lacks {', '.join(c.lacks)}" for k, c in lacking.items())
        return Verdict(clause, found.region, Truth.NOT_MET, said, evidence=evidence)
    return Verdict(clause, found.region, Truth.MET,
                   "for each of them a team of the region covers what it needs",
                   evidence=evidence)  # fmt: skip


def _diffusion(found: Filings, spreads: Mapping[str, Spread]) -> Verdict:
    clause = "technology.diffusion"
    if not spreads:
        return Verdict(clause, found.region, Truth.CANNOT_TELL, NONE_NAMED, NAMED_FIRST)
    broken = [k for k, s in spreads.items() if s.broken is Truth.MET]
    reached = [k for k, s in spreads.items() if s.broken is Truth.NOT_MET]
    if broken:
        said = "; ".join(
            f"{k}: none of the {spreads[k].chances} patents of others in the region cites its "
            "alliance" for k in broken
        )  # fmt: skip
        return Verdict(clause, found.region, Truth.NOT_MET, said,
                       evidence=tuple(_id("tech_cited", found, k) for k in broken))  # fmt: skip
    if reached:
        return Verdict(clause, found.region, Truth.MET,
                       f"others of the region cite the alliance's patents in {', '.join(reached)}",
                       evidence=tuple(_id("tech_cited", found, k) for k in reached))  # fmt: skip
    if all(s.alliance is None for s in spreads.values()):
        return Verdict(clause, found.region, Truth.CANNOT_TELL,
                       "no alliance works on a key common technology",
                       "joint projects with codes and members of three or more")  # fmt: skip
    if all(s.cited is None for s in spreads.values() if s.alliance is not None):
        return Verdict(clause, found.region, Truth.CANNOT_TELL, "citations are not told",
                       "a table of citations")  # fmt: skip
    return Verdict(clause, found.region, Truth.CANNOT_TELL,
                   f"no alliance is cited by others, and none faces {CHANCES} later patents of "
                   "others here", "patents of more years")  # fmt: skip


def front_table(done: TechnologyStudy) -> pl.DataFrame:
    """A row a candidate: axes, ranks with intervals, whether named, on the front."""
    if done.filings is None or done.front is None:
        return pl.DataFrame()
    found, front = done.filings, done.front
    rows = []
    for k in np.flatnonzero(front.candidate):
        klass = found.classes[k]
        row: dict[str, object] = {"technology": klass, "title": title(klass),
                                  "named": klass in done.named,
                                  "on the front": bool(front.first[k]),
                                  "share of draws on the front": float(front.held[k])}  # fmt: skip
        for n, name in enumerate(("common", "key", "reach")):
            row |= {name: float(front.axes.each[n][k]), f"{name} rank": float(front.rank[n, k]),
                    f"{name} rank low": float(front.low[n, k]),
                    f"{name} rank high": float(front.high[n, k])}  # fmt: skip
        for measure in ("tech_patents", "tech_local", "tech_advantage", "tech_growth",
                        "tech_adopters", "tech_first", "tech_foreign", *BESIDE):  # fmt: skip
            row[measure.removeprefix("tech_")] = done.find(measure, klass).value
        row["evidence"] = done.find("tech_common", klass).id
        rows.append(row)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.sort(["named", "share of draws on the front", "technology"],
                      descending=[True, True, False]) if rows else frame  # fmt: skip
