"""Nodes and edges of the chain: declared by the user, or proposed from input-output links."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.measures.chain.newest import newest
from regionlift.measures.chain.regionalised import regionalised


@dataclass(frozen=True)
class Node:
    """A product or an industry of the chain; ``tier`` is 0 for what leaves it, counting upstream.

    ``demand`` is what the region's users buy a year, in millions; ``demand_from`` says where it is
    read: "table", "edges" (a lower bound: what the declared users take) or "links".
    """

    id: str
    name: str
    name_zh: str = ""
    tier: int = 0
    critical: bool | None = None
    industry: str = ""
    product: str = ""
    technologies: tuple[str, ...] = ()
    demand: float | None = None
    demand_from: str = ""
    minimum_scale: float | None = None


@dataclass(frozen=True)
class Edge:
    """What one node buys from another, in millions; None where only the relation is known."""

    source: str
    user: str
    value: float | None


@dataclass(frozen=True)
class Chain:
    """The chain of one region. ``proposed`` ones come from input-output links, not from a user.

    Those carry their ``flows`` into the block; ``derived`` ones stem from a national table, and
    their flows have bounds of the local part, ``low`` and ``high``.
    """

    region: str
    year: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    origin: str
    proposed: bool
    flows: pl.DataFrame | None = None
    derived: bool = False

    @cached_property
    def _places(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    def node(self, id: str) -> Node:
        """The node of this id; KeyError where there is none."""
        return self._places[id]

    @cached_property
    def _inputs(self) -> dict[str, list[Edge]]:
        return _by(self.edges, "user")

    @cached_property
    def _uses(self) -> dict[str, list[Edge]]:
        return _by(self.edges, "source")

    def inputs(self, id: str) -> list[Edge]:
        """What a node buys."""
        return self._inputs.get(id, [])

    def uses(self, id: str) -> list[Edge]:
        """Who buys from a node."""
        return self._uses.get(id, [])


def _by(edges: Iterable[Edge], end: str) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(getattr(edge, end), []).append(edge)
    return found


class NoChainError(LookupError):
    """The tables hold no chain of this region."""

    def __init__(self, reason: str, settles: str) -> None:
        super().__init__(reason)
        self.settles = settles


def chain_of(dataset: Dataset, settings: Settings, region: str, year: int) -> Chain:
    """The declared chain, or else the one proposed from the region's input-output links.

    Raises
    ------
    NoChainError
        If there is neither; the message says why.
    """
    own = dataset.manifest.dataset.region
    if dataset.has("chain_nodes", "node_id") and dataset.tables["chain_nodes"].height:
        if own in ("", region):
            return declared(dataset, region, year)
        if not dataset.has("links", "region"):
            raise NoChainError(
                f"the chain table is that of {own}", f"a chain table of {region}, or its links"
            )
    return proposed(dataset, settings, region, year)


def declared(dataset: Dataset, region: str, year: int) -> Chain:
    """The chain as the user's tables have it; missing tiers and demands follow from the edges."""
    table = dataset.tables["chain_nodes"]
    known = set(table["node_id"])
    edges = _edges(dataset, known)
    taken: dict[str, float] = {}
    for edge in edges:
        if edge.value is not None:
            taken[edge.source] = taken.get(edge.source, 0.0) + edge.value
    tiers = tiers_of(list(table["node_id"]), edges)
    nodes = []
    for row in table.iter_rows(named=True):
        id, demand = row["node_id"], row.get("demand")
        told = row.get("tier")
        source = "table" if demand is not None else ("edges" if taken.get(id) else "")
        nodes.append(
            Node(
                id, row.get("name") or id, row.get("name_zh") or "",
                int(told) if told is not None else tiers[id], row.get("critical"),
                row.get("industry") or "", row.get("product") or "",
                tuple(t.strip() for t in (row.get("technologies") or "").split(";") if t.strip()),
                demand if demand is not None else taken.get(id) or None, source,
                row.get("minimum_scale"),
            )
        )  # fmt: skip
    return Chain(region, year, tuple(nodes), edges, "the chain table of the dataset", False)


def _edges(dataset: Dataset, known: set[str]) -> tuple[Edge, ...]:
    if not dataset.has("chain_edges", "from", "to"):
        return ()
    found = [
        Edge(row["from"], row["to"], row.get("value"))
        for row in dataset.tables["chain_edges"].iter_rows(named=True)
        if row["from"] in known and row["to"] in known and row["from"] != row["to"]
    ]
    return tuple(found)


