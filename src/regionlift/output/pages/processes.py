"""Page 13: four processes, what is lost where, who stays, rules, money, official rubric."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.quantity import Quantity
from regionlift.evidence.verdict import Truth
from regionlift.measures.platform.claims import CHECKLIST, Judged
from regionlift.measures.platform.rubric import Score, Scored
from regionlift.measures.platform.sources import CALLED, TYPES
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page, title_of
from regionlift.output.payload import Block, Cell, Page, Run
from regionlift.output.words import counted, level, significant, span
from regionlift.study import PlatformStudy, Study
from regionlift.study.platform_numbers import PROCESSES, SCENARIOS

TITLE = "Platform: processes, members, rules and money"
CLAUSES = ("platform.allocation", "platform.persistence", "platform.governance", "platform.runway")
#: What a process that loses most is called in a sentence.
LOST = {"collection": "is held in the region but off the platform",
        "allocation": "is on the platform and was not allocated"}  # fmt: skip

#: Cause of a loss -> how a reader calls it.
CAUSES = {
    "served": "served", "lack": "not held in the region", "collection": "held, not on the platform",
    "allocation": "on the platform, not allocated",
}  # fmt: skip

READING = (
    "The four shares answer four questions and are not to be set against each other: how much of "
    "the stock lies on the platform (collection), how many projects bring three kinds of actor "
    "together (integration), how much of what was asked for was served (allocation), how many "
    "patents another of the circle uses (re-innovation). By type, integration and re-innovation "
    "are those of the organisations that hold a resource of it: no table says which resource went "
    "into which project or patent."
)
ACCOUNT = (
    "What was asked for and not served is divided by cause, in one unit: what the whole region "
    "could not have served is a lack; what only resources off the platform could is lost in "
    "collection; what the platform itself held is lost in allocation. Capacity is yearly and is "
    "taken as the same in every year."
)


def processes(study: Study, book: Book) -> Page:
    """Page 13: the process by resource matrix and everything that keeps a platform alive."""
    done = study.platform
    clauses = verdicts([study.verdict(c) for c in CLAUSES], book, study)
    if done.reason:
        finding = f"How a platform works cannot be told: {done.reason}."
        return page("processes", 13, "platform", TITLE, finding,
                    [text(f"What would settle it: {done.settles}."), clauses])  # fmt: skip
    blocks: list[Block] = [
        _matrix(done, book), text(READING), *_losses(study, done, book), _service(done, book),
        *_members(done, book), _governance(done, book), *_money(study, done, book),
        *(_rubric(r) for r in done.rubrics), clauses,
    ]  # fmt: skip
    return page("processes", 13, "platform", TITLE, _finding(done), blocks)


def _finding(done: PlatformStudy) -> str:
    if done.worst is None:
        q = done.find("platform_allocation")
        if q.value is None:
            return f"Where the platform of {done.region} loses cannot be told: {q.reason}."
        return f"{done.region}: nothing that was asked for is lost on the platform."
    process, kind, share = done.worst
    of = f"{process} of {CALLED[kind]}"
    return (f"{done.region}, {done.since} to {done.year}: the bottleneck is {of}: "
            f"{100 * share:.0f}% of what was asked for {LOST[process]}.")  # fmt: skip


def _matrix(done: PlatformStudy, book: Book) -> Block:
    rows: list[list[Cell]] = [
        [title_of(measure), *(book.cell(done.find(measure, k)) for k in ("", *TYPES))]
        for measure in PROCESSES.values()
    ]  # fmt: skip
    note = (
        "All types: resources, projects, requests or patents, each counted once, since each type "
        "has a unit of its own; a type alone: by capacity and amount."
    )
    heads = ["Process", ">All types", *(f">{k}" for k in TYPES)]
    return table("platform-processes", "Processes by resource types", heads, rows, note)


def _losses(study: Study, done: PlatformStudy, book: Book) -> list[Block]:
    if not done.lost:
        return []
    frame = pl.DataFrame(
        [{"type": kind, "part": CAUSES[part], "share": value}
         for kind, (one, _) in done.lost.items() if one.asked > 0
         for part, value in {"served": one.served / one.asked, **one.shares}.items()]
    )  # fmt: skip
    if frame.is_empty():
        return []
    heads = ["Type", *(f">{c}" for c in list(CAUSES.values())[1:])]
    rows: list[list[Cell]] = [
        [k, *(book.cell(done.find(f"platform_lost_{c}", k)) for c in list(CAUSES)[1:])]
        for k in done.lost
    ]  # fmt: skip
    drawn = chart(
        study, "platform-lost-chart", "What became of what was asked for",
        "What was served, and why the rest was not, of every type.",
        charts.became(frame, list(CAUSES.values())), plain(frame), "platform_lost_allocation",
        f"{done.since} to {done.year}", ("platform_years",),
    )  # fmt: skip
    return [drawn, table("platform-lost", "Lost, by cause", heads, rows,
                         "Share of the amount asked for."), text(ACCOUNT)]  # fmt: skip


def _service(done: PlatformStudy, book: Book) -> Block:
    rows: list[list[Cell]] = [
        [k or "all types", *(book.cell(done.find(m, k)) for m in ("platform_days",
                                                                   "platform_queue"))]
        for k in ("", *TYPES)
    ]  # fmt: skip
    note = f"Requests of {done.since} to {done.year}; the days are those of the served alone."
    return table("platform-service", "How long, and how many wait",
                 ["Type", ">Median days to serve", ">Requests waiting"], rows, note)  # fmt: skip


def _members(done: PlatformStudy, book: Book) -> list[Block]:
    if done.stay is None:
        q = done.find("platform_persistence")
        return [text(f"Who stays cannot be told: {q.reason}. What would settle it: {q.settles}.",
                     title="Members")]  # fmt: skip
    parts = [("all members", done.find("platform_persistence")),
             ("core enterprises and institutes", done.find("platform_persistence_core")),
             *((k or "not known", done.find("platform_persistence", k or "not known"))
               for k in done.stay.kinds)]  # fmt: skip
    rows: list[list[Cell]] = [[name, book.cell(q), _count(q)] for name, q in parts]
    new = done.find("platform_new_types")
    note = "A place is one organisation in one sub-platform. "
    if new.value is not None:
        names = f" ({', '.join(done.stay.new)})" if done.stay.new else ""
        note += f"Kinds of actor that joined within three years: {level(new)}{names}. "
    if done.stay.unlisted:
        note += f"Not in the table of organisations: {counted(done.stay.unlisted, 'member')}. "
    later = done.stay.curve.at(3)
    if later is not None and done.stay.curve.spells:
        note += (f"Of {done.stay.curve.spells} places whose beginning is seen, "
                 f"{100 * later:.0f}% last beyond three years (Kaplan-Meier).")  # fmt: skip
    heads = ["Members", ">Still there three years later", ">Places"]
    return [table("platform-members", "Who stays", heads, rows, note)]


def _count(q: Quantity) -> Cell:
    return "–" if q.n is None else {"text": f"{q.n:,}", "sort": q.n}


def _governance(done: PlatformStudy, book: Book) -> Block:
    rows: list[list[Cell]] = [_claimed(j) for j in done.governance]
    q = done.find("platform_governance")
    note = "Claimed, not observed: signed judgements that count at the end of the year. "
    if q.value is not None:
        note += f"{level(q)} of the {q.n} items judged are met."
        book.note(q)
    heads = ["Item", "Judged", "By", "On", "Evidence", "Others say"]
    return table("platform-governance", "Rules of the platform (signed claims)", heads, rows, note)


def _claimed(judged: Judged) -> list[Cell]:
    title, newest = CHECKLIST[judged.item], judged.newest
    if newest is None:
        why = f"{judged.lapsed} expired" if judged.lapsed else "nobody signed"
        return [title, "cannot tell", why, "–", "–", "–"]
    others = "; ".join(f"{c.author}: {c.truth} ({c.signed})" for c in judged.disputed)
    truth = judged.truth.value
    if judged.truth is Truth.CANNOT_TELL and newest.truth is not Truth.CANNOT_TELL:
        truth = "cannot tell: two claims of one day contradict each other"
    return [title, truth, newest.author, newest.signed.isoformat(), newest.evidence or "–",
            others or "–"]  # fmt: skip


def _money(study: Study, done: PlatformStudy, book: Book) -> list[Block]:
    if done.income is None:
        q = done.find("platform_private_share")
        return [text(f"Income cannot be told: {q.reason}. What would settle it: {q.settles}.",
                     title="Income and runway")]  # fmt: skip
    found, unit = done.income, study.dataset.unit("million {currency}")
    shares = {q.period: q for q in done.quantities if q.measure == "platform_private_share"}
    rows: list[list[Cell]] = [
        [str(y), _amount(found.private[n]), _amount(found.public[n]), book.cell(shares[str(y)])]
        for n, y in enumerate(found.years)
    ]  # fmt: skip
    note = f"In {unit}, all sub-platforms."
    if found.left_out:
        note += (" Left out, since a sub-platform does not tell both: "
                 f"{', '.join(map(str, found.left_out))}.")  # fmt: skip
    income = table("platform-income", "Income by year",
                   ["Year", ">Private", ">Public", ">Private share"], rows, note)  # fmt: skip
    return [income, text(*_runway(done, book), title="Until it carries itself")]


def _amount(value: float) -> Cell:
    return {"text": significant(value), "sort": value}


def _runway(done: PlatformStudy, book: Book) -> list[Run]:
    """The scenario in words, then what is needed and what is committed."""
    said: list[Run] = []
    trend = done.find("platform_private_trend")
    if trend.value is not None:
        now, low, high = (100 * (v or 0.0) for v in (trend.value, trend.low, trend.high))
        words = f"{now:+.1f} points a year ({low:+.1f} to {high:+.1f})"
        said += ["The private share changes by ", book.link(trend, words), ". "]
    said.append("A scenario, not a forecast: cost stays at the last year's whole income, and "
                "private income goes on growing as it did. ")  # fmt: skip
    for name in SCENARIOS:
        q = done.find("platform_break_even", name)
        if q.value is None:
            return [*said, f"Years to break-even cannot be told: {q.reason}."]
        said += [f"By a {name}: ", book.link(q), f" to break-even ({span(q)}). "]
    short, runway = done.find("platform_shortfall"), done.find("platform_runway")
    if short.value is not None and short.value > 0:
        said += ["By the later of the two, ", book.link(short), " of other money are needed until "
                 "then. "]  # fmt: skip
    if runway.value is None:
        said.append(f"Whether it is there cannot be told: {runway.reason}. What would settle it: "
                    f"{runway.settles}.")  # fmt: skip
    else:
        said += ["Committed years less years to break-even: ", book.link(runway), "."]
    return said


def _rubric(done: Scored) -> Block:
    """An official rubric, item by item, with its evidence status."""
    rubric = done.rubric
    rows = [_scored(s) for s in done.scores]
    missing = sum(s.status == "missing" for s in done.scores)
    said = rubric.source[0].upper() + rubric.source[1:]
    note = f"{said}. {rubric.note} All sub-platforms are read as one centre. "
    note += f"{missing} of {len(rows)} items have no evidence."
    if done.told is not None:
        note += f" Points: {done.told:g} of the {done.possible:g} that can be told."
    heads = ["Item", ">Share of full mark", "Evidence", "Value", "No mark at", "Full mark at",
             "Read from, or what would settle it"]  # fmt: skip
    return table(f"rubric-{rubric.id}", f"Official rubric: {rubric.title} {rubric.title_zh}", heads,
                 rows, note)  # fmt: skip


def _scored(score: Score) -> list[Cell]:
    item = score.item
    mark: Cell = "cannot tell"
    if score.mark is not None:
        mark = {"text": f"{100 * score.mark:.0f}%", "sort": score.mark}
    ends = [_in_unit(v, item.unit) for v in (score.value, item.zero, item.full)]
    why = score.why if score.mark is not None else f"{score.why}. Settled by: {score.settles}"
    return [f"{item.title} {item.title_zh}".strip(), mark, score.status, *ends, why]


def _in_unit(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.0f}%" if unit == "share" else (
        f"{value:g}" if unit == "count" else f"{value:g} {unit}")  # fmt: skip
