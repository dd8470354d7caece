"""A sheet of an XLSX workbook as cells, with the row numbers Excel shows."""

from __future__ import annotations

import datetime
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import ParseError

import polars as pl
from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from regionlift.data.cells import (
    HEAD,
    ROW,
    Cells,
    Odd,
    Place,
    distinct,
    letter,
    nothing,
    without_empty,
)
from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, did_you_mean

#: A workbook that unpacks to more than this is not a table of statistics.
UNPACKED_LIMIT = 2 * 1024**3

#: What openpyxl and the modules under it raise for a file that is no sound workbook.
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, ParseError, OSError, KeyError, ValueError,
    TypeError, AttributeError, IndexError, EOFError, RuntimeError, zlib.error, struct.error,
)  # fmt: skip


def read_workbook(place: Place, source: Source) -> Cells | Problem:
    """Cells of one sheet as text: numbers as they are stored, dates as 2024-03-04.

    A formula or an error such as #N/A is no value: it is kept apart as :class:`Odd`, whatever it
    shows, for what it shows depends on the program that opens it.
    """
    try:
        with zipfile.ZipFile(place.path) as packed:
            size = sum(item.file_size for item in packed.infolist())
        if size > UNPACKED_LIMIT:
            return place.problem(
                "too-large", f"a workbook that unpacks to {size / 1024**3:.1f} GiB",
                f"up to {UNPACKED_LIMIT // 1024**3} GiB", "Save the table as Parquet or CSV.",
            )  # fmt: skip
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations it does not keep: they hold no values
            warnings.simplefilter("ignore", UserWarning)
            return _read(place, source)
    except _BROKEN as error:
        return place.problem(
            "unreadable", f"no sound workbook ({' '.join(str(error).split())[:120]})",
            "an XLSX workbook", "Open it in Excel and save it again as .xlsx.",
        )  # fmt: skip


def _read(place: Place, source: Source) -> Cells | Problem:
    book = load_workbook(place.path, read_only=True)
    try:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        name = _which(place, source, list(sheets))
        if isinstance(name, Problem):
            return name
        sheet = sheets[name]
        # exporters write wrong dimensions; without them every cell there is gets read
        sheet.reset_dimensions()
        return _cells(place, source, sheet.iter_rows(), _merged(place, sheet))
    finally:
        book.close()


#: One area of merged cells in the XML of a sheet.
_AREA = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):[A-Z]+(\d+)"')


def _merged(place: Place, sheet: Any) -> list[tuple[str, int, int]]:
    """Areas of merged cells of more than one row: letter of their first column, its rows.

    A sheet that is read row by row does not tell them; they stand behind the rows in its XML.
    """
    areas = []
    with zipfile.ZipFile(place.path) as packed, packed.open(sheet._worksheet_path) as stream:
        rest = b""
        while block := stream.read(1 << 20):
            rest += block
            found = list(_AREA.finditer(rest))
            areas += [(m[1].decode(), int(m[2]), int(m[3])) for m in found]
            # an area may be cut in two between two blocks
            rest = rest[found[-1].end() :][-200:] if found else rest[-200:]
    return [area for area in areas if area[2] > area[1]]


def _which(place: Place, source: Source, names: list[str]) -> str | Problem:
    if source.sheet is None and len(names) != 1:
        return place.problem(
            "which-sheet", f"{len(names)} sheets: {', '.join(names)}", "one named sheet",
            f'Set sheet = "{names[0]}" (or another) for this file.' if names else "Add a sheet.",
        )  # fmt: skip
    sheet = source.sheet or names[0]
    if sheet not in names:
        return place.problem(
            "no-sheet", f'no sheet "{sheet}"', f"one of {', '.join(names)}",
            f"{did_you_mean(sheet, names)}Correct `sheet`.",
        )  # fmt: skip
    return sheet


def _cells(
    place: Place, source: Source, rows: Iterable[Any], areas: list[tuple[str, int, int]]
) -> Cells | Problem:
    header: list[str] | None = None
    numbers: list[int] = []
    texts: list[list[str]] = []
    odd: list[tuple[int, int, str]] = []
    for number, row in enumerate(rows, start=1):
        if number < source.header_row:
            continue
        words = [_text(cell) for cell in row]
        if header is None:
            header = words
        elif any(word.strip() for word in words):
            for index, cell in enumerate(row):
                if cell.data_type in ("f", "e"):
                    odd.append((number, index, words[index]))
                    words[index] = ""
            numbers.append(number)
            texts.append(words)
    if header is None or not texts:
        return nothing(place, "a sheet without rows")
    return _frame(header, numbers, texts, odd, areas)


def _frame(
    header: list[str],
    numbers: list[int],
    texts: list[list[str]],
    odd: list[tuple[int, int, str]],
    areas: list[tuple[str, int, int]],
) -> Cells:
    head = list(zip(numbers[:HEAD], (list(row) for row in texts[:HEAD]), strict=True))
    columns = list(zip_longest(*texts, fillvalue=""))
    header = header + [""] * (len(columns) - len(header))
    names, twice = distinct(header)
    columns += [("",) * len(texts)] * (len(names) - len(columns))
    frame = pl.DataFrame(
        [
            *(pl.Series(n, c, pl.String) for n, c in zip(names, columns, strict=True)),
            pl.Series(ROW, numbers, pl.Int64),
        ]
    )
    unnamed = [n for n, raw in zip(names, header, strict=True) if not raw.strip()]
    cells = [Odd(row, names[i], f"{letter(i)}{row}", text) for row, i, text in odd]
    columns_by = {letter(n): name for n, name in enumerate(names)}
    merged = [(columns_by[c], first, last) for c, first, last in areas if c in columns_by]
    return Cells(without_empty(frame, unnamed), head, twice, cells, merged=merged)


def _text(cell: Any) -> str:
    """What a cell holds, as text; a whole number has no decimals."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime.datetime():
            midnight = value.time() == datetime.time()
            return value.date().isoformat() if midnight else value.isoformat(" ")
    if cell.data_type == "f" and not isinstance(value, str):
        # array formulas are objects that hold their text
        return str(getattr(value, "text", "") or "=...")
    return str(value)
