"""Core enterprises of the network, and how concentrated their technology is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.readings import Estimate, percentile_interval

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Criterion:
    """One line that a core enterprise has to reach: its threshold among the candidates."""

    name: str
    threshold: float
    known: int
    reached: int


@dataclass(frozen=True)
class CoreEnterprises:
    """Which organisations are core enterprises, by a printed rule.

    Parameters
    ----------
    core : (n,) reaches every criterion that is collected
    untold : (n,) reaches what is known of it, but one criterion is not known of it
    candidates : enterprises the rule was applied to
    rule : the rule in words, with its numbers
    criteria : thresholds and how many reach each
    not_collected : criteria without any number
    """

    core: Flags
    untold: Flags
    candidates: int
    rule: str
    criteria: tuple[Criterion, ...]
    not_collected: tuple[str, ...]
    reason: str = ""


def core_enterprises(
    affiliations: Affiliations,
    size: ArrayLike | None = None,
    patents: ArrayLike | None = None,
    manufacturing: ArrayLike | None = None,
    *,
    top: float = 0.1,
    least: int = 10,
) -> CoreEnterprises:
    """Large manufacturing enterprises that master the core technology and take part most.

    A core enterprise is in the top share of the region's enterprises on participations, and on
    size, and on invention patents. Size and patents are asked where they are collected (without
    them the rule names the most active enterprises, no more); an enterprise of which one of them
    is not known is untold. Ties at the threshold are in, zero never is.

    Parameters
    ----------
    affiliations : the network
    size : (n,) persons employed or revenue, NaN where not known; None where not collected
    patents : (n,) invention patents applied for, NaN where not known; None where not collected
    manufacturing : (n,) whether an organisation's industry is of the manufacturing block studied;
        None where not collected, and then every enterprise of the region is a candidate
    top : share of the candidates that is "large", "strong", "active"
    least : candidates below which a share among them says nothing

    Raises
    ------
    ValueError
        A list that has not one entry an organisation, or a share not between 0 and 1.

    Source: reading of the paper, item 29; network centrality of leaders as in Wasserman & Faust
    1994, chapter 5.
    """
    n = affiliations.organisations
    if not 0 < top < 1:
        raise ValueError(f"top must lie between 0 and 1, got {top}")
    candidate = affiliations.inside & (affiliations.type == TYPES.index("enterprise"))
    if manufacturing is not None:
        candidate = candidate & _column(manufacturing, n, "manufacturing").astype(np.bool_)
    who = "manufacturing enterprises" if manufacturing is not None else "enterprises"
    taken = np.bincount(affiliations.org, minlength=n).astype(np.float64)
    asked = {"size": size, "invention patents": patents}
    columns = {name: _column(given, n, name) for name, given in asked.items() if given is not None}
    columns = {name: x for name, x in columns.items() if np.isfinite(x[candidate]).any()}
    absent = tuple(name for name in asked if name not in columns)
    rule = _rule(top, who, tuple(columns), absent)
    nobody = np.zeros(n, dtype=np.bool_)
    count = int(candidate.sum())
    if count < least:
        reason = f"{count} {who} of the region, at least {least} are needed"
        return CoreEnterprises(nobody, nobody, count, rule, (), absent, reason)
    if not taken[candidate].any():
        reason = "no enterprise of the region is in a joint event"
        return CoreEnterprises(nobody, nobody, count, rule, (), absent, reason)
    line, passes = _reached("participations", taken, candidate, top)
    criteria, fails = [line], ~passes
    for name, values in columns.items():
        line, reached = _reached(name, values, candidate, top)
        criteria.append(line)
        passes &= reached
        fails |= np.isfinite(values) & ~reached
    return CoreEnterprises(
        candidate & passes, candidate & ~passes & ~fails, count, rule, tuple(criteria), absent
    )


def _column(given: ArrayLike, n: int, name: str) -> Floats:
    values = np.asarray(given, dtype=np.float64)
    if values.shape != (n,):
        raise ValueError(f"{name} must have one entry an organisation ({n}), got {values.shape}")
    return values


def _reached(name: str, values: Floats, candidate: Flags, top: float) -> tuple[Criterion, Flags]:
    """The value of the last of the top candidates, and who reaches it."""
    known = candidate & np.isfinite(values)
    ranked = np.sort(values[known])[::-1]
    line = float(ranked[max(1, int(np.ceil(top * len(ranked)))) - 1])
    reached = known & (values >= line) & (np.nan_to_num(values) > 0)
    return Criterion(name, line, int(known.sum()), int(reached.sum())), reached


def _rule(top: float, who: str, known: tuple[str, ...], absent: tuple[str, ...]) -> str:
    said = f"top {top:.0%} of the region's {who} on " + ", and on ".join(("participations", *known))
    if absent:
        said += f"; not collected: {', '.join(absent)}"
    return said


@dataclass(frozen=True)
class Concentration:
    """How much of the patents the largest applicants hold."""

    cr4: Estimate
    hhi: Estimate
    applicants: int
    patents: int


def concentration(
    patent: ArrayLike,
    applicant: ArrayLike,
    rng: np.random.Generator,
    *,
    weight: ArrayLike | None = None,
    least: int = 30,
    resamples: int = 1000,
    level: float = 0.9,
) -> Concentration:
    r"""Concentration of patents by applicant; a joint patent is divided evenly.

    .. math:: CR_4 = \sum_{a \le 4} s_{(a)}, \qquad HHI = \sum_a s_a^2

    The interval comes from drawing patents anew; with few patents a share is too uneven by
    chance alone, so HHI is too high by up to 1 / patents.

    Parameters
    ----------
    patent, applicant : (m,) one entry an application by an applicant: any whole numbers
    rng : source of the bootstrap
    weight : (m,) weight of the patent of each entry, e.g. 1 + citations, or 1 / patents of its
        family; None for one each
    least : patents below which no number is given

    Raises
    ------
    ValueError
        Lists of different length, or a negative weight.

    Source: item 29 of the paper; CR4 and HHI as in Tirole 1988, section 5.5.
    """
    number, place = np.unique(np.asarray(patent), return_inverse=True)
    holders, who = np.unique(np.asarray(applicant), return_inverse=True)
    if len(place) != len(who):
        raise ValueError(f"one applicant an entry, got {len(place)} patents, {len(who)} applicants")
    worth = np.ones(len(place)) if weight is None else np.asarray(weight, dtype=np.float64)
    if worth.shape != place.shape or (worth < 0).any():
        raise ValueError("weight must have one number an entry, none negative")
    held = len(number)
    if held < least or worth.sum() == 0:
        reason = f"{held} patents, at least {least} are needed"
        if held >= least:
            reason = "every patent has weight zero"
        none = Estimate(None, held, reason=reason)
        return Concentration(none, none, len(holders), held)
    part = worth / np.bincount(place)[place]
    cr4, hhi = _concentrated(np.bincount(who, part, minlength=len(holders)).astype(np.float64))
    drawn = np.empty((resamples, 2))
    for r in range(resamples):
        times = rng.multinomial(held, np.full(held, 1 / held))
        drawn[r] = _concentrated(
            np.bincount(who, part * times[place], minlength=len(holders)).astype(np.float64)
        )
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    return Concentration(
        Estimate(cr4, held, *percentile_interval(drawn[:, 0], level)),
        Estimate(hhi, held, *percentile_interval(drawn[:, 1], level)),
        len(holders),
        held,
    )


def _concentrated(totals: Floats) -> tuple[float, float]:
    whole = totals.sum()
    if whole == 0:
        return np.nan, np.nan
    shares = np.sort(totals / whole)[::-1]
    return float(shares[:4].sum()), float((shares**2).sum())


@dataclass(frozen=True)
class Overlap:
    """How many lead on both of two lists, and how many would if the lists had nothing in common.

    ``above`` is the hypergeometric probability of at least as many.
    """

    both: int | None
    each: int
    expected: float | None
    above: float | None
    n: int
    reason: str = ""


def top_overlap(a: ArrayLike, b: ArrayLike, *, top: float = 0.1, least: int = 20) -> Overlap:
    """Whether who leads on one list leads on the other: R&D spending and size, for one.

    Parameters
    ----------
    a, b : (n,) numbers of the same enterprises, NaN where not known; those with both count
    top : share that leads; ties at the line are broken by place in the list
    least : enterprises with both numbers below which nothing is told

    Raises
    ------
    ValueError
        Lists of different length, or a share not between 0 and 1.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"two lists of one length, got {first.shape} and {second.shape}")
    if not 0 < top < 1:
        raise ValueError(f"top must lie between 0 and 1, got {top}")
    known = np.isfinite(first) & np.isfinite(second)
    n = int(known.sum())
    each = max(1, int(np.ceil(top * n)))
    if n < least:
        reason = f"{n} enterprises with both numbers, at least {least} are needed"
        return Overlap(None, each, None, None, n, reason)
    from scipy.stats import hypergeom

    leaders = [set(np.argsort(-x[known], kind="stable")[:each].tolist()) for x in (first, second)]
    both = len(leaders[0] & leaders[1])
    above = float(hypergeom.sf(both - 1, n, each, each))
    return Overlap(both, each, each * each / n, above, n)
