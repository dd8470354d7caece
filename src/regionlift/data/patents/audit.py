"""What can be wrong with tables of patents, and with decisions on names, in a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from regionlift.data.assemble import LINEAGE, LISTED
from regionlift.data.events import Places, at_row, line_of
from regionlift.data.patents.merging import accepted, moves, sensitivity
from regionlift.data.problems import Problem, Severity, did_you_mean
from regionlift.data.symbols import MOST_CODES, canonical, edition


def patent_problems(tables: Mapping[str, pl.DataFrame], places: Places) -> Iterator[Problem]:
    """Patents without applicants or classes, cells that are no symbol, 200 classes, editions.

    All are warnings, a row each: nothing is left out of the tables. What is no symbol, or has no
    applicant, is left out by the measures, which count what they leave out.
    """
    patents = tables.get("patents")
    if patents is not None and "applicants" in tables:
        yield from _without(patents, tables["applicants"], places, "no-applicant", "applicant")
    if patents is not None and "codes" in tables:
        yield from _without(patents, tables["codes"], places, "no-code", "class")
    if "codes" in tables:
        codes = tables["codes"].drop_nulls("code")
        yield from _invalid(codes, places)
        yield from _many(codes, places)
        yield from _editions(codes, places)


def _without(
    patents: pl.DataFrame, others: pl.DataFrame, places: Places, code: str, what: str
) -> Iterator[Problem]:
    alone = patents.join(others.select("patent_id").drop_nulls().unique(), on="patent_id",
                         how="anti", maintain_order="left")  # fmt: skip
    table = "applicants" if what == "applicant" else "codes"
    for n, row in enumerate(_listed(alone)):
        yield _at(
            "patents", places, row, code,
            f"{row['patent_id']} without {'an' if what == 'applicant' else 'a'} {what} "
            f"({n + 1:,} of {alone.height:,})",
            f"rows of the {table} table for every patent",
            f"Add its {what}, or leave it: no measure that needs one counts it.", "patent_id",
        )  # fmt: skip


def _invalid(codes: pl.DataFrame, places: Places) -> Iterator[Problem]:
    schemes = pl.col("scheme") if "scheme" in codes.columns else pl.lit(None, pl.String)
    codes = codes.with_columns(schemes.fill_null("").alias("_scheme"))
    distinct = codes.select("code", "_scheme").unique()
    wrong = [(c, s) for c, s in distinct.iter_rows() if not canonical(c, s)]
    listed = pl.DataFrame(wrong, schema={"code": pl.String, "_scheme": pl.String}, orient="row")
    for row in _listed(codes.join(listed, on=["code", "_scheme"], how="semi")):
        yield _at(
            "codes", places, row, "invalid-code", f'"{row["code"]}" of {row["patent_id"]}',
            f"a symbol of {row['_scheme'] or 'IPC or CPC'}, such as B23Q1/70",
            "Correct it, or leave it: it is counted in no class. Design classes (15-09) belong "
            "to another classification.", "code",
        )  # fmt: skip


def _many(codes: pl.DataFrame, places: Places) -> Iterator[Problem]:
    sized = codes.with_columns(pl.len().over("patent_id").alias("_n"))
    many = sized.filter(pl.col("_n") > MOST_CODES)
    for row in _listed(_down(many).unique("patent_id", keep="first", maintain_order=True)):
        yield _at(
            "codes", places, row, "many-codes", f"{row['_n']:,} classes of {row['patent_id']}",
            f"up to {MOST_CODES} classes a patent",
            "Look whether rows of several patents run together. Such a patent would relate all "
            "to all; measures leave out those with more classes than that at their level.",
            "patent_id",
        )  # fmt: skip


def _editions(codes: pl.DataFrame, places: Places) -> Iterator[Problem]:
    """Symbols of several editions side by side: one warning, with the first row of each."""
    told = {text: edition(text) for text in codes["code"].unique()}
    shown = codes.with_columns(
        pl.col("code").replace_strict(told, return_dtype=pl.String).alias("_edition")
    )
    first = _down(shown).unique("_edition", keep="first", maintain_order=True)
    if first.height < 2:
        return
    sizes = dict(shown.group_by("_edition").len().iter_rows())
    parts = [
        f"{row['_edition'] or 'no edition'}: {sizes[row['_edition']]:,} "
        f'("{row["code"]}", row {line_of(row[LINEAGE])[1]})'
        for row in first.iter_rows(named=True)
    ]
    yield _at(
        "codes", places, first.row(1, named=True), "mixed-editions", "; ".join(parts),
        "symbols of one edition of the classification",
        "They are read as the same symbols. Classes that a later edition has made or moved look "
        "like entries and exits; take all codes from one current source.", "code",
    )  # fmt: skip


def name_problems(tables: Mapping[str, pl.DataFrame], places: Places) -> list[Problem]:
    """Decisions that go nowhere or round in a circle; and what the accepted ones change."""
    names, orgs = tables["names"], tables.get("orgs")
    known = set() if orgs is None else set(orgs["org_id"].drop_nulls())
    yes = names.filter(pl.col("accept").fill_null(False))
    found = [
        _at("names", places, row, "no-such-reference", f'"{row["merge_into"]}"',
            "an id of the orgs table", f"{did_you_mean(str(row['merge_into']), sorted(known))}"
            "Correct merge_into.", "merge_into", "error")
        for row in _listed(yes.filter(~pl.col("merge_into").is_in(list(known))))
    ]  # fmt: skip
    found += [
        _at("names", places, row, "unused-name", f'"{row["org_id"]}"', "an id of the orgs table",
            "The row has no effect: it is merged already, or another's.", "org_id")
        for row in _listed(yes.filter(~pl.col("org_id").is_in(list(known))))
    ]  # fmt: skip
    pairs = accepted(yes)
    try:
        end = moves(pairs)
    except ValueError as error:
        circle = next(r for r in _down(yes).iter_rows(named=True)
                      if (r["merge_into"], r["org_id"]) in pairs)  # fmt: skip
        return [*found, _at("names", places, circle, "names-circle", str(error), "one that stays",
                            "Set accept = no in one of the two rows.", "merge_into", "error")]
    if end and not any(p.severity == "error" for p in found):
        found.append(_effect(tables, places, yes, pairs, len(end)))
    return found


def _effect(
    tables: Mapping[str, pl.DataFrame], places: Places, yes: pl.DataFrame,
    pairs: list[tuple[str, str]], gone: int,
) -> Problem:  # fmt: skip
    """Said on the data passport: how many names were merged, and what hangs on that."""
    names = tables["names"]
    refused = names.filter(~pl.col("accept").fill_null(False))
    all_ = [(a, b) for a, b in refused.select("org_id", "merge_into").iter_rows()]
    said = f"{gone:,} organisations merged into others"
    if "applicants" in tables:
        table = sensitivity(tables["applicants"], tables.get("codes"), {}, pairs, all_)
        said += "; without merges, with these, with all listed: " + "; ".join(
            f"{what} {none} / {some} / {every}"
            for what, none, some, every in table.head(5).iter_rows()
        )
    return _at("names", places, _down(yes).row(0, named=True), "names-merged", said,
               "decisions that were meant", "Look at names-sensitivity.csv of the import.",
               "accept")  # fmt: skip


def _down(rows: pl.DataFrame) -> pl.DataFrame:
    """In the order of the file."""
    line = pl.col(LINEAGE).str.extract(r"(\d+):").cast(pl.Int64), pl.col(LINEAGE).str.extract(
        r":(\d+)").cast(pl.Int64)  # fmt: skip
    return rows.sort(*line, maintain_order=True)


def _listed(rows: pl.DataFrame) -> Iterator[dict[str, object]]:
    return _down(rows).head(LISTED).iter_rows(named=True)


def _at(
    table: str, places: Places, row: Mapping[str, object], code: str, found: str, expected: str,
    fix: str, column: str, severity: Severity = "warning",
) -> Problem:  # fmt: skip
    return at_row(places[table], row[LINEAGE], code, found, expected, fix, column, severity)
