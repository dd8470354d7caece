"""Communities by modularity, and how far one search agrees with another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.graphs.csr import Floats, Graph, Longs, labelled


@dataclass(frozen=True, eq=False)
class Communities:
    """The best of several partitions, and whether the others say the same.

    Parameters
    ----------
    labels : (n,) community of each node, 0 the largest, of equals that with the first node
    modularity : of these labels
    modularities : of each run
    agreement : adjusted mutual information of each two runs, all pairs; 1 the same, 0 chance
    """

    labels: Longs
    modularity: float
    modularities: tuple[float, ...]
    agreement: tuple[float, ...]

    @property
    def count(self) -> int:
        """Number of communities, a node without ties being one of its own."""
        return int(self.labels.max()) + 1


def communities(
    graph: Graph, rng: np.random.Generator, runs: int = 10, resolution: float = 1.0
) -> Communities | None:
    """The partition of highest modularity among several Louvain searches; None without ties.

    Blondel et al. 2008 as NetworkX has it, each run with a seed drawn from the rng. Many
    partitions may come near the best (Good, de Montjoye and Clauset 2010): read ``agreement``
    before naming a community.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, got {runs}")
    if graph.m == 0:
        return None
    import networkx as nx

    network = nx.empty_graph(graph.n)
    i, j = graph.ties()
    network.add_edges_from(zip(i.tolist(), j.tolist(), strict=True))
    found = []
    for seed in rng.integers(0, 2**31 - 1, runs):
        labels = np.empty(graph.n, np.int64)
        parts = nx.community.louvain_communities(network, resolution=resolution, seed=int(seed))
        for k, members in enumerate(sorted(parts, key=lambda p: (-len(p), min(p)))):
            labels[list(members)] = k
        found.append(labels)
    scores = [_modularity(graph, labels, resolution) for labels in found]
    agreement = [adjusted_mutual_information(a, b) for a, b in combinations(found, 2)]
    best = int(np.argmax(scores))
    return Communities(found[best], scores[best], tuple(scores), tuple(agreement))


def modularity(graph: Graph, labels: ArrayLike, resolution: float = 1.0) -> float | None:
    r"""Ties within communities above those expected from degrees; None without ties.

    .. math:: Q = \sum_c \big( m_c / m - \gamma\, (D_c / 2 m)^2 \big)

    with m_c ties within and D_c ends of ties of community c (Newman and Girvan 2004; Reichardt
    and Bornholdt 2006 for the resolution gamma).

    Raises
    ------
    ValueError
        A negative label: every node must be in a community.
    """
    found = labelled(graph, labels)
    if (found < 0).any():
        raise ValueError(f"node {int(np.flatnonzero(found < 0)[0])} is in no community")
    return _modularity(graph, found, resolution) if graph.m else None


def _modularity(graph: Graph, labels: Longs, resolution: float) -> float:
    i, j = graph.ties()
    inside = float((labels[i] == labels[j]).sum()) / graph.m
    shares = np.bincount(labels, weights=graph.degree) / (2 * graph.m)
    return inside - resolution * float((shares**2).sum())


def normalised_mutual_information(one: ArrayLike, other: ArrayLike) -> float:
    """Mutual information of two partitions over the mean of their entropies, 0 to 1.

    Biased upward where communities are many; 1 where both have one community.
    """
    information, mean = _information(*_sizes(one, other))
    return information / mean if mean > 0 else 1.0


def adjusted_mutual_information(one: ArrayLike, other: ArrayLike) -> float:
    """Mutual information of two partitions above chance: 1 the same, 0 expected by chance.

    (I - E[I]) / (mean entropy - E[I]), the expectation over partitions with the same community
    sizes (Vinh, Epps and Bailey 2010, eq. 24).

    Raises
    ------
    ValueError
        Lists of unequal length, or empty.
    """
    rows, columns, cells = _sizes(one, other)
    if len(rows) == len(columns) == len(cells):
        return 1.0
    information, mean = _information(rows, columns, cells)
    chance = _expected_information(rows, columns)
    return float((information - chance) / (mean - chance)) if mean - chance > 1e-12 else 0.0


def _sizes(one: ArrayLike, other: ArrayLike) -> tuple[Longs, Longs, Longs]:
    """Sizes of the communities of each partition, and of their overlaps that are not empty."""
    a, b = np.asarray(one), np.asarray(other)
    if a.ndim != 1 or a.shape != b.shape or len(a) == 0:
        raise ValueError(f"partitions must have one length above 0, got {a.shape}, {b.shape}")
    r, c = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
    cells = np.unique(r * (c.max() + 1) + c, return_counts=True)[1]
    return np.bincount(r), np.bincount(c), cells


def _information(rows: Longs, columns: Longs, cells: Longs) -> tuple[float, float]:
    """Mutual information, and the mean of the two entropies, in nats."""

    def entropy(sizes: Longs) -> float:
        shares = sizes / sizes.sum()
        return float(-(shares * np.log(shares)).sum())

    one, other = entropy(rows), entropy(columns)
    return max(one + other - entropy(cells), 0.0), (one + other) / 2


def _expected_information(rows: Longs, columns: Longs) -> float:
    """Mean mutual information of random partitions with these community sizes."""
    n = int(rows.sum())
    log_factorial: Floats = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, n + 1)))))
    total = 0.0
    for a, times_a in zip(*np.unique(rows, return_counts=True), strict=True):
        for b, times_b in zip(*np.unique(columns, return_counts=True), strict=True):
            k = np.arange(max(1, a + b - n), min(a, b) + 1)
            chance = np.exp(
                log_factorial[a] + log_factorial[b] + log_factorial[n - a] + log_factorial[n - b]
                - log_factorial[n] - log_factorial[k] - log_factorial[a - k]
                - log_factorial[b - k] - log_factorial[n - a - b + k]
            )  # fmt: skip
            term = k / n * np.log(n * k / (a * b)) * chance
            total += float(term.sum()) * int(times_a) * int(times_b)
    return total
