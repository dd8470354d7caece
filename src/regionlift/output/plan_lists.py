"""The lint of a plan as sheets, as a workbook and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from regionlift.plan.lint import findings_frame
from regionlift.plan.model import RULES, SEVERITIES, LintReport

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}

#: Findings of one kind shown one by one on the terminal.
_SHOWN = 6


def plan_sheets(report: LintReport | None) -> Mapping[str, Sheet]:
    """The findings as a sheet; none without a plan."""
    if report is None:
        return {}
    frame = findings_frame(report)
    return {"plan lint": (frame.columns, [list(row) for row in frame.iter_rows()])}


def write_lint(path: Path, report: LintReport) -> None:
    """``plan-lint.xlsx``: findings, what was asked, what could not be looked at."""
    from regionlift.output.lists import write_workbook

    counts = report.counts
    asked = [
        [rule.severity, rule.title, counts.get(code, 0), ", ".join(map(str, rule.items)), code]
        for code, rule in RULES.items()
    ]
    about: list[list[Any]] = [["plan", report.name], ["region", report.region or "none given"],
             ["measures", report.measures], ["summary", report.summary],
             *[["note", note] for note in report.notes],
             *[["not looked at", f"{what}; what would settle it: {how}"]
               for what, how in report.open]]  # fmt: skip
    idle = [[path, ", ".join(ids) or "none"] for path, ids in report.idle]
    sheets: dict[str, Sheet] = {
        "read me": (["item", "text"], about),
        **plan_sheets(report),
        "what was asked": (["severity", "kind", "findings", "paper items", "id"], asked),
        "links without a measure": (["path", "links"], idle),
    }
    write_workbook(path, sheets, report.synthetic)


def linted(report: LintReport, console: Console) -> None:
    """Findings by kind, the worst first; then notes, and what could not be looked at."""
    if report.synthetic:
        console.print("[bold]SYNTHETIC[/]  generated data, not about any real place")
    for code in sorted(report.counts, key=lambda c: SEVERITIES.index(RULES[c].severity)):
        found = report.of(code)
        rule = RULES[code]
        items = ", ".join(map(str, rule.items))
        console.print(f"[{_COLOURS[rule.severity]}]{rule.severity}[/] [bold]{escape(rule.title)}[/]"
                      f" ({len(found)}; paper item {items})", highlight=False)  # fmt: skip
        grid = Table(box=None, show_header=False, padding=(0, 1, 0, 3))
        for _ in range(3):
            grid.add_column(overflow="fold")
        for f in found[:_SHOWN]:
            grid.add_row(*map(escape, (f.where, f.found, f.mend)))
        console.print(grid)
        if len(found) > _SHOWN:
            console.print(f"   ... and {len(found) - _SHOWN} more: see the workbook")
    for note in report.notes:
        console.print(f"note  {escape(note)}", soft_wrap=True, highlight=False)
    for what, how in report.open:
        console.print(f"not looked at: {escape(what)} (needs {escape(how)})", soft_wrap=True,
                      highlight=False)  # fmt: skip
    console.print(escape(report.summary), soft_wrap=True, highlight=False)
