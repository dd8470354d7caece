"""One region's study: every number and verdict of a run, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from regionlift.data.dataset import Dataset, years_of
from regionlift.evidence.measure import measures
from regionlift.evidence.quantity import Quantity, from_row, to_frame
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Verdict
from regionlift.forecast.catch_up import Gap
from regionlift.forecast.laws import Laws, gaps_of, laws_tested
from regionlift.forecast.tested import Tested, conditions_tested
from regionlift.measures.drivers import input_driven
from regionlift.measures.exit_test import ExitTest, exit_test
from regionlift.measures.network.roster import SCHEMA
from regionlift.measures.peers import PeerSet, choose_peers
from regionlift.measures.stage import StageProfile, stage_profile
from regionlift.measures.transition import BaseRates, base_rates
from regionlift.paths.load import shipped, thresholds
from regionlift.paths.model import Path
from regionlift.study.chain import ChainStudy, chain_study
from regionlift.study.entry import EntryStudy, industry_entry
from regionlift.study.network import NetworkStudy, network_study
from regionlift.study.paths import PathsStudy, RegionReadings, own_numbers, paths_study
from regionlift.study.pathway_chain import chain_path_numbers
from regionlift.study.pathway_technology import technology_path_numbers
from regionlift.study.platform import PlatformStudy, platform_study
from regionlift.study.policy import PolicyStudy, policy_study
from regionlift.study.roadmap import RoadmapStudy, roadmap_study
from regionlift.study.technology import TechnologyStudy, technology_study

Frames = dict[str, pl.DataFrame]


def measure_all(dataset: Dataset, settings: Settings) -> Frames:
    """Quantities of every measure for every region, by measure id."""
    return {measure.id: measure(dataset, settings) for measure in measures()}


@dataclass(frozen=True)
class Study:
    """Everything a report of one region is written from."""

    dataset: Dataset
    settings: Settings
    region: str
    year: int | None
    frames: Frames
    peers: PeerSet
    profile: StageProfile
    rates: BaseRates
    exit: ExitTest
    verdicts: tuple[Verdict, ...]
    network: NetworkStudy | None
    chain: ChainStudy
    technology: TechnologyStudy
    industries: EntryStudy
    policy: PolicyStudy
    platform: PlatformStudy
    paths: PathsStudy
    roadmap: RoadmapStudy
    tested: Tested
    laws: Laws
    gaps: tuple[Gap, ...]
    parts: tuple[Quantity, ...]

    @property
    def own(self) -> list[Quantity]:
        """Numbers of this region that are no measure of all regions, each id once."""
        every = [*self.profile.quantities, *self.rates.quantities, *self.exit.slopes, *self.parts,
                 *self.paths.quantities]  # fmt: skip
        return list({q.id: q for q in reversed(every)}.values())[::-1]

    @property
    def quantities(self) -> pl.DataFrame:
        """Every number of the run: all measures of all regions, then what is this region's own."""
        return pl.concat([*self.frames.values(), to_frame(self.own)])

    def has(self, q: Quantity) -> bool:
        """Whether a number is in the ledger of this run."""
        return q.measure in self.frames or q.id in self._ids

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(q.id for q in self.own)

    def verdict(self, clause: str) -> Verdict:
        """The verdict on a clause; LookupError where there is none."""
        for found in self.verdicts:
            if found.clause == clause:
                return found
        raise LookupError(f"no verdict on {clause} for {self.region}")

    @property
    def roster(self) -> pl.DataFrame:
        """Organisations of the region in joint events; empty where there are none."""
        return pl.DataFrame(schema=SCHEMA) if self.network is None else self.network.roster

    def find(self, measure: str, subject: str = "", period: str = "") -> Quantity:
        """A quantity of a measure; without a period the last known one, else the last one."""
        rows = self.frames[measure].filter(pl.col("subject") == (subject or self.region))
        if period:
            rows = rows.filter(pl.col("period") == period)
        rows = rows.sort("period")
        known = rows.filter(pl.col("value").is_not_null())
        chosen = known if known.height else rows
        if chosen.is_empty():
            raise LookupError(f"no {measure} for {subject or self.region} {period}")
        return from_row(chosen.row(-1, named=True))

    @property
    def result_hash(self) -> str:
        """SHA-256 over every number and verdict: equal inputs give equal digits."""
        digest = hashlib.sha256()
        ordered = self.quantities.sort("id").select("id", "value", "low", "high", "status")
        digest.update(ordered.write_csv().encode())
        for verdict in sorted((*self.verdicts, *self.paths.verdicts), key=lambda v: v.id):
            digest.update(f"{verdict.id}={verdict.truth}\n".encode())
        return digest.hexdigest()


