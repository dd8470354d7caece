"""A table of the contract from its files: map, recode, parse, join; report, never repair."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import NamedTuple

import polars as pl

from regionlift.data.cells import LISTED, ROW, Cells, Odd, Place, quoted
from regionlift.data.contract import Column, Table
from regionlift.data.headers import mapping, used_headers
from regionlift.data.joining import LINEAGE, finish, join, overlaps, summed
from regionlift.data.manifest import Source
from regionlift.data.merged_cells import unmerged
from regionlift.data.parsing import STATUS, Report, parse, suggested, texts
from regionlift.data.problems import Problem, did_you_mean
from regionlift.data.units import factor

__all__ = ["LINEAGE", "LISTED", "STATUS", "Assembly", "Piece", "assemble"]


class Piece(NamedTuple):
    """The cells of one source, with its number in the manifest."""

    number: int
    source: Source
    place: Place
    cells: Cells


class Part(NamedTuple):
    """One source as columns of the table."""

    source: Source
    place: Place
    frame: pl.DataFrame


@dataclass
class Assembly(Report):
    """Problems found on the way, what declared rules took out, and which source gave a column.

    ``places`` has the place of each source that was read, with its headers.
    """

    dropped: int = 0
    places: dict[int, Place] = field(default_factory=dict)
    providers: dict[str, set[int]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether no error was found so far."""
        return not any(p.severity == "error" for p in self.problems)


def assemble(
    table: Table, pieces: list[Piece], *, complete: bool = True
) -> tuple[pl.DataFrame | None, Assembly]:
    """One frame of the table's columns from the cells of its files.

    Number columns get a companion ``<column>__status``; ``_rows`` keeps file and row of every
    part. Sources are joined on the key columns that are present; a number that two sources give
    is an error, whichever is right. Where a cell is wrong the frame of a single source is still
    given, so that the audit can go on; see ``Assembly.sound``. ``complete`` is False when a
    source could not be read: then its fellows are looked at, and nothing is joined.
    """
    work = Assembly()
    parts = []
    for piece in pieces:
        frame = _one_source(table, work, piece)
        if frame is not None:
            parts.append(Part(piece.source, work.places[piece.number], frame))
    if not complete or len(parts) < len(pieces):
        return None, work
    if not _required(table, work, parts) or (len(parts) > 1 and not work.sound):
        return None, work
    present = set().union(*(part.frame.columns for part in parts))
    key = [name for name in table.key if name in present]
    frames = [_with_key(table, part.frame, key) for part in parts]
    named = [(part.place, frame) for part, frame in zip(parts, frames, strict=True)]
    if len(frames) > 1:
        work.problems += overlaps(table, key, named)
        if not work.sound:
            return None, work
    joined = reduce(lambda left, right: join(left, right, key), frames)
    return finish(table, joined, key), work


def _one_source(table: Table, work: Assembly, piece: Piece) -> pl.DataFrame | None:
    number, source, place, cells = piece
    mapped, problems = mapping(table, source, place, cells)
    work.problems += problems
    place = replace(place, headers=mapped, rules=source)
    work.places[number] = place
    if not mapped:
        return None
    piece = piece._replace(place=place)
    work.problems += cells.problems
    work.problems += _odd(piece, mapped)
    work.problems += _units_in_headers(table, source, place, mapped)
    if absent := [c for c in _key_columns(table) if c.name not in {*mapped, *source.constants}]:
        work.problems += [_no_column(place, column, cells.headers) for column in absent]
        return None
    chosen = _select(work, source, place, unmerged(table, work, place, cells))
    frame = _columns(table, source, chosen, mapped)
    frame = _recode(table, work, source, place, frame)
    columns = [column for column in table.columns if column.name in frame.columns]
    for column in columns:
        frame = parse(work, source, place, frame, column)
        if column.required and column.name in table.key:
            _keyless(work, place, frame, column, mapped)
    for name in frame.columns:
        work.providers.setdefault(name, set()).add(number)
    if frame.is_empty():
        if not cells.problems:
            work.problems.append(_no_row_left(place))
        return None
    return _unique(table, work, piece, frame)


def _units_in_headers(
    table: Table, source: Source, place: Place, mapped: dict[str, str]
) -> list[Problem]:
    """Headers that name another unit than the contract's, without a declared one."""
    named = {}
    for name, header in mapped.items():
        unit = table.column(name).unit
        inside = re.search(r"[（(]([^（()）]+)[）)]\s*$", header)
        if not unit or inside is None or name in source.units:
            continue
        try:
            same = factor(inside[1], unit) == (1.0, 1.0)
        except ValueError:
            continue
        if not same:
            named[name] = inside[1]
    line = place.entry("units", ", ".join(f"{name} = {quoted(u)}" for name, u in named.items()))
    return [
        place.problem(
            "unit-in-header", f'the unit {unit} in the header "{mapped[name]}"',
            f"the unit of the contract ({table.column(name).unit}), or a declared one",
            f"For this file: {line}.", row=source.header_row,
            column=mapped[name],
        )
        for name, unit in named.items()
    ]  # fmt: skip


