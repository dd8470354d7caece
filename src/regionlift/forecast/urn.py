"""Participation urn with team inheritance: how projects, teams and organisations follow.

Seats of a project go to newcomers with the Pitman-Yor probability
:math:`(\\theta + \\sigma N)/(\\theta + U)` after U participations of N organisations, the others to
organisations drawn by :math:`n_i - \\sigma` from the participations of the last years, or to the
team of an earlier project together (Pitman & Yor 1997, The two-parameter Poisson-Dirichlet
distribution, Annals of Probability 25(2)).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from regionlift.evidence.compiled import kernel
from regionlift.forecast.parameters import Rates
from regionlift.forecast.state import Bytes, Floats, Ints, Longs, Told

#: A year that does not come.
NEVER = 1_000_000


@kernel
def slot(table: Longs, i: int, j: int) -> int:
    """Place of the pair (i < j) in an open-addressed table, or of the gap it would fill.

    An entry holds i (21 bits), j (21), the last year in which an event of theirs started (10) and
    the last year in which one runs (10), both counted from the first year; a gap is -1.
    """
    mask = len(table) - 1
    mixed = (i * 73856093) ^ (j * 19349663)
    at = (mixed ^ (mixed >> 17)) & mask
    pair = i * 2097152 + j
    while table[at] != -1 and table[at] >> 20 != pair:
        at = (at + 1) & mask
    return at


@kernel
def meetings(org: Ints, offsets: Longs, start: Ints, end: Ints, first: int) -> tuple[Longs, int]:
    """Table of the pairs that met, see ``slot``, and their number."""
    pairs = 0
    for e in range(len(start)):
        size = offsets[e + 1] - offsets[e]
        pairs += size * (size - 1) // 2
    length = 1024
    while length < 2 * pairs:
        length *= 2
    table = np.full(length, -1, np.int64)
    held = 0
    for e in range(len(start)):
        for a in range(offsets[e], offsets[e + 1]):
            for b in range(a + 1, offsets[e + 1]):
                i = min(int(org[a]), int(org[b]))
                j = max(int(org[a]), int(org[b]))
                at = slot(table, i, j)
                runs = min(int(end[e]) - first, 1023)
                if table[at] == -1:
                    held += 1
                else:
                    runs = max(runs, int(table[at] & 1023))
                table[at] = ((i * 2097152 + j) << 20) + ((int(start[e]) - first) << 10) + runs
    return table, held


@kernel
def partner(
    rng: np.random.Generator, i: int, low: int, org: Ints, offsets: Longs, at_event: Ints,
    latest: Ints, before: Ints,
) -> int:  # fmt: skip
    """Participation of a random member of a random remembered event of i, -1 where none is."""
    events = 0
    s = latest[i]
    while s >= low:
        events += 1
        s = before[s]
    if events == 0:
        return -1
    s = latest[i]
    for _ in range(int(rng.random() * events)):
        s = before[s]
    e = at_event[s]
    return int(offsets[e] + int(rng.random() * (offsets[e + 1] - offsets[e])))


@kernel
def learn(
    rng: np.random.Generator, members: Ints, knowledge: Floats, type: Bytes, alpha: Floats,
    barter: bool,
) -> None:  # fmt: skip
    """Each member learns from a random other member where that one knows most more than it.

    With ``barter`` both must have something to teach (Cowan & Jonard 2004); else one way is
    enough. The learner closes the share ``alpha`` of its type of the gap.
    """
    size = len(members)
    kinds = knowledge.shape[1]
    for m in range(size):
        other = int(rng.random() * (size - 1))
        if other >= m:
            other += 1
        i, j = members[m], members[other]
        mine, yours, gain, give = 0, 0, 0.0, 0.0
        for c in range(kinds):
            gap = knowledge[j, c] - knowledge[i, c]
            if gap > gain:
                gain, mine = gap, c
            if -gap > give:
                give, yours = -gap, c
        if barter and (gain <= 0.0 or give <= 0.0):
            continue
        knowledge[i, mine] += alpha[type[i] + 1] * gain
        knowledge[j, yours] += alpha[type[j] + 1] * give


@kernel
def grow(
    rng: np.random.Generator,
    rates: Rates,
    alpha: Floats,
    type_mix: Floats,
    inside: float,
    origin: int,
    first: int,
    old_org: Ints,
    old_offsets: Longs,
    old_start: Ints,
    old_end: Ints,
    old_type: Bytes,
    old_place: Bytes,
    opened: Longs,
    met: Longs,
    met_count: int,
    sizes: Ints,
    durations: Ints,
    alliance: NDArray[np.bool_],
    years: Longs,
    odds: Floats,
    quota: Floats,
    brought: Longs,
    lost: Ints,
    lost_year: Ints,
) -> Told:
    """Grow the network by the projects that are given, year by year.

    Parameters
    ----------
    rng : the only source of chance; uniform draws
    rates : parameters
    alpha : (types + 1,) share of a knowledge gap that is closed, by type, unknown first
    type_mix : (types + 1,) cumulative type shares of newcomers, unknown first
    inside : share of newcomers inside the region
    origin, first : last and first year observed
    old_... , opened : see ``Start``
    met, met_count : see ``meetings``
    sizes, durations, alliance : (p,) projects to come: members, years after the first, alliance
    years : (horizon + 1,) projects of year h are ``years[h]:years[h + 1]``
    odds : (horizon,) factor on the odds of a newcomer
    quota : (horizon,) least probability of a newcomer
    brought : (horizon, types) organisations brought in, by type
    lost, lost_year : organisations that leave all projects at the start of a year

    Returns
    -------
    Told
        ``counts`` (horizon, names in ``COUNTS``), ``by_type`` (horizon, types + 1) active ones,
        ``knowledge`` (horizon, 2) mean of active ones over all kinds and of the shared kind, and
        all events.
    """
    horizon = len(years) - 1
    n = len(old_type)
    held_events = len(old_start)
    held_seats = len(old_org)
    room = n + int(sizes.sum()) + int(brought.sum())
    seats_room = held_seats + int(sizes.sum())
    events_room = held_events + len(sizes)
    org = np.empty(seats_room, np.int32)
    at_event = np.empty(seats_room, np.int32)
    before = np.empty(seats_room, np.int32)
    offsets = np.empty(events_room + 1, np.int64)
    start = np.empty(events_room, np.int32)
    end = np.empty(events_room, np.int32)
    type = np.empty(room, np.int8)
    place = np.empty(room, np.int8)
    latest = np.empty(room, np.int32)
    last_end = np.empty(room, np.int32)
    entered = np.empty(room, np.int32)
    checked = np.empty(room, np.int32)
    gone = np.empty(room, np.bool_)
    cut = np.empty(room, np.int32)
    weight = np.empty(room, np.int32)
    mark = np.empty(room, np.int32)
    was = np.empty(room, np.bool_)
    knowledge = np.empty((room, rates.kinds), np.float64)
    # room for all pairs at once: to grow the table costs more than to touch a larger one
    most = met_count
    for p in range(len(sizes)):
        most += int(sizes[p]) * (int(sizes[p]) - 1) // 2
    length = len(met)
    while 4 * most > 3 * length:
        length *= 2
    table = np.full(length, -1, np.int64)
    for x in range(len(met)):
        if met[x] != -1:
            pair = met[x] >> 20
            table[slot(table, pair >> 21, pair & 2097151)] = met[x]
    # ties that no longer run from a year on, by year from the first
    over = np.zeros(origin - first + horizon + 3, np.int64)
    running = 0
    counts = np.zeros((horizon, 10), np.int64)
    by_type = np.zeros((horizon, len(type_mix)), np.int64)
    known = np.zeros((horizon, 2), np.float64)
    waiting = np.zeros(len(type_mix), np.int64)

    org[:held_seats] = old_org
    offsets[: held_events + 1] = old_offsets
    start[:held_events] = old_start
    end[:held_events] = old_end
    type[:n] = old_type
    place[:n] = old_place
    latest[:n], last_end[:n], checked[:n], mark[:n] = -1, -1, 0, -1
    gone[:n], cut[:n], weight[:n] = False, NEVER, 0
    for e in range(held_events):
        for s in range(old_offsets[e], old_offsets[e + 1]):
            i = old_org[s]
            at_event[s] = e
            before[s] = latest[i]
            if latest[i] == -1:
                entered[i] = old_start[e]
            latest[i] = s
            last_end[i] = max(last_end[i], old_end[e])
    for i in range(n):
        was[i] = last_end[i] >= origin
        for c in range(rates.kinds):
            knowledge[i, c] = rng.random()
    last_year = len(over) - 1
    for x in range(len(table)):
        if table[x] != -1 and (table[x] & 1023) > origin - first:
            running += 1
            over[min((table[x] & 1023) + 1, last_year)] += 1

    # tickets of the window are one slice, since participations are in order of their start
    begins = np.empty(origin - first + 1 + horizon + 1, np.int64)
    begins[: origin - first + 2] = opened
    low = 0
    for s in range(held_seats):
        weight[org[s]] += 1
    top_weight = math.exp(max(rates.same_type, 0.0) + max(rates.same_place, 0.0))
    seat = held_seats
    event = held_events

    for h in range(horizon):
        now = origin + 1 + h
        begins[now - first] = seat
        running -= over[now - first]
        for x in range(len(lost)):
            if lost_year[x] != now:
                continue
            i = lost[x]
            gone[i] = True
            cut[i] = now - 1
            s = latest[i]
            while s != -1:
                e = at_event[s]
                s = before[s]
                if end[e] < now:
                    continue
                for b in range(offsets[e], offsets[e + 1]):
                    j = org[b]
                    at = slot(table, min(int(i), int(j)), max(int(i), int(j)))
                    runs = table[at] & 1023
                    if j != i and runs >= now - first:
                        running -= 1
                        over[min(runs + 1, last_year)] -= 1
                        table[at] += now - 1 - first - runs
        whole = int(rates.memory)
        edge = now - first - whole
        bound = 0
        if edge >= 1:
            part = (rates.memory - whole) * (begins[edge] - begins[edge - 1])
            bound = begins[edge] - int(part)
        while low < bound:
            weight[org[low]] -= 1
            low += 1
        waiting_all = 0
        for c in range(brought.shape[1]):
            waiting[c + 1] += brought[h, c]
        for c in range(len(waiting)):
            waiting_all += waiting[c]
        to_fill = 0
        for p in range(years[h], years[h + 1]):
            to_fill += sizes[p]
        formed, repeats, entries = 0, 0, 0

        for p in range(years[h], years[h + 1]):
            size = int(sizes[p])
            e = event
            base = seat
            offsets[e + 1] = base + size
            start[e] = now
            end[e] = now + durations[p]
            chance = (rates.theta + rates.sigma * n) / (rates.theta + seat)
            chance = odds[h] * chance / (1.0 - chance + odds[h] * chance)
            chance = min(max(chance, quota[h]), 1.0)
            # Polya scheme: the number of newcomers is beta-binomial
            fresh = 0
            for s in range(size):
                if rng.random() < (chance * rates.gather + fresh) / (rates.gather + s):
                    fresh += 1
            # an alliance comes with the whole team of its leader; newcomers take what is left
            olds = max(size - fresh, 1) if alliance[p] else size - fresh
            limit = size if alliance[p] else olds
            filled = 0
            core = -1
            while filled < size:
                pick = -1
                calls = filled < olds and filled > 0 and waiting_all > 0
                if calls and rng.random() * to_fill * (1.0 - chance) < waiting_all:
                    pick = -2
                elif filled < olds:
                    tries = 0
                    spare = -1
                    while pick == -1 and tries < rates.candidates and seat > low:
                        tries += 1
                        if filled > 0 and rng.random() < rates.trust:
                            ticket = partner(
                                rng, org[base + int(rng.random() * filled)], low, org, offsets,
                                at_event, latest, before,
                            )  # fmt: skip
                            if ticket == -1:
                                continue
                            i = org[ticket]
                        else:
                            ticket = low + int(rng.random() * (base - low))
                            if base == low:
                                break
                            i = org[ticket]
                            if rng.random() * weight[i] < rates.sigma:
                                continue
                        if gone[i] or mark[i] == e:
                            continue
                        quiet = now - 1 - max(last_end[i], checked[i])
                        if quiet > 0 and rates.leave > 0.0:
                            stays = 1.0
                            for _ in range(quiet):
                                stays *= 1.0 - rates.leave
                            checked[i] = now - 1
                            if rng.random() >= stays:
                                gone[i] = True
                                continue
                        spare = i
                        if filled > 0:
                            lead = org[base]
                            fit = 1.0 / top_weight
                            tilt = 0.0
                            if type[i] == type[lead]:
                                tilt += rates.same_type
                            if place[i] == place[lead]:
                                tilt += rates.same_place
                            if rates.cognition > 0.0:
                                apart = 0.0
                                for c in range(rates.kinds):
                                    gap = knowledge[i, c] - knowledge[lead, c]
                                    apart += gap * gap
                                off = math.sqrt(apart / rates.kinds) - rates.ideal_distance
                                tilt -= rates.cognition * off * off
                            if tilt != 0.0:
                                fit *= math.exp(tilt)
                            if fit < 1.0 and rng.random() >= fit:
                                continue
                            if rng.random() < rates.closure:
                                b = org[base + int(rng.random() * filled)]
                                at = slot(table, min(int(i), int(b)), max(int(i), int(b)))
                                if table[at] == -1:
                                    continue
                        elif alliance[p] or rng.random() < rates.inherit:
                            core = at_event[ticket]
                        pick = i
                    if pick == -1:
                        pick = spare
                if pick < 0:
                    # a newcomer, or one brought in, or nobody was left to draw
                    bring = pick == -2
                    pick = n
                    n += 1
                    entries += 1
                    entered[pick] = now
                    latest[pick], last_end[pick], checked[pick] = -1, -1, 0
                    gone[pick], was[pick], cut[pick], weight[pick] = False, False, NEVER, 0
                    if bring:
                        c = 0
                        left = int(rng.random() * waiting_all)
                        while left >= waiting[c]:
                            left -= waiting[c]
                            c += 1
                        waiting[c] -= 1
                        waiting_all -= 1
                        type[pick] = c - 1
                        place[pick] = 1
                    else:
                        u = rng.random()
                        c = 0
                        while c < len(type_mix) - 1 and u >= type_mix[c]:
                            c += 1
                        type[pick] = c - 1
                        place[pick] = 1 if rng.random() < inside else 0
                    for c in range(rates.kinds):
                        knowledge[pick, c] = rng.random()
                org[seat] = pick
                mark[pick] = e
                seat += 1
                filled += 1
                to_fill -= 1
                if core != -1:
                    # the earlier team comes as a group
                    for s in range(offsets[core], offsets[core + 1]):
                        i = org[s]
                        if filled >= limit or mark[i] == e or gone[i]:
                            continue
                        if alliance[p] or rng.random() < rates.keep:
                            org[seat] = i
                            mark[i] = e
                            seat += 1
                            filled += 1
                            to_fill -= 1
                    core = -1
            for s in range(base, seat):
                i = org[s]
                at_event[s] = e
                before[s] = latest[i]
                latest[i] = s
                weight[i] += 1
                last_end[i] = max(last_end[i], end[e])
                for b in range(base, s):
                    j = org[b]
                    x = min(int(i), int(j))
                    y = max(int(i), int(j))
                    at = slot(table, x, y)
                    runs = min(int(end[e]) - first, 1023)
                    entry = table[at]
                    old_runs = 0
                    if entry == -1:
                        formed += 1
                    else:
                        old_runs = entry & 1023
                        if ((entry >> 10) & 1023) < now - first:
                            formed += 1
                            repeats += 1
                    if old_runs < now - first:
                        running += 1
                    else:
                        runs = max(runs, old_runs)
                        over[min(old_runs + 1, last_year)] -= 1
                    over[min(runs + 1, last_year)] += 1
                    table[at] = ((x * 2097152 + y) << 20) + ((now - first) << 10) + runs
            event += 1
            if alliance[p]:
                for s in range(base, seat):
                    i = org[s]
                    knowledge[i, 0] += rates.sharing * (1.0 - knowledge[i, 0])
            if size > 1:
                learn(rng, org[base:seat], knowledge, type, alpha, rates.barter)

        active, exits, returns = 0, 0, 0
        for i in range(n):
            on = last_end[i] >= now and cut[i] >= now
            if was[i] and not on:
                exits += 1
            if on and not was[i] and entered[i] < now:
                returns += 1
            was[i] = on
            if not on:
                continue
            active += 1
            by_type[h, type[i] + 1] += 1
            for c in range(rates.kinds):
                known[h, 0] += knowledge[i, c]
            known[h, 1] += knowledge[i, 0]
        if active > 0:
            known[h, 0] /= active * rates.kinds
            known[h, 1] /= active
        counts[h, 0] = active
        counts[h, 1] = entries
        counts[h, 2] = exits
        counts[h, 3] = returns
        counts[h, 4] = running
        counts[h, 5] = formed - repeats
        counts[h, 6] = repeats
        counts[h, 7] = formed
        counts[h, 8] = seat - begins[now - first]
        counts[h, 9] = years[h + 1] - years[h]
    return Told(
        counts, by_type, known, org[:seat], offsets[: event + 1], start[:event], end[:event],
        type[:n], place[:n],
    )  # fmt: skip
