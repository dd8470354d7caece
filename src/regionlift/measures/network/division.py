"""Division of labour: who does what in the network, how much is double, what partners add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.measures.graphs.csr import Graph
from regionlift.measures.graphs.nestedness import nodf
from regionlift.measures.graphs.nulls import shuffled_memberships
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.chance import against_rewired, projection
from regionlift.measures.network.readings import Contrast, Estimate, contrast, percentile_interval

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Who does what drawn anew; how much each does and how many do each is kept.
MARGINS = "functions reshuffled among organisations, both margins kept"


@dataclass(frozen=True)
class Division:
    """Division of labour among organisations with at least one function.

    Parameters
    ----------
    kind : what the functions are
    known, organisations : with at least one function, and all
    specialisation : mean Krugman index, 0 (all alike) to 2 (nothing in common)
    overlap : mean cosine of two organisations' functions, beside the fixed-margin null
    nestedness : NODF of organisations by functions, beside the same null
    gain : mean gain of a tie, beside ties rewired
    holders : organisations a function, in the order of ``functions``
    functions : names
    each : (n,) Krugman index of each organisation, NaN without a function
    """

    kind: str
    known: int
    organisations: int
    specialisation: Estimate
    overlap: Contrast
    nestedness: Contrast
    gain: Contrast
    holders: tuple[int, ...]
    functions: tuple[str, ...]
    each: Floats

    @property
    def single(self) -> tuple[str, ...]:
        """Functions that one organisation alone has."""
        return tuple(f for f, h in zip(self.functions, self.holders, strict=True) if h == 1)

    @property
    def nobody(self) -> tuple[str, ...]:
        """Functions in the list that nobody here has."""
        return tuple(f for f, h in zip(self.functions, self.holders, strict=True) if h == 0)


def krugman_indices(matrix: ArrayLike) -> Floats:
    r"""(n,) specialisation of each row against all the others; NaN where either has nothing.

    .. math:: K_o = \sum_f \left| \frac{x_{of}}{x_{o\cdot}} -
              \frac{x_{\cdot f} - x_{of}}{x_{\cdot\cdot} - x_{o\cdot}} \right|

    Source: Krugman 1991, Geography and Trade, chapter 3.

    Examples
    --------
    >>> krugman_indices([[1, 0], [0, 1]]).tolist(), krugman_indices([[2, 2], [1, 1]]).tolist()
    ([2.0, 2.0], [0.0, 0.0])
    """
    x = np.asarray(matrix, dtype=np.float64)
    own, rest = x.sum(axis=1), x.sum() - x.sum(axis=1)
    found = np.full(len(x), np.nan)
    told = (own > 0) & (rest > 0)
    if told.any():
        others = (x.sum(axis=0) - x[told]) / rest[told, None]
        found[told] = np.abs(x[told] / own[told, None] - others).sum(axis=1)
    return found


def mean_cosine(matrix: ArrayLike) -> float | None:
    r"""Mean cosine over all pairs of rows that have something; None below two.

    .. math:: \frac{\lVert \sum_o u_o \rVert^2 - n}{n (n - 1)}, \quad u_o = x_o / \lVert x_o \rVert
    """
    x = np.asarray(matrix, dtype=np.float64)
    x = x[x.any(axis=1)]
    n = len(x)
    if n < 2:
        return None
    total = (x / np.linalg.norm(x, axis=1, keepdims=True)).sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


def tie_gain(graph: Graph, covers: Flags) -> float | None:
    r"""Mean over ties of what the partner adds to the one that can do more.

    .. math:: |A \cup B| - \max(|A|, |B|) = \min(|A \setminus B|, |B \setminus A|)

    Parameters
    ----------
    graph : ties; those with an end that covers nothing are left out
    covers : (n, f) whether an organisation has a function

    Returns
    -------
    In functions; None without such a tie.
    """
    i, j = graph.ties()
    some: Flags = np.asarray(covers.any(axis=1))
    told = some[i] & some[j]
    a, b = covers[i[told]], covers[j[told]]
    if not len(a):
        return None
    added = np.minimum((a & ~b).sum(axis=1), (b & ~a).sum(axis=1))
    return float(added.mean())


def division(
    affiliations: Affiliations,
    matrix: ArrayLike,
    functions: tuple[str, ...],
    rng: np.random.Generator,
    *,
    kind: str = "functions",
    draws: int = 99,
    level: float = 0.9,
    least: int = 10,
) -> Division:
    """Division of labour and what ties add, among a region's organisations.

    Parameters
    ----------
    affiliations : the region's organisations and their events
    matrix : (n, f) how much each does of each function; 0 or 1 where only presence is known
    functions : f names
    draws, level : of each null and interval
    least : organisations with a function below which nothing is told

    Raises
    ------
    ValueError
        If the matrix is not one row an organisation and one column a function.

    Source: operational reading of the paper, item 81; nestedness Almeida-Neto et al. 2008.
    """
    x = np.asarray(matrix, dtype=np.float64)
    if x.shape != (affiliations.organisations, len(functions)):
        raise ValueError(
            f"matrix must be ({affiliations.organisations}, {len(functions)}), got {x.shape}"
        )
    covers: Flags = np.asarray(x > 0)
    known = int(covers.any(axis=1).sum())
    holders = tuple(int(h) for h in covers.sum(axis=0))
    if known < least:
        reason = f"at least {least} organisations with a known function are needed, found {known}"
        none = Contrast(None, known, MARGINS, reason=reason)
        return Division(
            kind, known, len(x), Estimate(None, known, reason=reason), none, none, none, holders,
            functions, np.full(len(x), np.nan),
        )  # fmt: skip
    each = krugman_indices(x)
    values = each[np.isfinite(each)]
    means = rng.choice(values, (1000, len(values))).mean(axis=1)
    special = Estimate(float(values.mean()), len(values), *percentile_interval(means, level))
    org, function = np.nonzero(covers)
    reshuffled = list(_reshuffled(org, function, covers.shape, rng, draws))
    overlap = contrast(
        mean_cosine(covers), (mean_cosine(c) for c in reshuffled), known, MARGINS, level
    )
    nested = contrast(
        nodf(org, function).whole, (nodf(*np.nonzero(c)).whole for c in reshuffled), known,
        MARGINS, level,
    )  # fmt: skip
    graph = projection(affiliations)
    gain = against_rewired(graph, lambda g: tie_gain(g, covers), rng, draws, level)
    return Division(kind, known, len(x), special, overlap, nested, gain, holders, functions, each)


def _reshuffled(
    org: NDArray[np.int64],
    function: NDArray[np.int64],
    shape: tuple[int, int],
    rng: np.random.Generator,
    draws: int,
) -> Iterator[Flags]:
    for _ in range(draws):
        o, f = shuffled_memberships(org, function, rng)
        drawn = np.zeros(shape, dtype=np.bool_)
        drawn[o, f] = True
        yield drawn
