"""A CSV file as cells: one encoding, one delimiter, the same number of cells in every row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

import polars as pl

from regionlift.data.cells import HEAD, LISTED, ROW, Cells, Place, distinct, nothing, without_empty
from regionlift.data.manifest import Source
from regionlift.data.problems import Problem

#: Rows are turned into a frame in pieces of this size, so that a big file needs little memory.
_PIECE = 50_000

#: Codecs of text; Python has others (idna, unicode_escape) that are not encodings of files.
_CODECS = (
    "utf-8", "utf-16", "utf-32", "gb", "hz", "big5", "cp", "iso8859", "shift_jis", "euc", "koi8",
    "mac", "ascii",
)  # fmt: skip

#: So many bytes beyond ASCII do not make sound UTF-8 by accident; one or two characters may.
_BY_DESIGN = 9

_DELIMITERS = ";\t|,，"


@dataclass
class _Rows:
    """Rows read so far, in pieces, with what is wrong with single ones."""

    place: Place
    names: list[str]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    pieces: list[pl.DataFrame] = field(default_factory=list)
    head: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, row: list[str]) -> None:
        """Take one record; a wholly empty one is no record."""
        if not any(cell.strip() for cell in row):
            return
        if len(self.head) < HEAD:
            self.head.append((line, row))
        width = len(self.names)
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            # which cell is whose cannot be known: the row is said, and not looked at further
            if len(self.problems) < LISTED:
                self.problems.append(_ragged(self.place, line, len(row), width))
            return
        self.rows.append(row[:width])
        self.lines.append(line)
        if len(self.rows) == _PIECE:
            self.flush()

    def flush(self) -> None:
        """Turn the rows at hand into a frame."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.names)
        series = [pl.Series(n, c, pl.String) for n, c in zip(self.names, columns, strict=True)]
        self.pieces.append(pl.DataFrame([*series, pl.Series(ROW, self.lines, pl.Int64)]))
        self.rows, self.lines = [], []

    def frame(self) -> pl.DataFrame:
        """All rows."""
        self.flush()
        return pl.concat(self.pieces)


def read_csv(place: Place, source: Source) -> Cells | Problem:
    """Cells of a CSV file; the row number of a record is the line it starts in."""
    try:
        known = codecs.lookup(source.encoding).name
    except (LookupError, ValueError):
        known = ""
    if not known.startswith(_CODECS):
        return place.problem(
            "encoding", f'encoding "{source.encoding}"', "a known encoding",
            "Use utf-8 or gb18030.",
        )  # fmt: skip
    encoding = "utf-8-sig" if known == "utf-8" else known
    if not known.startswith("utf") and (other := _really_utf8(place, known)):
        return other
    try:
        with place.path.open(encoding=encoding, newline="") as stream:
            return _parse(place, source, stream)
    except UnicodeError:
        return _encoding_problem(place, place.path.read_bytes(), source.encoding)
    except OSError as error:
        return place.problem(
            "unreadable", error.strerror or str(error), "a file that can be opened",
            "Look at the file's permissions.",
        )  # fmt: skip


def _parse(place: Place, source: Source, stream: TextIO) -> Cells | Problem:
    above = source.header_row - 1
    for _ in range(above):
        if not stream.readline():
            return nothing(place, f"a file of fewer than {source.header_row} lines")
    records = _records(place, stream, source, above)
    header = next(records, None)
    if header is None:
        return nothing(place, "no line")
    if isinstance(header, Problem):
        return header
    if wrong := _wrong_delimiter(place, source, header[1]):
        return wrong
    names, twice = distinct(header[1])
    rows = _Rows(place, names)
    for record in records:
        if isinstance(record, Problem):
            return record
        rows.add(*record)
    if not rows.head:
        return nothing(place, "a header without rows" if any(header[1]) else "nothing but blanks")
    unnamed = [n for n, raw in zip(names, header[1], strict=True) if not raw.strip()]
    frame = without_empty(rows.frame(), unnamed)
    return Cells(frame, rows.head, twice, problems=rows.problems)


