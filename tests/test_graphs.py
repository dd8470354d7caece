"""Statistics of graphs: against NetworkX, against their definitions, and interpreted."""

from __future__ import annotations

from itertools import combinations
from math import comb

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.evidence.compiled import interpreted
from regionlift.measures.graphs import betweenness as between
from regionlift.measures.graphs import brokerage, core, csr, paths, triangles
from regionlift.measures.graphs.basic import degree_assortativity, density, mean_degree
from regionlift.measures.graphs.communities import (
    adjusted_mutual_information,
    modularity,
    normalised_mutual_information,
)
from regionlift.measures.graphs.csr import Floats, Graph, Longs
from regionlift.measures.graphs.mixing import label_assortativity, mixing_matrix
from regionlift.measures.graphs.nestedness import Nestedness, nodf

few = settings(max_examples=40, deadline=None)


def graph_of(network: nx.Graph) -> Graph:
    ties = np.array([sorted(t) for t in network.edges()], dtype=np.int64).reshape(-1, 2)
    return Graph.from_ties(len(network), ties[:, 0], ties[:, 1])


def networks() -> list[nx.Graph]:
    """Fifty graphs: random, growing, small worlds; with isolates, in parts, empty, complete."""
    found = [nx.empty_graph(0), nx.empty_graph(1), nx.empty_graph(6), nx.complete_graph(2)]
    found += [nx.complete_graph(8), nx.star_graph(9), nx.path_graph(12), nx.cycle_graph(11)]
    found += [nx.complete_bipartite_graph(4, 7), nx.barbell_graph(5, 3)]
    found += [nx.disjoint_union(nx.gnp_random_graph(20, 0.2, seed=s), nx.cycle_graph(5 + s))
              for s in range(6)]  # fmt: skip
    found += [nx.gnp_random_graph(40, p, seed=s) for s in range(3) for p in (0.02, 0.06, 0.2, 0.5)]
    found += [nx.barabasi_albert_graph(50, m, seed=s) for s in range(3) for m in (1, 2, 5)]
    found += [nx.watts_strogatz_graph(48, 6, p, seed=s) for s in range(3) for p in (0.0, 0.1, 0.5)]
    found += [nx.gnm_random_graph(90, 60, seed=s) for s in range(4)]
    return found


NETWORKS = networks()


def test_there_are_fifty() -> None:
    assert len(NETWORKS) == 50


