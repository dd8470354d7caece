"""A plan read by itself: one file in the contract's layout, with what the reading had to settle.

Offices write plans as workbooks: a title above the header, one cell merged over the measures of a
chapter, a sheet a chapter. What can be read in one way only is read, and noted; the rest is said.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from openpyxl import load_workbook  # type: ignore[import-untyped]

from regionlift.data.assemble import Piece, assemble
from regionlift.data.cells import HEAD, Place
from regionlift.data.contract import Table, contract
from regionlift.data.joining import LINEAGE
from regionlift.data.manifest import Source
from regionlift.data.problems import DatasetError, Problem, did_you_mean
from regionlift.data.reading import SUFFIXES, locate, read

#: Problems of single cells: the rest of the row can still be read.
CELLS = ("wrong-type", "formula", "cell-error", "duplicate-key", "empty-key", "unlisted-value",
         "ragged-row")  # fmt: skip

#: Columns a merged cell may stand for in every row it covers. A cost or a target so shared is not
#: the cost of each, and an id names one measure.
_SHARED = ("owner", "partners", "start", "end", "link", "source", "cost_basis", "stop_rule",
           "industry", "technology", "node")  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A plan as a frame of the contract's columns.

    ``problems`` are those of single cells and rows, ``notes`` say what the reading settled.
    """

    name: str
    frame: pl.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def read_plan(file: Path | str, sheet: str = "") -> Sheet:
    """Read a plan from CSV, XLSX or Parquet.

    Parameters
    ----------
    file : the plan; headers in English or Chinese, or the contract's names
    sheet : the sheet of a workbook; without it every sheet that has a plan's headers is read

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DatasetError
        If no plan can be read from it; each problem says what to do.
    """
    path = Path(file)
    if not path.is_file():
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        near = did_you_mean(path.name, (f.name for f in beside if f.suffix in SUFFIXES))
        raise FileNotFoundError(f"no plan at {path}. {near}".strip())
    place = locate("plan", Source(file=path.name), path.parent)
    if isinstance(place, Problem):
        raise DatasetError([place])
    if path.suffix.lower() == ".xlsx":
        return _workbook(place, sheet)
    if sheet:
        raise ValueError(f"{path.name} has no sheets; leave --sheet out")
    source, notes = Source(file=path.name), []
    cells = read(place, source)
    if isinstance(cells, Problem) and cells.code == "encoding":
        # what Excel writes where the system speaks Chinese
        source = Source(file=path.name, encoding="gb18030")
        other = read(place, source)
        if not isinstance(other, Problem):
            cells = other
            notes.append("the text is in GB 18030, not in UTF-8")
    if isinstance(cells, Problem):
        raise DatasetError([cells])
    return _assembled(path.name, [Piece(1, source, place, cells)], notes)


def _assembled(name: str, pieces: list[Piece], notes: list[str]) -> Sheet:
    """Sheets under the contract's columns; only problems of cells let the reading go on."""
    frames, problems = [], []
    for piece in pieces:
        frame, work = assemble(contract()["plan"], [piece])
        problems += work.problems
        if frame is not None:
            frames.append(frame)
    stops = [p for p in problems if p.severity == "error" and p.code not in CELLS]
    if stops or not frames:
        raise DatasetError(problems)
    whole = pl.concat(frames, how="diagonal")
    twice = whole.filter(pl.col("measure_id").is_duplicated() & pl.col("measure_id").is_not_null())
    if len(frames) > 1 and twice.height:
        ids = ", ".join(twice["measure_id"].unique().sort().head(8))
        notes = [*notes, f"several sheets use the same ids: {ids}"]
    return Sheet(name, whole, tuple(problems), tuple(notes))


def spellings(table: Table) -> dict[str, str]:
    """Every spelling of a header, in small letters -> column."""
    return {w.lower(): c.name for c in table.columns for w in (c.title_zh, c.title, c.name)}


def _workbook(place: Place, wanted: str) -> Sheet:
    found = read(place, Source(file=place.name))
    if isinstance(found, Problem) and found.code in ("unreadable", "too-large"):
        raise DatasetError([found])
    with warnings.catch_warnings():
        # openpyxl warns of styles and validations it does not keep: they hold no values
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(place.path)
    names = [s.title for s in book.worksheets]
    if wanted and wanted not in names:
        raise LookupError(f'no sheet "{wanted}" in {place.name}. {did_you_mean(wanted, names)}'
                          f"There are: {', '.join(names)}")  # fmt: skip
    heads = {s.title: _header(s) for s in book.worksheets if not wanted or s.title == wanted}
    chosen = [name for name, head in heads.items() if head]
    if not chosen:
        raise DatasetError([_no_header(place, book, list(heads))])
    notes = [] if len(names) == len(chosen) == 1 else [
        f"read from {', '.join(chosen)}" + "".join(
            f"; not read: {', '.join(left)}" for left in [[n for n in names if n not in chosen]]
            if left)
    ]  # fmt: skip
    problems: list[Problem] = []
    for name in chosen:
        problems += _unmerge(place, book[name], heads[name], notes)
        if heads[name] > 1:
            notes.append(f"sheet {name}: the header is row {heads[name]}")
    return _sheets(place, book, {name: heads[name] for name in chosen}, notes, problems)


