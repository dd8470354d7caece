"""What the tables say of each node: who makes it here, imports, ties, holders of its technology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.chain.nodes import Chain, Node, block_flows
from regionlift.measures.chain.regionalised import BOUNDS

#: Types of organisation that make things; an unknown type may.
MAKERS = ("enterprise", "foreign")


@dataclass(frozen=True)
class Supplier:
    """An organisation of the region that makes a node."""

    id: str
    name: str
    revenue: float | None
    founded: int | None = None


@dataclass(frozen=True)
class Supply:
    """What the region itself makes of a node, in millions.

    ``output`` sums the revenue that is known; ``untold`` counts suppliers without one. Where it
    was read from links, ``listed`` is False: no supplier has a name, and ``flows`` counts the
    links; ``bounds`` are those of an output derived from a national table. ``reason`` says why
    nothing is known.
    """

    output: float | None
    suppliers: tuple[Supplier, ...] = ()
    listed: bool = True
    reason: str = ""
    flows: int = 0
    bounds: tuple[float, float] | None = None

    @property
    def untold(self) -> int:
        """Suppliers whose revenue is not known."""
        return sum(s.revenue is None for s in self.suppliers)

    @property
    def largest(self) -> Supplier | None:
        """The supplier with the greatest known revenue."""
        told = [s for s in self.suppliers if s.revenue is not None]
        return max(told, key=lambda s: s.revenue or 0.0) if told else None

    @property
    def largest_share(self) -> float | None:
        """Its share of the known output; unknown where a supplier's revenue is."""
        top = self.largest
        if top is None or top.revenue is None or self.untold or not self.output:
            return 1.0 if len(self.suppliers) == 1 else None
        return top.revenue / self.output


@dataclass(frozen=True)
class Trade:
    """Imports and exports of a product in one year, in millions; ``partners`` by imports.

    ``exact`` is False where the table has only finer products, which were summed.
    """

    year: int
    imports: float | None
    exports: float | None
    partners: tuple[tuple[str, float], ...] = ()
    rows: int = 0
    exact: bool = True

    @property
    def concentration(self) -> float | None:
        """Sum of squared shares of the partners in imports."""
        total = sum(v for _, v in self.partners)
        return sum((v / total) ** 2 for _, v in self.partners) if total > 0 else None

    @property
    def top(self) -> tuple[str, float] | None:
        """Largest partner and its share of imports."""
        total = sum(v for _, v in self.partners)
        return (self.partners[0][0], self.partners[0][1] / total) if total > 0 else None


@dataclass(frozen=True)
class Holder:
    """An organisation with patents in the technologies of a node."""

    id: str
    name: str
    type: str
    region: str
    patents: int


@dataclass(frozen=True)
class Ties:
    """Ties among the suppliers of a node, and between them and those who buy from them."""

    rivals: int
    users: int


@dataclass(frozen=True)
class Facts:
    """A node and everything known of it; None is not known, empty is known to be none."""

    node: Node
    supply: Supply
    trade: Trade | None
    ties: Ties | None
    holders: tuple[Holder, ...] | None
    outside: tuple[Holder, ...] | None
    makers_elsewhere: tuple[Supplier, ...] | None
    quotient: float | None
    density: float | None
    line: float | None

    @property
    def coverage(self) -> float | None:
        """Local output over local demand; a lower bound where a revenue is not known."""
        demand, output = self.node.demand, self.supply.output
        return output / demand if demand and output is not None else None

    @property
    def unmet(self) -> float | None:
        """Demand that local output cannot meet, max(0, demand - output)."""
        demand, output = self.node.demand, self.supply.output
        if demand is None or output is None:
            return None
        return max(0.0, demand - output)

    @property
    def scale(self) -> tuple[float, str] | None:
        """Least output that pays, by the table; else what the smallest producer elsewhere makes."""
        if self.node.minimum_scale is not None:
            return self.node.minimum_scale, "table"
        told = [m.revenue for m in self.makers_elsewhere or () if m.revenue]
        return (min(told), "smallest producer elsewhere") if told else None

    @property
    def unknown(self) -> list[str]:
        """Which of the facts that decide or qualify the class are not known."""
        asked = {
            "demand": self.node.demand is None,
            "local output": self.supply.output is None,
            "revenue of every supplier": self.supply.untold > 0,
            "imports by country": self.trade is None or self.trade.concentration is None,
            "ties of its suppliers": self.ties is None,
            "patents in its technologies": self.holders is None,
            "minimum scale": self.node.minimum_scale is None,
        }
        return [name for name, missing in asked.items() if missing]


#: How many facts :attr:`Facts.unknown` asks for.
ASKED = 7


