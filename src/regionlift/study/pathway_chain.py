"""The numbers behind path B, as evidence."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from scipy.stats import norm

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.measures.network.events import joint_sql, ties_sql
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.pathway import chain as path
from regionlift.measures.pathway.technology import Told, looked_up, untold
from regionlift.study.chain import ChainStudy, partners_of
from regionlift.study.chain_numbers import purchase_rows
from regionlift.study.network import NetworkStudy
from regionlift.study.pathway_technology import number

#: Years whose inventions a slope is read from.
SLOPE = 8
#: Pairs of a core and a supplier below which a comparison with chance means nothing.
PAIRS = 5

_FIRMS = "links of level firm with the purchases of the core enterprises"


def chain_path_numbers(
    dataset: Dataset, region: str, settings: Settings, chain: ChainStudy,
    network: NetworkStudy | None, year: int | None = None,
) -> tuple[Quantity, ...]:  # fmt: skip
    """Every number of this family once, with the region as subject; untold ones say why."""
    last = year if year is not None else chain.year
    half = float(norm.ppf(0.5 + settings["confidence"] / 2))
    span = path.patent_years(dataset, (last - SLOPE + 1, last))
    told: dict[str, Told] = {
        "core_enterprises": _cores(dataset, region, chain, network),
        "chain_net_entry": path.net_entry(dataset, region, last),
        "chain_sound": _sound(chain),
        "hold_up_share": _hold_up(dataset, chain, settings["single_share"]),
        "chain_learning": path.learning(dataset, region, last, settings.whole("network_years")),
        "chain_sharing": path.sharing(dataset, region, last),
        "chain_invention_growth": _placed_inventions(dataset, region, span, half),
        **_suppliers(dataset, region, settings, chain, network, span, half),
    }
    periods = _periods(settings, chain, network, span, last)
    derived = ("chain_sound", "hold_up_share", "codevelopment_lift")
    return tuple(
        number(dataset, measure, region, periods.get(measure, str(last)), found,
               Provenance.DERIVED if measure in derived else Provenance.OBSERVED)
        for measure, found in told.items()
    )  # fmt: skip


def _periods(
    settings: Settings, chain: ChainStudy, network: NetworkStudy | None, span: tuple[int, int],
    last: int,
) -> dict[str, str]:  # fmt: skip
    """Years each number is of, where that is not the last one."""
    recent = f"{last - path.RECENT + 1}-{last}"
    found = dict.fromkeys(("chain_net_entry", "chain_sharing"), recent)
    found["chain_learning"] = f"{last - settings.whole('network_years') + 1}-{last}"
    slopes = ("chain_invention_growth", "supplier_invention_growth")
    found |= dict.fromkeys(slopes, f"{span[0]}-{span[1]}")
    if chain.chain is not None:
        found |= dict.fromkeys(("chain_sound", "hold_up_share"), str(chain.chain.year))
    if chain.purchases is not None:
        bought = ("suppliers_per_core", "cores_local_share")
        found |= dict.fromkeys(bought, str(chain.purchases.year))
    if network is not None:
        shape = network.structure
        found |= {"codevelopment_lift": f"{shape.first}-{shape.last}"}
    return found


def _cores(
    dataset: Dataset, region: str, chain: ChainStudy, network: NetworkStudy | None
) -> Told:
    """Core enterprises of the region, zero where the rule or the declaration names none."""
    by_rule = network is not None and not network.structure.cores.reason
    declared = dataset.has("orgs", "layer", "region") and dataset.tables["orgs"].filter(
        pl.col("region") == region)["layer"].count()  # fmt: skip
    if not by_rule and not declared:
        why = network.structure.cores.reason if network is not None else (
            "no joint events, and no layer is declared")  # fmt: skip
        return untold(why, "joint events with sizes and inventions of enterprises, or layer in "
                      "orgs")  # fmt: skip
    ids = [id for id, _ in chain.cores]
    columns = [c for c in ("name", "size_emp", "layer") if dataset.has("orgs", c)]
    sql = (f"SELECT org_id{''.join(', ' + c for c in columns)} FROM orgs WHERE org_id IN "
           f"({path.among(ids)}) ORDER BY 1")  # fmt: skip
    return Told(float(len(ids)), Rows(sql, len(ids)), len(ids))


def _sound(chain: ChainStudy) -> Told:
    """Demand of classed links that need neither strengthening nor supplementing."""
    if chain.chain is None:
        return untold(chain.reason, chain.settles)
    every = {id: chain.facts[id].node.demand or 0.0 for id, call in chain.calls.items()
             if call.kind not in ("user", "unasked") and chain.facts[id].node.demand}  # fmt: skip
    asked = {id: d for id, d in every.items() if chain.calls[id].kind}
    whole, open_ = sum(asked.values()), sum(d for id, d in every.items() if id not in asked)
    # what is not made here is classed without any revenue: alone it would stand for the chain
    made = {id for id in every if chain.facts[id].supply.suppliers}
    if not whole or (made and not made & set(asked)):
        return untold("of no link made here are demand and class told",
                      "demand in chain_nodes; chain_node and revenue in orgs")  # fmt: skip
    broken = set(chain.of_kind("strengthen")) | set(chain.of_kind("supplement"))
    sound = sum(d for id, d in asked.items() if id not in broken)
    subjects = path.among({f"{chain.region}|{id}" for id in asked})
    sql = (
        "SELECT subject, value FROM quantities WHERE measure = 'chain_demand' AND period = "
        f"'{chain.chain.year}' AND subject IN ({subjects}) ORDER BY subject"
    )
    ends = (sound / (whole + open_), (sound + open_) / (whole + open_)) if open_ else None
    return Told(sound / whole, Rows(sql, len(asked)), len(asked), ends)


def _hold_up(dataset: Dataset, chain: ChainStudy, line: float) -> Told:
    """Nodes made here of which one supplier has the set share of output."""
    if chain.chain is None:
        return untold(chain.reason, chain.settles)
    if lacking := dataset.lacks(registry()["hold_up_share"].needs):
        return untold(f"not in the dataset: {lacking}", lacking)
    told = {id: f.supply.largest_share for id, f in chain.facts.items() if f.supply.suppliers}
    known = {id: s for id, s in told.items() if s is not None}
    # of a node with one supplier it is told without any revenue: alone these would all hang on one
    several = {id for id in told if len(chain.facts[id].supply.suppliers) > 1}
    if not known or (several and not several & set(known)):
        return untold("of no node with several local suppliers is the output of all told",
                      "chain_node and revenue in orgs")  # fmt: skip
    subjects = path.among({f"{chain.region}|{id}" for id in known})
    sql = (
        "SELECT subject, value FROM quantities WHERE measure = 'chain_largest' AND period = "
        f"'{chain.chain.year}' AND subject IN ({subjects}) ORDER BY subject"
    )
    held, open_ = sum(s >= line for s in known.values()), len(told) - len(known)
    bounds = (held / len(told), (held + open_) / len(told)) if open_ else None
    return Told(held / len(known), Rows(sql, len(known)), len(known), bounds)


def _placed_inventions(
    dataset: Dataset, region: str, span: tuple[int, int], half: float
) -> Told:
    if not dataset.has("orgs", "org_id", "region", "chain_node"):
        return untold("organisations are not placed on the chain", "chain_node in orgs")
    inside = f"SELECT org_id FROM ({path.placed_sql(dataset, region, span[1])})"
    if not looked_up(dataset, inside).height:
        return untold(f"no organisation of {region} is placed on the chain", "chain_node in orgs")
    return path.inventions(dataset, inside, span, half, "organisations on the chain")


def _suppliers(
    dataset: Dataset, region: str, settings: Settings, chain: ChainStudy,
    network: NetworkStudy | None, span: tuple[int, int], half: float,
) -> Mapping[str, Told]:  # fmt: skip
    """Numbers of the cores' purchases and of their local suppliers."""
    ids = ("suppliers_per_core", "cores_local_share", "supplier_able_share",
           "supplier_invention_growth", "codevelopment_lift")  # fmt: skip
    buyers = [s for s in chain.supplies if s.bought > 0]
    if chain.purchases is None or not buyers:
        return dict.fromkeys(ids, _no_firms(dataset, chain))
    own = chain.purchases.rows.filter(pl.col("buyer").is_in([s.id for s in buyers]))
    if not own["local"].count():
        nowhere = untold("where those who sell to core enterprises are is not told", "region of "
                         "the sellers in orgs, or local_value in links")  # fmt: skip
        return dict.fromkeys(ids, nowhere)
    rows = purchase_rows(dataset, region, chain.purchases, tuple(s.id for s in buyers))
    local = {s for c in buyers for s in c.local}
    bought, here = sum(s.bought for s in buyers), sum(s.bought_here for s in buyers)
    unseen = float(own.filter(pl.col("local").is_null())["value"].sum())
    ends = (here / bought, (here + unseen) / bought) if unseen else None
    found = {
        "suppliers_per_core": Told(sum(len(s.local) for s in buyers) / len(buyers), rows,
                                   len(buyers)),
        "cores_local_share": Told(here / bought, rows, len(buyers), ends),
    }  # fmt: skip
    if not local:
        nobody = untold("no core enterprise has a supplier here", _FIRMS)
        return {**found, **{id: nobody for id in ids[2:]}}
    inside = f"SELECT org_id FROM orgs WHERE org_id IN ({path.among(local)})"
    return {
        **found,
        "supplier_able_share": path.able_suppliers(dataset, local),
        "supplier_invention_growth": path.inventions(dataset, inside, span, half,
                                                     "the cores' suppliers"),
        "codevelopment_lift": _lift(dataset, settings, network, buyers_of(chain)),
    }  # fmt: skip


