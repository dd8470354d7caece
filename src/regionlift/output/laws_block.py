"""Blocks of pages 3 and 27: three laws of the paper held against all regions of the panel."""

from __future__ import annotations

from regionlift.forecast.delayed import Delayed
from regionlift.forecast.order_of_stages import Pair
from regionlift.forecast.together import Association
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import table, text
from regionlift.output.pages.common import title_of
from regionlift.output.payload import Block, Cell
from regionlift.output.words import printed
from regionlift.study import Study


def order_blocks(study: Study) -> list[Block]:
    """Item 24: does one gauge move before the next?"""
    order = study.laws.order
    said = text(f"{order.verdict}.", title="Do the three upgradings follow one another?")
    if not order.pairs:
        return [said]
    rows: list[list[Cell]] = []
    for p in order.pairs:
        rows += _directions(p)
    note = (
        "Rank correlation of the change of one gauge's marker over so many years with the change "
        "of the other's over as many years after, the level at the start of each held. Shuffles "
        "give whole regions the later change of others: the share with a correlation as large. A "
        "gauge moves first where that share is at most 5% and the correlation is greater than the "
        "other way round, with its interval. With a year between: the same with a year left out "
        "between the changes, which errors of measurement in a year they share do not reach. Of "
        "six directions one is beyond 5% by chance in about one panel of four. What is not seen "
        "is not refuted: the interval says what the panel leaves open."
    )
    return [said, table(
        "stage-order", "Change of one gauge, then of the other",
        ["First", "Then", ">Years each", ">Cases", ">Correlation", ">Nothing held",
         ">Shuffles as large", ">With a year between", "What is seen"], rows, note,
    )]  # fmt: skip


def _directions(p: Pair) -> list[list[Cell]]:
    """Two rows of a pair, forward and reverse; one where it cannot be told."""
    marks = [f"{TITLES[g]}: {title_of(m)}" if m else TITLES[g]
             for g, m in zip((p.earlier, p.later), p.markers, strict=True)]  # fmt: skip
    if p.forward is None or p.reverse is None:
        return [[*marks, "", "", "", "", "", "", p.said]]
    between = p.apart or (None, None)
    low, high = p.difference[1:]
    gap = f"{p.said}; forward less reverse {p.difference[0]:+.2f} ({low:+.2f} to {high:+.2f})"
    return [
        [*marks, str(p.span), *_cells(p.forward), _short(between[0]), gap],
        [*marks[::-1], str(p.span), *_cells(p.reverse), _short(between[1]),
         "(reverse of the row above)"],
    ]  # fmt: skip


def _cells(a: Association) -> list[Cell]:
    """Cases, correlation with its interval, plain correlation, share of shuffles."""
    if a.reason:
        return [f"cannot tell: {a.reason}", "", "", ""]
    return [f"{a.n} ({a.regions} regions, {a.years[0]}-{a.years[1]})",
            f"{a.value:+.2f} ({a.low:+.2f} to {a.high:+.2f})", f"{a.plain:+.2f}",
            f"{a.above:.0%}"]  # fmt: skip


def _short(a: Association | None) -> str:
    if a is None or a.reason:
        return "cannot tell"
    return f"{a.value:+.2f} ({a.above:.0%} of shuffles, {a.n} cases)"


def innovation_blocks(study: Study) -> list[Block]:
    """Items 26 and 27: what comes after innovation, and what it adds to a forecast of growth."""
    found = study.laws.innovation
    title = "What comes after innovation, year by year"
    if found.reason:
        return [text(f"Cannot tell: {found.reason}. What would settle it: patents or R&D of "
                     "at least 15 regions by year.", title=title)]  # fmt: skip
    blocks: list[Block] = []
    for d in found.delayed:
        blocks += _delays(d, title)
    rows: list[list[Cell]] = []
    for g in found.gains:
        cells: list[Cell] = [title_of(g.activity)]
        if g.reason:
            rows.append([*cells, "", f"cannot tell: {g.reason}", "", "", ""])
            continue
        rows.append([*cells, str(g.span), f"{g.n} ({g.regions} regions, {g.years[0]}-{g.years[1]})",
                     f"{g.value:+.1%} ({g.low:+.1%} to {g.high:+.1%})", f"{g.above:.0%}",
                     g.verdict])  # fmt: skip
    blocks.append(table(
        "innovation-gain", "What innovation adds to a forecast of growth",
        ["Activity", ">Years ahead", ">Cases", ">Squared error saved", ">Shuffles as good",
         "What is seen"], rows,
        "Place of a region in the later growth of value added, predicted by growth before and "
        "size, then also by the level of innovation and its rise before; every region by a fit "
        "without it. A gain in prediction is no proof of a motive force.",
    ))  # fmt: skip
    return blocks


