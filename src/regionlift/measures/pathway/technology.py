"""What a path asks of the named key common technologies of a region (figure 1, links a1 to a6).

Each number comes with the query that gives its rows, and is worked out from those rows: what is
shown is what was counted. A technology is an IPC or CPC subclass; its alliance is the one that
:func:`regionlift.measures.technology.diffusion.alliances` finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.technology.diffusion import CHANCES, Alliance
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.profile import RECENT

#: Years of use that count for reaching a sub-industry or a link of the chain.
USED = 5

_NONE_NAMED = "no key common technology is named"
_MORE = "patents of more years, or of applicants elsewhere"
_NO_JOINT = "no joint project with codes and no joint patent of the region is in the tables"
_JOINT = "joint projects with codes and members; patents with all their applicants"


@dataclass(frozen=True)
class Told:
    """A number with its rows, or why there is none; ``few`` where rows are there but too few."""

    value: float | None
    rows: Rows
    n: int = 0
    bounds: tuple[float, float] | None = None
    reason: str = ""
    settles: str = ""
    few: bool = False


def untold(reason: str, settles: str, n: int = 0, few: bool = False) -> Told:
    """A number that cannot be told."""
    return Told(None, Rows("", 0), n, None, reason, settles, few)


@dataclass(frozen=True)
class Named:
    """The named technologies with their alliances, in the patents of the window.

    ``groups`` are the alliances by class, of the named ones alone; ``joint`` whether the tables
    hold joint events in which an alliance could have been seen.
    """

    dataset: Dataset
    filings: Filings
    names: tuple[str, ...]
    groups: Mapping[str, Alliance]
    joint: bool

    @property
    def region(self) -> str:
        """The region looked at."""
        return self.filings.region

    @property
    def recent(self) -> int:
        """First of the last three years."""
        return self.filings.last - RECENT + 1

    @property
    def lacking(self) -> Told | None:
        """Why nothing can be told of alliances; None where it can."""
        if not self.names:
            return untold(_NONE_NAMED, _MORE, few=True)
        return None if self.joint else untold(_NO_JOINT, _JOINT)

    def look(self, select: str) -> tuple[pl.DataFrame, Rows]:
        """Rows of a query over ``named``, ``alliance``, ``filing`` and ``holder``."""
        sql = with_filings(self.names, self.groups, self.filings) + select
        found = looked_up(self.dataset, sql)
        return found, Rows(sql, found.height)


def looked_up(dataset: Dataset, sql: str) -> pl.DataFrame:
    """Rows of a query over the tables, as the ledger will give them again."""
    found: pl.DataFrame = dataset.connection.sql(sql).pl()
    return found


def values(rows: Sequence[tuple[str, ...]], columns: tuple[str, ...]) -> str:
    """A table of literals in SQL, also of none."""
    head = ", ".join(columns)
    if not rows:
        empty = ", ".join("NULL::VARCHAR" for _ in columns)
        return f"({head}) AS (SELECT {empty} WHERE false)"
    listed = ", ".join("(" + ", ".join(map(quoted, row)) + ")" for row in rows)
    return f"({head}) AS (VALUES {listed})"


def with_filings(
    names: tuple[str, ...], groups: Mapping[str, Alliance], filings: Filings, head: str = "WITH "
) -> str:
    """Technologies, their alliances, their patents of the window, and who holds those.

    ``holder`` has a row a technology, patent and applicant in the tables; ``allied`` tells whether
    the applicant is of the technology's alliance.
    """
    members = [(k, o) for k in names if k in groups for o in sorted(groups[k].members)]
    return (
        f"{head}named{values([(k,) for k in names], ('technology',))}, "
        f"alliance{values(members, ('technology', 'org_id'))}, "
        "filing AS (SELECT DISTINCT n.technology, p.patent_id, p.app_year FROM named n JOIN codes "
        "c ON c.subclass = n.technology JOIN patents p USING (patent_id) WHERE p.app_year BETWEEN "
        f"{filings.first} AND {filings.last}), "
        "holder AS (SELECT DISTINCT f.technology, f.patent_id, f.app_year, o.org_id, o.name, "
        "o.region, a.org_id IS NOT NULL AS allied FROM filing f JOIN applicants USING (patent_id) "
        "JOIN orgs o USING (org_id) LEFT JOIN alliance a ON a.technology = f.technology AND "
        "a.org_id = o.org_id) "
    )


def alliance_share(named: Named) -> Told:
    """Share of the technologies with an alliance of an enterprise and a university or institute."""
    if named.lacking:
        return named.lacking
    if not named.dataset.has("orgs", "type"):
        return untold("types of organisations are not told", "type in orgs")
    found, rows = named.look(
        "SELECT n.technology, a.org_id, o.name, o.type FROM named n LEFT JOIN alliance a USING "
        "(technology) LEFT JOIN orgs o USING (org_id) ORDER BY 1, 2"
    )
    if found["org_id"].count() and not found["type"].count():
        return untold("types of the members are not told", "type in orgs")
    kinds = found.group_by("technology").agg(pl.col("type").unique())
    mixed = sum(
        "enterprise" in have and bool({"university", "institute"} & set(have))
        for have in kinds["type"].to_list()
    )
    return Told(mixed / len(named.names), rows, len(named.names))


def alliance_output(named: Named) -> Told:
    """Share of the technologies in which the alliance filed in the last three years."""
    if named.lacking:
        return named.lacking
    found, rows = named.look(
        "SELECT n.technology, count(DISTINCT h.patent_id) AS patents, count(DISTINCT h.org_id) AS "
        "members FROM named n LEFT JOIN holder h ON h.technology = n.technology AND h.allied AND "
        f"h.app_year >= {named.recent} GROUP BY ALL ORDER BY 1"
    )
    return Told(_share(found["patents"] > 0), rows, found.height)


def new_adopters(named: Named) -> Told:
    """Share of the technologies that an outsider of the region took up in the last three years."""
    if not named.names:
        return untold(_NONE_NAMED, _MORE, few=True)
    found, rows = named.look(
        ", earlier AS (SELECT DISTINCT n.technology, a.org_id FROM named n JOIN codes c ON "
        "c.subclass = n.technology JOIN patents p USING (patent_id) JOIN applicants a USING "
        f"(patent_id) WHERE p.app_year < {named.filings.first}), "
        "first AS (SELECT technology, org_id, name, min(app_year) AS year FROM holder ANTI JOIN "
        f"earlier USING (technology, org_id) WHERE region = {quoted(named.region)} AND NOT allied "
        "GROUP BY ALL) SELECT n.technology, "
        "count(f.org_id) AS adopters, string_agg(f.name, '; ' ORDER BY f.org_id) AS names FROM "
        f"named n LEFT JOIN first f ON f.technology = n.technology AND f.year >= {named.recent} "
        "GROUP BY ALL ORDER BY 1"
    )
    return Told(_share(found["adopters"] > 0), rows, found.height)


def sharing(named: Named) -> tuple[pl.DataFrame, Rows]:
    """What of each alliance's patents reaches others of the region.

    Columns: ``technology``; ``patents`` of the alliance in it; ``co_owned`` of them with a local
    applicant outside; ``cited`` citations of them by patents of local applicants outside and of no
    member (null where citations are not told); ``chances`` patents of those in the technology,
    filed after the alliance's first.
    """
    cited = "NULL::BIGINT"
    if named.dataset.has("citations", "citing", "cited"):
        cited = (
            "(SELECT count(*) FROM citations c JOIN theirs t ON t.patent_id = c.cited JOIN others "
            "s ON s.patent_id = c.citing AND s.technology = t.technology WHERE t.technology = "
            "n.technology)"
        )
    here = f"o.region = {quoted(named.region)}"
    return named.look(
        ", theirs AS (SELECT technology, patent_id, min(app_year) AS app_year FROM holder WHERE "
        "allied GROUP BY ALL), others AS (SELECT n.technology, p.patent_id, p.app_year FROM (SELECT"
        " DISTINCT technology FROM alliance) n CROSS JOIN patents p JOIN applicants USING "
        "(patent_id) JOIN orgs o USING (org_id) LEFT JOIN alliance a ON a.technology = n.technology"
        f" AND a.org_id = o.org_id WHERE p.app_year BETWEEN {named.filings.first} AND "
        f"{named.filings.last} AND p.patent_id IN (SELECT patent_id FROM codes WHERE subclass IS "
        f"NOT NULL) GROUP BY ALL HAVING count(*) FILTER (a.org_id IS NULL AND {here}) > 0 AND "
        "count(a.org_id) = 0) "
        "SELECT n.technology, (SELECT count(*) FROM theirs t WHERE t.technology = n.technology) AS "
        "patents, (SELECT count(DISTINCT h.patent_id) FROM holder h JOIN theirs t ON t.technology "
        "= h.technology AND t.patent_id = h.patent_id WHERE h.technology = n.technology AND NOT "
        f"h.allied AND h.region = {quoted(named.region)}) AS co_owned, {cited} AS cited, (SELECT "
        "count(*) FROM others s JOIN filing f ON f.technology = s.technology AND f.patent_id = "
        "s.patent_id WHERE s.technology = n.technology AND s.app_year > (SELECT min(app_year) FROM "
        "theirs t WHERE t.technology = n.technology)) AS chances FROM named n ORDER BY 1"
    )


def is_shared(patents: int, co_owned: int, cited: int | None, chances: int) -> bool | None:
    """Whether an alliance's patents reach others of the region; None where it cannot be told.

    No citation says nothing where fewer than ten patents of others could have cited.

    Examples
    --------
    >>> is_shared(5, 1, None, 0), is_shared(5, 0, 0, 9), is_shared(5, 0, 0, 10)
    (True, None, False)
    """
    if not patents:
        return None
    if co_owned or cited:
        return True
    return False if cited is not None and chances >= CHANCES else None


def alliance_sharing(named: Named) -> Told:
    """Share of the technologies whose alliance patents others of the region cite or co-own."""
    if named.lacking:
        return named.lacking
    found, rows = sharing(named)
    asked = ("patents", "co_owned", "cited", "chances")
    told = [s for row in found.select(asked).iter_rows() if (s := is_shared(*row)) is not None]
    if not told:
        few = named.dataset.has("citations", "citing", "cited")
        return untold(
            f"no alliance's patents are co-owned with an outsider of the region, and none faces "
            f"{CHANCES} later patents of outsiders whose citations are told",
            "citations between patents; patents of more years", len(named.names), few,
        )  # fmt: skip
    return Told(sum(told) / len(told), rows, len(told))


def reached(named: Named) -> tuple[pl.DataFrame, Rows]:
    """Local organisations by technology and sub-industry that filed in the last five years."""
    since = named.filings.last - USED + 1
    block = [(i.code,) for i in named.dataset.block]
    return named.look(
        f", part{values(block, ('industry',))}, local AS (SELECT DISTINCT h.technology, h.org_id, "
        "o.industry FROM holder h JOIN orgs o USING (org_id) WHERE h.region = "
        f"{quoted(named.region)} AND h.app_year >= {since}) SELECT n.technology, p.industry, "
        "count(DISTINCT l.org_id) AS organisations FROM named n CROSS JOIN part p LEFT JOIN local "
        "l ON l.technology = n.technology AND starts_with(l.industry, p.industry) GROUP BY ALL "
        "ORDER BY 1, 2"
    )


def technology_infiltration(named: Named) -> Told:
    """Mean share of the block's sub-industries in which each technology is in use."""
    if not named.names:
        return untold(_NONE_NAMED, _MORE, few=True)
    ours = [a for a in named.filings.applicants if a.region == named.region]
    if not any(a.industry for a in ours):
        return untold("industries of the region's organisations are not told", "industry in orgs")
    found, rows = reached(named)
    return Told(_share(found["organisations"] > 0), rows, len(named.names))


def nodes_reached(named: Named) -> pl.DataFrame:
    """Chain nodes with a local organisation that filed in a technology in the last five years.

    Columns ``technology``, ``nodes``; empty where organisations are not placed on the chain.
    """
    if not named.names or not named.dataset.has("orgs", "chain_node"):
        return pl.DataFrame(schema={"technology": pl.String, "nodes": pl.Int64})
    since = named.filings.last - USED + 1
    found, _ = named.look(
        "SELECT n.technology, count(DISTINCT o.chain_node) AS nodes FROM named n LEFT JOIN holder "
        f"h ON h.technology = n.technology AND h.region = {quoted(named.region)} AND h.app_year >= "
        f"{since} LEFT JOIN orgs o ON o.org_id = h.org_id GROUP BY ALL ORDER BY 1"
    )
    return found


def _share(flags: pl.Series) -> float:
    return float(int(flags.sum()) / len(flags))