@pytest.mark.parametrize("at", range(len(NETWORKS)))
def test_every_statistic_is_that_of_networkx(at: int) -> None:
    network = NETWORKS[at]
    graph = graph_of(network)
    n, m = len(network), network.number_of_edges()
    nodes = list(range(n))

    def same(own: Floats | Longs, reference: dict[int, float]) -> None:
        np.testing.assert_allclose(own, [reference[v] for v in nodes], rtol=1e-11, atol=1e-12)

    def equal(own: float | None, reference: float) -> None:
        assert own == pytest.approx(reference, rel=1e-11, abs=1e-12)

    if n == 0:
        assert len(paths.components(graph)) == len(brokerage.constraint(graph)) == 0
        assert len(between.betweenness(graph)) == len(core.core_numbers(graph)) == 0
        assert triangles.mean_clustering(graph) is None and mean_degree(graph) is None
        assert paths.largest_component_share(graph) is None and paths.path_length(graph) is None
        assert density(graph) is None and paths.global_efficiency(graph) is None
        return
    same(graph.degree, dict(network.degree()))
    same(triangles.triangles(graph), nx.triangles(network))
    same(triangles.local_clustering(graph), nx.clustering(network))
    same(core.core_numbers(graph), nx.core_number(network))
    same(brokerage.constraint(graph), nx.constraint(network))
    same(brokerage.effective_size(graph), nx.effective_size(network))
    for scaled in (True, False):
        reference = nx.betweenness_centrality(network, normalized=scaled)
        same(between.betweenness(graph, normalized=scaled), reference)
    parts = [set(np.flatnonzero(paths.components(graph) == k))
             for k in range(nx.number_connected_components(network))]  # fmt: skip
    assert {frozenset(p) for p in parts} == {frozenset(p) for p in nx.connected_components(network)}
    equal(triangles.mean_clustering(graph), nx.average_clustering(network))
    largest = network.subgraph(max(nx.connected_components(network), key=len))
    equal(paths.largest_component_share(graph), len(largest) / n)
    if n > 1:
        equal(density(graph), nx.density(network))
        equal(paths.global_efficiency(graph), nx.global_efficiency(network))
    if len(largest) > 1:
        equal(paths.path_length(graph), nx.average_shortest_path_length(largest))
    two_paths = sum(comb(d, 2) for _, d in network.degree())
    transitivity = triangles.transitivity(graph)
    assert transitivity is None if two_paths == 0 else transitivity == nx.transitivity(network)
    ends = {d for _, d in network.degree() if d}
    if len(ends) < 2:
        assert degree_assortativity(graph) is None
    else:
        reference = nx.degree_pearson_correlation_coefficient(network)
        assert degree_assortativity(graph) == pytest.approx(reference, rel=1e-9, abs=1e-9)
    labels = np.random.default_rng(at).integers(0, 3, n)
    if m:
        groups = [set(np.flatnonzero(labels == k).tolist()) for k in range(3)]
        for gamma in (1.0, 0.7):
            reference = nx.community.modularity(network, groups, resolution=gamma)
            equal(modularity(graph, labels, gamma), reference)
    nx.set_node_attributes(network, dict(enumerate(labels.tolist())), "group")
    order = {0: 0, 1: 1, 2: 2}
    mixing = mixing_matrix(graph, labels, 3)
    expected = nx.attribute_mixing_matrix(network, "group", mapping=order, normalized=False)
    assert (mixing == expected).all()
    if (mixing.sum(axis=1) > 0).sum() > 1:
        equal(label_assortativity(mixing), nx.attribute_assortativity_coefficient(network, "group"))
    else:
        assert label_assortativity(mixing) is None


@pytest.mark.parametrize("at", range(0, 50, 7))
def test_interpreted_kernels_say_the_same(at: int) -> None:
    graph = graph_of(NETWORKS[at])
    n, indptr, indices = graph.n, graph.indptr, graph.indices
    bounds, nodes = triangles.oriented(graph)
    labels = np.arange(n) % 3 - (np.arange(n) % 11 == 0)
    i, j = graph.ties()
    some = np.arange(0, n, 3)
    calls = [
        (csr._count, (n, i, j)),
        (csr._fill, (indptr[:-1].copy(), i, j)),
        (csr.sorted_rows, (indptr, indices)),
        (csr._repeated, (indptr, indices)),
        (triangles._orient, (indptr, indices, graph.degree.astype(np.int32))),
        (triangles._triangles, (bounds, nodes, 0, n)),
        (paths._components, (indptr, indices)),
        (paths._distances, (indptr, indices, some)),
        (core._core_numbers, (indptr, indices)),
        (core._minres, (indptr, indices, np.ones(n), 1e-9, 20)),
        (brokerage._constraint, (indptr, indices, 0, n)),
        (brokerage._all_pairs, (indptr, indices, labels)),
        (brokerage._closed_pairs, (bounds, nodes, labels)),
        (between._dependency, (indptr, indices, some)),
    ]
    for call, arguments in calls:
        copies = [[a.copy() if isinstance(a, np.ndarray) else a for a in arguments] for _ in "ab"]
        one, other = call(*copies[0]), interpreted(call)(*copies[1])
        for a, b in zip(one, other, strict=True) if isinstance(one, tuple) else [(one, other)]:
            np.testing.assert_allclose(a, b, rtol=1e-13, err_msg=call.__name__)


