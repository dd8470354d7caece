"""Paths as blocks of the page: the figure with its lamps, the conditions with their sliders."""

from __future__ import annotations

import re
from typing import Any

from regionlift.evidence.verdict import Truth
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.payload import (
    Cell,
    ClauseLine,
    Compared,
    ConditionsBlock,
    ConditionsPath,
    FigureLink,
    PathBlock,
)
from regionlift.output.words import exact, listed, significant
from regionlift.paths.evaluate import Judged, PathJudged
from regionlift.paths.model import Clause, Link
from regionlift.paths.rules import Node, words
from regionlift.study import PathsStudy, Study

#: What a comparison is made with, in words.
AGAINST = {"value": "", "peers": "among the peers", "trend": "trend"}


def compared(j: Judged, holds: float, study: Study, book: Book) -> Compared:
    """A link or clause with its number, its threshold and the range that may be tried."""
    c = j.comparison
    known = {q.id: q for q in (j.quantity, j.level)}
    evidence = [book.note(q) for q in known.values() if study.has(q)]
    low, high = j.tried or (j.threshold, j.threshold)
    return {
        "id": j.id, "title": c.title, "zh": c.title_zh, "verdict": j.truth.value,
        "reason": j.reason, "settles": in_titles(j.settles), "evidence": evidence,
        "value": j.quantity.value, "compare": c.compare,
        "against": "value" if j.alone else c.against,
        "unit": _unit(j), "threshold": j.threshold, "low": low, "high": high,
        "fixed": j.tried is None or j.quantity.value is None, "holds": round(holds, 4),
        "source": c.alone.source if j.alone and c.alone else c.source,
    }  # fmt: skip


def _unit(j: Judged) -> str:
    """Unit of the threshold; that of a place or a trend also where neither is known."""
    against = "value" if j.alone else j.comparison.against
    return {"peers": "percentile", "trend": "% a year"}.get(against, j.quantity.unit)


def path_block(study: Study, id: str, book: Book) -> PathBlock:
    """One path as its figure."""
    done = study.paths
    judged = done.path(id)
    links = [_link(j, done, study, book) for j in judged.links]
    first = judged.first_broken
    return {
        "kind": "path", "id": f"path-{id}", "title": judged.path.title, "finding": found(judged),
        "note": f"{judged.path.source}. A lamp stands for the verdict on a link; click it for the "
        "number, its rows and its threshold, and move the threshold to see what flips. Share of "
        f"settings in which a verdict stays as it is: {done.robust.draws:,} draws of all "
        "thresholds, each over its range.",
        "boxes": [{"id": b.id, "title": b.title, "zh": b.title_zh, "parts": list(b.parts)}
                  for b in judged.path.boxes],
        "links": links, "first": None if first is None else first.id,
        "first_holds": round(done.robust.first[id], 4),
        "table": {
            "columns": [{"title": t} for t in ("Link", "What", "Verdict", "Reason",
                                               "Verdict unchanged in", "What would settle it")],
            "rows": [[j.id, j.comparison.title, j.truth.value, j.reason,
                      percent(done.robust.links[j.id]), in_titles(j.settles)]
                     for j in judged.links],
        },
    }  # fmt: skip


def _link(j: Judged, done: PathsStudy, study: Study, book: Book) -> FigureLink:
    c = j.comparison
    assert isinstance(c, Link)
    return {
        **compared(j, done.robust.links[j.id], study, book), "start": list(c.start), "end": c.end,
        "feedback": c.feedback, "actions": [a.title for a in c.actions],
    }  # fmt: skip


def broken_words(judged: PathJudged) -> str:
    """The first broken link by title, or what is known where none is."""
    first, open_ = judged.first_broken, judged.unknown
    if first is not None:
        return f"{first.comparison.title} ({first.id})"
    return "none known" if open_ else "none: every link holds"


def untold_words(judged: PathJudged, most: int = 2) -> str:
    """Links before the first broken one that cannot be told, by title."""
    titles = [f"“{j.comparison.title}”" for j in judged.unknown]
    return listed(titles, most)


def without_codes(said: str, done: PathsStudy) -> str:
    """A sentence without the ids that follow the titles of links and clauses in brackets."""
    ids = "|".join(re.escape(j.id) for j in done.judged)
    return re.sub(rf" \((?:{ids})\)", "", said)


