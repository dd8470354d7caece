"""Years in which something is active, as runs of years that do not touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def runs(
    group: NDArray[np.integer], start: NDArray[np.integer], end: NDArray[np.integer]
) -> tuple[Ints, Ints, Ints]:
    """Union of year intervals within each group, as maximal runs of years.

    Intervals hold both their ends; two that follow year on year make one run.

    Parameters
    ----------
    group : (m,) what the interval belongs to, 0 or greater
    start, end : (m,) first and last year, ``start <= end``

    Returns
    -------
    group, first, last : one entry a run, sorted by group, then first year

    Examples
    --------
    >>> [a.tolist() for a in runs(np.array([1, 0, 1]), np.array([5, 7, 1]), np.array([6, 7, 4]))]
    [[0, 1], [7, 1], [7, 6]]
    """
    order = np.lexsort((start, group))
    groups, starts = group[order].astype(np.int64), start[order].astype(np.int64)
    ends = end[order].astype(np.int64)
    if not len(groups):
        return groups, starts, ends
    # ends of later groups stand above all ends of earlier ones, so one running maximum serves all
    low, step = int(starts.min()), int(ends.max() - starts.min()) + 2
    reached = np.maximum.accumulate(ends - low + groups * step)
    begins = np.ones(len(groups), dtype=np.bool_)
    begins[1:] = starts[1:] - low + groups[1:] * step > reached[:-1] + 1
    begins[1:] |= groups[1:] != groups[:-1]
    closes = np.append(np.flatnonzero(begins[1:]), len(groups) - 1)
    last = reached[closes] - groups[closes] * step + low
    return groups[begins], starts[begins], last


def by_group(groups: int, found: tuple[Ints, Ints, Ints]) -> list[list[int]]:
    """Runs of each group as a flat list: first, last, first, last, ..."""
    lists: list[list[int]] = [[] for _ in range(groups)]
    for group, first, last in zip(*(part.tolist() for part in found), strict=True):
        lists[group] += (first, last)
    return lists


def spelled(flat: list[int]) -> str:
    """Runs of years as a reader would write them.

    Examples
    --------
    >>> spelled([2014, 2016, 2019, 2019])
    '2014–2016, 2019'
    """
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return ", ".join(f"{a}–{b}" if b > a else str(a) for a, b in pairs)
