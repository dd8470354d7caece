"""What only a look along the years can show: unit changes, renamed regions, wrong codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import polars as pl

from regionlift.data.assemble import STATUS
from regionlift.data.industries import recoded
from regionlift.data.manifest import Manifest
from regionlift.data.problems import Problem
from regionlift.data.scope import Scope

#: A whole column that jumps by one of these powers of ten in one year has changed its unit.
_POWERS = (2, 3, 4, 6, 8)
_NEAR = 0.25

#: Names alike to this degree may be one region's old and new name (襄樊市, 襄阳市: 0.67).
_LIKE = 0.6

#: So many series must jump together before a column is called changed.
_SERIES = 3


def series_problems(panel: pl.DataFrame, scope: Scope, manifest: Manifest) -> list[Problem]:
    """Problems of the panel as a set of series."""
    panel = panel.drop_nulls(["region", "industry", "year"])
    if panel.is_empty():
        return []
    return [
        *_same_as_nominal(panel, manifest),
        *_unit_changes(panel, manifest),
        *_renamed(panel),
        *_codes(panel, scope, manifest),
    ]


def _same_as_nominal(panel: pl.DataFrame, manifest: Manifest) -> Iterator[Problem]:
    """Constant prices that equal current prices in every year have not been deflated."""
    if not {"value_added", "value_added_real"} <= set(panel.columns):
        return
    other = panel.filter(pl.col("year") != (manifest.dataset.base_year or 0))
    both = other.filter(
        pl.col("value_added").is_not_null() & pl.col("value_added_real").is_not_null()
    )
    if both["year"].n_unique() < _SERIES or (both["value_added"] != both["value_added_real"]).any():
        return
    yield Problem(
        "error", "not-deflated",
        f"the same figures as value_added in all {both.height:,} cells outside the base year",
        "value added at constant prices", "Take value_added_real out of the mapping: growth in "
        "real terms cannot be told from these tables.", "panel", column="value_added_real",
    )  # fmt: skip


def _unit_changes(panel: pl.DataFrame, manifest: Manifest) -> Iterator[Problem]:
    """A year in which the median series is 100, 1,000, 10,000... times the year before."""
    declared = {(b.year, c) for b in manifest.breaks if b.table == "panel" for c in b.columns}
    names = [c.removesuffix(STATUS) for c in panel.columns if c.endswith(STATUS)]
    for name in names:
        series = (
            panel.filter(pl.col(name) > 0)
            .sort("region", "industry", "year")
            .with_columns(
                (pl.col(name).log10() - pl.col(name).log10().shift(1))
                .over("region", "industry")
                .alias("_jump")
            )
            .filter(pl.col("_jump").is_not_null())
        )
        years = series.group_by("year").agg(pl.col("_jump").median(), pl.len().alias("n"))
        for year, jump, n in years.sort("year").iter_rows():
            power = min(_POWERS, key=lambda p: abs(abs(jump) - p))
            far = abs(abs(jump) - power) > _NEAR
            if n < _SERIES or far or (year, name) in declared:
                continue
            yield Problem(
                "error", "unit-change",
                f"values about {10**power:,} times {'larger' if jump > 0 else 'smaller'} in "
                f"{year} than the year before ({n} series)", "one unit along the years",
                "Split the file by year and give each part its unit under `units`, or declare a "
                "[[breaks]] entry.", "panel", column=name,
            )  # fmt: skip


def _renamed(panel: pl.DataFrame) -> Iterator[Problem]:
    """A region that stops the year before another begins."""
    spans = panel.group_by("region").agg(
        pl.col("year").min().alias("first"), pl.col("year").max().alias("last")
    )
    start, end = panel["year"].min(), panel["year"].max()
    ended = spans.filter(pl.col("last") < end).sort("region")
    begun = spans.filter(pl.col("first") > start).sort("region")
    for region, _, last in ended.iter_rows():
        heirs = begun.filter(pl.col("first") == last + 1)["region"].to_list()
        if heirs:
            yield _heirs(region, last, sorted(heirs, key=lambda name: -_alike(region, name)))


def _heirs(region: str, last: int, heirs: list[str]) -> Problem:
    """A warning that names the likely new name only where there is one."""
    shown = ", ".join(map(repr, heirs[:3])) + (" and others" if len(heirs) > 3 else "")
    likely = len(heirs) == 1 or _alike(region, heirs[0]) >= _LIKE
    new = heirs[0] if likely else "its new name"
    return Problem(
        "warning", "region-renamed",
        f'"{region}" ends in {last} and {shown} begin{"s" * (len(heirs) == 1)} in {last + 1}',
        "one name a region along the years",
        f'If it was renamed, add values.region = {{ "{region}" = "{new}" }} with '
        'unlisted.region = "keep"; if its boundary changed, declare a break.',
        "panel", column="region",
    )  # fmt: skip


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _codes(panel: pl.DataFrame, scope: Scope, manifest: Manifest) -> Iterator[Problem]:
    """No industry of the block in the panel, or no row for all industries."""
    have = set(panel["industry"].to_list())
    if recoded([str(code) for code in have], scope):
        # said with the recoding: until that is done every other finding would be wrong
        return
    block = [i.code for i in scope.block(manifest.dataset.include)]
    if not have & set(block):
        yield Problem(
            "error", "no-block", f"codes {', '.join(sorted(have)[:8])}",
            f"codes of the scope {scope.id}: {', '.join(block)}",
            "Choose the scope of your classification, or recode under values.industry.",
            "panel", column="industry",
        )  # fmt: skip
    absent = [code for code in block if code not in have]
    if absent and len(absent) < len(block):
        yield Problem(
            "warning", "block-incomplete", f"no row for {', '.join(absent)}",
            f"every sub-industry of {scope.id}",
            "Add the rows; until then every total of the block lacks them.", "panel",
            column="industry",
        )  # fmt: skip
    base = manifest.dataset.base_industry or scope.total
    if base not in have:
        yield Problem(
            "warning", "no-base", f'no row with industry "{base}"',
            "a row for all industries, a region and year",
            "Recode your total under values.industry, or name another base_industry under "
            "[dataset]; until then location quotients cannot be told.", "panel",
            column="industry",
        )  # fmt: skip
