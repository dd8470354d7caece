"""Relatedness of industries that regions have in common, and how close a region is to each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats


def proximity(present: NDArray[np.bool_]) -> Floats:
    r"""How often two industries are present in the same regions, shape (n, n).

    .. math:: \phi_{ij} = \min\{P(i \mid j), P(j \mid i)\}
              = \frac{\sum_r M_{ri} M_{rj}}{\max(\sum_r M_{ri}, \sum_r M_{rj})}

    0 where one of them is nowhere present; the diagonal is 0, an industry says nothing of itself.

    Parameters
    ----------
    present : (regions, n)
        Whether the industry is present (a location quotient of at least 1).

    Source: Hidalgo, Klinger, Barabasi & Hausmann 2007, Science 317, 482-487.
    """
    m = np.asarray(present, dtype=np.float64)
    both, everywhere = m.T @ m, m.sum(axis=0)
    most = np.maximum.outer(everywhere, everywhere)
    found = np.divide(both, most, out=np.zeros_like(both), where=most > 0)
    np.fill_diagonal(found, 0)
    return np.asarray(found)


def density(present: NDArray[np.bool_], related: Floats) -> Floats:
    r"""Share of what is related to an industry that a region has, shape (regions, n).

    .. math:: d_{ri} = \sum_j M_{rj} \phi_{ij} / \sum_j \phi_{ij}

    Not a number where nothing is related to the industry.
    """
    m = np.asarray(present, dtype=np.float64)
    total = related.sum(axis=0)
    share = np.full(m.shape, np.nan)
    np.divide(m @ related, total, out=share, where=total > 0)
    return share
