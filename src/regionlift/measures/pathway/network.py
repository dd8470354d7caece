"""What a path asks of every region's network in every year: do partners return, are they mixed.

Item 54 of the paper: long-term, stable cooperation of several types of organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import narwhals as nw
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Measure, register
from regionlift.evidence.quantity import Quantity, Status, to_frame
from regionlift.evidence.settings import Settings
from regionlift.measures.events import Lazy, collect
from regionlift.measures.network.counts import in_years
from regionlift.measures.network.events import INSTEAD, NEEDS, Joint, joint, joint_sql, ties_sql
from regionlift.measures.network.readings import Estimate, share
from regionlift.measures.panel import quoted
from regionlift.measures.unknowns import with_silent

#: Types of organisation of the region that make a project one of several types.
TYPES_MIXED = 3

_SILENT = "no organisation of this region is in a joint project or co-patent of the tables"
_SETTLES = "organisations of the region in joint projects"
_MEMBERS = {
    "orgs": ("org_id", "region", "type"), "projects": ("project_id", "start_year"),
    "members": ("project_id", "org_id"),
}  # fmt: skip

Count = Callable[[Dataset, Joint], Lazy]


def _met(found: Joint) -> Lazy:
    """Pairs of a region with the year in which they first met."""
    first = found.inside.group_by("region", "org", "other")
    return first.agg(nw.col("first").min().alias("met"))


def _repeated(dataset: Dataset, found: Joint) -> Lazy:
    """Pairs in an event that begins in a year, and those of them that had met before it."""
    pairs = found.inside.select("region", "org", "other", nw.col("first").alias("year")).unique()
    both = pairs.join(_met(found), on=["region", "org", "other"], how="inner")
    again = both.with_columns((nw.col("year") > nw.col("met")).cast(nw.Int64).alias("again"))
    return again.group_by("region", "year").agg(
        nw.col("again").sum().alias("value"), nw.len().alias("n")
    )


def _ages(dataset: Dataset, found: Joint) -> Lazy:
    """Median years since the two of a running tie first met."""
    running = in_years(dataset, found, found.inside, "org", "other")
    both = running.join(_met(found), on=["region", "org", "other"], how="inner")
    aged = both.with_columns((nw.col("year") - nw.col("met")).cast(nw.Float64).alias("age"))
    return aged.group_by("region", "year").agg(
        nw.col("age").median().alias("value"), nw.len().alias("n")
    )


def _mixed(dataset: Dataset, found: Joint) -> Lazy:
    """Projects of a region that run in a year, and those with members of three types from it."""
    years = dataset.lazy("projects").select(
        "project_id", nw.col("start_year").alias("first"),
        nw.coalesce(nw.col("end_year"), nw.col("start_year")).alias("last"),
    )  # fmt: skip
    seats = dataset.lazy("orgs").select("org_id", "region", "type")
    rows = (
        dataset.lazy("members").select("project_id", "org_id")
        .join(seats.filter(~nw.col("region").is_null()), on="org_id", how="inner")
        .join(years.filter(~nw.col("first").is_null()), on="project_id", how="inner")
    )  # fmt: skip
    told = rows.filter(~nw.col("type").is_null()).select("region", "project_id", "type").unique()
    types = told.group_by("region", "project_id").agg(nw.len().alias("types"))
    whole = rows.select("region", "project_id", "first", "last").unique()
    joined = whole.join(types, on=["region", "project_id"], how="left")
    counted = joined.with_columns(nw.col("types").fill_null(0))
    running = in_years(dataset, found, counted, "project_id", "types")
    several = (nw.col("types") >= TYPES_MIXED).cast(nw.Int64)
    return running.with_columns(several.alias("several")).group_by("region", "year").agg(
        nw.col("several").sum().alias("value"), nw.len().alias("n"),
        nw.col("types").max().alias("types"),
    )  # fmt: skip


def _sql(id: str, dataset: Dataset, settings: Settings, region: str, year: int) -> str:
    """The rows behind one number: formed ties, running ties, or running projects."""
    if id == "multi_type_share":
        end = "coalesce(p.end_year, p.start_year)"
        return (
            f"SELECT m.project_id, p.start_year, {end} AS end_year, count(DISTINCT o.type) AS "
            "types, string_agg(DISTINCT o.type, '; ' ORDER BY o.type) AS listed FROM members m "
            "JOIN projects p USING (project_id) JOIN orgs o USING (org_id) WHERE o.region = "
            f"{quoted(region)} AND p.start_year <= {year} AND {end} >= {year} GROUP BY ALL "
            "ORDER BY m.project_id"
        )
    kept = f"a.first = {year}" if id == "repeat_tie_share" else (
        f"a.first <= {year} AND a.last >= {year}"
    )  # fmt: skip
    having = f"HAVING count(*) FILTER ({kept}) > 0"
    return joint_sql(dataset, settings) + ties_sql(region, having, settings)


def _why(id: str, year: int, found: Joint, types: int, value: float) -> str:
    """Why there is no number; empty where there is one."""
    if id == "repeat_tie_share" and year == found.first:
        return "the record begins in this year: who met before it is not seen"
    if id == "tie_age" and value >= year - found.first:
        return (f"half of the ties are as old as the record, {year - found.first} years: when they "
                "began is not seen")  # fmt: skip
    return "types of its organisations are not told" if not types else ""


def _quantities(
    id: str, unit: str, count: Count, dataset: Dataset, settings: Settings
) -> Iterator[Quantity]:
    """A number for every year of the record of a region that is in it."""
    found = joint(dataset, settings)
    lazy = count(dataset, found)
    query = found.compiled(lazy)
    values = {(r["region"], r["year"]): r for r in collect(lazy).iter_rows(named=True)}
    nothing = {
        "repeat_tie_share": "no tie is formed in this year", "tie_age": "no tie runs in this year",
        "multi_type_share": "no joint project of the region runs in this year",
    }[id]  # fmt: skip
    seats = collect(found.located.select("region").unique())["region"]
    for region in sorted(set(seats) & set(dataset.regions())):
        for year in range(found.first, found.last + 1):
            row = values.get((region, year))
            why = nothing if row is None else _why(
                id, year, found, int(row.get("types", 1)), float(row["value"]))  # fmt: skip
            if row is None or why:
                yield Quantity(id, region, str(year), None, unit, n=0 if row is None else row["n"],
                               status=Status.TOO_FEW, reason=why, settles=_SETTLES)  # fmt: skip
                continue
            n, value = int(row["n"]), float(row["value"])
            told = Estimate(value, n)
            if unit == "share":
                told = share(int(value), n, settings["confidence"])
            yield Quantity(
                id, region, str(year), told.value, unit, told.low, told.high, n,
                sql=_sql(id, dataset, settings, region, year), query=query, rows=n,
            )  # fmt: skip


def _measure(
    id: str, title: str, title_zh: str, unit: str, formula: str, source: str, interval: str,
    count: Count, needs: dict[str, tuple[str, ...]],
) -> None:  # fmt: skip
    def compute(dataset: Dataset, settings: Settings) -> pl.DataFrame:
        try:
            found = list(_quantities(id, unit, count, dataset, settings))
        except LookupError as error:
            return with_silent(to_frame([]), id, dataset, str(error), _SETTLES)
        return with_silent(to_frame(found), id, dataset, _SILENT, _SETTLES)

    register(
        Measure(
            id, title, title_zh, unit, "up", needs, 1, (32, 54), source, formula, interval, compute,
            INSTEAD if needs is NEEDS else {},
        )
    )  # fmt: skip


_measure("repeat_tie_share", "Repeated among the ties formed", "形成连接中重复合作占比", "share",
         "1 - new_ties / formed_ties: pairs of the region in an event that begins in the year that "
         "had met before it / all such pairs; not in the first year of the record",
         "Gulati 1995, Academy of Management Journal 38, 85-112", "Wilson score interval",
         _repeated, NEEDS)  # fmt: skip
_measure("tie_age", "Median age of ties", "连接年龄中位数", "years",
         "median over pairs of the region with a joint event that runs in the year of the years "
         "since they first met; cannot be told where half of them are as old as the record",
         "Gulati 1995, Academy of Management Journal 38, 85-112", "none: every tie is counted",
         _ages, NEEDS)  # fmt: skip
_measure("multi_type_share", "Joint projects with three types of organisation",
         "三类以上主体参与项目占比", "share",
         "joint projects that run in the year and have members of at least three types from the "
         "region / those with a member from the region; a member of unknown type adds no type",
         "operational reading of the paper, item 54", "Wilson score interval", _mixed,
         _MEMBERS)  # fmt: skip
