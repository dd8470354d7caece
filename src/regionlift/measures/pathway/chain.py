"""What path B asks of the chain and its firms (figure 2): the queries and what follows from them.

Each number is worked out from the rows that its query gives: what is shown is what was counted.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from regionlift.data.dataset import Dataset
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.pathway.technology import Told, looked_up, untold
from regionlift.measures.technology.commonness import growth

#: Years of entry, exit and service that count.
RECENT = 3


def among(ids: Collection[str]) -> str:
    """Ids as the list of an SQL query; a list that matches nothing where there are none."""
    return ", ".join(quoted(i) for i in sorted(ids)) or "NULL"


def placed_sql(dataset: Dataset, region: str, year: int) -> str:
    """Organisations of the region on the chain that exist in the year."""
    alive = [f"({c} IS NULL OR {c} {sign} {year})" for c, sign in (("founded", "<="),
             ("closed", ">")) if dataset.has("orgs", c)]  # fmt: skip
    where = " AND ".join([f"region = {quoted(region)}", "chain_node IS NOT NULL", *alive])
    name = "name" if dataset.has("orgs", "name") else "org_id AS name"
    return f"SELECT org_id, {name}, chain_node FROM orgs WHERE {where}"


def net_entry(dataset: Dataset, region: str, year: int) -> Told:
    """Founded less closed in the last three years."""
    needs = {"orgs": ("org_id", "region", "chain_node", "founded", "closed")}
    if lacking := dataset.lacks(needs):
        return untold(f"not in the dataset: {lacking}", lacking)
    first = year - RECENT + 1
    here = f"region = {quoted(region)} AND chain_node IS NOT NULL AND "
    sql = (
        f"SELECT org_id, chain_node, founded AS year, 1 AS moves FROM orgs WHERE {here}founded "
        f"BETWEEN {first} AND {year} UNION ALL SELECT org_id, chain_node, closed, -1 FROM orgs "
        f"WHERE {here}closed BETWEEN {first} AND {year} ORDER BY 1, 3"
    )
    # those that closed are placed too: when all have, the number is a loss and not unknown
    told = looked_up(dataset, f"SELECT founded, closed FROM orgs WHERE {here}true")
    if not told.height:
        return _nobody(region)
    if not told["founded"].count():
        return untold("when organisations on the chain were founded is not told",
                      "founded in orgs")  # fmt: skip
    rows = looked_up(dataset, sql)
    return Told(float(rows["moves"].sum()), Rows(sql, rows.height), rows.height)


def _nobody(region: str) -> Told:
    return untold(f"no organisation of {region} is placed on the chain", "chain_node in orgs")


def patent_years(dataset: Dataset, years: tuple[int, int]) -> tuple[int, int]:
    """Those of the years that the patents tell of: before and after them nothing was seen."""
    if not dataset.has("patents", "app_year"):
        return years
    seen = dataset.tables["patents"]["app_year"].drop_nulls()
    if seen.is_empty():
        return years
    first, last = max(years[0], int(str(seen.min()))), min(years[1], int(str(seen.max())))
    return (first, last) if first <= last else years


def inventions(
    dataset: Dataset, inside: str, years: tuple[int, int], half: float, who: str
) -> Told:
    """Yearly growth of invention patents of the organisations that a query ``inside`` gives."""
    needs = {"patents": ("patent_id", "app_year", "kind"), "applicants": ("patent_id", "org_id")}
    if lacking := dataset.lacks(needs):
        return untold(f"not in the dataset: {lacking}", lacking)
    sql = (
        "SELECT DISTINCT p.patent_id, p.app_year FROM patents p JOIN applicants a USING "
        f"(patent_id) WHERE p.kind = 'invention' AND p.app_year BETWEEN {years[0]} AND {years[1]} "
        f"AND a.org_id IN ({inside}) ORDER BY 2, 1"
    )
    rows = looked_up(dataset, sql)
    span = np.arange(years[0], years[1] + 1)
    counts = np.array([[(rows["app_year"] == y).sum() for y in span.tolist()]], dtype=np.float64)
    slope, error = growth(counts, span.astype(np.float64))
    if not np.isfinite(slope[0]):
        return untold(f"{rows.height} inventions of {who} in {len(span)} years are too few",
                      "patents of more years", rows.height, few=True)  # fmt: skip
    b, e = float(slope[0]), float(error[0])
    return Told(b, Rows(sql, rows.height), rows.height, (b - half * e, b + half * e))


def learning(dataset: Dataset, region: str, year: int, years: int) -> Told:
    """Organisations of the chain with a joint project, joint patent or citation among them."""
    here = placed_sql(dataset, region, year)
    first = year - years + 1
    parts = _meetings(dataset, year, first)
    if not dataset.has("orgs", "org_id", "region", "chain_node"):
        return untold("organisations are not placed on the chain", "chain_node in orgs")
    if not parts:
        return untold("neither joint projects nor patents with applicants are in the tables",
                      "projects and members; patents and applicants")  # fmt: skip
    pairs = " UNION ".join(parts)
    if not looked_up(dataset, f"SELECT a FROM ({pairs}) LIMIT 1").height:
        return untold(f"no joint project, joint patent or citation of {first} to {year} is in the "
                      "tables", "projects and members, or patents, of these years")  # fmt: skip
    sql = (
        f"WITH here AS ({here}), pair AS ({pairs}) SELECT h.org_id, h.name, h.chain_node, "
        "h.org_id IN (SELECT a FROM pair WHERE b IN (SELECT org_id FROM here)) AS learns FROM "
        "here h ORDER BY 1"
    )
    return _share(dataset, sql, "learns", region)


def _meetings(dataset: Dataset, year: int, first: int) -> list[str]:
    """Queries of ordered pairs of organisations that met in these years."""
    parts = []
    if dataset.has("projects", "start_year", "end_year") and dataset.has("members", "org_id"):
        parts.append(
            "SELECT m.org_id AS a, n.org_id AS b FROM members m JOIN members n USING (project_id) "
            f"JOIN projects p USING (project_id) WHERE m.org_id <> n.org_id AND p.start_year <= "
            f"{year} AND coalesce(p.end_year, p.start_year) >= {first}"
        )
    if dataset.has("patents", "app_year") and dataset.has("applicants", "org_id"):
        parts.append(
            "SELECT m.org_id AS a, n.org_id AS b FROM applicants m JOIN applicants n USING "
            "(patent_id) JOIN patents p USING (patent_id) WHERE m.org_id <> n.org_id AND "
            f"p.app_year BETWEEN {first} AND {year}"
        )
        if dataset.has("citations", "citing", "cited"):
            both = (
                "FROM citations c JOIN applicants m ON m.patent_id = c.citing JOIN applicants n ON "
                "n.patent_id = c.cited JOIN patents p ON p.patent_id = c.citing WHERE m.org_id <> "
                f"n.org_id AND p.app_year BETWEEN {first} AND {year}"
            )
            parts += [f"SELECT m.org_id AS a, n.org_id AS b {both}",
                      f"SELECT n.org_id AS a, m.org_id AS b {both}"]  # fmt: skip
    return parts


def sharing(dataset: Dataset, region: str, year: int) -> Told:
    """Organisations of the chain that are platform members or had a need served lately."""
    if not dataset.has("orgs", "org_id", "region", "chain_node"):
        return untold("organisations are not placed on the chain", "chain_node in orgs")
    first, users, told = year - RECENT + 1, [], []
    lately = f"year BETWEEN {first} AND {year}"
    if dataset.has("platforms", "members", "year"):
        users.append("SELECT trim(unnest(string_split(members, ';'))) AS id FROM platforms WHERE "
                     f"{lately}")  # fmt: skip
        told.append(f"SELECT 1 FROM platforms WHERE members IS NOT NULL AND {lately}")
    if dataset.has("needs", "org_id", "served", "year"):
        users.append(f"SELECT org_id AS id FROM needs WHERE served AND {lately}")
        told.append("SELECT 1 FROM needs WHERE org_id IS NOT NULL AND served IS NOT NULL AND "
                    f"{lately}")  # fmt: skip
    if not any(looked_up(dataset, f"{sql} LIMIT 1").height for sql in told):
        return untold(f"neither members of platforms nor needs served are told for {first} to "
                      f"{year}", "members and year in platforms, or org_id, served and year in "
                      "needs")  # fmt: skip
    sql = (
        f"WITH here AS ({placed_sql(dataset, region, year)}), used AS ({' UNION '.join(users)}) "
        "SELECT org_id, name, chain_node, org_id IN (SELECT id FROM used WHERE id IS NOT NULL) AS "
        "shares FROM here ORDER BY 1"
    )
    return _share(dataset, sql, "shares", region)


def _share(dataset: Dataset, sql: str, column: str, region: str) -> Told:
    rows = looked_up(dataset, sql)
    if not rows.height:
        return _nobody(region)
    return Told(int(rows[column].sum()) / rows.height, Rows(sql, rows.height), rows.height)


def able_suppliers(dataset: Dataset, suppliers: Collection[str]) -> Told:
    """Suppliers with R&D spending or a certification among those for which either is told.

    One without the one, of which the other is not told, may be able: up to all of these are.
    """
    columns = [c for c in ("rd_spend", "certified") if dataset.has("orgs", c)]
    if not columns:
        return untold("R&D and certifications of organisations are not told",
                      "rd_spend and certified in orgs")  # fmt: skip
    tests = {"rd_spend": "coalesce(rd_spend, 0) > 0",
             "certified": "coalesce(certified, 'none') <> 'none'"}  # fmt: skip
    gaps = " OR ".join(f"{c} IS NULL" for c in columns)
    able = " OR ".join(tests[c] for c in columns)
    sql = (
        f"SELECT org_id, {', '.join(columns)}, ({able}) AS able, NOT ({able}) AND ({gaps}) AS open "
        f"FROM orgs WHERE org_id IN ({among(suppliers)}) AND "
        f"({' OR '.join(f'{c} IS NOT NULL' for c in columns)}) ORDER BY 1"
    )
    rows = looked_up(dataset, sql)
    if not rows.height:
        return untold("neither R&D nor certification of any supplier is told",
                      "rd_spend and certified in orgs")  # fmt: skip
    n, held, open_ = rows.height, int(rows["able"].sum()), int(rows["open"].sum())
    ends = (held / n, (held + open_) / n) if open_ else None
    return Told(held / n, Rows(sql, n), n, ends)


def codevelopment(
    pairs: Collection[tuple[str, str]], partners: Mapping[str, Collection[str]]
) -> tuple[int, float]:
    r"""Pairs with a joint event, and how many chance would give.

    .. math:: E = \sum_{(i, j)} 1 - e^{-k_i k_j / 2m}

    over the given pairs, with :math:`k` numbers of partners and :math:`m` ties in all; the chance
    of a tie between two organisations where ties are drawn at random with the same numbers of
    partners. Source: Newman 2010, section 13.2.

    Examples
    --------
    >>> codevelopment([("a", "b")], {"a": {"b"}, "b": {"a"}})[0]
    1
    """
    degree = {i: len(set(p)) for i, p in partners.items()}
    twice = sum(degree.values())
    met = sum(j in partners.get(i, ()) for i, j in pairs)
    if not twice:
        return met, 0.0
    expected = sum(1 - math.exp(-degree.get(i, 0) * degree.get(j, 0) / twice) for i, j in pairs)
    return met, expected
