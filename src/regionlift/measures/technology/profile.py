"""What else is known of a technology: breadth, evenness, citations, recency, pull of industries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from regionlift.data.dataset import Dataset
from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.specialisation import divided
from regionlift.measures.technology.commonness import (
    backbone,
    breadth,
    evenness,
    generality,
    joint,
    off_diagonal,
    participation,
)
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.front import TOLD, serves, user_industries

#: Last years that count as recent.
RECENT = 3


def profile(
    filings: Filings, citations: pl.DataFrame | None, concordance: Floats | None, value: Floats
) -> Mapping[str, Floats]:
    """Each measure over classes; not a number where it cannot be told.

    Parameters
    ----------
    concordance : (classes, industries) or None
        Shares of a class's patents that serve each industry; a row of zeros is not told.
    value : (industries,)
        Value added of the region's industries.
    """
    both = joint(filings.incidence, np.ones(len(filings.ids)))
    count = np.asarray(filings.incidence.sum(axis=0)).ravel()
    late = (filings.year > filings.last - RECENT).astype(np.float64)
    nothing = np.full(len(count), np.nan)
    kept = backbone(both)
    sections = np.unique([c[0] for c in filings.classes], return_inverse=True)[1]
    found = {
        "tech_breadth": breadth(both),
        "tech_evenness": _among_others(off_diagonal(both)),
        "tech_participation": np.where(
            kept.any(axis=1), participation(both * kept, sections.astype(np.int64)), np.nan),
        "tech_recent": divided(np.asarray(filings.incidence.T @ late).ravel(), count),
        "tech_users": nothing, "tech_generality": nothing, "tech_originality": nothing,
        "tech_pull": nothing,
    }  # fmt: skip
    member = user_industries(filings)
    used = np.asarray((filings.holds @ member) > 0, dtype=np.float64)
    if member.shape[1] > 1 and used.any(axis=1).mean() >= TOLD:
        found["tech_users"] = evenness(np.asarray(filings.incidence.T @ used))
    elif concordance is not None and serves(filings, concordance):
        found["tech_users"] = evenness(both @ concordance)
    if citations is not None:
        links = cited_by(filings, citations)
        ahead = np.asarray((filings.incidence.T @ links @ filings.incidence).todense())
        found |= {"tech_generality": generality(ahead), "tech_originality": generality(ahead.T)}
    if concordance is not None:
        found["tech_pull"] = pull(count, concordance, value)
    return found


def _among_others(apart: Floats) -> Floats:
    """Evenness over the other classes: a class is no partner of itself."""
    full = evenness(apart)
    k = len(apart)
    return full * np.log(k) / np.log(k - 1) if k > 2 else full * 0


def cited_by(filings: Filings, citations: pl.DataFrame) -> csr_matrix:
    """Citations between patents of the window, (cited, citing)."""
    row = pl.DataFrame({"id": filings.ids, "row": np.arange(len(filings.ids))})
    pairs = citations.select("citing", "cited").drop_nulls().unique()
    pairs = pairs.join(row, left_on="citing", right_on="id").rename({"row": "later"})
    pairs = pairs.join(row, left_on="cited", right_on="id")
    at = pairs["row"].to_numpy(), pairs["later"].to_numpy()
    size = len(filings.ids)
    return csr_matrix((np.ones(len(pairs)), at), shape=(size, size))


def pull(count: Floats, concordance: Floats, value: Floats) -> Floats:
    r"""Value added of the industries that use a technology, by its share in their patents.

    .. math:: P_k = \sum_i \frac{n_k w_{ki}}{\sum_l n_l w_{li}} VA_i

    Not a number for a class the concordance does not have, nor where it serves an industry whose
    value added is not known. Sums to the value added of the industries that any class serves.

    Sources: concordances, Schmoch, Laville, Patel & Frietsch 2003; Van Looy, Vereyen & Schmoch
    2014.
    """
    serves = np.asarray(count)[:, None] * np.asarray(concordance)
    shares = np.nan_to_num(divided(serves, serves.sum(axis=0)))
    known = np.isfinite(value)
    told = (np.asarray(concordance).sum(axis=1) > 0) & ~(shares[:, ~known] > 0).any(axis=1)
    return np.where(told, shares @ np.nan_to_num(value), np.nan)


def concordance_of(
    dataset: Dataset, filings: Filings
) -> tuple[Floats | None, tuple[str, ...], Mapping[str, str]]:
    """Shares (classes, industries), the industries, and the row of the table each class took.

    The longest symbol of the table that a class begins with counts. None without the table.
    """
    if not dataset.has("concordance", "code", "industry", "share"):
        return None, (), {}
    rows = dataset.tables["concordance"].select("code", "industry", "share").drop_nulls()
    industries = tuple(sorted(set(rows["industry"].to_list())))
    column = {name: n for n, name in enumerate(industries)}
    by_code: dict[str, list[tuple[str, float]]] = {}
    for code, industry, share in rows.iter_rows():
        by_code.setdefault(code, []).append((industry, share))
    taken: dict[str, str] = {}
    table = np.zeros((len(filings.classes), len(industries)))
    for n, klass in enumerate(filings.classes):
        code = next((klass[:m] for m in range(len(klass), 0, -1) if klass[:m] in by_code), "")
        if code:
            taken[klass] = code
            for industry, share in by_code[code]:
                table[n, column[industry]] = share
    return table, industries, taken


def value_of(
    dataset: Dataset, region: str, industries: tuple[str, ...], last: int
) -> tuple[Floats, int]:
    """Value added of the region's industries in the last year that tells most of them, and it.

    The year is 0 where none is told.
    """
    nothing = np.full(len(industries), np.nan)
    if not dataset.has("panel", "region", "industry", "year", "value_added"):
        return nothing, 0
    own = dataset.tables["panel"].filter(
        pl.col("region") == region, pl.col("year") <= last, pl.col("value_added").is_not_null(),
        pl.col("industry").is_in(list(industries)),
    )  # fmt: skip
    if own.is_empty():
        return nothing, 0
    told = own.group_by("year").agg(pl.col("industry").n_unique())
    year = int(told.sort("industry", "year")["year"][-1])
    known = dict(own.filter(pl.col("year") == year).select("industry", "value_added").iter_rows())
    return np.array([known.get(i, np.nan) for i in industries]), year
