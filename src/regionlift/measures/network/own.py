"""Whether a peer is in the record of events by itself, or as the region's partner.

The projects and patents of one region name organisations elsewhere only where they work with it.
Beside such peers every region comes out first: it is compared with its own shadow.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Definition, Measure
from regionlift.evidence.settings import Settings
from regionlift.measures.events import Lazy, collect
from regionlift.measures.network.events import participations

#: What would make a peer more than a partner, by the record its number is read from.
SETTLES = {
    "joint": "joint projects and co-patents of the peers among themselves",
    "patents": "patents of the peers without an applicant of the region",
}


def record_of(definition: Definition) -> str:
    """The record of events a number is read from: ``joint``, ``patents``, or empty for neither."""
    if "members" in definition.needs:
        return "joint"
    return "patents" if isinstance(definition, Measure) and "applicants" in definition.needs else ""


def own_shares(dataset: Dataset, settings: Settings, region: str, record: str) -> dict[str, float]:
    """Share of each other region's events in which no organisation of ``region`` takes part.

    Events are joint projects and co-patents, or for ``patents`` every patent. A region without an
    event is left out; nothing is told where organisations have no region.
    """
    if not dataset.has("orgs", "org_id", "region"):
        return {}
    try:
        events = _events(dataset, settings, record)
    except LookupError:
        return {}
    seats = dataset.lazy("orgs").select("org_id", "region").filter(~nw.col("region").is_null())
    seen = events.join(seats, on="org_id", how="inner").select("region", "event").unique()
    with_region = seen.filter(nw.col("region") == region).select("event")
    others = seen.filter(nw.col("region") != region)
    every = collect(others.group_by("region").agg(nw.len().alias("n")))
    alone = others.join(with_region, on="event", how="anti")
    apart = dict(collect(alone.group_by("region").agg(nw.len().alias("n"))).iter_rows())
    return {name: apart.get(name, 0) / n for name, n in every.sort("region").iter_rows()}


def partners_only(shares: Mapping[str, float], peers: tuple[str, ...], least: float) -> list[str]:
    """Peers in the record with less than ``least`` of their events without the region.

    Examples
    --------
    >>> partners_only({"B": 0.05, "C": 0.9}, ("B", "C", "D"), 0.5)
    ['B']
    """
    return [peer for peer in peers if shares.get(peer, 1.0) < least]


def _events(dataset: Dataset, settings: Settings, record: str) -> Lazy:
    if record == "joint":
        return participations(dataset, settings).select("org_id", "event")
    if not dataset.has("applicants"):
        raise LookupError("no table applicants")
    return dataset.lazy("applicants").select("org_id", nw.col("patent_id").alias("event"))
