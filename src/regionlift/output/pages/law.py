"""Page 7, the law: which curve describes the network, where it stands on it, in which phase."""

from __future__ import annotations

import polars as pl

from regionlift.measures.growth import Law
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import title_of
from regionlift.output.payload import Block, Cell, Run
from regionlift.output.words import printed, significant, span
from regionlift.study import NetworkStudy, Study

READING = (
    "The paper says the number “increased rapidly at first and then slowly reached zero”. Read "
    "here as: the number of active organisations, whose yearly increase rises, then falls towards "
    "zero. The number ever seen only grows and settles nothing."
)


def law(study: Study, net: NetworkStudy, book: Book) -> list[Block]:
    """Fits of every series, the phase, and the verdict on the paper's sentence."""
    judged = [v for v in study.verdicts if v.clause.startswith("network.law.")]
    blocks: list[Block] = [
        text(READING, title="The law of the network"),
        verdicts(judged, book, study),
        _phase(net, book),
    ]
    told = [(m, found) for m, found in net.dynamics.laws.items() if found.fits]
    blocks.append(_series(net, book))
    for measure, found in told[:1]:
        blocks.append(_curves(study, measure, found))
    for measure, found in told:
        blocks.append(_fits(measure, found))
    return blocks


def _phase(net: NetworkStudy, book: Book) -> Block:
    phase = net.dynamics.phase
    if phase.growth is None:
        return text(f"Phase: cannot tell: {phase.reason}.")
    runs: list[Run] = [f"Phase: {phase.phase if phase.phase != 'unknown' else 'cannot tell'}. "]
    named = "One is named where 80% of the draws are in it: " if phase.phase == "unknown" else ""
    runs.append(f"{named}share of draws, organisations drawn anew: ")
    for k, name in enumerate(("formation", "growth", "maturity", "decline")):
        runs += [", " if k else "", f"{name} ", book.link(net.find("network_phase", name))]
    steady = net.find("network_steady")
    runs += [". Chance that the number stays within 2% a year over the next three years: ",
             book.link(steady), "."]  # fmt: skip
    return text(*runs)


def _series(net: NetworkStudy, book: Book) -> Block:
    """One line a series: what is told, growth now, ceiling, peak."""
    rows: list[list[Cell]] = []
    by_id = {(q.measure, q.subject.rpartition("|")[2]): q for q in net.quantities}
    for measure, found in net.dynamics.laws.items():
        row: list[Cell] = [title_of(measure), _years(found), found.text]
        for name in ("network_growth", "network_peak", "network_ceiling"):
            q = by_id.get((name, measure))
            if q is None:
                row.append("–")
                continue
            cell = book.cell(q)
            if isinstance(cell, dict) and q.value is not None:
                shown = f"{q.value:.0f}" if name == "network_peak" else printed(q.value, q.unit)
                ends = f"{q.low:.0f} to {q.high:.0f}" if name == "network_peak" and (
                    q.low is not None and q.high is not None
                ) else span(q)  # fmt: skip
                missing = "not identified: no upper end" if name == "network_ceiling" else ends
                cell["text"] = f"{shown} ({ends if q.low is not None else missing})"
            row.append(cell)
        rows.append(row)
    note = (
        "A ceiling is printed only for a saturating curve, and is “not identified” where the "
        "years do not bound it from above. The first years of a record are left out (burn_in): "
        "while it fills up, any count bends as a law would."
    )
    heads = ["Yearly counts", "Years", "Law", ">Growth now, a year", ">Peak of growth", ">Ceiling"]
    return table("network-law", "What can be told of each series", heads, rows, note)


def _years(found: Law) -> str:
    return f"{found.years[0]:.0f}–{found.years[-1]:.0f}" if found.years else "–"


def _curves(study: Study, measure: str, found: Law) -> Block:
    observed = pl.DataFrame({"year": found.years, "value": found.values})
    kept = found.supported[:3] or tuple(f.family for f in found.fits[:1])
    curves = pl.DataFrame(
        [
            {"family": f.family, "year": year, "value": value}
            for family in kept
            for f in (found.fit(family),)
            for year, value in zip(found.years, f.curve, strict=True)
        ]
    )
    both = observed.with_columns(pl.lit("observed").alias("series")).select(
        "series", "year", "value"
    )
    behind = pl.concat(
        [both, curves.rename({"family": "series"}).select("series", "year", "value")]
    )
    return chart(
        study, "network-law-curves", f"{title_of(measure)}: counts and curves",
        f"Points are the counts; lines the families the years support: {', '.join(kept)}.",
        charts.law_curves(observed, curves, title_of(measure)), plain(behind), "network_growth",
        _years(found), ("burn_in", "law_points"),
    )  # fmt: skip


def _fits(measure: str, found: Law) -> Block:
    """Every family side by side."""
    rows: list[list[Cell]] = []
    best = min((f.aicc for f in found.fits if f.aicc is not None), default=None)
    for f in sorted(found.fits, key=lambda f: (f.aicc is None, f.aicc)):
        gap = None if f.aicc is None or best is None else f.aicc - best
        rows.append(
            [
                f.family, "yes" if f.family in found.supported else "no",
                _cell(f.aicc, 4), _cell(gap, 2), _cell(f.weight, 2), _cell(f.holdout, 3),
                ", ".join(f"{name} {significant(v, 4)}" for name, v in f.parameters.items()),
            ]
        )  # fmt: skip
    note = (
        f"One step ahead, “as last year” errs by {significant(found.persistence or 0, 3)}. A "
        "family is supported within 4 of the lowest criterion; of nested ones the simpler stays."
    )
    heads = ["Family", "Supported", ">AICc", ">Above the best", ">Weight", ">Error one step ahead",
             "Parameters"]  # fmt: skip
    return table(f"law-{measure}", f"{title_of(measure)}: six families", heads, rows, note)


def _cell(value: float | None, digits: int) -> Cell:
    return "–" if value is None else {"text": significant(value, digits), "sort": value}
