"""Numbers behind path B: recomputed by loops, traced to rows, planted, and untold with a reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import repathway_chain
from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import settings as thresholds
from regionlift.measures.pathway.chain import among, codevelopment, patent_years
from regionlift.run import Run
from regionlift.study.chain import ChainStudy, chain_study
from regionlift.study.network import NetworkStudy
from regionlift.study.pathway_chain import buyers_of, chain_path_numbers

REGION = "Beijiang"
IDS = set(repathway_chain.MEASURES)
FIRMS = {"suppliers_per_core", "cores_local_share", "supplier_able_share",
         "supplier_invention_growth", "codevelopment_lift"}  # fmt: skip
PLACED = {"chain_net_entry", "chain_learning", "chain_sharing", "chain_invention_growth",
          "hold_up_share"}  # fmt: skip
#: The years each number is of, in the province whose last year is 2023.
PERIODS = {
    "core_enterprises": "2023", "suppliers_per_core": "2023", "cores_local_share": "2023",
    "chain_net_entry": "2021-2023", "chain_sound": "2023", "hold_up_share": "2023",
    "chain_learning": "2019-2023", "chain_sharing": "2021-2023",
    "chain_invention_growth": "2016-2023", "supplier_able_share": "2023",
    "supplier_invention_growth": "2016-2023", "codevelopment_lift": "2019-2023",
}  # fmt: skip

Numbers = dict[str, Quantity]


@dataclass(frozen=True)
class Case:
    run: Run
    dataset: Dataset
    folder: Path
    chain: ChainStudy
    network: NetworkStudy
    numbers: Numbers

    def table(self, name: str) -> pl.DataFrame:
        return self.dataset.tables[name]

    def again(self, **tables: pl.DataFrame | None) -> Numbers:
        """The numbers with some tables in place of their own, or without them."""
        kept = {**self.dataset.tables, **tables}
        bare = replace(self.dataset, tables={k: v for k, v in kept.items() if v is not None})
        orgs, events = bare.has("orgs", "org_id", "region"), ("projects", "members")
        met = all(map(bare.has, events)) or all(map(bare.has, ("patents", "applicants")))
        network = self.network if orgs and met else None
        chain = chain_study(bare, self.run.study.frames, REGION, thresholds(), network)
        return numbered(bare, chain, network)

    def without(self, *names: str) -> Numbers:
        return self.again(**dict.fromkeys(names))

    @property
    def suppliers(self) -> list[str]:
        return sorted({s for c in self.chain.supplies for s in c.local})


def numbered(
    dataset: Dataset, chain: ChainStudy, network: NetworkStudy | None, year: int | None = None
) -> Numbers:
    made = chain_path_numbers(dataset, REGION, thresholds(), chain, network, year)
    assert len(made) == len({q.measure for q in made})
    return {q.measure: q for q in made}


@pytest.fixture(scope="module")
def case(beijiang: Run) -> Case:
    """The session's province."""
    done = beijiang.study
    assert done.network is not None
    return Case(beijiang, done.dataset, beijiang.out.parent / "data", done.chain, done.network,
                numbered(done.dataset, done.chain, done.network))  # fmt: skip


def untold(q: Quantity) -> bool:
    """Whether it is not known, with a reason and what would settle it."""
    assert (q.value is None) == (q.status is not Status.KNOWN), q.measure
    return q.value is None and bool(q.reason) and bool(q.settles)


# counted again


def test_every_number_is_there_once_registered_and_in_the_run(case: Case) -> None:
    assert set(case.numbers) == IDS
    ledger = {q.measure: q for q in case.run.study.parts if q.measure in IDS}
    assert ledger == case.numbers
    for measure, q in case.numbers.items():
        definition = registry()[measure]
        assert (q.subject, q.status, q.period) == (REGION, Status.KNOWN, PERIODS[measure])
        assert q.unit == definition.unit and definition.items and definition.source
        assert q.unit != "share" or "growth" in measure or 0 <= (q.value or 0) <= 1


