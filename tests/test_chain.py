"""The chain map: planted gaps, the rule branch by branch, accounts, and what is not known."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.data.synthetic import generate
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.quantity import Status
from regionlift.evidence.settings import settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.chain.classes import CLASSES, QUESTIONS, decide
from regionlift.measures.chain.dependency import screen
from regionlift.measures.chain.facts import Facts, Supplier, Supply, Trade, trade_of
from regionlift.measures.chain.nodes import Chain, Edge, Node, tiers_of
from regionlift.measures.chain.stress import leaves
from regionlift.measures.chain.suppliers import Purchases, core_supply, overlap
from regionlift.measures.relatedness import density, proximity
from regionlift.output.chain_layout import ordered
from regionlift.run import Run
from regionlift.study.chain import ChainStudy, chain_study
from sheets import sheet_rows

REGION = "Beijiang"
QUOTIENTS = ("location_quotient_employment", "location_quotient_value_added")
MET, NOT, OPEN = Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL


def dataset_of(tables: dict[str, pl.DataFrame]) -> Dataset:
    return from_frames(tables, scope="gbt4754-2017", currency="CNY", base_year=2015, region=REGION)


def studied(
    dataset: Dataset, region: str = REGION, year: int | None = None, **moved: float
) -> ChainStudy:
    chosen = settings(moved)
    frames = {}
    for id in QUOTIENTS:
        measure = registry()[id]
        assert isinstance(measure, Measure)
        frames[id] = measure(dataset, chosen)
    return chain_study(dataset, frames, region, chosen, None, year)


@cache
def province(seed: int) -> tuple[dict[str, pl.DataFrame], dict[str, str], str]:
    made = generate(seed)
    chain = asdict(made.truths.chain)
    classes = {id: kind for kind, ids in chain.items() if isinstance(ids, list) for id in ids}
    return made.tables, classes, chain["single_source"]


def without(seed: int, table: str, *columns: str) -> Dataset:
    """The province without a table, or without some of its columns."""
    tables = dict(province(seed)[0])
    left = tables.pop(table)
    if columns:
        tables[table] = left.drop(columns)
    return dataset_of(tables)


@pytest.mark.parametrize("seed", range(6))
def test_every_planted_gap_is_found_with_its_class(seed: int) -> None:
    tables, planted, single = province(seed)
    done = studied(dataset_of(tables))
    assert {id: call.kind for id, call in done.calls.items()} == planted
    assert [id for id, s in done.screens.items() if s.dependent is MET] == [single]
    assert set(planted.values()) == set(CLASSES)


def test_two_firms_elsewhere_that_make_what_is_missing_are_named() -> None:
    tables, planted, _ = province(0)
    done = studied(dataset_of(tables))
    for id, kind in planted.items():
        named = [c for c in done.candidates if c.node == id and c.region != REGION and c.makes]
        if kind in ("supplement", "extend", "buy_from_neighbour"):
            assert len(named) >= 2, id
        inside = [c for c in done.candidates if c.node == id and c.region == REGION]
        assert bool(inside) == (kind not in ("strong", "buy_from_neighbour")), id
        assert not (kind == "supplement" and any(c.makes for c in inside)), id


def test_candidates_here_and_elsewhere_stand_in_one_order(beijiang: Run) -> None:
    """Of firms with equal patents those to cultivate once stood by id, those elsewhere not."""
    done = beijiang.study.chain
    types = dict(beijiang.study.dataset.tables["orgs"].select("org_id", "type").iter_rows())
    decided = 0
    for node in {c.node for c in done.candidates}:
        for here in (True, False):
            own = [c for c in done.candidates if c.node == node and (c.region == REGION) is here]
            keys = [(not c.makes, not c.makes and types[c.id] not in ("enterprise", "foreign"),
                     -c.patents, -c.partners, c.name) for c in own]  # fmt: skip
            assert keys == sorted(keys), (node, here)
            decided += sum(a[:3] == b[:3] and a[3] < b[3] for a, b in itertools.pairwise(keys))
    assert decided > 20, "partners decide between equals"


# ------------------------------------------------------------------------------------- the rule

RULE = {
    ("made", "covers", "single"): "stabilise",
    ("made", "covers"): "strong",
    ("made",): "strengthen",
    ("extends",): "extend",
    ("pays", "attainable"): "supplement",
    ("pays",): "buy_from_neighbour",
    (): "buy_from_neighbour",
}


@pytest.mark.parametrize(("met", "kind"), RULE.items())
def test_the_rule_branch_by_branch(met: tuple[str, ...], kind: str) -> None:
    assert decide({q: MET if q in met else NOT for q in QUESTIONS})[0] == (kind,)


@given(st.fixed_dictionaries({q: st.sampled_from([MET, NOT, OPEN]) for q in QUESTIONS}))
def test_an_open_answer_leaves_exactly_the_classes_of_both_its_answers(
    truths: dict[str, Truth],
) -> None:
    ways = itertools.product(*([t] if t is not OPEN else [MET, NOT] for t in truths.values()))
    ends = {decide(dict(zip(truths, way, strict=True)))[0][0] for way in ways}
    assert set(decide(truths)[0]) == ends


def test_a_threshold_at_its_end_is_said_to_flip_a_class_and_does() -> None:
    tables, _, _ = province(0)
    dataset = dataset_of(tables)
    flips = [(id, f) for id, c in studied(dataset).calls.items() for f in c.flips]
    assert flips
    for id, (name, end, title) in flips:
        assert studied(dataset, **{name: end}).calls[id].title == title


# ------------------------------------------------------------------------ what is not in the tables


@pytest.mark.parametrize(
    ("table", "columns", "kinds"),
    [
        ("orgs", (), {""}),
        ("orgs", ("chain_node",), {""}),
        ("chain_nodes", ("minimum_scale",), {""}),
        ("panel", (), {"supplement"}),
        ("trade", (), {"supplement"}),
        ("chain_edges", (), {"supplement"}),
    ],
)
def test_a_table_taken_away_leaves_cannot_tell_or_the_same(
    table: str, columns: tuple[str, ...], kinds: set[str]
) -> None:
    _, planted, _ = province(0)
    done = studied(without(0, table, *columns))
    missing = [id for id, kind in planted.items() if kind == "supplement"]
    assert {done.calls[id].kind for id in missing} == kinds
    for id, call in done.calls.items():
        assert call.kind in ("", planted[id]) or table == "chain_edges", (id, call.title)
        if not call.kind:
            assert call.settles
            assert planted[id] in call.possible, (id, call.possible)
    for q in done.quantities:
        assert (q.value is None) == (q.status is not Status.KNOWN)


def test_without_patents_attainability_rests_on_the_industry() -> None:
    done = studied(without(0, "codes"))
    for id, kind in province(0)[1].items():
        if kind == "supplement":
            own = done.facts[id]
            assert own.holders is None
            known = own.quotient is not None and own.quotient >= 1
            assert done.calls[id].kind == ("supplement" if known else "")


def test_a_supplier_without_revenue_opens_the_class_but_never_closes_a_gap() -> None:
    tables, planted, _ = province(0)
    strong, weak = (next(i for i, k in planted.items() if k == w) for w in ("strong", "strengthen"))
    blank = pl.col("chain_node").is_in([strong, weak]) & (pl.col("revenue") < 100)
    orgs = tables["orgs"].with_columns(
        pl.when(blank).then(None).otherwise(pl.col("revenue")).alias("revenue")
    )
    done = studied(dataset_of({**tables, "orgs": orgs}))
    assert done.calls[weak].possible == ("strengthen", "stabilise", "strong")
    assert done.find("chain_output", weak).value is None
    assert "not known" in done.find("chain_unmet", weak).reason
    assert set(done.calls[strong].possible) <= {"stabilise", "strong", "strengthen"}


def changed(**columns: pl.Expr) -> Dataset:
    """The province with columns of its nodes and organisations replaced."""
    tables = dict(province(0)[0])
    for name, made in columns.items():
        table, column = name.split("__")
        tables[table] = tables[table].with_columns(made.alias(column))
    return dataset_of(tables)


def test_firms_that_closed_make_nothing_and_that_is_known() -> None:
    done = studied(changed(orgs__founded=pl.lit(1990), orgs__closed=pl.lit(2000)))
    _, planted, _ = province(0)
    assert {f.supply.output for f in done.facts.values()} == {0.0}
    assert all(done.calls[i].kind == k for i, k in planted.items() if k == "supplement")
    assert done.find("chain_covered").value == 0


def test_suppliers_without_turnover_are_weak_not_a_crash() -> None:
    done = studied(changed(orgs__revenue=pl.lit(0.0)))
    weak = [i for i, k in province(0)[1].items() if k == "strong"]
    assert {done.calls[i].kind for i in weak} == {"strengthen"}
    assert done.find("chain_largest", weak[0]).reason == "the suppliers turn over nothing"


def test_what_nobody_asks_for_is_no_gap() -> None:
    done = studied(changed(chain_nodes__demand=pl.lit(0.0)))
    missing = [i for i, k in province(0)[1].items() if k in ("supplement", "buy_from_neighbour")]
    assert {done.calls[i].kind for i in missing} == {"unasked"}
    assert all(done.calls[i].kind == "extend" for i, k in province(0)[1].items() if k == "extend")
    assert not done.shocks and done.find("chain_covered").value is None


@pytest.mark.parametrize("technologies", [" ; ;", None])
def test_blank_technologies_are_not_known_ones(technologies: str | None) -> None:
    done = studied(changed(chain_nodes__technologies=pl.lit(technologies, pl.String)))
    assert all(f.holders is None for f in done.facts.values())


def test_demand_follows_from_the_flows_where_the_table_has_none() -> None:
    tables, planted, _ = province(0)
    nodes = tables["chain_nodes"].drop("demand", "tier")
    done = studied(dataset_of({**tables, "chain_nodes": nodes}))
    weak = next(i for i, k in planted.items() if k == "strengthen")
    flows = tables["chain_edges"].filter(pl.col("from") == weak)["value"].sum()
    found = done.find("chain_demand", weak)
    assert found.value == pytest.approx(flows)
    assert found.provenance == "derived"
    assert done.calls[weak].kind == "strengthen"
    finals = [i for i in planted if not done.chain.uses(i)]  # type: ignore[union-attr]
    assert {done.chain.node(i).tier for i in finals} == {0}  # type: ignore[union-attr]
    assert all(done.calls[i].kind in ("", "extend") for i in finals)


def test_another_region_gets_the_chain_of_its_own_links_or_none() -> None:
    tables, _, _ = province(0)
    done = studied(dataset_of(tables), "Nanling")
    assert done.chain is not None and done.chain.proposed
    assert set(["33", "34", "35", "36", "37", "38", "40"]) <= set(done.calls)
    assert {c.kind for c in done.calls.values()} <= {"ordinary", "strengthen", "user"}
    own = tables["links"].filter(
        pl.col("region") == "Nanling", pl.col("year") == 2022, pl.col("level") == "industry",
        pl.col("from") == "32",
    )  # fmt: skip
    assert done.find("chain_coverage", "32").value == pytest.approx(
        own["local_value"].sum() / own["value"].sum()
    )
    nothing = studied(dataset_of({k: v for k, v in tables.items() if k != "links"}), "Nanling")
    assert nothing.chain is None and "chain table is that of Beijiang" in nothing.reason
    assert all(v.truth is OPEN and v.settles for v in nothing.verdicts)


def nation() -> Dataset:
    """The province with a national table only: the flows of all regions, of no region."""
    tables, _, _ = province(0)
    links = tables["links"].filter(pl.col("level") == "industry", pl.col("year") == 2022)
    whole = links.group_by("from", "to", "level", "year").agg(
        pl.col("value").sum(), pl.col("imported_value").sum()
    )
    kept = {k: v for k, v in tables.items() if not k.startswith("chain")}
    whole = whole.with_columns(pl.lit(None, pl.String).alias("region"))
    return dataset_of({**kept, "links": whole})


def test_a_national_table_gives_bounds_that_are_derived_and_no_class() -> None:
    done = studied(nation(), "Nanling")
    assert done.chain is not None and done.chain.derived
    assert set(done.calls) == set(["33", "34", "35", "36", "37", "38", "40"])
    assert {c.kind for c in done.calls.values()} == {""}
    for measure in ("chain_output", "chain_coverage", "chain_unmet"):
        found = done.find(measure, "34")
        assert found.provenance == "derived"
        assert found.low is not None and found.high is not None and found.value is not None
        assert found.low <= found.value <= found.high and found.low < found.high
    narrow = studied(nation(), "Nanling", flegg_low=0.3, flegg_high=0.3)
    ends = narrow.find("chain_covered"), done.find("chain_covered")
    assert ends[0].low == pytest.approx(ends[0].high)
    assert ends[1].low < ends[0].value < ends[1].high  # type: ignore[operator]


def test_without_the_imports_of_the_nation_nothing_is_derived() -> None:
    tables = {k: v for k, v in nation().tables.items()}
    links = tables["links"].select("region", "from", "to", "value", "level", "year")
    panel = province(0)[0]["panel"]
    done = studied(dataset_of({"links": links, "panel": panel}), "Nanling")
    assert done.chain is None and "no input-output link" in done.reason


def test_years_are_never_mixed() -> None:
    """The newest year that any region has counts; a region that has only older rows has none."""
    tables, _, _ = province(0)
    links = tables["links"].filter(pl.col("level") == "industry")
    mine = pl.col("region") == "Nanling"
    older = links.filter(~mine | (pl.col("year") < 2022))
    done = studied(dataset_of({**tables, "links": older}), "Nanling")
    assert done.chain is None and "no input-output link in 2022" in done.reason
    half = links.filter(~mine | (pl.col("year") < 2022) | (pl.col("to") < "36"))
    some = studied(dataset_of({**tables, "links": half}), "Nanling")
    own = half.filter(mine, pl.col("year") == 2022, pl.col("from") == "32")
    assert some.find("link_at_stake", "32").value == pytest.approx(
        (own["value"] - own["local_value"]).sum()
    )
    measure = registry()["local_input_share"]
    assert isinstance(measure, Measure)
    found = measure(dataset_of({**tables, "links": half}), settings())
    row = found.filter(pl.col("id") == "local_input_share/Nanling/2022").row(0, named=True)
    assert row["value"] is None and row["reason"] == "3 of 7 sub-industries have links"


def test_links_without_a_local_part_cannot_tell() -> None:
    tables, _, _ = province(0)
    links = tables["links"].drop("local_value", "imported_value")
    done = studied(dataset_of({**tables, "links": links}), "Nanling")
    assert all(c.kind in ("", "user") for c in done.calls.values())
    assert "local_value" in next(iter(done.calls.values())).settles


def test_an_earlier_year_knows_nothing_of_later_firms_or_trade() -> None:
    tables, _, _ = province(0)
    early, late = (studied(dataset_of(tables), year=y) for y in (2015, None))
    orgs = tables["orgs"]
    young = set(orgs.filter(pl.col("founded") > 2015)["org_id"])
    assert young
    seen = {s.id for f in early.facts.values() for s in f.supply.suppliers}
    assert not seen & young
    assert young & {s.id for f in late.facts.values() for s in f.supply.suppliers}
    assert all(f.trade is None or f.trade.year <= 2015 for f in early.facts.values())


def test_edges_in_a_circle_and_to_nowhere_are_read() -> None:
    edges = [Edge("a", "b", None), Edge("b", "a", 1.0), Edge("c", "d", 2.0)]
    assert tiers_of(["a", "b", "c", "d"], edges) == {"a": 1 + 1, "b": 2, "c": 1, "d": 0}
    nodes = pl.DataFrame({"node_id": ["a", "b"], "name": ["A", "B"]})
    loop = pl.DataFrame({"from": ["a", "b", "a"], "to": ["b", "a", "a"], "value": [1.0, 2.0, 3.0]})
    done = studied(dataset_of({**province(0)[0], "chain_nodes": nodes, "chain_edges": loop}))
    assert {c.kind for c in done.calls.values()} <= {"", "buy_from_neighbour", "supplement"}


# ------------------------------------------------------------------------------- trade, dependency


def trade_rows(*rows: tuple[str, str | None, float, float]) -> Dataset:
    frame = pl.DataFrame(
        [("R", product, 2020, partner, i, e) for product, partner, i, e in rows],
        schema={"region": pl.String, "product": pl.String, "year": pl.Int64, "partner": pl.String,
                "imports": pl.Float64, "exports": pl.Float64}, orient="row",
    )  # fmt: skip
    return from_frames({"trade": frame}, scope="gbt4754-2017", currency="CNY", region="R")


def test_the_worlds_row_is_not_added_to_its_parts() -> None:
    got = trade_of(trade_rows(("8482", None, 100, 10), ("8482", "DE", 60, 4),
                              ("8482", "JP", 30, 4)), "R", "8482", 2021)  # fmt: skip
    assert got is not None
    assert (got.imports, got.exports) == (100, 10)
    assert got.concentration == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2)
    assert got.top == ("DE", pytest.approx(2 / 3))


def test_finer_products_are_summed_only_where_the_product_itself_has_no_row() -> None:
    finer = ("848210", "DE", 60.0, 4.0), ("848220", "DE", 40.0, 4.0)
    got = trade_of(trade_rows(*finer), "R", "8482", 2020)
    assert got is not None and got.imports == 100 and not got.exact
    both = trade_of(trade_rows(*finer, ("8482", "DE", 70.0, 4.0)), "R", "8482", 2020)
    assert both is not None and both.imports == 70 and both.exact
    assert trade_of(trade_rows(*finer), "R", "8482", 2019) is None
    assert trade_of(trade_rows(*finer), "R", "", 2020) is None


def facts(demand: float | None = 100.0, revenues: tuple[float | None, ...] = (),
          trade: Trade | None = None) -> Facts:  # fmt: skip
    suppliers = tuple(Supplier(f"s{i}", f"S{i}", r) for i, r in enumerate(revenues))
    supply = Supply(sum(r or 0.0 for r in revenues), suppliers)
    return Facts(Node("n", "N", demand=demand), supply, trade, None, None, None, None, None, None,
                 None)  # fmt: skip


@pytest.mark.parametrize(
    ("trade", "dependent"),
    [
        (Trade(2020, 90, 10, (("DE", 80), ("JP", 10))), MET),
        (Trade(2020, 90, 100, (("DE", 80), ("JP", 10))), NOT),
        (Trade(2020, 40, 10, (("DE", 40),)), NOT),
        (Trade(2020, 90, 0, (("DE", 90),)), MET),
        (Trade(2020, 0, 10), NOT),
        (Trade(2020, 90, None, (("DE", 90),)), OPEN),
        (Trade(2020, 90, 10), OPEN),
        (None, OPEN),
    ],
)
def test_dependent_by_all_three_criteria_only(trade: Trade | None, dependent: Truth) -> None:
    assert screen(facts(trade=trade), settings()).dependent is dependent


# -------------------------------------------------------------------------------- stress, suppliers

money = st.floats(0.01, 1e6)


@given(money, st.lists(money, min_size=1, max_size=6), st.data())
def test_a_supplier_that_leaves_takes_its_output_and_no_more(
    demand: float, revenues: list[float], data: st.DataObject
) -> None:
    own = facts(demand, tuple(revenues))
    chain = Chain("R", 2020, (own.node, Node("u", "U")), (Edge("n", "u", demand / 2),), "", False)
    which = data.draw(st.integers(0, len(revenues) - 1))
    shock = leaves(chain, own, f"s{which}", "leaves")
    gone = shock.lost / demand
    assert shock.before - shock.after == pytest.approx(gone, rel=1e-9, abs=1e-9 * shock.before)
    assert 0 <= shock.unserved <= min(demand, shock.lost) + 1e-12 * sum(revenues)
    if sum(revenues) - revenues[which] >= demand:
        assert shock.unserved == 0
    assert sum(v for _, v in shock.exposed) == pytest.approx(shock.unserved / 2, abs=1e-9)


def test_stress_of_what_is_not_known_is_refused() -> None:
    chain = Chain("R", 2020, (), (), "", False)
    with pytest.raises(ValueError, match="demand, output and revenue of s0 are needed"):
        leaves(chain, facts(None, (1.0,)), "s0", "leaves")
    with pytest.raises(ValueError, match="revenue of s9"):
        leaves(chain, facts(1.0, (1.0,)), "s9", "leaves")


def test_suppliers_of_cores_by_hand() -> None:
    rows = pl.DataFrame(
        [("a", "X", 10.0, True), ("b", "X", 30.0, True), ("z", "X", 60.0, False),
         ("b", "Y", 5.0, True), ("c", "Y", 5.0, True), ("c", "q", 1.0, True)],
        schema=["supplier", "buyer", "value", "local"], orient="row",
    )  # fmt: skip
    x, y, none = core_supply(Purchases(2020, rows), ["X", "Y", "W"])
    assert (x.local, x.outside, x.only, x.shared) == (("a", "b"), ("z",), ("a",), 1)
    assert x.rate == pytest.approx(0.4) and x.largest_share == pytest.approx(0.6)
    assert y.rate == 1 and y.only == ()
    assert none.rate is None and none.local == ()
    assert overlap([x, y]) == pytest.approx(1 / 3)
    assert overlap([x]) is None


def test_the_numbers_of_the_cores_suppliers_again() -> None:
    tables, _, _ = province(0)
    done = studied(dataset_of(tables))
    cores = {id for id, _ in done.cores}
    links = tables["links"].filter(pl.col("level") == "firm", pl.col("to").is_in(sorted(cores)))
    orgs = tables["orgs"].filter(pl.col("region") == REGION)
    here = set(links["from"]) & set(orgs["org_id"]) - cores
    own = orgs.filter(pl.col("org_id").is_in(sorted(here)))
    assert done.find("supplier_intensity").value == pytest.approx(
        own["rd_spend"].sum() / own["revenue"].sum()
    )
    labels = own["certified"].to_list()
    told = [x for x in labels if x is not None]
    assert done.find("supplier_certified").value == pytest.approx(
        sum(x in ("champion", "little giant") for x in told) / len(told)
    )
    filed = tables["applicants"].filter(pl.col("org_id").is_in(sorted(here)))["patent_id"]
    years = tables["patents"].filter(pl.col("patent_id").is_in(set(filed)))["app_year"]
    last = done.year
    assert done.find("supplier_patents").value == years.is_between(last - 4, last).sum()
    sets = [set(links.filter(pl.col("to") == c)["from"]) & set(orgs["org_id"]) for c in cores]
    pairs = [(a, b) for a, b in itertools.combinations(sets, 2) if a | b]
    assert done.find("core_overlap").value == pytest.approx(
        sum(len(a & b) / len(a | b) for a, b in pairs) / len(pairs)
    )


def test_relatedness_by_hand() -> None:
    present = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1]], dtype=bool)
    near = proximity(present)
    assert near[0, 1] == pytest.approx(2 / 3)
    assert near[0, 2] == pytest.approx(1 / 3)
    assert near[1, 2] == pytest.approx(1 / 2)
    close = density(present, near)
    assert close[1, 1] == pytest.approx((2 / 3) / (2 / 3 + 1 / 2))
    assert close[2, 0] == pytest.approx(1)
    assert np.isnan(density(present[:, :1], proximity(present[:, :1]))).all()


def test_pairs_of_industries_by_definition() -> None:
    tables, _, _ = province(0)
    found = studied(dataset_of(tables)).clusters
    assert found is not None and found.column == "employment"
    panel = tables["panel"].filter(pl.col("year") == found.year)
    size = {(r, i): v for r, i, v in panel.select("region", "industry", "employment").iter_rows()}
    wanted = ["33", "34", "35", "36", "37", "38", "40", "TOTAL"]
    named = {r for r, _ in size}
    places = sorted(r for r in named if all(size.get((r, i)) is not None for i in wanted))
    assert found.regions == len(places)
    whole = sum(size[r, "TOTAL"] for r in places)

    def share(code: str, region: str) -> float:
        return size[region, code] / sum(size[r, code] for r in places)

    x = {r: size[r, "TOTAL"] / whole for r in places}
    for pair in found.pairs:
        sums = sum((share(pair.first, r) - x[r]) * (share(pair.second, r) - x[r]) for r in places)
        assert pair.places == pytest.approx(sums / (1 - sum(v * v for v in x.values())))
    mid = np.median([p.places for p in found.pairs]), np.median([p.inputs for p in found.pairs])
    for pair in found.pairs:
        assert pair.inputs is not None
        assert pair.together == (pair.places > mid[0] and pair.inputs > mid[1])
        inside = [g for g in found.groups if pair.first in g and pair.second in g]
        assert inside or not pair.together


# ------------------------------------------------------------------------------------- the outputs


@given(st.permutations(list("abcdef")), st.data())
def test_the_layout_keeps_every_node_in_its_column(order: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, 6))
    columns = [order[:cut], order[cut:]]
    ends = data.draw(st.lists(st.tuples(st.sampled_from(order), st.sampled_from(order))))
    assert [sorted(c) for c in ordered(columns, ends)] == [sorted(c) for c in columns]


def test_flows_that_need_not_cross_do_not() -> None:
    edges = [("a", "z"), ("b", "y"), ("c", "x")]
    left, right = ordered([["a", "b", "c"], ["x", "y", "z"]], edges)
    assert [dict(edges)[i] for i in left] == right


def test_the_lists_name_gaps_targets_and_suppliers(beijiang: Run) -> None:
    book = openpyxl.load_workbook(Path(beijiang.out) / "lists.xlsx")
    found = {}
    for name in ("chain gaps", "chain links", "attraction targets", "to cultivate",
                 "core and supporting", "chain stress", "inputs by industry"):  # fmt: skip
        found[name] = sheet_rows(book, name)
        assert found[name], name
    book.close()
    gaps = {r["node_id"] for r in found["chain gaps"]}
    planted = province(0)[1]
    assert gaps == {i for i, k in planted.items() if k != "strong"}
    assert all(r["evidence"] and r["why"] for r in found["chain gaps"])
    assert {r["region"] for r in found["attraction targets"]} & {"Beijiang"} == set()
    stakes = [r["value at stake"] for r in found["chain gaps"]]
    assert stakes == sorted(stakes, reverse=True)
