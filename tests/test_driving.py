"""Driving force of the block: tables with and without it inverted anew, states from raw files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recompute import payload_of
from regionlift.data.dataset import Dataset, open_dataset
from regionlift.data.frames import from_frames
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.measures.inputoutput.driving import (
    NoTableError,
    least_multiplier,
    local_flows,
    whole,
)
from regionlift.measures.inputoutput.supply_use import industry_coefficients
from regionlift.run import Run
from regionlift.study.driving import NATION, OF_WHOLE, driving_numbers
from shared import EXAMPLES, shared_data

BLOCK = ("33", "34", "35", "36", "37", "38", "40")
OTHERS = ("06", "31", "32", "44")
CODES = (*BLOCK, *OTHERS)
few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 10_000)


def flows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Local flows and output: from 10 to 60% of output is bought here."""
    rng = np.random.default_rng(seed)
    n = len(CODES)
    output = rng.uniform(50, 500, n)
    shares = rng.dirichlet(np.ones(n), n).T * rng.uniform(0.1, 0.6, n)
    return shares * output, output


def table(
    local: np.ndarray, output: np.ndarray, region: str | None = "Here", **more: Any
) -> dict[str, pl.DataFrame]:
    """Links and panel of one region; twice as much is bought as is bought in it."""
    pairs = [(i, j) for i in range(len(CODES)) for j in range(len(CODES))]
    links = pl.DataFrame(
        {
            "region": [region] * len(pairs), "from": [CODES[i] for i, _ in pairs],
            "to": [CODES[j] for _, j in pairs], "value": [2 * local[p] for p in pairs],
            "local_value": [local[p] for p in pairs], "level": "industry", "year": 2020, **more,
        }, schema_overrides={"region": pl.String},
    )  # fmt: skip
    panel = pl.DataFrame(
        {"region": region or "Nation", "industry": CODES, "year": 2020, "output": output}
    )
    return {"links": links, "panel": panel}


def dataset(tables: dict[str, pl.DataFrame], **identity: Any) -> Dataset:
    return from_frames(tables, scope="gbt4754-2017", currency="CNY", base_year=2020, **identity)


def found(data: Dataset, region: str = "Here") -> dict[tuple[str, str], Quantity]:
    return {(q.measure, q.subject): q for q in driving_numbers(data, region, 2022)}


def without(local: np.ndarray, output: np.ndarray, group: list[int]) -> float:
    """Output of the others lost, over all output: the table inverted again without the group."""
    final = output - local.sum(axis=1)
    rest = [i for i in range(len(output)) if i not in group]
    technical = (local / output)[np.ix_(rest, rest)]
    left = np.linalg.solve(np.eye(len(rest)) - technical, final[rest])
    return float((output[rest] - left).sum() / output.sum())


@few
@given(seeds)
def test_linkages_and_loss_are_those_of_a_table_inverted_anew(seed: int) -> None:
    local, output = flows(seed)
    own = found(dataset(table(local, output)))
    leontief = np.linalg.inv(np.eye(len(CODES)) - local / output)
    ghosh = np.linalg.inv(np.eye(len(CODES)) - local / output[:, None])
    columns, rows = leontief.sum(axis=0), ghosh.sum(axis=1)
    block = range(len(BLOCK))
    for k, code in enumerate(BLOCK):
        want = {
            "driving_direct": local[:, k].sum() / output[k], "driving_multiplier": columns[k],
            "driving_backward": columns[k] / columns.mean(),
            "driving_forward": rows[k] / rows.mean(), "driving_loss": without(local, output, [k]),
        }  # fmt: skip
        for measure, value in want.items():
            assert own[measure, f"Here|{code}"].value == pytest.approx(value, rel=1e-9)
    made = output[: len(BLOCK)]
    assert own["driving_direct", "Here"].value == pytest.approx(
        local[:, : len(BLOCK)].sum() / made.sum()
    )
    assert own["driving_backward", "Here"].value == pytest.approx(
        np.average(columns[: len(BLOCK)] / columns.mean(), weights=made)
    )
    assert own["driving_loss", "Here"].value == pytest.approx(without(local, output, list(block)))
    assert all(q.low is None and q.sql and q.rows for q in own.values())


