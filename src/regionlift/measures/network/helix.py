"""Triple-helix synergy: how the presence of university, industry and government hangs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.readings import (
    Contrast,
    Estimate,
    contrast,
    percentile_interval,
)

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Printed beside the number wherever it is shown.
CAUTION = (
    "Descriptive: a negative value is synergy, but much local synergy can also be lock-in, and "
    "records exist only where somebody took part. No verdict rests on it."
)
INDEPENDENT = "presence of each sphere shuffled over the records by itself"


@dataclass(frozen=True)
class Helix:
    """Mutual information of three spheres in bits, with a bootstrap interval and a null."""

    synergy: Estimate
    independent: Contrast
    records: tuple[int, ...]
    caution: str = CAUTION


def mutual_information(table: ArrayLike) -> float:
    r"""Mutual information of three variables, in bits; negative where there is synergy.

    .. math:: T_{uig} = H_u + H_i + H_g - H_{ui} - H_{ug} - H_{ig} + H_{uig}

    Between -1 and 1 for presence and absence. Estimated from counts it is too low by about
    0.72 / n bits (Miller 1955: each entropy by (cells - 1) / (2 n ln 2)).

    Parameters
    ----------
    table : (a, b, c) counts of records by the values of the three variables

    Source: Leydesdorff, Park & Lengyel 2014, Scientometrics 99, 27-35; McGill 1954.

    Examples
    --------
    >>> exclusive_or = [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    >>> mutual_information(exclusive_or)
    -1.0
    """
    counts = np.asarray(table, dtype=np.float64)
    return float(_information(counts[None])[0])


def _information(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """(tables,) mutual information of (table, a, b, c) counts."""
    p = tables / tables.sum(axis=(1, 2, 3), keepdims=True)
    singles = _entropy(p.sum(axis=(2, 3))) + _entropy(p.sum(axis=(1, 3)))
    singles += _entropy(p.sum(axis=(1, 2)))
    pairs = sum(_entropy(p.sum(axis=axis)) for axis in (1, 2, 3))
    found: NDArray[np.float64] = singles - pairs + _entropy(p)
    return found


def _entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = p.reshape(len(p), -1)
    logs = np.log2(flat, where=flat > 0, out=np.zeros_like(flat))
    found: NDArray[np.float64] = -(flat * logs).sum(axis=1)
    return found


def triple_helix(
    university: ArrayLike,
    industry: ArrayLike,
    government: ArrayLike,
    rng: np.random.Generator,
    *,
    least: int = 200,
    resamples: int = 1000,
    level: float = 0.9,
) -> Helix:
    """Triple-helix synergy over records that are described by who is present.

    Parameters
    ----------
    university, industry, government : (k,) whether each sphere is present in each record
    rng : source of the bootstrap and of the null
    least : records below which no number is given (200: the interval is wider than the range of
        values published for regions)
    resamples : bootstrap resamples of records, and draws of the null
    level : of the interval and the null's quantiles

    Raises
    ------
    ValueError
        If the three lists differ in length.
    """
    flags = [np.asarray(x, dtype=np.bool_) for x in (university, industry, government)]
    if flags[0].ndim != 1 or len({f.shape for f in flags}) != 1:
        raise ValueError(f"three lists of one length, got {[f.shape for f in flags]}")
    k = len(flags[0])
    counts = _cells(flags)
    records = tuple(int(c) for c in counts)
    reason = ""
    if k < least:
        reason = f"{k} records, at least {least} are needed"
    elif any(f.all() or not f.any() for f in flags):
        reason = "a sphere is present in every record or in none"
    if reason:
        return Helix(
            Estimate(None, k, reason=reason), Contrast(None, k, INDEPENDENT, reason=reason), records
        )
    value = mutual_information(counts.reshape(2, 2, 2))
    drawn = rng.multinomial(k, counts / k, size=resamples).astype(np.float64)
    low, high = percentile_interval(_information(drawn.reshape(-1, 2, 2, 2)), level)
    null = np.array([_cells([rng.permutation(f) for f in flags]) for _ in range(resamples)])
    chance = _information(null.reshape(-1, 2, 2, 2).astype(np.float64))
    return Helix(
        Estimate(value, k, low, high), contrast(value, chance, k, INDEPENDENT, level), records
    )


def _cells(flags: list[Flags]) -> Counts:
    """(8,) records by presence, in the order of the bits university, industry, government."""
    code = 4 * flags[0].astype(np.int64) + 2 * flags[1] + flags[2]
    return np.bincount(code, minlength=8)


def helix_of_events(
    affiliations: Affiliations,
    rng: np.random.Generator,
    *,
    university: Sequence[str] = ("university", "institute"),
    industry: Sequence[str] = ("enterprise",),
    government: Sequence[str] = ("government",),
    least: int = 200,
    resamples: int = 1000,
    level: float = 0.9,
) -> Helix:
    """Triple-helix synergy over events with a member of one of the spheres inside the region.

    An event counts by its members inside the region; one without any of the three spheres there
    is no record. See :func:`triple_helix`.

    Raises
    ------
    ValueError
        A type that is not in ``TYPES``.
    """
    spheres = [present(affiliations, names) for names in (university, industry, government)]
    some = spheres[0] | spheres[1] | spheres[2]
    u, i, g = (s[some] for s in spheres)
    return triple_helix(u, i, g, rng, least=least, resamples=resamples, level=level)


def present(affiliations: Affiliations, types: Sequence[str]) -> Flags:
    """(k,) whether an event has a member inside the region of one of these types.

    Raises
    ------
    ValueError
        A type that is not in ``TYPES``.
    """
    if unknown := [t for t in types if t not in TYPES]:
        raise ValueError(f"type must be one of {', '.join(TYPES)}; got {unknown[0]!r}")
    codes = [TYPES.index(t) for t in types]
    members = affiliations.inside & np.isin(affiliations.type, codes)
    found = np.zeros(len(affiliations.start), dtype=np.bool_)
    found[affiliations.event[members[affiliations.org]]] = True
    return found
