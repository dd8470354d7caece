"""The paper's sentence: numbers "increased rapidly at first and then slowly reached zero".

Read as: the yearly increments of the stock rise, then fall towards zero. Levels that fall to zero,
the other literal reading, would be a network that disappears (``docs/growth-law.md``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.evidence.verdict import Truth
from regionlift.measures.growth.curves import Family, share_of_peak_growth
from regionlift.measures.growth.law import Law, together
from regionlift.measures.growth.profile import Estimate, inflation, interval
from regionlift.measures.growth.series import Refusal

_SETTLES: dict[Refusal, str] = {
    "too few points": "more years",
    "programme window": "an earlier record, or years in which no programme begins or ends",
    "no variation": "years in which the number changes",
}


@dataclass(frozen=True)
class FirstThenSlower:
    """Whether increments rose and then fell to zero.

    Parameters
    ----------
    truth, reason : the answer and why
    settles : what would settle it, where it cannot be told
    share : present yearly increment as a share of the fastest, with its interval; None where the
        law has no fastest increment
    peak : year of the fastest increment of a saturating curve
    """

    truth: Truth
    reason: str
    settles: str
    share: Estimate | None
    peak: Estimate | None


def first_then_slower(law: Law, *, near_zero: float = 0.1) -> FirstThenSlower:
    """Test the sentence on a fitted stock.

    Met where the law is a saturating curve whose peak of growth lies within the series, with both
    ends of its interval, or a broken line that rises first, and the whole interval of the present
    increment lies within ``near_zero`` of the fastest one. Not met where the law is told and
    growth is absent, constant or accelerating, or its slowing has not come near zero. Cannot tell
    where the law cannot be told, where a saturating curve or a broken line is still supported
    beside a simpler law, or where an interval holds both answers.

    Parameters
    ----------
    near_zero : share of the fastest yearly increment below which increments count as zero
    """
    if not 0 < near_zero < 1:
        raise ValueError(f"near_zero must lie between 0 and 1, got {near_zero}")
    if law.shape is None:
        settles = _SETTLES[law.refusals[0]] if law.refusals else "more years, or less noisy counts"
        return FirstThenSlower(Truth.CANNOT_TELL, law.reason, settles, None, None)
    if law.shape == "saturating":
        return _saturating(law, near_zero)
    if law.shape == "broken":
        return _broken(law, near_zero)
    bends = [f for f in law.supported if f in ("logistic", "Gompertz", "broken line")]
    if bends:
        return FirstThenSlower(
            Truth.CANNOT_TELL,
            f"{law.family} is the simplest description; {' and '.join(bends)} cannot be ruled out",
            "more years", None, None,
        )  # fmt: skip
    how = {"flat": "the stock does not grow", "steady": "increments are the same every year",
           "exponential": "increments keep growing"}[law.shape]  # fmt: skip
    rate = law.growth_now
    curve = law.fit(law.told[0]).curve
    if curve[-1] < curve[0]:
        how = "the stock shrinks"
    now = "" if rate is None else f"; growth now {rate.value:+.1%} a year"
    return FirstThenSlower(Truth.NOT_MET, f"{law.family}: {how}{now}", "", None, None)


def _saturating(law: Law, near_zero: float) -> FirstThenSlower:
    peak = law.peak
    years, values = np.array(law.years), np.array(law.values)
    shares, ahead = [], []
    for family in law.told:
        at = interval(
            family, years, values, "position", level=law.level, ceiling_bound=law.ceiling_bound
        )
        shares.append(_share(family, at))
        ahead.append(at.high is not None and at.high < 0)
    share = together(shares)
    if all(ahead):
        return FirstThenSlower(
            Truth.NOT_MET, "increments are still rising: the peak of growth lies ahead", "",
            share, peak,
        )  # fmt: skip
    seen = f"increments now are {_range(share)} of the fastest"
    low, high = share.low or 0.0, 1.0 if share.high is None else share.high
    if low > near_zero:
        return FirstThenSlower(Truth.NOT_MET, f"{seen}: not near zero", "", share, peak)
    if high > near_zero:
        return FirstThenSlower(
            Truth.CANNOT_TELL, f"{seen}: on both sides of {near_zero:.0%}", "more years",
            share, peak,
        )  # fmt: skip
    if peak is None or peak.low is None or peak.low < law.years[0]:
        return FirstThenSlower(
            Truth.CANNOT_TELL, f"{seen}, but the rise may lie before the series",
            f"years before {law.years[0]:g}", share, peak,
        )  # fmt: skip
    middle = f"about {peak.value:.0f}" if peak.value is not None else "within the series"
    return FirstThenSlower(Truth.MET, f"growth peaked {middle}; {seen}", "", share, peak)


def _share(family: Family, at: Estimate) -> Estimate:
    """Increment now as a share of its peak, from the position on the curve."""

    def share(z: float) -> float:
        return float(share_of_peak_growth(family, np.array([z]))[0])

    ends = [share(z) if z is not None else 0.0 for z in (at.low, at.high)]
    holds_peak = (at.low is None or at.low <= 0) and (at.high is None or at.high >= 0)
    value = None if at.value is None else share(at.value)
    return Estimate(value, min(ends), 1.0 if holds_peak else max(ends), at.level)


def _broken(law: Law, near_zero: float) -> FirstThenSlower:
    fit = law.fit("broken line")
    p = fit.parameters
    t, y = np.array(law.years), np.array(law.values)
    first, second = p["slope"], p["slope"] + p["change"]
    when = f"the break in {p['break']:.0f}"
    if first <= 0:
        return FirstThenSlower(
            Truth.NOT_MET, f"the stock does not rise before {when}", "", None, None
        )
    from scipy.special import stdtrit

    design = np.stack([np.ones_like(t), t - t[0], np.maximum(0, t - p["break"])], axis=1)
    spread = np.linalg.inv(design.T @ design)
    free = len(t) - fit.k + 1
    variance = fit.rss / free * inflation(y - np.array(fit.curve))
    error = float(np.sqrt(variance * (spread[1, 1] + spread[2, 2] + 2 * spread[1, 2])))
    half = float(stdtrit(free, (1 + law.level) / 2)) * error / first
    ratio = second / first
    share = Estimate(ratio, ratio - half, ratio + half, law.level)
    seen = f"increments after {when} are {_range(share)} of those before"
    if ratio + half <= near_zero and ratio - half >= -near_zero:
        return FirstThenSlower(Truth.MET, f"{seen}: fast, then none, at a break", "", share, None)
    if ratio - half > near_zero or ratio + half < -near_zero:
        return FirstThenSlower(Truth.NOT_MET, f"{seen}: not zero", "", share, None)
    return FirstThenSlower(
        Truth.CANNOT_TELL, f"{seen}: on both sides of {near_zero:.0%}", "more years", share, None
    )


def _range(share: Estimate) -> str:
    return f"{share.low:.0%} to {share.high:.0%}"
