"""`import_patents`: files of a patent source in, tables of the contract out, every loss said."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regionlift.data.cells import ROW
from regionlift.data.patents.decisions import decisions, refuse_edited
from regionlift.data.patents.directory import (
    both_proposals,
    directory_proposals,
    read_directory,
)
from regionlift.data.patents.filling import FILE, Report, gathered
from regionlift.data.patents.judging import Raw, applicants, citations, codes, patents
from regionlift.data.patents.layouts import Layout, idle, recognise, unknown
from regionlift.data.patents.merging import moves, sensitivity
from regionlift.data.patents.names import PROPOSALS, Named, proposals, province, type_of
from regionlift.data.patents.opening import open_all
from regionlift.data.problems import DatasetError, Problem

#: Files that are written, in the order in which a user looks at them.
FILES = {
    "patents": "patents.csv", "applicants": "applicants.csv", "codes": "codes.csv",
    "citations": "citations.csv", "orgs": "orgs-from-patents.csv",
    "names": "names-to-merge.csv", "sensitivity": "names-sensitivity.csv",
    "problems": "import-problems.csv",
}  # fmt: skip


@dataclass(frozen=True)
class PatentImport:
    """What came in: the layout, the tables by name, every row or cell left out, the folder.

    ``tables`` has patents, applicants, codes, orgs, and citations where they are told; ``names``
    the proposals with their decisions; ``sensitivity`` what hangs on them.
    """

    layout: str
    tables: dict[str, pl.DataFrame]
    names: pl.DataFrame
    sensitivity: pl.DataFrame
    problems: list[Problem]
    out: Path


def import_patents(
    files: Sequence[Path | str] | Path | str,
    out: Path | str,
    *,
    layout: str = "auto",
    names: Path | str | None = None,
    orgs: Path | str | None = None,
    encoding: str = "utf-8",
    sheet: str | None = None,
) -> PatentImport:
    """Tables of the contract from patent files as users hold them.

    Parameters
    ----------
    files : CSV, TSV, text, Parquet or XLSX files of one source
    out : folder to write; names of files are fixed, others in it are left alone
    layout : incopat, patsnap, lens, patstat, regpat, patentsview, or auto: told by the headers
    names : the edited names-to-merge.csv; rows with accept = yes are merged
    orgs : a directory of organisations (org_id, name), or a dataset's folder: applicants that are
        in it by name are proposed to go into its ids
    encoding : of text files, such as gb18030
    sheet : of a workbook with several

    Raises
    ------
    DatasetError
        If a file cannot be read or fits no layout, or the file of names contradicts itself.
    LookupError
        If there is no such layout.
    FileExistsError
        If ``out`` holds decisions on names that ``names`` does not give: they are not written over.
    """
    target = Path(out)
    paths = [Path(files)] if isinstance(files, str | Path) else [Path(f) for f in files]
    refuse_edited(target / FILES["names"], None if names is None else Path(names))
    known = [] if orgs is None else read_directory(Path(orgs))
    frames, problems = open_all(paths, encoding, sheet)
    headers = {n: [c for c in frame.columns if c != ROW] for n, frame in frames.items()}
    found, kinds = recognise(headers, layout)
    kind_of = dict(zip(frames, kinds, strict=True))
    report = Report([*problems, *(idle(unknown(n, headers[n], [found]))
                                  for n, kind in kind_of.items() if not kind)])  # fmt: skip
    given = [(n, kind, frames[n]) for n, kind in kind_of.items() if kind]
    raw = Raw(found, gathered(found, given), report)
    tables = _tables(raw)
    done = _with_names(tables, None if names is None else Path(names), known, report)
    _write(target, *done, report.problems)
    return PatentImport(found.name, *done, report.problems, target)


def _tables(raw: Raw) -> dict[str, pl.DataFrame]:
    """Patents, applicants with names, codes, citations and orgs, nothing merged yet."""
    kept, publications = patents(raw)
    held = applicants(raw, kept)
    held = held.with_columns(org_id=_ids(held["name"]))
    tables = {
        "patents": kept.drop(FILE, ROW),
        # an address in two regions gives an applicant two rows: one applicant all the same
        "applicants": held.select("patent_id", "org_id", "position").unique(
            ["patent_id", "org_id"], keep="first", maintain_order=True),
        "codes": codes(raw, kept),
        "orgs": _orgs(raw.layout, held, raw.report),
    }  # fmt: skip
    cited = citations(raw, kept, publications)
    return tables if cited is None else {**tables, "citations": cited}


def _ids(names: pl.Series) -> pl.Series:
    """An id made of the name alone, so that it is the same in every import of the same name."""
    made = {n: "P" + hashlib.sha256(n.encode()).hexdigest()[:12] for n in names.unique()}
    return names.replace_strict(made, return_dtype=pl.String)


def _orgs(layout: Layout, held: pl.DataFrame, report: Report) -> pl.DataFrame:
    """One row an applicant: the region told most often (by share where told), the type by a rule.

    Equal counts: the first in the alphabet. Organisations told of several regions are reported.
    """
    if layout.provinces:
        held = _in_provinces(held, report)
    weight = pl.col("share").cast(pl.Float64, strict=False).fill_null(1.0)
    orgs = held.group_by("org_id").agg(pl.col("name").first()).sort("org_id")
    for what in ("region", "country"):
        told = held.drop_nulls(what).group_by("org_id", what).agg(weight.sum().alias("_n"))
        told = told.sort(["_n", what], descending=[True, False])
        best = told.unique("org_id", keep="first", maintain_order=True).drop("_n")
        orgs = orgs.join(best, on="org_id", how="left", maintain_order="left")
        several = told.group_by("org_id").agg(pl.col(what).sort().alias("_all")).filter(
            pl.col("_all").list.len() > 1)  # fmt: skip
        rows = held.unique("org_id", keep="first", maintain_order=True).join(
            several, on="org_id", maintain_order="left").drop(what)  # fmt: skip
        rows = rows.join(best, on="org_id", maintain_order="left").with_columns(
            pl.col("_all").list.join(", "))  # fmt: skip
        report.rows(
            rows, f"several-{what}", what, f"{{name}} in {{_all}}; read as {{{what}}}",
            f"one {what} an organisation",
            "The one told most often is written; correct orgs-from-patents.csv where it is not "
            "the seat.",
        )  # fmt: skip
    sector = held.drop_nulls("sector").unique("org_id", keep="first", maintain_order=True)
    orgs = orgs.join(sector.select("org_id", "sector"), on="org_id", how="left",
                     maintain_order="left")  # fmt: skip
    rules = [(s, f"sector as told by {layout.title}") if s else type_of(n)
             for n, s in orgs.select("name", "sector").iter_rows()]  # fmt: skip
    return orgs.select(
        "org_id", "name", pl.Series("type", [t or None for t, _ in rules], pl.String), "region",
        "country", pl.Series("type_rule", [r or None for _, r in rules], pl.String),
    )  # fmt: skip


def _in_provinces(held: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Regions as provinces; every text that tells none is said once, with its count."""
    place = pl.col("region").map_elements(province, return_dtype=pl.String)
    told = held.with_columns(place.alias("_province"))
    none = told.filter(pl.col("_province") == "").sort(FILE, ROW, maintain_order=True)
    once = none.with_columns(pl.len().over("region").alias("_n")).unique(
        "region", keep="first", maintain_order=True)  # fmt: skip
    report.rows(
        once, "no-province", "region", '"{region}", {_n} times, the first here: no province',
        "a province of China by name, code or address",
        "The applicant is left without a region; where it is abroad that is right. Else correct "
        "region in orgs-from-patents.csv.",
    )  # fmt: skip
    return told.with_columns(
        region=pl.when(pl.col("_province") != "").then("_province")
    ).drop("_province")