def _no_row_left(place: Place) -> Problem:
    return place.problem(
        "empty-file", "no row left", "rows", "Look at `keep`, `drop` and `unlisted` of this file."
    )


def _odd(piece: Piece, mapped: dict[str, str]) -> list[Problem]:
    """Formulas and error values in the columns that are read."""
    read = used_headers(piece.source, mapped)
    return [_no_value(piece.place, odd) for odd in piece.cells.odd if odd.header in read][:LISTED]


def _no_value(place: Place, odd: Odd) -> Problem:
    formula = odd.text.startswith("=")
    return place.problem(
        "formula" if formula else "cell-error",
        f"a formula in {odd.cell}: {odd.text[:60]}" if formula
        else f"the error {odd.text} in {odd.cell}",
        "a value",
        "Copy the sheet and paste it as values: what a formula shows depends on who opens it.",
        row=odd.row, column=odd.header,
    )  # fmt: skip


def _select(work: Assembly, source: Source, place: Place, cells: pl.DataFrame) -> pl.DataFrame:
    """Rows by `keep` and `drop`; a value of theirs that is nowhere in the file is a warning."""
    before = cells.height
    for entry, rules in (("keep", source.keep), ("drop", source.drop)):
        for header, values in rules.items():
            wanted = [str(value) for value in values]
            # an empty cell is selected by ""
            found = texts(cells[header]).fill_null("")
            have = found.unique()
            for value in wanted:
                if value not in have:
                    work.problems.append(_no_such_value(place, entry, header, value, have))
            hit = found.is_in(wanted)
            cells = cells.filter(hit if entry == "keep" else ~hit)
    work.dropped += before - cells.height
    return cells


def _no_such_value(place: Place, entry: str, header: str, value: str, have: pl.Series) -> Problem:
    return place.problem(
        "unused-value", f'{entry}."{header}" = "{value}"', "a value that is in the column",
        f"{did_you_mean(value, have)}Correct `{entry}`.", column=header, severity="warning",
    )  # fmt: skip


def _columns(
    table: Table, source: Source, cells: pl.DataFrame, mapped: dict[str, str]
) -> pl.DataFrame:
    """Mapped columns under the contract's names: numbers as they are, all else as text."""
    found = [cells[ROW]]
    for name, header in mapped.items():
        column = cells[header].alias(name)
        if column.dtype.is_temporal() and table.column(name).type == "year":
            column = column.dt.year()
        raw = column.dtype.is_numeric() and name in table.numbers() and name not in source.values
        found.append(column if raw else texts(column))
    for name, value in source.constants.items():
        text = texts(pl.Series(name, [value]))
        found.append(text.new_from_index(0, cells.height))
    return pl.DataFrame(found)


def _recode(
    table: Table, work: Assembly, source: Source, place: Place, frame: pl.DataFrame
) -> pl.DataFrame:
    for column, codes in source.values.items():
        text = pl.col(column)
        if "" in codes:
            frame = frame.with_columns(text.fill_null(""))
        listed = text.is_in(list(codes)).fill_null(False)
        policy = source.unlisted.get(column, "error")
        wanted = table.column(column)
        if policy == "error":
            # an empty cell is not unlisted, and a word of the contract needs no list
            known = text.is_null() | text.is_in([*wanted.choices, *wanted.choices_zh])
            bad = frame.filter(~(listed | known))
            work.rows(
                bad, column, place, "unlisted-value", column,
                f"a value listed under values.{column}"
                + (f", or {wanted.expected}" if wanted.choices else ""),
                _unlisted(place, wanted, codes, bad),
            )  # fmt: skip
        if policy == "drop":
            work.problems += _unmatched(place, column, codes, frame[column])
            before = frame.height
            # an optional cell that is empty says nothing against its row
            frame = frame.filter(listed if wanted.required else listed | text.is_null())
            work.dropped += before - frame.height
        frame = frame.with_columns(text.replace(codes).alias(column))
    return frame


def _unlisted(
    place: Place, column: Column, codes: dict[str, str], bad: pl.DataFrame
) -> Callable[[str], str]:
    """The way out for a value outside the list: the words to add, or a slip."""
    found = bad[column.name].drop_nulls().unique(maintain_order=True).to_list()
    line = place.recoding(column.name, suggested(column, found, codes))
    others = f'unlisted.{column.name} = "drop" or "keep"'
    return lambda value: f"{did_you_mean(value, codes)}{line} Or set {others}."


