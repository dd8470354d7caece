"""The chain map as a block of the page: nodes in columns, flows, a card for every node."""

from __future__ import annotations

from regionlift.measures.chain.classes import CLASSES, FINE, TITLES, TITLES_ZH, Call
from regionlift.measures.chain.nodes import Chain
from regionlift.output.chain_layout import columns_of
from regionlift.output.evidence import Book
from regionlift.output.payload import ChainBlock, ChainCard, ChainNode, Field, Table
from regionlift.output.words import listed, significant
from regionlift.study import ChainStudy

#: Nodes drawn in a column; the list below the picture has them all.
MOST = 30

#: Measure -> label of its line in a card; the order of the card.
CARD = {
    "chain_demand": "Local demand", "chain_output": "Local output",
    "chain_coverage": "Output over demand", "chain_unmet": "Value at stake",
    "chain_suppliers": "Local suppliers", "chain_largest": "Largest supplier's share",
    "chain_rival_ties": "Ties among suppliers", "chain_user_ties": "Ties with users",
    "chain_holders": "Local holders of its technology", "chain_density": "Relatedness density",
    "chain_imports": "Imports", "chain_import_concentration": "Concentration of imports",
}  # fmt: skip

#: Measures that say nothing where nobody makes the node.
_OF_SUPPLIERS = ("chain_largest", "chain_rival_ties", "chain_user_ties")


def chain_block(done: ChainStudy, chain: Chain, behind: Table, book: Book) -> ChainBlock:
    """The picture with everything it needs; links are as wide as their value."""
    stake = {i: f.unmet or 0.0 for i, f in done.facts.items()}
    size = {i: max(stake[i], (f.node.demand or 0.0) / 1e6) for i, f in done.facts.items()}
    columns = columns_of(chain, size, MOST)
    place = {i: n for n, i in enumerate(i for column in columns for i in column)}
    nodes = [
        _node(done, chain, i, column, row, book)
        for column, ids in enumerate(columns)
        for row, i in enumerate(ids)
    ]
    flows = [e for e in chain.edges if e.source in place and e.user in place]
    most = max((e.value or 0.0 for e in flows), default=0.0) or 1.0
    kinds = {c.kind for c in done.calls.values()}
    hidden = len(chain.nodes) - len(nodes)
    unit = done.find("chain_at_stake").unit
    note = f"{chain.origin[0].upper()}{chain.origin[1:]}. Amounts in {unit}."
    if hidden:
        note += f" {hidden} nodes with less at stake are not drawn; the list has them."
    if chain.proposed:
        heads = ["Suppliers of the block", "The block", "Customers"]
        tiers = sorted({n.tier for n in chain.nodes}, reverse=True)
        titles = [heads[2 - tier] for tier in tiers]
    else:
        tiers = sorted({n.tier for n in chain.nodes}, reverse=True)
        titles = ["Final products" if t == 0 else f"Tier {t}" for t in tiers]
    return {
        "kind": "chain", "id": "chain-map", "title": "The chain, from inputs to final products",
        "finding": _finding(done), "note": note, "columns": titles, "nodes": nodes,
        "edges": [
            {"a": place[e.source], "b": place[e.user],
             "width": round(((e.value or 0.0) / most) ** 0.5, 3),
             "text": "value not known" if e.value is None else significant(e.value, 3)}
            for e in flows
        ],
        "legend": [
            {"kind": k or "unknown", "title": TITLES.get(k, "cannot tell"),
             "zh": TITLES_ZH.get(k, "")}
            for k in [*TITLES, ""] if k in kinds
        ],
        "table": behind,
    }  # fmt: skip


def _finding(done: ChainStudy) -> str:
    """How many links of each class, in words."""
    parts = [
        f"{TITLES[kind]} {len(done.of_kind(kind))}"
        for kind in CLASSES
        if kind != "strong" and done.of_kind(kind)
    ]
    if open_ := done.of_kind(""):
        parts.append(f"{len(open_)} cannot be told")
    fine = sum(len(done.of_kind(kind)) for kind in FINE)
    return f"{listed(parts) or 'No broken link'}; {fine} of {len(done.calls)} need nothing."


def _node(
    done: ChainStudy, chain: Chain, id: str, column: int, row: int, book: Book
) -> ChainNode:
    node, call, facts = chain.node(id), done.calls[id], done.facts[id]
    return {
        "id": id, "name": node.name, "zh": node.name_zh, "kind": call.kind or "unknown",
        "title": call.title, "column": column, "row": row, "critical": bool(node.critical),
        "share": None if facts.coverage is None else min(1.0, round(facts.coverage, 4)),
        "card": _card(done, chain, id, call, book),
    }  # fmt: skip


def _card(done: ChainStudy, chain: Chain, id: str, call: Call, book: Book) -> ChainCard:
    fields: list[Field] = []
    made = bool(done.facts[id].supply.suppliers)
    for measure, label in CARD.items():
        if not made and measure in _OF_SUPPLIERS:
            continue
        try:
            fields.append({"label": label, "cell": book.cell(done.find(measure, id))})
        except KeyError:
            continue
    node = chain.node(id)
    if node.minimum_scale is not None:
        fields.append({"label": "Minimum scale", "cell": significant(node.minimum_scale)})
    if call.asked:
        fields.append({"label": "Evidence", "cell": call.confidence})
    named = [c for c in done.candidates if c.node == id]
    inside = listed([c.name for c in named if c.region == done.region], 4)
    others = [c for c in named if c.region != done.region]
    outside = listed([f"{c.name} ({c.region})" if c.region else c.name for c in others], 4)
    trade = done.facts[id].trade
    says = [call.reason[0].upper() + call.reason[1:] + "."] if call.reason else []
    if trade is not None and trade.top is not None:
        says.append(f"Imported mostly from {trade.top[0]} ({100 * trade.top[1]:.0f}%).")
    if call.flips:
        moved = "; ".join(f"{n} = {v:g}: {kind}" for n, v, kind in call.flips)
        says.append(f"Another class at {moved}.")
    elif call.asked:
        says.append("The same class at both ends of every threshold.")
    return {
        "fields": fields, "says": " ".join(says), "settles": call.settles, "inside": inside,
        "outside": outside,
    }  # fmt: skip

