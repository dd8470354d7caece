"""Leading enterprises, concentration and potential of a region's technology (A1, A3, C1, c9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.cube import Floats
from regionlift.measures.network.cores import concentration
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.pathway.technology import Told, looked_up, untold, values, with_filings
from regionlift.measures.position import percentile_rank
from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.relatedness.nearness import density
from regionlift.measures.relatedness.nearness import outside as lacking_only
from regionlift.measures.relatedness.specialisation import advantaged
from regionlift.measures.technology.commonness import growth
from regionlift.measures.technology.diffusion import Alliance
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.front import LEAST_REGIONS, by_region, counted

#: Share of the other applicants a leader is ahead of, applicants below which that means nothing,
#: and local partners that make a leader one who can pass something on.
AHEAD, APPLICANTS, PARTNERS = 0.9, 10, 3
#: Quantile of all enterprises that is outstanding; enterprises from elsewhere it is read with.
OUTSTANDING, ELSEWHERE = 0.95, 40

_PATENTS = {"patents": ("patent_id", "app_year", "kind"), "applicants": ("patent_id", "org_id"),
            "orgs": ("org_id", "region")}  # fmt: skip


def technology_leaders(
    dataset: Dataset, filings: Filings, candidates: tuple[str, ...], joint: str,
    years: tuple[int, int], largest: int,
) -> Told:  # fmt: skip
    """Enterprises ahead of nine tenths of the other applicants, with three local partners or more.

    Parameters
    ----------
    candidates : classes that are compared
    joint : the participations in joint events, see ``joint_sql``
    years : partners are those of an event that runs in these years
    largest : members up to which an event makes ties
    """
    if not dataset.has("orgs", "type"):
        return untold("types of organisations are not told", "type in orgs")
    if not candidates:
        return untold("no class has enough patents to be compared", "patents of more years",
                      few=True)  # fmt: skip
    here = quoted(filings.region)
    sql = with_filings(candidates, {}, filings, joint.rstrip() + ", ") + (
        ", sized AS (SELECT *, count(*) OVER (PARTITION BY event) AS size FROM joint), partner AS "
        "(SELECT a.org_id, count(DISTINCT b.org_id) AS partners FROM sized a JOIN sized b USING "
        "(event) JOIN orgs o ON o.org_id = a.org_id JOIN orgs q ON q.org_id = b.org_id WHERE "
        f"a.size <= {largest} AND o.region = {here} AND q.region = {here} AND a.org_id <> b.org_id "
        f"AND a.first <= {years[1]} AND a.last >= {years[0]} GROUP BY 1), counted AS (SELECT "
        "technology, org_id, count(DISTINCT patent_id) AS patents FROM holder GROUP BY ALL), "
        "ranked AS (SELECT *, percent_rank() OVER (PARTITION BY technology ORDER BY patents) AS "
        "ahead, count(*) OVER (PARTITION BY technology) AS applicants FROM counted) SELECT "
        "r.org_id, o.name, p.partners, string_agg(r.technology, '; ' ORDER BY r.technology) AS "
        "technologies FROM ranked r JOIN orgs o USING (org_id) JOIN partner p USING (org_id) WHERE "
        f"r.ahead >= {AHEAD} AND r.applicants >= {APPLICANTS} AND o.type = 'enterprise' AND "
        f"o.region = {here} AND p.partners >= {PARTNERS} GROUP BY ALL ORDER BY 1"
    )
    found = looked_up(dataset, sql)
    return Told(float(found.height), Rows(sql, found.height), len(candidates))


def outstanding_firms(dataset: Dataset, region: str, last: int | None) -> Told:
    """Enterprises of the region at or above the 95th percentile in revenue or R&D, and above zero.

    Where fewer than one in twenty spend on research that percentile is zero, and no mark of rank.
    ``last`` leaves out those founded later or closed by then.
    """
    lacking = dataset.lacks({"orgs": ("org_id", "region", "type")})
    if lacking:
        return untold(f"not in the dataset: {lacking}", lacking)
    there = "type = 'enterprise'"
    for column, out in (("founded", ">"), ("closed", "<=")):
        if last is not None and dataset.has("orgs", column):
            there += f" AND ({column} IS NULL OR NOT {column} {out} {last})"
    columns, least = [], 0
    for column in ("revenue", "rd_spend"):
        if dataset.has("orgs", column):
            away = looked_up(dataset, "SELECT org_id FROM orgs WHERE region IS DISTINCT FROM "
                             f"{quoted(region)} AND {column} IS NOT NULL AND {there}")  # fmt: skip
            least = max(least, away.height)
            columns += [column] if away.height >= ELSEWHERE else []
    if not columns:
        return untold(
            f"revenue or R&D of {least} enterprises from elsewhere is in the tables, {ELSEWHERE} "
            "are needed", "revenue or rd_spend of enterprises of other regions in orgs", least,
            few=least > 0,
        )  # fmt: skip
    above = " OR ".join(
        f"({c} > 0 AND {c} >= (SELECT quantile_cont({c}, {OUTSTANDING}) FROM orgs WHERE {there}))"
        for c in columns
    )
    sql = (
        f"SELECT org_id, name, {', '.join(columns)}, _rows FROM orgs WHERE region = "
        f"{quoted(region)} AND {there} AND ({above}) ORDER BY org_id"
    )
    found = looked_up(dataset, sql)
    return Told(float(found.height), Rows(sql, found.height), least)


def inventor_concentration(
    dataset: Dataset, region: str, years: tuple[int, int], rng: np.random.Generator,
    resamples: int, level: float,
) -> Told:  # fmt: skip
    """CR4 of the region's applicants in its inventions of some years."""
    lacking = dataset.lacks(_PATENTS)
    if lacking:
        return untold(f"not in the dataset: {lacking}", lacking)
    sql = (
        "SELECT p.patent_id, p.app_year, o.org_id, o.name FROM patents p JOIN applicants a USING "
        f"(patent_id) JOIN orgs o USING (org_id) WHERE o.region = {quoted(region)} AND p.kind = "
        f"'invention' AND p.app_year BETWEEN {years[0]} AND {years[1]} ORDER BY 1, 3"
    )
    found = looked_up(dataset, sql)
    held = concentration(
        found["patent_id"].cast(pl.String).to_numpy().astype(str),
        found["org_id"].cast(pl.String).to_numpy().astype(str), rng,
        resamples=resamples, level=level,
    )  # fmt: skip
    if held.cr4.value is None:
        return untold(held.cr4.reason, "inventions of more years", held.patents, few=True)
    low, high = held.cr4.low, held.cr4.high
    ends = None if low is None or high is None else (low, high)
    return Told(held.cr4.value, Rows(sql, found.height), held.patents, ends)


