"""From a kernel over sub-industries to a measure of every region and year.

A kernel is arithmetic on arrays whose last axis is the sub-industry. This module fetches the
arrays, carries the missing states through, resamples, and writes the quantities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Direction, Measure, register, registry
from regionlift.evidence.quantity import QUANTITY_SCHEMA, Status
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import STATES, Bools, Codes, Cube, Floats, Ints, build
from regionlift.measures.resample import draws, interval
from regionlift.measures.unknowns import with_silent

Kernel = Callable[..., Floats]

#: Where the interval of a number over the panel comes from.
DRAWN = "Bayesian bootstrap over the sub-industries of the block"
NO_DRAW = "none: a total of every sub-industry"


@dataclass(frozen=True)
class PanelKernel:
    """What a panel measure is made of.

    ``columns`` are the panel columns its kernel takes, in order. ``change`` is True for a kernel
    of two ends (it takes all columns at the start of the window, then all at its end).
    ``tiered`` kernels take, first, the mask of the high-tech sub-industries. The result of an
    ``annual`` kernel is divided by the years of the window. A ``whole`` kernel is a total of the
    block: nothing is drawn, so it has no interval.
    """

    kernel: Kernel
    columns: tuple[str, ...]
    change: bool = False
    tiered: bool = False
    annual: bool = False
    minimum_n: int = 1
    whole: bool = False

    def arrays(self, cube: Cube, window: int) -> list[Floats]:
        """Arrays for the kernel, (region, year, industry); years are those of the window's end."""
        stack = [cube.values[c] for c in self.columns]
        if not self.change:
            return stack
        return [a[:, :-window] for a in stack] + [a[:, window:] for a in stack]

    def bind(self, cube: Cube, high: tuple[str, ...], window: int) -> Kernel:
        """The kernel with the tier mask and the years of the window filled in."""
        first = (np.array([code in high for code in cube.industries]),) if self.tiered else ()
        years = window if self.annual else 1
        return lambda *arrays: self.kernel(*first, *arrays) / years


KERNELS: dict[str, PanelKernel] = {}


def panel_measure(
    id: str,
    *,
    title: str,
    title_zh: str,
    unit: str,
    columns: tuple[str, ...],
    items: tuple[int, ...],
    source: str,
    formula: str,
    direction: Direction = "none",
    change: bool = False,
    tiered: bool = False,
    annual: bool = False,
    minimum_n: int = 1,
    whole: bool = False,
) -> Callable[[Kernel], Kernel]:
    """Register a kernel over the panel's sub-industries as a measure."""

    def register_kernel(kernel: Kernel) -> Kernel:
        spec = PanelKernel(kernel, columns, change, tiered, annual, minimum_n, whole)
        KERNELS[id] = spec
        register(
            Measure(
                id, title, title_zh, unit, direction,
                {"panel": ("region", "industry", "year", *columns)}, minimum_n, items, source,
                formula, NO_DRAW if whole else DRAWN,
                lambda dataset, settings: _quantities(id, spec, dataset, settings),
            )
        )  # fmt: skip
        return kernel

    return register_kernel


def block_cube(dataset: Dataset, columns: tuple[str, ...]) -> Cube:
    """Cube of the equipment block: every region but the reference, every sub-industry."""
    industries = [industry.code for industry in dataset.block]
    return build(dataset.tables["panel"], columns, dataset.regions(), industries)


def replicates(id: str, dataset: Dataset, settings: Settings, year: int) -> tuple[Cube, Floats]:
    """Replicates of a measure in one year, (replicate, region); NaN where it is not known."""
    spec = KERNELS[id]
    cube = block_cube(dataset, spec.columns)
    window = settings.whole("window")
    position = cube.year(year) - (window if spec.change else 0)
    arrays = [a[:, position] for a in spec.arrays(cube, window)]
    return cube, draws(spec.bind(cube, dataset.high_tech, window), arrays, settings)


def _quantities(id: str, spec: PanelKernel, dataset: Dataset, settings: Settings) -> pl.DataFrame:
    cube = block_cube(dataset, spec.columns)
    window = settings.whole("window") if spec.change else 0
    if len(cube.years) <= window:
        return _too_short(id, dataset, cube, settings)
    arrays = spec.arrays(cube, window)
    kernel = spec.bind(cube, dataset.high_tech, window)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = kernel(*arrays)
    low = high = np.full(value.shape, np.nan)
    if not spec.whole:
        low, high = interval(draws(kernel, arrays, settings), settings)
    state, culprit = _states(cube, spec, window)
    state = np.where((state == 0) & ~np.isfinite(value), STATES.index(Status.NOT_APPLICABLE), state)
    broken = _broken(dataset, spec, cube, window)
    state = np.where(broken & (state == 0), STATES.index(Status.NOT_APPLICABLE), state)
    some = _mentioned(cube, spec, window)
    found = _Found(value, low, high, state, culprit, broken, some)
    return _frame(id, spec, dataset, cube, settings, found)


def _states(cube: Cube, spec: PanelKernel, window: int) -> tuple[Codes, Ints]:
    """Worst state over columns, industries and ends; and the position of the cell that has it."""
    stack = np.stack([cube.states[c] for c in spec.columns], axis=-1)
    if window:
        stack = np.concatenate([stack[:, :-window], stack[:, window:]], axis=-1)
    flat = stack.reshape(*stack.shape[:2], -1)
    return flat.max(axis=-1), flat.argmax(axis=-1)


def _mentioned(cube: Cube, spec: PanelKernel, window: int) -> Bools:
    """Where each column has a cell that is not merely absent: there a quantity is written."""
    absent = STATES.index(Status.NOT_COLLECTED)
    some = np.ones(cube.present.shape[:2], dtype=bool)
    for column in spec.columns:
        some &= (cube.states[column] != absent).any(axis=-1)
    return some[:, :-window] & some[:, window:] if window else some


