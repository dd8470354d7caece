"""Betweenness: the share of shortest paths that pass through a node."""

from __future__ import annotations

import numpy as np

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import Floats, Graph, Ints, Longs, side_by_side

#: Stretches of sources summed apart; fixed, so that threads change no digit of the sum.
PARTS = 16


def betweenness(
    graph: Graph,
    sample: int | None = None,
    rng: np.random.Generator | None = None,
    normalized: bool = False,
    threads: int = 1,
) -> Floats:
    """(n,) number of unordered pairs whose shortest paths pass through a node, in shares of paths.

    .. math:: b_v = \\sum_{s<t,\\ s,t \\ne v} \\sigma_{st}(v) / \\sigma_{st}

    Freeman 1977, by the accumulation of Brandes (2001).

    Parameters
    ----------
    sample : paths start from so many nodes, drawn by ``rng`` without replacement, and the sum is
        scaled by n / sample (Brandes and Pich 2007): unbiased; exact where None
    normalized : divide by the (n - 1) (n - 2) / 2 pairs of other nodes; zeros below three nodes
    threads : run side by side; the result does not depend on it

    Raises
    ------
    ValueError
        A sample without an rng, or not in 1..n.
    """
    if sample is None:
        sources = np.arange(graph.n)
    elif rng is None or not 1 <= sample <= graph.n:
        raise ValueError(f"a sample must lie in 1..{graph.n} and needs an rng, got {sample}, {rng}")
    else:
        sources = rng.choice(graph.n, sample, replace=False)
    total = path_dependency(graph, sources, threads)
    scale = graph.n / max(2 * len(sources), 1)
    if normalized:
        scale *= 2 / ((graph.n - 1) * (graph.n - 2)) if graph.n > 2 else 0
    return total * scale


def path_dependency(graph: Graph, sources: Longs, threads: int = 1) -> Floats:
    """(n,) sum over the sources s and all t of the share of shortest s-t paths through a node."""
    cuts = np.linspace(0, len(sources), min(PARTS, max(len(sources), 1)) + 1).astype(int)
    parts = side_by_side(
        lambda a, b: _dependency(graph.indptr, graph.indices, sources[a:b]), cuts.tolist(), threads
    )
    total = np.zeros(graph.n)
    for part in parts:
        total += part
    return total


@kernel
def _dependency(indptr: Longs, indices: Ints, sources: Longs) -> Floats:
    """Brandes' accumulation; each level is pushed or pulled, whichever reads fewer ties.

    Pulling sums over all neighbours of a node an array that is zero off the level wanted, which
    spares the question of each tie whether it leads there.
    """
    n = len(indptr) - 1
    total = np.zeros(n)
    paths = np.zeros(n)  # number of shortest paths from the source
    level = np.zeros(n, np.int32)
    masked = np.zeros(n)  # a value on one level, zero elsewhere
    depend = np.zeros(n)
    order = np.empty(n, np.int32)  # nodes by distance
    missed = np.empty(n, np.int32)  # nodes not reached so far, ascending
    bounds = np.empty(n + 2, np.int64)
    for source in sources:
        order[0] = source
        paths[source] = 1
        level[source] = 0
        bounds[0], bounds[1] = 0, 1
        last = 0  # the level just filled
        ahead = len(indices) - (indptr[source + 1] - indptr[source])
        ties = indptr[source + 1] - indptr[source]
        lacking = -1  # -1: the list of missed nodes is not made yet
        while True:
            low, high = bounds[last], bounds[last + 1]
            end = high
            ties_next = 0
            if ties <= ahead:
                for at in range(low, high):
                    v = order[at]
                    for p in range(indptr[v], indptr[v + 1]):
                        w = indices[p]
                        if paths[w] == 0:
                            paths[w] = paths[v]
                            level[w] = last + 1
                            order[end] = w
                            end += 1
                            ties_next += indptr[w + 1] - indptr[w]
                        elif level[w] == last + 1:
                            paths[w] += paths[v]
            else:
                if lacking < 0:
                    lacking = 0
                    for v in range(n):
                        if paths[v] == 0:
                            missed[lacking] = v
                            lacking += 1
                for at in range(low, high):
                    masked[order[at]] = paths[order[at]]
                kept = 0
                for at in range(lacking):
                    v = missed[at]
                    if paths[v] != 0:
                        continue
                    found = 0.0
                    for p in range(indptr[v], indptr[v + 1]):
                        found += masked[indices[p]]
                    if found > 0:
                        paths[v] = found
                        level[v] = last + 1
                        order[end] = v
                        end += 1
                        ties_next += indptr[v + 1] - indptr[v]
                    else:
                        missed[kept] = v
                        kept += 1
                lacking = kept
                for at in range(low, high):
                    masked[order[at]] = 0
            if end == high:
                break
            last += 1
            bounds[last + 1] = end
            ahead -= ties_next
            ties = ties_next
        for at in range(bounds[last + 1]):
            depend[order[at]] = 0
        for k in range(last, 1, -1):
            low, middle, high = bounds[k - 1], bounds[k], bounds[k + 1]
            down, up = 0, 0
            for at in range(low, middle):
                down += indptr[order[at] + 1] - indptr[order[at]]
            for at in range(middle, high):
                up += indptr[order[at] + 1] - indptr[order[at]]
            if 2 * up < down:
                for at in range(middle, high):
                    w = order[at]
                    share = (1 + depend[w]) / paths[w]
                    for p in range(indptr[w], indptr[w + 1]):
                        v = indices[p]
                        if level[v] == k - 1:
                            depend[v] += paths[v] * share
            else:
                for at in range(middle, high):
                    w = order[at]
                    masked[w] = (1 + depend[w]) / paths[w]
                for at in range(low, middle):
                    v = order[at]
                    found = 0.0
                    for p in range(indptr[v], indptr[v + 1]):
                        found += masked[indices[p]]
                    depend[v] = found * paths[v]
                for at in range(middle, high):
                    masked[order[at]] = 0
            for at in range(low, middle):
                total[order[at]] += depend[order[at]]
        for at in range(bounds[last + 1]):
            paths[order[at]] = 0
    return total
