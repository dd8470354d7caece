"""How far apart two technologies are, by the patents that stand in both or by their symbols."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.data.symbols import LENGTHS
from regionlift.measures.technology.filings import symbol_of

_NEEDS = {"patents": ("patent_id", "app_year"), "codes": ("patent_id", "code")}
_subclass = symbol_of("subclass")


def class_of(code: str | None) -> str:
    """The subclass of a code, or the code itself where it is no symbol; "" of nothing."""
    return _subclass(code) or code.strip() if code else ""


def by_symbol(a: str, b: str) -> float:
    """Share of section, class and subclass in which two symbols differ.

    Examples
    --------
    >>> by_symbol("B23Q", "B23Q"), by_symbol("G05B", "H02P")
    (0.0, 1.0)
    >>> round(by_symbol("G01B", "G01N"), 2), round(by_symbol("G01B", "G05B"), 2)
    (0.33, 0.67)
    """
    alike = sum(a[:n] == b[:n] for level, n in LENGTHS.items() if level != "group")
    return 1 - alike / 3


class Distances:
    """Distances between classes: 0 in the same, at most 1.

    Where both classes stand in patents of the years: one less the Ochiai coefficient, patents in
    both over the root of the product of patents in each (Zhou & Leydesdorff 2016: cosine of
    occurrences). Else by symbol. What names no technology asks for none: distance 0.
    """

    def __init__(self, classes: Iterable[str], patents: pl.DataFrame) -> None:
        """``patents`` has columns patent_id and class, each pair once."""
        own = patents.filter(pl.col("class").is_in(sorted(set(classes) - {""})))
        self._size = dict(patents.group_by("class").len().iter_rows())
        both = own.join(patents, on="patent_id", suffix="_other")
        self._both = {
            (a, b): n for a, b, n in both.group_by("class", "class_other").len().iter_rows()
        }

    def of(self, a: str, b: str) -> float:
        """Distance of two classes, symmetric; one of them is of ``classes``."""
        if a == b or not a or not b:
            return 0.0
        if a in self._size and b in self._size:
            both = self._both.get((a, b)) or self._both.get((b, a), 0)
            return float(1 - both / sqrt(self._size[a] * self._size[b]))
        return by_symbol(a, b)

    def told(self, a: str, b: str) -> str:
        """What the distance is read from."""
        if a == b:
            return "same class"
        if not a or not b:
            return "no technology named"
        return "patents in both" if a in self._size and b in self._size else "symbol"


def classed(dataset: Dataset, first: int, last: int) -> pl.DataFrame:
    """Patent and subclass, each pair once, of the years; empty without the tables."""
    if dataset.lacks(_NEEDS):
        return pl.DataFrame(schema={"patent_id": pl.String, "class": pl.String})
    filed = dataset.tables["patents"].filter(pl.col("app_year").is_between(first, last))
    codes = dataset.tables["codes"].select("patent_id", "code").drop_nulls()
    distinct = codes["code"].unique(maintain_order=True).to_list()
    known = pl.DataFrame({"code": distinct, "class": [_subclass(c) for c in distinct]},
                         schema={"code": pl.String, "class": pl.String})  # fmt: skip
    rows = codes.join(known.filter(pl.col("class") != ""), on="code")
    return rows.join(filed, on="patent_id", how="semi").select("patent_id", "class").unique()
