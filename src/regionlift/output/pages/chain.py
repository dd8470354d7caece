"""Page 10: the chain map, its broken links with value at stake, and who could mend them."""

from __future__ import annotations

from regionlift.evidence.quantity import Quantity
from regionlift.measures.chain.classes import CLASSES, FINE, TITLES, TITLES_ZH
from regionlift.measures.chain.nodes import Chain
from regionlift.output.blocks import columns, table, text, verdicts
from regionlift.output.chain_block import chain_block
from regionlift.output.evidence import Book
from regionlift.output.pages.common import millions, page
from regionlift.output.pages.driving import driving_block
from regionlift.output.paths_block import path_block
from regionlift.output.payload import Block, Cell, Page, Run, Table
from regionlift.output.words import counted, level, listed, significant, span, with_unit
from regionlift.study import ChainStudy, Study

TITLE = "The industry chain"

CAVEAT = (
    "Local output is the revenue of the organisations placed at a node: it may hold other products "
    "and may be sold elsewhere, so the value at stake is the least that comes from outside. That a "
    "link is not made here is not by itself a fault: where local demand feeds no plant of minimum "
    "scale, buying from a neighbour is the answer."
)

CAVEAT_LINKS = (
    "There is no table of the chain: industries stand for its links, and an industry is called "
    "weak here where less of it is bought in the region than in three of four regions. Which "
    "product is missing, who makes it and how many make it, only a chain table with organisations "
    "can tell (chain_nodes, chain_edges, orgs)."
)


def chain(study: Study, book: Book) -> Page:
    """Page 10: classes of all links, the map, the gaps, the candidates."""
    done = study.chain
    blocks: list[Block] = []
    figure: list[Block] = [path_block(study, "chain", book)]
    if done.chain is None:
        finding = f"The chain cannot be told: {done.reason}."
        blocks = [*figure, text(f"What would settle it: {done.settles}.")]
    else:
        finding = _finding(done, done.chain)
        blocks = [
            *figure, text(*_covered(done, book)),
            chain_block(done, done.chain, _every(done, done.chain, book), book),
            _gaps(done, done.chain, book),
            text(CAVEAT_LINKS if done.chain.proposed else CAVEAT), 
            *_candidates(done, done.chain, millions(study)),
            verdicts([study.verdict("chain.gaps")], book, study),
        ]  # fmt: skip
    blocks += [*_links(study, book), *driving_block(study, done, book)]
    return page("chain", 10, "chain", TITLE, finding, blocks)


def _finding(done: ChainStudy, chain: Chain) -> str:
    said = []
    for kind in CLASSES:
        names = [chain.node(i).name for i in done.of_kind(kind)]
        if names and kind not in FINE:
            said.append(f"{TITLES[kind]} {listed(names, 3)}")
    open_ = len(done.of_kind(""))
    if open_:
        said.append(f"{counted(open_, 'link')} cannot be told")
    if not said:
        return f"No link of the chain of {done.region} is missing, weak or hangs on one supplier."
    return f"{done.region}, {chain.year}: " + "; ".join(said) + "."


def _covered(done: ChainStudy, book: Book) -> list[Run]:
    whole, stake = done.find("chain_covered"), done.find("chain_at_stake")
    if whole.value is None:
        return [f"How much of the chain's demand the region could meet cannot be told: "
                f"{whole.reason}."]  # fmt: skip
    if done.chain is not None and done.chain.proposed:
        if done.chain.derived:
            what = f" ({span(whole)}) of what the block buys from these {whole.n} industries would "
            return ["Derived, not observed: ", book.link(whole), what, "be bought in the region."]
        what = f" of what the block buys from these {whole.n} industries is bought in the region; "
        return [book.link(whole), what, book.link(stake), " a year is bought elsewhere."]
    said: list[Run] = ["Local output could meet ", book.link(whole), " of the demand of the ",
                          f"{whole.n} links where both are known; at least ", book.link(stake),
                          " a year come from outside."]  # fmt: skip
    try:
        final = done.find("chain_complete")
    except KeyError:
        return said
    return [*said, " Final products made here: ", book.link(final), "."]


_HEADS = ("Link", "Class", ">Value at stake", ">Output over demand", "Why")
_MORE = (">Local demand", ">Local suppliers", ">Imports", "Evidence")


def _row(done: ChainStudy, chain: Chain, id: str, book: Book) -> list[Cell]:
    node, call = chain.node(id), done.calls[id]
    cells = [_cell(done, m, id, book) for m in ("chain_unmet", "chain_coverage")]
    name = f"{node.name} {node.name_zh}".strip()
    kind = f"{call.title} {TITLES_ZH.get(call.kind, '')}".strip()
    return [name, kind, *cells, call.reason or "a customer of the block"]


