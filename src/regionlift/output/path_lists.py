"""Paths and roadmap as tables: sheets of the workbook, tables of the ledger, files of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from regionlift.evidence.measure import registry
from regionlift.plan.roadmap import PHASES
from regionlift.study import Study
from regionlift.study.paths import clauses_table, links_table, order_table
from regionlift.study.roadmap import roadmap_table

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]


def path_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Links, clauses, order, what data would settle, actions, what to leave alone."""
    done = study.paths
    worth = pl.DataFrame(
        [{"missing": w.piece, "links": ";".join(w.links), "clauses": ";".join(w.clauses),
          "by it alone": ";".join(w.alone), "answers": ";".join(w.answers)}
         for w in done.worths],
        schema={"missing": pl.String, "links": pl.String, "clauses": pl.String,
                "by it alone": pl.String, "answers": pl.String},
    )  # fmt: skip
    not_now = pl.DataFrame([{"what": n.what, "why": n.why} for n in study.roadmap.not_now],
                           schema={"what": pl.String, "why": pl.String})  # fmt: skip
    frames = {
        "path_links": links_table(done), "path_clauses": clauses_table(done),
        "path_order": order_table(done), "path_data": worth,
        "roadmap": roadmap_table(study.roadmap), "roadmap_not_now": not_now,
        "conditions_tested": tested_table(study), "truth_tables": truth_tables(study),
    }  # fmt: skip
    return {name: frame for name, frame in frames.items() if frame.height}


def path_sheets(study: Study) -> Mapping[str, Sheet]:
    """The same as sheets, with the indicators of the roadmap once more as a list of their own."""
    titles = {
        "path_links": "links of the paths", "path_clauses": "conditions",
        "path_order": "path order", "path_data": "data worth having", "roadmap": "roadmap",
        "roadmap_not_now": "not now", "conditions_tested": "conditions tested",
        "truth_tables": "truth tables",
    }  # fmt: skip
    sheets: dict[str, Sheet] = {
        titles[name]: (frame.columns, [list(row) for row in frame.iter_rows()])
        for name, frame in path_tables(study).items()
    }
    if study.roadmap.planned:
        sheets["indicators"] = _indicators(study)
    return sheets


def tested_table(study: Study) -> pl.DataFrame:
    """Every set of every test with its fit."""
    rows = [
        {"path": t.path, "outcome": t.outcome, "horizon": t.horizon, "regions": t.regions,
         "set": f.name, "what": f.what, "cases": f.cases, "consistency": f.sufficient.incl_s,
         "pri": f.sufficient.pri, "coverage": f.sufficient.cov_s,
         "prevalence": f.sufficient.prevalence,
         "consistency_not_rising": f.sufficient_absent.incl_s,
         "necessity": f.necessary.incl_n, "relevance_of_necessity": f.necessary.ron,
         "necessity_not_rising": f.necessary_absent.incl_n,
         "placebo": None if f.placebo is None else f.placebo.incl_s,
         "shuffles_as_consistent": f.above, "empty_corner": f.effect, "chance": f.chance,
         "verdict": t.verdict if f is t.theory else ""}
        for t in study.tested.tests for f in (*t.sets, *([t.theory] if t.theory else []))
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def truth_tables(study: Study) -> pl.DataFrame:
    """Every row of every truth table with its cases."""
    rows = [
        {"path": t.path, "outcome": t.outcome, "for": s.table.outcome_name,
         "row": int(number), "combination": s.table.spelled(int(number)), "out": s.table.out[k],
         "cases": int(s.table.n[k]), "consistency": float(s.table.incl[k]),
         "pri": float(s.table.pri[k]), "which": "; ".join(s.table.cases[k]),
         "deviant": "; ".join(s.table.deviant[k])}
        for t in study.tested.tests for s in (t.solved, t.solved_absent) if s.table is not None
        for k, number in enumerate(s.table.numbers)
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _indicators(study: Study) -> Sheet:
    heads = ["indicator", "id", "unit", "direction", "baseline", "period", "target",
             "minimum n", "source", "paper items", "actions"]  # fmt: skip
    rows: dict[tuple[str, str], list[Any]] = {}
    for p in study.roadmap.planned:
        definition = registry()[p.baseline.measure]
        key = (definition.id, p.goal)
        if key in rows:
            rows[key][-1] += f"; {p.candidate.action.title}"
            continue
        rows[key] = [
            definition.title, definition.id, study.dataset.unit(definition.unit),
            definition.direction, p.baseline.value, p.baseline.period, p.goal,
            definition.minimum_n, p.source, "; ".join(map(str, definition.items)),
            p.candidate.action.title,
        ]  # fmt: skip
    return heads, list(rows.values())


def roadmap_sheets(study: Study) -> Mapping[str, Sheet]:
    """``roadmap.xlsx``: one sheet a phase, all actions, what to leave alone, data to collect."""
    every = roadmap_table(study.roadmap)
    sheets: dict[str, Sheet] = {}
    heads = every.columns or ["none"]
    sheets["roadmap"] = (heads, [list(r) for r in every.iter_rows()])
    for first, last in PHASES:
        some = every.filter(pl.col("phase") == f"{first}-{last}") if every.height else every
        if some.height:
            sheets[f"years {first}-{last}"] = (heads, [list(r) for r in some.iter_rows()])
    sheets["not now"] = (["what", "why"], [[n.what, n.why] for n in study.roadmap.not_now])
    sheets["data to collect"] = (["what"], [[c] for c in study.roadmap.collect])
    return sheets


def write_roadmap(file: Path, study: Study) -> None:
    """``roadmap.json``: the same for machines, with the order and what it rests on."""
    done = study.paths
    record = {
        "region": study.region, "base_year": study.roadmap.base,
        "budget_million": study.roadmap.budget,
        "phases": [list(p) for p in PHASES],
        "stages": list(done.stages),
        "order": [
            {"path": s.path, "when": s.disposition, "reason": s.reason, "holds": s.holds,
             "first_broken": s.first_broken or None} for s in done.order.standings
        ],
        "order_holds": done.order.holds,
        "actions": roadmap_table(study.roadmap).to_dicts(),
        "alternatives": [dict(a.start) for a in study.roadmap.program.alternatives],
        "not_now": [{"what": n.what, "why": n.why} for n in study.roadmap.not_now],
        "collect": list(study.roadmap.collect),
        "results_sha256": study.result_hash,
    }  # fmt: skip
    file.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

