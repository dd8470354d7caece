"""The numbers of the chain as evidence: each with the SQL of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.measures.chain.dependency import Screen
from regionlift.measures.chain.facts import MAKERS, Facts, Trade
from regionlift.measures.chain.industries import Clusters
from regionlift.measures.chain.nodes import Chain, NoChainError, block_flows
from regionlift.measures.chain.suppliers import Ability, CoreSupply, Purchases
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.study.numbers import Gap, Numbers

#: Years over which entry into the chain and exit from it are counted (item 69).
MOVES = 3

_PLACED = "orgs with chain_node and revenue"
_ASKED = Gap("local demand is not in the tables", "demand in chain_nodes, or value in chain_edges")


def node_numbers(
    dataset: Dataset, settings: Settings, chain: Chain, facts: Facts, screened: Screen
) -> Iterator[Quantity]:
    """Every number of one node."""
    supply = facts.supply
    make = Numbers(dataset, f"{chain.region}|{facts.node.id}", str(chain.year), _source(dataset,
                   chain, facts))  # fmt: skip
    made = _supply_rows(dataset, chain, facts)
    both = made if chain.proposed else _both_rows(dataset, facts, made)
    gap = Gap(supply.reason, _PLACED if supply.listed else "local_value of the links")
    if supply.untold:
        gap = Gap(f"revenue of {supply.untold} of {len(supply.suppliers)} local suppliers is not "
                  "known", "revenue of every organisation at the node")  # fmt: skip
    output = None if supply.untold else supply.output
    either = _ASKED if output is not None and not facts.node.demand else gap
    yield make.of("chain_demand", facts.node.demand, _demand_rows(dataset, chain, facts), _ASKED)
    yield make.of("chain_output", output, made, gap, bounds=supply.bounds,
                  provenance=None if chain.proposed else Provenance.OBSERVED)  # fmt: skip
    covered, open_ = _bounds(facts)
    for measure, value, ends in (("chain_coverage", facts.coverage, covered),
                                 ("chain_unmet", facts.unmet, open_)):  # fmt: skip
        yield make.of(measure, None if output is None else value, both, either, bounds=ends)
    if chain.proposed:
        return
    count = len(supply.suppliers) if supply.output is not None else None
    yield make.of("chain_suppliers", count, made, gap, provenance=Provenance.OBSERVED)
    none = Gap("nobody makes it here", _PLACED) if count == 0 else gap
    if count and output == 0:
        none = Gap("the suppliers turn over nothing", _PLACED)
    largest = supply.largest_share if supply.suppliers else None
    yield make.of("chain_largest", largest, made, none, provenance=Provenance.OBSERVED)
    yield from _surroundings(make, settings, chain, facts, made)
    yield from _traded(make, chain, facts, screened)


def _bounds(facts: Facts) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Ends of coverage and of unmet demand, where local output has ends."""
    demand, ends = facts.node.demand, facts.supply.bounds
    if not demand or ends is None:
        return None, None
    low, high = ends
    return (low / demand, high / demand), (max(0.0, demand - high), max(0.0, demand - low))


def _source(dataset: Dataset, chain: Chain, facts: Facts) -> Provenance:
    """Provenance of what rests on demand: a sum of flows is derived from them."""
    if chain.derived:
        return Provenance.DERIVED
    if chain.proposed:
        return dataset.provenance("links", "value", "local_value")
    return Provenance.DERIVED if facts.node.demand_from == "edges" else Provenance.OBSERVED


def _surroundings(
    make: Numbers, settings: Settings, chain: Chain, facts: Facts, made: Rows
) -> Iterator[Quantity]:
    """Ties, holders of the technology, relatedness."""
    ties = facts.ties
    gap = Gap("no joint event, or no organisation at the node, is in the tables",
              "joint projects with their members, and orgs with chain_node")  # fmt: skip
    yield make.of("chain_rival_ties", ties.rivals if ties else None, made, gap)
    yield make.of("chain_user_ties", ties.users if ties else None, made, gap)
    held = facts.holders
    behind = Rows("", 0)
    if held is not None:
        first = chain.year - settings.whole("network_years") + 1
        behind = Rows(_holders_sql(chain, facts, first), sum(h.patents for h in held))
    gap = Gap("technologies of the node, or patents with applicants and codes, are missing",
              "technologies in chain_nodes; patents, applicants, codes")  # fmt: skip
    yield make.of("chain_holders", None if held is None else len(held), behind, gap)
    code = quoted(f"{chain.region}|{facts.node.industry}")
    behind = Rows(
        "SELECT subject, measure, period, value FROM quantities WHERE measure IN "
        f"('location_quotient_employment', 'location_quotient_value_added') AND subject = {code} "
        f"AND value IS NOT NULL AND period <= '{chain.year}' ORDER BY measure, period DESC LIMIT 1",
        1,
    )
    gap = Gap("its industry is none of the panel's sub-industries, or too few regions are known",
              "industry in chain_nodes, and a panel of at least 10 regions")  # fmt: skip
    yield make.of("chain_density", facts.density, behind, gap, provenance=Provenance.DERIVED)


