"""Base rates: how often a profile like this one changed within some years, and their hindcast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.evidence.measure import Definition, register
from regionlift.evidence.quantity import Provenance, Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Floats
from regionlift.measures.panel import quoted
from regionlift.measures.resample import weights
from regionlift.measures.stage import LEADS, TITLES

register(
    Definition(
        "profile_change_rate", "Regions with this profile that changed it within the horizon",
        "同类状态地区在期限内改变状态的比例", "share", "none", {}, 10, (23, 24), "Quah 1993",
        "cases of this profile that have another one h years later / all cases of this profile; "
        "profile: each gauge's lead marker at or above (high) or below (low) the median of the "
        "year's regions", "Bayesian bootstrap over regions",
    )
)  # fmt: skip
register(
    Definition(
        "base_rate_skill", "Skill of the base rates against persistence",
        "基准率相对于持续性预测的技巧",
        "Brier skill score", "up", {}, 10, (24,), "Brier 1950; rolling origin",
        "1 - Brier(base rate of earlier cases) / Brier(no change), over all later cases",
        "Bayesian bootstrap over regions",
    )
)  # fmt: skip


@dataclass(frozen=True)
class BaseRates:
    """Profiles of every region and year, the transition counts, and what they say of one region.

    ``profiles``: region, year, profile. ``matrix``: profile, later, cases, regions.
    """

    gauges: tuple[str, ...]
    profiles: pl.DataFrame
    matrix: pl.DataFrame
    current: str
    rate: Quantity
    skill: Quantity

    @property
    def quantities(self) -> list[Quantity]:
        """The numbers for the ledger."""
        return [self.rate, self.skill]


def base_rates(
    frames: dict[str, pl.DataFrame], region: str, settings: Settings, year: int | None = None
) -> BaseRates:
    """Transitions of the profile over the horizon across all regions, up to a year."""
    horizon = settings.whole("horizon")
    states = {g: s for g in LEADS if (s := _states(frames, g, settings)) is not None}
    profiles = _profiles(states)
    if year is not None:
        profiles = profiles.filter(pl.col("year") <= year)
    pairs = profiles.join(
        profiles.select("region", pl.col("year") - horizon, pl.col("profile").alias("later")),
        on=["region", "year"],
    ).sort("region", "year")
    matrix = (
        pairs.group_by("profile", "later")
        .agg(pl.len().alias("cases"), pl.col("region").n_unique().alias("regions"))
        .sort("profile", "later")
    )
    mine = profiles.filter(pl.col("region") == region).sort("year")
    current = str(mine["profile"][-1]) if mine.height else ""
    return BaseRates(
        tuple(states), profiles, matrix, current, _rate(pairs, region, current, settings),
        _skill(pairs, settings),
    )  # fmt: skip


def _states(frames: dict[str, pl.DataFrame], gauge: str, settings: Settings) -> pl.DataFrame | None:
    """High or low by region and year on the first lead marker with enough regions and years."""
    for marker in LEADS[gauge]:
        known = frames[marker].filter(
            pl.col("status") == Status.KNOWN, pl.col("provenance") != Provenance.DERIVED
        )
        regions = known.group_by("period").agg(pl.len().alias("n"))
        full = regions.filter(pl.col("n") >= settings.whole("minimum_regions"))
        if full.height <= settings.whole("horizon"):
            continue
        part = known.join(full, on="period").with_columns(
            pl.col("period").cast(pl.Int64).alias("year"),
            pl.col("value").median().over("period").alias("median"),
        )
        high = pl.when(pl.col("value") >= pl.col("median"))
        word = high.then(pl.lit(f"{TITLES[gauge]} high")).otherwise(pl.lit(f"{TITLES[gauge]} low"))
        return part.select(pl.col("subject").alias("region"), "year", word.alias(gauge))
    return None


def _profiles(states: dict[str, pl.DataFrame]) -> pl.DataFrame:
    if not states:
        return pl.DataFrame(
            schema={"region": pl.String, "year": pl.Int64, "profile": pl.String}
        )
    first, *rest = states.values()
    for other in rest:
        first = first.join(other, on=["region", "year"])
    profile = pl.concat_str(*states, separator=" · ")
    return first.select("region", "year", profile.alias("profile")).sort("region", "year")


def _rate(pairs: pl.DataFrame, region: str, current: str, settings: Settings) -> Quantity:
    horizon = settings.whole("horizon")
    cases = pairs.filter(pl.col("profile") == current)
    regions = cases["region"].n_unique() if cases.height else 0
    subject, period = f"{region}|{current or 'profile'}", f"{horizon} years"
    if regions < settings.whole("minimum_regions"):
        why = (
            f"{regions} regions had this profile and a reading {horizon} years later; "
            f"{settings.whole('minimum_regions')} are needed"
            if current
            else "no gauge is known for enough regions and years to read a profile"
        )
        return Quantity(
            "profile_change_rate", subject, period, None, "share", status=Status.TOO_FEW,
            reason=why, settles=f"a panel of more regions, or more than {horizon} years",
        )  # fmt: skip
    changed = (cases["profile"] != cases["later"]).to_numpy().astype(float)
    value, low, high = _clustered(changed, np.ones(len(changed)), cases["region"], settings)
    sql = _pairs_sql(horizon, f"WHERE a.profile = {quoted(current)} ")
    return Quantity(
        "profile_change_rate", subject, period, value, "share", low, high, n=regions, sql=sql,
        rows=cases.height,
    )  # fmt: skip


def _pairs_sql(horizon: int, where: str = "") -> str:
    """Query of the profiles that have a later one, from the ledger's own table."""
    return (
        "SELECT a.region, a.year, a.profile, b.profile AS later FROM profiles a JOIN profiles b "
        f"ON a.region = b.region AND b.year = a.year + {horizon} {where}ORDER BY a.region, a.year"
    )