def study(
    dataset: Dataset,
    frames: Frames,
    region: str,
    settings: Settings,
    *,
    year: int | None = None,
    peers: tuple[str, ...] = (),
    paths: tuple[Path, ...] | None = None,
    budget: float | Sequence[float] | None = None,
    tested: Tested | None = None,
    laws: Laws | None = None,
) -> Study:
    """Judge one region from the quantities of all.

    ``paths`` are the three of the package where none are given; ``budget`` in millions, one total
    or four amounts, one a phase of the roadmap; None sets no limit; ``tested`` the conditions held
    against all regions and ``laws`` the paper's laws, where that was done already.

    Raises
    ------
    LookupError
        If the region or a fixed peer is not in the panel.
    BudgetError
        If the budget is zero, negative or of the wrong length.
    """
    known = shipped() if paths is None else paths
    settings = settings.including(thresholds(known))
    region = dataset.region(region)
    chosen = choose_peers(dataset, region, settings, year, peers)
    profile = stage_profile(frames, dataset, region, chosen, settings, year)
    rates = base_rates(frames, region, settings, year)
    leaving = exit_test(frames, dataset, region, settings, year)
    driven = input_driven(frames, region, settings, year)
    net = network_study(dataset, frames, region, settings, year)
    links = chain_study(dataset, frames, region, settings, net, year)
    tech = technology_study(dataset, region, settings, year)
    rule = policy_study(dataset, frames, region, settings, net, links, tech, year)
    base = platform_study(dataset, region, settings, [id for id, _ in links.cores], year)
    judged = (*(net.verdicts if net else ()), *links.verdicts, *tech.verdicts, *rule.verdicts,
              *base.verdicts)  # fmt: skip
    verdicts = (*profile.verdicts, leaving.verdict, *leaving.tests, driven, *judged)
    parts = (
        *(net.quantities if net else ()), *links.quantities, *tech.quantities, *rule.quantities,
        *base.quantities, *technology_path_numbers(dataset, region, settings, tech, net, year),
        *chain_path_numbers(dataset, region, settings, links, net, year),
    )  # fmt: skip
    readings = RegionReadings(dataset, frames, region, chosen, settings, year,
                              own_numbers(parts, year))  # fmt: skip
    ways = paths_study(known, readings, profile, net)
    plan = roadmap_study(dataset, frames, settings, ways, net, links, tech, base, budget,
                         year if year is not None else _last(dataset))  # fmt: skip
    return Study(
        dataset, settings, region, year, frames, chosen, profile, rates, leaving, verdicts, net,
        links, tech, industry_entry(dataset, settings, year, region), rule, base, ways, plan,
        tested or conditions_tested(frames, dataset.regions(), known, settings, dataset),
        laws or laws_tested(frames, dataset.regions(), settings, dataset),
        gaps_of(frames, dataset, region, chosen.members, profile, settings, year), parts,
    )  # fmt: skip


def _last(dataset: Dataset) -> int:
    """Last year that the panel tells of, else any table."""
    found = years_of(dataset.tables["panel"]) if "panel" in dataset.tables else None
    spans = [years_of(frame) for frame in dataset.tables.values()]
    return found[1] if found else max((s[1] for s in spans if s), default=0)
