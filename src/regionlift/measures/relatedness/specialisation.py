"""Who specialises in what: location quotients, the exact test for 1, concentration, sophistication.

Tables are (regions, activities): counts of patents, persons or money, never negative. A row or
column of zeros has no quotient: its cells are not a number and its advantage is False.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import kernel
from regionlift.measures.cube import Floats

Flags = NDArray[np.bool_]

#: Quotients this near 1 are decided anew: by whole numbers, or as a tie where they are not whole.
_NEAR = 1e-9


class TableError(ValueError):
    """A table that no measure here is defined on."""


def checked(table: Floats) -> Floats:
    """The table as floats.

    Raises
    ------
    TableError
        If it is not two-dimensional, or has negative, missing or infinite cells.
    """
    x = np.asarray(table, dtype=np.float64)
    if x.ndim != 2:
        raise TableError(f"a table of regions by activities is needed, not {x.ndim} dimensions")
    # One pass each for the usual table; which cell is at fault is looked for only where one is.
    if x.size and x.min() >= 0 and np.isfinite(x.sum()):
        return x
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise TableError(f"cell ({row}, {column}) is not a number: give 0, or leave the unit out")
    if (x < 0).any():
        row, column = np.argwhere(x < 0)[0]
        raise TableError(f"cell ({row}, {column}) is negative: {x[row, column]:g}")
    return x


def divided(a: Floats, b: Floats) -> Floats:
    """a / b, not a number where b is 0."""
    shape = np.broadcast_shapes(np.shape(a), np.shape(b))
    return np.asarray(np.divide(a, b, out=np.full(shape, np.nan), where=np.asarray(b) != 0))


def shares(table: Floats) -> Floats:
    r"""Share of each activity in its region, :math:`s_{rc} = x_{rc} / x_r`; rows sum to 1."""
    x = checked(table)
    return divided(x, x.sum(axis=1, keepdims=True))


def location_quotient(table: Floats) -> Floats:
    r"""Revealed comparative advantage.

    .. math:: LQ_{rc} = \frac{x_{rc} / x_r}{x_c / x}

    Not a number in a row or column of zeros.

    Source: Balassa 1965, The Manchester School 33, 99-123.
    """
    return summed(table).quotients()


def advantaged(table: Floats) -> Flags:
    r"""Whether the location quotient is at least 1, decided exactly.

    .. math:: M_{rc} = [x_{rc} \, x \ge x_r \, x_c \text{ and } x_{rc} > 0]

    The quotient as a float can come out as 0.9999999999999998 for a region identical to the
    nation. Whole numbers are compared as whole numbers; others are tied within a relative 1e-9.
    Every row and column with a positive cell keeps at least one True.
    """
    return summed(table).advantages()


@dataclass(frozen=True)
class Sums:
    """A checked table with its sums, so that what is asked of both reads it over only once."""

    table: Floats
    regions: Floats
    activities: Floats
    total: float

    def quotients(self) -> Floats:
        """See :func:`location_quotient`."""
        x = self.table
        if not self.total:
            return np.full(x.shape, np.nan)
        region, whole = _or_nan(self.regions)[:, None], _or_nan(self.activities / self.total)
        found = np.empty(x.shape)
        # As many rows at a time as a cache holds, so that both divisions read memory once.
        step = max(1, 2**15 // x.shape[1])
        for start in range(0, len(x), step):
            part = slice(start, start + step)
            np.divide(x[part], region[part], out=found[part])
            found[part] /= whole
        return found

    def advantages(self) -> Flags:
        """See :func:`advantaged`."""
        x, rows, columns = np.ascontiguousarray(self.table), self.regions, self.activities
        found, near = np.empty(x.shape, dtype=bool), np.zeros(len(x), dtype=bool)
        _compare(x, rows, columns, self.total, _NEAR, found, near)
        if near.any():
            whole = bool((x == np.floor(x)).all())
            for i in np.flatnonzero(near).tolist():
                right = rows[i] * columns
                close = (np.abs(x[i] * self.total - right) <= _NEAR * right) & (x[i] > 0)
                found[i, close] = not whole or [
                    int(x[i, j]) * int(self.total) >= int(rows[i]) * int(columns[j])
                    for j in np.flatnonzero(close).tolist()
                ]
        return found


def summed(table: Floats) -> Sums:
    """The table with its sums; raises as :func:`checked` does."""
    x = checked(table)
    rows = x.sum(axis=1)
    return Sums(x, rows, x.sum(axis=0), float(rows.sum()))


def _or_nan(total: Floats) -> Floats:
    """Totals to divide by: what has none is not a number."""
    return np.where(total != 0, total, np.nan)


@kernel
def _compare(
    x: Floats, rows: Floats, columns: Floats, total: float, within: float, found: Flags,
    near: Flags,
) -> None:  # fmt: skip
    """Compare as floats, and mark the rows with a cell too near the tie for that."""
    for i in range(x.shape[0]):
        close = 0
        for j in range(x.shape[1]):
            right = rows[i] * columns[j]
            excess = x[i, j] * total - right
            found[i, j] = (excess >= 0) & (x[i, j] > 0)
            close += (abs(excess) <= within * right) & (x[i, j] > 0)
        near[i] = close > 0


def per_head(table: Floats, population: Floats) -> Floats:
    r"""Revealed advantage per head, :math:`(x_{rc} / p_r) / (x_c / p)`."""
    x, p = checked(table), np.asarray(population, dtype=np.float64)
    return divided(divided(x, p[:, None]), x.sum(axis=0) / p.sum())


def average_quotient(table: Floats) -> Floats:
    r"""Mean location quotient of a region weighted by its shares, :math:`\sum_c LQ_{rc} s_{rc}`.

    Not a number for a row of zeros.
    """
    found = np.nansum(location_quotient(table) * shares(table), axis=1)
    return np.where(np.asarray(table).sum(axis=1) > 0, found, np.nan)


def hachman(table: Floats) -> Floats:
    r"""Likeness of a region to the whole, :math:`1 / \sum_c LQ_{rc} s_{rc}`; 1 is identical."""
    return divided(np.ones(len(np.asarray(table))), average_quotient(table))


def krugman(table: Floats) -> Floats:
    r"""Dissimilarity from the whole, :math:`\sum_c |s_{rc} - x_c / x|`, from 0 to 2.

    Source: Krugman 1991, Geography and Trade. Half of it is the coefficient of specialisation.
    """
    x = checked(table)
    return np.asarray(np.abs(shares(x) - x.sum(axis=0) / x.sum()).sum(axis=1))


def herfindahl(table: Floats) -> Floats:
    r"""Concentration of a region over activities, :math:`\sum_c s_{rc}^2`, not rescaled."""
    return np.asarray((shares(table) ** 2).sum(axis=1))


def entropy(table: Floats) -> Floats:
    r"""Variety of a region in bits, :math:`-\sum_c s_{rc} \log_2 s_{rc}`; 0 log 0 is 0."""
    s = shares(table)
    return np.asarray(-(s * np.log2(np.where(s > 0, s, 1.0))).sum(axis=1))


def _cross(cumulated_x: Floats, cumulated_y: Floats) -> float:
    """Sum of cross products along a Lorenz curve."""
    return float(cumulated_y[1:] @ cumulated_x[:-1] - cumulated_y[:-1] @ cumulated_x[1:])


def gini(values: Floats) -> float:
    """Gini coefficient of one activity over n regions, uncorrected: at most (n - 1) / n."""
    v = np.sort(np.asarray(values, dtype=np.float64))
    if not len(v) or not v.sum():
        return float("nan")
    return _cross(np.arange(1, len(v) + 1) / len(v), v.cumsum() / v.sum())


def locational_gini(table: Floats) -> Floats:
    """Gini of each activity against all activities over regions, halved: at most 0.5.

    Regions are ordered by their quotient. Source: Krugman 1991, Geography and Trade.
    """
    x = checked(table)
    size = x.sum(axis=1)
    return np.array([_ordered(x[:, c], size) / 2 for c in range(x.shape[1])])


def hoover_gini(table: Floats, population: Floats) -> Floats:
    """Gini of each activity against population over regions, ordered by the rate per head."""
    x, p = checked(table), np.asarray(population, dtype=np.float64)
    return np.array([_ordered(x[:, c], p) for c in range(x.shape[1])])


def _ordered(part: Floats, whole: Floats) -> float:
    there = whole > 0
    part, whole = part[there], whole[there]
    if not part.sum():
        return float("nan")
    order = np.argsort(part / whole, kind="stable")
    across = np.concatenate([[0.0], whole[order].cumsum() / whole.sum()])
    up = np.concatenate([[0.0], part[order].cumsum() / part.sum()])
    return _cross(across, up)


def hoover(table: Floats, reference: Floats | None = None) -> Floats:
    r"""Share of each activity that would have to move, :math:`50 \sum_r |x_{rc}/x_c - p_r/p|`.

    The reference is population, or equal shares of the regions where none is given. In per cent.
    """
    x = checked(table)
    p = np.ones(len(x)) if reference is None else np.asarray(reference, dtype=np.float64)
    return np.asarray(50 * np.abs(divided(x, x.sum(axis=0)) - (p / p.sum())[:, None]).sum(axis=0))


def sophistication(table: Floats, income: Floats) -> tuple[Floats, Floats]:
    r"""PRODY of activities and EXPY of regions.

    .. math:: PRODY_c = \frac{\sum_r v_r s_{rc}}{\sum_r s_{rc}}, \quad
              EXPY_r = \sum_c s_{rc} PRODY_c

    Source: Hausmann, Hwang & Rodrik 2007, Journal of Economic Growth 12, 1-25.
    """
    s = np.nan_to_num(shares(table))
    v = np.asarray(income, dtype=np.float64)
    products = divided(v @ s, s.sum(axis=0))
    regions = np.where(s.sum(axis=1) > 0, s @ np.nan_to_num(products), np.nan)
    return products, np.asarray(regions)


def ubiquity_normalised(table: Floats) -> Floats:
    r"""Size of an activity over its share of presences, :math:`(x_c / x) / (u_c / \sum u)`."""
    x = checked(table)
    ubiquity = advantaged(x).sum(axis=0)
    return divided(x.sum(axis=0) / x.sum(), ubiquity / ubiquity.sum())
