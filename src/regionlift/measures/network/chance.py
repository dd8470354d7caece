"""The two null networks that every number over ties is shown beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from regionlift.measures.graphs.csr import Graph
from regionlift.measures.graphs.nulls import rewired, shuffled_memberships
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.readings import (
    RESHUFFLED,
    REWIRED,
    Contrast,
    contrast,
)

Statistic = Callable[[Graph], float | None]


def projection(affiliations: Affiliations) -> Graph:
    """Organisations tied where they meet in an event."""
    i, j, _ = affiliations.ties()
    return Graph.from_ties(affiliations.organisations, i, j)


def reshuffled(affiliations: Affiliations, rng: np.random.Generator) -> Affiliations:
    """Participations drawn anew among the events of each start year.

    Every event keeps its size and every organisation the number of its events in each year, so
    that nobody takes part before it is there. Who leads is not kept.

    Source: fixed-margin two-mode null, Strona et al. 2014, Nature Communications 5, 4114; for
    collaboration networks Newman, Strogatz & Watts 2001, Physical Review E 64, 026118.
    """
    org = affiliations.org.copy()
    event = affiliations.event.copy()
    begins = affiliations.start[affiliations.event]
    cuts = np.flatnonzero(np.diff(begins)) + 1
    for first, last in zip([0, *cuts.tolist()], [*cuts.tolist(), len(org)], strict=True):
        if last > first:
            org[first:last], event[first:last] = shuffled_memberships(
                org[first:last], event[first:last], rng
            )
    order = np.lexsort((org, event))
    return replace(
        affiliations, org=org[order], event=event[order], lead=np.zeros(len(org), dtype=np.bool_)
    )


def against_rewired(
    graph: Graph, statistic: Statistic, rng: np.random.Generator, draws: int, level: float
) -> Contrast:
    """A statistic of a graph beside graphs with the same degrees."""
    found = (statistic(rewired(graph, rng)) for _ in range(draws))
    return contrast(statistic(graph), found, graph.m, REWIRED, level)


def against_reshuffled(
    affiliations: Affiliations,
    statistic: Callable[[Affiliations], float | None],
    rng: np.random.Generator,
    draws: int,
    level: float,
    n: int | None = None,
) -> Contrast:
    """A statistic of a two-mode network beside networks with the same margins.

    ``n`` is the number of units told, participations where None.
    """
    units = len(affiliations.org) if n is None else n
    found = (statistic(reshuffled(affiliations, rng)) for _ in range(draws))
    return contrast(statistic(affiliations), found, units, RESHUFFLED, level)
