"""Who comes, stays and goes, and which ties last (items 31, 32, 54, 84).

A record has a first and a last year. What was before the first is not seen, so an organisation
there in the first year has no known entry (left-censored); what comes after the last is not seen,
so one there in the last year has no known exit (right-censored).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from regionlift.measures.network.affiliations import TYPES, Affiliations

Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]
Years = tuple[int, int]


def share(part: int, whole: int) -> float | None:
    """Part of a whole; None where there is no whole."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Turnover:
    """Organisations and ties of two periods.

    Parameters
    ----------
    first, second : first and last year of each period
    entered, left, stayed : places of the organisations only in the second period, only in the
        first, in both; ascending
    ties_before, ties_after, ties_both : distinct pairs that meet in the first period, in the
        second, in both
    """

    first: Years
    second: Years
    entered: Longs
    left: Longs
    stayed: Longs
    ties_before: int
    ties_after: int
    ties_both: int

    @property
    def before(self) -> int:
        """Organisations of the first period."""
        return len(self.left) + len(self.stayed)

    @property
    def after(self) -> int:
        """Organisations of the second period."""
        return len(self.entered) + len(self.stayed)

    @property
    def tie_jaccard(self) -> float | None:
        """Ties in both periods over ties in either."""
        return share(self.ties_both, self.ties_before + self.ties_after - self.ties_both)

    @property
    def kept_share(self) -> float | None:
        """Share of the first period's ties that recur in the second."""
        return share(self.ties_both, self.ties_before)

    @property
    def repeat_share(self) -> float | None:
        """Share of the second period's ties that were there in the first."""
        return share(self.ties_both, self.ties_after)


def turnover(
    affiliations: Affiliations, first: Years = (2015, 2017), second: Years = (2018, 2020)
) -> Turnover:
    """Compare those who start an event in one period with those who do in a later one.

    Every organisation and tie given is counted: take ``affiliations.among(inside)`` for those of
    one region. Periods that differ in length or in the money spent differ in size for that alone.

    Raises
    ------
    ValueError
        Where a period ends before it begins, or the second does not come after the first.
    """
    _in_order(first, second)
    there, ties = [], []
    for period in (first, second):
        events = affiliations.started(*period)
        seen = np.zeros(affiliations.organisations, dtype=np.bool_)
        seen[events.org] = True
        there.append(seen)
        i, j, _ = events.ties()
        ties.append(i.astype(np.int64) * affiliations.organisations + j)
    (then, now), (before, after) = there, ties
    both = len(np.intersect1d(before, after, assume_unique=True))
    entered, left, stayed = (np.flatnonzero(x) for x in (now & ~then, then & ~now, then & now))
    return Turnover(first, second, entered, left, stayed, len(before), len(after), both)


def turnover_by(
    affiliations: Affiliations,
    place: ArrayLike,
    first: Years = (2015, 2017),
    second: Years = (2018, 2020),
    *,
    per: Literal["organisation", "participation"] = "organisation",
) -> pl.DataFrame:
    """The counts of :func:`turnover` inside every country or region, in one pass.

    Parameters
    ----------
    place : (n,) number of each organisation's place from 0, -1 where not known; or (m,) of each
        participation's, where an organisation takes part from several places
    per : what ``place`` has an entry for

    Returns
    -------
    One row a place, from 0 to the highest: ``place``; organisations ``before``, ``after``,
    ``both``; ties between two organisations of the place ``ties_before``, ``ties_after``,
    ``ties_both``; ``tie_jaccard``, null where there is no tie.

    Raises
    ------
    ValueError
        Periods as in :func:`turnover`; ``place`` of another length, or below -1.
    """
    _in_order(first, second)
    given = np.asarray(place, dtype=np.int64)
    places = _places(affiliations, given, per)
    start = affiliations.start[affiliations.event]
    period = np.where((start >= first[0]) & (start <= first[1]), 1, 0)
    period += np.where((start >= second[0]) & (start <= second[1]), 2, 0)
    kept = np.flatnonzero((period > 0) & (places >= 0))
    rows = kept[np.lexsort((affiliations.org[kept], places[kept], affiliations.event[kept]))]
    org, at, when = affiliations.org[rows].astype(np.int64), places[rows], period[rows]
    count, n = int(given.max(initial=-1)) + 1, affiliations.organisations
    whole = {"place": np.arange(count)}
    for name, codes, periods in (
        ("", at * n + org, when),
        ("ties_", *_domestic(affiliations.event[rows], at, org, when, n)),
    ):
        # a code starts with its place; its periods become one set of bits
        distinct, inverse = np.unique(codes, return_inverse=True)
        bits = np.zeros(len(distinct), dtype=np.int8)
        np.bitwise_or.at(bits, inverse, periods.astype(np.int8))
        where = distinct // (n * n if name else max(n, 1))
        for suffix, wanted in (("before", (1, 3)), ("after", (2, 3)), ("both", (3,))):
            held = np.bincount(where[np.isin(bits, wanted)], minlength=count)
            whole[name + suffix] = held
    either = pl.col("ties_before") + pl.col("ties_after") - pl.col("ties_both")
    shares = pl.when(either > 0).then(pl.col("ties_both") / either).alias("tie_jaccard")
    return pl.DataFrame(whole).with_columns(shares)


