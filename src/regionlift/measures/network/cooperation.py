"""How a network is led, trusted and coordinated: responsibility, proxies of trust, brokers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from regionlift.measures.graphs.brokerage import gould_fernandez
from regionlift.measures.graphs.csr import Graph
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.chance import against_rewired, projection
from regionlift.measures.network.readings import Contrast, Estimate, share

Flags = NDArray[np.bool_]

#: Printed wherever one of them stands.
PROXIES = (
    "Behavioural proxies of trust: what partners did, not what they think. Familiar partners may "
    "also have no other choice, and a funder may ask for the same team."
)

#: Types whose task it is to bring others together.
GO_BETWEENS = ("intermediary", "platform", "alliance")


@dataclass(frozen=True)
class Responsibility:
    """Whether somebody answers for a joint project.

    Parameters
    ----------
    led : share of projects with exactly one lead
    led_here : share of those whose lead is inside the region
    top : share of the region's leads that its four most frequent leads hold
    leads : ``org_id``, ``name``, ``type``, ``led``, ``partners`` (whom each reaches); by ``led``
    """

    led: Estimate
    led_here: Estimate
    top: Estimate
    leads: pl.DataFrame


@dataclass(frozen=True)
class Coordination:
    """Who stands between organisations of different types.

    Parameters
    ----------
    by_go_betweens : share of the brokerage between types done by intermediaries, platforms and
        alliances, beside ties rewired
    go_betweens : their share of the organisations with a tie
    reach : share of the organisations with a tie that are a lead's partner, or such a lead, over
        the four most frequent leads
    """

    by_go_betweens: Contrast
    go_betweens: Estimate
    reach: Estimate


@dataclass(frozen=True)
class Trust:
    """Behavioural proxies of trust beyond repetition: see ``PROXIES``.

    Parameters
    ----------
    multiple : share of ties with two joint events or more
    age : mean years since the two of a tie first met; at least so many where the record is short
    """

    multiple: Estimate
    age: Estimate


def responsibility(
    affiliations: Affiliations, projects: Flags | None = None, level: float = 0.9
) -> Responsibility:
    """Who answers for the region's joint projects (item 81).

    Parameters
    ----------
    affiliations : events with a member of the region, with all members
    projects : (k,) events in which a lead can be named at all; co-patents have none. All if None
    """
    k = len(affiliations.start)
    asked = np.ones(k, dtype=np.bool_) if projects is None else projects
    leads = np.bincount(affiliations.event, affiliations.lead, minlength=k).astype(np.int64)
    names = {"org_id": pl.String, "name": pl.String, "type": pl.String, "led": pl.Int64,
             "partners": pl.Int64}  # fmt: skip
    if not affiliations.lead.any():
        none = Estimate(None, int(asked.sum()), reason="roles of members are not in the tables")
        return Responsibility(none, none, none, pl.DataFrame(schema=names))
    one = asked & (leads == 1)
    led = share(int(one.sum()), int(asked.sum()), level)
    ours = affiliations.lead & affiliations.inside[affiliations.org] & one[affiliations.event]
    here = share(int(ours.sum()), int(one.sum()), level)
    held = np.bincount(affiliations.org[ours], minlength=affiliations.organisations)
    total = int(held.sum())
    top = share(int(np.sort(held)[::-1][:4].sum()), total, level)
    graph = projection(affiliations)
    order = np.lexsort((np.arange(len(held)), -held))
    rows = [
        {
            "org_id": affiliations.ids[v], "name": affiliations.names[v],
            "type": TYPES[affiliations.type[v]] if affiliations.type[v] >= 0 else "not known",
            "led": int(held[v]), "partners": int(graph.degree[v]),
        }
        for v in order[: int((held > 0).sum())].tolist()
    ]  # fmt: skip
    return Responsibility(led, here, top, pl.DataFrame(rows, schema=names))


def trust(home: Affiliations, last: int, level: float = 0.9) -> Trust:
    """Multiplexity and age of the ties that run in a year.

    Parameters
    ----------
    home : the region's organisations and all their events up to ``last``
    """
    from regionlift.measures.network.turnover import tie_ages

    _, _, times = home.ties()
    ages = tie_ages(home, last)
    ties = int(ages["ties"].sum()) if ages.height else 0
    if not ties:
        age = Estimate(None, 0, reason=f"no tie runs in {last}")
    else:
        mean = float((ages["age"] * ages["ties"]).sum()) / ties
        age = Estimate(mean, ties)
    return Trust(share(int((times > 1).sum()), len(times), level), age)


def coordination(
    home: Affiliations,
    leads: Sequence[str],
    rng: np.random.Generator,
    *,
    draws: int = 99,
    level: float = 0.9,
) -> Coordination:
    """Brokerage between types by those whose task it is, and the reach of the main leads.

    Parameters
    ----------
    home : the region's organisations and their events
    leads : identifiers of its leads, most frequent first

    Source: Gould & Fernandez 1989; operational reading of the paper, item 81.
    """
    graph = projection(home)
    kinds = home.type.astype(np.int64)
    between = np.isin(home.type, [TYPES.index(t) for t in GO_BETWEENS])
    tied = graph.degree > 0

    def done(g: Graph) -> float | None:
        # itinerant, gatekeeper and liaison: the three roles that join different types
        roles = gould_fernandez(g, kinds)[:, 1:4].sum(axis=1)
        total = int(roles.sum())
        return float(roles[between].sum() / total) if total else None

    brokered = against_rewired(graph, done, rng, draws, level)
    reached = np.zeros(home.organisations, dtype=np.bool_)
    places = [home.ids.index(i) for i in leads[:4] if i in home.ids]
    for v in places:
        reached[v] = True
        reached[graph.neighbours(v)] = True
    reach = (
        share(int((reached & tied).sum()), int(tied.sum()), level)
        if places
        else Estimate(None, int(tied.sum()), reason="no lead of a project is known in the region")
    )
    return Coordination(brokered, share(int((between & tied).sum()), int(tied.sum()), level), reach)
