"""Page 18: what foreign partners would add, what hangs on them; what alliances file, how soon."""

from __future__ import annotations

from regionlift.data.symbols import titled
from regionlift.measures.technology.abroad import SHOWN
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.payload import Block, Cell
from regionlift.output.words import listed
from regionlift.study import TechnologyStudy

FOREIGN = "Partners abroad: what they would add, and what would hang on them"


def foreign_partners(done: TechnologyStudy, book: Book) -> list[Block]:
    """A row a foreign holder of what a key technology needs, the most to add first."""
    told = {k: a for k, a in done.abroad.items() if a is not None}
    if not told:
        return [text("Cannot be told: no applicant in the tables is known to be foreign. What "
                     "would settle it: type foreign or country in orgs, and patents of applicants "
                     "abroad.", title=FOREIGN)]  # fmt: skip
    rows: list[list[Cell]] = []
    for k, a in told.items():
        joint = book.cell(done.find("tech_foreign_joint", k))
        gain = book.cell(done.find("tech_foreign_gain", k))
        if not a.foreigners:
            rows.append([titled(k), joint, gain, "nobody abroad in the tables", *["–"] * 4])
        for n, f in enumerate(a.foreigners[:SHOWN]):
            first: list[Cell] = [titled(k), joint, gain] if n == 0 else ["", "", ""]
            rows.append([
                *first, f.name, listed([*map(titled, f.adds)], 4) or "nothing that is missing here",
                {"text": f"{100 * f.gain:.0f}%", "sort": f.gain},
                {"text": f"{100 * f.unlike:.0f}%", "sort": f.unlike} if f.unlike == f.unlike
                else "–", {"text": str(f.partners), "sort": f.partners},
            ])  # fmt: skip
    hang = [f"{titled(m)} for {k} ({n} holder{'' if n == 1 else 's'})"
            for k, a in told.items() for m, n in a.only.items()]  # fmt: skip
    note = (
        "Adds: needed classes that nobody here holds; share of all it needs. Unlike: 1 less the "
        "cosine of its classes with the region's. Only what is in the tables: a holder abroad that "
        "never filed with them is not seen. "
    )
    note += (f"Dependence: held abroad alone {listed(hang, 6)}." if hang else
             "No needed class is held abroad alone.")  # fmt: skip
    heads = ["Technology", ">Joint patents with abroad", ">Most one would add", "Holder abroad",
             "Would add", ">Share of needs", ">Unlike", ">Partners here"]  # fmt: skip
    return [table("foreign-partners", FOREIGN, heads, rows, note, 15)]


def alliance_pace(done: TechnologyStudy, book: Book) -> list[Block]:
    """A row a key technology with an alliance: its share of the patents, years to the first."""
    rows: list[list[Cell]] = []
    for k, s in done.spreads.items():
        if s.alliance is None:
            continue
        begun = done.paces[k]
        time = done.find("tech_alliance_time", k)
        rows.append([
            titled(k), book.cell(done.find("tech_alliance_share", k)),
            "–" if begun is None else str(begun.start), book.cell(time),
            time.reason if begun is None or time.value is None else str(begun.patent_year),
            "–" if begun is None else {"text": str(begun.before), "sort": begun.before},
        ])  # fmt: skip
    if not rows:
        return []
    note = (
        "Years from the first project on it of two members of the alliance to the first patent of "
        "a member in it from then on. Where members filed in it before, the first patent need "
        "not come of the project."
    )
    heads = ["Technology", ">Alliance's share of patents here", "First project",
             ">Years to a patent", "First patent", ">Patents of members before"]  # fmt: skip
    return [table("alliance-pace", "What the alliances file, and how soon", heads, rows, note, 12)]