def _domestic(
    event: NDArray[np.int32], at: Longs, org: Longs, when: Longs, n: int
) -> tuple[Longs, Longs]:
    """Code and period of every pair of one event and place; rows come sorted by both, then org."""
    new = np.ones(len(org), dtype=np.bool_)
    new[1:] = (event[1:] != event[:-1]) | (at[1:] != at[:-1])
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(org)))
    # each row pairs with all later rows of its own group
    later = np.repeat(starts + sizes, sizes) - np.arange(len(org)) - 1
    one = np.repeat(np.arange(len(org)), later)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later)
    return (at[one] * n + org[one]) * n + org[other], when[one]


def presence(affiliations: Affiliations, years: Years | None = None, window: int = 1) -> Flags:
    """(n, years) whether an organisation is active in a year or was in the ``window`` - 1 before.

    Parameters
    ----------
    years : first and last year observed, by default the years in which the first and the last
        event begin; activity outside them is not looked at

    Raises
    ------
    ValueError
        Where there is no event to take the years from, they are not in order, or the window is
        less than a year.
    """
    low, high = observed(affiliations, years)
    if window < 1:
        raise ValueError(f"a window is at least 1 year; {window} was given instead")
    width = high - low + 1
    begin = np.clip(affiliations.start[affiliations.event], low, high + 1) - low
    end = np.clip(affiliations.end[affiliations.event], low - 1, high) - low
    kept = begin <= end
    who, begin = affiliations.org[kept].astype(np.int64), begin[kept]
    stop = np.minimum(end[kept] + window, width)
    size = affiliations.organisations * (width + 1)
    change = np.bincount(who * (width + 1) + begin, minlength=size).astype(np.int64)
    change -= np.bincount(who * (width + 1) + stop, minlength=size)
    running: Flags = change.reshape(-1, width + 1).cumsum(axis=1)[:, :width] > 0
    return running


def ledger(affiliations: Affiliations, years: Years | None = None, window: int = 1) -> pl.DataFrame:
    """Entries, stays and exits of every year and type of organisation.

    Organisations of a year are those of :func:`presence`. All of a year are entries (never there
    before), returns (there before, but not in the year before) or stays; all of the year before
    are stays or exits (they may return).

    Parameters
    ----------
    years, window : see :func:`presence`, which also names the errors

    Returns
    -------
    ``year``, ``type`` (a name of ``TYPES`` or "unknown"; only types that occur), ``active``,
    ``entries``, ``returns``, ``stays``, ``exits``: null in the first year, of which they are not
    known; ``left_censored``: active in the first year, entry not seen; ``right_censored``: active
    in the last year, exit not seen. The two are zero in other years.
    """
    low, high = observed(affiliations, years)
    there = presence(affiliations, (low, high), window)
    ever = np.logical_or.accumulate(there, axis=1)
    past, known = there[:, :-1], ever[:, :-1]
    now = there[:, 1:]
    parts = {"active": there, "entries": now & ~known, "returns": now & known & ~past,
             "stays": now & past, "exits": past & ~now}  # fmt: skip
    rows = []
    for code in np.unique(affiliations.type).tolist():
        of = affiliations.type == code
        counts = {name: flags[of].sum(axis=0).tolist() for name, flags in parts.items()}
        for t, year in enumerate(range(low, high + 1)):
            row: dict[str, int | str | None] = {
                "year": year, "type": TYPES[code] if code >= 0 else "unknown",
            }  # fmt: skip
            row["active"] = counts["active"][t]
            for name in ("entries", "returns", "stays", "exits"):
                row[name] = counts[name][t - 1] if t else None
            row["left_censored"] = counts["active"][t] if year == low else 0
            row["right_censored"] = counts["active"][t] if year == high else 0
            rows.append(row)
    whole = ("active", "entries", "returns", "stays", "exits", "left_censored", "right_censored")
    schema = {"year": pl.Int64, "type": pl.String} | dict.fromkeys(whole, pl.Int64)
    return pl.DataFrame(rows, schema=schema).sort("year", "type")


