"""The industry chain of one region: its links with class, evidence, candidates and stress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.chain.candidates import Candidate, Seat, candidates
from regionlift.measures.chain.classes import Call, classify
from regionlift.measures.chain.dependency import Screen, screen
from regionlift.measures.chain.facts import Facts, facts_of
from regionlift.measures.chain.industries import Clusters, industry_clusters
from regionlift.measures.chain.nodes import Chain, NoChainError, chain_of, flows_of
from regionlift.measures.chain.stress import Shock, stress
from regionlift.measures.chain.suppliers import (
    Ability,
    CoreSupply,
    Purchases,
    ability,
    core_supply,
    overlap,
    purchases,
)
from regionlift.measures.relatedness import density, proximity
from regionlift.study.chain_numbers import (
    firm_numbers,
    link_numbers,
    node_numbers,
    pair_numbers,
    whole_numbers,
)
from regionlift.study.driving import driving_numbers
from regionlift.study.network import NetworkStudy

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class ChainStudy:
    """Everything about one region's chain; without one, ``reason`` says why.

    ``calls``, ``screens`` and ``facts`` are by node id; ``cores`` are (id, name) of the core
    enterprises that purchases were looked at for.
    """

    region: str
    year: int
    chain: Chain | None
    reason: str
    settles: str
    facts: Mapping[str, Facts]
    calls: Mapping[str, Call]
    candidates: tuple[Candidate, ...]
    screens: Mapping[str, Screen]
    shocks: tuple[Shock, ...]
    cores: tuple[tuple[str, str], ...]
    purchases: Purchases | None
    supplies: tuple[CoreSupply, ...]
    ability: Ability | None
    clusters: Clusters | None
    quantities: tuple[Quantity, ...]
    verdicts: tuple[Verdict, ...]

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], Quantity]:
        return {(q.measure, q.subject): q for q in self.quantities}

    def find(self, measure: str, part: str = "") -> Quantity:
        """A number of the chain, or of one of its parts; KeyError where there is none."""
        return self._numbers[measure, f"{self.region}|{part}" if part else self.region]

    def of_kind(self, kind: str) -> list[str]:
        """Nodes of a class, the most at stake first; "" for those that cannot be told."""
        some = [id for id, call in self.calls.items() if call.kind == kind]
        return sorted(some, key=lambda id: (-(self.facts[id].unmet or 0.0), id))


def chain_study(
    dataset: Dataset, frames: Frames, region: str, settings: Settings,
    network: NetworkStudy | None, year: int | None = None,
) -> ChainStudy:  # fmt: skip
    """Study the chain of one region; the network, where there is one, gives ties and cores."""
    last = year if year is not None else _last(dataset)
    bought = purchases(dataset, region, last)
    cores = _cores(dataset, network, region)
    supplies = tuple(core_supply(bought, [id for id, _ in cores])) if bought else ()
    able = ability(
        dataset, region, last, {s for c in supplies for s in c.local}, {id for id, _ in cores},
        settings.whole("network_years"),
    )  # fmt: skip
    links = [*link_numbers(dataset, region, last), *driving_numbers(dataset, region, last)]
    groups = industry_clusters(dataset, _own_flows(dataset, settings, region, last), last)
    links += [] if groups is None else pair_numbers(dataset, region, groups)
    firms = [] if bought is None else firm_numbers(
        dataset, region, settings, bought, supplies, overlap(supplies), able
    )  # fmt: skip
    try:
        chain = chain_of(dataset, settings, region, last)
    except NoChainError as why:
        gaps = _untold("chain.gaps", region, str(why), why.settles)
        held = _untold("chain.dependent", region, str(why), why.settles)
        return ChainStudy(
            region, last, None, str(why), why.settles, {}, {}, (), {}, (), cores, bought,
            supplies, able, groups, (*links, *firms), (gaps, held),
        )  # fmt: skip
    met = None if network is None else partners_of(network)
    quotients, densities = _industries(frames, region, chain.year)
    facts = facts_of(dataset, chain, met, quotients, densities, settings.whole("network_years"))
    calls = classify(chain, facts, settings)
    seats = _seats(dataset)
    screens = {id: screen(f, settings) for id, f in facts.items()}
    numbers = [
        q
        for id, f in facts.items()
        if calls[id].kind != "user"
        for q in node_numbers(dataset, settings, chain, f, screens[id])
    ]
    return ChainStudy(
        region, last, chain, "", "", facts, calls,
        tuple(candidates(chain, facts, calls, met, seats)), screens,
        tuple(stress(chain, facts, [id for id, _ in cores])), cores, bought, supplies, able,
        groups, (*numbers, *whole_numbers(dataset, chain, facts), *links, *firms),
        (_gaps(chain, calls), _dependent(chain, screens)),
    )  # fmt: skip


def _own_flows(
    dataset: Dataset, settings: Settings, region: str, year: int
) -> pl.DataFrame | None:
    """The region's input-output links, observed or derived; None where there are none."""
    try:
        return flows_of(dataset, settings, region, year)[0]
    except NoChainError:
        return None


def _last(dataset: Dataset) -> int:
    """Last year that any of the tables of the chain tells of, else of the panel."""
    for tables in (("trade", "links"), ("panel",)):
        years = [
            dataset.tables[t]["year"].max() for t in tables if dataset.has(t, "year")
        ]
        told = [int(str(y)) for y in years if y is not None]
        if told:
            return max(told)
    return 0


