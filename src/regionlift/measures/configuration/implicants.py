"""Prime implicants without listing remainders.

A conjunction of values of a positive row p is an implicant where it meets nothing it must not: it
has to differ from every forbidden cube in some condition. The prime implicants that cover p are
therefore the minimal hitting sets of { conditions in which p and the cube differ }. It holds for
values as for absence and presence. What is forbidden makes the solution:

* parsimonious: the negative rows alone (remainders are free);
* conservative: everything but the positive rows, as few disjoint cubes (what Quine 1952 and
  McCluskey 1956 find by merging rows);
* intermediate: everything but the positive rows and the easy counterfactuals.

Sources: Quine 1952, American Mathematical Monthly 59, 521-531; McCluskey 1956, Bell System
Technical Journal 35, 1417-1444; Berge 1989, Hypergraphs, ch. 2 (minimal hitting sets); Hong, Cain &
Ostapko 1974, IBM J. Research and Development 18, 443-458 (disjoint sharp).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from regionlift.measures.configuration.sets import (
    FREE,
    Levels,
    RefusedError,
    Terms,
    absorbed,
    distinct,
    terms_of,
)

#: Prime implicants beyond which no solution can be read.
MOST_IMPLICANTS = 100_000


def complement(terms: Terms, levels: Levels) -> Terms:
    """Everything no term covers, as disjoint cubes."""
    cubes = terms_of([(FREE,) * len(levels)], len(levels))
    for term in absorbed(terms):
        apart = ((cubes != FREE) & (term != FREE) & (cubes != term)).any(axis=1)
        pieces = [p for cube in cubes[~apart].tolist() for p in _sharp(cube, term, levels)]
        cubes = np.concatenate((cubes[apart], terms_of(pieces, len(levels))))
    return cubes


def _sharp(cube: list[int], term: Terms, levels: Levels) -> list[tuple[int, ...]]:
    """What a cube holds outside a term that it meets, as disjoint cubes."""
    pieces: list[tuple[int, ...]] = []
    core = list(cube)
    for j, value in enumerate(term.tolist()):
        if value == FREE or cube[j] != FREE:
            continue
        others = [v for v in range(levels[j]) if v != value]
        pieces += [(*core[:j], other, *core[j + 1 :]) for other in others]
        core[j] = value
    return pieces


def hitting_sets(families: Iterable[int], most: int = MOST_IMPLICANTS) -> list[int]:
    """Minimal sets that meet every given set; sets are bit masks.

    Examples
    --------
    >>> hitting_sets([0b011, 0b110])
    [2, 5]
    """
    found = [0]
    for edge in _least(families):
        hit = [t for t in found if t & edge]
        miss = [t for t in found if not t & edge]
        for bit in _bits(edge):
            # only a set that meets the edge in this bit alone can lie within t and the bit
            rivals = [h & ~bit for h in hit if h & edge == bit]
            found_here = [t for t in miss if not any(r & t == r for r in rivals)]
            hit += [t | bit for t in found_here]
            if len(hit) > most:
                raise RefusedError(
                    f"more than {most} prime implicants: no solution can be read. "
                    "Fewer conditions would settle it"
                )
        found = hit
    return sorted(found, key=lambda t: (t.bit_count(), t))


def _least(families: Iterable[int]) -> list[int]:
    """Sets that contain no other one, smallest first; fewer than 63 members."""
    left = np.unique(np.fromiter(families, dtype=np.int64))
    left = left[np.argsort(np.bitwise_count(left), kind="stable")]
    kept = []
    while len(left):
        kept.append(int(left[0]))
        left = left[(left & left[0]) != left[0]]
    return kept


def _bits(mask: int) -> list[int]:
    return [1 << j for j in range(mask.bit_length()) if mask >> j & 1]


def prime_implicants(positive: Terms, forbidden: Terms) -> Terms:
    """Prime implicants that cover a positive row and meet no forbidden cube, in a fixed order.

    Raises
    ------
    RefusedError
        If a positive row lies in a forbidden cube, or there are too many implicants.
    """
    conditions = positive.shape[1]
    weight = 1 << np.arange(conditions, dtype=np.int64)
    found: set[tuple[int, ...]] = set()
    for row in distinct(positive):
        differ = (forbidden != FREE) & (forbidden != row)
        masks = (differ @ weight).tolist()
        if 0 in masks:
            raise RefusedError(f"row {row.tolist()} is asked for and forbidden at once")
        for keep in hitting_sets(masks):
            found.add(tuple(v if keep >> j & 1 else FREE for j, v in enumerate(row.tolist())))
        if len(found) > MOST_IMPLICANTS:
            raise RefusedError(f"more than {MOST_IMPLICANTS} prime implicants: fewer conditions")
    return distinct(terms_of(found, conditions))
