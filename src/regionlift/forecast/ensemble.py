"""Many replicates of the participation urn, and scenarios against a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regionlift.forecast.blocks import Blocks, fit_blocks
from regionlift.forecast.calibrate import Calibration
from regionlift.forecast.levers import Lever
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.plan import Seed, child, drawn_plan, ready, spread_over
from regionlift.forecast.state import COUNTS, Floats, Longs, Start, Told, observe
from regionlift.measures.network.affiliations import TYPES, Affiliations


@dataclass(frozen=True)
class PairChances:
    """Pairs of organisations seen at the origin, by how often they meet in a new project.

    Parameters
    ----------
    first, second : (top,) identifiers
    chance : (top,) share of replicates in which they meet within the horizon, highest first
    met : (top,) whether they had met by the origin
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    chance: Floats
    met: NDArray[np.bool_]


@dataclass(frozen=True)
class Ensemble:
    """Replicates of the simulation.

    Parameters
    ----------
    origin : last year seen
    years : years simulated
    counts : (replicates, horizon) yearly counts, as ``observed_counts`` has them
    by_type : (replicates, horizon) active organisations of each type, "unknown" among them
    knowledge : (replicates, horizon) mean knowledge of active organisations, from 0 to 1
    shared : (replicates, horizon) the same of the shared kind
    parameters : what each replicate was run with
    pairs : chances of pairs, where they were asked for
    events : simulated histories of the first replicates, where they were asked for
    """

    origin: int
    years: tuple[int, ...]
    counts: dict[str, Longs]
    by_type: dict[str, Longs]
    knowledge: Floats
    shared: Floats
    parameters: tuple[UrnParameters, ...]
    pairs: PairChances | None = None
    events: tuple[Affiliations, ...] = ()

    def draws(self, name: str) -> Floats:
        """(replicates, horizon) of a count, ``"repeat_share"``, ``"knowledge"`` or ``"shared"``.

        Raises
        ------
        KeyError
            Where there is no such name.
        """
        if name == "repeat_share":
            formed = np.maximum(self.counts["formed_ties"], 1)
            share: Floats = self.counts["repeat_ties"] / formed
            return share
        if name in ("knowledge", "shared"):
            kept: Floats = getattr(self, name)
            return kept
        if name not in self.counts:
            known = ", ".join((*COUNTS, "repeat_share", "knowledge", "shared"))
            raise KeyError(f"there is no {name!r}; there are {known}")
        return self.counts[name].astype(float)

    def quantiles(self, name: str, probs: Sequence[float] = (0.05, 0.5, 0.95)) -> Floats:
        """(probs, horizon) quantiles over the replicates."""
        found: Floats = np.quantile(self.draws(name), probs, axis=0)
        return found


