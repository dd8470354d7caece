"""The five innovation elements that an alliance brings together, and what is missing (item 49)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.network.numbers import Rows
from regionlift.measures.pathway.technology import Named, Told, untold, values

#: The paper's five elements, as the resources table has them.
ELEMENTS = ("human", "financial", "equipment", "information", "technology")
#: Members of an alliance in a project from which the project's money is the alliance's.
TOGETHER = 2


@dataclass(frozen=True)
class Elements:
    """What one alliance has: element -> holdings found, and the elements no table could show."""

    technology: str
    holdings: Mapping[str, int]
    untold: tuple[str, ...]

    @property
    def present(self) -> tuple[str, ...]:
        """Elements with a holding."""
        return tuple(e for e in ELEMENTS if self.holdings.get(e))

    @property
    def missing(self) -> tuple[str, ...]:
        """Elements without one, where a table could have shown it."""
        return tuple(e for e in ELEMENTS if e not in self.present and e not in self.untold)

    @property
    def share(self) -> float | None:
        """Share of the five that are present; None where one cannot be told."""
        return None if self.untold else len(self.present) / len(ELEMENTS)

    @property
    def text(self) -> str:
        """What is there, what is missing, what cannot be told, in words."""
        parts = [f"{self.technology}: " + (f"has {', '.join(self.present)}" if self.present
                                          else "has none of the five")]  # fmt: skip
        if self.missing:
            parts.append(f"lacks {', '.join(self.missing)}")
        if self.untold:
            parts.append(f"cannot tell {', '.join(self.untold)}")
        return "; ".join(parts)


def elements(named: Named) -> tuple[Elements, ...]:
    """Elements of the alliance of each technology that has one."""
    return _elements(named)[0]


def alliance_elements(named: Named) -> Told:
    """Mean over the alliances of the share of the five elements that are present."""
    if named.lacking:
        return named.lacking
    if not named.groups:
        return untold(
            "no alliance works on a key common technology",
            "joint projects with codes and members of three or more", few=True,
        )  # fmt: skip
    found, rows = _elements(named)
    told = [e.share for e in found if e.share is not None]
    if not told:
        gaps = sorted({e for one in found for e in one.untold}, key=ELEMENTS.index)
        return untold(f"no table shows whether members have {', '.join(gaps)}",
                      "resources with type and org_id or platform_id; platforms with members",
                      )  # fmt: skip
    return Told(sum(told) / len(told), rows, len(told))


def _elements(named: Named) -> tuple[tuple[Elements, ...], Rows]:
    """Holdings by technology and element, a row each."""
    sources = _sources(named)
    parts = " UNION ".join(sql for sql, _ in sources)
    listed = ", ".join(f"('{e}', {n})" for n, e in enumerate(ELEMENTS))
    found, rows = named.look(
        f"{_seats(named.dataset, named.filings.last)}, element(element, place) AS (VALUES {listed})"
        f", held AS ({parts}) SELECT n.technology, e.element, count(DISTINCT h.what) AS holdings "
        "FROM (SELECT DISTINCT technology FROM alliance) n CROSS JOIN element e LEFT JOIN held h "
        "ON h.technology = n.technology AND h.element = e.element GROUP BY n.technology, "
        "e.element, e.place ORDER BY n.technology, e.place"
    )
    shown = {element for _, told in sources for element in told}
    every = []
    for (klass,), part in found.group_by("technology", maintain_order=True):
        holdings = dict(part.select("element", "holdings").iter_rows())
        gaps = tuple(e for e in ELEMENTS if e not in shown and not holdings[e])
        every.append(Elements(str(klass), holdings, gaps))
    return tuple(every), rows


def _seats(dataset: Dataset, last: int) -> str:
    """Members of each platform in its newest year up to the last, where platforms list them."""
    if not dataset.has("platforms", "platform_id", "members"):
        return f", seat{values([], ('platform_id', 'org_id'))}"
    until, newest = "", ""
    if dataset.has("platforms", "year"):
        until = f" AND (year IS NULL OR year <= {last})"
        newest = " QUALIFY year IS NULL OR year = max(year) OVER (PARTITION BY platform_id)"
    return (
        ", newest AS (SELECT platform_id, members FROM platforms WHERE members IS NOT NULL"
        f"{until}{newest}), seat AS (SELECT DISTINCT platform_id, trim(m) AS org_id FROM newest, "
        "unnest(string_split(members, ';')) AS t(m))"
    )


def _sources(named: Named) -> list[tuple[str, tuple[str, ...]]]:
    """Queries of (technology, element, what), each with the elements it could show."""
    dataset = named.dataset
    found: list[tuple[str, tuple[str, ...]]] = [(
        "SELECT technology, 'technology' AS element, patent_id AS what FROM holder WHERE allied",
        ("technology",),
    )]  # fmt: skip
    by = []
    if dataset.has("resources", "org_id"):
        by.append("r.org_id = a.org_id")
    if dataset.has("resources", "platform_id") and dataset.has("platforms", "members"):
        by.append("r.platform_id IN (SELECT s.platform_id FROM seat s WHERE s.org_id = a.org_id)")
    if by and dataset.has("resources", "resource_id", "type"):
        found.append((
            "SELECT a.technology, r.type AS element, r.resource_id AS what FROM alliance a JOIN "
            f"resources r ON {' OR '.join(by)}", ELEMENTS,
        ))  # fmt: skip
    if dataset.has("orgs", "rd_spend") and _spends(dataset, named):
        found.append((
            "SELECT a.technology, 'human' AS element, a.org_id AS what FROM alliance a JOIN orgs o "
            "USING (org_id) WHERE o.rd_spend > 0", ("human",),
        ))  # fmt: skip
    money = [c for c in ("public_money", "budget") if dataset.has("projects", c)]
    if money and dataset.has("projects", "codes", "start_year") and dataset.has("members"):
        paid = " OR ".join(f"p.{c} > 0" for c in money)
        found.append((
            "SELECT a.technology, 'financial' AS element, p.project_id AS what FROM alliance a "
            "JOIN members m USING (org_id) JOIN projects p USING (project_id) WHERE ("
            f"{paid}) AND p.start_year <= {named.filings.last} AND list_contains(list_transform("
            "string_split(p.codes, ';'), lambda c: left(replace(upper(c), ' ', ''), 4)), "
            f"a.technology) GROUP BY ALL HAVING count(DISTINCT a.org_id) >= {TOGETHER}",
            ("financial",),
        ))  # fmt: skip
    return found


def _spends(dataset: Dataset, named: Named) -> bool:
    """Whether R&D expenditure of any member is told."""
    members = {o for group in named.groups.values() for o in group.members}
    own = dataset.tables["orgs"].filter(pl.col("org_id").is_in(list(members)))
    return bool(own["rd_spend"].count())
