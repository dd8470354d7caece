"""The roadmap of one region: actions on broken links with names, money, targets and doubts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.data.symbols import titled
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.pathway.elements import elements
from regionlift.measures.position import CURRENT_PRICES
from regionlift.paths.evaluate import Judged, in_unit
from regionlift.paths.figure import depths
from regionlift.paths.order import AGAINST, LATER, NOT
from regionlift.plan.actions import Candidate, Target, candidates
from regionlift.plan.roadmap import Roadmap, Task, phase_of, roadmap
from regionlift.plan.targets import Realism, realism
from regionlift.study.chain import ChainStudy
from regionlift.study.network import NetworkStudy
from regionlift.study.paths import PathsStudy
from regionlift.study.pathway_technology import named_of
from regionlift.study.platform import PlatformStudy
from regionlift.study.technology import TechnologyStudy

#: Nodes, technologies or firms named for one action.
MOST = 4

#: Names of partners printed with an action.
NAMED = 5

#: Owners by kind, where no organisation of that kind is in the tables.
OWNERS = {
    "government": "the government of the region",
    "enterprise": "a core enterprise",
    "platform": "the innovation platform",
    "intermediary": "an intermediary",
    "alliance": "the alliance",
    "university": "a university",
    "institute": "an institute",
    "finance": "a financial institution",
    "foreign": "a partner abroad",
}

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Planned:
    """An action with everything that makes it operable.

    ``start`` and ``end`` are years from the last year of the data on; ``phase`` as (first, last);
    ``baseline`` the indicator now, which is the number of the link or clause the action works on;
    ``goal`` what it should come to, in words, ``goal_value`` as a number where it is one;
    ``realism`` what became of comparable regions.
    """

    candidate: Candidate
    owner: str
    partners: tuple[str, ...]
    start: int
    end: int
    phase: tuple[int, int]
    baseline: Quantity
    goal: str
    goal_value: float | None
    realism: Realism | None
    realism_reason: str
    source: str

    @property
    def watch(self) -> str:
        """Title of the action's own indicator, where it works on another number than that."""
        own = self.candidate.action.indicator
        return "" if own == self.baseline.measure else registry()[own].title

    @property
    def countermeasure(self) -> int:
        """Countermeasure of the paper, 1 to 4."""
        return self.candidate.action.countermeasure


