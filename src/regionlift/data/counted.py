"""The class under which each code of a patent is counted, so that numbers and their rows agree."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from regionlift.data.symbols import MOST_CODES, counted_at

#: The column that is added to the table of codes.
SUBCLASS = "subclass"


def with_subclass(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables, with the IPC or CPC subclass of each code; empty where it is not counted.

    Not counted is what is no symbol, only tags what is classed elsewhere, or stands on a patent
    with over 100 subclasses: such a patent would relate all to all.
    """
    found = dict(tables)
    codes = found.get("codes")
    if codes is None or not {"patent_id", "code"} <= set(codes.columns):
        return found
    distinct = codes["code"].drop_nulls().unique().to_list()
    known = {code: counted_at(code, "subclass") for code in distinct}
    told = pl.col("code").replace_strict(known, default=None, return_dtype=pl.String)
    codes = codes.with_columns(pl.when(told != "").then(told).alias(SUBCLASS))
    few = pl.col(SUBCLASS).n_unique().over("patent_id") <= MOST_CODES
    found["codes"] = codes.with_columns(pl.when(few).then(SUBCLASS))
    return found

