"""Page 18: who can carry the key technologies, what is missing, and how they spread."""

from __future__ import annotations

import polars as pl

from regionlift.data.symbols import title, titled
from regionlift.evidence.verdict import Truth
from regionlift.forecast.uptake import CURVES
from regionlift.measures.pathway.technology import USED
from regionlift.measures.technology.alliances import LARGEST, Consortia
from regionlift.output import charts
from regionlift.output.blocks import chart, plain, table, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.allied_blocks import (
    alliance_pace,
    alliances_seen,
    foreign_partners,
    kinds_of,
)
from regionlift.output.pages.common import page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import explained, listed, significant
from regionlift.study import Study, TechnologyStudy

TITLE = "Alliances and diffusion"
#: What a line of the chart is.
SEEN, AHEAD = "counted", "by the curve"
#: Curves as they are called.
NEAREST = {"bass": "Bass, logistic", "gompertz": "Gompertz"}
HEAD = {Truth.MET: "does not reach others", Truth.NOT_MET: "reaches others",
        Truth.CANNOT_TELL: "cannot tell"}  # fmt: skip


def alliances(study: Study, book: Book) -> Page:
    """Page 18: teams for each key technology, missing competences, diffusion."""
    done = study.technology
    clauses = [study.verdict("technology.competence"), study.verdict("technology.diffusion")]
    if not done.consortia:
        why = done.reason or "no key common technology is named"
        return page("alliances", 18, "technology", TITLE,
                    f"Alliances cannot be told: {why}.",
                    [verdicts(clauses, book, study)])  # fmt: skip
    blocks: list[Block] = [_teams(done), *_outsiders(done), *foreign_partners(done, book),
                           *alliances_seen(done), _diffusion(done, book),
                           *alliance_pace(done, book),
                           *_curves(study, done), *_uptake(done),
                           verdicts(clauses, book, study)]  # fmt: skip
    return page("alliances", 18, "technology", TITLE, _finding(done), blocks)


def _finding(done: TechnologyStudy) -> str:
    lacking = [
        f"{explained(k)} lacks {listed([*map(explained, c.lacks)], 3)}"
        for k, c in done.consortia.items() if c.lacks
    ]  # fmt: skip
    stuck = [explained(k) for k, s in done.spreads.items() if s.broken is Truth.MET]
    said = []
    if lacking:
        said.append("; ".join(lacking))
    else:
        said.append("A team of the region covers what each key technology needs")
    if stuck:
        said.append(f"what the alliance of {listed(stuck, 4)} finds does not reach others here")
    text_ = "; ".join(said)
    return text_[0].upper() + text_[1:] + "."


def names_of(done: TechnologyStudy) -> dict[str, str]:
    """Applicant id -> printed name."""
    found = done.filings
    return {} if found is None else {a.id: a.name for a in found.applicants}


def needed(c: Consortia) -> str:
    """Needed classes with their share, in words."""
    parts = [f"{titled(n.klass)} ({100 * n.share:.0f}%)" for n in c.needs if n.klass != c.klass]
    return listed(parts, 3) or "nothing beside itself"


def _teams(done: TechnologyStudy) -> Block:
    names = names_of(done)
    rows: list[list[Cell]] = []
    for k, c in done.consortia.items():
        lacking = listed([*map(titled, c.missing), *(f"any {s}" for s in c.sides)], 6) or "–"
        for n, team in enumerate(c.teams):
            rows.append(
                [titled(k) if n == 0 else "", needed(c) if n == 0 else "",
                 listed([names.get(i, i) for i in team.members], 6), kinds_of(team.types),
                 _share(team.coverage), _share(team.complementarity), _share(team.ties),
                 {"text": str(team.patents), "sort": team.patents}, lacking if n == 0 else ""]
            )  # fmt: skip
        if not c.teams:
            none = "nobody here" if c.missing or c.sides else f"none of up to {LARGEST} members"
            rows.append([titled(k), needed(c), none, *["–"] * 5, lacking])
    note = (
        "Needed: classes that stand beside the technology, with the share of its patents held "
        "elsewhere. A team has a holder of every needed class that anyone here holds, an "
        "enterprise and a university or institute; the fewest members first, then one more. "
        "Covers: share of the needed classes; unlike: 1 less the mean cosine of two members' "
        "classes; met before: pairs with a joint project or patent. Whether they would work "
        "together is theirs to say."
    )
    heads = ["Technology", "Needs beside it", "A least team", "Kinds", ">Covers", ">Unlike",
             ">Met before", ">Patents in it", "Nobody here holds"]  # fmt: skip
    return table("consortia", "Teams that cover what it needs", heads, rows, note, 6)


def _share(value: float) -> Cell:
    return {"text": f"{100 * value:.0f}%", "sort": value} if value == value else "–"


