"""Projects to come: what one replicate of the simulation is given before it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from regionlift.forecast.blocks import ProjectBlock
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.state import Floats, Longs, Start, Told
from regionlift.forecast.urn import grow, meetings
from regionlift.measures.network.affiliations import TYPES

T = TypeVar("T")
#: What an entry of the table of pairs has bits for.
ORGANISATIONS, YEARS = 2**21 - 1, 1000
Seed = np.random.SeedSequence | int


@dataclass(frozen=True)
class Plan:
    """Projects of the years to come, and what the levers set.

    Parameters
    ----------
    sizes, durations, alliance : (p,) members, years after the first, whether an alliance
    years : (horizon + 1,) projects of year h are ``[years[h]:years[h + 1]]``
    odds : (horizon,) factor on the odds of a newcomer
    quota : (horizon,) least probability of a newcomer
    brought : (horizon, types) organisations brought in
    lost, lost_year : organisations that leave, and the year from which on
    """

    sizes: NDArray[np.int32]
    durations: NDArray[np.int32]
    alliance: NDArray[np.bool_]
    years: Longs
    odds: Floats
    quota: Floats
    brought: Longs
    lost: NDArray[np.int32]
    lost_year: NDArray[np.int32]

    @property
    def horizon(self) -> int:
        """Years planned."""
        return len(self.years) - 1


def bare_plan(
    sizes: NDArray[np.int32], durations: NDArray[np.int32], years: Longs, odds: Floats
) -> Plan:
    """Plan without any lever."""
    horizon = len(years) - 1
    none = np.zeros(0, dtype=np.int32)
    return Plan(
        sizes.astype(np.int32), durations.astype(np.int32), np.zeros(len(sizes), dtype=np.bool_),
        years.astype(np.int64), odds, np.zeros(horizon),
        np.zeros((horizon, len(TYPES)), dtype=np.int64), none, none,
    )  # fmt: skip


def observed_plan(start: Start, first: int, odds: Floats) -> Plan:
    """The projects that started from a year on, as a plan."""
    on = start.start >= first
    years = np.searchsorted(start.start[on], np.arange(first, start.origin + 2))
    return bare_plan(
        start.sizes[on].astype(np.int32), (start.end - start.start)[on], years.astype(np.int64),
        odds,
    )  # fmt: skip


def drawn_plan(
    seed: Seed, pool: ProjectBlock, volume: Longs, odds: Floats, tilt: float = 0.0
) -> Plan:
    """Draw projects until their seats reach the volume of each year.

    Each year mixes the donor years of the pool with flat Dirichlet weights, so that years differ
    as much as they did. The project that crosses the volume is cut to fit, or left out where
    fewer than two seats remain.

    Parameters
    ----------
    seed : each year draws from a branch of its own, so that a changed year leaves the others
    volume : (horizon,) participations
    tilt : sizes are drawn with weight size**tilt: above 0 larger consortia, below 0 smaller
    """
    donors = len(pool.years) - 1
    donor = np.repeat(np.arange(donors), np.diff(pool.years))
    share = pool.sizes.astype(float) ** tilt
    share /= np.bincount(donor, weights=share, minlength=donors)[donor]
    picked, cuts, counts = [], [], [0]
    for year, seats in enumerate(volume):
        rng = np.random.Generator(np.random.PCG64(child(seed, year)))
        weights = rng.dirichlet(np.ones(donors))
        cumulative = np.cumsum(weights[donor] * share)
        cumulative /= cumulative[-1]
        got = np.zeros(0, dtype=np.int64)
        total = 0
        while total < seats:
            want = 8 + int(1.2 * (seats - total) / pool.sizes.mean())
            drawn = np.searchsorted(cumulative, rng.random(want), side="right")
            got = np.append(got, np.minimum(drawn, len(donor) - 1))
            total = int(pool.sizes[got].sum())
        running = np.cumsum(pool.sizes[got])
        last = int(np.searchsorted(running, seats))
        sizes = pool.sizes[got[: last + 1]].copy()
        sizes[-1] -= running[last] - seats
        keep = last + 1 if sizes[-1] >= 2 or last == 0 else last
        picked.append(got[:keep])
        cuts.append(sizes[:keep])
        counts.append(keep)
    chosen = np.concatenate(picked)
    return bare_plan(
        np.concatenate(cuts).astype(np.int32), pool.durations[chosen],
        np.cumsum(counts).astype(np.int64), odds,
    )  # fmt: skip


def child(seed: Seed, *path: int) -> np.random.SeedSequence:
    """A branch of the seed tree; the same branch each time, whatever was drawn before."""
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    return np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, *path))


@dataclass(frozen=True)
class Ready:
    """An observed state with the table of its pairs, for many runs."""

    start: Start
    met: Longs
    pairs: int
    type_mix: Floats
    inside: float

    def run(self, parameters: UrnParameters, plan: Plan, rng: np.random.Generator) -> Told:
        """One replicate."""
        s = self.start
        room = s.organisations + int(plan.sizes.sum()) + int(plan.brought.sum())
        if room > ORGANISATIONS or s.origin + plan.horizon - s.first > YEARS:
            raise ValueError(
                f"at most {ORGANISATIONS} organisations and {YEARS} years can be simulated; this "
                f"may need {room} and {s.origin + plan.horizon - s.first}"
            )
        return grow(
            rng, parameters.rates(), np.array(parameters.learning), self.type_mix, self.inside,
            s.origin, s.first, s.org, s.offsets, s.start, s.end, s.type, s.place, s.opened,
            self.met, self.pairs, plan.sizes, plan.durations, plan.alliance,
            plan.years, plan.odds, plan.quota, plan.brought, plan.lost, plan.lost_year,
        )  # fmt: skip


def ready(start: Start, type_mix: Floats, inside: float) -> Ready:
    """Prepare an observed state for many runs."""
    met, pairs = meetings(start.org, start.offsets, start.start, start.end, start.first)
    return Ready(start, met, pairs, type_mix, inside)


def spread_over(workers: int, job: Callable[[int], T], tasks: Sequence[int]) -> list[T]:
    """Do the tasks in order, in this many threads; kernels hold no lock."""
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, it is {workers}")
    if workers == 1:
        return [job(task) for task in tasks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(job, tasks))
