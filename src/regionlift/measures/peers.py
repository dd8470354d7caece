"""Peers of a region, chosen before any result by a printed rule (item 11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.assemble import STATUS
from regionlift.data.dataset import Dataset
from regionlift.data.problems import did_you_mean
from regionlift.evidence.quantity import Status
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Floats, build

RULE = (
    "the {k} regions with the smallest distance in size (log {base} of the block), income "
    "({income}) and industry mix (half the sum of absolute differences of {base} shares), each "
    "divided by its spread over all regions; year {year}"
)
SECOND = "the {k} regions with the most similar industry mix alone ({base} shares); year {year}"


@dataclass(frozen=True)
class PeerSet:
    """Peers with the rule that chose them, and how alike they are.

    ``table`` has a row a candidate: region, size, income, mix (distance), distance, peer, second.
    ``balance`` has a row a covariate: the region's value, the mean of the peers and of all
    candidates, and both gaps in standard deviations.
    """

    region: str
    rule: str
    members: tuple[str, ...]
    second_rule: str
    second: tuple[str, ...]
    table: pl.DataFrame
    balance: pl.DataFrame
    reason: str = ""


def choose_peers(
    dataset: Dataset,
    region: str,
    settings: Settings,
    year: int | None,
    fixed: tuple[str, ...] = (),
) -> PeerSet:
    """Match peers on size, income and mix; or take the user's own.

    Raises
    ------
    LookupError
        If a fixed peer is not in the panel, or is the region itself.
    """
    fixed = fixed or dataset.manifest.dataset.peers
    _check_fixed(dataset, region, fixed)
    found = _covariates(dataset, region, year)
    if found is None:
        reason = (
            "the block of this region is not fully known in any year"
            if "panel" in dataset.tables
            else "the dataset has no panel table"
        )
        return _unmatched(region, fixed, reason)
    base, at, table = found
    if table.height < 2:
        return _unmatched(region, fixed, "no other region has its whole block known")
    income = (
        "per head, from the regions table"
        if dataset.has("regions", "income")
        else "value added of all industries per person employed, its last year up to this"
    )
    if table["income"].null_count():
        income = "left out: not known for every candidate"
    table = _distances(table, region)
    k = min(settings.whole("peers"), table.height - 1)
    others = table.filter(pl.col("region") != region)
    second = others.sort("mix", "region").head(k)["region"].to_list()
    members = list(fixed) or others.sort("distance", "region").head(k)["region"].to_list()
    rule = "fixed by the user" if fixed else RULE.format(k=k, base=base, income=income, year=at)
    table = table.with_columns(
        pl.col("region").is_in(members).alias("peer"),
        pl.col("region").is_in(second).alias("second"),
    ).sort("distance", "region")
    balance = _balance(table, region)
    return PeerSet(
        region, rule, tuple(members), SECOND.format(k=k, base=base, year=at), tuple(second),
        table, balance,
    )  # fmt: skip


def _check_fixed(dataset: Dataset, region: str, fixed: tuple[str, ...]) -> None:
    known = dataset.regions()
    for name in fixed:
        if name not in known:
            raise LookupError(f'no region "{name}" to be a peer. {did_you_mean(name, known)}')
        if name == region:
            raise LookupError(f'"{name}" cannot be a peer of itself')


def _unmatched(region: str, fixed: tuple[str, ...], reason: str) -> PeerSet:
    rule = "fixed by the user" if fixed else "no peers matched"
    return PeerSet(
        region, rule, fixed, "none", (), pl.DataFrame(), pl.DataFrame(), "" if fixed else reason
    )


def _covariates(
    dataset: Dataset, region: str, year: int | None
) -> tuple[str, int, pl.DataFrame] | None:
    """Size, income and shares in the last year in which the region's whole block is known."""
    for base in ("value_added", "employment"):
        if not dataset.has("panel", base):
            continue
        codes = [i.code for i in dataset.block]
        cube = build(dataset.tables["panel"], (base,), dataset.regions(), codes)
        x = cube.values[base]
        whole = np.isfinite(x).all(axis=-1) & (x.sum(axis=-1) > 0)
        mine = [
            y for y, good in zip(cube.years, whole[cube.region(region)], strict=True)
            if good and (year is None or y <= year)
        ]  # fmt: skip
        if mine:
            at = mine[-1]
            keep = whole[:, cube.year(at)]
            names = [r for r, good in zip(cube.regions, keep, strict=True) if good]
            x = x[keep, cube.year(at)]
            table = pl.DataFrame(
                {"region": names, "size": np.log(x.sum(axis=1)), "shares": _shares(x)},
                schema={"region": pl.String, "size": pl.Float64,
                        "shares": pl.Array(pl.Float64, len(codes))},
            )  # fmt: skip
            return base.replace("_", " "), at, table.join(
                _income(dataset, at), on="region", how="left"
            )
    return None


