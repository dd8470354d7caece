"""Cells to values: each column by its type, each number with its state; no cell is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice

import polars as pl

from regionlift.data.cells import LISTED, ROW, Place, quoted
from regionlift.data.contract import Column
from regionlift.data.manifest import Source
from regionlift.data.problems import Problem, nearest
from regionlift.data.units import factor
from regionlift.evidence.quantity import Status

#: Suffix of the column that carries the state of each number cell.
STATUS = "__status"

_YES_NO = {
    "yes": True, "true": True, "1": True, "是": True, "√": True, "✓": True,
    "no": False, "false": False, "0": False, "否": False, "×": False, "✗": False,
}  # fmt: skip

#: 2019年 and 2019.0 say a year as plainly as 2019; a month or a day behind it says more. A date
#: of 1904 or 1905 is left out: there a spreadsheet has shown the number 1950 or 2019 as a date.
_MONTH = r"年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?"
_YEAR = rf"^(\d+)(?:年|\.0+|{_MONTH})?$"
_SERIAL = r"^190[45]-"
_FINER = rf"^\d{{4}}(?:{_MONTH})$"

#: So many values are put into a line to paste.
_SUGGESTED = 30

_DATE = r"^\d{4}-\d{2}-\d{2}([ T]00:00:00(\.0+)?)?$"
_EXCEL_EPOCH = date(1899, 12, 30)


@dataclass
class Report:
    """Problems of one table, as they are found."""

    problems: list[Problem] = field(default_factory=list)

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
            found = f'"{_short(str(value))}"' if value not in (None, "") else "an empty cell"
            advice = fix if isinstance(fix, str) else fix(str(value))
            self.problems.append(
                place.problem(code, found, expected, advice, row=row, column=column)
            )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def texts(cells: pl.Series) -> pl.Series:
    """Cells as trimmed text, empty ones as null; a whole number has no decimals."""
    if cells.dtype == pl.String:
        text = cells
    elif cells.dtype.is_float():
        whole = cells.cast(pl.Int64, strict=False)
        same = (whole.cast(pl.Float64) == cells.cast(pl.Float64)).fill_null(False)
        text = whole.cast(pl.String).zip_with(same, cells.fill_nan(None).cast(pl.String))
    elif isinstance(cells.dtype, pl.List):
        text = cells.cast(pl.List(pl.String)).list.join(";")
    else:
        text = cells.cast(pl.String)
    trimmed = text.str.strip_chars()
    return trimmed.set(trimmed == "", None)


def parse(
    report: Report, source: Source, place: Place, frame: pl.DataFrame, column: Column
) -> pl.DataFrame:
    """The frame with one column turned into its type; every cell that will not is an error."""
    text = pl.col(column.name)
    parsed: pl.Expr
    fix: str | Callable[[str], str]
    match column.type:
        case "number":
            return _number(report, source, place, frame, column)
        case "year":
            year = text.cast(pl.Int64, strict=False)
            if not frame.filter(text.is_not_null(), year.is_null()).is_empty():
                report.problems += _finer(place, frame, column)
                plain = pl.when(~text.str.contains(_SERIAL)).then(text)
                year = plain.str.extract(_YEAR).cast(pl.Int64, strict=False)
            parsed = pl.when(year.is_between(1900, 2100)).then(year)
            fix = partial(_year_advice, place, column.name)
        case "boolean":
            small = text.str.to_lowercase()
            parsed = small.replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)
            found = cells_of(frame, column.name, small.is_in(list(_YES_NO)))
            fix = "Write yes or no. " + place.recoding(column.name, dict.fromkeys(found, "?"))
        case "date":
            day = text.str.head(10).str.to_date("%Y-%m-%d", strict=False)
            parsed, fix = pl.when(text.str.contains(_DATE)).then(day), "Write it as 2023-05-17."
        case "list":
            return frame.with_columns(text.str.replace_all("[；、]", ";"))
        case "choice":
            return frame.with_columns(text.replace({zh: en for en, zh in column.both()}))
        case _:
            return frame
    return _checked(report, place, frame, column, parsed, fix)


def cells_of(frame: pl.DataFrame, column: str, right: pl.Expr) -> list[str]:
    """Distinct texts of a column that are not right, as they come."""
    return frame.filter(~right)[column].unique(maintain_order=True).to_list()


def suggested(
    column: Column, found: Iterable[str], codes: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Words nobody knows with the choice each may mean; "?" where none is near."""
    words = {**(codes or {}), **{w: en for en, zh in column.both() for w in (zh, en)}}
    few = islice(found, _SUGGESTED)
    return {text: words.get(nearest(text, words), "?") for text in few}


