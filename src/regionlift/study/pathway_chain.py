"""The numbers behind path B, as evidence."""

from __future__ import annotations

from collections.abc import Mapping

from scipy.stats import norm

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.measures.network.events import joint_sql, ties_sql
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.pathway import chain as path
from regionlift.measures.pathway.technology import Told, untold
from regionlift.study.chain import ChainStudy, partners_of
from regionlift.study.chain_numbers import purchase_rows
from regionlift.study.network import NetworkStudy
from regionlift.study.pathway_technology import number

#: Years whose inventions a slope is read from.
SLOPE = 8
#: Pairs of a core and a supplier below which a comparison with chance means nothing.
PAIRS = 5

_NO_FIRMS = "links between firms are not in the tables, or no core enterprise buys in them"
_FIRMS = "links of level firm with the purchases of the core enterprises"


def chain_path_numbers(
    dataset: Dataset, region: str, settings: Settings, chain: ChainStudy,
    network: NetworkStudy | None, year: int | None = None,
) -> tuple[Quantity, ...]:  # fmt: skip
    """Every number of this family once, with the region as subject; untold ones say why."""
    last = year if year is not None else chain.year
    half = float(norm.ppf(0.5 + settings["confidence"] / 2))
    span = (last - SLOPE + 1, last)
    told: dict[str, Told] = {
        "core_enterprises": _cores(dataset, region, chain, network),
        "chain_net_entry": path.net_entry(dataset, region, last),
        "chain_sound": _sound(chain),
        "hold_up_share": _hold_up(chain, settings["single_share"]),
        "chain_learning": path.learning(dataset, region, last, settings.whole("network_years")),
        "chain_sharing": path.sharing(dataset, region, last),
        "chain_invention_growth": _placed_inventions(dataset, region, span, half),
        **_suppliers(dataset, region, settings, chain, network, span, half),
    }
    slopes = ("chain_invention_growth", "supplier_invention_growth")
    derived = ("chain_sound", "hold_up_share", "codevelopment_lift")
    return tuple(
        number(dataset, measure, region, f"{span[0]}-{span[1]}" if measure in slopes else str(last),
               found, Provenance.DERIVED if measure in derived else Provenance.OBSERVED)
        for measure, found in told.items()
    )  # fmt: skip


def _cores(
    dataset: Dataset, region: str, chain: ChainStudy, network: NetworkStudy | None
) -> Told:
    """Core enterprises of the region, zero where the rule or the declaration names none."""
    by_rule = network is not None and not network.structure.cores.reason
    declared = dataset.has("orgs", "layer", "region") and dataset.tables["orgs"]["layer"].count()
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
    asked = {id: chain.facts[id].node.demand or 0.0 for id, call in chain.calls.items()
             if call.kind and call.kind not in ("user", "unasked") and chain.facts[id].node.demand
             }  # fmt: skip
    whole = sum(asked.values())
    if not whole:
        return untold("of no link are demand and class told",
                      "demand in chain_nodes; chain_node and revenue in orgs")  # fmt: skip
    broken = set(chain.of_kind("strengthen")) | set(chain.of_kind("supplement"))
    sound = sum(d for id, d in asked.items() if id not in broken)
    subjects = path.among({f"{chain.region}|{id}" for id in asked})
    sql = (
        "SELECT subject, value FROM quantities WHERE measure = 'chain_demand' AND period = "
        f"'{chain.chain.year}' AND subject IN ({subjects}) ORDER BY subject"
    )
    return Told(sound / whole, Rows(sql, len(asked)), len(asked))


def _hold_up(chain: ChainStudy, line: float) -> Told:
    """Nodes made here of which one supplier has the set share of output."""
    if chain.chain is None:
        return untold(chain.reason, chain.settles)
    told = {id: f.supply.largest_share for id, f in chain.facts.items() if f.supply.suppliers}
    known = {id: s for id, s in told.items() if s is not None}
    if not known:
        return untold("of no node is the output of every local supplier told",
                      "chain_node and revenue in orgs")  # fmt: skip
    subjects = path.among({f"{chain.region}|{id}" for id in known})
    sql = (
        "SELECT subject, value FROM quantities WHERE measure = 'chain_largest' AND period = "
        f"'{chain.chain.year}' AND subject IN ({subjects}) ORDER BY subject"
    )
    share = sum(s >= line for s in known.values()) / len(known)
    return Told(share, Rows(sql, len(known)), len(known))


def _placed_inventions(
    dataset: Dataset, region: str, span: tuple[int, int], half: float
) -> Told:
    if not dataset.has("orgs", "org_id", "region", "chain_node"):
        return untold("organisations are not placed on the chain", "chain_node in orgs")
    inside = f"SELECT org_id FROM ({path.placed_sql(dataset, region, span[1])})"
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
        return {id: untold(_NO_FIRMS, _FIRMS) for id in ids}
    rows = purchase_rows(dataset, region, chain.purchases, tuple(s.id for s in buyers))
    local = {s for c in buyers for s in c.local}
    bought = sum(s.bought for s in buyers)
    found = {
        "suppliers_per_core": Told(sum(len(s.local) for s in buyers) / len(buyers), rows,
                                   len(buyers)),
        "cores_local_share": Told(sum(s.bought_here for s in buyers) / bought, rows, len(buyers)),
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


def buyers_of(chain: ChainStudy) -> frozenset[tuple[str, str]]:
    """Pairs of a core enterprise and a local supplier of its own."""
    return frozenset((c.id, s) for c in chain.supplies for s in c.local if s != c.id)


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
    having = f"HAVING max(a.last) >= {first} AND min(a.first) <= {last}"
    ties = joint_sql(dataset, settings) + ties_sql(network.region, having, settings)
    both = ", ".join(f"({quoted(min(p))}, {quoted(max(p))})" for p in sorted(pairs))
    sql = f"SELECT * FROM ({ties}) WHERE (org_id, other) IN ({both}) ORDER BY org_id, other"
    return Told(met / expected, Rows(sql, met), len(pairs))
