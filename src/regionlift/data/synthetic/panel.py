"""The panel of official statistics: region x industry x year, from the latent positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regionlift.data.synthetic.catalogue import BLOCK, HIGH_TECH, REGION, REGIONS, TOTAL
from regionlift.data.synthetic.truths import Stage

Array = npt.NDArray[np.float64]

BASE_YEAR = 2015
INFLATION = 0.015
#: Typical shares of the divisions in the block without the high-technology one.
TYPICAL_MIX = np.array([0.16, 0.20, 0.14, 0.27, 0.08, 0.15])
#: What a division adds to value added over output, in the order of the block.
RATIO_TRAIT = np.array([0.004, -0.002, 0.005, -0.010, 0.001, -0.004, 0.010])
COUNTS = ("employment", "firms", "non_production_staff", "rd_staff")
SUPPRESSED = ("compensation", "rd_spend")
#: The first years without a survey of new products.
NEW_PRODUCTS_AFTER = 2
#: The threshold of the statistics rises in the second year; smaller firms drop out of the count.
THRESHOLD_LOSS = 0.72


@dataclass(frozen=True, slots=True)
class Positions:
    """Latent traits of the regions, the region of interest first; arrays of shape (region,)."""

    population: Array
    income: Array
    block_size: Array
    gauges: dict[Stage, Array]
    drifts: dict[Stage, Array]
    quantiles: dict[str, float]


def build_panel(
    rng: np.random.Generator, positions: Positions, years: range, exit_year: int | None
) -> pl.DataFrame:
    """All rows of the panel; arrays inside have the axes (region, industry, year)."""
    regions = list(REGIONS)[: len(positions.population)]
    deflator = np.exp(INFLATION * (np.array(years) - BASE_YEAR))
    activity, response = _innovation(rng, len(regions), years, exit_year)
    real = _real_value_added(rng, positions, years)
    productivity = _productivity(rng, positions.gauges["factor"], response)
    standing = _standing(positions, "value", years)
    nominal = real * deflator
    block = {
        "value_added": nominal,
        "value_added_real": real,
        "output": nominal / _ratio(rng, standing),
        "employment": real / productivity,
    }
    block |= _details(rng, block, standing, years)
    taste = rng.normal(0.0, 0.1, (*real.shape[:2], 1)) + rng.normal(0.0, 0.01, real.shape)
    block["renovation_spend"] = (
        block["employment"] * activity[:, None, :] * deflator * np.exp(taste)
    )
    frame = pl.concat(
        [
            _frame(regions, BLOCK, years, block),
            _frame(regions, (TOTAL,), years, _totals(rng, positions, years, block)),
        ],
        how="diagonal",
    )
    not_surveyed = pl.col("year") < years[0] + NEW_PRODUCTS_AFTER
    frame = frame.with_columns(
        pl.when(~not_surveyed).then("new_product_revenue").alias("new_product_revenue")
    )
    return _suppress(rng, frame).sort("region", "industry", "year")


def _standing(positions: Positions, gauge: Stage, years: range) -> Array:
    """Position of each region in each year; the drift ends at the planted position."""
    elapsed = (np.array(years) - years[-1]) / len(years)
    return positions.gauges[gauge][:, None] + np.outer(positions.drifts[gauge], elapsed)


def _innovation(
    rng: np.random.Generator, regions: int, years: range, exit_year: int | None
) -> tuple[Array, Array]:
    """Renovation per employee, and the log productivity it brought; both (region, year).

    Activity rises every year everywhere. Productivity follows it with a regional elasticity; in
    the region of interest the elasticity is zero from ``exit_year`` on. The response is centred
    on the last three years, so that the planted positions are those of today.
    """
    growth = rng.uniform(0.03, 0.15, (regions, len(years)))
    growth[:, 0] = 0.0
    elasticity = np.repeat(rng.uniform(0.30, 0.40, (regions, 1)), len(years), axis=1)
    elasticity[0] = 0.35
    if exit_year is not None:
        elasticity[0, np.array(years) >= exit_year] = 0.0
    response = (elasticity * growth).cumsum(axis=1)
    response -= response[:, -3:].mean(axis=1, keepdims=True)
    start = 0.0035 * np.exp(rng.normal(0.0, 0.15, (regions, 1)))
    return start * np.exp(growth.cumsum(axis=1)), response


def _productivity(rng: np.random.Generator, standing: Array, response: Array) -> Array:
    """Real value added per employee: the regional level is the same in every division."""
    regions, years = response.shape
    trait = 0.12 * np.linspace(-1, 1, len(BLOCK))[:, None]
    fixed = rng.normal(0.0, 0.02, (regions, len(BLOCK), 1))
    shock = rng.normal(0.0, 0.006, (regions, 1, years))
    cell = rng.normal(0.0, 0.012, (regions, len(BLOCK), years))
    level = 0.18 * standing[:, None] + response
    return np.asarray(0.19 * np.exp(level[:, None, :] + trait + fixed + shock + cell))


def _ratio(rng: np.random.Generator, standing: Array) -> Array:
    """Value added over output: the regional level is the same in every division."""
    regions, years = standing.shape
    fixed = rng.normal(0.0, 0.003, (regions, len(BLOCK), 1))
    cell = rng.normal(0.0, 0.0025, (regions, len(BLOCK), years))
    return np.asarray(0.25 + 0.025 * standing[:, None, :] + RATIO_TRAIT[:, None] + fixed + cell)


def _real_value_added(rng: np.random.Generator, positions: Positions, years: range) -> Array:
    """Real value added of the divisions; structure is the share of the high-technology one."""
    regions = len(positions.block_size)
    growth = rng.normal(0.050, 0.006, (regions, 1))
    block = positions.block_size[:, None] * np.exp(growth * (np.array(years) - BASE_YEAR))
    high = 0.085 * np.exp(0.42 * _standing(positions, "structure", years))
    mix = TYPICAL_MIX * np.exp(rng.normal(0.0, 0.45, (regions, len(TYPICAL_MIX))))
    mix /= mix.sum(axis=1, keepdims=True)
    shares = np.empty((regions, len(BLOCK), len(years)))
    rest = [i for i, code in enumerate(BLOCK) if code != HIGH_TECH]
    shares[:, rest] = mix[:, :, None] * (1 - high)[:, None, :]
    shares[:, BLOCK.index(HIGH_TECH)] = high
    return np.asarray(block[:, None, :] * shares * np.exp(rng.normal(0.0, 0.015, shares.shape)))


def _details(
    rng: np.random.Generator, block: dict[str, Array], standing: Array, years: range
) -> dict[str, Array]:
    """The columns that carry no planted truth, as plausible shares of those that do."""
    nominal, output, workers = block["value_added"], block["output"], block["employment"]

    def share(low: float, high: float) -> Array:
        """A share that differs by cell, within bounds, and wavers a little over the years."""
        middle = rng.uniform(low, high, (*nominal.shape[:2], 1))
        wave = rng.normal(0.0, 0.03, nominal.shape)
        return np.asarray((middle * np.exp(wave)).clip(low, high))

    trend = np.linspace(0.0, 1.0, len(years))
    seniority = np.where(np.array(years) > years[0], THRESHOLD_LOSS, 1.0)
    # The non-production links of the value chain grow with the value gauge, whatever the division.
    beyond = np.exp(0.15 * standing[:, None, :].clip(-2, 2))
    revenue = output * share(0.95, 0.99)
    rd_spend = nominal * share(0.021, 0.045) * (1 + 0.7 * trend)
    foreign = rd_spend * share(0.06, 0.18) * (1 - 0.5 * trend)
    return {
        "revenue": revenue,
        "compensation": nominal * share(0.36, 0.54),
        "capital": block["value_added_real"] * share(1.2, 2.4) * (1 + 0.2 * trend),
        "firms": workers / share(150, 320) * seniority,
        "non_production_staff": workers * share(0.20, 0.28) * beyond,
        "rd_spend": rd_spend,
        "rd_public": rd_spend * share(0.05, 0.20),
        "rd_staff": rd_spend / share(0.32, 0.48),
        "new_product_revenue": revenue * share(0.10, 0.20) * (1 + 0.5 * trend),
        "service_revenue": revenue * share(0.03, 0.08) * beyond,
        "foreign_tech_purchase": foreign,
        "absorption": foreign * share(0.08, 0.30),
        "exports": revenue * share(0.04, 0.25),
    }


def _totals(
    rng: np.random.Generator, positions: Positions, years: range, block: dict[str, Array]
) -> dict[str, Array]:
    """All industries together; each column is the block's divided by its share in the region."""
    economy_size = positions.population * positions.income / 1e6
    shape = (len(economy_size), 1, len(years))
    growth = rng.normal(0.045, 0.004, (len(economy_size), 1, 1))
    elapsed = np.array(years) - BASE_YEAR
    real = economy_size[:, None, None] * np.exp(growth * elapsed + rng.normal(0, 0.01, shape))
    nominal = real * np.exp(INFLATION * elapsed)
    weight = real / block["value_added_real"].sum(axis=1, keepdims=True)

    def scaled(column: str, factor: float) -> Array:
        return np.asarray(block[column].sum(axis=1, keepdims=True) * weight * factor)

    return {
        "value_added": nominal,
        "value_added_real": real,
        "output": nominal / rng.uniform(0.36, 0.42, (len(economy_size), 1, 1)),
        "employment": scaled("employment", 1.4),
        "compensation": nominal * rng.uniform(0.45, 0.52, (len(economy_size), 1, 1)),
        "capital": scaled("capital", 1.3),
        "rd_spend": scaled("rd_spend", 0.4),
    }


def _frame(
    regions: list[str], industries: tuple[str, ...], years: range, columns: dict[str, Array]
) -> pl.DataFrame:
    """Long frame of arrays with the axes (region, industry, year)."""
    return pl.DataFrame(
        {
            "region": np.repeat(regions, len(industries) * len(years)),
            "industry": np.tile(np.repeat(industries, len(years)), len(regions)),
            "year": np.tile(np.array(years), len(regions) * len(industries)),
            **{
                name: array.ravel().round(0 if name in COUNTS else 2)
                for name, array in columns.items()
            },
        }
    ).with_columns(pl.col(name).cast(pl.Int64) for name in COUNTS if name in columns)


def _suppress(rng: np.random.Generator, panel: pl.DataFrame) -> pl.DataFrame:
    """Hide a fifth of the smallest tenth of the peers' cells, as a statistics office does."""
    cell = (pl.col("region") != REGION) & (pl.col("industry") != TOTAL)
    small = cell & (pl.col("employment") <= pl.col("employment").filter(cell).quantile(0.10))
    return panel.with_columns(
        pl.when(~(small & pl.Series(rng.random(panel.height) < 0.2))).then(name).alias(name)
        for name in SUPPRESSED
    )
