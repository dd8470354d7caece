"""Patent files opened: CSV, TSV, text, Parquet or XLSX, under headers in plain form."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from regionlift.data.cells import ROW, Cells, Place
from regionlift.data.manifest import Source
from regionlift.data.parsing import texts
from regionlift.data.patents.layouts import layouts, plain
from regionlift.data.problems import DatasetError, Problem
from regionlift.data.reading import SIZE_LIMITS, read

#: Endings that are read; .txt and .tsv are text files as databases hand them out.
ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx")


def open_all(
    paths: Sequence[Path], encoding: str, sheet: str | None
) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """File name -> its cells as text with :data:`ROW`; problems of single rows, which go on.

    Raises
    ------
    DatasetError
        If a file cannot be read; it names every one.
    """
    frames: dict[str, pl.DataFrame] = {}
    problems: list[Problem] = []
    for path in paths:
        name = path.name if path.name not in frames else str(path)
        found = _open(path, name, encoding, sheet)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        problems += found.problems
        frames[name] = _as_text(found)
    if stopped := [p for p in problems if p.code not in ("ragged",)]:
        raise DatasetError(stopped)
    return frames, [_left_out(p) for p in problems]


def _left_out(problem: Problem) -> Problem:
    """A row whose cells cannot be told apart: not imported, and said."""
    return Problem(
        "warning", problem.code, problem.found, problem.expected,
        f"The row is left out. {problem.fix}", "", problem.file, problem.row, problem.column,
    )  # fmt: skip


def _open(path: Path, name: str, encoding: str, sheet: str | None) -> Cells | Problem:
    place = Place("", path, name)
    ending = path.suffix.lower()
    if not path.is_file():
        return place.problem("no-file", "no such file", "a patent file", "Correct the path.")
    if ending not in ENDINGS:
        return place.problem("file-kind", f'a file ending in "{ending}"', ", ".join(ENDINGS),
                             "Save it as one of these; unpack archives.")  # fmt: skip
    limit = SIZE_LIMITS.get(ending if ending in SIZE_LIMITS else ".csv", 0)
    if ending != ".parquet" and path.stat().st_size > limit:
        return place.problem(
            "too-large", f"{path.stat().st_size / 1024**3:.1f} GiB",
            f"up to {limit // 1024**2} MiB", "Cut the extract to the region and years you study, "
            "or convert it to Parquet.",
        )  # fmt: skip
    given: dict[str, object] = {"file": name}
    if ending == ".xlsx":
        given["sheet"] = sheet
    elif ending != ".parquet":
        sign = _delimiter(path, encoding)
        # databases that part cells by | put no marks around them: a mark is part of a name
        given |= {"encoding": encoding, "delimiter": sign, "quotes": sign != "|"}
    found = read(place, Source.model_validate(given))
    if isinstance(found, Problem) and found.code in ("encoding", "which-sheet"):
        option = "--encoding gb18030" if found.code == "encoding" else '--sheet "..."'
        return place.problem(found.code, found.found, found.expected, f"Say {option}.",
                             row=found.row)  # fmt: skip
    return found


def _delimiter(path: Path, encoding: str) -> str:
    """The sign that parts the header into most headers of the shipped layouts."""
    known = {spelled for layout in layouts().values() for kind in layout.files.values()
             for h in kind.headers for spelled in h.split("|")}  # fmt: skip
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        line = stream.readline().lstrip("\ufeff").rstrip("\r\n")
    signs = dict.fromkeys(d for layout in layouts().values() for d in layout.delimiters)

    def hits(sign: str) -> int:
        # a broken quotation is said, with its row, where the file is read
        row = next(csv.reader([line], delimiter=sign), [])
        return len({plain(word) for word in row} & known)

    return max(signs, key=hits)


def _as_text(cells: Cells) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    for header in cells.headers:
        # a header that comes twice holds two things: the first is taken, as in the export's order
        columns.setdefault(plain(header), texts(cells.frame[header]))
    frame = pl.DataFrame([series.alias(name) for name, series in columns.items()])
    return frame.with_columns(cells.frame[ROW])
