"""Four processes by five resource types, and where what was asked for is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

import polars as pl

from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.platform.sources import KINDS, TYPES, Source

#: Kinds of actor from which a project brings them together (item 54).
TOGETHER = 3


@dataclass(frozen=True)
class Part:
    """A share as part of a whole, with the SQL of the rows of the whole; n counts what it is of."""

    part: float
    whole: float
    n: int
    rows: Rows

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.part / self.whole if self.whole > 0 else None


@dataclass(frozen=True)
class Lost:
    """What was asked for of a type and not served, by where it was lost; amounts of the type.

    ``lack``, ``collection`` and ``allocation`` add up to asked less served.
    """

    type: str
    asked: float
    served: float
    lack: float
    collection: float
    allocation: float

    @property
    def shares(self) -> dict[str, float]:
        """Each cause over what was asked for."""
        causes = {"lack": self.lack, "collection": self.collection, "allocation": self.allocation}
        return {name: v / self.asked for name, v in causes.items()} if self.asked > 0 else {}


@dataclass(frozen=True)
class Service:
    """Requests of the last years: days to serve, and how many still wait."""

    days: float | None
    timed: Rows
    waiting: int
    queue: Rows


def collection(source: Source) -> dict[str, Part]:
    """Stock on a platform over stock of the region, by type; "" counts resources."""
    sql = source.sql("resources", "capacity IS NOT NULL AND type IS NOT NULL")
    held = source.read(sql)
    on = held.filter(pl.col("platform_id").is_not_null())
    found = {"": Part(on.height, held.height, held.height, Rows(sql, held.height))}
    for kind in TYPES:
        own, there = (f.filter(pl.col("type") == kind) for f in (held, on))
        where = f"capacity IS NOT NULL AND type = {quoted(kind)}"
        found[kind] = Part(
            float(there["capacity"].sum()), float(own["capacity"].sum()), own.height,
            Rows(source.sql("resources", where), own.height),
        )  # fmt: skip
    return found


def asked_sql(source: Source, first: int, last: int, where: str = "") -> str:
    """Requests of the years with what is told of them; those of no year count in every year."""
    told = "amount IS NOT NULL AND served IS NOT NULL AND type IS NOT NULL"
    years = f"(year IS NULL OR year BETWEEN {first} AND {last})"
    return source.sql("needs", " AND ".join(filter(None, (told, years, where))))


def allocation(source: Source, first: int, last: int) -> dict[str, Part]:
    """Amount served over amount asked for, by type; "" counts requests."""
    sql = asked_sql(source, first, last)
    needs = source.read(sql)
    met = needs.filter("served")
    found = {"": Part(met.height, needs.height, needs.height, Rows(sql, needs.height))}
    for kind in TYPES:
        own = needs.filter(pl.col("type") == kind)
        found[kind] = Part(
            float(met.filter(pl.col("type") == kind)["amount"].sum()), float(own["amount"].sum()),
            own.height,
            Rows(asked_sql(source, first, last, f"type = {quoted(kind)}"), own.height),
        )  # fmt: skip
    return found


def service(source: Source, first: int, last: int, kind: str = "") -> Service:
    """Median days of the served, and the requests not served; of a type, or of all."""
    of = f"type = {quoted(kind)}" if kind else ""
    timed = asked_sql(source, first, last, " AND ".join(filter(None, (of, "served",
                                                                     "days IS NOT NULL"))))
    queue = asked_sql(source, first, last, " AND ".join(filter(None, (of, "NOT served"))))
    days = source.read(timed)["days"].to_list()
    waiting = source.rows(queue)
    return Service(float(median(days)) if days else None, Rows(timed, len(days)), waiting.count,
                   waiting)  # fmt: skip


def integration(source: Source, first: int, last: int) -> dict[str, Part]:
    """Projects that bring three kinds of actor together over all, "" all, else of a type."""
    found = {"": _projects(source, first, last, "")}
    if source.dataset.has("resources", "org_id"):
        found |= {kind: _projects(source, first, last, kind) for kind in TYPES}
    return found


def _projects(source: Source, first: int, last: int, kind: str) -> Part:
    sql = projects_sql(source, first, last, kind)
    rows = source.read(sql)
    return Part(float((rows["kinds"] >= TOGETHER).sum()), rows.height, rows.height,
                Rows(sql, rows.height))  # fmt: skip


def projects_sql(source: Source, first: int, last: int, kind: str) -> str:
    """Joint projects of the years with the number of kinds of actor in them.

    A project in which members of unknown kind could make the third is left out.
    """
    end = "coalesce(p.end_year, p.start_year)" if source.dataset.has("projects", "end_year") else (
        "p.start_year")  # fmt: skip
    kinds = ", ".join(quoted(k) for k in KINDS)
    seat = quoted(source.region)
    holds = ""
    if kind:
        stock = source.sql("resources", f"type = {quoted(kind)} AND org_id IS NOT NULL")
        holds = (f" AND p.project_id IN (SELECT project_id FROM members WHERE org_id IN "
                 f"(SELECT org_id FROM ({stock})))")  # fmt: skip
    return (
        "SELECT p.project_id, p.start_year, count(*) AS members, count(DISTINCT CASE WHEN o.type "
        f"IN ({kinds}) THEN o.type END) AS kinds, count(*) FILTER (o.type IS NULL) AS untold FROM "
        "projects p JOIN members m USING (project_id) LEFT JOIN orgs o USING (org_id) WHERE "
        f"p.start_year <= {last} AND {end} >= {first} AND p.project_id IN (SELECT project_id FROM "
        f"members JOIN orgs USING (org_id) WHERE region = {seat}){holds} GROUP BY ALL HAVING "
        f"kinds >= {TOGETHER} OR kinds + untold < {TOGETHER} ORDER BY p.project_id"
    )


def reuse(source: Source, year: int, first: int, last: int) -> dict[str, Part]:
    """Patents of the circle that another of it cites over all, "" all, else of a type's holders.

    Parameters
    ----------
    year : whose members make the circle
    first, last : years of the patents; a citation counts where the citing patent is of them too
    """
    kinds = ("", *TYPES) if source.dataset.has("resources", "org_id") else ("",)
    found = {}
    for kind in kinds:
        sql = reuse_sql(source, year, first, last, kind)
        rows = source.read(sql)
        found[kind] = Part(float(rows["used"].sum()), rows.height, rows.height,
                           Rows(sql, rows.height))  # fmt: skip
    return found


def reuse_sql(source: Source, year: int, first: int, last: int, kind: str = "") -> str:
    """Patents of the circle, and whether another of the circle cites each."""
    listed = source.sql("platforms", f"coalesce(year, {year}) = {year}")
    circle = (
        "SELECT DISTINCT trim(m) AS org_id FROM (SELECT unnest(string_split(members, ';')) AS m "
        f"FROM ({listed}) WHERE members IS NOT NULL) WHERE trim(m) <> ''"
    )
    holders = ""
    if source.dataset.has("resources", "org_id"):
        stock = source.sql("resources", "platform_id IS NOT NULL AND org_id IS NOT NULL")
        circle += f" UNION SELECT org_id FROM ({stock})"
    if kind:
        own = source.sql("resources", f"type = {quoted(kind)} AND org_id IS NOT NULL")
        holders = f" AND h.org_id IN (SELECT org_id FROM ({own}))"
    return (
        f"WITH circle AS ({circle}), held AS (SELECT DISTINCT a.patent_id, a.org_id FROM "
        "applicants a JOIN circle USING (org_id) JOIN patents p USING (patent_id) WHERE "
        f"p.app_year BETWEEN {first} AND {last}), taken AS (SELECT DISTINCT c.cited FROM citations "
        "c JOIN held h ON h.patent_id = c.citing LEFT JOIN applicants a ON a.patent_id = c.cited "
        "AND a.org_id = h.org_id WHERE a.org_id IS NULL) SELECT DISTINCT h.patent_id, "
        "h.patent_id IN (SELECT cited FROM taken) AS used FROM held h WHERE true"
        f"{holders} ORDER BY h.patent_id"
    )


def losses(source: Source, first: int, last: int) -> dict[str, tuple[Lost, Rows]]:
    """Where what was asked for of each type was lost.

    In a year, and in a technology where every need and resource of the type names one, with a
    asked, s served, c capacity in the region, p of it on the platform, u = a - s:
    lack = min(u, max(0, a - c)); collection = min(u - lack, max(0, min(a, c) - p)); the rest is
    allocation. Capacity is yearly and taken as the same in every year.
    """
    held = source.read(source.sql("resources", "capacity IS NOT NULL AND type IS NOT NULL"))
    found = {}
    for kind in TYPES:
        sql = asked_sql(source, first, last, f"type = {quoted(kind)}")
        needs = source.read(sql)
        if needs.is_empty():
            continue
        found[kind] = _lost(kind, needs, held.filter(pl.col("type") == kind)), Rows(sql,
                                                                                   needs.height)
    return found


def _lost(kind: str, needs: pl.DataFrame, held: pl.DataFrame) -> Lost:
    by = ["technology"]
    if needs["technology"].null_count() or held["technology"].null_count():
        needs = needs.with_columns(technology=pl.lit(""))
        held = held.with_columns(technology=pl.lit(""))
    stock = held.group_by(by).agg(
        c=pl.col("capacity").sum(),
        p=pl.col("capacity").filter(pl.col("platform_id").is_not_null()).sum(),
    )
    cells = (
        needs.group_by("technology", "year")
        .agg(a=pl.col("amount").sum(), s=pl.col("amount").filter(pl.col("served")).sum())
        .join(stock, on=by, how="left")
        .with_columns(pl.col("c", "p").fill_null(0.0))
        .sort("technology", "year")
    )
    sums = dict.fromkeys(("lack", "collection", "allocation"), 0.0)
    for a, s, c, p in cells.select("a", "s", "c", "p").iter_rows():
        for name, amount in _causes(a, s, c, p):
            sums[name] += amount
    return Lost(kind, float(needs["amount"].sum()),
                float(needs.filter("served")["amount"].sum()), **sums)  # fmt: skip


def _causes(a: float, s: float, c: float, p: float) -> Iterator[tuple[str, float]]:
    lack = min(a - s, max(0.0, a - c))
    off = min(a - s - lack, max(0.0, min(a, c) - p))
    yield from (("lack", lack), ("collection", off), ("allocation", a - s - lack - off))


def bottleneck(lost: Mapping[str, tuple[Lost, Rows]]) -> tuple[str, str, float] | None:
    """The process and type at which the largest share of what was asked for is lost.

    Lack of a resource is no process: collection and allocation are set against each other, in the
    one unit they share. None where nothing is lost in either.
    """
    cells = [
        (share, process, kind)
        for kind, (one, _) in lost.items()
        for process, share in one.shares.items()
        if process != "lack" and share > 0
    ]
    if not cells:
        return None
    share, process, kind = max(cells, key=lambda c: (c[0], c[1], c[2]))
    return process, kind, share
