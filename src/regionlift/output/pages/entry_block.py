"""What has told entries here: the tests of the predictors, side by side."""

from __future__ import annotations

from regionlift.forecast.entry import EntryTest
from regionlift.output.blocks import table, text
from regionlift.output.paths_block import percent
from regionlift.output.payload import Block, Cell
from regionlift.output.words import significant
from regionlift.study import EntryStudy, Study
from regionlift.study.entry import lacking, ordered_by

#: Definition -> in words.
KINDS = {
    "crossing": "any crossing of 1", "strengthening": "from 0.5 or more to 1",
    "new": "from under 0.5 to 1",
}  # fmt: skip


def entry_blocks(studies: list[EntryStudy], confidence: float) -> list[Block]:
    """A summary line a kind of entry, then every predictor."""
    told = [(s, t) for s in studies for t in s.tests]
    silent = [text(f"Entry of {s.source} cannot be tested: {s.reason}.") for s in studies
              if s.reason]  # fmt: skip
    if not told:
        return list(silent)
    return [_summary(told, confidence), _every(told, confidence), *silent]


def lacked_industries(study: Study) -> list[Block]:
    """Industries the region lacks, in the order its own panel supports."""
    entry = study.industries
    lacks = lacking(entry)
    if not lacks:
        return []
    rows: list[list[Cell]] = []
    for code, kind, q, d in lacks:
        name = study.dataset.scope.name_of(code)[0]
        rows.append([code if name == code else f"{code} {name}", kind,
                     {"text": significant(q), "sort": q}, {"text": significant(d), "sort": d}])
    why = "; ".join(
        f"{kind} by {ordered_by(kind, entry)}, which "
        + ("has told entries best in this panel" if entry.winner(kind) == ordered_by(kind, entry)
           else "is usual: nothing is better in this panel")
        for kind in ("strengthening", "new")
    )  # fmt: skip
    note = f"{entry.source[0].upper()}{entry.source[1:]}. Ordered: {why}."
    heads = ["Industry", "Kind", ">Level", ">Relatedness density"]
    return [table("industry-options", "Industries it has less of", heads, rows, note, 8)]


def _summary(told: list[tuple[EntryStudy, EntryTest]], confidence: float) -> Block:
    rows: list[list[Cell]] = [
        [s.source, KINDS[t.definition], _better(t), _whole(t.options), _whole(t.entries),
         _number(t.entrants), _number(t.others), _ends(t.apart[1:])]
        for s, t in told
    ]  # fmt: skip
    seen = "; ".join(dict.fromkeys(
        f"{s.source}: {t.regions} regions, {t.origin} to {t.later}" for s, t in told
        if t.definition == "crossing"))  # fmt: skip
    note = (
        f"{seen}. An entry: the location quotient rises to 1. Better here: of the predictors that "
        "need no fit, and so can order one region's list, the one with the highest average "
        f"precision, if it leads the second in {percent(confidence)} of draws of the regions. "
        "That of each source orders the list of that source above: those with a "
        "quotient of 0.5 or more by the line 'from 0.5', the others by 'from under 0.5'; where "
        "none is better, by level and by density."
    )
    heads = ["Source", "Kind of entry", "Better here", ">Options", ">Entries",
             ">Density of entrants", ">Of the others",
             f">Difference ({percent(confidence)})"]  # fmt: skip
    return table("entry", "Has relatedness told what came?", heads, rows, note, 12)


def _better(test: EntryTest) -> str:
    if test.reason:
        return f"cannot tell: {test.reason}"
    return test.winner or f"{test.best} and {test.second} cannot be told apart"


def _every(told: list[tuple[EntryStudy, EntryTest]], confidence: float) -> Block:
    rows: list[list[Cell]] = [
        [s.source, KINDS[t.definition], score.predictor, _scored(score.average_precision),
         _scored(score.precision), _scored(score.auc)]
        for s, t in told for score in t.scores
    ]  # fmt: skip
    note = (
        "Scored on the last step of time, which no fit has seen. Average precision of a blind "
        "ranking is the share of entries among the options; at 10: the share of entries among a "
        "region's ten highest options. AUC flatters where entries are rare. Brackets: "
        f"{percent(confidence)}, regions drawn again."
    )
    heads = ["Source", "Kind of entry", "Predictor", ">Average precision", ">At 10", ">AUC"]
    return table("entry-predictors", "Every predictor", heads, rows, note, 7)


def _whole(n: int) -> Cell:
    return {"text": f"{n:,}", "sort": n}


def _number(value: float) -> Cell:
    return {"text": significant(value), "sort": value} if value == value else "–"


def _ends(ends: tuple[float, ...]) -> Cell:
    low, high = ends
    return f"{low:.3f} to {high:.3f}" if low == low else "–"


def _scored(found: tuple[float, float, float]) -> Cell:
    point, low, high = found
    if point != point:
        return "–"
    return {"text": f"{point:.3f} ({low:.3f}–{high:.3f})", "sort": point}