def _traded(make: Numbers, chain: Chain, facts: Facts, screened: Screen) -> Iterator[Quantity]:
    """Imports and the three criteria."""
    trade = facts.trade
    behind = Rows("", 0) if trade is None else Rows(_trade_sql(chain, facts, trade), trade.rows)
    settles = "trade with product, partner, imports and exports; product in chain_nodes"
    gap = Gap(f"no trade of {chain.region} in product {facts.node.product or '(none named)'}",
              settles)  # fmt: skip
    if trade is not None:
        gap = Gap("imports by country, exports, demand or local output is not known", settles)
    for measure, value in (
        ("chain_imports", trade.imports if trade else None),
        ("chain_import_concentration", screened.concentration),
        ("chain_foreign_share", screened.foreign_share),
        ("chain_import_ratio", screened.ratio),
    ):
        nothing = trade is not None and trade.exports == 0 and measure == "chain_import_ratio"
        why = Gap("nothing is exported", settles) if nothing else gap
        yield make.of(measure, value, behind, why)


def _demand_rows(dataset: Dataset, chain: Chain, facts: Facts) -> Rows:
    id = quoted(facts.node.id)
    if chain.proposed:
        return _supply_rows(dataset, chain, facts)
    if facts.node.demand_from == "table":
        sql = f"SELECT node_id, name, demand, _rows FROM chain_nodes WHERE node_id = {id}"
        return Rows(sql, 1)
    edges = [e for e in chain.uses(facts.node.id) if e.value is not None]
    return Rows(
        f'SELECT "from", "to", value, _rows FROM chain_edges WHERE "from" = {id} AND value IS '
        f'NOT NULL AND "to" <> {id} ORDER BY "to"', len(edges)
    )  # fmt: skip


def _supply_rows(dataset: Dataset, chain: Chain, facts: Facts) -> Rows:
    """Organisations of the region at the node; in a proposed chain, flows into the block."""
    id = quoted(facts.node.id)
    if chain.proposed:
        seat = "" if chain.derived else chain.region
        return Rows(_flows_sql(dataset, seat, chain.year, facts.node.id), facts.supply.flows)
    where = [f"region = {quoted(chain.region)}", f"chain_node = {id}"]
    if dataset.has("orgs", "type"):
        where.append(f"(type IS NULL OR type IN ({', '.join(map(quoted, MAKERS))}))")
    if dataset.has("orgs", "founded"):
        where.append(f"(founded IS NULL OR founded <= {chain.year})")
    if dataset.has("orgs", "closed"):
        where.append(f"(closed IS NULL OR closed > {chain.year})")
    columns = [c for c in ("org_id", "name", "revenue", "founded") if dataset.has("orgs", c)]
    sql = (
        f"SELECT {', '.join(columns)}, _rows FROM orgs WHERE {' AND '.join(where)} "
        "ORDER BY org_id"
    )
    return Rows(sql, len(facts.supply.suppliers))


def _both_rows(dataset: Dataset, facts: Facts, made: Rows) -> Rows:
    """Demand of the node beside each of its local suppliers."""
    demand = "n.demand, " if dataset.has("chain_nodes", "demand") else ""
    sql = (
        f"SELECT n.node_id, {demand}o.* FROM chain_nodes n LEFT JOIN ({made.sql}) o ON true "
        f"WHERE n.node_id = {quoted(facts.node.id)}"
    )
    return Rows(sql, max(1, made.count))


def _flows_sql(dataset: Dataset, region: str, year: int, code: str) -> str:
    codes = ", ".join(quoted(i.code) for i in dataset.block)
    parts = ("value", "domestic_value", "local_value", "imported_value")
    columns = [c for c in parts if dataset.has("links", c)]
    where = [f'"from" = {quoted(code)}', f'"to" IN ({codes})']
    if dataset.has("links", "region"):
        # without a region: the nation's, as the region's are derived from them
        reference = quoted(dataset.manifest.dataset.reference_region)
        national = f"(region IS NULL OR region = {reference})"
        where.insert(0, f"region = {quoted(region)}" if region else national)
    if dataset.has("links", "year"):
        where.append(f"year = {year}")
    if dataset.has("links", "level"):
        where.append("coalesce(level, 'industry') <> 'firm'")
    return (
        f'SELECT "from", "to", {", ".join(columns)}, _rows FROM links WHERE '
        f'{" AND ".join(where)} ORDER BY "to"'
    )


