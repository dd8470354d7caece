"""Page 23: what if, by arithmetic on the numbers of the report."""

from __future__ import annotations

from collections.abc import Sequence

from regionlift.evidence.verdict import Truth
from regionlift.measures.chain.stress import Shock
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.pages.common import millions, page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import listed, significant
from regionlift.study import Study
from regionlift.study.scenarios import Cut, Gap, Scenarios, scenarios

TITLE = "What if?"


def what_if(study: Study, book: Book) -> Page:
    """Page 23: events one at a time; no outcome is predicted."""
    del book
    done = scenarios(study.chain, study.paths, study.roadmap, study.settings)
    blocks: list[Block] = []
    if done.cores:
        blocks.append(_shocks("core-leaves", "A core enterprise leaves", done.cores, study))
    if done.imports:
        blocks.append(_shocks("import-stops", "An import stops", done.imports, study))
    if done.gaps:
        blocks.append(_gaps(done.gaps, study))
    if done.cut is not None:
        blocks.append(_cut(done.cut, millions(study)))
    finding = "Nothing in the tables lets an event be counted through."
    if blocks:
        finding = _worst(done, study)
    elif done.reason:
        finding = f"Cannot tell: {done.reason}."
    blocks.append(text(
        "Accounts, no forecasts: nobody finds a substitute, no price moves, nothing is said of "
        "growth. An effect on growth would need an elasticity, and none is invented here. For the "
        "network's own what-ifs see the forecast of the network.", title="How to read this",
    ))  # fmt: skip
    return page("scenarios", 23, "plan", TITLE, finding, blocks)


def _worst(done: Scenarios, study: Study) -> str:
    """The gravest event; where none of these leaves demand unserved, the gravest of page 11."""
    money = millions(study)
    worst = max((*done.cores, *done.imports), key=lambda s: s.unserved, default=None)
    if worst is None:
        return "Events are counted through one at a time."
    if worst.unserved > 0:
        return (f"Of the events counted through, “{worst.kind}: {worst.what}” leaves most demand "
                f"unserved: {significant(worst.unserved)} {money}.")  # fmt: skip
    kinds = [word for word, some in (("no core enterprise's exit", done.cores),
                                     ("no stop of an import", done.imports)) if some]  # fmt: skip
    said = f"{' and '.join(kinds)} leaves demand unserved".replace("no ", "No ", 1)
    other = max(study.chain.shocks, key=lambda s: s.unserved)
    return said + (
        f"; of the other suppliers counted on page 11, {other.what} does: "
        f"{significant(other.unserved)} {money} would lose its source."
        if other.unserved > 0 else "."
    )  # fmt: skip


def _shocks(id: str, title: str, shocks: Sequence[Shock], study: Study) -> Block:
    names = {} if study.chain.chain is None else {n.id: n.name for n in study.chain.chain.nodes}
    rows: list[list[Cell]] = [
        [s.what, names.get(s.node, s.node), f"{s.before:.0%}", f"{s.after:.0%}",
         {"text": significant(s.unserved) if s.unserved else "0", "sort": s.unserved},
         listed([names.get(u, u) for u, _ in s.exposed], 4) or "none"]
        for s in shocks
    ]  # fmt: skip
    heads = ["What goes", "Link", ">Covered before", ">After",
             f">Demand unserved, {millions(study)}", "Who is exposed"]  # fmt: skip
    return table(id, title, heads, rows)


def _gaps(gaps: Sequence[Gap], study: Study) -> Block:
    link = next(j for j in study.paths.judged if j.level.measure == "chain_sound")
    holds = link.truth is Truth.MET
    rows: list[list[Cell]] = [
        [g.name, f"{g.before:.0%}", f"{g.after:.0%}",
         "it holds already" if holds else "yes" if g.flips else "no"] for g in gaps
    ]
    return table("gap-filled", "Suppliers come for one broken link of the chain",
                 ["Link of the chain", ">Demand in sound links before", ">After",
                  f"“{link.comparison.title}” ({link.id}) would hold"], rows)


def _cut(cut: Cut, unit: str) -> Block:
    rows: list[list[Cell]] = [
        [f"Budget, {unit}", significant(cut.budget), significant(cut.reduced)],
        ["Actions", str(cut.before), str(len(cut.program.best.start))],
        ["Not done", "", listed(list(cut.lost), 6) or "none"],
        ["Begun later", "", listed(list(cut.later), 6) or "none"],
        ["Done in their place", "", listed(list(cut.instead), 6) or "none"],
    ]  # fmt: skip
    return table("budget-cut", "The budget is cut by 30%", ["", "Now", "Then"], rows,
                 "Where no budget was given, of the median cost of all actions.")  # fmt: skip
