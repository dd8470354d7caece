"""Pages 20 and 21: the roadmap by phases, and every action with what makes it operable."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.measure import registry
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.pages.cells_block import cells_block
from regionlift.output.pages.common import millions, page
from regionlift.output.paths_block import percent
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, listed, significant, with_unit
from regionlift.plan.actions import Candidate, Cost
from regionlift.plan.instruments import read_as
from regionlift.plan.roadmap import PHASES, Schedule
from regionlift.study import RoadmapStudy, Study
from regionlift.study.acted import acted
from regionlift.study.roadmap import OWNERS, Planned

ROADMAP, ACTIONS = "Roadmap", "Actions, one by one"

#: What an action is about that has no named target.
WHOLE = "the region as a whole"

#: Countermeasures of the paper.
COUNTERMEASURES = {
    1: "functional convergence of the actors", 2: "government guidance and services",
    3: "key technologies by alliances", 4: "matching resources with needs",
}  # fmt: skip


def roadmap(study: Study, book: Book) -> Page:
    """Page 20: phases, money, alternatives."""
    done = study.roadmap
    if not done.planned:
        why = done.reason or "the budget reaches for no action"
        return page("roadmap", 20, "plan", ROADMAP, f"There is no roadmap: {why}.",
                    [_collect(done)])  # fmt: skip
    finding = (
        f"{counted(len(done.planned), 'action')} over ten years; "
        + "; ".join(f"{len(done.of_phase(p))} to begin in {begin(done, p)}" for p in PHASES
                    if done.of_phase(p)) + f". {_money(done, millions(study))}"
    )  # fmt: skip
    frame = pl.DataFrame(
        [{"action": f"{n}. {p.candidate.action.title}", "start": p.start, "end": p.end + 1,
          "path": study.paths.path(p.candidate.path).path.title,
          "about": _about(p), "owner": p.owner}
         for n, p in enumerate(done.planned, start=1)]
    )  # fmt: skip
    blocks: list[Block] = [
        chart(study, "roadmap-gantt", "Actions over the years",
              "A bar covers the years an action takes at the least; its colour is the path.",
              charts.gantt(frame, done.base + 1, done.base + 10),
              plain(frame), done.planned[0].candidate.action.indicator,
              f"{done.base + 1}-{done.base + 10}"),
        *(_phase(done, p, millions(study)) for p in PHASES if done.of_phase(p)),
        _alternatives(done, millions(study)), _collect(done),
        text("Actions are chosen goal after goal, without weights: most first broken links or "
             "conditions taken on, path after path; most links; most actions; least money; "
             "earliest. What comes first in the path comes first in time; structure is not touched "
             "before the third year. Years are the shortest an action takes."),
    ]  # fmt: skip
    return page("roadmap", 20, "plan", ROADMAP, finding, blocks)


def begin(done: RoadmapStudy, phase: tuple[int, int]) -> str:
    """Years in which the actions of a phase begin."""
    return years(done.base + 1 + phase[0], done.base + phase[1])


def years(start: int, end: int) -> str:
    """Years of an action.

    Examples
    --------
    >>> years(2024, 2024), years(2024, 2026)
    ('2024', '2024 to 2026')
    """
    return str(start) if start == end else f"{start} to {end}"


def _about(p: Planned) -> str:
    """What an action is about; nothing where that is the whole region."""
    return "" if p.candidate.target.name == WHOLE else p.candidate.target.name


def said(p: Planned) -> str:
    """An action with what it is about."""
    return _with_target(p.candidate)


def doubted(p: Planned) -> str:
    """An action with what it is about, marked where its path waits for data."""
    proviso = p.candidate.proviso
    return said(p) + (f" ({proviso})" if proviso else "")


def called(name: str) -> str:
    """An owner or partner; said where only its kind is known."""
    kinds = (words for kind, words in OWNERS.items() if kind != "government")
    return f"{name} (not named in the tables)" if name in kinds else name


def now_words(p: Planned) -> str:
    """The indicator now, and its place or trend where the target is one."""
    judged, now = p.candidate.judged, with_unit(p.baseline)
    if judged.comparison.against == "peers" and not judged.alone:
        return f"{now}, {with_unit(judged.quantity)} of the peers"
    if judged.comparison.against == "trend":
        return f"{now}, trend {with_unit(judged.quantity)}"
    return now


def indicator(p: Planned) -> str:
    """What baseline and target are told in: the number of the link or clause it works on."""
    own = registry()[p.candidate.action.indicator].title
    title = registry()[p.baseline.measure].title
    return title if own == title else f"{title}; watch also: {own}"


def _money(done: RoadmapStudy, unit: str) -> str:
    known = sum(p.candidate.cost.n > 0 for p in done.planned)
    what = "it costs" if len(done.planned) == 1 else "they cost"
    cost = f"What {what} cannot be told: the tables hold no comparable money"
    if not done.without_basis:
        cost = "None of them has a cost of its own"
    if known:
        cost = (f"Comparable lines of money put {known} of them at "
                f"{significant(done.cost)} {unit} (sum of medians)")  # fmt: skip
    gap = f"; {done.without_basis} without a basis" if known and done.without_basis else ""
    limit = "" if done.budget is None else (
        f"; budget {', '.join(significant(b) for b in done.budget)} {unit}")  # fmt: skip
    return cost + gap + limit + "."


def cost_words(cost: Cost) -> str:
    """Median and range, or that there is none."""
    if cost.median is None or cost.low is None or cost.high is None:
        return "no basis"
    if not cost.n:
        return "no cost of its own"
    return f"{significant(cost.median)} ({significant(cost.low)} to {significant(cost.high)})"


def _phase(done: RoadmapStudy, phase: tuple[int, int], unit: str) -> Block:
    rows: list[list[Cell]] = [
        [str(n), doubted(p), p.candidate.judged.comparison.title, called(p.owner),
         listed([called(name) for name in p.partners], 3), years(p.start, p.end),
         cost_words(p.candidate.cost)]
        for n, p in enumerate(done.planned, start=1) if p.phase == phase
    ]  # fmt: skip
    return table(
        f"phase-{phase[0]}-{phase[1]}", f"To begin in {begin(done, phase)}",
        ["", "Action", "Works on", "Owner", "Partners", "When", f">Cost, {unit}"], rows,
        "Indicator, target, risk and stop rule of each: next page.",
    )  # fmt: skip


def _with_target(c: Candidate) -> str:
    """An action with what it is about, so that two of one kind can be told apart."""
    return c.action.title + ("" if c.target.name == WHOLE else f": {c.target.name}")


def _alternatives(done: RoadmapStudy, unit: str) -> Block:
    """Other choices that take on the same first links."""
    names = {c.id: c for c in done.candidates}
    best = done.program.best

    def said(s: Schedule) -> list[Cell]:
        out = sorted(best.chosen - s.chosen)
        new = sorted(s.chosen - best.chosen)
        later = sum(s.start[i] > best.start[i] for i in s.chosen & best.chosen)
        costs = [m for i in s.chosen if (m := names[i].cost.median) is not None]
        return [str(len(s.chosen)), significant(sum(costs)) if costs else "no basis",
                listed([_with_target(names[i]) for i in new], 3) or "none",
                listed([_with_target(names[i]) for i in out], 3) or "none", str(later)]  # fmt: skip

    if not done.program.alternatives:
        return text("No other choice takes on the same first links with four fifths of the "
                    "actions.", title="Alternatives")  # fmt: skip
    return table(
        "alternatives", "Alternatives that do nearly as well",
        [">Actions", f">Cost, {unit}", "Also", "Without", ">Begin later"],
        [said(s) for s in done.program.alternatives],
        "Each takes on the same first links and four fifths of the links and actions at least.",
    )  # fmt: skip


def _collect(done: RoadmapStudy) -> Block:
    if not done.collect:
        return text("Nothing that the paths ask for is missing.", title="Data to collect first")
    rows: list[list[Cell]] = [[in_titles(piece)] for piece in done.collect]
    note = "By the number of answers that hang on it; see the conditions."
    return table("collect", "Data to collect first", ["What"], rows, note)


def actions(study: Study, book: Book) -> Page:
    """Page 21: every action with indicator, source, realism, risk and stop rule."""
    done = study.roadmap
    if not done.planned:
        return page("actions", 21, "plan", ACTIONS, "There is no action to show.", [])
    rows: list[list[Cell]] = [
        [str(n), doubted(p), indicator(p),
         book.cell(p.baseline, now_words(p)) if study.has(p.baseline) else now_words(p), p.goal,
         realism_words(p), "; ".join(registry()[p.baseline.measure].needs) or p.source]
        for n, p in enumerate(done.planned, start=1)
    ]  # fmt: skip
    care: list[list[Cell]] = [
        [str(n), said(p), p.candidate.cost.basis, p.candidate.action.risk, p.candidate.action.stop,
         f"{COUNTERMEASURES[p.candidate.action.countermeasure]} "
         f"({'item' if len(p.candidate.action.items) == 1 else 'items'} "
         f"{', '.join(map(str, p.candidate.action.items))})"]
        for n, p in enumerate(done.planned, start=1)
    ]  # fmt: skip
    told = sum(p.realism is not None and p.realism.share is not None for p in done.planned)
    finding = (
        f"{_each(len(done.planned))} has an owner, an indicator with its baseline, a source, a "
        f"risk and a stop rule. {_known(done, told)}"
    )
    blocks: list[Block] = [
        table("actions", "Indicators and targets",
              ["", "Action", "Indicator", ">Now", "Target",
               "How often comparable regions got there", "Data from"], rows,
              "The target is the threshold of the link or clause that the action works on."),
        table("actions-care", "Cost, risk and when to stop",
              ["", "Action", "Cost basis", "Risk", "Stop when", "Where it stands in the paper"],
              care, _instruments(study) + "Items are the numbered phrases of the paper, as "
              "docs/paper-coverage.md lists them."),
        _by_countermeasure(done), cells_block("action-cells", acted(study), "an action"),
    ]  # fmt: skip
    return page("actions", 21, "plan", ACTIONS, finding, blocks)


def _instruments(study: Study) -> str:
    """Instruments of the user's money that no action of the paths is compared with."""
    if not study.dataset.has("spend", "instrument"):
        return ""
    named = {i for p in study.paths.paths for _, a in p.path.actions for i in a.instruments}
    own = study.dataset.tables["spend"]["instrument"].drop_nulls().unique().sort().to_list()
    left = [i for i in own if not read_as(i, sorted(named))]
    return (f"Instruments of “Policy spending” that are compared with no action: {listed(left)}; "
            "docs/roadmap.md lists the names that are. ") if left else ""  # fmt: skip


