"""What goes when something goes: accounting only. Nobody finds a substitute, no price moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regionlift.measures.chain.facts import Facts
from regionlift.measures.chain.nodes import Chain


@dataclass(frozen=True)
class Shock:
    """One event and its account, in millions.

    ``before`` and ``after`` are local output over demand (import stops: share of demand with a
    source). ``lost`` is the supply that goes, ``unserved`` the demand that had it and has it no
    more, ``exposed`` what each user takes of the node times the share of demand unserved.
    """

    kind: str
    node: str
    what: str
    before: float
    after: float
    lost: float
    unserved: float
    exposed: tuple[tuple[str, float], ...]


def stress(chain: Chain, facts: Mapping[str, Facts], cores: Iterable[str]) -> list[Shock]:
    """Every import stops, every core enterprise leaves, every other largest supplier, in turn."""
    found, named = [], set(cores)
    for id, own in facts.items():
        demand = own.node.demand
        if not demand:
            continue
        if own.trade is not None and own.trade.imports:
            imports = own.trade.imports
            gone = min(imports, demand)
            found.append(
                _shock(chain, "import stops", id, "imports of " + own.node.name, 1.0,
                       1 - gone / demand, imports, gone, demand)
            )  # fmt: skip
        top = own.supply.largest
        if not own.supply.output or own.supply.untold:
            continue
        if top is not None and top.id not in named:
            found.append(leaves(chain, own, top.id, "largest supplier leaves"))
        found += [
            leaves(chain, own, s.id, "core enterprise leaves")
            for s in own.supply.suppliers
            if s.id in named
        ]
    return sorted(found, key=lambda s: (-s.unserved, s.node, s.kind, s.what))


def leaves(chain: Chain, facts: Facts, supplier: str, kind: str) -> Shock:
    """The account of one supplier leaving its node.

    .. math:: unserved = \\min(d, x) - \\min(d, x - x_s)

    Raises
    ------
    ValueError
        If demand, output or the supplier's revenue is not known.
    """
    demand, output = facts.node.demand, facts.supply.output
    goes = next((s for s in facts.supply.suppliers if s.id == supplier), None)
    if not demand or output is None or goes is None or goes.revenue is None:
        raise ValueError(f"{facts.node.id}: demand, output and revenue of {supplier} are needed")
    rest = output - goes.revenue
    unserved = min(demand, output) - min(demand, rest)
    return _shock(chain, kind, facts.node.id, goes.name, output / demand, rest / demand,
                  goes.revenue, unserved, demand)  # fmt: skip


def _shock(
    chain: Chain, kind: str, id: str, what: str, before: float, after: float, lost: float,
    unserved: float, demand: float,
) -> Shock:  # fmt: skip
    share = unserved / demand
    exposed = [
        (e.user, e.value * share) for e in chain.uses(id) if e.value is not None and e.value * share
    ]
    ranked = tuple(sorted(exposed, key=lambda pair: (-pair[1], pair[0])))
    return Shock(kind, id, what, before, after, lost, unserved, ranked)
