"""Page 5: inputs or productivity, inside sub-industries or through the mix."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from regionlift.evidence.quantity import Status
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import (
    page,
    title_of,
)
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import listed, printed, span
from regionlift.study import Study


def drivers(study: Study, book: Book) -> Page:
    """Page 5: inputs or productivity, inside sub-industries or through the mix."""
    verdict = study.verdict("drivers.input_driven")
    blocks: list[Block] = [verdicts([verdict], book, study)]
    blocks += _parts(
        study, "growth", "Where growth of value added came from",
        {"growth_from_employment": "more people", "growth_from_productivity": "more a person"},
        "% a year",
    )  # fmt: skip
    real = study.find("shift_share_within").value is not None
    suffix = "" if real else "_current"
    blocks += _parts(
        study, "shift-share", "Productivity change: inside sub-industries or through the mix"
        + ("" if real else " (current prices: inflation is in the first and third parts)"),
        {f"shift_share_within{suffix}": "inside sub-industries",
         f"shift_share_between{suffix}": "through the mix",
         f"shift_share_interaction{suffix}": "both together"},
        "% of the start",
    )  # fmt: skip
    if (mix := _mix(study)) is not None:
        blocks.append(mix)
    ids = (
        "input_driven_share", "employment_driven_share", "growth_value_added", "growth_from_tfp",
        "growth_from_employment", "growth_from_productivity", f"productivity_change{suffix}",
        f"shift_share_within{suffix}", f"shift_share_between{suffix}",
        f"shift_share_interaction{suffix}", "technology_introduction_ratio", "invention_share",
        "digital_share", "compensation_share",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [title_of(q.measure), q.period or "–", book.cell(q), q.unit, span(q), q.reason]
        for q in (study.find(id) for id in ids)
    ]
    blocks.append(
        table("drivers", "All numbers of this page",
              ["Measure", "Period", ">Value", "Unit", "Interval", "If not known, why"], rows)
    )  # fmt: skip
    return page("drivers", 5, "strong", "Drivers", _capital(verdict.reason) + ".", blocks)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _parts(
    study: Study, id: str, title: str, measures: dict[str, str], unit: str
) -> Sequence[Block]:
    """Stacked parts by window; windows that do not overlap, counted back from the last one."""
    frames = []
    for measure, part in measures.items():
        own = study.frames[measure].filter(
            pl.col("subject") == study.region, pl.col("status") == Status.KNOWN
        )
        frames.append(
            own.select(pl.col("period").alias("window"), pl.lit(part).alias("part"), "value")
        )
    frame = pl.concat(frames).sort("window", "part")
    if study.year is not None:
        frame = frame.filter(pl.col("window").str.slice(-4).cast(pl.Int64) <= study.year)
    if frame.is_empty():
        first = study.find(next(iter(measures)))
        return [text(f"Cannot tell: {first.reason}.", title=title)]
    ends = sorted({int(w[-4:]) for w in frame["window"]}, reverse=True)
    step = study.settings.whole("window")
    kept = [e for e in ends if (ends[0] - e) % step == 0]
    frame = frame.filter(pl.col("window").str.slice(-4).cast(pl.Int64).is_in(kept))
    total = frame.filter(pl.col("window") == frame["window"].max())
    largest = total.sort(pl.col("value").abs()).row(-1, named=True)
    return [
        chart(
            study, id, title,
            f"In {largest['window']} the largest part is {largest['part']}.",
            charts.parts(frame, list(measures.values()), unit), plain(frame),
            next(iter(measures)), listed(sorted(set(frame["window"]))), ("window",),
        )
    ]  # fmt: skip


def _mix(study: Study) -> Block | None:
    """Shares of the sub-industries at both ends of the last window with all of them known."""
    base = "value_added" if study.dataset.has("panel", "value_added") else "employment"
    nav = study.find(f"nav_{base}")
    if nav.status is not Status.KNOWN:
        return None
    ends = [int(y) for y in nav.period.split("-")]
    names = {i.code: f"{i.code} {i.name}" for i in study.dataset.block}
    frame = (
        study.dataset.tables["panel"]
        .filter(pl.col("region") == study.region, pl.col("year").is_in(ends),
                pl.col("industry").is_in(list(names)))
        .with_columns((pl.col(base) / pl.col(base).sum().over("year")).alias("share"))
        .select(pl.col("industry").replace_strict(names), pl.col("year").cast(pl.String), "share")
        .sort("year", "share", descending=[True, True])
    )  # fmt: skip
    return chart(
        study, "mix", f"Mix of the block in {base.replace('_', ' ')}",
        f"{printed(nav.value, 'share')} of the block changed sub-industry in {nav.period}.",
        charts.shares(frame), plain(frame), f"nav_{base}", nav.period, ("window",),
    )  # fmt: skip
