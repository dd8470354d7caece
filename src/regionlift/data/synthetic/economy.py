"""Regions and the panel of official statistics, with the stage and the factor exit planted.

Every region has three latent positions in standard units: factor (real value added per employee),
value (value added over output) and structure (share of the high-technology division). Positions of
the peers are fixed quantiles in an order that is nearly uncorrelated with size and income, so that
the planted order also holds among the region's nearest peers.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import polars as pl

from regionlift.data.synthetic.catalogue import REGION, REGIONS
from regionlift.data.synthetic.flows import industry_links
from regionlift.data.synthetic.panel import BASE_YEAR, Array, Positions, build_panel
from regionlift.data.synthetic.seeds import stream
from regionlift.data.synthetic.truths import EconomyTruths, FactorExit, Stage

GAUGES: tuple[Stage, ...] = ("factor", "value", "structure")
#: The response stops this many years before the last one: late enough to see it work, early enough
#: to see it stop.
EXIT_BEFORE_END = 6


def economy(
    seed: int,
    stage: Stage,
    *,
    regions: int = 30,
    years: range = range(2010, 2024),
) -> tuple[dict[str, pl.DataFrame], EconomyTruths]:
    """Regions, panel and industry links alone: the part of the province without organisations.

    Parameters
    ----------
    seed
        Any non-negative integer.
    stage
        The gauge in which the region of interest leads.
    regions
        Number of regions, 12 to 30.
    years
        Consecutive years, at least ten, with the base year 2015 among them.

    Returns
    -------
    tuple
        The tables ``regions``, ``panel`` and ``links``, and what was planted in them.
    """
    if stage not in GAUGES:
        raise ValueError(f"stage is {stage!r}; it must be one of {', '.join(GAUGES)}")
    if not 12 <= regions <= len(REGIONS):
        raise ValueError(f"regions is {regions}; it must lie between 12 and {len(REGIONS)}")
    if years.step != 1 or len(years) < 10 or BASE_YEAR not in years:
        raise ValueError(f"years is {years}; it must hold ten or more, {BASE_YEAR} among them")
    positions = _positions(stream(seed, "regions"), stage, regions)
    exit_year = None if stage == "factor" else years[-1] - EXIT_BEFORE_END
    panel = build_panel(stream(seed, "panel"), positions, years, exit_year)
    names = list(REGIONS)[:regions]
    value_position = dict(zip(names, positions.gauges["value"].tolist(), strict=True))
    tables = {
        "regions": _region_table(positions, names),
        "panel": panel,
        "links": industry_links(stream(seed, "links"), panel, value_position, years),
    }
    exit_ = FactorExit(planted=exit_year is not None, year=exit_year)
    return tables, EconomyTruths(REGION, stage, positions.quantiles, exit_)


def _positions(rng: np.random.Generator, stage: Stage, regions: int) -> Positions:
    """Draw the traits; the region of interest is of middling size and income."""
    population = rng.uniform(20e6, 45e6, regions)
    income = rng.uniform(45e3, 65e3, regions)
    specialisation = 0.035 * np.exp(0.2 * rng.standard_normal(regions).clip(-1.5, 1.5))
    population[0], income[0], specialisation[0] = 34e6, 55e3, 0.041
    block_size = population * income / 1e6 * specialisation
    taken = [np.log(block_size), income]
    gauges: dict[Stage, Array] = {}
    drifts: dict[Stage, Array] = {}
    quantiles: dict[str, float] = {}
    for gauge in GAUGES:
        leads = gauge == stage
        low, high = (0.85, 0.88) if leads else (0.24, 0.29)
        quantiles[gauge] = round(float(rng.uniform(low, high)), 3)
        drifts[gauge] = rng.normal(0.0, 0.15, regions)
        drifts[gauge][0] = 0.3 if leads else 0.0
        gauges[gauge] = _spread(rng, quantiles[gauge], taken)
        taken.append(gauges[gauge])
    return Positions(population, income, block_size, gauges, drifts, quantiles)


def _spread(rng: np.random.Generator, own_quantile: float, taken: list[Array]) -> Array:
    """Normal quantiles for the peers, in the one of many orders least correlated with ``taken``."""
    normal = NormalDist()
    peers = len(taken[0]) - 1
    grid = np.array([normal.inv_cdf((k + 0.5) / peers) for k in range(peers)])
    orders = rng.permuted(np.tile(grid, (200, 1)), axis=1)
    others = np.array([(trait[1:] - trait[1:].mean()) / trait[1:].std() for trait in taken])
    worst = np.abs(orders @ others.T).max(axis=1)
    return np.concatenate([[normal.inv_cdf(own_quantile)], orders[worst.argmin()]])


def _region_table(positions: Positions, names: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "region": names,
            "name": names,
            "name_zh": [REGIONS[name] for name in names],
            "country": "CN",
            "population": positions.population.round(-3).astype(int),
            "income": positions.income.round(-1).astype(int),
        }
    )
