"""Page 27: the paths' conditions held against all regions of the panel."""

from __future__ import annotations

from collections.abc import Sequence

from regionlift.forecast.tested import CHANCE, PathTest, outcome_title
from regionlift.forecast.tested.sets import Solved
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.laws_block import innovation_blocks, order_blocks
from regionlift.output.pages.common import page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import listed
from regionlift.study import Study

TITLE = "Do the conditions tell what came later?"


def tested(study: Study, book: Book) -> Page:
    """What became of regions in which the conditions held; printed also where it is nothing."""
    del book
    done = study.tested
    laws = [*order_blocks(study), *innovation_blocks(study)]
    if not done.tests:
        return page("tested", 27, "sure", TITLE, f"Cannot tell: {done.reason}.",
                    [text("What would settle it: a panel of at least 15 regions over ten years."),
                     *laws])  # fmt: skip
    told = [t for t in done.tests if not t.reason]
    good = [t for t in told if t.verdict.startswith("goes with later rise more")]
    finding = (
        f"In {len(good)} of {len(told)} tests that can be made, a path's conditions, as far as "
        "all regions of the panel tell of them, go with later rise more often than chance; chance "
        f"alone gives {CHANCE * len(told):.1f}."
        if told else "None of the paths' conditions can be tested on this panel."
    )
    blocks: list[Block] = [_summary(study, done.tests), *(
        block for t in told for block in _one(study, t)
    )]  # fmt: skip
    blocks.append(text(
        "A case is a region in a year. Conditions are fuzzy sets with the anchors of the path "
        "file, read from what was known by that year; the outcome is the region's place among all "
        "regions of the same years in the change that followed (out at the 20th percentile, in at "
        "the 80th). What chance gives is read from shuffles in which whole regions take "
        "the outcomes of others; small fuzzy sets are consistent beyond the prevalence by "
        "themselves. Intervals draw whole regions. The placebo is the change of the years before, "
        "which no later condition can have brought about: what goes with it as much as with the "
        "outcome is not a sign of an effect. Nothing was tuned; all of it is association.",
        title="How to read this",
    ))  # fmt: skip
    return page("tested", 27, "sure", TITLE, finding, [*blocks, *laws])


def _titles(study: Study) -> dict[str, str]:
    return {p.path.id: p.path.title for p in study.paths.paths}


def _summary(study: Study, tests: Sequence[PathTest]) -> Block:
    titles = _titles(study)
    rows: list[list[Cell]] = []
    for t in tests:
        cells: list[Cell] = [titles.get(t.path, t.path), outcome_title(t.outcome, t.horizon)]
        if t.reason or t.theory is None or t.interval is None:
            rows.append([*cells, f"cannot tell: {t.reason}", "", "", "", "", ""])
            continue
        s, before = t.theory.sufficient, t.theory.placebo
        slope = t.regression
        rows.append([
            *cells, t.verdict.partition(":")[0],
            f"{t.cases} ({t.regions} regions, {t.years[0]}-{t.years[1]})",
            f"{s.incl_s:.2f} ({t.interval.incl_s[0]:.2f} to {t.interval.incl_s[1]:.2f})",
            f"{s.prevalence:.2f}", "cannot tell" if before is None else f"{before.incl_s:.2f}",
            "cannot tell" if slope is None else
            f"{slope.slope:+.0f} ({slope.low:+.0f} to {slope.high:+.0f})",
        ])  # fmt: skip
    return table(
        "tested-summary", "Every path against every outcome",
        ["Path", "Outcome", "What it tells", ">Cases", ">Consistency", ">Prevalence", ">Placebo",
         ">Percentiles, start level held"], rows,
        "The last column: places among 100 regions that come with full membership, from a plain "
        "regression with the start level in it; errors by region.",
    )  # fmt: skip


