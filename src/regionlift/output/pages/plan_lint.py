"""Page 22: what the plan in the tables lacks, row by row, with what would mend it."""

from __future__ import annotations

from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, listed
from regionlift.plan.model import RULES, SEVERITIES, LintReport
from regionlift.study import Study

TITLE = "Plan lint"


def plan_lint(study: Study, book: Book, report: LintReport | None) -> Page | None:
    """Page 22; None where the dataset has no plan."""
    if report is None:
        return None
    blocks: list[Block] = [
        *_kinds(report), _findings(study, book, report), *_idle(report), *_open(report),
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
    return f"{report.sound} of {counted(report.measures, 'measure')} without a finding: {some}."


def _kinds(report: LintReport) -> list[Block]:
    rows: list[list[Cell]] = [
        [RULES[code].severity, RULES[code].title, {"text": str(n), "sort": n},
         ", ".join(map(str, RULES[code].items))]
        for code, n in report.counts.items()
    ]  # fmt: skip
    if not rows:
        return []
    note = f"Asked: {len(RULES)} kinds of fault. An error leaves a measure that nobody can carry " \
           "out or check; a warning asks for a decision."  # fmt: skip
    return [table("plan-kinds", "By kind", ["Severity", "Kind", ">Findings", "Paper item"], rows,
                  note)]  # fmt: skip


def _findings(study: Study, book: Book, report: LintReport) -> Block:
    rows: list[list[Cell]] = []
    for f in report.findings:
        linked: Cell = f.where
        for id in f.evidence:
            measure, subject, period = id.split("/")
            part = subject.partition("|")[2]
            number = study.chain.find(measure, part)
            if number.period == period:
                linked = book.cell(number)
        rows.append([f.severity, f.title, f.where, linked if f.evidence else "", f.found, f.mend])
    heads = ["Severity", "Kind", "Where", ">Evidence", "What is wrong", "What would mend it"]
    return table("plan-findings", "Findings", heads, rows, f"Plan: {report.name}.", 25)


def _idle(report: LintReport) -> list[Block]:
    rows: list[list[Cell]] = [[path, ", ".join(ids) or "none"] for path, ids in report.idle]
    return [table("plan-idle", "Links of the paths that no measure acts on",
                  ["Path", "Links"], rows)] if rows else []  # fmt: skip


def _open(report: LintReport) -> list[Block]:
    rows: list[list[Cell]] = [[what, how] for what, how in report.open]
    notes: list[Block] = [text(note) for note in report.notes]
    if not rows:
        return notes
    return [*notes, table("plan-open", "Not looked at", ["What", "What would settle it"], rows)]
