"""Small panels of three sub-industries for tests of measures: a and b plain, h high-tech."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset, open_dataset
from regionlift.evidence.quantity import Quantity, from_row
from regionlift.evidence.settings import Settings, settings
from regionlift.study import Frames, Study, measure_all, study

Row = dict[str, Any]

CODES = ("a", "b", "h")

SCOPE = """
id = "tiny"
title = "Three sub-industries"
title_zh = "三个行业"
classification = "made up"
source = "made up"
tiers_source = "made up"
total = "TOTAL"
high_tech = ["high"]

[tiers]
high = { en = "high", zh = "高" }
low = { en = "low", zh = "低" }

[producer_services]
source = "made up"
codes = ["s"]
""" + "".join(
    f'\n[[industries]]\ncode = "{code}"\nname = "{code}"\nname_zh = "{code}"\n'
    f'tier = "{"high" if code == "h" else "low"}"\n'
    for code in CODES
)

#: Mark of a suppressed cell.
SECRET = "c"


def grid(
    regions: Iterable[str], years: Iterable[int], cell: Callable[[str, str, int], Row]
) -> list[Row]:
    """One row a region, sub-industry and year; ``cell`` gives its numbers."""
    return [
        {"region": region, "industry": code, "year": year, **cell(region, code, year)}
        for region in regions
        for year in years
        for code in CODES
    ]


def with_total(rows: list[Row], times: float = 5.0) -> list[Row]:
    """The rows with a row for all industries: ``times`` the block's sums."""
    sums: dict[tuple[str, int], Row] = {}
    for row in rows:
        place = sums.setdefault((row["region"], row["year"]), {})
        for name, value in row.items():
            if name not in ("region", "industry", "year") and isinstance(value, int | float):
                place[name] = place.get(name, 0) + times * value
    return rows + [
        {"region": region, "industry": "TOTAL", "year": year, **numbers}
        for (region, year), numbers in sums.items()
    ]


def random_rows(
    seed: int, regions: int = 14, years: Sequence[int] = range(2008, 2021)
) -> list[Row]:
    """A panel without any pattern, every cell positive."""
    rng = np.random.default_rng(seed)

    def cell(region: str, code: str, year: int) -> Row:
        value, staff = rng.uniform(50, 200), int(rng.integers(500, 3000))
        return {
            "value_added": round(value, 3),
            "value_added_real": round(value / 1.1, 3),
            "output": round(value * rng.uniform(2, 5), 3),
            "employment": staff,
            "compensation": round(value * rng.uniform(0.3, 0.7), 3),
            "capital": round(value * rng.uniform(1, 3), 3),
        }

    names = [f"R{n:02}" for n in range(regions)]
    return with_total(grid(names, years, cell))


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Rows as CSV, quoted where needed; the columns are those of the first row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)


def folder_of(
    folder: Path,
    rows: Sequence[Row],
    *,
    dataset: str = "",
    panel: str = "",
    tail: str = "",
    tables: Mapping[str, Sequence[Row]] | None = None,
) -> Path:
    """Write a dataset folder; the texts are added to the manifest's entries of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.toml").write_text(SCOPE, "utf-8")
    manifest = (
        '[dataset]\ntitle = "tiny"\nscope = "tiny.toml"\ncurrency = "EUR"\nbase_year = 2015\n'
        f"{dataset}\n"
    )
    marks = f'missing = {{ suppressed = ["{SECRET}"], not_applicable = ["x"] }}'
    options = {"panel": f"{marks}\n{panel}"}
    for name, content in {"panel": rows, **(tables or {})}.items():
        write_csv(folder / f"{name}.csv", content)
        manifest += f'[[tables.{name}]]\nfile = "{name}.csv"\n{options.get(name, "")}\n'
    (folder / "regionlift.toml").write_text(manifest + tail, "utf-8")
    return folder


def opened(folder: Path, rows: Sequence[Row], **options: Any) -> Dataset:
    """The dataset of such a folder."""
    return open_dataset(folder_of(folder, rows, **options))


def light(**overrides: float) -> Settings:
    """Settings with few resamples."""
    return settings({"resamples": 200, **overrides})


def studied(dataset: Dataset, region: str, chosen: Settings | None = None, **options: Any) -> Study:
    """The study of one region."""
    chosen = chosen or light()
    return study(dataset, measure_all(dataset, chosen), region, chosen, **options)


def pick(frame: pl.DataFrame, subject: str, period: str | int) -> Quantity:
    """One quantity of a frame."""
    rows = frame.filter(pl.col("subject") == subject, pl.col("period") == str(period))
    assert rows.height == 1, rows
    return from_row(rows.row(0, named=True))


def measured(dataset: Dataset, *ids: str, chosen: Settings | None = None) -> Frames:
    """Quantities of some measures."""
    from regionlift.evidence.measure import measures

    chosen = chosen or light()
    return {m.id: m(dataset, chosen) for m in measures() if m.id in ids}
