"""Classes that stand on the same patent, counted in DuckDB from tables of any length.

The same numbers as the product of the incidence matrix with itself
(:func:`~regionlift.measures.technology.commonness.joint`), without that matrix: tens of millions
of rows are joined where they lie.
"""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from regionlift.data.dataset import Dataset
from regionlift.data.symbols import Level
from regionlift.measures.events import Lazy, collect
from regionlift.measures.technology.filings import (
    MOST_CLASSES,
    NEEDS,
    NoPatentsError,
    symbol_of,
)


@dataclass(frozen=True)
class Together:
    """Patents in both of two classes, (classes, classes), those of a class on the diagonal."""

    classes: tuple[str, ...]
    patents: csr_matrix


def together(dataset: Dataset, first: int, last: int, level: Level = "subclass") -> Together:
    """Joint patents of all pairs of classes, of the years first..last.

    Counted are the patents that :func:`~regionlift.measures.technology.filings.filings` counts.

    Raises
    ------
    NoPatentsError
        Where a table is missing, or no patent is left.
    """
    lacking = dataset.lacks(NEEDS)
    if lacking:
        raise NoPatentsError(f"not in the dataset: {lacking}", lacking)
    names, symbols = _symbols(dataset, level)
    found = collect(paired(coded(dataset, symbols, first, last)))
    if found.is_empty():
        raise NoPatentsError(f"no patent of {first}-{last} has a class and an applicant",
                             "patents, codes and applicants that refer to each other")  # fmt: skip
    i, j, n = (found[c].to_numpy() for c in ("class", "other", "patents"))
    # Places run over all classes of the table; those of other years have no patent here.
    present = np.unique(i[i == j])
    at = np.searchsorted(present, i), np.searchsorted(present, j)
    half = csr_matrix((n.astype(np.float64), at), shape=(len(present), len(present)))
    apart = half.copy()
    apart.setdiag(0)
    classes = tuple(names[p] for p in present.tolist())
    return Together(classes, (half + apart.T).tocsr())


def _symbols(dataset: Dataset, level: Level) -> tuple[list[str], pl.DataFrame]:
    """Classes in their order, and the place among them of each code; what has none is left out."""
    cut = symbol_of(level)
    codes = dataset.tables["codes"]["code"].drop_nulls().unique().to_list()
    klass = {code: cut(code) for code in codes}
    names = sorted(set(klass.values()) - {""})
    place = {name: n for n, name in enumerate(names)}
    known = [(code, place[name]) for code, name in klass.items() if name]
    return names, pl.DataFrame(known, {"code": pl.String, "class": pl.Int32}, orient="row")


def coded(dataset: Dataset, symbols: pl.DataFrame, first: int, last: int) -> Lazy:
    """Patent (a number) and class, each pair once, of the patents that count."""
    filed = dataset.lazy("applicants").join(
        dataset.lazy("orgs").select("org_id"), on="org_id", how="semi"
    )
    patents = (
        dataset.lazy("patents").filter(nw.col("app_year").is_between(first, last))
        .select("patent_id").join(filed.select("patent_id"), on="patent_id", how="semi")
    )  # fmt: skip
    # Ids are texts: they are matched once, and numbers stand for them in all that follows.
    numbers = collect(patents).unique().with_row_index("patent")
    rows = (
        dataset.lazy("codes").select("patent_id", "code")
        .join(_lazy(dataset, symbols), on="code", how="inner")
        .join(_lazy(dataset, numbers), on="patent_id", how="inner")
        .select("patent", "class").unique()
    )  # fmt: skip
    # Collected, as it is read four times below: inlined, every reading would join anew.
    once = _lazy(dataset, collect(rows))
    many = once.group_by("patent").agg(nw.len().alias("held"))
    many = many.filter(nw.col("held") > MOST_CLASSES)
    return once.join(many.select("patent"), on="patent", how="anti")


def _lazy(dataset: Dataset, frame: pl.DataFrame) -> Lazy:
    return nw.from_native(dataset.connection.from_arrow(frame.to_arrow()))


def paired(rows: Lazy) -> Lazy:
    """Patents of each pair of classes, the lesser first, and of each class with itself."""
    others = rows.rename({"class": "other"})
    return (
        rows.join(others, on="patent", how="inner")
        .filter(nw.col("class") <= nw.col("other"))
        .group_by("class", "other")
        .agg(nw.len().alias("patents"))
    )