def _outsiders(done: TechnologyStudy) -> list[Block]:
    rows: list[list[Cell]] = [
        [titled(k), titled(o.klass), o.who.name, o.who.region or "–",
         "abroad" if o.who.foreign else "",
         {"text": str(o.patents), "sort": o.patents}, {"text": str(o.partners), "sort": o.partners}]
        for k, c in done.consortia.items() for o in (*c.outsiders, *c.abroad)
    ]  # fmt: skip
    if not rows:
        return []
    only = [f"{titled(m)} (for {k})" for k, c in done.consortia.items() for m in c.dependent]
    note = (
        "Partners here: organisations of the region with which it has had a joint project or "
        "patent; those with any come first. Where the competence is the technology itself, it is "
        "a holder abroad. "
    )
    note += (f"Held abroad only, an alliance would depend on it: {listed(only, 6)}." if only
             else "Everything missing is held in the country too.")  # fmt: skip
    heads = ["Technology", "Competence", "Holder elsewhere", "Region", "Abroad",
             ">Patents in it", ">Partners here"]  # fmt: skip
    return [table("outside-holders", "Who elsewhere has what is missing", heads, rows, note, 15)]


def _diffusion(done: TechnologyStudy, book: Book) -> Block:
    rows: list[list[Cell]] = []
    for k, s in done.spreads.items():
        rows.append(
            [titled(k), "none seen" if s.alliance is None else
             f"{len(s.alliance.members)} members, by {s.alliance.read_from}",
             book.cell(done.find("tech_adopters", k)), book.cell(done.find("tech_outside", k)),
             {"text": str(s.industries), "sort": s.industries}, _count(done.nodes.get(k)),
             book.cell(done.find("tech_cited", k)),
             _count(s.chances),
             HEAD[s.broken]]
        )  # fmt: skip
    note = (
        "An alliance: three or more organisations of the region joined by pairs that met at least "
        "twice on the technology, an enterprise and a university or institute among them. Could "
        "have cited: patents of others of the region in the class after the alliance's first. "
        f"Chain links: with an organisation here that filed in it in the last {USED} years."
    )
    heads = ["Technology", "Alliance", ">Adopters", ">Outside it", ">Industries", ">Chain links",
             ">Cited by others here", ">Could have cited", "In words"]  # fmt: skip
    return table("diffusion", "Does it reach the others", heads, rows, note, 12)


def _count(number: int | None) -> Cell:
    return "–" if number is None else {"text": str(number), "sort": number}


def _curves(study: Study, done: TechnologyStudy) -> list[Block]:
    rows = []
    for k, s in done.spreads.items():
        total = 0.0
        for year, new in zip(s.years, s.adopters, strict=True):
            total += new
            rows.append({"technology": k, "title": title(k), "year": year, "adopters": total,
                         "line": SEEN})  # fmt: skip
        ahead = done.uptakes[k].ahead
        for n, more in enumerate((0.0, *ahead) if ahead else ()):
            total += more
            rows.append({"technology": k, "title": title(k), "year": s.years[-1] + n,
                         "adopters": total, "line": AHEAD})  # fmt: skip
    frame = pl.DataFrame(rows)
    if frame.is_empty() or done.filings is None:
        return []
    years = f"{done.filings.first}-{done.filings.last}"
    lines = [f"{explained(k)}: {s.total} organisations" for k, s in done.spreads.items()]
    return [
        chart(study, "adopters", "Organisations that have taken it up",
              f"{listed(lines, 6)}. The first year, {done.filings.first}, holds those who had it "
              "already. Dashed: by the curve that told the last three years best, where one did.",
              charts.adopters(frame), plain(frame), "tech_adopters", years, ("technology_years",))
    ]  # fmt: skip


def _uptake(done: TechnologyStudy) -> list[Block]:
    """Do diffusion curves tell the adopters of the last years?"""
    rows: list[list[Cell]] = []
    for k, u in done.uptakes.items():
        if u.reason:
            rows.append([titled(k), *["–"] * 4, f"cannot tell: {u.reason}", *["–"] * 3])
            continue
        ahead = ", ".join(f"{n:.0f}" for n in u.ahead)
        bass: list[Cell] = ["–", "–"]
        if u.bass:
            bass = [{"text": significant(v), "sort": v} for v in u.bass[1:]]
        rows.append(
            [titled(k), f"{u.seen:.0f}", *(f"{u.told[n]:.1f}" if n in u.told else "–"
                                  for n in (*CURVES, "as in the years before")),
             NEAREST.get(u.best, "going on as before"), ahead or "–", *bass]
        )  # fmt: skip
    if not rows:
        return []
    note = (
        "New adopters of the last three years, kept back from the fit; the first year of the "
        "window is left out. Where no curve comes nearer than going on as before, no curve is "
        "used. In new adopters a year Bass's curve and the logistic are the same: one column is "
        "both. p: adopting by oneself, q: by example, a year, fitted to all years."
    )
    heads = ["Technology", ">Seen", ">Bass, logistic", ">Gompertz", ">As before", "Nearest",
             "Next three years by it", ">p", ">q"]  # fmt: skip
    return [table("uptake", "Do diffusion curves tell what came?", heads, rows, note, 12)]
