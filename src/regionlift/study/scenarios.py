"""What if: accounts of single events, each on computed numbers. No outcome is predicted.

Nobody finds a substitute, no price moves, and nothing is said of growth: what is shown is which
numbers and verdicts of this report would be others, by arithmetic alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.chain.stress import Shock
from regionlift.paths.evaluate import COMPARE
from regionlift.plan.roadmap import Roadmap, roadmap
from regionlift.study.chain import ChainStudy
from regionlift.study.paths import PathsStudy
from regionlift.study.roadmap import RoadmapStudy, tasks_of

#: Part of the budget, or of the median cost, that is taken away.
CUT = 0.3
#: Events of one kind that are shown.
MOST = 5


@dataclass(frozen=True)
class Gap:
    """A broken node filled: the share of demand in sound links before and after."""

    node: str
    name: str
    before: float
    after: float
    flips: bool


@dataclass(frozen=True)
class Cut:
    """The roadmap with less money.

    ``before`` counts the actions without the cut; ``lost`` are not done then, ``later`` begin
    later, ``instead`` are done that were not before.
    """

    budget: float
    reduced: float
    program: Roadmap
    before: int
    lost: tuple[str, ...]
    later: tuple[str, ...]
    instead: tuple[str, ...]


@dataclass(frozen=True)
class Scenarios:
    """What if, event by event; empty tuples and None where the tables do not reach."""

    cores: tuple[Shock, ...]
    imports: tuple[Shock, ...]
    gaps: tuple[Gap, ...]
    cut: Cut | None
    reason: str


def scenarios(
    chain: ChainStudy, paths: PathsStudy, plan: RoadmapStudy, settings: Settings
) -> Scenarios:
    """A core enterprise leaves, an import stops, a gap is filled, the budget is cut."""
    cores = [s for s in chain.shocks if s.kind == "core enterprise leaves"][:MOST]
    imports = [s for s in chain.shocks if s.kind == "import stops"][:MOST]
    reason = "" if chain.chain is not None else chain.reason
    return Scenarios(tuple(cores), tuple(imports), tuple(_gaps(chain, paths, settings)),
                     _cut(plan), reason)  # fmt: skip


def _gaps(chain: ChainStudy, paths: PathsStudy, settings: Settings) -> list[Gap]:
    """Each of the greatest gaps filled alone, against the threshold of the chain's coverage."""
    found = next((j for j in paths.judged if j.level.measure == "chain_sound"), None)
    if chain.chain is None or found is None or found.level.value is None:
        return []
    asked = {id: chain.facts[id].node.demand or 0.0 for id, call in chain.calls.items()
             if call.kind and call.kind not in ("user", "unasked")}  # fmt: skip
    whole = sum(asked.values())
    broken = [*chain.of_kind("supplement"), *chain.of_kind("strengthen")]
    broken.sort(key=lambda id: -asked[id])
    before, line = found.level.value, settings[found.id]
    holds = COMPARE[found.comparison.compare]
    return [
        Gap(id, chain.chain.node(id).name, before, before + asked[id] / whole,
            found.truth is Truth.NOT_MET and bool(holds(before + asked[id] / whole, line)))
        for id in broken[:MOST]
    ]  # fmt: skip


def _cut(plan: RoadmapStudy) -> Cut | None:
    """The same actions with 30% less than the budget, or than what they cost."""
    tasks = tasks_of(plan.candidates, plan.ranks)
    budget = sum(plan.budget) if plan.budget else plan.cost
    if not tasks or budget <= 0:
        return None
    reduced: float | Sequence[float] = (1 - CUT) * budget
    if plan.budget and len(plan.budget) > 1:
        reduced = tuple((1 - CUT) * b for b in plan.budget)
    program = roadmap(tasks, reduced, alternatives=0)
    names = {c.id: f"{c.action.title} ({c.target.name})" for c in plan.candidates}
    before, after = plan.program.best.start, program.best.start
    return Cut(
        budget, (1 - CUT) * budget, program, len(before),
        tuple(names[i] for i in before if i not in after),
        tuple(names[i] for i in before if i in after and after[i] > before[i]),
        tuple(names[i] for i in after if i not in before),
    )  # fmt: skip
