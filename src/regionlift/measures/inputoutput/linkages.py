"""Linkages of sectors, and the place of each between raw input and final use."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.identities import held


class Key(StrEnum):
    """Which of the two linkages of a sector are above the mean."""

    KEY = "key"
    BACKWARD = "backward"
    FORWARD = "forward"
    WEAK = "weak"


def direct_backward(account: Account) -> Floats:
    """Inputs per unit of output: sums of columns of A (Chenery & Watanabe 1958)."""
    return np.asarray(account.technical.sum(axis=0))


def direct_forward(account: Account) -> Floats:
    """Share of output sold to sectors: sums of rows of B, not of A (Chenery & Watanabe 1958)."""
    return np.asarray(account.allocation.sum(axis=1))


def total_backward(account: Account) -> Floats:
    """Output per unit of final demand: sums of columns of L (Rasmussen 1956)."""
    return account.multipliers()


def total_forward(account: Account) -> Floats:
    r"""Sums of rows of the Ghosh inverse :math:`\hat{x}^{-1} L \hat{x}` (Jones 1976), by a solve.

    Sectors without output have 1.
    """
    output = account.table.output
    reached = account.required(output)
    return np.divide(reached, output, out=np.ones_like(output), where=output != 0)


def normalised(linkage: Floats, weights: Floats | None = None) -> Floats:
    """A linkage over its mean, so that 1 is the mean (Rasmussen 1956).

    With weights (shares of final demand, say) the mean is the weighted one (Hazari 1970).
    """
    found = np.asarray(linkage / np.average(linkage, weights=weights))
    held("the mean of a normalised linkage is 1", np.average(found, weights=weights), 1.0)
    return found


def key_sectors(account: Account) -> list[Key]:
    """Each sector by its normalised total linkages, backward on L and forward on Ghosh."""
    back = normalised(total_backward(account)) > 1
    ahead = normalised(total_forward(account)) > 1
    names = {
        (True, True): Key.KEY,
        (True, False): Key.BACKWARD,
        (False, True): Key.FORWARD,
        (False, False): Key.WEAK,
    }
    return [names[bool(b), bool(a)] for b, a in zip(back, ahead, strict=True)]


def spread(inverse: Floats) -> Floats:
    """Coefficient of variation of each column of L (n - 1 in the variance): low is even."""
    return np.asarray(inverse.std(axis=0, ddof=1) / inverse.mean(axis=0))


def multiplier_products(inverse: Floats) -> Floats:
    r"""Multiplier product matrix, :math:`m_{ij} = l_{i\cdot} l_{\cdot j} / \sum l`, shape (n, n).

    Rows keep the sums of rows of L, columns those of columns (Sonis, Hewings & Guo 2000).
    """
    rows, columns = inverse.sum(axis=1), inverse.sum(axis=0)
    return np.asarray(np.outer(rows, columns) / inverse.sum())


def upstreamness(account: Account, correction: Floats | None = None) -> Floats:
    r"""Mean number of steps from final use, :math:`U = (I - \tilde{B})^{-1} 1`.

    :math:`\tilde{b}_{ij} = z_{ij} / x_i` in a closed table; in an open table of one region the
    divisor of row i is :math:`x_i - X_i + M_i - \Delta N_i`: what leaves or enters at the border is
    used as the rest is (Antràs, Chor, Fally & Hillberry 2012).

    Parameters
    ----------
    correction
        Exports less imports plus change of stocks, by row; none in a closed table.

    Raises
    ------
    ValueError
        Exports and stocks leave nothing of a sector at home.
    """
    if correction is None:
        return total_forward(account)
    at_home = account.table.output - correction
    if (at_home <= 0).any():
        raise ValueError("exports and stocks are as large as output: nothing is used at home")
    shares = account.table.flows / at_home[:, None]
    return np.asarray(np.linalg.solve(np.eye(len(shares)) - shares, np.ones(len(shares))))


def position(account: Account) -> tuple[Floats, Floats]:
    r"""Upstreamness and downstreamness of a closed table, held against each other.

    .. math:: \sum_i v_i x_i U_i = \sum_i f_i D_i

    Raises
    ------
    IdentityError
        If the two sides differ: the table is not balanced.
    """
    up, down = upstreamness(account), downstreamness(account)
    table = account.table
    earned, used = table.value_added @ up, table.final.sum(axis=1) @ down
    held("value added by upstreamness is final use by downstreamness", earned, used)
    return up, down


def downstreamness(account: Account) -> Floats:
    """Mean number of steps from primary input, D = 1'L (Fally 2012; Antràs & Chor 2018)."""
    return total_backward(account)
