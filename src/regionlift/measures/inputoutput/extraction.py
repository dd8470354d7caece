"""What would go if a sector or a link went: hypothetical extraction, all from one inverse.

No sector is taken out of the table and inverted anew: the closed forms give every sector for the
price of one inverse (Strassert 1968; Schultz 1977; Dietzenbacher, van der Linden & Steenge 1993;
Dietzenbacher & Lahr 2013).
"""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.table import Places


def without_purchases(account: Account) -> Floats:
    r"""Output lost when sector j buys nothing here: :math:`(\sum_i l_{ij} - 1) x_j / l_{jj}`."""
    inverse = account.leontief
    return np.asarray((inverse.sum(axis=0) - 1) * account.table.output / inverse.diagonal())


def without_sales(account: Account) -> Floats:
    r"""Output lost when j sells to no sector: :math:`\sum_i l_{ij} (x_j - f_j) / l_{jj}`."""
    inverse, table = account.leontief, account.table
    sold = table.output - table.final.sum(axis=1)
    return np.asarray(inverse.sum(axis=0) * sold / inverse.diagonal())


def without_sector(account: Account) -> Floats:
    r"""Output that **others** lose when j goes: :math:`\sum_{i \ne j} l_{ij} x_j / l_{jj}`."""
    inverse = account.leontief
    others = inverse.sum(axis=0) - inverse.diagonal()
    return np.asarray(others * account.table.output / inverse.diagonal())


def without_supply(account: Account) -> Floats:
    r"""Ghosh account: output lost when i sells nothing, :math:`(\sum_j g_{ij} - 1) x_i / g_{ii}`.

    An upper bound: it holds where nothing can stand in for the inputs of i.
    """
    output, inverse = account.table.output, account.leontief
    reached = inverse @ output - output
    return np.asarray(reached / inverse.diagonal())


def without_group(account: Account, group: Places) -> Floats:
    r"""Output each sector loses when a group goes: :math:`L_{\cdot K} L_{KK}^{-1} x_K`, shape (n,).

    Members of the group lose all of theirs.
    """
    inverse = account.leontief
    lost = np.linalg.solve(inverse[np.ix_(group, group)], account.table.output[group])
    return np.asarray(inverse[:, group] @ lost)


def with_coefficient(account: Account, row: int, column: int, change: float) -> Floats:
    r"""Change of L when :math:`a_{ij}` changes (Sherman & Morrison 1950; Sonis & Hewings 1992).

    .. math:: \Delta L = \frac{\delta}{1 - \delta l_{ji}} \, l_{\cdot i} l_{j \cdot}

    Raises
    ------
    ValueError
        With the change the table has no inverse.
    """
    inverse = account.leontief
    left = 1 - change * inverse[column, row]
    if left <= 0:
        raise ValueError(f"a change of {change} in ({row}, {column}) leaves the table unproductive")
    return np.asarray(change / left * np.outer(inverse[:, row], inverse[column]))


def important_coefficients(account: Account, share: float = 0.01) -> Floats:
    r"""Relative change of total output when each coefficient grows by ``share``, shape (n, n).

    .. math:: \frac{\delta\, (1'L)_i\, x_j}{(1 - \delta l_{ji})\, 1'x}, \quad \delta = s\, a_{ij}
    """
    inverse, output = account.leontief, account.table.output
    change = share * account.technical
    moved = change * np.outer(inverse.sum(axis=0), output) / (1 - change * inverse.T)
    return np.asarray(moved / output.sum())
