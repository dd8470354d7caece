"""Pairs of organisations that may meet: what is known of them at the end of a year.

There are n (n - 1) / 2 pairs and they are never all held. Pairs that met are listed; pairs that
only share a partner are walked through by sparse products, a block of rows at a time, and kept
with a known probability; of all other pairs a sample is drawn. Each kept pair carries the number
of pairs it stands for, so that sums over them are sums over all pairs (Horvitz & Thompson 1952,
Journal of the American Statistical Association 47(260)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regionlift.forecast.state import Floats, Longs
from regionlift.measures.network.affiliations import Affiliations

Flags = NDArray[np.bool_]
#: Paths of length two worked through at once.
_BLOCK = 4_000_000


@dataclass(frozen=True)
class Dyads:
    """The network as far as a year, ready to look at pairs of organisations.

    Parameters
    ----------
    origin : last year seen
    active : (n,) whether the organisation had an event running in the window
    degree : (n,) partners met in events running in the window
    last : (n,) year of its last start, the first year of the record where there is none
    starts : (n,) events it started in
    type, inside, country : (n,) as in ``Affiliations``
    partners : (n, n) sparse, 1 where two met in events running in the window
    met : (p,) pairs that ever met, ``i * n + j`` with i < j, ascending
    times : (p,) events in which they met
    repetition : (p,) the same, each event halved in weight every ``half_life`` years
    latest : (p,) year of the start of their last joint event
    together : (p,) whether an event of theirs still runs in the year after the origin
    """

    origin: int
    active: Flags
    degree: Longs
    last: Longs
    starts: Longs
    type: NDArray[np.int8]
    inside: Flags
    country: NDArray[np.int32] | None
    partners: Any
    met: Longs
    times: Longs
    repetition: Floats
    latest: Longs
    together: Flags

    @property
    def organisations(self) -> int:
        """Number of organisations n, active or not."""
        return len(self.degree)

    def pairs(self, local: bool) -> int:
        """Number of pairs of active organisations, with one end inside where ``local``."""
        n, own = int(self.active.sum()), int((self.active & self.inside).sum())
        return own * (n - own) + own * (own - 1) // 2 if local else n * (n - 1) // 2

    def chosen(self, i: Longs, j: Longs, local: bool) -> Flags:
        """Which of these pairs are candidates: both active, one inside where ``local``."""
        kept: Flags = self.active[i] & self.active[j]
        return kept & (self.inside[i] | self.inside[j]) if local else kept

    def place(self, i: Longs, j: Longs) -> tuple[Flags, Longs]:
        """Whether pairs (i < j) have met, and where in ``met``; 0 where they have not."""
        code = i * self.organisations + j
        at = np.searchsorted(self.met, code)
        at[at == len(self.met)] = 0
        found = self.met[at] == code if len(self.met) else np.zeros(len(code), dtype=np.bool_)
        return found, np.where(found, at, 0)

    def shared(self, i: Longs, j: Longs) -> tuple[Floats, Floats]:
        r"""Shared partners of each pair, and their Adamic-Adar sum :math:`\sum_z 1/\log k_z`."""
        count, sum_ = np.zeros(len(i)), np.zeros(len(i))
        weight = self._rarity()
        if not len(i):
            return count, sum_
        cost = np.cumsum(self.degree[i] + self.degree[j])
        for low, high in _blocks(cost):
            if high > low:
                both = self.partners[i[low:high]].multiply(self.partners[j[low:high]]).tocsr()
                count[low:high] = np.diff(both.indptr)
                sum_[low:high] = both @ weight
        return count, sum_

    def sharing(self, local: bool) -> Iterator[tuple[Longs, Longs, Floats, Floats]]:
        """All candidate pairs (i < j) that share a partner and never met, in blocks.

        Yields
        ------
        i, j, shared partners, Adamic-Adar sum
        """
        from scipy.sparse import diags

        mixed = diags(1.0 + 1j * self._rarity()) @ self.partners
        rows = np.flatnonzero(self.active & (self.inside if local else True))
        cost = np.cumsum((self.partners @ self.degree.astype(float))[rows])
        if not len(rows) or cost[-1] == 0:
            return
        for low, high in _blocks(cost):
            if high == low:
                continue
            block = rows[low:high]
            product = (self.partners[block] @ mixed).tocoo()
            a, b = block[product.row], product.col.astype(np.int64)
            # a pair inside is met from both its rows: keep it once
            once = a < b if not local else (a < b) | ((a > b) & ~self.inside[b])
            once &= self.active[b]
            a, b, value = a[once], b[once], product.data[once]
            i, j = np.minimum(a, b), np.maximum(a, b)
            fresh = ~self.place(i, j)[0]
            yield i[fresh], j[fresh], value.real[fresh], value.imag[fresh]

    def _rarity(self) -> Floats:
        weight: Floats = 1 / np.log(np.maximum(self.degree, 2))
        return weight


def _blocks(cost: Floats | Longs) -> Iterator[tuple[int, int]]:
    """Ranges of rows of about the same work, from its running total."""
    edges = np.searchsorted(cost, np.arange(0, cost[-1] + _BLOCK, _BLOCK))
    edges[-1] = len(cost)
    return pairwise(edges.tolist())


def dyads(
    affiliations: Affiliations, origin: int, *, window: int = 5, half_life: float = 2.0
) -> Dyads:
    """What is known of pairs at the end of a year; events that start later are not looked at.

    Parameters
    ----------
    window : an organisation is a candidate, and a partner counts, if its event ran in one of
        these last years
    half_life : years in which a joint event loses half its weight in the repetition score

    Raises
    ------
    ValueError
        Where no event has started by then, or the window or half-life is not positive.
    """
    from scipy.sparse import coo_matrix

    if window < 1 or half_life <= 0:
        raise ValueError(f"window and half_life must be positive, got {window} and {half_life}")
    known = affiliations.where(affiliations.start <= origin)
    if not len(known.org):
        raise ValueError(f"no event has started by {origin}")
    n = known.organisations
    recent = known.where(known.end > origin - window)
    active = np.zeros(n, dtype=np.bool_)
    active[recent.org] = True
    a, b, _ = recent.ties()
    ends = np.append(a, b), np.append(b, a)
    partners = coo_matrix((np.ones(2 * len(a)), ends), shape=(n, n)).tocsr()
    last = np.full(n, known.start.min(), dtype=np.int64)
    np.maximum.at(last, known.org, known.start[known.event])
    i, j, event = known.pairs()
    met, place = np.unique(i.astype(np.int64) * n + j, return_inverse=True)
    start, end = known.start[event], known.end[event]
    latest = np.full(len(met), known.start.min(), dtype=np.int64)
    np.maximum.at(latest, place, start)
    together = np.zeros(len(met), dtype=np.bool_)
    together[place[end > origin]] = True
    size = len(met)
    return Dyads(
        origin, active, np.diff(partners.indptr).astype(np.int64), last,
        np.bincount(known.org, minlength=n).astype(np.int64), known.type, known.inside,
        known.country, partners, met, np.bincount(place, minlength=size).astype(np.int64),
        np.bincount(place, 0.5 ** ((origin - start) / half_life), size).astype(np.float64),
        latest, together,
    )  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Pairs (i < j), what they share, and how many pairs each stands for; all (c,)."""

    i: Longs
    j: Longs
    shared: Floats
    rarity: Floats
    weight: Floats

    def where(self, chosen: Flags | NDArray[np.intp]) -> Pairs:
        """Only these pairs (a mask), or in this order (places)."""
        return Pairs(*(x[chosen] for x in vars(self).values()))

    def plus(self, others: Pairs) -> Pairs:
        """These pairs and others."""
        mine, theirs = vars(self).values(), vars(others).values()
        return Pairs(*(np.append(x, y) for x, y in zip(mine, theirs, strict=True)))


