"""Levers: what a policy changes among the inputs of the network, each in plain words.

A lever acts on the projects, the seats or the parameters of the urn. None says anything about
output, jobs or money earned.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.plan import Plan
from regionlift.forecast.state import Longs
from regionlift.measures.network.affiliations import TYPES


def _need(holds: bool, said: str) -> None:
    if not holds:
        raise ValueError(said)


def _since(first: int | None, years: Sequence[int]) -> np.ndarray:
    """(horizon,) whether the lever is in force; a first year after the last is a mistake."""
    _need(
        first is None or first <= years[-1],
        f"the lever begins in {first}, the simulation ends in {years[-1]}",
    )
    return np.array([first is None or y >= first for y in years])


@dataclass(frozen=True)
class Lever(ABC):
    """Changes nothing; each lever overrides what it acts on."""

    @abstractmethod
    def describe(self) -> str:
        """What the lever does, in words."""

    def parameters(self, given: UrnParameters) -> UrnParameters:
        """Parameters under the lever."""
        return given

    def volume(self, given: Longs, years: Sequence[int]) -> Longs:
        """Participations of each year under the lever, (replicates, horizon)."""
        return given

    def tilt(self, given: float) -> float:
        """Exponent of size in the weights of the projects drawn."""
        return given

    def plan(
        self, given: Plan, years: Sequence[int], ids: tuple[str, ...], rng: np.random.Generator
    ) -> Plan:
        """Projects and seats under the lever; ``ids`` are the organisations at the start."""
        return given


@dataclass(frozen=True)
class FundingVolume(Lever):
    """More or less money for joint projects: participations times a factor."""

    factor: float
    first: int | None = None

    def __post_init__(self) -> None:
        _need(self.factor > 0, f"factor must be above 0, it is {self.factor}")

    def describe(self) -> str:
        """What the lever does, in words."""
        return f"Funding volume: seats in new projects times {self.factor:g}{_from(self.first)}."

    def volume(self, given: Longs, years: Sequence[int]) -> Longs:
        """Participations of each year under the lever, (replicates, horizon)."""
        factor = np.where(_since(self.first, years), self.factor, 1.0)
        changed: Longs = np.maximum(np.rint(given * factor), 1).astype(np.int64)
        return changed


@dataclass(frozen=True)
class SizeMix(Lever):
    """Larger or smaller consortia for the same number of seats."""

    exponent: float

    def describe(self) -> str:
        """What the lever does, in words."""
        way = "larger" if self.exponent > 0 else "smaller"
        return (
            f"Size mix: {way} consortia; a project of size s is drawn with weight "
            f"s to the power of {self.exponent:g}."
        )

    def tilt(self, given: float) -> float:
        """Exponent of size in the weights of the projects drawn."""
        return given + self.exponent


@dataclass(frozen=True)
class Alliances(Lever):
    """A share of projects are alliances: the whole earlier team, and shared knowledge."""

    share: float
    sharing: float = 0.2
    first: int | None = None

    def __post_init__(self) -> None:
        _need(0 <= self.share <= 1, f"share must be from 0 to 1, it is {self.share}")
        _need(0 <= self.sharing <= 1, f"sharing must be from 0 to 1, it is {self.sharing}")

    def describe(self) -> str:
        """What the lever does, in words."""
        return (
            f"Alliances: {self.share:.0%} of new projects take over the whole team of an earlier "
            f"one and close {self.sharing:.0%} of the gap in shared knowledge of each member"
            f"{_from(self.first)}."
        )

    def parameters(self, given: UrnParameters) -> UrnParameters:
        """Parameters under the lever."""
        return replace(given, sharing=self.sharing)

    def plan(
        self, given: Plan, years: Sequence[int], ids: tuple[str, ...], rng: np.random.Generator
    ) -> Plan:
        """Projects and seats under the lever; ``ids`` are the organisations at the start."""
        on = np.repeat(_since(self.first, years), np.diff(given.years))
        return replace(given, alliance=on & (rng.random(len(on)) < self.share))


@dataclass(frozen=True)
class SearchCost(Lever):
    """A platform makes search cheaper: likeness and acquaintance weigh less, more are looked at."""

    slope: float
    pool: float = 1.0

    def __post_init__(self) -> None:
        _need(0 <= self.slope <= 1, f"slope must be from 0 to 1, it is {self.slope}")
        _need(self.pool > 0, f"pool must be above 0, it is {self.pool}")

    def describe(self) -> str:
        """What the lever does, in words."""
        return (
            f"Search cost of the platform: the pull of type, place, knowledge distance and "
            f"earlier partners times {self.slope:g}; candidates looked at times {self.pool:g}."
        )

    def parameters(self, given: UrnParameters) -> UrnParameters:
        """Parameters under the lever."""
        return replace(
            given,
            same_type=given.same_type * self.slope,
            same_place=given.same_place * self.slope,
            cognition=given.cognition * self.slope,
            trust=given.trust * self.slope,
            candidates=max(round(given.candidates * self.pool), 1),
        )


@dataclass(frozen=True)
class NewcomerQuota(Lever):
    """A platform keeps at least a share of seats for newcomers."""

    share: float
    first: int | None = None

    def __post_init__(self) -> None:
        _need(0 <= self.share <= 1, f"share must be from 0 to 1, it is {self.share}")

    def describe(self) -> str:
        """What the lever does, in words."""
        return (
            f"Newcomer quota: at least {self.share:.0%} of seats are expected to go to "
            f"organisations without earlier projects{_from(self.first)}."
        )

    def plan(
        self, given: Plan, years: Sequence[int], ids: tuple[str, ...], rng: np.random.Generator
    ) -> Plan:
        """Projects and seats under the lever; ``ids`` are the organisations at the start."""
        return replace(given, quota=np.where(_since(self.first, years), self.share, given.quota))


@dataclass(frozen=True)
class BringIn(Lever):
    """Organisations of a type that come from outside, each into one project to begin with."""

    number: int
    type: str
    year: int

    def __post_init__(self) -> None:
        _need(self.number > 0, f"number must be above 0, it is {self.number}")
        _need(self.type in TYPES, f"type must be one of {', '.join(TYPES)}, it is {self.type!r}")

    def describe(self) -> str:
        """What the lever does, in words."""
        return (
            f"Bring in: {self.number} organisations of type {self.type} settle in the region in "
            f"{self.year} and take a seat in a project that starts then."
        )

    def plan(
        self, given: Plan, years: Sequence[int], ids: tuple[str, ...], rng: np.random.Generator
    ) -> Plan:
        """Projects and seats under the lever; ``ids`` are the organisations at the start."""
        brought = given.brought.copy()
        brought[_place(self.year, years), TYPES.index(self.type)] += self.number
        return replace(given, brought=brought)


@dataclass(frozen=True)
class LoseOrganisation(Lever):
    """A named organisation, such as a core enterprise, leaves all its projects."""

    organisation: str
    year: int

    def describe(self) -> str:
        """What the lever does, in words."""
        return (
            f"Lose an organisation: {self.organisation} leaves all its projects at the start of "
            f"{self.year} and never comes back."
        )

    def plan(
        self, given: Plan, years: Sequence[int], ids: tuple[str, ...], rng: np.random.Generator
    ) -> Plan:
        """Projects and seats under the lever; ``ids`` are the organisations at the start."""
        _place(self.year, years)
        _need(
            self.organisation in ids,
            f"organisation {self.organisation!r} has no event before the simulation starts",
        )
        return replace(
            given,
            lost=np.append(given.lost, np.int32(ids.index(self.organisation))),
            lost_year=np.append(given.lost_year, np.int32(self.year)),
        )


#: Every lever there is.
LEVERS: tuple[type[Lever], ...] = (
    FundingVolume, SizeMix, Alliances, SearchCost, NewcomerQuota, BringIn, LoseOrganisation,
)  # fmt: skip


def settings(lever: Lever) -> dict[str, object]:
    """What the lever is set to, by name."""
    return {f.name: getattr(lever, f.name) for f in fields(lever)}


def _from(first: int | None) -> str:
    return "" if first is None else f", from {first} on"


def _place(year: int, years: Sequence[int]) -> int:
    _need(year in years, f"year {year} is not simulated: {years[0]} to {years[-1]} are")
    return list(years).index(year)
