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


def input_driven(
    frames: dict[str, pl.DataFrame], region: str, settings: Settings, year: int | None = None
) -> Verdict:
    """Whether growth over the last window came mostly from labour and capital.

    Met or not met only where the whole interval lies on one side of the threshold.
    """
    threshold = settings["input_driven"]
    found = [_last(frames[form], region, year) for form in _FORMS]
    known = [q for q in found if q.status is Status.KNOWN]
    if not known:
        reason = "; ".join(f"{registry()[q.measure].title}: {q.reason}" for q in found)
        settles = "; ".join(dict.fromkeys(q.settles for q in found))
        return Verdict(CLAUSE, region, Truth.CANNOT_TELL, reason, settles)
    share = known[0]
    assert share.value is not None
    partial = "" if share.measure == _FORMS[0] else " (employment alone, capital is not known)"
    shown = f"{share.value:.0%} of growth in {share.period} came from inputs{partial}"
    open_ended = share.low is None or share.high is None
    if open_ended or (share.low or 0) <= threshold <= (share.high or 0):
        return Verdict(
            CLAUSE, region, Truth.CANNOT_TELL,
            f"{shown}; its interval is open"
            if open_ended
            else f"{shown}; its interval holds the threshold of {threshold:.0%}",
            "a longer window, or capital and compensation by sub-industry", (share.id,),
        )  # fmt: skip
    truth = Truth.MET if share.value > threshold else Truth.NOT_MET
    reason = f"{shown}; the threshold is {threshold:.0%}"
    return Verdict(CLAUSE, region, truth, reason, evidence=(share.id,))


def _last(frame: pl.DataFrame, region: str, year: int | None) -> Quantity:
    """The quantity of the last window that ends by the year, known or not."""
    rows = frame.filter(pl.col("subject") == region).sort("period")
    if year is not None:
        end = pl.col("period").str.slice(-4).cast(pl.Int64, strict=False)
        rows = rows.filter(end.fill_null(0) <= year)
    if rows.is_empty():
        measure = str(frame["measure"][0])
        return Quantity(
            measure, region, "", None, "share", status=Status.NOT_COLLECTED,
            reason=f"no window ends by {year}", settles=f"a window that ends by {year}",
        )  # fmt: skip
    return from_row(rows.row(-1, named=True))
