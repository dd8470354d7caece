"""Rows of patent files turned into rows of tables, by a layout; nothing is judged yet."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from regionlift.data.cells import ROW
from regionlift.data.patents.layouts import Fill, Layout, plain
from regionlift.data.problems import Problem

#: The file a row stands in; with :data:`ROW` its place.
FILE = "_file"
#: Order of an item in its cell, from 1.
ORDER = "_order"
#: So many rows of one kind are listed one by one: every one in any extract that can be looked at.
LISTED = 100_000
#: Signs between the items of a cell that lists several.
_LISTS = ";；,，|、"
#: Cells that hold ids, in which a layout's ``blank`` stands for nothing.
_IDS = ("patent_id", "citing", "cited")


@dataclass
class Report:
    """What was left out or changed, each with file and row."""

    problems: list[Problem] = field(default_factory=list)

    def rows(
        self, bad: pl.DataFrame, code: str, column: str, found: str, expected: str, fix: str
    ) -> None:
        """One warning a row of ``bad``; ``found`` may name columns of it in braces.

        Beyond :data:`LISTED` rows the rest is counted in one more.
        """
        for row in bad.head(LISTED).iter_rows(named=True):
            self.problems.append(
                Problem("warning", code, found.format_map(_Shown(row)), expected, fix, "",
                        row[FILE], row[ROW], column)
            )  # fmt: skip
        if bad.height > LISTED:
            self.problems.append(
                Problem("warning", code, f"{bad.height - LISTED:,} more such rows", expected, fix,
                        "", str(bad[FILE][LISTED]), None, column)
            )  # fmt: skip


class _Shown(dict[str, object]):
    """Cells as they are printed in a message: short, in words where empty."""

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        text = "nothing" if value is None else str(value)
        return text if len(text) <= 80 else text[:77] + "..."


def gathered(
    layout: Layout, given: list[tuple[str, str, pl.DataFrame]]
) -> dict[str, pl.DataFrame]:
    """Kind of file -> all its rows, from (file name, kind, frame)."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, kind, frame in given:
        parts.setdefault(kind, []).append(frame.with_columns(pl.lit(name).alias(FILE)))
    return {kind: pl.concat(frames, how="diagonal") for kind, frames in parts.items()}


def filled(
    layout: Layout, fill: Fill, frames: dict[str, pl.DataFrame], report: Report
) -> pl.DataFrame | None:
    """Rows of one fill with the table's columns, FILE, ROW and ORDER; None without its files."""
    needed = [fill.from_, *(j.file for j in fill.joins if not j.optional)]
    if fill.from_ not in frames:
        return None
    if lacking := [name for name in needed if name not in frames]:
        report.problems.append(
            Problem("warning", "no-file", f"{fill.from_} without {', '.join(lacking)}",
                    f"both files, for the table {fill.table}",
                    f"Add it to the command; {fill.table} are not filled from it.")
        )  # fmt: skip
        return None
    rows = _joined(fill, frames)
    for header in fill.positive:
        rows = rows.filter(pl.col(header).cast(pl.Float64, strict=False) > 0)
    for header in fill.zero:
        if header in rows.columns:
            rows = rows.filter(pl.col(header).cast(pl.Float64, strict=False).fill_null(0) == 0)
    found = rows.select(
        FILE, ROW, *(_taken(layout, fill, name, rows.columns) for name in fill.columns),
        *(pl.lit(value).alias(name) for name, value in fill.constants.items()),
    )  # fmt: skip
    for name in fill.stand_ins:
        found = _stand_in(fill, name, rows, found, report)
    for name in fill.split:
        found = _split(layout, found, name)
    if fill.scheme:
        found = found.with_columns(scheme=pl.lit(fill.scheme))
    if ORDER not in found.columns:
        found = found.with_columns(pl.lit(1, pl.Int64).alias(ORDER))
    beyond = pl.col(ORDER) > 1
    found = found.with_columns(
        pl.when(~beyond).then(pl.col(name)).alias(name)
        for name in fill.first_only
        if name in found.columns
    )
    for name in fill.listed:
        first = pl.col(name).str.extract(f"([^{_LISTS}]+)").str.strip_chars()
        found = found.with_columns(first.alias(name))
    for name, pattern in fill.unknown.items():
        empty = pl.col(name).str.contains(pattern)
        report.rows(found.filter(empty), "unknown-cell", name, f'"{{{name}}}"',
                    "a cell that tells something", "It is left empty.")  # fmt: skip
        found = found.with_columns(pl.when(~empty).then(name))
    for name, codes in fill.values.items():
        found = _recoded(found, name, codes, fill, report)
    return found


