"""Measures of a technology: how common its use, how it bridges others, how fast it grows.

A technology is a class of the patents (IPC or CPC subclass). Weights, one a patent, let patents be
drawn again: 1 each for the tables as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from regionlift.evidence.compiled import kernel
from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.cooccurrence import normalised

Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]


def joint(incidence: csr_matrix, weight: Floats) -> Floats:
    """Patents in both classes, (classes, classes), with the patents of a class on the diagonal."""
    return np.asarray((incidence.T @ diags(weight) @ incidence).todense(), dtype=np.float64)


def off_diagonal(both: Floats) -> Floats:
    """Joint patents of different classes."""
    apart = both.copy()
    np.fill_diagonal(apart, 0)
    return apart


def association(both: Floats) -> Floats:
    """Association strength on co-occurrences: 1 is what chance gives, the diagonal is 0."""
    apart = off_diagonal(both)
    return normalised(apart, apart.sum(axis=0), float(apart.sum()), "association")


def breadth(both: Floats, least: float = 1.0) -> Floats:
    r"""Share of the other classes a class stands beside more often than chance gives.

    .. math:: V_k = |\{l \ne k: AS_{kl} > 1, N_{kl} \ge m\}| / (K - 1)

    Source: association strength, van Eck & Waltman 2009, JASIST 60, 1635-1651.
    """
    near = (association(both) > 1) & (off_diagonal(both) >= least)
    return np.asarray(near.sum(axis=1) / max(len(both) - 1, 1))


def evenness(counts: Floats) -> Floats:
    r"""Evenness over columns, :math:`-\sum_l p_{kl} \ln p_{kl} / \ln L`, from 0 to 1.

    0 where a row has nothing, or there is one column.
    """
    counts = np.asarray(counts, dtype=np.float64)
    total = counts.sum(axis=1, keepdims=True)
    p = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    bits = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=1)
    return np.asarray(bits / np.log(counts.shape[1]) if counts.shape[1] > 1 else bits * 0)


def generality(counts: Floats) -> Floats:
    r"""Spread over columns with the correction for small counts, not a number below two.

    .. math:: \tilde G_k = \frac{N_k}{N_k - 1} \Big(1 - \sum_j s_{kj}^2\Big)

    Rows are patents and columns classes of the patents that cite them (generality) or that they
    cite (originality); or rows are technologies and columns the industries of their users. N
    counts citations, or users' patents.

    Sources: Trajtenberg, Henderson & Jaffe 1997; correction: Hall 2005, "A note on the bias in
    Herfindahl-type measures based on count data", Revue d'economie industrielle 110.
    """
    counts = np.asarray(counts, dtype=np.float64)
    n = counts.sum(axis=1)
    s = np.divide(counts, n[:, None], out=np.zeros_like(counts), where=n[:, None] > 0)
    factor = np.divide(n, n - 1, out=np.full(len(n), np.nan), where=n > 1)
    return np.asarray(factor * (1 - (s**2).sum(axis=1)))


def backbone(both: Floats, level: float = 0.05) -> Flags:
    r"""Ties that a class does not have by chance, given its strength and number of partners.

    .. math:: (1 - w_{ij} / s_i)^{k_i - 1} < \alpha \text{ at one end or the other}

    Source: Serrano, Boguna & Vespignani 2009, PNAS 106, 6483-6488 (disparity filter).
    """
    w = off_diagonal(both)
    strength, partners = w.sum(axis=1), (w > 0).sum(axis=1)
    share = np.divide(w, strength[:, None], out=np.zeros_like(w), where=strength[:, None] > 0)
    chance = np.where(w > 0, (1 - share) ** np.maximum(partners - 1, 0)[:, None], 1.0)
    # With a single partner there is nothing to compare: the tie stays.
    chance[(partners == 1)[:, None] & (w > 0)] = 0.0
    kept = chance < level
    return np.asarray(kept | kept.T)


def betweenness(both: Floats, level: float = 0.05) -> Floats:
    r"""Share of shortest paths between other classes that lead through a class, 0 to 1.

    On the backbone; the length of a tie is 1 over its association strength, so that paths follow
    what belongs together and not merely what is frequent.

    Sources: Freeman 1977; Brandes 2001.
    """
    strong = association(both)
    strong[~backbone(both, level)] = 0
    n = len(both)
    if n < 3:
        return np.zeros(n)
    return np.asarray(weighted_paths(strong) / ((n - 1) * (n - 2)))


@kernel
def weighted_paths(strong: Floats) -> Floats:
    """Brandes' accumulation over all ordered pairs, with Dijkstra on a dense matrix."""
    n = strong.shape[0]
    through = np.zeros(n)
    for source in range(n):
        far = np.full(n, np.inf)
        ways = np.zeros(n)
        done = np.zeros(n, dtype=np.bool_)
        order = np.empty(n, dtype=np.int64)
        count = 0
        far[source], ways[source] = 0.0, 1.0
        for _ in range(n):
            v, best = -1, np.inf
            for u in range(n):
                if not done[u] and far[u] < best:
                    v, best = u, far[u]
            if v < 0:
                break
            done[v] = True
            order[count] = v
            count += 1
            for u in range(n):
                if strong[v, u] <= 0 or done[u]:
                    continue
                way = best + 1 / strong[v, u]
                if way < far[u] * (1 - 1e-12):
                    far[u], ways[u] = way, ways[v]
                elif way <= far[u] * (1 + 1e-12):
                    ways[u] += ways[v]
        owed = np.zeros(n)
        for k in range(count - 1, 0, -1):
            v = order[k]
            for u in range(n):
                if strong[u, v] > 0 and far[u] < far[v]:
                    way = far[u] + 1 / strong[u, v]
                    if abs(way - far[v]) <= 1e-12 * far[v]:
                        owed[u] += ways[u] / ways[v] * (1 + owed[v])
            through[v] += owed[v]
    return through


