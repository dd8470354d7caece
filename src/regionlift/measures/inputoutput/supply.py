"""How much of what a region's sectors use is made in the region: link, sector, full account."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.account import Account


def link_rates(local: Floats, everything: Floats) -> Floats:
    """Local share of each flow, z_local / z; not a number where nothing flows."""
    blank = np.full(np.shape(local), np.nan)
    return np.asarray(np.divide(local, everything, out=blank, where=everything != 0))


def direct_rates(account: Account, region: str) -> Floats:
    r"""Local share of what each sector of a region buys, shape (sectors,).

    .. math:: \rho_j = \frac{\sum_i z^{rr}_{ij}}{\sum_i \sum_s z^{sr}_{ij}}
    """
    at = account.table.places[region]
    bought = account.table.flows[:, at]
    return link_rates(bought[at].sum(axis=0), bought.sum(axis=0))


def embodied_rates(account: Account, region: str) -> Floats:
    """Value added of the region in a unit of each sector's final output, v_r'(I - A_rr)^-1.

    In a closed table the rest is what came from outside: the direct rate alone misleads.
    """
    at = account.table.places[region]
    own = account.technical[np.ix_(at, at)]
    return np.asarray(solve((np.eye(len(at)) - own).T, account.value_added_shares[at]))