@few
@given(seeds)
def test_columns_of_the_block_alone_give_the_least_and_say_so(seed: int) -> None:
    local, output = flows(seed)
    tables = table(local, output)
    full = whole(local_flows(dataset(tables), "Here", 2020))
    assert full is not None
    tables["links"] = tables["links"].filter(pl.col("to").is_in(BLOCK))
    part = local_flows(dataset(tables), "Here", 2020)
    assert set(part.missing) == set(OTHERS) and whole(part) is None
    least = least_multiplier(part)
    assert 1 < least < full[0].block_multiplier
    alone = local.copy()
    alone[:, len(BLOCK) :] = 0
    columns = np.linalg.inv(np.eye(len(CODES)) - alone / output).sum(axis=0)[: len(BLOCK)]
    assert least == pytest.approx(np.average(columns, weights=output[: len(BLOCK)]))
    own = found(dataset(tables))
    assert own["driving_direct", "Here"].value is not None
    for measure in OF_WHOLE:
        q = own[measure, "Here"]
        assert q.value is None and f"at least {least:.2f}" in q.reason and "output" in q.settles


def test_what_is_not_told_bounds_the_rest_and_five_in_a_hundred_is_the_most() -> None:
    local, output = flows(3)
    tables = table(local, output)
    one = (pl.col("from") == "44") & (pl.col("to") == "35")
    blank = pl.when(one).then(None).otherwise("local_value").alias("local_value")
    cut = {**tables, "links": tables["links"].with_columns(blank)}
    k, i = BLOCK.index("35"), CODES.index("44")
    none, every = local.copy(), local.copy()
    none[i, k], every[i, k] = 0, 2 * local[i, k]
    q = found(dataset(cut))["driving_loss", "Here"]
    ends = [without(m, output, list(range(len(BLOCK)))) for m in (none, every)]
    assert q.value == pytest.approx(ends[0]) and (q.low, q.high) == pytest.approx(tuple(ends))
    assert ends[0] < ends[1]
    more = pl.when(pl.col("from") == "44").then(None).otherwise("local_value").alias("local_value")
    with pytest.raises(NoTableError, match="local part of the flows into the block is empty"):
        local_flows(dataset({**tables, "links": tables["links"].with_columns(more)}), "Here", 2020)


def test_without_output_or_a_sound_table_nothing_is_told() -> None:
    local, output = flows(4)
    tables = table(local, output)
    for cut, wanted in (
        ({"panel": tables["panel"].filter(pl.col("industry") != "36")}, "36: no flows into it"),
        ({"panel": tables["panel"].with_columns(pl.col("year") - 1)}, "no output of 2020"),
        ({"links": tables["links"].filter(pl.col("to") != "36")}, "36: no flows into it"),
        ({"links": tables["links"].drop("local_value")}, "no flows into the block"),
    ):
        own = found(dataset({**tables, **cut}))
        assert all(q.value is None and wanted in q.reason and q.settles for q in own.values())
    mute = {**tables, "panel": tables["panel"].filter(pl.col("industry") != "32")}
    assert local_flows(dataset(mute), "Here", 2020).missing == ("32",)
    greedy = found(dataset(table(local * 3, output)))
    assert greedy["driving_direct", "Here"].value is not None
    assert "cannot be computed with" in greedy["driving_loss", "Here"].reason
    assert found(dataset(tables), "Elsewhere")["driving_loss", "Elsewhere"].value is None


def test_a_firms_purchase_is_no_industrys_and_other_years_are_left_out() -> None:
    local, output = flows(5)
    tables = table(local, output)
    links = tables["links"]
    firms = links.with_columns(pl.lit("firm").alias("level"))
    old = links.with_columns(pl.col("year") - 5)
    more = {**tables, "links": pl.concat([links, firms, old])}
    assert {k: q.value for k, q in found(dataset(more)).items()} == {
        k: q.value for k, q in found(dataset(tables)).items()
    }