def _shares(x: Floats) -> Floats:
    return np.asarray(x / x.sum(axis=1, keepdims=True))


def _income(dataset: Dataset, year: int) -> pl.DataFrame:
    """Income per head as declared, else value added per person in all industries."""
    if dataset.has("regions", "income"):
        return dataset.tables["regions"].select("region", "income")
    if not dataset.has("panel", "value_added", "employment"):
        return pl.DataFrame(schema={"region": pl.String, "income": pl.Float64})
    panel = dataset.tables["panel"].filter(
        pl.col("industry") == dataset.base_industry,
        *(pl.col(c + STATUS) == Status.KNOWN for c in ("value_added", "employment")),
        pl.col("employment") > 0,
    )
    latest = panel.filter(pl.col("year") <= year).sort("year").group_by("region").last()
    return latest.select("region", (pl.col("value_added") / pl.col("employment")).alias("income"))


def _distances(table: pl.DataFrame, region: str) -> pl.DataFrame:
    shares = table["shares"].to_numpy()
    row = table["region"].to_list().index(region)
    pairwise = np.abs(shares[:, None, :] - shares[None, :, :]).sum(axis=-1) / 2
    spread = np.sqrt((pairwise**2).sum() / max(len(shares) * (len(shares) - 1), 1))
    parts = [pairwise[row] / spread if spread > 0 else np.zeros(len(shares))]
    for name in ("size", "income"):
        if table[name].null_count() == 0:
            x = table[name].to_numpy()
            sd = x.std(ddof=1)
            parts.append((x - x[row]) / sd if sd > 0 else np.zeros(len(x)))
    distance = np.sqrt(np.sum(np.square(parts), axis=0))
    return table.drop("shares").with_columns(
        pl.Series("mix", pairwise[row]), pl.Series("distance", distance)
    )


def _balance(table: pl.DataFrame, region: str) -> pl.DataFrame:
    """Gap between the region and its peers, and all candidates, in standard deviations."""
    own = table.row(by_predicate=pl.col("region") == region, named=True)
    others = table.filter(pl.col("region") != region)
    rows = []
    for name in ("size", "income", "mix"):
        if table[name].null_count():
            continue
        sd = float(others[name].to_numpy().std(ddof=1)) if others.height > 1 else 0.0
        peers, second, every = (
            _mean(frame[name])
            for frame in (others.filter("peer"), others.filter("second"), others)
        )
        rows.append(
            {
                "covariate": name, "region": float(own[name]), "peers": peers, "second": second,
                "all": every, "gap_peers": (peers - own[name]) / sd if sd else 0.0,
                "gap_second": (second - own[name]) / sd if sd else 0.0,
                "gap_all": (every - own[name]) / sd if sd else 0.0,
            }
        )  # fmt: skip
    return pl.DataFrame(rows)


def _mean(values: pl.Series) -> float:
    return float(values.to_numpy().mean()) if values.len() else float("nan")
