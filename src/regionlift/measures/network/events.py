"""Joint projects and co-patents as one table of participations, in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import narwhals as nw

from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.measures.events import Lazy, collect, compiled
from regionlift.measures.panel import quoted

#: Tables of joint projects; without them those of :data:`INSTEAD` make the network.
NEEDS: dict[str, tuple[str, ...]] = {
    "orgs": ("org_id", "region"),
    "projects": ("project_id", "start_year"),
    "members": ("project_id", "org_id"),
}

#: Tables of co-patents, which make a network by themselves.
INSTEAD: dict[str, tuple[str, ...]] = {
    "orgs": ("org_id", "region"),
    "patents": ("patent_id", "app_year"),
    "applicants": ("patent_id", "org_id"),
}


def lacking(dataset: Dataset) -> str:
    """What is missing for a network, in words; empty where there can be one."""
    return dataset.lacks(NEEDS) if dataset.lacks(INSTEAD) else ""


def participations(dataset: Dataset, settings: Settings) -> Lazy:
    """One row an organisation in a joint event.

    Columns: ``org_id``, ``event``, ``first`` and ``last`` (years in which the event is active),
    ``size`` (members of the event). A project is active from its start to its end, a co-patent for
    ``tie_window`` years. A project with one member is an event; a patent with one applicant is not.
    """
    parts = []
    if dataset.has("projects") and dataset.has("members"):
        years = dataset.lazy("projects").select(
            "project_id",
            nw.col("start_year").alias("first"),
            nw.coalesce(nw.col("end_year"), nw.col("start_year")).alias("last"),
        )
        parts.append(
            dataset.lazy("members")
            .select("org_id", "project_id")
            .join(years.filter(~nw.col("first").is_null()), on="project_id", how="inner")
            .select("org_id", nw.col("project_id").alias("event"), "first", "last")
        )
    if settings.whole("copatents") and dataset.has("patents") and dataset.has("applicants"):
        last = nw.col("app_year") + (settings.whole("tie_window") - 1)
        dates = dataset.lazy("patents").select(
            "patent_id", nw.col("app_year").alias("first"), last.alias("last")
        )
        held = dataset.lazy("applicants").select("org_id", "patent_id")
        joint = held.group_by("patent_id").agg(nw.len().alias("held")).filter(nw.col("held") > 1)
        parts.append(
            held.join(joint, on="patent_id", how="inner")
            .join(dates, on="patent_id", how="inner")
            .select("org_id", nw.col("patent_id").alias("event"), "first", "last")
        )
    if not parts:
        raise LookupError("no joint projects in the tables, and co-patents are switched off")
    rows = nw.concat(parts) if len(parts) > 1 else parts[0]
    sizes = rows.group_by("event").agg(nw.len().alias("size"))
    return rows.join(sizes, on="event", how="inner")


@dataclass(frozen=True)
class Joint:
    """Participations with the seat of each organisation, and the years that can be counted.

    ``rows`` has the columns of :func:`participations`, ``org`` (a number in the order of ids) and
    ``region`` ("" where not known);
    ``first`` and ``last`` are the years in which the first and the last event begins.
    """

    rows: Lazy
    query: str
    first: int
    last: int
    largest: int

    @property
    def located(self) -> Lazy:
        """Participations of organisations whose region is known."""
        return self.rows.filter(nw.col("region") != "")

    @property
    def inside(self) -> Lazy:
        """Pairs of organisations of one region in one event (a < b), with the event's years."""
        left = self.located.filter(nw.col("size") <= self.largest)
        right = left.select(nw.col("org").alias("other"), "event", "region")
        pairs = left.join(right, on=["event", "region"], how="inner")
        return pairs.filter(nw.col("org") < nw.col("other"))

    @property
    def outside(self) -> Lazy:
        """Pairs of an organisation of a region and one of elsewhere, in one event."""
        left = self.rows.filter(nw.col("size") <= self.largest)
        right = left.select(
            nw.col("org").alias("other"), "event", nw.col("region").alias("where")
        )
        pairs = left.join(right, on="event", how="inner")
        return pairs.filter(nw.col("region") != nw.col("where"), nw.col("region") != "")

    def compiled(self, frame: Lazy) -> str:
        """The SQL of a frame over ``rows``, whole: with what ``rows`` themselves are."""
        return f"WITH joint AS ({self.query}) {compiled(frame)}"


