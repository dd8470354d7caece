"""Who could fill a gap: whom to cultivate here, whom to attract or to buy from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

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


class Seat(NamedTuple):
    """Where an organisation is, and what it turns over."""

    region: str
    revenue: float | None


NOWHERE = Seat("", None)

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
    seats: Mapping[str, Seat],
    most: int = 10,
) -> list[Candidate]:
    """Candidates of every node that is not strong, the likeliest first.

    Inside and outside in one order: who makes the node now, then who holds its technology,
    enterprises before universities and institutes; of equals those with most recent patents in
    its technologies, then most partners in joint events, then by name. An open class counts as
    each of its classes.

    Parameters
    ----------
    partners : organisation -> those it has a joint event with; None without a network
    seats : organisation -> its region and revenue
    most : names a node, inside and outside each
    """
    found: list[Candidate] = []
    for id, own in sorted(facts.items(), key=lambda p: (-(p[1].unmet or 0.0), p[0])):
        roles = [ROLES[c] for c in calls[id].possible if c in ROLES]
        if not roles:
            continue
        if inside := next((r[0] for r in roles if r[0]), ""):
            found += _inside(chain, own, inside, partners, seats)[:most]
        found += _outside(chain, own, roles[0][1], partners, seats)[:most]
    return found


def _inside(
    chain: Chain, facts: Facts, role: str, partners: Mapping[str, set[str]] | None,
    seats: Mapping[str, Seat],
) -> list[Candidate]:  # fmt: skip
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
                  _why(False, h.patents, h.type), False, h.patents, _met(partners, h.id),
                  seats.get(h.id, NOWHERE).revenue)
        for h in facts.holders or () if h.id not in making
    ]  # fmt: skip
    return _ordered(rows, {h.id: h.type for h in facts.holders or ()})


def _ordered(rows: Iterable[Candidate], types: Mapping[str, str]) -> list[Candidate]:
    """The likeliest first; see :func:`candidates`."""
    return sorted(rows, key=lambda c: (
        not c.makes, not c.makes and types.get(c.id, "") not in PRODUCERS, -c.patents, -c.partners,
        c.name, c.id))  # fmt: skip


def _outside(
    chain: Chain, facts: Facts, role: str, partners: Mapping[str, set[str]] | None,
    seats: Mapping[str, Seat],
) -> list[Candidate]:  # fmt: skip
    patents = {h.id: h.patents for h in facts.outside or ()}
    types = {h.id: h.type for h in facts.outside or ()}
    names = {h.id: h.name for h in facts.outside or ()}
    making = {m.id for m in facts.makers_elsewhere or ()}
    names |= {m.id: m.name for m in facts.makers_elsewhere or ()}
    wanted = [i for i in names if i in making or role != "to buy from"]
    rows = []
    for id in wanted:
        met = (partners or {}).get(id, set())
        here = {p for p in met if seats.get(p, NOWHERE).region == chain.region}
        seat = seats.get(id, NOWHERE)
        rows.append(
            Candidate(facts.node.id, role, id, names[id], seat.region,
                      _why(id in making, patents.get(id, 0), types.get(id, "")), id in making,
                      patents.get(id, 0), len(here), seat.revenue)
        )  # fmt: skip
    return _ordered(rows, types)


def _met(partners: Mapping[str, set[str]] | None, id: str) -> int:
    return len((partners or {}).get(id, set()))


def _why(makes: bool, patents: int, kind: str) -> str:
    said = ["makes it now"] if makes else []
    if patents:
        said.append(f"{patents} recent patent{'s' if patents != 1 else ''} in its technologies")
    if kind not in PRODUCERS:
        said.append(f"{kind}: a partner, no producer")
    return "; ".join(said)