def _holders_sql(chain: Chain, facts: Facts, first: int) -> str:
    likes = " OR ".join(f"starts_with(c.code, {quoted(t)})" for t in facts.node.technologies)
    return (
        "SELECT DISTINCT a.org_id, o.name, p.patent_id, p.app_year FROM patents p JOIN applicants "
        "a USING (patent_id) JOIN codes c USING (patent_id) JOIN orgs o USING (org_id) WHERE "
        f"o.region = {quoted(chain.region)} AND p.app_year BETWEEN {first} AND {chain.year} AND "
        f"({likes}) ORDER BY a.org_id, p.patent_id"
    )


def _trade_sql(chain: Chain, facts: Facts, trade: Trade) -> str:
    product = quoted(facts.node.product)
    which = f"product = {product}" if trade.exact else f"starts_with(product, {product})"
    return (
        f"SELECT * FROM trade WHERE region = {quoted(chain.region)} AND year = {trade.year} AND "
        f"{which}"
    )


def whole_numbers(
    dataset: Dataset, chain: Chain, facts: Mapping[str, Facts]
) -> Iterator[Quantity]:
    """Numbers over the whole chain."""
    make = Numbers(dataset, chain.region, str(chain.year), Provenance.DERIVED)
    both = [f for f in facts.values() if f.unmet is not None and not f.supply.untold]
    behind = _quantities(chain, both, ("chain_demand", "chain_output"))
    gap = Gap("no node has both demand and local output",
              "demand in chain_nodes; chain_node and revenue in orgs")  # fmt: skip
    demand = sum(f.node.demand or 0.0 for f in both)
    met = sum(min(f.node.demand or 0.0, f.supply.output or 0.0) for f in both)
    stake = sum(f.unmet or 0.0 for f in both)
    ends = None
    if chain.derived and demand:
        ends = [sum(f.supply.bounds[e] for f in both if f.supply.bounds) for e in (0, 1)]
    within = None if ends is None else (ends[0] / demand, ends[1] / demand)
    rest = None if ends is None else (demand - ends[1], demand - ends[0])
    yield make.of("chain_covered", met / demand if demand else None, behind, gap, len(both),
                  bounds=within)  # fmt: skip
    yield make.of("chain_at_stake", stake if both else None, behind, gap, len(both), bounds=rest)
    if chain.proposed:
        return
    yield from _moves(make, chain)
    final = [f for f in facts.values() if not chain.uses(f.node.id)]
    told = [f for f in final if f.supply.output is not None]
    share = sum(bool(f.supply.suppliers) for f in told) / len(told) if told else None
    gap = Gap("no organisation is placed on the chain", "orgs with chain_node")
    yield make.of("chain_complete", share, _quantities(chain, told, ("chain_suppliers",)), gap,
                  len(told))  # fmt: skip


def _moves(make: Numbers, chain: Chain) -> Iterator[Quantity]:
    """Organisations of the chain founded, and closed, in the last years."""
    gap = Gap("founded, closed or chain_node is not in the orgs table", "founded, closed in orgs")
    for measure, column in (("chain_entries", "founded"), ("chain_exits", "closed")):
        count, behind = None, Rows("", 0)
        if make.dataset.has("orgs", "region", "chain_node", column):
            first = chain.year - MOVES + 1
            rows = make.dataset.tables["orgs"].filter(
                pl.col("region") == chain.region, pl.col("chain_node").is_not_null(),
                pl.col(column).is_between(first, chain.year),
            )  # fmt: skip
            count = rows.height
            behind = Rows(
                f"SELECT org_id, name, chain_node, {column}, _rows FROM orgs WHERE region = "
                f"{quoted(chain.region)} AND chain_node IS NOT NULL AND {column} BETWEEN {first} "
                f"AND {chain.year} ORDER BY org_id", count,
            )  # fmt: skip
        yield make.of(measure, count, behind, gap, provenance=Provenance.OBSERVED)


def _quantities(chain: Chain, facts: Sequence[Facts], measures: tuple[str, ...]) -> Rows:
    """Numbers of these nodes, as the ledger has them."""
    subjects = ", ".join(quoted(f"{chain.region}|{f.node.id}") for f in facts)
    named = ", ".join(map(quoted, measures))
    sql = (
        f"SELECT subject, measure, value FROM quantities WHERE measure IN ({named}) AND period = "
        f"'{chain.year}' AND subject IN ({subjects or 'NULL'}) ORDER BY subject, measure"
    )
    return Rows(sql, len(measures) * len(facts))


