"""Invented networks of any size, and the page that draws one."""

from __future__ import annotations

from typing import Any

import numpy as np

from demo_payload import HOSTILE, demo, page
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.output.network_block import network_block

_PLACES = ("Harbor", "Ironridge", "Northern", "Old Dock", "Silver Birch", "Vector", "West Gate",
           "Lumen", "Kestrel", "Delta", "齐北", "Yarrow", "Zenith", "Beijiang")  # fmt: skip
_WORKS = {
    "enterprise": ("Turbine Works", "Bearings", "Machine Tools", "Hydraulics", "Gears", "数控"),
    "university": ("University", "University of Technology"),
    "institute": ("Institute of Metrology", "Research Institute"),
    "government": ("Industry Bureau",), "finance": ("Bank",), "intermediary": ("Transfer Office",),
    "platform": ("Test Platform",), "alliance": ("Alliance",), "foreign": ("GmbH", "Inc."),
}  # fmt: skip


def affiliations(
    organisations: int = 60,
    events: int = 90,
    years: tuple[int, int] = (2012, 2021),
    seed: int = 7,
    outside: float = 0.2,
    mean_size: float = 3.0,
) -> Affiliations:
    """A network in which some are invited more often, and mostly by their own community."""
    rng = np.random.default_rng(seed)
    n = organisations
    community = communities(n)
    appeal = rng.pareto(1.6, n) + 0.3
    # most organisations are there only for a while
    born = rng.integers(years[0] - 4, years[1] + 1, n)
    dead = born + rng.integers(3, 15, n)
    org, event, starts, ends = [], [], [], []
    for start in np.sort(rng.integers(years[0], years[1] + 1, events)):
        weight = appeal * ((born <= start) & (start <= dead))
        if not weight.any():
            weight = appeal
        leader = rng.choice(n, p=weight / weight.sum())
        weight = weight * np.where(community == community[leader], 1.0, 0.04)
        weight[leader] = 0
        size = min(int(rng.poisson(mean_size - 1)), int((weight > 0).sum()))
        others = rng.choice(n, size, replace=False, p=weight / weight.sum()) if size else []
        org += sorted([leader, *others])
        event += [len(starts)] * (size + 1)
        starts.append(start)
        ends.append(start + rng.integers(0, 4))
    often = [0.6, 0.08, 0.12, 0.04, 0.03, 0.05, 0.03, 0.02, 0, 0.03]
    kinds = rng.choice(len(TYPES) + 1, n, p=often)
    kinds = np.where(kinds == len(TYPES), -1, kinds).astype(np.int8)
    names = [name(int(kinds[i]), i) for i in range(n)]
    names[1] = HOSTILE
    return Affiliations(
        np.array(org, np.int32), np.array(event, np.int32), np.zeros(len(org), np.bool_),
        np.array(starts, np.int32), np.array(ends, np.int32), kinds, rng.random(n) >= outside,
        np.zeros(events, np.bool_), tuple(f"o{i:05d}" for i in range(n)), tuple(names),
        tuple(f"e{i:05d}" for i in range(events)),
    )  # fmt: skip


def communities(n: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, max(2, n // 40), n)


def name(kind: int, number: int) -> str:
    works = _WORKS[TYPES[kind]] if kind >= 0 else ("Society",)
    place = _PLACES[number % len(_PLACES)]
    return f"{place} {works[number // len(_PLACES) % len(works)]} {number}"


def layers(network: Affiliations, core: int = 5) -> np.ndarray:
    """Core: enterprises with most participations; supporting: who makes or researches."""
    times = np.bincount(network.org, minlength=network.organisations)
    found = np.where(np.isin(network.type, [0, 1, 2]), 1, 2)
    found[network.type == -1] = -1
    makers = np.flatnonzero((network.type == 0) & network.inside)
    found[makers[np.argsort(-times[makers], kind="stable")][:core]] = 0
    return found


def block(network: Affiliations, core: int = 5, **options: Any) -> Any:
    return network_block(
        "ties", "The innovation network, year by year",
        "The network has grown around a handful of machine builders; few newcomers stay.",
        network, layers=layers(network, core), communities=communities(network.organisations),
        source="projects.csv, project_members.csv", **options,
    )  # fmt: skip


def payload(drawn: Any) -> dict[str, Any]:
    """The demo page with the network as its second page."""
    found = demo()
    found["pages"].insert(
        1, page("map", 5, "have", "The network", "Ties gather around a few firms.", drawn)
    )
    return found
