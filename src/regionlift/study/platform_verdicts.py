"""What is judged of the platform: six clauses, each met, not met or cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict, all_of
from regionlift.measures.platform.claims import CHECKLIST
from regionlift.measures.platform.sources import CALLED, TYPES

if TYPE_CHECKING:
    from regionlift.study.platform import PlatformStudy

MET, NOT, OPEN = Truth.MET, Truth.NOT_MET, Truth.CANNOT_TELL


def judge(done: PlatformStudy, settings: Settings) -> tuple[Verdict, ...]:
    """The clauses in the order they are printed."""
    return (
        _functions(done), _allocation(done, settings), _governance(done),
        _persistence(done, settings), _runway(done), _needs(done),
    )  # fmt: skip


def _open(clause: str, done: PlatformStudy, q: Quantity) -> Verdict:
    return Verdict(clause, done.region, OPEN, q.reason, q.settles, (q.id,))


def _functions(done: PlatformStudy) -> Verdict:
    clause, q = "platform.functions", done.find("platform_functions")
    if q.value is None or done.coverage is None:
        return _open(clause, done, q)
    lacking = [*done.coverage.empty, *(f"{f} (no service given)" for f in done.coverage.idle)]
    if lacking:
        return Verdict(clause, done.region, NOT, f"nobody covers {_and(lacking)}", evidence=(q.id,))
    return Verdict(clause, done.region, MET, f"all five in {done.coverage.year}", evidence=(q.id,))


def _allocation(done: PlatformStudy, settings: Settings) -> Verdict:
    """Of each type enough of what was asked for was served."""
    clause, line = "platform.allocation", settings["needs_served"]
    by_type = {k: done.find("platform_allocation", k) for k in TYPES}
    told = {k: q for k, q in by_type.items() if q.value is not None}
    if not told:
        return _open(clause, done, done.find("platform_allocation"))
    low = sorted((k for k, q in told.items() if (q.value or 0.0) < line),
                 key=lambda k: told[k].value or 0.0)  # fmt: skip
    if low:
        said = ", ".join(f"{CALLED[k]} {100 * (told[k].value or 0.0):.0f}%" for k in low)
        return Verdict(clause, done.region, NOT, f"served less than {line:.0%} of what was asked "
                       f"for: {said}", evidence=tuple(told[k].id for k in low))  # fmt: skip
    return Verdict(clause, done.region, MET, f"at least {line:.0%} of every type asked for",
                   evidence=tuple(q.id for q in told.values()))  # fmt: skip


def _governance(done: PlatformStudy) -> Verdict:
    clause, q = "platform.governance", done.find("platform_governance")
    truth = all_of(j.truth for j in done.governance)
    names = {
        t: [CHECKLIST[j.item].lower() for j in done.governance if j.truth is t] for t in Truth
    }
    if q.value is None:
        return _open(clause, done, q)
    if truth is MET:
        return Verdict(clause, done.region, MET, "claimed of all five items", evidence=(q.id,))
    if truth is NOT:
        return Verdict(clause, done.region, NOT, f"claimed not to be there: {_and(names[NOT])}",
                       evidence=(q.id,))  # fmt: skip
    items = [j.item for j in done.governance if j.truth is OPEN]
    return Verdict(clause, done.region, OPEN, f"not told: {_and(names[OPEN])}",
                   f"signed claims on {', '.join(items)}", (q.id,))  # fmt: skip


def _persistence(done: PlatformStudy, settings: Settings) -> Verdict:
    clause, q = "platform.persistence", done.find("platform_persistence_core")
    line = settings["platform_stay"]
    if q.value is None:
        return _open(clause, done, q)
    said = (f"{100 * q.value:.0f}% of {q.n} places of core enterprises and institutes are still "
            f"theirs three years later, {line:.0%} asked for")  # fmt: skip
    return Verdict(clause, done.region, MET if q.value >= line else NOT, said, evidence=(q.id,))


def _runway(done: PlatformStudy) -> Verdict:
    clause, q = "platform.runway", done.find("platform_runway")
    if q.value is None and done.income is not None and any(
        a.years is None for a in done.income.ahead
    ):  # fmt: skip
        return Verdict(clause, done.region, NOT, q.reason, evidence=(q.id,))
    if q.value is None:
        return _open(clause, done, q)
    said = f"committed years less years to break-even: {q.value:+.1f}"
    return Verdict(clause, done.region, MET if q.value >= 0 else NOT, said, evidence=(q.id,))


def _needs(done: PlatformStudy) -> Verdict:
    """Whether the resources held here could meet the needs at all."""
    clause, q = "platform.needs", done.find("needs_unmet")
    if q.value is None or done.matching is None:
        return _open(clause, done, q)
    if q.value <= 0:
        return Verdict(clause, done.region, MET, "an assignment meets all of them",
                       evidence=(q.id,))  # fmt: skip
    short = [k for k, left in done.matching.left.items() if left > 0]
    short.sort(key=lambda k: -done.matching.left[k] / done.matching.asked[k]
               if done.matching else 0.0)  # fmt: skip
    parts = [done.find("needs_unmet", k) for k in short]
    said = ", ".join(f"{CALLED[k]} {100 * (p.value or 0.0):.0f}%" for k, p in zip(short, parts,
                                                                          strict=True))
    return Verdict(clause, done.region, NOT, f"left unmet by the best assignment: {said}; scarcest "
                   f"{CALLED.get(done.matching.scarcest, 'none')}",
                   evidence=(q.id, *(p.id for p in parts)))  # fmt: skip


def _and(items: Sequence[str]) -> str:
    return ", ".join(items[:-1]) + (" and " if len(items) > 1 else "") + items[-1]
