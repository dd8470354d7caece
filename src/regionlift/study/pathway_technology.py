"""The numbers behind path A and behind the network conditions of path C, as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy.stats import norm

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity, Status, quantity_id
from regionlift.evidence.settings import Settings
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.events import joint_sql, lacking, orgs_sql
from regionlift.measures.network.numbers import NULLS, Rows
from regionlift.measures.network.readings import REWIRED, Contrast
from regionlift.measures.panel import quoted
from regionlift.measures.pathway import actors, platform
from regionlift.measures.pathway import technology as tech
from regionlift.measures.pathway.elements import alliance_elements
from regionlift.measures.pathway.technology import Named, Told, untold
from regionlift.measures.technology.diffusion import Alliance, alliances
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.profile import RECENT
from regionlift.study.convergence import NO_FUNCTIONS
from regionlift.study.network import NetworkStudy
from regionlift.study.numbers import Gap, Numbers
from regionlift.study.technology import TechnologyStudy

#: Numbers over the named technologies, and the last years of the window each looks at.
OF_NAMED: dict[str, tuple[Callable[[Named], Told], int | None]] = {
    "alliance_share": (tech.alliance_share, None),
    "alliance_elements": (alliance_elements, None),
    "alliance_output": (tech.alliance_output, RECENT),
    "alliance_sharing": (tech.alliance_sharing, None),
    "new_adopters": (tech.new_adopters, RECENT),
    "technology_infiltration": (tech.technology_infiltration, tech.USED),
}
#: Draws of the patents behind the interval of the potential.
DRAWS = 200


def technology_path_numbers(
    dataset: Dataset, region: str, settings: Settings, technology: TechnologyStudy,
    network: NetworkStudy | None, year: int | None = None,
) -> tuple[Quantity, ...]:  # fmt: skip
    """Every number of this family once, with the region as subject; untold ones say why."""
    last = _last(dataset, technology, network, year)
    return (
        *_of_named(dataset, region, technology, last),
        *_of_actors(dataset, region, settings, technology, network, last),
        *_of_network(dataset, region, settings, network),
    )


def named_of(dataset: Dataset, technology: TechnologyStudy) -> Named | None:
    """The named technologies with their alliances; None without patents."""
    if technology.filings is None:
        return None
    found = technology.filings
    groups = {k: s.alliance for k, s in technology.spreads.items() if s.alliance is not None}
    return Named(dataset, found, technology.named, groups, _seen(dataset, found))


def _seen(dataset: Dataset, found: Filings) -> bool:
    """Whether alliances could have been seen: in projects with codes, or in joint patents."""
    projects = dataset.has("projects", "project_id", "codes") and dataset.has("members", "org_id")
    return projects or bool((np.diff(found.holds.indptr) > 1).any())


def _last(
    dataset: Dataset, technology: TechnologyStudy, network: NetworkStudy | None, year: int | None
) -> int | None:
    """The year looked at: the one asked for, else the newest that is told."""
    if year is not None:
        return year
    if technology.filings is not None:
        return technology.filings.last
    if network is not None:
        return network.last
    if dataset.has("panel", "year"):
        newest = dataset.tables["panel"]["year"].max()
        return None if newest is None else int(str(newest))
    return None


def number(
    dataset: Dataset, measure: str, region: str, period: str, told: Told,
    source: Provenance = Provenance.OBSERVED,
) -> Quantity:  # fmt: skip
    """What is told as evidence; too few where the tables are there."""
    made = Numbers(dataset, region, period, source).of(
        measure, told.value, told.rows, Gap(told.reason, told.settles), told.n, bounds=told.bounds
    )
    if told.value is None:
        return replace(made, n=told.n, status=Status.TOO_FEW if told.few else made.status)
    return made


def _span(first: int, last: int) -> str:
    return f"{first}-{last}"


def _of_named(
    dataset: Dataset, region: str, technology: TechnologyStudy, last: int | None
) -> Iterator[Quantity]:
    """Links a1 to a6."""
    named = named_of(dataset, technology)
    for measure, (told, years) in OF_NAMED.items():
        if named is None:
            nothing = untold(technology.reason, technology.settles)
            yield number(dataset, measure, region, "" if last is None else str(last), nothing)
            continue
        found = named.filings
        first = found.first if years is None else max(found.first, found.last - years + 1)
        yield number(dataset, measure, region, _span(first, found.last), told(named))


def _of_actors(
    dataset: Dataset, region: str, settings: Settings, technology: TechnologyStudy,
    network: NetworkStudy | None, last: int | None,
) -> Iterator[Quantity]:  # fmt: skip
    """Leaders, outstanding enterprises, concentration, potential, alliances, inventing firms."""
    found, level = technology.filings, settings["confidence"]
    draws, seed = settings.whole("resamples"), settings.whole("seed")
    now = "" if last is None else str(last)
    none = untold(technology.reason, technology.settles)
    yield _leaders(dataset, region, settings, technology, network, now)
    yield number(dataset, "outstanding_firms", region, now,
                  actors.outstanding_firms(dataset, region, last))  # fmt: skip
    window = None if last is None else (last - settings.whole("technology_years") + 1, last)
    period = now if window is None else _span(*window)
    gap = untold("no table has a year", "app_year in patents")
    half = float(norm.ppf(0.5 + level / 2))
    yield number(dataset, "inventor_concentration", region, period, gap if window is None else
                  actors.inventor_concentration(dataset, region, window, _rng(seed, 11), draws,
                                                level))  # fmt: skip
    yield number(dataset, "firm_invention_growth", region, period, gap if window is None else
                  actors.firm_invention_growth(dataset, region, window, half))  # fmt: skip
    near = none if found is None else actors.technology_potential(
        dataset, found, _rng(seed, 13), DRAWS, level
    )  # fmt: skip
    yield number(dataset, "technology_potential", region, period, near, Provenance.DERIVED)
    groups: dict[str, Alliance] = {} if found is None else alliances(dataset, found)
    seen = found is not None and _seen(dataset, found)
    yield number(dataset, "alliance_count", region, now,
                  actors.alliance_count(dataset, region, groups, seen))  # fmt: skip


def _rng(seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, stream])


def _no_network(dataset: Dataset, region: str) -> Told:
    gap = lacking(dataset)
    if gap:
        return untold(f"not in the dataset: {gap}", gap)
    return untold(f"no joint event of {region} is in the tables",
                  "joint projects with their members, or patents with all their applicants",
                  )  # fmt: skip


def _leaders(
    dataset: Dataset, region: str, settings: Settings, technology: TechnologyStudy,
    network: NetworkStudy | None, now: str,
) -> Quantity:  # fmt: skip
    found, front = technology.filings, technology.front
    if found is None or front is None:
        told = untold(technology.reason, technology.settles)
    elif network is None:
        told = _no_network(dataset, region)
    else:
        candidates = tuple(found.classes[k] for k in np.flatnonzero(front.candidate))
        years = network.structure.first, network.structure.last
        told = actors.technology_leaders(
            dataset, found, candidates, joint_sql(dataset, settings), years,
            settings.whole("largest_consortium"),
        )  # fmt: skip
    return number(dataset, "technology_leaders", region, now, told)


def _of_network(
    dataset: Dataset, region: str, settings: Settings, network: NetworkStudy | None
) -> Iterator[Quantity]:
    """Phase, new fields of the cores, variety of actors, what partners add."""
    if network is None:
        for measure in ("phase_growing", "core_new_fields", "type_entropy_change",
                        "complementarity_lift"):  # fmt: skip
            yield number(dataset, measure, region, "", _no_network(dataset, region))
        return
    last, level = network.last, settings["confidence"]
    recent = _span(max(network.begins, last - RECENT + 1), last)
    yield _phase(dataset, region, network)
    cores = tuple(network.structure.organisations.filter("core_enterprise")["org_id"])
    yield number(dataset, "core_new_fields", region, recent, platform.core_new_fields(
        dataset, cores, (network.begins, last), level))  # fmt: skip
    home = network.affiliations.among(network.affiliations.inside)
    told = platform.type_entropy_change(
        home, _active_rows(dataset, settings, region, home, last), (network.begins, last),
        _rng(settings.whole("seed"), 17), settings.whole("resamples"), level,
    )  # fmt: skip
    yield number(dataset, "type_entropy_change", region,
                  _span(last - platform.BACK, last), told)  # fmt: skip
    yield _lift(dataset, region, network)


def _phase(dataset: Dataset, region: str, network: NetworkStudy) -> Quantity:
    """P(growth) + P(maturity), from the numbers of the phases."""
    parts = [q for q in network.dynamics.quantities if q.measure == "network_phase"
             and q.subject in (f"{region}|growth", f"{region}|maturity")]  # fmt: skip
    phase = network.dynamics.phase
    if len(parts) < 2:
        told = untold(phase.reason, "more years of joint projects", few=True)
        return number(dataset, "phase_growing", region, str(network.last), told)
    value = sum(q.value or 0.0 for q in parts)
    told = Told(min(1.0, value), _quantities([q.id for q in parts]), parts[0].n or 0)
    return number(dataset, "phase_growing", region, parts[0].period, told, Provenance.DERIVED)


def _lift(dataset: Dataset, region: str, network: NetworkStudy) -> Quantity:
    """What partners add, over what random ones would."""
    period = _span(network.convergence.first, network.convergence.last)
    labour = network.convergence.division
    gain = Contrast(None, 0, REWIRED, reason=NO_FUNCTIONS) if labour is None else labour.gain
    ids = [quantity_id("labour_gain", s, period) for s in (region, f"{region}|{NULLS[REWIRED]}")]
    told = platform.complementarity_lift(gain, _quantities(ids))
    return number(dataset, "complementarity_lift", region, period, told, Provenance.DERIVED)


def _quantities(ids: list[str]) -> Rows:
    """Numbers of the ledger by their ids."""
    listed = ", ".join(map(quoted, ids))
    return Rows(f"SELECT id, value, low, high FROM quantities WHERE id IN ({listed}) ORDER BY id",
                len(ids))  # fmt: skip


def _active_rows(
    dataset: Dataset, settings: Settings, region: str, home: Affiliations, last: int
) -> Rows:
    """Organisations of the region active in the year or five years before."""
    years = last, last - platform.BACK
    having = " OR ".join(f"(j.first <= {y} AND j.last >= {y})" for y in years)
    there = home.active(years[0]).present | home.active(years[1]).present
    sql = joint_sql(dataset, settings) + orgs_sql(region, f"HAVING count(*) FILTER ({having}) > 0")
    return Rows(sql, int(there.sum()))
