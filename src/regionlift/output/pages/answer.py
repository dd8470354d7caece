"""Page 1: the whole answer on one page."""

from __future__ import annotations

from regionlift.evidence.quantity import Status
from regionlift.evidence.verdict import Truth
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import CLAUSES, table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import (
    page,
    rate_sentence,
    reading,
    title_of,
    unknown_table,
)
from regionlift.output.pages.roadmap import called, doubted, indicator, now_words, years
from regionlift.output.paths_block import broken_words, percent
from regionlift.output.payload import Block, Cell, Gauge, Page
from regionlift.output.words import listed, printed, with_unit
from regionlift.study import Study

#: Clauses that speak against the region where they are met.
AGAINST = ("drivers.input_driven", "stage.factor.exit", "chain.gaps", "chain.dependent")

#: Clauses that speak against it where they are not met.
LACKING = ("technology.", "platform.", "policy.")


def answer(study: Study, book: Book) -> Page:
    """Page 1: the whole answer on one page."""
    dataset, peers = study.dataset, study.peers
    block = ", ".join(f"{i.code} {i.name}" for i in dataset.block)
    who = (
        f"compared with {listed(list(peers.members))}"
        if peers.members
        else f"no peers ({peers.reason})"
    )
    blocks: list[Block] = [
        text(
            f"{study.region}, equipment manufacturing ({dataset.scope.classification}: {block}), "
            f"{who}. Peers were chosen before any result: {peers.rule}."
        ),
        {"kind": "gauges", "items": [_gauge(study, book, name) for name in study.profile.gauges]},
        reading(study, book),
        verdicts(
            [study.exit.verdict, study.verdict("drivers.input_driven")], book, study,
            "Two tests of the stage",
        ),
        text(*rate_sentence(study, book), title="How often such a profile changes"),
        path_order(study), first_actions(study),
        against_us(study),
        unknown_table(study, 8),
    ]
    return page("answer", 1, None, "The answer on one page", study.profile.sentence, blocks)


def path_order(study: Study) -> Block:
    """The paths in order, with what is met, what is broken first, and how far that holds."""
    done = study.paths
    rows: list[list[Cell]] = []
    for s in done.order.standings:
        judged = done.path(s.path)
        counts = [str(judged.count(t)) for t in (Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL)]
        broken = broken_words(judged)
        if judged.unknown:
            before = " before it" if judged.first_broken else ""
            broken += f" (cannot tell{before}: {', '.join(j.id for j in judged.unknown)})"
        rows.append([s.title, s.disposition, *counts, percent(s.holds), broken, s.reason])
    return table(
        "path-order", "Which path",
        ["Path", "When", ">Met", ">Not met", ">Cannot tell", ">Unchanged in",
         "First broken link", "Reason"], rows,
        "Met, not met and cannot tell count the clauses of the conditions. Unchanged in: "
        "settings of the thresholds in which the answer of the path stays as it is; that of the "
        f"order in {percent(done.order.holds)}. It is a structured argument, not a forecast.",
    )  # fmt: skip


def first_actions(study: Study, most: int = 5) -> Block:
    """What to begin with."""
    done = study.roadmap
    if not done.planned:
        return text(f"None: {done.reason or 'the budget reaches for none'}.", title="First actions")
    rows: list[list[Cell]] = [
        [doubted(p), called(p.owner), years(p.start, p.end), indicator(p),
         f"{now_words(p)}; {p.goal}"]
        for p in done.planned[:most]
    ]
    return table("first-actions", "First actions",
                 ["Action", "Owner", "When", "Indicator", "Now; target"], rows,
                 f"{len(done.planned)} in all: see the roadmap.")  # fmt: skip


def _gauge(study: Study, book: Book, name: str) -> Gauge:
    gauge = study.profile.gauges[name]
    lead = gauge.lead
    place = lead.percentile
    notes = [f"Not used: {title_of(n)} ({why})" for n, _, why in
             (text.partition(": ") for text in gauge.passed_over)]  # fmt: skip
    if place.status is Status.KNOWN:
        second = printed(lead.second.value, "percentile")
        notes.insert(0, f"Among the second choice of peers: {second}")
    known = lead.level.status is Status.KNOWN
    where = f", {lead.level.period}" if lead.level.period else ""
    return {
        "title": f"{TITLES[name].capitalize()} upgrading",
        "marker": title_of(lead.marker) + where,
        "percentile": place.value,
        "low": place.low,
        "high": place.high,
        "level_text": [book.link(lead.level, with_unit(lead.level))] if known else ["cannot tell"],
        "direction": lead.direction,
        "evidence": book.note(place),
        "note": ". ".join(notes),
    }


def against_us(study: Study) -> Block:
    """What went against the region: low, falling, or a bad verdict; said, not hidden."""
    bad: list[list[Cell]] = []
    for name, gauge in study.profile.gauges.items():
        lead = gauge.lead
        if lead.percentile.value is not None and lead.percentile.value < 50:
            place = printed(lead.percentile.value, "percentile")
            bad.append([TITLES[name], f"{title_of(lead.marker)} is at {place} of the peers"])
        if lead.direction.startswith("falling"):
            bad.append([TITLES[name], f"{title_of(lead.marker)} is {lead.direction}"])
    bad += [
        [CLAUSES[v.clause], v.reason]
        for v in study.verdicts
        if v.truth is Truth.MET and v.clause in AGAINST
    ]
    bad += [
        [f"{CLAUSES[v.clause]}: not met", v.reason]
        for v in study.verdicts
        if v.truth is Truth.NOT_MET and v.clause.startswith(LACKING)
    ]
    for p in study.paths.paths:
        bad += [[f"{p.path.title}, broken link {j.id}: {j.comparison.title}", j.reason]
                for j in p.broken]  # fmt: skip
        waits = study.paths.order.standing(p.path.id).waits
        bad += [[f"{p.path.title}, condition not met: {p.clauses[id].comparison.title} ({id})",
                 p.clauses[id].reason] for id in waits]  # fmt: skip
    if not bad:
        return text(
            "Nothing measured stands below the middle of the peers or falls. What could not be "
            "told may still.", title="What went against us",
        )  # fmt: skip
    return table("against-us", "What went against us", ["Where", "What"], bad, limit=12)