@pytest.mark.parametrize("measure", repathway_chain.MEASURES)
def test_every_number_is_recomputed_by_loops(case: Case, measure: str) -> None:
    cores = tuple(id for id, _ in case.chain.cores)
    again = repathway_chain.Chain(case.folder, REGION, cores, 2023)
    q = case.numbers[measure]
    value, ends = again.answer(measure)
    assert q.value == pytest.approx(value, rel=1e-9, abs=1e-12)
    assert (q.low is None) == (ends is None)
    if ends is not None:
        assert (q.low, q.high) == pytest.approx(ends, rel=1e-6)


def test_the_recomputation_is_no_accident_of_the_year(case: Case) -> None:
    """An earlier year has other counts: entries, sharing and learning are those of that year."""
    again = repathway_chain.Chain(case.folder, REGION, (), 2015)
    early = numbered(case.dataset, case.chain, case.network, 2015)
    for measure in ("chain_net_entry", "chain_learning", "chain_invention_growth"):
        value, _ = again.answer(measure)
        assert early[measure].value == pytest.approx(value), measure
        assert early[measure].value != case.numbers[measure].value, measure
        assert early[measure].period.endswith("2015")
    assert early["chain_sharing"].value is None and "2013 to 2015" in early["chain_sharing"].reason


def test_the_query_of_every_number_gives_its_rows_in_the_ledger(case: Case, beijiang: Run) -> None:
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        for measure, q in case.numbers.items():
            found = ledger.sql(q.sql).pl()
            assert found.height == q.rows, measure
            assert found.height > 0 or (measure, q.value) == ("chain_net_entry", 0.0)


def test_rows_behind_shares_give_the_shares(case: Case, beijiang: Run) -> None:
    line = thresholds()["single_share"]
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        def rows(measure: str) -> pl.DataFrame:
            found: pl.DataFrame = ledger.sql(case.numbers[measure].sql).pl()
            return found

        for measure, column in (("chain_learning", "learns"), ("chain_sharing", "shares"),
                                ("supplier_able_share", "able")):  # fmt: skip
            assert rows(measure)[column].mean() == pytest.approx(case.numbers[measure].value)
        held = rows("hold_up_share")["value"] >= line
        assert held.mean() == pytest.approx(case.numbers["hold_up_share"].value)
        sound = rows("chain_sound").with_columns(node=pl.col("subject").str.split("|").list.last())
        broken = [*case.chain.of_kind("strengthen"), *case.chain.of_kind("supplement")]
        fine = sound.filter(~pl.col("node").is_in(broken))["value"].sum() / sound["value"].sum()
        assert fine == pytest.approx(case.numbers["chain_sound"].value)
        met = rows("codevelopment_lift").select("org_id", "other").rows()
        assert set(met) <= buyers_of(case.chain) and len(met) == len(set(met))


# missing tables and columns


@pytest.mark.parametrize(
    ("tables", "measures", "says"),
    [
        (("orgs",), IDS, "orgs"),
        (("links",), FIRMS, "table links"),
        (("projects", "members", "patents", "applicants"),
         {"chain_learning", "codevelopment_lift", "chain_invention_growth",
          "supplier_invention_growth"}, ""),
        (("platforms", "needs"), {"chain_sharing"}, "platforms"),
        (("patents",), {"chain_invention_growth", "supplier_invention_growth"}, "table patents"),
        (("applicants",), {"chain_invention_growth", "supplier_invention_growth"},
         "table applicants"),
        (("chain_nodes",), {"hold_up_share"}, "table chain_nodes"),
        (("chain_nodes", "links"), {"hold_up_share", "chain_sound"} | FIRMS, ""),
        (("orgs", "links", "patents", "projects", "platforms", "chain_nodes"), IDS, ""),
    ],
    ids=lambda x: "+".join(x) if isinstance(x, tuple) else None,
)  # fmt: skip
def test_without_a_table_it_cannot_be_told_and_says_why(
    case: Case, tables: tuple[str, ...], measures: set[str], says: str
) -> None:
    numbers = case.without(*tables)
    assert set(numbers) == IDS
    assert {m for m, q in numbers.items() if untold(q)} == measures
    for measure in measures:
        assert says in numbers[measure].reason + numbers[measure].settles, measure


@pytest.mark.parametrize(
    "tables", [("platforms",), ("needs",), ("citations",), ("projects", "members"), ("panel",)],
    ids="+".join,
)  # fmt: skip
def test_one_of_several_tables_will_do(case: Case, tables: tuple[str, ...]) -> None:
    """What is left decides; a share can only fall where evidence is taken away."""
    numbers = case.without(*tables)
    assert not {m for m, q in numbers.items() if q.value is None}
    for measure in ("chain_learning", "chain_sharing"):
        now, before = numbers[measure].value, case.numbers[measure].value
        assert now is not None and before is not None and now <= before


