"""The numbers of technologies as evidence: each with the SQL of its rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.stats import norm

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.measures.network.numbers import Rows
from regionlift.measures.panel import quoted
from regionlift.measures.technology.diffusion import Spread
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.front import Front
from regionlift.study.numbers import Gap, Numbers

_FEW = Gap("too few patents or years", "patents of more years")


def technology_numbers(
    dataset: Dataset, found: Filings, front: Front, k: int, settings: Settings,
    citations: pl.DataFrame | None, rate: tuple[float, float], spread: Spread | None,
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
    expected = n * float(found.local.sum()) / len(found.ids)
    yield make.of("tech_advantage", local / expected if expected else None, every, _FEW, n=n)
    first = None
    if found.local_first is not None and local:
        first = float((own & found.local_first).sum()) / local
    yield make.of("tech_first", first, ours,
                  Gap("no patent of the region, or positions are not told",
                      "position in applicants"), n=local)  # fmt: skip
    slope, error = rate
    bounds = None
    if np.isfinite(slope):
        half = float(norm.ppf(0.5 + settings["confidence"] / 2)) * error
        bounds = slope - half, slope + half
    yield make.of("tech_growth", slope if np.isfinite(slope) else None, every, _FEW, n=n,
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
    yield make.of("tech_cited", spread.cited, behind, gap, n=spread.chances)


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
        "patent_id FROM codes WHERE starts_with(replace(upper(code), ' ', ''), "
        f"{quoted(klass)})) GROUP BY ALL ORDER BY p.patent_id"
    )


def _cited_sql(found: Filings, klass: str, spread: Spread) -> str:
    members = ", ".join(quoted(m) for m in sorted(spread.alliance.members)
                        ) if spread.alliance else "''"  # fmt: skip
    return (
        "SELECT c.citing, c.cited FROM citations c "
        f"JOIN patents p ON p.patent_id = c.cited JOIN patents q ON q.patent_id = c.citing WHERE "
        f"p.app_year BETWEEN {found.first} AND {found.last} AND q.app_year BETWEEN {found.first} "
        f"AND {found.last} AND c.cited IN (SELECT patent_id FROM codes WHERE "
        f"starts_with(replace(upper(code), ' ', ''), {quoted(klass)})) AND c.cited IN (SELECT "
        f"patent_id FROM applicants WHERE org_id IN ({members})) AND c.citing NOT IN (SELECT "
        f"patent_id FROM applicants WHERE org_id IN ({members})) AND c.citing IN (SELECT "
        "patent_id FROM applicants JOIN orgs USING (org_id) WHERE region = "
        f"{quoted(found.region)}) ORDER BY ALL"
    )
