"""Three-valued verdicts: met, not met, cannot tell (Kleene's strong logic)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl


class Truth(StrEnum):
    """The three values, worst first for AND."""

    NOT_MET = "not met"
    CANNOT_TELL = "cannot tell"
    MET = "met"


_RANK = {Truth.NOT_MET: 0, Truth.CANNOT_TELL: 1, Truth.MET: 2}

VERDICT_SCHEMA: dict[str, pl.DataType] = {
    "id": pl.String(),
    "clause": pl.String(),
    "subject": pl.String(),
    "verdict": pl.String(),
    "reason": pl.String(),
    "settles": pl.String(),
    "evidence": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one clause, with its reason and what would settle it.

    ``evidence`` holds the ids of the quantities it was read from. ``settles`` is required where
    the answer is ``cannot tell``: an unknown without a way out is not an answer.
    """

    clause: str
    subject: str
    truth: Truth
    reason: str
    settles: str = ""
    evidence: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.reason:
            raise ValueError(f"{self.id}: a verdict needs a reason")
        if self.truth is Truth.CANNOT_TELL and not self.settles:
            raise ValueError(f"{self.id}: 'cannot tell' needs to say what would settle it")

    @property
    def id(self) -> str:
        """Readable and the same in every run: clause/subject."""
        return f"{self.clause}/{self.subject}"


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene AND: the worst of the values; met for none.

    Examples
    --------
    >>> all_of([Truth.MET, Truth.CANNOT_TELL]).value
    'cannot tell'
    >>> all_of([Truth.NOT_MET, Truth.CANNOT_TELL]).value
    'not met'
    """
    return min(truths, key=_RANK.__getitem__, default=Truth.MET)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene OR: the best of the values; not met for none.

    Examples
    --------
    >>> any_of([Truth.NOT_MET, Truth.CANNOT_TELL]).value
    'cannot tell'
    """
    return max(truths, key=_RANK.__getitem__, default=Truth.NOT_MET)


def negate(truth: Truth) -> Truth:
    """Kleene NOT.

    Examples
    --------
    >>> negate(Truth.CANNOT_TELL).value
    'cannot tell'
    """
    flip = {Truth.MET: Truth.NOT_MET, Truth.NOT_MET: Truth.MET}
    return flip.get(truth, Truth.CANNOT_TELL)


def to_frame(verdicts: list[Verdict]) -> pl.DataFrame:
    """Verdicts as one frame with the columns of :data:`VERDICT_SCHEMA`."""
    rows = [
        {
            "id": v.id,
            "clause": v.clause,
            "subject": v.subject,
            "verdict": v.truth.value,
            "reason": v.reason,
            "settles": v.settles,
            "evidence": ";".join(v.evidence),
        }
        for v in verdicts
    ]
    return pl.DataFrame(rows, schema=VERDICT_SCHEMA)
