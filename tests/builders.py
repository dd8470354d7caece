"""Small good datasets in a folder, to be spoiled one thing at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from regionlift.data.check import Audit, check
from regionlift.data.problems import Problem

REGIONS = ("北江", "南江", "东江", "西江", "中江", "海江")
INDUSTRIES = ("33", "34", "35", "36", "37", "38", "40", "TOTAL")
YEARS = tuple(range(2015, 2021))
HEADER = ("region", "industry", "year", "value_added", "output", "employment")
CHINESE = ("地区", "行业代码", "年份", "增加值", "总产值", "从业人员数")

IDENTITY = """
[dataset]
title = "test"
scope = "gbt4754-2017"
currency = "CNY"
"""

Rows = list[list[Any]]


def panel_rows() -> Rows:
    """Rows of a good panel; row ``i`` of the list is row ``i + 2`` of the file."""
    rows: Rows = []
    for r, region in enumerate(REGIONS):
        for i, industry in enumerate(INDUSTRIES):
            for year in YEARS:
                output = (100 + 40 * r + 10 * i) * (1 + 0.04 * (year - 2015))
                output *= 20 if industry == "TOTAL" else 1
                output = round(output, 3)
                rows.append([region, industry, year, round(output / 4, 3), output, 10 * r + i + 50])
    return rows


def csv_text(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> str:
    """Rows as CSV without any quoting."""
    return "".join(",".join(map(str, row)) + "\n" for row in [header, *rows])


def write_xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    header: Sequence[str] = HEADER,
    sheets: Sequence[str] = ("Sheet1",),
    first_row: int = 1,
) -> None:
    """A workbook with the same table in every sheet, its header in row ``first_row``."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name in sheets:
            sheet = book.add_worksheet(name)
            for n, row in enumerate([header, *rows]):
                for m, value in enumerate(row):
                    if value is not None and value != "":
                        sheet.write(first_row - 1 + n, m, value)


def write_table(path: Path, rows: Rows, header: Sequence[str] = HEADER) -> None:
    """The rows in the format of the file's ending; in Parquet every column is text."""
    if path.suffix == ".xlsx":
        write_xlsx(path, rows, header)
    elif path.suffix == ".parquet":
        columns = zip(*rows, strict=True)
        pl.DataFrame(
            {n: [str(v) for v in c] for n, c in zip(header, columns, strict=True)}
        ).write_parquet(path)
    else:
        path.write_text(csv_text(rows, header), "utf-8")


class Builder:
    """A dataset folder: tables as files, entries of the manifest as TOML text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.identity = IDENTITY
        self.entries: list[str] = []
        self.tail = ""

    def panel(self, rows: Rows | None = None, extra: str = "", **options: Any) -> Builder:
        """Add a good panel.csv, or one of these rows."""
        rows = panel_rows() if rows is None else rows
        return self.text("panel", "panel.csv", csv_text(rows, **options), extra)

    def text(
        self, table: str, file: str, text: str | bytes, extra: str = "", encoding: str = "utf-8"
    ) -> Builder:
        """Add a file of this text to a table."""
        raw = text.encode(encoding) if isinstance(text, str) else text
        (self.folder / file).write_bytes(raw)
        return self.entry(table, file, extra)

    def entry(self, table: str, file: str, extra: str = "") -> Builder:
        """Add a source to the manifest."""
        self.entries.append(f'[[tables.{table}]]\nfile = "{file}"\n{extra}\n')
        return self

    def check(self) -> Audit:
        """Write the manifest and audit the folder."""
        manifest = self.identity + "\n".join(self.entries) + self.tail
        (self.folder / "regionlift.toml").write_text(manifest, "utf-8")
        return check(self.folder)


def codes(audit: Audit) -> list[str]:
    """Codes of all problems, each once, in order of appearance."""
    return list(dict.fromkeys(p.code for p in audit.problems))


def only(audit: Audit, code: str) -> Problem:
    """The first problem, where all are of this code."""
    assert codes(audit) == [code], [str(p) for p in audit.problems]
    return audit.problems[0]
