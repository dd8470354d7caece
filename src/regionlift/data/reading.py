"""One file as a frame of cells with their row numbers; nothing is guessed, nothing repaired."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, did_you_mean

#: Row number of a record in its own file, as an editor or Excel shows it.
ROW = "_row"

#: Text files and workbooks above this size are refused: Parquet reads them in seconds.
SIZE_LIMIT = 512 * 1024**2

SUFFIXES = (".csv", ".parquet", ".xlsx")


@dataclass(frozen=True)
class Place:
    """Where a source lives: its table, its path, and the name printed for it."""

    table: str
    path: Path
    name: str

    def problem(
        self,
        code: str,
        found: str,
        expected: str,
        fix: str,
        *,
        row: int | None = None,
        column: str = "",
    ) -> Problem:
        """An error at this place."""
        return Problem("error", code, found, expected, fix, self.table, self.name, row, column)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def locate(table: str, source: Source, root: Path) -> Place | Problem:
    """The file of a source, refused where it leaves the data folder or is not there."""
    place = Place(table, root / source.file, source.file)
    base, target = root.resolve(), place.path.resolve()
    if not target.is_relative_to(base):
        return place.problem(
            "outside-folder", "a path that leaves the data folder",
            f"a file inside {base.name}/",
            "Move the file into the folder, or name another `data_folder` under [dataset].",
        )  # fmt: skip
    if place.path.suffix.lower() not in SUFFIXES:
        return place.problem(
            "file-kind", f'a file ending in "{place.path.suffix}"', "CSV, Parquet or XLSX",
            "Save it as one of these.",
        )  # fmt: skip
    if not target.is_file():
        near = did_you_mean(target.name, [f.name for f in base.glob("**/*") if f.is_file()])
        return place.problem(
            "no-file", "no such file", f"a file inside {base.name}/",
            f"{near}Correct `file` in the manifest.",
        )  # fmt: skip
    size = target.stat().st_size
    if size == 0:
        return place.problem(
            "empty-file", "an empty file", "a header and rows",
            "Export the table again, or take the entry out of the manifest.",
        )  # fmt: skip
    if size > SIZE_LIMIT and place.path.suffix.lower() != ".parquet":
        return place.problem(
            "too-large", f"a file of {size / 1024**3:.1f} GiB",
            f"text and workbooks up to {SIZE_LIMIT // 1024**2} MiB",
            "Convert it to Parquet once: "
            f"duckdb -c \"COPY '{source.file}' TO '{place.path.stem}.parquet'\".",
        )  # fmt: skip
    return place


def read(place: Place, source: Source) -> pl.DataFrame | Problem:
    """Cells of the file with the column :data:`ROW`; text stays text (leading zeros survive)."""
    match place.path.suffix.lower():
        case ".parquet":
            return _read_parquet(place)
        case ".xlsx":
            return _read_workbook(place, source)
        case _:
            return _read_csv(place, source)


def _numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    return frame.with_columns(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias(ROW))


def _read_parquet(place: Place) -> pl.DataFrame | Problem:
    try:
        return _numbered(pl.read_parquet(place.path), 1)
    except (pl.exceptions.ComputeError, OSError) as error:
        return place.problem(
            "unreadable", str(error).splitlines()[0], "a Parquet file", "Export the table again."
        )


def _read_csv(place: Place, source: Source) -> pl.DataFrame | Problem:
    text = _decode(place, source)
    if isinstance(text, Problem):
        return text
    lines = text.rstrip().replace("\r\n", "\n").split("\n")
    if len(lines) <= source.header_row:
        return place.problem(
            "empty-file", "a header without rows" if lines else "nothing",
            "a header and rows", "Export the table again, or take the entry out.",
        )  # fmt: skip
    header = lines[source.header_row - 1]
    if source.delimiter not in header and (other := [d for d in ";\t|," if d in header]):
        return place.problem(
            "delimiter", f'no "{source.delimiter}" in the header, but "{other[0]}"',
            "columns apart", f'Set delimiter = "{other[0]}" for this file.',
            row=source.header_row,
        )  # fmt: skip
    try:
        frame = pl.read_csv(
            "\n".join(lines[source.header_row - 1 :]).encode(),
            separator=source.delimiter,
            infer_schema=False,
            missing_utf8_is_empty_string=True,
        )
    except pl.exceptions.PolarsError as error:
        return place.problem(
            "ragged", str(error).splitlines()[0], "the same number of cells in every row",
            "Look for a stray delimiter or quotation mark.",
        )  # fmt: skip
    return _numbered(frame, source.header_row + 1)


def _decode(place: Place, source: Source) -> str | Problem:
    raw = place.path.read_bytes()
    encoding = "utf-8-sig" if source.encoding.lower() in ("utf-8", "utf8") else source.encoding
    try:
        return raw.decode(encoding)
    except LookupError:
        return place.problem(
            "encoding", f'encoding "{source.encoding}"', "a known encoding",
            "Use utf-8 or gb18030.",
        )  # fmt: skip
    except UnicodeDecodeError:
        return _encoding_problem(place, raw, source.encoding)


def _encoding_problem(place: Place, raw: bytes, declared: str) -> Problem:
    """Say which line is not in the declared encoding, and whether another one fits all lines."""
    bad: list[int] = []
    good_non_ascii = 0
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.isascii():
            continue
        if _decodes(line, declared):
            good_non_ascii += 1
        else:
            bad.append(number)
    other = "gb18030" if declared.lower().startswith("utf") else "utf-8"
    if good_non_ascii:
        return place.problem(
            "mixed-encodings",
            f"{len(bad)} lines that are not {declared} among {good_non_ascii} that are",
            "one encoding in the whole file", "Save the file again as UTF-8 from one program.",
            row=bad[0],
        )  # fmt: skip
    fits = f'Set encoding = "{other}" for this file.' if _decodes(raw, other) else ""
    return place.problem(
        "encoding", f"text that is not {declared}", f"text in {declared}",
        fits or "Save the file again as UTF-8.", row=bad[0] if bad else None,
    )  # fmt: skip


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _read_workbook(place: Place, source: Source) -> pl.DataFrame | Problem:
    import fastexcel

    try:
        book = fastexcel.read_excel(place.path)
    except fastexcel.FastExcelError as error:
        return place.problem(
            "unreadable", str(error).splitlines()[0], "an XLSX workbook",
            "Open it in Excel and save it again as .xlsx.",
        )  # fmt: skip
    names = book.sheet_names
    if source.sheet is None and len(names) > 1:
        return place.problem(
            "which-sheet", f"{len(names)} sheets: {', '.join(names)}", "one named sheet",
            f'Set sheet = "{names[0]}" (or another) for this file.',
        )  # fmt: skip
    sheet = source.sheet or names[0]
    if sheet not in names:
        return place.problem(
            "no-sheet", f'no sheet "{sheet}"', f"one of {', '.join(names)}",
            f"{did_you_mean(sheet, names)}Correct `sheet`.",
        )  # fmt: skip
    try:
        frame = book.load_sheet(sheet, header_row=source.header_row - 1, dtypes="string")
    except fastexcel.FastExcelError:
        return place.problem(
            "empty-file", "a sheet without rows", "a header and rows", "Export the table again."
        )
    cells = frame.to_polars().with_columns(pl.all().fill_null(""))
    if cells.is_empty():
        return place.problem(
            "empty-file", "a sheet without rows", "a header and rows", "Export the table again."
        )
    return _numbered(cells, source.header_row + 1)


def formula_cells(place: Place, source: Source) -> list[tuple[int, str, str]]:
    """(row, cell name, formula) of every formula in the sheet, below the header."""
    from openpyxl import load_workbook

    book = load_workbook(place.path, read_only=True)
    try:
        sheet = book[source.sheet or book.sheetnames[0]]
        return [
            (cell.row, cell.coordinate, str(cell.value))
            for row in sheet.iter_rows(min_row=source.header_row + 1)
            for cell in row
            if cell.data_type == "f"
        ]
    finally:
        book.close()
