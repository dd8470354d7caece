"""Government as tables: sheets of the workbook and tables of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from regionlift.measures.policy.alignment import Alignment
from regionlift.study import PolicyStudy, Study

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]


def policy_tables(study: Study) -> dict[str, pl.DataFrame]:
    """The mix, money against gaps and technologies, by sub-industry, items of the environment."""
    done = study.policy
    frames = {"policy_environment": _environment(done)}
    if done.money is not None:
        frames = {
            "policy_mix": done.mix, "policy_gaps": _gaps(study, done),
            "policy_technologies": _units(done.technologies, "technology", "competences lacking"),
            "policy_advantage": done.strong.table if done.strong else pl.DataFrame(), **frames,
        }  # fmt: skip
    return {name: frame for name, frame in frames.items() if frame.width and frame.height}


def policy_sheets(study: Study) -> Mapping[str, Sheet]:
    """The same as sheets."""
    titles = {
        "policy_mix": "policies", "policy_gaps": "money and gaps",
        "policy_technologies": "money and technologies", "policy_advantage": "money by industry",
        "policy_environment": "environment",
    }  # fmt: skip
    return {
        titles[name]: (frame.columns, [list(row) for row in frame.iter_rows()])
        for name, frame in policy_tables(study).items()
    }


def _units(found: Alignment | None, unit: str, need: str) -> pl.DataFrame:
    """A row a unit: need, money, and which of the two lists it is on."""
    kinds = {unit: pl.String, need: pl.Float64, "public money": pl.Float64, "note": pl.String}
    if found is None:
        return pl.DataFrame(schema=kinds)
    notes = {u: "gap without public money" for u in found.unfunded}
    notes |= {u: "public money where nothing is missing" for u in found.idle}
    notes |= {u: "not known whether demand is met" for u in found.open}
    rows = [
        {unit: u, need: found.need.get(u), "public money": money, "note": notes.get(u, "")}
        for u, money in found.money.items()
    ]
    frame = pl.DataFrame(rows, schema=kinds)
    return frame.sort(need, unit, descending=[True, False], nulls_last=True)


def _gaps(study: Study, done: PolicyStudy) -> pl.DataFrame:
    frame = _units(done.gaps, "node_id", "demand not met")
    chain = study.chain.chain
    if chain is None or frame.is_empty():
        return frame
    names = [(chain.node(u).name, study.chain.calls[u].title) for u in frame["node_id"]]
    return frame.with_columns(
        pl.Series("name", [n for n, _ in names]), pl.Series("class", [c for _, c in names])
    ).select("node_id", "name", "class", "demand not met", "public money", "note")  # fmt: skip


def _environment(done: PolicyStudy) -> pl.DataFrame:
    rows = [
        {"item": s.item, "verdict": s.truth.value, "signed": s.reason,
         "claims": "; ".join(s.claims), "documents": "; ".join(filter(None, s.evidence))}
        for s in (*done.environment, *done.culture)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(
        ("item", "verdict", "signed", "claims", "documents"), pl.String))  # fmt: skip
