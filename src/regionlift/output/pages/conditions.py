"""Pages 14 and 15: the conditions of the paths, their order, and what would change it."""

from __future__ import annotations

from regionlift.evidence.verdict import Truth
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.missing import in_titles
from regionlift.output.pages.common import page
from regionlift.output.paths_block import broken_words, conditions_block, percent
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted
from regionlift.paths.evaluate import Judged, PathJudged
from regionlift.paths.model import Stage
from regionlift.study import PathsStudy, Study

_TRUTHS = (Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL)
CONDITIONS, ORDER = "Conditions of the paths", "Which path, in which order, and why"


def conditions(study: Study, book: Book) -> Page:
    """Page 14: every clause with its number, its threshold, and the share of settings it holds."""
    done = study.paths
    counts = [sum(p.count(t) for p in done.paths) for t in _TRUTHS]
    finding = (
        f"Of {sum(counts)} clauses {counts[0]} are met, {counts[1]} are not, {counts[2]} cannot be "
        "told. Read together: "
        + "; ".join(f"{p.path.title}, {p.applicable.truth.value}" for p in done.paths) + "."
    )  # fmt: skip
    blocks: list[Block] = [conditions_block(study, book), _readings(done), _worth(done)]
    return page("conditions", 14, "path", CONDITIONS, finding, blocks)


def _readings(done: PathsStudy) -> Block:
    """Readings of the paper side by side, and where they disagree."""
    rows: list[list[Cell]] = [
        [p.path.title, r.title, r.rule, r.truth.value,
         percent(done.robust.readings[f"{p.path.id}.{r.id}"]), "" if n else "decides", r.source]
        for p in done.paths for n, r in enumerate(p.readings)
    ]  # fmt: skip
    apart = [p.path.title for p in done.paths if p.disagree]
    note = (
        f"The readings come apart for {', '.join(apart)}." if apart
        else "The readings of each path come to the same answer here."
    )
    return table("readings", "Ways to read the conditions together",
                 ["Path", "Reading", "Rule", "Verdict", "Unchanged in", "", "Why"], rows, note
                 )  # fmt: skip


def _worth(done: PathsStudy) -> Block:
    """Missing pieces by what they would settle."""
    if not done.worths:
        return text("Nothing that the paths ask for is missing.", title="What data would settle")
    rows: list[list[Cell]] = [
        [in_titles(w.piece), {"text": str(len(w.links) + len(w.clauses)),
                   "sort": float(len(w.links) + len(w.clauses))},
         ", ".join((*w.links, *w.clauses)), ", ".join(w.alone) or "none",
         "; ".join(_answer(done, id) for id in w.answers) or "none"]
        for w in done.worths
    ]  # fmt: skip
    return table(
        "worth", "What data would settle", ["Missing", ">Links and clauses", "Which",
                                            "By it alone", "Answers that hang on it"], rows,
        "A link or clause may need several. Each piece is tried at both ends: everything that "
        "hangs on it met, then not met.",
        10,
    )  # fmt: skip


def _answer(done: PathsStudy, id: str) -> str:
    """What an answer is about: a condition, a reading, the first broken link of a path."""
    path, _, rest = id.partition(".")
    if not rest:
        return id
    judged = done.path(path)
    read = next((r.title for r in judged.readings if r.id == rest), rest)
    return f"{judged.path.title}: {read[0].lower()}{read[1:]}"


def order(study: Study, book: Book) -> Page:
    """Page 15: the order with its reason, the matrix of stages, the second opinion, not now."""
    del book
    done = study.paths
    order_ = done.order
    titles = {p.path.id: p.path.title for p in done.paths}
    finding = (f"{order_.sentence.replace(' -> ', ', then ')}. This order holds in "
               f"{percent(order_.holds)} of settings of the thresholds.")  # fmt: skip
    often, share = order_.shares[0]
    if share > order_.holds:
        finding += (f" Another order comes out more often, in {percent(share)}: "
                    f"{', then '.join(titles.get(i, i) for i in often)}.")  # fmt: skip
    rows: list[list[Cell]] = [
        [str(n), s.title, s.disposition, s.reason, percent(s.holds), _first(done, s.path)]
        for n, s in enumerate(order_.standings, start=1)
    ]
    others = "; ".join(f"{', then '.join(titles.get(i, i) for i in o)} in {percent(share)}"
                       for o, share in order_.shares[1:4])  # fmt: skip
    note = (
        "Sorted by what may be done with a path: now, at another stage, once data are there, once "
        "its conditions are met; of equals, those the stage speaks against come last, the others "
        "from point to line to surface, as the paper has it."
        + (f" Other orders: {others}." if others else "")
    )
    blocks: list[Block] = [
        table("order", "Order of the paths", ["", "Path", "When", "Reason", "Unchanged in",
                                              "First broken link"], rows, note),
        _matrix(done), _opinion(done), _not_now(study),
    ]  # fmt: skip
    return page("order", 15, "path", ORDER, finding, blocks)


def _first(done: PathsStudy, path: str) -> str:
    """First broken link of a path with its title."""
    return broken_words(done.path(path))


def _matrix(done: PathsStudy) -> Block:
    """Stages and phases by path; inferred cells are marked."""
    stages = list(dict.fromkeys(s.stage for p in done.paths for s in p.path.stages))
    rows: list[list[Cell]] = [
        [stage + (" (here)" if stage in done.stages else ""),
         *(_cell(p, stage) for p in done.paths)]
        for stage in stages
    ]  # fmt: skip
    return table(
        "stage-path", "Stages and paths", ["Stage or phase", *(p.path.title for p in done.paths)],
        rows, "[R] is inferred by us; the paper itself speaks of the growth and maturity of the "
        "network for the platform only."
        + ("" if done.stages else " Neither the stage nor the phase can be told here."),
    )


def _cell(p: PathJudged, stage: str) -> str:
    found: Stage | None = next((s for s in p.path.stages if s.stage == stage), None)
    if found is None:
        return "not said"
    return f"{found.fit}{' [R]' if found.inferred else ''}: {found.why}"


def _opinion(done: PathsStudy) -> Block:
    """Kinds of failure of the regional innovation system."""
    titles = {p.path.id: p.path.title for p in done.paths}
    rows: list[list[Cell]] = [
        [o.failure.title, o.truth.value, "; ".join(_read_from(j) for j in o.clauses),
         ", ".join(titles.get(i, i) for i in o.failure.speaks_for), o.failure.why]
        for o in done.opinions
    ]  # fmt: skip
    return table(
        "opinion", "A second opinion: what kind of failure is it?",
        ["Failure", "Told", "Read from", "Speaks for", "Why"], rows,
        "After Tödtling & Trippl 2005; the translation into paths is ours. It does not move the "
        "order.",
    )


def _read_from(j: Judged) -> str:
    """What a clause says, or why it says nothing and what would settle it."""
    if j.truth is not Truth.CANNOT_TELL:
        return j.reason
    return in_titles(f"{j.comparison.title}: {j.reason} (what would settle it: {j.settles})")


def _not_now(study: Study) -> Block:
    rows: list[list[Cell]] = [[n.what, n.why] for n in study.roadmap.not_now]
    if not rows:
        return text("Nothing speaks against acting on every link.", title="Not now")
    return table("not-now", "Not now", ["What", "Why"], rows,
                 f"{counted(len(rows), 'thing')} to leave alone for the time being.", 15
                 )  # fmt: skip