def facts_of(
    dataset: Dataset,
    chain: Chain,
    partners: Mapping[str, set[str]] | None,
    quotients: Mapping[str, float],
    densities: Mapping[str, float],
    years: int,
) -> dict[str, Facts]:
    """Facts of every node by id, in the order of the chain.

    Parameters
    ----------
    partners : organisation -> those it has a joint event with; None without a network
    quotients, densities : by industry code: location quotient and relatedness density
    years : last years whose patents count
    """
    supplies, elsewhere = _supplies(dataset, chain), _elsewhere(dataset, chain)
    lines = _lines(dataset, chain)
    trades = {n.id: trade_of(dataset, chain.region, n.product, chain.year) for n in chain.nodes}
    held = _holders(dataset, chain, years)
    found = {}
    for node in chain.nodes:
        here = there = None
        if held is not None and node.technologies:
            here = tuple(h for h in held[node.id] if h.region == chain.region)
            there = tuple(h for h in held[node.id] if h.region != chain.region)
        supply = supplies[node.id]
        ties = None
        if partners is not None and supply.listed and supply.output is not None:
            ties = _ties(chain, node.id, supplies, partners)
        found[node.id] = Facts(
            node, supply, trades[node.id], ties, here, there,
            None if elsewhere is None else elsewhere.get(node.id, ()),
            quotients.get(node.industry), densities.get(node.industry), lines.get(node.id),
        )  # fmt: skip
    return found


def makers(dataset: Dataset, year: int) -> pl.DataFrame | None:
    """Organisations placed on the chain that exist in this year; None where none is placed."""
    if not dataset.has("orgs", "chain_node", "region"):
        return None
    orgs = dataset.tables["orgs"].filter(pl.col("chain_node").is_not_null())
    if orgs.is_empty():
        return None
    columns = {"revenue": pl.Float64, "founded": pl.Int64, "closed": pl.Int64, "type": pl.String,
               "name": pl.String}  # fmt: skip
    orgs = orgs.with_columns(
        pl.lit(None, kind).alias(c) for c, kind in columns.items() if c not in orgs.columns
    )
    return orgs.filter(
        pl.col("type").is_null() | pl.col("type").is_in(MAKERS),
        pl.col("founded").is_null() | (pl.col("founded") <= year),
        pl.col("closed").is_null() | (pl.col("closed") > year),
    )


def _supplier(row: Mapping[str, object]) -> Supplier:
    revenue, founded = row["revenue"], row["founded"]
    return Supplier(
        str(row["org_id"]), str(row["name"] or row["org_id"]),
        float(str(revenue)) if revenue is not None else None,
        int(str(founded)) if founded is not None else None,
    )  # fmt: skip


def _grouped(rows: pl.DataFrame) -> dict[str, tuple[Supplier, ...]]:
    found: dict[str, list[Supplier]] = {}
    ranked = rows.sort(["revenue", "org_id"], descending=[True, False], nulls_last=True)
    for row in ranked.iter_rows(named=True):
        found.setdefault(row["chain_node"], []).append(_supplier(row))
    return {node: tuple(s) for node, s in found.items()}


def _supplies(dataset: Dataset, chain: Chain) -> dict[str, Supply]:
    if chain.proposed:
        return _bought_here(chain)
    placed = makers(dataset, chain.year)
    here = pl.col("region") == chain.region
    # that all of them have closed is known; that nobody was ever placed is not
    if placed is None or not dataset.tables["orgs"].filter(here)["chain_node"].count():
        reason = f"no organisation of {chain.region} is placed on the chain (orgs, chain_node)"
        return {n.id: Supply(None, reason=reason) for n in chain.nodes}
    grouped = _grouped(placed.filter(here))
    return {
        n.id: Supply(sum(s.revenue or 0.0 for s in grouped.get(n.id, ())), grouped.get(n.id, ()))
        for n in chain.nodes
    }


#: The two ends of a derived local part.
BOUND = ("low", "high")


def _bought_here(chain: Chain) -> dict[str, Supply]:
    """Local value of the flows into the block, by supplying industry."""
    flows = chain.flows if chain.flows is not None else pl.DataFrame(schema=BOUNDS)
    ends = [pl.col(c) if chain.derived else pl.lit(None, pl.Float64).alias(c) for c in BOUND]
    reason = "the links do not say which part is supplied locally (local_value)"
    sums = flows.group_by("from").agg(
        pl.when(pl.col("local_value").is_null().any()).then(None)
        .otherwise(pl.col("local_value").sort_by("to").sum()).alias("local"),
        pl.len().alias("flows"), *(end.sum() for end in ends),
    )  # fmt: skip
    found = {
        code: Supply(
            local, listed=False, reason="" if local is not None else reason, flows=count,
            bounds=(low, high) if chain.derived else None,
        )
        for code, local, count, low, high in sums.iter_rows()
    }  # fmt: skip
    return {n.id: found.get(n.id, Supply(None, listed=False, reason=reason)) for n in chain.nodes}


