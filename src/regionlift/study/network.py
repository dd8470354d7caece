"""The innovation network of one region: structure, law, turnover, as numbers with evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Verdict
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.build import affiliations
from regionlift.measures.network.cores import core_enterprises
from regionlift.measures.network.events import joint, joint_sql, lacking, ties_sql
from regionlift.measures.network.numbers import Rows, of_contrasts, of_estimate, rows_of
from regionlift.measures.network.readings import Estimate
from regionlift.measures.network.roster import roster
from regionlift.measures.network.structure import INDUSTRY_BOUNDARIES, Structure, structure
from regionlift.measures.network.traits import Traits, traits
from regionlift.study.convergence import Convergence, convergence
from regionlift.study.dynamics import Dynamics, dynamics
from regionlift.study.outlook import Outlook, outlook

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class NetworkStudy:
    """Everything about one region's network.

    Parameters
    ----------
    affiliations : events with a member of the region that begin by ``last``, with all members
    begins : first year of the record of joint events
    last : year looked at
    roster : the region's organisations by name, see :func:`roster`
    traits : what the tables say of the organisations
    structure : who stands where, over the last years
    dynamics : law of growth, phase, turnover, survival
    convergence : division of labour, responsibility, trust, coordination
    outlook : forecast, past forecasts, likely new ties
    quantities, verdicts : for the ledger
    """

    region: str
    affiliations: Affiliations
    begins: int
    last: int
    roster: pl.DataFrame
    traits: Traits
    structure: Structure
    dynamics: Dynamics
    convergence: Convergence
    outlook: Outlook
    structural: tuple[Quantity, ...]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every number of this region's network beyond the yearly counts."""
        return (
            *self.structural, *self.dynamics.quantities, *self.convergence.quantities,
            *self.outlook.quantities,
        )  # fmt: skip

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What was judged."""
        return self.dynamics.verdicts

    @cached_property
    def by_id(self) -> dict[str, Quantity]:
        """Numbers by evidence id."""
        return {q.id: q for q in self.quantities}

    def find(self, measure: str, part: str = "") -> Quantity:
        """A number of the region, or of a part of it; KeyError where there is none."""
        subject = f"{self.region}|{part}" if part else self.region
        for q in self.quantities:
            if q.measure == measure and q.subject == subject:
                return q
        raise KeyError(f"no {measure} of {subject}")


def network_study(
    dataset: Dataset, frames: Frames, region: str, settings: Settings, year: int | None = None
) -> NetworkStudy | None:
    """Study the network of one region; None where the tables hold no joint event of it."""
    if lacking(dataset):
        return None
    try:
        found = joint(dataset, settings)
    except LookupError:
        return None
    last = found.last if year is None else min(year, found.last)
    events = affiliations(dataset, settings, region, last)
    if not events.inside.any():
        return None
    known = traits(dataset, events, region, last)
    first = max(last - settings.whole("network_years") + 1, found.first)
    recent = events.where((events.start <= last) & (events.end >= first))
    cores = core_enterprises(
        recent, known.size, known.inventions, known.manufacturing, top=settings["core_share"]
    )
    seed = settings.whole("seed")
    shape = structure(
        events, cores, known.declared, np.random.default_rng([seed, 3]), first=first, last=last,
        draws=settings.whole("null_draws"), level=settings["confidence"],
        fractional=bool(settings.whole("fractional")), industries=_industries(known),
    )  # fmt: skip
    named = tuple(shape.organisations.filter(pl.col("core_enterprise"))["org_id"])
    moves = dynamics(dataset, frames, region, settings, events, found.first, last)
    return NetworkStudy(
        region, events, found.first, last, roster(events, last), known, shape, moves,
        convergence(dataset, settings, region, events, known, first, last),
        outlook(dataset, settings, region, events, found.first, last, named),
        tuple(_structural(dataset, settings, region, shape)),
    )  # fmt: skip


def _industries(known: Traits) -> dict[str, NDArray[np.int64]] | None:
    """Labels for the boundaries between industries; None where no industry is told."""
    if known.industry is None or known.equipment is None:
        return None
    labels = (known.industry, known.equipment)
    return dict(zip(INDUSTRY_BOUNDARIES, labels, strict=True))


def _untold(region: str, period: str, found: Iterable[Quantity]) -> Iterator[Quantity]:
    """The numbers, with what would settle the boundaries between industries that are not told."""
    settles = "industry of the organisations in orgs, of both ends of ties"
    every = list(found)
    for q in every:
        bare = q.measure in INDUSTRY_BOUNDARIES and q.value is None
        why = "those with ties whose industry is told are all on one side of it, or there are none"
        yield replace(q, reason=why, settles=settles) if bare else q
    there = {q.measure for q in every}
    for measure in (m for m in INDUSTRY_BOUNDARIES if m not in there):
        yield Quantity(measure, region, period, None, registry()[measure].unit,
                       status=Status.NOT_COLLECTED, settles=settles,
                       reason="the industry of no organisation in the network is told")  # fmt: skip


def _structural(
    dataset: Dataset, settings: Settings, region: str, shape: Structure
) -> list[Quantity]:
    """Numbers of the structure, each with the ties or organisations it was read from."""
    period = f"{shape.first}-{shape.last}"
    years = (shape.first, shape.last)
    inside = rows_of(dataset, settings, region, shape.home, *years, ties=True)
    active = rows_of(dataset, settings, region, shape.home, *years, ties=False)
    runs = f"HAVING count(*) FILTER (a.first <= {years[1]} AND a.last >= {years[0]}) > 0"
    outside = shape.estimates["network_ei_region"]
    away = Rows(
        joint_sql(dataset, settings) + ties_sql(region, runs, settings, outside=True),
        round((1 + outside.value) / 2 * outside.n) if outside.value is not None else 0,
    )
    found: list[Quantity] = []
    for measure, per_null in shape.contrasts.items():
        rows = active if measure == "network_nestedness" else inside
        found += of_contrasts(measure, region, period, per_null, rows)
    for measure, estimate in shape.estimates.items():
        rows = away if measure == "network_ei_region" else inside
        found.append(of_estimate(measure, region, period, estimate, rows))
    parts = shape.communities
    modularity = (
        Estimate(None, 0, reason="no tie inside the region")
        if parts is None
        else Estimate(parts.modularity, shape.home.organisations)
    )
    found.append(of_estimate("network_modularity", region, period, modularity, inside))
    found.append(of_estimate("helix_synergy", region, period, shape.helix.synergy, active))
    return list(_untold(region, period, found))