def link_numbers(dataset: Dataset, region: str, year: int) -> list[Quantity]:
    """Local share and value at stake of each industry that supplies the block."""
    try:
        flows, told = block_flows(dataset, year)
    except NoChainError:
        return []
    codes = [i.code for i in dataset.block]
    own = flows.filter(pl.col("region") == region, pl.col("to").is_in(codes))
    sums = own.group_by("from").agg(
        pl.col("value").sort_by("to").sum(), pl.col("local_value").sort_by("to").sum(),
        pl.col("local_value").null_count().alias("gaps"), pl.len().alias("rows"),
    )  # fmt: skip
    found = []
    provenance = dataset.provenance("links", "value", "local_value")
    gap = Gap("the links do not say which part is local", "local_value of the links")
    for code, value, local, gaps, rows in sums.sort("from").iter_rows():
        if value <= 0:
            continue
        make = Numbers(dataset, f"{region}|{code}", str(told), provenance)
        behind = Rows(_flows_sql(dataset, region, told, code), rows)
        for measure, number in (("link_local", local / value), ("link_at_stake", value - local)):
            found.append(make.of(measure, None if gaps else number, behind, gap))
    return found


def pair_numbers(dataset: Dataset, region: str, groups: Clusters) -> list[Quantity]:
    """Co-agglomeration of every pair of sub-industries, with the panel's rows."""
    found = []
    total = dataset.base_industry
    source = dataset.provenance("panel", groups.column)
    for pair in groups.pairs:
        codes = ", ".join(map(quoted, (pair.first, pair.second, total)))
        sql = (
            f"SELECT region, industry, {groups.column}, _rows FROM panel WHERE year = "
            f"{groups.year} AND industry IN ({codes}) ORDER BY region, industry"
        )
        rows = dataset.tables["panel"].filter(
            pl.col("year") == groups.year,
            pl.col("industry").is_in([pair.first, pair.second, total]),
        )
        make = Numbers(dataset, f"{region}|{pair.first}-{pair.second}", str(groups.year), source)
        found.append(make.of("industry_pair", pair.places, Rows(sql, rows.height), _ASKED,
                             groups.regions))  # fmt: skip
    return found


def firm_numbers(
    dataset: Dataset, region: str, settings: Settings, bought: Purchases,
    supplies: Sequence[CoreSupply], shared: float | None, able: Ability | None,
) -> list[Quantity]:  # fmt: skip
    """Numbers of the core enterprises and their suppliers."""
    found = []
    period = str(bought.year)
    gap = Gap("nothing bought by it is in the tables", "links of level firm")
    for core in supplies:
        make = Numbers(dataset, f"{region}|{core.id}", period)
        behind = purchase_rows(dataset, region, bought, (core.id,))
        told = core.bought > 0
        for measure, value in (("core_suppliers", len(core.local) if told else None),
                               ("core_local_share", core.rate),
                               ("core_captive", len(core.only) if told else None)):  # fmt: skip
            found.append(make.of(measure, value, behind, gap))
    if not supplies:
        return found
    behind = purchase_rows(dataset, region, bought, tuple(c.id for c in supplies))
    make = Numbers(dataset, region, period)
    gap = Gap("fewer than two core enterprises have local suppliers in the tables",
              "links of level firm")  # fmt: skip
    found.append(make.of("core_overlap", shared, behind, gap))
    if able is None:
        return found
    others = Numbers(dataset, f"{region}|others", period)
    span = settings.whole("network_years")
    before = Numbers(dataset, f"{region}|{span} years before", period)
    gap = Gap("not in the orgs table", "rd_spend, revenue, certified in orgs")
    for measure, (own, other) in (("supplier_intensity", able.intensity),
                                  ("supplier_certified", able.certified)):  # fmt: skip
        found += [make.of(measure, own, behind, gap), others.of(measure, other, behind, gap)]
    gap = Gap("no patents with applicants are in the tables", "patents and applicants")
    now, then = able.patents if able.patents is not None else (None, None)
    found += [make.of("supplier_patents", now, behind, gap),
              before.of("supplier_patents", then, behind, gap)]  # fmt: skip
    return found


def purchase_rows(
    dataset: Dataset, region: str, bought: Purchases, buyers: tuple[str, ...]
) -> Rows:
    """What these enterprises bought, with the rows."""
    where = ["level = 'firm'", "value > 0", f'"to" IN ({", ".join(map(quoted, buyers))})']
    if dataset.has("links", "year"):
        where.append(f"year = {bought.year}")
    if dataset.has("links", "region"):
        where.append(f"(region IS NULL OR region = {quoted(region)})")
    sql = (
        f'SELECT "from", "to", value, _rows FROM links WHERE {" AND ".join(where)} '
        'ORDER BY "to", "from"'
    )
    return Rows(sql, bought.rows.filter(pl.col("buyer").is_in(list(buyers))).height)
