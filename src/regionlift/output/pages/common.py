"""What several pages need."""

from __future__ import annotations

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Status
from regionlift.evidence.verdict import Truth
from regionlift.measures.position import Position
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import CLAUSES, table, text
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.paths_block import untold_words
from regionlift.output.payload import Block, Page, ReadingBlock, Run
from regionlift.output.words import span
from regionlift.study import Study


def title_of(measure: str) -> str:
    """Printed name of a measure."""
    return registry()[measure].title


def millions(study: Study) -> str:
    """The unit of money: million and the currency of the dataset."""
    return study.dataset.unit("million {currency}")


def page(
    id: str, number: int, question: str | None, title: str, finding: str, blocks: list[Block]
) -> Page:
    """A page of the payload."""
    return {
        "id": id, "number": number, "question": question, "title": title,
        "finding": in_titles(finding), "blocks": blocks,
    }  # fmt: skip


def reading(study: Study, book: Book) -> ReadingBlock:
    """The label with the slider for its threshold."""
    threshold = study.settings.thresholds["label_share"]
    return {
        "kind": "reading",
        "label": study.profile.label or "the stage cannot be told",
        "shares": [
            {"stage": f"{TITLES[name]} upgrading", "share": q.value, "evidence": book.note(q)}
            for name, q in study.profile.shares.items()
        ],
        "threshold": threshold.value,
        "range": [threshold.low, threshold.high],
    }


def rate_sentence(study: Study, book: Book) -> list[Run]:
    """The base rate of the region's profile, in words, with its hindcast."""
    rates, horizon = study.rates, study.settings.whole("horizon")
    if rates.rate.value is None:
        return [f"Cannot tell: {rates.rate.reason}."]
    return [
        f"The profile read now is {rates.current}. Of the cases of this profile in all regions of "
        "the panel, ",
        book.link(rates.rate),
        f" had another profile {horizon} years later ({span(rates.rate)}; {rates.rate.n} regions)."
        " ",
        "Skill of such rates against “nothing changes”, on later years: ",
        book.link(rates.skill) if rates.skill.value is not None else "cannot tell",
        "; at or below 0 they are no better than persistence.",
    ]


def unknown_table(study: Study, limit: int | None) -> Block:
    """What cannot be told, and what would settle it: stage and paths, verdicts, then markers."""
    rows: list[list[str]] = []
    stages = [v for v in study.verdicts if v.clause.endswith(".leads")]
    if stages[0].truth is Truth.CANNOT_TELL:
        rows.append(["Which stage leads", stages[0].reason, stages[0].settles])
    rows += _paths_untold(study)
    rows += [
        [CLAUSES[v.clause], v.reason, v.settles]
        for v in study.verdicts
        if v.truth is Truth.CANNOT_TELL and v not in stages
    ]
    rows += [
        [title_of(q.measure), q.reason, q.settles]
        for q in study.rates.quantities
        if q.status is not Status.KNOWN
    ]
    rows += [
        [title_of(p.marker), p.percentile.reason, p.percentile.settles]
        for _, p in placed(study)
        if not p.known
    ]
    if not rows:
        return text("Everything this version asks for can be told.", title="What we cannot tell")
    told = [[what, in_titles(why), in_titles(settles)] for what, why, settles in rows]
    return table(
        f"unknown-{'all' if limit is None else 'short'}", "What we cannot tell",
        ["What", "Why", "What would settle it"], told, limit=limit,
    )  # fmt: skip


def _paths_untold(study: Study) -> list[list[str]]:
    """Conditions of a path taken together, and its links, where they cannot be told."""
    done, rows = study.paths, list[list[str]]()
    for p in done.paths:
        clauses = {n for n, j in p.clauses.items() if j.truth is Truth.CANNOT_TELL}
        if clauses and p.applicable.truth is Truth.CANNOT_TELL:
            wait = [w.piece for w in done.worths if clauses & set(w.clauses)]
            rows.append([f"{p.path.title}: whether its conditions are met",
                         f"{len(clauses)} of {len(p.clauses)} clauses cannot be told",
                         "; ".join(wait)])  # fmt: skip
        links = {j.id for j in p.unknown}
        if links:
            wait = [w.piece for w in done.worths if links & set(w.links)]
            before = "before the first broken one " if p.first_broken else ""
            rows.append([f"{p.path.title}: which link is broken first",
                         f"{len(links)} of {len(p.links)} links {before}cannot be told: "
                         + untold_words(p), "; ".join(wait)])  # fmt: skip
    return rows


def base_column(study: Study) -> str:
    """Employment where it is in the panel, else value added."""
    return "employment" if study.dataset.has("panel", "employment") else "value_added"


def placed(study: Study) -> list[tuple[str, Position]]:
    """Every marker of the profile with its gauge."""
    return [(name, p) for name, gauge in study.profile.gauges.items() for p in gauge.positions]
