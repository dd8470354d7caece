"""How related two activities are: from the regions, or the patents, in which both occur.

Presence M is (units, n): units are regions, or patents. Whatever occurs nowhere is related to
nothing: 0, not 0/0. The diagonal is 0 unless asked for: an activity says nothing of itself, and
with 1 there the density of what a region has already is inflated by its own presence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import COMPILED
from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.bits import shared_over_larger

#: Activities from which a whole proximity matrix is counted in bits: the numbers are the same.
MANY = 256

Basis = Literal["occurrence", "co-occurrence"]
Kind = Literal["proximity", "association", "probability", "cosine", "jaccard", "z-score"]


@dataclass(frozen=True)
class Relatedness:
    """A relatedness matrix (n, n) with what it is: kind, basis, diagonal; who is related to none.

    ``alone`` are the places of activities without any relation.
    """

    values: Floats
    kind: Kind
    basis: Basis
    diagonal: float
    alone: NDArray[np.int64]


def co_occurrence(present: NDArray[np.generic]) -> Floats:
    """Units in which both are present, (n, n), diagonal 0.

    Counted in float32, exact below 2^24 units, and without a detour over integers, which would
    bypass the fast matrix product.
    """
    exact = np.float32 if len(present) < 2**24 else np.float64
    m: NDArray[np.floating[Any]] = np.asarray(present, dtype=exact)
    both = m.T @ m
    np.fill_diagonal(both, 0)
    return np.asarray(both)


def proximity(present: NDArray[np.bool_]) -> Floats:
    r"""How often two activities are present in the same regions, shape (n, n).

    .. math:: \phi_{ij} = \min\{P(i \mid j), P(j \mid i)\}
              = \frac{\sum_r M_{ri} M_{rj}}{\max(\sum_r M_{ri}, \sum_r M_{rj})}

    Parameters
    ----------
    present : (regions, n)
        Whether the activity is present (a location quotient of at least 1).

    Source: Hidalgo, Klinger, Barabasi & Hausmann 2007, Science 317, 482-487.
    """
    if COMPILED and np.shape(present)[1] >= MANY:
        return shared_over_larger(present, np.float64)
    both = np.asarray(co_occurrence(present), dtype=np.float64)
    everywhere = np.asarray(present, dtype=np.float64).sum(axis=0)
    most = np.maximum.outer(everywhere, everywhere)
    return np.asarray(np.divide(both, most, out=np.zeros_like(both), where=most > 0))


def single_proximity(present: NDArray[np.generic]) -> NDArray[np.float32]:
    """Proximity in float32, each quotient rounded once; half the room for thousands of classes."""
    if COMPILED:
        return shared_over_larger(present, np.float32)
    both = np.asarray(co_occurrence(present), dtype=np.float32)
    most = np.maximum(np.asarray(present, dtype=np.float32).sum(axis=0), 1)
    for start in range(0, len(both), 256):
        block = both[start : start + 256]
        np.divide(block, np.maximum(most[start : start + 256, None], most), out=block)
    return both


def related(
    present: NDArray[np.generic], kind: Kind = "proximity", basis: Basis = "co-occurrence",
    diagonal: float = 0.0,
) -> Relatedness:  # fmt: skip
    r"""Relatedness of all pairs; C are the co-occurrences, N the units.

    With S_i the sum of row i of C and T the sum of C (basis ``co-occurrence``), or S_i the number
    of units with i and T the number of units (basis ``occurrence``):

    * ``association`` :math:`T C_{ij} / (S_i S_j)`; 1 is what chance gives;
    * ``probability`` :math:`C_{ij} / [(\frac{S_i}{T} \frac{S_j}{T - S_i} + \frac{S_j}{T}
      \frac{S_i}{T - S_j}) \frac{T}{2}]`;
    * ``cosine`` :math:`C_{ij} / \sqrt{S_i S_j}` (on occurrences: Ochiai);
    * ``jaccard`` :math:`C_{ij} / (S_i + S_j - C_{ij})`;
    * ``z-score`` :math:`(C_{ij} - \mu) / \sigma, \mu = n_i n_j / N,
      \sigma^2 = \mu (1 - n_i / N)(N - n_j) / (N - 1)`, always on occurrences; an activity in
      every unit has no variance, and no relation;
    * ``proximity``: see that function; always on occurrences.

    A cosine of co-occurrences is normalised twice (Zhou & Leydesdorff 2016): prefer Ochiai.

    Sources: van Eck & Waltman 2009, JASIST 60, 1635-1651; Steijn 2021, Quantitative Science
    Studies 2, 713-726; Teece, Rumelt, Dosi & Winter 1994, JEBO 23, 1-30.
    """
    if kind == "proximity":
        values = proximity(np.asarray(present, dtype=bool))
        basis = "occurrence"
    else:
        both = np.asarray(co_occurrence(present), dtype=np.float64)
        occur = np.asarray(present, dtype=np.float64).sum(axis=0)
        if kind == "z-score":
            basis = "occurrence"
            values = _z_score(both, occur, len(present))
        else:
            size = occur if basis == "occurrence" else both.sum(axis=0)
            total = float(len(present)) if basis == "occurrence" else float(both.sum())
            values = normalised(both, size, total, kind)
    alone = np.flatnonzero((values == 0).all(axis=0))
    np.fill_diagonal(values, diagonal)
    return Relatedness(values, kind, basis, diagonal, alone)


def normalised(both: Floats, size: Floats, total: float, kind: Kind) -> Floats:
    """Co-occurrences over what their sizes let expect; see :func:`related` for the formulas."""
    first, second = size[:, None], size[None, :]
    if kind == "association":
        under = first * second / (total or 1.0)
    elif kind == "cosine":
        under = np.sqrt(first * second)
    elif kind == "jaccard":
        under = first + second - both
    elif kind == "probability":
        rest = total - size
        # Each of the two orders in which the pair can be drawn.
        under = (first * _over(second, rest[:, None]) + second * _over(first, rest)) / 2
    else:
        raise ValueError(f'"{kind}" is no normalisation of co-occurrences')
    found = np.divide(both, under, out=np.zeros_like(both), where=(under > 0) & (both > 0))
    np.fill_diagonal(found, 0)
    return np.asarray(found)


def _over(a: Floats, b: Floats) -> Floats:
    shape = np.broadcast_shapes(a.shape, b.shape)
    return np.asarray(np.divide(a, b, out=np.zeros(shape), where=b > 0))


def _z_score(both: Floats, occur: Floats, units: int) -> Floats:
    mean = np.multiply.outer(occur, occur) / max(units, 1)
    spread = mean * (1 - occur[:, None] / max(units, 1)) * (units - occur) / max(units - 1, 1)
    found = np.divide(both - mean, np.sqrt(spread), out=np.zeros_like(both), where=spread > 0)
    np.fill_diagonal(found, 0)
    return np.asarray(found)
