"""Numbers behind path A and the network of path C: recomputed, traced, planted, and untold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import repathway
from regionlift.data.dataset import Dataset, open_dataset
from regionlift.data.synthetic.generate import generate
from regionlift.data.synthetic.write import write
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import settings as thresholds
from regionlift.measures.pathway.actors import alliance_count, potential
from regionlift.measures.pathway.elements import ELEMENTS, alliance_elements, elements
from regionlift.measures.pathway.platform import complementarity_lift, entropy
from regionlift.measures.pathway.technology import (
    Named,
    alliance_sharing,
    is_shared,
    new_adopters,
    nodes_reached,
    sharing,
)
from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.technology.diffusion import Alliance
from regionlift.measures.technology.front import by_region
from regionlift.run import Run
from regionlift.study.network import NetworkStudy
from regionlift.study.pathway_technology import (
    OF_NAMED,
    named_of,
    technology_path_numbers,
)
from regionlift.study.technology import TechnologyStudy, technology_study

REGION = "Beijiang"
IDS = {
    *OF_NAMED, "technology_leaders", "outstanding_firms", "inventor_concentration",
    "technology_potential", "alliance_count", "phase_growing", "core_new_fields",
    "type_entropy_change", "firm_invention_growth", "complementarity_lift",
}  # fmt: skip
#: Numbers that need the network's study.
NETWORK = {"technology_leaders", "phase_growing", "core_new_fields", "type_entropy_change",
           "complementarity_lift"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    dataset: Dataset
    folder: Path
    technology: TechnologyStudy
    network: NetworkStudy | None
    numbers: dict[str, Quantity]

    def again(self, **tables: pl.DataFrame | None) -> Dataset:
        """The dataset with some tables in place of its own, or without them."""
        kept = {**self.dataset.tables, **tables}
        return replace(self.dataset, tables={k: v for k, v in kept.items() if v is not None})

    def named(self, **tables: pl.DataFrame | None) -> Named:
        found = named_of(self.again(**tables), self.technology)
        assert found is not None
        return found

    def without(self, *names: str) -> dict[str, Quantity]:
        """The numbers without some tables; what they alone decide is studied again."""
        bare = self.again(**dict.fromkeys(names))
        technology = self.technology
        if {"patents", "applicants", "codes", "orgs"} & set(names):
            technology = technology_study(bare, REGION, thresholds())
        return numbered(bare, technology, None)


def numbered(
    dataset: Dataset, technology: TechnologyStudy, network: NetworkStudy | None,
    year: int | None = None,
) -> dict[str, Quantity]:  # fmt: skip
    made = technology_path_numbers(dataset, REGION, thresholds(), technology, network, year)
    assert len(made) == len({q.measure for q in made})
    return {q.measure: q for q in made}


@pytest.fixture(scope="module")
def whole(beijiang: Run) -> Case:
    """The session's province with its network."""
    done = beijiang.study
    return Case(done.dataset, beijiang.out.parent / "data", done.technology, done.network,
                numbered(done.dataset, done.technology, done.network))  # fmt: skip


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Another seed, without the network's study."""
    folder = tmp_path_factory.mktemp("province7")
    dataset = open_dataset(write(generate(7), folder).parent)
    technology = technology_study(dataset, REGION, thresholds())
    return Case(dataset, folder, technology, None, numbered(dataset, technology, None))


