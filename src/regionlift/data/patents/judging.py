"""Rows of a patent source held to what the contract allows; each row left out is said."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from regionlift.data.cells import ROW
from regionlift.data.patents.filling import FILE, ORDER, Report, filled
from regionlift.data.patents.layouts import Layout
from regionlift.data.symbols import MOST_CODES, canonical

#: Two letters of the office before the number of a publication.
_OFFICE = r"^([A-Z]{2})\d"

#: Columns of patents.csv.
PATENTS = ("patent_id", "app_year", "kind", "granted", "family", "citations", "title", "abstract")


@dataclass(frozen=True)
class Raw:
    """The files of one source by kind, their layout, and the report that takes what is left out."""

    layout: Layout
    frames: dict[str, pl.DataFrame]
    report: Report

    def rows(self, table: str, *columns: str) -> pl.DataFrame | None:
        """All rows that fill a table, with these columns (empty where no file has them)."""
        found = []
        for fill in self.layout.fills:
            if fill.table != table:
                continue
            rows = filled(self.layout, fill, self.frames, self.report)
            if rows is not None:
                absent = [pl.lit(None, pl.String).alias(c)
                          for c in columns if c not in rows.columns]  # fmt: skip
                mark = pl.lit(fill.from_ == self._base and not self._repeated).alias("_same_row")
                found.append(rows.with_columns(*absent, mark).select(*columns, FILE, ROW, ORDER,
                                                                     "_same_row"))  # fmt: skip
        return pl.concat(found) if found else None

    @property
    def _base(self) -> str:
        return next(f.from_ for f in self.layout.fills if f.table == "patents")

    @property
    def _repeated(self) -> bool:
        return next(f.repeated for f in self.layout.fills if f.table == "patents")

    def position_from(self) -> int | None:
        """The number of the first applicant; None where the source gives no order."""
        fill = next(f for f in self.layout.fills if f.table == "applicants")
        told = "position" in fill.columns or fill.split
        return fill.position_from if told else None

    def of_known(self, rows: pl.DataFrame, kept: pl.DataFrame, column: str) -> pl.DataFrame:
        """Rows of patents that are kept; the rest are said, unless their patent's row was."""
        known = rows.filter("_same_row").join(
            kept.select(FILE, ROW), on=[FILE, ROW], how="semi", maintain_order="left"
        )
        other = rows.filter(~pl.col("_same_row"))
        nowhere = other.join(kept.select("patent_id"), left_on=column, right_on="patent_id",
                             how="anti", maintain_order="left")  # fmt: skip
        self.report.rows(
            nowhere, "no-such-patent", column, f'"{{{column}}}"',
            "a patent of the file of patents with id and year", "The row is left out.",
        )  # fmt: skip
        there = other.join(kept.select("patent_id"), left_on=column, right_on="patent_id",
                           how="semi", maintain_order="left")  # fmt: skip
        return pl.concat([known, there])