def tiers_of(ids: list[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Steps to the nearest node that supplies no other; nodes on circles only come last."""
    used_by = _by(edges, "source")
    inputs = _by(edges, "user")
    tier = {id: 0 for id in ids if id not in used_by}
    waiting = deque(tier)
    while waiting:
        id = waiting.popleft()
        for edge in inputs.get(id, []):
            if edge.source not in tier:
                tier[edge.source] = tier[id] + 1
                waiting.append(edge.source)
    last = max(tier.values(), default=-1) + 1
    return {id: tier.get(id, last) for id in ids}


#: Columns of the flows into and out of the block, by region.
_FLOW = ("region", "from", "to", "value", "local_value", "imported_value")


def block_flows(dataset: Dataset, year: int) -> tuple[pl.DataFrame, int]:
    """Input-output links of every region in the last year up to ``year`` that has any, and it.

    Raises
    ------
    NoChainError
        If there are none.
    """
    settles = "table links at the level of industries or products, with its year"
    if not dataset.has("links", "region", "from", "to", "value"):
        raise NoChainError("there is neither a chain table nor a links table", settles)
    links = dataset.tables["links"]
    if "level" in links.columns:
        links = links.filter(pl.col("level").fill_null("industry") != "firm")
    links, year = newest(links, year)
    if links.is_empty():
        raise NoChainError("no input-output link is in the tables", settles)
    blank = [c for c in _FLOW if c not in links.columns]
    return links.with_columns(*(pl.lit(None, pl.Float64).alias(c) for c in blank)), year


def proposed(dataset: Dataset, settings: Settings, region: str, year: int) -> Chain:
    """Main suppliers and customers of the block, to the stated share of its purchases and sales.

    Raises
    ------
    NoChainError
        If the region has no input-output links of the block.
    """
    own, year, derived = flows_of(dataset, settings, region, year)
    block = {i.code: i for i in dataset.block}
    bought = _main(own.filter(pl.col("to").is_in(list(block))), "from", settings["chain_cover"])
    sold = _main(
        own.filter(
            pl.col("from").is_in(list(block)), ~pl.col("to").is_in(list(block)),
            # an industry sells too: what does not is a column of final demand
            pl.col("to").is_in(own["from"].unique().to_list()),
        ), "to",
        settings["chain_cover"],
    )  # fmt: skip
    if bought.is_empty():
        raise NoChainError(
            f"{region} has no input-output link of the block in {year}",
            f"table links of {region} into {', '.join(block)}",
        )
    suppliers = [c for c in bought["code"] if c not in block]
    ids = [*block, *suppliers, *(c for c in sold["code"] if c not in suppliers)]
    within = own.filter(pl.col("from").is_in(ids), pl.col("to").is_in(ids))
    into = own.filter(pl.col("to").is_in(list(block)))
    demand = dict(into.group_by("from").agg(pl.col("value").sum()).iter_rows())
    nodes = tuple(
        Node(
            c, *dataset.scope.name_of(c), 1 if c in block else 2 if c in suppliers else 0, None,
            # customers are users: what the block buys of them is no main input
            c, c, (), demand.get(c) if c in block or c in suppliers else None,
            "links" if c in demand else "",
        )
        for c in ids
    )  # fmt: skip
    edges = tuple(
        Edge(a, b, v) for a, b, v in within.select("from", "to", "value").iter_rows()
        if a != b and (b in block or a in block)
    )  # fmt: skip
    share = f"{settings['chain_cover']:.0%}"
    origin = (
        f"proposed from the input-output links of {year}: the block, and the industries that make "
        f"up {share} of its purchases and of its sales to other industries"
    )
    if derived:
        origin = (
            f"derived from the national input-output table of {year}: the nation's technology, "
            f"the region's sizes, and Flegg's quotient with exponents from "
            f"{settings['flegg_low']:g} to {settings['flegg_high']:g}; no number of it was observed"
        )
    return Chain(region, year, nodes, edges, origin, True, into, derived)


def flows_of(
    dataset: Dataset, settings: Settings, region: str, year: int
) -> tuple[pl.DataFrame, int, bool]:
    """Input-output links of a region, their year, and whether they are derived from the nation's.

    Raises
    ------
    NoChainError
        If there are neither.
    """
    try:
        flows, told = block_flows(dataset, year)
        own = flows.filter(pl.col("region") == region)
        if own.height:
            return own, told, False
        why = NoChainError(
            f"{region} has no input-output link in {told}", f"table links of {region}"
        )
    except NoChainError as error:
        why = error
    found = regionalised(dataset, settings, region, year)
    if found is None:
        raise why
    return found[0], found[1], True


def _main(flows: pl.DataFrame, end: str, cover: float) -> pl.DataFrame:
    """The largest ends of these flows that together reach the share; columns code, value."""
    sums = flows.filter(pl.col("value") > 0).group_by(end).agg(pl.col("value").sum())
    ranked = sums.sort(["value", end], descending=[True, False])
    before = pl.col("value").cum_sum() - pl.col("value")
    return ranked.filter(before < cover * pl.col("value").sum()).rename({end: "code"})

