"""Page 8: which technologies are common, which are key, which are in reach."""

from __future__ import annotations

import numpy as np
import polars as pl

from regionlift.data.symbols import titled
from regionlift.measures.technology.front import INDUSTRIES, SECTIONS, TOLD, Front
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.paths_block import path_block, percent
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import explained, listed, significant
from regionlift.study import Study, TechnologyStudy
from regionlift.study.technology import front_table

TITLE = "Key common technologies"
#: Technologies whose rank intervals are drawn.
MOST_RANKS = 12


def technology(study: Study, book: Book) -> Page:
    """Page 8: the front, all candidates with rank intervals, what counting alone would say."""
    done = study.technology
    if done.front is None or done.filings is None:
        return page("technology", 8, "technology", TITLE,
                    f"Key technologies cannot be told: {done.reason}.",
                    [path_block(study, "technology", book),
                     text(f"What would settle it: {done.settles}.")])  # fmt: skip
    frame = front_table(done)
    blocks: list[Block] = [path_block(study, "technology", book)]
    if frame.height:
        blocks += [_chart(study, done, frame), _list(study, done, book),
                  _ranks(study, done, frame), *_more(done, book), _beside(done)]  # fmt: skip
    blocks += [*_topics(done), _left_out(done),
               verdicts([study.verdict("technology.named")], book, study)]  # fmt: skip
    return page("technology", 8, "technology", TITLE, _finding(done), blocks)


def _finding(done: TechnologyStudy) -> str:
    if done.front is None:
        return ""
    if not done.named:
        return ("No technology is both among the most common and among the most bridging of "
                f"{int(done.front.candidate.sum())} candidates.")  # fmt: skip
    lacking = [k for k in done.named if k not in done.mastered]
    said = f"Both common and key: {listed([explained(k) for k in done.named], 8)}"
    if not done.mastered:
        return said + "; the region has an advantage in none of them."
    if lacking:
        return f"{said}; the region has no advantage in {listed(lacking, 8)}."
    return said + "; the region has an advantage in each of them."


def _chart(study: Study, done: TechnologyStudy, frame: pl.DataFrame) -> Block:
    shown = frame.select(
        "technology", "title", "common", "key", "reach", "patents",
        group=pl.when(pl.col("named")).then(pl.lit("key and common"))
        .when(pl.col("on the front")).then(pl.lit("on the front"))
        .otherwise(pl.lit("other candidates")),
    )  # fmt: skip
    found = done.filings
    years = "" if found is None else f"{found.first}-{found.last}"
    front = done.front
    told = "" if front is None else (
        f"Commonness: spread over {_users(front)}. Size of the dot: {front.axes.reach_by}."
    )  # fmt: skip
    return chart(
        study, "technology-front", "Common and key", f"{_finding(done)} {told}",
        charts.technology_front(shown), plain(shown), "tech_common", years,
        ("technology_years", "technology_least", "technology_top"),
    )  # fmt: skip


def _list(study: Study, done: TechnologyStudy, book: Book) -> Block:
    found, front = done.filings, done.front
    if found is None or front is None:
        raise ValueError(done.reason)
    order = sorted(
        np.flatnonzero(front.candidate),
        key=lambda k: (found.classes[k] not in done.named, -front.held[k], front.rank[:2, k].sum()),
    )
    rows: list[list[Cell]] = []
    for k in map(int, order):
        klass = found.classes[k]
        mark = "key and common" if klass in done.named else "front" if front.first[k] else ""
        rows.append(
            [titled(klass), mark, book.cell(done.find("tech_common", klass)), _rank(done, 0, k),
             book.cell(done.find("tech_key", klass)), _rank(done, 1, k),
             book.cell(done.find("tech_reach", klass)), _rank(done, 2, k),
             book.cell(done.find("tech_advantage", klass))]
        )  # fmt: skip
    share = significant(100 * study.settings["technology_top"])
    note = (
        f"Three axes, no score. Named: among the upper {share}% of the candidates on both, common "
        f"and key. Ranks in brackets: {percent(study.settings['confidence'])} of draws in which "
        "the patents are weighed anew; equals may stand anywhere among themselves. On the front: "
        "no other candidate is above it on one axis and level on the others."
    )
    heads = ["Technology", "In words", ">Common", ">Rank", ">Key", ">Rank", ">In reach", ">Rank",
             ">Advantage"]  # fmt: skip
    return table("technologies", "All candidates", heads, rows, note, 15)


def _ranks(study: Study, done: TechnologyStudy, frame: pl.DataFrame) -> Block:
    """Rank intervals of what is named or on the front."""
    every = frame.filter(pl.col("named") | pl.col("on the front"))
    some = every.head(MOST_RANKS)
    shown = pl.concat([
        some.select("technology", "title", axis=pl.lit(axis), rank=pl.col(f"{axis} rank"),
                    low=pl.col(f"{axis} rank low"), high=pl.col(f"{axis} rank high"))
        for axis in ("common", "key", "reach")
    ])  # fmt: skip
    loose = [
        f"{word} of {listed(wide['technology'].to_list(), 4)}"
        for axis, word in (("common", "commonness"), ("key", "bridging"), ("reach", "reach"))
        if (wide := every.filter(
            pl.col(f"{axis} rank high") - pl.col(f"{axis} rank low") > frame.height / 3)).height
    ]  # fmt: skip
    finding = (
        f"Hangs on few patents, with ranks that are not settled: {'; '.join(loose)}." if loose
        else "The ranks of those named and on the front hold when the patents are weighed anew."
    )
    if every.height > some.height:
        finding += f" Drawn are {some.height} of {every.height}."
    found = done.filings
    return chart(
        study, "technology-ranks", "How sure the ranks are", finding, charts.rank_intervals(shown),
        plain(shown), "tech_key", "" if found is None else f"{found.first}-{found.last}",
        ("confidence",),
    )  # fmt: skip


