"""What has told entries in the user's own tables, and so what orders the options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from regionlift.data.assemble import STATUS
from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Status
from regionlift.evidence.settings import Settings
from regionlift.forecast.entry import DEFINITIONS, EntryTest, entry_test, predictors
from regionlift.measures.cube import Floats
from regionlift.measures.technology.filings import Filings
from regionlift.measures.technology.front import LEAST_PATENTS, LEAST_REGIONS, by_region
from regionlift.measures.technology.options import Option

#: Columns that can stand for the size of an industry, the best first.
SIZES = ("employment", "value_added", "output")
#: Activities below which relatedness between them means little.
LEAST_ACTIVITIES = 10
#: Tables a test looks back on: one to score on, the rest to fit.
TABLES = 4
#: Quotients this near 1 are 1.
_TIE = 1e-9
#: Share by which rounded parts may exceed their sum.
_SLACK = 0.01
#: Draws of regions behind an interval.
DRAWS = 200


@dataclass(frozen=True)
class EntryStudy:
    """The tests of one source; without them, ``reason`` says why.

    ``now`` holds each predictor at the last look, for the region's activities: predictor ->
    activity -> value.
    """

    source: str
    tests: tuple[EntryTest, ...]
    reason: str = ""
    now: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def winner(self, definition: str) -> str:
        """Predictor that won under a definition; empty where none did."""
        return next((t.winner for t in self.tests if t.definition == definition), "")


def industry_entry(
    dataset: Dataset, settings: Settings, year: int | None = None, region: str = ""
) -> EntryStudy:
    """Entry of industries into regions, from the panel; ``now`` is of the region, where given."""
    column = next((c for c in SIZES if dataset.has("panel", "region", "industry", c)), "")
    source = f"industries, by {column.replace('_', ' ')}"
    if not column:
        return EntryStudy("industries", (), "the panel has no size of industries")
    known = _known(dataset, column)
    if year is not None:
        known = known.filter(pl.col("year") <= year)
    if known.is_empty():
        return EntryStudy(source, (), "no size of an industry is known")
    step, last = settings.whole("entry_years"), int(str(known["year"].max()))
    every = set(known["year"].to_list())
    years = [y for y in range(last - (TABLES - 1) * step, last + 1, step) if y in every]
    while years and (len(years) < 2 or years[-1] - years[0] != (len(years) - 1) * step):
        years = years[1:]
    # Quotients of all years are against the same regions: those that tell all of them.
    seen = [set(known.filter(pl.col("year") == y)["region"]) for y in years]
    regions = sorted(set.intersection(*seen)) if seen else []
    industries = sorted(set(known["industry"]))
    if len(years) < 2:
        return EntryStudy(source, (), f"no two years lie {step} years apart")
    if len(regions) < LEAST_REGIONS or len(industries) < LEAST_ACTIVITIES:
        return EntryStudy(
            source, (), f"{len(regions)} regions and {len(industries)} industries: at least "
            f"{LEAST_REGIONS} and {LEAST_ACTIVITIES} are needed")  # fmt: skip
    row = {r: n for n, r in enumerate(regions)}
    place = {i: n for n, i in enumerate(industries)}
    tables = []
    for y in years:
        table = np.full((len(regions), len(industries)), np.nan)
        for region, industry, _, value in known.filter(pl.col("year") == y).iter_rows():
            if region in row:
                table[row[region], place[industry]] = value
        tables.append(table)
    now = _now(tables, regions, region, industries)
    return EntryStudy(source, _tests(tables, [str(y) for y in years], settings), "", now)


def _now(
    tables: list[Floats], regions: list[str], region: str, activities: list[str]
) -> dict[str, dict[str, float]]:
    """Each predictor at the last look, for one region's activities; nothing without it."""
    if region not in regions:
        return {}
    row = regions.index(region)
    return {name: dict(zip(activities, map(float, table[row]), strict=True))
            for name, table in predictors(tables[-2], tables[-1]).items()}  # fmt: skip


def _known(dataset: Dataset, column: str) -> pl.DataFrame:
    """Known sizes of single industries: region, industry, year, size."""
    panel = dataset.tables["panel"]
    reference = dataset.manifest.dataset.reference_region
    known = panel.filter(
        ~pl.col("industry").is_in([dataset.base_industry, dataset.scope.total]),
        pl.col("region") != reference, pl.col(column + STATUS) == Status.KNOWN,
    ).select("region", "industry", "year", column)  # fmt: skip
    return known.filter(~pl.col("industry").is_in(sums(known, column)))