def test_needs_are_what_a_number_cannot_do_without(case: Case) -> None:
    """They drive the list of data worth collecting: all needed, and nothing that is not."""
    for table in case.dataset.tables:
        if table == "panel":  # every number of the sub-industries hangs on it, none of these
            continue
        lost = {m for m, q in case.without(table).items() if untold(q)}
        needing = {m for m in IDS if table in registry()[m].needs}
        # the class of a link can be had from one of two chains: the declared or a proposed one
        assert lost - {"chain_sound"} == needing, table


@pytest.mark.parametrize("measure", sorted(IDS))
def test_every_column_needed_makes_it_unknown(case: Case, measure: str) -> None:
    for table, columns in registry()[measure].needs.items():
        for column in columns:
            if column in ("org_id", "patent_id", "node_id"):  # without its key there is no table
                continue
            q = case.again(**{table: case.table(table).drop(column)})[measure]
            assert untold(q), (table, column)


@pytest.mark.parametrize(
    "column", ["type", "name", "revenue", "rd_spend", "founded", "closed", "certified", "layer",
               "chain_node", "size_emp", "industry", "functions"],
)  # fmt: skip
def test_a_column_of_organisations_that_is_empty_or_gone_never_gives_a_false_zero(
    case: Case, column: str
) -> None:
    orgs = case.table("orgs")
    lost = {"revenue": {"hold_up_share", "chain_sound"}, "founded": {"chain_net_entry"},
            "closed": {"chain_net_entry"}, "chain_node": PLACED | {"chain_sound"}}  # fmt: skip
    gone = case.again(orgs=orgs.drop(column))
    assert {m for m, q in gone.items() if untold(q)} == lost.get(column, set())
    empty = case.again(orgs=orgs.with_columns(pl.lit(None, orgs[column].dtype).alias(column)))
    silent = {m for m, q in empty.items() if untold(q)}
    # an organisation without a year of closure is there
    assert silent == (set() if column == "closed" else lost.get(column, set()))


def test_where_revenue_is_told_for_some_nodes_the_shares_are_bounded(case: Case) -> None:
    """Nodes whose class is not told are neither taken for sound nor for broken."""
    made = {id: f for id, f in case.chain.facts.items() if len(f.supply.suppliers) > 1}
    hidden = sorted(made)[::2]
    orgs = case.table("orgs").with_columns(
        revenue=pl.when(~pl.col("chain_node").is_in(hidden)).then(pl.col("revenue"))
    )
    numbers = case.again(orgs=orgs)
    for measure in ("hold_up_share", "chain_sound"):
        q, before = numbers[measure], case.numbers[measure]
        assert q.low is not None and q.high is not None and q.value is not None
        assert q.low <= q.value <= q.high and q.low <= (before.value or 0) <= q.high + 1e-9
        assert q.n is not None and q.n <= (before.n or 0) - len(hidden) + 1
    told = [f for f in case.chain.facts.values() if f.supply.suppliers]
    assert numbers["hold_up_share"].n == len(told) - len(hidden)
    assert (numbers["hold_up_share"].high or 0) - (numbers["hold_up_share"].low or 0) == (
        pytest.approx(len(hidden) / len(told)))  # fmt: skip


def test_without_a_network_declared_cores_stand_in(case: Case) -> None:
    orgs = case.table("orgs")
    events = ("projects", "members", "patents", "applicants")
    said = orgs.filter(pl.col("layer") == "core", pl.col("region") == REGION,
                       pl.col("type") == "enterprise").height  # fmt: skip
    assert case.without(*events)["core_enterprises"].value == said > 0
    # layers told elsewhere alone say nothing of this region
    others = orgs.with_columns(layer=pl.when(pl.col("region") != REGION).then(pl.col("layer")))
    q = case.again(orgs=others, **dict.fromkeys(events))["core_enterprises"]
    assert untold(q) and "layer" in q.reason + q.settles


