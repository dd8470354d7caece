"""Page 9: technologies the region lacks, by nearness and complexity."""

from __future__ import annotations

import polars as pl

from regionlift.data.symbols import title, titled
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.pages.entry_block import entry_blocks
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import explained, listed, significant
from regionlift.study import Study
from regionlift.study.entry import kind_of, ordered_by

TITLE = "Options for specialisation"


def options(study: Study, book: Book) -> Page:
    """Page 9: the quadrant of options with its cut points; a map of nearness, not a forecast."""
    del book
    done = study.technology
    found = done.options
    tests = [*([done.entry] if done.entry else []), study.industries]
    if found is None or not found.options:
        why = done.reason if found is None else found.reason
        return page("options", 9, "technology", TITLE, f"Options cannot be told: {why}.",
                    [text("What would settle it: patents of applicants in ten regions or more, "
                          "with the region of each."),
                     *entry_blocks(tests)])  # fmt: skip
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
         {"text": str(o.patents), "sort": o.patents}, {"text": str(o.local), "sort": o.local}]
        for o in found.options
    ]  # fmt: skip
    order = found.found
    told = "" if order is None else (
        f" Complexity from {found.regions} regions: second squared singular value "
        f"{order.second:.3f}, third {order.third:.3f}; correlation with diversity "
        f"{order.sign_strength:.2f}.")  # fmt: skip
    doubts = "" if order is None or not order.warnings else f" Doubt: {'; '.join(order.warnings)}."
    note = (
        f"Cut at the medians of the region's own options: density {significant(found.near)}, "
        f"complexity {significant(found.complex)}. High road: near and complex; slow road: near "
        "and simple; casino: far and complex; dead end: far and simple. Level: location quotient; "
        "strengthening: 0.5 or more, new: less. Within a quarter ordered by "
        f"{ordered_by('new', tests[0])} (new) and {ordered_by('strengthening', tests[0])} "
        "(strengthening): see the test below." + told + doubts
    )
    heads = ["Technology", "Quarter", "Kind", ">Level", ">Relatedness density", ">Complexity",
             ">Patents", ">Patents here"]  # fmt: skip
    years = "" if done.filings is None else f"{done.filings.first}-{done.filings.last}"
    blocks: list[Block] = [
        chart(study, "options-quadrant", "Near and complex", finding,
              charts.quadrant(frame, found.near, found.complex), plain(frame), "tech_reach", years,
              ("technology_years",)),
        table("options", "All options", heads, rows, note, 15),
        *entry_blocks(tests),
        text("Nearness says where entry was more frequent elsewhere; it does not say that a "
             "policy succeeds. Where many cells stand near the line between having and lacking, "
             "the present level predicts crossings better than relatedness does."),
    ]  # fmt: skip
    return page("options", 9, "technology", TITLE, finding, blocks)
