"""Two runs compared: revision, real change and settings kept apart; conservation; triggers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.console import Console

import builders
from builders import Builder, Rows
from regionlift.output.compare_lists import compared, record, write_comparison
from regionlift.plan.causes import Cause, Classifier, differing
from regionlift.plan.compare import Comparison, compare_runs
from regionlift.plan.triggers import changes_of
from regionlift.plan.vintage import end_year, open_vintage
from regionlift.run import Run, run_region

REGION = "北江"
SPLIT = ["data revision", "settings", "real change", "cannot tell"]
REVISED = (REGION, "36", 2020)


def panel(last: int, revised: bool = False) -> Rows:
    """The builder's panel over 2010 to ``last``, one value raised by a twentieth."""
    rows = []
    for r, region in enumerate(builders.REGIONS):
        for i, industry in enumerate(builders.INDUSTRIES):
            for year in range(2010, last + 1):
                # industries grow at different rates, so that the mix moves
                output = (100 + 40 * r + 10 * i) * (1.02 + 0.01 * i) ** (year - 2015)
                output *= 20 if industry == "TOTAL" else 1
                raised = revised and (region, industry, year) == REVISED
                added = output / 4 * (1.05 if raised else 1)
                rows.append([region, industry, year, round(added, 3), round(output, 3),
                             10 * r + i + 50])  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Runs by (last year, revised, settings), each made once."""
    root = tmp_path_factory.mktemp("vintages")

    def make(last: int = 2020, revised: bool = False, **moved: float) -> Path:
        data = root / f"data-{last}-{revised}"
        if not data.exists():
            data.mkdir()
            assert not Builder(data).panel(panel(last, revised)).check().errors
        out = root / f"out-{last}-{revised}-{'-'.join(f'{k}{v:g}' for k, v in moved.items())}"
        if not out.exists():
            run_region(data, REGION, out, overrides=moved)
        return out

    return make


@pytest.fixture(scope="module")
def old(made: Callable[..., Path]) -> Path:
    return made()


@pytest.fixture(scope="module")
def everything(made: Callable[..., Path], old: Path) -> Comparison:
    """One value revised, one year added, one threshold moved, all at once."""
    return compare_runs(old, made(2021, True, confidence=0.8))


def conserved(found: Comparison, old: Path, new: Path) -> None:
    """Every number of either run is in exactly one class; the parts of a movement add up."""
    ids = set()
    for out in (old, new):
        with duckdb.connect(str(out / "evidence.duckdb"), read_only=True) as ledger:
            ids |= {row[0] for row in ledger.execute("SELECT id FROM quantities").fetchall()}
    assert sum(found.counts.values()) == len(ids)
    assert set(found.counts) == {c.value for c in Cause}
    assert found.quantities["id"].n_unique() == found.quantities.height
    assert found.quantities.height == len(ids) - found.counts["unchanged"]
    by_class = dict(found.quantities.group_by("class").len().iter_rows())
    assert by_class == {c: n for c, n in found.counts.items() if n and c != "unchanged"}
    moved = found.movements
    parts = moved.select(pl.sum_horizontal(SPLIT)).to_series().to_list()
    assert parts == pytest.approx(moved["change"].to_list(), abs=1e-9)
    assert moved["change"].to_list() == pytest.approx((moved["new"] - moved["old"]).to_list())


def of(found: Comparison, cause: str) -> pl.DataFrame:
    return found.quantities.filter(pl.col("class") == cause)


# --- one thing at a time ----------------------------------------------------------------------


def test_a_run_is_the_same_as_itself(old: Path) -> None:
    found = compare_runs(old, old)
    assert {c for c, n in found.counts.items() if n} == {"unchanged"}
    for frame in (found.quantities, found.movements, found.verdicts, found.settings, found.inputs,
                  found.gaps, found.network, found.paths):  # fmt: skip
        assert frame.is_empty()
    assert not found.reopened
    conserved(found, old, old)


def test_a_revised_value_is_a_revision_wherever_it_reaches(
    made: Callable[..., Path], old: Path
) -> None:
    new = made(2020, True)
    found = compare_runs(old, new)
    assert {c for c, n in found.counts.items() if n} == {"unchanged", "data revision"}
    ids = set(found.quantities["id"])
    assert f"value_added_ratio/{REGION}/2020" in ids
    assert f"location_quotient_value_added/{REGION}|36/2020" in ids
    assert f"value_added_ratio/{REGION}/2019" not in ids
    assert found.inputs.row(0) == ("panel", "other content", 528, 528)
    moved = found.movements.filter(pl.col("measure") == "value_added_ratio").row(0, named=True)
    assert moved["data revision"] == pytest.approx(moved["change"]) and moved["change"] > 0
    assert moved["real change"] == 0
    conserved(found, old, new)


def test_a_year_added_is_a_real_change(made: Callable[..., Path], old: Path) -> None:
    new = made(2021)
    found = compare_runs(old, new)
    assert {c for c, n in found.counts.items() if n} == {"unchanged", "real change"}
    assert {end_year(p) for p in found.quantities["period"] if end_year(p)} <= {2020, 2021}
    assert (found.movements.select("data revision", "settings", "cannot tell").sum().row(0)
            == (0, 0, 0))  # fmt: skip
    conserved(found, old, new)


@pytest.mark.parametrize("moved", [{"confidence": 0.8}, {"window": 4}, {"seed": 7}])
def test_a_moved_threshold_is_neither(
    made: Callable[..., Path], old: Path, moved: dict[str, float]
) -> None:
    new = made(**moved)
    found = compare_runs(old, new)
    assert {c for c, n in found.counts.items() if n} == {"unchanged", "settings"}
    (name,) = moved
    assert found.settings.select("kind", "name").row(0) == ("threshold", name)
    assert found.inputs.is_empty()
    conserved(found, old, new)


# --- all at once ------------------------------------------------------------------------------


def test_each_of_three_changes_lands_in_its_class(
    made: Callable[..., Path], old: Path, everything: Comparison
) -> None:
    found = everything
    alone = {
        "data revision": set(compare_runs(old, made(2020, True)).quantities["id"]),
        "real change": set(compare_runs(old, made(2021)).quantities["id"]),
        "settings": set(compare_runs(old, made(confidence=0.8)).quantities["id"]),
    }
    ids = {cause: set(of(found, cause)["id"]) for cause in alone}
    print({cause: len(some) for cause, some in ids.items()}, dict(found.counts))
    assert found.counts["cannot tell"] == 0
    # a number that is both revised and given another interval is a revision
    still = alone["data revision"] - alone["real change"]
    assert still <= ids["data revision"]
    assert alone["real change"] <= ids["real change"]
    rest = alone["settings"] - alone["data revision"] - alone["real change"]
    assert rest <= ids["settings"] | ids["real change"]
    assert all(ids.values())
    conserved(found, old, made(2021, True, confidence=0.8))


def test_a_movement_is_revision_plus_real_change(
    made: Callable[..., Path], everything: Comparison
) -> None:
    row = everything.movements.filter(
        pl.col("measure") == "value_added_ratio", pl.col("subject") == REGION
    ).row(0, named=True)
    numbers = {}
    for name, out in (("then", made()), ("again", made(2020, True)), ("now", made(2021, True))):
        with duckdb.connect(str(out / "evidence.duckdb"), read_only=True) as ledger:
            year = 2021 if name == "now" else 2020
            numbers[name] = ledger.execute(
                "SELECT value FROM quantities WHERE id = ?", [f"value_added_ratio/{REGION}/{year}"]
            ).fetchall()[0][0]
    assert row["old"] == pytest.approx(numbers["then"])
    assert row["data revision"] == pytest.approx(numbers["again"] - numbers["then"])
    assert row["real change"] == pytest.approx(numbers["now"] - numbers["again"])
    assert row["old period"] == "2020" and row["new period"] == "2021"


def test_backwards_what_came_has_gone(made: Callable[..., Path], old: Path) -> None:
    new = made(2021)
    there, back = compare_runs(old, new), compare_runs(new, old)
    assert there.counts["unchanged"] == back.counts["unchanged"]
    assert set(there.quantities["id"]) == set(back.quantities["id"])
    assert back.counts["data revision"] > 0  # data that are no longer there
    conserved(back, new, old)


# --- refusals ---------------------------------------------------------------------------------


def edited(source: Path, target: Path, *sql: str, **entries: object) -> Path:
    """A copy of a run with other entries in its record and other rows in its ledger."""
    shutil.copytree(source, target)
    record = json.loads((target / "run.json").read_text("utf-8"))
    (target / "run.json").write_text(json.dumps({**record, **entries}), "utf-8")
    with duckdb.connect(str(target / "evidence.duckdb")) as ledger:
        for line in sql:
            ledger.execute(line).fetchall()
    return target


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"region": "南江"}, "only runs of one region"),
        ({"scope": "nace-rev2"}, "differ in scope"),
        ({"block": ["33", "34"]}, "differ in sub-industries of the block"),
        ({"without": ["36"]}, "differ in sub-industries left out: none in"),
    ],
)
def test_runs_about_something_else_are_refused(
    old: Path, tmp_path: Path, entries: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        compare_runs(old, edited(old, tmp_path / "other", **entries))


def test_a_folder_that_is_no_run_is_a_message(old: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no finished run"):
        compare_runs(old, tmp_path)


# --- what reopens the choice ------------------------------------------------------------------


def test_flips_of_the_stage_and_of_a_clause_are_triggers(old: Path, tmp_path: Path) -> None:
    new = edited(
        old, tmp_path / "new",
        "UPDATE verdicts SET verdict = 'met' WHERE clause = 'stage.value.leads'",
        "UPDATE verdicts SET verdict = 'not met' WHERE clause = 'drivers.input_driven'",
    )  # fmt: skip
    found = compare_runs(old, new)
    kinds = {(t.kind, t.what): (t.old, t.new) for t in found.triggers}
    assert kinds["stage reading", REGION][1] == "value upgrading"
    assert kinds["clause", "drivers.input_driven"][1] == "not met"
    assert found.stage[1] == "value upgrading"
    # nothing behind it differs, and no setting: what did it cannot be told
    assert set(found.verdicts["class"]) == {"cannot tell"}


def test_the_first_broken_link_of_a_path_is_a_trigger(old: Path, tmp_path: Path) -> None:
    drop = [f"DROP TABLE IF EXISTS {t}" for t in ("path_links", "path_clauses", "path_order")]
    links = "CREATE TABLE path_links AS SELECT * FROM (VALUES {}) t(path, id, verdict)"
    clauses = "CREATE TABLE path_clauses AS SELECT * FROM (VALUES {}) t(path, id, verdict)"
    a = edited(old, tmp_path / "a", *drop,
               links.format("('p', 'x1', 'met'), ('p', 'x2', 'not met'), ('q', 'y1', 'met')"),
               clauses.format("('p', 'A1', 'met'), ('p', 'A2', 'cannot tell')"))  # fmt: skip
    b = edited(old, tmp_path / "b", *drop,
               links.format("('p', 'x1', 'not met'), ('p', 'x2', 'not met'), ('q', 'y1', 'met')"),
               clauses.format("('p', 'A1', 'met'), ('p', 'A2', 'met')"))  # fmt: skip
    order = "CREATE TABLE path_order AS SELECT * FROM (VALUES {}) t(place, path, disposition)"
    for run, rows in ((a, "(1, 'p', 'now'), (2, 'q', 'later')"),
                      (b, "(2, 'p', 'later'), (1, 'q', 'later')")):  # fmt: skip
        with duckdb.connect(str(run / "evidence.duckdb")) as ledger:
            ledger.execute(order.format(rows)).fetchall()
    found = compare_runs(a, b)
    kinds = {(t.kind, t.what): (t.old, t.new) for t in found.triggers}
    assert kinds["first broken link", "p"] == ("x2", "x1")
    assert ("first broken link", "q") not in kinds
    assert kinds["clause", "A2"] == ("cannot tell", "met")
    assert found.paths.select("kind", "path", "id").rows() == [
        ("link", "p", "x1"), ("clause", "p", "A2"), ("order", "p", "place"),
        ("order", "q", "place"), ("order", "p", "disposition"),
    ]  # fmt: skip


def test_a_core_enterprise_and_a_key_technology_are_triggers(
    beijiang: Run, tmp_path: Path
) -> None:
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        core, name = ledger.execute(
            "SELECT org_id, name FROM network_structure WHERE core_enterprise ORDER BY 1"
        ).fetchall()[0]
        key = ledger.execute("SELECT technology FROM technologies WHERE named").fetchall()[0][0]
        node = ledger.execute("SELECT node_id FROM chain_links WHERE class = 'strong'").fetchall()
    new = edited(
        beijiang.out, tmp_path / "new",
        f"DELETE FROM network_structure WHERE org_id = '{core}'",
        f"UPDATE technologies SET named = false WHERE technology = '{key}'",
        f"UPDATE chain_links SET class = 'strengthen' WHERE node_id = '{node[0][0]}'",
    )  # fmt: skip
    found = compare_runs(beijiang.out, new)
    assert {(t.kind, t.what, t.new) for t in found.triggers} == {
        ("core enterprise", f"{name} ({core})", "left the network"),
        ("key technology", key, "not key"),
    }
    assert found.gaps.select("node_id", "old", "new").rows() == [(node[0][0], "strong",
                                                                 "strengthen")]  # fmt: skip
    assert found.synthetic
    back = compare_runs(new, beijiang.out)
    assert ("key technology", key, "key") in {(t.kind, t.what, t.new) for t in back.triggers}
    # it entered: no core enterprise was lost
    assert [t.kind for t in back.triggers] == ["key technology"]


# --- files and parts --------------------------------------------------------------------------


def test_workbook_json_and_terminal_say_the_same(everything: Comparison, tmp_path: Path) -> None:
    write_comparison(tmp_path / "compare", everything)
    write_comparison(tmp_path / "compare", everything)  # an earlier comparison is replaced
    read = json.loads((tmp_path / "compare" / "compare.json").read_text("utf-8"))
    assert read == json.loads(json.dumps(record(everything), ensure_ascii=False))
    assert read["counts"] == dict(everything.counts)
    book = openpyxl.load_workbook(tmp_path / "compare" / "compare.xlsx", read_only=True)
    assert len(list(book["numbers"].iter_rows())) == everything.quantities.height + 1
    assert len(list(book["movements"].iter_rows())) == everything.movements.height + 1
    book.close()
    with Path(os.devnull).open("w") as sink:
        console = Console(file=sink, record=True, width=200)
        compared(everything, console)
    said = console.export_text()
    assert "confidence: 0.9 → 0.8" in said and "data revision" in said and "REOPEN" in said


def test_a_folder_with_other_files_is_left_alone(everything: Comparison, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(FileExistsError, match="holds other files"):
        write_comparison(tmp_path, everything)


def test_rows_are_compared_as_often_as_they_come() -> None:
    a = pl.DataFrame({"x": ["1", None], "times": [2, 1]})
    b = pl.DataFrame({"x": ["1", None], "times": [1, 1]})
    lost, gained = differing(a, b)
    assert (lost.height, gained.height) == (1, 1)
    assert [f.height for f in differing(a, a)] == [0, 0]


@hypothesis_settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["met", "not met"])),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["met", "not met"])),
)
def test_changes_are_those_of_two_dictionaries(a: dict[str, str], b: dict[str, str]) -> None:
    def frame(d: dict[str, str]) -> pl.DataFrame:
        return pl.DataFrame({"id": list(d), "v": list(d.values())},
                            schema={"id": pl.String, "v": pl.String})  # fmt: skip

    found = {i: (x, y) for i, x, y in changes_of(frame(a), frame(b), ["id"], "v").iter_rows()}
    assert found == {i: (a.get(i), b.get(i)) for i in {*a, *b} if a.get(i) != b.get(i)}


def test_rows_of_newer_years_alone_are_a_real_change(
    old: Path, made: Callable[..., Path]
) -> None:
    """The same id, with rows that only came in: new years are real, others would be a revision."""
    a, b = open_vintage(old), open_vintage(made(2021))
    row = {"measure": "network_density", "subject": REGION, "period": "", "value": 1.0,
           "low": None, "high": None, "status": "known"}  # fmt: skip
    some = "SELECT * FROM panel WHERE region = '北江' AND industry = '36'"
    over = {**row, "sql": "SELECT subject, value FROM quantities WHERE id = 'x'"}
    for sql, cause in ((some, Cause.REAL), (some.replace("*", "region, value_added"),
                                            Cause.REVISION)):  # fmt: skip
        before = {"x": {**row, "sql": sql}, "y": over}
        after = {id: {**r, "value": 2.0} for id, r in before.items()}
        classes = Classifier(a, b, before, after, True)
        assert classes.why("x").cause is cause
        assert classes._inherited({"x"}).cause is cause
    # what stands on numbers that are the same was moved by a setting, if one moved
    for moved, cause in ((True, Cause.SETTINGS), (False, Cause.REVISION)):
        still = Classifier(a, b, {"x": over}, {"x": over}, moved)
        assert still._inherited({"x"}).cause is cause
    for vintage in (a, b):
        vintage.ledger.close()


def test_what_cannot_be_told_apart_is_said(old: Path, made: Callable[..., Path]) -> None:
    """Same rows behind a number that no table alone makes, other data beside, a setting moved."""
    a, b = open_vintage(old), open_vintage(made(2020, True))
    sql = f"SELECT * FROM panel WHERE region = '{REGION}' AND year = 2012"
    row = {"measure": "network_density", "subject": REGION, "period": "2012", "value": 1.0,
           "low": None, "high": None, "status": "known", "sql": sql}  # fmt: skip
    other = {**row, "value": 2.0}
    for moved, cause in ((True, Cause.UNTOLD), (False, Cause.REVISION)):
        classes = Classifier(a, b, {"x": row}, {"x": other}, moved)
        assert classes.why("x").cause is cause
    assert "old settings" in Classifier(a, b, {"x": row}, {"x": other}, True).why("x").reason
    for vintage in (a, b):
        vintage.ledger.close()
