"""Page 11: on whom the chain hangs: foreign sources, core enterprises, single suppliers."""

from __future__ import annotations

from regionlift.evidence.verdict import Truth
from regionlift.measures.chain.nodes import Chain
from regionlift.output.blocks import table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import millions, page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, level, listed, significant
from regionlift.study import ChainStudy, Study

TITLE = "Dependencies and core enterprises"
SUPPLIERS = "Core enterprises and suppliers"


def dependency(study: Study, book: Book) -> Page:
    """Page 11: the dependency screen, cores with their suppliers, and stress."""
    done = study.chain
    blocks: list[Block] = []
    if done.chain is not None and not done.chain.proposed:
        blocks += [_screen(study, done, done.chain, book),
                   *_stress(done, done.chain, millions(study))]  # fmt: skip
    blocks += [*_cores(done, book), *_clusters(study, done, book)]
    if done.chain is None:
        blocks.insert(0, text(f"What would settle the rest: {done.settles}."))
    blocks.append(verdicts([study.verdict("chain.dependent")], book, study))
    return page("dependency", 11, "chain", TITLE, _finding(study, done), blocks)


def _finding(study: Study, done: ChainStudy) -> str:
    verdict = study.verdict("chain.dependent")
    if done.chain is None:
        return f"Dependencies cannot be told: {done.reason}."
    said = {
        Truth.MET: verdict.reason[0].upper() + verdict.reason[1:],
        Truth.NOT_MET: "By three published criteria no link depends on one or few countries",
        Truth.CANNOT_TELL: f"Foreign dependency cannot be told: {verdict.reason}",
    }[verdict.truth]
    worst = done.shocks[0] if done.shocks else None
    if worst is not None and worst.unserved > 0:
        said += (f". The gravest single loss: {worst.what} ({worst.kind}) leaves "
                 f"{significant(worst.unserved)} {millions(study)} of demand without its "
                 "source")  # fmt: skip
    return said + "."


def _mark(truth: Truth) -> str:
    return {Truth.MET: "above", Truth.NOT_MET: "below", Truth.CANNOT_TELL: "cannot tell"}[truth]


def _screen(study: Study, done: ChainStudy, chain: Chain, book: Book) -> Block:
    """All links by the three criteria, the dependent first."""
    order = {Truth.MET: 0, Truth.CANNOT_TELL: 1, Truth.NOT_MET: 2}
    ranked = sorted(
        done.screens.values(),
        key=lambda s: (order[s.dependent], -s.truths.count(Truth.MET), -(s.concentration or 0.0)),
    )
    rows: list[list[Cell]] = []
    for s in ranked:
        trade = done.facts[s.node].trade
        top = "–" if trade is None or trade.top is None else (
            f"{trade.top[0]} {100 * trade.top[1]:.0f}%")  # fmt: skip
        rows.append(
            [chain.node(s.node).name,
             {Truth.MET: "dependent", Truth.NOT_MET: "no", Truth.CANNOT_TELL: "cannot tell"}[
                 s.dependent],
             book.cell(done.find("chain_import_concentration", s.node)),
             book.cell(done.find("chain_foreign_share", s.node)),
             _ratio(done, s.node, book),
             ", ".join(_mark(t) for t in s.truths), top,
             book.cell(done.find("chain_imports", s.node))]
        )  # fmt: skip
    lines = [study.settings[n] for n in ("import_concentration", "import_share", "import_ratio")]
    note = (
        f"Dependent: concentration by country above {lines[0]:g}, foreign share of supply from "
        f"outside above {lines[1]:g}, and imports over exports above {lines[2]:g} (European "
        "Commission, SWD(2021) 352, with the region in the place of the Union)."
    )
    heads = ["Link", "Dependent", ">C1 concentration", ">C2 foreign share", ">C3 imports/exports",
             "C1, C2, C3", "Largest source", f">Imports, {millions(study)}"]  # fmt: skip
    return table("dependency-screen", "Dependency screen", heads, rows, note, 12)


def _ratio(done: ChainStudy, id: str, book: Book) -> Cell:
    """Imports over exports; without any export it is no number, and above every line."""
    cell = book.cell(done.find("chain_import_ratio", id))
    trade = done.facts[id].trade
    if trade is not None and trade.exports == 0 and trade.imports and isinstance(cell, dict):
        cell["text"] = "no exports"
    return cell


def _stress(done: ChainStudy, chain: Chain, unit: str) -> list[Block]:
    if not done.shocks:
        return []
    rows: list[list[Cell]] = []
    for s in done.shocks:
        users = [f"{chain.node(i).name} {significant(v)}" for i, v in s.exposed]
        rows.append(
            [s.kind, s.what, chain.node(s.node).name,
             {"text": f"{100 * s.before:.0f}%", "sort": s.before},
             {"text": f"{100 * s.after:.0f}%", "sort": s.after},
             {"text": significant(s.unserved), "sort": s.unserved},
             listed(users, 4) or "no user in the chain"]
        )  # fmt: skip
    note = (
        "One event at a time, by accounting alone: nobody finds a substitute and no price moves. "
        "Before and after: local output over demand; where imports stop, the share of demand that "
        "has a source. Users are named with the inputs they would lose."
    )
    heads = ["Event", "Who or what", "Link", ">Before", ">After",
             f">Demand without its source, {unit}",
             "Users exposed"]  # fmt: skip
    return [table("stress", "What hangs on one", heads, rows, note, 12)]


