"""Every number of a report again, from the raw tables; and what ledger, lists and runs promise."""

from __future__ import annotations

import ast
import json
import math
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

import rechain
import recompute
import recount
import renetwork
import repathway
import repathway_chain
import replatform
import repolicy
import retech
import shared
from recompute import Answer, Recompute, UnknownError, differs, evidence_of
from regionlift.run import Run, prepare, run_region
from regionlift.study import study
from shared import EXAMPLES, PROJECT
from sheets import sheet_rows

#: Numbers drawn from a run; a report that prints fewer is taken whole, the ledger fills up.
DRAWN = 200

#: The invented province needs no real tables and knows nearly every measure.
RUNS = (
    pytest.param("michigan", marks=pytest.mark.shared),
    pytest.param("ith5", marks=pytest.mark.shared),
    pytest.param("beijiang"),
)

Record = dict[str, Any]


class Case:
    """A run beside its recomputation."""

    def __init__(self, done: Run, raw: Path) -> None:
        self.done = done
        self.run: Record = json.loads((done.out / "run.json").read_text("utf-8"))
        self.evidence = evidence_of(done.out / "report.html")
        self.raw = recompute.read_raw(raw)
        self.again = Recompute(self.raw, self.run)
        self.ledger = duckdb.connect(str(done.out / "evidence.duckdb"), read_only=True)

    def rows(self, sql: str) -> list[Record]:
        return [dict(row) for row in self.ledger.sql(sql).pl().to_dicts()]

    def known(self) -> list[Record]:
        return [r for r in self.evidence.values() if r["status"] == "known"]

    def quantities(self, where: str) -> list[Record]:
        """Ledger rows, in an order of their own."""
        return self.rows(f"SELECT * FROM quantities WHERE {where} ORDER BY id")


_CASES: dict[str, Case] = {}


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    name: str = request.param
    if name not in _CASES:
        done: Run = request.getfixturevalue(name)
        folder = {"michigan": "us-states", "ith5": "eu-nuts2"}.get(name)
        raw = done.out.parent / "data"
        if folder:
            raw = request.getfixturevalue("shared_data") / folder
        _CASES[name] = Case(done, raw)
    return _CASES[name]


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    for found in _CASES.values():
        found.ledger.close()
    _CASES.clear()


every = pytest.mark.parametrize("case", RUNS, indirect=True)


def draw(items: list[Any], many: int, seed: int) -> list[Any]:
    return random.Random(seed).sample(items, min(many, len(items)))


def wrong_ones(case: Case, records: list[Record]) -> list[str]:
    """What is not equal, one line a number."""
    found = []
    for record in records:
        key = (record["measure"], record["subject"], record["period"])
        if recompute.unrepeatable(*key[:2]):
            continue
        try:
            said = differs(record, case.again.answer(*key))
        except UnknownError as error:
            said = f"{record['text']}, cannot be recomputed: {error}"
        if said:
            found.append(f"{'/'.join(key)}: {said}")
    return found


@pytest.mark.parametrize(
    ("script", "wanted"),
    [(recompute, {"numpy", "openpyxl", "polars", "rechain", "recount", "renetwork",
                  "repathway", "repathway_chain", "replatform", "repolicy", "retech", "scipy"}),
     (recount, {"openpyxl"}), (renetwork, {"openpyxl", "recount"}),
     (rechain, {"openpyxl", "polars", "recount", "renetwork"}), (retech, {"openpyxl", "recount"}),
     (repathway, {"openpyxl", "recount", "renetwork", "retech"}),
     (repathway_chain, {"openpyxl", "recount"}),
     (repolicy, {"openpyxl", "rechain", "recount", "renetwork"}),
     (replatform, {"openpyxl", "recount", "scipy"})],
    ids=["recompute", "recount", "renetwork", "rechain", "retech", "repathway",
         "repathway_chain", "repolicy", "replatform"],
)
def test_the_recomputation_imports_nothing_of_the_package(script: Any, wanted: set[str]) -> None:
    tree = ast.parse(Path(script.__file__).read_text("utf-8"))
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            named.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Name):
            assert node.id not in {"__import__", "exec", "eval"}
    assert "importlib" not in named
    assert named - set(sys.stdlib_module_names) == wanted


@every
def test_numbers_of_the_report(case: Case) -> None:
    records = draw(case.known(), DRAWN, seed=1)
    assert len(records) >= 25
    assert wrong_ones(case, records) == []


