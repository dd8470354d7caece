"""The last year a table of flows tells of."""

from __future__ import annotations

import polars as pl


def newest(flows: pl.DataFrame, year: int) -> tuple[pl.DataFrame, int]:
    """Rows of the last year up to ``year``, and it; all of them where no row has a year."""
    if "year" not in flows.columns:
        return flows, year
    flows = flows.filter(pl.col("year").fill_null(year) <= year)
    last = flows["year"].max()
    if last is None:
        return flows, year
    return flows.filter(pl.col("year") == last), int(str(last))
