"""Input-output columns of the block, and the supplier links of single firms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from regionlift.data.synthetic.catalogue import BLOCK

Array = npt.NDArray[np.float64]

#: Producer services of the scope that the synthetic tables distinguish.
SERVICES = ("54", "58", "59", "63", "64", "65", "66", "69", "71", "72", "73", "74", "75")
#: Plastics, minerals, steel, non-ferrous metals, electronics, electricity.
MATERIALS = ("29", "30", "31", "32", "39", "44")
SUPPLYING = (*BLOCK, *MATERIALS, *SERVICES)
#: Share of the inputs that comes from the block and from materials, before services.
OWN_DIVISION, OTHER_DIVISIONS, FROM_MATERIALS = 0.24, 0.22, 0.54


def industry_links(
    rng: np.random.Generator, panel: pl.DataFrame, value_position: dict[str, float], years: range
) -> pl.DataFrame:
    """Inputs of every division in every region; a column sums to output minus value added.

    Tables are compiled for years ending in 2 and 7, as in official statistics. Regions that stand
    high on the value gauge buy more producer services.
    """
    compiled = [year for year in years if year % 5 == 2]
    using = panel.filter(pl.col("industry").is_in(BLOCK), pl.col("year").is_in(compiled)).select(
        "region", "industry", "year", inputs=pl.col("output") - pl.col("value_added")
    )
    regions = using["region"].to_list()
    standing = np.array([value_position[region] for region in regions])
    shape = (using.height, len(SUPPLYING))
    shares = _input_shares(rng, using["industry"].to_list(), standing)
    value = using["inputs"].to_numpy()[:, None] * shares
    local = rng.uniform(0.25, 0.65, shape)
    imported = (1 - local) * rng.uniform(0.05, 0.35, shape)
    width = len(SUPPLYING)
    return pl.DataFrame(
        {
            "region": np.repeat(regions, width),
            "from": np.tile(SUPPLYING, using.height),
            "to": np.repeat(using["industry"].to_list(), width),
            "value": value.ravel().round(3),
            "local_value": (value * local).ravel().round(3),
            "imported_value": (value * imported).ravel().round(3),
            "level": "industry",
            "year": np.repeat(using["year"].to_numpy(), width),
            "provenance": "observed",
        }
    )


def _input_shares(rng: np.random.Generator, industries: list[str], standing: Array) -> Array:
    """Share of each supplying industry in the inputs of each using row; rows sum to 1."""
    template = np.empty((len(industries), len(SUPPLYING)))
    template[:, : len(BLOCK)] = OTHER_DIVISIONS / (len(BLOCK) - 1)
    own = [BLOCK.index(code) for code in industries]
    template[np.arange(len(industries)), own] = OWN_DIVISION
    template[:, len(BLOCK) : -len(SERVICES)] = FROM_MATERIALS / len(MATERIALS)
    template[:, -len(SERVICES) :] = 1 / len(SERVICES)
    weights = template * np.exp(rng.normal(0.0, 0.25, template.shape))
    services = weights[:, -len(SERVICES) :]
    goods = weights[:, : -len(SERVICES)]
    share = (0.13 + 0.022 * standing[:, None]) * np.exp(rng.normal(0.0, 0.02, (len(standing), 1)))
    services *= share / services.sum(axis=1, keepdims=True)
    goods *= (1 - share) / goods.sum(axis=1, keepdims=True)
    return weights


def own_supply(links: pl.DataFrame) -> pl.DataFrame:
    """Local share of the domestic inputs from each industry, as the links have it."""
    domestic = pl.col("value").sum() - pl.col("imported_value").sum()
    keys = ["region", "from", "year"]
    return (
        links.group_by(keys, maintain_order=True)
        .agg((pl.col("local_value").sum() / domestic).round(6).alias("local_share"))
        .rename({"from": "product"})
    )


def firm_links(
    rng: np.random.Generator, orgs: pl.DataFrame, core_firms: list[str], region: str, year: int
) -> pl.DataFrame:
    """Suppliers of single firms: many and local for the core firms, few for the others."""
    firms = orgs.filter(pl.col("chain_node").is_not_null())
    revenue = dict(zip(firms["org_id"], firms["revenue"], strict=True))
    here = pl.col("region") == region
    small = firms.filter(here, ~pl.col("org_id").is_in(core_firms))["org_id"].to_list()
    outside = firms.filter(~here)["org_id"].to_list()
    rows: list[dict[str, object]] = []
    for buyer in [*core_firms, *rng.choice(small, len(small) // 5, replace=False).tolist()]:
        near, far = ((28, 40), (6, 11)) if buyer in core_firms else ((2, 5), (0, 3))
        for pool, bounds in ((small, near), (outside, far)):
            for supplier in rng.choice(pool, rng.integers(*bounds), replace=False).tolist():
                if supplier == buyer:
                    continue
                most = min(0.2 * revenue[supplier], 0.02 * revenue[buyer])
                value = round(most * rng.uniform(0.3, 1.0), 3)
                rows.append(
                    {
                        "region": region,
                        "from": supplier,
                        "to": buyer,
                        "value": value,
                        "local_value": value if pool is small else 0.0,
                        "imported_value": 0.0,
                        "level": "firm",
                        "year": year,
                        "provenance": "observed",
                    }
                )
    return pl.DataFrame(rows)
