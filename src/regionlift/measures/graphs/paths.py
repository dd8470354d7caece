"""Components and shortest paths."""

from __future__ import annotations

import numpy as np

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import Flags, Graph, Ints, Longs, side_by_side

#: Sources followed at once, one bit each; 62 keep 64-bit sums clear of the sign.
BITS = 62


def components(graph: Graph) -> Ints:
    """(n,) number of the component of each node, 0, 1, ... in order of its first node."""
    return _components(graph.indptr, graph.indices)


def largest_component(graph: Graph) -> Flags:
    """(n,) mask of the largest component; the first of equals."""
    if graph.n == 0:
        return np.zeros(0, np.bool_)
    part = components(graph)
    found: Flags = part == np.bincount(part).argmax()
    return found


def largest_component_share(graph: Graph) -> float | None:
    """Share of the nodes in the largest component; None without nodes."""
    return float(largest_component(graph).mean()) if graph.n else None


def distance_counts(graph: Graph, sources: Longs | None = None, threads: int = 1) -> Longs:
    """How many pairs (source, node) lie at distance 0, 1, 2, ...; all nodes are sources if None.

    Pairs without a path are not counted. Breadth-first search from many sources at once, a bit
    each (Then et al. 2014).
    """
    chosen = np.arange(graph.n) if sources is None else np.asarray(sources, dtype=np.int64)
    bounds = [*range(0, len(chosen), BITS), len(chosen)]
    parts = side_by_side(
        lambda a, b: _distances(graph.indptr, graph.indices, chosen[a:b]), bounds, threads
    )
    counts = np.zeros(max([len(p) for p in parts], default=0), np.int64)
    for part in parts:
        counts[: len(part)] += part
    return counts


def path_length(
    graph: Graph,
    sample: int | None = None,
    rng: np.random.Generator | None = None,
    threads: int = 1,
) -> float | None:
    """Mean distance between the nodes of the largest component; None where it has one node.

    Parameters
    ----------
    sample : distances are measured from so many of its nodes, drawn by ``rng`` without
        replacement, to all others; from all of them (exact) where None or where it has fewer
    """
    mask = largest_component(graph)
    counts = distance_counts(graph, _sources(np.flatnonzero(mask), sample, rng), threads)
    pairs = counts[1:].sum()
    return float(counts @ np.arange(len(counts)) / pairs) if pairs else None


def global_efficiency(
    graph: Graph,
    sample: int | None = None,
    rng: np.random.Generator | None = None,
    threads: int = 1,
) -> float | None:
    """Mean of 1 / distance over all pairs, 0 where there is no path; None below two nodes.

    Latora and Marchiori 2001. ``sample`` and ``rng`` as for ``path_length``, over all nodes.
    """
    if graph.n < 2:
        return None
    sources = _sources(np.arange(graph.n), sample, rng)
    counts = distance_counts(graph, sources, threads)
    inverse = (counts[1:] / np.arange(1, len(counts))).sum()
    return float(inverse / (len(sources) * (graph.n - 1)))


def _sources(nodes: Longs, sample: int | None, rng: np.random.Generator | None) -> Longs:
    if sample is None:
        return nodes
    if sample < 1 or rng is None:
        raise ValueError(f"a sample needs at least one source and an rng, got {sample}, {rng}")
    return nodes if sample >= len(nodes) else rng.choice(nodes, sample, replace=False)


@kernel
def _components(indptr: Longs, indices: Ints) -> Ints:
    """Union by lowest node; ties in the largest part so far are skipped (Sutton et al. 2018)."""
    n = len(indptr) - 1
    parent = np.arange(n).astype(np.int32)
    sampled = 2
    main = -1
    for sweep in range(2):
        for v in range(n):
            if sweep == 0:
                start, stop = indptr[v], min(indptr[v] + sampled, indptr[v + 1])
            elif parent[v] == main:
                continue  # a tie out of the main part is met from its other end
            else:
                start, stop = indptr[v] + sampled, indptr[v + 1]
            for p in range(start, stop):
                a, b = np.int32(v), indices[p]
                while parent[a] != a:
                    parent[a] = parent[parent[a]]
                    a = parent[a]
                while parent[b] != b:
                    parent[b] = parent[parent[b]]
                    b = parent[b]
                if a < b:
                    parent[b] = a
                elif b < a:
                    parent[a] = b
        for v in range(n):  # a parent is never higher than its child
            parent[v] = parent[parent[v]]
        if sweep == 0:
            sizes = np.zeros(n, np.int32)
            for v in range(n):
                sizes[parent[v]] += 1
                if main < 0 or sizes[parent[v]] > sizes[main]:
                    main = parent[v]
    number = 0
    result = np.empty(n, np.int32)
    for v in range(n):
        if parent[v] == v:
            result[v] = number
            number += 1
        else:
            result[v] = result[parent[v]]
    return result


@kernel
def _distances(indptr: Longs, indices: Ints, sources: Longs) -> Longs:
    """Pairs by distance, from at most ``BITS`` sources."""
    n = len(indptr) - 1
    seen = np.zeros(n, np.int64)
    front = np.zeros(n, np.int64)
    reached = np.zeros(n, np.int64)
    counts = np.zeros(16, np.int64)
    for s in range(len(sources)):
        front[sources[s]] |= 1 << s
        seen[sources[s]] |= 1 << s
    counts[0] = len(sources)
    distance = 0
    while True:
        for v in range(n):
            if front[v] != 0:
                for p in range(indptr[v], indptr[v + 1]):
                    reached[indices[p]] |= front[v]
        found = 0
        for v in range(n):
            x = reached[v] & ~seen[v]
            seen[v] |= x
            front[v] = x
            reached[v] = 0
            if x != 0:  # number of bits of x
                x = x - ((x >> 1) & 0x5555555555555555)
                x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333)
                x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F
                x += x >> 8
                x += x >> 16
                x += x >> 32
                found += x & 0x7F
        if found == 0:
            return counts[: distance + 1].copy()
        distance += 1
        if distance == len(counts):
            counts = np.concatenate((counts, np.zeros(distance, np.int64)))
        counts[distance] = found