@dataclass(frozen=True)
class NotNow:
    """Something not to be done now, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class RoadmapStudy:
    """The roadmap; without broken links or paths to take, ``reason`` says why it is empty."""

    region: str
    base: int
    budget: tuple[float, ...] | None
    planned: tuple[Planned, ...]
    candidates: tuple[Candidate, ...]
    ranks: Mapping[str, int]
    program: Roadmap
    not_now: tuple[NotNow, ...]
    collect: tuple[str, ...]
    reason: str

    def of_phase(self, phase: tuple[int, int]) -> tuple[Planned, ...]:
        """Actions that begin in a phase."""
        return tuple(p for p in self.planned if p.phase == phase)

    @property
    def cost(self) -> float:
        """Median cost of the planned actions that have a basis, in millions."""
        return sum(p.candidate.cost.median or 0.0 for p in self.planned)

    @property
    def without_basis(self) -> int:
        """Planned actions without a cost basis."""
        return sum(not p.candidate.cost.known for p in self.planned)


def roadmap_study(
    dataset: Dataset, frames: Frames, settings: Settings, paths: PathsStudy,
    network: NetworkStudy | None, chain: ChainStudy, technology: TechnologyStudy,
    platform: PlatformStudy, budget: float | Sequence[float] | None, base: int,
) -> RoadmapStudy:  # fmt: skip
    """Name the actions on broken links, choose and schedule them, and say what is left alone."""
    targets = {
        **_technology_targets(dataset, technology), **_chain_targets(chain),
        **_platform_targets(platform),
    }
    found = candidates(dataset, paths.paths, paths.order, targets)
    ranks = {id: rank for p in paths.paths
             for id, rank in depths(p.path.links, [j.id for j in p.broken]).items()}  # fmt: skip
    tasks = tasks_of(found, ranks)
    program = roadmap(tasks, budget)
    owners = _owners(dataset, paths.region, base, network)
    planned = [
        _planned(c, program.best.start[c.id], base, owners, dataset, frames, settings)
        for c in found if c.id in program.best.start
    ]  # fmt: skip
    planned.sort(key=lambda p: (p.start, [c.id for c in found].index(p.candidate.id)))
    limits = None if budget is None else tuple(
        float(b) for b in (budget if isinstance(budget, Sequence) else (budget,)))  # fmt: skip
    return RoadmapStudy(
        paths.region, base, limits, tuple(planned), found, ranks, program,
        tuple(_not_now(paths, found, program)), tuple(w.piece for w in paths.worths[:MOST]),
        "" if found else _empty(paths),
    )  # fmt: skip


def tasks_of(found: Sequence[Candidate], ranks: Mapping[str, int]) -> list[Task]:
    """Candidates as the program sees them; conditions have no order among them, links have.

    Where a path has conditions to be worked on, its links come after them.
    """
    prepared = {c.path for c in found if c.prepares}
    return [
        Task(c.id, c.path, c.judged.id,
             0 if c.prepares else ranks[c.judged.id] + (c.path in prepared), c.years,
             c.earliest, c.cost.median or 0.0, c.after) for c in found
    ]  # fmt: skip


def _empty(paths: PathsStudy) -> str:
    if all(s.disposition in (NOT, LATER) for s in paths.order.standings):
        return "no path is for now, and what keeps them back is nothing an action works on"
    return "no link of a path that may be taken is known to be broken"


def _technology_targets(dataset: Dataset, done: TechnologyStudy) -> dict[str, list[Target]]:
    """Key technologies by what they lack: alliance, element, output, sharing, adopters."""
    if done.filings is None:
        return {}
    names = _names(dataset)
    found: dict[str, list[Target]] = {}

    def add(action: str, klass: str, members: Sequence[str], said: str = "") -> None:
        label = titled(klass) + (f": {said}" if said else "")
        who = tuple(names.get(i, i) for i in members[:NAMED])
        evidence = done.find("tech_common", klass).id
        found.setdefault(action, []).append(Target(label, partners=who, evidence=evidence))

    named = named_of(dataset, done)
    missing = {e.technology: e for e in elements(named)} if named is not None else {}
    for klass in done.named[:MOST]:
        spread, carry = done.spreads[klass], done.consortia[klass]
        team = carry.teams[0].members if carry.teams else ()
        inside = sorted(spread.alliance.members) if spread.alliance else ()
        outside = [o.who.id for o in carry.outsiders]
        if spread.alliance is None:
            add("found_alliance", klass, team, "no alliance works on it")
        elif klass in missing and missing[klass].missing:
            add("share_elements", klass, inside, f"lacks {', '.join(missing[klass].missing)}")
        if carry.lacks:
            lacks = ", ".join(titled(m) for m in carry.missing) or ", ".join(carry.lacks)
            add("call_key_technology", klass, [*team, *outside][:NAMED], f"lacks {lacks}")
        if spread.broken is Truth.MET:
            add("open_results", klass, inside, "nobody outside the alliance cites it")
        if spread.adopters and spread.adopters[-1] == 0:
            add("demonstrate", klass, inside, "no new adopter in the last year")
    return found


def _names(dataset: Dataset) -> dict[str, str]:
    """Names of all organisations, the id where none is told."""
    if not dataset.has("orgs", "org_id", "name"):
        return {}
    rows = dataset.tables["orgs"].select("org_id", pl.col("name").fill_null(pl.col("org_id")))
    return dict(rows.iter_rows())


def _chain_targets(done: ChainStudy) -> dict[str, list[Target]]:
    """Broken nodes with candidates, cores with few local purchases, nodes with one supplier."""
    found: dict[str, list[Target]] = {}
    if done.chain is None:
        return found
    broken = [*done.of_kind("supplement"), *done.of_kind("strengthen")]
    broken.sort(key=lambda id: -(done.facts[id].unmet or 0.0))
    found["close_gap"] = [_node(done, id, "") for id in broken[:MOST]]
    absent = [id for id in broken if done.calls[id].kind == "supplement"]
    found["invite_suppliers"] = [_node(done, id, "attract") for id in absent[:MOST]]
    found["second_source"] = [
        _node(done, id, "second source") for id in done.of_kind("stabilise")[:MOST]
    ]
    names = dict(done.cores)
    low = sorted((s for s in done.supplies if s.bought), key=lambda s: s.rate or 0.0)
    found["meet_buyers"] = [
        Target(names.get(s.id, s.id), owner=names.get(s.id, s.id),
               evidence=done.find("core_local_share", s.id).id) for s in low[:MOST]
    ]  # fmt: skip
    return {action: some for action, some in found.items() if some}


def _node(done: ChainStudy, id: str, role: str) -> Target:
    assert done.chain is not None
    unmet = done.facts[id].unmet
    who = [c.name for c in done.candidates if c.node == id and role in c.role]
    said = f"{done.chain.node(id).name}, to {done.calls[id].kind}"
    if unmet:
        unit = done.find("chain_unmet", id).unit
        said += f", with {float(f'{unmet:.1e}'):,.0f} {unit} of demand not met here"
    evidence = f"chain_unmet/{done.region}|{id}/{done.chain.year}"
    return Target(said, partners=tuple(who[:NAMED]), evidence=evidence)


def _platform_targets(done: PlatformStudy) -> dict[str, list[Target]]:
    """Empty functions, the scarce type of resource."""
    found: dict[str, list[Target]] = {}
    if done.coverage is not None:
        found["add_function"] = [Target(f) for f in done.coverage.empty]
    if done.worst is not None:
        process, kind, share = done.worst
        if process == "allocation":
            found["allocate_needs"] = [Target(f"{kind}: {share:.0%} of what is asked for is lost")]
    return {action: some for action, some in found.items() if some}


def _owners(
    dataset: Dataset, region: str, year: int, network: NetworkStudy | None
) -> dict[str, tuple[str, ...]]:
    """Organisations of the region by kind that are not closed, those in most events first."""
    found: dict[str, tuple[str, ...]] = {}
    if dataset.has("orgs", "org_id", "type", "region"):
        orgs = dataset.tables["orgs"].filter(
            pl.col("region") == region, pl.col("type").is_not_null()
        )
        if "closed" in orgs.columns:
            orgs = orgs.filter(pl.col("closed").is_null() | (pl.col("closed") > year))
        events: dict[str, int] = {}
        if network is not None and "events" in network.roster.columns:
            events = dict(network.roster.select("org_id", "events").iter_rows())
        name = pl.col("name") if "name" in orgs.columns else pl.col("org_id")
        rows = list(orgs.select("type", "org_id", name.fill_null(pl.col("org_id")).alias("name"))
                    .iter_rows())  # fmt: skip
        rows.sort(key=lambda r: (-events.get(r[1], 0), r[1]))
        for kind in OWNERS:
            found[kind] = tuple(n for k, _, n in rows if k == kind)
    if dataset.has("platforms", "platform_id", "name"):
        own = dataset.tables["platforms"]
        if "region" in own.columns:
            own = own.filter(pl.col("region").is_null() | (pl.col("region") == region))
        names = own["name"].drop_nulls().unique(maintain_order=True)
        found["platform"] = tuple(names.to_list()) + found.get("platform", ())
    return found


def _planned(
    c: Candidate, start: int, base: int, owners: Mapping[str, tuple[str, ...]], dataset: Dataset,
    frames: Frames, settings: Settings,
) -> Planned:  # fmt: skip
    action, judged = c.action, c.judged
    owner = c.target.owner or next(iter(owners.get(action.owner, ())), "") or OWNERS.get(
        action.owner, action.owner)  # fmt: skip
    partners = c.target.partners or tuple(
        name for kind in action.partners for name in owners.get(kind, ())[:1] if name != owner
    ) or tuple(OWNERS.get(kind, kind) for kind in action.partners)  # fmt: skip
    goal, value = _goal(judged)
    end = start + c.years
    found, why = _realism(judged, value, base, end, dataset, frames, settings)
    needs = registry()[judged.level.measure].needs
    return Planned(
        c, owner, partners, base + 1 + start, base + end, phase_of(start), judged.level, goal,
        value, found, why, "; ".join(needs) or "the tables of the dataset",
    )  # fmt: skip


_SIGNS = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}


def _goal(judged: Judged) -> tuple[str, float | None]:
    """What the indicator should come to so that the link holds."""
    c = judged.comparison
    sign = _SIGNS[c.compare]
    if c.against == "trend":
        current = judged.level.measure in CURRENT_PRICES
        beside = " against the middle of the peers" if current else ""
        return f"a trend{beside} {sign} {in_unit(judged.threshold, '% a year')}", None
    if c.against == "peers" and not judged.alone:
        return f"{sign} {in_unit(judged.threshold, 'percentile')} of the peers", None
    if c.compare == ">" and judged.quantity.unit == "count":
        # of whole things, more than none is one at the least
        least = math.floor(judged.threshold) + 1
        return f"at least {least}", float(least)
    return f"{sign} {in_unit(judged.threshold, judged.quantity.unit)}", judged.threshold


def _realism(
    judged: Judged, goal: float | None, base: int, end: int, dataset: Dataset, frames: Frames,
    settings: Settings,
) -> tuple[Realism | None, str]:  # fmt: skip
    """What became of comparable regions, where the indicator is one of the panel's measures."""
    measure, now = judged.level.measure, judged.level.value
    if measure not in frames:
        return None, "the indicator is known for this region alone: no comparable regions"
    if now is None:
        return None, f"no baseline: {judged.level.reason}"
    if goal is None:
        return None, "the target is a direction or a place among the peers, not a level"
    try:
        found = realism(frames, measure, judged.level.subject, now, goal, max(1, end), settings,
                        dataset)  # fmt: skip
    except ValueError as error:
        return None, str(error)
    return found, found.reason


