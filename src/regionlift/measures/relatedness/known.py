"""Quotients, presence and density where some cells are not known (not a number): never 0 for those.

With every cell known they are the published measures; the tests hold them to those.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.specialisation import advantaged, divided

Flags = NDArray[np.bool_]


def quotients(table: Floats) -> Floats:
    r"""Location quotients where some cells are not known (not a number).

    .. math:: q_{rc} = \frac{x_{rc}}{\sum_{k \in K_r} x_{rk}} \Big/
              \frac{X_c}{\sum_{k \in K_r} X_k}

    A region's share of an activity is compared with the share it has everywhere among the
    activities K_r known in that region: what is suppressed is left out of both, not taken for 0.
    """
    x = np.asarray(table, dtype=np.float64)
    known = np.isfinite(x)
    filled = np.where(known, x, 0.0)
    whole = filled.sum(axis=0)
    expected = divided(np.broadcast_to(whole, x.shape), known @ whole[:, None])
    found = divided(divided(filled, filled.sum(axis=1, keepdims=True)), expected)
    return np.where(known, found, np.nan)


def present(table: Floats) -> Flags:
    """Whether the quotient is at least 1: decided exactly where every cell is known."""
    if np.isfinite(table).all():
        return advantaged(table)
    with np.errstate(invalid="ignore"):
        return np.asarray((quotients(table) >= 1 - 1e-9) & (np.nan_to_num(table) > 0))


def densities(held: Flags, known: Flags) -> Floats:
    r"""Relatedness density with unknown cells left out of both counts, diagonal 0.

    .. math:: \phi_{ij} = \frac{|\{r: M_{ri} M_{rj}\}|}
              {\max(|\{r: M_{ri}, K_{rj}\}|, |\{r: K_{ri}, M_{rj}\}|)}, \quad
              D_{rc} = \frac{\sum_j M_{rj} \phi_{jc}}{\sum_j K_{rj} \phi_{jc}}

    With everything known this is proximity and density as published.
    """
    m, k = held.astype(np.float64), known.astype(np.float64)
    one = m.T @ k
    related = np.nan_to_num(divided(m.T @ m, np.maximum(one, one.T)))
    np.fill_diagonal(related, 0)
    return divided(m @ related, k @ related)