def test_sellers_whose_seat_is_not_told_are_not_taken_for_strangers(case: Case) -> None:
    links = case.table("links").with_columns(local_value=pl.lit(None, pl.Float64))
    orgs = case.table("orgs")
    cores = [id for id, _ in case.chain.cores]
    unknown = orgs.filter(pl.col("org_id").is_in(cores) | (pl.col("region") != REGION))
    q = case.again(links=links, orgs=unknown)["cores_local_share"]
    before = case.numbers["cores_local_share"].value
    assert q.value is not None and q.low == q.value and q.high is not None and before is not None
    assert q.value < before and q.high == pytest.approx(before)
    nobody = case.again(links=links, orgs=orgs.filter(pl.col("org_id").is_in(cores)).with_columns(
        region=pl.when(pl.col("org_id") == "none").then(pl.col("region"))))  # fmt: skip
    assert untold(nobody["cores_local_share"])


@pytest.mark.parametrize(
    ("level", "cores", "said"),
    [("industry", True, "no link between firms"), ("firm", False, "no core enterprise is known")],
)
def test_why_purchases_are_not_known(case: Case, level: str, cores: bool, said: str) -> None:
    links = case.table("links").filter(pl.col("level") == level)
    bare = replace(case.dataset, tables={**case.dataset.tables, "links": links})
    chain = chain_study(bare, case.run.study.frames, REGION, thresholds(), case.network)
    chain = chain if cores else replace(chain, cores=(), supplies=())
    for measure in FIRMS:
        assert said in numbered(bare, chain, case.network)[measure].reason


# what was planted


def test_closing_suppliers_moves_entry_and_the_places(case: Case) -> None:
    gone = case.suppliers[:20]
    orgs = case.table("orgs").with_columns(
        closed=pl.when(pl.col("org_id").is_in(gone)).then(2022).otherwise(pl.col("closed"))
    )
    placed = orgs.filter(pl.col("org_id").is_in(gone), pl.col("chain_node").is_not_null()).height
    numbers = case.again(orgs=orgs)
    before = case.numbers["chain_net_entry"].value or 0.0
    assert numbers["chain_net_entry"].value == before - placed < 0
    assert numbers["chain_net_entry"].rows == case.numbers["chain_net_entry"].rows + placed
    for measure in ("chain_learning", "chain_sharing"):
        assert numbers[measure].n == (case.numbers[measure].n or 0) - placed


def test_that_all_closed_is_a_loss_and_not_unknown(case: Case) -> None:
    orgs = case.table("orgs").with_columns(closed=pl.lit(2023, pl.Int64))
    numbers = case.again(orgs=orgs)
    placed = orgs.filter(pl.col("region") == REGION, pl.col("chain_node").is_not_null())
    recent = placed.filter(pl.col("founded").is_between(2021, 2023)).height
    assert numbers["chain_net_entry"].value == recent - placed.height
    assert untold(numbers["chain_learning"]) and untold(numbers["chain_sharing"])


