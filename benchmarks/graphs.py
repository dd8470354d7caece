"""Own graph kernels against igraph and networkit: ``python benchmarks/graphs.py``.

One degree-corrected block graph of 100,000 nodes and 1,000,000 ties, all in one run, on as many
threads as are given; compilation and one warm-up call come before. CPU and wall seconds are the
best of several calls, taken in turn so that a busy moment hits all alike, and a ratio above 1
means that ours took less. Not a test: a busy machine must not fail a build. The answers are
compared before anything is timed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import igraph
import networkit
import numpy as np

from regionlift.measures.graphs.betweenness import path_dependency
from regionlift.measures.graphs.brokerage import constraint
from regionlift.measures.graphs.core import core_numbers
from regionlift.measures.graphs.csr import Graph
from regionlift.measures.graphs.generators import degree_corrected_blocks
from regionlift.measures.graphs.paths import components
from regionlift.measures.graphs.triangles import local_clustering

NODES, TIES, BLOCKS, WITHIN, EXPONENT, SOURCES = 100_000, 1_000_000, 200, 0.7, 2.8, 64


@dataclass(frozen=True)
class Row:
    """One task done by one library."""

    task: str
    library: str
    wall: float
    cpu: float
    wall_ratio: float
    cpu_ratio: float


def run(nodes: int = NODES, ties: int = TIES, threads: int = 2, repeats: int = 5) -> list[Row]:
    """Seconds of each task in each library, and the ratio to ours (above 1: ours is faster)."""
    rng = np.random.default_rng(1)
    graph, _ = degree_corrected_blocks(nodes, ties, BLOCKS, WITHIN, EXPONENT, rng)
    i, j = (a.copy() for a in graph.ties())
    mixed = rng.permutation(len(i))
    i, j = i[mixed], j[mixed]
    sources = rng.choice(nodes, SOURCES, replace=False)
    networkit.setNumberOfThreads(threads)
    rows = []
    for task, calls in tasks(nodes, i, j, sources, threads).items():
        times: dict[str, list[tuple[float, float]]] = {library: [] for library in calls}
        for call in calls.values():
            call()
        for _ in range(repeats):
            for library, call in calls.items():
                wall, cpu = time.perf_counter(), time.process_time()
                call()
                times[library].append((time.perf_counter() - wall, time.process_time() - cpu))
        best = {name: tuple(map(min, zip(*t, strict=True))) for name, t in times.items()}
        own = best["regionlift"]
        rows += [
            Row(task, name, wall, cpu, wall / own[0], cpu / own[1])
            for name, (wall, cpu) in best.items()
        ]
    return rows


def tasks(
    n: int, i: np.ndarray, j: np.ndarray, sources: np.ndarray, threads: int
) -> dict[str, dict[str, Callable[[], Any]]]:
    """Task -> library -> a call; a library that lacks the statistic is left out."""

    # each library is given the form it reads fastest, made beforehand
    stacked = np.column_stack((i, j))
    long = i.astype(np.int64), j.astype(np.int64)

    def by_igraph() -> igraph.Graph:
        return igraph.Graph(n, stacked)

    def by_networkit() -> networkit.Graph:
        return networkit.GraphFromCoo(long, n=n)

    own, ig, nk = Graph.from_ties(n, i, j), by_igraph(), by_networkit()
    chosen = sources.tolist()

    def ran(algorithm: Any) -> Any:
        return algorithm.run()

    agree(own, ig, nk, sources, threads)
    return {
        "build from arrays": {
            "regionlift": lambda: Graph.from_ties(n, i, j),
            "igraph": by_igraph,
            "networkit": by_networkit,
        },
        "components": {
            "regionlift": lambda: components(own),
            "igraph": lambda: ig.connected_components(),
            "networkit": lambda: ran(networkit.components.ParallelConnectedComponents(nk)),
            "networkit, one thread": lambda: ran(networkit.components.ConnectedComponents(nk)),
        },
        "k-core": {
            "regionlift": lambda: core_numbers(own),
            "igraph": lambda: ig.coreness(),
            "networkit": lambda: ran(networkit.centrality.CoreDecomposition(nk)),
        },
        "constraint": {
            "regionlift": lambda: constraint(own, threads),
            "igraph": lambda: ig.constraint(),
        },
        "local clustering": {
            "regionlift": lambda: local_clustering(own, threads),
            "igraph": lambda: ig.transitivity_local_undirected(mode="zero"),
            "networkit": lambda: ran(networkit.centrality.LocalClusteringCoefficient(nk, True)),
        },
        f"betweenness, {len(sources)} sources": {
            "regionlift": lambda: path_dependency(own, sources, threads),
            "igraph": lambda: ig.betweenness(sources=chosen),
            "networkit": lambda: ran(
                networkit.centrality.EstimateBetweenness(nk, len(sources), False, True)
            ),
        },
    }


def agree(own: Graph, ig: igraph.Graph, nk: networkit.Graph, sources: np.ndarray, t: int) -> None:
    """All libraries give the same answers, so that equal work is timed."""
    assert own.m == ig.ecount() == nk.numberOfEdges()
    parts = components(own)
    assert (parts == np.array(ig.connected_components().membership)).all()
    found = networkit.components.ConnectedComponents(nk).run().numberOfComponents()
    assert found == parts.max() + 1
    cores = core_numbers(own)
    assert (cores == np.array(ig.coreness())).all()
    assert (cores == np.array(networkit.centrality.CoreDecomposition(nk).run().scores())).all()
    np.testing.assert_allclose(constraint(own, t), ig.constraint(), rtol=1e-12)
    closed = local_clustering(own, t)
    np.testing.assert_allclose(closed, ig.transitivity_local_undirected(mode="zero"), rtol=1e-12)
    scores = networkit.centrality.LocalClusteringCoefficient(nk, True).run().scores()
    np.testing.assert_allclose(closed, scores, rtol=1e-12)
    theirs = np.array(ig.betweenness(sources=sources.tolist()))
    np.testing.assert_allclose(path_dependency(own, sources, t) / 2, theirs, rtol=1e-8, atol=1e-6)


def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    print(f"{NODES:,} nodes, {TIES:,} ties, {threads} threads")
    print(f"{'task':<26}{'library':<24}{'wall s':>8}{'CPU s':>8}{'wall x':>8}{'CPU x':>8}")
    for r in run(threads=threads):
        print(
            f"{r.task:<26}{r.library:<24}{r.wall:>8.4f}{r.cpu:>8.4f}"
            f"{r.wall_ratio:>8.2f}{r.cpu_ratio:>8.2f}"
        )


if __name__ == "__main__":
    main()