@pytest.fixture(params=["whole", "other"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


def test_every_number_is_there_once_and_registered(case: Case) -> None:
    assert set(case.numbers) == IDS
    for measure, q in case.numbers.items():
        assert q.subject == REGION
        assert registry()[measure].items
        assert q.status is Status.KNOWN or (q.reason and q.settles), measure
    untold = {m for m, q in case.numbers.items() if q.status is not Status.KNOWN}
    assert untold == {"outstanding_firms"} | (NETWORK if case.network is None else set())


def test_every_plain_number_is_recomputed_by_loops(case: Case) -> None:
    cores: tuple[str, ...] = ()
    if case.network is not None:
        organisations = case.network.structure.organisations
        cores = tuple(organisations.filter("core_enterprise")["org_id"])
    again = repathway.Pathway(case.folder, REGION, case.technology.named, cores)
    told = 0
    for measure, q in case.numbers.items():
        if measure in repathway.NOT_AGAIN or (case.network is None and measure in NETWORK):
            continue
        if q.value is None:
            with pytest.raises(repathway.UnknownError):
                again.answer(measure)
            continue
        value, ends = again.answer(measure)
        assert q.value == pytest.approx(value, rel=1e-9, abs=1e-12), measure
        if ends is not None:
            assert (q.low, q.high) == pytest.approx(ends), measure
        told += 1
    assert told >= (11 if case.network else 8)
    assert {m for m in IDS if m in repathway.NOT_AGAIN or hasattr(again, m)} == IDS


@pytest.mark.parametrize(
    "measure", ["alliance_output", "new_adopters", "alliance_sharing", "technology_infiltration",
                "alliance_elements"],
)  # fmt: skip
def test_every_row_behind_a_number_is_recomputed_by_loops(case: Case, measure: str) -> None:
    """A share of three technologies may be right by luck; the counts behind it are not."""
    again = repathway.Pathway(case.folder, REGION, case.technology.named, ())
    lines: repathway.Lines = getattr(again, f"rows_of_{measure}")()
    keys = len(next(iter(lines)))
    counts = len(next(iter(lines.values())))
    found = case.dataset.connection.sql(case.numbers[measure].sql).pl().rows()
    assert {row[:keys]: row[keys : keys + counts] for row in found} == lines
    assert len({row[keys:] for row in found}) > 1


def test_the_query_of_every_number_gives_its_rows_in_the_ledger(
    whole: Case, beijiang: Run
) -> None:
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        for measure, q in whole.numbers.items():
            if q.status is Status.KNOWN:
                assert ledger.sql(q.sql).pl().height == q.rows > 0, measure


def test_what_was_planted_is_found(case: Case, whole: Case) -> None:
    seed = 0 if case is whole else 7
    keys = {k.code: k for k in generate(seed).truths.technology.key}
    named = case.technology.named
    allied = [k for k in named if k in keys and keys[k].alliance]
    assert case.numbers["alliance_share"].value == pytest.approx(len(allied) / len(named))
    found = named_of(case.dataset, case.technology)
    assert found is not None
    facts = {r["technology"]: r for r in sharing(found)[0].iter_rows(named=True)}
    for k in allied:
        row = facts[k]
        told = is_shared(row["patents"], row["co_owned"], row["cited"], row["chances"])
        assert told is (not keys[k].diffusion_broken), k
        # the study counts the same in another way
        assert (row["cited"], row["chances"]) == (
            case.technology.spreads[k].cited, case.technology.spreads[k].chances
        )  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "measures"),
    [
        (("patents",), {*OF_NAMED, "technology_leaders", "inventor_concentration",
                        "firm_invention_growth", "technology_potential"}),
        (("codes",), {*OF_NAMED, "technology_leaders", "technology_potential"}),
        (("applicants",), {*OF_NAMED, "technology_potential", "inventor_concentration"}),
        (("orgs",), IDS - {"alliance_count"} | {"alliance_count"}),
        (("projects", "members", "patents"), NETWORK | {"alliance_count"}),
    ],
    ids=lambda part: "+".join(sorted(part)),
)  # fmt: skip
def test_without_a_table_it_says_what_is_missing(
    whole: Case, tables: tuple[str, ...], measures: set[str]
) -> None:
    numbers = whole.without(*tables)
    assert set(numbers) == IDS
    for measure in measures:
        q = numbers[measure]
        assert q.status in (Status.NOT_COLLECTED, Status.TOO_FEW), measure
        assert q.value is None and q.reason and q.settles, measure
    said = " ".join(numbers[m].reason + numbers[m].settles for m in measures)
    assert all(t in said for t in tables if t != "members")


