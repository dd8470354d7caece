"""Page 3: size, quality, specialisation, distance to peers."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.quantity import Status, from_row
from regionlift.measures.stage import TITLES
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table
from regionlift.output.evidence import Book
from regionlift.output.laws_block import gap_blocks
from regionlift.output.pages.common import (
    base_column,
    page,
    title_of,
)
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import level, listed, printed
from regionlift.study import Study


def position(study: Study, book: Book) -> Page:
    """Page 3: size, quality, specialisation, distance to peers and frontier."""
    base = base_column(study)
    lq = study.find(f"location_quotient_{base}")
    said = (
        f"The block weighs {level(lq)} times its share in the reference area ({lq.period})."
        if lq.value is not None
        else f"Specialisation cannot be told: {lq.reason}."
    )
    blocks: list[Block] = []
    if (plot := _size_quality(study)) is not None:
        blocks.append(plot)
    if (bars := _quotients(study, book, base)) is not None:
        blocks.append(bars)
    blocks += [_gaps(study, book), *gap_blocks(study), _goals(study, book)]
    return page("position", 3, "strong", "Position", said, blocks)


def _size_quality(study: Study) -> Block | None:
    lead = study.profile.gauges["factor"].lead
    if lead.level.status is not Status.KNOWN:
        return None
    frame = study.frames[lead.marker].filter(
        pl.col("period") == lead.level.period, pl.col("status") == Status.KNOWN
    )
    size = "value_added" if study.dataset.has("panel", "value_added") else "employment"
    codes = [i.code for i in study.dataset.block]
    sizes = (
        study.dataset.tables["panel"]
        .filter(pl.col("year") == int(lead.level.period), pl.col("industry").is_in(codes))
        .group_by("region")
        .agg(pl.col(size).sum().alias("size"))
    )
    group = (
        pl.when(pl.col("subject") == study.region).then(pl.lit("this region"))
        .when(pl.col("subject").is_in(list(study.peers.members))).then(pl.lit("peers"))
        .otherwise(pl.lit("other regions"))
    )  # fmt: skip
    points = (
        frame.join(sizes, left_on="subject", right_on="region")
        .filter(pl.col("size") > 0)
        .select(pl.col("subject").alias("region"), "size", pl.col("value").alias("quality"),
                group.alias("group"))
        .with_columns(
            (pl.col("group") == "this region").cast(pl.Int64).alias("rank")
        )
        .sort("region")
    )  # fmt: skip
    money = "million " + study.dataset.manifest.dataset.currency
    unit = money if size == "value_added" else "persons"
    word = size.replace("_", " ").capitalize()
    return chart(
        study, "size-quality", "Size and quality",
        f"{study.region} among {points.height} regions in {lead.level.period}: to the right is "
        "larger, upwards is more a person.",
        charts.size_quality(points, f"{word} of the block, {unit}",
                            f"{title_of(lead.marker)}, {lead.level.unit}"),
        plain(points.drop("rank")), lead.marker, lead.level.period,
    )  # fmt: skip


def _quotients(study: Study, book: Book, base: str) -> Block | None:
    """Specialisation of every sub-industry in the last year the block or most of it is known."""
    id = f"location_quotient_{base}"
    names = {i.code: f"{i.code} {i.name}" for i in study.dataset.block}
    own = study.frames[id].filter(
        pl.col("subject").str.starts_with(study.region + "|") | (pl.col("subject") == study.region),
        pl.col("status") == Status.KNOWN,
    )
    if study.year is not None:
        own = own.filter(pl.col("period").cast(pl.Int64) <= study.year)
    if own.is_empty():
        return None
    latest = own.sort("period").group_by("subject", maintain_order=True).last()
    found = [from_row(row) for row in latest.iter_rows(named=True)]
    label = {q.id: names.get(q.subject.partition("|")[2], "whole block") for q in found}
    found.sort(key=lambda q: (label[q.id] != "whole block", -(q.value or 0)))
    for q in found:
        book.note(q)
    frame = pl.DataFrame(
        {
            "industry": [f"{label[q.id]} ({q.period})" for q in found],
            "value": [q.value for q in found],
            "low": [q.low for q in found],
            "high": [q.high for q in found],
        },
        schema_overrides={"low": pl.Float64, "high": pl.Float64},
    )
    above = [label[q.id] for q in found if (q.value or 0) > 1 and label[q.id] != "whole block"]
    finding = (
        f"More than its share in {listed(above).removesuffix('.')}."
        if above
        else "No sub-industry stands above its share."
    )
    return chart(
        study, "quotients", "Specialisation by sub-industry", finding, charts.quotients(frame),
        {"columns": plain(frame)["columns"], "rows": [
            [row_name, book.cell(q), printed(q.low, "ratio") if q.low is not None else "–",
             printed(q.high, "ratio") if q.high is not None else "–"]
            for row_name, q in zip(frame["industry"], found, strict=True)]},
        id, listed(sorted({q.period for q in found})),
    )  # fmt: skip


def _gaps(study: Study, book: Book) -> Block:
    """Each lead marker against the middle and the best of the peers."""
    rows: list[list[Cell]] = []
    for name, gauge in study.profile.gauges.items():
        lead = gauge.lead
        here = study.frames[lead.marker].filter(
            pl.col("period") == lead.level.period, pl.col("status") == Status.KNOWN,
            pl.col("subject").is_in(list(study.peers.members)),
        )  # fmt: skip
        known = here.height and lead.percentile.value is not None
        best = from_row(here.sort("value").row(-1, named=True)) if known else None
        median = here["value"].median() if known else None
        rows.append(
            [
                TITLES[name], title_of(lead.marker), lead.level.period or "–",
                book.cell(lead.level),
                printed(float(median), lead.level.unit) if isinstance(median, float) else "–",
                f"{best.subject}: {level(best)}" if best else "–",
                str(here.height) if known else "–",
            ]
        )  # fmt: skip
    return table(
        "gaps", "Distance to the peers",
        ["Gauge", "Marker", "Year", ">This region", ">Middle of peers", "Best peer",
         ">Peers known"],
        rows, "The best peer is a fact, not a target.",
    )  # fmt: skip


def _goals(study: Study, book: Book) -> Block:
    """The paper's own four criteria of success (item 7)."""
    try:
        whole = study.chain.find("chain_complete")
    except KeyError:
        whole = None
    missing = study.chain.reason or "the chain is one of industries, without final products"
    lq = f"location_quotient_{base_column(study)}"
    found = [
        ("Technology productization", "new_product_share", study.find("new_product_share")),
        ("Industrial clustering", lq, study.find(lq)),
        ("Complete sets of equipment", "chain_complete", whole),
        ("Supporting localization", "local_input_share", study.find("local_input_share")),
    ]
    rows: list[list[Cell]] = [
        [goal, title_of(measure), "cannot tell" if q is None else book.cell(q),
         missing if q is None else q.reason]
        for goal, measure, q in found
    ]  # fmt: skip
    return table(
        "goals", "The paper's four goals", ["Goal", "Measure", ">Value", "If not known, why"], rows
    )
