"""The platform as tables: sheets of the workbook and tables of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from regionlift.measures.platform.claims import CHECKLIST
from regionlift.measures.platform.sources import TYPES
from regionlift.study import PlatformStudy, Study
from regionlift.study.platform_numbers import PROCESSES

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]
_S, _F = pl.String, pl.Float64


def platform_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Functions, processes, claims, rubrics, assignment, unmet needs, prices: what there is."""
    done = study.platform
    if done.reason:
        return {}
    frames = {
        "platform_functions": _functions(done), "platform_processes": _processes(done),
        "platform_governance": _governance(done), "platform_rubric": _rubric(done),
        "needs_unmet": _unmet(done), "needs_assignment": _assignment(done),
        "shadow_prices": _prices(done),
    }  # fmt: skip
    return {name: frame for name, frame in frames.items() if frame.height}


def platform_sheets(study: Study) -> Mapping[str, Sheet]:
    """The same as sheets."""
    return {
        name.replace("_", " "): (frame.columns, [list(row) for row in frame.iter_rows()])
        for name, frame in platform_tables(study).items()
    }


def _functions(done: PlatformStudy) -> pl.DataFrame:
    kinds = {"function": _S, "platform_id": _S, "name": _S, "year": pl.Int64, "services": _F,
             "services the year before": _F, "members": pl.Int64, "private income": _F,
             "public income": _F, "reading": _S}  # fmt: skip
    found = done.coverage
    if found is None:
        return pl.DataFrame(schema=kinds)
    rows = [
        {"function": c.function, "platform_id": c.platform, "name": c.name, "year": found.year,
         "services": c.services, "services the year before": c.before, "members": len(c.members),
         "private income": c.private, "public income": c.public,
         "reading": "idle" if c.function in found.idle else ""}
        for c in found.cells
    ]  # fmt: skip
    rows += [{"function": f, "year": found.year, "reading": "empty: nobody offers it"}
             for f in found.empty]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _processes(done: PlatformStudy) -> pl.DataFrame:
    """A row a number of a process and type, losses, days and queue among them."""
    measures = [*PROCESSES.values(), "platform_lost_lack", "platform_lost_collection",
                "platform_lost_allocation", "platform_days", "platform_queue"]  # fmt: skip
    rows = []
    for measure in measures:
        for kind in ("", *TYPES):
            if not kind and "lost" in measure:
                continue
            q = done.find(measure, kind)
            rows.append({"measure": measure, "type": kind or "all", "period": q.period,
                         "value": q.value, "unit": q.unit, "n": q.n, "reason": q.reason,
                         "settles": q.settles, "evidence": q.id})  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _governance(done: PlatformStudy) -> pl.DataFrame:
    kinds = {"item": _S, "title": _S, "judged": _S, "claim_id": _S, "author": _S, "date": _S,
             "evidence": _S, "counts": _S}  # fmt: skip
    rows = []
    for j in done.governance:
        base = {"item": j.item, "title": CHECKLIST[j.item]}
        if not j.claims:
            rows.append({**base, "judged": j.truth.value,
                         "counts": f"{j.lapsed} expired" if j.lapsed else "nobody signed"})
        for n, c in enumerate(j.claims):
            rows.append(
                {**base, "judged": c.truth.value, "claim_id": c.id, "author": c.author,
                 "date": c.signed.isoformat(), "evidence": c.evidence,
                 "counts": "newest" if n == 0 else "disagrees" if c in j.disputed else "earlier"}
            )  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _rubric(done: PlatformStudy) -> pl.DataFrame:
    kinds = {"rubric": _S, "item": _S, "title": _S, "title_zh": _S, "share of full mark": _F,
             "evidence": _S, "value": _F, "no mark at": _F, "full mark at": _F, "points": _F,
             "read from": _S, "settles": _S, "source": _S}  # fmt: skip
    rows = [
        {"rubric": r.rubric.id, "item": s.item.id, "title": s.item.title,
         "title_zh": s.item.title_zh, "share of full mark": s.mark, "evidence": s.status,
         "value": s.value, "no mark at": s.item.zero, "full mark at": s.item.full,
         "points": s.item.points, "read from": s.why, "settles": s.settles,
         "source": f"{r.rubric.source}: {s.item.source}"}
        for r in done.rubrics for s in r.scores
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _unmet(done: PlatformStudy) -> pl.DataFrame:
    kinds = {"need_id": _S, "type": _S, "technology": _S, "org_id": _S, "node": _S, "asked": _F,
             "unmet at best": _F, "part": _F, "served in fact": pl.Boolean, "action": _S,
             "rule": _S, "with": _S}  # fmt: skip
    rows = [
        {"need_id": u.need, "type": u.type, "technology": u.technology, "org_id": u.org,
         "node": u.node, "asked": u.amount, "unmet at best": u.left, "part": u.part,
         "served in fact": u.served, "action": u.action, "rule": u.rule, "with": "; ".join(u.who)}
        for u in (done.matching.unmet if done.matching else ())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _assignment(done: PlatformStudy) -> pl.DataFrame:
    kinds = {"need_id": _S, "resource_id": _S, "type": _S, "amount": _F, "distance": _F,
             "distance read from": _S, "lies": _S}  # fmt: skip
    rows = [
        {"need_id": g.need, "resource_id": g.resource, "type": g.type, "amount": g.amount,
         "distance": g.distance, "distance read from": g.read_from, "lies": g.location}
        for g in (done.matching.given if done.matching else ())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)


def _prices(done: PlatformStudy) -> pl.DataFrame:
    kinds = {"resource_id": _S, "type": _S, "technology": _S, "capacity": _F, "idle at best": _F,
             "met by one unit more": _F, "dual": _F, "lost with one unit less": _F}  # fmt: skip
    rows = [
        {"resource_id": p.resource, "type": p.type, "technology": p.technology,
         "capacity": p.capacity, "idle at best": p.idle, "met by one unit more": p.gain,
         "dual": p.dual, "lost with one unit less": p.loss}
        for p in (done.matching.prices if done.matching else ())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)