def found(judged: PathJudged) -> str:
    """The first broken link in one sentence, with what stands before it untold."""
    first, open_ = judged.first_broken, judged.unknown
    before = f" Before it cannot be told: {', '.join(j.id for j in open_)}." if open_ else ""
    if first is None:
        if open_:
            return (f"No link is known to be broken; {len(open_)} of {len(judged.links)} cannot "
                    f"be told: {', '.join(j.id for j in open_)}.")  # fmt: skip
        return f"Every one of the {len(judged.links)} links holds."
    rest = len(judged.broken) - 1
    more = f" {rest} later {'link is' if rest == 1 else 'links are'} broken too." if rest else ""
    return (f"First broken link: {first.id} “{first.comparison.title}”. {first.reason}."
            f"{before}{more}")  # fmt: skip


def conditions_block(study: Study, book: Book) -> ConditionsBlock:
    """Conditions of all paths; trees are given so that the page can judge them again."""
    done = study.paths
    clauses: list[ClauseLine] = []
    for p in done.paths:
        for id, j in p.clauses.items():
            c = j.comparison
            assert isinstance(c, Clause)
            clauses.append({**compared(j, done.robust.clauses[id], study, book), "quote": c.quote})
    rows: list[list[Cell]] = []
    for p in done.paths:
        for c_ in p.conditions:
            rows += [
                [p.path.title, c_.condition.id, id, p.clauses[id].comparison.title,
                 p.clauses[id].truth.value, p.clauses[id].reason,
                 percent(done.robust.clauses[id]), in_titles(p.clauses[id].settles)]
                for id in c_.node.names
            ]  # fmt: skip
    return {
        "kind": "conditions", "id": "conditions", "title": "Conditions of the three paths",
        "note": "Every clause of every condition. Move a threshold to see which clauses, "
        "conditions and readings flip; nothing is stored. Membership is the degree to which a "
        "condition holds, by its weakest (AND) or strongest (OR) clause.",
        "paths": [_path(p, done) for p in done.paths], "clauses": clauses,
        "table": {
            "columns": [{"title": t} for t in ("Path", "Condition", "Clause", "What", "Verdict",
                                               "Reason", "Verdict unchanged in",
                                               "What would settle it")],
            "rows": rows,
        },
    }  # fmt: skip


def _path(p: PathJudged, done: PathsStudy) -> ConditionsPath:
    titles = {c.id: c.title for c in p.path.clauses}
    heads = {c.id: c.title for c in p.path.conditions}
    return {
        "id": p.path.id, "title": p.path.title,
        "readings": [
            {"id": r.id, "title": r.title, "tree": tree(r.node), "words": words(r.node, heads),
             "source": r.source, "verdict": r.truth.value,
             "holds": round(done.robust.readings[f"{p.path.id}.{r.id}"], 4)}
            for r in p.readings
        ],
        "conditions": [
            {"id": c.condition.id, "title": c.condition.title, "zh": c.condition.title_zh,
             "quote": c.condition.quote, "tree": tree(c.node), "words": words(c.node, titles),
             "verdict": c.truth.value, "holds": round(done.robust.conditions[c.condition.id], 4),
             "membership": membership(c.low, c.high), "binds": c.binds,
             "clauses": list(c.node.names)}
            for c in p.conditions
        ],
    }  # fmt: skip


def membership(low: float, high: float) -> str:
    """A membership, or the range it may lie in.

    Examples
    --------
    >>> membership(0.0, 0.75)
    '0 to 0.75'
    """
    if abs(high - low) < 1e-9:
        return significant(low) if low else "0"
    return f"{significant(low) if low else '0'} to {significant(high)}"


def tree(node: Node) -> Any:
    """An expression as nested lists.

    Examples
    --------
    >>> from regionlift.paths.rules import parse
    >>> tree(parse("a and not b", "ab"))
    ['and', 'a', ['not', 'b']]
    """
    return node.name if node.kind == "name" else [node.kind, *(tree(p) for p in node.parts)]


def percent(share: float) -> str:
    """A share of settings."""
    return f"{share:.0%}"


def verdict_cell(truth: Truth) -> Cell:
    """A verdict as a cell that sorts from not met to met."""
    return {"text": truth.value, "sort": {"not met": 0.0, "cannot tell": 1.0}.get(truth.value, 2.0)}


def limit_words(j: Judged) -> str:
    """Threshold in words, for lists."""
    return f"{j.comparison.compare} {exact(j.threshold)} {AGAINST[j.comparison.against]}".strip()