def listed(state: Dyads, i: Longs, j: Longs) -> Pairs:
    """These pairs, each standing for itself."""
    return Pairs(i, j, *state.shared(i, j), np.ones(len(i)))


def known_pairs(state: Dyads, local: bool) -> Pairs:
    """All candidate pairs that have met."""
    i, j = np.divmod(state.met, state.organisations)
    kept = state.chosen(i, j, local)
    return listed(state, i[kept], j[kept])


def strangers(
    state: Dyads,
    rng: np.random.Generator,
    *,
    local: bool = False,
    near: int = 1_000_000,
    far: int = 200_000,
    without: Longs | None = None,
) -> Pairs:
    """Candidate pairs that have never met, weighted to all of them.

    A pair that shares s partners is kept with probability min(1, ``near`` s / S), where S is the
    number of shared partners of all pairs; those who share none are drawn evenly.

    Parameters
    ----------
    near, far : most pairs kept of those that share a partner (expected), and of those that share
        none
    without : codes ``i * n + j`` of pairs to leave out, ascending: known cases, listed elsewhere
    """
    n = state.organisations
    left_out = np.zeros(0, dtype=np.int64) if without is None else without
    rows = state.inside if local else np.ones(n, dtype=np.bool_)
    paths = float((state.partners @ state.degree.astype(float))[rows & state.active].sum())
    kept, count = [], 0
    for i, j, shared, rarity in state.sharing(local):
        free = ~np.isin(i * n + j, left_out)
        count += int(free.sum())
        chance = np.minimum(1.0, near * shared / max(paths / (1 if local else 2), 1.0))
        free &= rng.random(len(i)) < chance
        kept.append(Pairs(i[free], j[free], shared[free], rarity[free], 1 / chance[free]))
    none = Pairs(*(np.zeros(0, dtype=np.int64),) * 2, *(np.zeros(0),) * 3)
    found = none
    if kept:
        found = Pairs(*(np.concatenate(x) for x in zip(*(vars(k).values() for k in kept),
                                                       strict=True)))  # fmt: skip
        if (found.weight > 1).any():
            # the sum is known: weights are brought to it exactly
            drawn = found.weight > 1
            found.weight[drawn] *= (count - (~drawn).sum()) / found.weight[drawn].sum()
    i, j = np.divmod(state.met, n)
    rest = state.pairs(local) - int(state.chosen(i, j, local).sum()) - count
    i, j = np.divmod(left_out, n)
    rest -= int((state.chosen(i, j, local) & ~state.place(i, j)[0]).sum())
    return found.plus(_far(state, rng, local, far, rest, left_out)) if rest > 0 else found


