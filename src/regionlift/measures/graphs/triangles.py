"""Triangles: each is met once, from its node of lowest degree."""

from __future__ import annotations

import numpy as np

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import Floats, Graph, Ints, Longs, side_by_side, stretches


def oriented(graph: Graph) -> tuple[Longs, Ints]:
    """Of each node's neighbours those of higher degree, or of equal degree and higher number.

    No node keeps more than sqrt(2 m) of them, so that triangles cost O(m^1.5) (Chiba and
    Nishizeki 1985; Latapy 2008). Returns bounds (n + 1,) and nodes (m,) as in ``Graph``.
    """
    return _orient(graph.indptr, graph.indices, graph.degree.astype(np.int32))


def triangles(graph: Graph, threads: int = 1) -> Longs:
    """(n,) triangles each node is part of."""
    bounds, nodes = oriented(graph)
    parts = 1 if threads == 1 else 4 * threads
    found = side_by_side(
        lambda a, b: _triangles(bounds, nodes, a, b), stretches(bounds, parts), threads
    )
    counts: Longs = np.sum(found, axis=0)
    return counts


def local_clustering(graph: Graph, threads: int = 1) -> Floats:
    """(n,) share of the pairs of a node's neighbours that are tied, t / (d (d - 1) / 2).

    Zero where a node has fewer than two neighbours, as Watts and Strogatz (1998) is mostly read;
    tell such nodes by ``graph.degree``.
    """
    pairs = graph.degree * (graph.degree - 1) / 2
    return triangles(graph, threads) / np.maximum(pairs, 1)


def mean_clustering(graph: Graph, threads: int = 1) -> float | None:
    """Mean local clustering over all nodes (Watts and Strogatz 1998); None without nodes."""
    return float(local_clustering(graph, threads).mean()) if graph.n else None


def transitivity(graph: Graph, threads: int = 1) -> float | None:
    """Share of two-paths that are closed, 3 triangles / two-paths; None without two-paths.

    Newman, Strogatz and Watts 2001.
    """
    two_paths = int((graph.degree * (graph.degree - 1)).sum()) // 2
    return float(triangles(graph, threads).sum() / two_paths) if two_paths else None


@kernel
def _orient(indptr: Longs, indices: Ints, degree: Ints) -> tuple[Longs, Ints]:
    n = len(degree)
    bounds = np.zeros(n + 1, np.int64)
    nodes = np.empty(len(indices) // 2 + 1, np.int32)  # one to spare: written before it is kept
    at = 0
    for v in range(n):
        own = degree[v]
        for p in range(indptr[v], indptr[v + 1]):
            w = indices[p]
            nodes[at] = w
            at += degree[w] > own or (degree[w] == own and w > v)
        bounds[v + 1] = at
    return bounds, nodes[:at]


@kernel
def _triangles(bounds: Longs, nodes: Ints, start: int, stop: int) -> Longs:
    """Triangles of each node, of those triangles whose lowest node lies in start..stop-1."""
    n = len(bounds) - 1
    counts = np.zeros(n, np.int64)
    marked = np.zeros(n, np.bool_)
    for u in range(start, stop):
        if bounds[u + 1] - bounds[u] < 2:
            continue
        for p in range(bounds[u], bounds[u + 1]):
            marked[nodes[p]] = True
        for p in range(bounds[u], bounds[u + 1]):
            v = nodes[p]
            closed = 0
            for q in range(bounds[v], bounds[v + 1]):
                w = nodes[q]
                if marked[w]:
                    counts[w] += 1
                    closed += 1
            counts[v] += closed
            counts[u] += closed
        for p in range(bounds[u], bounds[u + 1]):
            marked[nodes[p]] = False
    return counts
