"""Page 22: what the plan in the tables lacks, row by row, with what would mend it."""

from __future__ import annotations

from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.cells_block import cells_block
from regionlift.output.pages.common import millions, page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, listed
from regionlift.plan.model import RULES, SEVERITIES, LintReport
from regionlift.study import Study

TITLE = "Plan lint"

#: Kinds that hold the plan to the evidence about the region.
HELD = ("target_never_reached", "structure_too_soon", "structure_unpaved", "link_not_broken",
        "first_broken_idle", "unfunded_gap", "funded_non_gap", "copied_priority")  # fmt: skip


def plan_lint(study: Study, book: Book, report: LintReport | None) -> Page | None:
    """Page 22; None where the dataset has no plan."""
    if report is None:
        return None
    blocks: list[Block] = [
        *_kinds(report), *_evidence(study, book, report), *_measures(report),
        *_idle(study, report), *_cells(report), *_open(report),
        text("A lint asks whether a plan can be carried out, checked, and held to the evidence. "
             "It does not say that its measures work."),
    ]  # fmt: skip
    return page("plan-lint", 22, "plan", TITLE, _finding(report), blocks)


def _finding(report: LintReport) -> str:
    bad = [c for c in report.counts if RULES[c].severity != "note"]
    if not bad:
        return f"Nothing but notes on {counted(report.measures, 'measure')}."
    worst = sorted(bad, key=lambda c: (SEVERITIES.index(RULES[c].severity), -report.counts[c]))
    some = listed([f"{RULES[c].title.lower()} ({report.counts[c]})" for c in worst], 4)
    own = report.measures - report.sound
    of = counted(report.measures, "measure")
    return f"{own} of {of} have an error or a warning of their own. In the whole plan: {some}."


def _kinds(report: LintReport) -> list[Block]:
    rows: list[list[Cell]] = [
        [RULES[code].severity, RULES[code].title, {"text": str(n), "sort": n},
         ", ".join(map(str, RULES[code].items))]
        for code, n in sorted(report.counts.items(),
                              key=lambda item: SEVERITIES.index(RULES[item[0]].severity))
    ]  # fmt: skip
    if not rows:
        return []
    note = f"Asked: {len(RULES)} kinds of fault. An error leaves a measure that nobody can carry " \
           "out or check; a warning asks for a decision."  # fmt: skip
    return [table("plan-kinds", "By kind", ["Severity", "Kind", ">Findings", "Paper item"], rows,
                  note)]  # fmt: skip


def _evidence(study: Study, book: Book, report: LintReport) -> list[Block]:
    """Findings that the numbers of the region make, each with its number where it has one."""
    rows: list[list[Cell]] = []
    for f in report.findings:
        if f.code not in HELD:
            continue
        linked: Cell = ""
        for id in f.evidence:
            measure, subject, period = id.split("/")
            part = subject.partition("|")[2]
            number = study.chain.find(measure, part)
            if number.period == period:
                linked = book.cell(number)
        rows.append([f.title, f.where, linked, f.found, f.mend])
    heads = ["Kind", "Where", f">Unmet demand, {millions(study)}", "What is wrong",
             "What would mend it"]  # fmt: skip
    note = "Gaps, money, links and specialities of this region, held against the plan."
    return [table("plan-evidence", "What the evidence says against it", heads, rows, note,
                  20)] if rows else []  # fmt: skip


def _measures(report: LintReport) -> list[Block]:
    """Findings in the plan itself."""
    rows: list[list[Cell]] = [
        [f.severity, f.title, f.where, f.found, f.mend]
        for f in report.findings if f.code not in HELD
    ]  # fmt: skip
    heads = ["Severity", "Kind", "Where", "What is wrong", "What would mend it"]
    return [table("plan-findings", "What the plan itself lacks", heads, rows,
                  f"Plan: {report.name}.", 20)] if rows else []  # fmt: skip


def _idle(study: Study, report: LintReport) -> list[Block]:
    """Links without a measure, by name and with their verdict."""
    judged = {j.id: j for p in study.paths.paths for j in p.links}
    titles = {p.path.id: p.path.title for p in study.paths.paths}
    rows: list[list[Cell]] = [
        [titles.get(path, path),
         "; ".join(f"{i} {judged[i].comparison.title} ({judged[i].truth.value})" if i in judged
                   else i for i in ids) or "none"]
        for path, ids in report.idle
    ]  # fmt: skip
    return [table("plan-idle", "Links of the paths that no measure acts on",
                  ["Path", "Links"], rows)] if rows else []  # fmt: skip


def _cells(report: LintReport) -> list[Block]:
    """Layers, kinds of actor and stages with a measure."""
    return [] if report.cells is None else [cells_block("plan-cells", report.cells, "a measure")]


def _open(report: LintReport) -> list[Block]:
    rows: list[list[Cell]] = [[what, how] for what, how in report.open]
    notes: list[Block] = [text(note) for note in report.notes]
    if not rows:
        return notes
    return [*notes, table("plan-open", "Not looked at", ["What", "What would settle it"], rows)]
