"""Driving force of the equipment block: its linkages, and what the rest loses without it (item 1).

A table of who buys what of whom in the region, every industry's purchases and output in it, gives
all of it. The columns of the block alone give its direct purchases, and of the rest the least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.measures.chain.newest import newest
from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.audit import TOLERANCE, UnsoundTableError
from regionlift.measures.inputoutput.extraction import without_group
from regionlift.measures.inputoutput.linkages import normalised, total_backward, total_forward
from regionlift.measures.inputoutput.table import Places, table_of
from regionlift.measures.local_supply import BLANK

#: What a table must hold so that all of it can be told.
WHOLE = ("links of what every industry buys (to), not of the block alone, with local_value; output "
         "of each of them in the panel, of the same year")  # fmt: skip


class NoTableError(ValueError):
    """There are no local flows into the block with its output; ``settles`` says what is needed."""

    def __init__(self, reason: str, settles: str) -> None:
        super().__init__(reason)
        self.settles = settles


@dataclass(frozen=True)
class Flows:
    """Local flows of a region in one year; of the nation, from home, where ``national``.

    Parameters
    ----------
    industries : codes, the block first
    block : places of the block in them
    flows : what the column's industry buys of the row's in the region, shape (n, n)
    blank : flows whose local part is not told, whole, shape (n, n)
    bought : all the block buys in the region, of products without an industry too
    output : gross output of each industry, shape (n,)
    missing : codes that the table needs to be whole and has no column or no output of
    rows : rows of links read, by the code that buys
    national : whether it is the nation's table, for want of the region's own
    """

    region: str
    year: int
    industries: tuple[str, ...]
    block: Places
    flows: Floats
    blank: Floats
    bought: Floats
    output: Floats
    missing: tuple[str, ...]
    rows: Mapping[str, int]
    national: bool = False

    @property
    def oversold(self) -> tuple[str, ...]:
        """Industries whose product is bought for more than they make: others make it too."""
        more = self.flows.sum(axis=1) > (1 + TOLERANCE) * self.output
        return tuple(c for c, m in zip(self.industries, more, strict=True) if m)

    @property
    def direct(self) -> Floats:
        """Purchases in the region per unit of output of each of the block, shape (k,)."""
        return np.asarray(self.bought / self.output[self.block])


@dataclass(frozen=True)
class Driving:
    r"""Linkages of each of the block, in its order, and of the block.

    ``backward`` and ``forward`` are over the mean of all industries: sums of columns of L
    (Rasmussen's power of dispersion) and of rows of Ghosh's inverse; ``multiplier`` is the sum of
    a column itself. The block's own are weighted by output. ``lost`` is the share of all output
    that the other industries lose without it:

    .. math:: \frac{\sum_{i \notin K} (L_{\cdot K} L_{KK}^{-1} x_K)_i}{\sum_i x_i}
    """

    backward: Floats
    forward: Floats
    multiplier: Floats
    lost: Floats
    block_backward: float
    block_forward: float
    block_multiplier: float
    block_lost: float


def local_flows(dataset: Dataset, region: str, year: int) -> Flows:
    """The region's table of local flows, of the last year up to ``year`` that has any.

    An industry is a code that buys and sells; a product is taken for that of the industry of its
    code. Flows whose local part is not told count as none of it local. Where the region has no
    table, the nation's, with its domestic flows.

    Raises
    ------
    NoTableError
        No links of either with a local part, a sub-industry without a column or output.
    """
    links, told, national = _links(dataset, region, year)
    codes = [i.code for i in dataset.block]
    into = links.filter(pl.col("to").is_in(codes))
    seat = dataset.manifest.dataset.reference_region if national else region
    output = _output(dataset, seat, told)
    buying = set(links["to"])
    if lacking := [c for c in codes if c not in buying or output.get(c, 0) <= 0]:
        raise NoTableError(
            f"{', '.join(lacking)}: no flows into it, or no output of {told} in the panel",
            f"links into {', '.join(lacking)}; output in the panel, {seat or 'the nation'}, {told}",
        )
    into = into.sort("from", "to")
    size = pl.col("value").abs()
    blank = pl.col("part").is_null()
    unknown, every = into.select(pl.when(blank).then(size).sum(), size.sum().alias("all")).row(0)
    if unknown > BLANK * every:
        what = "domestic" if national else "local"
        raise NoTableError(f"the {what} part of the flows into the block is empty",
                           f"{what}_value of every flow into the block")  # fmt: skip
    others = sorted((set(links["from"]) & buying) - set(codes))
    industries = [*codes, *(c for c in others if output.get(c, 0) > 0)]
    bought = dict(into.group_by("to").agg(pl.col("part").sort_by("from").sum()).iter_rows())
    return Flows(
        region, told, tuple(industries), np.arange(len(codes)),
        _matrix(links, industries, pl.col("part").fill_null(0.0)),
        _matrix(links, industries, pl.when(pl.col("part").is_null()).then("value").otherwise(0.0)),
        np.array([bought[c] for c in codes]), np.array([output[c] for c in industries]),
        _missing(into, industries, others, output),
        dict(links.group_by("to").len().iter_rows()), national,
    )  # fmt: skip


def _links(dataset: Dataset, region: str, year: int) -> tuple[pl.DataFrame, int, bool]:
    """Flows with the ``part`` that stays in the region, or in the nation; which of the two."""
    if not dataset.has("links", "from", "to", "value"):
        raise NoTableError("there are no flows between industries", WHOLE)
    links = dataset.tables["links"]
    if "level" in links.columns:
        links = links.filter(pl.col("level").fill_null("industry") != "firm")
    seat = pl.col("region") if "region" in links.columns else pl.lit(None, pl.String)
    parts = [pl.col("domestic_value")] if "domestic_value" in links.columns else []
    if "imported_value" in links.columns:
        parts.append(pl.col("value") - pl.col("imported_value"))
    nation = seat.is_null() | (seat == dataset.manifest.dataset.reference_region)
    for of, part, national in (
        (seat == region, [pl.col("local_value")] if "local_value" in links.columns else [], False),
        (nation, parts, True),
    ):
        if not part:
            continue
        own, told = newest(links.filter(of), year)
        if own["to"].is_in([i.code for i in dataset.block]).any():
            return own.with_columns(pl.coalesce(*part).alias("part")), told, national
    raise NoTableError("there are no flows into the block with their local part", WHOLE)


def _missing(
    into: pl.DataFrame, industries: Sequence[str], others: Sequence[str],
    output: Mapping[str, float],
) -> tuple[str, ...]:  # fmt: skip
    """Suppliers of the block whose own purchases, and industries whose output, is not told.

    Products that no industry of the table makes (used goods, say) may be 5% of the purchases.
    """
    sums = into.group_by("from").agg(pl.col("part").sort_by("to").sum())
    bought = sums.filter(pl.col("part") > 0)
    mute = [c for c in others if output.get(c, 0) <= 0]
    open_ = bought.filter(~pl.col("from").is_in([*industries, *mute])).sort("from")
    large = sum(open_["part"]) > BLANK * sum(bought.sort("from")["part"])
    return (*(open_["from"] if large else ()), *mute)


def _output(dataset: Dataset, region: str | None, year: int) -> dict[str, float]:
    if not dataset.has("panel", "region", "industry", "year", "output"):
        return {}
    told = dataset.tables["panel"].filter(
        pl.col("region") == region, pl.col("year") == year, pl.col("output").is_not_null()
    )
    return dict(told.select("industry", "output").iter_rows())


def _matrix(links: pl.DataFrame, industries: Sequence[str], value: pl.Expr) -> Floats:
    """Flows among the industries, rows sell to columns."""
    place = {c: n for n, c in enumerate(industries)}
    found = np.zeros((len(industries), len(industries)))
    inside = links.filter(pl.col("from").is_in(industries), pl.col("to").is_in(industries))
    for giver, taker, flow in inside.select("from", "to", value.alias("v")).iter_rows():
        found[place[giver], place[taker]] += flow or 0.0
    return found


def driving(flows: Flows, *, blank_local: bool = False) -> Driving:
    """Linkages and loss in a table of flows; with ``blank_local`` what is not told is all local.

    Raises
    ------
    UnsoundTableError
        Nothing can be computed from the table.

    Sources: Rasmussen 1956; Ghosh 1958 and Jones 1976; Dietzenbacher & Lahr 2013.
    """
    used = flows.flows + flows.blank if blank_local else flows.flows
    rest = flows.output - used.sum(axis=1)
    account = Account(table_of(used, rest, list(flows.industries), output=flows.output))
    own, weights = flows.block, flows.output[flows.block]
    back, ahead = (normalised(f(account))[own] for f in (total_backward, total_forward))
    lost = np.array([_lost(account, own[[k]]) for k in range(len(own))])
    each = total_backward(account)[own]
    means = [float(np.average(part, weights=weights)) for part in (back, ahead, each)]
    return Driving(back, ahead, each, lost, means[0], means[1], means[2], _lost(account, own))


def _lost(account: Account, group: Places) -> float:
    """Output that all but the group lose without it, over all output."""
    output = account.table.output
    others = np.setdiff1d(np.arange(len(output)), group)
    return float(without_group(account, group)[others].sum() / output.sum())


def whole(flows: Flows) -> tuple[Driving, Driving] | None:
    """Linkages with what is not told none of it, and all of it, local; None of a part of a table.

    Raises
    ------
    UnsoundTableError
        Nothing can be computed from the table.
    """
    if flows.missing:
        return None
    least = driving(flows)
    try:
        return least, driving(flows, blank_local=True) if flows.blank.any() else least
    except UnsoundTableError:
        return least, least


def least_multiplier(flows: Flows) -> float:
    r"""Output in the region per unit of the block's final demand, at the least.

    With the columns of the block alone what its suppliers buy in turn is taken for nothing:
    :math:`(1 + 1'A_{\bar K K}) (I - A_{KK})^{-1}` is not above the sum of a column of L. Weighted
    by output.
    """
    own, output = flows.block, flows.output[flows.block]
    inside = flows.flows[np.ix_(own, own)] / output
    through = np.linalg.solve((np.eye(len(own)) - inside).T, 1 + flows.direct - inside.sum(axis=0))
    return float(np.average(through, weights=output))
