"""Small builders for the blocks of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from regionlift.evidence.measure import registry
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.output.charts import Spec
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.payload import (
    Cell,
    ChartBlock,
    ClauseVerdict,
    Column,
    Fact,
    Run,
    Table,
    TableBlock,
    TextBlock,
    VerdictsBlock,
)
from regionlift.output.words import exact, significant
from regionlift.study import Study

#: Clause -> the question it answers, in words.
CLAUSES = {
    "stage.factor.leads": "The factor gauge leads clearly",
    "stage.value.leads": "The value-chain gauge leads clearly",
    "stage.structure.leads": "The structure gauge leads clearly",
    "stage.factor.exit": "Incremental innovation no longer pays: the factor stage is ending",
    "stage.factor.exit.renovation_spend": "Productivity no longer responds to technical renovation",
    "stage.factor.exit.utility_models": "Productivity no longer responds to utility models",
    "drivers.input_driven": "Growth came mostly from more inputs",
    "network.law.first_then_slower": "The network grew fast at first, then more and more slowly",
    "network.law.saturated": "The number of active organisations has settled",
    "chain.gaps": "Links of the chain are missing or weak here",
    "chain.dependent": "A link of the chain depends on one or few countries",
    "technology.named": "Some technologies are both common and key",
    "technology.competence": "The region holds what each key technology needs",
    "technology.diffusion": "What the alliances find reaches others of the region",
    "platform.functions": "The platform covers all five functions",
    "platform.allocation": "Of every type of resource enough of what is asked for is served",
    "platform.governance": "The platform has rules for members, property, benefit, money, review",
    "platform.persistence": "Core enterprises and institutes stay",
    "platform.runway": "Money is committed until the platform can carry itself",
    "platform.needs": "The resources held here could meet the needs",
    "policy.alignment": "Public money follows the demand not met locally",
    "policy.gaps": "Every gap of the chain has some public money",
    "policy.advantage": "Public money is concentrated where the region is strong",
    "policy.ties": "Ties born with public money outlast it more often than others",
    "policy.environment": "Finance, skills, infrastructure and procedures serve innovation",
}

#: Clauses that are bad news where they are met: their answer is "yes, this is so", without a tick.
WARNINGS = frozenset({
    "stage.factor.exit", "stage.factor.exit.renovation_spend", "stage.factor.exit.utility_models",
    "drivers.input_driven", "chain.gaps", "chain.dependent",
})  # fmt: skip


def answered(verdict: Verdict) -> str:
    """The answer as a reader takes it: a warning that is met is no success.

    Examples
    --------
    >>> from regionlift.evidence.verdict import Truth
    >>> answered(Verdict("chain.gaps", "R", Truth.MET, "3 of 9 links"))
    'yes, this is so'
    >>> answered(Verdict("technology.named", "R", Truth.MET, "G06T"))
    'met'
    """
    if verdict.clause not in WARNINGS or verdict.truth is Truth.CANNOT_TELL:
        return verdict.truth.value
    return "yes, this is so" if verdict.truth is Truth.MET else "no, not so"


def text(*runs: Run, title: str = "") -> TextBlock:
    """A paragraph; tables and columns it misses are told by their titles."""
    told = [in_titles(run) if isinstance(run, str) else run for run in runs]
    block: TextBlock = {"kind": "text", "text": told}
    if title:
        block["title"] = title
    return block


def columns(*heads: str) -> list[Column]:
    """Column heads; a head that begins with ">" goes to the right."""
    return [
        {"title": head.removeprefix(">"), "align": "right" if head.startswith(">") else "left"}
        for head in heads
    ]


def table(
    id: str,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    note: str = "",
    limit: int | None = None,
) -> TableBlock:
    """A table of its own."""
    return {
        "kind": "table", "id": id, "title": title, "note": note, "columns": columns(*heads),
        "rows": [list(row) for row in rows], "limit": limit,
    }  # fmt: skip


def chart(
    study: Study,
    id: str,
    title: str,
    finding: str,
    spec: Spec,
    behind: Table,
    measure: str,
    years: str,
    settings: Sequence[str] = (),
) -> ChartBlock:
    """A chart with its strip; formula and source are those of the measure."""
    definition = registry()[measure]
    facts: list[Fact] = [
        {"label": name, "value": exact(study.settings[name])}
        for name in (*settings, "resamples", "seed", "confidence")
    ]
    return {
        "kind": "chart", "id": id, "title": title, "finding": finding, "spec": spec,
        "table": behind,
        "how": {"formula": definition.formula, "source": definition.source, "years": years},
        "settings": facts,
    }  # fmt: skip


def verdicts(found: Sequence[Verdict], book: Book, study: Study, title: str = "") -> VerdictsBlock:
    """Clauses with their answers, each opening the numbers it was read from."""
    by_id = {q.id: q for q in study.own}
    items: list[ClauseVerdict] = []
    for verdict in found:
        ids = []
        for id in verdict.evidence:
            if id in by_id:
                ids.append(book.note(by_id[id]))
            else:
                measure, subject, period = id.split("/")
                ids.append(book.note(study.find(measure, subject, period)))
        item: ClauseVerdict = {
            "clause": CLAUSES[verdict.clause],
            "verdict": verdict.truth.value,
            "reason": in_titles(verdict.reason),
            "settles": in_titles(verdict.settles),
            "evidence": ids,
        }
        if verdict.clause in WARNINGS:
            item["warns"] = True
        items.append(item)
    block: VerdictsBlock = {"kind": "verdicts", "items": items}
    if title:
        block["title"] = title
    return block


def plain(frame: pl.DataFrame, heads: Sequence[str] = ()) -> Table:
    """A frame as the table behind a chart, every digit kept."""
    names = list(heads) or frame.columns
    numeric = [frame.schema[c].is_numeric() for c in frame.columns]
    return {
        "columns": [
            {"title": name, "align": "right" if right else "left"}
            for name, right in zip(names, numeric, strict=True)
        ],
        "rows": [[_cell(v) for v in row] for row in frame.iter_rows()],
    }


def _cell(value: Any) -> Cell:
    if value is None:
        return "–"
    if isinstance(value, float):
        return {"text": significant(value, 4), "sort": value}
    return str(value)
