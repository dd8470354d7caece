"""Structure and dynamics of a region's network: planted parts are named, numbers are right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from province import Province, province
from regionlift.evidence.quantity import Status
from regionlift.evidence.verdict import Truth
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.chance import projection
from regionlift.measures.network.cores import CoreEnterprises, core_enterprises
from regionlift.measures.network.layers import LAYERS, check_layers, layers_by_type, splits
from regionlift.measures.network.readings import RESHUFFLED, REWIRED
from regionlift.measures.network.structure import (
    INDUSTRY_BOUNDARIES,
    Structure,
    ei_of,
    structure,
    tie_weights,
)
from regionlift.measures.network.traits import sub_industries
from regionlift.run import Run, run_region
from regionlift.study.network import _untold
from urns import table

FIRST, LAST = 2019, 2023


def declared(made: Province) -> dict[str, str]:
    return {i: LAYERS[x] for i, x in zip(made.network.ids, made.layer, strict=True) if x >= 0}


def cores(made: Province) -> CoreEnterprises:
    return core_enterprises(made.network, made.size, made.inventions)


@pytest.fixture(scope="module")
def shape() -> Structure:
    made = province(0)
    return structure(
        made.network, cores(made), declared(made), np.random.default_rng(1), first=FIRST,
        last=LAST, draws=39,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_planted_wrong_layers_are_the_firm_contradictions(seed: int) -> None:
    made = province(seed)
    found = check_layers(made.network, declared(made), np.random.default_rng(0), draws=2)
    firm = {d.org_id: d.suggested for d in found.disagreements if d.firm}
    assert firm == {w.org_id: w.fits for w in made.truths.network.wrong_layers}
    assert list(firm) == [d.org_id for d in found.disagreements][: len(firm)], "strongest first"


def test_what_is_declared_as_the_ties_say_is_no_contradiction() -> None:
    """A university in the core, declared supporting, once was one: the ties said “supporting”."""
    made = province(0)
    said = declared(made)
    found = check_layers(made.network, said, np.random.default_rng(0), draws=2)
    kinds = dict(zip(made.network.ids, made.network.type, strict=True))
    central = [i for i in found.inner if kinds[i] == TYPES.index("university")]
    assert central
    again = check_layers(made.network, {**said, **dict.fromkeys(central, "supporting")},
                         np.random.default_rng(0), draws=2)  # fmt: skip
    assert not {d.org_id for d in again.disagreements} & set(central)
    assert all(d.suggested != d.declared for d in again.disagreements if d.firm)
    other = check_layers(made.network, {**said, **dict.fromkeys(central, "auxiliary")},
                         np.random.default_rng(0), draws=2)  # fmt: skip
    assert set(central) <= {d.org_id for d in other.disagreements if d.firm}


@pytest.mark.parametrize("seed", range(6))
def test_planted_core_enterprises_are_named(seed: int) -> None:
    made = province(seed)
    found = cores(made)
    named = {made.network.ids[i] for i in np.flatnonzero(found.core)}
    planted = set(made.truths.network.core_firms)
    assert planted <= named and len(named) <= 2 * len(planted)
    assert found.rule.startswith("top 10% of the region's enterprises")


def test_a_core_enterprise_is_not_named_where_its_size_is_not_known() -> None:
    made = province(0)
    size = made.size.copy()
    hidden = made.network.ids.index(made.truths.network.core_firms[0])
    size[hidden] = np.nan
    found = core_enterprises(made.network, size, made.inventions)
    assert not found.core[hidden] and found.untold[hidden]
    without = core_enterprises(made.network)
    assert without.not_collected == ("size", "invention patents")
    assert "not collected: size, invention patents" in without.rule


def test_types_and_layers_that_do_not_exist_are_errors() -> None:
    made = province(0)
    with pytest.raises(ValueError, match="layer must be one of"):
        check_layers(made.network, {"E0001": "middle"}, np.random.default_rng(0))
    with pytest.raises(ValueError, match="no enterprise"):
        layers_by_type([TYPES.index("university")], [True])


def test_the_split_is_the_best_of_all_along_the_degrees() -> None:
    """Correlation with the ideal pattern by brute force on a star with a clique."""
    graph = projection(table([(2000, 2000, m) for m in ([0, 1, 2], [0, 3], [0, 4], [1, 5])]))
    split = splits(graph)
    adjacency = np.zeros((graph.n, graph.n))
    i, j = graph.ties()
    adjacency[i, j] = adjacency[j, i] = 1
    upper = np.triu_indices(graph.n, 1)
    best = -1.0
    for size in range(1, graph.n):
        core = np.zeros(graph.n, dtype=bool)
        core[split.order[:size]] = True
        ideal = (core[:, None] | core[None])[upper].astype(float)
        if ideal.std() and adjacency[upper].std():
            best = max(best, float(np.corrcoef(ideal, adjacency[upper])[0, 1]))
    assert split.correlation == pytest.approx(best)


def test_numbers_are_those_of_networkx(shape: Structure) -> None:
    graph = nx.Graph()
    graph.add_nodes_from(range(shape.home.organisations))
    i, j, _ = shape.home.ties()
    graph.add_edges_from(zip(i.tolist(), j.tolist(), strict=True))
    found = {name: next(iter(per.values())).value for name, per in shape.contrasts.items()}
    assert found["network_transitivity"] == pytest.approx(nx.transitivity(graph))
    assert found["network_clustering"] == pytest.approx(nx.average_clustering(graph))
    assert found["network_assortativity"] == pytest.approx(
        nx.degree_assortativity_coefficient(graph)
    )
    assert shape.communities is not None
    groups = [set(np.flatnonzero(shape.communities.labels == c).tolist())
              for c in np.unique(shape.communities.labels)]  # fmt: skip
    assert shape.communities.modularity == pytest.approx(nx.community.modularity(graph, groups))
    rows = {r["org_id"]: r for r in shape.organisations.iter_rows(named=True)}
    core, between = nx.core_number(graph), nx.betweenness_centrality(graph, normalized=False)
    burt, size = nx.constraint(graph), nx.effective_size(graph)
    for v, org in enumerate(shape.home.ids):
        if org not in rows:
            continue
        row = rows[org]
        assert (row["partners"], row["k_core"]) == (graph.degree(v), core[v])
        assert row["betweenness"] == pytest.approx(between[v])
        if graph.degree(v):
            assert row["constraint"] == pytest.approx(burt[v])
            assert row["effective_size"] == pytest.approx(size[v])
        else:
            assert row["constraint"] is None and row["effective_size"] is None


def test_boundaries_by_hand() -> None:
    """Two enterprises and a university meet; an enterprise meets one of elsewhere."""
    made = table([(2000, 2001, [0, 1, 2]), (2001, 2002, [0, 3])])
    kinds = np.array([0, 0, 1, 0], dtype=np.int8)
    inside = np.array([True, True, True, False])
    network = Affiliations(
        made.org, made.event, made.lead, made.start, made.end, kinds, inside, made.public,
        made.ids, made.names, made.events,
    )  # fmt: skip
    nobody = core_enterprises(network)
    found = structure(network, nobody, {}, np.random.default_rng(0), first=2000, last=2002, draws=5)
    ei = found.contrasts["network_ei_type"]
    assert ei[RESHUFFLED].value == pytest.approx(1 / 3)  # two of three ties cross
    assert found.estimates["network_cross_type"].value == pytest.approx(2 / 3)
    assert found.estimates["network_ei_region"].value == pytest.approx(2 * 1 / 4 - 1)
    assert found.organisations.filter(pl.col("org_id") == network.ids[0])[
        "partners_outside"
    ].to_list() == [1]
    mixed = {(r["one"], r["other"]): r["ties"] for r in found.mixing.iter_rows(named=True)}
    assert mixed == {("enterprise", "enterprise"): 1, ("enterprise", "university"): 2,
                     ("university", "university"): 0}  # fmt: skip
    assert "at least 30 organisations" in found.check.reason


def here(network: Affiliations) -> Affiliations:
    """All of them of the region."""
    return replace(network, inside=np.ones(network.organisations, dtype=np.bool_))


def test_boundaries_between_industries_by_hand() -> None:
    """Machines meet machines and vehicles; a steel works meets both; a university none of it."""
    assert sub_industries(["3411", "36", "31", None, "", "361"], ["34", "36", "361"]).tolist() == [
        0, 1, -1, -1, -1, 2]  # fmt: skip
    network = here(table([(2000, 2001, [0, 1]), (2000, 2001, [0, 2]), (2001, 2001, [0, 2, 3]),
                          (2001, 2001, [1, 4])]))  # fmt: skip
    labels = {
        "network_ei_industry": np.array([0, 0, 1, -1, -1]),
        "network_ei_equipment": np.array([0, 0, 0, 1, -1]),
    }
    nobody = core_enterprises(network)

    def found(industries: dict[str, np.ndarray] | None) -> Structure:
        return structure(network, nobody, {}, np.random.default_rng(0), first=2000, last=2001,
                         draws=5, industries=industries)  # fmt: skip

    own = found(labels).contrasts
    assert own["network_ei_industry"][REWIRED].value == pytest.approx(0)  # one across, one within
    # two to the steel works, two among equipment; the tie to the university is not counted
    assert own["network_ei_equipment"][RESHUFFLED].value == pytest.approx(0)
    without = found(None).contrasts
    assert not set(INDUSTRY_BOUNDARIES) & set(without)
    assert own["network_ei_type"] == without["network_ei_type"], "chance is drawn as before"
    blank = found({m: np.full(5, -1) for m in INDUSTRY_BOUNDARIES}).contrasts
    assert blank["network_ei_industry"][REWIRED].value is None
    # one group alone has no boundary, though every tie is within it
    one = found({**labels, "network_ei_equipment": np.array([0, 0, 0, -1, -1])}).contrasts
    assert one["network_ei_equipment"][REWIRED].value is None
    assert one["network_ei_industry"][REWIRED].value == pytest.approx(0)


def test_chance_keeps_degrees_and_planted_walls_are_seen() -> None:
    """Teams of one sub-industry each: ties across are fewer than degrees alone would give."""
    rng = np.random.default_rng(5)
    label = np.repeat([0, 1, 2], 20)
    walls = [(2000, 2000, sorted(rng.choice(np.flatnonzero(label == k), 4, replace=False)))
             for k in (0, 1, 2) for _ in range(15)]  # fmt: skip
    open_ = [(2000, 2000, sorted(rng.choice(60, 4, replace=False))) for _ in range(45)]
    for teams, low in ((walls, True), (open_, False)):
        network = here(table([(a, b, [int(o) for o in m]) for a, b, m in teams], 60))
        found = structure(
            network, core_enterprises(network), {}, np.random.default_rng(0), first=2000,
            last=2000, draws=39, industries={"network_ei_industry": label},
        ).contrasts["network_ei_industry"]  # fmt: skip
        for null in (REWIRED, RESHUFFLED):
            chance = found[null].chance
            assert chance is not None and found[null].value is not None
            assert (found[null].value < chance.low) == low
        if low:
            assert found[REWIRED].value == -1


def test_the_province_has_sub_industries_and_no_other_industry(beijiang: Run) -> None:
    net = beijiang.study.network
    assert net is not None
    between, other = (net.find(m) for m in INDUSTRY_BOUNDARIES)
    assert between.value is not None and -1 < between.value < 1
    assert other.value is None and "one side" in other.reason and "industry" in other.settles


def test_without_industries_the_boundaries_cannot_be_told() -> None:
    told = list(_untold("Here", "2000-2001", []))
    assert {q.measure for q in told} == set(INDUSTRY_BOUNDARIES)
    assert all(q.value is None and "industry" in q.settles and q.reason for q in told)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True), min_size=1,
             max_size=12)
)  # fmt: skip
def test_fractional_ties_give_every_organisation_one_unit_an_event(teams: list[list[int]]) -> None:
    network = table([(2000, 2000, sorted(m)) for m in teams], 10)
    i, j, w = tie_weights(network, fractional=True)
    strength = np.bincount(i, w, minlength=10) + np.bincount(j, w, minlength=10)
    shared = np.array([sum(o in m and len(m) > 1 for m in teams) for o in range(10)])
    assert strength == pytest.approx(shared)
    plain = tie_weights(network, fractional=False)
    assert (plain[2] == 1).all() and len(plain[0]) == len(network.ties()[0])


def test_fractional_counting_is_a_choice_that_moves_the_boundary() -> None:
    """One event of four types of which two pairs agree, and a small event across."""
    network = table([(2000, 2000, [0, 1, 2, 3]), (2000, 2000, [0, 4])])
    label = np.array([0, 0, 0, 0, 1])
    assert ei_of(network, label=label, fractional=False) == pytest.approx((1 - 6) / 7)
    assert ei_of(network, label=label, fractional=True) == pytest.approx((1 - 2) / 3)
    assert ei_of(network, label=np.full(5, -1), fractional=True) is None


def test_chance_stands_beside_every_number(shape: Structure) -> None:
    for name, per_null in shape.contrasts.items():
        for null, found in per_null.items():
            assert null in (RESHUFFLED, REWIRED)
            assert found.chance is not None and found.chance.draws == 39, name
            assert found.chance.low <= found.chance.high


def test_a_network_without_ties_is_told_as_such() -> None:
    network = table([(2000, 2000, [0]), (2000, 2000, [1])])
    found = structure(
        network, core_enterprises(network), {}, np.random.default_rng(0), first=2000, last=2000
    )
    assert found.communities is None and found.mixing.is_empty()
    for per_null in found.contrasts.values():
        assert all(c.value is None or c.chance is None or c.n == 0 for c in per_null.values())
    assert found.estimates["network_ei_region"].value is None


def test_the_run_names_them_in_report_lists_and_ledger(beijiang: Run) -> None:
    net = beijiang.study.network
    assert net is not None
    law = net.dynamics.laws["active_organisations"]
    assert law.family == "logistic"
    with duckdb.connect(str(beijiang.out / "evidence.duckdb"), read_only=True) as ledger:
        for q in net.quantities:
            if q.status is Status.KNOWN and "/" not in q.subject:
                ((count,),) = ledger.execute(f"SELECT count(*) FROM ({q.sql})").fetchall()
                assert count == q.rows, q.id
        tables = {row[0] for row in ledger.execute("SHOW TABLES").fetchall()}
    assert {"network_structure", "network_mixing", "network_turnover"} <= tables
    graph = nx.read_graphml(beijiang.out / "network" / "network.graphml")
    assert set(graph) >= set(net.structure.organisations["org_id"])
    sentence = beijiang.study.verdict("network.law.first_then_slower")
    assert sentence.truth is not Truth.MET or law.shape in ("saturating", "broken")


def test_the_planted_law_is_told_from_projects_alone(beijiang: Run) -> None:
    """Co-patents add organisations of another rhythm; the plant is in the projects."""
    from regionlift.evidence.settings import settings as chosen
    from regionlift.study import measure_all, study

    dataset = beijiang.study.dataset
    given_ = chosen({**dataset.manifest.settings, "copatents": 0, "null_draws": 39})
    net = study(dataset, measure_all(dataset, given_), "", given_).network
    assert net is not None
    law = net.dynamics.laws["active_organisations"]
    assert law.family == "logistic" and law.ceiling is not None and law.peak is not None
    # seed 0: ceiling 300, midpoint 2014.36
    assert law.ceiling.low is not None and law.ceiling.high is not None
    assert law.ceiling.value == pytest.approx(300, rel=0.02)
    assert law.peak.value == pytest.approx(2014.36, abs=0.7)


def test_patents_alone_make_a_network(tmp_path: Path) -> None:
    """No project and no member: who applies together is tied for the tie window."""
    orgs = [{"org_id": f"o{i}", "name": f"Firm {i}", "type": "enterprise", "region": "R"}
            for i in range(8)]  # fmt: skip
    patents = [{"patent_id": f"t{i}", "app_year": 2010 + i} for i in range(8)]
    held = [{"patent_id": f"t{i}", "org_id": f"o{k % 8}"} for i in range(8) for k in (i, i + 1)]
    tables = {"orgs": orgs, "patents": patents, "applicants": held}
    manifest = '[dataset]\ntitle = "t"\nregion = "R"\nscope = "nace-rev2"\ncurrency = "EUR"\n'
    manifest += 'base_year = 2015\nsource = "x"\nlicence = "y"\n'
    for name, rows in tables.items():
        pl.DataFrame(rows).write_csv(tmp_path / f"{name}.csv")
        manifest += f'[[tables.{name}]]\nfile = "{name}.csv"\nprovenance = "observed"\n'
    (tmp_path / "regionlift.toml").write_text(manifest, encoding="utf-8")
    done = run_region(tmp_path, "R", tmp_path / "out", overrides={"null_draws": 39})
    net = done.study.network
    assert net is not None and net.roster.height == 8
    assert done.study.find("network_ties", period="2012").value == 3
    assert done.study.find("network_money").status is Status.NOT_COLLECTED
    assert "roles of members" in net.find("responsibility_led").reason
    with duckdb.connect(str(done.out / "evidence.duckdb"), read_only=True) as ledger:
        for q in net.quantities:
            if q.sql:
                ((count,),) = ledger.execute(f"SELECT count(*) FROM ({q.sql})").fetchall()
                assert count == q.rows, q.id
    off = run_region(tmp_path, "R", tmp_path / "out", overrides={"copatents": 0})
    assert off.study.network is None
    assert "co-patents are switched off" in off.study.find("active_organisations").reason


@pytest.mark.parametrize("years", [1, 2, 3])
def test_a_record_of_few_years_is_reported_with_what_it_cannot_tell(
    tmp_path: Path, years: int
) -> None:
    made = province(0).network
    kept = made.where((made.start > made.start.max() - years) & (made.sizes > 1))
    ids = [made.ids[o] for o in sorted(set(kept.org.tolist()))]
    pl.DataFrame({"org_id": ids, "name": ids, "type": "enterprise", "region": "R"}).write_csv(
        tmp_path / "orgs.csv"
    )
    pl.DataFrame(
        {"project_id": list(kept.events), "start_year": kept.start, "end_year": kept.end}
    ).write_csv(tmp_path / "projects.csv")
    pl.DataFrame(
        {
            "project_id": [kept.events[e] for e in kept.event],
            "org_id": [made.ids[o] for o in kept.org],
        }
    ).write_csv(tmp_path / "members.csv")
    manifest = '[dataset]\ntitle = "t"\nregion = "R"\nscope = "nace-rev2"\ncurrency = "EUR"\n'
    manifest += 'base_year = 2015\nsource = "x"\nlicence = "y"\n'
    for name in ("orgs", "projects", "members"):
        manifest += f'[[tables.{name}]]\nfile = "{name}.csv"\nprovenance = "observed"\n'
    (tmp_path / "regionlift.toml").write_text(manifest, encoding="utf-8")
    done = run_region(tmp_path, "R", tmp_path / "out", overrides={"null_draws": 39})
    net = done.study.network
    assert net is not None
    assert done.study.verdict("network.law.first_then_slower").truth is Truth.CANNOT_TELL
    assert all(law.shape is None for law in net.dynamics.laws.values())
    assert (net.outlook.hindcast is None) or years == 3