def _with_names(
    tables: dict[str, pl.DataFrame], file: Path | None, directory: list[Named], report: Report
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, pl.DataFrame]:
    """The tables with accepted names merged, the proposals, and what hangs on them."""
    held, orgs = tables["applicants"], tables["orgs"]
    count = dict(held.group_by("org_id").len().iter_rows())
    named = dict(orgs.select("org_id", "name").iter_rows())
    held_by = [Named(o, n, c or "", count[o])
               for o, n, c in orgs.select("org_id", "name", "country").iter_rows()]  # fmt: skip
    asked = both_proposals(proposals(held_by), directory_proposals(held_by, directory))
    told = asked.clear() if file is None else decisions(
        file, named, report, [org.org_id for org in directory])  # fmt: skip
    named |= {org.org_id: org.name for org in directory}
    key = ["org_id", "merge_into"]
    new = asked.join(told, on=key, how="anti", maintain_order="left")
    both = pl.concat([told, new]).sort("merge_into", "name", "org_id")
    yes = [*told.filter(accept="yes").select(key).iter_rows()]
    try:
        end = moves(yes)
    except ValueError as error:
        raise DatasetError([Problem("error", "names-circle", str(error), "one that stays",
                                    "Set accept = no in one of the two rows.",
                                    file=str(file), column="merge_into")]) from None  # fmt: skip
    # a refusal is a decision: "all" are those proposed and not yet refused, and the accepted
    open_ = [*new.select(key).iter_rows()]
    table = sensitivity(held, tables["codes"], named, yes, open_)
    if end:
        again = held.with_columns(pl.col("org_id").replace(end))
        once = again.group_by("patent_id", "org_id", maintain_order=True).agg(
            pl.col("position").min())  # fmt: skip
        tables = {**tables, "applicants": once.sort("patent_id", "position", "org_id"),
                  "orgs": orgs.filter(~pl.col("org_id").is_in(list(end)))}  # fmt: skip
    return tables, both, table


def _write(
    out: Path, tables: dict[str, pl.DataFrame], names: pl.DataFrame, table: pl.DataFrame,
    problems: list[Problem],
) -> None:  # fmt: skip
    """Every file whole: written aside first, then moved into place."""
    found = pl.DataFrame(
        [(p.severity, p.code, p.file, p.row, p.column, p.found, p.expected, p.fix)
         for p in problems],
        schema={"severity": pl.String, "code": pl.String, "file": pl.String, "row": pl.Int64,
                "column": pl.String, "found": pl.String, "expected": pl.String, "fix": pl.String},
        orient="row",
    )  # fmt: skip
    written = {**tables, "names": names.select(*PROPOSALS), "sensitivity": table,
               "problems": found}  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".import-") as aside:
        for name, frame in written.items():
            frame.write_csv(Path(aside) / FILES[name])
        for name in written:
            (Path(aside) / FILES[name]).replace(out / FILES[name])
    if "citations" not in tables:
        # citations of an earlier import are of other patents
        (out / FILES["citations"]).unlink(missing_ok=True)
