"""Null models keep what they should, scatter evenly and score without bias; textbook graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations, product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.evidence.compiled import interpreted
from regionlift.measures.graphs import generators, nulls
from regionlift.measures.graphs.basic import degree_assortativity
from regionlift.measures.graphs.communities import communities, modularity
from regionlift.measures.graphs.core import core_periphery, core_periphery_test
from regionlift.measures.graphs.csr import Graph, Ints
from regionlift.measures.graphs.mixing import (
    ei_by_group,
    ei_index,
    mixing_matrix,
    mixing_test,
    tie_shares,
)
from regionlift.measures.graphs.nestedness import nodf
from regionlift.measures.graphs.nulls import compared, degree_null, rewired, shuffled_memberships
from regionlift.measures.graphs.paths import components, largest_component_share, path_length
from regionlift.measures.graphs.smallworld import small_world
from regionlift.measures.graphs.triangles import mean_clustering, transitivity

few = settings(max_examples=40, deadline=None)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def complete(n: int) -> Graph:
    i, j = np.triu_indices(n, 1)
    return Graph.from_ties(n, i, j)


# comparisons


def test_a_comparison_by_hand() -> None:
    found = compared(5.0, [1.0, 2.0, 3.0, 2.0], levels=(0.25, 0.75))
    assert (found.mean, found.sd) == (2, pytest.approx(np.sqrt(2 / 3)))
    assert found.z == pytest.approx(3 / np.sqrt(2 / 3)) and (found.p, found.draws) == (1 / 5, 4)
    assert (found.low, found.high) == (1.75, 2.25)
    assert compared(1.0, [1.0, 2.0, 3.0, 2.0]).p == 3 / 5  # both 1 and 3 are as far
    assert compared(2.0, [1.0, 2.0, 3.0, 2.0]).p == 1


def test_draws_that_are_all_the_same_give_no_score() -> None:
    for value in (0.1, 0.3, 7.0):
        found = compared(0.2, [value] * 7)
        assert found.z is None and found.sd == 0 and found.mean == value and found.p == 1 / 8
    with pytest.raises(ValueError, match="two finite draws"):
        compared(1.0, [1.0])
    with pytest.raises(ValueError, match="1 of them not finite"):
        compared(1.0, [1.0, np.nan])


# degree-preserving null


@few
@given(st.integers(2, 25), st.floats(0, 1), st.integers(0, 10**6))
def test_rewiring_keeps_every_degree_and_stays_simple(n: int, p: float, seed: int) -> None:
    graph = generators.erdos_renyi(n, p, rng(seed))
    drawn = rewired(graph, rng(seed + 1))
    i, j = drawn.ties()
    again = Graph.from_ties(n, i, j)  # refuses loops and double ties
    assert (again.indices == drawn.indices).all() and (drawn.degree == graph.degree).all()
    assert (again.indptr == drawn.indptr).all()


def test_rewiring_moves_ties_and_leaves_the_graph_given_alone() -> None:
    graph = generators.barabasi_albert(300, 3, rng(1))
    before = graph.indices.copy()
    drawn = rewired(graph, rng(2))
    assert (graph.indices == before).all()
    one, other = (set(zip(*g.ties(), strict=True)) for g in (graph, drawn))
    assert len(one & other) < 0.2 * len(one)
    assert (rewired(graph, rng(2)).indices == drawn.indices).all()
    assert (rewired(graph, rng(2), 0).indices == before).all()
    with pytest.raises(ValueError, match="must not be negative"):
        rewired(graph, rng(), -1)


def test_rewiring_is_even_over_all_graphs_of_the_degrees() -> None:
    """Five nodes of degrees 2, 2, 2, 1, 1: 7 simple graphs, each as likely as the others."""
    degrees = (2, 2, 2, 1, 1)
    pairs = list(combinations(range(5), 2))
    possible = [
        chosen for chosen in combinations(pairs, 4)
        if all(sum(v in t for t in chosen) == d for v, d in enumerate(degrees))
    ]  # fmt: skip
    assert len(possible) == 7
    graph = Graph.from_ties(5, *zip(*possible[0], strict=True))
    source, draws = rng(3), 4000
    seen = Counter(
        tuple((int(a), int(b)) for a, b in zip(*rewired(graph, source, 15).ties(), strict=True))
        for _ in range(draws)
    )
    assert set(seen) == set(possible)
    expected = draws / 7
    chi = sum((c - expected) ** 2 / expected for c in seen.values())
    assert chi < 22.5  # 0.999 quantile at 6 degrees of freedom


def scores(statistic: Callable[[Graph], float | None], start: Graph, seed: int) -> list[float]:
    """z of 100 graphs that are themselves draws of the null."""
    source, found = rng(seed), []
    for _ in range(100):
        comparison = degree_null(statistic, rewired(start, source), source, draws=40)
        assert comparison is not None and comparison.z is not None
        found.append(comparison.z)
    return found


@pytest.mark.parametrize("statistic", [transitivity, degree_assortativity])
def test_scores_of_draws_of_the_null_are_standard(
    statistic: Callable[[Graph], float | None],
) -> None:
    z = np.array(scores(statistic, generators.barabasi_albert(60, 4, rng(4)), 5))
    # t of 40 draws: sd 1.03 and a little more for the error of the mean
    assert abs(z.mean()) < 3.5 * z.std() / 10
    assert 0.8 < z.std(ddof=1) < 1.3


def test_a_statistic_that_is_not_defined_is_not_tested() -> None:
    empty = Graph.from_ties(4, [], [])
    assert degree_null(transitivity, empty, rng()) is None
    star = Graph.from_ties(5, [0, 0, 0, 0], [1, 2, 3, 4])
    fixed = degree_null(transitivity, star, rng(), draws=5)
    assert fixed is not None and fixed.z is None and fixed.p == 1


# fixed margins


def memberships(n: int, k: int, p: float, seed: int) -> tuple[Ints, Ints]:
    event, org = np.nonzero(rng(seed).random((k, n)) < p)
    return org.astype(np.int32), event.astype(np.int32)


@few
@given(st.integers(1, 15), st.integers(1, 12), st.floats(0, 1), st.integers(0, 10**6))
def test_trades_keep_both_margins(n: int, k: int, p: float, seed: int) -> None:
    org, event = memberships(n, k, p, seed)
    new, where = shuffled_memberships(org, event, rng(seed))
    assert (np.bincount(new, minlength=n) == np.bincount(org, minlength=n)).all()
    assert (where == np.sort(event)).all()
    assert len(set(zip(new, where, strict=True))) == len(org)
    order = np.lexsort((new, where))
    assert (order == np.arange(len(org))).all()
    again, _ = shuffled_memberships(org[::-1], event[::-1], rng(seed))
    assert (again == new).all()


def test_trades_are_even_over_all_matrices_of_the_margins() -> None:
    """Rows of 2, 1, 1 ones and columns of 2, 1, 1: five matrices, each as likely."""
    rows = [r for r in product((0, 1), repeat=3) if sum(r) in (1, 2)]
    possible = [
        m for m in product(rows, repeat=3)
        if [sum(r) for r in m] == [2, 1, 1] and [sum(c) for c in zip(*m, strict=True)] == [2, 1, 1]
    ]  # fmt: skip
    assert len(possible) == 5
    event, org = np.nonzero(np.array(possible[0]))
    source, draws, seen = rng(8), 4000, Counter[tuple[int, ...]]()
    for _ in range(draws):
        seen[tuple(shuffled_memberships(org, event, source, 10)[0].tolist())] += 1
    assert len(seen) == 5
    chi = sum((c - draws / 5) ** 2 / (draws / 5) for c in seen.values())
    assert chi < 18.5  # 0.999 quantile at 4 degrees of freedom


def test_scores_of_nestedness_under_fixed_margins_are_standard() -> None:
    org, event = memberships(25, 20, 0.3, 9)
    source, z = rng(10), []
    for _ in range(100):
        own = shuffled_memberships(org, event, source)
        observed = nodf(*own).whole
        draws = [nodf(*shuffled_memberships(*own, source)).whole for _ in range(30)]
        assert observed is not None
        found = compared(observed, [d for d in draws if d is not None]).z
        assert found is not None
        z.append(found)
    assert abs(np.mean(z)) < 3.5 * np.std(z) / 10 and 0.8 < np.std(z, ddof=1) < 1.3


def test_memberships_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="organisation 4 is in event 1 twice"):
        shuffled_memberships([4, 0, 4], [1, 1, 1], rng())
    with pytest.raises(ValueError, match="one length"):
        shuffled_memberships([4, 0], [1], rng())
    with pytest.raises(ValueError, match="must not be negative"):
        shuffled_memberships([-1], [1], rng())


# mixing


def test_mixing_by_hand() -> None:
    graph = Graph.from_ties(5, [0, 0, 1, 2, 3], [1, 2, 2, 3, 4])
    labels = [0, 0, 1, 1, -1]
    mixing = mixing_matrix(graph, labels, 3)
    assert mixing.tolist() == [[2, 2, 0], [2, 2, 0], [0, 0, 0]]
    assert ei_index(graph, labels) == 0 and ei_by_group(mixing) == (1 / 3, 1 / 3, None)
    shares = tie_shares(mixing)
    assert shares is not None and shares.tolist() == [[0.25, 0.5, 0], [0, 0.25, 0], [0, 0, 0]]
    assert (
        ei_index(graph, [-1] * 5) is None and tie_shares(mixing_matrix(graph, [-1] * 5, 1)) is None
    )


@pytest.mark.parametrize("null", ["rewired", "labels"])
def test_mixing_that_is_planted_is_seen_and_chance_is_not(null: str) -> None:
    planted, block = generators.degree_corrected_blocks(200, 800, 3, 0.6, 3.0, rng(11))
    found = mixing_test(planted, block, 3, rng(12), null, draws=60)  # type: ignore[arg-type]
    assert found.ei is not None and found.ei.z is not None and found.ei.z < -8
    assert set(found.shares) == {(a, b) for a in range(3) for b in range(a, 3)}
    assert sum(c.observed for c in found.shares.values()) == pytest.approx(1)
    assert sum(c.mean for c in found.shares.values()) == pytest.approx(1)
    assert all((c.z or 0) > 3 for (a, b), c in found.shares.items() if a == b)
    chance = mixing_test(planted, rng(13).permutation(block), 3, rng(14), null, draws=60)  # type: ignore[arg-type]
    assert chance.ei is not None and chance.ei.p > 0.01


def test_mixing_without_known_ties_or_with_another_null() -> None:
    graph = Graph.from_ties(3, [0], [1])
    assert mixing_test(graph, [0, -1, 0], 2, rng()).ei is None
    with pytest.raises(ValueError, match='must be "rewired" or "labels"'):
        mixing_test(graph, [0, 0, 0], 1, rng(), "other")  # type: ignore[arg-type]


# cores, small worlds, communities against the null


def test_a_core_that_degrees_explain_is_no_finding() -> None:
    star = generators.barabasi_albert(120, 2, rng(15))
    drawn = rewired(star, rng(16))
    assert core_periphery(star).misfit == core_periphery(drawn).misfit
    source, p = rng(17), []
    for _ in range(20):
        found = core_periphery_test(rewired(star, source), source, draws=39)
        assert found is not None
        p.append(found.p)
    assert np.mean(np.array(p) <= 0.1) <= 0.3 and 0.3 < np.mean(p) < 0.75
    assert core_periphery_test(Graph.from_ties(3, [], []), rng()) is None


def test_a_small_world_is_told_from_chance() -> None:
    lattice = generators.watts_strogatz(300, 8, 0.08, rng(18))
    found = small_world(lattice, rng(19), draws=25, sample=None)
    assert found is not None and found.quotient is not None
    assert found.clustering.z is not None and found.clustering.z > 10
    assert found.clustering.observed == mean_clustering(lattice)
    assert found.path_length.observed == path_length(lattice)
    assert found.quotient.observed > 5 > found.quotient.high
    assert 0.5 < found.quotient.low < 1 < found.quotient.high
    expected = (found.transitivity.observed / found.transitivity.mean) / (
        found.path_length.observed / found.path_length.mean
    )
    assert found.quotient.observed == pytest.approx(expected)
    chance = small_world(rewired(lattice, rng(20)), rng(21), draws=39)
    assert chance is not None and chance.quotient is not None and chance.quotient.p > 0.02
    assert small_world(Graph.from_ties(4, [0, 2], [1, 3]), rng()) is None
    star = small_world(Graph.from_ties(4, [0, 0, 0], [1, 2, 3]), rng(), draws=3)
    assert star is not None and star.quotient is None


def test_planted_communities_are_found_by_every_run() -> None:
    graph, block = generators.degree_corrected_blocks(240, 1800, 4, 0.95, 4.0, rng(22))
    found = communities(graph, rng(23), runs=4)
    assert found is not None and found.count == 4 and len(found.agreement) == 6
    assert found.modularity == max(found.modularities) == modularity(graph, found.labels)
    assert found.modularity >= (modularity(graph, block) or 0) - 1e-12
    assert min(found.agreement) > 0.9
    sizes = np.bincount(found.labels)
    assert (np.diff(sizes) <= 0).all()
    chance = communities(generators.erdos_renyi(150, 0.05, rng(24)), rng(25), runs=4)
    assert chance is not None and np.mean(chance.agreement) < 0.6
    assert communities(Graph.from_ties(3, [], []), rng()) is None
    with pytest.raises(ValueError, match="at least 1"):
        communities(graph, rng(), runs=0)


# textbook models


def test_watts_strogatz_lattice_is_exact() -> None:
    """Watts and Strogatz 1998: C = 3 (k - 2) / (4 (k - 1)); L of a ring of 1,000 by tens."""
    lattice = generators.watts_strogatz(1000, 10, 0.0, rng())
    assert mean_clustering(lattice) == pytest.approx(3 * 8 / (4 * 9), abs=1e-9)
    assert path_length(lattice) == pytest.approx(50.45045045045045, abs=1e-9)


@pytest.mark.parametrize("p", [0.01, 0.1])
def test_watts_strogatz_clustering_falls_as_one_end_is_rewired(p: float) -> None:
    """Barrat and Weigt 2000: C(p) / C(0) = (1 - p)^3, mean of 10 graphs."""
    source = rng(26)
    found = [mean_clustering(generators.watts_strogatz(1000, 10, p, source)) for _ in range(10)]
    assert np.mean([f for f in found if f]) / (2 / 3) == pytest.approx((1 - p) ** 3, abs=0.01)


def test_watts_strogatz_keeps_one_end_and_draws_the_other_evenly() -> None:
    graph = generators.watts_strogatz(2000, 6, 1.0, rng(34))
    assert graph.degree.min() >= 3  # k / 2 ties of each node keep it as an end
    extra = graph.degree - 3  # the other ends: close to Poisson(3), as likely everywhere
    assert extra.mean() == 3 and extra.var() == pytest.approx(3, rel=0.15)
    assert extra[:1000].sum() == pytest.approx(3000, abs=4 * np.sqrt(1500))


def test_barabasi_albert_degree_law() -> None:
    """P(k) = 2 m (m + 1) / (k (k + 1) (k + 2)): .4000, .2000, .1143, .0182 at m = 3."""
    graph = generators.barabasi_albert(200_000, 3, rng(27))
    assert graph.m == 6 + 3 * (200_000 - 4) and graph.degree.min() == 3
    shares = np.bincount(graph.degree) / graph.n
    for k, expected in ((3, 0.4), (4, 0.2), (5, 0.1143), (10, 0.0182)):
        assert shares[k] == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize(("c", "share"), [(1.2, 0.3137), (1.5, 0.5828), (2, 0.7968), (3, 0.9405)])
def test_erdos_renyi_giant_component(c: float, share: float) -> None:
    """Erdos and Renyi 1960: S = 1 - exp(-c S)."""
    n = 100_000
    graph = generators.erdos_renyi(n, c / (n - 1), rng(28))
    assert largest_component_share(graph) == pytest.approx(share, abs=0.012)
    assert graph.m == pytest.approx(c * n / 2, abs=5 * np.sqrt(c * n / 2))
    assert len(set(components(graph)[:100])) > 1


@pytest.mark.parametrize("sigma", [0.4, 0.65])
def test_pitman_yor_singletons(sigma: float) -> None:
    """The share of names seen once tends to sigma, of those seen twice to sigma (1 - sigma) / 2."""
    names = generators.pitman_yor(100_000, sigma, 100, rng(29))
    counts = np.bincount(names)
    assert (counts > 0).all() and names[0] == 0
    first = np.unique(names, return_index=True)[1]
    assert (np.diff(first) > 0).all()
    assert (counts == 1).mean() == pytest.approx(sigma, abs=0.03)
    assert (counts == 2).mean() == pytest.approx(sigma * (1 - sigma) / 2, abs=0.03)


def test_limits_of_the_generators() -> None:
    assert (
        generators.erdos_renyi(7, 1, rng()).m == 21 and generators.erdos_renyi(7, 0, rng()).m == 0
    )
    assert generators.erdos_renyi(0, 0.5, rng()).n == 0
    assert generators.erdos_renyi(5, 1e-300, rng()).m == 0
    assert generators.watts_strogatz(6, 0, 1, rng()).m == 0
    assert generators.watts_strogatz(7, 6, 1, rng()).m == 21
    assert generators.watts_strogatz(40, 4, 1, rng()).m == 80
    assert generators.barabasi_albert(4, 3, rng()).m == 6
    assert len(generators.pitman_yor(0, 0.5, 1, rng())) == 0
    assert set(generators.pitman_yor(50, 0, 1e-12, rng())) == {0}
    graph, block = generators.degree_corrected_blocks(50, 0, 5, 0.5, 3, rng())
    assert graph.m == 0 and set(block) <= set(range(5))
    assert generators.degree_corrected_blocks(0, 0, 1, 0.5, 3, rng())[0].n == 0


def test_arguments_outside_the_model_are_refused() -> None:
    for call, said in (
        (lambda: generators.erdos_renyi(5, 1.1, rng()), "p must lie in 0..1"),
        (lambda: generators.watts_strogatz(5, 3, 0.1, rng()), "k must be even"),
        (lambda: generators.watts_strogatz(5, 6, 0.1, rng()), "k must be even"),
        (lambda: generators.barabasi_albert(5, 5, rng()), r"m must lie in 1..n-1"),
        (lambda: generators.pitman_yor(5, 1.0, 1, rng()), "sigma < 1"),
        (lambda: generators.pitman_yor(5, 0.5, -0.5, rng()), "theta > -sigma"),
        (lambda: generators.degree_corrected_blocks(9, 40, 1, 0.5, 3, rng()), "m <= n"),
    ):
        with pytest.raises(ValueError, match=said):
            call()


def test_interpreted_draws_are_the_same_digits() -> None:
    graph = generators.erdos_renyi(30, 0.2, rng(30))
    org, event = memberships(12, 8, 0.4, 31)
    bounds = np.searchsorted(event, np.arange(9))
    arguments: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        (generators._pairs, (40, 0.1)),
        (generators._small_world, (30, 4, 0.3)),
        (generators._attached, (40, 3)),
        (generators._urn, (300, 0.4, 3.0)),
        (nulls._swap, (graph.indptr, graph.indices, graph.tails(), 500)),
        (nulls._trade, (bounds, org, 12, 60)),
    ]
    for call, given_ in arguments:
        results = []
        for form in (call, interpreted(call)):
            copies = [a.copy() if isinstance(a, np.ndarray) else a for a in given_]
            results.append([form(*copies, rng(32)), *copies])
        for one, other in zip(*results, strict=True):
            assert np.array_equal(np.array(one), np.array(other)), call


def test_networkx_draws_agree_with_ours_in_law() -> None:
    """Transitivity and giant share of G(n, p) and preferential attachment, 40 graphs of each."""
    source = rng(33)
    own = [transitivity(generators.barabasi_albert(200, 4, source)) for _ in range(40)]
    theirs = [nx.transitivity(nx.barabasi_albert_graph(200, 4, seed=s)) for s in range(40)]
    gap = np.mean([o for o in own if o is not None]) - np.mean(theirs)
    assert abs(gap) < 4 * np.std(theirs) * np.sqrt(2 / 40) + 0.005  # another start
    assert transitivity(complete(6)) == 1
