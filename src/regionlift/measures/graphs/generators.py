"""Random graphs and urns as the textbooks define them; all draws come from the rng handed in."""

from __future__ import annotations

import math

import numpy as np

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import Graph, Ints, Longs


def erdos_renyi(n: int, p: float, rng: np.random.Generator) -> Graph:
    """G(n, p): every pair is tied with probability p, independently (Gilbert 1959).

    Pairs are passed over in geometric strides (Batagelj and Brandes 2005), O(n + m).
    """
    _probability("p", p)
    i, j = _pairs(n, float(p), rng)
    return Graph.from_ties(n, i, j)


def watts_strogatz(n: int, k: int, p: float, rng: np.random.Generator) -> Graph:
    """Ring lattice of n nodes and k neighbours with each tie rewired with probability p.

    One end of the tie stays, the other goes to a node drawn evenly among those not yet tied to
    the first (Watts and Strogatz 1998). Clustering falls as (1 - p)^3 (Barrat and Weigt 2000).
    Rewiring both ends, as some software does, gives (1 - p)^6 instead.

    Raises
    ------
    ValueError
        k is odd or not below n, or p is not a probability.
    """
    _probability("p", p)
    if k % 2 or not 0 <= k < n:
        raise ValueError(f"k must be even and lie in 0..n-1, got k={k}, n={n}")
    i, j = _small_world(n, k, float(p), rng)
    return Graph.from_ties(n, i, j)


def barabasi_albert(n: int, m: int, rng: np.random.Generator) -> Graph:
    """Growth by preferential attachment: each new node ties to m others in proportion to degree.

    Starts from m + 1 nodes all tied. In the limit P(k) = 2 m (m + 1) / (k (k + 1) (k + 2)), so
    that P(k = m) = 2 / (m + 2) (Barabasi and Albert 1999; Bollobas et al. 2001).

    Raises
    ------
    ValueError
        m is not in 1..n-1.
    """
    if not 1 <= m < n:
        raise ValueError(f"m must lie in 1..n-1, got m={m}, n={n}")
    i, j = _attached(n, m, rng)
    return Graph.from_ties(n, i, j)


def pitman_yor(draws: int, sigma: float, theta: float, rng: np.random.Generator) -> Longs:
    """(draws,) name, numbered by first appearance, of each draw from a two-parameter urn.

    After t draws with K names, the next is new with probability (theta + sigma K) / (theta + t)
    and is name k with probability (n_k - sigma) / (theta + t) (Pitman and Yor 1997). Names grow
    as t^sigma; the share seen once tends to sigma.

    Raises
    ------
    ValueError
        sigma is not in [0, 1) or theta is not above -sigma.
    """
    if not 0 <= sigma < 1 or theta <= -sigma:
        raise ValueError(f"needs 0 <= sigma < 1 and theta > -sigma, got {sigma=}, {theta=}")
    return _urn(draws, float(sigma), float(theta), rng)


def degree_corrected_blocks(
    n: int,
    m: int,
    blocks: int,
    within: float,
    exponent: float,
    rng: np.random.Generator,
) -> tuple[Graph, Longs]:
    """m ties among n nodes of unequal weight in blocks, and the block of each node.

    Each tie stays in a block with probability ``within``; its ends are drawn in proportion to
    weights with a Pareto tail P(W > w) = w^(1 - exponent). Pairs that come up twice count once
    (Karrer and Newman 2011, with the number of ties fixed).

    Raises
    ------
    ValueError
        More ties than half the pairs, an exponent not above 2, or ``within`` no probability.
    """
    _probability("within", within)
    if not 0 <= m <= n * (n - 1) // 4 or exponent <= 2 or not 1 <= blocks <= max(n, 1):
        raise ValueError(
            f"needs 0 <= m <= n (n - 1) / 4, exponent > 2, 1 <= blocks <= n; got {n=}, {m=}, "
            f"{blocks=}, {exponent=}"
        )
    block = rng.integers(0, blocks, n)
    weight = rng.random(n) ** (-1 / (exponent - 1))
    order = np.argsort(block, kind="stable")
    edge = np.concatenate(([0.0], np.cumsum(weight[order])))
    bound = np.searchsorted(block[order], np.arange(blocks + 1))
    low, high = edge[bound[:-1]], edge[bound[1:]]
    codes = np.zeros(0, np.int64)
    while len(codes) < m:
        count = int(1.1 * (m - len(codes))) + 100
        first = _at(edge, rng.random(count) * edge[-1])
        own = block[order[first]]
        inside = rng.random(count) < within
        start, stop = np.where(inside, low[own], 0), np.where(inside, high[own], edge[-1])
        second = _at(edge, start + rng.random(count) * (stop - start))
        a, b = order[first], order[second]
        a, b = np.minimum(a, b)[a != b], np.maximum(a, b)[a != b]
        codes = np.unique(np.concatenate((codes, a * n + b)))
    codes = rng.choice(codes, m, replace=False) if len(codes) > m else codes
    i, j = np.divmod(codes, max(n, 1))
    return Graph.from_ties(n, i, j), block


