"""A region's coefficients where no regional table exists; every number from here is derived."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats


def simple_quotients(region: Floats, nation: Floats) -> Floats:
    """SLQ of each sector: its share of the region's jobs over its share of the nation's."""
    return np.asarray((region / region.sum()) / (nation / nation.sum()))


def cross_quotients(region: Floats, nation: Floats) -> Floats:
    """CILQ_ij = SLQ_i / SLQ_j, the seller's over the buyer's; SLQ_i on the diagonal."""
    simple = simple_quotients(region, nation)
    cross = np.divide.outer(simple, simple)
    np.fill_diagonal(cross, simple)
    return np.asarray(cross)


def flegg_quotients(region: Floats, nation: Floats, *, exponent: float) -> Floats:
    r"""FLQ_ij = CILQ_ij λ, SLQ_i λ on the diagonal (Flegg & Webber 1997; Flegg & Tohmo 2013).

    .. math:: \lambda = [\log_2(1 + e^r / e)]^\delta

    Raises
    ------
    ValueError
        The exponent is outside [0, 1). It has no default: studies of 10 regions found 0.14 to 0.60.
    """
    if not 0 <= exponent < 1:
        raise ValueError(f"the exponent is {exponent}; it lies in [0, 1)")
    size = np.log2(1 + region.sum() / nation.sum()) ** exponent
    return np.asarray(cross_quotients(region, nation) * size)


def regional_coefficients(national: Floats, quotients: Floats) -> Floats:
    """National **domestic** coefficients times quotients capped at 1, (n, n); rows where (n,)."""
    factor = quotients[:, None] if quotients.ndim == 1 else quotients
    return np.asarray(national * np.minimum(factor, 1))


def flegg_range(
    national: Floats, region: Floats, nation: Floats, exponents: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """Lowest and highest output multiplier of each sector over the exponents."""
    found = []
    for exponent in exponents:
        quotients = flegg_quotients(region, nation, exponent=exponent)
        own = regional_coefficients(national, quotients)
        found.append(np.linalg.solve((np.eye(len(own)) - own).T, np.ones(len(own))))
    return np.min(found, axis=0), np.max(found, axis=0)


def balanced(
    start: Floats, rows: Floats, columns: Floats, tolerance: float = 1e-9, steps: int = 10_000
) -> Floats:
    r"""GRAS: the matrix nearest to ``start`` with given sums, signs kept; RAS without negatives.

    .. math:: x_{ij} = r_i p_{ij} s_j - n_{ij} / (r_i s_j)

    where P and N are the positive and the negative part (Stone 1961; Junius & Oosterhaven 2003;
    Temurshoev, Miller & Bouwmeester 2013).

    Raises
    ------
    ValueError
        The sums differ in total, or cannot be reached from the cells that are not zero.
    """
    if abs(rows.sum() - columns.sum()) > tolerance * max(1.0, float(np.abs(rows).sum())):
        raise ValueError("sums of rows and of columns differ in total")
    plus, minus = np.maximum(start, 0), np.maximum(-start, 0)
    r = np.ones(len(rows))
    scale = max(1.0, float(np.abs(rows).max(initial=0)))
    for _ in range(steps):
        s = _multiplier(plus.T @ r, minus.T @ (1 / r), columns)
        r = _multiplier(plus @ s, minus @ (1 / s), rows)
        found = r[:, None] * plus * s - minus / (r[:, None] * s)
        off = max(np.abs(found.sum(axis=1) - rows).max(), np.abs(found.sum(axis=0) - columns).max())
        if off <= tolerance * scale:
            return np.asarray(found)
    raise ValueError("the sums cannot be reached from the cells that are not zero")


def _multiplier(plus: Floats, minus: Floats, target: Floats) -> Floats:
    """The positive root m of plus m - minus / m = target; 1 for a line of zeros."""
    with np.errstate(divide="ignore", invalid="ignore"):
        root = (target + np.sqrt(target**2 + 4 * plus * minus)) / (2 * plus)
        root = np.where(plus > 0, root, -minus / target)
    empty = (plus == 0) & (minus == 0)
    if (empty & (target != 0)).any() or (~empty & ~(np.isfinite(root) & (root > 0))).any():
        raise ValueError("the sums cannot be reached from the cells that are not zero")
    return np.asarray(np.where(empty, 1.0, root))
