"""Alliances and foreign partners of the key technologies as evidence (items 86 and 88)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Quantity
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.technology.abroad import Abroad, Pace, seated_abroad
from regionlift.measures.technology.alliances import Consortia
from regionlift.measures.technology.diffusion import Alliance
from regionlift.measures.technology.filings import Filings
from regionlift.study.numbers import Gap, Numbers

_NO_ALLIANCE = Gap("no alliance of the region works on it",
                   "joint projects with codes and members of three or more")  # fmt: skip
_NONE_ABROAD = Gap("no applicant in the tables is known to be foreign",
                   "type foreign or country in orgs; patents of applicants abroad")  # fmt: skip


def abroad_numbers(
    dataset: Dataset, found: Filings, carry: Consortia, beside: Abroad | None
) -> Iterator[Quantity]:
    """Share of joint patents with a partner abroad, and the most that one would add."""
    make = Numbers(dataset, f"{found.region}|{carry.klass}", f"{found.first}-{found.last}")
    if beside is None:
        for measure in ("tech_foreign_joint", "tech_foreign_gain"):
            yield make.of(measure, None, Rows("", 0), _NONE_ABROAD)
        return
    ids = [found.applicants[n].id for n in seated_abroad(found)]
    share = beside.joint / beside.local if beside.local else None
    behind = Rows(_ours_sql(found, carry.klass, ids, "foreign"), beside.local)
    yield make.of("tech_foreign_joint", share, behind,
                  Gap("no patent of the region in it", "patents of more years"), n=beside.local)
    pairs = sum(len(f.has) for f in beside.foreigners)
    yield make.of("tech_foreign_gain", beside.gain,
                  Rows(_needed_sql(found, carry, ids), pairs), _NONE_ABROAD, n=beside.needs)


def alliance_numbers(
    dataset: Dataset, found: Filings, klass: str, alliance: Alliance | None, begun: Pace | None
) -> Iterator[Quantity]:
    """Share of the alliance in the region's patents, and how soon it filed."""
    make = Numbers(dataset, f"{found.region}|{klass}", f"{found.first}-{found.last}")
    if alliance is None:
        for measure in ("tech_alliance_share", "tech_alliance_time"):
            yield make.of(measure, None, Rows("", 0), _NO_ALLIANCE)
        return
    has = np.asarray(found.incidence[:, [found.classes.index(klass)]].todense()).ravel() > 0
    allied = np.array([a.id in alliance.members for a in found.applicants], dtype=float)
    local = int((has & found.local).sum())
    mine = int((has & (np.asarray(found.holds @ allied) > 0)).sum())
    behind = Rows(_ours_sql(found, klass, sorted(alliance.members), "of_alliance"), local)
    yield make.of("tech_alliance_share", mine / local if local else None, behind,
                  Gap("no patent of the region in it", "patents of more years"), n=local)
    yield make.of("tech_alliance_time", None if begun is None else begun.years,
                  Rows("", 0) if begun is None else _first_rows(begun), _late(alliance, begun),
                  n=None if begun is None else begun.filed)  # fmt: skip


def _late(alliance: Alliance, begun: Pace | None) -> Gap:
    if begun is None:
        return Gap(f"the alliance was seen in {alliance.read_from}: no project of two members on "
                   "it has a start", "projects with codes, start_year and members")  # fmt: skip
    return Gap(f"its first project began in {begun.start}; up to {begun.until} no member filed in "
               f"it: over {begun.until - begun.start} years", "patents of later years")  # fmt: skip


def _first_rows(begun: Pace) -> Rows:
    """The first projects and the first patents."""
    sql = (
        "SELECT 'project' AS what, project_id AS id, start_year AS year FROM projects WHERE "
        f"project_id IN ({_listed(begun.projects)}) UNION ALL SELECT DISTINCT 'patent', patent_id, "
        f"app_year FROM patents WHERE patent_id IN ({_listed(begun.patents)}) ORDER BY year, id"
    )
    return Rows(sql, len(begun.projects) + len(begun.patents))


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(map(quoted, ids)) or "NULL"


def _ours_sql(found: Filings, klass: str, ids: Iterable[str], name: str) -> str:
    """Patents of the region in a class, with whether one of these is among the applicants."""
    return (
        "SELECT p.patent_id, p.app_year, string_agg(DISTINCT o.name, '; ') AS applicants, "
        f"coalesce(bool_or(o.org_id IN ({_listed(ids)})), false) AS {name} FROM patents p JOIN "
        "applicants a USING (patent_id) JOIN orgs o USING (org_id) WHERE p.app_year BETWEEN "
        f"{found.first} AND {found.last} AND p.patent_id IN (SELECT patent_id FROM codes WHERE "
        f"subclass = {quoted(klass)}) GROUP BY p.patent_id, "
        f"p.app_year HAVING bool_or(o.region = {quoted(found.region)}) ORDER BY p.patent_id"
    )


def _needed_sql(found: Filings, carry: Consortia, ids: Iterable[str]) -> str:
    """Needed classes of each foreign holder, with its patents in them and whether we hold them."""
    needs = ", ".join(
        f"({quoted(n.klass)}, {str(bool(n.holders)).lower()})" for n in carry.needs
    )
    return (
        "SELECT o.org_id, o.name, n.class, n.held_here, count(DISTINCT p.patent_id) AS patents "
        f"FROM (VALUES {needs}) AS n(class, held_here) JOIN codes c ON c.subclass = n.class JOIN "
        "patents p USING (patent_id) JOIN applicants a USING (patent_id) "
        f"JOIN orgs o USING (org_id) WHERE o.org_id IN ({_listed(ids)}) AND p.app_year BETWEEN "
        f"{found.first} AND {found.last} GROUP BY ALL ORDER BY o.org_id, n.class"
    )
