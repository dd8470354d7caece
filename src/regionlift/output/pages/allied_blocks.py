"""Page 18: who is in the alliances seen, what they file, how soon; what foreigners would add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from regionlift.data.symbols import titled
from regionlift.measures.technology.abroad import SHOWN
from regionlift.output.blocks import table, text
from regionlift.output.evidence import Book
from regionlift.output.payload import Block, Cell
from regionlift.output.words import listed
from regionlift.study import TechnologyStudy

#: Members of an alliance that are named on the page.
MEMBERS_SHOWN = 8
#: Kinds whose plural does not end in a bare s.
PLURAL = {"university": "universities", "not told": "not told", "foreign": "foreign"}
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


def alliances_seen(done: TechnologyStudy) -> list[Block]:
    """A row a key technology with an alliance: its members and their kinds."""
    found = done.filings
    known = {} if found is None else {a.id: a for a in found.applicants}
    rows: list[list[Cell]] = []
    for k, s in done.spreads.items():
        if s.alliance is None:
            continue
        members = sorted(s.alliance.members)
        names = [known[i].name if i in known else done.names.get(i, i) for i in members]
        rows.append([
            titled(k), kinds_of(done.types.get(i, "") for i in members),
            listed(names, MEMBERS_SHOWN), {"text": str(s.alliance.events),
                                           "sort": s.alliance.events}, s.alliance.read_from,
        ])  # fmt: skip
    if not rows:
        return []
    note = (
        "Seen in the tables, not declared: organisations of the region joined by pairs that met "
        "at least twice on the technology. All members by name: lists.xlsx, sheet alliances seen."
    )
    heads = ["Technology", "Kinds of member", "Members", ">Joint events", "Read from"]
    return [table("alliances-seen", "Alliances seen", heads, rows, note, 12)]


def kinds_of(types: Iterable[str]) -> str:
    """Kinds with their number, the most frequent first.

    Examples
    --------
    >>> kinds_of(["enterprise", "university", "enterprise", ""])
    '2 enterprises, 1 not told and 1 university'
    """
    count = Counter(t or "not told" for t in types)
    ranked = sorted(count.items(), key=lambda c: (-c[1], c[0]))
    return listed([f"{n} {kind if n == 1 else PLURAL.get(kind, f'{kind}s')}" for kind, n in ranked])