def _at(edge: np.ndarray, value: np.ndarray) -> Longs:
    found = np.searchsorted(edge, value, side="right") - 1
    return np.minimum(found, len(edge) - 2).astype(np.int64)


def _probability(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must lie in 0..1, got {value}")


@kernel
def _pairs(n: int, p: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    size = 16
    first, second = np.empty(size, np.int32), np.empty(size, np.int32)
    m = 0
    low, high = -1, 1
    while p > 0 and high < n:
        stride = 1
        if p < 1:
            # a stride beyond all pairs ends the loop as well
            stride += int(min(math.log(1 - rng.random()) / math.log1p(-p), 1.0 * n * n))
        low += stride
        while low >= high and high < n:
            low -= high
            high += 1
        if high < n:
            if m == size:
                first = np.concatenate((first, np.empty(size, np.int32)))
                second = np.concatenate((second, np.empty(size, np.int32)))
                size *= 2
            first[m] = low
            second[m] = high
            m += 1
    return first[:m].copy(), second[:m].copy()


@kernel
def _small_world(n: int, k: int, p: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    held = set()
    degree = np.full(n, k)
    m = n * (k // 2)
    first, second = np.empty(m, np.int32), np.empty(m, np.int32)
    for step in range(1, k // 2 + 1):
        for v in range(n):
            w = (v + step) % n
            held.add(min(v, w) * n + max(v, w))
    at = 0
    for step in range(1, k // 2 + 1):
        for v in range(n):
            w = (v + step) % n
            if rng.random() < p and degree[v] < n - 1:
                held.remove(min(v, w) * n + max(v, w))
                degree[w] -= 1
                old = w
                while w in (old, v) or min(v, w) * n + max(v, w) in held:
                    w = int(rng.random() * n)
                held.add(min(v, w) * n + max(v, w))
                degree[w] += 1
            first[at] = min(v, w)
            second[at] = max(v, w)
            at += 1
    return first, second


@kernel
def _attached(n: int, m: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    ties = m * (m + 1) // 2 + (n - m - 1) * m
    first, second = np.empty(ties, np.int32), np.empty(ties, np.int32)
    at = 0
    for v in range(1, m + 1):
        for w in range(v):
            first[at] = w
            second[at] = v
            at += 1
    for v in range(m + 1, n):
        start = at
        while at < start + m:
            # an end of an earlier tie is a node in proportion to its degree
            pick = int(rng.random() * 2 * start)
            w = first[pick] if pick < start else second[pick - start]
            new = True
            for t in range(start, at):
                if first[t] == w:
                    new = False
            if new:
                first[at] = w
                second[at] = v
                at += 1
    return first, second


@kernel
def _urn(draws: int, sigma: float, theta: float, rng: np.random.Generator) -> Longs:
    names = np.empty(draws, np.int64)
    counts = np.zeros(draws, np.int64)
    known = 0
    for t in range(draws):
        if t == 0 or rng.random() * (theta + t) < theta + sigma * known:
            name = known
            known += 1
        else:
            # an earlier draw is name k in proportion to n_k; kept with (n_k - sigma) / n_k
            name = names[int(rng.random() * t)]
            while rng.random() * counts[name] < sigma:
                name = names[int(rng.random() * t)]
        names[t] = name
        counts[name] += 1
    return names
