"""A simple undirected graph as compressed sparse rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.evidence.compiled import kernel

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Graph:
    """A simple undirected graph: no loops, no double ties.

    Parameters
    ----------
    n : number of nodes
    indptr : (n + 1,) where each node's neighbours begin and end
    indices : (2 m,) neighbours of node v are ``indices[indptr[v]:indptr[v + 1]]``, ascending

    Examples
    --------
    >>> path = Graph.from_ties(4, [0, 1], [1, 2])
    >>> path.m, path.degree.tolist(), path.neighbours(1).tolist()
    (2, [1, 2, 1, 0], [0, 2])
    """

    n: int
    indptr: Longs
    indices: Ints

    @classmethod
    def from_ties(cls, n: int, i: ArrayLike, j: ArrayLike) -> Graph:
        """The graph of n nodes with ties between i[t] and j[t]; i < j, each pair once, any order.

        Raises
        ------
        ValueError
            A node outside 0..n-1, a pair that is not i < j, or a pair twice.
        """
        if not 0 <= n <= np.iinfo(np.int32).max:
            raise ValueError(f"n must lie in 0..2^31-1, got {n}")
        first, second = _nodes(n, i), _nodes(n, j)
        if first.shape != second.shape:
            raise ValueError(f"i and j must have one length, got {len(first)} and {len(second)}")
        indptr, place, wrong, ordered = _count(n, first, second)
        if wrong >= 0:
            raise ValueError(
                f"tie {wrong} ({first[wrong]}, {second[wrong]}) is not 0 <= i < j < n = {n}"
            )
        indices = _fill(place, first, second)
        if not ordered:
            indices = sorted_rows(indptr, indices)
        if (at := _repeated(indptr, indices)) >= 0:
            raise ValueError(f"node {at} has the same tie twice; give each pair once")
        return cls(n, indptr, indices)

    @property
    def m(self) -> int:
        """Number of ties."""
        return len(self.indices) // 2

    @cached_property
    def degree(self) -> Longs:
        """(n,) number of ties of each node."""
        return np.diff(self.indptr)

    def neighbours(self, node: int) -> Ints:
        """Neighbours of a node, ascending."""
        return self.indices[self.indptr[node] : self.indptr[node + 1]]

    def tails(self) -> Ints:
        """(2 m,) the node in whose row each entry of ``indices`` stands."""
        return np.repeat(np.arange(self.n, dtype=np.int32), self.degree)

    def ties(self) -> tuple[Ints, Ints]:
        """The m pairs i < j, sorted by i, then j."""
        tails = self.tails()
        upper = tails < self.indices
        return tails[upper], self.indices[upper]

    def among(self, chosen: Flags) -> Graph:
        """Only these nodes (a mask), renumbered in their order, and the ties between them."""
        if chosen.shape != (self.n,):
            raise ValueError(f"the mask must have one entry a node ({self.n}), got {chosen.shape}")
        i, j = self.ties()
        kept = chosen[i] & chosen[j]
        place = np.cumsum(chosen) - 1
        return Graph.from_ties(int(chosen.sum()), place[i[kept]], place[j[kept]])


def _nodes(n: int, given: ArrayLike) -> Ints:
    """A list of nodes; whatever does not fit 32 bits cannot be one and becomes -1."""
    found = np.asarray(given)
    if found.ndim != 1 or not (np.issubdtype(found.dtype, np.integer) or found.size == 0):
        raise ValueError(f"ties must be lists of whole numbers, got {found.dtype}, {found.shape}")
    if found.dtype != np.int32:
        found = np.where((found >= 0) & (found < n), found, -1)
    return np.ascontiguousarray(found, dtype=np.int32)


def labelled(graph: Graph, labels: ArrayLike) -> Longs:
    """The labels as whole numbers, one a node; negative ones mean not known.

    Raises
    ------
    ValueError
        Not one label a node.
    """
    found = np.asarray(labels)
    if found.shape != (graph.n,) or not np.issubdtype(found.dtype, np.integer):
        raise ValueError(
            f"labels must be whole numbers, one a node ({graph.n}), "
            f"got {found.dtype} of shape {found.shape}"
        )
    return found.astype(np.int64)


def side_by_side(
    work: Callable[[int, int], Result], bounds: Iterable[int], threads: int
) -> list[Result]:
    """``work(start, stop)`` for each stretch between neighbouring bounds, in their order.

    The stretches do not depend on the number of threads, so that results do not either.
    """
    parts = list(pairwise(bounds))
    if threads <= 1 or len(parts) <= 1:
        return [work(start, stop) for start, stop in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, *zip(*parts, strict=True)))


def stretches(indptr: Longs, parts: int) -> list[int]:
    """Bounds that cut the rows into parts with about as many entries each."""
    rows = len(indptr) - 1
    goals = np.linspace(0, indptr[-1], parts + 1)[1:-1]
    return [0, *sorted({*np.searchsorted(indptr, goals).tolist()} - {0, rows}), rows]


@kernel
def _count(n: int, i: Ints, j: Ints) -> tuple[Longs, Longs, int, bool]:
    """Row bounds, a copy of the row starts, first bad tie (-1 none), whether ties are sorted."""
    indptr = np.zeros(n + 1, np.int64)
    ordered = True
    before, last = -1, -1
    for t in range(len(i)):
        a, b = i[t], j[t]
        if a < 0 or b <= a or b >= n:
            return indptr, indptr[:-1].copy(), t, False
        indptr[a + 1] += 1
        indptr[b + 1] += 1
        if a < before or (a == before and b < last):
            ordered = False
        before, last = a, b
    for v in range(n):
        indptr[v + 1] += indptr[v]
    return indptr, indptr[:-1].copy(), -1, ordered


@kernel
def _fill(place: Longs, i: Ints, j: Ints) -> Ints:
    """Neighbours by row in order of the ties: ascending where the ties are sorted."""
    indices = np.empty(2 * len(i), np.int32)
    for t in range(len(i)):
        a, b = i[t], j[t]
        indices[place[a]] = b
        indices[place[b]] = a
        place[a] += 1
        place[b] += 1
    return indices


@kernel
def sorted_rows(indptr: Longs, indices: Ints) -> Ints:
    """Rows of a symmetric matrix sorted: its transpose, filled in order of the rows."""
    place = indptr[:-1].copy()
    result = np.empty_like(indices)
    for v in range(len(indptr) - 1):
        for p in range(indptr[v], indptr[v + 1]):
            w = indices[p]
            result[place[w]] = v
            place[w] += 1
    return result


@kernel
def _repeated(indptr: Longs, indices: Ints) -> int:
    """First node with the same neighbour twice in a sorted row; -1 where there is none."""
    for v in range(len(indptr) - 1):
        for p in range(indptr[v] + 1, indptr[v + 1]):
            if indices[p] == indices[p - 1]:
                return v
    return -1
