"""Organisations and the events they take part in: the two-mode network everything is read from.

Ties between organisations are never stored; they follow from the events. One large consortium
is one event, not a thousand ties.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

#: Types of an organisation, as the contract has them; a code is the place in this list, -1 unknown.
TYPES = (
    "enterprise", "university", "institute", "government", "finance", "intermediary", "platform",
    "alliance", "foreign",
)  # fmt: skip

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Affiliations:
    """Who took part in what, when.

    Parameters
    ----------
    org, event : (m,) one entry a participation: places in the lists below; a pair occurs once
    lead : (m,) whether the organisation leads the event; False where that is not known
    start, end : (k,) first and last year in which the event is active
    type : (n,) place in ``TYPES`` of each organisation, -1 where not known
    inside : (n,) whether the organisation is of the region studied
    public : (k,) whether public money paid for the event; False where that is not known
    ids : (n,) identifier of each organisation, in ascending order
    names : (n,) printed name, the identifier where there is none
    events : (k,) identifier of each event
    country : (n,) number of the country of each organisation, -1 where not known; None where the
        tables have no countries

    Participations are sorted by event, and events by start year, then identifier.
    """

    org: Ints
    event: Ints
    lead: Flags
    start: Ints
    end: Ints
    type: NDArray[np.int8]
    inside: Flags
    public: Flags
    ids: tuple[str, ...]
    names: tuple[str, ...]
    events: tuple[str, ...]
    country: Ints | None = None

    @property
    def organisations(self) -> int:
        """Number of organisations n."""
        return len(self.ids)

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """(k + 1,) members of event e are ``org[offsets[e]:offsets[e + 1]]``."""
        return np.searchsorted(self.event, np.arange(len(self.start) + 1)).astype(np.int64)

    @property
    def sizes(self) -> Ints:
        """(k,) members of each event."""
        return np.diff(self.offsets).astype(np.int32)

    def where(self, chosen: Flags) -> Affiliations:
        """Only these events (a mask); every organisation keeps its place."""
        kept = chosen[self.event]
        renumbered = np.cumsum(chosen) - 1
        return replace(
            self,
            org=self.org[kept],
            event=renumbered[self.event[kept]].astype(np.int32),
            lead=self.lead[kept],
            start=self.start[chosen],
            end=self.end[chosen],
            public=self.public[chosen],
            events=tuple(e for e, c in zip(self.events, chosen, strict=True) if c),
        )

    def among(self, chosen: Flags) -> Affiliations:
        """Only these organisations (a mask), renumbered; events without any of them go."""
        renumbered = (np.cumsum(chosen) - 1).astype(np.int32)
        kept = chosen[self.org]
        places = np.flatnonzero(chosen)
        fewer = replace(
            self,
            org=renumbered[self.org[kept]],
            event=self.event[kept],
            lead=self.lead[kept],
            type=self.type[chosen],
            inside=self.inside[chosen],
            ids=tuple(self.ids[i] for i in places),
            names=tuple(self.names[i] for i in places),
            country=None if self.country is None else self.country[chosen],
        )
        held = np.zeros(len(self.start), dtype=np.bool_)
        held[fewer.event] = True
        return fewer.where(held)

    @property
    def present(self) -> Flags:
        """(n,) whether an organisation takes part in any of the events."""
        there = np.zeros(self.organisations, dtype=np.bool_)
        there[self.org] = True
        return there

    def started(self, first: int, last: int) -> Affiliations:
        """Only events that start in these years, both included."""
        return self.where((self.start >= first) & (self.start <= last))

    def active(self, year: int) -> Affiliations:
        """Only events that are active in this year."""
        return self.where((self.start <= year) & (self.end >= year))

    def ties(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Ints]:
        """Distinct pairs (i < j) that meet in an event, and in how many.

        Returns
        -------
        Three arrays of one length, sorted by i, then j.
        """
        first, second, _ = self.pairs()
        code = first.astype(np.int64) * self.organisations + second
        distinct, times = np.unique(code, return_counts=True)
        i, j = np.divmod(distinct, max(self.organisations, 1))
        return i.astype(np.int32), j.astype(np.int32), times.astype(np.int32)

    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """Every pair (i < j) of members of every event, and the event."""
        sizes = self.sizes.astype(np.int64)
        # participation p pairs with all later members of its own event
        place = np.arange(len(self.org)) - np.repeat(self.offsets[:-1], sizes)
        later = np.repeat(sizes, sizes) - place - 1
        first = np.repeat(np.arange(len(self.org)), later)
        step = np.arange(later.sum()) - np.repeat(np.cumsum(later) - later, later)
        second = first + 1 + step
        a, b = self.org[first], self.org[second]
        return np.minimum(a, b), np.maximum(a, b), self.event[first]
