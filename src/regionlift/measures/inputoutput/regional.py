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


def round_quotients(region: Floats, nation: Floats) -> Floats:
    """RLQ_ij = SLQ_i / log2(1 + SLQ_j) (Round 1978): the buyer's size counts less than in CILQ."""
    simple = simple_quotients(region, nation)
    return np.asarray(np.divide.outer(simple, np.log2(1 + simple)))


def augmented_quotients(region: Floats, nation: Floats, *, exponent: float) -> Floats:
    """AFLQ: FLQ_ij times log2(1 + SLQ_j) where the buyer is specialised (Flegg & Webber 2000)."""
    simple = simple_quotients(region, nation)
    more = np.where(simple > 1, np.log2(1 + simple), 1.0)
    return np.asarray(flegg_quotients(region, nation, exponent=exponent) * more)


def cross_hauled(
    output: Floats, used: Floats, national: tuple[Floats, Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    r"""Exports and imports of a region by CHARM, with the nation's cross-hauling (Kronenberg 2009).

    .. math:: h_i = \frac{e_i + m_i - |e_i - m_i|}{x_i + d_i}, \quad
              q^r_i = h_i (x^r_i + d^r_i), \quad
              e^r_i = \tfrac12 (q^r_i + |b_i| + b_i), \; m^r_i = \tfrac12 (q^r_i + |b_i| - b_i)

    with the balance :math:`b_i = x^r_i - d^r_i`; location quotients take :math:`q = 0`.

    Parameters
    ----------
    output, used
        Output x of the region by product, and what it uses d, inputs and final, shape (n,).
    national
        The same of the nation, then its exports and imports.

    Raises
    ------
    ValueError
        The nation neither makes nor uses a product the region does.
    """
    made, taken, sold, bought = national
    whole = made + taken
    if ((whole == 0) & (output + used > 0)).any():
        raise ValueError("a product of the region is neither made nor used in the nation")
    ratio = np.divide(sold + bought - np.abs(sold - bought), whole, out=np.zeros_like(whole),
                      where=whole > 0)  # fmt: skip
    both, balance = ratio * (output + used), output - used
    return np.asarray((both + np.abs(balance) + balance) / 2), np.asarray(
        (both + np.abs(balance) - balance) / 2
    )


def local_share_range(
    flows: Floats, region: Floats, nation: Floats, exponents: tuple[float, ...]
) -> tuple[float, float]:
    r"""Least and greatest local share of these flows by FLQ, over the exponents.

    .. math:: \sum_{ij} \min(FLQ_{ij}, 1)\, z_{ij} / \sum_{ij} z_{ij}

    Parameters
    ----------
    flows
        Domestic inputs, shape (n, m): n sellers of the quotients, m buyers, the first of them.
    region, nation
        Size of each industry, shape (n,), in the order of the rows, whose first m are the buyers.

    Raises
    ------
    ValueError
        Nothing flows, or an exponent is out of range.
    """
    total = float(flows.sum())
    if total <= 0:
        raise ValueError("nothing flows")
    shares = [
        float((np.minimum(flegg_quotients(region, nation, exponent=d), 1)[:, : flows.shape[1]]
               * flows).sum()) / total
        for d in exponents
    ]  # fmt: skip
    return min(shares), max(shares)


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
