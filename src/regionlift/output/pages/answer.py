"""Page 1: the whole answer on one page."""

from __future__ import annotations

from regionlift.evidence.quantity import Status
from regionlift.evidence.verdict import Truth
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import CLAUSES, answered, table, text
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.pages.common import page, title_of, unknown_table
from regionlift.output.pages.roadmap import called, doubted, indicator, now_words, years
from regionlift.output.paths_block import broken_words, percent, without_codes
from regionlift.output.payload import Block, Cell, Gauge, Page
from regionlift.output.words import counted, listed, printed, with_unit
from regionlift.study import Study

#: Clauses that speak against the region where they are met.
AGAINST = ("drivers.input_driven", "stage.factor.exit", "chain.gaps", "chain.dependent")

#: Clauses that speak against it where they are not met.
LACKING = ("technology.", "platform.", "policy.")

#: Rows of a table that are open on page 1; the rest is a click away.
SHOWN = 3


def answer(study: Study, book: Book) -> Page:
    """Page 1: the whole answer on one page."""
    dataset, peers = study.dataset, study.peers
    block = ", ".join(i.code for i in dataset.block)
    who = (
        f"compared with {listed(list(peers.members), 4)}, chosen before any result (methods, page "
        "25)"
        if peers.members
        else f"no peers ({peers.reason})"
    )
    blocks: list[Block] = [
        text(
            f"{study.region}, equipment manufacturing ({dataset.scope.classification}: {block}), "
            f"{who}."
        ),
        {"kind": "gauges", "items": [_gauge(study, book, name) for name in study.profile.gauges]},
        path_order(study), first_actions(study), against_us(study), unknown_table(study, SHOWN),
        _more(study),
    ]
    return page("answer", 1, None, "The answer on one page", study.profile.sentence, blocks)


def _more(study: Study) -> Block:
    """Two tests of the stage in a line each; the page of the stage has them whole."""
    tests = (study.exit.verdict, study.verdict("drivers.input_driven"))
    said = "; ".join(f"“{CLAUSES[v.clause]}”: {answered(v)}" for v in tests)
    return text(f"Tests of the stage (pages 4 and 5): {said}. How often such a profile changes: "
                "page 4. What was not measured, and all that cannot be told: page 24.")


def path_order(study: Study) -> Block:
    """The paths in order, with what is met, what is broken first, and how far that holds."""
    done = study.paths
    rows: list[list[Cell]] = []
    for s in done.order.standings:
        judged = done.path(s.path)
        reason = s.reason.removeprefix("not met yet: ")
        counts = [str(judged.count(t)) for t in (Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL)]
        broken = without_codes(broken_words(judged), done)
        if judged.unknown:
            before = " before it" if judged.first_broken else ""
            broken += f" ({counted(len(judged.unknown), 'link')}{before} cannot be told)"
        rows.append([s.title, s.disposition, *counts, percent(s.holds), broken,
                     in_titles(without_codes(reason, done))])  # fmt: skip
    return table(
        "path-order", "Which path",
        ["Path", "When", ">Met", ">Not met", ">Cannot tell", ">Unchanged in",
         "First broken link", "Not met yet, or why"], rows,
        "Clauses of the conditions are counted. Unchanged in: share of settings of the thresholds "
        f"with the same answer; the order in {percent(done.order.holds)}. An argument, not a "
        "forecast.",
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
                 f"{len(done.planned)} in all: see the roadmap.", SHOWN)  # fmt: skip


def _gauge(study: Study, book: Book, name: str) -> Gauge:
    gauge = study.profile.gauges[name]
    lead = gauge.lead
    place = lead.percentile
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
        "note": "",
    }


def against_us(study: Study) -> Block:
    """What went against the region: low, falling, or a bad verdict; said, not hidden."""
    leads = [gauge.lead for gauge in study.profile.gauges.values()]
    low = [f"{title_of(p.marker)} at {printed(p.percentile.value, 'percentile')}" for p in leads
           if p.percentile.value is not None and p.percentile.value < 50]  # fmt: skip
    down = [f"{title_of(p.marker)} is {p.direction}" for p in leads
            if p.direction.startswith("falling")]  # fmt: skip
    bad: list[list[Cell]] = []
    if low:
        bad.append(["Below the middle of the peers", "; ".join(low)])
    if down:
        bad.append(["Falling", "; ".join(down)])
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
        bad += [[f"{p.path.title}, broken link: {j.comparison.title}", j.reason]
                for j in p.broken]  # fmt: skip
        waits = study.paths.order.standing(p.path.id).waits
        bad += [[f"{p.path.title}, condition not met: {p.clauses[id].comparison.title}",
                 p.clauses[id].reason] for id in waits]  # fmt: skip
    if not bad:
        return text(
            "Nothing measured stands below the middle of the peers or falls. What could not be "
            "told may still.", title="What went against us",
        )  # fmt: skip
    return table("against-us", "What went against us", ["Where", "What"],
                 [[where, in_titles(str(what))] for where, what in bad], limit=SHOWN)  # fmt: skip
