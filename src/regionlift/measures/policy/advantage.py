"""Whether money is concentrated where the region is strong (item 61)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from regionlift.evidence.settings import Settings
from regionlift.measures.network.readings import Estimate
from regionlift.measures.policy.alignment import ratio
from regionlift.measures.policy.money import Money


@dataclass(frozen=True)
class Advantage:
    """Money by sub-industry beside its location quotient and its share of the block.

    ``table``: code, quotient, size (of the block, in the base the quotient is of), money.
    ``share`` is of the told money in sub-industries above 1; ``block`` the share of these in the
    block itself, what the former would be were money spread as the block is; ``told`` the share
    of all money whose sub-industry is told.
    """

    table: pl.DataFrame
    share: Estimate
    block: float | None
    told: float


def advantage(
    money: Money, quotients: Mapping[str, float], sizes: Mapping[str, float], settings: Settings
) -> Advantage:
    """Share of the money in sub-industries with a location quotient above 1.

    Parameters
    ----------
    quotients, sizes : by code of the sub-industries of the block whose quotient is known
    """
    told = money.lines.filter(pl.col("industry").is_in(list(quotients))).sort("spend_id")
    strong = {code for code, q in quotients.items() if q > 1}
    amounts = told["amount"].to_numpy().astype(float)
    share = ratio(amounts * told["industry"].is_in(list(strong)).to_numpy(), amounts, settings)
    whole = sum(sizes.values())
    known = set(sizes) == set(quotients) and whole > 0
    block = sum(sizes[c] for c in strong) / whole if known else None
    spent = dict(told.group_by("industry").agg(pl.col("amount").sum()).iter_rows())
    rows = [
        {"code": c, "quotient": q, "size": sizes.get(c), "money": spent.get(c, 0.0)}
        for c, q in quotients.items()
    ]
    kinds = {"code": pl.String, "quotient": pl.Float64, "size": pl.Float64, "money": pl.Float64}
    table = pl.DataFrame(rows, schema=kinds).sort("money", "code", descending=[True, False])
    part = float(amounts.sum()) / money.total if money.total else 0.0
    return Advantage(table, share, block, part)
