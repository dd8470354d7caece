"""The page of the manifest: every entry is on it, and its worked example is read as it says."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from pydantic import BaseModel

from regionlift.data.check import check
from regionlift.data.manifest import Break, Identity, Source
from regionlift.data.template import template

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "manifest.md").read_text("utf-8")


def rows(model: type[BaseModel]) -> dict[str, str]:
    """Entry -> default, of the table under the model's mark."""
    part = PAGE.split(f"<!-- {model.__name__} -->\n")[1].split("\n\n")[0]
    cells = [line.strip("|").split(" | ") for line in part.splitlines()[2:]]
    return {c[0].strip(" `"): c[1].strip() for c in cells}


def shown(value: object) -> str:
    """A default as the manifest would write it."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value!s}"`'
    return f"`{value}`" if isinstance(value, int | dict) else "`[]`"


@pytest.mark.parametrize("model", [Source, Identity, Break])
def test_the_page_has_every_entry_with_its_default(model: type[BaseModel]) -> None:
    fields = {
        name: "–" if field.is_required() or field.default is None else shown(field.default)
        for name, field in model.model_fields.items()
    }
    assert rows(model) == fields
    assert list(rows(model)) == list(fields), "in the order in which the code has them"


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", PAGE, re.S)
    assert found, mark
    return found[1]


def number(text: str) -> object:
    return int(text) if text.isdigit() else text or None


def test_the_worked_example_is_read_as_the_page_says(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "2-1规上工业"
    for row in csv.reader(io.StringIO(block("sheet"))):
        sheet.append([number(cell) for cell in row])
    sheet.merge_cells("A4:A7")
    sheet.merge_cells("A8:A11")
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "regionlift.toml").write_text(block("manifest"), "utf-8")
    audit = check(tmp_path)
    assert [p.code for p in audit.problems] == ["merged-cells", "block-incomplete"]
    assert audit.dropped == {"panel": 3}
    panel = audit.tables["panel"]
    assert panel.select("region", "industry", "year", "value_added", "employment").rows() == [
        ("辽宁省", "34", 2022, 21500.0, 126000.0), ("辽宁省", "34", 2023, 22600.0, 124000.0),
        ("辽宁省", "35", 2022, None, 70500.0), ("辽宁省", "35", 2023, 13100.0, None),
        ("辽宁省", "TOTAL", 2022, 152000.0, 910000.0),
        ("辽宁省", "TOTAL", 2023, 159000.0, 902000.0),
    ]  # fmt: skip
    states = panel.filter(industry="35").select("value_added__status", "employment__status").rows()
    assert states == [("suppressed", "known"), ("known", "not_collected")]


def test_the_page_is_found_where_it_is_needed() -> None:
    assert "docs/manifest.md" in (ROOT / "README.md").read_text("utf-8")
    assert "(manifest.md)" in (ROOT / "docs" / "data-contract.md").read_text("utf-8")
    assert "docs/manifest.md" in template("x")


def test_the_template_shows_entries_of_a_file_where_they_are_allowed(tmp_path: Path) -> None:
    """Taken out of their comments, the lines of the template stand under the right heading."""
    text = template("x")
    head, body = text.split("# [[breaks]]", 1)[0], text.split("[[tables.panel]]", 1)[1]
    for entry in Source.model_fields:
        assert not re.search(rf"^#\s+{entry} = ", head, re.M) or entry in Identity.model_fields
    for entry in ("missing", "blank", "columns", "units", "drop", "values"):
        assert re.search(rf"^# {entry}\b.* = ", body, re.M), entry
    lines = re.sub(r"^# (?=(blank|missing|units|thousands) = )", "", text, flags=re.M)
    assert lines != text
    (tmp_path / "regionlift.toml").write_text(lines, "utf-8")
    cells = 'region,industry,year,value_added\nA,34,2020,"1,200"\nA,TOTAL,2020,c\n'
    (tmp_path / "panel.csv").write_text(cells, "utf-8")
    audit = check(tmp_path)
    assert not audit.errors, [str(p) for p in audit.errors]
