"""The governance checklist: signed claims as they stand at the end of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from regionlift.evidence.verdict import Truth
from regionlift.measures.policy.claims import counted

#: Items of the checklist (item 76), in the order they are printed.
CHECKLIST = {
    "platform.membership_rules": "Rules for members",
    "platform.ip_rule": "Rule on intellectual property",
    "platform.benefit_sharing": "Sharing of benefits",
    "platform.funding_plan": "Plan of funding",
    "platform.review": "Review of the platform",
}


@dataclass(frozen=True)
class Claim:
    """One signed judgement."""

    id: str
    truth: Truth
    author: str
    signed: date
    evidence: str
    expiry: date | None


@dataclass(frozen=True)
class Judged:
    """An item with the claims on it that count, newest first; ``lapsed`` counts those that do not.

    ``truth`` is that of the newest claim; where claims of that day contradict each other, cannot
    tell. ``disputed`` are authors whose own newest claim says otherwise.
    """

    item: str
    truth: Truth
    claims: tuple[Claim, ...]
    disputed: tuple[Claim, ...]
    lapsed: int

    @property
    def newest(self) -> Claim | None:
        """The claim that counts."""
        return self.claims[0] if self.claims else None


def judged(claims: pl.DataFrame, items: Sequence[str], year: int) -> tuple[Judged, ...]:
    """What the claims that count at the end of a year say of each item."""
    valid = counted(claims, year)
    signed = claims.filter(pl.col("date") <= date(year, 12, 31))
    return tuple(
        _item(valid.filter(pl.col("item") == i), i, int((signed["item"] == i).sum())) for i in items
    )


def _item(rows: pl.DataFrame, item: str, signed: int) -> Judged:
    expiry = "expiry" in rows.columns
    valid = [
        Claim(r["claim_id"], Truth(r["verdict"]), r["author"], r["date"], r.get("evidence") or "",
              r["expiry"] if expiry else None)
        for r in rows.sort(["date", "claim_id"], descending=[True, False]).iter_rows(named=True)
    ]  # fmt: skip
    if not valid:
        return Judged(item, Truth.CANNOT_TELL, (), (), signed)
    same_day = {c.truth for c in valid if c.signed == valid[0].signed}
    truth = valid[0].truth if len(same_day) == 1 else Truth.CANNOT_TELL
    own: dict[str, Claim] = {}
    for claim in valid:
        own.setdefault(claim.author, claim)
    disputed = tuple(c for c in own.values() if c.truth is not valid[0].truth)
    return Judged(item, truth, tuple(valid), disputed, signed - len(valid))
