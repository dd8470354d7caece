"""Region x sub-industry x year arrays, with the state of every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from regionlift.data.assemble import STATUS
from regionlift.evidence.quantity import Status

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
Ints = NDArray[np.int64]

#: Order of the states in a cube; the largest of a group is the one that is reported.
STATES = (Status.KNOWN, Status.NOT_APPLICABLE, Status.NOT_COLLECTED, Status.SUPPRESSED)


@dataclass(frozen=True)
class Cube:
    """Number columns of one table as arrays of shape (region, year, industry).

    ``values[column]`` is NaN wherever ``states[column]`` is not 0 (known); a row that is not in
    the table is not collected. ``present`` tells where the table has a row at all.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    industries: tuple[str, ...]
    values: dict[str, Floats]
    states: dict[str, Codes]
    present: Bools

    def year(self, year: int) -> int:
        """Position of a year."""
        return self.years.index(year)

    def region(self, region: str) -> int:
        """Position of a region."""
        return self.regions.index(region)


def build(
    frame: pl.DataFrame,
    columns: Sequence[str],
    regions: Sequence[str],
    industries: Sequence[str],
) -> Cube:
    """Cube of some number columns of a table with region, industry and year."""
    part = frame.filter(
        pl.col("region").is_in(list(regions)) & pl.col("industry").is_in(list(industries))
    )
    seen = part["year"].unique().sort().to_list()
    # every year between the first and the last, so that a window of five years is five years
    years = tuple(range(seen[0], seen[-1] + 1)) if seen else ()
    index = (
        part["region"].replace_strict(list(regions), range(len(regions)), return_dtype=pl.Int64),
        part["year"].replace_strict(list(years), range(len(years)), return_dtype=pl.Int64),
        part["industry"].replace_strict(
            list(industries), range(len(industries)), return_dtype=pl.Int64
        ),
    )
    where = tuple(i.to_numpy() for i in index)
    shape = (len(regions), len(years), len(industries))
    present = np.zeros(shape, dtype=bool)
    present[where] = True
    values, states = {}, {}
    codes = {state.value: number for number, state in enumerate(STATES)}
    for column in columns:
        value = np.full(shape, np.nan)
        state = np.full(shape, codes["not_collected"], dtype=np.int8)
        value[where] = part[column].cast(pl.Float64).to_numpy()
        state[where] = (
            part[column + STATUS].replace_strict(codes, return_dtype=pl.Int8).to_numpy()
        )
        value[state != 0] = np.nan
        values[column], states[column] = value, state
    return Cube(tuple(regions), years, tuple(industries), values, states, present)