def tie_ledger(
    affiliations: Affiliations, years: Years | None = None, within: int = 3
) -> pl.DataFrame:
    """Persistence and repetition of ties by year: trust that can be seen (Gulati 1995).

    A tie is formed in a year in which an event of both begins. That it is active in the next year
    follows largely from how long events run; that the two meet again in another event does not.

    Parameters
    ----------
    years : as in :func:`presence`; events that begin outside them are left out
    within : years after the one in which the tie is formed in which meeting again counts

    Returns
    -------
    ``year``; ties ``active``, of these in the next year too ``lasting``; ties ``formed``, of these
    met in an earlier year ``repeated``, for the first time ``new``, met again in 1 to ``within``
    years ``renewed``; ``new_public``: new ties in an event paid for with public money; shares
    ``lasting_share``, ``repeat_share``, ``renewed_share``, ``public_share`` (of new ties). Null
    where the record does not reach far enough to tell, or there is no tie.

    Raises
    ------
    ValueError
        As :func:`presence`, or where ``within`` is less than a year.
    """
    low, high = observed(affiliations, years)
    if within < 1:
        raise ValueError(f"ties are renewed within at least 1 year; {within} was given instead")
    events = affiliations.started(low, high)
    i, j, event = events.pairs()
    met, tie = np.unique(i.astype(np.int64) * events.organisations + j, return_inverse=True)
    start, end = events.start[event].astype(np.int64), events.end[event]
    # one row a tie and year in which it is formed, in order
    formed, inverse = np.unique(tie * (high - low + 1) + start - low, return_inverse=True)
    public = np.zeros(len(formed), dtype=np.bool_)
    np.logical_or.at(public, inverse, events.public[event])
    of, year = np.divmod(formed, high - low + 1)
    first = np.ones(len(of), dtype=np.bool_)
    first[1:] = of[1:] != of[:-1]
    renewed = np.zeros(len(of), dtype=np.bool_)
    renewed[:-1] = ~first[1:] & (np.diff(year) <= within)
    rows = []
    running = _running(tie, start, end, low, len(met))
    for t in range(low, high + 1):
        now = year == t - low
        coming = _running(tie, start, end, t + 1, len(met))
        active, made, new = int(running.sum()), int(now.sum()), int((now & first).sum())
        lasting = int((running & coming).sum()) if t < high else None
        repeated = made - new if t > low else None
        again = int((now & renewed).sum()) if t + within <= high else None
        paid = int((now & first & public).sum()) if t > low else None
        rows.append({
            "year": t, "active": active, "lasting": lasting, "formed": made,
            "repeated": repeated, "new": new if t > low else None, "renewed": again,
            "new_public": paid,
            "lasting_share": None if lasting is None else share(lasting, active),
            "repeat_share": None if repeated is None else share(repeated, made),
            "renewed_share": None if again is None else share(again, made),
            "public_share": None if paid is None else share(paid, new),
        })  # fmt: skip
        running = coming
    schema = {name: pl.Float64 if name.endswith("_share") else pl.Int64 for name in rows[0]}
    return pl.DataFrame(rows, schema=schema)


def tie_ages(affiliations: Affiliations, year: int) -> pl.DataFrame:
    """How long ago the two of each tie active in a year first met in an event.

    Returns
    -------
    ``age`` in years, ``ties``, and ``at_least``: whether they met in the first year of the record
    and may have met before it. Rows with ties only, by age.
    """
    i, j, event = affiliations.pairs()
    met, tie = np.unique(i.astype(np.int64) * affiliations.organisations + j, return_inverse=True)
    start, end = affiliations.start[event], affiliations.end[event]
    first = np.full(len(met), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, tie, start)
    ages = year - first[_running(tie, start, end, year, len(met))]
    age, ties = np.unique(ages, return_counts=True)
    oldest = year - int(affiliations.start.min()) if len(affiliations.start) else 0
    return pl.DataFrame(
        {"age": age.astype(np.int64), "ties": ties.astype(np.int64), "at_least": age == oldest}
    )


