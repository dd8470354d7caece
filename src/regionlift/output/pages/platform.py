"""Page 12: which of the five functions the platform covers, with what use, where it doubles."""

from __future__ import annotations

from regionlift.measures.platform.functions import Cell as SubPlatform
from regionlift.measures.platform.functions import Coverage
from regionlift.measures.platform.sources import FUNCTIONS
from regionlift.output.blocks import table, text, verdicts
from regionlift.output.evidence import Book
from regionlift.output.pages.common import page
from regionlift.output.paths_block import path_block
from regionlift.output.payload import Block, Cell, Page
from regionlift.output.words import counted, listed, significant
from regionlift.study import PlatformStudy, Study

TITLE = "Platform: functions"

ABOUT = (
    "An innovation platform, in the paper's sense, carries five functions: research and "
    "development, transformation of results, technical service, venture investment, and training "
    "of personnel. A function nobody covers is not by that a fault of those who are there: it says "
    "which kind of sub-platform is missing."
)


def platform(study: Study, book: Book) -> Page:
    """Page 12: functions by sub-platforms."""
    done = study.platform
    clause = verdicts([study.verdict("platform.functions")], book, study)
    if done.coverage is None:
        q = done.find("platform_functions")
        finding = f"Which functions a platform covers cannot be told: {q.reason}."
        return page("platform", 12, "platform", TITLE, finding,
                    [path_block(study, "platform", book), text(ABOUT),
                     text(f"What would settle it: {q.settles}."), clause])  # fmt: skip
    found = done.coverage
    blocks: list[Block] = [
        path_block(study, "platform", book), text(ABOUT), _matrix(done, found, book),
        *_overlaps(found), _units(study, found), clause,
    ]  # fmt: skip
    return page("platform", 12, "platform", TITLE, _finding(done, found), blocks)


def _finding(done: PlatformStudy, found: Coverage) -> str:
    names = {c.platform for c in found.cells}
    said = (f"{done.region}, {found.year}: {counted(len(names), 'sub-platform')} "
            f"{'covers' if len(names) == 1 else 'cover'} {len(found.covered)} of the five "
            "functions")  # fmt: skip
    if found.empty:
        said += f"; nobody offers {listed(found.empty)}"
    if found.idle:
        said += f"; no service was given in {listed(found.idle)}"
    return said + "."


def _matrix(done: PlatformStudy, found: Coverage, book: Book) -> Block:
    """Functions down, sub-platforms across; services given in the cells."""
    across = sorted({(c.platform, c.name) for c in found.cells})
    at = {(c.function, c.platform): c for c in found.cells}
    rows: list[list[Cell]] = [
        [f, *(_services(at.get((f, p))) for p, _ in across),
         book.cell(done.find("platform_services", f)), _state(found, f)]
        for f in FUNCTIONS
    ]  # fmt: skip
    heads = ["Function", *(f">{name}" for _, name in across), ">All", "Reading"]
    note = f"Services given in {found.year}; “–”: the sub-platform does not have the function."
    return table("platform-functions", "Functions by sub-platforms", heads, rows, note)


def _services(cell: SubPlatform | None) -> Cell:
    if cell is None:
        return "–"
    if cell.services is None:
        return "not told"
    return {"text": f"{cell.services:,.0f}", "sort": cell.services}


def _state(found: Coverage, function: str) -> str:
    if function in found.empty:
        return "empty: nobody offers it"
    if function in found.idle:
        return "idle: no service given"
    own = found.of(function)
    return "one holder only" if len(own) == 1 else f"{len(own)} sub-platforms"


def _overlaps(found: Coverage) -> list[Block]:
    rows: list[list[Cell]] = [
        [o.function, o.first, o.second,
         "cannot tell" if o.shared is None else
         {"text": f"{100 * o.shared:.0f}%", "sort": o.shared}]
        for o in found.overlaps
    ]  # fmt: skip
    if not rows:
        return []
    note = (
        "Two sub-platforms with one function double it where they serve the same members, and "
        "divide it where they serve others. Shared: members of both / members of either."
    )
    heads = ["Function", "Sub-platform", "Sub-platform", ">Members shared"]
    return [table("platform-overlaps", "Where functions are doubled", heads, rows, note)]


def _units(study: Study, found: Coverage) -> Block:
    """Every sub-platform and function with use, members and income."""
    money = study.dataset.unit("million {currency}")
    rows: list[list[Cell]] = []
    for c in sorted(found.cells, key=lambda c: (c.name, c.function)):
        change: Cell = "–"
        if c.services is not None and c.before:
            grown = c.services / c.before - 1
            change = {"text": f"{100 * grown:+.0f}%", "sort": grown}
        rows.append([c.name, c.function, _services(c), change,
                     {"text": f"{len(c.members):,}", "sort": len(c.members)},
                     *(_money(v) for v in (c.private, c.public))])  # fmt: skip
    heads = ["Sub-platform", "Function", ">Services", ">On the year before", ">Members",
             ">Private income", ">Public income"]  # fmt: skip
    return table("platform-units", "Use, members and income", heads, rows,
                 f"{found.year}; income in {money}.", 12)  # fmt: skip


def _money(value: float | None) -> Cell:
    return "not told" if value is None else {"text": significant(value), "sort": value}