def _more(done: ChainStudy, id: str, book: Book) -> list[Cell]:
    some = ("chain_demand", "chain_suppliers", "chain_imports")
    return [*(_cell(done, m, id, book) for m in some), done.calls[id].confidence]


def _cell(done: ChainStudy, measure: str, id: str, book: Book) -> Cell:
    try:
        return book.cell(done.find(measure, id))
    except KeyError:
        return "–"


def _every(done: ChainStudy, chain: Chain, book: Book) -> Table:
    order = sorted(done.calls, key=lambda i: (-(done.facts[i].unmet or 0.0), i))
    rows = [[*_row(done, chain, i, book), *_more(done, i, book)] for i in order]
    return {"columns": columns(*_HEADS, *_MORE), "rows": rows}


def _gaps(done: ChainStudy, chain: Chain, book: Book) -> Block:
    broken = sorted(
        (i for i, c in done.calls.items() if c.kind not in FINE),
        key=lambda i: (-(done.facts[i].unmet or 0.0), i),
    )
    if not broken:
        return text("Every link is served.", title="Broken links")
    note = (
        f"{len(broken)} of {len(done.calls)} links, the most at stake first, in "
        f"{done.find('chain_at_stake').unit}. Click a number for its rows; the card of a link says "
        "at which threshold its class would change."
    )
    rows = [_row(done, chain, i, book) for i in broken]
    return table("chain-gaps", "Broken links, by value at stake", list(_HEADS), rows, note, 15)


def _candidates(done: ChainStudy, chain: Chain, unit: str) -> list[Block]:
    """Who is named for which link."""
    heads = ["Link", "Class", "For", "Organisation", "Region", "Why", ">Partners in joint events",
             ">Revenue"]  # fmt: skip
    rows: list[list[Cell]] = [
        [chain.node(c.node).name, done.calls[c.node].title, c.role, c.name, c.region or "not known",
         c.why, {"text": str(c.partners), "sort": c.partners},
         "–" if c.revenue is None else {"text": significant(c.revenue), "sort": c.revenue}]
        for c in done.candidates
    ]  # fmt: skip
    if not rows:
        return []
    note = (
        "Named because they make it, or hold patents of the last years in its technologies; up to "
        "ten a link, here and elsewhere. Outside organisations: partners are those in the region. "
        f"Nobody was asked; a name is a place to begin, not a recommendation. Revenue in {unit}."
    )
    return [table("chain-candidates", "Who could mend them", heads, rows, note, 12)]


def _links(study: Study, book: Book) -> list[Block]:
    """Inputs of the block by supplying industry: bought here or not, with value at stake."""
    done = study.chain
    stakes = [q for q in done.quantities if q.measure == "link_at_stake"]
    if not stakes:
        return []
    blocks: list[Block] = []
    year = stakes[0].period
    local, foreign = (_share_in(study, m, year) for m in ("local_input_share",
                                                          "foreign_input_share"))  # fmt: skip
    if local.value is not None:
        said: list[Run] = ["Of the inputs of the block in ", year, ", ", book.link(local),
                              " were bought in the region"]  # fmt: skip
        if foreign.value is not None:
            rest = 1 - local.value - foreign.value
            said += [", ", book.link(foreign), f" abroad, and {100 * rest:.0f}% elsewhere in the "
                     "country"]  # fmt: skip
        said.append(". These are direct purchases: what suppliers buy in turn is not followed.")
        blocks.append(text(*said, title="Where the inputs come from"))
    name_of = study.dataset.scope.name_of
    ranked = sorted(stakes, key=lambda q: (-(q.value or 0.0), q.subject))
    rows: list[list[Cell]] = []
    for q in ranked:
        code = q.subject.partition("|")[2]
        rows.append([name_of(code)[0], book.cell(q), book.cell(done.find("link_local", code))])
    known = [q for q in ranked if q.value is not None]
    note = f"In {stakes[0].unit}, {year}."
    if known:
        note += f" The largest: {with_unit(known[0])} of {rows[0][0]}, {_share(done, known[0])}."
    heads = ["Supplying industry", ">Bought elsewhere", ">Bought in the region"]
    blocks.append(
        table("chain-links", "Inputs of the block, by value at stake", heads, rows, note, 10)
    )
    return blocks


def _share_in(study: Study, measure: str, year: str) -> Quantity:
    """The measure in this year; where no row of that year has it, its unknown."""
    try:
        return study.find(measure, period=year)
    except LookupError:
        return study.find(measure)


def _share(done: ChainStudy, stake: Quantity) -> str:
    code = stake.subject.partition("|")[2]
    return f"{level(done.find('link_local', code))} of it bought here"
