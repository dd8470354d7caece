"""Functional convergence of a region's actors (countermeasure 1), as numbers with evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.cooperation import (
    Coordination,
    Responsibility,
    Trust,
    coordination,
    responsibility,
    trust,
)
from regionlift.measures.network.division import Division, division
from regionlift.measures.network.numbers import of_contrasts, of_estimate, rows_of
from regionlift.measures.network.readings import Contrast
from regionlift.measures.network.traits import Traits

#: Why the division of labour cannot be told where no table says who does what.
NO_FUNCTIONS = (
    "which organisation does what is not in the tables: neither functions of organisations, nor "
    "classes of patents, nor topics of projects"
)


@dataclass(frozen=True)
class Convergence:
    """Division of labour, responsibility, trust and coordination over some years.

    ``division`` is None where no table says which organisation does what.
    """

    first: int
    last: int
    division: Division | None
    responsibility: Responsibility
    trust: Trust
    coordination: Coordination
    quantities: tuple[Quantity, ...]


def convergence(
    dataset: Dataset, settings: Settings, region: str, events: Affiliations, known: Traits,
    first: int, last: int,
) -> Convergence:  # fmt: skip
    """Functional convergence in the events that run in these years.

    Parameters
    ----------
    events : events with a member of the region that begin by ``last``
    known : what the tables say of their organisations
    """
    level, draws = settings["confidence"], settings.whole("null_draws")
    rng = np.random.default_rng([settings.whole("seed"), 7])
    recent = events.where((events.start <= last) & (events.end >= first))
    there = recent.inside & recent.present
    home = recent.among(there)
    projects = set(dataset.tables["projects"]["project_id"]) if dataset.has("projects") else set()
    led = responsibility(recent, np.array([e in projects for e in recent.events]), level)
    coordinated = coordination(home, led.leads["org_id"].to_list(), rng, draws=draws, level=level)
    labour = None
    if known.functions is not None:
        labour = division(
            home, known.functions[there], known.function_names, rng, kind=known.kind,
            draws=draws, level=level,
        )  # fmt: skip
    trusted = trust(events.among(events.inside), last, level)
    found = Convergence(first, last, labour, led, trusted, coordinated, ())
    numbers = tuple(_quantities(found, dataset, settings, region, home))
    return Convergence(first, last, labour, led, trusted, coordinated, numbers)


def _quantities(
    found: Convergence, dataset: Dataset, settings: Settings, region: str, home: Affiliations
) -> Iterator[Quantity]:
    years = (found.first, found.last)
    period = f"{found.first}-{found.last}"
    active = rows_of(dataset, settings, region, home, *years, ties=False)
    inside = rows_of(dataset, settings, region, home, *years, ties=True)
    led = found.responsibility
    for name, estimate in (
        ("responsibility_led", led.led), ("responsibility_here", led.led_here),
        ("responsibility_top", led.top), ("coordination_reach", found.coordination.reach),
    ):  # fmt: skip
        yield of_estimate(name, region, period, estimate, active)
    yield of_estimate("trust_multiple", region, period, found.trust.multiple, inside)
    yield of_estimate("trust_age", region, period, found.trust.age, inside)
    brokered = found.coordination.by_go_betweens
    yield from of_contrasts(
        "coordination_go_betweens", region, period, {brokered.null: brokered}, inside
    )
    labour = found.division
    if labour is None:
        for name in ("labour_specialisation", "labour_overlap", "labour_nestedness", "labour_gain"):
            nothing = Contrast(None, 0, "", reason=NO_FUNCTIONS)
            yield from of_contrasts(name, region, period, {"": nothing}, active)
        return
    yield of_estimate("labour_specialisation", region, period, labour.specialisation, active)
    for name, contrast, rows in (
        ("labour_overlap", labour.overlap, active),
        ("labour_nestedness", labour.nestedness, active),
        ("labour_gain", labour.gain, inside),
    ):  # fmt: skip
        yield from of_contrasts(name, region, period, {contrast.null: contrast}, rows)