def participation(both: Floats, groups: Longs) -> Floats:
    r"""Evenness of a class's ties over groups, :math:`1 - \sum_m (k_{im} / k_i)^2`.

    Source: Guimera & Amaral 2005, Nature 433, 895-900.
    """
    w = off_diagonal(both)
    member = np.equal.outer(np.asarray(groups), np.unique(groups)).astype(np.float64)
    inside = w @ member
    total = w.sum(axis=1, keepdims=True)
    share = np.divide(inside, total, out=np.zeros_like(inside), where=total > 0)
    return np.asarray(np.where(total[:, 0] > 0, 1 - (share**2).sum(axis=1), 0.0))


def growth(counts: Floats, years: Floats) -> tuple[Floats, Floats]:
    r"""Yearly rate of growth of each row and its standard error, by Poisson regression.

    .. math:: \log E[n_t] = a + b t

    ``counts`` is (classes, years). The error is widened where counts vary more than Poisson's. Not
    a number with fewer than three years or five patents, nor where all of them are of the first or
    of the last year: any steeper rate would fit better.
    """
    y = np.asarray(counts, dtype=np.float64)
    t = np.asarray(years, dtype=np.float64)
    slope, error = np.full(len(y), np.nan), np.full(len(y), np.nan)
    if len(t) < 3:
        return slope, error
    t = t - t.mean()
    total = y.sum(axis=1)
    told = (total >= 5) & (y[:, 0] < total) & (y[:, -1] < total)
    y = y[told]
    a, b = np.log(y.mean(axis=1)), np.zeros(len(y))
    for _ in range(50):
        mu = np.exp(np.clip(a[:, None] + b[:, None] * t, -30, 30))
        left = y - mu
        s0, s1, s2 = mu.sum(axis=1), mu @ t, mu @ t**2
        det = s0 * s2 - s1**2
        g0, g1 = left.sum(axis=1), left @ t
        step = (s0 * g1 - s1 * g0) / det
        a, b = a + np.clip((s2 * g0 - s1 * g1) / det, -1, 1), b + np.clip(step, -1, 1)
        if not len(step) or np.abs(step).max() < 1e-10:
            break
    mu = np.exp(np.clip(a[:, None] + b[:, None] * t, -30, 30))
    extra = np.maximum(1.0, ((y - mu) ** 2 / mu).sum(axis=1) / (len(t) - 2))
    spread = np.sqrt(extra * mu.sum(axis=1) / (mu.sum(axis=1) * (mu @ t**2) - (mu @ t) ** 2))
    slope[told], error[told] = b, spread
    return slope, error