def _lines(dataset: Dataset, chain: Chain, least: int = 5) -> dict[str, float]:
    """Lower quartile over all regions of the local share of a supplying industry."""
    if not chain.proposed or chain.derived:
        return {}
    flows = block_flows(dataset, chain.year)[0].filter(
        pl.col("to").is_in([i.code for i in dataset.block])
    )
    shares = (
        flows.group_by("region", "from")
        .agg(pl.col("value").sum(), pl.col("local_value").sum(),
             pl.col("local_value").null_count().alias("gaps"))
        .filter(pl.col("value") > 0, pl.col("gaps") == 0)
        .group_by("from")
        .agg((pl.col("local_value") / pl.col("value")).quantile(0.25, "linear").alias("line"),
             pl.len().alias("regions"))
        .filter(pl.col("regions") >= least)
    )  # fmt: skip
    return dict(shares.select("from", "line").iter_rows())


def _elsewhere(dataset: Dataset, chain: Chain) -> dict[str, tuple[Supplier, ...]] | None:
    placed = makers(dataset, chain.year)
    if placed is None:
        return None
    return _grouped(placed.filter(pl.col("region").ne_missing(chain.region)))


def trade_of(dataset: Dataset, region: str, product: str, year: int) -> Trade | None:
    """Trade of a region in a product in the last year told of; a finer code counts as a part.

    Rows without a partner are the world; they give the totals where they are there.
    """
    if not product or not dataset.has("trade", "region", "product", "year"):
        return None
    rows = dataset.tables["trade"].filter(
        pl.col("region") == region, pl.col("product").str.starts_with(product),
        pl.col("year") <= year,
    )  # fmt: skip
    exact = rows.filter(pl.col("product") == product)
    rows = exact if exact.height else rows
    if rows.is_empty():
        return None
    newest = int(str(rows["year"].max()))
    rows = rows.filter(pl.col("year") == newest)
    if "partner" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias("partner"))
    world = rows.filter(pl.col("partner").is_null())
    by_partner = rows.filter(pl.col("partner").is_not_null())
    totals = [
        _total(world, c) if _total(world, c) is not None else _total(by_partner, c)
        for c in ("imports", "exports")
    ]
    partners: Sequence[tuple[str, float]] = ()
    if "imports" in rows.columns:
        sums = by_partner.group_by("partner").agg(pl.col("imports").sum())
        sums = sums.filter(pl.col("imports") > 0)
        partners = list(sums.sort(["imports", "partner"], descending=[True, False]).iter_rows())
    return Trade(
        newest, totals[0], totals[1], tuple(partners), rows.height, bool(exact.height)
    )


def _total(rows: pl.DataFrame, column: str) -> float | None:
    if column not in rows.columns or not rows[column].count():
        return None
    return float(rows[column].sum())


def _holders(dataset: Dataset, chain: Chain, years: int) -> dict[str, list[Holder]] | None:
    """Organisations by number of their patents of the last years in the technologies of a node."""
    if not (
        dataset.has("patents", "patent_id", "app_year")
        and dataset.has("applicants", "patent_id", "org_id")
        and dataset.has("codes", "patent_id", "code")
        and dataset.has("orgs", "org_id", "region")
    ):
        return None
    recent = dataset.tables["patents"].filter(
        pl.col("app_year") > chain.year - years, pl.col("app_year") <= chain.year
    )
    filed = dataset.tables["applicants"].select("patent_id", "org_id").drop_nulls().unique()
    filed = filed.join(recent, on="patent_id", how="semi")
    codes = dataset.tables["codes"].select("patent_id", "code").drop_nulls()
    codes = codes.join(recent, on="patent_id", how="semi")
    known = _known(dataset)
    found: dict[str, list[Holder]] = {}
    for node in chain.nodes:
        inside = [pl.col("code").str.starts_with(t) for t in node.technologies]
        if not inside:
            found[node.id] = []
            continue
        of_node = codes.filter(pl.any_horizontal(*inside)).select("patent_id").unique()
        counts = filed.join(of_node, on="patent_id", how="semi").group_by("org_id").len("n")
        ranked = counts.sort(["n", "org_id"], descending=[True, False])
        found[node.id] = []
        for id, n in ranked.iter_rows():
            name, type, region = known.get(id, (id, "", ""))
            found[node.id].append(Holder(id, name, type, region, n))
    return found


def _known(dataset: Dataset) -> dict[str, tuple[str, str, str]]:
    """Name, type and region of every organisation."""
    if "orgs" not in dataset.tables:
        return {}
    orgs = dataset.tables["orgs"]
    wanted = ("name", "type", "region")
    orgs = orgs.with_columns(
        pl.lit(None, pl.String).alias(c) for c in wanted if c not in orgs.columns
    )
    return {
        id: (name or id, type or "", region or "")
        for id, name, type, region in orgs.select("org_id", *wanted).iter_rows()
    }


def _ties(
    chain: Chain, id: str, supplies: Mapping[str, Supply], partners: Mapping[str, set[str]]
) -> Ties:
    own = {s.id for s in supplies[id].suppliers}
    users = {s.id for edge in chain.uses(id) for s in supplies[edge.user].suppliers} - own
    met = {s: partners.get(s, set()) for s in own}
    return Ties(
        sum(len(met[s] & own) for s in own) // 2, sum(len(met[s] & users) for s in own)
    )
