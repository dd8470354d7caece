"""Lint of a plan: every measure asked what it needs to be carried out, checked and worth doing.

Items 25, 35, 36, 83 and 92 of the paper. Nothing is scored: each finding names its row, what is
wrong and what would mend it. What could not be looked at is said with what would settle it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from regionlift.plan.aims import reached, structure, targets
from regionlift.plan.cells import Acting, Cells, cells_of, kinds_of, stages_of_measure
from regionlift.plan.context import KINDS, Context
from regionlift.plan.focus import copied, gaps, likeness, links
from regionlift.plan.model import Finding, Findings, LintReport, Plan, ordered, plan_of
from regionlift.plan.operable import operable
from regionlift.plan.sheet import CELLS, Sheet

#: Problems of a cell that are findings; ids used twice are looked for in the plan itself.
_CELL = {*CELLS, "merged-cell"} - {"duplicate-key"}


def lint(plan: Sheet | pl.DataFrame, context: Context | None = None) -> LintReport:
    """Everything wrong with a plan.

    Parameters
    ----------
    plan : a plan that was read, or a frame of the contract's columns
    context : evidence to hold it against; without it only the plan itself is looked at
    """
    against = context or Context()
    sheet = plan if isinstance(plan, Sheet) else Sheet("plan", plan, (), ())
    told = plan_of(sheet.frame, sheet.name)
    found = [
        *_cells(sheet, told),
        *operable(told, against.settings),
        *targets(told),
        *structure(told, against),
        *links(told, against),
        *gaps(told, against),
        *copied(told, against),
        *reached(told, against),
    ]
    said = [str(p) for p in sheet.problems if p.severity == "warning"]
    return LintReport(
        sheet.name, against.region, len(told.lines), ordered(_once(found)),
        (*sheet.notes, *said, *_likeness(told, against)), tuple(_open(told, against)),
        _idle(told, against), against.synthetic, _cells_acted(told, against),
    )  # fmt: skip


def _cells(sheet: Sheet, plan: Plan) -> Findings:
    """Cells that could not be read; what else their row lacks because of it is not said again."""
    ids = {line.row: line.id for line in plan.lines}
    for p in sheet.problems:
        if p.severity == "error" and p.code in _CELL:
            yield Finding("unreadable", f"{p.column}: {p.found}; expected {p.expected}", p.fix,
                          p.row, ids.get(p.row, ""), p.column)  # fmt: skip


def _once(found: list[Finding]) -> list[Finding]:
    """Findings without those an unreadable cell explains."""
    spoiled = {(f.row, f.about) for f in found if f.code == "unreadable"}
    return [
        f for f in found
        if not (f.code.startswith("no_") and (f.row, f.code.removeprefix("no_")) in spoiled)
    ]  # fmt: skip


def _likeness(plan: Plan, context: Context) -> Iterator[str]:
    for kind, own, most, other in likeness(plan, context):
        yield (f"priorities by {kind}: likeness {own:.2f} to the region's own specialities, "
               f"{other:.2f} to those of {most}, the neighbour most like them "
               f"({context.specialities[kind].basis})")  # fmt: skip


def _open(plan: Plan, context: Context) -> Iterator[tuple[str, str]]:
    """What was not looked at, and what would settle it."""
    if not context.region:
        yield ("gaps, links and specialities of the region",
               "a finished run (--out) or a dataset (--dataset)")  # fmt: skip
        return
    if not context.gaps:
        yield "whether gaps of the chain get money", "the tables of the chain"
    elif context.money is None:
        yield "whether gaps of the chain get money", "table spend with node"
    elif unknown := [g.name for g in context.gaps if g.unmet is None]:
        yield (f"whether {len(unknown)} links of the chain are gaps: {', '.join(unknown[:4])}",
               "demand and revenue of these links")  # fmt: skip
    if not context.links:
        yield "whether a measure acts on a broken link", "a finished run, which judges the paths"
    for kind, column in KINDS.items():
        named = any(getattr(line, column) for line in plan.lines)
        if not named:
            yield f"priorities by {kind} against those of the neighbours", f"plan column {kind}"
        elif kind not in context.specialities:
            yield (f"priorities by {kind} against those of the neighbours",
                   f"data on each {kind} in five neighbours or more")  # fmt: skip
    if context.realism is None:
        yield "whether comparable regions reached such targets", "a reference class"
    elif not any(line.measure for line in plan.lines):
        yield "whether comparable regions reached such targets", "plan column measure"


def _idle(plan: Plan, context: Context) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Links of each path that no measure acts on (item 35)."""
    acted = {link for line in plan.lines for link in line.links}
    return tuple(
        (path, tuple(i for i in order if i not in acted)) for path, order in context.order.items()
    )


def _cells_acted(plan: Plan, context: Context) -> Cells:
    """Layers, kinds of actor and stages with a measure (item 35)."""
    found = []
    for line in plan.lines:
        kinds, unknown = kinds_of([line.owner, *line.partners] if line.owner else line.partners,
                                  context.actors)  # fmt: skip
        stages = [s for link in line.links for s in context.stages.get(link, ())]
        stages += [*stages_of_measure(line.measure), *(["structure"] if line.structural else [])]
        found.append(Acting(line.id or line.text, kinds, tuple(dict.fromkeys(stages)), unknown))
    return cells_of(found)


def findings_frame(report: LintReport) -> pl.DataFrame:
    """A row a finding: for sheets and the ledger."""
    rows = [
        {"severity": f.severity, "kind": f.code, "title": f.title, "row": f.row,
         "measure": f.measure, "about": f.about, "what is wrong": f.found,
         "what would mend it": f.mend, "paper items": ", ".join(map(str, f.items)),
         "evidence": "; ".join(f.evidence)}
        for f in report.findings
    ]  # fmt: skip
    kinds = dict.fromkeys(
        ("severity", "kind", "title", "row", "measure", "about", "what is wrong",
         "what would mend it", "paper items", "evidence"), pl.String())  # fmt: skip
    return pl.DataFrame(rows, schema={**kinds, "row": pl.Int64()})


