"""Size and shape of a graph in single numbers."""

from __future__ import annotations

import numpy as np

from regionlift.measures.graphs.csr import Graph


def density(graph: Graph) -> float | None:
    """Share of all pairs that are tied, m / (n (n - 1) / 2); None below two nodes."""
    return 2 * graph.m / (graph.n * (graph.n - 1)) if graph.n > 1 else None


def mean_degree(graph: Graph) -> float | None:
    """Ties a node, 2 m / n; None without nodes."""
    return 2 * graph.m / graph.n if graph.n else None


def degree_assortativity(graph: Graph) -> float | None:
    """Correlation of the degrees at the two ends of a tie (Newman 2002).

    None without ties, or where all ends have one degree.
    """
    # degrees are whole, so that a spread of zero is told apart from rounding
    tail = np.repeat(graph.degree, graph.degree)
    if graph.m == 0 or tail.min() == tail.max():
        return None
    head = graph.degree[graph.indices]
    centred = tail - tail.mean()
    return float((centred * (head - tail.mean())).sum() / (centred**2).sum())
