"""The industry chain: class of every node, edges, demand, and the trade that follows from them."""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.data.synthetic.catalogue import NODES, REGION, SUPPLIERS
from regionlift.data.synthetic.truths import ChainTruths

#: Final products nobody in the region makes, though their suppliers there are strong.
EXTEND = ("N06", "N07")
FINAL = 0
PARTNERS = ("DE", "JP", "US", "KR")
TRADE_YEARS = 6
#: Share of local demand imported in the last year, by class; the rest is local or from elsewhere
#: in the country.
IMPORTED = {
    "strengthen": (0.30, 0.45),
    "supplement": (0.70, 0.85),
    "extend": (0.45, 0.60),
    "stabilise": (0.02, 0.06),
    "buy_from_neighbour": (0.15, 0.25),
    "strong": (0.02, 0.08),
}
#: Local output over local demand, for the classes that have local output at all.
COVERED = {"strengthen": (0.20, 0.45), "stabilise": (1.00, 1.25), "strong": (1.10, 1.60)}


def plan_chain(rng: np.random.Generator) -> ChainTruths:
    """Draw the class of every node.

    The final products stay strong, or are the ones to extend to; what feeds the latter stays
    strong too, since an extension needs local strength below it.
    """
    feeding = {node for final in EXTEND for node in SUPPLIERS[final]}
    free = [n.id for n in NODES if n.tier > FINAL and n.id not in feeding]
    parts = [n.id for n in NODES if n.tier > 1 and n.id not in feeding]
    supplement = rng.choice(parts, 3, replace=False).tolist()
    buy = rng.choice([p for p in parts if p not in supplement], 2, replace=False).tolist()
    left = [n for n in free if n not in {*supplement, *buy}]
    drawn = rng.choice(left, 6, replace=False).tolist()
    special = {*supplement, *buy, *drawn, *EXTEND}
    return ChainTruths(
        strengthen=sorted(drawn[:3]),
        supplement=sorted(supplement),
        extend=list(EXTEND),
        stabilise=sorted(drawn[3:]),
        buy_from_neighbour=sorted(buy),
        strong=[n.id for n in NODES if n.id not in special],
        single_source=min(supplement),
    )


def class_of(chain: ChainTruths) -> dict[str, str]:
    """Class of each node id."""
    return {node: name for name in IMPORTED for node in getattr(chain, name)}


def chain_tables(
    rng: np.random.Generator, chain: ChainTruths, orgs: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Nodes and edges; demand is set against what the local firms of a node turn over."""
    supply = local_supply(orgs)
    classes = class_of(chain)
    typical = float(np.median([v for v in supply.values() if v > 0]))
    demand, scale = {}, {}
    for node in NODES:
        kind = classes[node.id]
        if kind in COVERED:
            demand[node.id] = supply[node.id] / rng.uniform(*COVERED[kind])
            scale[node.id] = demand[node.id] * rng.uniform(0.05, 0.15)
        else:
            demand[node.id] = typical * rng.uniform(0.6, 1.6)
            bounds = (1.5, 3.0) if kind == "buy_from_neighbour" else (0.1, 0.4)
            scale[node.id] = demand[node.id] * rng.uniform(*bounds)
    critical = {n.id for n in NODES if n.tier == FINAL} | set(chain.supplement)
    nodes = pl.DataFrame(
        {
            "node_id": [n.id for n in NODES],
            "name": [n.name for n in NODES],
            "name_zh": [n.name_zh for n in NODES],
            "tier": [n.tier for n in NODES],
            "critical": ["yes" if n.id in critical else "no" for n in NODES],
            "industry": [n.industry for n in NODES],
            "product": [n.product for n in NODES],
            "technologies": [n.technologies for n in NODES],
            "demand": [round(demand[n.id], 1) for n in NODES],
            "minimum_scale": [round(scale[n.id], 1) for n in NODES],
        }
    )
    return nodes, _edges(rng, demand)


def _edges(rng: np.random.Generator, demand: dict[str, float]) -> pl.DataFrame:
    """Flows along the chain: nine tenths of a node's demand, split over its local users.

    Nobody makes the final products of ``EXTEND`` yet, so nothing flows to them.
    """
    pairs = [(source, user) for user, sources in SUPPLIERS.items() for source in sources]
    weight = {p: 0.0 if p[1] in EXTEND else float(rng.uniform(0.5, 1.5)) for p in pairs}
    out = {source: sum(w for p, w in weight.items() if p[0] == source) for source, _ in pairs}
    return pl.DataFrame(
        {
            "from": [source for source, _ in pairs],
            "to": [user for _, user in pairs],
            "value": [
                round(0.9 * demand[p[0]] * weight[p] / out[p[0]], 1) if weight[p] else 0.0
                for p in pairs
            ],
        }
    )


def local_supply(orgs: pl.DataFrame) -> dict[str, float]:
    """Revenue of the region's firms by chain node, 0 for a node without one."""
    here = orgs.filter(pl.col("region") == REGION, pl.col("chain_node").is_not_null())
    by_node = here.group_by("chain_node").agg(pl.col("revenue").sum())
    found = dict(zip(by_node["chain_node"], by_node["revenue"], strict=True))
    return {node.id: float(found.get(node.id, 0.0)) for node in NODES}


def trade_table(
    rng: np.random.Generator, chain: ChainTruths, nodes: pl.DataFrame, orgs: pl.DataFrame, year: int
) -> pl.DataFrame:
    """Imports and exports by product and partner over the last years."""
    supply = local_supply(orgs)
    classes = class_of(chain)
    rows: list[dict[str, object]] = []
    for node, product, demand in nodes.select("node_id", "product", "demand").iter_rows():
        single = node == chain.single_source
        imports = demand * rng.uniform(*IMPORTED[classes[node]])
        exports = supply[node] * rng.uniform(0.08, 0.20)
        shares = np.array([0.94, 0.03, 0.02, 0.01]) if single else rng.dirichlet([6.0] * 4)
        sold = rng.dirichlet([6.0] * len(PARTNERS))
        world = 10 ** rng.uniform(-3.5, -1.5)
        relative = rng.uniform(0.75, 1.10)
        for past in range(TRADE_YEARS):
            size = 0.94**past * rng.uniform(0.97, 1.03)
            for partner, bought, exported in zip(PARTNERS, shares, sold, strict=True):
                value = exports * size * exported
                rows.append(
                    {
                        "region": REGION,
                        "product": product,
                        "year": year - past,
                        "partner": partner,
                        "imports": round(imports * size * bought, 2),
                        "exports": round(value, 2),
                        "quantity": round(value / (world * relative)),
                        "world_unit_value": round(world, 7),
                    }
                )
    return pl.DataFrame(rows).sort("product", "year", "partner")