def _topics(done: TechnologyStudy) -> list[Block]:
    """Topics beside classes, where they were asked for."""
    found = done.topics
    if found is None:
        return []
    if found.reason:
        return [text(f"Topics cannot be told: {found.reason}.", title="Topics")]
    rows = []
    for t in found.topics:
        marks = [word for word, holds in (("generic", t.generic), ("key", t.key)) if holds]
        values = (t.intensity, t.breadth, t.evenness, t.bridging, t.growth, t.cited, t.local,
                  t.again)  # fmt: skip
        numbers: list[Cell] = [
            {"text": significant(v), "sort": v} if v == v else "–" for v in values
        ]
        rows.append([" ".join(t.words), " and ".join(marks), *numbers])
    note = (
        f"{len(found.topics)} topics of {found.texts:,} titles and abstracts (latent Dirichlet "
        "allocation), our reading of the abstract of Ma, Kong, Lin & Yang 2020. Generic: at least "
        "an even share of the texts, and beside as many topics as the middle one. Again: likeness "
        "of its words in other fits; a topic far below 1 is a matter of chance."
    )
    heads = ["Topic", "In words", ">Intensity", ">Breadth", ">Evenness", ">Bridging", ">Growth",
             ">Cited", ">Local", ">Again"]  # fmt: skip
    return [table("topics", "Topics", heads, rows, note, 12)]


#: Measure -> head, of the two tables beside the axes.
_USE = {
    "tech_patents": ">Patents", "tech_adopters": ">Local adopters", "tech_growth": ">Growth a year",
    "tech_recent": ">Last 3 years", "tech_pull": ">Pull", "tech_first": ">Local first",
    "tech_foreign": ">Foreign cited",
}  # fmt: skip
_SPREAD = {
    "tech_breadth": ">Breadth", "tech_evenness": ">Even over classes",
    "tech_users": ">Even over users", "tech_participation": ">Participation",
    "tech_generality": ">Generality", "tech_originality": ">Originality",
}  # fmt: skip


def _more(done: TechnologyStudy, book: Book) -> list[Block]:
    """The measures beside the axes, those named first."""
    found, front = done.filings, done.front
    if found is None or front is None:
        raise ValueError(done.reason)
    order = list(done.named)
    order += [found.classes[k] for k in np.flatnonzero(front.candidate & front.first)
              if found.classes[k] not in done.named]  # fmt: skip
    order += [found.classes[k] for k in np.flatnonzero(front.candidate)
              if found.classes[k] not in order]  # fmt: skip
    use = (
        "Pull: value added of the industries that use it, by its share in their patents. Local "
        "first: share of the region's patents with a local first applicant. Foreign cited: share "
        "of the citations they make that go abroad."
    )
    spread = (
        "Other measures of spread, none of them part of the naming. Breadth: other classes it "
        "stands beside more often than chance. Generality: spread over the classes that cite it; "
        "originality: over those it cites; citations between patents of the window alone."
    )
    return [
        table(f"technology-{name}", title, ["Technology", *heads.values()],
              [[titled(k), *(book.cell(done.find(m, k)) for m in heads)] for k in order], note, 8)
        for name, title, heads, note in (("use", "Use, growth and mastery", _USE, use),
                                         ("spread", "Spread", _SPREAD, spread))
    ]  # fmt: skip


def _users(front: Front) -> str:
    """What commonness is read from, with the share of the patents that tell it."""
    told = f" (told for {percent(front.axes.told)} of the patents)"
    return front.axes.users + (told if front.axes.users == INDUSTRIES else "")


def _rank(done: TechnologyStudy, axis: int, k: int) -> Cell:
    front = done.front
    if front is None:
        return "–"
    if np.ptp(front.axes.each[axis][front.candidate]) == 0:
        return {"text": "all alike", "sort": float(front.rank[axis, k])}
    own, low, high = (float(a[axis, k]) for a in (front.rank, front.low, front.high))
    return {"text": f"{own:.0f} ({low:.0f}–{high:.0f})", "sort": own}


def _beside(done: TechnologyStudy) -> Block:
    """What the ranking adds to simple counts."""
    front = done.front
    if front is None:
        return text("")
    parts = [
        f"{name}: " + (f"rank correlation {r:.2f}, {n} of the first {front.top} the same"
                       if r == r else "cannot tell, since all are alike")
        for name, r, n in zip(("common", "key", "in reach"), front.with_count,
                              front.shared_with_count, strict=True)
    ]  # fmt: skip
    caveat = "" if front.axes.users == INDUSTRIES else (
        f" An industry of an applicant is told for {percent(front.axes.told)} of the patents; it "
        f"takes {percent(TOLD)}. In its place stand {front.axes.users}"
        + (": a weaker sign of common use." if front.axes.users == SECTIONS else "."))
    stable = (" On a large sample of patents bridging was the least stable of the rankings "
              "(docs/technology.md): read its interval, not its place.")  # fmt: skip
    return text("Beside plain counting of patents: " + "; ".join(parts) + "." + stable + caveat,
                title="What this adds to counting patents")  # fmt: skip


def _left_out(done: TechnologyStudy) -> Block:
    found = done.filings
    if found is None:
        return text("")
    lost = [f"{n:,} {what}" for what, n in found.left_out if n]
    return text(f"{len(found.ids):,} patents of {found.first}–{found.last} in "
                f"{len(found.classes)} classes. Not counted: "
                + (", ".join(lost) if lost else "none") + ".", title="What was read")  # fmt: skip