def test_a_column_that_is_not_told_is_named(whole: Case) -> None:
    orgs = whole.dataset.tables["orgs"]
    plain = numbered(whole.again(orgs=orgs.drop("type")), whole.technology, None)
    for measure in ("alliance_share", "firm_invention_growth"):
        assert "type" in plain[measure].settles, measure
        assert plain[measure].value is None
    unplaced = whole.again(orgs=orgs.with_columns(industry=pl.lit(None, pl.String)))
    assert whole.technology.filings is not None
    nobody = tuple(replace(a, industry="") for a in whole.technology.filings.applicants)
    bare = replace(whole.technology, filings=replace(whole.technology.filings, applicants=nobody))
    told = numbered(unplaced, bare, None)["technology_infiltration"]
    assert told.value is None and told.settles == "industry in orgs"


def test_nothing_named_is_too_few_and_not_zero(whole: Case) -> None:
    numbers = numbered(whole.dataset, replace(whole.technology, named=(), spreads={}), None)
    for measure in OF_NAMED:
        assert numbers[measure].status is Status.TOO_FEW
        assert "no key common technology is named" in numbers[measure].reason


def test_a_member_of_the_alliance_is_no_new_adopter(other: Case) -> None:
    named = other.named()
    everyone = frozenset(a.id for a in named.filings.applicants if a.region == REGION)
    inside = {k: Alliance(everyone, 2, "joint projects") for k in named.names}
    assert new_adopters(replace(named, groups=inside)).value == 0
    assert new_adopters(replace(named, groups={})).value == 1


# elements


def test_elements_that_nobody_holds_are_missing(whole: Case) -> None:
    resources = whole.dataset.tables["resources"]
    few = resources.filter(~pl.col("type").is_in(["equipment", "information"]))
    found = elements(whole.named(resources=few))
    assert found and all(e.missing == ("equipment", "information") for e in found)
    assert all("lacks equipment, information" in e.text for e in found)
    told = alliance_elements(whole.named(resources=few))
    assert told.value == pytest.approx(3 / 5) and told.rows.count == 5 * len(found)


def test_elements_without_a_register_cannot_be_told(whole: Case) -> None:
    found = elements(whole.named(resources=None))
    assert all(e.untold == ("equipment", "information") and e.share is None for e in found)
    told = alliance_elements(whole.named(resources=None))
    assert told.value is None and "equipment, information" in told.reason


def test_a_resource_counts_by_its_holder_or_the_platform_of_a_member(other: Case) -> None:
    group = next(iter(other.named().groups.values()))
    member = min(group.members)
    head = {"resource_id": ["R1"], "type": ["equipment"], "capacity": [1.0]}

    def has(platform: str | None, holder: str | None, members: str) -> set[bool]:
        resources = pl.DataFrame({**head, "platform_id": [platform], "org_id": [holder]},
                                 schema_overrides={"platform_id": pl.String,
                                                   "org_id": pl.String})  # fmt: skip
        platforms = pl.DataFrame({"platform_id": ["P"] * 2, "function": ["R&D"] * 2,
                                  "year": [2019, 2023], "members": [member, members]})  # fmt: skip
        found = elements(other.named(resources=resources, platforms=platforms))
        return {bool(e.holdings["equipment"]) for e in found if member in
                other.named().groups[e.technology].members}  # fmt: skip

    assert has(None, member, "X") == {True}
    assert has(None, "nobody", "X") == {False}
    assert has("P", None, f" {member} ; X") == {True}
    # a member of an earlier year has left the platform
    assert has("P", None, "X") == {False}


# sharing


@pytest.mark.parametrize(
    ("patents", "owned", "cited", "chances", "told"),
    [(0, 0, None, 0, None), (3, 1, None, 0, True), (3, 0, 1, 1, True), (3, 0, 0, 10, False),
     (3, 0, 0, 9, None), (3, 0, None, 99, None)],
)  # fmt: skip
def test_when_sharing_is_told(
    patents: int, owned: int, cited: int | None, chances: int, told: bool | None
) -> None:
    assert is_shared(patents, owned, cited, chances) is told