def patents(raw: Raw) -> tuple[pl.DataFrame, dict[str, str]]:
    """Patents with id and year, one row each, with FILE and ROW; publication -> patent.

    Two publications of one application are one patent: its first row stands, and it is granted
    where any of them is.
    """
    extra = ("publication", "application")
    rows = raw.rows("patents", *PATENTS, *extra)
    assert rows is not None, "a layout without a file of patents is refused before"
    report = raw.report
    report.rows(rows.filter(pl.col("patent_id").is_null()), "empty-id", "patent_id",
                "no id of the patent", "an application or publication number",
                "The row is left out.")  # fmt: skip
    rows = rows.drop_nulls("patent_id")
    if raw._repeated:
        rows = rows.unique(["patent_id", "app_year"], keep="first", maintain_order=True)
    year = pl.col("app_year").str.extract(r"^\s*(\d{4})(?:\D|\d{4}$|$)").cast(pl.Int64)
    rows = rows.with_columns(pl.when(year.is_between(1900, 2100)).then(year).alias("_year"))
    report.rows(
        rows.filter(pl.col("_year").is_null()), "no-year", "app_year",
        'year or date of application "{app_year}" of {patent_id}',
        "a year from 1900 to 2100, or a date that begins with it", "The patent is left out.",
    )  # fmt: skip
    rows = rows.filter(pl.col("_year").is_not_null())
    rows = rows.with_columns(pl.coalesce("application", "patent_id").alias("_one"))
    first = rows.unique("_one", keep="first", maintain_order=True)
    again = rows.join(first.select(FILE, ROW), on=[FILE, ROW], how="anti", maintain_order="left")
    again = again.join(first.select("_one", _first=pl.col(ROW), _id=pl.col("patent_id"),
                                    _pub=pl.col("publication")), on="_one", maintain_order="left")
    _said_twice(again, report)
    granted = rows.group_by("_one").agg((pl.col("granted") == "yes").any().alias("_granted"))
    first = first.join(granted, on="_one", maintain_order="left").with_columns(
        granted=pl.when("_granted").then(pl.lit("yes")).otherwise("granted"), app_year="_year"
    )
    alias = dict(rows.join(first.select("_one", _id=pl.col("patent_id")), on="_one")
                 .drop_nulls("publication").select("publication", "_id").iter_rows())  # fmt: skip
    alias |= dict(again.select("patent_id", "_id").iter_rows())
    return first.select(*PATENTS, FILE, ROW).sort("patent_id"), alias


def _said_twice(again: pl.DataFrame, report: Report) -> None:
    other = (pl.col("patent_id") != pl.col("_id")) | (
        pl.col("publication").ne_missing(pl.col("_pub")))  # fmt: skip
    report.rows(
        again.filter(other), "second-publication", "patent_id",
        "{patent_id}, another publication of the application in row {_first}",
        "one row an application", "Its first row stands; this one says only whether it is granted.",
    )  # fmt: skip
    report.rows(
        again.filter(~other), "duplicate-id", "patent_id", "{patent_id}, which is in row {_first}",
        "one row a patent", "The first row stands; this one is left out.",
    )  # fmt: skip


def applicants(raw: Raw, kept: pl.DataFrame) -> pl.DataFrame:
    """Applicants by name, each once a patent, with what the row tells of them, FILE and ROW."""
    told = ("name", "given", "surname", "region", "country", "position", "sector", "share")
    rows = raw.rows("applicants", "patent_id", *told)
    assert rows is not None, "a layout without a file of applicants is refused before"
    rows = raw.of_known(rows, kept, "patent_id")
    person = pl.concat_str("given", "surname", separator=" ", ignore_nulls=True)
    name = pl.coalesce("name", pl.when(person != "").then(person))
    rows = rows.with_columns(name.str.strip_chars().str.replace_all(r"\s+", " ").alias("name"))
    nameless = rows.filter(pl.col("name").is_null())
    raw.report.rows(
        nameless.filter(~pl.col("_same_row")), "no-name", "name", "an applicant without a name",
        "a name", "The row is left out.",
    )  # fmt: skip
    rows = rows.drop_nulls("name")
    first, start = pl.col(ORDER), raw.position_from()
    number = pl.col("position").cast(pl.Float64, strict=False).cast(pl.Int64)
    place = pl.lit(None) if start is None else pl.coalesce(number + 1 - start, first)
    rows = rows.with_columns(place.cast(pl.Int64).alias("position"))
    repeated = any(f.repeated for f in raw.layout.fills if f.table == "applicants")
    if not repeated:
        twice = ~pl.struct("patent_id", "name").is_first_distinct()
        raw.report.rows(rows.filter(twice), "applicant-twice", "name",
                        "{name} twice in {patent_id}", "an applicant once a patent",
                        "It counts once.")  # fmt: skip
        rows = rows.filter(~twice)
    alone = kept.join(rows, on="patent_id", how="anti", maintain_order="left")
    raw.report.rows(alone, "no-applicant", "patent_id", "{patent_id} without an applicant",
                    "an applicant", "The patent is kept; no measure by organisation or region "
                    "counts it.")  # fmt: skip
    return rows.sort("patent_id", "position", ORDER, "name", maintain_order=True)