@dataclass(frozen=True)
class Potential:
    """Mean density over what each region lacks, and the place of one among them."""

    regions: tuple[str, ...]
    mean: Floats
    percentile: float | None


def potential(filings: Filings, weight: Floats, enough: np.ndarray | None = None) -> Potential:
    """Mean relatedness density over the classes each region lacks; percentile of the own region.

    ``enough`` are the classes that count; by default those with ten patents or more in all regions.
    """
    weighted = filings.incidence.multiply(weight[:, None]).tocsr()
    names, table = by_region(filings, weighted)
    kept = counted(filings) if enough is None else enough
    held = advantaged(table)[:, kept]
    near = lacking_only(held, density(held, proximity(held)))
    told = np.isfinite(near)
    total = np.where(told, near, 0.0).sum(axis=1)
    mean = np.where(told.any(axis=1), total / np.maximum(told.sum(axis=1), 1), np.nan)
    own = names.index(filings.region)
    others = np.delete(mean, own)
    others = others[np.isfinite(others)]
    if not np.isfinite(mean[own]) or len(others) < LEAST_REGIONS - 1:
        return Potential(names, mean, None)
    return Potential(names, mean, float(percentile_rank(mean[own], others)))


def technology_potential(
    dataset: Dataset, filings: Filings, rng: np.random.Generator, draws: int, level: float
) -> Told:
    """Percentile of the region in mean relatedness density, with patents drawn again."""
    regions = len({a.region for a in filings.applicants if a.region})
    if regions < LEAST_REGIONS:
        return untold(f"applicants of {regions} regions are told; {LEAST_REGIONS} are needed",
                      "patents of applicants of other regions", regions, few=True)  # fmt: skip
    ones = np.ones(len(filings.ids))
    names, _ = by_region(filings, filings.incidence)
    enough = counted(filings)
    now = potential(filings, ones, enough)
    if now.percentile is None:
        return untold("the region lacks no class, or fewer than ten regions lack one",
                      "patents of applicants of other regions", regions, few=True)  # fmt: skip
    again = []
    for _ in range(draws):
        drawn = np.bincount(rng.integers(0, len(ones), len(ones)), minlength=len(ones))
        place = potential(filings, drawn.astype(np.float64), enough).percentile
        again += [] if place is None else [place]
    ends = None
    if len(again) > 1:
        low, high = np.quantile(again, ((1 - level) / 2, (1 + level) / 2))
        ends = float(low), float(high)
    return Told(now.percentile, _by_region(dataset, filings), len(names), ends)