def test_without_citations_only_co_ownership_tells(whole: Case) -> None:
    assert alliance_sharing(whole.named(citations=None)).value is None
    named = whole.named()
    klass = next(k for k in named.names if k in named.groups)
    theirs = sorted(named.groups[klass].members)
    assert whole.technology.filings is not None
    filed = whole.dataset.tables["applicants"]
    coded = whole.dataset.tables["codes"].filter(pl.col("code").str.starts_with(klass))
    patent = filed.filter(pl.col("org_id").is_in(theirs)).join(coded, on="patent_id")["patent_id"]
    last = whole.dataset.tables["patents"].filter(pl.col("patent_id").is_in(patent.implode()))
    newest = last.sort("app_year", "patent_id")["patent_id"][-1]
    outsider = next(a.id for a in whole.technology.filings.applicants
                    if a.region == REGION and a.id not in theirs)  # fmt: skip
    row = filed.filter(pl.col("patent_id") == newest).head(1).with_columns(
        org_id=pl.lit(outsider), position=pl.lit(9.0)
    )
    told = alliance_sharing(whole.named(citations=None, applicants=pl.concat([filed, row])))
    assert told.value == 1 and told.n == 1


def test_nodes_reached_by_loops(whole: Case) -> None:
    tables = whole.dataset.tables
    place = dict(tables["orgs"].filter(pl.col("region") == REGION).select(
        "org_id", "chain_node").iter_rows())  # fmt: skip
    year = dict(tables["patents"].select("patent_id", "app_year").iter_rows())
    named = whole.named()
    for klass, nodes in nodes_reached(named).iter_rows():
        coded = set(tables["codes"].filter(pl.col("code") == klass)["patent_id"])
        found = {place.get(o) for p, o in tables["applicants"].select("patent_id", "org_id")
                 .iter_rows() if p in coded and year[p] > named.filings.last - 5}  # fmt: skip
        assert nodes == len(found - {None})


def test_codes_of_any_spelling_are_one_class(whole: Case) -> None:
    codes = whole.dataset.tables["codes"]
    spelt = codes.with_columns(
        code=pl.col("code").str.to_lowercase().str.head(1) + pl.col("code").str.slice(1) + " 1/70"
    )
    for told in (tell for tell, _ in OF_NAMED.values()):
        assert told(whole.named(codes=spelt)).value == told(whole.named()).value


# actors


def test_outstanding_firms_need_forty_from_elsewhere(whole: Case) -> None:
    q = whole.numbers["outstanding_firms"]
    assert q.status is Status.TOO_FEW and "38 enterprises from elsewhere" in q.reason
    orgs = whole.dataset.tables["orgs"]
    away = orgs.filter(pl.col("type") == "enterprise", pl.col("region") != REGION)
    more = pl.concat([orgs, away.with_columns(pl.col("org_id") + "b")])
    told = numbered(whole.again(orgs=more), whole.technology, None)["outstanding_firms"]
    firms = more.filter(
        pl.col("type") == "enterprise", pl.col("founded").fill_null(0) <= 2023,
        pl.col("closed").is_null() | (pl.col("closed") > 2023),
    )  # fmt: skip
    above = set()
    for column in ("revenue", "rd_spend"):
        line = float(np.quantile(firms[column].drop_nulls().to_numpy(), 0.95))
        above |= set(firms.filter(pl.col("region") == REGION, pl.col(column) >= line)["org_id"])
    assert told.value == len(above) == told.rows > 0
    assert whole.again(orgs=more).connection.sql(told.sql).pl().height == told.rows


