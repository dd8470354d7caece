"""Five functions by sub-platforms: who covers what, with what use, where they double."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import polars as pl

from regionlift.measures.platform.sources import FUNCTIONS, members_of


@dataclass(frozen=True)
class Cell:
    """A sub-platform in one function and year; ``before`` are its services the year before."""

    platform: str
    name: str
    function: str
    services: float | None
    before: float | None
    members: tuple[str, ...]
    private: float | None
    public: float | None


@dataclass(frozen=True)
class Overlap:
    """Two sub-platforms in one function, and the share of their members that is in both."""

    function: str
    first: str
    second: str
    shared: float | None


@dataclass(frozen=True)
class Coverage:
    """Cells of a year by function; ``idle`` functions have sub-platforms that gave no service."""

    year: int
    cells: tuple[Cell, ...]
    covered: tuple[str, ...]
    empty: tuple[str, ...]
    idle: tuple[str, ...]
    overlaps: tuple[Overlap, ...]

    def of(self, function: str) -> list[Cell]:
        """Sub-platforms of a function."""
        return [c for c in self.cells if c.function == function]


def coverage(platforms: pl.DataFrame, year: int) -> Coverage:
    """Sub-platforms of the year by function.

    A function is covered where one of its sub-platforms gave a service, or does not tell how many;
    where all of them say none, it is idle, and not covered.
    """
    services = {
        (r["platform_id"], r["function"], r["year"]): r["services"]
        for r in platforms.iter_rows(named=True)
    }
    now = platforms.filter(pl.col("year") == year)
    cells = tuple(
        Cell(r["platform_id"], r["name"] or r["platform_id"], r["function"], r["services"],
             services.get((r["platform_id"], r["function"], year - 1)), members_of(r["members"]),
             r["income_private"], r["income_public"])
        for r in now.sort("function", "platform_id").iter_rows(named=True)
    )  # fmt: skip
    at = {f: [c for c in cells if c.function == f] for f in FUNCTIONS}
    covered = tuple(f for f in FUNCTIONS if any(c.services is None or c.services > 0
                                                for c in at[f]))  # fmt: skip
    return Coverage(
        year, cells, covered, tuple(f for f in FUNCTIONS if not at[f]),
        tuple(f for f in FUNCTIONS if at[f] and f not in covered),
        tuple(_overlap(a, b) for f in FUNCTIONS for a, b in combinations(at[f], 2)),
    )  # fmt: skip


def _overlap(a: Cell, b: Cell) -> Overlap:
    """Jaccard: members of both / members of either; not known where a list is empty."""
    first, second = set(a.members), set(b.members)
    shared = len(first & second) / len(first | second) if first and second else None
    return Overlap(a.function, a.name, b.name, shared)
