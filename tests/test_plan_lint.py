"""The lint of a plan: planted faults, the province's own plan, bad files, other layouts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console

from plan_faults import faulty, sound, write_plan
from regionlift.data.contract import contract
from regionlift.data.problems import DatasetError
from regionlift.data.synthetic import generate
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth
from regionlift.output.plan_lists import linted, write_lint
from regionlift.plan.context import Context, Gap, Specialities, context_from_run
from regionlift.plan.focus import jaccard
from regionlift.plan.lint import findings_frame, lint
from regionlift.plan.model import RULES, LintReport, plan_of
from regionlift.plan.sheet import read_plan
from regionlift.run import Run
from regionlift.study.plan import lint_plan, lint_study, study_context


def codes(report: LintReport) -> set[str]:
    return {f.code for f in report.findings}


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    kinds = {"year": pl.Int64, "number": pl.Float64}
    schema = {c.name: kinds.get(c.type, pl.String) for c in contract()["plan"].columns}
    return pl.DataFrame([{n: row.get(n) for n in schema} for row in rows], schema=schema)


def told(found: LintReport) -> set[tuple[str, str]]:
    """Findings as (kind, measure or what they are about)."""
    return {(f.code, f.measure or f.about) for f in found.findings}


# --- planted faults ---------------------------------------------------------------------------


def test_one_fault_of_every_kind_is_found_and_nothing_else(beijiang: Run, tmp_path: Path) -> None:
    rows, against, known = faulty(study_context(beijiang.study))
    write_plan(tmp_path / "plan.xlsx", rows, chinese=True, title="规划措施一览")
    found = lint(read_plan(tmp_path / "plan.xlsx"), against)
    assert len(known) == len(RULES) == 30
    assert {kind for kind, _ in known} == set(RULES)
    missed, false = known - told(found), told(found) - known
    print(f"{len(known)} faults planted, {len(known - missed)} found, {len(false)} false alarms")
    assert missed == set()
    assert false == set()
    assert len(found.findings) == len(known)
    # the header stands below a title: rows are those Excel shows
    assert found.of("no_owner")[0].row == 3


@pytest.mark.parametrize("seed", range(3))
def test_the_faults_of_the_provinces_own_plan_are_found_exactly(seed: int) -> None:
    made = generate(seed)
    found = lint(made.tables["plan"])
    planted = made.truths.policy.plan_faults
    assert {k: sorted(f.measure for f in found.of(k)) for k in planted} == planted
    # columns the plan does not have are one finding each; texts do come twice in it
    rest = {f.code for f in found.findings if f.code not in planted}
    assert rest == {"no_cost_basis", "no_source", "no_partners", "no_stop_rule", "same_text"}
    texts = made.tables["plan"]["text"]
    assert len(found.of("same_text")) == len(texts) - texts.n_unique()


def test_gaps_without_money_and_money_without_gaps(beijiang: Run) -> None:
    found = lint_study(beijiang.study)
    planted = generate(0).truths.policy
    assert found is not None
    assert sorted(f.about for f in found.of("unfunded_gap")) == planted.unfunded_gaps
    assert sorted(f.about for f in found.of("funded_non_gap")) == planted.funded_non_gaps


def test_a_sound_plan_has_no_finding() -> None:
    rows = [{**sound(n), "owner": f"Office {n}"} for n in range(1, 9)]
    found = lint(frame(*rows))
    assert found.findings == ()
    assert found.sound == 8 and found.summary == "8 measures; nothing found."


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.sampled_from(
    ["owner", "partners", "start", "end", "cost", "cost_basis", "indicator", "baseline", "target",
     "source", "stop_rule", "link"]))  # fmt: skip
def test_emptying_a_cell_adds_exactly_its_finding(number: int, column: str) -> None:
    rows = [{**sound(n), "owner": f"Office {n}"} for n in range(1, 9)]
    rows[number - 1][column] = None
    found = lint(frame(*rows))
    assert told(found) == {(f"no_{column}", f"M{number:02d}")}


# --- single rules -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"baseline": 5, "target": 5}, True),
        ({"baseline": 5, "target": 4}, True),
        ({"baseline": 5, "target": 4, "indicator": "median days to serve"}, False),
        ({"baseline": 5, "target": 4, "text": "缩短审批时间"}, False),
        ({"baseline": 5, "target": 4, "measure": "theil_rationalisation", "end": 2030}, False),
        ({"baseline": 4, "target": 5, "measure": "theil_rationalisation", "end": 2030}, True),
        ({"baseline": 4, "target": 5, "measure": "value_added_ratio"}, False),
        ({"baseline": 5, "target": 4, "measure": "value_added_ratio",
          "text": "Reduce nothing"}, True),
    ],
)  # fmt: skip
def test_a_target_is_beyond_its_baseline_on_the_better_side(
    change: dict[str, object], found: bool
) -> None:
    other = {**sound(2), "owner": "Another office"}
    report = lint(frame({**sound(1), **change}, other))
    assert bool(report.of("target_not_above_baseline")) is found


def test_structure_is_told_by_link_indicator_or_measure_and_needs_its_years() -> None:
    for cells in (
        {"link": "a7"}, {"indicator": "share of division 40 in value added"},
        {"indicator": "高技术产业占比"}, {"measure": "high_tech_share_value_added"},
    ):  # fmt: skip
        line = plan_of(frame({**sound(1), **cells})).lines[0]
        assert line.structural, cells
        for end, soon in ((2026, True), (2027, False)):
            report = lint(frame({**sound(1), **cells, "end": end}, sound(2)))
            assert bool(report.of("structure_too_soon")) is soon
    assert not plan_of(frame({**sound(1), "text": "Restructure the loans"})).lines[0].structural


def test_the_years_structure_takes_are_a_setting() -> None:
    rows = frame({**sound(1), "link": "a7", "end": 2028}, sound(2))
    assert not lint(rows).of("structure_too_soon")
    longer = Context(settings=settings({"plan_structure_years": 5}))
    assert lint(rows, longer).of("structure_too_soon")


def test_a_target_nobody_reached_asks_the_reference_class(beijiang: Run) -> None:
    context = study_context(beijiang.study)
    assert context.realism is not None
    row = {**sound(1), "measure": "value_added_ratio", "baseline": 0.25, "end": 2027}
    far, near = ({**row, "target": t} for t in (0.95, 0.2501))
    assert lint(frame(far), context).of("target_never_reached")
    assert not lint(frame(near), context).of("target_never_reached")
    blind = lint(frame(far), replace(context, realism=None))
    assert not blind.of("target_never_reached")
    assert any("reached such targets" in what for what, _ in blind.open)


def test_measures_on_sound_links_are_named_only_where_the_first_broken_one_waits() -> None:
    verdicts = {"b1": Truth.MET, "b2": Truth.CANNOT_TELL, "b3": Truth.NOT_MET, "b4": Truth.MET}
    context = Context("R", links=verdicts)
    on_b4 = {**sound(1), "link": "b4; b1"}
    found = lint(frame(on_b4), context)
    assert [f.about for f in found.of("link_not_broken")] == ["b1", "b4"]
    assert [f.about for f in found.of("first_broken_idle")] == ["b3"]
    # b2 cannot be told: whether it holds is not known
    assert not lint(frame({**sound(1), "link": "b2"}), context).of("link_not_broken")
    both = lint(frame(on_b4, {**sound(2), "link": "b3"}), context)
    assert not both.of("link_not_broken") and not both.of("first_broken_idle")
    # a path the plan does not act on is no fault
    assert not lint(frame({**sound(1), "link": "a1"}), context).of("first_broken_idle")


def test_a_priority_is_copied_if_neighbours_have_it_and_the_region_has_not() -> None:
    near = {"P": frozenset("ab"), "Q": frozenset("abc"), "S": frozenset("d")}
    held = Specialities(frozenset("b"), near, frozenset("abcd"), "test")
    context = Context("R", specialities={"industry": held})
    found = lint(frame({**sound(1), "industry": "a;b;c;d"}), context)
    assert [f.about for f in found.of("copied_priority")] == ["a"]
    # two of three hold a: a share of two thirds still names it, all of them would not
    strict = replace(context, settings=settings({"plan_copied": 0.7}))
    assert not lint(frame({**sound(1), "industry": "a"}), strict).of("copied_priority")
    # half of two is one: the share itself counts
    pair = replace(held, neighbours={"P": frozenset("a"), "Q": frozenset("d")})
    even = replace(context, specialities={"industry": pair})
    assert lint(frame({**sound(1), "industry": "a"}), even).of("copied_priority")
    assert any("likeness 0.25 to the region's own" in note for note in found.notes)


def test_likeness_is_jaccards() -> None:
    assert jaccard(frozenset(), frozenset()) == 0
    assert jaccard(frozenset("ab"), frozenset("ab")) == 1


def test_a_gap_is_funded_by_a_measure_that_names_it_and_costs_something() -> None:
    context = Context("R", gaps=(Gap("N1", "One", 5.0), Gap("N2", "Two", 0.0)), money={})
    assert [f.about for f in lint(frame(sound(1)), context).of("unfunded_gap")] == ["N1"]
    assert not lint(frame({**sound(1), "node": "N1"}), context).of("unfunded_gap")
    free = {**sound(1), "node": "N1", "cost": 0}
    assert lint(frame(free), context).of("unfunded_gap")
    wrong = lint(frame({**sound(1), "node": "N2"}), context)
    assert [f.measure for f in wrong.of("funded_non_gap")] == ["M01"]


# --- files ------------------------------------------------------------------------------------


def test_csv_xlsx_and_parquet_say_the_same(tmp_path: Path) -> None:
    rows = [sound(n) for n in range(1, 6)]
    rows[1]["owner"] = rows[2]["cost"] = None
    write_plan(tmp_path / "plan.xlsx", rows)
    table = frame(*rows)
    table.write_csv(tmp_path / "plan.csv")
    table.write_parquet(tmp_path / "plan.parquet")
    seen = [told(lint_plan(tmp_path / f"plan.{kind}")) for kind in ("xlsx", "csv", "parquet")]
    assert seen[0] == seen[1] == seen[2] == {("no_owner", "M02"), ("no_cost", "M03"),
                                             ("one_owner", "Industry office")}  # fmt: skip


def test_a_chinese_csv_out_of_excel_is_read_and_said(tmp_path: Path) -> None:
    names = {c.name: c.title_zh for c in contract()["plan"].columns}
    text = frame(*[sound(n) for n in range(1, 4)]).rename(names).write_csv()
    (tmp_path / "plan.csv").write_bytes(text.encode("gb18030"))
    found = lint_plan(tmp_path / "plan.csv")
    assert found.measures == 3 and any("GB 18030" in note for note in found.notes)


def test_an_owner_merged_over_a_chapter_is_read_in_each_row(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan.xlsx", [sound(n) for n in range(1, 6)], merged="owner")
    found = lint_plan(tmp_path / "plan.xlsx")
    assert not found.of("no_owner")
    assert any('C2:C6: the merged owner "Industry office"' in note for note in found.notes)


def test_a_cost_merged_over_measures_is_not_the_cost_of_each(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan.xlsx", [sound(n) for n in range(1, 6)], merged="cost")
    found = lint_plan(tmp_path / "plan.xlsx")
    (said,) = found.of("unreadable")
    assert said.row == 2 and "merged cell" in said.found and "divide it" in said.mend
    assert [f.measure for f in found.of("no_cost")] == ["M02", "M03", "M04", "M05"]


def test_the_sheet_with_the_plan_is_found_and_the_others_named(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan.xlsx", [sound(1)], first="措施", others=("封面", "说明"))
    found = lint_plan(tmp_path / "plan.xlsx")
    assert any("read from 措施; not read: 封面, 说明" in note for note in found.notes)
    with pytest.raises(LookupError, match=r'no sheet "措使".*Did you mean "措施"'):
        lint_plan(tmp_path / "plan.xlsx", sheet="措使")
    with pytest.raises(DatasetError, match="no row with headers of a plan"):
        lint_plan(tmp_path / "plan.xlsx", sheet="说明")


def test_chapters_on_several_sheets_are_one_plan(tmp_path: Path) -> None:
    write_plan(tmp_path / "a.xlsx", [sound(1), sound(2)], first="one")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    copy = book.copy_worksheet(book["one"])
    copy.title = "two"
    copy["A3"] = "M09"
    book.save(tmp_path / "plan.xlsx")
    found = lint_plan(tmp_path / "plan.xlsx")
    assert found.measures == 4
    assert [f.measure for f in found.of("same_id")] == ["M01"]
    assert len(found.of("same_text")) == 2


def test_an_empty_plan_is_refused_with_what_to_do(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "plan.xlsx")
    with pytest.raises(DatasetError, match=r"empty workbook.*[Oo]ne row a measure"):
        lint_plan(tmp_path / "plan.xlsx")
    write_plan(tmp_path / "head.xlsx", [sound(1)])
    book = openpyxl.load_workbook(tmp_path / "head.xlsx")
    book.active.delete_rows(2)
    book.save(tmp_path / "head.xlsx")
    with pytest.raises(DatasetError, match="without rows"):
        lint_plan(tmp_path / "head.xlsx")
    (tmp_path / "plan.csv").write_text("")
    with pytest.raises(DatasetError, match="empty file"):
        lint_plan(tmp_path / "plan.csv")


def test_unknown_columns_are_named_with_the_nearest(tmp_path: Path) -> None:
    row = frame(sound(1)).rename({"owner": "Ownr"}).with_columns(colour=pl.lit("red"))
    row.write_csv(tmp_path / "plan.csv")
    found = lint_plan(tmp_path / "plan.csv")
    assert any('header "Ownr"' in n and 'Did you mean "owner"' in n.replace("Owner", "owner")
               for n in found.notes)  # fmt: skip
    assert any('header "colour"' in note for note in found.notes)
    assert [(f.measure, f.about) for f in found.of("no_owner")] == [("", "owner")]
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DatasetError, match="headers of plan"):
        lint_plan(tmp_path / "other.csv")


def test_a_broken_workbook_and_a_missing_file_are_messages(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DatasetError, match="no sound workbook"):
        lint_plan(tmp_path / "plan.xlsx")
    with pytest.raises(FileNotFoundError, match=r'no plan at .*Did you mean "plan\.xlsx"'):
        lint_plan(tmp_path / "plann.xlsx")
    (tmp_path / "plan.docx").write_text("text")
    with pytest.raises(DatasetError, match=r'ending in "\.docx"'):
        lint_plan(tmp_path / "plan.docx")


def test_wrong_arguments_are_messages(beijiang: Run, tmp_path: Path) -> None:
    write_plan(tmp_path / "plan.xlsx", [sound(1)])
    plan = tmp_path / "plan.xlsx"
    with pytest.raises(FileNotFoundError, match="no finished run"):
        lint_plan(plan, out=tmp_path)
    with pytest.raises(LookupError, match='not of "Baishi"'):
        lint_plan(plan, out=beijiang.out, region="Baishi")
    with pytest.raises(ValueError, match="not both"):
        lint_plan(plan, out=tmp_path, dataset=tmp_path)
    with pytest.raises(ValueError, match="need a run"):
        lint_plan(plan, region="Baishi")
    with pytest.raises(LookupError, match="no region Nowhere"):
        lint_plan(plan, out=beijiang.out, neighbours=("Nowhere",))


# --- one plan, three kinds of evidence --------------------------------------------------------


def test_a_run_a_dataset_and_a_study_say_the_same(beijiang: Run) -> None:
    data = beijiang.study.dataset.folder
    by_run = lint_plan(data / "plan.csv", out=beijiang.out)
    by_data = lint_plan(data / "plan.csv", dataset=data)
    by_study = lint_study(beijiang.study)
    assert by_study is not None
    broken = {"first_broken_idle", "link_not_broken"}
    for other in (by_data, by_study):
        a = {f for f in told(by_run) if f[0] not in broken}
        assert a == {f for f in told(other) if f[0] not in broken}
    a, b = context_from_run(beijiang.out), study_context(beijiang.study)
    assert a.specialities == b.specialities and a.money == b.money
    assert {g.node: g.unmet for g in a.gaps} == pytest.approx({g.node: g.unmet for g in b.gaps})


def test_the_report_the_lists_and_the_ledger_hold_it(beijiang: Run) -> None:
    found = lint_study(beijiang.study)
    assert found is not None
    page = (beijiang.out / "report.html").read_text("utf-8")
    assert '"plan-lint"' in page and "Plan lint" in page
    book = openpyxl.load_workbook(beijiang.out / "lists.xlsx", read_only=True)
    rows = list(book["plan lint"].iter_rows(values_only=True))
    book.close()
    assert len(rows) == len(found.findings) + 2
    assert findings_frame(found).height == len(found.findings)


def test_workbook_and_terminal_show_every_kind(beijiang: Run, tmp_path: Path) -> None:
    rows, against, known = faulty(study_context(beijiang.study))
    write_plan(tmp_path / "plan.xlsx", rows)
    found = lint(read_plan(tmp_path / "plan.xlsx"), against)
    write_lint(tmp_path / "plan-lint.xlsx", found)
    book = openpyxl.load_workbook(tmp_path / "plan-lint.xlsx", read_only=True)
    # a line above the headers says that the evidence is generated
    assert len(list(book["plan lint"].iter_rows())) == len(known) + 2
    assert len(list(book["what was asked"].iter_rows())) == len(RULES) + 2
    book.close()
    with Path(os.devnull).open("w") as sink:
        console = Console(file=sink, record=True, width=160)
        linted(found, console)
    said = console.export_text()
    assert "SYNTHETIC" in said
    for rule in RULES.values():
        assert rule.title in said


def test_the_docs_name_every_kind_with_its_severity() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "plan.md").read_text("utf-8")
    for code, rule in RULES.items():
        assert f"| {rule.title} (`{code}`) | {rule.severity} |" in page, code
