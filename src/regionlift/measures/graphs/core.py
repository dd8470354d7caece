"""Cores: k-cores, and the fit of a core with a periphery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import Flags, Floats, Graph, Ints, Longs
from regionlift.measures.graphs.nulls import Comparison, compared, rewired


def core_numbers(graph: Graph) -> Ints:
    """(n,) largest k such that a node is in a subgraph whose nodes all have k ties or more.

    Seidman 1983, by peeling off nodes of least degree (Batagelj and Zaversnik 2003).
    """
    return _core_numbers(graph.indptr, graph.indices)


@dataclass(frozen=True, eq=False)
class CorePeriphery:
    """A split into core and periphery.

    Parameters
    ----------
    core : (n,) whether a node is in the core
    misfit : pairs within the core that are not tied, and pairs within the periphery that are
    correlation : of ties with the ideal pattern (tied where either end is in the core) over all
        pairs, Borgatti and Everett 1999, eq. 1; None where all pairs or no pair should be tied
        or is
    """

    core: Flags
    misfit: int
    correlation: float | None


def core_periphery(graph: Graph) -> CorePeriphery:
    """The split with the least misfit: untied pairs in the core plus ties in the periphery.

    Ties between core and periphery count neither way (Borgatti and Everett 1999, the version
    with missing off-diagonal blocks). For this objective the core is, for each size, made of the
    nodes of highest degree, and the optimum over sizes is exact (Lip 2011): with k nodes in the
    core the misfit is k (k - 1) / 2 + m - sum of their degrees. Of equal misfits the smallest
    core is taken, of equal degrees the lower number. It is not in general the split with the
    highest correlation, which no fast method finds for certain.
    """
    order = np.argsort(-graph.degree, kind="stable")
    sizes = np.arange(graph.n + 1)
    taken = np.concatenate(([0], np.cumsum(graph.degree[order])))
    misfit = sizes * (sizes - 1) // 2 + graph.m - taken
    best = int(misfit.argmin())
    core = np.zeros(graph.n, np.bool_)
    core[order[:best]] = True
    return CorePeriphery(core, int(misfit[best]), pattern_correlation(graph, core))


def pattern_correlation(graph: Graph, core: Flags) -> float | None:
    """Correlation over all pairs of being tied with having an end in the core; None if constant."""
    k, pairs = int(core.sum()), graph.n * (graph.n - 1) // 2
    ideal = k * (k - 1) // 2 + k * (graph.n - k)
    if not (0 < ideal < pairs and 0 < graph.m < pairs):
        return None
    i, j = graph.ties()
    both = int((core[i] | core[j]).sum())
    spread = ideal * (pairs - ideal) * graph.m * (pairs - graph.m)
    return float((both * pairs - ideal * graph.m) / np.sqrt(float(spread)))


def core_periphery_test(
    graph: Graph, rng: np.random.Generator, draws: int = 99, swaps_per_tie: int = 10
) -> Comparison | None:
    """The correlation of ``core_periphery`` against graphs of the same degrees; None without one.

    The split and its misfit follow from degrees alone and are the same in every draw; what may
    differ is how many ties fall inside the periphery. A core that degrees explain is no finding
    beyond them (Kojaku and Masuda 2018).
    """
    fit = core_periphery(graph)
    if fit.correlation is None:
        return None
    values = [
        pattern_correlation(rewired(graph, rng, swaps_per_tie), fit.core) for _ in range(draws)
    ]
    return compared(fit.correlation, [v for v in values if v is not None])


def coreness(graph: Graph, tolerance: float = 1e-10, sweeps: int = 10_000) -> Floats | None:
    """(n,) continuous coreness c that minimises the sum over pairs of (a_ij - c_i c_j)^2.

    MINRES (Comrey 1962; Boyd et al. 2010): each c_i in turn is set to its least-squares value
    sum_j a_ij c_j / sum_{j != i} c_j^2, until no value moves by more than ``tolerance``. None
    without ties, or where ``sweeps`` are not enough.
    """
    if graph.m == 0:
        return None
    values = graph.degree / np.sqrt(2 * graph.m)
    moved = _minres(graph.indptr, graph.indices, values, tolerance, sweeps)
    return values if moved <= tolerance else None


@kernel
def _core_numbers(indptr: Longs, indices: Ints) -> Ints:
    """For k = 0, 1, ...: nodes of at most k ties leave, and so do those that then have as few."""
    n = len(indptr) - 1
    left = np.empty(n, np.int32)  # ties to nodes not peeled off; at the end the core number
    for v in range(n):
        left[v] = indptr[v + 1] - indptr[v]
    staying = np.arange(n).astype(np.int32)
    queue = np.empty(n + 1, np.int32)  # one more: the last place is written in vain
    count = n
    k = 0
    while count > 0:
        kept, end, least = 0, 0, n
        for at in range(count):
            v = staying[at]
            if left[v] > k:
                staying[kept] = v
                kept += 1
                least = min(least, left[v])
            elif left[v] == k:
                queue[end] = v
                end += 1
        count = kept
        if end == 0:
            k = max(k + 1, least)
            continue
        at = 0
        while at < end:
            v = queue[at]
            at += 1
            for p in range(indptr[v], indptr[v + 1]):
                # without branches, which no processor can foresee here: a third faster
                w = indices[p]
                ties = left[w]
                left[w] = ties - (ties > k)
                queue[end] = w
                end += ties == k + 1
        k += 1
    return left


@kernel
def _minres(indptr: Longs, indices: Ints, values: Floats, tolerance: float, sweeps: int) -> float:
    """Coordinate descent in place; how far the last sweep moved any value."""
    moved = np.inf
    for _ in range(sweeps):
        square = 0.0
        for v in range(len(values)):
            square += values[v] ** 2
        moved = 0.0
        for v in range(len(values)):
            own = 0.0
            for p in range(indptr[v], indptr[v + 1]):
                own += values[indices[p]]
            rest = square - values[v] ** 2
            new = own / rest if rest > 1e-300 else 0.0
            moved = max(moved, abs(new - values[v]))
            square = rest + new**2
            values[v] = new
        if moved <= tolerance:
            break
    return moved
