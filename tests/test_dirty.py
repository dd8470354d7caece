"""Deliberately dirty datasets: each spoils one thing, and the audit must say exactly that.

Nothing is silently repaired: either the finding is an error and the dataset cannot be opened, or
it is a warning and the value stands as it was given.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from builders import CHINESE, HEADER, Builder, Rows, codes, csv_text, only, panel_rows, write_xlsx
from regionlift.data.check import Audit
from regionlift.data.dataset import open_dataset
from regionlift.data.problems import DatasetError, Problem


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    return Builder(tmp_path)


def says(problem: Problem, *words: str) -> None:
    """The line an analyst reads holds these words."""
    line = str(problem)
    for word in words:
        assert word in line, f"{word!r} is not in {line!r}"


def at(problem: Problem, file: str, row: int | None = None, column: str = "") -> None:
    """The place of the problem."""
    assert (problem.file, problem.row, problem.column) == (file, row, column), str(problem)


def stops(audit: Audit) -> None:
    """The dataset cannot be opened, and says so with every error."""
    with pytest.raises(DatasetError) as caught:
        open_dataset(audit.folder)
    assert caught.value.problems == audit.problems


def fails(build: Builder, code: str, *words: str) -> Problem:
    """The audit finds this error and nothing else."""
    audit = build.check()
    problem = only(audit, code)
    assert problem.severity == "error"
    says(problem, *words)
    stops(audit)
    return problem


def warns(build: Builder, code: str, *words: str) -> Problem:
    """The audit finds this warning and nothing else, and the dataset opens."""
    problem = only(build.check(), code)
    assert problem.severity == "warning"
    says(problem, *words)
    open_dataset(build.folder)
    return problem


def cell(audit: Audit, column: str, table: str = "panel", line: int = 2) -> object:
    """A value of the assembled table, by the line of the file it came from."""
    frame = audit.tables[table]
    return frame.filter(frame["_rows"] == f"1:{line}")[column].item()


def spoiled(row: int, column: str, value: Any) -> Rows:
    """A good panel with one other value in that line of the file."""
    rows = panel_rows()
    rows[row - 2][HEADER.index(column)] = value
    return rows


ORGS = "org_id,name,type,region\n0017,甲厂,enterprise,北江\nE2,乙校,university,北江\n"
PROJECTS = "project_id,start_year,end_year\nP1,2016,2018\n"


def test_the_good_dataset_is_good(build: Builder) -> None:
    audit = build.panel().check()
    assert audit.problems == []
    assert open_dataset(build.folder).tables["panel"].height == 288


# --- values ---------------------------------------------------------------------------------------


def test_duplicate_keys(build: Builder) -> None:
    rows = panel_rows()
    build.panel([*rows, rows[3]])
    problem = fails(
        build, "duplicate-key", "region=北江", "year=2018", "row 5", 'duplicates = "sum"'
    )
    at(problem, "panel.csv", 290)


def test_unit_change_in_mid_series(build: Builder) -> None:
    rows = [[*r[:4], r[4] * (10_000 if r[2] >= 2018 else 1), r[5]] for r in panel_rows()]
    problem = fails(build.panel(rows), "unit-change", "10,000 times larger in 2018", "units")
    at(problem, "", None, "output")


def test_a_declared_break_answers_a_unit_change(build: Builder) -> None:
    rows = [[*r[:4], r[4] * (10_000 if r[2] >= 2018 else 1), r[5]] for r in panel_rows()]
    build.tail = '[[breaks]]\ntable = "panel"\ncolumns = ["output"]\nyear = 2018\nreason = "unit"\n'
    assert build.panel(rows).check().problems == []


def test_negative_employment(build: Builder) -> None:
    problem = fails(build.panel(spoiled(7, "employment", -5)), "out-of-range", "-5", ">= 0")
    at(problem, "panel.csv", 7, "employment")


def test_value_added_above_output_is_kept(build: Builder) -> None:
    build.panel(spoiled(4, "value_added", 900))
    problem = warns(build, "rule", "value_added = 900", "value_added <= output", "look at both")
    at(problem, "panel.csv", 4, "value_added")
    assert cell(build.check(), "value_added", line=4) == 900


@pytest.mark.parametrize("text", ["1e999", "0x1F", "168次", "12.5 p", "168次/年", "3 or 4"])
def test_what_begins_with_a_digit_is_no_mark_for_a_missing_value(build: Builder, text: str) -> None:
    problem = fails(build.panel(spoiled(9, "output", text)), "wrong-type", text, "number alone")
    assert "missing" not in problem.fix
    at(problem, "panel.csv", 9, "output")


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "c", "(D)", "—"])
def test_text_in_a_number_column(build: Builder, text: str) -> None:
    problem = fails(build.panel(spoiled(9, "output", text)), "wrong-type", text, "missing = {")
    at(problem, "panel.csv", 9, "output")


def test_full_width_digits(build: Builder) -> None:
    fails(build.panel(spoiled(9, "output", "１２３")), "wrong-type", "full-width digits")


@pytest.mark.parametrize("sign", [" ", "\u00a0", "'"])
def test_thousands_separators(build: Builder, sign: str) -> None:
    problem = fails(
        build.panel(spoiled(9, "output", f"1{sign}234.5")), "wrong-type", f'thousands = "{sign}"'
    )
    at(problem, "panel.csv", 9, "output")


def test_thousands_comma_in_quotes(build: Builder) -> None:
    build.panel(spoiled(9, "output", '"1,234.5"'))
    at(fails(build, "wrong-type", 'thousands = ","'), "panel.csv", 9, "output")


def test_declared_thousands_are_read_and_only_as_thousands(build: Builder) -> None:
    build.panel(spoiled(9, "output", '"1,234.5"'), 'thousands = ","')
    assert cell(build.check(), "output", line=9) == 1234.5
    build.panel(spoiled(9, "output", '"1,23"'), 'thousands = ","')
    build.entries = build.entries[1:]
    at(fails(build, "wrong-type", "1,23"), "panel.csv", 9, "output")


def test_a_point_under_a_decimal_comma(build: Builder) -> None:
    rows = [[*map(lambda v: str(v).replace(".", ","), r)] for r in panel_rows()]
    rows[7][4] = "1.234"
    text = "\n".join(";".join(r) for r in [list(HEADER), *rows])
    build.text("panel", "panel.csv", text, 'delimiter = ";"\ndecimal = ","')
    at(fails(build, "wrong-type", "1.234", 'thousands = "."'), "panel.csv", 9, "output")


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        ("20190101", "Keep the year only: 2019"),
        ("43831", "Excel date number (2020-01-01)"),
        ("1905-07-11", "year 2019 formatted as a date"),
        ("2019/20", "Keep the year only: 2019"),
        ("19", "four digits"),
    ],
)
def test_what_is_not_a_year(build: Builder, found: str, advice: str) -> None:
    problem = fails(build.panel(spoiled(6, "year", found)), "wrong-type", f'"{found}"', advice)
    at(problem, "panel.csv", 6, "year")


def test_a_year_with_its_chinese_word_is_a_year(build: Builder) -> None:
    rows = [[r[0], r[1], f"{r[2]}年", *r[3:]] for r in panel_rows()]
    audit = build.panel(rows).check()
    assert audit.problems == []
    assert cell(audit, "year") == 2015


def test_empty_key_cells_of_a_merged_column(build: Builder) -> None:
    rows = panel_rows()
    for row in rows[1:6]:
        row[0] = ""
    problem = fails(build.panel(rows), "empty-key", "an empty cell", "merged cell")
    at(problem, "panel.csv", 3, "region")
    assert len(build.check().problems) == 5


def test_region_renamed_in_mid_series(build: Builder) -> None:
    rows = [["北河" if r[0] == "北江" and r[2] >= 2018 else r[0], *r[1:]] for r in panel_rows()]
    problem = warns(
        build.panel(rows), "region-renamed", '"北江" ends in 2017', "'北河' begins in 2018",
        'values.region = { "北江" = "北河" }',
    )  # fmt: skip
    at(problem, "", None, "region")


# --- codes ----------------------------------------------------------------------------------------


def test_industry_code_with_a_lost_zero(build: Builder) -> None:
    rows = [[r[0], "1" if r[1] == "40" else r[1], *r[2:]] for r in panel_rows()]
    audit = build.panel(rows).check()
    problem = next(p for p in audit.problems if p.code == "lost-zero")
    says(problem, '"1"', 'such as "01"', "leading zero")
    at(problem, "panel.csv", 38, "industry")
    assert set(codes(audit)) == {"lost-zero", "block-incomplete"}
    stops(audit)


def test_harmonised_codes_with_a_lost_zero(build: Builder) -> None:
    text = "product,year,exports\n848210,2019,5\n845710,2019,7\n10121,2019,1\n"
    problem = fails(build.panel().text("trade", "t.csv", text), "lost-zero", '"010121"')
    at(problem, "t.csv", 4, "product")


def test_reference_with_a_lost_zero(build: Builder) -> None:
    build.panel().text("orgs", "orgs.csv", ORGS).text("projects", "projects.csv", PROJECTS)
    build.text("members", "members.csv", "project_id,org_id\nP1,17\nP1,E2\n")
    problem = fails(build, "no-such-reference", '"0017" is there', "leading zero was lost")
    at(problem, "members.csv", 2, "org_id")


def test_member_of_an_unknown_organisation(build: Builder) -> None:
    build.panel().text("orgs", "orgs.csv", ORGS).text("projects", "projects.csv", PROJECTS)
    build.text("members", "members.csv", "project_id,org_id\nP1,0017\nP1,E3\n")
    problem = fails(build, "no-such-reference", '"E3"', 'Did you mean "E2"', "orgs")
    at(problem, "members.csv", 3, "org_id")


def test_excel_dates_for_codes(build: Builder) -> None:
    import datetime

    import xlsxwriter

    build.panel()
    with xlsxwriter.Workbook(str(build.folder / "orgs.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["org_id", "name", "type", "region"])
        sheet.write_row(1, 0, ["3-5", "甲厂", "enterprise", "北江"])
        sheet.write_row(2, 0, ["", "乙厂", "enterprise", "北江"])
        style = book.add_format({"num_format": "d-mmm"})
        sheet.write_datetime(2, 0, datetime.datetime(2024, 3, 4), style)
    problem = fails(build.entry("orgs", "orgs.xlsx"), "code-is-date", "2024-03-04", "as text")
    at(problem, "orgs.xlsx", 3, "org_id")


@pytest.mark.parametrize("code", ["2024-03-04", "4-Mar", "3月4日", "2024/3/4"])
def test_dates_for_codes_in_text(build: Builder, code: str) -> None:
    build.panel().text("orgs", "orgs.csv", ORGS.replace("E2", code))
    at(fails(build, "code-is-date", code, "date"), "orgs.csv", 3, "org_id")


def test_long_code_rounded_by_a_spreadsheet(build: Builder) -> None:
    text = "patent_id,app_year\nCN1,2018\n2.01811E+11,2019\n"
    problem = fails(build.panel().text("patents", "p.csv", text), "code-rounded", "digits are lost")
    at(problem, "p.csv", 3, "patent_id")


def test_a_choice_with_a_typo(build: Builder) -> None:
    build.panel().text("orgs", "orgs.csv", ORGS.replace("university", "univercity"))
    problem = fails(
        build, "not-a-choice", '"univercity"', 'Did you mean "university"', "values.type"
    )
    at(problem, "orgs.csv", 3, "type")


def test_project_ending_before_it_starts(build: Builder) -> None:
    build.panel().text("projects", "projects.csv", PROJECTS + "P2,2019,2016\n")
    problem = fails(build, "rule", "end_year = 2016", "start_year = 2019", "end_year >= start_year")
    at(problem, "projects.csv", 3, "end_year")


@pytest.mark.parametrize("sign", [";", "；", "、"])
def test_a_list_with_chinese_separators(build: Builder, sign: str) -> None:
    text = f"platform_id,function,members\nPL1,training,E1{sign}E2\n"
    audit = build.panel().text("platforms", "pl.csv", text).check()
    assert audit.problems == []
    assert cell(audit, "members", "platforms") == "E1;E2"


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "甲'; DROP TABLE orgs",
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
        "锟斤拷",
    ],
)
def test_markup_commands_and_formulas_in_names_stay_text(build: Builder, name: str) -> None:
    build.panel().text("orgs", "orgs.csv", ORGS.replace("乙校", name))
    problem = warns(build, "suspect-text", name, "kept and printed as text, never run")
    at(problem, "orgs.csv", 3, "name")
    assert cell(build.check(), "name", "orgs", 3) == name


def test_formula_in_a_number_cell_of_a_csv(build: Builder) -> None:
    problem = fails(build.panel(spoiled(3, "output", "=B2*2")), "wrong-type", "=B2*2", "formula")
    at(problem, "panel.csv", 3, "output")


# --- the form of text files -----------------------------------------------------------------------


def test_header_in_row_3(build: Builder) -> None:
    text = "表1 装备制造业\n,,,,,\n" + csv_text(panel_rows())
    problem = fails(build.text("panel", "panel.csv", text), "no-column", "set header_row = 3")
    at(problem, "panel.csv", 1)
    build.entries = []
    assert build.text("panel", "panel.csv", text, "header_row = 3").check().problems == []
    assert build.check().tables["panel"]["_rows"].str.slice(2).cast(int).min() == 4


def test_declared_header_in_row_3(build: Builder) -> None:
    text = "表1\n\n" + csv_text(panel_rows())
    extra = 'columns = { region = "region", output = "output" }'
    audit = build.text("panel", "panel.csv", text, extra).check()
    assert codes(audit) == ["no-column"]
    says(audit.problems[0], 'no header "region"', "set header_row = 3")


def test_mixed_encodings(build: Builder) -> None:
    raw = csv_text(panel_rows()).encode().split(b"\n")
    raw[5] = raw[5].decode().encode("gb18030")
    problem = fails(
        build.text("panel", "panel.csv", b"\n".join(raw)), "mixed-encodings", "1 line", "UTF-8"
    )
    at(problem, "panel.csv", 6)


def test_gb18030_undeclared_and_declared(build: Builder) -> None:
    text = csv_text(panel_rows(), CHINESE)
    build.text("panel", "panel.csv", text, encoding="gb18030")
    at(fails(build, "encoding", 'encoding = "gb18030"'), "panel.csv", 1)
    build.entries = []
    build.text("panel", "panel.csv", text, 'encoding = "gb18030"', encoding="gb18030")
    assert cell(build.check(), "region") == "北江"


def test_utf8_declared_as_gb18030_is_not_read_as_gibberish(build: Builder) -> None:
    build.text("panel", "panel.csv", csv_text(panel_rows(), CHINESE), 'encoding = "gb18030"')
    at(fails(build, "encoding", "utf-8", "Take `encoding` out"), "panel.csv", 1)


def test_utf16_undeclared(build: Builder) -> None:
    build.text("panel", "panel.csv", csv_text(panel_rows()), encoding="utf-16")
    fails(build, "encoding", 'encoding = "utf-16"')


def test_unknown_encoding(build: Builder) -> None:
    fails(build.panel(extra='encoding = "utf8mb4"'), "encoding", "utf8mb4", "gb18030")


def test_byte_order_mark_and_windows_lines(build: Builder) -> None:
    text = csv_text(panel_rows(), CHINESE).replace("\n", "\r\n")
    audit = build.text("panel", "panel.csv", text, encoding="utf-8-sig").check()
    assert audit.problems == []
    assert cell(audit, "region") == "北江"


def test_wrong_delimiter(build: Builder) -> None:
    text = csv_text(panel_rows()).replace(",", ";")
    problem = fails(build.text("panel", "panel.csv", text), "delimiter", 'delimiter = ";"')
    at(problem, "panel.csv", 1)


@pytest.mark.parametrize("line", ["北江,33,2015,1,2,3,9,9", "北江,33"])
def test_ragged_row(build: Builder, line: str) -> None:
    lines = csv_text(panel_rows()).split("\n")
    lines[10] = line
    build.text("panel", "panel.csv", "\n".join(lines))
    problem = fails(build, "ragged", f"{line.count(',') + 1} cells", "6 cells, as in the header")
    at(problem, "panel.csv", 11)


def test_trailing_empty_cells_of_excel_are_no_cells(build: Builder) -> None:
    lines = [line + ",," for line in csv_text(panel_rows()).strip().split("\n")]
    assert (
        build.text("panel", "panel.csv", "\n".join([*lines, ",,,,,,,", ""])).check().problems == []
    )


def test_values_without_a_header(build: Builder) -> None:
    text = csv_text([[*r, "note"] for r in panel_rows()], [*HEADER, ""])
    warns(build.text("panel", "panel.csv", text), "unused-column", "column G, no header")


def test_the_same_header_twice(build: Builder) -> None:
    text = csv_text([[*r, 1] for r in panel_rows()], [*HEADER, "output"])
    problem = fails(build.text("panel", "panel.csv", text), "same-header", '"output"', "Rename")
    at(problem, "panel.csv", 1, "output")


def test_blank_lines_and_quoted_newlines_keep_the_line_numbers(build: Builder) -> None:
    lines = csv_text(panel_rows()).split("\n")
    lines[2] = '"北\n江",33,2016,1,8,3'
    lines[4:4] = ["", "   "]
    lines[9] = lines[9].replace(lines[9].split(",")[-1], "-7")
    audit = build.text("panel", "panel.csv", "\n".join(lines)).check()
    problem = next(p for p in audit.problems if p.code == "out-of-range")
    # lines are counted from 1, and the quoted cell takes two of them
    at(problem, "panel.csv", 11, "employment")


def test_quotation_that_is_never_closed(build: Builder) -> None:
    lines = csv_text(panel_rows()).split("\n")
    lines[7] = '"' + lines[7]
    problem = fails(build.text("panel", "panel.csv", "\n".join(lines)), "quotes", "line 8")
    at(problem, "panel.csv", 8)


def test_quotes_within_cells(build: Builder) -> None:
    build.panel().text("orgs", "orgs.csv", ORGS.replace("乙校", '"乙 ""校"", 北"'))
    audit = build.check()
    assert audit.problems == []
    assert cell(audit, "name", "orgs", 3) == '乙 "校", 北'


def test_empty_file(build: Builder) -> None:
    at(fails(build.text("panel", "panel.csv", ""), "empty-file", "Export"), "panel.csv")


@pytest.mark.parametrize("text", ["region,industry,year,output\n", "\n\n\n", ",,,\n,,,\n"])
def test_header_only(build: Builder, text: str) -> None:
    at(
        fails(build.text("panel", "panel.csv", text), "empty-file", "a header and rows"),
        "panel.csv",
    )


def test_a_csv_of_one_gibibyte_is_answered_at_once(build: Builder) -> None:
    with (build.folder / "panel.csv").open("wb") as stream:
        stream.truncate(1024**3)
    build.entry("panel", "panel.csv")
    start = time.perf_counter()
    problem = only(build.check(), "too-large")
    assert time.perf_counter() - start < 1
    says(problem, "1.0 GiB", "512 MiB", "Parquet")
    at(problem, "panel.csv")


# --- the mapping ----------------------------------------------------------------------------------


def test_chinese_headers_need_no_mapping(build: Builder) -> None:
    audit = build.text("panel", "panel.csv", csv_text(panel_rows(), CHINESE)).check()
    assert audit.problems == []
    assert cell(audit, "output") == 100


def test_headers_with_units_are_not_guessed(build: Builder) -> None:
    header = [*CHINESE[:4], "总产值（亿元）", CHINESE[5]]
    build.text("panel", "panel.csv", csv_text(panel_rows(), header))
    warns(build, "unused-column", 'output = "总产值（亿元）"', 'units = { output = "亿元" }')
    assert "output" not in build.check().tables["panel"].columns


def test_unknown_column_in_the_mapping(build: Builder) -> None:
    problem = fails(
        build.panel(extra='columns = { outputs = "output" }'), "unknown-column", '"outputs"',
        'Did you mean "output"',
    )  # fmt: skip
    at(problem, "panel.csv")


def test_a_header_that_is_not_there(build: Builder) -> None:
    problem = fails(
        build.panel(extra='columns = { output = "outptu" }'), "no-column", 'no header "outptu"',
        'Did you mean "output"',
    )  # fmt: skip
    at(problem, "panel.csv", None, "outptu")


def test_missing_required_column(build: Builder) -> None:
    rows = [[r[0], *r[2:]] for r in panel_rows()]
    build.panel(rows, header=(HEADER[0], *HEADER[2:]))
    problem = fails(build, "no-column", "industry (行业代码)", "your header")
    at(problem, "panel.csv")


def test_a_wide_table_with_the_years_in_its_header(build: Builder) -> None:
    build.text("panel", "panel.csv", "region,industry,2015,2016,2017年\n北江,33,1,2,3\n")
    audit = build.check()
    problem = audit.errors[0]
    assert [p.code for p in audit.errors] == ["no-column"]
    says(problem, "year (年份)", "2015, 2016, 2017年", "one row a year")
    stops(audit)


def test_a_key_column_missing_in_the_second_file(build: Builder) -> None:
    text = "region,industry,firms\n北江,33,5\n"
    problem = fails(build.panel().text("panel", "more.csv", text), "no-column", "year (年份)")
    at(problem, "more.csv")


def test_unused_header_is_said(build: Builder) -> None:
    rows = [[*r, 1] for r in panel_rows()]
    build.panel(rows, header=(*HEADER, "revenu"))
    at(warns(build, "unused-column", 'Did you mean "revenue"'), "panel.csv", 1, "revenu")


def test_ignored_header_is_not_mapped_by_its_name(build: Builder) -> None:
    audit = build.panel(extra='ignore = ["employment"]').check()
    assert audit.problems == []
    assert "employment" not in audit.tables["panel"].columns


def test_a_file_mapped_twice(build: Builder) -> None:
    problem = fails(build.panel().panel(), "two-sources", "value_added = ", "and 287 more rows")
    at(problem, "panel.csv", 2, "value_added")


def test_two_files_that_name_an_organisation_differently(build: Builder) -> None:
    other = "org_id,name\n0017,甲厂\nE2,乙大学\n"
    build.panel().text("orgs", "orgs.csv", ORGS).text("orgs", "names.csv", other)
    at(fails(build, "two-sources", "乙大学", "乙校", "orgs.csv"), "names.csv", 3, "name")


def test_rules_that_match_nothing_are_said(build: Builder) -> None:
    build.panel(extra='drop = { region = ["北港"] }')
    warns(build, "unused-value", '"北港"', 'Did you mean "北江"')


def test_rule_for_a_column_the_file_does_not_fill(build: Builder) -> None:
    fails(build.panel(extra='units = { exports = "万元" }'), "unused-entry", "units.exports")


def test_entry_of_another_kind_of_file(build: Builder) -> None:
    warns(build.panel(extra='sheet = "表一"'), "unused-entry", "`sheet`", ".csv")


def test_a_currency_of_several_names_is_one_currency(build: Builder) -> None:
    build.identity = build.identity.replace("CNY", "RMB")
    extra = 'units = { output = "million yuan", value_added = "million CNY" }'
    assert build.panel(extra=extra).check().problems == []


@pytest.mark.parametrize(
    ("unit", "code", "word"),
    [
        ("万美元", "currency", "CNY"),
        ("million EUR", "currency", "CNY"),
        ("万人", "unit", "unit of money"),
        ("wan yuan", "unit", "before a currency"),
    ],
)
def test_units_that_cannot_be_converted(build: Builder, unit: str, code: str, word: str) -> None:
    build.panel(extra=f'units = {{ output = "{unit}" }}\nignore = ["value_added"]')
    problem = fails(build, code, unit, word)
    at(problem, "panel.csv", None, "output")


def test_a_value_that_is_not_listed(build: Builder) -> None:
    listed = ", ".join(f'"{c}" = "{c}"' for c in ("33", "34", "35", "36", "37", "38", "TOTAL"))
    build.panel(extra=f"values = {{ industry = {{ {listed} }} }}")
    problem = fails(build, "unlisted-value", '"40"', 'unlisted.industry = "drop"')
    at(problem, "panel.csv", 38, "industry")


def test_listed_code_that_is_nowhere_where_the_unlisted_are_dropped(build: Builder) -> None:
    listed = ", ".join(
        f'"{c}" = "{c}"' for c in ("33", "34", "35", "36", "37", "38", "4O", "TOTAL")
    )
    build.panel(
        extra=f'values = {{ industry = {{ {listed} }} }}\nunlisted = {{ industry = "drop" }}'
    )
    audit = build.check()
    assert codes(audit) == ["unused-value", "block-incomplete"]
    says(audit.problems[0], "no row with 4O", 'Did you mean "40"')


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../panel.csv", "{outside}/panel.csv", "link.csv"])
def test_path_outside_the_folder(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    outside = tmp_path / "panel.csv"
    outside.write_text(csv_text(panel_rows()), "utf-8")
    (inside / "link.csv").symlink_to(outside)
    file = path.replace("{outside}", str(tmp_path))
    build = Builder(inside).entry("panel", file)
    audit = build.check()
    problem = audit.problems[0]
    assert problem.code == "outside-folder"
    says(problem, "leaves the data folder", "inside/", "data_folder")
    at(problem, file)
    assert audit.tables == {}
    stops(audit)


def test_symlink_within_the_folder_is_a_file(build: Builder) -> None:
    build.panel()
    (build.folder / "again.csv").symlink_to("panel.csv")
    build.entries = []
    warns(build.entry("panel", "again.csv"), "unused-file")


@pytest.mark.parametrize(
    ("file", "code", "word"),
    [
        ("Panel.CSV", "no-file", 'Did you mean "panel.csv"'),
        ("x\\\\panel.csv", "no-file", "Write /"),
        ("panel.xls", "file-kind", "save it as .xlsx"),
        ("panel", "file-kind", "CSV, Parquet or XLSX"),
        ("", "file-kind", "CSV, Parquet or XLSX"),
        ("folder.csv", "no-file", "no such file"),
        ("a" * 300 + ".csv", "no-file", "usable path"),
        ("a\\u0000.csv", "no-file", "usable path"),
    ],
)
def test_files_that_are_not_there(build: Builder, file: str, code: str, word: str) -> None:
    (build.folder / "folder.csv").mkdir()
    build.panel().entries[0] = f'[[tables.panel]]\nfile = "{file}"\n'
    problem = next(p for p in build.check().problems if p.code != "unused-file")
    assert problem.code == code
    says(problem, word)
    stops(build.check())


def test_table_the_manifest_does_not_mention(build: Builder) -> None:
    build.panel()
    for name in ("orgs.csv", "~$orgs.xlsx", ".hidden.csv", "notes.txt"):
        (build.folder / name).write_text("x", "utf-8")
    assert warns(build, "unused-file", "[[tables").file == "orgs.csv"
    assert len(build.check().problems) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read(build: Builder) -> None:
    build.panel()
    (build.folder / "panel.csv").chmod(0)
    fails(build, "unreadable", "permissions")


def test_no_data_folder(build: Builder) -> None:
    build.identity += 'data_folder = "tables"\n'
    fails(build.panel(), "no-folder", '"tables"', "data_folder")


# --- workbooks and Parquet ------------------------------------------------------------------------


def test_a_good_workbook_with_a_chinese_sheet(build: Builder) -> None:
    write_xlsx(build.folder / "书.xlsx", panel_rows(), CHINESE, ["说明", "面板"])
    audit = build.entry("panel", "书.xlsx", 'sheet = "面板"').check()
    assert audit.problems == []
    assert (cell(audit, "industry"), cell(audit, "year"), cell(audit, "output")) == (
        "33",
        2015,
        100,
    )


def test_codes_entered_as_numbers(build: Builder) -> None:
    rows = [[r[0], int(r[1]) if r[1].isdigit() else r[1], *r[2:]] for r in panel_rows()]
    write_xlsx(build.folder / "a.xlsx", rows)
    audit = build.entry("panel", "a.xlsx").check()
    assert audit.problems == []
    assert set(audit.tables["panel"]["industry"]) >= {"33", "40", "TOTAL"}


def test_several_sheets_and_none_named(build: Builder) -> None:
    write_xlsx(build.folder / "a.xlsx", panel_rows(), sheets=["一", "二"])
    problem = fails(build.entry("panel", "a.xlsx"), "which-sheet", "一, 二", 'sheet = "一"')
    at(problem, "a.xlsx")


def test_no_such_sheet(build: Builder) -> None:
    write_xlsx(build.folder / "a.xlsx", panel_rows(), sheets=["panel", "notes"])
    build.entry("panel", "a.xlsx", 'sheet = "Panels"')
    at(fails(build, "no-sheet", "Panels", 'Did you mean "panel"'), "a.xlsx")


@pytest.mark.parametrize("cached", [None, 7])
def test_formulas_in_a_workbook(build: Builder, cached: int | None) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(build.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([HEADER, *panel_rows()]):
            sheet.write_row(n, 0, row)
        sheet.write_formula("E5", "=D5*4", None, "" if cached is None else cached)
    problem = fails(build.entry("panel", "a.xlsx"), "formula", "E5", "=D5*4", "paste it as values")
    at(problem, "a.xlsx", 5, "output")


def test_a_formula_in_a_key_is_said_once(build: Builder) -> None:
    rows = panel_rows()
    rows[3][1] = "=A1"
    write_xlsx(build.folder / "a.xlsx", rows, CHINESE)
    at(fails(build.entry("panel", "a.xlsx"), "formula", "B5"), "a.xlsx", 5, "行业代码")


def test_formulas_in_a_column_nobody_reads(build: Builder) -> None:
    rows = [[*r, "=1+1"] for r in panel_rows()]
    write_xlsx(build.folder / "a.xlsx", rows, [*HEADER, "check"])
    assert build.entry("panel", "a.xlsx", 'ignore = ["check"]').check().problems == []


def test_error_values_in_a_workbook(build: Builder) -> None:
    import openpyxl

    write_xlsx(build.folder / "a.xlsx", panel_rows())
    book = openpyxl.load_workbook(build.folder / "a.xlsx")
    book.active["E5"] = "#N/A"
    book.save(build.folder / "a.xlsx")
    problem = fails(build.entry("panel", "a.xlsx"), "cell-error", "#N/A in E5")
    at(problem, "a.xlsx", 5, "output")


def test_blank_rows_above_between_and_below(build: Builder) -> None:
    rows = spoiled(7, "employment", -5)
    rows[20:20] = [[None] * 6] * 3
    rows += [[None] * 6] * 4
    write_xlsx(build.folder / "a.xlsx", rows, first_row=4)
    build.entry("panel", "a.xlsx", "header_row = 4")
    at(fails(build, "out-of-range", "-5"), "a.xlsx", 10, "employment")


def test_header_of_a_sheet_further_down(build: Builder) -> None:
    write_xlsx(build.folder / "a.xlsx", panel_rows(), first_row=3)
    fails(build.entry("panel", "a.xlsx"), "no-column", "set header_row = 3")


def test_merged_cells_and_a_note_at_the_bottom(build: Builder) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(build.folder / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([HEADER, *panel_rows()]):
            sheet.write_row(n, 0, row)
        sheet.merge_range("A291:F291", "注：数据来自统计年鉴")
    audit = build.entry("panel", "a.xlsx").check()
    assert codes(audit) == ["empty-key"]
    assert [(p.row, p.column) for p in audit.problems] == [(291, "industry"), (291, "year")]
    build.entries = []
    build.entry("panel", "a.xlsx", 'drop = { region = ["注：数据来自统计年鉴"] }')
    audit = build.check()
    assert audit.problems == []
    assert audit.dropped == {"panel": 1}


def test_a_workbook_that_is_none(build: Builder) -> None:
    (build.folder / "a.xlsx").write_text("<table><tr><td>33</td></tr></table>", "utf-8")
    problem = fails(build.entry("panel", "a.xlsx"), "unreadable", "XLSX workbook", "save it again")
    at(problem, "a.xlsx")


def test_a_zip_that_is_no_workbook(build: Builder) -> None:
    import zipfile

    with zipfile.ZipFile(build.folder / "a.xlsx", "w") as packed:
        packed.writestr("readme.txt", "no workbook")
    fails(build.entry("panel", "a.xlsx"), "unreadable", "XLSX workbook")


def test_an_empty_sheet(build: Builder) -> None:
    write_xlsx(build.folder / "a.xlsx", [], ())
    fails(build.entry("panel", "a.xlsx"), "empty-file", "a header and rows")


@pytest.mark.parametrize("raw", [b"PAR1", b"PAR1" + b"\0" * 60 + b"PAR1", b"region,year\n"])
def test_parquet_that_is_none(build: Builder, raw: bytes) -> None:
    (build.folder / "a.parquet").write_bytes(raw)
    problem = fails(build.entry("panel", "a.parquet"), "unreadable", "Parquet", "Export")
    at(problem, "a.parquet")


# --- the manifest ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tail", "code", "words"),
    [
        ('[[tables.panels]]\nfile = "a.csv"', "unknown-table", ['Did you mean "panel"']),
        ('[[tables.panel]]\nfile = "a.csv"\ncolums = {}', "unknown-entry",
         ["(a.csv).colums", 'Did you mean "columns"']),
        ('[tables.orgs]\nfile = "a.csv"', "manifest-entry", ["[[tables.orgs]]", "two brackets"]),
        ("[[tables.orgs]]\n", "manifest-entry", ["(entry 1).file", "nothing"]),
        ("titel = 1", "unknown-entry", ["titel"]),
        ('[[breaks]]\ntable = "panel"\ncolumn = "output"', "unknown-entry", ['"columns"']),
        ('[[tables.panel]]\nfile = "a.csv"\nmissing = { suppressed = "c" }', "manifest-entry",
         ["'c'", "square brackets"]),
        ('[[tables.panel]]\nfile = "a.csv"\nblank = "supressed"', "manifest-entry",
         ['Did you mean "suppressed"']),
        ('[[tables.panel]]\nfile = "a.csv"\nmissing = { supressed = ["c"] }', "manifest-entry",
         ['Did you mean "suppressed"']),
        ('[[tables.panel]]\nfile = "a.csv"\ndelimiter = "tab"', "manifest-entry", ["'tab'"]),
        ('[[tables.panel]]\nfile = "a.csv"\nthousands = "."', "manifest-entry", ["decimal"]),
        ('[[tables.panel]]\nfile = "a.csv"\nheader_row = 0', "manifest-entry", ["header_row"]),
        ("a = = 1", "manifest-syntax", ["at line", "row "]),
        ('[[tables.panel]]\nfile = "x\\panel.csv"', "manifest-syntax", ["Write /"]),
        ("a = " + "[" * 3000, "manifest-syntax", ["TOML"]),
    ],
)  # fmt: skip
def test_a_manifest_with_an_error(build: Builder, tail: str, code: str, words: list[str]) -> None:
    if tail.startswith("titel"):
        build.identity = tail + "\n" + build.identity
    else:
        build.tail = "\n" + tail
    build.panel()
    audit = build.check()
    problem = audit.problems[0]
    assert (problem.code, problem.file) == (code, "regionlift.toml"), str(problem)
    says(problem, *words)
    stops(audit)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ('region = "北港"', "dataset.region"),
        ('peers = ["北江", "南港"]', "dataset.peers"),
        ('include = ["93"]', "dataset.include"),
        ('scope = "gbt4754-2011"', "gbt4754-2017"),
    ],
)
def test_names_in_the_manifest_that_are_nowhere(build: Builder, entry: str, word: str) -> None:
    if entry.startswith("scope"):
        build.identity = build.identity.replace('scope = "gbt4754-2017"', entry)
    else:
        build.identity += entry + "\n"
    audit = build.panel().check()
    assert codes(audit) in (["unknown-name"], ["scope"])
    says(audit.problems[0], word, "Did you mean")
    assert audit.problems[0].file == "regionlift.toml"
    stops(audit)


def test_no_manifest(tmp_path: Path) -> None:
    from regionlift.data.check import check

    for folder, word in [
        (tmp_path / "nowhere", "no folder"),
        (tmp_path, "regionlift init"),
        (Path(__file__), "Give the folder"),
        (tmp_path / "a\0b", "no folder"),
    ]:
        says(only(check(folder), "no-manifest"), word)
    (tmp_path / "regionlift.toml").mkdir()
    says(only(check(tmp_path), "no-manifest"), "a folder named regionlift.toml")


def test_manifest_in_another_encoding(build: Builder) -> None:
    build.panel().check()
    path = build.folder / "regionlift.toml"
    path.write_bytes(path.read_text("utf-8").replace("test", "测试").encode("gb18030"))
    from regionlift.data.check import check

    says(only(check(build.folder), "manifest-syntax"), "UTF-8")


def test_all_problems_come_at_once(build: Builder) -> None:
    rows = spoiled(7, "employment", -5)
    rows[0][4] = "x"
    build.panel(rows).text("orgs", "orgs.csv", ORGS.replace("university", "univercity"))
    build.entry("projects", "nowhere.csv")
    audit = build.check()
    assert set(codes(audit)) == {"wrong-type", "out-of-range", "not-a-choice", "no-file"}
    assert set(audit.tables) == {"orgs"}