def sums(known: pl.DataFrame, column: str) -> list[str]:
    """Industries that are sums of others: those whose code begins with theirs are no larger.

    A code may begin with another by chance, as 10 does with 1: then its parts would exceed it.
    """
    codes = sorted(set(known["industry"].to_list()))
    found = []
    for code in codes:
        below = [c for c in codes if c != code and c.startswith(code)]
        parts = [c for c in below if not any(c != o and c.startswith(o) for o in below)]
        at = known.filter(pl.col("industry") == code).join(
            known.filter(pl.col("industry").is_in(parts)).group_by("region", "year").agg(
                pl.col(column).sum().alias("_parts")), on=["region", "year"])  # fmt: skip
        if at.height and (at["_parts"] <= at[column] * (1 + _SLACK)).all():
            found.append(code)
    return found


def technology_entry(found: Filings, settings: Settings) -> EntryStudy:
    """Entry of technologies into regions, from the patents of windows of years."""
    source, step = "technologies, by patents", settings.whole("entry_years")
    count = min(TABLES, (found.last - found.first + 1) // step)
    ends = [found.last - n * step for n in reversed(range(count))]
    if count < 2:
        return EntryStudy(source, (), f"the window holds no two spans of {step} years")
    # The last span is scored: what it holds decides neither on classes nor on regions.
    seen = found.incidence[found.year <= ends[-2]]
    enough = np.asarray(seen.sum(axis=0)).ravel() >= LEAST_PATENTS
    tables = []
    for end in ends:
        inside = (found.year > end - step) & (found.year <= end)
        names, table = by_region(found, found.incidence.multiply(inside[:, None]).tocsr())
        tables.append(table[:, enough])
    # a region that files nothing in a window has no quotient there
    files = np.all([t.sum(axis=1) > 0 for t in tables[:-1]], axis=0)
    used = np.all([t[files].sum(axis=0) > 0 for t in tables[:-1]], axis=0)
    tables = [t[np.ix_(files, used)] for t in tables]
    if files.sum() < LEAST_REGIONS or used.sum() < LEAST_ACTIVITIES:
        return EntryStudy(
            source, (), f"{files.sum()} of {len(names)} regions and {used.sum()} classes have "
            f"patents in every span but the last: at least {LEAST_REGIONS} and {LEAST_ACTIVITIES} "
            "are needed"
        )  # fmt: skip
    classes = [k for k, ok in zip(found.classes, enough, strict=True) if ok]
    classes = [k for k, ok in zip(classes, used, strict=True) if ok]
    own = [n for n, ok in zip(names, files, strict=True) if ok]
    now = _now(tables, own, found.region, classes)
    spans = [f"{e - step + 1}-{e}" for e in ends]
    return EntryStudy(source, _tests(tables, spans, settings), "", now)


def _tests(tables: list[Floats], years: list[str], settings: Settings) -> tuple[EntryTest, ...]:
    return tuple(
        entry_test(tables, years, name, settings.whole("entry_least"),
                   np.random.default_rng(settings.whole("seed")), DRAWS, settings["confidence"])
        for name in DEFINITIONS
    )  # fmt: skip


def kind_of(option: Option) -> str:
    """Whether an option is to be strengthened or would be new."""
    return kind_at(option.level)


def kind_at(level: float) -> str:
    """Whether an activity at this quotient is to be strengthened or would be new."""
    return "strengthening" if level >= DEFINITIONS["strengthening"][0] else "new"


def lacking(entry: EntryStudy) -> list[tuple[str, str, float, float]]:
    """Activities below a quotient of 1: name, kind, level, density; in the order of the winner.

    Those to strengthen first, then the new ones; what is not known now is left out.
    """
    if not entry.now:
        return []
    level, density = entry.now["level"], entry.now["density"]
    rows = [(name, kind_at(q), q, density[name]) for name, q in level.items()
            if q < 1 - _TIE and np.isfinite(density[name])]  # fmt: skip
    by = {kind: entry.now[ordered_by(kind, entry)] for kind in ("strengthening", "new")}

    def order(row: tuple[str, str, float, float]) -> tuple[bool, float, str]:
        return row[1] == "new", -float(np.nan_to_num(by[row[1]][row[0]])), row[0]

    return sorted(rows, key=order)


def advised(options: tuple[Option, ...], entry: EntryStudy) -> tuple[Option, ...]:
    """Options in the order of the predictor that won for their kind, quarter by quarter."""
    quarters = list(dict.fromkeys(o.quarter for o in options))

    def key(option: Option) -> tuple[int, str, float]:
        by = ordered_by(kind_of(option), entry)
        told = {"level": option.level, "density": option.density}
        value = told[by] if by in told else entry.now[by].get(option.klass, 0.0)
        return quarters.index(option.quarter), kind_of(option), -np.nan_to_num(value)

    return tuple(sorted(options, key=key))


def ordered_by(kind: str, entry: EntryStudy) -> str:
    """What orders the options of a kind: the winner, else level or density, as is usual."""
    won = entry.winner(kind)
    if won and (won in ("level", "density") or won in entry.now):
        return won
    return "level" if kind == "strengthening" else "density"