def _checked(
    report: Report,
    place: Place,
    frame: pl.DataFrame,
    column: Column,
    parsed: pl.Expr,
    fix: str | Callable[[str], str],
) -> pl.DataFrame:
    """Replace the column by ``parsed``; every text that did not parse is an error."""
    both = frame.with_columns(parsed.alias("_parsed"))
    bad = both.filter(pl.col(column.name).is_not_null() & pl.col("_parsed").is_null())
    report.rows(bad, column.name, place, "wrong-type", column.name, column.expected, fix)
    return both.with_columns(pl.col("_parsed").alias(column.name)).drop("_parsed")


def _finer(place: Place, frame: pl.DataFrame, column: Column) -> list[Problem]:
    """Months and days in a column of years: not kept, and said once."""
    text = pl.col(column.name)
    hits = frame.filter(text.str.contains(_FINER), ~text.str.contains(_SERIAL))
    if hits.is_empty():
        return []
    row, cell = hits.select(ROW, column.name).row(0)
    what = "a cell" if hits.height == 1 else f"{hits.height:,} cells"
    return [
        place.problem(
            "finer-than-year", f'{what} with a month, the first here: "{cell}"',
            column.expected, f"They are read as the year: {cell[:4]}.", row=row,
            column=column.name, severity="warning",
        )
    ]  # fmt: skip


def _year_advice(place: Place, column: str, found: str) -> str:
    if re.fullmatch(r"\d{5}(\.\d+)?", found) and 20000 < float(found) < 80000:
        day = date.fromordinal(_EXCEL_EPOCH.toordinal() + int(float(found)))
        return (
            f"This looks like an Excel date number ({day.isoformat()}); format the column as "
            "number and enter the year."
        )
    if re.fullmatch(r"190[45]-\d\d-\d\d.*", found):
        serial = (date.fromisoformat(found[:10]) - _EXCEL_EPOCH).days
        return (
            f"This looks like the year {serial} formatted as a date; format the column as number."
        )
    if found[:4].isdigit() and len(found) > 4:
        return f"Keep the year only: {found[:4]}."
    if not re.search(r"\d{2}", found):
        return "Give four digits." + place.dropping(column, found)
    return "Give four digits."


def _number(
    report: Report, source: Source, place: Place, frame: pl.DataFrame, column: Column
) -> pl.DataFrame:
    """Parse a number cell and its state; scale it where the manifest declares another unit."""
    name = column.name
    blank = next((s for s, words in source.missing.items() if "" in words), source.blank)
    cells = frame[name]
    marks = {word.strip(): state for state, words in source.missing.items() for word in words}
    marks.pop("", None)
    value, state = _figures(name, marks) if cells.dtype.is_numeric() else _words(
        name, marks, source
    )  # fmt: skip
    empty = pl.col(name).is_null() | (pl.col(name).is_nan() if cells.dtype.is_float() else False)
    parsed = frame.with_columns(
        value.alias("_value"),
        pl.when(empty).then(pl.lit(blank)).otherwise(state).fill_null("known").alias("_state"),
    ).with_columns(
        # a mark has no value, and neither has a cell that is no finite number
        pl.when(pl.col("_value").is_finite() & (pl.col("_state") == Status.KNOWN))
        .then("_value")
        .alias("_value")
    )
    bad = parsed.filter(pl.col("_value").is_null() & (pl.col("_state") == Status.KNOWN))
    report.rows(
        bad, name, place, "wrong-type", name, column.expected,
        lambda found: _unit_advice(place, found, column) or _number_advice(place, found),
    )  # fmt: skip
    up, down = _scale(report, source, place, column)
    scaled = pl.col("_value") if up == down else pl.col("_value") * up / down
    return parsed.with_columns(scaled.alias(name), pl.col("_state").alias(name + STATUS)).drop(
        "_value", "_state"
    )


