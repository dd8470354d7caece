"""The whole province: every table of the contract, and what was planted in it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from regionlift.data.synthetic.catalogue import REGION
from regionlift.data.synthetic.chain import chain_tables, plan_chain, trade_table
from regionlift.data.synthetic.citations import cite, count_citations, technology_truths
from regionlift.data.synthetic.economy import GAUGES, economy
from regionlift.data.synthetic.flows import firm_links, own_supply
from regionlift.data.synthetic.orgs import Cast, cast
from regionlift.data.synthetic.patents import concordance_table, file_patents, patent_tables
from regionlift.data.synthetic.platform import TRUTHS as PLATFORM
from regionlift.data.synthetic.platform import platform_table, resources_and_needs
from regionlift.data.synthetic.policy import claim_table, plan_table, spend_table
from regionlift.data.synthetic.projects import Law, joint_projects
from regionlift.data.synthetic.seeds import stream
from regionlift.data.synthetic.truths import NetworkTruths, PolicyTruths, Stage, Truths

#: Projects and patents begin before the panel, so that the start of the growth curve is seen.
EARLIER = 4
#: Place, among the key classes, of the one whose diffusion is broken.
BROKEN = 1

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Province:
    """A complete synthetic dataset: tables by contract name, and the planted truths."""

    seed: int
    tables: Tables
    truths: Truths


def generate(
    seed: int = 0,
    *,
    stage: Stage | None = None,
    regions: int = 30,
    years: range = range(2010, 2024),
) -> Province:
    """Every table of the contract for the synthetic province Beijiang.

    Parameters
    ----------
    seed
        Any non-negative integer; the same seed gives the same tables.
    stage
        Gauge in which Beijiang leads its peers; drawn from the seed when None.
    regions
        Number of regions in the panel, 12 to 30.
    years
        Years of the panel, at least ten, with 2015 among them.

    Examples
    --------
    >>> province = generate(0, stage="value")
    >>> province.truths.economy.stage, len(province.tables)
    ('value', 21)
    """
    led = stage if stage is not None else GAUGES[stream(seed, "stage").integers(len(GAUGES))]
    statistics, economy_truths = economy(seed, led, regions=regions, years=years)
    event_years = range(years[0] - EARLIER, years[-1] + 1)
    chain = plan_chain(stream(seed, "chain"))
    neighbours = [name for name in statistics["regions"]["region"] if name != REGION]
    people = cast(stream(seed, "orgs"), chain, neighbours, event_years)
    nodes, edges = chain_tables(stream(seed, "demand"), chain, people.table)
    projects, members, law = joint_projects(stream(seed, "projects"), people, event_years)
    patents = _patents(seed, people, event_years)
    last = years[-1]
    resources, needs = resources_and_needs(stream(seed, "resources"), people, last)
    policy, policy_truths = _policy(seed, people, nodes, last)
    suppliers = firm_links(stream(seed, "suppliers"), people.table, people.core_firms, REGION, last)
    tables = {
        **statistics,
        "links": pl.concat([statistics["links"], suppliers]),
        "own_supply": own_supply(statistics["links"]),
        "orgs": people.table,
        "projects": projects,
        "members": members,
        **patents,
        "trade": trade_table(stream(seed, "trade"), chain, nodes, people.table, last),
        "chain_nodes": nodes,
        "chain_edges": edges,
        "platforms": platform_table(stream(seed, "platforms"), people, last),
        "resources": resources,
        "needs": needs,
        **policy,
    }
    truths = Truths(
        seed=seed,
        economy=economy_truths,
        network=_network_truths(people, law),
        technology=technology_truths(people, patents["applicants"], patents["codes"]),
        chain=chain,
        platform=PLATFORM,
        policy=policy_truths,
    )
    return Province(seed, tables, truths)


def _patents(seed: int, people: Cast, years: range) -> Tables:
    rng = stream(seed, "patents")
    filings = file_patents(rng, people, years)
    patents, applicants, codes = patent_tables(rng, filings, people.keys)
    citations = cite(stream(seed, "citations"), filings, BROKEN)
    return {
        "patents": count_citations(patents, citations),
        "applicants": applicants,
        "codes": codes,
        "citations": citations,
        "concordance": concordance_table(),
    }


def _policy(seed: int, people: Cast, nodes: pl.DataFrame, last: int) -> tuple[Tables, PolicyTruths]:
    spend, unfunded, non_gaps, alignment = spend_table(stream(seed, "spend"), people, nodes, last)
    plan, faults = plan_table(stream(seed, "plan"), last)
    claims, expired = claim_table(stream(seed, "claims"), last)
    truths = PolicyTruths(alignment, unfunded, non_gaps, faults, expired)
    return {"spend": spend, "plan": plan, "claims": claims}, truths


def _network_truths(people: Cast, law: Law) -> NetworkTruths:
    return NetworkTruths(
        growth_family="logistic",
        ceiling=law.ceiling,
        rate=law.rate,
        midpoint=law.midpoint,
        core_firms=people.core_firms,
        wrong_layers=people.wrong_layers,
    )