@dataclass(frozen=True)
class CodeTurnover:
    """Technology codes only in the first of two periods, only in the second, in both."""

    lost: tuple[str, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def lost_share(self) -> float | None:
        """Share of the first period's codes that are gone in the second."""
        return share(len(self.lost), len(self.lost) + len(self.kept))

    @property
    def new_share(self) -> float | None:
        """Share of the second period's codes that are not in the first."""
        return share(len(self.new), len(self.new) + len(self.kept))

    @property
    def jaccard(self) -> float | None:
        """Codes in both periods over codes in either."""
        return share(len(self.kept), len(self.lost) + len(self.new) + len(self.kept))


def code_turnover(
    affiliations: Affiliations,
    codes: Sequence[Sequence[str]],
    first: Years = (2015, 2017),
    second: Years = (2018, 2020),
    fewest: int = 1,
) -> CodeTurnover:
    """Technologies new and lost between two periods (item 32).

    Parameters
    ----------
    codes : (k) the technology codes of each event, such as IPC subclasses
    fewest : events of a period that must carry a code for it to count as there; rare codes come
        and go by chance, so that a higher number lowers both shares

    Raises
    ------
    ValueError
        Periods as in :func:`turnover`; ``codes`` of another length than there are events.
    """
    _in_order(first, second)
    if len(codes) != len(affiliations.start):
        raise ValueError(f"{len(codes)} lists of codes for {len(affiliations.start)} events")
    if fewest < 1:
        raise ValueError(f"a code is there with at least 1 event; {fewest} was given instead")
    sets = []
    for low, high in (first, second):
        inside = np.flatnonzero((affiliations.start >= low) & (affiliations.start <= high))
        carried = [code for e in inside.tolist() for code in set(codes[e])]
        names, counts = np.unique(np.array(carried, dtype=object), return_counts=True)
        sets.append({str(x) for x, c in zip(names, counts, strict=True) if c >= fewest})
    then, now = sets
    return CodeTurnover(*(tuple(sorted(x)) for x in (then - now, now - then, then & now)))


def observed(affiliations: Affiliations, years: Years | None = None) -> Years:
    """First and last year of the record: those given, else of the first and last start.

    Raises
    ------
    ValueError
        Where there is no event to take them from, or they are not in order.
    """
    if years is None:
        if not len(affiliations.start):
            raise ValueError("there is no event: say which years are observed")
        return int(affiliations.start.min()), int(affiliations.start.max())
    if years[0] > years[1]:
        raise ValueError(f"years must be in order; {years[0]}-{years[1]} was given instead")
    return years


def _running(
    tie: Longs, start: NDArray[np.integer], end: NDArray[np.integer], year: int, ties: int
) -> Flags:
    """Whether any event of each tie is active in the year."""
    flags = np.zeros(ties, dtype=np.bool_)
    flags[tie[(start <= year) & (end >= year)]] = True
    return flags


def _places(affiliations: Affiliations, places: Longs, per: str) -> Longs:
    """(m,) place of each participation."""
    lengths = {"organisation": affiliations.organisations, "participation": len(affiliations.org)}
    if per not in lengths:
        raise ValueError(f"per is one of {', '.join(lengths)}; {per} was given instead")
    if places.shape != (lengths[per],):
        raise ValueError(f"place has shape {places.shape}; there are {lengths[per]} {per}s")
    if places.min(initial=0) < -1:
        raise ValueError(f"places are numbered from 0, -1 is unknown; {places.min()} was given")
    return places[affiliations.org] if per == "organisation" else places


def _in_order(first: Years, second: Years) -> None:
    """Raise where two periods are not one after the other."""
    if not first[0] <= first[1] < second[0] <= second[1]:
        raise ValueError(
            "two periods one after the other; "
            f"{first[0]}-{first[1]} and {second[0]}-{second[1]} were given instead"
        )