@pytest.mark.parametrize("case", RUNS[-1:], indirect=True)
def test_every_number_of_the_network_that_has_a_plain_formula(case: Case) -> None:
    rows = case.quantities("status = 'known'")
    mine = [r for r in rows if r["measure"].startswith(recompute.NETWORK)
            and r["measure"] not in recount.MEASURES
            and not renetwork.unrepeatable(r["measure"], r["subject"])]  # fmt: skip
    assert len({r["measure"] for r in mine}) >= 16
    for r in mine:
        r["text"] = repr(r["value"])
        r["interval"] = None if r["low"] is None else f"{r['low']!r} to {r['high']!r}"
    assert wrong_ones(case, mine) == []


@pytest.mark.parametrize("case", RUNS[-1:], indirect=True)
def test_every_number_of_the_chain_that_has_a_plain_formula(case: Case) -> None:
    rows = case.quantities("status = 'known'")
    mine = [r for r in rows if r["measure"].startswith(rechain.MEASURES)
            and not rechain.unrepeatable(r["measure"])]  # fmt: skip
    assert len({r["measure"] for r in mine}) >= 20
    for r in mine:
        r["text"], r["interval"] = repr(r["value"]), None
    assert wrong_ones(case, mine) == []


@pytest.mark.parametrize("case", RUNS[-1:], indirect=True)
def test_every_number_of_technologies_that_has_a_plain_formula(case: Case) -> None:
    rows = case.quantities("status = 'known'")
    mine = [r for r in rows if r["measure"].startswith(retech.MEASURES)
            and not retech.unrepeatable(r["measure"])]  # fmt: skip
    assert len({r["measure"] for r in mine}) >= 16
    for r in mine:
        r["text"], r["interval"] = repr(r["value"]), None
    assert wrong_ones(case, mine) == []


@pytest.mark.parametrize("case", RUNS[-1:], indirect=True)
def test_every_number_of_the_platform_that_has_a_plain_formula(case: Case) -> None:
    rows = case.quantities("status = 'known'")
    mine = [r for r in rows if r["measure"].startswith(replatform.MEASURES)
            and not replatform.unrepeatable(r["measure"])]  # fmt: skip
    assert len({r["measure"] for r in mine}) >= 18
    for r in mine:
        r["text"] = repr(r["value"])
        r["interval"] = None if r["low"] is None else f"{r['low']!r} to {r['high']!r}"
    assert wrong_ones(case, mine) == []


