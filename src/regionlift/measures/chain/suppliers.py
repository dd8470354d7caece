"""Core enterprises and those who supply them: how many, how local, shared with whom, how able."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.chain.newest import newest


@dataclass(frozen=True)
class Purchases:
    """Purchases between firms in one year: columns supplier, buyer, value, local (or null)."""

    year: int
    rows: pl.DataFrame


@dataclass(frozen=True)
class CoreSupply:
    """Who supplies one core enterprise.

    ``local`` and ``outside`` are ids of suppliers; ``rate`` is the local share of what it buys, by
    value; ``shared`` of its local suppliers also supply another core; ``only`` have no other buyer
    in the tables.
    """

    id: str
    local: tuple[str, ...]
    outside: tuple[str, ...]
    bought: float
    bought_here: float
    largest_share: float | None
    shared: int
    only: tuple[str, ...]

    @property
    def rate(self) -> float | None:
        """Local share of purchases."""
        return self.bought_here / self.bought if self.bought > 0 else None


@dataclass(frozen=True)
class Ability:
    """Whether the suppliers of cores stay able, beside the other placed firms (item 70).

    ``intensity`` (R&D over revenue) and ``certified`` (share of little giants and champions) are
    those of the suppliers, then of the others; ``patents`` of the suppliers in the last years, then
    in as many years before.
    """

    suppliers: int
    others: int
    intensity: tuple[float | None, float | None]
    certified: tuple[float | None, float | None]
    patents: tuple[int, int] | None


def purchases(dataset: Dataset, region: str, year: int) -> Purchases | None:
    """Purchases between firms in the last year told of; None where there are none."""
    if not dataset.has("links", "from", "to", "value", "level"):
        return None
    links = dataset.tables["links"].filter(pl.col("level") == "firm", pl.col("value") > 0)
    if "region" in links.columns:
        links = links.filter(pl.col("region").is_null() | (pl.col("region") == region))
    links, year = newest(links, year)
    if links.is_empty():
        return None
    seat = pl.lit(None, pl.String)
    if dataset.has("orgs", "org_id", "region"):
        orgs = dataset.tables["orgs"].select(pl.col("org_id").alias("from"), seat="region")
        links = links.join(orgs, on="from", how="left")
        seat = pl.col("seat")
    told = pl.col("local_value") > 0 if "local_value" in links.columns else pl.lit(None, pl.Boolean)
    local = pl.when(seat.is_not_null()).then(seat == region).otherwise(told)
    rows = links.select(
        pl.col("from").alias("supplier"), pl.col("to").alias("buyer"), "value", local.alias("local")
    )
    return Purchases(year, rows.sort("buyer", "supplier"))


def core_supply(bought: Purchases, cores: Sequence[str]) -> list[CoreSupply]:
    """Suppliers of every core enterprise, in the order given."""
    local: dict[str, set[str]] = {}
    buyers: dict[str, set[str]] = {}
    for supplier, buyer, here in bought.rows.select("supplier", "buyer", "local").iter_rows():
        buyers.setdefault(supplier, set()).add(buyer)
        if here:
            local.setdefault(buyer, set()).add(supplier)
    found = []
    for core in cores:
        own = bought.rows.filter(pl.col("buyer") == core)
        near = own.filter(pl.col("local").fill_null(False))
        far = own.filter(~pl.col("local").fill_null(False))
        total = float(own["value"].sum())
        here = local.get(core, set())
        others = set().union(*(local.get(c, set()) for c in cores if c != core))
        found.append(
            CoreSupply(
                core, tuple(sorted(here)), tuple(sorted(set(far["supplier"]))), total,
                float(near["value"].sum()),
                float(str(own["value"].max())) / total if total > 0 else None,
                len(here & others), tuple(sorted(s for s in here if buyers[s] == {core})),
            )
        )  # fmt: skip
    return found


def overlap(supplies: Sequence[CoreSupply]) -> float | None:
    r"""Mean over pairs of cores of the Jaccard index of their local suppliers.

    .. math:: |S_a \cap S_b| / |S_a \cup S_b|
    """
    pairs = [(set(a.local), set(b.local)) for a, b in combinations(supplies, 2)]
    told = [len(a & b) / len(a | b) for a, b in pairs if a | b]
    return sum(told) / len(told) if told else None


def ability(
    dataset: Dataset, region: str, year: int, suppliers: set[str], cores: set[str], years: int
) -> Ability | None:
    """R&D, certification and patents of the local suppliers of cores, beside other firms.

    Core enterprises are in neither group.
    """
    suppliers = suppliers - cores
    if not dataset.has("orgs", "org_id", "region") or not suppliers:
        return None
    orgs = dataset.tables["orgs"].filter(pl.col("region") == region)
    if "type" in orgs.columns:
        orgs = orgs.filter(pl.col("type") == "enterprise")
    if "closed" in orgs.columns:
        orgs = orgs.filter(pl.col("closed").is_null() | (pl.col("closed") > year))
    inside = pl.col("org_id").is_in(sorted(suppliers))
    beside = pl.col("org_id").is_in(sorted(suppliers | cores))
    groups = (orgs.filter(inside), orgs.filter(~beside))
    return Ability(
        groups[0].height, groups[1].height,
        (_intensity(groups[0]), _intensity(groups[1])),
        (_certified(groups[0]), _certified(groups[1])),
        _patents(dataset, year, suppliers, years),
    )  # fmt: skip


def _intensity(orgs: pl.DataFrame) -> float | None:
    """R&D expenditure over revenue, of those with both."""
    if not {"rd_spend", "revenue"} <= set(orgs.columns):
        return None
    both = orgs.filter(pl.col("rd_spend").is_not_null(), pl.col("revenue") > 0)
    return float(both["rd_spend"].sum()) / float(both["revenue"].sum()) if both.height else None


def _certified(orgs: pl.DataFrame) -> float | None:
    """Share that is a little giant or a champion, of those whose label is told."""
    if "certified" not in orgs.columns:
        return None
    told = orgs.filter(pl.col("certified").is_not_null())
    if told.is_empty():
        return None
    return float(told["certified"].is_in(["little giant", "champion"]).sum() / told.height)


def _patents(
    dataset: Dataset, year: int, suppliers: set[str], years: int
) -> tuple[int, int] | None:
    dated = dataset.has("patents", "patent_id", "app_year")
    if not (dated and dataset.has("applicants", "org_id")):
        return None
    own = dataset.tables["applicants"].filter(pl.col("org_id").is_in(sorted(suppliers)))
    filed = dataset.tables["patents"].join(own, on="patent_id", how="semi")
    counts = [
        filed.filter(pl.col("app_year") > end - years, pl.col("app_year") <= end).height
        for end in (year, year - years)
    ]
    return counts[0], counts[1]