def _no_firms(dataset: Dataset, chain: ChainStudy) -> Told:
    """Why nothing is known of what core enterprises buy."""
    if lacking := dataset.lacks({"links": ("from", "to", "value", "level")}):
        return untold(f"not in the dataset: {lacking}", lacking)
    if chain.purchases is None:
        return untold("no link between firms is in the table links", _FIRMS)
    if not chain.cores:
        return untold("no core enterprise is known", "joint events with sizes and inventions of "
                      "enterprises, or layer in orgs")  # fmt: skip
    return untold("no core enterprise buys in the links between firms", _FIRMS)


def buyers_of(chain: ChainStudy) -> frozenset[tuple[str, str]]:
    """Pairs of a core enterprise and a local supplier of its own, each once, the lesser id first.

    Two cores that supply each other are one pair.
    """
    return frozenset((min(c.id, s), max(c.id, s)) for c in chain.supplies for s in c.local
                     if s != c.id)  # fmt: skip


def _lift(
    dataset: Dataset, settings: Settings, network: NetworkStudy | None,
    pairs: frozenset[tuple[str, str]],
) -> Told:  # fmt: skip
    """Pairs that met over pairs that chance would give."""
    if network is None:
        return untold("there are no joint events", "projects with members, or joint patents")
    partners = partners_of(network)
    home = set(network.structure.home.ids)
    local = {i: p & home for i, p in partners.items() if i in home}
    met, expected = path.codevelopment(pairs, local)
    if len(pairs) < PAIRS or expected <= 0:
        return untold(f"{len(pairs)} pairs of a core and a supplier of its own, {PAIRS} that may "
                      "meet are needed", _FIRMS, len(pairs), few=True)  # fmt: skip
    first, last = network.structure.first, network.structure.last
    having = f"HAVING count(*) FILTER (WHERE a.last >= {first} AND a.first <= {last}) > 0"
    ties = joint_sql(dataset, settings) + ties_sql(network.region, having, settings)
    both = ", ".join(f"({quoted(a)}, {quoted(b)})" for a, b in sorted(pairs))
    sql = f"SELECT * FROM ({ties}) WHERE (org_id, other) IN ({both}) ORDER BY org_id, other"
    return Told(met / expected, Rows(sql, met), len(pairs))
