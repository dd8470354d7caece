"""The chain as tables: sheets of the workbook and tables of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from regionlift.data.scope import Scope
from regionlift.evidence.quantity import Quantity
from regionlift.measures.chain.classes import FINE, QUESTIONS, TITLES, TITLES_ZH
from regionlift.study import ChainStudy, Study

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]

#: Numbers of a node, in the order of the columns.
_COLUMNS = {
    "chain_unmet": "value at stake", "chain_demand": "local demand", "chain_output": "local output",
    "chain_coverage": "output over demand", "chain_suppliers": "local suppliers",
    "chain_largest": "largest supplier's share", "chain_rival_ties": "ties among suppliers",
    "chain_user_ties": "ties with users", "chain_holders": "holders of its technology",
    "chain_density": "relatedness density", "chain_imports": "imports",
    "chain_import_concentration": "C1 concentration", "chain_foreign_share": "C2 foreign share",
    "chain_import_ratio": "C3 imports/exports",
}  # fmt: skip


def chain_sheets(study: Study) -> Mapping[str, Sheet]:
    """Gaps, links, targets, cores with suppliers, dependencies and stress; none without data."""
    done = study.chain
    sheets: dict[str, Sheet] = {}
    if done.chain is not None:
        sheets["chain gaps"] = _sheet(nodes(done).filter(~pl.col("class").is_in(
            [TITLES[k] for k in FINE])))  # fmt: skip
        sheets["chain links"] = _sheet(nodes(done))
        sheets["chain flows"] = _sheet(_flows(done))
        everyone = named(done)
        outside = pl.col("region") != done.region
        sheets["attraction targets"] = _sheet(everyone.filter(outside))
        sheets["to cultivate"] = _sheet(everyone.filter(~outside))
        sheets["chain stress"] = _sheet(shocks(done))
    if done.supplies:
        sheets["core and supporting"] = _sheet(supporting(study))
    stakes = [q for q in done.quantities if q.measure == "link_at_stake"]
    if stakes:
        sheets["inputs by industry"] = _inputs(done, stakes, study.dataset.scope)
    return sheets


def chain_tables(done: ChainStudy) -> dict[str, pl.DataFrame]:
    """Tables of the ledger: class and answers of every link, who is named, what hangs on one."""
    if done.chain is None:
        return {}
    return {"chain_links": nodes(done), "chain_named": named(done), "chain_stress": shocks(done)}


def nodes(done: ChainStudy) -> pl.DataFrame:
    """A row a link of the chain, the most at stake first."""
    if done.chain is None:
        raise ValueError(f"there is no chain: {done.reason}")
    rows = []
    for id in sorted(done.calls, key=lambda i: (-(done.facts[i].unmet or 0.0), i)):
        node, call, facts = done.chain.node(id), done.calls[id], done.facts[id]
        scale = facts.scale
        top = facts.trade.top if facts.trade else None
        rows.append(
            {
                "node_id": id, "name": node.name, "name_zh": node.name_zh, "tier": node.tier,
                "critical": node.critical, "class": call.title,
                "class_zh": TITLES_ZH.get(call.kind, ""), "why": call.reason,
                "settles": call.settles,
                **{label: _value(done, m, id) for m, label in _COLUMNS.items()},
                "minimum scale": scale[0] if scale else None,
                "scale from": scale[1] if scale else "",
                "largest source": top[0] if top else "", "its share": top[1] if top else None,
                **{QUESTIONS[q]: a.truth.value for q, a in call.answers.items()},
                "facts known": call.known, "not known": ", ".join(call.unknown),
                "other class at": "; ".join(f"{n} = {v:g}: {k}" for n, v, k in call.flips),
                "evidence": _evidence(done, id),
            }
        )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _evidence(done: ChainStudy, id: str) -> str:
    try:
        return done.find("chain_unmet", id).id
    except KeyError:
        return ""


def _value(done: ChainStudy, measure: str, id: str) -> float | None:
    try:
        return done.find(measure, id).value
    except KeyError:
        return None


def _flows(done: ChainStudy) -> pl.DataFrame:
    chain = done.chain
    rows = [
        {"from": e.source, "from name": chain.node(e.source).name, "to": e.user,
         "to name": chain.node(e.user).name, "value": e.value}
        for e in (chain.edges if chain else ())
        if chain
    ]  # fmt: skip
    kinds = {"from": pl.String, "from name": pl.String, "to": pl.String, "to name": pl.String,
             "value": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def named(done: ChainStudy) -> pl.DataFrame:
    """A row an organisation named for a link."""
    kinds = {"node_id": pl.String, "link": pl.String, "class": pl.String, "for": pl.String,
             "org_id": pl.String, "name": pl.String, "region": pl.String, "why": pl.String,
             "makes it": pl.Boolean, "patents": pl.Int64, "partners": pl.Int64,
             "revenue": pl.Float64}  # fmt: skip
    rows = [
        {"node_id": c.node, "link": done.chain.node(c.node).name if done.chain else "",
         "class": done.calls[c.node].title, "for": c.role, "org_id": c.id, "name": c.name,
         "region": c.region, "why": c.why, "makes it": c.makes, "patents": c.patents,
         "partners": c.partners, "revenue": c.revenue}
        for c in done.candidates
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def shocks(done: ChainStudy) -> pl.DataFrame:
    """A row an event of the stress account."""
    kinds = {"event": pl.String, "what": pl.String, "node_id": pl.String, "link": pl.String,
             "before": pl.Float64, "after": pl.Float64, "supply lost": pl.Float64,
             "demand without its source": pl.Float64, "users exposed": pl.String}  # fmt: skip
    rows = [
        {"event": s.kind, "what": s.what, "node_id": s.node,
         "link": done.chain.node(s.node).name if done.chain else "", "before": s.before,
         "after": s.after, "supply lost": s.lost, "demand without its source": s.unserved,
         "users exposed": "; ".join(f"{i} {v:.6g}" for i, v in s.exposed)}
        for s in done.shocks
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def supporting(study: Study) -> pl.DataFrame:
    """A row a supplier of a core enterprise, with whom else it serves."""
    done = study.chain
    orgs = study.dataset.tables.get("orgs")
    known = {}
    if orgs is not None:
        wanted = [c for c in ("name", "region", "chain_node", "certified") if c in orgs.columns]
        known = {r["org_id"]: r for r in orgs.select("org_id", *wanted).iter_rows(named=True)}
    cores = dict(done.cores)
    rows = []
    sold = done.purchases.rows if done.purchases is not None else pl.DataFrame()
    for core in done.supplies:
        for supplier, value, local in (
            sold.filter(pl.col("buyer") == core.id)
            .sort(["value", "supplier"], descending=[True, False])
            .select("supplier", "value", "local")
            .iter_rows()
        ):
            who = known.get(supplier, {})
            rows.append(
                {"core_id": core.id, "core": cores[core.id], "supplier_id": supplier,
                 "supplier": who.get("name") or supplier, "region": who.get("region") or "",
                 "chain_node": who.get("chain_node") or "", "certified": who.get("certified") or "",
                 "value": value, "local": local, "no other buyer": supplier in core.only}
            )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _inputs(done: ChainStudy, stakes: Sequence[Quantity], scope: Scope) -> Sheet:
    heads = ["industry", "name", "bought elsewhere", "unit", "bought in the region", "year",
             "reason", "evidence"]  # fmt: skip
    rows = []
    for q in sorted(stakes, key=lambda q: (-(q.value or 0.0), q.subject)):
        code = q.subject.partition("|")[2]
        share = done.find("link_local", code).value
        name = scope.name_of(code)[0]
        rows.append([code, name, q.value, q.unit, share, q.period, q.reason, q.id])
    return heads, rows


def _sheet(frame: pl.DataFrame) -> Sheet:
    return frame.columns or ["none"], [list(row) for row in frame.iter_rows()]
