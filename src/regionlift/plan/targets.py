"""Whether a target is realistic: how often regions with such a start got so far in such a time.

Reference-class forecasting (Kahneman & Tversky 1979; Flyvbjerg 2006, Project Management Journal
37(3), 5-15): not what a plan promises, but what became of comparable cases. The share is a record
of the past, not the probability of this region; how well it has held is in docs/targets.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset, open_dataset
from regionlift.data.problems import did_you_mean
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Bools, Floats
from regionlift.measures.panel import KERNELS
from regionlift.paths.chosen import chosen_for
from regionlift.plan.starts import (
    Windows,
    class_of,
    panel_of,
    reaches,
    relative_of,
    shares,
    windows,
)

Frames = Mapping[str, pl.DataFrame]

#: Quantile at which the rule is tried on the panel it is used on.
TESTED = 0.8
#: Share of the class on one side of a start under which it stands at the edge.
EDGE = 0.1


@dataclass(frozen=True)
class Realism:
    """What became of comparable cases.

    Parameters
    ----------
    share, low, high : of the region-starts, those that had got at least so far after the years,
        with an interval that draws whole regions; None with a ``reason`` where it is not told
    n, regions : region-starts of the class, and regions they are of
    percentile : share of the class, times 100, that got less far: 80 is more than four of five got
    reason, settles : why nothing is told, and what would settle it
    band : start levels the class lies between, in the measure's unit; where changes are ratios,
        at the middle of the regions in the year of the start
    first, last : years in which the starts of the class lie
    change : the change asked for: a difference, or a ratio less 1 where ``relative``
    passed : share that had got so far at the end of at least one of the years
    below : share of the class that began below; near 0 or 1 the region stands at the edge of all
        there are, the class is not about where it stands, and the share holds less well
    """

    share: float | None
    low: float | None
    high: float | None
    n: int
    regions: int
    percentile: float | None
    reason: str = ""
    settles: str = ""
    band: tuple[float, float] | None = None
    first: int | None = None
    last: int | None = None
    change: float = 0.0
    relative: bool = False
    passed: float | None = None
    below: float | None = None

    @property
    def edge(self) -> bool:
        """Whether under a tenth of the class began on one side of this start."""
        return self.below is not None and not EDGE <= self.below <= 1 - EDGE


def realism(
    frames: Frames, measure: str, region: str, start_value: float, target: float, years: int,
    settings: Settings, dataset: Dataset | None = None,
) -> Realism:  # fmt: skip
    """Hold a target against the regions that began nearest to where this one stands.

    Parameters
    ----------
    frames : quantities of all regions by measure
    region : a region, or a part of it as in ``Beijiang|34``, compared with the same part elsewhere
    start_value, target : in the measure's unit; a target below the start is reached by falling
    years : until the target is due
    dataset : where given, no start is looked at across an unbridged break of its series

    Raises
    ------
    LookupError
        If there is no such measure.
    ValueError
        If the years are less than 1, or start or target are not finite.
    """
    if measure not in frames:
        raise LookupError(f'no measure "{measure}". {did_you_mean(measure, list(frames))}')
    if not (np.isfinite(start_value) and np.isfinite(target)):
        raise ValueError(f"start and target must be finite; {start_value}, {target} were given")
    panel = panel_of(frames[measure], region)
    relative = relative_of(measure, panel)
    if relative and min(start_value, target) <= 0:
        raise ValueError(f"{measure} is above zero in every region; {start_value} and {target} "
                         "were given")  # fmt: skip
    found = windows(panel, years, relative=relative, broken=_broken(dataset, measure, panel))
    place = found.names.index(region) if region in found.names else -1
    own = panel.filter(pl.col("region") == region)["year"].max()
    shift = found.middle.get(int(str(own if own is not None else panel["year"].max() or 0)), 0.0)
    level = float(np.log(start_value)) - shift if relative else start_value
    change = float(np.log(target / start_value)) if relative else target - start_value
    some = class_of(found, level, place, settings.whole("target_regions"))
    asked = Realism(
        None, None, None, int(some.sum()), len(np.unique(found.region[some])), None,
        change=float(np.expm1(change)) if relative else change, relative=relative,
    )  # fmt: skip
    if asked.regions < settings.whole("minimum_regions"):
        why = (f"{asked.regions} other regions are seen {years} "
               f"{'year' if years == 1 else 'years'} after a start; "
               f"{settings.whole('minimum_regions')} are needed")  # fmt: skip
        return replace(asked, reason=why, settles=f"{measure} of more regions, or of more than "
                       f"{years} years")  # fmt: skip
    down = change < 0 or (change == 0 and registry()[measure].direction == "down")
    return replace(_became(found, some, change, down, asked, settings),
                   below=float((found.level[some] < level).mean()),
                   band=_band(found.level[some], shift, relative))  # fmt: skip


def _became(
    found: Windows, some: Bools, change: float, down: bool, asked: Realism, settings: Settings
) -> Realism:
    """The class's share, its percentile at the target, and the years it began in."""
    gone = -found.change[some] if down else found.change[some]
    ever = -found.worst[some] if down else found.best[some]
    need = -change if down else change
    value, low, high = shares(reaches(gone, need), found.region[some], settings)
    same = np.isclose(gone, need, rtol=0, atol=1e-12)
    less = float(((gone < need) & ~same).mean() + 0.5 * same.mean())
    when = found.year[some]
    return replace(
        asked, share=value, low=low, high=high, percentile=100 * less,
        first=int(when.min()), last=int(when.max()), passed=float(reaches(ever, need).mean()),
    )  # fmt: skip