@every
def test_numbers_of_the_ledger(case: Case) -> None:
    """The rest of the 200: any region, any year."""
    printed = {r["measure"] + r["subject"] + r["period"] for r in case.known()}
    rows = [r for r in case.quantities("status = 'known'")
            if r["measure"] + r["subject"] + r["period"] not in printed]  # fmt: skip
    records = []
    for row in draw(rows, DRAWN - min(len(printed), DRAWN // 2), seed=2):
        ends = None if row["low"] is None else f"{row['low']!r} to {row['high']!r}"
        records.append({**row, "text": repr(row["value"]), "interval": ends})
    assert len(records) >= DRAWN // 2
    assert wrong_ones(case, records) == []


def test_a_wrong_number_would_be_seen() -> None:
    record = {"text": "1.00000000001", "interval": "0.5 to 2"}
    assert not differs(record, Answer(1.0, (0.5, 2.0)))
    assert differs(record, Answer(1.0 + 1e-8, (0.5, 2.0)))
    assert differs(record, Answer(1.0, (0.5, 2.00000001)))
    assert differs(record, Answer(1.0))


@every
def test_what_the_report_does_not_know_cannot_be_computed(case: Case) -> None:
    for record in case.evidence.values():
        if recompute.unrepeatable(record["measure"], record["subject"]):
            continue
        if record["status"] != "known":
            with pytest.raises(UnknownError):
                case.again.answer(record["measure"], record["subject"], record["period"])
            assert record["reason"] and record["settles"], record


@every
def test_the_named_cell_is_not_in_the_raw_tables(case: Case) -> None:
    """ "employment of 333 in 2017 is suppressed": the raw cell is blank, or there is no row."""
    pattern = re.compile(r"(\w+) of (\w+) in (\d{4}) is ([a-z ]+)")
    rows = [r for r in case.quantities("status IN ('suppressed', 'not_collected')")
            if pattern.fullmatch(r["reason"]) and "|" not in r["subject"]]  # fmt: skip
    for row in draw(rows, 100, seed=3):
        found = pattern.fullmatch(row["reason"])
        assert found is not None
        column, industry, year, word = found.groups()
        if row["subject"] == "United States *":
            continue  # the file's own name of the reference area
        cell = (column, row["subject"], industry, int(year))
        assert cell not in case.raw.cells, row["id"]
        state = case.raw.blanks.get(cell, "not_collected").replace("_", " ")
        assert state == word, (row["id"], row["reason"], state)
    assert rows or case.run["synthetic"]


@every
def test_peers_by_the_printed_rule(case: Case) -> None:
    assert case.again.peers == case.run["peers"]["members"]
    table = case.rows("SELECT * FROM peers")
    assert {r["region"] for r in table} == {case.done.study.region, *case.again.distances}
    for row in table:
        if row["region"] == case.done.study.region:
            continue
        assert row["second"] == (row["region"] in case.again.second)
        for name, mine in case.again.distances[row["region"]].items():
            assert math.isclose(row[name], mine, rel_tol=1e-9), (row["region"], name)


@every
def test_the_year_is_the_last_that_can_be_told(case: Case) -> None:
    placed = [r for r in case.known() if r["measure"] == "peer_percentile"]
    for record in placed:
        region, _, marker = record["subject"].partition("|")
        assert record["period"] == case.again.last_period(marker, region), record["subject"]


@every
def test_every_id_of_the_report_is_in_the_ledger(case: Case) -> None:
    ids = {r["id"] for r in case.rows("SELECT id FROM quantities")}
    assert set(case.evidence) <= ids
    page = recompute.payload_of(case.done.out / "report.html")
    named = {e for e in linked(page["pages"]) if e}
    assert named
    assert named <= ids | {r["id"] for r in case.rows("SELECT id FROM verdicts")}
    assert len(ids) == len(case.rows("SELECT id FROM quantities")), "an id is there twice"


def linked(node: Any) -> Iterator[str]:
    """Every id the page can open."""
    if isinstance(node, list):
        for item in node:
            yield from linked(item)
    elif isinstance(node, dict):
        found = node.get("evidence")
        if isinstance(found, str):
            yield found
        elif isinstance(found, list) and all(isinstance(i, str) for i in found):
            yield from found
        for item in node.values():
            yield from linked(item)


@every
def test_rows_behind_numbers_are_counted_right(case: Case) -> None:
    rows = case.quantities("sql <> ''")
    shown = [r for r in rows if r["id"] in case.evidence]
    for row in draw(rows, 50, seed=4) + draw(shown, 50, seed=5):
        sql = row["sql"]
        (count,) = case.ledger.sql(f"SELECT count(*) FROM ({sql})").fetchall()[0]
        assert count == row["rows"], (row["id"], sql)


RATIOS = {
    "value_added_per_employee": "1000 * sum(value_added_real) / sum(employment)",
    "value_added_per_employee_current": "1000 * sum(value_added) / sum(employment)",
    "compensation_per_employee": "1000 * sum(compensation) / sum(employment)",
    "compensation_share": "sum(compensation) / sum(value_added)",
    "capital_per_employee": "1000 * sum(capital) / sum(employment)",
    "rd_intensity": "sum(rd_spend) / sum(value_added)",
    "value_added_ratio": "sum(value_added) / sum(output)",
    "non_production_share": "sum(non_production_staff) / sum(employment)",
    "service_revenue_share": "sum(service_revenue) / sum(revenue)",
    "new_product_share": "sum(new_product_revenue) / sum(revenue)",
}


@every
def test_ratios_by_plain_sql_over_the_rows_shown(case: Case) -> None:
    names = ", ".join(f"'{name}'" for name in RATIOS)
    rows = case.quantities(f"status = 'known' AND measure IN ({names})")
    for row in draw(rows, 50, seed=6):
        query = f"SELECT {RATIOS[row['measure']]} FROM ({row['sql']})"
        (value,) = case.ledger.sql(query).fetchall()[0]
        assert math.isclose(value, row["value"], rel_tol=1e-12), row["id"]
    assert len(rows) >= 50


@every
def test_no_unknown_without_reason(case: Case) -> None:
    bare = case.rows(
        "SELECT id FROM quantities WHERE status <> 'known' AND (value IS NOT NULL OR low IS NOT "
        "NULL OR high IS NOT NULL OR coalesce(reason, '') = '' OR coalesce(settles, '') = '') "
        "OR status = 'known' AND (value IS NULL OR NOT isfinite(value)) LIMIT 5"
    )
    assert bare == []
    untold = case.rows(
        "SELECT id FROM verdicts WHERE coalesce(reason, '') = '' "
        "OR verdict = 'cannot tell' AND coalesce(settles, '') = ''"
    )
    assert untold == []


@every
def test_lists_hold_the_numbers_of_the_ledger(case: Case) -> None:
    book = openpyxl.load_workbook(case.done.out / "lists.xlsx")
    ledger = {r["id"]: r for r in case.quantities("true")}
    seen: Counter[str] = Counter()
    for name in ("stage markers", "sub-industries"):
        for row in sheet_rows(book, name):
            number = ledger[row["id"]]
            same(number, row, ("value", "low", "high"))
            for column in ("status", "unit", "provenance", "reason", "settles"):
                assert (row[column] or "") == number[column], row["id"]
            if "id of percentile" in row:
                place = ledger[row["id of percentile"]]
                twins = {"value": "percentile", "low": "p low", "high": "p high"}
                same(place, {k: row[v] for k, v in twins.items()}, tuple(twins))
            seen[name] += 1
    verdicts = {r["id"] for r in case.rows("SELECT id FROM verdicts")}
    for row in sheet_rows(book, "cannot tell"):
        assert row["id"] in ledger or row["id"] in verdicts
        assert row["why"] and row["what would settle it"]
    book.close()
    assert seen["stage markers"] >= 20 and seen["sub-industries"] >= 20


def same(number: Record, row: Record, columns: tuple[str, ...]) -> None:
    for column in columns:
        mine, theirs = number[column], row[column]
        if mine is None:
            assert theirs in (None, ""), (number["id"], column)
        else:
            assert math.isclose(mine, theirs, rel_tol=1e-14), (number["id"], column)


def test_absent_tables_skip_or_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shared, "SHARED", tmp_path)
    monkeypatch.delenv("REGIONLIFT_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="real tables are not at"):
        shared.shared_data()
    monkeypatch.setenv("REGIONLIFT_REQUIRE", "browser shared")
    with pytest.raises(pytest.fail.Exception, match="real tables are not at"):
        shared.shared_data()


# ------------------------------------------------------------------------------- the same again


@pytest.mark.shared
def test_the_same_inputs_give_the_same_files(ith5: Run, tmp_path: Path) -> None:
    again = run_region(EXAMPLES / "eu-nuts2", "ITH5", tmp_path / "out")
    for name in ("run.json", "report.html"):
        assert (again.out / name).read_bytes() == (ith5.out / name).read_bytes(), name


def record_of(done: Run) -> Record:
    return dict(json.loads((done.out / "run.json").read_text("utf-8")))


def test_another_seed_changes_results_and_not_inputs(small: Path, tmp_path: Path) -> None:
    first, other = (
        record_of(run_region(small, "北江", tmp_path / str(seed), overrides={"seed": seed}))
        for seed in (1, 2)
    )
    assert first["results_sha256"] != other["results_sha256"]
    assert first["inputs_sha256"] == other["inputs_sha256"]
    assert other["settings"]["seed"] == 2 and other["changed_settings"] == ["seed"]


def test_no_result_hangs_on_the_order_of_a_join(small: Path) -> None:
    """Joins and groups come in another order each time; no digit may follow them."""
    hashes = set()
    for _ in range(8):
        ready = prepare(small, (), None, lambda _: None)
        dataset, chosen, frames = ready.dataset, ready.settings, ready.frames
        hashes.add(study(dataset, frames, "北江", chosen).result_hash)
    assert len(hashes) == 1


def test_hash_seed_and_threads_change_nothing(small: Path, tmp_path: Path) -> None:
    """Other processes, other hash seeds, another number of threads."""
    started = []
    for name, threads in (("0", "1"), ("4711", "3")):
        command = [sys.executable, "-m", "regionlift.cli", "run", str(small), "--region", "北江"]
        environment = {**os.environ, "PYTHONHASHSEED": name, "POLARS_MAX_THREADS": threads}
        started.append(
            subprocess.Popen([*command, "--out", str(tmp_path / name)], env=environment,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )  # fmt: skip
    assert [process.wait(60) for process in started] == [0, 0]
    for name in ("run.json", "report.html", "lists.xlsx"):
        assert (tmp_path / "0" / name).read_bytes() == (tmp_path / "4711" / name).read_bytes(), name


@pytest.mark.shared
def test_it_runs_as_a_script(ith5: Run, shared_data: Path) -> None:
    script = str(PROJECT / "tests" / "recompute.py")
    command = [sys.executable, script, str(ith5.out), str(shared_data / "eu-nuts2")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 wrong" in done.stdout
