"""Actions on broken links: on what, by whom, at what cost, measured how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.paths.evaluate import Judged, PathJudged
from regionlift.paths.model import Action, Clause, Link
from regionlift.paths.order import DATA, NOT, NOW, Order, Standing
from regionlift.plan.instruments import read_as

#: Comparable lines of money below which a range means nothing.
LEAST = 3
#: What must be so before an action begins.
WITH_DATA, WITH_CONDITIONS = "if the data confirm it", "once the conditions are met"
#: Types of project that stand in for an instrument, where no line of money names it.
PROJECTS = {"R&D grant": "R&D", "transfer bonus": "transfer", "training grant": "training"}


@dataclass(frozen=True)
class Target:
    """What one action is about, and who would do it; names as printed."""

    name: str
    owner: str = ""
    partners: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True)
class Cost:
    """What comparable lines cost, in millions; without any, ``basis`` says so and all are None.

    ``n`` counts the lines: where it is 0 and the cost is known, there is none to be had.
    """

    median: float | None
    low: float | None
    high: float | None
    n: int
    basis: str

    @property
    def known(self) -> bool:
        """Whether there is a basis."""
        return self.median is not None


NO_BASIS = Cost(None, None, None, 0, "no basis: no comparable line of money in the tables")
#: Of an action that moves money which is there.
NO_COST = Cost(0.0, 0.0, 0.0, 0, "no cost of its own: money that is there goes elsewhere")


@dataclass(frozen=True)
class Candidate:
    """An action that may be taken: on one target of one broken link, or of a condition not met.

    ``judged`` is that link or clause; ``after`` are ids of candidates that come first;
    ``proviso`` is empty, or what must be so before it begins; ``prepares`` where it works on a
    condition.
    """

    id: str
    action: Action
    path: str
    link: Link
    judged: Judged
    target: Target
    cost: Cost
    after: tuple[str, ...]
    proviso: str
    prepares: bool = False

    @property
    def years(self) -> int:
        """Shortest time it takes."""
        return self.action.years[0]

    @property
    def earliest(self) -> int:
        """First year it may begin: structure from the third phase, conditional ones a year on."""
        return max(3 if self.action.structure else 0, 1 if self.proviso else 0)

    @property
    def conditional(self) -> bool:
        """Whether something must be so before it begins."""
        return bool(self.proviso)


def cost_basis(dataset: Dataset, action: Action) -> Cost:
    """Median and range of the user's own comparable lines: instruments, else types of project.

    A shift of money is no cost: it is not compared with lines of money.
    """
    if action.shift:
        return NO_COST
    if dataset.has("spend", "instrument", "amount") and action.instruments:
        spend = dataset.tables["spend"].filter(pl.col("amount").is_not_null())
        own = spend["instrument"].drop_nulls().unique().to_list()
        named = {i: name for i in own if (name := read_as(i, action.instruments))}
        lines = spend.filter(pl.col("instrument").is_in(list(named)))
        if lines.height >= LEAST:
            said = ", ".join(i if i.strip().lower() == named[i].lower()
                             else f"{i} (read as {named[i]})" for i in sorted(named))  # fmt: skip
            return _cost(lines["amount"].to_numpy(), f"{lines.height} lines of money: {said}")
    kinds = [PROJECTS[i] for i in action.instruments if i in PROJECTS]
    if kinds and dataset.has("projects", "type", "public_money"):
        rows = dataset.tables["projects"].filter(
            pl.col("type").is_in(kinds), pl.col("public_money") > 0
        )
        if rows.height >= LEAST:
            return _cost(rows["public_money"].to_numpy(),
                         f"public money of {rows.height} projects: {', '.join(kinds)}")  # fmt: skip
    return NO_BASIS


def _cost(amounts: np.ndarray, basis: str) -> Cost:
    return Cost(float(np.median(amounts)), float(amounts.min()), float(amounts.max()),
                len(amounts), basis)  # fmt: skip


def candidates(
    dataset: Dataset, paths: Sequence[PathJudged], order: Order,
    targets: Mapping[str, Sequence[Target]],
) -> tuple[Candidate, ...]:  # fmt: skip
    """Actions in the order of the paths: on broken links, or on conditions that are not met.

    ``targets`` names, by action id, what it is about and who; an action without any is about the
    region as a whole. A path that fits another stage has none, also where its conditions cannot be
    told. One whose conditions are not met has those that work on the clauses that decide, and
    after them, with a proviso, those on its broken links. An action is taken up once.
    """
    by_id = {p.path.id: p for p in paths}
    every = {a.id: (link, a) for p in paths for link, a in p.path.actions}
    rows: list[_Row] = []
    seen: set[str] = set()

    def take(standing: Standing, chosen: Sequence[tuple[Link, Action, Judged]], proviso: str,
             first: tuple[str, ...] = (), prepares: bool = False) -> tuple[str, ...]:  # fmt: skip
        new = []
        for link, action, about in chosen:
            if action.id not in seen:
                rows.append(_Row(standing.path, link, action, about, proviso, first, prepares))
                seen.add(action.id)
                new.append(action.id)
        return tuple(new)

    for standing in order.standings:
        judged = by_id[standing.path]
        broken = {j.id: j for j in judged.broken}
        links = [(link, a, broken[link.id]) for link, a in judged.path.actions if link.id in broken]
        if standing.disposition == NOW:
            take(standing, links, "")
        elif standing.disposition == DATA and not standing.against:
            take(standing, links, WITH_DATA)
        elif standing.disposition == NOT and not standing.against:
            waits = [(*every[id], judged.clauses[clause]) for clause in standing.waits
                     for id in _mends(judged, clause) if id in every]  # fmt: skip
            if first := take(standing, waits, "", prepares=True):
                take(standing, links, WITH_CONDITIONS, first)
    return tuple(_named(dataset, rows, targets))


@dataclass(frozen=True)
class _Row:
    """An action taken up: for which path, about what, after which others besides its own."""

    path: str
    link: Link
    action: Action
    judged: Judged
    proviso: str
    first: tuple[str, ...]
    prepares: bool


def _mends(judged: PathJudged, clause: str) -> tuple[str, ...]:
    c = judged.clauses[clause].comparison
    return c.mends if isinstance(c, Clause) else ()


def _named(
    dataset: Dataset, rows: Sequence[_Row], targets: Mapping[str, Sequence[Target]],
) -> list[Candidate]:  # fmt: skip
    """One candidate a target; what comes first may be an action of another path."""
    ids = {
        row.action.id: [f"{row.action.id}.{n}" if n else row.action.id
                        for n in range(len(targets.get(row.action.id, ())) or 1)]
        for row in rows
    }  # fmt: skip
    # what works on a condition does not wait for what waits for conditions
    later = {row.action.id for row in rows if row.proviso == WITH_CONDITIONS}
    found = []
    for row in rows:
        cost = cost_basis(dataset, row.action)
        wanted = dict.fromkeys((*row.action.after, *row.first))
        after = tuple(ids[b][0] for b in wanted
                      if b in ids and not (row.prepares and b in later))  # fmt: skip
        about = targets.get(row.action.id) or (Target("the region as a whole"),)
        found += [
            Candidate(id, row.action, row.path, row.link, row.judged, target, cost, after,
                      row.proviso, row.prepares)
            for id, target in zip(ids[row.action.id], about, strict=True)
        ]  # fmt: skip
    return found
