"""A table of the contract from its files: map headers, recode, parse, join; report, never repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from regionlift.data.contract import Column, Table
from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, did_you_mean
from regionlift.data.reading import ROW, Place
from regionlift.data.units import factor
from regionlift.evidence.quantity import Status

#: Suffix of the column that carries the state of each number cell.
STATUS = "__status"

#: Where each row came from: "source:row", sources numbered as in the manifest.
LINEAGE = "_rows"

#: At most this many rows of one kind of problem in one column are listed one by one.
LISTED = 1000


@dataclass
class Assembly:
    """Problems found on the way, what declared rules took out, and which source gave a column."""

    table: Table
    problems: list[Problem] = field(default_factory=list)
    dropped: int = 0
    providers: dict[str, set[int]] = field(default_factory=dict)

    def rows(
        self,
        bad: pl.DataFrame,
        cell: str,
        place: Place,
        code: str,
        column: str,
        expected: str,
        fix: str | Callable[[str], str],
    ) -> None:
        """Add one error a row of ``bad``, whose column ``cell`` holds what was found."""
        for row, value in bad.select(ROW, cell).head(LISTED).iter_rows():
            found = f'"{value}"' if value not in (None, "") else "an empty cell"
            advice = fix if isinstance(fix, str) else fix(str(value))
            self.problems.append(
                place.problem(code, found, expected, advice, row=row, column=column)
            )


def assemble(
    table: Table, pieces: list[tuple[Source, Place, pl.DataFrame]]
) -> tuple[pl.DataFrame | None, Assembly]:
    """One frame of the table's columns from the cells of its files.

    Number columns get a companion ``<column>__status``; ``_rows`` keeps file and row of every
    part. Sources are joined on the key columns that are present; a number that two sources give
    is an error, whichever is right.
    """
    work = Assembly(table)
    frames = []
    for number, (source, place, cells) in enumerate(pieces, start=1):
        frame = _one_source(work, number, source, place, cells)
        if frame is not None:
            frames.append((source, place, frame))
    if not frames or any(p.severity == "error" for p in work.problems):
        return None, work
    present = set().union(*(set(frame.columns) for _, _, frame in frames))
    key = [name for name in table.key if name in present]
    _required(work, present, pieces)
    _overlaps(work, key, frames)
    if any(p.severity == "error" for p in work.problems):
        return None, work
    joined = reduce(
        lambda left, right: _join(left, right, key), (frame for _, _, frame in frames)
    )
    return _finish(table, joined, key), work


def _one_source(
    work: Assembly, number: int, source: Source, place: Place, cells: pl.DataFrame
) -> pl.DataFrame | None:
    headers = _headers(work, source, place, cells)
    if headers is None:
        return None
    cells = _select(work, source, place, cells)
    frame = cells.select(ROW, *(pl.col(h).alias(c) for c, h in headers.items()))
    frame = frame.with_columns(pl.lit(v).alias(k) for k, v in source.constants.items())
    frame = _recode(work, source, place, frame)
    for column in work.table.columns:
        if column.name in frame.columns:
            frame = _parse(work, source, place, frame, column)
    for name in frame.columns:
        work.providers.setdefault(name, set()).add(number)
    if frame.is_empty():
        work.problems.append(
            place.problem(
                "empty-file", "no row left", "rows",
                "Look at `keep`, `drop` and `unlisted` of this file.",
            )
        )  # fmt: skip
        return None
    return _unique(work, number, source, place, frame)


def _headers(
    work: Assembly, source: Source, place: Place, cells: pl.DataFrame
) -> dict[str, str] | None:
    """Contract column -> header of the file; declared first, then equal names."""
    table, found = work.table, [h for h in cells.columns if h != ROW]
    before = len(work.problems)
    names = table.names()
    for name in [*source.columns, *source.constants, *source.values, *source.units]:
        if name not in names:
            work.problems.append(
                place.problem(
                    "unknown-column", f'"{name}" in the mapping', f"a column of {table.name}",
                    f"{did_you_mean(name, names)}The columns are: {', '.join(names)}.",
                )
            )  # fmt: skip
    for name, header in source.columns.items():
        if header not in found:
            work.problems.append(
                place.problem(
                    "no-column", f'no header "{header}"', f"a header for {name}",
                    _header_hint(header, found, cells, source), column=header,
                )
            )  # fmt: skip
    for header in [*source.keep, *source.drop]:
        if header not in found:
            work.problems.append(
                place.problem(
                    "no-column", f'no header "{header}"', "a header to select rows by",
                    did_you_mean(header, found) + "Correct `keep` or `drop`.", column=header,
                )
            )  # fmt: skip
    if len(work.problems) > before:
        return None
    mapped = dict(source.columns)
    spelled = {
        word.strip().lower(): c.name for c in table.columns for word in (c.name, c.title, c.title_zh)
    }
    for header in found:
        name = spelled.get(header.strip().lower())
        if name and name not in mapped and name not in source.constants:
            mapped[name] = header
    if not mapped:
        work.problems.append(
            place.problem(
                "no-column", f"headers {', '.join(found[:8])}", f"headers of {table.name}",
                _header_hint("", found, cells, source), row=source.header_row,
            )
        )  # fmt: skip
        return None
    _unused(work, source, place, found, mapped)
    return mapped


def _header_hint(header: str, found: list[str], cells: pl.DataFrame, source: Source) -> str:
    """Where the header row is a few rows down, say so; else the nearest header."""
    wanted = set(source.columns.values()) or {header}
    text = [c for c in cells.columns if c != ROW]
    for row in cells.head(20).iter_rows(named=True):
        if len(wanted & {str(row[c]).strip() for c in text}) >= max(1, len(wanted) // 2):
            return f"The header seems to be in row {row[ROW]}: set header_row = {row[ROW]}."
    return f"{did_you_mean(header, found)}The headers are: {', '.join(found[:20])}."


def _unused(
    work: Assembly, source: Source, place: Place, found: list[str], mapped: dict[str, str]
) -> None:
    """Warn of every header that is neither mapped nor declared as ignored."""
    used = {*mapped.values(), *source.ignore, *source.keep, *source.drop}
    if "*" in source.ignore:
        return
    free = [c.name for c in work.table.columns if c.name not in mapped]
    for header in found:
        if header not in used:
            work.problems.append(
                Problem(
                    "warning", "unused-column", f'header "{header}"', "a mapped column",
                    f"{did_you_mean(header, free)}Map it under `columns`, or list it under "
                    "`ignore`.", place.table, place.name, source.header_row, header,
                )
            )  # fmt: skip


def _select(work: Assembly, source: Source, place: Place, cells: pl.DataFrame) -> pl.DataFrame:
    before = cells.height
    for header, values in source.keep.items():
        cells = cells.filter(pl.col(header).cast(pl.String).is_in([str(v) for v in values]))
    for header, values in source.drop.items():
        cells = cells.filter(~pl.col(header).cast(pl.String).is_in([str(v) for v in values]))
    work.dropped += before - cells.height
    return cells


def _recode(work: Assembly, source: Source, place: Place, frame: pl.DataFrame) -> pl.DataFrame:
    for column, codes in source.values.items():
        if column not in frame.columns:
            continue
        text = pl.col(column).cast(pl.String)
        listed = text.is_in(list(codes))
        policy = source.unlisted.get(column, "error")
        if policy == "error":
            work.rows(
                frame.filter(~listed), column, place, "unlisted-value", column,
                f"a value listed under values.{column}",
                f'Add it to the list, or set unlisted.{column} = "drop" or "keep".',
            )  # fmt: skip
        if policy == "drop":
            work.dropped += frame.filter(~listed).height
            frame = frame.filter(listed)
        frame = frame.with_columns(text.replace(codes).alias(column))
    return frame


def _parse(
    work: Assembly, source: Source, place: Place, frame: pl.DataFrame, column: Column
) -> pl.DataFrame:
    match column.type:
        case "number":
            return _number(work, source, place, frame, column)
        case "year":
            return _year(work, place, frame, column)
        case "boolean":
            yes_no = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
            return _words(work, place, frame, column, yes_no)
        case "date":
            text = _text(column.name)
            parsed = text.str.head(10).str.to_date("%Y-%m-%d", strict=False)
            return _checked(work, place, frame, column, text, parsed, "Write it as 2023-05-17.")
        case _:
            return frame.with_columns(_text(column.name).alias(column.name))


def _text(name: str) -> pl.Expr:
    """The cell as trimmed text, empty as null."""
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _checked(
    work: Assembly,
    place: Place,
    frame: pl.DataFrame,
    column: Column,
    text: pl.Expr,
    parsed: pl.Expr,
    fix: str | Callable[[str], str],
) -> pl.DataFrame:
    """Replace the column by ``parsed``; every text that did not parse is an error."""
    both = frame.with_columns(text.alias("_text"), parsed.alias("_parsed"))
    bad = both.filter(pl.col("_text").is_not_null() & pl.col("_parsed").is_null())
    work.rows(bad, "_text", place, "wrong-type", column.name, column.expected, fix)
    return both.with_columns(pl.col("_parsed").alias(column.name)).drop("_text", "_parsed")


def _words(
    work: Assembly, place: Place, frame: pl.DataFrame, column: Column, known: dict[str, bool]
) -> pl.DataFrame:
    text = _text(column.name)
    parsed = text.str.to_lowercase().replace_strict(
        list(known), list(known.values()), default=None, return_dtype=pl.Boolean
    )
    return _checked(work, place, frame, column, text, parsed, "Write yes or no.")


def _year(work: Assembly, place: Place, frame: pl.DataFrame, column: Column) -> pl.DataFrame:
    text = _text(column.name)
    number = text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    parsed = pl.when(number.is_between(1900, 2100)).then(number)

    def advice(found: str) -> str:
        if found.replace(".", "").isdigit() and 20000 < float(found) < 80000:
            return "This looks like an Excel date number; format the column as text or number."
        if len(found) >= 8 and found[:4].isdigit():
            return f"Keep the year only: {found[:4]}."
        return "Give four digits."

    return _checked(work, place, frame, column, text, parsed, advice)


def _number(
    work: Assembly, source: Source, place: Place, frame: pl.DataFrame, column: Column
) -> pl.DataFrame:
    """Parse a number cell and its state; scale it where the manifest declares another unit."""
    name = column.name
    marks = {mark: state for state, words in source.missing.items() for mark in words if mark}
    blank_state = next((s for s, words in source.missing.items() if "" in words), source.blank)
    if frame.schema[name].is_numeric():
        value = pl.col(name).cast(pl.Float64).fill_nan(None)
        empty = value.is_null()
        text = value.cast(pl.String) if marks else pl.lit(None, dtype=pl.String)
        value = pl.when(text.is_in(list(marks)).fill_null(False).not_()).then(value)
    else:
        text = _text(name)
        empty = text.is_null()
        plain = text
        if source.thousands:
            plain = plain.str.replace_all(source.thousands, "", literal=True)
        if source.decimal == ",":
            plain = plain.str.replace(",", ".", literal=True)
        value = pl.when(text.is_in(list(marks)).not_()).then(plain).cast(pl.Float64, strict=False)
        value = pl.when(value.is_finite()).then(value)
    marked = frame.with_columns(
        text.alias("_text"),
        value.alias("_value"),
        pl.when(empty)
        .then(pl.lit(blank_state))
        .otherwise(text.replace_strict(marks, default="known", return_dtype=pl.String))
        .fill_null("known")
        .alias(name + STATUS),
    )
    bad = marked.filter(pl.col("_value").is_null() & (pl.col(name + STATUS) == Status.KNOWN))
    work.rows(bad, "_text", place, "wrong-type", name, column.expected, _number_advice)
    try:
        scale = factor(source.units.get(name, ""), column.unit)
    except ValueError as error:
        work.problems.append(
            place.problem("unit", f'unit "{source.units[name]}"', str(error), "", column=name)
        )
        scale = (1.0, 1.0)
    scaled = pl.col("_value") * scale[0] / scale[1] if scale != (1.0, 1.0) else pl.col("_value")
    return marked.with_columns(scaled.alias(name)).drop("_text", "_value")


def _number_advice(found: str) -> str:
    digits = found.replace(",", "").replace(" ", "").replace("'", "")
    if digits != found and digits.replace(".", "").lstrip("-").isdigit():
        sign = next(c for c in ", '" if c in found)
        return f'Set thousands = "{sign}" (or decimal = ",") for this file.'
    if found.startswith("="):
        return "This is a formula; save the sheet with values."
    if "<" in found:
        return "This is markup, not a number; export the plain table."
    return f'Correct the cell, or declare "{found}" under `missing`.'


def _unique(
    work: Assembly, number: int, source: Source, place: Place, frame: pl.DataFrame
) -> pl.DataFrame:
    """One row a key; sums where the manifest says so, an error elsewhere. Adds the lineage."""
    key = [name for name in work.table.key if name in frame.columns]
    label = pl.format("{}:{}", pl.lit(str(number)), pl.col(ROW))
    if source.duplicates == "sum":
        return _summed(work.table, key, frame, number)
    extra = frame.filter(~pl.struct(key).is_first_distinct()) if key else frame.clear()
    for row in extra.head(LISTED).iter_rows(named=True):
        shown = ", ".join(f"{name}={row[name]}" for name in key)
        work.problems.append(
            place.problem(
                "duplicate-key", f"a second row for {shown}", "one row a key",
                'Remove one of them, or set duplicates = "sum" if they add up.', row=row[ROW],
            )
        )  # fmt: skip
    return frame.with_columns(label.alias(LINEAGE)).drop(ROW)


def _summed(table: Table, key: list[str], frame: pl.DataFrame, number: int) -> pl.DataFrame:
    """Sum number columns over equal keys; a part that is not known makes the sum not known."""
    numbers = [name for name in table.numbers() if name in frame.columns]
    parts: list[pl.Expr] = []
    for name in numbers:
        state = pl.col(name + STATUS)
        known = (state == Status.KNOWN).all()
        parts += [
            pl.when(known).then(pl.col(name).sum()).alias(name),
            pl.when(known)
            .then(pl.lit("known"))
            .otherwise(state.filter(state != Status.KNOWN).first())
            .alias(name + STATUS),
        ]
    rest = [n for n in table.names() if n in frame.columns and n not in (*numbers, *key)]
    parts += [pl.col(name).first() for name in rest]
    first, last, count = pl.col(ROW).min(), pl.col(ROW).max(), pl.len()
    rows = pl.format("{}:{}-{} ({} rows)", pl.lit(str(number)), first, last, count)
    return frame.group_by(key, maintain_order=True).agg(*parts, rows.alias(LINEAGE))


def _required(
    work: Assembly, present: set[str], pieces: list[tuple[Source, Place, pl.DataFrame]]
) -> None:
    table, place = work.table, pieces[0][1]
    for column in table.columns:
        if column.required and column.name not in present:
            work.problems.append(
                place.problem(
                    "no-column", f"no column for {column.name} ({column.title_zh})",
                    f"the required column {column.name}: {column.expected}",
                    f'Add columns = {{ {column.name} = "your header" }}.',
                )
            )  # fmt: skip
    if table.at_least_one and not present & set(table.at_least_one):
        work.problems.append(
            place.problem(
                "no-column", "none of " + ", ".join(table.at_least_one), "at least one of them",
                "Map one under `columns`.",
            )
        )  # fmt: skip


def _overlaps(
    work: Assembly, key: list[str], frames: list[tuple[Source, Place, pl.DataFrame]]
) -> None:
    """A number that two sources give for one key is an error, whichever is right."""
    for later in range(1, len(frames)):
        for earlier in range(later):
            _, place, right = frames[later]
            left = frames[earlier][2]
            shared = [n for n in work.table.numbers() if n in left.columns and n in right.columns]
            for name in shared:
                both = left.join(right, on=key, nulls_equal=True).filter(
                    (pl.col(name + STATUS) == "known") & (pl.col(f"{name}{STATUS}_right") == "known")
                )
                if not both.is_empty():
                    row = both.row(0, named=True)
                    shown = ", ".join(f"{k}={row[k]}" for k in key)
                    work.problems.append(
                        place.problem(
                            "two-sources",
                            f"{name} for {shown} here and in {frames[earlier][1].name}",
                            "one source a number",
                            "Take the column out of one of the two files' mappings.",
                            column=name,
                        )
                    )


def _join(left: pl.DataFrame, right: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    both = left.join(right, on=key, how="full", coalesce=True, nulls_equal=True)
    merged = []
    for name in right.columns:
        twin = f"{name}_right"
        if twin not in both.columns:
            continue
        if name == LINEAGE:
            merged.append(pl.concat_str(name, twin, separator=" ", ignore_nulls=True).alias(name))
        elif name.endswith(STATUS):
            here = pl.col(name) == "known"
            merged.append(
                pl.when(here | pl.col(twin).is_null()).then(name).otherwise(twin).alias(name)
            )
        else:
            merged.append(pl.coalesce(name, twin).alias(name))
    return both.with_columns(merged).select(pl.exclude(r"^.*_right$"))


def _finish(table: Table, frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Contract order, sorted by key; a number no source has for a row is not collected."""
    states = [name + STATUS for name in table.numbers() if name in frame.columns]
    frame = frame.with_columns(pl.col(s).fill_null(Status.NOT_COLLECTED.value) for s in states)
    ordered = [
        part
        for name in table.names()
        if name in frame.columns
        for part in ([name, name + STATUS] if name + STATUS in frame.columns else [name])
    ]
    return frame.select(*ordered, LINEAGE).sort(key, nulls_last=True)