def _broken(dataset: Dataset, spec: PanelKernel, cube: Cube, window: int) -> Bools:
    """Where an unbridged break of a used column lies inside the window."""
    ends = cube.years[window:]
    broken = np.zeros((len(cube.regions), len(ends)), dtype=bool)
    if not window:
        return broken
    for row, region in enumerate(cube.regions):
        for year in dataset.broken("panel", spec.columns, region):
            broken[row] |= [end - window < year <= end for end in ends]
    return broken


@dataclass(frozen=True)
class _Found:
    """Arrays of a measure, (region, end year)."""

    value: Floats
    low: Floats
    high: Floats
    state: Codes
    culprit: Ints
    broken: Bools
    some: Bools


def _frame(
    id: str, spec: PanelKernel, dataset: Dataset, cube: Cube, settings: Settings, found: _Found
) -> pl.DataFrame:
    """Quantities of all regions and years as one frame."""
    window = settings.whole("window") if spec.change else 0
    known = found.state == 0
    rows, ends = np.nonzero(found.some)
    provenance = dataset.provenance("panel", *spec.columns).value
    counts = cube.present.sum(axis=-1)
    used = counts[:, :-window] + counts[:, window:] if window else counts
    records = []
    for r, e in zip(rows.tolist(), ends.tolist(), strict=True):
        region, end = cube.regions[r], cube.years[e + window]
        years = (cube.years[e], end) if window else (end,)
        sure = bool(known[r, e])
        reason, settles = ("", "") if sure else _why(
            spec, dataset, cube, years, int(found.state[r, e]), int(found.culprit[r, e]),
            bool(found.broken[r, e]), region,
        )  # fmt: skip
        records.append(
            (
                id, region, "-".join(map(str, years)),
                float(found.value[r, e]) if sure else None,
                _bound(found.low[r, e]) if sure else None,
                _bound(found.high[r, e]) if sure else None,
                len(cube.industries), STATES[int(found.state[r, e])].value, provenance, reason,
                settles, _rows_sql(spec, cube, region, years), int(used[r, e]),
            )
        )  # fmt: skip
    names = ["measure", "subject", "period", "value", "low", "high", "n", "status", "provenance"]
    names += ["reason", "settles", "sql", "rows"]
    kinds = {name: QUANTITY_SCHEMA[name] for name in names}
    frame = pl.DataFrame(records, schema=kinds, orient="row")
    return _complete(id, frame, dataset, spec, settings)


def _bound(value: np.float64) -> float | None:
    """End of an interval; None where some replicate is not defined."""
    return float(value) if np.isfinite(value) else None


def _complete(
    id: str, frame: pl.DataFrame, dataset: Dataset, spec: PanelKernel, settings: Settings
) -> pl.DataFrame:
    """Add ids and units, and one unknown for each region that has no row at all."""
    whole = frame.with_columns(
        pl.concat_str("measure", "subject", "period", separator="/").alias("id"),
        pl.lit(dataset.unit(registry()[id].unit)).alias("unit"),
        pl.lit("").alias("query"),
    ).select(pl.col(name).cast(kind) for name, kind in QUANTITY_SCHEMA.items())
    needed = ", ".join(spec.columns)
    span = f"no two years {settings.whole('window')} apart have" if spec.change else "no year has"
    return with_silent(
        whole, id, dataset, f"{span} {needed} of the block",
        f"{needed} of the same years and sub-industries",
    )  # fmt: skip


def _why(
    spec: PanelKernel,
    dataset: Dataset,
    cube: Cube,
    years: tuple[int, ...],
    state: int,
    culprit: int,
    broken: bool,
    region: str,
) -> tuple[str, str]:
    """Reason and way out of a quantity that is not known."""
    industry, part = divmod(culprit, len(spec.columns) * len(years))
    end, column = divmod(part, len(spec.columns))
    name, code, year = spec.columns[column], cube.industries[industry], years[end]
    cell = cube.states[name][cube.region(region), cube.year(year), industry]
    if cell == 0 and broken:
        reasons = dataset.broken("panel", spec.columns, region)
        inside = [f"{y}: {why}" for y, why in reasons.items() if years[0] < y <= years[-1]]
        return f"a series break lies inside the window ({'; '.join(inside)})", "a bridged series"
    if cell == 0:
        return "a denominator is zero, or a part is not positive", "nothing: it is not defined"
    word = STATES[state].value.replace("_", " ")
    return f"{name} of {code} in {year} is {word}", f"{name} of {code}, {region}, {year}"


def _rows_sql(spec: PanelKernel, cube: Cube, region: str, years: tuple[int, ...]) -> str:
    """Query that selects, from the ledger's panel table, the rows behind one quantity."""
    parts = ", ".join(["region", "industry", "year", *spec.columns, "_rows"])
    codes = ", ".join(quoted(code) for code in cube.industries)
    times = ", ".join(map(str, years))
    return (
        f"SELECT {parts} FROM panel WHERE region = {quoted(region)} "
        f"AND year IN ({times}) AND industry IN ({codes}) ORDER BY year, industry"
    )


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _too_short(id: str, dataset: Dataset, cube: Cube, settings: Settings) -> pl.DataFrame:
    """Unknowns where the panel has fewer years than the window."""
    years = settings.whole("window") + 1
    return with_silent(
        pl.DataFrame(schema=QUANTITY_SCHEMA), id, dataset,
        f"{len(cube.years)} years, a window needs {years}", f"{years} years of the same columns",
        Status.TOO_FEW,
    )  # fmt: skip
