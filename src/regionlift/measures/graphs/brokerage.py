"""Brokerage: structural holes (Burt) and roles between groups (Gould and Fernandez)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import (
    Floats,
    Graph,
    Ints,
    Longs,
    labelled,
    side_by_side,
    stretches,
)
from regionlift.measures.graphs.triangles import oriented, triangles

#: Roles of the middle node b of an open two-path a-b-c. Without directions a gatekeeper
#: (a | b c) and a representative (a b | c) are the same thing seen from two ends: one role.
ROLES = ("coordinator", "itinerant", "gatekeeper_representative", "liaison", "unlabelled")


def constraint(graph: Graph, threads: int = 1) -> Floats:
    r"""(n,) Burt's constraint; NaN for a node without ties, where it is not defined.

    .. math:: c_i = \sum_{j \in N(i)} \Big(p_{ij} + \sum_{q \in N(i)} p_{iq}\, p_{qj}\Big)^2,
              \quad p_{ij} = 1/d_i

    High where a node's contacts know each other, so that it brokers nothing (Burt 1992, ch. 2).
    """
    parts = side_by_side(
        lambda a, b: _constraint(graph.indptr, graph.indices, a, b),
        stretches(graph.indptr, 1 if threads == 1 else 8 * threads),
        threads,
    )
    return np.concatenate(parts)


def effective_size(graph: Graph, threads: int = 1) -> Floats:
    """(n,) contacts less their redundancy, d - 2 t / d; NaN for a node without ties.

    t counts the ties among a node's contacts (Borgatti 1997 for Burt 1992 without weights).
    """
    size = np.full(graph.n, np.nan)
    held = graph.degree > 0
    degree = graph.degree[held]
    size[held] = degree - 2 * triangles(graph, threads)[held] / degree
    return size


def gould_fernandez(graph: Graph, labels: ArrayLike) -> Longs:
    """(n, 5) open two-paths a-b-c (a and c not tied) that each node b is in the middle of, by role.

    Unordered, so each pair {a, c} counts once. With groups A, B, C of a, b, c:

    - coordinator: all three of one group
    - itinerant broker (consultant): a and c of one group, b of another
    - gatekeeper or representative: b of the group of exactly one of a and c; without directions
      the two coincide, and this is the count of their union
    - liaison: three groups
    - unlabelled: a label of the three is negative, that is not known

    Gould and Fernandez 1989. The columns are ``ROLES``; a row sums to the open pairs around b.

    Parameters
    ----------
    labels : (n,) group of each node, a whole number
    """
    groups = labelled(graph, labels)
    bounds, nodes = oriented(graph)
    return _all_pairs(graph.indptr, graph.indices, groups) - _closed_pairs(bounds, nodes, groups)


def roles_by_group(roles: Longs, labels: ArrayLike, groups: int) -> Longs:
    """(groups, 5) roles summed over the nodes of each group 0..groups-1; others are left out."""
    found = np.asarray(labels)
    table = np.zeros((groups, roles.shape[1]), np.int64)
    told = (found >= 0) & (found < groups)
    np.add.at(table, found[told], roles[told])
    return table


@kernel
def _constraint(indptr: Longs, indices: Ints, start: int, stop: int) -> Floats:
    n = len(indptr) - 1
    result = np.full(stop - start, np.nan)
    place = np.full(n, -1, np.int32)  # of a contact in the row; -1 no contact
    most = 0
    for v in range(start, stop):
        most = max(most, indptr[v + 1] - indptr[v])
    reached = np.empty(most)
    for v in range(start, stop):
        first, last = indptr[v], indptr[v + 1]
        if first == last:
            continue
        for p in range(first, last):
            place[indices[p]] = p - first
            reached[p - first] = 1.0
        for p in range(first, last):
            q = indices[p]
            share = 1 / (indptr[q + 1] - indptr[q])
            for r in range(indptr[q], indptr[q + 1]):
                at = place[indices[r]]
                if at >= 0:
                    reached[at] += share
        found = 0.0
        for p in range(first, last):
            found += reached[p - first] ** 2
            place[indices[p]] = -1
        result[v - start] = found / (last - first) ** 2
    return result


@kernel
def _role(a: int, b: int, c: int) -> int:
    """Column of ``ROLES`` for labels of the ends a, c and the middle b."""
    if a < 0 or b < 0 or c < 0:
        return 4
    if a == c:
        return 0 if a == b else 1
    return 2 if a == b or c == b else 3


@kernel
def _all_pairs(indptr: Longs, indices: Ints, labels: Longs) -> NDArray[np.int64]:
    """Pairs of neighbours of each node by role, tied or not."""
    n = len(labels)
    roles = np.zeros((n, 5), np.int64)
    top = 0
    for v in range(n):
        top = max(top, labels[v] + 1)
    counts = np.zeros(top, np.int64)
    for b in range(n):
        degree = indptr[b + 1] - indptr[b]
        if labels[b] < 0:
            roles[b, 4] = degree * (degree - 1) // 2
            continue
        told, same = 0, 0  # neighbours with a label; pairs of them with one label
        for p in range(indptr[b], indptr[b + 1]):
            group = labels[indices[p]]
            if group >= 0:
                same += counts[group]
                counts[group] += 1
                told += 1
        own = counts[labels[b]]
        roles[b, 0] = own * (own - 1) // 2
        roles[b, 1] = same - roles[b, 0]
        roles[b, 2] = own * (told - own)
        pairs = told * (told - 1) // 2
        roles[b, 3] = pairs - same - roles[b, 2]
        roles[b, 4] = degree * (degree - 1) // 2 - pairs
        for p in range(indptr[b], indptr[b + 1]):
            if labels[indices[p]] >= 0:
                counts[labels[indices[p]]] = 0
    return roles


@kernel
def _closed_pairs(bounds: Longs, nodes: Ints, labels: Longs) -> NDArray[np.int64]:
    """Tied pairs of neighbours of each node by role: one for each corner of each triangle."""
    n = len(labels)
    roles = np.zeros((n, 5), np.int64)
    marked = np.zeros(n, np.bool_)
    for u in range(n):
        for p in range(bounds[u], bounds[u + 1]):
            marked[nodes[p]] = True
        for p in range(bounds[u], bounds[u + 1]):
            v = nodes[p]
            for q in range(bounds[v], bounds[v + 1]):
                w = nodes[q]
                if marked[w]:
                    a, b, c = labels[u], labels[v], labels[w]
                    roles[u, _role(b, a, c)] += 1
                    roles[v, _role(a, b, c)] += 1
                    roles[w, _role(a, c, b)] += 1
        for p in range(bounds[u], bounds[u + 1]):
            marked[nodes[p]] = False
    return roles
