"""The class under which each code of a patent is counted, so that numbers and their rows agree."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from regionlift.data.symbols import MOST_CODES, parse, tags, valid

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
    known = {code: subclass_of(code) for code in codes["code"].drop_nulls().unique().to_list()}
    told = pl.col("code").replace_strict(known, default=None, return_dtype=pl.String)
    codes = codes.with_columns(pl.when(told != "").then(told).alias(SUBCLASS))
    few = pl.col(SUBCLASS).n_unique().over("patent_id") <= MOST_CODES
    found["codes"] = codes.with_columns(pl.when(few).then(SUBCLASS))
    return found


def subclass_of(code: str) -> str:
    """The subclass a code is counted in; empty where it has none, tags, or is no symbol.

    Examples
    --------
    >>> subclass_of("Int.Cl.7 B23Q 1/70"), subclass_of("Ｂ２３Ｑ1/00"), subclass_of("B23")
    ('B23Q', 'B23Q', '')
    """
    symbol = parse(code)
    if symbol is None or not valid(symbol, "CPC") or tags(symbol):
        return ""
    return symbol.at("subclass")
