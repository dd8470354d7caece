"""Page 10: what the block drives in the region, and what the rest would lose without it."""

from __future__ import annotations

from regionlift.evidence.quantity import Quantity
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.payload import Block, Cell, Run
from regionlift.output.words import with_unit
from regionlift.study import ChainStudy, Study
from regionlift.study.driving import NATION

TITLE = "What the block drives"

NOTE = (
    "From flows inside the region, {year}. Above 1 a linkage is above the average industry's. The "
    "loss is accounting: nobody finds another buyer or supplier, no price moves; the others of a "
    "sub-industry hold the rest of the block. A product counts as its industry's; "
    "values of the block are weighted by output."
)
_COLUMNS = ("driving_direct", "driving_multiplier", "driving_backward", "driving_forward",
            "driving_loss")  # fmt: skip


def driving_block(study: Study, done: ChainStudy, book: Book) -> list[Block]:
    """A sentence on the block, then each sub-industry where its flows are told."""
    found = [q for q in done.quantities if q.measure in _COLUMNS]
    part = NATION if any(q.subject.endswith(f"|{NATION}") for q in found) else ""
    direct, multiplier, back, ahead, loss = (done.find(m, part) for m in _COLUMNS)
    if direct.value is None:
        return [text(f"Cannot be told: {direct.reason}. What would settle it: {direct.settles}.",
                     title=TITLE)]  # fmt: skip
    where = "the country" if part else "the region"
    said: list[Run] = ["Of every unit of its output in ", direct.period, " the block bought ",
                       book.link(direct, f"{direct.value:.2f}"), f" from {where}. "]  # fmt: skip
    if back.value is None or ahead.value is None or loss.value is None:
        said.append(f"Its linkages and what would be lost without it cannot be told: "
                    f"{back.reason}. What would settle it: {back.settles}.")  # fmt: skip
        return [text(*said, title=TITLE), *_table(study, done, [direct], book)]
    said += [f"Its power of dispersion is {_place(back.value)} the average industry's (",
             book.link(back, f"{back.value:.2f}"), "), its forward linkage ",
             book.link(ahead, f"{ahead.value:.2f}"), "; without the block the other industries ",
             f"of {where} would lose ", book.link(loss, with_unit(loss)),
             " of all output, beside its own."]  # fmt: skip
    if part:
        said.append(" The region has no table of its own: these are the nation's.")
    columns = [direct, multiplier, back, ahead, loss]
    return [text(*said, title=TITLE), *_table(study, done, columns, book)]


def _place(value: float) -> str:
    return "above" if value > 1 else "below" if value < 1 else "at"


def _table(
    study: Study, done: ChainStudy, columns: list[Quantity], book: Book
) -> list[Block]:
    """A row a sub-industry; none where only the nation's block is known."""
    known = {(q.measure, q.subject): q for q in done.quantities}
    rows: list[list[Cell]] = []
    for i in study.dataset.block:
        if (columns[0].measure, f"{done.region}|{i.code}") not in known:
            continue
        cells = [done.find(c.measure, i.code) for c in columns]
        rows.append([i.name, *(book.cell(q, _text(q)) for q in cells)])
    if not rows:
        return []
    heads = {"driving_direct": ">Bought here per unit of output",
             "driving_multiplier": ">Output here per unit of demand",
             "driving_backward": ">Power of dispersion", "driving_forward": ">Forward linkage",
             "driving_loss": ">The others would lose"}  # fmt: skip
    return [table("driving", "Driving force by sub-industry",
                  ["Sub-industry", *(heads[c.measure] for c in columns)], rows,
                  NOTE.format(year=columns[0].period), 10)]  # fmt: skip


def _text(q: Quantity) -> str:
    return "" if q.value is None or q.unit == "share" else f"{q.value:.2f}"
