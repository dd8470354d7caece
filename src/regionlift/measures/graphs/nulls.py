"""Null models: what a statistic would be if only degrees, or only margins, were given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regionlift.evidence.compiled import kernel
from regionlift.measures.graphs.csr import Graph, Ints, Longs, sorted_rows


@dataclass(frozen=True)
class Comparison:
    """An observed number against draws of a null model.

    Parameters
    ----------
    observed, mean, sd : the number, and mean and standard deviation (n - 1) of the draws
    z : (observed - mean) / sd; None where all draws are the same
    low, high : quantiles of the draws at the levels asked for
    p : two-sided, (1 + draws at least as far from their mean as the observed) / (1 + draws)
    draws : how many
    """

    observed: float
    mean: float
    sd: float
    z: float | None
    low: float
    high: float
    p: float
    draws: int


def compared(
    observed: float, draws: Sequence[float], levels: tuple[float, float] = (0.025, 0.975)
) -> Comparison:
    """The observed number against draws of a null model.

    The p value counts the observed among the draws, so that it is never zero (Davison and
    Hinkley 1997, ch. 4).

    Raises
    ------
    ValueError
        Fewer than two draws, or a number that is not finite.

    Examples
    --------
    >>> found = compared(4.0, [1.0, 2.0, 3.0])
    >>> found.z, found.p
    (2.0, 0.25)
    """
    values = np.asarray(draws, dtype=np.float64)
    if len(values) < 2 or not np.isfinite(values).all() or not np.isfinite(observed):
        raise ValueError(
            f"needs two finite draws or more and a finite number, got {len(values)} draws, "
            f"{int((~np.isfinite(values)).sum())} of them not finite, and {observed}"
        )
    # equal draws have no spread, whatever rounding leaves of it
    same = bool((values == values[0]).all())
    mean = float(values[0] if same else values.mean())
    sd = 0.0 if same else float(values.std(ddof=1))
    slack = 1e-12 * max(abs(mean), abs(observed))
    beyond = int((np.abs(values - mean) >= abs(observed - mean) - slack).sum())
    low, high = np.quantile(values, levels)
    return Comparison(
        float(observed), mean, sd, None if sd == 0 else (observed - mean) / sd,
        float(low), float(high), (1 + beyond) / (1 + len(values)), len(values),
    )  # fmt: skip


def degree_null(
    statistic: Callable[[Graph], float | None],
    graph: Graph,
    rng: np.random.Generator,
    draws: int = 99,
    swaps_per_tie: int = 10,
    levels: tuple[float, float] = (0.025, 0.975),
) -> Comparison | None:
    """A statistic of a graph against graphs of the same degrees; None where it is not defined.

    Draws are independent of each other given the graph: each starts from it anew. Those in which
    the statistic is not defined are left out; ``Comparison.draws`` tells how many remain.
    """
    observed = statistic(graph)
    if observed is None:
        return None
    found = [statistic(rewired(graph, rng, swaps_per_tie)) for _ in range(draws)]
    values = [v for v in found if v is not None]
    return compared(observed, values, levels) if len(values) > 1 else None


def rewired(graph: Graph, rng: np.random.Generator, swaps_per_tie: int = 10) -> Graph:
    """A graph of the same degrees by double tie swaps: a-b, c-d become a-d, c-b.

    ``swaps_per_tie`` m swaps are tried; one that would make a loop or a double tie is refused
    and the graph stays as it is for that step, without which draws are not uniform over the
    simple graphs of these degrees (Maslov and Sneppen 2002; Artzy-Randrup and Stone 2005; Fosdick
    et al. 2018).
    """
    if swaps_per_tie < 0:
        raise ValueError(f"swaps_per_tie must not be negative, got {swaps_per_tie}")
    indices = graph.indices.copy()
    if graph.m > 1:
        tails = graph.tails()
        _swap(graph.indptr, indices, tails, swaps_per_tie * graph.m, rng)
        indices = sorted_rows(graph.indptr, indices)
    return Graph(graph.n, graph.indptr, indices)


def shuffled_memberships(
    org: ArrayLike, event: ArrayLike, rng: np.random.Generator, trades_per_event: int = 5
) -> tuple[Ints, Ints]:
    """Memberships with the same number of events of each organisation and of members of each event.

    Curveball trades (Strona et al. 2014): two events drawn at random pool the members that only
    one of them has and deal them out anew, each its number. After about five trades an event,
    draws are mixed (ibid.); they are uniform (Carstens 2015).

    Parameters
    ----------
    org, event : (m,) who is in what; a pair occurs once, any order

    Returns
    -------
    org, event : (m,) sorted by event, then organisation

    Raises
    ------
    ValueError
        Lists of unequal length, a negative entry, or a pair twice.
    """
    members, events = np.asarray(org, dtype=np.int64), np.asarray(event, dtype=np.int64)
    if members.ndim != 1 or members.shape != events.shape:
        raise ValueError(f"org and event must have one length, got {members.shape}, {events.shape}")
    if trades_per_event < 0 or min(members.min(initial=0), events.min(initial=0)) < 0:
        raise ValueError("org, event and trades_per_event must not be negative")
    order = np.lexsort((members, events))
    members, events = members[order], events[order]
    twice = (np.diff(members) == 0) & (np.diff(events) == 0)
    if twice.any():
        at = int(np.flatnonzero(twice)[0])
        raise ValueError(f"organisation {members[at]} is in event {events[at]} twice")
    present, starts = np.unique(events, return_index=True)
    dealt = members.astype(np.int32)
    if len(present) > 1:
        bounds = np.append(starts, len(events)).astype(np.int64)
        _trade(bounds, dealt, int(members.max()) + 1, trades_per_event * len(present), rng)
        dealt = dealt[np.lexsort((dealt, events))]
    return dealt, events.astype(np.int32)


@kernel
def _bucket(v: int, w: int, buckets: int) -> int:
    """A place for the tie v-w, the same for w-v; ``buckets`` is a power of two."""
    mixed = int(min(v, w)) * 73856093 + int(max(v, w)) * 19349663
    return (mixed ^ (mixed >> 17)) & (buckets - 1)


@kernel
def _tied(indptr: Longs, indices: Ints, v: int, w: int) -> bool:
    """Whether w stands in the row of v, or v in the row of w where that is shorter."""
    if indptr[v + 1] - indptr[v] > indptr[w + 1] - indptr[w]:
        v, w = w, v
    found = False
    for p in range(indptr[v], indptr[v + 1]):
        if indices[p] == w:
            found = True
            break
    return found


@kernel
def _swap(indptr: Longs, indices: Ints, tails: Ints, trials: int, rng: np.random.Generator) -> int:
    """Swaps in place; how many were made. Rows keep their length, so ``tails`` holds throughout."""
    size = len(indices)
    twin = np.empty(size, np.int64)  # where the same tie stands in the row of its other end
    place = indptr[:-1].copy()
    for p in range(size):  # rows are ascending, so ties to v come up in the order of row v
        w = indices[p]
        twin[p] = place[w]
        place[w] += 1
    # ties by bucket: an empty bucket tells two nodes are not tied without reading a row
    buckets = 4
    while buckets < 2 * size:
        buckets *= 2
    held = np.zeros(buckets, np.int32)
    for p in range(size):
        if tails[p] < indices[p]:
            held[_bucket(tails[p], indices[p], buckets)] += 1
    made = 0
    for _ in range(trials):
        p, q = int(rng.random() * size), int(rng.random() * size)
        a, b, c, d = tails[p], indices[p], tails[q], indices[q]
        if a in (c, d) or b in (c, d):
            continue
        one, other = _bucket(a, d, buckets), _bucket(c, b, buckets)
        if held[one] > 0 and _tied(indptr, indices, a, d):
            continue
        if held[other] > 0 and _tied(indptr, indices, c, b):
            continue
        held[one] += 1
        held[other] += 1
        held[_bucket(a, b, buckets)] -= 1
        held[_bucket(c, d, buckets)] -= 1
        back, front = twin[p], twin[q]
        indices[p] = d
        indices[q] = b
        indices[back] = c
        indices[front] = a
        twin[p], twin[front] = front, p
        twin[q], twin[back] = back, q
        made += 1
    return made


@kernel
def _trade(bounds: Longs, members: Ints, top: int, trades: int, rng: np.random.Generator) -> None:
    """Curveball trades in place."""
    events = len(bounds) - 1
    seen = np.zeros(top, np.int8)  # 1 in the first event, 2 in both
    pool = np.empty(len(members), np.int32)
    for _ in range(trades):
        e = int(rng.random() * events)
        f = int(rng.random() * (events - 1))
        if f >= e:
            f += 1
        for p in range(bounds[e], bounds[e + 1]):
            seen[members[p]] = 1
        count = 0
        kept = bounds[f]
        for p in range(bounds[f], bounds[f + 1]):
            if seen[members[p]] == 1:
                seen[members[p]] = 2
                members[kept], members[p] = members[p], members[kept]
                kept += 1
        for p in range(kept, bounds[f + 1]):
            pool[count] = members[p]
            count += 1
        shared = bounds[e]
        for p in range(bounds[e], bounds[e + 1]):
            both = seen[members[p]] == 2
            seen[members[p]] = 0
            if both:
                members[shared], members[p] = members[p], members[shared]
                shared += 1
        for p in range(shared, bounds[e + 1]):
            pool[count] = members[p]
            count += 1
        for at in range(count - 1, 0, -1):
            other = int(rng.random() * (at + 1))
            pool[at], pool[other] = pool[other], pool[at]
        at = 0
        for p in range(kept, bounds[f + 1]):
            members[p] = pool[at]
            at += 1
        for p in range(shared, bounds[e + 1]):
            members[p] = pool[at]
            at += 1
