"""Knowledge barter on a network (Cowan & Jonard 2004).

Organisations hold knowledge of several types and swap it with partners where both gain. How much
is known in the end depends on the network: with a few knowledge-rich organisations the mean is
highest on a small world, without them it is not (Cowan & Jonard 2004, Network structure and the
diffusion of knowledge, Journal of Economic Dynamics and Control 28).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import kernel

Floats = NDArray[np.float64]
Places = NDArray[np.integer]


@dataclass(frozen=True)
class Barter:
    """What organisations know after bartering.

    Parameters
    ----------
    knowledge : (n, types) knowledge at the end, in the units given
    path : (sweeps + 1,) mean knowledge over organisations and types, before and after each sweep
    trades : swaps made; in each both partners learn one type
    settled : whether the run stopped because a sweep raised the mean by no more than ``still``
    """

    knowledge: Floats
    path: Floats
    trades: int
    settled: bool

    @property
    def levels(self) -> Floats:
        """(n,) mean knowledge of each organisation over the types."""
        mean: Floats = self.knowledge.mean(axis=1)
        return mean

    @property
    def sweeps(self) -> int:
        """Sweeps made, of as many activations as there are organisations."""
        return len(self.path) - 1


@kernel
def exchange(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    knowledge: Floats,
    activations: int,
    alpha: float,
    tol: float,
    rng: np.random.Generator,
) -> tuple[int, float]:
    """Let random pairs of neighbours barter; ``knowledge`` is changed in place.

    Parameters
    ----------
    indptr, indices : neighbours of i are ``indices[indptr[i]:indptr[i + 1]]``
    knowledge : (n, types)
    activations : pairs drawn; an organisation without neighbours lets its turn pass
    rng : two uniform draws a pair, and one for each type that is left to chance

    Returns
    -------
    Number of swaps, and what all organisations learned together.
    """
    n, types = knowledge.shape
    more = np.empty(types, dtype=np.int64)
    less = np.empty(types, dtype=np.int64)
    first = np.empty(64, dtype=np.int64)
    second = np.empty(64, dtype=np.int64)
    alike = 1.0 + tol
    trades = 0
    learned = 0.0
    done = 0
    while done < activations:
        # who meets whom does not hang on what they know: drawn ahead, memory is waited for once
        pairs = min(64, activations - done)
        done += pairs
        for a in range(pairs):
            first[a] = int(rng.random() * n)
        for a in range(pairs):
            i = first[a]
            degree = indptr[i + 1] - indptr[i]
            draw = rng.random()
            second[a] = indices[indptr[i] + int(draw * degree)] if degree > 0 else i
        for a in range(pairs):
            i = first[a]
            j = second[a]
            teaches = 0
            learns = 0
            for k in range(types):
                mine = knowledge[i, k]
                yours = knowledge[j, k]
                # without branches: which way they go is chance, and a wrong guess is dear
                more[teaches] = k
                less[learns] = k
                teaches += int(mine > yours * alike)
                learns += int(yours > mine * alike)
            swaps = min(teaches, learns)
            trades += swaps
            for s in range(swaps):
                # the shorter list is taken whole; of the longer one, places are drawn
                if teaches > swaps:
                    other = s + int(rng.random() * (teaches - s))
                    more[s], more[other] = more[other], more[s]
                elif learns > swaps:
                    other = s + int(rng.random() * (learns - s))
                    less[s], less[other] = less[other], less[s]
                k = more[s]
                top, low = knowledge[i, k], knowledge[j, k]
                # rounding must not lift the learner over the teacher
                high = min(low + alpha * (top - low), top)
                knowledge[j, k] = high
                learned += high - low
                k = less[s]
                top, low = knowledge[j, k], knowledge[i, k]
                high = min(low + alpha * (top - low), top)
                knowledge[i, k] = high
                learned += high - low
    return trades, learned


def barter(
    indptr: Places,
    indices: Places,
    knowledge: Floats,
    rng: np.random.Generator,
    *,
    sweeps: int = 2000,
    alpha: float = 0.1,
    tol: float = 0.0,
    still: float | None = None,
) -> Barter:
    r"""Barter knowledge between neighbours until it has spread as far as barter takes it.

    At each activation a random organisation i meets a random neighbour j. Types k in which i knows
    more than j, :math:`v_{ik} > (1+\tau) v_{jk}`, can be swapped for types in which j knows more
    than i, one against one; as many as the smaller of the two counts, chosen at random. The
    learner closes a part of the gap and nobody forgets:

    .. math:: v_{jk} \leftarrow v_{jk} + \alpha (v_{ik} - v_{jk})

    Parameters
    ----------
    indptr, indices : (n + 1,), (ties,) neighbours of i are ``indices[indptr[i]:indptr[i + 1]]``
    knowledge : (n, types) at the start, any unit, not negative; it is not changed
    rng : its draws decide who meets and what is swapped
    sweeps : rounds of n activations
    alpha : share of the gap the learner closes, above 0, at most 1
    tol : relative gap :math:`\tau` up to which two organisations count as alike
    still : stop after a sweep that raises mean knowledge by no more than this; None runs them all

    Raises
    ------
    ValueError
        Where shapes do not fit together, a neighbour is no organisation, knowledge is negative or
        not finite, or a number is outside its range.
    """
    start = np.array(knowledge, dtype=np.float64, order="C")
    links = np.ascontiguousarray(indptr, dtype=np.int64)
    ends = np.ascontiguousarray(indices, dtype=np.int64)
    _check(links, ends, start, sweeps, alpha, tol)
    path = np.full(sweeps + 1 if start.size else 1, start.mean() if start.size else 0.0)
    made, trades = _sweep(
        links, ends, start, path, alpha, tol, -1.0 if still is None else still, rng
    )
    settled = still is not None and made > 0 and bool(path[made] - path[made - 1] <= still)
    return Barter(start, path[: made + 1], int(trades), settled)


@kernel
def _sweep(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    knowledge: Floats,
    path: Floats,
    alpha: float,
    tol: float,
    still: float,
    rng: np.random.Generator,
) -> tuple[int, int]:
    """Sweeps made, at most one for each later entry of ``path``, which is filled; and swaps."""
    trades = 0
    for sweep in range(1, len(path)):
        swaps, learned = exchange(indptr, indices, knowledge, len(knowledge), alpha, tol, rng)
        trades += swaps
        path[sweep] = path[sweep - 1] + learned / knowledge.size
        if path[sweep] - path[sweep - 1] <= still:
            return sweep, trades
    return len(path) - 1, trades


def endowments(
    organisations: int,
    types: int,
    rng: np.random.Generator,
    *,
    high: float = 10.0,
    experts: float = 0.1,
    expertise: float = 30.0,
) -> Floats:
    """Knowledge to start from: U[0, high) each, and experts who know much of one random type.

    Parameters
    ----------
    experts : share of organisations, rounded to whole ones and drawn without replacement
    expertise : what an expert knows of its type, in the unit of ``high``

    Returns
    -------
    (organisations, types)

    Raises
    ------
    ValueError
        Where the share is not between 0 and 1, or there is no type.
    """
    if not 0 <= experts <= 1:
        raise ValueError(f"experts is a share between 0 and 1; {experts} was given instead")
    if types < 1 or organisations < 0:
        raise ValueError(f"{organisations} organisations and {types} types of knowledge")
    knowledge = rng.random((organisations, types)) * high
    chosen = rng.permutation(organisations)[: round(experts * organisations)]
    knowledge[chosen, rng.integers(0, types, len(chosen))] = expertise
    return knowledge


def _check(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    knowledge: Floats,
    sweeps: int,
    alpha: float,
    tol: float,
) -> None:
    """Raise where the arguments of ``barter`` cannot be meant."""
    problems = []
    if knowledge.ndim != 2:
        raise ValueError(f"knowledge is (organisation, type); it has {knowledge.ndim} dimensions")
    n = len(knowledge)
    if indptr.shape != (n + 1,):
        problems.append(f"indptr has {indptr.size} entries; {n} organisations need {n + 1}")
    elif indptr[0] != 0 or indptr[-1] != len(indices) or (np.diff(indptr) < 0).any():
        problems.append(f"indptr must rise from 0 to the {len(indices)} entries of indices")
    if len(indices) and (indices.min() < 0 or indices.max() >= n):
        problems.append(f"indices must be between 0 and {n - 1}")
    if not (np.isfinite(knowledge).all() and (knowledge >= 0).all()):
        problems.append("knowledge must be finite and not negative")
    if sweeps < 0:
        problems.append(f"sweeps must not be negative; {sweeps} was given instead")
    if not 0 < alpha <= 1:
        problems.append(f"alpha must be above 0 and at most 1; {alpha} was given instead")
    if not 0 <= tol < np.inf:
        problems.append(f"tol must be finite and not negative; {tol} was given instead")
    if problems:
        raise ValueError("; ".join(problems))
