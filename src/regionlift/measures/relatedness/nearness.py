"""How near a region is to an activity: the share of what is related to it that the region has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.specialisation import divided

Flags = NDArray[np.bool_]


def density(present: NDArray[np.generic], related: Floats) -> Floats:
    r"""Share of what is related to an activity that a region has, shape (regions, n).

    .. math:: D_{rc} = \sum_j M_{rj} \phi_{jc} / \sum_j \phi_{jc}

    Not a number where nothing is related to the activity.

    Source: Hidalgo et al. 2007, Science 317, 482-487; Boschma, Balland & Kogler 2015.
    """
    m = np.asarray(present, dtype=related.dtype)
    return divided(m @ related, related.sum(axis=0))


def single_density(
    present: NDArray[np.generic], related: NDArray[np.float32], parts: int = 1
) -> NDArray[np.float32]:
    """See :func:`density`, of a symmetric matrix; one product in float32 is nearly all the work.

    The rows of the product can be shared out to ``parts`` threads; nothing else as large as it is
    made.
    """
    held = np.asarray(present, dtype=bool)
    # Along rows, where NumPy adds pairwise: along columns float32 loses digits.
    total = related.sum(axis=1)
    total[total == 0] = np.nan
    found = np.empty(held.shape, dtype=np.float32)

    def fill(rows: Flags, into: NDArray[np.float32]) -> None:
        np.matmul(rows.astype(np.float32), related, out=into)
        into /= total
        np.minimum(into, np.float32(1), out=into)

    if parts == 1:
        fill(held, found)
    else:
        with ThreadPoolExecutor(parts) as pool:
            list(pool.map(fill, np.array_split(held, parts), np.array_split(found, parts)))
    return found


def inside(present: Flags, found: Floats) -> Floats:
    """Density of what the region has; not a number elsewhere."""
    return np.where(np.asarray(present, dtype=bool), found, np.nan)


def outside(present: Flags, found: Floats) -> Floats:
    """Density of what the region does not have: its options; not a number elsewhere."""
    return np.where(np.asarray(present, dtype=bool), np.nan, found)


def nearest_density(present: NDArray[np.generic], related: Floats, k: int) -> Floats:
    r"""Density over the k activities most related to each, :math:`\sum_{j \in N_k(c)}`.

    Ties at the k-th place are all taken, so that the result does not depend on the order of the
    columns.

    Raises
    ------
    ValueError
        If k is not positive.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if k >= len(related):
        return density(present, related)
    limit = np.partition(related, -k, axis=0)[-k]
    return density(present, np.where(related >= limit, related, 0.0))


def relative_density(present: Flags, found: Floats, ddof: int = 0) -> Floats:
    """Density as a z-score within the options of each region; not a number for what it has.

    Source: Pinheiro, Balland, Boschma & Hartmann 2022, Regional Studies.
    """
    options = outside(present, found)
    told = np.isfinite(options)
    n = told.sum(axis=1, keepdims=True)
    mean = divided(np.nansum(options, axis=1, keepdims=True), n)
    squares = np.nansum((options - mean) ** 2, axis=1, keepdims=True)
    spread = np.sqrt(divided(squares, np.maximum(n - ddof, 0)))
    # Options that are equal differ by rounding alone.
    spread = np.where(spread > 1e-12 * np.abs(mean), spread, 0.0)
    return divided(options - mean, spread)


def outlook(present: Flags, found: Floats, complexity: Floats) -> Floats:
    r"""Complexity outlook of a region, :math:`\sum_c D_{rc} (1 - M_{rc}) PCI_c`, not standardised.

    Source: Hausmann et al. 2014, The Atlas of Economic Complexity.
    """
    options = np.nan_to_num(found) * ~np.asarray(present, dtype=bool)
    return np.asarray(options @ np.nan_to_num(complexity))


def outlook_gain(present: Flags, related: Floats, complexity: Floats) -> Floats:
    r"""What an activity would add to the outlook of a region.

    .. math:: (1 - M_{rc}) \sum_j (1 - M_{rj}) \frac{\phi_{jc}}{\sum_k \phi_{jk}} PCI_j

    Not a number for what the region has. Each related activity j is weighed by its own sum of
    relations. Source: Hausmann et al. 2014.
    """
    missing = ~np.asarray(present, dtype=bool)
    weight = np.nan_to_num(divided(related, related.sum(axis=1, keepdims=True)))
    gain = (missing * np.nan_to_num(complexity)) @ weight
    return np.where(missing, gain, np.nan)