def _one(study: Study, t: PathTest) -> list[Block]:
    """Sets, truth table and solutions of one test."""
    title = f"{_titles(study).get(t.path, t.path)}: {outcome_title(t.outcome, t.horizon)}"
    key = f"{t.path}-{t.outcome}"
    rows: list[list[Cell]] = [
        [f.name, f.what, *(f"{v:.2f}" for v in (
            f.sufficient.incl_s, f.sufficient.pri, f.sufficient.cov_s, f.sufficient_absent.incl_s,
            f.necessary.incl_n, f.necessary.ron, f.necessary_absent.incl_n, f.above, f.effect,
            f.chance))]
        for f in (*t.sets, *([t.theory] if t.theory else []))
    ]  # fmt: skip
    note = (
        f"Tested: {t.rule}. Left out, known for one region alone or for too few: "
        f"{listed(list(t.left_out), 12) or 'none'}. Sufficient for rising and for not rising, "
        "necessary for rising and for not rising, and the size of the empty corner (necessary "
        "condition analysis); shuffles give whole regions the outcomes of others."
    )
    if t.panel is not None:
        note += (f" Consistency within regions differs by {t.panel.consistency.distance_within:.2f}"
                 f", between years by {t.panel.consistency.distance_between:.2f} (0 is none).")
    return [
        table(f"tested-sets-{key}", title,
              ["Set", "What", ">Consistency", ">PRI", ">Coverage", ">Not rising", ">Necessity",
               ">RoN", ">Necessity, not rising", ">Shuffles as consistent", ">Empty corner",
               ">Shuffles as empty"], rows, note, 8),
        *_solution(f"{key}-rose", "rising", t.solved),
        *_solution(f"{key}-not", "not rising", t.solved_absent),
    ]  # fmt: skip


def _solution(key: str, what: str, solved: Solved) -> list[Block]:
    """Rows of the truth table with their cases, then the models."""
    found = solved.table
    if found is None:
        return [text(f"Combinations for {what}: cannot tell: {solved.reason}.")]
    if solved.analysis is None:
        return [text(f"Combinations for {what}: none. {solved.reason}.")]
    rows: list[list[Cell]] = [
        [found.spelled(int(number)), found.out[k], str(found.n[k]), f"{found.incl[k]:.2f}",
         f"{found.pri[k]:.2f}", listed(list(found.cases[k]), 4),
         listed(list(found.deviant[k]), 3) or "none"]
        for k, number in enumerate(found.numbers)
    ]  # fmt: skip
    analysis = solved.analysis
    kinds = {"conservative": analysis.conservative, "parsimonious": analysis.parsimonious}
    said = []
    for name, solution in kinds.items():
        models = [" + ".join(m) for m in solution.spelled_models]
        cut = ", truncated" if solution.truncated else ""
        said.append(f"{name} ({len(models)}{cut}): {' or '.join(models[:3])}")
    graded = [f"{g.term} {g.grade} ({g.share:.0%})" for g in analysis.parsimonious.graded[:6]]
    if len(analysis.parsimonious.models) > 1:
        said.append(f"terms of the parsimonious models: {', '.join(graded)}")
    if solved.enhanced is not None:
        models = [" + ".join(m) for m in solved.enhanced.parsimonious.spelled_models]
        said.append(f"without {solved.untenable} untenable assumptions: {' or '.join(models[:3])}")
    inner = [" + ".join(i.solution.spelled(0)) for i in analysis.intermediate[:3]]
    if inner:
        said.append(f"intermediate: {' or '.join(dict.fromkeys(inner))}")
    if solved.evaluation is not None:
        both = solved.evaluation["model and theory"]
        lost = solved.evaluation["theory alone"]
        said.append(
            f"theory and model agree on {len(both.with_outcome)} cases with the outcome and "
            f"{len(both.without)} without; theory alone has {len(lost.with_outcome)} with and "
            f"{len(lost.without)} without"
        )
    return [table(f"tested-table-{key}", f"Combinations for {what}",
                  ["Combination", "Outcome", ">Cases", ">Consistency", ">PRI", "Cases",
                   "Deviant cases"], rows, ". ".join(said) + ".", 6)]  # fmt: skip
