"""Laws of the paper that a panel can be asked about: order, convergence, what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.forecast.catch_up import CatchUp, Gap, catch_up, gap_of
from regionlift.forecast.delayed import Innovation, innovation
from regionlift.forecast.order_of_stages import StageOrder, order_of_stages
from regionlift.forecast.tested.cases import Frames, grids_of
from regionlift.measures.stage import StageProfile


@dataclass(frozen=True)
class Laws:
    """What all regions of the panel say of three laws of the paper (items 9, 24, 26 and 27)."""

    order: StageOrder
    catch_up: tuple[CatchUp, ...]
    innovation: Innovation


def laws_tested(
    frames: Frames, regions: Sequence[str], settings: Settings, dataset: Dataset | None = None
) -> Laws:
    """Hold the three laws against all regions; no change is read across a break of a series."""
    grids = grids_of(frames, regions, dataset)
    return Laws(order_of_stages(grids, regions, settings), catch_up(grids, regions, settings),
                innovation(grids, regions, settings))  # fmt: skip


def gaps_of(
    frames: Frames, dataset: Dataset, region: str, peers: Sequence[str], profile: StageProfile,
    settings: Settings, year: int | None = None,
) -> tuple[Gap, ...]:  # fmt: skip
    """A region's distance to the best region and to its peers, on the leading marker of each gauge.
    """
    leads = {name: gauge.lead.marker for name, gauge in profile.gauges.items()}
    grids = grids_of({m: frames[m] for m in leads.values()}, dataset.regions(), dataset)
    return tuple(gap_of(gauge, marker, grids.get(marker), region, peers, settings, year)
                 for gauge, marker in leads.items())  # fmt: skip
