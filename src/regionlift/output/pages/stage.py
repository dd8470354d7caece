"""Page 4: all markers, the exit test, base rates."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.quantity import Status
from regionlift.measures.stage import TITLES
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.pages.common import (
    page,
    placed,
    rate_sentence,
    reading,
    title_of,
)
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import listed, span
from regionlift.study import Study


def stage(study: Study, book: Book) -> Page:
    """Page 4: all markers, the exit test, base rates."""
    blocks: list[Block] = [reading(study, book)]
    if study.profile.ladder:
        blocks.append(
            text(
                f"A second reading, by steps: {study.profile.ladder}. The first asks which gauge "
                "stands highest, the second how far up the stages the region keeps with its peers.",
                title="Second reading",
            )
        )
    blocks.append(_percentile_chart(study))
    blocks.append(_markers(study, book))
    if unused := [f"{title_of(marker)} for {TITLES[name]} ({why})"
                  for name, gauge in study.profile.gauges.items()
                  for marker, _, why in (said.partition(": ") for said in gauge.passed_over)
                  ]:  # fmt: skip
        blocks.append(text(in_titles(f"Not used to lead a gauge: {'; '.join(unused)}.")))
    blocks += [
        drawn
        for name in study.profile.gauges
        if (drawn := _against_peers(study, name)) is not None
    ]
    blocks.append(
        verdicts([study.exit.verdict, *study.exit.tests], book, study, "Exit from the factor stage")
    )
    if study.exit.slopes:
        rows: list[list[Cell]] = [
            [q.subject.partition("|")[2], q.period, book.cell(q), span(q)]
            for q in study.exit.slopes
        ]
        blocks.append(
            table("exit-slopes", "Response of productivity by window",
                  ["Activity", "Window", ">Elasticity", "Interval"], rows)
        )  # fmt: skip
    blocks += _base_rates(study, book)
    return page("stage", 4, "strong", "Stage", study.profile.sentence, blocks)


def _percentile_chart(study: Study) -> Block:
    """Every marker that can be placed; the others are in the table below."""
    told = [(n, p) for n, p in placed(study) if p.known]
    if not told:
        return text("No marker can be placed among the peers.", title="Markers among the peers")
    frame = pl.DataFrame(
        {
            "marker": [title_of(p.marker) for _, p in told],
            "gauge": [TITLES[n] for n, _ in told],
            "percentile": [p.percentile.value for _, p in told],
            "low": [p.percentile.low for _, p in told],
            "high": [p.percentile.high for _, p in told],
            "year": [p.level.period for _, p in told],
        },
        schema_overrides={"low": pl.Float64, "high": pl.Float64},
    )
    hidden = len(placed(study)) - len(told)
    return chart(
        study, "percentiles", "Markers among the peers",
        f"{len(told)} markers can be placed, {hidden} cannot; none is added to another.",
        charts.percentiles(frame), plain(frame), "peer_percentile",
        listed(sorted({p.level.period for _, p in told})), ("peers", "minimum_peers"),
    )  # fmt: skip


def _markers(study: Study, book: Book) -> Block:
    rows: list[list[Cell]] = []
    for name, p in placed(study):
        rows.append(
            [
                TITLES[name], f"{title_of(p.marker)}, {p.level.unit}", p.level.period or "–",
                book.cell(p.level), span(p.level), book.cell(p.percentile), span(p.percentile),
                book.cell(p.second), {"text": p.direction, "evidence": book.note(p.trend)},
            ]
        )  # fmt: skip
    return table(
        "markers", "All markers",
        ["Gauge", "Marker", "Year", ">Value", "Interval", ">Among peers", "Interval",
         ">Second choice", "Direction"],
        rows, "The first marker of a gauge that can be placed leads it.",
    )  # fmt: skip


def _against_peers(study: Study, name: str) -> Block | None:
    """The lead marker along the years, beside the peers' middle half."""
    lead = study.profile.gauges[name].lead
    frame = study.frames[lead.marker].filter(
        pl.col("status") == Status.KNOWN, pl.col("period").str.len_chars() == 4
    )
    own = frame.filter(pl.col("subject") == study.region).select("period", "value")
    if own.height < 2:
        return None
    peers = (
        frame.filter(pl.col("subject").is_in(list(study.peers.members)))
        .group_by("period")
        .agg(
            pl.col("value").quantile(0.25, "linear").alias("low"),
            pl.col("value").median().alias("median"),
            pl.col("value").quantile(0.75, "linear").alias("high"),
        )
    )
    joined = own.join(peers, on="period", how="left").sort("period").rename({"period": "year"})
    comparable = lead.percentile.value is not None
    if not comparable:
        joined = joined.with_columns(pl.lit(None, dtype=pl.Float64).alias(c)
                                     for c in ("low", "median", "high"))  # fmt: skip
    what = title_of(lead.marker)
    finding = (
        f"{what}: {lead.direction}; the band is the middle half of the peers."
        if comparable
        else f"{what}; peers are not shown: {lead.percentile.reason}."
    )
    return chart(
        study, f"along-{name}", f"{TITLES[name].capitalize()} gauge along the years", finding,
        charts.against_peers(joined, f"{title_of(lead.marker)}, {lead.level.unit}"),
        plain(joined), lead.marker, f"{joined['year'][0]}–{joined['year'][-1]}", ("window",),
    )  # fmt: skip


def _base_rates(study: Study, book: Book) -> list[Block]:
    rates = study.rates
    blocks: list[Block] = [
        text(*rate_sentence(study, book), title="How often such a profile changes")
    ]
    if rates.matrix.is_empty():
        return blocks
    frame = rates.matrix.with_columns(
        (pl.col("cases") / pl.col("cases").sum().over("profile")).alias("share")
    )
    horizon = study.settings.whole("horizon")
    blocks.append(
        chart(
            study, "transitions", f"Profiles now and {horizon} years later",
            "All regions and years of the panel; profile by "
            f"{listed([TITLES[g] for g in rates.gauges])}.",
            charts.transitions(frame), plain(frame), "profile_change_rate", "all",
            ("horizon", "minimum_regions"),
        )
    )  # fmt: skip
    return blocks
