"""Second eigenvector of the normalised presences, by Lanczos steps that hold no lock.

The first eigenvector is known (the root of the counts, with eigenvalue 1) and is kept out, so that
the second is the leading one of what is left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import kernel
from regionlift.measures.cube import Floats

#: Residuals below which the second pair is found, and the third value.
SECOND, THIRD = 1e-12, 1e-8
#: Length of a step below which there is nowhere left to go.
CLOSED = 1e-13


@kernel
def gathered(values: Floats, places: NDArray[np.int32]) -> float:
    """Sum of the values at some places; four sums run side by side, so that none waits."""
    a = b = c = d = 0.0
    n = len(places)
    for k in range(0, n - 3, 4):
        a += values[places[k]]
        b += values[places[k + 1]]
        c += values[places[k + 2]]
        d += values[places[k + 3]]
    for k in range(n - n % 4, n):
        a += values[places[k]]
    return (a + b) + (c + d)


@kernel
def applied(
    start: NDArray[np.int32], column: NDArray[np.int32], by_region: Floats, by_activity: Floats,
    tall: bool, v: Floats,
) -> Floats:  # fmt: skip
    """S'S v over activities where ``tall``, else S S' v over regions; S from rows of columns."""
    regions, activities = len(by_region), len(by_activity)
    across = np.zeros(activities)
    if tall:
        across[:] = by_activity * v
        found = np.zeros(activities)
        for i in range(regions):
            own = column[start[i] : start[i + 1]]
            whole = gathered(across, own) * by_region[i] * by_region[i]
            for j in own:
                found[j] += whole
        return found * by_activity
    for i in range(regions):
        part = by_region[i] * v[i]
        for k in range(start[i], start[i + 1]):
            across[column[k]] += part
    across *= by_activity * by_activity
    back = np.zeros(regions)
    for i in range(regions):
        back[i] = gathered(across, column[start[i] : start[i + 1]]) * by_region[i]
    return back


@kernel
def carried(
    start: NDArray[np.int32], column: NDArray[np.int32], by_region: Floats, by_activity: Floats,
    tall: bool, v: Floats,
) -> Floats:  # fmt: skip
    """S v over regions where ``tall``, else S' v over activities: the vector of the other side."""
    found = np.zeros(len(by_region) if tall else len(by_activity))
    for i in range(len(by_region)):
        for k in range(start[i], start[i + 1]):
            j = column[k]
            if tall:
                found[i] += by_region[i] * by_activity[j] * v[j]
            else:
                found[j] += by_region[i] * by_activity[j] * v[i]
    return found


@kernel
def leading(
    start: NDArray[np.int32], column: NDArray[np.int32], by_region: Floats, by_activity: Floats,
    tall: bool, known: Floats, begin: Floats, most: int, within: float, next_within: float,
) -> tuple[float, float, Floats, bool]:  # fmt: skip
    """Largest and next eigenvalue beside those known, the vector of the largest, whether found.

    ``known`` are eigenvectors of length 1, (number, n); ``most`` steps are tried. Found is what
    has residuals of at most ``within`` and ``next_within``. Of equal eigenvalues only one is seen,
    since a start holds one direction of theirs: the next one is then another. Make sure of it by
    a search with the vector found among the known.

    Source: Lanczos 1950; with every step made orthogonal to all before it (Parlett 1998, ch. 13).
    """
    n = known.shape[1]
    basis = np.zeros((most + 1, n))
    alpha, beta = np.zeros(most), np.zeros(most + 1)
    q = begin - np.dot(np.dot(known, begin), known)
    basis[0] = q / np.sqrt(np.dot(q, q))
    # Small matrices are decomposed now and then, more often where little is asked.
    look = 16 if within < 1e-6 else 4
    for k in range(most):
        w = applied(start, column, by_region, by_activity, tall, basis[k])
        alpha[k] = np.dot(w, basis[k])
        for _ in range(2):
            w -= np.dot(np.dot(known, w), known)
            inside = basis[: k + 1]
            w -= np.dot(np.dot(inside, w), inside)
        beta[k + 1] = np.sqrt(np.dot(w, w))
        last = k + 1 == most or beta[k + 1] < CLOSED
        if k + 1 == look or last:
            look = look + max(look // 3, 2)
            small = np.zeros((k + 1, k + 1))
            for j in range(k + 1):
                small[j, j] = alpha[j]
                if j:
                    small[j, j - 1] = small[j - 1, j] = beta[j]
            values, vectors = np.linalg.eigh(small)
            done = abs(beta[k + 1] * vectors[k, k]) <= within and (
                k == 0 or abs(beta[k + 1] * vectors[k, k - 1]) <= next_within)
            if done or last:
                third = values[k - 1] if k else 0.0
                top = np.ascontiguousarray(vectors[:, k])
                return values[k], third, np.dot(top, basis[: k + 1]), done
        basis[k + 1] = w / beta[k + 1]
    return 0.0, 0.0, begin, False