def joint(dataset: Dataset, settings: Settings) -> Joint:
    """The joint events of a dataset, as a table of its own inside DuckDB.

    A table, because joined with itself as a view it takes DuckDB 11 s in place of 0.03.

    Raises
    ------
    LookupError
        If no event has a year.
    """
    # pairs are made of numbers, not of names: five times as fast
    seats = (
        dataset.lazy("orgs")
        .select("org_id", nw.col("region").fill_null("").alias("region"))
        .with_row_index("org", order_by="org_id")
    )
    lazy = participations(dataset, settings).join(seats, on="org_id", how="inner")
    query = compiled(lazy)
    dataset.connection.execute(f"CREATE OR REPLACE TEMP TABLE joint AS {query}")
    rows = cast(Lazy, nw.from_native(dataset.connection.table("joint")))
    span = collect(
        rows.select(nw.col("first").min().alias("low"), nw.col("first").max().alias("high"))
    ).row(0)
    if span[0] is None:
        raise LookupError("no joint project and no co-patent with a year")
    return Joint(rows, query, int(span[0]), int(span[1]), settings.whole("largest_consortium"))


def joint_sql(dataset: Dataset, settings: Settings) -> str:
    """The participations of :func:`participations` as SQL over the ledger's tables."""
    parts = []
    if dataset.has("projects") and dataset.has("members"):
        parts.append(
            "SELECT m.org_id, m.project_id AS event, p.start_year AS first, "
            "coalesce(p.end_year, p.start_year) AS last FROM members m "
            "JOIN projects p USING (project_id) WHERE p.start_year IS NOT NULL"
        )
    if settings.whole("copatents") and dataset.has("patents") and dataset.has("applicants"):
        window = settings.whole("tie_window") - 1
        parts.append(
            "SELECT a.org_id, a.patent_id AS event, p.app_year AS first, "
            f"p.app_year + {window} AS last FROM applicants a JOIN patents p USING (patent_id) "
            "WHERE a.patent_id IN (SELECT patent_id FROM applicants GROUP BY 1 HAVING count(*) > 1)"
        )
    return "WITH joint AS (" + " UNION ALL ".join(parts) + ") "


def orgs_sql(region: str, where: str) -> str:
    """After ``joint_sql``: organisations of a region with their years, by a HAVING clause."""
    return (
        "SELECT o.org_id, o.name, o.type, min(j.first) AS first, max(j.last) AS last, "
        "count(*) AS events FROM joint j JOIN orgs o USING (org_id) "
        f"WHERE o.region = {quoted(region)} GROUP BY ALL {where} ORDER BY o.org_id"
    )


def ties_sql(region: str, where: str, settings: Settings, outside: bool = False) -> str:
    """After ``joint_sql``: ties of a region with their years, by a HAVING clause."""
    largest = settings.whole("largest_consortium")
    other = (
        f"coalesce(q.region, '') <> {quoted(region)}" if outside
        else f"q.region = {quoted(region)} AND a.org_id < b.org_id"
    )  # fmt: skip
    return (
        ", sized AS (SELECT *, count(*) OVER (PARTITION BY event) AS size FROM joint) "
        "SELECT a.org_id, o.name, b.org_id AS other, q.name AS other_name, min(a.first) AS met, "
        "max(a.last) AS last, count(*) AS events FROM sized a JOIN sized b USING (event) "
        "JOIN orgs o ON o.org_id = a.org_id JOIN orgs q ON q.org_id = b.org_id "
        f"WHERE a.size <= {largest} AND o.region = {quoted(region)} AND {other} "
        f"GROUP BY ALL {where} ORDER BY 1, 3"
    )
