"""Which layers, kinds of actor and stages have an action: for a roadmap, and for a plan (35)."""

from __future__ import annotations

from regionlift.measures.network.layers import RULE
from regionlift.measures.stage import TITLES
from regionlift.output.blocks import table
from regionlift.output.payload import Block, Cell
from regionlift.output.plan_lists import covered
from regionlift.output.words import listed
from regionlift.plan.cells import STAGES, Cells

#: Cells named in the note.
_NAMED = 40


def cells_block(id: str, cells: Cells, word: str) -> Block:
    """A row a layer and kind of actor, a column a stage; empty cells listed under it."""
    rows: list[list[Cell]] = [
        [layer, kind, *(_cell(cells.covered.get((layer, kind, s), ())) for s in STAGES)]
        for layer, kind in cells.rows
    ]  # fmt: skip
    note = (
        f"{covered(cells, _NAMED)} An actor counts as owner or partner, as a kind where nobody is "
        f"named. Layers: as declared, else by the rule ({RULE}). A stage is one that the path of "
        "the link fits by its file, or whose gauge the indicator is."
    )
    if cells.untold:
        note += f" Without a cell: {listed([f'{n} ({w})' for n, w in cells.untold], 8)}."
    heads = ["Layer", "Actor", *(f"Stage: {TITLES[s]}" for s in STAGES)]
    return table(id, f"Layers, actors and stages with {word}", heads, rows, note)


def _cell(named: tuple[str, ...]) -> Cell:
    if not named:
        return {"text": "none", "sort": 0}
    return {"text": f"{len(named)}: {listed(list(dict.fromkeys(named)), 4)}", "sort": len(named)}
