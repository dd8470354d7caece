"""Units and names in an analyst's own headers, said before they cost a factor of a hundred."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from regionlift import check

HEAD = """[dataset]
title = "t"
scope = "gbt4754-2017"
currency = "CNY"

[[tables.panel]]
file = "panel.csv"
columns = { region = "region", industry = "industry", year = "year", value_added = "%s" }
"""


def panel(folder: Path, header: str, code: str = "34", tail: str = "") -> Path:
    frame = pl.DataFrame(
        {"region": ["A", "A"], "industry": [code, "TOTAL"], "year": [2020, 2020],
         header: [1.5, 20.0]}
    )  # fmt: skip
    frame.write_csv(folder / "panel.csv")
    (folder / "regionlift.toml").write_text(HEAD % header + tail, "utf-8")
    return folder


@pytest.mark.parametrize("header", ["增加值（亿元）", "value added (billion CNY)"])
def test_a_unit_in_a_mapped_header_must_be_declared(tmp_path: Path, header: str) -> None:
    found = check(panel(tmp_path, header))
    assert [p.code for p in found.errors] == ["unit-in-header"]
    assert "units = { value_added" in str(found.errors[0])


def test_a_declared_unit_is_converted(tmp_path: Path) -> None:
    found = check(panel(tmp_path, "增加值（亿元）", tail='units = { value_added = "亿元" }\n'))
    assert not found.errors
    assert found.tables["panel"]["value_added"].to_list() == [150.0, 2000.0]


def test_a_header_in_the_units_of_the_contract_needs_nothing(tmp_path: Path) -> None:
    assert not check(panel(tmp_path, "增加值（百万元）")).errors


def test_the_name_of_an_industry_is_not_its_code(tmp_path: Path) -> None:
    found = check(panel(tmp_path, "va", code="通用设备制造业"))
    assert "industry-name" in [p.code for p in found.errors]
    assert any('"34"' in str(p) for p in found.errors)
