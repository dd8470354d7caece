"""Who could fill a gap: whom to cultivate here, whom to attract or to buy from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regionlift.measures.chain.classes import Call
from regionlift.measures.chain.facts import Facts
from regionlift.measures.chain.nodes import Chain


@dataclass(frozen=True)
class Candidate:
    """An organisation named for a node, with the reason. ``role`` says what for."""

    node: str
    role: str
    id: str
    name: str
    region: str
    why: str
    makes: bool
    patents: int
    partners: int
    revenue: float | None = None


#: Types that could make something; the others are partners in research.
PRODUCERS = ("enterprise", "foreign", "")

#: Class -> what local and outside organisations are wanted for.
ROLES = {
    "strengthen": ("to expand", "to attract"),
    "supplement": ("to cultivate", "to attract"),
    "extend": ("to cultivate", "to attract"),
    "stabilise": ("as a second source", "as a second source"),
    "buy_from_neighbour": ("", "to buy from"),
}


def candidates(
    chain: Chain,
    facts: Mapping[str, Facts],
    calls: Mapping[str, Call],
    partners: Mapping[str, set[str]] | None,
    regions: Mapping[str, str],
    most: int = 10,
) -> list[Candidate]:
    """Candidates of every node that is not strong, the likeliest first.

    Inside: who makes the node now comes first, then who holds its technology, enterprises before
    universities and institutes, by patents. Outside:
    who makes it, then by partners in the region, then by patents. An open class counts as each of
    its classes.

    Parameters
    ----------
    partners : organisation -> those it has a joint event with; None without a network
    regions : organisation -> its region
    most : names a node, inside and outside each
    """
    found: list[Candidate] = []
    for id, own in facts.items():
        roles = [ROLES[c] for c in calls[id].possible if c in ROLES]
        if not roles:
            continue
        if inside := next((r[0] for r in roles if r[0]), ""):
            found += _inside(chain, own, inside, partners)[:most]
        found += _outside(chain, own, roles[0][1], partners, regions)[:most]
    return found


def _inside(
    chain: Chain, facts: Facts, role: str, partners: Mapping[str, set[str]] | None
) -> list[Candidate]:
    patents = {h.id: h.patents for h in facts.holders or ()}
    rows = []
    if role != "as a second source":
        rows = [
            Candidate(facts.node.id, role, s.id, s.name, chain.region,
                      _why(True, patents.get(s.id, 0), ""), True, patents.get(s.id, 0),
                      _met(partners, s.id), s.revenue)
            for s in facts.supply.suppliers
        ]  # fmt: skip
    making = {s.id for s in facts.supply.suppliers}
    rows += [
        Candidate(facts.node.id, role, h.id, h.name, chain.region,
                  _why(False, h.patents, h.type), False, h.patents, _met(partners, h.id))
        for h in sorted(
            facts.holders or (), key=lambda h: (h.type not in PRODUCERS, -h.patents, h.id)
        )
        if h.id not in making
    ]  # fmt: skip
    return rows


def _outside(
    chain: Chain, facts: Facts, role: str, partners: Mapping[str, set[str]] | None,
    regions: Mapping[str, str],
) -> list[Candidate]:  # fmt: skip
    patents = {h.id: h.patents for h in facts.outside or ()}
    types = {h.id: h.type for h in facts.outside or ()}
    names = {h.id: h.name for h in facts.outside or ()}
    revenue = {m.id: m.revenue for m in facts.makers_elsewhere or ()}
    names |= {m.id: m.name for m in facts.makers_elsewhere or ()}
    wanted = revenue if role == "to buy from" else names
    rows = []
    for id in wanted:
        here = {p for p in (partners or {}).get(id, set()) if regions.get(p) == chain.region}
        rows.append(
            Candidate(facts.node.id, role, id, names[id], regions.get(id, ""),
                      _why(id in revenue, patents.get(id, 0), types.get(id, "")), id in revenue,
                      patents.get(id, 0), len(here), revenue.get(id))
        )  # fmt: skip
    return sorted(rows, key=lambda c: (not c.makes, -c.partners, -c.patents, c.id))


def _met(partners: Mapping[str, set[str]] | None, id: str) -> int:
    return len((partners or {}).get(id, set()))


def _why(makes: bool, patents: int, kind: str) -> str:
    said = ["makes it now"] if makes else []
    if patents:
        said.append(f"{patents} recent patent{'s' if patents != 1 else ''} in its technologies")
    if kind not in PRODUCERS:
        said.append(f"{kind}: a partner, no producer")
    return "; ".join(said)
