"""The lint of a plan as sheets, as a workbook and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from regionlift.measures.stage import TITLES
from regionlift.output.words import listed
from regionlift.plan.cells import KINDS, STAGES, Cells
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
        **cells_sheet(report.cells),
    }
    write_workbook(path, sheets, report.synthetic)


def covered(cells: Cells, most: int = 6) -> str:
    """How many cells have an action and which have none, in a sentence."""
    empty = cells.uncovered
    stages: dict[str, list[str]] = {}
    for layer, kind, stage in empty:
        stages.setdefault(f"{layer} {kind}", []).append(TITLES[stage])
    named = [f"{who} ({'all' if len(s) == len(STAGES) else ', '.join(s)})"
             for who, s in stages.items()]  # fmt: skip
    every = len(KINDS) * len(STAGES)
    said = f"{every - len(empty)} of {every} cells of layer, actor and stage have an action"
    if empty:
        said += f"; without one, by stage: {listed(named, most)}"
    if cells.untold:
        said += f"; {len(cells.untold)} of {cells.actions} actions have no cell that can be told"
    return said + ". Shown, not sought: an empty cell is no fault."


def cells_sheet(cells: Cells | None) -> Mapping[str, Sheet]:
    """Layer, kind of actor and stage, with the actions in each; what has no cell last."""
    if cells is None:
        return {}
    rows: list[list[Any]] = [
        [layer, kind, stage, len(named), "; ".join(named) or "none"]
        for layer, kind in cells.rows for stage in STAGES
        for named in (cells.covered.get((layer, kind, stage), ()),)
    ]  # fmt: skip
    rows += [["not told", "", "", 1, f"{name}: {why}"] for name, why in cells.untold]
    return {"coverage": (["layer", "actor", "stage", "actions", "which"], rows)}


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
    if report.cells is not None:
        console.print(escape(covered(report.cells)), soft_wrap=True, highlight=False)
    for note in report.notes:
        console.print(f"note  {escape(note)}", soft_wrap=True, highlight=False)
    for what, how in report.open:
        console.print(f"not looked at: {escape(what)} (needs {escape(how)})", soft_wrap=True,
                      highlight=False)  # fmt: skip
    console.print(escape(report.summary), soft_wrap=True, highlight=False)
