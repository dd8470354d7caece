"""What simulated and observed years are compared on: one kernel for both."""

from __future__ import annotations

import numpy as np

from regionlift.evidence.compiled import kernel
from regionlift.forecast.state import COUNTS, Bytes, Floats, Ints, Longs

#: Names of the summaries, in the order of ``summaries``; the first ``CHECKED`` are looked at but
#: do not choose the nearest simulations, since other parts of the model are fitted to them.
SUMMARIES = (
    "entries", "exits", "returns", "active", "ties", "formed per pair of seats",
    "repeat share of formed ties", "largest overlap with an earlier team",
    "projects with half of an earlier team", "repeat share outside that team",
    "seats of those seen within a year", "seats of those not seen for two years",
    "pairs of one type", "pairs of one place", "distinct old organisations per old seat",
    "concentration of old seats",
)  # fmt: skip
CHECKED = 1


@kernel
def team_summaries(
    org: Ints, offsets: Longs, start: Ints, type: Bytes, place: Bytes, first: int
) -> Floats:
    """Summaries of the events that start from a year on, given all events before them.

    Parameters
    ----------
    org, offsets, start : events in order of their start
    type, place : (n,) of each organisation
    first : first year summarised

    Returns
    -------
    (10,) pairs of seats, and the nine summaries from "largest overlap" on.
    """
    n = len(type)
    events = len(start)
    latest = np.full(n, -1, np.int64)
    before = np.empty(len(org), np.int64)
    at_event = np.empty(len(org), np.int64)
    last_start = np.full(n, -1, np.int64)
    overlap = np.zeros(events, np.int64)
    seen = np.full(events, -1, np.int64)
    met = np.full(n, -1, np.int64)
    seats = np.zeros(n, np.int64)
    pairs, projects, half, largest = 0, 0, 0, 0.0
    old_seats, recent, distant, alike, near = 0, 0, 0, 0, 0
    out_pairs, out_repeat = 0, 0
    for e in range(events):
        low, high = offsets[e], offsets[e + 1]
        size = high - low
        if start[e] >= first:
            top, best = 0, -1
            for s in range(low, high):
                i = org[s]
                if latest[i] != -1:
                    old_seats += 1
                    seats[i] += 1
                    gap = start[e] - last_start[i]
                    recent += int(gap <= 1)
                    distant += int(gap >= 3)
                q = latest[i]
                while q != -1:
                    f = at_event[q]
                    if seen[f] != e:
                        seen[f] = e
                        overlap[f] = 0
                    overlap[f] += 1
                    if overlap[f] > top:
                        top, best = overlap[f], f
                    q = before[q]
            if size > 2:
                projects += 1
                if top > 1:
                    largest += (top - 1) / (size - 1)
                    half += int(2 * top >= size)
            # members of the best earlier team are marked, pairs outside it counted
            if best != -1 and top > 1:
                for s in range(offsets[best], offsets[best + 1]):
                    seats[org[s]] += 1000000
            for s in range(low, high):
                i = org[s]
                q = latest[i]
                while q != -1:
                    f = at_event[q]
                    for b in range(offsets[f], offsets[f + 1]):
                        met[org[b]] = s
                    q = before[q]
                for b in range(s + 1, high):
                    j = org[b]
                    pairs += 1
                    alike += int(type[i] == type[j])
                    near += int(place[i] == place[j])
                    if (
                        latest[i] != -1
                        and latest[j] != -1
                        and (seats[i] < 1000000 or seats[j] < 1000000)
                    ):
                        out_pairs += 1
                        out_repeat += int(met[j] == s)
            if best != -1 and top > 1:
                for s in range(offsets[best], offsets[best + 1]):
                    seats[org[s]] -= 1000000
        for s in range(low, high):
            i = org[s]
            at_event[s] = e
            before[s] = latest[i]
            latest[i] = s
            last_start[i] = start[e]
    distinct, squares = 0, 0.0
    for i in range(n):
        distinct += int(seats[i] > 0)
        squares += float(seats[i]) * float(seats[i])
    out = np.zeros(10)
    out[0] = pairs
    out[1] = largest / max(projects, 1)
    out[2] = half / max(projects, 1)
    out[3] = out_repeat / max(out_pairs, 1)
    out[4] = recent / max(old_seats, 1)
    out[5] = distant / max(old_seats, 1)
    out[6] = alike / max(pairs, 1)
    out[7] = near / max(pairs, 1)
    out[8] = distinct / max(old_seats, 1)
    out[9] = np.log(max(squares, 1.0) / max(old_seats, 1))
    return out


def summaries(
    counts: Longs,
    org: Ints,
    offsets: Longs,
    start: Ints,
    type: Bytes,
    place: Bytes,
    first: int,
) -> Floats:
    """Summaries of some years, (len(SUMMARIES),).

    Parameters
    ----------
    counts : (years, len(COUNTS)) yearly counts of the years summarised, ``first`` and later
    org, offsets, start, type, place, first : see ``team_summaries``

    Counts enter as logarithms of one more, shares as square roots: their spread is then about the
    same whatever their size.
    """
    team = team_summaries(org, offsets, start, type, place, first)
    total = dict(zip(COUNTS, counts.sum(axis=0).astype(float), strict=True))
    last = dict(zip(COUNTS, counts[-1].astype(float), strict=True))
    formed = max(total["formed_ties"], 1.0)
    levels = [total["entries"], total["exits"], total["returns"], last["active"], last["ties"]]
    shares = [formed / max(team[0], 1.0), total["repeat_ties"] / formed, *team[1:9]]
    done: Floats = np.concatenate([np.log1p(levels), np.sqrt(shares), team[9:]])
    return done
