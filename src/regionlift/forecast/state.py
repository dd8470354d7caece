"""The observed network as the simulation starts from it, and the yearly counts of both.

An organisation is active in a year if one of its events runs in that year, a tie if the two meet
in an event that runs. Simulated and observed events are counted by the same definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.network.affiliations import Affiliations

#: Yearly counts, in the order in which the kernel holds them.
COUNTS = (
    "active", "entries", "exits", "returns", "ties", "new_ties", "repeat_ties", "formed_ties",
    "participations", "projects",
)  # fmt: skip

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]


class Told(NamedTuple):
    """Simulated history: observed events first, simulated ones after them."""

    counts: Longs
    by_type: Longs
    knowledge: Floats
    org: Ints
    offsets: Longs
    start: Ints
    end: Ints
    type: Bytes
    place: Bytes


@dataclass(frozen=True)
class Start:
    """Events that started up to a year, in arrays a kernel reads.

    Parameters
    ----------
    origin : last year seen
    first : first year in which an event starts
    org, event : (m,) participations, sorted by event; events in order of their start
    offsets : (k + 1,) members of event e are ``org[offsets[e]:offsets[e + 1]]``
    start, end : (k,) years; an end after the origin is what the contract says
    type : (n,) place in ``TYPES``, -1 unknown
    place : (n,) 1 inside the region, 0 outside
    ids : (n,) identifiers
    opened : (origin - first + 2,) participations before each year, and in all
    """

    origin: int
    first: int
    org: NDArray[np.int32]
    event: NDArray[np.int32]
    offsets: Longs
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    type: NDArray[np.int8]
    place: NDArray[np.int8]
    ids: tuple[str, ...]
    opened: Longs

    @property
    def organisations(self) -> int:
        """Number of organisations seen."""
        return len(self.type)

    @property
    def sizes(self) -> Longs:
        """(k,) members of each event."""
        return np.diff(self.offsets)


def observe(history: Affiliations, origin: int) -> Start:
    """What is known at the end of a year: events started by then and who took part in them.

    Raises
    ------
    ValueError
        Where no event has started by then.
    """
    known = history.where(history.start <= origin)
    seen = np.zeros(known.organisations, dtype=np.bool_)
    seen[known.org] = True
    if not seen.any():
        raise ValueError(f"no event has started by {origin}: the simulation has nothing to go on")
    known = known.among(seen)
    first = int(known.start.min())
    starts = known.start[known.event]
    return Start(
        origin, first, known.org.astype(np.int32), known.event.astype(np.int32),
        known.offsets, known.start.astype(np.int32), known.end.astype(np.int32),
        known.type.astype(np.int8), known.inside.astype(np.int8), known.ids,
        np.searchsorted(starts, np.arange(first, origin + 2)).astype(np.int64),
    )  # fmt: skip


def observed_counts(affiliations: Affiliations, years: Sequence[int]) -> dict[str, Longs]:
    """Yearly counts of organisations and ties, one array a name over the years.

    Parameters
    ----------
    affiliations : events; the first start of an organisation in them is its entry
    years : calendar years

    Returns
    -------
    dict
        ``active`` organisations with a running event; ``entries`` whose first event starts;
        ``exits`` active the year before and not now; ``returns`` active now, not the year before,
        and seen earlier; ``ties`` distinct pairs that meet in a running event; ``formed_ties``
        distinct pairs that meet in an event that starts; ``repeat_ties`` those that met in an
        event of an earlier year; ``new_ties`` the others; ``participations`` and ``projects`` of
        events that start. active = active before - exits + entries + returns.
    """
    n = affiliations.organisations
    first = np.full(n, np.iinfo(np.int32).max, dtype=np.int64)
    np.minimum.at(first, affiliations.org, affiliations.start[affiliations.event])

    def running(year: int) -> NDArray[np.bool_]:
        on = np.zeros(n, dtype=np.bool_)
        on[affiliations.active(year).org] = True
        return on

    i, j, event = affiliations.pairs()
    code = i.astype(np.int64) * n + j
    when = affiliations.start[event]
    met, place = np.unique(code, return_inverse=True)
    earliest = np.full(len(met), np.iinfo(np.int32).max, dtype=np.int64)
    np.minimum.at(earliest, place, when)
    rows = []
    for year in years:
        now, before = running(year), running(year - 1)
        formed = np.unique(place[when == year])
        repeat = int((earliest[formed] < year).sum())
        starts = affiliations.start == year
        rows.append((
            now.sum(), (first == year).sum(), (before & ~now).sum(),
            (now & ~before & (first < year)).sum(), len(affiliations.active(year).ties()[0]),
            len(formed) - repeat, repeat, len(formed), affiliations.sizes[starts].sum(),
            starts.sum(),
        ))  # fmt: skip
    table = np.array(rows, dtype=np.int64).reshape(len(years), len(COUNTS))
    return {name: table[:, place] for place, name in enumerate(COUNTS)}


def as_affiliations(start: Start) -> Affiliations:
    """The same events as ``Affiliations``; who leads and who pays is not told."""
    k = len(start.start)
    order = np.lexsort((start.org, start.event))
    return Affiliations(
        start.org[order], start.event[order], np.zeros(len(start.org), dtype=np.bool_),
        start.start, start.end, start.type, start.place.astype(np.bool_),
        np.zeros(k, dtype=np.bool_), start.ids, start.ids, tuple(f"{e:08d}" for e in range(k)),
    )  # fmt: skip
