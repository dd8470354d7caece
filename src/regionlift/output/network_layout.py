"""Places of organisations in the picture of the network: rings by layer, angle by partners.

No random number is drawn: the same network gives the same picture. Ring and angle have a meaning,
distance within a ring has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

#: Least share of the disc's area and least width of a ring, so that a core of three has room for
#: names and a thin ring for its own; blank between rings, in radii.
_LEAST, _THIN, _BLANK = 0.06, 0.1, 0.035

#: Communities that are ordered by the ties between them; smaller ones follow by size.
_CHAINED = 400


@dataclass(frozen=True)
class Layout:
    """Places in the unit disc.

    Parameters
    ----------
    x, y : (n,) coordinates; y grows downwards
    inner, outer : (rings,) radii of each ring; both 0 for a ring without members
    """

    x: Floats
    y: Floats
    inner: Floats
    outer: Floats


def rings(
    ring: NDArray[np.integer],
    community: NDArray[np.integer],
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    weight: NDArray[np.integer],
    *,
    steps: int = 30,
    pull: float = 0.4,
) -> Layout:
    """Concentric rings, the first in the centre; partners near the same angle.

    Communities are sectors, ordered so that neighbours share many ties. Every organisation is
    drawn towards the mean direction of its partners (a share ``pull``) and the sector of its
    community (the rest), and the members of each ring are spread over evenly spaced slots in the
    order of these directions, ``steps`` times.

    Parameters
    ----------
    ring : (n,) ring of each organisation, 0 in the centre
    community : (n,) label of each organisation, -1 where not known
    first, second, weight : (m,) ties and their weight
    steps : rounds of drawing together and spreading
    pull : weight of the partners against the community, 0 to 1

    Raises
    ------
    ValueError
        If an array is not as long as the others, or a tie names no organisation.
    """
    n = len(ring)
    if len(community) != n:
        raise ValueError(f"{len(community)} communities for {n} organisations")
    if not len(first) == len(second) == len(weight):
        raise ValueError("first, second and weight of the ties differ in length")
    if len(first) and not 0 <= min(first.min(), second.min()) <= max(first.max(), second.max()) < n:
        raise ValueError(f"a tie names an organisation outside 0 to {n - 1}")
    if n == 0:
        return Layout(*(np.zeros(0) for _ in range(4)))
    from scipy.sparse import coo_array

    both = np.concatenate([first, second]), np.concatenate([second, first])
    ties = coo_array((np.tile(weight.astype(np.float64), 2), both), shape=(n, n)).tocsr()
    degree = np.diff(ties.indptr)
    label = _whole(community)
    inner, outer = _radii(np.bincount(ring))
    members = [np.flatnonzero(ring == k) for k in range(len(inner))]
    slots = [_slots(len(m), a, b) for m, a, b in zip(members, inner, outer, strict=True)]

    sector = np.exp(1j * _sectors(label, ties)[label])
    # one of its own kind is no community, and goes where its partners are
    home = np.where(np.bincount(label)[label] > 1, sector, 0)
    place = np.where(home != 0, sector, _unit(ties @ home))
    place = np.where(place != 0, place, sector)
    for _ in range(steps):
        mean = _unit(ties @ place)
        wanted = pull * mean + (1 - pull) * home
        wanted = np.where(np.abs(wanted) > 1e-9, wanted, place)
        angle = np.angle(wanted)
        place = place.copy()
        for held, (slot, _) in zip(members, slots, strict=True):
            place[held[_order(angle[held], slot)]] = np.exp(1j * slot)
    x, y = np.zeros(n), np.zeros(n)
    for held, (slot, radius) in zip(members, slots, strict=True):
        held = _strong_inside(held[_order(np.angle(place[held]), slot)], degree, radius)
        x[held], y[held] = radius * np.cos(slot), radius * np.sin(slot)
    return Layout(x, y, inner, outer)


def _whole(community: NDArray[np.integer]) -> Places:
    """Labels 0, 1, ... without gaps; everyone whose community is not known is one of their own."""
    label = community.astype(np.int64)
    unknown = label < 0
    label[unknown] = label.max(initial=0) + 1 + np.arange(unknown.sum())
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _unit(z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    length = np.abs(z)
    return np.where(length > 1e-9, z / np.where(length > 1e-9, length, 1), 0)


def _radii(counts: Places) -> tuple[Floats, Floats]:
    """Rings whose areas follow their members, so that all are about equally dense."""
    share = np.where(counts > 0, np.maximum(counts / max(counts.sum(), 1), _LEAST), 0.0)
    width = np.diff(np.sqrt(np.cumsum(share) / share.sum()), prepend=0.0)
    width = np.where(counts > 0, np.maximum(width, _THIN), 0.0)
    outer = np.cumsum(width) / width.sum()
    inner = np.concatenate([[0.0], outer[:-1]])
    inner = np.where(inner > 0, inner + _BLANK, 0.0)
    return np.where(counts > 0, inner, 0.0), np.where(counts > 0, outer, 0.0)


def _slots(n: int, inner: float, outer: float) -> tuple[Floats, Floats]:
    """Angles (ascending) and radii of n slots in rows of one spacing."""
    if n == 0:
        return np.zeros(0), np.zeros(0)
    if n == 1 and inner == 0:
        return np.zeros(1), np.zeros(1)
    spacing = np.sqrt(np.pi * (outer**2 - inner**2) / n)
    rows = max(1, round((outer - inner) / spacing))
    radius = inner + (np.arange(rows) + 0.5) * (outer - inner) / rows
    exact = n * radius / radius.sum()
    count = np.floor(exact).astype(np.int64)
    count[np.argsort(count - exact, kind="stable")[: n - count.sum()]] += 1
    angle = np.concatenate(
        [(np.arange(c) + (0.5 if row % 2 else 0.0)) / c for row, c in enumerate(count) if c]
    )
    order = np.argsort(angle, kind="stable")
    return angle[order] * 2 * np.pi, np.repeat(radius, count)[order]


def _order(angle: Floats, slot: Floats) -> Places:
    """Which member takes each slot: both in the order of angles, turned to where they fit best."""
    order = np.argsort(angle % (2 * np.pi), kind="stable")
    n = len(order)
    if n < 2:
        return order
    for _ in range(3):
        gap = np.angle(np.exp(1j * (slot - angle[order])).sum())
        order = np.roll(order, -round(gap / (2 * np.pi) * n))
    return order


def _strong_inside(held: Places, degree: NDArray[np.integer], radius: Floats) -> Places:
    """Among neighbours by angle, whoever has more partners stands nearer to the centre."""
    width = max(len(np.unique(radius)), 1)
    held = held.copy()
    for begin in range(0, len(held), width):
        part = slice(begin, begin + width)
        inward = np.argsort(radius[part], kind="stable")
        strongest = np.argsort(-degree[held[part]], kind="stable")
        turned = held[part].copy()
        turned[inward] = held[part][strongest]
        held[part] = turned
    return held


def _sectors(label: Places, ties: Any) -> Floats:
    """Angle of each community: a chain in which neighbours share many ties, bent to a circle."""
    from scipy.sparse import coo_array

    sizes = np.bincount(label).astype(np.float64)
    by_size = np.argsort(-sizes, kind="stable")
    chained = by_size[: min(_CHAINED, int((sizes > 1).sum()))]
    place = np.full(len(sizes), -1)
    place[chained] = np.arange(len(chained))
    known = np.flatnonzero(place[label] >= 0)
    at = (known, place[label[known]])
    member = coo_array((np.ones(len(known)), at), (len(label), len(chained))).tocsr()
    between = (member.T @ ties @ member).toarray()
    between /= np.sqrt(np.outer(sizes[chained], sizes[chained]))
    angle = np.zeros(len(sizes))
    # those of no community have the circle to themselves, under the sectors
    for order in (chained[_chain(between)], by_size[len(chained) :]):
        width = sizes[order]
        angle[order] = 2 * np.pi * (np.cumsum(width) - width / 2) / max(width.sum(), 1)
    return angle


def _chain(between: Floats) -> Places:
    """Greedy chain from the first: whoever is most tied to an end goes there next."""
    chain = [0] if len(between) else []
    left = np.ones(len(between), dtype=np.bool_)
    left[chain] = False
    while left.any():
        head, tail = (np.where(left, between[end], -1) for end in (chain[0], chain[-1]))
        if head.max() > tail.max():
            chain.insert(0, int(np.argmax(head)))
        else:
            chain.append(int(np.argmax(tail)))
        left[chain] = False
    return np.array(chain, dtype=np.int64)