def test_potential_by_its_definition(whole: Case) -> None:
    found = whole.technology.filings
    assert found is not None
    names, table = by_region(found, found.incidence)
    table = table[:, table.sum(axis=0) >= 10]
    total = table.sum()
    held = table * total >= np.outer(table.sum(axis=1), table.sum(axis=0))
    phi = proximity(held)
    mean = []
    for r in range(len(names)):
        each = [
            sum(held[r, j] * phi[j, c] for j in range(len(phi))) / phi[:, c].sum()
            for c in range(len(phi)) if not held[r, c] and phi[:, c].sum() > 0
        ]  # fmt: skip
        mean.append(sum(each) / len(each))
    got = potential(found, np.ones(len(found.ids)))
    assert got.mean == pytest.approx(mean)
    own = mean[names.index(REGION)]
    others = [m for n, m in zip(names, mean, strict=True) if n != REGION]
    place = 100 * sum((m < own - 1e-12) + 0.5 * (abs(m - own) <= 1e-12) for m in others) / len(
        others)  # fmt: skip
    assert whole.numbers["technology_potential"].value == pytest.approx(place)


def test_growth_solves_the_equations_of_the_poisson_regression(case: Case) -> None:
    q = case.numbers["firm_invention_growth"]
    assert q.value is not None and q.low is not None and q.low < q.value < (q.high or 0)
    counts = case.dataset.connection.sql(q.sql).pl().group_by("app_year").len().sort("app_year")
    year = counts["app_year"].to_numpy() - counts["app_year"].to_numpy().mean()
    n = counts["len"].to_numpy()
    assert len(n) == 15
    a = np.log(n.sum() / np.exp(q.value * year).sum())
    left = n - np.exp(a + q.value * year)
    assert left.sum() == pytest.approx(0, abs=1e-6)
    assert left @ year == pytest.approx(0, abs=1e-4)


def test_an_alliance_is_counted_once(whole: Case) -> None:
    one, two = frozenset({"E0036", "E0146", "U001"}), frozenset({"E0036", "U001", "I001"})
    groups = {k: Alliance(m, 2, "joint projects") for k, m in
              (("B23Q", one), ("G05B", one), ("F16C", two))}  # fmt: skip
    assert alliance_count(whole.dataset, REGION, groups, True).value == 2
    orgs = whole.dataset.tables["orgs"].with_columns(
        type=pl.when(pl.col("org_id") == "I001").then(pl.lit("alliance")).otherwise("type")
    )
    told = alliance_count(whole.again(orgs=orgs), REGION, groups, True)
    assert told.value == told.rows.count == 2
    assert whole.again(orgs=orgs).connection.sql(told.rows.sql).pl().height == 2
    assert alliance_count(whole.dataset, REGION, {}, True).value == 0
    assert alliance_count(whole.dataset, REGION, {}, False).value is None


# the network


def test_the_phase_and_the_lift_are_made_of_numbers_of_the_ledger(
    whole: Case, beijiang: Run
) -> None:
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        phases = ledger.sql(whole.numbers["phase_growing"].sql).fetchall()
        both = ledger.sql(whole.numbers["complementarity_lift"].sql).fetchall()
    assert whole.numbers["phase_growing"].value == pytest.approx(sum(r[1] for r in phases))
    (_, gain, _, _), (_, mean, low, high) = both
    lift = whole.numbers["complementarity_lift"]
    assert lift.value == pytest.approx(gain / mean)
    assert (lift.low, lift.high) == pytest.approx((gain / high, gain / low))


def test_the_lift_is_not_told_where_random_partners_add_nothing(whole: Case) -> None:
    assert whole.network is not None and whole.network.convergence.division is not None
    gain = whole.network.convergence.division.gain
    assert gain.chance is not None
    nothing = replace(gain, chance=replace(gain.chance, mean=0.0))
    told = complementarity_lift(nothing, named_rows())
    assert told.value is None and told.reason and told.settles


def named_rows() -> object:
    from regionlift.measures.network.numbers import Rows

    return Rows("", 0)


@given(arrays(np.int64, (3, 5), elements=st.integers(0, 50)))
@examples(max_examples=50, deadline=None)
def test_entropy_lies_between_none_and_even_and_knows_no_order(counts: np.ndarray) -> None:
    bits = entropy(counts.astype(float))
    assert (bits >= 0).all() and (bits <= np.log2(5) + 1e-12).all()
    assert entropy(counts[:, ::-1].astype(float)) == pytest.approx(bits)
    assert entropy(7.0 * counts) == pytest.approx(bits)


