"""The numbers of government as evidence: each with the SQL of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.numbers import Rows, rows_of
from regionlift.measures.network.readings import Estimate, share
from regionlift.measures.network.turnover import tie_ledger
from regionlift.measures.panel import quoted
from regionlift.measures.policy.advantage import Advantage
from regionlift.measures.policy.alignment import Alignment, ratio
from regionlift.measures.policy.claims import Standing
from regionlift.measures.policy.money import Money, commitment
from regionlift.study.chain import ChainStudy
from regionlift.study.network import NetworkStudy
from regionlift.study.numbers import Gap, Numbers

NO_ROWS = Rows("", 0)

#: Years of joint projects that public money is looked for in (item 56, table of conditions).
RECENT = 3

_PAID = Gap("which joint projects have public money is not in the tables",
            "public_money in projects")  # fmt: skip


def estimate(
    make: Numbers, measure: str, found: Estimate, rows: Rows, settles: str,
    provenance: Provenance | None = None,
) -> Quantity:  # fmt: skip
    """A number with its interval, or the unknown with its reason."""
    ends = (found.low, found.high)
    bounds = None if ends[0] is None or ends[1] is None else (ends[0], ends[1])
    return make.of(measure, found.value, rows, Gap(found.reason or "not told", settles), found.n,
                   provenance, bounds)  # fmt: skip


def money_numbers(
    dataset: Dataset, region: str, money: Money, technologies: Sequence[str]
) -> Iterator[Quantity]:
    """Money of the region, by chain node, by key technology; instruments and years in a row."""
    lines = Rows(money.sql(), money.lines.height)
    make = Numbers(dataset, region, money.period)
    none = Gap("nothing is told", "table spend")
    yield make.of("policy_money", money.total, lines, none, money.lines.height)
    for node, amount in money.by("node").items():
        count = money.lines.filter(pl.col("node") == node).height
        of = Numbers(dataset, f"{region}|{node}", money.period)
        yield of.of("policy_money", amount, Rows(money.sql(f"node = {quoted(node)}"), count), none)
    for klass in technologies:
        own = money.lines.filter(pl.col("technology").str.starts_with(klass))
        behind = Rows(money.sql(f"starts_with(technology, {quoted(klass)})"), own.height)
        of = Numbers(dataset, f"{region}|{klass}", money.period)
        yield of.of("policy_money", float(own["amount"].sum()), behind, none)
    paid = money.lines.filter(pl.col("amount") > 0)["instrument"].n_unique()
    yield make.of("policy_instruments", paid, lines, none)
    years, last = commitment(dataset, money)
    where = money.where.partition("BETWEEN")[0] + f"<= {money.last}"
    if " AND beneficiary" in money.where:
        where += " AND beneficiary" + money.where.partition(" AND beneficiary")[2]
    table = dataset.tables["spend"].filter(pl.col("amount").is_not_null())
    every = table.filter(pl.col("year") <= money.last)["year"].n_unique()
    sql = f"SELECT year, sum(amount) AS money FROM spend WHERE {where} GROUP BY year ORDER BY year"
    yield Numbers(dataset, region, str(last)).of("policy_commitment_years", years,
                                                 Rows(sql, every), none)  # fmt: skip


def gap_numbers(
    dataset: Dataset, chain: ChainStudy, money: Money, gaps: Alignment
) -> Iterator[Quantity]:
    """Alignment over the nodes of the chain, and both lists counted."""
    make = Numbers(dataset, chain.region, money.period, Provenance.DERIVED)
    year = chain.chain.year if chain.chain else chain.year
    both = (
        "SELECT n.node_id, n.name, (SELECT q.value FROM quantities q WHERE q.measure = "
        f"'chain_unmet' AND q.period = '{year}' AND q.subject = {quoted(chain.region + '|')} || "
        "n.node_id) AS unmet, coalesce((SELECT sum(s.amount) FROM spend s WHERE s.node = n.node_id "
        f"AND {money.where}), 0) AS money FROM chain_nodes n ORDER BY n.node_id"
    )
    settles = "demand in chain_nodes, chain_node and revenue in orgs, node in spend"
    yield estimate(make, "policy_alignment", gaps.rank, Rows(both, len(gaps.money)), settles)
    bare = sum(gaps.money[u] == 0 for u in gaps.open)
    for measure, names, where, more in (
        ("policy_unfunded_gaps", gaps.unfunded, "unmet > 0 AND money = 0", bare),
        ("policy_funded_nongaps", gaps.idle, "unmet = 0 AND money > 0", len(gaps.open) - bare),
    ):
        rows = Rows(f"SELECT * FROM ({both}) WHERE {where}", len(names))
        known = len(names) if gaps.need else None
        # each node of which demand or output is not known may be one more
        ends = (float(len(names)), float(len(names) + more)) if gaps.open else None
        yield make.of(measure, known, rows, Gap("of no node is it known whether demand is met",
                      settles), len(gaps.need), bounds=ends)  # fmt: skip


def technology_numbers(
    dataset: Dataset, region: str, money: Money, lacking: Alignment
) -> Quantity:
    """Alignment over the key common technologies."""
    make = Numbers(dataset, f"{region}|technologies", money.period, Provenance.DERIVED)
    own = money.lines.filter(
        pl.any_horizontal(pl.col("technology").str.starts_with(k) for k in lacking.money)
        if lacking.money else pl.lit(value=False)
    )  # fmt: skip
    likes = " OR ".join(f"starts_with(technology, {quoted(k)})" for k in lacking.money)
    return estimate(make, "policy_alignment", lacking.rank,
                    Rows(money.sql(f"({likes or 'false'})"), own.height),
                    "more key technologies, which more patents may show")  # fmt: skip


def advantage_number(
    dataset: Dataset, region: str, money: Money, found: Advantage
) -> Quantity:
    """Share of the money in sub-industries above 1."""
    make = Numbers(dataset, region, money.period, Provenance.DERIVED)
    codes = ", ".join(quoted(c) for c in sorted(found.table["code"]))
    node, firm = (
        f"(SELECT t.industry FROM {table} t WHERE t.{key} = s.{column})"
        if dataset.has(table, key, "industry") and dataset.has("spend", column) else "NULL"
        for table, key, column in (("chain_nodes", "node_id", "node"),
                                   ("orgs", "org_id", "beneficiary"))
    )  # fmt: skip
    which = f"CASE WHEN s.node IS NOT NULL THEN {node} ELSE {firm} END"
    if not dataset.has("spend", "node"):
        which = firm
    sql = (
        f"SELECT * FROM (SELECT s.*, {which} AS industry FROM spend s WHERE {money.where}) WHERE "
        f"industry IN ({codes or 'NULL'}) ORDER BY spend_id"
    )
    return estimate(make, "policy_advantage_share", found.share, Rows(sql, found.share.n),
                    "node or beneficiary of the lines, with their industry")  # fmt: skip


def tie_numbers(
    dataset: Dataset, settings: Settings, region: str, net: NetworkStudy | None, years: int
) -> Iterator[Quantity]:
    """New ties born in publicly funded events, and which ties outlast them."""
    ids = ("policy_new_ties_funded", "policy_tie_survival_funded", "policy_tie_survival_unfunded")
    if net is None or not _told(dataset):
        gap = _PAID if net is not None else Gap("there is no joint event", "projects, members")
        make = Numbers(dataset, region, "")
        yield from (make.of(id, None, NO_ROWS, gap) for id in ids)
        return
    first = max(net.last - years + 1, net.begins + 1)
    home = net.affiliations.among(net.affiliations.inside)
    formed = rows_of(dataset, settings, region, home, first, net.last, ties=True, formed=True)
    make = Numbers(dataset, region, f"{first}-{net.last}")
    open_ = _open(dataset, home)
    born = _born(net.dynamics.ties, first, net.last, settings)
    if open_.any():
        # an event that does not tell may have public money, or none: both ends are given
        most = tie_ledger(replace(home, public=home.public | open_), (net.begins, net.last))
        born = replace(born, high=_born(most, first, net.last, settings).high)
    yield estimate(make, ids[0], born, formed, "more years of joint events")
    count = f"{int(open_.sum())} of {len(open_)} joint events do not tell"
    for id, part in zip(ids[1:], ("funded", "other"), strict=True):
        if open_.any():
            yield Numbers(dataset, region, str(net.last)).of(
                id, None, NO_ROWS, Gap(f"whether public money paid for it, {count}", _PAID.settles)
            )
        else:
            yield replace(net.find("tie_outlives", part), measure=id, subject=region)


def _born(ledger: pl.DataFrame, first: int, last: int, settings: Settings) -> Estimate:
    """New ties of these years that were born in an event with public money."""
    own = ledger.filter(pl.col("year").is_between(first, last))
    return share(int(own["new_public"].sum()), int(own["new"].sum()), settings["confidence"])


def _open(dataset: Dataset, home: Affiliations) -> NDArray[np.bool_]:
    """Events that are projects and do not tell whether they have public money."""
    projects = dataset.tables["projects"]
    silent = set(projects.filter(pl.col("public_money").is_null())["project_id"])
    return np.array([event in silent for event in home.events], dtype=np.bool_)


def _told(dataset: Dataset) -> bool:
    """Whether any project says that it has public money, or that it has none."""
    if not dataset.has("projects", "public_money"):
        return False
    return bool(dataset.tables["projects"]["public_money"].count())


def public_number(
    dataset: Dataset, settings: Settings, region: str, year: int | None
) -> Quantity:
    """Public money over budget of the region's joint projects of the last three years."""
    gap = Gap("budget, public money or members of joint projects are not in the tables",
              "budget and public_money in projects; members, orgs with region")  # fmt: skip
    id, needs = "policy_public_rd", {
        "projects": ("project_id", "start_year", "budget", "public_money"),
        "members": ("project_id", "org_id"), "orgs": ("org_id", "region"),
    }  # fmt: skip
    if dataset.lacks(needs):
        return Numbers(dataset, region, "").of(id, None, NO_ROWS, gap)
    here = dataset.tables["orgs"].filter(pl.col("region") == region)["org_id"]
    own = dataset.tables["members"].filter(pl.col("org_id").is_in(here.implode()))["project_id"]
    ours = dataset.tables["projects"].filter(pl.col("project_id").is_in(own.implode()))
    starts = ours["start_year"].drop_nulls()
    starts = starts if year is None else starts.filter(starts <= year)
    if starts.is_empty():
        return Numbers(dataset, region, "").of(id, None, NO_ROWS, gap)
    last = int(str(starts.max()))
    inside = pl.col("start_year").is_between(last - RECENT + 1, last)
    both = pl.col("budget").is_not_null() & pl.col("public_money").is_not_null()
    told = ours.filter(inside, both).sort("project_id")
    found = ratio(told["public_money"].to_numpy(), told["budget"].to_numpy(), settings)
    sql = (
        "SELECT project_id, start_year, budget, public_money, _rows FROM projects WHERE start_year "
        f"BETWEEN {last - RECENT + 1} AND {last} AND budget IS NOT NULL AND public_money IS NOT "
        "NULL AND project_id IN (SELECT m.project_id FROM members m JOIN orgs o USING (org_id) "
        f"WHERE o.region = {quoted(region)}) ORDER BY project_id"
    )
    make = Numbers(dataset, region, f"{last - RECENT + 1}-{last}")
    return estimate(make, id, found, Rows(sql, told.height), gap.settles)


def environment_number(
    dataset: Dataset, region: str, year: int, items: Sequence[Standing]
) -> Quantity:
    """Items met over items met or not met, by claims."""
    told = [s for s in items if s.truth is not Truth.CANNOT_TELL]
    ids = [c for s in told for c in s.claims]
    sql = (
        "SELECT * FROM claims WHERE claim_id IN "
        f"({', '.join(map(quoted, ids)) or 'NULL'}) ORDER BY claim_id"
    )
    met = sum(s.truth is Truth.MET for s in told)
    return Numbers(dataset, region, str(year), Provenance.CLAIMED).of(
        "policy_environment", met / len(told) if told else None, Rows(sql, len(ids)),
        Gap("no signed claim on the environment counts at the end of the year",
            "signed claims on environment.finance, .skills, .infrastructure, .procedures"),
        len(told),
    )  # fmt: skip