def _by_region(dataset: Dataset, filings: Filings) -> Rows:
    """Patents of the window by region of the applicants."""
    sql = (
        "SELECT o.region, count(DISTINCT p.patent_id) AS patents FROM patents p JOIN applicants a "
        "USING (patent_id) JOIN orgs o USING (org_id) WHERE o.region <> '' AND p.app_year BETWEEN "
        f"{filings.first} AND {filings.last} AND p.patent_id IN (SELECT patent_id FROM codes WHERE "
        "subclass IS NOT NULL) GROUP BY ALL ORDER BY 1"
    )
    return Rows(sql, looked_up(dataset, sql).height)


def alliance_count(
    dataset: Dataset, region: str, groups: Mapping[str, Alliance], seen: bool
) -> Told:
    """Declared alliances, and those seen in joint events without a declared one among them.

    ``seen`` tells whether joint events on technologies are in the tables at all.
    """
    declared: set[str] = set()
    if dataset.has("orgs", "org_id", "region", "type"):
        own = dataset.tables["orgs"].filter(
            pl.col("region") == region, pl.col("type") == "alliance"
        )
        declared = set(own["org_id"].to_list())
    if not seen and not declared:
        return untold("no joint event on a technology, and no organisation of type alliance, is in "
                      "the tables", "joint projects with codes and members; type in orgs",
                      )  # fmt: skip
    distinct: dict[frozenset[str], list[str]] = {}
    for klass, group in sorted(groups.items()):
        if not group.members & declared:
            distinct.setdefault(group.members, []).append(klass)
    rows = [(o, "; ".join(names)) for m, names in distinct.items() for o in sorted(m)]
    ids = [(o,) for o in sorted(declared)]
    sql = (
        f"WITH declared{values(ids, ('org_id',))}, seen{values(rows, ('org_id', 'technologies'))} "
        "SELECT 'declared' AS kind, o.name AS members, NULL AS technologies FROM declared JOIN "
        "orgs o USING (org_id) UNION ALL SELECT 'seen', string_agg(o.name, '; ' ORDER BY o.org_id),"
        " technologies FROM seen JOIN orgs o USING (org_id) GROUP BY technologies ORDER BY 1, 2"
    )
    count = len(declared) + len(distinct)
    return Told(float(count), Rows(sql, count), count)


def firm_invention_growth(
    dataset: Dataset, region: str, years: tuple[int, int], half: float
) -> Told:
    """Yearly growth of the number of local enterprises that file inventions.

    ``half`` is the quantile of the normal interval.
    """
    needs = {**_PATENTS, "orgs": ("org_id", "region", "type")}
    lacking = dataset.lacks(needs)
    if lacking:
        return untold(f"not in the dataset: {lacking}", lacking)
    sql = (
        "SELECT DISTINCT p.app_year, o.org_id, o.name FROM patents p JOIN applicants a USING "
        f"(patent_id) JOIN orgs o USING (org_id) WHERE o.region = {quoted(region)} AND o.type = "
        f"'enterprise' AND p.kind = 'invention' AND p.app_year BETWEEN {years[0]} AND {years[1]} "
        "ORDER BY 1, 2"
    )
    found = looked_up(dataset, sql)
    span = np.arange(years[0], years[1] + 1)
    counts = np.array([[(found["app_year"] == y).sum() for y in span.tolist()]], dtype=np.float64)
    slope, error = growth(counts, span.astype(np.float64))
    if not np.isfinite(slope[0]):
        return untold(f"{found.height} filings of inventing enterprises in {len(span)} years, five "
                      "in three years are needed", "patents of more years", found.height,
                      few=True)  # fmt: skip
    b, e = float(slope[0]), float(error[0])
    return Told(b, Rows(sql, found.height), found.height, (b - half * e, b + half * e))