def test_the_nations_table_stands_where_the_region_has_none() -> None:
    local, output = flows(6)
    tables = table(local, output, None)
    links = tables["links"].rename({"local_value": "domestic_value"})
    data = dataset({**tables, "links": links}, reference_region="Nation")
    own = found(data)
    assert {s for _, s in own} == {f"Here|{NATION}"}
    assert own["driving_loss", f"Here|{NATION}"].value == pytest.approx(
        without(local, output, list(range(len(BLOCK))))
    )


# ------------------------------------------------------------------------------- tables of a run


def test_the_province_has_columns_of_the_block_alone(beijiang: Run) -> None:
    done = beijiang.study.chain
    direct = done.find("driving_direct")
    with duckdb.connect(str(Path(beijiang.out) / "evidence.duckdb"), read_only=True) as ledger:
        rows = ledger.sql(f"SELECT * FROM ({direct.sql})").pl()
    assert rows.height == direct.rows
    made = rows.unique("to")["output_of_buyer"].sum()
    assert direct.value == pytest.approx(rows["local_value"].sum() / made, rel=1e-9)
    assert done.find("driving_backward").value is None
    page = next(p for p in payload_of(Path(beijiang.out) / "report.html")["pages"]
                if p["id"] == "chain")  # fmt: skip
    said = next(b for b in page["blocks"] if b.get("title") == "What the block drives")
    assert "cannot be told" in str(said) and "What would settle it" in str(said)
    assert next(b for b in page["blocks"] if b.get("id") == "driving")["rows"]


@cache
def michigan() -> dict[tuple[str, str], Quantity]:
    return found(open_dataset(EXAMPLES / "us-states"), "Michigan")


def raw(name: str, value: str = "value") -> dict[tuple[str, str], float]:
    frame = pl.read_parquet(shared_data() / "us-states" / f"{name}_2012.parquet")
    rows = frame.filter(pl.col("state") == "Michigan").select("row", "col", value).iter_rows()
    return {(i, j): v for i, j, v in rows}


@pytest.mark.shared
def test_michigan_from_the_raw_files_and_beside_its_make_table() -> None:
    """EPA StateIO 2012; beside it, products divided among their makers (A = D s B)."""
    made, used = raw("make"), raw("domestic_use")
    own = pl.read_parquet(shared_data() / "us-states" / "own_supply_ratios_2012.parquet")
    ratio = dict(own.filter(pl.col("state") == "Michigan").select(
        "BEA_2012_Summary_Code", "SoI2SoI").iter_rows())  # fmt: skip
    codes = ["332", "333", "334", "335", "3361MV", "3364OT"]
    codes += sorted({i for i, _ in made} - set(codes))
    output = np.array([sum(v for (r, _), v in made.items() if r == i) for i in codes]) / 1e6
    local = np.array([[used.get((i, j), 0.0) * (ratio.get(i) or 0.0) for j in codes]
                      for i in codes]) / 1e6  # fmt: skip
    columns = np.linalg.inv(np.eye(len(codes)) - local / output).sum(axis=0)
    got = michigan()
    assert len(codes) == 71 and got["driving_loss", "Michigan"].n == 71
    for k in range(6):
        found_ = got["driving_backward", f"Michigan|{codes[k]}"]
        assert found_.value == pytest.approx(columns[k] / columns.mean(), rel=1e-6)
        assert found_.provenance is Provenance.DERIVED
    assert got["driving_loss", "Michigan"].value == pytest.approx(
        without(local, output, list(range(6))), rel=1e-6
    )
    products = [*codes, "Other", "Used"]
    make = np.array([[made.get((i, c), 0.0) for c in products] for i in codes])
    use = np.array([[used.get((c, j), 0.0) for j in codes] for c in products])
    local_share = np.array([ratio.get(c) or 0.0 for c in products])
    technical = industry_coefficients(make, use, np.nan_to_num(local_share))
    mixed = np.linalg.inv(np.eye(len(codes)) - technical).sum(axis=0)
    gaps = [abs(mixed[k] / mixed.mean() - columns[k] / columns.mean()) for k in range(6)]
    print("power of dispersion, with makers by shares:", np.round(mixed[:6] / mixed.mean(), 3))
    assert max(gaps) < 0.02
