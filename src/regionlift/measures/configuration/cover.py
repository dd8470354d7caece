"""Minimal models: the smallest sets of prime implicants that cover every positive row.

Rows that share no implicant, not even through others, are covered apart: the chart falls into
parts, and the models are all combinations of those of the parts. In each part the least number of
terms comes from an integer programme (HiGHS), so that it is known however many models there are;
the models are then listed one by one, up to a cap that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, product
from math import prod

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from regionlift.measures.configuration.sets import Flags, RefusedError

Cover = tuple[int, ...]


@dataclass(frozen=True)
class Covers:
    """Minimal covers as places of columns, and their common size.

    ``number`` of models there are; ``counted``: the search was not cut short, so that the number is
    that, not at least that; ``truncated``: there are, or may be, more than are listed. ``shares``
    of the models that hold a column, exact where counted; ``always`` the columns of every model,
    exact in any case.
    """

    covers: tuple[Cover, ...]
    size: int
    number: int
    counted: bool
    truncated: bool
    shares: Mapping[int, float]
    always: frozenset[int]


def smallest_cover(chart: Flags, without: int | None = None) -> Cover | None:
    r"""Columns of one smallest cover of all rows, or None where there is none.

    .. math:: \min \sum_j z_j, \quad \sum_{j: a_{ij}} z_j \ge 1 \text{ for all } i

    Parameters
    ----------
    chart : bool, (columns, rows)
        Whether the implicant covers the positive row.
    without : a column that may not be used
    """
    columns, rows = chart.shape
    top = np.ones(columns)
    if without is not None:
        top[without] = 0
    if not (chart[top > 0].any(axis=0)).all():
        return None
    found = milp(
        np.ones(columns), integrality=np.ones(columns), bounds=Bounds(0, top),
        constraints=LinearConstraint(chart.T.astype(float), np.ones(rows), np.inf),
    )  # fmt: skip
    if found.x is None:
        raise RefusedError(f"no smallest model was found: {found.message}")
    return tuple(np.flatnonzero(found.x > 0.5).tolist())


def minimal_covers(chart: Flags, most: int, nodes: int) -> Covers:
    """All covers of the least size, up to ``most`` of them.

    Parameters
    ----------
    chart : bool, (columns, rows)
    nodes : steps of the search in each part of the chart
    """
    if not chart.any(axis=0).all():
        raise RefusedError("a positive row is covered by no implicant")
    weights = [1 << j for j in range(len(chart))]
    rows = _smallest(
        sum(w for w, inside in zip(weights, column, strict=True) if inside)
        for column in chart.T.tolist()
    )
    parts = [_covers_of(part, most, nodes) for part in _parts(rows)]
    number = prod(p.number for p in parts)
    joined = islice(product(*(p.covers for p in parts)), most)
    listed = sorted(tuple(sorted(j for cover in choice for j in cover)) for choice in joined)
    shares = {j: s for p in parts for j, s in p.shares.items()}
    counted = all(p.counted for p in parts)
    cut = number > len(listed) or not counted
    always = frozenset(j for p in parts for j in p.always)
    return Covers(tuple(listed), sum(p.size for p in parts), number, counted, cut, shares, always)


def _smallest(rows: Iterable[int]) -> list[int]:
    """Rows whose columns contain those of no other row: the others are covered with them."""
    kept: list[int] = []
    for row in sorted(set(rows), key=lambda r: (r.bit_count(), r)):
        if not any(k & row == k for k in kept):
            kept.append(row)
    return kept


def _parts(rows: list[int]) -> list[list[int]]:
    """Rows that hang together through their columns."""
    parts: list[tuple[int, list[int]]] = []
    for row in rows:
        near = [p for p in parts if p[0] & row]
        parts = [p for p in parts if not p[0] & row]
        mask = row
        for columns, _ in near:
            mask |= columns
        parts.append((mask, [r for _, members in near for r in members] + [row]))
    return [members for _, members in parts]


def _columns(rows: list[int]) -> list[int]:
    mask = 0
    for row in rows:
        mask |= row
    return [j for j in range(mask.bit_length()) if mask >> j & 1]


def _covers_of(rows: list[int], most: int, nodes: int) -> Covers:
    """Minimal covers of one part."""
    columns = _columns(rows)
    chart = np.array([[bool(r >> j & 1) for r in rows] for j in columns])
    local = smallest_cover(chart) if len(columns) > 1 else (0,)
    assert local is not None
    first = tuple(columns[j] for j in local)
    search = _Search(rows, len(first), most, nodes)
    found = sorted(search.found | {first})[:most]
    count = {j: sum(j in cover for cover in found) for j in columns}
    always = {j for j, n in count.items() if n == len(found)}
    if search.stopped:
        # a column of all listed models is in every model only if none of this size lacks it
        always = {j for j in always if _needed(chart, columns.index(j), len(first))}
    shares = {j: n / len(found) for j, n in count.items() if n}
    whole = not search.stopped
    return Covers(tuple(found), len(first), len(found), whole, not whole, shares, frozenset(always))


def _needed(chart: Flags, column: int, size: int) -> bool:
    other = smallest_cover(chart, without=column)
    return other is None or len(other) > size


class _Search:
    """Covers of one size; rows are the bit masks of the columns that cover them.

    Branches on the uncovered row with the fewest columns left; a column tried is closed to the
    branches after it, so that each cover is met once. A branch ends where rows that share no
    column are more than the terms left.
    """

    def __init__(self, rows: list[int], size: int, most: int, nodes: int) -> None:
        self.most, self.nodes = most, nodes
        self.found: set[Cover] = set()
        self.stopped = False
        self._down(rows, size, ())

    def _down(self, rows: list[int], left: int, taken: Cover) -> None:
        if not rows:
            if len(self.found) >= self.most:
                self.stopped = True
            else:
                self.found.add(tuple(sorted(taken)))
            return
        self.nodes -= 1
        self.stopped |= self.nodes < 0
        rows = sorted(rows, key=int.bit_count)
        if self.stopped or not rows[0] or _apart(rows) > left:
            return
        closed = 0
        branch = rows[0]
        while branch:
            bit = branch & -branch
            branch ^= bit
            rest = [r & ~closed for r in rows if not r & bit]
            self._down(rest, left - 1, (*taken, bit.bit_length() - 1))
            closed |= bit


def _apart(rows: list[int]) -> int:
    """Number of rows, fewest columns first, that share no column: each needs its own."""
    used = count = 0
    for row in rows:
        if not row & used:
            used |= row
            count += 1
    return count
