"""Nestedness of a two-mode network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.graphs.csr import Longs


@dataclass(frozen=True)
class Nestedness:
    """NODF in percent, 0 not nested to 100 perfectly nested; None where there are no two to pair.

    Parameters
    ----------
    rows, columns, whole : over pairs of rows, pairs of columns, and both
    """

    rows: float | None
    columns: float | None
    whole: float | None


def nodf(row: ArrayLike, column: ArrayLike) -> Nestedness:
    r"""Nestedness by overlap and decreasing fill of a 0/1 matrix, given where its ones are.

    .. math:: \mathrm{NODF} = \frac{\sum N_{paired}}{n (n - 1) / 2 + m (m - 1) / 2}

    N_paired of two rows is 0 where both have as many ones, else the percentage of ones of the
    emptier row that the fuller has too; columns alike (Almeida-Neto et al. 2008). Rows and
    columns count in order of their fill, so that the order given changes nothing. Rows and
    columns without ones are not part of the matrix.

    Parameters
    ----------
    row, column : (ones,) place of each one; a pair occurs once

    Raises
    ------
    ValueError
        Lists of unequal length, or a pair twice.

    Examples
    --------
    >>> nodf([0, 0, 1], [0, 1, 0])
    Nestedness(rows=100.0, columns=100.0, whole=100.0)
    """
    from scipy.sparse import csr_array

    first, second = np.asarray(row), np.asarray(column)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"row and column must have one length, got {first.shape}, {second.shape}")
    r = np.unique(first, return_inverse=True)[1]
    c = np.unique(second, return_inverse=True)[1]
    shape = (r.max(initial=-1) + 1, c.max(initial=-1) + 1)
    matrix = csr_array((np.ones(len(r)), (r, c)), shape=shape)
    if matrix.nnz != len(r) or (len(r) and matrix.data.max() > 1):
        raise ValueError("a pair of row and column occurs twice")
    by_row, row_pairs = _paired(matrix)
    by_column, column_pairs = _paired(matrix.T.tocsr())
    return Nestedness(
        100 * by_row / row_pairs if row_pairs else None,
        100 * by_column / column_pairs if column_pairs else None,
        100 * (by_row + by_column) / (row_pairs + column_pairs)
        if row_pairs + column_pairs
        else None,
    )


def _paired(matrix: Any) -> tuple[float, int]:
    """Sum over pairs of rows of unequal fill of the share of the emptier held by the fuller."""
    fill: Longs = np.diff(matrix.indptr).astype(np.int64)
    overlap = (matrix @ matrix.T).tocoo()
    fuller, emptier = overlap.coords
    unequal = fill[fuller] > fill[emptier]
    shares = overlap.data[unequal] / fill[emptier[unequal]]
    return float(shares.sum()), len(fill) * (len(fill) - 1) // 2
