"""Government: planted alignment and claims, every number by loops, and what is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

import repolicy
from recompute import Recompute, differs, evidence_of, read_raw
from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.data.synthetic import Truths, generate
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.quantity import Status
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.network.turnover import tie_ledger
from regionlift.measures.policy.alignment import align, correlation, ratio, spearman
from regionlift.measures.policy.claims import counted, expired, standing
from regionlift.measures.policy.money import NoMoneyError, mix, money_of
from regionlift.run import Run
from regionlift.study.chain import chain_study
from regionlift.study.policy import ENVIRONMENT, PolicyStudy, policy_study
from regionlift.study.policy_numbers import tie_numbers
from regionlift.study.technology import technology_study
from sheets import sheet_rows

REGION = "Beijiang"
QUOTIENTS = ("location_quotient_employment", "location_quotient_value_added")
CHOSEN = settings({"resamples": 200})
IDS = (
    "policy_alignment", "policy_unfunded_gaps", "policy_funded_nongaps", "policy_advantage_share",
    "policy_new_ties_funded", "policy_tie_survival_funded", "policy_tie_survival_unfunded",
    "policy_instruments", "policy_environment", "policy_commitment_years", "policy_public_rd",
)  # fmt: skip


@cache
def province(seed: int) -> tuple[dict[str, pl.DataFrame], Truths]:
    """The tables, without patents: no test of this file but those of a run asks for them."""
    made = generate(seed)
    left = ("patents", "applicants", "codes", "citations", "concordance", "needs", "platforms")
    return {k: v for k, v in made.tables.items() if k not in left}, made.truths


def dataset_of(tables: dict[str, pl.DataFrame], region: str = REGION) -> Dataset:
    return from_frames(tables, scope="gbt4754-2017", currency="CNY", base_year=2015, region=region)


def studied(dataset: Dataset, region: str = REGION, year: int | None = None) -> PolicyStudy:
    frames = {}
    for id in QUOTIENTS:
        measure = registry()[id]
        assert isinstance(measure, Measure)
        frames[id] = measure(dataset, CHOSEN)
    chain = chain_study(dataset, frames, region, CHOSEN, None, year)
    tech = technology_study(dataset, region, CHOSEN, year)
    return policy_study(dataset, frames, region, CHOSEN, None, chain, tech, year)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_planted_alignment_is_found_exactly(seed: int) -> None:
    tables, truths = province(seed)
    done, planted = studied(dataset_of(tables)), truths.policy
    rank = done.find("policy_alignment")
    assert rank.value is not None and round(rank.value, 4) == planted.alignment
    assert rank.n == 37 and rank.low is not None and rank.high is not None
    assert 0 < rank.low < rank.value < rank.high < 1
    assert done.gaps is not None
    assert sorted(done.gaps.unfunded) == planted.unfunded_gaps
    assert sorted(done.gaps.idle) == planted.funded_non_gaps
    assert done.find("policy_unfunded_gaps").value == len(planted.unfunded_gaps)
    assert done.find("policy_funded_nongaps").value == len(planted.funded_non_gaps)
    assert list(done.expired) == planted.expired_claims
    truth = {v.clause: v.truth for v in done.verdicts}
    assert truth["policy.alignment"] is Truth.MET
    assert truth["policy.gaps"] is Truth.NOT_MET


def test_money_the_other_way_round_is_told_as_such() -> None:
    tables = dict(province(0)[0])
    planted = studied(dataset_of(tables)).gaps
    assert planted is not None
    most = max(planted.need.values())
    rows = [("X" + n, 2022, "grant", most - need + 1.0, n) for n, need in planted.need.items()]
    tables["spend"] = pl.DataFrame(
        rows, schema=["spend_id", "year", "instrument", "amount", "node"], orient="row"
    )
    done = studied(dataset_of(tables))
    assert done.find("policy_alignment").value == pytest.approx(-1)
    truth = {v.clause: v.truth for v in done.verdicts}
    assert truth["policy.alignment"] is Truth.NOT_MET
    assert truth["policy.gaps"] is Truth.MET
    # no line serves a technology, tells a barrier or a beneficiary: nothing breaks
    assert done.mix["barrier"].to_list() == [""] * done.mix.height


# --------------------------------------------------------------------------------- the arithmetic


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=10, max_size=30))
def test_equal_weights_give_spearmans_own(pairs: list[tuple[int, int]]) -> None:
    x, y = (np.array(v, dtype=float) for v in zip(*pairs, strict=True))
    found = correlation(x.tolist(), y.tolist(), 10, CHOSEN)
    if len(set(x)) < 2 or len(set(y)) < 2:
        assert found.value is None and found.reason
        return
    assert found.value == pytest.approx(spearmanr(x, y).statistic)
    assert found.low is not None and found.high is not None
    assert -1.0000001 <= found.low <= found.high <= 1.0000001


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 3)), min_size=4,
                max_size=12).filter(lambda p: len({a for a, _, _ in p}) > 1
                                    and len({b for _, b, _ in p}) > 1))  # fmt: skip
def test_a_weight_of_three_is_a_unit_three_times(units: list[tuple[int, int, int]]) -> None:
    x, y, w = (np.array(v, dtype=float) for v in zip(*units, strict=True))
    many = [np.repeat(v, w.astype(int)) for v in (x, y)]
    assert spearman(x, y, w[None])[0] == pytest.approx(spearmanr(*many).statistic)


def test_too_few_units_and_units_alike_cannot_tell() -> None:
    assert correlation([1.0] * 9, [2.0] * 9, 10, CHOSEN).reason.startswith("9 units")
    assert "same need" in correlation([1.0] * 12, list(range(12)), 10, CHOSEN).reason


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3),
                       st.one_of(st.none(), st.integers(0, 3)), max_size=12),
       st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 3)))  # fmt: skip
def test_every_unit_is_on_the_list_it_belongs_to(
    need: dict[str, int | None], money: dict[str, int]
) -> None:
    done = align(need, money, 10, CHOSEN)
    for unit, want in need.items():
        got = money.get(unit, 0)
        assert (unit in done.open) == (want is None)
        assert (unit in done.unfunded) == (want is not None and want > 0 and got == 0)
        assert (unit in done.idle) == (want == 0 and got > 0)
    assert set(done.money) == set(need)
    wants = [done.need[u] for u in done.unfunded]
    assert wants == sorted(wants, reverse=True)


def test_a_ratio_of_very_many_units_is_drawn_in_groups() -> None:
    rng = np.random.default_rng(0)
    bottom = rng.uniform(1, 2, 20_000)
    top = bottom * (rng.random(20_000) < 0.3)
    found = ratio(top, bottom, settings({"resamples": 400}))
    assert found.value == pytest.approx(top.sum() / bottom.sum())
    assert found.low is not None and found.high is not None
    # the standard error of a share of 0.3 over 20,000 units of unequal size
    error = float(np.sqrt(((top - found.value * bottom) ** 2).sum()) / bottom.sum())
    assert (found.high - found.low) / (2 * 1.645) == pytest.approx(error, rel=0.15)
    assert ratio(np.zeros(3), np.zeros(3), CHOSEN).value is None


# ------------------------------------------------------------------------------------------ money


def test_the_mix_adds_up_and_stages_follow_from_what_is_served() -> None:
    tables, _ = province(0)
    dataset = dataset_of(tables)
    money = money_of(dataset, REGION, 2023, 5)
    matrix = mix(money)
    assert matrix["money"].sum() == pytest.approx(tables["spend"]["amount"].sum())
    assert matrix["lines"].sum() == 96
    industry = dict(tables["chain_nodes"].select("node_id", "industry").iter_rows())
    for row in money.lines.iter_rows(named=True):
        expected = (
            ("structure" if industry[row["node"]] in dataset.high_tech else "value")
            if row["node"] else "factor"
        )  # fmt: skip
        assert row["stage"] == expected
    assert set(matrix["stage"]) == {"factor", "value", "structure"}


@pytest.mark.parametrize(("years", "said"), [((2020, 2021, 2023), 1), ((2019, 2020, 2021), 3),
                                             ((2015, 2021, 2022, 2023), 3)])  # fmt: skip
def test_years_in_a_row_end_where_one_is_without_money(years: tuple[int, ...], said: int) -> None:
    tables = dict(province(0)[0])
    tables["spend"] = pl.DataFrame({
        "spend_id": [f"S{y}" for y in years], "year": years, "instrument": ["grant"] * len(years),
        "amount": [1.0] * len(years),
    })  # fmt: skip
    done = studied(dataset_of(tables))
    found = done.find("policy_commitment_years")
    assert (found.value, found.period) == (said, str(years[-1]))
    assert len(dataset_of(tables).connection.sql(found.sql).fetchall()) == found.rows


def test_an_amount_not_told_is_no_zero() -> None:
    tables = dict(province(0)[0])
    first = pl.col("spend_id") == "S0001"
    tables["spend"] = tables["spend"].with_columns(
        pl.when(first).then(None).otherwise(pl.col("amount")).alias("amount")
    )
    money = money_of(dataset_of(tables), REGION, 2023, 5)
    assert (money.lines.height, money.untold) == (95, 1)


def test_another_region_has_only_the_lines_of_its_own() -> None:
    tables, _ = province(0)
    dataset = dataset_of(tables)
    seats = dict(tables["orgs"].select("org_id", "region").iter_rows())
    other = next(s for b in tables["spend"]["beneficiary"] if (s := seats[b]) not in (REGION, None))
    money = money_of(dataset, other, 2023, 5)
    mine = tables["spend"].filter(pl.col("beneficiary").replace_strict(seats) == other)
    assert money.lines["spend_id"].to_list() == mine["spend_id"].to_list()
    assert len(dataset.connection.sql(money.sql()).fetchall()) == mine.height
    done = studied(dataset, other)
    assert done.find("policy_unfunded_gaps").status is Status.NOT_COLLECTED
    assert done.find("policy_environment").value is None
    tables = {**tables, "spend": tables["spend"].drop("beneficiary")}
    with pytest.raises(NoMoneyError, match=f"is that of {REGION}"):
        money_of(dataset_of(tables), other, 2023, 5)


# ----------------------------------------------------------------------------- what is not known


@pytest.mark.parametrize(
    ("table", "columns", "unknown"),
    [
        ("spend", (), ["policy_alignment", "policy_unfunded_gaps", "policy_funded_nongaps",
                       "policy_advantage_share", "policy_instruments",
                       "policy_commitment_years"]),
        ("chain_nodes", (), ["policy_alignment", "policy_unfunded_gaps",
                             "policy_funded_nongaps"]),
        ("orgs", ("chain_node",), ["policy_alignment", "policy_unfunded_gaps",
                                   "policy_funded_nongaps"]),
        ("panel", (), ["policy_advantage_share"]),
        ("projects", ("public_money",), ["policy_public_rd"]),
        ("projects", ("budget",), ["policy_public_rd"]),
        ("claims", (), ["policy_environment"]),
    ],
)  # fmt: skip
def test_without_its_table_a_number_is_unknown_and_says_why(
    table: str, columns: tuple[str, ...], unknown: list[str]
) -> None:
    tables = dict(province(0)[0])
    dropped = tables.pop(table)
    if columns:
        tables[table] = dropped.drop(columns)
    if table == "chain_nodes":
        del tables["chain_edges"], tables["links"]
        tables["spend"] = tables["spend"].drop("node")
        tables["orgs"] = tables["orgs"].drop("chain_node")
    done = studied(dataset_of(tables))
    # the network is left out of these studies: its three are never known here
    ties = [i for i in IDS if "tie" in i]
    for id in IDS:
        q = done.find(id)
        assert (q.value is None) == (id in [*unknown, *ties]), id
        assert q.value is not None or (q.reason and q.settles)
    assert len(done.verdicts) == 5
    assert all(v.settles for v in done.verdicts if v.truth is Truth.CANNOT_TELL)


def test_nodes_not_known_may_each_be_one_more() -> None:
    """Without revenue only nodes that nobody makes are known: their output is nothing."""
    tables = dict(province(0)[0])
    tables["orgs"] = tables["orgs"].drop("revenue")
    done = studied(dataset_of(tables))
    gaps = done.gaps
    assert gaps is not None and gaps.open
    assert done.find("policy_alignment").value is None
    bare, idle = done.find("policy_unfunded_gaps"), done.find("policy_funded_nongaps")
    assert (bare.value, bare.low, idle.value) == (2, 2, 0)
    assert bare.high is not None and idle.high is not None
    assert bare.high - 2 + idle.high == len(gaps.open) == 37 - len(gaps.need)
    # what they are where revenue is known lies inside
    assert bare.high >= 3 and idle.high >= 4


# ------------------------------------------------------------------------------------------ claims


def claims_of(*rows: tuple[str, str, str, str, str | None]) -> pl.DataFrame:
    """Rows of item, verdict, author, date, expiry."""
    return pl.DataFrame(
        [(f"C{n}", *row) for n, row in enumerate(rows, start=1)],
        schema=["claim_id", "item", "verdict", "author", "date", "expiry"], orient="row",
    ).with_columns(pl.col("date", "expiry").cast(pl.String).str.to_date())  # fmt: skip


def test_a_claim_counts_until_the_day_it_expires() -> None:
    rows = claims_of(
        ("environment.skills", "met", "A", "2020-05-01", "2022-12-31"),
        ("environment.finance", "met", "A", "2020-05-01", "2022-12-30"),
        ("environment.roads", "met", "A", "2023-01-01", None),
    )
    assert counted(rows, 2022)["claim_id"].to_list() == ["C1"]
    assert expired(rows, 2022) == ["C2"]
    assert expired(rows, 2019) == []
    found = {s.item: s for s in standing(rows, "environment.", 2022, ENVIRONMENT)}
    assert found["environment.skills"].truth is Truth.MET
    assert found["environment.finance"].reason == "its claim expired (C2)"
    assert found["environment.roads"].reason == "its claim was signed later"
    assert found["environment.procedures"].reason == "nobody signed"
    assert expired(rows.drop("expiry"), 2022) == []


def test_the_last_word_of_an_author_counts_and_two_who_disagree_settle_nothing() -> None:
    rows = claims_of(
        ("environment.skills", "met", "A", "2020-05-01", None),
        ("environment.skills", "not met", "A", "2021-05-01", None),
        ("environment.finance", "met", "A", "2020-05-01", None),
        ("environment.finance", "not met", "B", "2020-05-02", None),
    )
    found = {s.item: s for s in standing(rows, "environment.", 2022)}
    assert found["environment.skills"].truth is Truth.NOT_MET
    assert found["environment.skills"].claims == ("C2",)
    assert found["environment.finance"].truth is Truth.CANNOT_TELL
    assert found["environment.finance"].reason == "A, B disagree"


def test_an_expired_claim_never_reaches_a_number() -> None:
    tables, truths = province(0)
    done = studied(dataset_of(tables))
    used = {c for s in done.environment for c in s.claims}
    assert "C07" in truths.policy.expired_claims and not used & set(truths.policy.expired_claims)
    # a year later the others have not expired; three years later all have
    late = studied(dataset_of(tables), year=2026)
    assert late.find("policy_environment").value is None
    assert {s.truth for s in late.environment} == {Truth.CANNOT_TELL}
    assert max(tables["claims"]["expiry"].to_list()) <= date(2025, 12, 31).isoformat()


def test_culture_is_shown_as_signed_and_is_in_no_number() -> None:
    tables, _ = province(0)
    done = studied(dataset_of(tables))
    said = {s.item: s.truth for s in done.culture}
    signed = tables["claims"].filter(pl.col("item").str.starts_with("culture."))
    assert set(said) == set(signed["item"]) and said
    turned = {"met": "not met", "not met": "met", "cannot tell": "met"}
    other = tables["claims"].with_columns(
        pl.when(pl.col("item").str.starts_with("culture."))
        .then(pl.col("verdict").replace(turned)).otherwise(pl.col("verdict")).alias("verdict")
    )  # fmt: skip
    again = studied(dataset_of({**tables, "claims": other}))
    assert {s.item: s.truth for s in again.culture} != said
    assert [(q.id, q.value) for q in again.quantities] == [(q.id, q.value) for q in done.quantities]
    assert again.verdicts == done.verdicts


# ----------------------------------------------------------------------------------------- a run


@pytest.fixture(scope="module", name="raw")
def raw_(beijiang: Run) -> Recompute:
    run = json.loads((beijiang.out / "run.json").read_text("utf-8"))
    return Recompute(read_raw(beijiang.out.parent / "data"), run)


def test_every_number_of_a_run_again_by_loops(beijiang: Run, raw: Recompute) -> None:
    done = beijiang.study.policy
    wrong = []
    for q in done.quantities:
        if q.value is None or repolicy.unrepeatable(q.measure):
            continue
        record = {"text": repr(q.value),
                  "interval": None if q.low is None else f"{q.low!r} to {q.high!r}"}  # fmt: skip
        if said := differs(record, raw.answer(q.measure, q.subject, q.period)):
            wrong.append(f"{q.id}: {said}")
    assert wrong == []
    assert {q.measure for q in done.quantities if q.value is not None} >= set(IDS)


def test_ties_that_outlast_their_project_again_by_loops(beijiang: Run, raw: Recompute) -> None:
    done = beijiang.study.policy
    assert raw.raw.policy is not None
    for which in ("funded", "unfunded"):
        q = done.find(f"policy_tie_survival_{which}")
        assert q.value == pytest.approx(raw.raw.policy.outlasting(which == "funded"), abs=1e-12)


def test_an_event_that_does_not_tell_is_not_taken_for_unfunded(beijiang: Run) -> None:
    study = beijiang.study
    tables = dict(study.dataset.tables)
    odd = pl.col("project_id").str.ends_with("7")
    tables["projects"] = tables["projects"].with_columns(
        pl.when(odd).then(None).otherwise(pl.col("public_money")).alias("public_money")
    )
    less = replace(study.dataset, tables=tables)
    assert study.network is not None
    # events are those of the run: those that no longer tell count as not public, as they would
    events = study.network.affiliations
    silent = np.array([e.startswith("P") and e.endswith("7") for e in events.events])
    events = replace(events, public=events.public & ~silent)
    home = events.among(events.inside)
    moved = replace(study.network.dynamics,
                    ties=tie_ledger(home, (study.network.begins, study.network.last)))  # fmt: skip
    net = replace(study.network, affiliations=events, dynamics=moved)
    born, paid, other = tie_numbers(less, study.settings, REGION, net, 5)
    assert "do not tell" in paid.reason and "do not tell" in other.reason
    whole = study.policy.find("policy_new_ties_funded").value
    assert born.low is not None and born.high is not None and born.value is not None
    assert whole is not None and born.low < born.value < whole < born.high


def test_the_query_of_every_number_gives_its_rows(beijiang: Run) -> None:
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        for q in beijiang.study.policy.quantities:
            if q.sql:
                count = ledger.sql(f"SELECT count(*) FROM ({q.sql})").fetchall()[0][0]
                assert count == q.rows, q.id
            else:
                assert q.value is None, q.id
        bare = ledger.sql(beijiang.study.policy.find("policy_unfunded_gaps").sql).pl()
        planted = json.loads((beijiang.out.parent / "data" / "truths.json").read_text("utf-8"))
        assert bare["node_id"].to_list() == planted["policy"]["unfunded_gaps"]
        money = ledger.sql("SELECT sum(money), sum(lines) FROM policy_mix").fetchall()[0]
        assert money == (pytest.approx(765.0), 96)


def test_page_17_names_them_and_says_that_many_policies_are_no_merit(beijiang: Run) -> None:
    evidence = evidence_of(Path(beijiang.out) / "report.html")
    assert "policy_alignment/Beijiang/2019-2023" in evidence
    text = (Path(beijiang.out) / "report.html").read_text("utf-8")
    assert "number of policies is no merit" in text
    assert "Gaps without public money" in text
    book = openpyxl.load_workbook(beijiang.out / "lists.xlsx")
    assert {"policies", "money and gaps", "money and technologies", "money by industry",
            "environment"} <= set(book.sheetnames)  # fmt: skip
    lines = sheet_rows(book, "money and gaps")
    bare = {r["name"] for r in lines if r["note"] == "gap without public money"}
    book.close()
    assert bare == {"Laminated cores", "Hydraulic pumps", "Linear guides"}


def test_key_technologies_stand_with_what_they_lack_and_get(beijiang: Run) -> None:
    done = beijiang.study.policy
    planted = json.loads((beijiang.out.parent / "data" / "truths.json").read_text("utf-8"))
    keys = {k["code"] for k in planted["technology"]["key"] if not k["mastered"]}
    assert done.technologies is not None
    assert keys <= set(done.technologies.money)
    assert all(done.technologies.need[k] >= 1 for k in keys)
    assert done.find("policy_alignment", "technologies").value is None
