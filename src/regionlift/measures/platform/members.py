"""Who stays on the platform: memberships three years later, survival, new kinds of actor."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import polars as pl

from regionlift.measures.network.survival import Survival, survival
from regionlift.measures.platform.sources import members_of

#: Years after which a membership is looked at again (item 79: participation per three years).
LATER = 3


@dataclass(frozen=True)
class Kept:
    """Memberships of a year with a third year told, and how many of them still are."""

    pairs: int
    still: int

    @property
    def share(self) -> float | None:
        """Share still there; None where no third year is told."""
        return self.still / self.pairs if self.pairs else None


@dataclass(frozen=True)
class Stay:
    """How members stay: all, by kind, core enterprises and institutes; survival of memberships.

    ``new`` are kinds of the last year's members without any three years before, ``known`` whether
    both years are told; ``unlisted`` counts members that the organisations do not list.
    """

    first: int
    last: int
    every: Kept
    core: Kept
    kinds: Mapping[str, Kept]
    curve: Survival
    new: tuple[str, ...]
    known: bool
    unlisted: int


def stay(
    platforms: pl.DataFrame, last: int, kinds: Mapping[str, str], cores: Set[str], level: float
) -> Stay | None:
    """Read the member lists of every year up to ``last``; None where no row lists members.

    Parameters
    ----------
    platforms : rows of the region with platform_id, year, members
    kinds : organisation -> type, "" where not known
    cores : core enterprises
    """
    lists = _lists(platforms.filter(pl.col("year") <= last))
    if not lists:
        return None
    looked = [
        (p, m, m in after)
        for (p, year), there in lists.items()
        if (after := lists.get((p, year + LATER))) is not None
        for m in sorted(there)
    ]
    by_kind = {
        k: _kept([x for x in looked if kinds.get(x[1], "") == k])
        for k in sorted({kinds.get(m, "") for _, m, _ in looked})
    }
    held = [x for x in looked if x[1] in cores or kinds.get(x[1]) == "institute"]
    years = [year for _, year in lists]
    at = {y: {m for (_, year), there in lists.items() if year == y for m in there}
          for y in (last, last - LATER)}  # fmt: skip
    now, before = ({kinds.get(m, "") for m in at[y]} - {""} for y in (last, last - LATER))
    everyone = {m for there in lists.values() for m in there}
    return Stay(
        min(years), max(years), _kept(looked), _kept(held), by_kind, _curve(lists, level),
        tuple(sorted(now - before)), bool(at[last] and at[last - LATER]),
        sum(m not in kinds for m in everyone),
    )  # fmt: skip


def _lists(platforms: pl.DataFrame) -> dict[tuple[str, int], set[str]]:
    """(sub-platform, year) -> members of all its functions; only where a list is given."""
    found: dict[tuple[str, int], set[str]] = {}
    for id, year, cell in platforms.select("platform_id", "year", "members").iter_rows():
        if year is not None and members_of(cell):
            found.setdefault((id, year), set()).update(members_of(cell))
    return found


def _kept(looked: list[tuple[str, str, bool]]) -> Kept:
    return Kept(len(looked), sum(still for *_, still in looked))


def _curve(lists: Mapping[tuple[str, int], Set[str]], level: float) -> Survival:
    """Kaplan-Meier over memberships: from the first year seen to the first year missed.

    A membership seen in its sub-platform's last list is not over; one that was there in the first
    list began at an unknown time and is left out. A year without any list ends nothing.
    """
    durations, ends, who = [], [], []
    for platform in sorted({p for p, _ in lists}):
        years = sorted(y for p, y in lists if p == platform)
        for member in sorted({m for y in years for m in lists[platform, y]}):
            there = [y for y in years if member in lists[platform, y]]
            gone = [y for y in years if y > there[0] and member not in lists[platform, y]]
            if there[0] == years[0]:
                continue
            durations.append((gone[0] if gone else years[-1] + 1) - there[0])
            ends.append(bool(gone))
            who.append(member)
    place = {m: n for n, m in enumerate(sorted(set(who)))}
    return survival(durations, ends, clusters=[place[m] for m in who], level=level)
