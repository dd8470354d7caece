"""The numbers of technologies as evidence: each with the SQL of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix
from scipy.stats import norm

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity
from regionlift.evidence.settings import Settings
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.relatedness.specialisation import advantaged, location_quotient
from regionlift.measures.technology.diffusion import Spread
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.front import Front, by_region
from regionlift.measures.technology.profile import cited_by, concordance_of, profile, value_of
from regionlift.study.numbers import Gap, Numbers

_FEW = Gap("too few patents or years", "patents of more years")


@dataclass(frozen=True)
class Beside:
    """Measures of all classes, with what their rows are: citations, rows of the concordance.

    ``advantage`` is the region's location quotient in each class, ``mastered`` whether it is at
    least 1, decided exactly. ``year`` is that of the value added, 0 where none is told.
    """

    values: Mapping[str, np.ndarray]
    advantage: np.ndarray
    mastered: np.ndarray
    links: csr_matrix | None
    taken: Mapping[str, str]
    rows: Mapping[str, int]
    year: int

    def of(self, found: Filings, k: int, cited: bool) -> int:
        """Citations of the patents of a class (cited), or by them."""
        if self.links is None:
            return 0
        has = np.asarray(found.incidence[:, [k]].todense()).ravel() > 0
        return int((self.links[has] if cited else self.links[:, has]).sum())


def beside_of(
    dataset: Dataset, found: Filings, citations: pl.DataFrame | None
) -> Beside:
    """The measures of all classes beside the three axes."""
    shares, industries, taken = concordance_of(dataset, found)
    value, year = value_of(dataset, found.region, industries, found.last)
    rows: dict[str, int] = {}
    if shares is not None:
        rows = dict(dataset.tables["concordance"].group_by("code").len().iter_rows())
    links = None if citations is None else cited_by(found, citations)
    names, table = by_region(found, found.incidence)
    own = names.index(found.region)
    return Beside(profile(found, citations, shares, value), location_quotient(table)[own],
                  advantaged(table)[own], links, taken, rows, year)  # fmt: skip


def technology_numbers(
    dataset: Dataset, found: Filings, front: Front, k: int, settings: Settings,
    citations: pl.DataFrame | None, rate: tuple[float, float], spread: Spread | None,
    beside: Beside,
) -> Iterator[Quantity]:  # fmt: skip
    """Every number of one class."""
    klass = found.classes[k]
    make = Numbers(dataset, f"{found.region}|{klass}", f"{found.first}-{found.last}")
    has = np.asarray(found.incidence[:, [k]].todense()).ravel() > 0
    own = has & found.local
    n, local = int(has.sum()), int(own.sum())
    every = Rows(_patents_sql(found, klass, None), n)
    ours = Rows(_patents_sql(found, klass, found.region), local)
    yield make.of("tech_patents", n, every, _FEW)
    yield make.of("tech_local", local, ours, _FEW)
    for measure, axis in zip(("tech_common", "tech_key", "tech_reach"), front.axes.each,
                             strict=True):  # fmt: skip
        yield make.of(measure, float(axis[k]), every, _FEW, n=n)
    yield from _beside(make, found, k, beside, every)
    advantage = float(beside.advantage[k])
    yield make.of("tech_advantage", advantage if np.isfinite(advantage) else None, every, _FEW, n=n)
    first, placed = None, 0
    if found.local_first is not None:
        led = found.local_first[own]
        placed = int(np.isfinite(led).sum())
        first = float(np.nansum(led)) / placed if placed else None
    yield make.of("tech_first", first, ours,
                  Gap("no patent of the region, or positions are not told",
                      "position in applicants"), n=placed)  # fmt: skip
    slope, error = rate
    told, bounds = np.isfinite(slope), None
    if told:
        half = float(norm.ppf(0.5 + settings["confidence"] / 2)) * error
        bounds = float(np.expm1(slope - half)), float(np.expm1(slope + half))
    yield make.of("tech_growth", float(np.expm1(slope)) if told else None, every, _FEW, n=n,
                  bounds=bounds)  # fmt: skip
    yield _foreign(make, found, own, citations, ours)
    adopters = int(((found.holds[has].sum(axis=0) > 0).A1 & found.ours).sum())
    yield make.of("tech_adopters", adopters, ours, _FEW)
    if spread is None:
        return
    gap = Gap("no alliance of the region works on it",
              "joint projects with codes and members of three or more")  # fmt: skip
    told = spread.alliance is not None and spread.total > 0
    yield make.of("tech_outside", spread.outside / spread.total if told else None, ours, gap,
                  n=spread.total)  # fmt: skip
    behind = Rows("", 0)
    if spread.alliance is not None and spread.cited is not None:
        behind = Rows(_cited_sql(found, klass, spread), spread.cited)
    elif spread.alliance is not None:
        gap = Gap("citations are not told", "a table of citations")
    yield make.of("tech_cited", spread.cited, behind, gap, n=spread.chances)


def _beside(
    make: Numbers, found: Filings, k: int, beside: Beside, every: Rows
) -> Iterator[Quantity]:
    """What else is known of it; numbers over citations open the citations."""
    klass = found.classes[k]
    cites = ({} if beside.links is None else {
        "tech_generality": Rows(_links_sql(found, klass, "cited"), beside.of(found, k, True)),
        "tech_originality": Rows(_links_sql(found, klass, "citing"), beside.of(found, k, False)),
    })  # fmt: skip
    gaps = {
        "tech_users": Gap("industries of the applicants are not told", "industry in orgs"),
        "tech_generality": Gap("fewer than two citations between the patents", "citations"),
        "tech_originality": Gap("fewer than two citations between the patents", "citations"),
        "tech_pull": Gap("no concordance has the class, or value added is not told",
                         "a table concordance; value_added in panel"),
    }  # fmt: skip
    for measure, values in beside.values.items():
        rows, provenance = cites.get(measure, every), None
        value: float | None = float(values[k])
        if measure == "tech_pull":
            code = beside.taken.get(klass, "")
            rows = Rows("SELECT code, industry, share FROM concordance WHERE code = "
                        f"{quoted(code)} ORDER BY industry", beside.rows.get(code, 0))  # fmt: skip
            provenance = Provenance.DERIVED
            value = None if not beside.year else value
        known = value is not None and np.isfinite(value)
        yield make.of(measure, value if known else None, rows, gaps.get(measure, _FEW),
                      provenance=provenance)  # fmt: skip


def _foreign(
    make: Numbers, found: Filings, own: np.ndarray, citations: pl.DataFrame | None, ours: Rows
) -> Quantity:
    gap = Gap("citations with the origin of the cited patent are not told",
              "cited_foreign in citations")  # fmt: skip
    if citations is None or "cited_foreign" not in citations.columns:
        return make.of("tech_foreign", None, ours, gap)
    mine = pl.Series("citing", np.array(found.ids)[own].tolist(), dtype=pl.String)
    made = citations.filter(pl.col("citing").is_in(mine.implode())).drop_nulls("cited_foreign")
    if made.is_empty():
        return make.of("tech_foreign", None, ours, gap)
    abroad = made["cited_foreign"].cast(pl.Float64).mean()
    return make.of("tech_foreign", float(str(abroad)), ours, gap, n=made.height)


def _patents_sql(found: Filings, klass: str, region: str | None) -> str:
    """Patents of a class and the window; with a region, those with an applicant of it."""
    of = "" if region is None else f" AND o.region = {quoted(region)}"
    return (
        "SELECT p.patent_id, p.app_year, string_agg(DISTINCT o.name, '; ') AS applicants FROM "
        "patents p JOIN applicants a USING (patent_id) JOIN orgs o USING (org_id) WHERE "
        f"p.app_year BETWEEN {found.first} AND {found.last}{of} AND p.patent_id IN (SELECT "
        f"patent_id FROM codes WHERE subclass = {quoted(klass)}) GROUP BY ALL ORDER BY p.patent_id"
    )


def _cited_sql(found: Filings, klass: str, spread: Spread) -> str:
    members = ", ".join(quoted(m) for m in sorted(spread.alliance.members)
                        ) if spread.alliance else "''"  # fmt: skip
    return (
        "SELECT c.citing, c.cited FROM citations c "
        f"JOIN patents p ON p.patent_id = c.cited JOIN patents q ON q.patent_id = c.citing WHERE "
        f"p.app_year BETWEEN {found.first} AND {found.last} AND q.app_year BETWEEN {found.first} "
        f"AND {found.last} AND c.cited IN (SELECT patent_id FROM codes WHERE "
        f"subclass = {quoted(klass)}) AND c.cited IN (SELECT "
        f"patent_id FROM applicants WHERE org_id IN ({members})) AND c.citing NOT IN (SELECT "
        f"patent_id FROM applicants WHERE org_id IN ({members})) AND c.citing IN (SELECT "
        "patent_id FROM applicants JOIN orgs USING (org_id) WHERE region = "
        f"{quoted(found.region)}) AND c.citing IN (SELECT patent_id FROM codes WHERE subclass IS "
        "NOT NULL) ORDER BY ALL"
    )


def _links_sql(found: Filings, klass: str, end: str) -> str:
    """Citations between patents of the window, one end of them in a class."""
    window = (
        "SELECT p.patent_id FROM patents p WHERE p.app_year BETWEEN "
        f"{found.first} AND {found.last} AND p.patent_id IN (SELECT patent_id FROM codes WHERE "
        "subclass IS NOT NULL) AND p.patent_id IN (SELECT patent_id FROM applicants JOIN orgs "
        "USING (org_id))"
    )
    return (
        f"SELECT DISTINCT citing, cited FROM citations WHERE citing IN ({window}) AND cited IN "
        f"({window}) AND {end} IN (SELECT patent_id FROM codes WHERE "
        f"subclass = {quoted(klass)}) ORDER BY ALL"
    )