def codes(raw: Raw, kept: pl.DataFrame) -> pl.DataFrame:
    """Classes in one spelling, each once a patent; cells that are no symbol are left out."""
    schema = {"patent_id": pl.String, "code": pl.String, "scheme": pl.String}
    rows = raw.rows("codes", *schema)
    if rows is None:
        return pl.DataFrame(schema=schema)
    rows = raw.of_known(rows, kept, "patent_id").drop_nulls("code")
    spelled = {
        (text, scheme): canonical(text, scheme)
        for text, scheme in rows.select("code", "scheme").unique().iter_rows()
    }
    lookup = pl.DataFrame(
        [(text, scheme, code) for (text, scheme), code in spelled.items()],
        schema={"code": pl.String, "scheme": pl.String, "_code": pl.String}, orient="row",
    )  # fmt: skip
    rows = rows.join(lookup, on=["code", "scheme"], how="left", maintain_order="left")
    raw.report.rows(
        rows.filter(pl.col("_code") == ""), "invalid-code", "code", '"{code}" of {patent_id}',
        "a symbol of {}".format(" or ".join(sorted(set(rows["scheme"].to_list())))),
        "The cell is left out.",
    )  # fmt: skip
    rows = rows.filter(pl.col("_code") != "").with_columns(code="_code")
    rows = rows.unique(["patent_id", "code"], keep="first", maintain_order=True)
    many = rows.group_by("patent_id").len().filter(pl.col("len") > MOST_CODES)
    raw.report.rows(
        kept.join(many, on="patent_id", maintain_order="left"), "many-codes", "code",
        "{len} classes of {patent_id}", f"up to {MOST_CODES}",
        "They are kept; measures leave out a patent with more classes than that at their level.",
    )  # fmt: skip
    classless = kept.join(rows, on="patent_id", how="anti", maintain_order="left")
    raw.report.rows(classless, "no-code", "code", "{patent_id} without a class", "a class",
                    "The patent is kept; no measure by technology counts it.")  # fmt: skip
    return rows.select(*schema).sort("patent_id", "code")


def citations(
    raw: Raw, kept: pl.DataFrame, publications: dict[str, str]
) -> pl.DataFrame | None:
    """Citations, a cited publication under its patent's id where that is here; None if not told.

    ``cited_foreign`` says whether another office published it than most of the patents here, where
    numbers begin with their office: patents that foreigners hold at home count as home.
    """
    rows = raw.rows("citations", "citing", "cited")
    if rows is None or rows.drop_nulls("cited").is_empty():
        return None
    rows = raw.of_known(rows, kept, "citing").drop_nulls(["citing", "cited"])
    # "CN 101234567 A (2009-01-01)": dates and notes in brackets are not of the number, and blanks
    # inside it are none
    bare = pl.col("cited").str.replace(r"\s*[(（].*$", "").str.replace_all(r"\s+", "")
    spaced = {k.replace(" ", ""): v for k, v in publications.items()}
    office = bare.str.extract(_OFFICE)
    own = pl.Series([*publications, *kept["patent_id"]], dtype=pl.String).str.extract(_OFFICE)
    counts = own.drop_nulls().value_counts(name="n").sort(["n", own.name], descending=[True, False])
    abroad = pl.lit(None, pl.String)
    if counts.height:
        home = office == str(counts[own.name][0])
        abroad = pl.when(home).then(pl.lit("no")).when(~home).then(pl.lit("yes"))
    rows = rows.with_columns(bare.replace(spaced).alias("cited"), abroad.alias("cited_foreign"))
    rows = rows.filter((pl.col("cited") != "") & (pl.col("cited") != pl.col("citing")))
    rows = rows.unique(["citing", "cited"], keep="first", maintain_order=True)
    told = ["cited_foreign"] if rows["cited_foreign"].count() else []
    return rows.select("citing", "cited", *told).sort("citing", "cited")
