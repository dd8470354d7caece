"""Organisations active and tied, entering and leaving: every region and year, in one pass each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import narwhals as nw
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, register
from regionlift.evidence.quantity import Quantity, to_frame
from regionlift.evidence.settings import Settings
from regionlift.measures.events import Lazy, collect
from regionlift.measures.network.events import (
    INSTEAD,
    NEEDS,
    Joint,
    joint,
    joint_sql,
    orgs_sql,
    ties_sql,
)
from regionlift.measures.panel import quoted
from regionlift.measures.unknowns import with_silent

_SILENT = "no organisation of this region is in a joint project or co-patent of the tables"
_SETTLES = "organisations of the region in joint projects"

Count = Callable[[Dataset, Joint], Lazy]


def in_years(dataset: Dataset, found: Joint, rows: Lazy, *keys: str) -> Lazy:
    """Distinct ``keys`` of a region in every year in which one of the rows runs."""
    years = nw.from_native(
        dataset.connection.sql(f"SELECT unnest(range({found.first}, {found.last + 1})) AS year")
    )
    return (
        rows.select("region", *keys, "first", "last")
        .unique()
        .join(years, how="cross")
        .filter(nw.col("first") <= nw.col("year"), nw.col("last") >= nw.col("year"))
        .select("region", "year", *keys)
        .unique()
    )


def _number(rows: Lazy) -> Lazy:
    counted = rows.group_by("region", "year").agg(nw.len().alias("value"))
    return counted.sort("region", "year")


def _first_time(rows: Lazy, *keys: str) -> Lazy:
    """Distinct ``keys`` of a region in the year in which they first occur."""
    return rows.group_by("region", *keys).agg(nw.col("first").min().alias("year"))


def _active(dataset: Dataset, found: Joint) -> Lazy:
    return _number(in_years(dataset, found, found.located, "org"))


def _entries(dataset: Dataset, found: Joint) -> Lazy:
    return _number(_first_time(found.located, "org"))


def _exits(dataset: Dataset, found: Joint) -> Lazy:
    """Active in the year before, not in this year."""
    active = in_years(dataset, found, found.located, "org")
    before = active.select("region", "org", (nw.col("year") + 1).alias("year"))
    gone = before.filter(nw.col("year") <= found.last).join(
        active, on=["region", "org", "year"], how="anti"
    )
    return _number(gone)


def _ties(dataset: Dataset, found: Joint) -> Lazy:
    return _number(in_years(dataset, found, found.inside, "org", "other"))


def _new_ties(dataset: Dataset, found: Joint) -> Lazy:
    return _number(_first_time(found.inside, "org", "other"))


def _formed_ties(dataset: Dataset, found: Joint) -> Lazy:
    year = nw.col("first").alias("year")
    return _number(found.inside.select("region", "org", "other", year).unique())


def _outside_ties(dataset: Dataset, found: Joint) -> Lazy:
    return _number(in_years(dataset, found, found.outside, "org", "other"))


def _money(dataset: Dataset, found: Joint) -> Lazy:
    starts = dataset.lazy("projects").select("project_id", nw.col("start_year").alias("year"))
    seats = dataset.lazy("orgs").select("org_id", "region").filter(~nw.col("region").is_null())
    return (
        dataset.lazy("members")
        .select("org_id", "project_id", "money")
        .filter(~nw.col("money").is_null())
        .join(starts.filter(~nw.col("year").is_null()), on="project_id", how="inner")
        .join(seats, on="org_id", how="inner")
        .group_by("region", "year")
        .agg(nw.col("money").sum().alias("value"), nw.col("money").count().alias("rows"))
        .sort("region", "year")
    )


def _running(year: int, alias: str) -> str:
    return f"HAVING count(*) FILTER ({alias}.first <= {year} AND {alias}.last >= {year}) > 0"


def _sql(id: str, dataset: Dataset, settings: Settings, region: str, year: int) -> str:
    """The rows behind one count: as many of them as the number says."""
    if id == "network_money":
        return (
            "SELECT m.project_id, m.org_id, o.name, m.money, m._rows FROM members m JOIN projects "
            f"p USING (project_id) JOIN orgs o USING (org_id) WHERE o.region = {quoted(region)} "
            f"AND p.start_year = {year} AND m.money IS NOT NULL ORDER BY 1, 2"
        )
    tail = {
        "active_organisations": lambda: orgs_sql(region, _running(year, "j")),
        "network_entries": lambda: orgs_sql(region, f"HAVING min(j.first) = {year}"),
        "network_exits": lambda: orgs_sql(
            region,
            f"HAVING count(*) FILTER (j.first < {year} AND j.last >= {year - 1}) > 0 AND "
            f"count(*) FILTER (j.first <= {year} AND j.last >= {year}) = 0",
        ),
        "network_ties": lambda: ties_sql(region, _running(year, "a"), settings),
        "formed_ties": lambda: ties_sql(
            region, f"HAVING count(*) FILTER (a.first = {year}) > 0", settings
        ),
        "new_ties": lambda: ties_sql(region, f"HAVING min(a.first) = {year}", settings),
        "outside_ties": lambda: ties_sql(region, _running(year, "a"), settings, outside=True),
    }[id]()
    return joint_sql(dataset, settings) + tail


def _quantities(
    id: str, unit: str, count: Count, dataset: Dataset, settings: Settings
) -> Iterator[Quantity]:
    """A number for every year of the record: zero where a region that is there has none."""
    found = joint(dataset, settings)
    lazy = count(dataset, found)
    query, counts = found.compiled(lazy), collect(lazy)
    own = counts.select("rows" if "rows" in counts.columns else "value").to_series()
    values = {
        (region, year): (value, int(rows))
        for (region, year, value), rows in zip(
            counts.select("region", "year", "value").iter_rows(), own, strict=True
        )
    }
    seats = collect(found.located.select("region").unique())["region"]
    for region in sorted(set(seats) & set(dataset.regions())):
        for year in range(found.first, found.last + 1):
            value, rows = values.get((region, year), (0, 0))
            whole = unit == "count"
            yield Quantity(
                id, region, str(year), float(value), unit, n=int(value) if whole else None,
                sql=_sql(id, dataset, settings, region, year), query=query,
                rows=rows,
            )  # fmt: skip


def _measure(
    id: str, title: str, title_zh: str, unit: str, items: tuple[int, ...], formula: str,
    count: Count, needs: dict[str, tuple[str, ...]],
) -> None:  # fmt: skip
    def compute(dataset: Dataset, settings: Settings) -> pl.DataFrame:
        try:
            found = list(_quantities(id, dataset.unit(unit), count, dataset, settings))
        except LookupError as error:
            return with_silent(to_frame([]), id, dataset, str(error), _SETTLES)
        frame = to_frame(found).sort("subject", "period")
        return with_silent(frame, id, dataset, _SILENT, _SETTLES)

    register(
        Measure(
            id, title, title_zh, unit, "none", needs, 1, items,
            "operational reading of the paper; Wasserman & Faust 1994, chapter 8 (affiliations)",
            formula, "none: every event in the tables is counted", compute,
            {} if id == "network_money" else INSTEAD,
        )
    )  # fmt: skip


_measure("active_organisations", "Organisations active in joint projects", "活跃创新主体数",
         "count",
         (30, 33), "distinct organisations of the region with a joint event running in the year",
         _active, NEEDS)  # fmt: skip
_measure("network_entries", "Organisations that enter the network", "进入网络的主体数", "count",
         (31,), "organisations whose first joint event begins in the year", _entries,
         NEEDS)  # fmt: skip
_measure("network_exits", "Organisations that leave the network", "退出网络的主体数", "count",
         (31,), "organisations active in the year before and not in the year (they may return)",
         _exits, NEEDS)  # fmt: skip
_measure("network_ties", "Ties inside the region", "区域内连接数", "count", (30, 32),
         "distinct pairs of the region's organisations with a joint event running in the year",
         _ties, NEEDS)  # fmt: skip
_measure("new_ties", "New ties inside the region", "新增连接数", "count", (30, 32),
         "distinct pairs of the region's organisations that meet for the first time in the year",
         _new_ties, NEEDS)  # fmt: skip
_measure("formed_ties", "Ties formed or repeated inside the region", "形成或重复的连接数", "count",
         (32, 54), "distinct pairs of the region's organisations in an event that begins in the "
         "year", _formed_ties, NEEDS)  # fmt: skip
_measure("outside_ties", "Ties to organisations elsewhere", "区域外连接数", "count", (30, 40),
         "distinct pairs of one organisation of the region and one of elsewhere with a joint event "
         "running in the year", _outside_ties, NEEDS)  # fmt: skip
_measure("network_money", "Money of the region's members, by start of the project",
         "项目经费（按开始年份）", "million {currency}", (30,),
         "sum of the members' money over projects that begin in the year; members without a "
         "figure are left out", _money,
         {**NEEDS, "members": ("project_id", "org_id", "money")})  # fmt: skip