def _cores(
    dataset: Dataset, network: NetworkStudy | None, region: str
) -> tuple[tuple[str, str], ...]:
    """Core enterprises by the network's rule; else those the tables declare."""
    if network is not None:
        named = network.structure.organisations.filter(pl.col("core_enterprise"))
        if named.height:
            return tuple(named.select("org_id", "name").iter_rows())
    if not dataset.has("orgs", "layer", "region", "name"):
        return ()
    said = dataset.tables["orgs"].filter(
        pl.col("layer") == "core", pl.col("region") == region,
        pl.col("type") == "enterprise" if dataset.has("orgs", "type") else pl.lit(True),
    )  # fmt: skip
    names = said.select("org_id", pl.col("name").fill_null(pl.col("org_id")))
    return tuple(names.sort("org_id").iter_rows())


def partners_of(network: NetworkStudy) -> dict[str, set[str]]:
    """Organisation -> those it has a joint event with, in the years of the structure."""
    events, shape = network.affiliations, network.structure
    recent = events.where((events.start <= shape.last) & (events.end >= shape.first))
    found: dict[str, set[str]] = {}
    first, second, _ = recent.ties()
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        found.setdefault(events.ids[i], set()).add(events.ids[j])
        found.setdefault(events.ids[j], set()).add(events.ids[i])
    return found


def _seats(dataset: Dataset) -> dict[str, Seat]:
    if not dataset.has("orgs", "org_id", "region"):
        return {}
    orgs = dataset.tables["orgs"]
    revenue = pl.col("revenue") if "revenue" in orgs.columns else pl.lit(None, pl.Float64)
    rows = orgs.select("org_id", "region", revenue.alias("revenue")).iter_rows()
    return {id: Seat(region or "", money) for id, region, money in rows}


def _industries(
    frames: Frames, region: str, year: int, least: int = 10
) -> tuple[dict[str, float], dict[str, float]]:
    """Location quotient and relatedness density of each sub-industry, last common year."""
    for measure in ("location_quotient_employment", "location_quotient_value_added"):
        known = frames[measure].filter(
            pl.col("subject").str.contains("|", literal=True), pl.col("value").is_not_null(),
            pl.col("period").cast(pl.Int64, strict=False) <= year,
        )  # fmt: skip
        if known.is_empty():
            continue
        last = known["period"].max()
        ends = pl.col("subject").str.split_exact("|", 1)
        now = known.filter(pl.col("period") == last).with_columns(
            ends.struct[0].alias("region"), ends.struct[1].alias("code")
        )
        own = dict(now.filter(pl.col("region") == region).select("code", "value").iter_rows())
        wide = now.pivot("code", index="region", values="value").drop_nulls()
        codes = [c for c in wide.columns if c != "region"]
        if wide.height < least or len(codes) < 3 or region not in wide["region"].to_list():
            return own, {}
        present = wide.select(codes).to_numpy() >= 1
        near = density(present, proximity(present))[wide["region"].to_list().index(region)]
        return own, {c: float(d) for c, d in zip(codes, near, strict=True) if np.isfinite(d)}
    return {}, {}


def _untold(clause: str, region: str, reason: str, settles: str) -> Verdict:
    return Verdict(clause, region, Truth.CANNOT_TELL, reason, settles or "the tables of the chain")


def _gaps(chain: Chain, calls: Mapping[str, Call]) -> Verdict:
    """Whether a link is missing or weak here."""
    broken = [id for id, c in calls.items() if c.kind in ("strengthen", "supplement")]
    names = [chain.node(id).name for id in broken]
    evidence = tuple(f"chain_unmet/{chain.region}|{id}/{chain.year}" for id in broken)
    if broken:
        some = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        said = f"{len(broken)} of {len(calls)} links: {some}"
        return Verdict("chain.gaps", chain.region, Truth.MET, said, evidence=evidence)
    open_ = [c for c in calls.values() if not c.kind]
    if open_:
        return _untold("chain.gaps", chain.region, f"{len(open_)} of {len(calls)} links cannot be "
                       "told", next((c.settles for c in open_ if c.settles), ""))  # fmt: skip
    return Verdict("chain.gaps", chain.region, Truth.NOT_MET, "no link is missing or weak")


def _dependent(chain: Chain, screens: Mapping[str, Screen]) -> Verdict:
    """Whether a product is dependent by all three published criteria."""
    held = [id for id, s in screens.items() if s.dependent is Truth.MET]
    if held:
        names = ", ".join(chain.node(id).name for id in held[:4])
        evidence = tuple(
            f"chain_import_concentration/{chain.region}|{id}/{chain.year}" for id in held
        )
        return Verdict("chain.dependent", chain.region, Truth.MET,
                       f"all three published criteria of dependency are met by {names}"
                       + (f" and {len(held) - 4} more" if len(held) > 4 else ""),
                       evidence=evidence)  # fmt: skip
    open_ = [id for id, s in screens.items() if s.dependent is Truth.CANNOT_TELL]
    if open_:
        return _untold("chain.dependent", chain.region, f"imports by country are not known of "
                       f"{len(open_)} of {len(screens)} links", "table trade with product, "
                       "partner, imports and exports")  # fmt: skip
    return Verdict("chain.dependent", chain.region, Truth.NOT_MET,
                   "no link meets all three criteria")  # fmt: skip