def _far(
    state: Dyads, rng: np.random.Generator, local: bool, size: int, rest: int, left_out: Longs
) -> Pairs:
    """Of the ``rest`` pairs that neither met nor share a partner, a sample without repetition."""
    n = state.organisations
    all_, own = np.flatnonzero(state.active), np.flatnonzero(state.active & state.inside)
    first = own if local else all_
    codes = np.zeros(0, dtype=np.int64)
    # where such pairs are rare, drawing would not end: a share of the tries is enough
    for _ in range(20):
        a = first[rng.integers(0, len(first), size)]
        b = all_[rng.integers(0, len(all_), size)]
        # both ends inside: drawn from either side, so that half of them must go
        twice = state.inside[a] & state.inside[b] & (rng.random(size) < 0.5) & local
        i, j = np.minimum(a, b)[~twice], np.maximum(a, b)[~twice]
        codes = np.unique(np.append(codes, (i * n + j)[i < j]))
        codes = codes[~np.isin(codes, left_out)]
        i, j = np.divmod(codes, n)
        codes = codes[(state.shared(i, j)[0] == 0) & ~state.place(i, j)[0]]
        if len(codes) >= min(size, rest):
            break
    codes = rng.permutation(codes)[: min(size, rest)]
    i, j = np.divmod(np.sort(codes), n)
    zero = np.zeros(len(i))
    return Pairs(i, j, zero, zero, np.full(len(i), rest / max(len(i), 1)))
