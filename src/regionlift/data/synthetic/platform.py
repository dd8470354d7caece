"""The innovation platform: sub-platforms by function, shared resources and the needs for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from regionlift.data.synthetic.catalogue import NODES, REGION
from regionlift.data.synthetic.orgs import Cast
from regionlift.data.synthetic.truths import PlatformTruths

TRUTHS = PlatformTruths(
    bottleneck_process="allocation",
    bottleneck_resource="equipment",
    scarce_resource="human",
    empty_function="venture investment",
)
#: Sub-platforms and their functions; one function is left empty.
SUB_PLATFORMS = {
    "PL1": ("Machine tool innovation centre", ("R&D", "technical service")),
    "PL2": ("Rail vehicle laboratory", ("R&D",)),
    "PL3": ("Technology transfer office", ("transformation",)),
    "PL4": ("Testing and certification house", ("technical service",)),
    "PL5": ("Skills academy", ("training",)),
    "PL6": ("Pilot production hall", ("transformation", "training")),
}
YEARS = 5
NEEDS_A_YEAR = 12


class Kind(NamedTuple):
    """A resource type: yearly capacity over yearly need, share of need served, technologies."""

    capacity: float
    served: float
    technologies: tuple[str, ...]


KINDS = {
    "human": Kind(0.6, 0.42, ("B23Q", "F16C", "H02P", "G05B")),
    "financial": Kind(1.3, 0.85, ("B23Q", "B61D", "H01F", "E02F")),
    "equipment": Kind(1.8, 0.2, ("G01B", "G01N", "C23C", "F16C")),
    "information": Kind(1.6, 0.9, ("G06T", "G05B", "B60W", "G01D")),
    "technology": Kind(1.25, 0.8, ("C23C", "F16H", "H02M", "F15B")),
}


def platform_table(rng: np.random.Generator, cast: Cast, last_year: int) -> pl.DataFrame:
    """Income and services of each sub-platform, function and year; private income grows slowly."""
    local = cast.table.filter(pl.col("region") == REGION, pl.col("closed").is_null())
    users = local.filter(pl.col("type").is_in(["enterprise", "university", "institute"]))
    pool = [org for org in users["org_id"] if org not in cast.core_firms]
    rows: list[dict[str, object]] = []
    for platform, (name, functions) in SUB_PLATFORMS.items():
        joined = [*cast.core_firms[:3], *rng.choice(pool, 20, replace=False).tolist()]
        for function in functions:
            public, private = rng.uniform(5, 15), rng.uniform(1, 4)
            services = rng.uniform(60, 240)
            rows.extend(
                {
                    "platform_id": platform,
                    "name": name,
                    "region": REGION,
                    "function": function,
                    "year": last_year - YEARS + 1 + age,
                    "members": ";".join(joined[: 11 + 3 * age]),
                    "income_private": round(private * 1.15**age, 2),
                    "income_public": round(public * 0.97**age, 2),
                    "services": round(services * 1.08**age),
                }
                for age in range(YEARS)
            )
    return pl.DataFrame(rows)


def resources_and_needs(
    rng: np.random.Generator, cast: Cast, last_year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Shared resources, and the requests for them with whether and how fast they were served."""
    needs = _needs(rng, cast, last_year)
    return _resources(rng, cast, needs), needs


def _needs(rng: np.random.Generator, cast: Cast, last_year: int) -> pl.DataFrame:
    """As many requests of each type each year; a fixed share of the amount is served."""
    here = pl.col("region") == REGION
    firms = cast.table.filter(here, pl.col("chain_node").is_not_null())["org_id"].to_list()
    rows: list[dict[str, object]] = []
    for year in range(last_year - YEARS + 1, last_year + 1):
        for name, kind in KINDS.items():
            amounts = rng.integers(10, 80, NEEDS_A_YEAR)
            for amount, served in zip(amounts, _served(rng, amounts, kind.served), strict=True):
                technology = str(rng.choice(kind.technologies))
                nodes = [n.id for n in NODES if technology in n.technologies]
                rows.append(
                    {
                        "need_id": f"D{len(rows) + 1:04d}",
                        "type": name,
                        "amount": int(amount),
                        "org_id": str(rng.choice(firms)),
                        "technology": technology,
                        "node": str(rng.choice(nodes)) if nodes else None,
                        "year": year,
                        "served": "yes" if served else "no",
                        "days": int(rng.integers(5, 60)) if served else None,
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None)


def _served(rng: np.random.Generator, amounts: npt.NDArray[np.int64], share: float) -> list[bool]:
    """Which requests are served: in random order while the share of the amount lasts."""
    order = rng.permutation(len(amounts))
    within = amounts[order].cumsum() <= share * amounts.sum()
    served = np.empty(len(amounts), dtype=bool)
    served[order] = within
    return served.tolist()


def _resources(rng: np.random.Generator, cast: Cast, needs: pl.DataFrame) -> pl.DataFrame:
    """Two resources for each type and technology; most lie on a platform.

    They are sized by the largest yearly need of the technology, the scarce type by a part of its
    mean yearly need. So the bottleneck type has enough in every technology, and what it lacks is
    allocation.
    """
    holders = cast.table.filter(
        pl.col("type").is_in(["university", "institute"]), pl.col("region") == REGION
    )["org_id"].to_list()
    asked = needs.group_by("type", "technology", "year").agg(pl.col("amount").sum())
    largest = {
        (name, technology): amount
        for name, technology, amount in asked.group_by("type", "technology")
        .agg(pl.col("amount").max())
        .iter_rows()
    }
    yearly = dict(needs.group_by("type").agg(pl.col("amount").sum() / YEARS).iter_rows())
    rows: list[dict[str, object]] = []
    for name, kind in KINDS.items():
        for technology in kind.technologies:
            if name == TRUTHS.scarce_resource:
                capacity = kind.capacity * yearly[name] / len(kind.technologies)
            else:
                capacity = kind.capacity * largest.get((name, technology), 50)
            split = rng.uniform(0.4, 0.6)
            for part in (split, 1 - split):
                platform = str(rng.choice(list(SUB_PLATFORMS)))
                rows.append(
                    {
                        "resource_id": f"R{len(rows) + 1:03d}",
                        "type": name,
                        "capacity": round(capacity * part),
                        "platform_id": platform if rng.random() < 0.7 else None,
                        "org_id": str(rng.choice(holders)),
                        "technology": technology,
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None)