def _sheets(
    place: Place, book: Any, heads: dict[str, int], notes: list[str], problems: list[Problem]
) -> Sheet:
    """Read the unmerged workbook through the package's own reader."""
    pieces = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / place.path.name
        book.save(copy)
        for number, (name, row) in enumerate(heads.items(), start=1):
            source = Source(file=place.name, sheet=name, header_row=row)
            shown = f"{place.name} [{name}]" if len(heads) > 1 else place.name
            cells = read(Place("plan", copy, shown), source)
            if isinstance(cells, Problem):
                raise DatasetError([cells])
            pieces.append(Piece(number, source, Place("plan", copy, shown), cells))
    done = _assembled(place.name, pieces, notes)
    return Sheet(done.name, done.frame, (*problems, *done.problems), done.notes)


def _header(sheet: Any) -> int:
    """Row of the header: the first of the top rows that names a plan's columns; 0 without one."""
    known = spellings(contract()["plan"])
    for number, row in enumerate(sheet.iter_rows(max_row=HEAD, values_only=True), start=1):
        words = {known.get(str(v).strip().lower(), "") for v in row if v is not None} - {""}
        if len(words) >= 2:
            return number
    return 0


def _no_header(place: Place, book: Any, names: list[str]) -> Problem:
    table = contract()["plan"]
    seen = {
        n: [str(v) for row in book[n].iter_rows(max_row=1, values_only=True) for v in row if v]
        for n in names
    }
    cells = (v for n in names for row in book[n].iter_rows(values_only=True) for v in row)
    if all(v is None for v in cells):
        return place.problem("empty-file", "an empty workbook", "a header and rows",
                             "Write one row a measure below the headers of a plan.")  # fmt: skip
    shown = "; ".join(f"{n}: {', '.join(words[:6]) or 'nothing'}" for n, words in seen.items())
    return place.problem(
        "no-column", f"no row with headers of a plan ({shown})",
        "at least measure_id (措施编号) and text (措施内容) in one of the first rows",
        "Name the columns as in the data contract: "
        + ", ".join(f"{c.name} ({c.title_zh})" for c in table.columns) + ".",
    )  # fmt: skip


def _unmerge(place: Place, sheet: Any, head: int, notes: list[str]) -> list[Problem]:
    """Take merged cells apart: fill what a whole chapter shares, say what cannot be divided."""
    known = spellings(contract()["plan"])
    titles = {
        cell.column: known.get(str(cell.value).strip().lower(), "")
        for cell in sheet[head] if cell.value is not None
    }  # fmt: skip
    problems = []
    for area in sorted(sheet.merged_cells.ranges, key=str):
        span = (area.min_row, area.max_row, area.min_col, area.max_col)
        value = sheet.cell(span[0], span[2]).value
        sheet.unmerge_cells(str(area))
        if span[1] <= head or value is None:
            continue
        column = titles.get(span[2], "")
        if span[2] == span[3] and column in _SHARED:
            for row in range(span[0], span[1] + 1):
                sheet.cell(row, span[2]).value = value
            notes.append(f'{area}: the merged {column} "{value}" is read in each of its rows')
        elif column:
            problems.append(_undivided(place, str(area), span, column, value))
    return problems


def _undivided(
    place: Place, area: str, span: tuple[int, int, int, int], column: str, value: object
) -> Problem:
    wide = span[2] != span[3]
    return place.problem(
        "merged-cell", f'"{value}" in the merged cell {area}', f"one {column} a measure",
        "Write each column of its own: which of them the text is for cannot be known." if wide
        else f"Rows {span[0]} to {span[1]} share it: divide it among them, or make them one "
        "measure. It is read in the first row only.", row=span[0], column=column,
    )  # fmt: skip


def places(frame: pl.DataFrame) -> Iterator[int | None]:
    """Row of each measure in its file."""
    if LINEAGE not in frame.columns:
        yield from [None] * frame.height
        return
    for said in frame[LINEAGE]:
        row = str(said).split(",")[0].split(":")[-1]
        yield int(row) if row.isdigit() else None