def test_threads_change_no_digit() -> None:
    graph = graph_of(nx.barabasi_albert_graph(400, 4, seed=5))
    for call in (triangles.triangles, brokerage.constraint, brokerage.effective_size,
                 paths.distance_counts, between.betweenness):  # fmt: skip
        assert (call(graph) == call(graph, threads=3)).all()
    assert paths.path_length(graph, threads=2) == paths.path_length(graph)


def test_ties_in_any_order_make_the_same_graph_and_come_back_sorted() -> None:
    rng = np.random.default_rng(0)
    graph = graph_of(nx.gnm_random_graph(50, 200, seed=1))
    i, j = graph.ties()
    assert (np.diff(i.astype(np.int64) * 50 + j) > 0).all() and (i < j).all() and graph.m == 200
    order = rng.permutation(len(i))
    again = Graph.from_ties(50, i[order], j[order])
    assert (again.indices == graph.indices).all() and (again.indptr == graph.indptr).all()
    mask = rng.random(50) < 0.6
    inner = nx.gnm_random_graph(50, 200, seed=1).subgraph(np.flatnonzero(mask).tolist())
    fewer = graph.among(mask)
    assert fewer.m == inner.number_of_edges() and fewer.n == mask.sum()
    assert sorted(fewer.degree) == sorted(d for _, d in inner.degree())


