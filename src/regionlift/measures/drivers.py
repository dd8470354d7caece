"""What growth came from: the verdict on over-reliance on inputs (item 4)."""

from __future__ import annotations

import polars as pl

from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status, from_row
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict

CLAUSE = "drivers.input_driven"

#: The full account first, then its partial form.
_FORMS = ("input_driven_share", "employment_driven_share")


def input_driven(frames: dict[str, pl.DataFrame], region: str, settings: Settings) -> Verdict:
    """Whether growth over the last window came mostly from labour and capital.

    Met or not met only where the whole interval lies on one side of the threshold.
    """
    threshold = settings["input_driven"]
    found = [_last(frames[form], region) for form in _FORMS]
    known = [q for q in found if q.status is Status.KNOWN]
    if not known:
        reason = "; ".join(f"{registry()[q.measure].title}: {q.reason}" for q in found)
        settles = "; ".join(dict.fromkeys(q.settles for q in found))
        return Verdict(CLAUSE, region, Truth.CANNOT_TELL, reason, settles)
    share = known[0]
    assert share.value is not None
    partial = "" if share.measure == _FORMS[0] else " (employment alone, capital is not known)"
    shown = f"{share.value:.0%} of growth in {share.period} came from inputs{partial}"
    bounds = (share.low, share.high)
    if None in bounds or (bounds[0] or 0) <= threshold <= (bounds[1] or 0):
        return Verdict(
            CLAUSE, region, Truth.CANNOT_TELL,
            f"{shown}; its interval holds the threshold of {threshold:.0%}",
            "a longer window, or capital and compensation by sub-industry", (share.id,),
        )  # fmt: skip
    truth = Truth.MET if share.value > threshold else Truth.NOT_MET
    reason = f"{shown}; the threshold is {threshold:.0%}"
    return Verdict(CLAUSE, region, truth, reason, evidence=(share.id,))


def _last(frame: pl.DataFrame, region: str) -> Quantity:
    """The quantity of the last window, known or not."""
    rows = frame.filter(pl.col("subject") == region).sort("period")
    return from_row(rows.row(-1, named=True))
