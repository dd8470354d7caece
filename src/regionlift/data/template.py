"""The commented manifest that `regionlift init` writes, made from the contract."""

from __future__ import annotations

from pathlib import Path

from regionlift.data.contract import Table, contract
from regionlift.data.manifest import MANIFEST
from regionlift.data.reading import SUFFIXES
from regionlift.data.scope import load_scope, shipped_scopes

_HEAD = """\
# regionlift dataset. Fill in, delete what you do not have, then run:
#   regionlift check {folder}
#   regionlift run {folder} --region "..." --out out
# Every entry, with a worked example of a messy sheet: docs/manifest.md

[dataset]
title = "My region: equipment manufacturing"
region = ""                 # default region, as spelled in the panel
scope = "{scope}"           # one of: {scopes}
currency = "{currency}"
# base_year = 2015          # of value_added_real
# reference_region = ""     # row of the panel that location quotients are read against
# base_industry = ""        # code of the panel's row for all industries ({total} unless you say so)
# peers = []                # fix the peers instead of having them matched
# data_folder = "."         # where the files are, if not beside this file
licence = ""
source = ""

# [[breaks]]                # a change computed across an unbridged break is refused
# table = "panel"
# columns = ["firms"]
# year = 2011
# reason = "threshold of the statistics raised"
# bridged = false

# [settings]                # every threshold: `regionlift settings`
# label_share = 0.8
"""

#: Entries of a file, shown under the first of them.
_FILE = """\
# A header may be the column's name, its English title or its Chinese title; map any other:
# columns = { region = "省份", industry = "行业代码" }
# Excel: the sheet, and the row of the header.
# sheet = "2-1"
# header_row = 3
# Text files not in UTF-8, and numbers such as 1,234.5:
# encoding = "gb18030"
# thousands = ","
# Units other than the contract's are declared and converted:
# units = { value_added = "亿元" }
# Subtotals and notes are left out by a header of the file; "" is an empty cell:
# drop = { "行业代码" = ["", "小计"] }
# Other words than the contract's:
# values.industry = { "C34" = "34", "合计" = "TOTAL" }
# Missing is not zero. A blank number cell is not_collected unless `blank` says otherwise; other
# marks are named:
# blank = "suppressed"
# missing = { suppressed = ["c", "(D)"], not_collected = [":"], not_applicable = ["-"] }
"""


def template(folder: str, scope: str = "gbt4754-2017") -> str:
    """A manifest with one commented block a table of the contract.

    Raises
    ------
    LookupError
        If no shipped scope has that id.
    """
    currency = {"gbt4754-2017": "CNY", "nace-rev2": "EUR", "isic-rev4": "USD"}.get(scope, "USD")
    head = _HEAD.format(
        folder=folder, scope=scope, scopes=", ".join(shipped_scopes()), currency=currency,
        total=load_scope(scope).total,
    )  # fmt: skip
    return head + "".join(_block(table) for table in contract().values())


def _block(table: Table) -> str:
    lines = ["", f"# --- {table.name}: {table.title}, {table.title_zh}", f"# {table.about}"]
    for column in table.columns:
        must = " REQUIRED" if column.required else ""
        unit = f" [{column.unit}]" if column.unit else ""
        lines.append(f"#   {column.name} ({column.title_zh}): {column.expected}{unit}{must}")
    if table.at_least_one:
        lines.append(f"#   at least one of {', '.join(table.at_least_one)}")
    mark = "" if table.name == "panel" else "# "
    lines += [f"{mark}[[tables.{table.name}]]", f'{mark}file = "{table.name}.csv"']
    shown = _FILE if table.name == "panel" else ""
    return "\n".join(lines) + "\n" + shown


def write_template(folder: Path, scope: str = "gbt4754-2017") -> Path:
    """Write the template, and an example panel where the folder has no table yet.

    Raises
    ------
    FileExistsError
        If the folder has a manifest already.
    LookupError
        If no shipped scope has that id.
    """
    path = folder / MANIFEST
    if path.exists():
        raise FileExistsError(f"{path} is there already; edit it, or name another folder")
    text = template(folder.name, scope)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if not any(f.suffix.lower() in SUFFIXES for f in folder.iterdir()):
        names = ("region", "industry", "year", "value_added", "output", "employment")
        rows = [",".join(names)]
        codes = [*(i.code for i in load_scope(scope).block()), load_scope(scope).total]
        rows += [f"Region A,{code},2020,,," for code in codes]
        (folder / "panel.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
