"""Page 19: which resource could serve which need, what is scarce, what to do about the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from regionlift.measures.platform.actions import DEVELOP, INTRODUCE, OPEN, REALLOCATE, Matching
from regionlift.measures.platform.sources import CALLED
from regionlift.output.blocks import table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, level, listed, significant
from regionlift.study import PlatformStudy, Study

TITLE = "Matching resources with needs"

RULE = (
    "Every need of the year is set against every resource of its type; the cheapest assignment is "
    "sought for all of them at once. A unit costs the distance of the two technologies (0 in the "
    "same class, and for money, which has none) plus a step for each remove: the organisation's "
    "own, on a platform, of another organisation. What is left unmet costs far more, so that "
    "serving comes first. It is what could be, not what should be: nobody was asked, and a unit "
    "counts the same for everybody."
)
ACTIONS = (
    "The first rule that holds: held here and free, or idle in another technology: reallocate; "
    "nothing idle, but organisations here hold patents in the technology or close to it (of money: "
    "financing organisations sit here): develop; holders only elsewhere: introduce, those with "
    "ties to the region first."
)
PRICE = (
    "Need met by one unit more: 100% where a further unit goes to a need that is unmet now, 0% "
    "where units lie idle. It is the shadow price of the resource, in units of unmet need, and the "
    "sign of a binding constraint."
)


def matching(study: Study, book: Book) -> Page:
    """Page 19: by type, actions, assignment, prices."""
    done = study.platform
    clause = verdicts([study.verdict("platform.needs")], book, study)
    if done.matching is None:
        q = done.find("needs_unmet")
        return page("matching", 19, "platform", TITLE,
                    f"Resources cannot be matched with needs: {q.reason}.",
                    [text(f"What would settle it: {q.settles}."), clause])  # fmt: skip
    found, names = done.matching, _names(study)
    blocks: list[Block] = [
        text(RULE), _types(done, found, book), text(PRICE), *_actions(study, found, names),
        _prices(found), *_assignment(found), clause,
    ]  # fmt: skip
    return page("matching", 19, "platform", TITLE, _finding(done, found), blocks)


def _finding(done: PlatformStudy, found: Matching) -> str:
    short = [k for k, left in found.left.items() if left > 0]
    waiting = sum(u.served is False and u.action == REALLOCATE for u in found.unmet)
    said = f"{done.region}, {found.year}: "
    if short:
        short.sort(key=lambda k: -found.left[k] / found.asked[k])
        parts = [f"{level(done.find('needs_unmet', k))} of {CALLED[k]}" for k in short]
        said += f"even the best assignment leaves unmet {listed(parts)}"
    else:
        said += "an assignment of what is held here would meet every need"
    if waiting:
        said += f"; {counted(waiting, 'request')} that went unserved could be served from here"
    return said + "."


def _names(study: Study) -> dict[str, str]:
    orgs = study.dataset.tables.get("orgs")
    if orgs is None or "name" not in orgs.columns:
        return {}
    return {i: n for i, n in orgs.select("org_id", "name").iter_rows() if n}


def _types(done: PlatformStudy, found: Matching, book: Book) -> Block:
    rows: list[list[Cell]] = []
    for kind, asked in found.asked.items():
        own = [p for p in found.prices if p.type == kind]
        rows.append(
            [kind, _amount(found.count[kind]), _amount(asked),
             _amount(sum(p.capacity for p in own)),
             book.cell(done.find("needs_unmet", kind)), _amount(sum(p.idle for p in own)),
             _percent(done.find("needs_scarcest", kind).value, book, done, kind)]
        )  # fmt: skip
    whole = done.find("needs_unmet")
    note = f"Needs of {found.year}, amounts in each type's own unit. All types, each need counted "
    note += f"once: {level(whole)} unmet."
    book.note(whole)
    if found.untold:
        note += f" {counted(found.untold, 'need')} without type or amount left out."
    heads = ["Type", ">Needs", ">Asked for", ">Held", ">Unmet at best", ">Idle at best",
             ">Need met by one unit more"]  # fmt: skip
    return table("matching-types", "By type", heads, rows, note)


def _amount(value: float) -> Cell:
    return {"text": f"{value:,.0f}", "sort": value}


def _percent(value: float | None, book: Book, done: PlatformStudy, kind: str) -> Cell:
    cell = book.cell(done.find("needs_scarcest", kind))
    if isinstance(cell, dict) and value is not None:
        cell["text"] = _share(value)
    return cell


def _share(value: float) -> str:
    return "under 1%" if 0 < value < 0.01 else f"{100 * value:.0f}%"


def _actions(study: Study, found: Matching, names: Mapping[str, str]) -> list[Block]:
    if not found.unmet:
        return []
    rows: list[list[Cell]] = [
        [u.need, names.get(u.org, u.org) or "–", u.type, u.technology or "–", _amount(u.part),
         {True: "yes", False: "no", None: "not told"}[u.served], u.action,
         f"{u.rule[0].upper()}{u.rule[1:]}", listed([names.get(w, w) for w in u.who], 3) or "–"]
        for u in found.unmet
    ]  # fmt: skip
    told = Counter(u.action for u in found.unmet)
    parts = [f"{told[a]} {a}" for a in (REALLOCATE, DEVELOP, INTRODUCE, OPEN) if told[a]]
    note = (f"{listed(parts)}. What the best assignment leaves unmet comes first, then what was "
            "not served though it is held here. A need may have a part of each.")  # fmt: skip
    heads = ["Need", "Who needs it", "Type", "Technology", ">Amount", "Served in fact", "Action",
             "Rule", "With what or whom"]  # fmt: skip
    return [table("matching-actions", "Reallocate, develop or introduce", heads, rows, note, 12),
            text(ACTIONS)]  # fmt: skip


def _prices(found: Matching) -> Block:
    ranked = sorted(found.prices, key=lambda p: (-p.gain, -p.capacity, p.resource))
    rows: list[list[Cell]] = [
        [p.resource, p.type, p.technology or "–", _amount(p.capacity), _amount(p.idle),
         {"text": _share(p.gain), "sort": p.gain},
         "–" if p.loss is None else {"text": _share(p.loss), "sort": p.loss}]
        for p in ranked
    ]  # fmt: skip
    note = "Where the two differ, a unit more is worth less than a unit less."
    heads = ["Resource", "Type", "Technology", ">Held", ">Idle at best", ">Met by one unit more",
             ">Lost with one unit less"]  # fmt: skip
    return table("matching-prices", "Scarce resources", heads, rows, note, 10)


def _assignment(found: Matching) -> list[Block]:
    if not found.given:
        return []
    rows: list[list[Cell]] = [
        [g.need, g.resource, g.type, {"text": significant(g.amount, 3), "sort": g.amount},
         {"text": f"{g.distance:.2f}", "sort": g.distance}, g.read_from, g.location]
        for g in found.given
    ]  # fmt: skip
    heads = ["Need", "Resource", "Type", ">Amount", ">Distance", "Distance read from", "Lies"]
    return [table("matching-assignment", "The assignment", heads, rows,
                  "One of the cheapest; another may cost the same.", 8)]  # fmt: skip
