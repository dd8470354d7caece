"""Mixing of groups: who is tied to whom by type."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.graphs.csr import Floats, Graph, Longs, labelled
from regionlift.measures.graphs.nulls import Comparison, compared, rewired


def mixing_matrix(graph: Graph, labels: ArrayLike, groups: int) -> Longs:
    """(groups, groups) ends of ties: entry (a, b) counts neighbours of group b of nodes of group a.

    Symmetric; ties within a group count twice on the diagonal, as in Newman (2003). Ties with an
    end of unknown group (negative label) are left out.

    Raises
    ------
    ValueError
        A label of ``groups`` or more.
    """
    found = labelled(graph, labels)
    if (found >= groups).any():
        raise ValueError(f"labels must lie below {groups}, got {found.max()}")
    i, j = graph.ties()
    a, b = found[i], found[j]
    told = (a >= 0) & (b >= 0)
    flat = np.bincount(a[told] * groups + b[told], minlength=groups * groups)
    half = flat.reshape(groups, groups).astype(np.int64)
    return half + half.T


def tie_shares(mixing: Longs) -> Floats | None:
    """(groups, groups) share of all ties between groups a and b: the upper triangle sums to one.

    The lower triangle is zero; None without ties.
    """
    total = mixing.sum() / 2
    if total == 0:
        return None
    counts = np.triu(mixing, 1) + np.diag(np.diag(mixing)) / 2
    return np.asarray(counts / total, dtype=np.float64)


def ei_index(graph: Graph, labels: ArrayLike) -> float | None:
    """(external - internal) / (external + internal) ties, -1 to 1; None without labelled ties.

    External ties join two groups (Krackhardt and Stern 1988).
    """
    external, internal = _ei(graph, labelled(graph, labels))
    total = external + internal
    return (external - internal) / total if total else None


def ei_by_group(mixing: Longs) -> tuple[float | None, ...]:
    """The E-I index of the ties of each group; None for a group without ties."""
    internal = np.diag(mixing) / 2
    external = mixing.sum(axis=1) - np.diag(mixing)
    return tuple(
        float((e - i) / (e + i)) if e + i else None for e, i in zip(external, internal, strict=True)
    )


def label_assortativity(mixing: Longs) -> float | None:
    """(tr e - |e^2|) / (1 - |e^2|) of the shares e of tie ends (Newman 2003, eq. 2).

    None without ties or where all ends are of one group.
    """
    total = mixing.sum()
    if total == 0:
        return None
    ends = mixing / total
    chance = float((ends.sum(axis=0) * ends.sum(axis=1)).sum())
    return float((np.trace(ends) - chance) / (1 - chance)) if (mixing.sum(axis=1) > 0).sum() > 1 \
        else None  # fmt: skip


@dataclass(frozen=True)
class Mixing:
    """Ties between groups against a null model.

    Parameters
    ----------
    ei : the E-I index; None where no tie has both groups known
    shares : (a, b) -> share of ties between groups a <= b, for each pair of groups that occur
    """

    ei: Comparison | None
    shares: dict[tuple[int, int], Comparison]


def mixing_test(
    graph: Graph,
    labels: ArrayLike,
    groups: int,
    rng: np.random.Generator,
    null: Literal["rewired", "labels"] = "rewired",
    draws: int = 99,
    swaps_per_tie: int = 10,
    levels: tuple[float, float] = (0.025, 0.975),
) -> Mixing:
    """The E-I index and the share of ties between each two groups against a null model.

    ``rewired`` keeps the degree of each node and moves ties; ``labels`` keeps all ties and deals
    the known labels out anew, so that groups keep their sizes but not their degrees.

    Raises
    ------
    ValueError
        Another null, or labels that do not fit.
    """
    if null not in ("rewired", "labels"):
        raise ValueError(f'null must be "rewired" or "labels", got {null!r}')
    own = labelled(graph, labels)
    told = np.flatnonzero(own >= 0)

    def measured(drawn: Graph, given: Longs) -> tuple[float | None, Floats | None]:
        return ei_index(drawn, given), tie_shares(mixing_matrix(drawn, given, groups))

    ei, shares = measured(graph, own)
    if ei is None or shares is None:
        return Mixing(None, {})
    all_ei, all_shares = [], []
    for _ in range(draws):
        if null == "rewired":
            found = measured(rewired(graph, rng, swaps_per_tie), own)
        else:
            dealt = own.copy()
            dealt[told] = rng.permutation(own[told])
            found = measured(graph, dealt)
        if found[0] is not None and found[1] is not None:
            all_ei.append(found[0])
            all_shares.append(found[1])
    if len(all_ei) < 2:
        return Mixing(None, {})
    stack = np.array(all_shares)
    pairs = {
        (a, b): compared(float(shares[a, b]), stack[:, a, b].tolist(), levels)
        for a, b in combinations_with_replacement(sorted(set(own[told].tolist())), 2)
    }
    return Mixing(compared(ei, all_ei, levels), pairs)


def _ei(graph: Graph, labels: Longs) -> tuple[int, int]:
    i, j = graph.ties()
    a, b = labels[i], labels[j]
    told = (a >= 0) & (b >= 0)
    return int((told & (a != b)).sum()), int((told & (a == b)).sum())
