"""The two operations most kernels share."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Ratio of the sums over the last axis; NaN where the denominator is not positive."""
    below = denominator.sum(axis=-1)
    quotient = numerator.sum(axis=-1) / np.where(below > 0, below, 1)
    return np.where(below > 0, quotient, np.nan)


def log_change(start: Floats, end: Floats) -> Floats:
    """100 ln(sum end / sum start) over the last axis; NaN unless both are positive."""
    s, e = start.sum(axis=-1), end.sum(axis=-1)
    both = (s > 0) & (e > 0)
    return np.where(both, 100 * np.log(np.where(both, e, 1) / np.where(both, s, 1)), np.nan)
