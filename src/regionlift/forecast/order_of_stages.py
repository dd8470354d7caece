"""Whether the factor gauge moves before the value gauge, and that before structure (item 24).

The paper calls its three upgrading processes progressive and mutually advancing, and has no data.
Here the order is a question to the panel: does a rise of one gauge over some years come before a
rise of the next one over as many years after, and more so than the other way round? Nothing is
tuned, and the answer is printed whatever it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.forecast.tested.cases import Grid, outcomes_of
from regionlift.forecast.together import Association, association, before_and_after
from regionlift.measures.stage import LEADS, TITLES

#: Earlier and later gauge of each pair; the first two make the paper's order, the third follows.
PAIRS = (("factor", "value"), ("value", "structure"), ("factor", "structure"))
STEPS = 2
#: Shortest change that is looked at where the panel is too short for the horizon: what a single
#: year adds is mostly noise.
SHORTEST = 2


@dataclass(frozen=True)
class Pair:
    """Two gauges: the change of one before that of the other, and the reverse.

    ``difference`` is forward less reverse with its interval over whole regions. ``span`` is the
    length of both changes in years; ``reason`` is empty where the pair can be told. ``apart`` are
    the two correlations once more with a year between the changes: an error of measurement in the
    year where they meet, in a column both markers hold, ties them and does not outlast that year.
    """

    earlier: str
    later: str
    markers: tuple[str, str]
    span: int
    forward: Association | None
    reverse: Association | None
    difference: tuple[float, float, float]
    apart: tuple[Association, ...] = ()
    reason: str = ""

    @property
    def truth(self) -> Truth:
        """Met where the first comes before beyond chance, and more than the other way round."""
        if self.forward is None or self.reverse is None or self.reason:
            return Truth.CANNOT_TELL
        first = self.forward.seen and self.difference[1] > 0
        return Truth.MET if first else Truth.NOT_MET

    @property
    def said(self) -> str:
        """What is seen of the two, in words."""
        if self.forward is None or self.reverse is None or self.reason:
            return f"cannot tell: {self.reason}"
        one, other = TITLES[self.earlier], TITLES[self.later]
        ahead, back = self.forward, self.reverse
        if self.truth is Truth.MET:
            return f"{one} moves before {other}"
        if ahead.seen and back.seen:
            return f"{one} and {other} each move before the other"
        if ahead.seen:
            return f"{one} moves before {other}, but not clearly more than the other way round"
        if back.seen:
            return f"the other way round: {other} moves before {one}"
        if ahead.reversed:
            return f"a rise of {one} comes before a fall of {other}"
        return f"no order of {one} and {other} is seen"


@dataclass(frozen=True)
class StageOrder:
    """Every pair of gauges; without a panel, ``reason`` says why there is none."""

    horizon: int
    pairs: tuple[Pair, ...]
    reason: str = ""

    @property
    def truth(self) -> Truth:
        """Whether both steps of the order are seen."""
        steps = [p.truth for p in self.pairs[:STEPS]]
        if Truth.NOT_MET in steps:
            return Truth.NOT_MET
        return Truth.CANNOT_TELL if not steps or Truth.CANNOT_TELL in steps else Truth.MET

    @property
    def verdict(self) -> str:
        """What the panel says of the order, in one sentence."""
        order = f"the order {' → '.join(TITLES.values())}"
        if not self.pairs:
            return f"Cannot tell whether {order} is there: {self.reason}"
        if self.truth is Truth.MET:
            return f"{order[0].upper()}{order[1:]} is seen here"
        told = [p.said for p in self.pairs if not p.reason]
        if self.truth is Truth.NOT_MET:
            return f"{order[0].upper()}{order[1:]} is not seen here: {'; '.join(told)}"
        missing = "; ".join(dict.fromkeys(p.reason for p in self.pairs[:STEPS] if p.reason))
        rest = f". What can be told: {'; '.join(told)}" if told else ""
        return f"Cannot tell whether {order} is there: {missing}{rest}"


def order_of_stages(
    grids: Mapping[str, Grid], regions: Sequence[str], settings: Settings
) -> StageOrder:
    """Lead and lag of the three gauges over all regions of the panel.

    Each change covers ``horizon`` years; where the panel is too short, the longest span below it
    that leaves enough cases in both directions, of two years or more.
    """
    horizon = settings.whole("horizon")
    leads = leads_of(grids, SHORTEST)
    if len(leads) < 2:
        told = ", ".join(TITLES[g] for g in leads) or "none"
        return StageOrder(horizon, (), "two gauges with a marker known in enough regions and "
                          f"years are needed; there is {told}")  # fmt: skip
    rng = np.random.default_rng(settings.whole("seed"))
    pairs = tuple(_pair(one, other, leads, grids, regions, settings, rng) for one, other in PAIRS)
    return StageOrder(horizon, pairs)


def leads_of(grids: Mapping[str, Grid], span: int) -> dict[str, str]:
    """Gauge -> the first of its markers that enough regions have, two looks ``span`` apart."""
    found = outcomes_of(grids, span)
    return {g: m for g, markers in LEADS.items() for m in markers if m in found}


def _pair(
    earlier: str, later: str, leads: Mapping[str, str], grids: Mapping[str, Grid],
    regions: Sequence[str], settings: Settings, rng: np.random.Generator,
) -> Pair:  # fmt: skip
    nan = (float("nan"),) * 3
    names = (leads.get(earlier, ""), leads.get(later, ""))
    if missing := [g for g, m in zip((earlier, later), names, strict=True) if not m]:
        why = (f"no marker of the {' and '.join(TITLES[g] for g in missing)} gauge is known in "
               "enough regions and years (what is modelled from a larger area is not compared)")
        return Pair(earlier, later, names, 0, None, None, nan, reason=why)
    one, other = (grids[m] for m in names)
    horizon = settings.whole("horizon")
    lacking = ""
    for span in range(horizon, min(SHORTEST, horizon) - 1, -1):
        cases = (before_and_after(one, other, span, span), before_and_after(other, one, span, span))
        lacking = next((c.lacking for c in cases if c.lacking), "")
        if not lacking:
            forward, reverse = (association(c, regions, settings, rng) for c in cases)
            low, high = np.quantile(forward.draws - reverse.draws, settings.tails)
            gap = (forward.value - reverse.value, float(low), float(high))
            apart = tuple(
                association(before_and_after(a, b, span, span, 1), regions, settings, rng)
                for a, b in ((one, other), (other, one))
            )
            return Pair(earlier, later, names, span, forward, reverse, gap, apart)
    why = f"two changes of {SHORTEST} years one after the other: {lacking}"
    return Pair(earlier, later, names, 0, None, None, nan, reason=why)
