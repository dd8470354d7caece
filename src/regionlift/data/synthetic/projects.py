"""Joint projects whose active organisations follow a planted logistic curve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from regionlift.data.synthetic.catalogue import CLASS_TITLES, HOME_CLASSES, REGION
from regionlift.data.synthetic.orgs import Cast

#: Share of the organisations whose last project ended that do not start another.
LEAVE = 0.13
TYPES = ("R&D", "process", "transfer", "training", "other")
OUTCOMES = ("prototype", "patent", "standard", "process in use", "trained staff", "none yet")
ALLIANCE_PROJECTS = 5


@dataclass(frozen=True, slots=True)
class Law:
    """Logistic number of active organisations."""

    ceiling: float
    rate: float
    midpoint: float

    def at(self, year: int) -> float:
        """Organisations active in ``year``."""
        return self.ceiling / (1 + float(np.exp(-self.rate * (year - self.midpoint))))


@dataclass(slots=True)
class Network:
    """The state of the network while it is simulated year by year."""

    rng: np.random.Generator
    cast: Cast
    covered: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    projects: list[dict[str, object]] = field(default_factory=list)
    members: list[dict[str, object]] = field(default_factory=list)

    def active(self, year: int) -> list[str]:
        """Local organisations in a project that runs in ``year``."""
        return [org for org, end in self.covered.items() if end >= year]

    def start(self, year: int, team: list[str], key: str | None = None) -> None:
        """Open a project; its members count as active until it ends."""
        rng, number = self.rng, len(self.projects) + 1
        end = year + int(rng.integers(1, 5))
        fields = HOME_CLASSES[self.cast.fields[team[0]]]
        own = rng.choice(fields, rng.integers(1, 3), replace=False).tolist()
        codes = [*([key] if key else []), *own]
        budget = round(1.5 * len(team) * float(np.exp(rng.normal(0.0, 0.5))), 2)
        funded = any(org.startswith("G") for org in team) or rng.random() < 0.5
        self.projects.append(
            {
                "project_id": f"P{number:04d}",
                "start_year": year,
                "end_year": end,
                "title": " and ".join(CLASS_TITLES[code].lower() for code in codes).capitalize(),
                "type": "R&D" if key else str(rng.choice(TYPES, p=(0.45, 0.25, 0.12, 0.10, 0.08))),
                "budget": budget,
                "public_money": round(budget * rng.uniform(0.2, 0.5), 2) if funded else 0.0,
                "codes": ";".join(codes),
                "outcome": str(rng.choice(OUTCOMES)),
            }
        )
        self._join(f"P{number:04d}", team, budget)
        for org in team:
            if not org.startswith("X"):
                self.covered[org] = max(self.covered.get(org, end), end)
                self.last[org] = number

    def _join(self, project: str, team: list[str], budget: float) -> None:
        """Members with their money; the lead carries the rounding, so that it adds up."""
        shares = self.rng.dirichlet([2.0] * len(team))
        money = [round(budget * share, 2) for share in shares]
        money[0] = max(0.0, round(budget - sum(money[1:]), 2))
        roles = ["lead", *["partner"] * (len(team) - 1)]
        if len(team) > 4 and not team[-1].startswith(("E", "U", "I")):
            roles[-1] = "third party"
        for org, role, amount in zip(team, roles, money, strict=True):
            self.members.append(
                {"project_id": project, "org_id": org, "role": role, "money": amount}
            )


def joint_projects(
    rng: np.random.Generator, cast: Cast, years: range
) -> tuple[pl.DataFrame, pl.DataFrame, Law]:
    """Projects and members over ``years``, and the law they were made to follow.

    Each year the alliances start theirs first; then organisations whose project ended, less those
    that leave, and new ones are taken until the law's number is reached, and grouped.
    """
    span = len(years)
    law = Law(
        ceiling=round(float(rng.uniform(292, 308)), 1),
        rate=round(float(rng.uniform(8.6, 9.6)) / span, 3),
        midpoint=round(years[0] + float(rng.uniform(0.43, 0.48)) * span, 2),
    )
    network = Network(rng, cast)
    founded = dict(cast.table.select("org_id", "founded").iter_rows())
    queue = _queue(rng, cast)
    outside = cast.table.filter(pl.col("region") != REGION)["org_id"].to_list()
    hubs = [*cast.core_firms, cast.hub]
    for year in years:
        if year != years[0]:
            _start_alliances(network, year - years[0] - span // 3, year)
        target = round(law.at(year) * (1 + rng.normal(0.0, 0.01)))
        need = max(0, target - len(network.active(year)))
        free = _returning(network, year, hubs)[:need]
        network.covered.update(dict.fromkeys(free, year))
        while len(free) < need:
            free.append(_next_entrant(queue, network, founded, year))
        for team in _teams(rng, free):
            more = [h for h in hubs if network.covered.get(h, 0) >= year and h not in team]
            if more and (len(team) < 3 or rng.random() < 0.45):
                team.append(str(rng.choice(more)))
            if rng.random() < 0.25:
                team.append(str(rng.choice(outside)))
            network.start(year, team)
        _side_projects(network, year, int(rng.poisson(0.03 * target)), outside)
    return pl.DataFrame(network.projects), pl.DataFrame(network.members), law


def _queue(rng: np.random.Generator, cast: Cast) -> list[str]:
    """Order of entry: core firms first, the ones wrongly declared as core last."""
    local = cast.table.filter(pl.col("region") == REGION, pl.col("closed").is_null())
    late = [item.org_id for item in cast.wrong_layers if item.declared == "core"]
    middle = [o for o in local["org_id"] if o not in cast.core_firms and o not in late]
    return [*cast.core_firms, *rng.permutation(middle).tolist(), *late]


def _next_entrant(queue: list[str], network: Network, founded: dict[str, int], year: int) -> str:
    """First in the queue that exists and is not active; who leaves may come back much later."""
    active = set(network.active(year))
    for place, org in enumerate(queue):
        if founded[org] <= year and org not in active:
            queue.append(queue.pop(place))
            network.covered[org] = year
            return org
    raise AssertionError("more organisations are planned than there are")


def _returning(network: Network, year: int, hubs: list[str]) -> list[str]:
    """Organisations whose project ended last year and that go on, former partners side by side."""
    ended = [org for org, end in network.covered.items() if end == year - 1]
    stay = [org for org in ended if org in hubs or network.rng.random() >= LEAVE]
    jitter = network.rng.normal(0.0, 4.0, len(stay))
    order = np.argsort([network.last[org] + j for org, j in zip(stay, jitter, strict=True)])
    ordered = [stay[i] for i in order]
    return sorted(ordered, key=lambda org: org not in hubs)


def _teams(rng: np.random.Generator, orgs: list[str]) -> Iterator[list[str]]:
    """Consecutive groups of three to six."""
    start = 0
    while start < len(orgs):
        size = int(rng.integers(3, 7))
        yield orgs[start : start + size]
        start += size


def _start_alliances(network: Network, age: int, year: int) -> None:
    """One project a year for each alliance, with all its members, in its first years."""
    if 0 <= age < ALLIANCE_PROJECTS:
        for key, members in network.cast.alliances.items():
            network.start(year, members, key)


def _side_projects(network: Network, year: int, number: int, outside: list[str]) -> None:
    """Second projects of organisations that are active anyway."""
    active = sorted(network.active(year))
    for _ in range(number):
        size = min(len(active), int(network.rng.integers(3, 6)))
        team = network.rng.choice(active, size, replace=False).tolist()
        if network.rng.random() < 0.25:
            team.append(str(network.rng.choice(outside)))
        network.start(year, team)