@pytest.mark.parametrize(
    ("n", "i", "j", "said"),
    [
        (3, [0, 1], [1, 1], r"tie 1 \(1, 1\) is not"),
        (3, [0, 2], [1, 1], r"tie 1 \(2, 1\) is not"),
        (3, [0], [3], "< n = 3"),
        (3, [-1], [2], "is not 0 <= i"),
        (3, [0], [2**32 + 1], "is not 0 <= i"),
        (3, [0, 1, 0], [2, 2, 2], "node 0 has the same tie twice"),
        (3, [0, 1], [2], "one length"),
        (3, [0.5], [2], "whole numbers"),
        (-1, [], [], "n must lie"),
    ],
)
def test_what_is_no_simple_graph_is_refused(n: int, i: list[int], j: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Graph.from_ties(n, i, j)


def test_sampled_sources_give_the_sum_over_them_and_are_unbiased() -> None:
    network = nx.gnm_random_graph(60, 140, seed=3)
    graph = graph_of(network)
    rng = np.random.default_rng(4)
    sources = rng.choice(60, 9, replace=False)
    reference = nx.betweenness_centrality_subset(network, sources.tolist(), range(60))
    own = between.path_dependency(graph, sources) / 2
    np.testing.assert_allclose(own, [reference[v] for v in range(60)], atol=1e-10)
    exact = between.betweenness(graph)
    draws = np.array([between.betweenness(graph, 10, rng) for _ in range(400)])
    error = draws.std(axis=0) / 20
    assert (np.abs(draws.mean(axis=0) - exact) < 4.5 * error + 1e-9).all()
    np.testing.assert_allclose(between.betweenness(graph, 60, rng), exact)
    mean = np.mean([paths.path_length(graph, 5, rng) for _ in range(400)])
    assert mean == pytest.approx(paths.path_length(graph), rel=0.01)
    counts = paths.distance_counts(graph)
    assert counts[0] == 60 and counts[1] == 280 and paths.distance_counts(graph, sources)[0] == 9
    for call in (between.betweenness, paths.path_length):
        with pytest.raises(ValueError, match="sample"):
            call(graph, 5)
        with pytest.raises(ValueError, match="sample"):
            call(graph, 0, rng)
    with pytest.raises(ValueError, match=r"in 1\.\.60"):
        between.betweenness(graph, 61, rng)


def roles_by_loops(network: nx.Graph, labels: Longs) -> Longs:
    """Gould and Fernandez 1989 word by word, over all triples."""
    table = np.zeros((len(network), len(brokerage.ROLES)), np.int64)
    for b in network:
        for a, c in combinations(network[b], 2):
            if network.has_edge(a, c):
                continue
            x, y, z = labels[a], labels[b], labels[c]
            if min(x, y, z) < 0:
                role = "unlabelled"
            elif x == y == z:
                role = "coordinator"
            elif x == z:
                role = "itinerant"
            elif y in (x, z):
                role = "gatekeeper_representative"
            else:
                role = "liaison"
            table[b, brokerage.ROLES.index(role)] += 1
    return table


@pytest.mark.parametrize("at", range(0, 50, 3))
def test_brokerage_roles_are_those_of_all_triples(at: int) -> None:
    network = NETWORKS[at]
    labels = np.random.default_rng(at).integers(-1, 4, len(network))
    roles = brokerage.gould_fernandez(graph_of(network), labels)
    assert (roles == roles_by_loops(network, labels)).all()
    groups = brokerage.roles_by_group(roles, labels, 4)
    assert groups.sum() == roles[labels >= 0].sum()
    if len(network):
        assert (groups[2] == roles[labels == 2].sum(axis=0)).all()


def test_labels_that_do_not_fit_are_refused() -> None:
    graph = graph_of(nx.path_graph(3))
    for labels in ([0, 1], [0.0, 1.0, 2.0]):
        with pytest.raises(ValueError, match="labels must be whole numbers, one a node"):
            brokerage.gould_fernandez(graph, labels)
    with pytest.raises(ValueError, match="labels must lie below 2"):
        mixing_matrix(graph, [0, 1, 2], 2)
    with pytest.raises(ValueError, match="node 1 is in no community"):
        modularity(graph, [0, -1, 0])


def misfit(network: nx.Graph, members: set[int]) -> int:
    within = network.subgraph(members).number_of_edges()
    outside = network.subgraph(set(network) - members).number_of_edges()
    return comb(len(members), 2) - within + outside


@pytest.mark.parametrize("seed", range(12))
def test_the_core_is_the_best_of_all_splits(seed: int) -> None:
    """Lip 2011: exhaustive search over all 2^9 cores finds no smaller misfit."""
    network = nx.gnp_random_graph(9, 0.15 + 0.06 * seed, seed=seed)
    splits = (set(s) for k in range(10) for s in combinations(range(9), k))
    fit = core.core_periphery(graph_of(network))
    members = set(np.flatnonzero(fit.core).tolist())
    assert fit.misfit == misfit(network, members) == min(misfit(network, s) for s in splits)
    if fit.correlation is not None:
        pairs = list(combinations(range(9), 2))
        tied = [float(network.has_edge(a, b)) for a, b in pairs]
        ideal = [float(a in members or b in members) for a, b in pairs]
        assert fit.correlation == pytest.approx(np.corrcoef(tied, ideal)[0, 1])


def test_a_planted_core_is_found_whole() -> None:
    n, k = 30, 6
    ties = [(a, b) for a, b in combinations(range(n), 2) if a < k]
    graph = Graph.from_ties(n, *zip(*ties, strict=True))
    fit = core.core_periphery(graph)
    assert set(np.flatnonzero(fit.core)) == set(range(k)) and fit.misfit == 0
    assert fit.correlation == pytest.approx(1)
    assert core.core_periphery(graph_of(nx.empty_graph(4))).correlation is None
    assert not core.core_periphery(graph_of(nx.empty_graph(4))).core.any()


def test_coreness_is_a_minimum() -> None:
    network = nx.barabasi_albert_graph(40, 3, seed=2)
    graph = graph_of(network)
    values = core.coreness(graph)
    assert values is not None
    ties = nx.to_numpy_array(network)

    def loss(c: Floats) -> float:
        error = (ties - np.outer(c, c)) ** 2
        return float((error.sum() - np.trace(error)) / 2)

    rng = np.random.default_rng(0)
    assert all(loss(values + 1e-3 * rng.normal(size=40)) > loss(values) for _ in range(50))
    complete = core.coreness(graph_of(nx.complete_graph(5)))
    assert complete is not None and complete == pytest.approx(np.ones(5), abs=1e-8)
    assert core.coreness(graph_of(nx.empty_graph(3))) is None
    assert core.coreness(graph, sweeps=1) is None


ALMEIDA = np.array([[1, 0, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [1, 1, 0, 0, 0],
                    [1, 1, 0, 0, 0]])  # fmt: skip


def test_nodf_of_the_worked_example() -> None:
    """The 5 x 5 matrix of Almeida-Neto et al. 2008, fig. 1, by hand.

    Rows, as paired percentages: 67, 67, 50, 50, 0, 100, 100, 50, 50, 0, mean 53; columns 0, 67,
    50, 100, 67, 50, 0, 100, 100, 100, mean 63; together 58.
    """
    found = nodf(*np.nonzero(ALMEIDA))
    assert found.rows == pytest.approx((2 * 200 / 3 + 400) / 10)
    assert found.columns == pytest.approx((2 * 200 / 3 + 500) / 10)
    assert found.whole == pytest.approx((4 * 200 / 3 + 900) / 20)
    turned = nodf(*np.nonzero(ALMEIDA.T))
    assert (turned.rows, turned.columns) == (found.columns, found.rows)
    shuffled = ALMEIDA[[3, 0, 4, 2, 1]][:, [2, 4, 0, 1, 3]]
    assert nodf(*np.nonzero(shuffled)).whole == pytest.approx(found.whole)


def test_nodf_at_its_limits() -> None:
    stairs = np.tril(np.ones((6, 6)))
    assert nodf(*np.nonzero(stairs)) == Nestedness(100, 100, 100)
    for flat in (np.eye(5), np.ones((4, 5)), np.kron(np.eye(2), np.ones((2, 3)))):
        assert nodf(*np.nonzero(flat)) == Nestedness(0, 0, 0)
    assert nodf([], []) == nodf([3], [4]) == Nestedness(None, None, None)
    assert nodf([0, 0], [0, 1]) == Nestedness(None, 0, 0)
    with pytest.raises(ValueError, match="twice"):
        nodf([0, 0], [1, 1])
    with pytest.raises(ValueError, match="one length"):
        nodf([0, 0], [1])


@few
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=3, max_size=7))
def test_nodf_is_the_mean_over_all_pairs(rows: list[list[bool]]) -> None:
    matrix = np.array(rows)
    matrix = matrix[matrix.any(axis=1)][:, matrix.any(axis=0)]

    def pairs(lines: np.ndarray) -> list[float]:
        found = []
        for a, b in combinations(lines, 2):
            full, thin = (a, b) if a.sum() > b.sum() else (b, a)
            found.append(0.0 if a.sum() == b.sum() else 100 * (full & thin).sum() / thin.sum())
        return found

    one, other = pairs(matrix), pairs(matrix.T)
    expected = [float(np.mean(x)) if x else None for x in (one, other, one + other)]
    found = nodf(*np.nonzero(matrix))
    assert [found.rows, found.columns, found.whole] == [
        x if x is None else pytest.approx(x) for x in expected
    ]


def test_mutual_information_at_its_limits() -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(0, 4, 60)
    renamed = np.array([7, 3, 9, 1])[one]
    for call in (adjusted_mutual_information, normalised_mutual_information):
        assert call(one, renamed) == pytest.approx(1)
        assert call([0, 0, 0], [5, 5, 5]) == 1
    # the expectation is over permutations: their mean adjusted score is nothing
    other = rng.integers(0, 9, 60)
    scores = [adjusted_mutual_information(one, rng.permutation(other)) for _ in range(500)]
    assert abs(np.mean(scores)) < 4 * np.std(scores) / np.sqrt(500)
    assert normalised_mutual_information(one, other) > 0.05
    assert adjusted_mutual_information([0, 0, 0, 0], [0, 1, 2, 3]) == 0
    # Vinh et al. 2010 by the formula: 2 x 2, sizes 2, 2: E = (1/3) ln 2, halves agree or cross
    assert adjusted_mutual_information([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)
    with pytest.raises(ValueError, match="one length"):
        adjusted_mutual_information([0], [0, 1])
