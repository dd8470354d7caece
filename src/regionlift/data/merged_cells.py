"""Merged cells of a workbook: in a key column the value of the area is that of each of its rows."""

from __future__ import annotations

import polars as pl

from regionlift.data.cells import ROW, Cells, Place
from regionlift.data.contract import Table
from regionlift.data.parsing import Report, texts


def unmerged(table: Table, report: Report, place: Place, cells: Cells) -> pl.DataFrame:
    """The cells with every merged area of a key column filled down; each column is said once.

    Only where the workbook itself says that the cells are merged, and only keys: a number merged
    over several rows cannot be divided among them. An area that begins above the rows (a header
    of two lines) is left as it is.
    """
    frame = cells.frame
    for name in table.key:
        header = place.headers.get(name, "")
        areas = [(first, last) for h, first, last in cells.merged if h == header]
        if header not in frame.columns or not areas:
            continue
        text = texts(frame[header])
        at_row = dict(zip(frame[ROW], text, strict=True))
        filled = {
            row: at_row[first]
            for first, last in areas
            if at_row.get(first) is not None
            for row in range(first + 1, last + 1)
            if row in at_row and at_row[row] is None
        }
        if not filled:
            continue
        value = pl.col(ROW).replace_strict(filled, default=None, return_dtype=pl.String)
        frame = frame.with_columns(pl.coalesce(value, header).alias(header))
        first, last = min(a for a in areas if at_row.get(a[0]) is not None)
        report.problems.append(
            place.problem(
                "merged-cells",
                f"{len(filled):,} cells inside merged ones, the first in rows {first} to {last}: "
                f'"{at_row[first]}"', "a value in each row",
                "Each row is read with the value of the merged cell it is in, as the sheet shows "
                "it; unmerge the cells where that is not meant.", row=first, column=name,
                severity="warning",
            )
        )  # fmt: skip
    return frame
