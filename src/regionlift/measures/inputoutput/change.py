"""Why output changed between two tables: structure of inputs against final demand."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.account import Account


def decomposed(before: Account, after: Account) -> tuple[Floats, Floats]:
    r"""Change of output by changed inputs and by changed final demand, each of shape (n,).

    .. math:: \Delta x = \tfrac{1}{2} \Delta L (f_0 + f_1) + \tfrac{1}{2} (L_0 + L_1) \Delta f

    Mean of the two polar forms; exact (Dietzenbacher & Los 1998).

    Raises
    ------
    ValueError
        The tables have different sectors.
    """
    one, two = before.table, after.table
    if (one.regions, one.sectors) != (two.regions, two.sectors):
        raise ValueError("the two tables have different sectors")
    f = [t.output - t.flows.sum(axis=1) for t in (one, two)]
    inverses = before.leontief, after.leontief
    inputs = (inverses[1] - inverses[0]) @ (f[0] + f[1]) / 2
    demand = (inverses[0] + inverses[1]) @ (f[1] - f[0]) / 2
    return np.asarray(inputs), np.asarray(demand)
