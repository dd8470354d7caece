"""A workbook as offices keep it: many sheets, Chinese headers and values, subtotals, merges."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console

from builders import Builder, panel_rows
from regionlift.data.check import Audit
from regionlift.data.problems import Problem
from regionlift.output.lists import problem_rows
from regionlift.output.terminal import audit as printed

#: The panel's headers as the workbook has them, and how they map.
HEADS = ["省份", "代码", "年度", "工业增加值", "工业总产值", "用工人数"]
COLUMNS = (
    'columns = { region = "省份", industry = "代码", year = "年度", value_added = "工业增加值", '
    'output = "工业总产值", employment = "用工人数" }'
)


def book(folder: Path, sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> None:
    """``book.xlsx`` of these sheets; ``merged`` ranges are merged in the first of them."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for area in merged:
        made.worksheets[0].merge_cells(area)
    made.save(folder / "book.xlsx")


def only(audit: Audit, code: str) -> Problem:
    """The one problem of that code."""
    found = [p for p in audit.problems if p.code == code]
    assert len(found) == 1, [str(p) for p in audit.problems]
    return found[0]


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    return Builder(tmp_path)


# --- where ----------------------------------------------------------------------------------------


def test_a_problem_names_sheet_table_and_the_files_own_header(build: Builder) -> None:
    good, bad = panel_rows(), panel_rows()
    bad = [[f"{r[0]}2", *r[1:]] for r in bad]
    bad[3][2], bad[4][5] = "昨年", -7
    book(build.folder, {"一": [HEADS, *good], "二": [HEADS, *bad]})
    build.entry("panel", "book.xlsx", f'sheet = "一"\n{COLUMNS}')
    build.entry("panel", "book.xlsx", f'sheet = "二"\n{COLUMNS}')
    found = only(build.check(), "wrong-type")
    assert found.where == 'book.xlsx [二] row 5, table panel, column year ("年度")'
    assert (found.file, found.sheet, found.header) == ("book.xlsx", "二", "年度")
    bad[3][2] = 2018
    book(build.folder, {"一": [HEADS, *good], "二": [HEADS, *bad]})
    audit = build.check()
    found = only(audit, "out-of-range")
    assert found.where == 'book.xlsx [二] row 6, table panel, column employment ("用工人数")'
    heads, rows = problem_rows(audit.problems)
    shown = dict(zip(heads, rows[0], strict=True))
    assert (shown["sheet"], shown["column"], shown["header"]) == ("二", "employment", "用工人数")
    assert [(s.file, s.sheet) for s in audit.sources] == [("book.xlsx", "一"), ("book.xlsx", "二")]
    console = Console(width=200, record=True, file=StringIO())
    printed(audit.problems, console)
    assert found.where in console.export_text()


def test_two_sheets_with_one_fault_are_two_groups_on_the_terminal(build: Builder) -> None:
    rows = [[HEADS, *([f"{r[0]}{n}", *r[1:]] for r in panel_rows())] for n in (1, 2)]
    for sheet in rows:
        sheet[1:] = [[*r[:5], -1] for r in sheet[1:]]
    book(build.folder, {"一": rows[0], "二": rows[1]})
    for name in "一二":
        build.entry("panel", "book.xlsx", f'sheet = "{name}"\n{COLUMNS}')
    console = Console(width=200, record=True, file=StringIO())
    printed(build.check().problems, console)
    text = console.export_text()
    assert "book.xlsx [一] row 2" in text and "book.xlsx [二] row 2" in text


def test_a_header_that_is_the_columns_own_name_is_not_said_twice(build: Builder) -> None:
    rows = panel_rows()
    rows[0][5] = -1
    found = only(build.panel(rows).check(), "out-of-range")
    assert found.where == "panel.csv row 2, table panel, column employment"