def _not_now(
    paths: PathsStudy, found: Sequence[Candidate], program: Roadmap
) -> list[NotNow]:
    """Paths not for now, links that hold or wait for an earlier one, actions left out."""
    rows = []
    for s in paths.order.standings:
        if s.disposition in (NOT, LATER):
            before = " before its conditions are met" if s.disposition == NOT else ""
            rows.append(NotNow(f"the links of the path {s.title}{before}", s.reason))
        rows += [
            NotNow(f"path {s.title} at the stage “{cell.stage}”", f"{cell.fit}: {cell.why}")
            for cell in s.cells if cell.fit in AGAINST and s.disposition != LATER
        ]  # fmt: skip
    for p in paths.paths:
        holds = [f"“{j.comparison.title}” ({j.id})" for j in p.links if j.truth is Truth.MET]
        if holds:
            rows.append(NotNow(f"more measures on {', '.join(holds)}",
                               "this link holds" if len(holds) == 1 else "these links hold"))
    by_id = {c.id: c for c in found}
    for id, why in program.left_out.items():
        c = by_id[id]
        waits = " ".join(f"“{by_id[i].action.title}”" if i in by_id else i
                         for i in why.removeprefix("waits for ").split(", "))  # fmt: skip
        rows.append(NotNow(f"{c.action.title} ({c.target.name})",
                           f"waits for {waits}" if why.startswith("waits") else why))  # fmt: skip
    return rows