def _delays(d: Delayed, title: str) -> list[Block]:
    """All delays of one activity together, and the years after as a whole."""
    if d.after is None:
        return [text(f"{title_of(d.activity)}: {d.verdict}.", title=title)]
    rows: list[list[Cell]] = [[f"year {k}", *_cells(a)] for k, a in enumerate(d.lags)]
    rows.append([f"all {d.reach} years after", *_cells(d.after)])
    return [table(
        f"innovation-delays-{d.activity}", f"{title}: {title_of(d.activity)}",
        ["Delay", ">Cases", ">Correlation", ">Nothing held", ">Shuffles as large"], rows,
        f"{d.verdict[0].upper()}{d.verdict[1:]}. A year's change of innovation against the change "
        f"of “{title_of(d.marker)}” in the year so many years later, start levels held. The last "
        "row alone is judged; of seven delays one is beyond 5% by chance in three panels of ten. "
        "In the same year (delay 0) both may hold the same persons or the same value added, and "
        "go together or apart for that reason alone.",
    )]  # fmt: skip


def gap_blocks(study: Study) -> list[Block]:
    """Item 9: this region's gap and its change, then whether all regions draw together."""
    rows: list[list[Cell]] = []
    for g in study.gaps:
        cells: list[Cell] = [TITLES[g.gauge], title_of(g.marker)]
        if g.reason:
            rows.append([*cells, f"cannot tell: {g.reason}", "", "", "", ""])
            continue
        before = g.before or (None, None)
        rows.append([*cells, str(g.year), g.frontier, *(
            _then_now(now, then) for now, then in zip((g.to_frontier, g.to_middle), before,
                                                      strict=True)
        ), f"{g.year - g.span}" if g.before else "cannot tell"])  # fmt: skip
    return [
        table("gap-now-and-then", "The gap and its change",
              ["Gauge", "Marker", ">Year", "Best region", ">Share of the best",
               ">Share of the middle of peers", ">Then was"], rows,
              "This region's level over that of the best region and over the middle of its peers, "
              "then and now, over the same regions. Levels modelled from a larger area are not "
              "compared. The best is one region and may be an odd one."),
        _together(study),
    ]  # fmt: skip


def _then_now(now: float | None, then: float | None) -> str:
    if now is None:
        return "cannot tell"
    return printed(now, "share") if then is None else (
        f"{printed(then, 'share')} → {printed(now, 'share')}")  # fmt: skip


def _together(study: Study) -> Block:
    """Sigma and beta of every marker that can be told."""
    rows: list[list[Cell]] = []
    for c in study.laws.catch_up:
        cells: list[Cell] = [f"{TITLES[c.gauge]}: {title_of(c.marker)}", c.said]
        s, b = c.spread, c.back
        rows.append([
            *cells,
            "cannot tell" if s is None else f"{s.values[0]:.3f} → {s.values[-1]:.3f}",
            "" if s is None else f"{s.slope:+.1f} ({s.low:+.1f} to {s.high:+.1f})",
            "" if s is None else f"{s.regions}, {s.years[0]}-{s.years[-1]}",
            "cannot tell" if b is None else f"{b.slope:+.3f} ({b.low:+.3f} to {b.high:+.3f})",
            "" if b is None or b.earlier is None else f"{b.earlier:+.3f}",
            "" if b is None else f"{b.n} of {b.regions} regions, {b.span} years",
        ])  # fmt: skip
    if not rows:
        return text("Cannot tell whether regions draw together: no marker of a stage is known in "
                    "at least 15 regions and over enough years.", title="Do regions draw together?")
    return table(
        "convergence-regions", "Do regions draw together?",
        ["Marker", "What is seen", ">Spread", ">Trend, % a year", ">Regions, years",
         ">Change on start level", ">On the level a year before", ">Cases"], rows,
        "Spread (sigma): standard deviation of the log level over the same regions, of the level "
        "itself where some are zero. Change on start level (beta): below zero where regions behind "
        "rose more; errors by region. Where levels only waver, those low by chance rise next, so "
        "that beta alone proves nothing (Quah 1993); the gap narrows where both say so.",
    )  # fmt: skip