def _cores(done: ChainStudy, book: Book) -> list[Block]:
    if not done.cores:
        why = "there is neither a network nor a declared core layer in the tables"
        return [text(f"No core enterprise can be named: {why}.", title=SUPPLIERS)]
    if not done.supplies:
        names = listed([name for _, name in done.cores], 8)
        return [text(f"{names}. Who supplies them cannot be told: there are no purchases between "
                     "firms in the tables (links of level firm).",
                     title=SUPPLIERS)]  # fmt: skip
    names_of = dict(done.cores)
    rows: list[list[Cell]] = [
        [names_of[c.id], book.cell(done.find("core_suppliers", c.id)),
         {"text": str(len(c.outside)), "sort": len(c.outside)},
         book.cell(done.find("core_local_share", c.id)),
         {"text": str(c.shared), "sort": c.shared},
         book.cell(done.find("core_captive", c.id))]
        for c in done.supplies
    ]  # fmt: skip
    shared = done.find("core_overlap")
    year = done.purchases.year if done.purchases else done.year
    note = (
        f"Purchases between firms told of in {year}. Overlap of the cores' local suppliers "
        f"(Jaccard, mean over pairs): {level(shared)}. Without another buyer: would lose all sales "
        "told of if this core left."
    )
    heads = ["Core enterprise", ">Local suppliers", ">Suppliers elsewhere",
             ">Local share of purchases", ">Shared with another core",
             ">Without another buyer"]  # fmt: skip
    blocks: list[Block] = [
        table("cores-suppliers", SUPPLIERS, heads, rows, note, 12)
    ]
    return [*blocks, *_ability(done, book)]


def _clusters(study: Study, done: ChainStudy, book: Book) -> list[Block]:
    """Which sub-industries stand in the same places and trade with each other."""
    found = done.clusters
    if found is None:
        return []
    name = study.dataset.scope.name_of
    rows: list[list[Cell]] = [
        [name(p.first)[0], name(p.second)[0],
         book.cell(done.find("industry_pair", f"{p.first}-{p.second}")),
         "–" if p.inputs is None else {"text": f"{significant(100 * p.inputs)}%", "sort": p.inputs},
         "together" if p.together else ""]
        for p in found.pairs
    ]  # fmt: skip
    groups = [listed([name(c)[0] for c in g], 9) for g in found.groups]
    note = (
        f"Over {found.regions} regions in {found.year}, by {found.column.replace('_', ' ')}. "
        "Together: both the co-agglomeration and the link are above the median of all pairs"
        + (" (no input-output links here: the first alone)." if found.pairs[0].inputs is None
           else ".")
    )  # fmt: skip
    if groups:
        note += " Clusters: " + "; ".join(groups) + "."
    heads = ["Sub-industry", "And", ">Co-agglomeration", ">Larger share in the other's inputs",
             "In words"]  # fmt: skip
    return [table("industry-clusters", "Which sub-industries belong together", heads, rows, note,
                  10)]  # fmt: skip


def _ability(done: ChainStudy, book: Book) -> list[Block]:
    """Whether suppliers keep their own advantage: levels beside others, patents beside before."""
    if done.ability is None:
        return []
    rows: list[list[Cell]] = []
    for measure, label in (("supplier_intensity", "R&D over revenue"),
                           ("supplier_certified", "Little giants and champions")):  # fmt: skip
        rows.append([label, book.cell(done.find(measure)), "other local firms",
                     book.cell(done.find(measure, "others"))])  # fmt: skip
    before = next(q for q in done.quantities if q.measure == "supplier_patents" and "|" in
                  q.subject)  # fmt: skip
    if done.chain is not None and not done.chain.proposed:
        rows.append(["Entry into the chain, three years", book.cell(done.find("chain_entries")),
                     "exit", book.cell(done.find("chain_exits"))])  # fmt: skip
    rows.append(["Patents in the last years", book.cell(done.find("supplier_patents")),
                 "as many years before", book.cell(before)])  # fmt: skip
    note = (
        f"{counted(done.ability.suppliers, 'local supplier')} of core enterprises; beside them "
        f"{counted(done.ability.others, 'other enterprise')} of the region, cores in neither."
    )
    heads = ["Ability of the suppliers", ">Suppliers", "Beside", ">Value"]
    return [table("supplier-ability", "Do the suppliers keep their own advantage", heads, rows,
                  note)]  # fmt: skip
