"""Entry, exit and growth of activities between two tables of the same regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.specialisation import divided

Flags = NDArray[np.bool_]


def entries(before: Flags, after: Flags) -> Floats:
    """1 where an activity came, 0 where it stayed away, not a number where it was there before."""
    _alike(before, after)
    return np.where(before, np.nan, np.asarray(after, dtype=np.float64))


def exits(before: Flags, after: Flags) -> Floats:
    """1 where an activity went, 0 where it stayed, not a number where it was not there before."""
    _alike(before, after)
    return np.where(before, 1.0 - np.asarray(after, dtype=np.float64), np.nan)


def growth(before: Floats, after: Floats) -> Floats:
    """Relative change, (after - before) / before; not a number where there was nothing."""
    _alike(before, after)
    first = np.asarray(before, dtype=np.float64)
    return divided(np.asarray(after, dtype=np.float64) - first, first)


def _alike(before: NDArray[np.generic], after: NDArray[np.generic]) -> None:
    if np.shape(before) != np.shape(after):
        raise ValueError(
            f"tables of different shape: {np.shape(before)} and {np.shape(after)}; "
            "give both the same regions and activities in the same order"
        )
