"""The patents of a dataset as arrays: by year, class and applicant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from regionlift.data.dataset import Dataset
from regionlift.data.symbols import MOST_CODES, Level, counted_at, parse, tags

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: What no technology of a region can be told without.
NEEDS = {
    "patents": ("patent_id", "app_year"), "codes": ("patent_id", "code"),
    "applicants": ("patent_id", "org_id"), "orgs": ("org_id", "region"),
}  # fmt: skip
#: A patent with more classes is an outlier of indexing: it would relate everything to everything.
MOST_CLASSES = MOST_CODES


class NoPatentsError(LookupError):
    """Why technologies cannot be told; ``settles`` says what would."""

    def __init__(self, reason: str, settles: str) -> None:
        super().__init__(reason)
        self.settles = settles


#: Rows that were not counted.
OUT = {"patent_id": pl.String, "code": pl.String, "why": pl.String}


@dataclass(frozen=True)
class Applicant:
    """An organisation that filed."""

    id: str
    name: str
    type: str
    region: str
    industry: str
    foreign: bool


@dataclass(frozen=True)
class Filings:
    """Patents of all applicants in the tables, of the years first..last.

    ``incidence`` is (patents, classes) of 0 and 1, ``holds`` (patents, applicants); ``local`` tells
    which patents have an applicant of the region, ``local_first`` whose first applicant is one: 1
    or 0, not a number where the patent does not tell who is first (None where none does).
    ``left_out`` says what was not counted, and why. With
    ``fractional`` counts by region and class divide a patent evenly among both; what stands
    beside what is counted whole.
    """

    region: str
    first: int
    last: int
    ids: tuple[str, ...]
    year: Longs
    classes: tuple[str, ...]
    incidence: csr_matrix
    applicants: tuple[Applicant, ...]
    holds: csr_matrix
    local: Flags
    local_first: Floats | None
    left_out: tuple[tuple[str, int], ...]
    fractional: bool = False
    rows_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OUT))

    @property
    def ours(self) -> Flags:
        """Which applicants are of the region."""
        return np.array([a.region == self.region for a in self.applicants], dtype=bool)

    def held(self) -> csr_matrix:
        """Patents of each applicant in each class, (applicants, classes)."""
        return (self.holds.T @ self.incidence).tocsr()

    def of(self, keep: Flags) -> Filings:
        """The same with some of the patents."""
        return Filings(
            self.region, self.first, self.last, tuple(np.array(self.ids)[keep]), self.year[keep],
            self.classes, self.incidence[keep], self.applicants, self.holds[keep],
            self.local[keep], None if self.local_first is None else self.local_first[keep],
            self.left_out, self.fractional, self.rows_out,
        )  # fmt: skip


def symbol_of(level: Level) -> Callable[[str], str]:
    """Code -> its part at a level; empty where it has none, tags, or is no symbol."""
    return partial(counted_at, level=level)


def filings(
    dataset: Dataset, region: str, first: int, last: int, level: Level = "subclass",
    fractional: bool = False,
) -> Filings:  # fmt: skip
    """Patents with a class and an applicant, of the years first..last.

    Raises
    ------
    NoPatentsError
        Where a table is missing, or no patent of the region is left.
    """
    lacking = dataset.lacks(NEEDS)
    if lacking:
        raise NoPatentsError(f"not in the dataset: {lacking}", lacking)
    patents = dataset.tables["patents"].select("patent_id", "app_year").drop_nulls()
    patents = patents.unique("patent_id", keep="first", maintain_order=True)
    patents = patents.filter(pl.col("app_year").is_between(first, last))
    coded, bad = (rows.join(patents.select("patent_id"), on="patent_id", how="semi")
                  for rows in _coded(dataset.tables["codes"], level))  # fmt: skip
    many = coded.group_by("patent_id").len().filter(pl.col("len") > MOST_CLASSES)
    coded = coded.join(many, on="patent_id", how="anti")
    filed = _filed(dataset).join(patents.select("patent_id"), on="patent_id", how="semi")
    kept = patents.join(coded, on="patent_id", how="semi").join(filed, on="patent_id", how="semi")
    kept = kept.sort("app_year", "patent_id")
    unfiled = patents.join(filed, on="patent_id", how="anti")
    unclassed = patents.join(coded, on="patent_id", how="anti")
    unclassed = unclassed.join(many, on="patent_id", how="anti")
    tag = {c for c in bad["code"].unique().to_list() if (s := parse(c)) is not None and tags(s)}
    is_tag = pl.col("code").is_in(list(tag))
    out = [
        ("codes that are no IPC or CPC symbol of that level", bad.filter(~is_tag)),
        ("codes that only tag what is classed elsewhere (section Y, indexing schemes)",
         bad.filter(is_tag)),
        (f"patents with over {MOST_CLASSES} classes", many),
        ("patents without a class", unclassed),
        ("patents without an applicant in orgs", unfiled),
    ]
    left_out = tuple((why, rows.height) for why, rows in out)
    listed = pl.concat([
        rows.select("patent_id", code=pl.col("code") if "code" in rows.columns
                    else pl.lit(None, pl.String), why=pl.lit(why)) for why, rows in out
    ])  # fmt: skip
    if kept.is_empty():
        raise NoPatentsError(f"no patent of {first}-{last} has a class and an applicant",
                             "patents, codes and applicants that refer to each other")  # fmt: skip
    found = _arrays(dataset, region, first, last, kept, coded, filed, left_out)
    if not found.local.any():
        raise NoPatentsError(f"no patent of {first}-{last} has an applicant of {region}",
                             f"patents of organisations of {region}")  # fmt: skip
    return replace(found, fractional=fractional, rows_out=listed)


def _coded(codes: pl.DataFrame, level: Level) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Patent and class at the level, each pair once; and the rows of codes that gave none."""
    codes = codes.select("patent_id", "code").drop_nulls()
    distinct = codes["code"].unique(maintain_order=True)
    cut = symbol_of(level)
    known = pl.DataFrame(
        {"code": distinct, "class": [cut(c) for c in distinct]},
        schema={"code": pl.String, "class": pl.String},
    )
    joined = codes.join(known, on="code", how="left")
    bad = joined.filter(pl.col("class") == "").select("patent_id", "code")
    return joined.filter(pl.col("class") != "").select("patent_id", "class").unique(), bad


