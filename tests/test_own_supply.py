"""Local and imported parts of flows from domestic values and own-supply ratios."""

from __future__ import annotations

import polars as pl
import pytest

from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.quantity import Status
from regionlift.evidence.settings import settings
from regionlift.measures.local_supply import BLANK

LINKS = {
    "region": ["R"] * 3, "from": ["a", "b", "c"], "to": ["34"] * 3, "value": [100.0, 50.0, 2.0],
    "domestic_value": [80.0, 50.0, None], "local_value": [None, 7.0, None], "year": [2012] * 3,
    "level": ["industry"] * 3,
}  # fmt: skip
RATIOS = {"region": ["R", "R"], "product": ["a", "b"], "year": [2012] * 2,
          "local_share": [0.25, 0.5]}  # fmt: skip


def read(**tables: dict[str, list[object]]) -> Dataset:
    frames = {name: pl.DataFrame(columns) for name, columns in tables.items()}
    return from_frames(frames, scope="gbt4754-2017", currency="CNY", region="R")


def test_empty_parts_are_filled_and_marked_and_told_ones_stay() -> None:
    links = read(links=LINKS, own_supply=RATIOS).tables["links"].sort("from")
    assert links["local_value"].to_list() == [20.0, 7.0, None]
    assert links["imported_value"].to_list() == [20.0, 0.0, None]
    assert links["local_value__status"].to_list() == ["known", "known", "not_collected"]
    assert links["provenance"].to_list() == ["derived", "derived", None]


def test_a_ratio_of_another_year_region_or_product_fills_nothing() -> None:
    for column, other in (("year", 2013), ("region", "Q"), ("product", "z")):
        moved = {**RATIOS, column: [other] * 2}
        if column == "product":
            moved = {k: v[:1] for k, v in moved.items()}
        links = read(links=LINKS, own_supply=moved).tables["links"].sort("from")
        assert links["local_value"].to_list() == [None, 7.0, None], column


def test_without_ratios_the_imported_part_alone_is_filled() -> None:
    links = read(links=LINKS).tables["links"].sort("from")
    assert links["local_value"].to_list() == [None, 7.0, None]
    assert links["imported_value"].to_list() == [20.0, 0.0, None]


@pytest.mark.parametrize("untold", [2.0, 50.0])
def test_what_is_not_told_widens_the_share_or_ends_it(untold: float) -> None:
    block = ["33", "34", "35", "36", "37", "38", "40"]
    panel = {"region": ["R"] * 7, "industry": block, "year": [2012] * 7, "value_added": [1.0] * 7}
    links = {"region": ["R"] * 8, "from": ["a"] * 7 + ["c"], "to": [*block, "33"],
             "value": [20.0] * 7 + [untold], "local_value": [5.0] * 7 + [None], "year": [2012] * 8,
             "level": ["industry"] * 8}  # fmt: skip
    measure = registry()["local_input_share"]
    assert isinstance(measure, Measure)
    found = measure(read(links=links, panel=panel), settings()).filter(pl.col("subject") == "R")
    row = found.row(0, named=True)
    if untold > BLANK * (140 + untold):
        assert row["status"] == Status.NOT_COLLECTED and row["value"] is None and row["settles"]
        return
    assert row["value"] == pytest.approx(0.25)
    assert row["low"] == pytest.approx(35 / 142) and row["high"] == pytest.approx(37 / 142)