def _clustered(
    top: Floats, bottom: Floats, regions: pl.Series, settings: Settings
) -> tuple[float, float, float]:
    """Ratio of sums with a Bayesian bootstrap over regions."""
    sums = (
        pl.DataFrame({"region": regions, "top": top, "bottom": bottom})
        .group_by("region", maintain_order=True)
        .sum()
    )
    t, b = sums["top"].to_numpy(), sums["bottom"].to_numpy()
    w = weights(len(t), settings)
    low, high = np.quantile((w @ t) / (w @ b), settings.tails)
    return float(t.sum() / b.sum()), float(low), float(high)


def _skill(pairs: pl.DataFrame, settings: Settings) -> Quantity:
    """Brier skill of base rates learnt before each origin, against 'nothing changes'."""
    horizon = settings.whole("horizon")
    scored = []
    for origin in pairs["year"].unique().sort().to_list() if pairs.height else []:
        learnt = pairs.filter(pl.col("year") + horizon <= origin)
        if learnt["region"].n_unique() < settings.whole("minimum_regions"):
            continue
        rates = learnt.group_by("profile").agg(
            (pl.col("profile") != pl.col("later")).mean().alias("rate")
        )
        now = pairs.filter(pl.col("year") == origin).join(
            rates, on="profile", maintain_order="left"
        )
        scored.append(now.with_columns((pl.col("profile") != pl.col("later")).alias("changed")))
    cases = pl.concat(scored) if scored else pl.DataFrame()
    if cases.height == 0 or not cases["changed"].any():
        reason = (
            f"no profile changed in the {cases.height} cases that could be scored"
            if cases.height
            else f"no year from which {horizon} years can be both learnt before and seen after"
        )
        return Quantity(
            "base_rate_skill", "all regions", f"{horizon} years", None, "Brier skill score",
            status=Status.TOO_FEW, reason=reason,
            settles=f"a panel of more than {2 * horizon} years with changes in it",
        )  # fmt: skip
    changed = cases["changed"].cast(pl.Float64).to_numpy()
    rate = cases["rate"].to_numpy()
    ours, naive = (rate - changed) ** 2, changed**2
    value, low, high = _clustered(naive - ours, naive, cases["region"], settings)
    sql = _pairs_sql(horizon)
    return Quantity(
        "base_rate_skill", "all regions", f"{horizon} years", value, "Brier skill score", low,
        high, n=cases.height, sql=sql, rows=pairs.height,
    )  # fmt: skip
