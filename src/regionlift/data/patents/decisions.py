"""The user's decisions on names, read from the edited table; never written over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from regionlift.data.assemble import Piece, assemble
from regionlift.data.cells import ROW, Place
from regionlift.data.joining import LINEAGE
from regionlift.data.manifest import Source
from regionlift.data.patents.filling import FILE, Report
from regionlift.data.patents.merging import NAMES
from regionlift.data.patents.names import PROPOSALS
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.data.reading import read


def read_names(path: Path) -> pl.DataFrame:
    """A table of names with ``accept`` as yes or no (true, false) and its rows' lineage.

    Raises
    ------
    DatasetError
        If it cannot be read, or a cell is not what the table says.
    """
    place, source = Place("names", path, path.name), Source(file=path.name)
    if not path.is_file():
        raise DatasetError([place.problem("no-file", "no such file", "the edited names-to-merge "
                                          "table", "Correct the path.")])  # fmt: skip
    cells = read(place, source)
    if isinstance(cells, Problem) and cells.code == "empty-file":
        # an import without likenesses leaves a header alone: nothing was decided
        return pl.DataFrame(schema={**PROPOSALS, "accept": pl.Boolean, LINEAGE: pl.String})
    if isinstance(cells, Problem):
        raise DatasetError([cells])
    frame, work = assemble(NAMES, [Piece(1, source, place, cells)])
    if frame is None or not work.sound:
        raise DatasetError([p for p in work.problems if p.severity == "error"])
    absent = [pl.lit(None, pl.String).alias(c) for c in ("name", "why") if c not in frame.columns]
    return frame.with_columns(*absent, pl.col("accept").fill_null(False))


def decisions(
    path: Path, known: Mapping[str, str], report: Report, directory: Sequence[str] = ()
) -> pl.DataFrame:
    """Rows of the edited table that concern this import, with ``accept`` as yes or no.

    A row of an organisation that is not among the applicants has no effect, and is reported; one
    merged into such an organisation is refused, unless ``directory`` has its id.

    Raises
    ------
    DatasetError
        If the table cannot be read, or an accepted row goes into nobody.
    """
    row = pl.col(LINEAGE).str.extract(r":(\d+)").cast(pl.Int64).alias(ROW)
    names = read_names(path).with_columns(row, pl.lit(path.name).alias(FILE))
    here = list(known)
    stays = [*known, *directory]
    nobody = names.filter(pl.col("accept"), ~pl.col("merge_into").is_in(stays))
    if nobody.height:
        raise DatasetError([
            Problem("error", "no-such-reference", f'"{into}"', "the org_id of an applicant"
                    + (" or of the directory" if directory else ""),
                    f"{did_you_mean(into, stays)}Correct merge_into, or give the directory it is "
                    "in with --orgs.", "names", path.name, line,
                    "merge_into")
            for into, line in nobody.select("merge_into", ROW).iter_rows()
        ])  # fmt: skip
    idle = names.filter(~pl.col("org_id").is_in(here))
    report.rows(idle, "unused-name", "org_id", '"{org_id}" ({name})',
                "the org_id of an applicant in these files",
                "The row has no effect here.")  # fmt: skip
    kept = names.filter(pl.col("org_id").is_in(here))
    said = pl.when("accept").then(pl.lit("yes")).otherwise(pl.lit("no"))
    return kept.with_columns(said.alias("accept")).select(*PROPOSALS)


def refuse_edited(there: Path, given: Path | None) -> None:
    """Refuse to write over a table of names in which something was accepted.

    Raises
    ------
    FileExistsError
        If it holds a yes and is not the table that is given.
    """
    if not there.is_file() or (given is not None and given.resolve() == there.resolve()):
        return
    if not read_names(there)["accept"].any():
        return
    raise FileExistsError(
        f"{there} holds accepted names, which this import would write over; give it with "
        f"--names {there}, or name another folder with --out"
    )