def _each(n: int) -> str:
    return "The one action" if n == 1 else f"Every one of the {n} actions"


def _known(done: RoadmapStudy, told: int) -> str:
    """For how many actions cost and realism are known."""
    priced = sum(p.candidate.cost.n > 0 for p in done.planned)
    reach = (f"how often comparable regions reached the target, for {told}" if told else
             "how often comparable regions reached the target cannot be told for any")  # fmt: skip
    return f"A cost basis is known for {priced or 'none'}; {reach}."


def realism_words(p: Planned) -> str:
    """How often comparable regions reached the target, or why that cannot be told."""
    if p.realism is None or p.realism.share is None:
        return f"cannot tell: {p.realism_reason}"
    return f"{percent(p.realism.share)} of {p.realism.n} starts of {p.realism.regions} regions"


def _by_countermeasure(done: RoadmapStudy) -> Block:
    rows: list[list[Cell]] = []
    for number, name in COUNTERMEASURES.items():
        some = [p.candidate.action.title for p in done.planned if p.countermeasure == number]
        rows.append([f"{number}: {name}", str(len(some)),
                     listed(list(dict.fromkeys(some)), 6) or "none"])  # fmt: skip
    return table("countermeasures", "By the four countermeasures of the paper",
                 ["Countermeasure", ">Actions", "Which"], rows,
                 "Coverage of the four is shown, not sought: a measure without a broken link "
                 "is no measure.")  # fmt: skip