def test_suppliers_without_research_and_certification_are_not_able(case: Case) -> None:
    half = case.suppliers[: len(case.suppliers) // 2]
    plain = pl.col("org_id").is_in(half)
    orgs = case.table("orgs").with_columns(
        rd_spend=pl.when(plain).then(0.0).otherwise(pl.col("rd_spend")),
        certified=pl.when(plain).then(pl.lit("none")).otherwise(pl.col("certified")),
    )
    able = case.again(orgs=orgs)["supplier_able_share"].value
    assert able == pytest.approx(1 - len(half) / len(case.suppliers))
    certified = orgs.with_columns(
        certified=pl.when(plain).then(pl.lit("champion")).otherwise(pl.col("certified"))
    )
    assert case.again(orgs=certified)["supplier_able_share"].value == 1.0


def test_without_events_of_cores_and_suppliers_there_is_no_lift(case: Case) -> None:
    pairs, events = buyers_of(case.chain), case.network.affiliations
    team: dict[int, set[str]] = {}
    for org, event in zip(events.org.tolist(), events.event.tolist(), strict=True):
        team.setdefault(event, set()).add(events.ids[org])
    free = [not any(a in team.get(e, ()) and b in team.get(e, ()) for a, b in pairs)
            for e in range(len(events.start))]  # fmt: skip
    apart = replace(case.network, affiliations=events.where(np.array(free)))
    q = numbered(case.dataset, case.chain, apart)["codevelopment_lift"]
    assert q.value == 0.0 and q.n == len(pairs)
    assert (case.numbers["codevelopment_lift"].value or 0) > 1


def test_without_joint_events_nobody_learns(case: Case) -> None:
    """Members and applicants one an event, no citations: tables are there, learning is not."""
    members = case.table("members").unique("project_id", keep="first", maintain_order=True)
    single = case.table("applicants").unique("patent_id", keep="first", maintain_order=True)
    numbers = case.again(members=members, applicants=single, citations=None)
    assert untold(numbers["chain_learning"])
    two = case.table("members").filter(pl.col("project_id") == case.table("members")["project_id"]
                                       .value_counts().sort("count", "project_id")[-1]
                                       ["project_id"].item())  # fmt: skip
    project = two["project_id"][0]
    start = case.table("projects").with_columns(
        start_year=pl.when(pl.col("project_id") == project).then(2022)
        .otherwise(pl.col("start_year")),
        end_year=pl.when(pl.col("project_id") == project).then(2023).otherwise(pl.col("end_year")),
    )
    told = case.again(members=two, projects=start, applicants=single, citations=None)
    orgs = case.table("orgs").filter(pl.col("region") == REGION, pl.col("closed").is_null(),
                                     pl.col("chain_node").is_not_null())  # fmt: skip
    here = set(orgs["org_id"]) & set(two["org_id"])
    share = told["chain_learning"].value
    assert share == pytest.approx((len(here) if len(here) > 1 else 0) / orgs.height)


def test_patents_that_end_early_are_no_decline(case: Case) -> None:
    """Years after the last patent in the tables were not seen: they are not years of none."""
    patents = case.table("patents").filter(pl.col("app_year") <= 2020)
    q = case.again(patents=patents)["chain_invention_growth"]
    assert q.period == "2016-2020" and q.value is not None and q.value > 0
    few = case.again(patents=patents.head(3))["chain_invention_growth"]
    assert few.status is Status.TOO_FEW and untold(few)


def test_two_cores_that_supply_each_other_are_one_pair(case: Case) -> None:
    one, other = case.chain.supplies[:2]
    twin = (replace(one, local=(other.id,)), replace(other, local=(one.id,)))
    pairs = buyers_of(replace(case.chain, supplies=twin))
    assert pairs == {(min(one.id, other.id), max(one.id, other.id))}


# formulas


def test_pairs_against_chance_by_hand() -> None:
    r"""Ties a-b, a-c, b-c, c-d: m = 4, and :math:`1 - e^{-k_i k_j / 8}` for (a, b) and (a, d)."""
    partners = {"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b", "d"}, "d": {"c"}}
    met, expected = codevelopment([("a", "b"), ("a", "d")], partners)
    assert met == 1
    assert expected == pytest.approx((1 - math.exp(-4 / 8)) + (1 - math.exp(-2 / 8)))
    assert codevelopment([("x", "y")], {}) == (0, 0.0)


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] != p[1])))
def test_chance_expects_no_more_than_all_and_nothing_of_strangers(
    ties: set[tuple[int, int]],
) -> None:
    partners: dict[str, set[str]] = {}
    for i, j in ties:
        partners.setdefault(str(i), set()).add(str(j))
        partners.setdefault(str(j), set()).add(str(i))
    pairs = [(str(i), str(j)) for i in range(10) for j in range(i)]
    met, expected = codevelopment(pairs, partners)
    assert met == len({frozenset(t) for t in ties})
    assert 0 <= expected <= len(pairs)
    assert codevelopment([("x", "0")], partners) == (0, 0.0)


def test_lists_of_ids_are_safe_and_an_empty_one_matches_nothing() -> None:
    odd = ["it's", "b"]
    sql = f"SELECT 1 FROM (VALUES ('it''s'), ('c')) t(id) WHERE id IN ({among(odd)})"
    assert len(duckdb.sql(sql).fetchall()) == 1
    assert not duckdb.sql(f"SELECT 1 WHERE 'a' IN ({among([])})").fetchall()


def test_years_of_patents(case: Case) -> None:
    assert patent_years(case.dataset, (2016, 2030)) == (2016, 2023)
    assert patent_years(case.dataset, (2050, 2057)) == (2050, 2057)