def _unmatched(place: Place, column: str, codes: dict[str, str], cells: pl.Series) -> list[Problem]:
    """Listed codes that are nowhere: where the unlisted are dropped, a slip would go unseen."""
    have = set(cells.unique())
    absent = [code for code in codes if code not in have]
    if not absent:
        return []
    return [
        place.problem(
            "unused-value", f"no row with {', '.join(absent[:8])}",
            f"rows for every code under values.{column}",
            f"{did_you_mean(absent[0], (str(v) for v in have - set(codes)))}Correct the list.",
            column=column, severity="warning",
        )
    ]  # fmt: skip


def _keyless(
    work: Assembly, place: Place, frame: pl.DataFrame, column: Column, mapped: dict[str, str]
) -> None:
    """Rows without a key; those whose key could not be read have been reported."""
    said = {
        (p.row, p.column) for p in work.problems if (p.file, p.sheet) == (place.name, place.sheet)
    }
    empty = frame.filter(pl.col(column.name).is_null())
    # a workbook says which cells are merged, and they have been read
    merged = "" if place.path.suffix.lower() == ".xlsx" else (
        " A merged cell holds its value in its first row only: fill it down."
    )  # fmt: skip
    for row in empty[ROW].head(LISTED):
        if not said & {(row, column.name), (row, mapped.get(column.name, ""))}:
            work.problems.append(
                place.problem(
                    "empty-key", "an empty cell", column.expected,
                    f"Fill the cell.{place.dropping(column.name, '')}{merged}", row=row,
                    column=column.name,
                )
            )  # fmt: skip


def _unique(table: Table, work: Assembly, piece: Piece, frame: pl.DataFrame) -> pl.DataFrame:
    """One row a key; sums where the manifest says so, an error elsewhere. Adds the lineage."""
    number, source, place, _ = piece
    key = [name for name in table.key if name in frame.columns]
    if source.duplicates == "sum":
        frame, problems = summed(table, place, key, frame, number)
        work.problems += problems
        return frame
    needed = [name for name in key if table.column(name).required]
    whole = frame.drop_nulls(needed) if needed else frame
    again = whole.filter(~pl.struct(key).is_first_distinct()) if key else whole.clear()
    if not again.is_empty():
        first = whole.unique(key, keep="first").select(*key, pl.col(ROW).alias("_first"))
        pairs = again.join(first, on=key, nulls_equal=True, maintain_order="left")
        for row in pairs.head(LISTED).iter_rows(named=True):
            shown = ", ".join(f"{name}={row[name]}" for name in key)
            work.problems.append(
                place.problem(
                    "duplicate-key", f"a second row for {shown}; the first is row "
                    f"{row['_first']}", "one row a key",
                    'Remove one of them, or set duplicates = "sum" if they add up.',
                    row=row[ROW],
                )
            )  # fmt: skip
    label = pl.format("{}:{}", pl.lit(str(number)), pl.col(ROW))
    return frame.with_columns(label.alias(LINEAGE)).drop(ROW)


def _key_columns(table: Table) -> list[Column]:
    """Columns that every file must have: without them its rows belong nowhere."""
    return [column for column in table.columns if column.required and column.name in table.key]


def _required(table: Table, work: Assembly, parts: list[Part]) -> bool:
    """Whether every required column is in one of the sources at least."""
    before = len(work.problems)
    present = set().union(*(part.frame.columns for part in parts))
    work.problems += [
        _no_column(parts[0].place, column)
        for column in table.columns
        if column.required and column.name not in present
    ]
    if table.at_least_one and not present & set(table.at_least_one):
        work.problems.append(
            parts[0].place.problem(
                "no-column", "none of " + ", ".join(table.at_least_one), "at least one of them",
                "Map one under `columns`.",
            )
        )  # fmt: skip
    return len(work.problems) == before


def _no_column(place: Place, column: Column, headers: Iterable[str] = ()) -> Problem:
    years = [h for h in headers if re.fullmatch(r"(19|20)\d\d年?", h)]
    fix = f'Add columns = {{ {column.name} = "your header" }}.'
    if column.type == "year" and len(years) > 1:
        fix = (
            f"The years stand in the header ({', '.join(years[:3])}...): bring the table into "
            "long form, one row a year."
        )
    return place.problem(
        "no-column", f"no column for {column.name} ({column.title_zh})",
        f"the required column {column.name}: {column.expected}", fix,
    )  # fmt: skip


def _with_key(table: Table, frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The frame with every key column; one that its file does not have is empty."""
    kinds = {n: pl.Int64 if table.column(n).type == "year" else pl.String for n in key}
    absent = [name for name in key if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=kinds[name]).alias(name) for name in absent)
