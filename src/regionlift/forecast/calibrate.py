"""Calibration: closed likelihoods first, nearest simulations for what has none.

Team inheritance, memory, trust and the pull of one's own type have no tractable likelihood. They
are drawn from flat priors, the years before the origin are simulated from the state observed
before them, and the draws whose summaries come nearest are kept (Pritchard et al. 1999, Molecular
Biology and Evolution 16(12)). Draws are not adjusted by regression: where a summary cannot be
reproduced that would make things worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regionlift.forecast.blocks import Blocks, expected_entries, fit_blocks, newcomer_mix
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.plan import Plan, Ready, Seed, child, observed_plan, ready, spread_over
from regionlift.forecast.state import COUNTS, Floats, Longs, observe, observed_counts
from regionlift.forecast.summaries import CHECKED, SUMMARIES, summaries
from regionlift.measures.network.affiliations import Affiliations

#: Flat priors of what is fitted by simulation.
PRIORS: Mapping[str, tuple[float, float]] = {
    "inherit": (0.0, 0.8),
    "keep": (0.1, 1.0),
    "memory": (1.0, 6.0),
    "trust": (0.0, 0.8),
    "closure": (0.0, 0.9),
    "same_type": (-1.0, 1.5),
    "same_place": (-0.5, 3.0),
}
#: Summaries that count for more than one: what the forecast of repeated ties hangs on.
WEIGHTS: Mapping[str, float] = {"repeat share of formed ties": 3.0}


@dataclass(frozen=True)
class Misfit:
    """One observed summary against the nearest simulations.

    Parameters
    ----------
    name : what is compared
    observed : its value, counts as log(1 + n), shares as square roots
    low, high : central range of the nearest simulations
    fitted : whether it chose the nearest simulations
    """

    name: str
    observed: float
    low: float
    high: float
    fitted: bool

    @property
    def outside(self) -> bool:
        """Whether the model does not reproduce it."""
        return not self.low <= self.observed <= self.high


@dataclass(frozen=True)
class Calibration:
    """Posterior of the urn at an origin.

    Parameters
    ----------
    origin : last year seen
    names : parameters fitted by simulation
    draws : (kept, names) the nearest draws
    prior : (simulations, names) all draws
    priors : range of each
    misfit : observed summaries against the nearest simulations
    blocks : parts with a closed likelihood
    base : values of everything that is not fitted
    """

    origin: int
    names: tuple[str, ...]
    draws: Floats
    prior: Floats
    priors: dict[str, tuple[float, float]]
    misfit: tuple[Misfit, ...]
    blocks: Blocks
    base: UrnParameters

    def sample(self, rng: np.random.Generator, size: int) -> list[UrnParameters]:
        """Draws of all parameters: the nearest ones, with draws of the blocks."""
        return _together(self.blocks, self.base, self.names,
                         self.draws[rng.integers(len(self.draws), size=size)], rng)  # fmt: skip

    def table(self) -> list[tuple[str, float, float, float]]:
        """(parameter, median, 5 %, 95 %) of what was fitted by simulation."""
        low, middle, high = np.quantile(self.draws, [0.05, 0.5, 0.95], axis=0)
        return [
            (n, float(middle[d]), float(low[d]), float(high[d])) for d, n in enumerate(self.names)
        ]


def _together(
    blocks: Blocks, base: UrnParameters, names: tuple[str, ...], draws: Floats,
    rng: np.random.Generator,
) -> list[UrnParameters]:  # fmt: skip
    size = len(draws)
    closed = {
        **blocks.entry.draw(rng, size), **blocks.gather.draw(rng, size),
        **blocks.leave.draw(rng, size),
    }  # fmt: skip
    closed.pop("return")
    drawn = {**closed, **dict(zip(names, draws.T, strict=True))}
    each: list[dict[str, Any]] = [{n: float(v[r]) for n, v in drawn.items()} for r in range(size)]
    return [replace(base, **changed) for changed in each]


def reference_table(
    state: Ready,
    plan: Plan,
    entries: Longs,
    parameters: list[UrnParameters],
    seed: Seed,
    workers: int = 1,
) -> Floats:
    """Summaries of one simulation for each setting, (settings, len(SUMMARIES)).

    Projects and, in expectation, newcomers are given: they have a likelihood of their own.

    Parameters
    ----------
    entries : (horizon,) newcomers of each year that the odds are set to
    """
    # Running sums, since a year may have no project.
    until = np.concatenate(([0], np.cumsum(plan.sizes)))
    seats = (until[plan.years[1:]] - until[plan.years[:-1]]).astype(float)
    n = state.start.organisations + np.cumsum(entries) - entries
    u = len(state.start.org) + np.cumsum(seats) - seats
    # Odds of a year without seats are asked of nobody: those of one seat stand there.
    seats = np.maximum(seats, 1)
    share = np.clip(entries / seats, 1e-3, 1 - 1e-3)

    def one(r: int) -> Floats:
        rng = np.random.Generator(np.random.PCG64(child(seed, r)))
        p = parameters[r]
        urn = np.array([
            expected_entries(np.array(p.sigma), np.array(p.theta), a, b, v) / v
            for a, b, v in zip(n.tolist(), u.tolist(), seats.tolist(), strict=True)
        ])  # fmt: skip
        odds = share / (1 - share) * (1 - urn) / urn
        told = state.run(p, replace(plan, odds=odds), rng)
        return summaries(
            told.counts, told.org, told.offsets, told.start, told.type, told.place,
            state.start.origin + 1,
        )  # fmt: skip

    return np.array(spread_over(workers, one, range(len(parameters))))


def nearest_draws(
    table: Floats, observed: Floats, share: float, weights: Mapping[str, float] = WEIGHTS
) -> NDArray[np.intp]:
    """Places of the rows nearest to the observed summaries, nearest first.

    Summaries are scaled by their median absolute deviation over the table; one that never varies
    there does not count, nor do newcomers, whose share is given.

    Parameters
    ----------
    table : (simulations, len(SUMMARIES))
    observed : (len(SUMMARIES),)
    share : share of the rows that is kept
    weights : factor on the distance in a summary, 1 where it is not named
    """
    weight = np.array([weights.get(name, 1.0) for name in SUMMARIES])
    weight[:CHECKED] = 0.0
    scale = np.median(np.abs(table - np.median(table, axis=0)), axis=0)
    use = scale > 0
    gaps = weight[use] * (table[:, use] - observed[use]) / scale[use]
    order = np.argsort((gaps**2).sum(axis=1), kind="stable")
    return order[: max(int(np.ceil(share * len(table))), 1)]


def calibrate(
    history: Affiliations,
    origin: int,
    *,
    simulations: int = 1000,
    nearest: float = 0.05,
    seed: Seed = 0,
    fit_years: int = 2,
    workers: int = 1,
    burn_in: int = 1,
    priors: Mapping[str, tuple[float, float]] = PRIORS,
    weights: Mapping[str, float] = WEIGHTS,
    base: UrnParameters | None = None,
    range_: tuple[float, float] = (0.05, 0.95),
) -> Calibration:
    """Fit the urn to the record up to a year.

    Parameters
    ----------
    history : events; those that start after the origin are not looked at
    origin : last year of the record used
    simulations, nearest : draws from the prior, and the share of them kept
    seed : root of the seed tree; the same seed gives the same digits with any ``workers``
    fit_years : last years, simulated from the state before them with the projects they had
    burn_in : first years of the record that set the state and are not fitted
    priors : ranges of the flat priors; same_place is fitted only where newcomers are both inside
        and outside the region
    weights : see ``nearest_draws``
    base : values of everything that is not fitted
    range_ : quantiles between which an observed summary counts as reproduced

    Raises
    ------
    ValueError
        Where the record is too short for ``fit_years``, ``nearest`` is not a share, or a prior
        or weight is of no parameter or summary.
    """
    if not 0 < nearest <= 1:
        raise ValueError(f"nearest must be above 0 and at most 1, it is {nearest}")
    if fit_years < 1:
        raise ValueError(f"fit_years must be 1 or more, it is {fit_years}")
    for given, known in ((priors, tuple(PRIORS)), (weights, SUMMARIES)):
        for name in given:
            if name not in known:
                raise ValueError(f"there is no {name!r}; there are {', '.join(known)}")
    now = observe(history, origin)
    if origin - fit_years < now.first:
        raise ValueError(
            f"the record begins in {now.first}: {fit_years} years before {origin} cannot be fitted"
        )
    before = observe(history, origin - fit_years)
    blocks = fit_blocks(now, burn_in=burn_in)
    if not 0.0 < float(now.place.mean()) < 1.0:
        priors = {n: r for n, r in priors.items() if n != "same_place"}
    names = tuple(priors)
    rng = np.random.Generator(np.random.PCG64(child(seed, 0)))
    low, high = np.array([priors[n] for n in names]).T
    drawn = low + (high - low) * rng.random((simulations, len(names)))
    parameters = _together(blocks, base or UrnParameters(), names, drawn, rng)
    plan = observed_plan(now, origin - fit_years + 1, np.ones(fit_years))
    years = range(origin - fit_years + 1, origin + 1)
    counted = observed_counts(history.where(history.start <= origin), years)
    table = reference_table(
        ready(before, *newcomer_mix(now, recent=fit_years)), plan, counted["entries"], parameters,
        child(seed, 1), workers,
    )  # fmt: skip
    observed = summaries(
        np.stack([counted[n] for n in COUNTS], axis=1), now.org, now.offsets, now.start,
        now.type, now.place, origin - fit_years + 1,
    )  # fmt: skip
    kept = nearest_draws(table, observed, nearest, weights)
    bounds = np.quantile(table[kept], range_, axis=0)
    misfit = tuple(
        Misfit(name, float(observed[s]), float(bounds[0, s]), float(bounds[1, s]), s >= CHECKED)
        for s, name in enumerate(SUMMARIES)
    )
    return Calibration(
        origin, names, drawn[kept], drawn, dict(priors), misfit, blocks, base or UrnParameters()
    )