def roadmap_table(done: RoadmapStudy) -> pl.DataFrame:
    """A row an action: phase, owner, partners, cost, indicator, target, realism, risk, stop."""
    return pl.DataFrame([_row(p, n) for n, p in enumerate(done.planned, start=1)],
                        infer_schema_length=None)  # fmt: skip


def _row(p: Planned, n: int) -> dict[str, object]:
    c, a = p.candidate, p.candidate.action
    return {
        "number": n, "id": c.id, "path": c.path, "link": c.link.id, "link_title": c.link.title,
        "action": a.title, "action_zh": a.title_zh, "about": c.target.name,
        "proviso": c.proviso, "prepares": c.prepares, "works_on": c.judged.id,
        "works_on_title": c.judged.comparison.title, "phase": f"{p.phase[0]}-{p.phase[1]}",
        "start": p.start, "end": p.end, "owner": p.owner, "partners": "; ".join(p.partners),
        "cost_median": c.cost.median, "cost_low": c.cost.low, "cost_high": c.cost.high,
        "cost_basis": c.cost.basis, "indicator": registry()[p.baseline.measure].title,
        "indicator_id": p.baseline.measure, "watch_also": p.watch, "baseline": p.baseline.value,
        "baseline_period": p.baseline.period, "target": p.goal,
        "reached_by_comparable": None if p.realism is None else p.realism.share,
        "realism": p.realism_reason, "data_source": p.source, "risk": a.risk, "stop_rule": a.stop,
        "countermeasure": a.countermeasure, "paper_items": ";".join(map(str, a.items)),
        "after": ";".join(c.after), "evidence": p.baseline.id, "about_evidence": c.target.evidence,
    }  # fmt: skip

