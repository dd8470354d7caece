"""Actions on broken links: on what, by whom, at what cost, measured how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.paths.evaluate import Judged, PathJudged
from regionlift.paths.model import Action, Link
from regionlift.paths.order import DATA, NOW, Order

#: Comparable lines of money below which a range means nothing.
LEAST = 3
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
    """What comparable lines cost, in millions; without any, ``basis`` says so and all are None."""

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


@dataclass(frozen=True)
class Candidate:
    """An action that may be taken: on one target of one broken link.

    ``after`` are ids of candidates that come first; ``conditional`` where the path waits for data.
    """

    id: str
    action: Action
    path: str
    link: Link
    judged: Judged
    target: Target
    cost: Cost
    after: tuple[str, ...]
    conditional: bool

    @property
    def years(self) -> int:
        """Shortest time it takes."""
        return self.action.years[0]

    @property
    def earliest(self) -> int:
        """First year it may begin: structure from the third phase, conditional ones a year on."""
        return max(3 if self.action.structure else 0, 1 if self.conditional else 0)


def cost_basis(dataset: Dataset, action: Action) -> Cost:
    """Median and range of the user's own comparable lines: instruments, else types of project."""
    if dataset.has("spend", "instrument", "amount") and action.instruments:
        named = [i.lower() for i in action.instruments]
        lines = dataset.tables["spend"].filter(
            pl.col("instrument").str.to_lowercase().is_in(named), pl.col("amount").is_not_null()
        )
        if lines.height >= LEAST:
            said = ", ".join(sorted(set(lines["instrument"].to_list())))
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
    """Actions on the broken links of the paths that may be taken, in the order of the paths.

    ``targets`` names, by action id, what it is about and who; an action without any is about the
    region as a whole. Paths that are not for now, or fit another stage, have none.
    """
    by_id = {p.path.id: p for p in paths}
    open_ = [s for s in order.standings if s.disposition in (NOW, DATA)]
    found: list[Candidate] = []
    for standing in open_:
        judged = by_id[standing.path]
        broken = {j.id: j for j in judged.broken}
        chosen = {
            a.id: [f"{a.id}.{n}" if n else a.id for n in range(len(targets.get(a.id, ())) or 1)]
            for link, a in judged.path.actions if link.id in broken
        }  # fmt: skip
        for link, action in judged.path.actions:
            if link.id not in broken:
                continue
            cost = cost_basis(dataset, action)
            after = tuple(chosen[b][0] for b in action.after if b in chosen)
            about = targets.get(action.id) or (Target("the region as a whole"),)
            found += [
                Candidate(id, action, judged.path.id, link, broken[link.id], target, cost, after,
                          standing.disposition == DATA)
                for id, target in zip(chosen[action.id], about, strict=True)
            ]  # fmt: skip
    return tuple(found)