def simulate(
    history: Affiliations,
    origin: int,
    horizon: int,
    parameters: UrnParameters | Calibration,
    *,
    replicates: int = 1000,
    seed: Seed = 0,
    volume: ArrayLike | None = None,
    levers: Sequence[Lever] = (),
    workers: int = 1,
    pairs: bool = False,
    top: int = 1000,
    events: int = 0,
    burn_in: int = 1,
) -> Ensemble:
    """Simulate the network forward from the state observed at the end of a year.

    Parameters
    ----------
    history : events; those that start after the origin are not looked at
    origin, horizon : last year seen, and how many years follow
    parameters : one setting, or a calibration, of which each replicate takes a draw
    seed : root of the seed tree; the same seed gives the same digits with any ``workers``
    volume : participations of each year, (horizon,) or (replicates, horizon); forecast from the
        record, with its uncertainty, where not given
    levers : what a scenario changes
    pairs, top : whether to count which pairs meet, and how many of them to keep
    events : simulated histories to keep, of the first replicates
    burn_in : first years of the record that are not fitted; a calibration brings its own fit

    Raises
    ------
    ValueError
        Where the volume has another shape or is below 1, the calibration is of another origin,
        or a lever does not fit the years or the organisations.
    """
    if horizon < 1 or replicates < 1:
        raise ValueError(f"horizon and replicates must be 1 or more, they are {horizon} and "
                         f"{replicates}")  # fmt: skip
    start = observe(history, origin)
    years = tuple(range(origin + 1, origin + horizon + 1))
    settings, blocks = _settings(start, parameters, replicates, child(seed, 0), burn_in)
    for lever in levers:
        settings = [lever.parameters(p) for p in settings]
    seats = _volume(blocks, volume, replicates, horizon, child(seed, 1))
    tilt = 0.0
    for lever in levers:
        seats, tilt = lever.volume(seats, years), lever.tilt(tilt)
    state = ready(start, blocks.type_mix, blocks.inside)

    def one(r: int) -> tuple[Told | None, Longs, Longs, Floats, Longs]:
        shocks = np.random.Generator(np.random.PCG64(child(seed, 2, r)))
        odds = np.exp(settings[r].entry_spread * shocks.standard_normal(horizon))
        plan = drawn_plan(child(seed, 3, r), blocks.projects, seats[r], odds, tilt)
        for place, lever in enumerate(levers):
            chance = np.random.Generator(np.random.PCG64(child(seed, 4, r, place)))
            plan = lever.plan(plan, years, start.ids, chance)
        told = state.run(settings[r], plan, np.random.Generator(np.random.PCG64(child(seed, 5, r))))
        codes = _codes(told, start) if pairs else np.zeros(0, dtype=np.int64)
        return told if r < events else None, told.counts, told.by_type, told.knowledge, codes

    chances = _Chances(start.organisations)
    kept: list[Told] = []
    counts, by_type, knowledge = [], [], []
    batch = 64
    for begin in range(0, replicates, batch):
        tasks = range(begin, min(begin + batch, replicates))
        for told, c, b, k, codes in spread_over(workers, one, tasks):
            kept += [told] if told is not None else []
            counts.append(c)
            by_type.append(b)
            knowledge.append(k)
            chances.add(codes)
        chances.merge()
    c, b, k = np.array(counts), np.array(by_type), np.array(knowledge)
    return Ensemble(
        origin, years, {n: c[:, :, i] for i, n in enumerate(COUNTS)},
        {n: b[:, :, i] for i, n in enumerate(("unknown", *TYPES))}, k[:, :, 0], k[:, :, 1],
        tuple(settings), chances.top(start, replicates, top) if pairs else None,
        tuple(told_affiliations(t, start) for t in kept),
    )  # fmt: skip


def _settings(
    start: Start, parameters: UrnParameters | Calibration, size: int, seed: Seed, burn_in: int
) -> tuple[list[UrnParameters], Blocks]:
    if isinstance(parameters, UrnParameters):
        return [parameters] * size, fit_blocks(start, burn_in=burn_in)
    if parameters.origin != start.origin:
        raise ValueError(
            f"the calibration is of {parameters.origin}, the simulation starts from {start.origin}"
        )
    rng = np.random.Generator(np.random.PCG64(child(seed)))
    return parameters.sample(rng, size), parameters.blocks


def _volume(
    blocks: Blocks, given: ArrayLike | None, replicates: int, horizon: int, seed: Seed
) -> Longs:
    if given is None:
        rng = np.random.Generator(np.random.PCG64(child(seed)))
        return blocks.volume.draw(rng, replicates, horizon)
    table = np.rint(np.asarray(given, dtype=float)).astype(np.int64)
    if table.shape not in ((horizon,), (replicates, horizon)):
        raise ValueError(
            f"volume must be of shape ({horizon},) or ({replicates}, {horizon}), it is "
            f"{table.shape}"
        )
    if (table < 1).any():
        raise ValueError(f"volume must be 1 or more in every year, the least is {table.min()}")
    return np.broadcast_to(table, (replicates, horizon)).copy()


def told_affiliations(told: Told, start: Start) -> Affiliations:
    """A simulated history, observed events included, as ``Affiliations``.

    Newcomers are named ``~1``, ``~2``, ...; who leads is the first seat of a simulated event.
    """
    k, n = len(told.start), len(told.type)
    event = np.repeat(np.arange(k), np.diff(told.offsets)).astype(np.int32)
    lead = np.zeros(len(told.org), dtype=np.bool_)
    lead[told.offsets[len(start.start) : -1]] = True
    order = np.lexsort((told.org, event))
    width = len(str(max(n, 1)))
    ids = start.ids + tuple(f"~{i:0{width}d}" for i in range(1, n - start.organisations + 1))
    return Affiliations(
        told.org[order], event, lead[order], told.start, told.end, told.type,
        told.place.astype(np.bool_), np.zeros(k, dtype=np.bool_), ids, ids,
        tuple(f"{e:08d}" for e in range(k)),
    )  # fmt: skip