def test_an_earlier_year_looks_at_nothing_later(other: Case) -> None:
    early = technology_study(other.dataset, REGION, thresholds(), 2018)
    numbers = numbered(other.dataset, early, None, 2018)
    assert set(numbers) == IDS
    for q in numbers.values():
        if q.status is not Status.KNOWN:
            continue
        assert q.period.endswith("2018"), q.id
        shown = other.dataset.connection.sql(q.sql).pl()
        if "app_year" in shown.columns:
            assert shown["app_year"].max() <= 2018, q.id


# every region and year


def test_yearly_numbers_agree_with_their_counts(whole: Case, beijiang: Run) -> None:
    frames = beijiang.study.frames
    values = {
        m: {(s, p): v for s, p, v in frames[m].select("subject", "period", "value").iter_rows()}
        for m in ("repeat_tie_share", "new_ties", "formed_ties")
    }
    known = {k: v for k, v in values["repeat_tie_share"].items() if v is not None}
    assert len(known) >= 15
    for key, share in known.items():
        assert share == pytest.approx(1 - values["new_ties"][key] / values["formed_ties"][key])
    assert whole.network is not None
    own = [q for q in whole.network.quantities if q.measure == "tie_repeat_share"]
    assert own and all(
        known[REGION, q.period] == pytest.approx(q.value) for q in own if q.value is not None
    )


@pytest.mark.parametrize("measure", [*repathway.YEARLY, "inventions_per_rd"])
def test_yearly_numbers_of_every_region_by_loops_and_their_rows(
    whole: Case, beijiang: Run, measure: str
) -> None:
    frame = beijiang.study.frames[measure]
    assert {REGION} < set(frame["subject"])
    known = frame.filter(pl.col("status") == Status.KNOWN)
    again = repathway.Yearly(whole.folder)
    if measure != "inventions_per_rd":
        for subject, period, value, status in frame.select(
            "subject", "period", "value", "status").iter_rows():  # fmt: skip
            if status == Status.KNOWN:
                assert value == pytest.approx(again.answer(measure, subject, period)[0])
            else:
                with pytest.raises(repathway.UnknownError):
                    again.answer(measure, subject, period)
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        for sql, rows in known.sample(min(12, known.height), seed=3).select("sql", "rows").rows():
            assert ledger.sql(sql).pl().height == rows


def test_a_year_without_an_invention_is_zero_and_not_unknown(beijiang: Run) -> None:
    frame = beijiang.study.frames["inventions_per_rd"].filter(pl.col("value") == 0)
    assert frame.height and (frame["rows"] == 0).all() and (frame["n"] == 0).all()


@pytest.mark.parametrize("measure", ["block_value_added", "block_employment"])
def test_totals_are_sums_without_an_interval(beijiang: Run, measure: str) -> None:
    frame = beijiang.study.frames[measure].filter(pl.col("status") == Status.KNOWN)
    assert frame.height and frame["low"].null_count() == frame.height
    column = {"block_value_added": "value_added", "block_employment": "employment"}[measure]
    block = [i.code for i in beijiang.study.dataset.block]
    panel = beijiang.study.dataset.tables["panel"].filter(pl.col("industry").is_in(block))
    sums = panel.group_by("region", "year").agg(pl.col(column).sum())
    wanted = {(r, str(y)): v for r, y, v in sums.iter_rows()}
    for subject, period, value in frame.select("subject", "period", "value").iter_rows():
        assert value == pytest.approx(wanted[subject, period])
    assert registry()[measure].interval.startswith("none")


def test_five_elements_are_those_of_the_contract(whole: Case) -> None:
    from regionlift.data.contract import contract

    kinds = next(c for c in contract()["resources"].columns if c.name == "type")
    assert tuple(kinds.choices) == ELEMENTS
