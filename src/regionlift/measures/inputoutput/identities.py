"""Identities that hold in every account; what breaks one is no rounding, and no number is given."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats

#: Largest gap that counts as rounding, as a share of the greatest number on the right.
ROUNDING = 1e-8


class IdentityError(ArithmeticError):
    """Two ways to one number differ by more than rounding."""


def held(name: str, left: Floats | float, right: Floats | float) -> None:
    """Check that two sides are equal.

    Raises
    ------
    IdentityError
        If they differ by more than :data:`ROUNDING`.
    """
    one, other = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    scale = max(float(np.abs(other).max(initial=0.0)), 1e-300)
    gap = float(np.abs(one - other).max(initial=0.0)) / scale
    # not (gap <= ...): a gap that is no number is no identity either
    if not gap <= ROUNDING:
        raise IdentityError(f"{name}: the two sides differ by {gap:.2g} of their size")