def _band(levels: Floats, shift: float, relative: bool) -> tuple[float, float]:
    """Ends of the class's start levels, in the measure's unit."""
    low, high = float(levels.min()), float(levels.max())
    return (float(np.exp(low + shift)), float(np.exp(high + shift))) if relative else (low, high)


def _broken(
    dataset: Dataset | None, measure: str, panel: pl.DataFrame
) -> dict[str, tuple[int, ...]]:
    if dataset is None or measure not in KERNELS:
        return {}
    columns = KERNELS[measure].columns
    found = {
        name: tuple(dataset.broken("panel", columns, name.partition("|")[0]))
        for name in panel["region"].unique()
    }
    return {name: years for name, years in found.items() if years}


@dataclass(frozen=True)
class Calibration:
    """How often targets at a quantile of the class were reached, each region left out in turn.

    ``asked`` is the share that should; ``places`` the share and the starts of those at the lower
    edge of their class, inside it, at its upper edge (None where there is no start); ``n`` starts
    of ``regions`` regions. Where nothing can be scored, ``reached`` is None.
    """

    quantile: float
    years: int
    asked: float
    reached: float | None
    low: float | None
    high: float | None
    places: tuple[tuple[float | None, int], ...]
    n: int
    regions: int


def calibration(
    panel: pl.DataFrame, years: int, quantile: float, settings: Settings, *,
    relative: bool = False, past: bool = False,
) -> Calibration:  # fmt: skip
    """Set a target at a quantile of the class for every start, and count how many were reached.

    Parameters
    ----------
    panel : as for :func:`windows`
    quantile : of the changes of the class, which leaves the region itself out
    past : whether the class holds only what had ended by the start, as who plans has it; what
        happens to all regions at once is then not in it

    Raises
    ------
    ValueError
        A quantile that is not between 0 and 1.
    """
    if not 0 < quantile < 1:
        raise ValueError(f"a quantile lies between 0 and 1; {quantile} was given instead")
    found = windows(panel, years, relative=relative)
    hit, scored = np.zeros(len(found.region), dtype=np.bool_), []
    below = np.zeros(len(found.region))
    for i in range(len(found.region)):
        until = int(found.year[i]) - years if past else 9999
        some = class_of(found, found.level[i], int(found.region[i]),
                        settings.whole("target_regions"), until)  # fmt: skip
        if len(np.unique(found.region[some])) < settings.whole("minimum_regions"):
            continue
        scored.append(i)
        hit[i] = found.change[i] >= np.quantile(found.change[some], quantile)
        below[i] = (found.level[some] < found.level[i]).mean()
    if not scored:
        return Calibration(quantile, years, 1 - quantile, None, None, None, (), 0, 0)
    at = np.array(scored)
    value, low, high = shares(hit[at], found.region[at], settings)
    parts = [at[below[at] < EDGE], at[(below[at] >= EDGE) & (below[at] <= 1 - EDGE)],
             at[below[at] > 1 - EDGE]]  # fmt: skip
    places = tuple((float(hit[a].mean()) if len(a) else None, len(a)) for a in parts)
    regions = len(np.unique(found.region[at]))
    return Calibration(quantile, years, 1 - quantile, value, low, high, places, len(at), regions)


@dataclass(frozen=True)
class Held:
    """A target of a region held against its class.

    ``tests`` are of targets at the class's 80th percentile on the same panel: each region left
    out, and against what had ended by each start.
    """

    region: str
    measure: str
    unit: str
    year: int
    start: float
    target: float
    years: int
    found: Realism
    tests: tuple[Calibration, Calibration]


def held(
    folder: Path | str, region: str, measure: str, target: float, years: int,
    overrides: Mapping[str, float | int | str] | None = None,
) -> Held:  # fmt: skip
    """A target for one region of a dataset, from the last value it has.

    Raises
    ------
    LookupError
        If there is no such region or measure, or no known value to start from.
    DatasetError
        If the audit finds errors.
    """
    dataset = open_dataset(folder)
    _, chosen = chosen_for(dataset, overrides)
    name, _, part = region.partition("|")
    subject = dataset.region(name) + (f"|{part}" if part else "")
    known = {id: m for id, m in registry().items() if isinstance(m, Measure)}
    if measure not in known:
        raise LookupError(f'no measure "{measure}". {did_you_mean(measure, list(known))}')
    frames = {measure: known[measure](dataset, chosen)}
    own = panel_of(frames[measure], subject).filter(pl.col("region") == subject)
    if own.is_empty():
        raise LookupError(f"{measure} of {subject} is known, and not derived, in no year")
    year, start = own.select("year", "value").row(-1)
    found = realism(frames, measure, subject, start, target, years, chosen, dataset)
    panel = panel_of(frames[measure], subject)
    ratios = relative_of(measure, panel)
    tests = [calibration(panel, years, TESTED, chosen, relative=ratios, past=past)
             for past in (False, True)]  # fmt: skip
    return Held(subject, measure, dataset.unit(known[measure].unit), year, start, target, years,
                found, (tests[0], tests[1]))  # fmt: skip