def _figures(name: str, marks: Mapping[str, str]) -> tuple[pl.Expr, pl.Expr]:
    """Value and state of a column of numbers; a mark such as -9999 is compared as a number."""
    value = pl.col(name).cast(pl.Float64)
    state = pl.lit(None, dtype=pl.String)
    for mark, meaning in marks.items():
        try:
            number = float(mark)
        except ValueError:
            continue
        state = pl.when(value == number).then(pl.lit(meaning)).otherwise(state)
    return value, state


def _words(name: str, marks: Mapping[str, str], source: Source) -> tuple[pl.Expr, pl.Expr]:
    """Value and state of a column of text, by the file's decimal and thousands signs."""
    text = pl.col(name)
    state = pl.lit(None, dtype=pl.String)
    if marks:
        state = text.replace_strict(marks, default=None, return_dtype=pl.String)
    plain = text
    unit = source.units.get(name, "")
    if unit and not unit[0].isdigit():
        # a declared unit may stand behind the number too; one such as 1000 is digits of a number
        plain = pl.when(text.str.contains(r"^[+-]?\d")).then(
            text.str.strip_suffix(unit).str.strip_chars_end()
        ).otherwise(text)  # fmt: skip
    if source.thousands:
        sign, point = re.escape(source.thousands), re.escape(source.decimal)
        # a sign before one or two digits is no thousands sign: 1,23 is not 123
        grouped = rf"^[+-]?\d{{1,4}}({sign}\d{{2,4}})*{sign}\d{{3,4}}({point}\d*)?$"
        plain = (
            pl.when(plain.str.contains(grouped))
            .then(plain.str.replace_all(source.thousands, "", literal=True))
            .otherwise(plain)
        )
    if source.decimal == ",":
        # a point left over is a thousands sign nobody declared
        plain = pl.when(~plain.str.contains(".", literal=True)).then(
            plain.str.replace(",", ".", literal=True)
        )
    return plain.cast(pl.Float64, strict=False), state


def _scale(report: Report, source: Source, place: Place, column: Column) -> tuple[float, float]:
    declared = source.units.get(column.name, "")
    try:
        return factor(declared, column.unit)
    except ValueError as error:
        report.problems.append(
            place.problem(
                "unit", f'unit "{declared}"', str(error), "Correct `units` of this file.",
                column=column.name,
            )
        )  # fmt: skip
        return 1.0, 1.0


def _unit_advice(place: Place, found: str, column: Column) -> str:
    """The way out for a number with a word behind it: a unit to declare, never a missing mark."""
    split = re.fullmatch(r"([+-]?\d[\d.,]*)\s*([^\d\s.,'’][^\d]*)", found)
    if split is None or "<" in found:
        return ""
    unit = split[2].strip()
    try:
        factor(unit, column.unit)
    except ValueError:
        return f'The cell has "{unit}" behind its number: keep the number alone.'
    entry = place.entry("units", f"{column.name} = {quoted(unit)}")
    return (
        f"Declare the unit behind the number: {entry}; it is then taken off the cells that have "
        "it."
    )


def _number_advice(place: Place, found: str) -> str:
    if found.startswith("="):
        return "This is a formula; save the sheet with values."
    if re.fullmatch(r"[+-]?[\d.,'’ \u00a0\u202f，]+", found) and re.search(r"\d\D+\d", found):
        sign = next(c for c in found.lstrip("+-") if not c.isdigit())
        if sign == ".":
            return 'Set decimal = "," and thousands = "." for this file, if that is its style.'
        other = ' (or decimal = ",")' if sign == "," else ""
        return f'Set thousands = "{sign}"{other} for this file.'
    if re.search(r"[０-９]", found):
        return "These are full-width digits; enter the number with plain digits."
    if "<" in found:
        return "This is markup, not a number; export the plain table."
    if re.match(r"[+-]?[\d]", found):
        return "Keep the number alone in the cell; what stands beside it belongs in another column."
    entry = place.entry("missing", f"suppressed = [{quoted(_short(found))}]")
    return (
        f"Correct the cell, or declare the mark: {entry} (or not_collected, not_applicable)."
    )
