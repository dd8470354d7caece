"""Minimal models: the smallest sets of prime implicants that cover every positive row.

The least number of terms comes from an integer programme (HiGHS), so that it is known however
many models there are; the models themselves are then listed one by one, up to a cap that is said.
Where a list is cut short, whether a term is in every model is still settled exactly, by asking
for a model without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from regionlift.measures.configuration.sets import Flags, RefusedError


@dataclass(frozen=True)
class Covers:
    """Minimal covers as places of columns, their common size, and whether some are not listed."""

    covers: tuple[tuple[int, ...], ...]
    size: int
    truncated: bool


def smallest_cover(chart: Flags, without: int | None = None) -> tuple[int, ...] | None:
    """Columns of one smallest cover of all rows, or None where there is none.

    .. math:: \\min \\sum_j z_j, \\quad \\sum_{j: a_{ij}} z_j \\ge 1 \\text{ for all } i

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
    """All covers of the least size, up to ``most`` of them and ``nodes`` steps of the search.

    Branches on the uncovered row with the fewest columns left; a column tried is closed to the
    branches after it, so that each cover is met once. A branch ends where rows that share no
    column are more than the terms left.
    """
    first = smallest_cover(chart)
    if first is None:
        raise RefusedError("a positive row is covered by no implicant")
    search = _Search(chart, len(first), most, nodes)
    search.run()
    covers = sorted(search.found)
    if first not in search.found:
        covers = [first, *covers][:most]
    return Covers(tuple(covers), len(first), search.stopped)


class _Search:
    """State of one enumeration: rows are the bit masks of the columns that cover them."""

    def __init__(self, chart: Flags, size: int, most: int, nodes: int) -> None:
        weights = [1 << j for j in range(len(chart))]
        self.rows = _smallest(
            sum(w for w, inside in zip(weights, column, strict=True) if inside)
            for column in chart.T.tolist()
        )
        self.size, self.most, self.nodes = size, most, nodes
        self.found: set[tuple[int, ...]] = set()
        self.stopped = False

    def run(self) -> None:
        self._down(self.rows, self.size, ())

    def _down(self, rows: list[int], left: int, taken: tuple[int, ...]) -> None:
        if not rows:
            if left:
                raise AssertionError("a cover below the least size")
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


def _smallest(rows: Iterable[int]) -> list[int]:
    """Rows whose columns contain those of no other row: the others are covered with them."""
    kept: list[int] = []
    for row in sorted(set(rows), key=lambda r: (r.bit_count(), r)):
        if not any(k & row == k for k in kept):
            kept.append(row)
    return kept


def _apart(rows: list[int]) -> int:
    """Number of rows, fewest columns first, that share no column: each needs its own."""
    used = count = 0
    for row in rows:
        if not row & used:
            used |= row
            count += 1
    return count