def _filed(dataset: Dataset) -> pl.DataFrame:
    filed = dataset.tables["applicants"]
    position = pl.col("position") if "position" in filed.columns else pl.lit(None, pl.Int64)
    filed = filed.select("patent_id", "org_id", position.alias("position"))
    filed = filed.drop_nulls(["patent_id", "org_id"]).unique(["patent_id", "org_id"])
    return filed.join(dataset.tables["orgs"].select("org_id"), on="org_id", how="semi")


def _arrays(
    dataset: Dataset, region: str, first: int, last: int, kept: pl.DataFrame, coded: pl.DataFrame,
    filed: pl.DataFrame, left_out: tuple[tuple[str, int], ...],
) -> Filings:  # fmt: skip
    row = kept.select("patent_id").with_row_index("row")
    coded = coded.join(row, on="patent_id")
    filed = filed.join(row, on="patent_id")
    classes = sorted(coded["class"].unique().to_list())
    known = _applicants(dataset, filed, region)
    column = {c: n for n, c in enumerate(classes)}
    place = {a.id: n for n, a in enumerate(known)}
    incidence = _matrix(coded["row"], [column[c] for c in coded["class"]], kept.height,
                        len(classes))  # fmt: skip
    holder = [place[o] for o in filed["org_id"]]
    holds = _matrix(filed["row"], holder, kept.height, len(known))
    ours = np.array([a.region == region for a in known], dtype=np.float64)
    leads = filed.filter(pl.col("position") == 1)
    local_first = None
    if leads.height:
        local_first = np.full(kept.height, np.nan)
        at = leads["row"].to_numpy()
        local_first[at] = ours[[place[o] for o in leads["org_id"]]]
    return Filings(
        region, first, last, tuple(kept["patent_id"]), kept["app_year"].to_numpy().astype(np.int64),
        tuple(classes), incidence, tuple(known), holds, np.asarray(holds @ ours > 0), local_first,
        left_out,
    )  # fmt: skip


def _matrix(rows: pl.Series, columns: list[int], height: int, width: int) -> csr_matrix:
    ones = np.ones(len(columns))
    return csr_matrix((ones, (rows.to_numpy(), np.array(columns, dtype=np.int64))),
                      shape=(height, width))  # fmt: skip


def _applicants(dataset: Dataset, filed: pl.DataFrame, region: str) -> list[Applicant]:
    orgs = dataset.tables["orgs"].join(filed.select("org_id").unique(), on="org_id", how="semi")
    wanted = ("name", "type", "region", "industry", "country")
    orgs = orgs.with_columns(
        pl.lit(None, pl.String).alias(c) for c in wanted if c not in orgs.columns
    )
    home = _home_country(orgs, region)
    return [
        Applicant(id, name or id, type or "", region or "", industry or "",
                  type == "foreign" or bool(home and country and country != home))
        for id, name, type, region, industry, country in orgs.sort("org_id").select(
            "org_id", *wanted).iter_rows()
    ]  # fmt: skip


def _home_country(orgs: pl.DataFrame, region: str) -> str:
    """The country most applicants of the region sit in, else most of all; none called foreign."""
    told = orgs.filter(pl.col("country").is_not_null(), pl.col("type").ne_missing("foreign"))
    own = told.filter(pl.col("region") == region)
    counts = (told if own.is_empty() else own).group_by("country").len()
    ranked = counts.sort(["len", "country"], descending=[True, False])["country"]
    return str(ranked[0]) if len(ranked) else ""
