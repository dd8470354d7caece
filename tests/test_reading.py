"""What comes in stands in the tables: states, sums, joins, units, in any format and any order."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from builders import HEADER, Builder, Rows, csv_text, panel_rows, write_table
from regionlift.data.check import check
from regionlift.data.dataset import open_dataset
from regionlift.data.units import currency_of, factor

FORMATS = ("csv", "parquet", "xlsx")
MARKS = 'missing = { suppressed = ["c"], not_applicable = ["x", "…"], not_collected = [":"] }'


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    return Builder(tmp_path)


def by_line(frame: pl.DataFrame, line: int, column: str) -> object:
    return frame.filter(pl.col("_rows") == f"1:{line}")[column].item()


@pytest.mark.parametrize("kind", FORMATS)
def test_four_states_are_four_states(build: Builder, kind: str) -> None:
    rows = panel_rows()
    for n, mark in enumerate(["c", ":", "x", 0, ""]):
        rows[n][5] = mark
    write_table(build.folder / f"panel.{kind}", rows)
    audit = build.entry("panel", f"panel.{kind}", MARKS + '\nblank = "suppressed"').check()
    assert audit.problems == []
    first = 1 if kind == "parquet" else 2
    frame = open_dataset(build.folder).tables["panel"]
    states = [
        (by_line(frame, first + n, "employment__status"), by_line(frame, first + n, "employment"))
        for n in range(6)
    ]
    assert states == [
        ("suppressed", None), ("not_collected", None), ("not_applicable", None), ("known", 0),
        ("suppressed", None), ("known", 50),
    ]  # fmt: skip


def test_states_of_numbers_in_parquet(build: Builder) -> None:
    rows = panel_rows()
    frame = pl.DataFrame(rows, schema=list(HEADER), orient="row").with_columns(
        pl.Series("employment", [-9999.0, None, float("nan"), 0.0] + [5.0] * 284)
    )
    frame.write_parquet(build.folder / "p.parquet")
    extra = 'missing = { suppressed = ["-9999"], not_applicable = [""] }'
    audit = build.entry("panel", "p.parquet", extra).check()
    assert audit.problems == []
    column = audit.tables["panel"].sort(pl.col("_rows").str.slice(2).cast(int))
    assert column["employment__status"].to_list()[:4] == [
        "suppressed", "not_applicable", "not_applicable", "known",
    ]  # fmt: skip
    assert column["employment"].to_list()[:4] == [None, None, None, 0]


def test_infinity_in_parquet_is_no_number(build: Builder) -> None:
    frame = pl.DataFrame(panel_rows(), schema=list(HEADER), orient="row").with_columns(
        pl.Series("output", [float("inf")] + [500.0] * 287)
    )
    frame.write_parquet(build.folder / "p.parquet")
    problem = build.entry("panel", "p.parquet").check().errors[0]
    assert (problem.code, problem.row, problem.column) == ("wrong-type", 1, "output")


def test_types_of_parquet(build: Builder) -> None:
    build.panel()
    frame = pl.DataFrame(
        {"node_id": [1.0, 2.0], "name": ["a", "b"], "tier": [0, 1], "critical": [True, None],
         "technologies": [["F16C", "B23Q"], []]}
    )  # fmt: skip
    frame.with_columns(pl.col("name").cast(pl.Categorical)).write_parquet(
        build.folder / "n.parquet"
    )
    table = build.entry("chain_nodes", "n.parquet").check().tables["chain_nodes"]
    assert table["node_id"].to_list() == ["1", "2"]
    assert table["critical"].to_list() == [True, None]
    assert table["technologies"].to_list() == ["F16C;B23Q", None]


def test_nested_parquet_is_an_error(build: Builder) -> None:
    build.panel()
    pl.DataFrame({"node_id": [{"a": 1}], "name": ["x"]}).write_parquet(build.folder / "n.parquet")
    problem = build.entry("chain_nodes", "n.parquet").check().errors[0]
    assert (problem.code, problem.column) == ("nested", "node_id")


def test_sum_of_duplicates_keeps_what_is_not_known(build: Builder) -> None:
    rows = [*panel_rows(), ["北江", "33", 2015, 1, 2, "c"], ["北江", "33", 2016, 1, 2, 4]]
    for row in rows:
        row.append("p" if row[5] == 4 else "o")
    text = csv_text(rows, [*HEADER, "flag"])
    extra = 'duplicates = "sum"\n' + MARKS
    audit = build.text("panel", "panel.csv", text, extra).check()
    assert [p.code for p in audit.problems] == ["sum-conflict"]
    frame = audit.tables["panel"].filter(pl.col("_rows").str.contains("2 rows"))
    assert frame["employment__status"].to_list() == ["suppressed", "known"]
    assert frame["employment"].to_list() == [None, 54]
    assert frame["output"].to_list() == [102, 106]
    assert frame["flag"].to_list() == ["o", None]


@pytest.mark.parametrize("order", [1, -1])
def test_the_known_and_the_more_telling_state_win(build: Builder, order: int) -> None:
    header = "region,industry,year,firms\n"
    one = header + "北江,33,2015,5\n北江,33,2016,c\n北江,33,2017,:\n"
    two = header + "北江,33,2015,c\n北江,33,2016,:\n北江,33,2017,x\n北江,33,2018,\n"
    build.panel()
    for name, text in [("one.csv", one), ("two.csv", two)][::order]:
        build.text("panel", name, text, MARKS)
    audit = build.check()
    assert audit.problems == []
    frame = audit.tables["panel"].filter(region="北江", industry="33")
    assert frame["firms__status"].to_list() == [
        "known", "suppressed", "not_applicable", "not_collected", "not_collected", "not_collected",
    ]  # fmt: skip
    assert frame["firms"].to_list() == [5, None, None, None, None, None]


def test_a_file_without_an_optional_key_joins_one_with_it(build: Builder) -> None:
    build.panel().text("trade", "a.csv", "product,year,partner,exports\n848210,2019,DE,5\n")
    build.text("trade", "b.csv", "product,year,imports\n848210,2019,7\n")
    audit = build.check()
    assert audit.problems == []
    assert audit.tables["trade"].select("partner", "imports", "exports").rows() == [
        ("DE", None, 5), (None, 7, None),
    ]  # fmt: skip


def test_provider_of_a_column_names_the_row(build: Builder) -> None:
    build.panel().text("panel", "more.csv", "region,industry,year,firms\n\n北江,33,2016,-5\n")
    problem = build.check().errors[0]
    assert (problem.file, problem.row, problem.column) == ("more.csv", 3, "firms")


def test_constants_and_values(build: Builder) -> None:
    rows = [r[1:] for r in panel_rows() if r[0] == "北江"]
    names = {"33": "金属", "34": "通用", "TOTAL": "合计"}
    for row in rows:
        row[0] = names.get(row[0], row[0])
    extra = (
        'constants = { region = "北江" }\nvalues = { industry = { "金属" = "33", "通用" = "34", '
        '"合计" = "TOTAL" } }\nunlisted = { industry = "drop" }'
    )
    audit = build.text("panel", "p.csv", csv_text(rows, HEADER[1:]), extra).check()
    assert [p.code for p in audit.problems] == ["block-incomplete"]
    assert set(audit.tables["panel"]["industry"]) == {"33", "34", "TOTAL"}
    assert audit.dropped == {"panel": 30}


def test_300_000_rows_of_parquet_in_two_seconds(build: Builder) -> None:
    n = 300_000
    frame = pl.DataFrame(
        {"org_id": [f"E{i:06}" for i in range(n)], "name": [f"厂{i}" for i in range(n)],
         "type": ["enterprise"] * n, "region": ["北江"] * n,
         "revenue": [float(i) for i in range(n)],
         "founded": [1990 + i % 30 for i in range(n)]}
    )  # fmt: skip
    frame.write_parquet(build.folder / "orgs.parquet")
    applicants = frame.select(pl.lit("P1").alias("patent_id"), "org_id")
    applicants.with_columns(pl.col("org_id").str.replace("E0", "F0")).write_parquet(
        build.folder / "a.parquet"
    )
    build.panel().entry("orgs", "orgs.parquet").entry("applicants", "a.parquet")
    start = time.perf_counter()
    audit = build.check()
    assert time.perf_counter() - start < 4  # 2 s on a quiet machine
    assert audit.tables["orgs"].height == n
    # 100,000 references are wrong: the first thousand are listed
    assert len(audit.errors) == 1000


@pytest.mark.parametrize(
    ("unit", "contract", "ratio"),
    [
        ("万元", "million currency", 0.01),
        ("亿元", "million currency", 100),
        ("thousand USD", "million currency", 0.001),
        ("CNY", "million currency", 1e-6),
        ("10,000 yuan", "million currency", 0.01),
        ("billion EUR", "million currency", 1000),
        ("亿美元", "million currency", 100),
        ("万人", "persons", 10_000),
        ("thousand persons", "persons", 1000),
        ("千家", "count", 1000),
        ("", "million currency", 1),
    ],
)
def test_units(unit: str, contract: str, ratio: float) -> None:
    up, down = factor(unit, contract)
    assert up / down == pytest.approx(ratio)


def test_currency_of_a_unit() -> None:
    assert [currency_of(u) for u in ("million USD", "亿美元", "万元", "million", "万人")] == [
        "USD", "USD", "", "", "",
    ]  # fmt: skip


# --- properties -----------------------------------------------------------------------------------


def assembled(rows: Rows, header: Any, kind: str = "csv", extra: str = "") -> pl.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        build = Builder(Path(folder))
        write_table(Path(folder) / f"panel.{kind}", rows, header)
        audit = build.entry("panel", f"panel.{kind}", extra).check()
        assert audit.problems == [], [str(p) for p in audit.problems]
        return audit.tables["panel"].drop("_rows")


@given(st.randoms(use_true_random=False), st.permutations(range(6)), st.sampled_from(FORMATS))
@settings(max_examples=8, deadline=None)
def test_order_of_rows_and_columns_does_not_matter(
    dice: random.Random, columns: list[int], kind: str
) -> None:
    rows = panel_rows()
    plain = assembled(rows, HEADER)
    dice.shuffle(rows)
    moved = [[row[i] for i in columns] for row in rows]
    assert_frame_equal(assembled(moved, [HEADER[i] for i in columns], kind), plain)


@given(st.sampled_from([("万元", 0.01), ("亿元", 100), ("CNY", 1e-6), ("thousand CNY", 1e-3)]))
@settings(max_examples=4, deadline=None)
def test_a_declared_unit_scales(case: tuple[str, float]) -> None:
    unit, ratio = case
    plain = assembled(panel_rows(), HEADER)
    declared = f'units = {{ output = "{unit}", value_added = "{unit}" }}'
    scaled = assembled(panel_rows(), HEADER, extra=declared)
    for name in ("output", "value_added"):
        assert (scaled[name] / plain[name]).to_list() == pytest.approx([ratio] * 288)
    assert_frame_equal(scaled.drop("output", "value_added"), plain.drop("output", "value_added"))


PIECES = st.sampled_from(
    [b"region,industry,year,output\n", b"\n", b",", b'"', b"33", b"2015", b"\xff", b"\r", b";",
     "北江".encode(), "北江".encode("gb18030"), b"-1", b"nan", b"\0", b"=1+1", b"1e400", b"_row"]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join)))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_the_audit_raise(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = Builder(Path(folder)).text("panel", "panel.csv", raw)
        for problem in build.check().problems:
            assert problem.found and problem.expected
            str(problem)


@given(st.binary(max_size=80), st.sampled_from(["a.xlsx", "a.parquet"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_bytes_make_a_binary_reader_raise(raw: bytes, file: str, marked: bool) -> None:
    if marked:
        raw = b"PK\x03\x04" + raw if file == "a.xlsx" else b"PAR1" + raw + b"PAR1"
    with tempfile.TemporaryDirectory() as folder:
        build = Builder(Path(folder)).text("panel", file, raw)
        assert build.check().errors


@given(st.integers(0, 1_000_000), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_no_damaged_workbook_or_parquet_makes_the_audit_raise(start: int, length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = Builder(Path(folder))
        for kind in ("parquet", "xlsx"):
            path = Path(folder) / f"panel.{kind}"
            write_table(path, panel_rows()[:30])
            raw = bytearray(path.read_bytes())
            place = start % len(raw)
            raw[place : place + length] = b"\xff" * length
            path.write_bytes(raw)
            build.entries = []
            build.entry("panel", path.name).check()


@given(st.binary(max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_manifest_makes_the_audit_raise(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "regionlift.toml").write_bytes(raw)
        assert check(folder).errors
