"""A workbook as offices keep it: many sheets, Chinese headers and values, subtotals, merges."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console

import regionlift
from builders import Builder, panel_rows
from recompute import payload_of
from regionlift.data.check import Audit, check
from regionlift.data.contract import Table, contract
from regionlift.data.industries import recoded
from regionlift.data.problems import Problem
from regionlift.data.scope import load_scope
from regionlift.data.template import write_template
from regionlift.data.units import factor
from regionlift.output.lists import problem_rows
from regionlift.output.terminal import audit as printed
from regionlift.output.terminal import traced

#: The panel's headers as the workbook has them, and how they map.
HEADS = ["省份", "代码", "年度", "工业增加值", "工业总产值", "用工人数"]
PANEL = ("region", "industry", "year", "value_added", "output", "employment")
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


# --- values ---------------------------------------------------------------------------------------

PLATFORMS = "platform_id,name,function,region\n"


def test_an_empty_optional_cell_is_not_an_unlisted_value(build: Builder) -> None:
    text = "org_id,name,type,region,certified\nE1,甲厂,企,北江,冠\nE2,乙厂,企,北江,\n"
    rules = 'values.type = { "企" = "enterprise" }\nvalues.certified = { "冠" = "champion" }'
    build.panel().text("orgs", "orgs.csv", text, rules)
    audit = build.check()
    assert audit.problems == []
    assert audit.tables["orgs"]["certified"].to_list() == ["champion", None]
    build.entries[-1] += 'unlisted.certified = "drop"\n'
    assert build.check().tables["orgs"].height == 2


def test_an_empty_required_cell_still_stops_under_values(build: Builder) -> None:
    text = "platform_id,name,function,region\nPL1,中心,研,北江\nPL2,中心2,,北江\n"
    build.panel().text("platforms", "p.csv", text, 'values.function = { "研" = "R&D" }')
    found = build.check().problems
    assert [(p.code, p.row, p.column) for p in found] == [("empty-key", 3, "function")]


def test_an_empty_cell_can_be_listed(build: Builder) -> None:
    text = "org_id,name,type,region,certified\nE1,甲厂,企业,北江,冠\nE2,乙厂,企业,北江,\n"
    rules = 'values.certified = { "冠" = "champion", "" = "none" }'
    audit = build.panel().text("orgs", "orgs.csv", text, rules).check()
    assert audit.problems == []
    assert audit.tables["orgs"]["certified"].to_list() == ["champion", "none"]


def test_choices_are_known_in_chinese(build: Builder) -> None:
    text = PLATFORMS + "PL1,中心,研发,北江\nPL2,中心,R&D,北江\nPL3,中心,人才培训,北江\n"
    audit = build.panel().text("platforms", "p.csv", text).check()
    assert audit.problems == []
    assert audit.tables["platforms"]["function"].to_list() == ["R&D", "R&D", "training"]


@pytest.mark.parametrize("table", list(contract().values()), ids=lambda t: t.name)
def test_every_choice_has_a_word_in_chinese(table: Table) -> None:
    for column in table.columns:
        assert len(column.choices) == len(column.choices_zh)
        both = [w for pair in column.both() for w in dict.fromkeys(pair)]
        assert len(both) == len(set(both)), "a word that means two choices"


@pytest.mark.parametrize(("word", "value"), [("√", True), ("是", True), ("1", True), ("否", False),
                                             ("×", False), ("0", False)])  # fmt: skip
def test_ticks_are_yes_and_no(build: Builder, word: str, value: bool) -> None:
    build.panel().text("patents", "p.csv", f"patent_id,app_year,granted\nCN1,2018,{word}\n")
    audit = build.check()
    assert audit.problems == []
    assert audit.tables["patents"]["granted"].to_list() == [value]


def test_an_unknown_word_gets_the_line_to_paste(build: Builder) -> None:
    sheet = [["platform_id", "name", "功能", "region"], ["PL1", "中心", "研究开发", "北江"],
             ["PL2", "中心", "技术服务业", "北江"], ["PL3", "中心", "研发", "北江"]]  # fmt: skip
    book(build.folder, {"9平台": sheet, "其他": [["x"]]})
    build.panel().entry("platforms", "book.xlsx",
                        'sheet = "9平台"\ncolumns = { function = "功能" }')  # fmt: skip
    found = build.check().problems
    assert [p.code for p in found] == ["not-a-choice"] * 2
    line = 'values.function = { "研究开发" = "R&D", "技术服务业" = "technical service" }'
    assert f"Write {line} under [[tables.platforms]] of book.xlsx [9平台]." in found[0].fix
    build.entries[-1] += line + "\n"
    assert build.check().problems == []


def test_a_word_outside_a_list_gets_what_to_add(build: Builder) -> None:
    text = PLATFORMS + "PL1,中心,甲,北江\nPL2,中心,天晓得,北江\n"
    build.panel().text("platforms", "p.csv", text, 'values.function = { "甲" = "R&D" }')
    found = only(build.check(), "unlisted-value")
    assert 'Add "天晓得" = "?" to values.function under [[tables.platforms]] of p.csv.' in found.fix
    build.entries[-1] = build.entries[-1].replace('"甲" =', '"天晓得" = "?", "甲" =')
    assert "Put one of them" not in only(build.check(), "not-a-choice").found


# --- regions --------------------------------------------------------------------------------------


def chinese(build: Builder, *names: str) -> Builder:
    """A panel whose regions are these, in place of the first."""
    spelled = dict(zip(["北江", "南江"], names, strict=False))
    return build.panel([[spelled.get(r[0], r[0]), *r[1:]] for r in panel_rows()])


def test_a_region_all_but_spelled_as_in_the_panel_is_said(build: Builder) -> None:
    chinese(build, "辽宁省", "内蒙古自治区")
    text = "org_id,name,type,region\nE1,甲厂,企业,东江\nE2,乙厂,企业,辽宁\nE3,丙厂,企业,内蒙古\n"
    build.text("orgs", "orgs.csv", text + "E4,丁厂,企业,Bavaria\n")
    audit = build.check()
    found = only(audit, "region-spelling")
    assert (found.severity, found.file, found.row) == ("warning", "orgs.csv", 3)
    line = 'values.region = { "辽宁" = "辽宁省", "内蒙古" = "内蒙古自治区" }'
    assert f'{line} and unlisted.region = "keep" under [[tables.orgs]] of orgs.csv' in found.fix
    build.entries[-1] += f'{line}\nunlisted.region = "keep"\n'
    again = build.check()
    assert again.problems == []
    assert again.tables["orgs"]["region"].to_list() == ["东江", "辽宁省", "内蒙古自治区", "Bavaria"]


def test_a_region_that_may_be_two_is_left_open(build: Builder) -> None:
    chinese(build, "吉林省", "吉林市")
    build.text("orgs", "orgs.csv", "org_id,name,type,region\nE1,甲厂,企业,吉林\n")
    assert '{ "吉林" = "?" }' in only(build.check(), "region-spelling").fix


def test_every_file_with_another_spelling_is_said(build: Builder) -> None:
    """The rows of the second count for no region either."""
    chinese(build, "辽宁省")
    for n in (1, 2):
        build.text("orgs", f"orgs{n}.csv", f"org_id,name,type,region\nE{n},厂{n},企业,辽宁\n")
    said = [p.file for p in build.check().problems if p.code == "region-spelling"]
    assert said == ["orgs1.csv", "orgs2.csv"]


def test_another_region_is_no_spelling(build: Builder) -> None:
    chinese(build, "南京市")
    build.text("orgs", "orgs.csv", "org_id,name,type,region\nE1,甲厂,企业,北京市\n")
    assert build.check().problems == []


# --- one organisation, two rows -------------------------------------------------------------------

TWICE = "org_id,name,type,region,country\n"


@pytest.mark.parametrize(("one", "other", "same"), [("CN", "", True), ("", "CN", True),
                                                    ("", "", True), ("CN", "CN", True),
                                                    ("CN", "DE", False)])  # fmt: skip
def test_an_empty_country_may_be_any(build: Builder, one: str, other: str, same: bool) -> None:
    text = TWICE + f"GX1,湖南大学,高校,北江,{one}\nP1,湖南大学,高校,北江,{other}\n"
    found = build.panel().text("orgs", "orgs.csv", text).check().problems
    assert [p.code for p in found] == ["same-name"] * same
    if same:
        assert '"湖南大学" (GX1, P1)' in found[0].found and found[0].row == 3


def test_a_name_without_a_country_is_held_against_each(build: Builder) -> None:
    text = TWICE + "A,Alpha,企业,北江,CN\nB,Alpha,企业,北江,DE\nC,Alpha,企业,北江,\n"
    found = only(build.panel().text("orgs", "orgs.csv", text).check(), "same-name")
    assert "an organisation with" in found.found and "(A, C)" in found.found


def test_merged_organisations_are_no_namesakes(build: Builder) -> None:
    text = TWICE + "GX1,湖南大学,高校,北江,\nP1,湖南大学,高校,北江,CN\nP2,湖南大学,高校,北江,CN\n"
    build.panel().text("orgs", "orgs.csv", text)
    names = "org_id,merge_into,accept\nP1,GX1,yes\nP2,GX1,{}\n"
    (build.folder / "names.csv").write_text(names.format("no"), "utf-8")
    build.tail = '[names]\nfile = "names.csv"\n'
    assert "(GX1, P2)" in only(build.check(), "same-name").found
    (build.folder / "names.csv").write_text(names.format("yes"), "utf-8")
    assert [p.code for p in build.check().problems] == ["names-merged"]


# --- forms of cells -------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["2013年10月", "2013-10", "2013年1月5日", "2013-10-05"])
def test_a_year_with_its_month_is_read_as_the_year_and_said(build: Builder, cell: str) -> None:
    text = f"org_id,name,type,region,founded\nE1,甲厂,企业,北江,1998年\nE2,乙厂,企业,北江,{cell}\n"
    audit = build.panel().text("orgs", "orgs.csv", text).check()
    found = only(audit, "finer-than-year")
    assert (found.severity, found.row, found.column) == ("warning", 3, "founded")
    assert f'a cell with a month, the first here: "{cell}"' in found.found
    assert audit.tables["orgs"]["founded"].to_list() == [1998, 2013]


@pytest.mark.parametrize("cell", ["2013-13", "2013-0", "1905-07-11", "2013年10月底", "2013/10"])
def test_what_only_looks_like_a_year_and_month_is_an_error(build: Builder, cell: str) -> None:
    text = f"org_id,name,type,region,founded\nE1,甲厂,企业,北江,{cell}\n"
    assert only(build.panel().text("orgs", "o.csv", text).check(), "wrong-type").row == 2


def test_a_declared_unit_is_taken_off_the_cells_that_have_it(build: Builder) -> None:
    rows = [[*r[:4], f"{r[4] * 100:.1f}万元" if n % 2 else r[4] * 100, r[5]]
            for n, r in enumerate(panel_rows())]  # fmt: skip
    build.panel(rows)
    found = build.check().problems[0]
    assert 'units = { output = "万元" }' in found.fix and "missing" not in found.fix
    build.entries = []
    audit = build.panel(rows, 'units = { output = "万元" }').check()
    assert audit.problems == []
    wanted = [r[4] for r in sorted(panel_rows(), key=lambda r: (r[0], r[1], r[2]))]
    assert audit.tables["panel"]["output"].to_list() == pytest.approx(wanted, abs=0.01)


def test_another_unit_than_the_declared_one_stays_an_error(build: Builder) -> None:
    rows = panel_rows()
    rows[2][4] = "1.5亿元"
    audit = build.panel(rows, 'units = { output = "万元" }').check()
    assert only(audit, "wrong-type").row == 4


def test_staff_in_person_years_and_served_in_persons_times() -> None:
    assert factor("人年", "persons") == factor("person-years", "persons") == (1.0, 1.0)
    assert factor("万人年", "persons") == (1e4, 1.0)
    assert factor("人次", "count") == (1.0, 1.0)


# --- rows that are no record ----------------------------------------------------------------------


def statistics() -> list[list[Any]]:
    """A sheet with a title, merged regions, a subtotal a region and a note at the end."""
    sheet: list[list[Any]] = [["表2-1 主要指标"], HEADS]
    for n, row in enumerate(panel_rows()):
        sheet.append([row[0] if n % 48 == 0 else None, *row[1:]])
        if n % 48 == 47:
            sheet.append([row[0], None, "小计", 1, 2, 3])
    return [*sheet, ["注：按现价计算。"]]


RANGES = tuple(f"A{3 + 49 * n}:A{50 + 49 * n}" for n in range(6))


def test_an_empty_key_names_the_rule_that_leaves_the_row_out_and_the_rule_works(
    build: Builder,
) -> None:
    rows: list[list[Any]] = [HEADS, *panel_rows(), ["北江", None, None, 1, 2, 3], ["注：现价"]]
    book(build.folder, {"一": rows})
    build.entry("panel", "book.xlsx", COLUMNS)
    found = build.check().problems
    assert {(p.code, p.column) for p in found} == {("empty-key", "industry"), ("empty-key", "year")}
    assert 'drop = { "代码" = [""] }' in found[0].fix
    build.entries[-1] += 'drop = { "代码" = [""] }\n'
    audit = build.check()
    assert audit.problems == [] and audit.dropped == {"panel": 2}
    assert audit.tables["panel"].height == 288


def test_merged_keys_are_filled_where_the_workbook_says_so_and_said(build: Builder) -> None:
    book(build.folder, {"一": statistics()}, RANGES)
    build.entry("panel", "book.xlsx", f'header_row = 2\n{COLUMNS}\ndrop = {{ "代码" = [""] }}')
    audit = build.check()
    found = only(audit, "merged-cells")
    assert audit.problems == [found] and found.severity == "warning"
    assert (found.row, found.column, found.header) == (3, "region", "省份")
    assert "282 cells" in found.found and 'rows 3 to 50: "北江"' in found.found
    panel = audit.tables["panel"]
    assert panel["region"].value_counts(sort=True)["count"].to_list() == [48] * 6
    good = sorted(map(tuple, panel_rows()))
    assert sorted(panel.select(*PANEL).rows()) == good


def test_empty_keys_that_are_not_merged_stay_errors(build: Builder) -> None:
    book(build.folder, {"一": statistics()}, RANGES[1:])
    build.entry("panel", "book.xlsx", f'header_row = 2\n{COLUMNS}\ndrop = {{ "代码" = [""] }}')
    errors = build.check().errors
    assert len(errors) == 47 and {p.code for p in errors} == {"empty-key"}
    assert 'add "省份" = [""] to drop' in errors[0].fix


def test_a_merged_number_is_not_shared_out(build: Builder) -> None:
    rows: list[list[Any]] = [HEADS, *panel_rows()]
    rows[2][4] = None
    book(build.folder, {"一": rows}, ("E2:E3",))
    audit = build.entry("panel", "book.xlsx", COLUMNS).check()
    assert audit.problems == []
    assert audit.tables["panel"]["output"].null_count() == 1


def test_a_header_merged_over_two_lines_is_no_value(build: Builder) -> None:
    rows: list[list[Any]] = [HEADS, [None, None, "（年）", None, None, None], *panel_rows()]
    book(build.folder, {"一": rows}, ("A1:A2",))
    codes = {p.code for p in build.entry("panel", "book.xlsx", COLUMNS).check().problems}
    assert codes == {"empty-key", "wrong-type"}


def test_a_subtotal_in_a_column_of_years_names_the_rule(build: Builder) -> None:
    text = "资金编号,年度,政策工具,金额\nZJ1,2019,补助,5\nZJ2,小计,,5\n"
    build.panel().text("spend", "s.csv", text, 'columns = { year = "年度" }')
    found = build.check().problems
    assert 'drop = { "年度" = ["小计"] }' in next(p.fix for p in found if p.code == "wrong-type")
    build.entries[-1] += 'drop = { "年度" = ["小计"] }\n'
    assert build.check().problems == []


@pytest.mark.parametrize("word", ["合计", "小 计", "注：截至2023年", "数据来源：省厅", "Total"])
def test_a_sum_or_a_note_among_records_is_said(build: Builder, word: str) -> None:
    text = f"机构编号,名,类,区\nE1,甲,企业,北江\n{word},2家,企业,北江\n"
    mapped = 'columns = { name = "名", type = "类", region = "区" }'
    build.panel().text("orgs", "o.csv", text, mapped)
    found = only(build.check(), "subtotal-row")
    assert (found.severity, found.row) == ("warning", 3)
    assert f'drop = {{ "机构编号" = ["{word}"] }}' in found.fix


# --- codes of industries --------------------------------------------------------------------------


def test_codes_with_their_section_get_one_line_for_all(build: Builder) -> None:
    rows = [[r[0], r[1] if r[1] == "TOTAL" else f"C{r[1]}", *r[2:]] for r in panel_rows()]
    audit = build.panel(rows).check()
    found = only(audit, "section-letter")
    assert audit.problems == [found] and found.severity == "error"
    line = 'values.industry = { "C33" = "33", "C34" = "34", "C35" = "35", "C36" = "36", ' \
        '"C37" = "37", "C38" = "38", "C40" = "40" }'  # fmt: skip
    assert f'Write {line} and unlisted.industry = "keep" under [[tables.panel]]' in found.fix
    build.entries[-1] += f'{line}\nunlisted.industry = "keep"\n'
    assert build.check().problems == []


def test_names_and_lettered_codes_come_in_one_line_a_file(build: Builder) -> None:
    text = "org_id,name,type,region,industry\nE1,甲,企业,北江,34\nE2,乙,企业,北江,通用设备制造业\n"
    build.panel().text("orgs", "o.csv", text + "E3,丙,企业,北江,C3411\n")
    found = only(build.check(), "industry-name")
    assert (found.severity, found.row) == ("warning", 3)
    assert '{ "通用设备制造业" = "34", "C3411" = "3411" }' in found.fix


def test_letters_are_part_of_the_code_elsewhere() -> None:
    assert recoded(["C28", "C34"], load_scope("nace-rev2")) == {}
    assert recoded(["A01", "B06"], load_scope("gbt4754-2017")) == {}


def test_a_table_without_a_number_is_said(build: Builder) -> None:
    rows = [[*r[:3], "", "", ""] for r in panel_rows()]
    found = only(build.panel(rows).check(), "no-number")
    assert (found.severity, found.file, found.row) == ("warning", "panel.csv", 2)
    assert "no number in any of 288 rows (value_added, output, employment)" in found.found


def test_the_empty_template_is_not_called_clean(tmp_path: Path) -> None:
    write_template(tmp_path / "new")
    assert [p.code for p in check(tmp_path / "new").problems] == ["no-number"]


def test_a_unit_of_digits_is_not_taken_off_a_number(build: Builder) -> None:
    rows = [[*r[:4], "21000", r[5]] for r in panel_rows()]
    audit = build.panel(rows, 'units = { output = "1000 CNY" }').check()
    assert audit.tables["panel"]["output"].to_list() == [21.0] * 288
    build.entries = []
    audit = build.panel(rows, 'units = { output = "1000" }').check()
    assert audit.tables["panel"]["output"].to_list() == [21.0] * 288


def test_a_region_of_a_merged_organisation_is_not_asked_about(build: Builder) -> None:
    chinese(build, "辽宁省")
    text = TWICE + "GX1,湖南大学,高校,辽宁省,\nP1,湖南大学,高校,辽宁,CN\n"
    build.text("orgs", "orgs.csv", text)
    (build.folder / "names.csv").write_text("org_id,merge_into,accept\nP1,GX1,yes\n", "utf-8")
    assert "region-spelling" in [p.code for p in build.check().problems]
    build.tail = '[names]\nfile = "names.csv"\n'
    assert [p.code for p in build.check().problems] == ["names-merged"]


def test_passport_lists_trace_and_record_name_the_sheet(build: Builder) -> None:
    first, other = panel_rows()[:144], panel_rows()[144:]
    book(build.folder, {"一": [HEADS, *first], "二": [HEADS, *other]})
    for name in "一二":
        build.entry("panel", "book.xlsx", f'sheet = "{name}"\n{COLUMNS}')
    build.check()
    out = build.folder / "out"
    regionlift.run_region(build.folder, "北江", out)
    pages = {p["id"]: p for p in payload_of(out / "report.html")["pages"]}
    tables = next(b for b in pages["data"]["blocks"] if b.get("id") == "tables")
    assert "book.xlsx [一] and book.xlsx [二]" in str(tables["rows"])
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert [i["sheet"] for i in record["inputs"]] == ["一", "二"]
    console = Console(width=200, record=True, file=StringIO())
    traced(regionlift.trace(out, "value_added_ratio/北江/2020"), console)
    text = console.export_text()
    assert "source 1: book.xlsx [一]" in text and "source 2: book.xlsx [二]" in text


# --- lines to paste -------------------------------------------------------------------------------


def test_units_in_headers_come_in_one_line(build: Builder) -> None:
    heads = [*HEADS[:3], "工业增加值（万元）", "工业总产值（亿元）", "用工人数（人）"]
    mapped = COLUMNS.replace("工业增加值", heads[3]).replace("工业总产值", heads[4])
    mapped = mapped.replace("用工人数", heads[5])
    book(build.folder, {"一": [heads, *panel_rows()]})
    audit = build.entry("panel", "book.xlsx", mapped).check()
    line = 'units = { value_added = "万元", output = "亿元" }'
    assert [p.code for p in audit.problems] == ["unit-in-header"] * 2
    assert all(p.fix == f"For this file: {line}." for p in audit.problems)
    build.entries[-1] += line.replace(', output = "亿元"', "") + "\n"
    assert build.check().problems[0].fix == 'For this file: add output = "亿元" to units.'


def test_a_mark_is_added_to_those_that_are_declared(build: Builder) -> None:
    rows = panel_rows()
    rows[0][4], rows[1][4] = "…", "-"
    found = build.panel(rows, 'missing = { suppressed = ["…"] }').check().problems[0]
    assert 'add suppressed = ["-"] to missing' in found.fix