def _codes(told: Told, start: Start) -> Longs:
    """Distinct pairs of organisations of the origin that meet in a simulated event."""
    n, seen = start.organisations, len(start.start)
    offsets = told.offsets[seen:]
    org = told.org[offsets[0] :].astype(np.int64)
    event = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    old = org < n
    org, event = org[old], event[old]
    size = np.bincount(event, minlength=len(offsets) - 1)
    later = np.repeat(np.cumsum(size), size) - np.arange(len(org)) - 1
    a = np.repeat(np.arange(len(org)), later)
    b = a + 1 + np.arange(later.sum()) - np.repeat(np.cumsum(later) - later, later)
    return np.unique(np.minimum(org[a], org[b]) * n + np.maximum(org[a], org[b]))


class _Chances:
    """Adds up in how many replicates each pair met."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.codes = np.zeros(0, dtype=np.int64)
        self.times = np.zeros(0, dtype=np.int64)
        self.waiting: list[Longs] = []

    def add(self, codes: Longs) -> None:
        self.waiting.append(codes)

    def merge(self) -> None:
        fresh, times = np.unique(np.concatenate(self.waiting), return_counts=True)
        self.waiting = []
        self.codes, place = np.unique(np.append(self.codes, fresh), return_inverse=True)
        self.times = np.bincount(
            place, weights=np.append(self.times, times), minlength=len(self.codes)
        ).astype(np.int64)

    def top(self, start: Start, replicates: int, size: int) -> PairChances:
        order = np.lexsort((self.codes, -self.times))[:size]
        i, j = np.divmod(self.codes[order], self.n)
        event = np.repeat(np.arange(len(start.start)), start.sizes)
        held: dict[int, set[int]] = {int(x): set() for x in np.append(i, j)}
        for o, e in zip(start.org.tolist(), event.tolist(), strict=True):
            if o in held:
                held[o].add(e)
        met = [bool(held[int(x)] & held[int(y)]) for x, y in zip(i, j, strict=True)]
        return PairChances(
            tuple(start.ids[x] for x in i), tuple(start.ids[x] for x in j),
            self.times[order] / replicates, np.array(met, dtype=np.bool_),
        )  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A scenario against the baseline, replicate by replicate with common random numbers."""

    levers: tuple[Lever, ...]
    baseline: Ensemble
    scenario: Ensemble

    def difference(self, name: str) -> Floats:
        """(replicates, horizon) scenario less baseline."""
        return self.scenario.draws(name) - self.baseline.draws(name)

    def interval(self, name: str, level: float = 0.9) -> Floats:
        """(3, horizon) lower end, median and upper end of the difference."""
        tail = (1 - level) / 2
        found: Floats = np.quantile(self.difference(name), [tail, 0.5, 1 - tail], axis=0)
        return found

    def text(self) -> str:
        """What the levers do, in words."""
        return " ".join(lever.describe() for lever in self.levers)


def compare(
    history: Affiliations,
    origin: int,
    horizon: int,
    parameters: UrnParameters | Calibration,
    levers: Sequence[Lever],
    *,
    replicates: int = 1000,
    seed: Seed = 0,
    volume: ArrayLike | None = None,
    workers: int = 1,
) -> Comparison:
    """Run a scenario and its baseline on the same branches of the seed tree.

    Parameters, volumes, yearly shocks and project draws are the same in both; who takes which
    seat is not, as the first changed seat changes what follows.
    """
    if not levers:
        raise ValueError("a scenario needs a lever")

    def run(pulled: Sequence[Lever]) -> Ensemble:
        return simulate(
            history, origin, horizon, parameters, replicates=replicates, seed=seed, volume=volume,
            levers=pulled, workers=workers,
        )  # fmt: skip

    return Comparison(tuple(levers), run(()), run(levers))