def _joined(fill: Fill, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    rows = frames[fill.from_]
    for join in fill.joins:
        if join.file not in frames or join.left not in rows.columns:
            continue
        other = frames[join.file].drop(FILE, ROW).drop_nulls(join.right)
        if fill.table != "codes":
            # an id points at one row; for classes of a family it points at all its applications
            other = other.unique(join.right, keep="first", maintain_order=True)
        other = other.rename({name: join.prefix + name for name in other.columns})
        own = [n for n in other.columns if n not in rows.columns or n == join.prefix + join.right]
        rows = rows.join(other.select(own), left_on=join.left, right_on=join.prefix + join.right,
                         how="left", maintain_order="left")  # fmt: skip
    return rows


def _taken(layout: Layout, fill: Fill, name: str, there: list[str]) -> pl.Expr:
    """The first of a column's headers that is not empty in the row."""
    cells = [pl.col(h) for h in map(plain, fill.columns[name]) if h in there]
    if name in _IDS and layout.blank:
        cells = [pl.when(~cell.is_in(layout.blank)).then(cell) for cell in cells]
    value = pl.coalesce(*cells) if cells else pl.lit(None, pl.String)
    return value.alias(name)


def _stand_in(
    fill: Fill, name: str, rows: pl.DataFrame, found: pl.DataFrame, report: Report
) -> pl.DataFrame:
    """Fill an empty cell from what stands for it; every such row is said."""
    headers = [h for h in map(plain, fill.stand_ins[name]) if h in rows.columns]
    if not headers:
        return found
    other = rows.select(pl.coalesce(*headers).alias("_other"))["_other"]
    both = found.with_columns(other)
    taken = both.filter(pl.col(name).is_null() & pl.col("_other").is_not_null())
    report.rows(
        taken, "stand-in", name, f'no {name}; "{{_other}}" ({" or ".join(headers)}) stands for it',
        f"a cell under {' or '.join(fill.columns[name])}",
        "Export that column too: the two are not the same.",
    )  # fmt: skip
    return both.with_columns(pl.coalesce(name, "_other").alias(name)).drop("_other")


def _split(layout: Layout, found: pl.DataFrame, name: str) -> pl.DataFrame:
    """One row an item of the cell; the full-width separator of Chinese exports counts too."""
    cell = pl.col(name)
    if layout.separator == ";":
        cell = cell.str.replace_all("；", ";", literal=True)
    items = found.with_columns(cell.str.split(layout.separator).alias(name))
    items = items.with_columns(pl.int_ranges(1, pl.col(name).list.len() + 1).alias(ORDER))
    items = items.explode(name, ORDER).with_columns(pl.col(name).str.strip_chars())
    # an empty piece between two separators is no item; an empty cell stays one empty row
    return items.filter((pl.col(name) != "") | pl.col(name).is_null())


def _recoded(
    found: pl.DataFrame, name: str, codes: dict[str, str], fill: Fill, report: Report
) -> pl.DataFrame:
    """A column by its list of values, looked up in small letters and half width."""
    if name not in found.columns:
        return found
    listed = {plain(code): value for code, value in codes.items() if code != "*"}
    distinct = found[name].drop_nulls().unique().to_list()
    keep = codes.get("*") == "keep"
    lookup = {text: listed.get(_code(text), text if keep else "") for text in distinct}
    if "*" not in codes and name != "granted":
        # granted is read out of the same cell as kind: one report is enough
        odd = [text for text in distinct if _code(text) not in listed]
        report.rows(
            found.filter(pl.col(name).is_in(odd)), "unlisted-value", name, f'"{{{name}}}"',
            f"one of {', '.join(listed)}", "The cell is left empty.",
        )  # fmt: skip
    value = pl.col(name).replace_strict(lookup, default=None, return_dtype=pl.String)
    return found.with_columns(pl.when(value != "").then(value).alias(name))


def _code(text: str) -> str:
    """A code as it is listed; programs that read codes as numbers write 2 as 2.0."""
    code = plain(text)
    whole, _, rest = code.partition(".")
    return whole if whole.isdecimal() and rest == "0" else code
