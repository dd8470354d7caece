"""Page 9: technologies the region lacks, by nearness and complexity."""

from __future__ import annotations

import polars as pl

from regionlift.data.symbols import title, titled
from regionlift.measures.relatedness.complexity import Complexity
from regionlift.measures.technology.front import LEAST_PATENTS
from regionlift.measures.technology.options import Options
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.pages.entry_block import entry_blocks, lacked_industries
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, explained, listed, significant
from regionlift.study import Study
from regionlift.study.entry import kind_of, lacking, ordered_by

TITLE = "Options for specialisation"
#: Measure of a portfolio -> what it is.
PORTFOLIO = {
    "diversity": "classes with an advantage",
    "complexity": "economic complexity index of the region, standard deviations",
    "outlook": "sum over what it lacks of nearness times complexity",
    "related variety": "entropy within sections of the classification, bits",
    "unrelated variety": "entropy between sections, bits",
    "coherence": "mean association of its classes with one another; 1 is chance",
}


def options(study: Study, book: Book) -> Page:
    """Page 9: the quadrant of options with its cut points; a map of nearness, not a forecast."""
    del book
    done = study.technology
    found = done.options
    tests = [*([done.entry] if done.entry else []), study.industries]
    confidence = study.settings["confidence"]
    if found is None or not found.options:
        why = done.reason if found is None else found.reason
        lacks = lacking(study.industries)
        told = "" if not lacks else (
            f" By industry: {len(lacks)} of which the region has less than its share.")
        return page("options", 9, "technology", TITLE,
                    f"Options in technologies cannot be told: {why}.{told}",
                    [text("What would settle it: patents of applicants in ten regions or more, "
                          "with the region of each."),
                     *lacked_industries(study), *entry_blocks(tests, confidence)])  # fmt: skip
    high = [explained(o.klass) for o in found.options if o.quarter == "high road"]
    finding = (
        f"{len(high)} of {len(found.options)} classes without an advantage here are both near to "
        f"what the region has and complex{': ' if high else ''}{listed(high, 6)}."
    )
    frame = pl.DataFrame(
        [{"technology": o.klass, "title": title(o.klass), "density": o.density,
          "complexity": o.complexity, "quarter": o.quarter, "patents": o.patents}
         for o in found.options]
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [titled(o.klass), o.quarter, kind_of(o), {"text": significant(o.level), "sort": o.level},
         {"text": significant(o.density), "sort": o.density},
         {"text": significant(o.complexity), "sort": o.complexity},
         {"text": significant(o.gain), "sort": o.gain} if o.gain == o.gain else "–",
         {"text": str(o.patents), "sort": o.patents}, {"text": str(o.local), "sort": o.local}]
        for o in found.options
    ]  # fmt: skip
    order = found.found
    told = "" if order is None else (
        f" Complexity from {found.regions} regions: second squared singular value "
        f"{order.second:.3f}, third {order.third:.3f}; correlation with diversity "
        f"{order.sign_strength:.2f}{_lost(order)}.")  # fmt: skip
    doubts = "" if order is None or not order.warnings else f" Doubt: {'; '.join(order.warnings)}."
    note = (
        f"Cut at the medians of the region's own options: density {significant(found.near)}, "
        f"complexity {significant(found.complex)}. High road: near and complex; slow road: near "
        "and simple; casino: far and complex; dead end: far and simple. Level: location quotient; "
        "strengthening: 0.5 or more, new: less. Gain: what it would add to the region's outlook. "
        "Classes with under "
        f"{LEAST_PATENTS} patents in all regions are not looked at. Within a quarter ordered by "
        f"{ordered_by('new', tests[0])} (new) and {ordered_by('strengthening', tests[0])} "
        "(strengthening): see the test below." + told + doubts
    )
    heads = ["Technology", "Quarter", "Kind", ">Level", ">Relatedness density", ">Complexity",
             ">Gain", ">Patents", ">Patents here"]  # fmt: skip
    years = "" if done.filings is None else f"{done.filings.first}-{done.filings.last}"
    blocks: list[Block] = [
        chart(study, "options-quadrant", "Near and complex", finding,
              charts.quadrant(frame, found.near, found.complex), plain(frame), "tech_reach", years,
              ("technology_years",)),
        table("options", "All options", heads, rows, note, 15), *_portfolio(study, found),
        *lacked_industries(study), *entry_blocks(tests, confidence),
        text("Nearness says where entry was more frequent elsewhere; it does not say that a "
             "policy succeeds. Where many cells stand near the line between having and lacking, "
             "the present level predicts crossings better than relatedness does."),
    ]  # fmt: skip
    return page("options", 9, "technology", TITLE, finding, blocks)


def _lost(order: Complexity) -> str:
    """Regions and classes that were not ordered."""
    regions = len(order.empty_regions) + len(order.apart_regions)
    classes = len(order.empty_activities) + len(order.apart_activities)
    if not regions and not classes:
        return ""
    return (f"; not ordered, for want of an advantage or of a chain to the others: "
            f"{counted(regions, 'region')} and {classes} class{'es' * (classes != 1)}")


def _portfolio(study: Study, found: Options) -> list[Block]:
    """The region's technologies together, with its place among all regions."""
    if found.portfolios is None:
        return []
    rows: list[list[Cell]] = []
    for measure, words in PORTFOLIO.items():
        own, place, told = found.portfolios.place(measure, study.region)
        value: Cell = "cannot tell"
        if own == own:
            value = {"text": significant(own, 3), "sort": own}
        rows.append([measure, value, f"{place} of {told}" if own == own else "–", words])
    note = (
        "Each by itself: a high place is no merit where the measure names none. Regions with few "
        "patents take part too, and move with each of them. Of all regions: lists.xlsx, sheet "
        "portfolios."
    )
    return [table("portfolio", "The region's technologies together",
                  ["Measure", ">Here", ">Place", "What it is"], rows, note, 8)]  # fmt: skip
