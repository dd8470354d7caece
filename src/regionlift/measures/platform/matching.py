"""The cheapest assignment of resources to needs, what stays unmet, and the price of scarcity.

A transport problem (Hitchcock 1941), solved by HiGHS. Its dual, the shadow price of a resource,
is where a binding constraint shows (Hausmann, Rodrik & Velasco 2005). An optimum may have several
duals: what one unit more saves and one unit less costs are read from the assignment itself, and
every dual lies between the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity

Floats = NDArray[np.float64]

#: Amounts below this share of the largest are the solver's rounding.
TINY = 1e-9


@dataclass(frozen=True)
class Transport:
    """An assignment of least cost.

    Parameters
    ----------
    flow : (needs, resources) amounts
    unmet, idle : (needs,) and (resources,) what is left of either
    cost : of the assignment, unmet amounts at the penalty
    price : (resources,) dual of each capacity, per unit
    gain : (resources,) what one unit more saves; at most ``price``
    loss : (resources,) what one unit less costs; at least ``price``, infinite of no capacity
    """

    flow: Floats
    unmet: Floats
    idle: Floats
    cost: float
    price: Floats
    gain: Floats
    loss: Floats


def transport(amount: ArrayLike, capacity: ArrayLike, cost: ArrayLike, penalty: float) -> Transport:
    r"""Meet needs from resources at least cost.

    .. math:: \min \sum_{nr} c_{nr} x_{nr} + P \sum_n u_n \quad
              \sum_r x_{nr} + u_n = a_n,\ \sum_n x_{nr} \le k_r,\ x, u \ge 0

    Parameters
    ----------
    amount : (needs,) amounts asked for
    capacity : (resources,) amounts held
    cost : (needs, resources) cost of a unit; infinite where the resource cannot serve the need
    penalty : cost of a unit left unmet; above every finite cost

    Raises
    ------
    ValueError
        Shapes that do not fit, a negative or unknown amount, capacity or cost, or a penalty at
        which leaving a need unmet would be cheaper than serving it.
    """
    a, k, c = (np.asarray(x, dtype=np.float64) for x in (amount, capacity, cost))
    if c.shape != (len(a), len(k)):
        raise ValueError(f"cost is (needs, resources) = {(len(a), len(k))}, got {c.shape}")
    for name, values in (("amount", a), ("capacity", k)):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{name} must be known and not negative, got {values.tolist()}")
    open_ = np.isfinite(c)
    if np.isnan(c).any() or (c[open_] < 0).any():
        raise ValueError("a cost is a number from 0, or infinite where there is no service")
    if not penalty > max(c[open_].max(initial=0.0), 0.0):
        raise ValueError(f"the penalty {penalty:g} must be above the greatest cost, "
                         f"{c[open_].max(initial=0.0):g}")  # fmt: skip
    flow, price = _solve(a, k, c, penalty)
    unmet = _clean(a - flow.sum(axis=1), a, k)
    idle = _clean(k - flow.sum(axis=0), a, k)
    whole = float((np.where(open_, c, 0.0) * flow).sum() + penalty * unmet.sum())
    gain = _gain(flow, unmet, c, penalty)
    return Transport(flow, unmet, idle, whole, price, gain, _loss(flow, idle, c, penalty, k))


def _solve(a: Floats, k: Floats, c: Floats, penalty: float) -> tuple[Floats, Floats]:
    """Flows and duals of the capacities; only pairs that can serve become variables."""
    needs, resources = np.nonzero(np.isfinite(c))
    flow, price = np.zeros(c.shape), np.zeros(len(k))
    if not len(needs):
        return flow, price
    ones, at = np.ones(len(needs)), np.arange(len(needs))
    given = csr_matrix((ones, (needs, at)), shape=(len(a), len(needs)))
    taken = csr_matrix((ones, (resources, at)), shape=(len(k), len(needs)))
    none = csr_matrix((len(k), len(a)))
    found = linprog(
        np.concatenate([c[needs, resources], np.full(len(a), penalty)]),
        A_ub=hstack([taken, none]), b_ub=k, A_eq=hstack([given, identity(len(a))]), b_eq=a,
        method="highs",
    )  # fmt: skip
    if found.status != 0:
        raise RuntimeError(f"HiGHS found no assignment: {found.message}")
    flow[needs, resources] = _clean(found.x[: len(needs)], a, k)
    return flow, np.maximum(0.0, -np.asarray(found.ineqlin.marginals))


def _clean(values: Floats, a: Floats, k: Floats) -> Floats:
    scale = max(a.max(initial=0.0), k.max(initial=0.0), 1.0)
    return np.where(np.abs(values) <= TINY * scale, 0.0, values)


def _gain(flow: Floats, unmet: Floats, c: Floats, penalty: float) -> Floats:
    """What one unit more of each resource saves: the best chain of reassignments it opens.

    D_r = max(0, max_n (E_n - c_nr)); E_n = max(P where unmet, c_ns + D_s over the s that serve n).
    """
    gain = np.zeros(flow.shape[1])
    if not flow.size:
        return gain
    at_unmet = np.where(unmet > 0, penalty, -np.inf)
    served = np.where(flow > 0, c, -np.inf)
    for _ in range(flow.shape[0] + flow.shape[1] + 1):
        freed = np.maximum(at_unmet, (served + gain).max(axis=1))
        better = np.maximum(gain, (freed[:, None] - c).max(axis=0))
        if np.allclose(better, gain, rtol=0, atol=1e-12 * penalty):
            break
        gain = better
    # differences of equal costs are not quite nothing in floats
    return np.where(gain <= 1e-12 * penalty, 0.0, gain)


def _loss(flow: Floats, idle: Floats, c: Floats, penalty: float, k: Floats) -> Floats:
    """What one unit less of each resource costs: the cheapest way to do without it.

    L_r = 0 where idle, else min (F_n - c_nr) over the n it serves; F_n = min(P, c_ns + L_s).
    """
    loss = np.where(idle > 0, 0.0, np.inf)
    if not flow.size:
        return loss
    serves = flow > 0
    for _ in range(flow.shape[0] + flow.shape[1] + 1):
        again = np.minimum(penalty, (c + loss).min(axis=1))
        spared = np.where(serves, again[:, None] - np.where(serves, c, 0.0), np.inf)
        better = np.minimum(loss, spared.min(axis=0))
        if np.allclose(better, loss, rtol=0, atol=1e-12 * penalty, equal_nan=True):
            break
        loss = better
    return np.where(k > 0, loss, np.inf)