def _records(
    place: Place, stream: TextIO, source: Source, above: int
) -> Iterator[tuple[int, list[str]] | Problem]:
    """Records with the line each starts in; the first broken quotation ends the reading."""
    reader = csv.reader(
        stream, delimiter=source.delimiter, strict=True,
        quoting=csv.QUOTE_MINIMAL if source.quotes else csv.QUOTE_NONE,
    )  # fmt: skip
    while True:
        line = above + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield place.problem(
                "quotes", f"a broken quotation ({error})",
                'every quotation closed, quotation marks inside a cell doubled ("")',
                f"Look at the quotation marks from line {line} on.", row=line,
            )  # fmt: skip
            return
        yield line, row


def _wrong_delimiter(place: Place, source: Source, header: list[str]) -> Problem | None:
    if len(header) > 1:
        return None
    other = [d for d in _DELIMITERS if d != source.delimiter and header and d in header[0]]
    if not other:
        return None
    shown = "\\t" if other[0] == "\t" else other[0]
    return place.problem(
        "delimiter", f'no "{source.delimiter}" in the header, but "{shown}"', "columns apart",
        f'Set delimiter = "{shown}" for this file.', row=source.header_row,
    )  # fmt: skip


def _ragged(place: Place, line: int, cells: int, width: int) -> Problem:
    return place.problem(
        "ragged", f"{cells} cell{'s' * (cells != 1)}", f"{width} cells, as in the header",
        "Look for a stray or missing delimiter: a comma inside a cell needs the cell in "
        "quotation marks; a thousands separator does too.", row=line,
    )  # fmt: skip


def _really_utf8(place: Place, declared: str) -> Problem | None:
    """Nearly any bytes can be read in a national encoding; UTF-8 is hit by accident only."""
    sure: list[int] = []
    fits: list[int] = []
    others = bytes_beyond_ascii = 0
    with place.path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.isascii():
                continue
            if not _decodes(line, "utf-8"):
                others += 1
                continue
            beyond = len(line) - len(line.decode("ascii", "ignore"))
            bytes_beyond_ascii += beyond
            fits.append(number)
            if beyond >= _BY_DESIGN:
                sure.append(number)
    if sure and others:
        return _mixed(place, len(sure), declared, others, sure[0])
    if others or bytes_beyond_ascii < _BY_DESIGN:
        return None
    return place.problem(
        "encoding", f"text in utf-8 under encoding {declared}", f"text in {declared}",
        'Take `encoding` out, or set encoding = "utf-8" for this file.', row=fits[0],
    )  # fmt: skip


def _encoding_problem(place: Place, raw: bytes, declared: str) -> Problem:
    """Say which line is not in the declared encoding, and whether another one fits all lines."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return place.problem(
            "encoding", "text in utf-16", f"text in {declared}",
            'Set encoding = "utf-16" for this file (Excel\'s "Unicode text" has delimiter = '
            '"\\t").', row=1,
        )  # fmt: skip
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
    if good_non_ascii and bad:
        return _mixed(place, len(bad), declared, good_non_ascii, bad[0])
    fits = f'Set encoding = "{other}" for this file.' if _decodes(raw, other) else ""
    return place.problem(
        "encoding", f"text that is not {declared}", f"text in {declared}",
        fits or "Save the file again as UTF-8.", row=bad[0] if bad else None,
    )  # fmt: skip


def _mixed(place: Place, bad: int, declared: str, good: int, row: int) -> Problem:
    return place.problem(
        "mixed-encodings",
        f"{bad} line{'s' * (bad != 1)} not in {declared} among {good} in it",
        "one encoding in the whole file", "Save the file again as UTF-8 from one program.",
        row=row,
    )  # fmt: skip


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True
