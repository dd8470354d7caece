"""Presences as bits, 64 regions a word: pairs of thousands of activities counted exactly.

A matrix product of zeros and ones asks a multiplication for every region and pair; here one
``and`` and one count of bits serve 64 regions, whatever the processor. Counting, mirroring and
dividing happen tile by tile, so that the matrix is written once and nothing as large stands
beside it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import kernel

Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]
F = TypeVar("F", bound=np.floating[Any])

#: Activities a tile: its words and its part of the matrix stay in the cache of one processor.
TILE = 256

_PAIRS, _FOURS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_EIGHTS, _ADD = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
_ONE, _TWO, _FOUR, _TOP = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


def packed(present: NDArray[np.generic]) -> Words:
    """Bits of each activity over the regions, (words, n)."""
    m = np.ascontiguousarray(present, dtype=bool)
    words = np.zeros((-(-len(m) // 64), m.shape[1]), dtype=np.uint64)
    _pack(m, words)
    return words


@kernel
def _pack(present: Flags, words: Words) -> None:
    for i in range(present.shape[0]):
        word, place = words[i // 64], np.uint64(i % 64)
        for j in range(len(word)):
            word[j] |= np.uint64(present[i, j]) << place


def shared_over_larger(present: NDArray[np.generic], dtype: type[F]) -> NDArray[F]:
    """Regions with both over regions with the commoner of the two, (n, n), diagonal 0.

    The counts are whole numbers and the quotient is rounded once, so that in float64 every digit
    is that of the plain definition.
    """
    words = packed(present)
    n = words.shape[1]
    found = np.empty((n, n), dtype=dtype)
    size = np.count_nonzero(np.asarray(present, dtype=bool), axis=0)
    # What is present nowhere shares nothing: 0 / 1.
    _fill(words, np.maximum(size, 1).astype(dtype), found, TILE)
    np.fill_diagonal(found, 0)
    return found


@kernel
def _fill(words: Words, size: NDArray[F], found: NDArray[F], tile: int) -> None:
    """Tiles on and above the diagonal, each written a second time across it."""
    n = words.shape[1]
    space = np.zeros(tile, dtype=np.int64)
    for i0 in range(0, n, tile):
        i1 = min(i0 + tile, n)
        for j0 in range(i0, n, tile):
            j1 = min(j0 + tile, n)
            both = space[: j1 - j0]
            for i in range(i0, i1):
                both[:] = 0
                for k in range(words.shape[0]):
                    if words[k, i]:
                        _add_shared(words[k, i], words[k, j0:j1], both)
                _divide(both, size[i], size[j0:j1], found[i, j0:j1])
            for i in range(i0, i1):
                for j in range(j0, j1):
                    found[j, i] = found[i, j]


@kernel
def _add_shared(own: np.uint64, others: Words, both: Longs) -> None:
    """Add the number of bits set in both; the steps are those compilers know as one instruction.

    Source: Warren 2012, Hacker's Delight, 5-1.
    """
    for j in range(len(others)):
        x = own & others[j]
        x = x - ((x >> _ONE) & _PAIRS)
        x = (x & _FOURS) + ((x >> _TWO) & _FOURS)
        x = (x + (x >> _FOUR)) & _EIGHTS
        both[j] += np.int64((x * _ADD) >> _TOP)


@kernel
def _divide(both: Longs, own: F, others: NDArray[F], row: NDArray[F]) -> None:
    for j in range(len(both)):
        row[j] = both[j]
        row[j] /= max(own, others[j])


@kernel
def grow(present: Flags, rows: Flags, columns: Flags) -> None:
    """Add to rows and columns whatever a chain of presences joins to them, in place."""
    read = np.zeros(len(rows), dtype=np.bool_)
    more = True
    while more:
        more = False
        for i in range(len(rows)):
            if rows[i] and not read[i]:
                read[i] = True
                for j in range(len(columns)):
                    columns[j] |= present[i, j]
        for i in range(len(rows)):
            if not rows[i]:
                for j in range(len(columns)):
                    if columns[j] and present[i, j]:
                        rows[i] = more = True
                        break


@kernel
def presences(present: Flags) -> tuple[Longs, Longs]:
    """Diversity of regions and ubiquity of activities, read over once for both."""
    regions, n = present.shape
    diversity, ubiquity = np.zeros(regions, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for i in range(regions):
        row = present[i]
        own = 0
        for j in range(n):
            own += row[j]
            ubiquity[j] += row[j]
        diversity[i] = own
    return diversity, ubiquity


@kernel
def columns_of(present: Flags, number: int) -> NDArray[np.int32]:
    """Column of each of the ``number`` presences, row by row."""
    column = np.empty(number + 1, dtype=np.int32)
    k = 0
    for i in range(present.shape[0]):
        for j in range(present.shape[1]):
            # Written over by the next where nothing is present: no branch to guess.
            column[k] = j
            k += present[i, j]
    return column[:number]
