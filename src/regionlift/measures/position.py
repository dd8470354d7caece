"""Where a region stands on a marker among its peers, and which way it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Definition, register, registry
from regionlift.evidence.quantity import Provenance, Quantity, Status, from_row
from regionlift.evidence.settings import Settings
from regionlift.measures.cube import Floats
from regionlift.measures.panel import KERNELS, quoted, replicates
from regionlift.measures.resample import trend

#: Markers at current prices: their own trend holds inflation, so they are read against peers.
CURRENT_PRICES = frozenset({
    "value_added_per_employee_current", "compensation_per_employee", "block_value_added",
    "inventions_per_rd",
})  # fmt: skip

register(
    Definition(
        "peer_percentile", "Position among peers", "同类地区百分位", "percentile", "up", {}, 5,
        (11, 23), "standard",
        "100 x (peers below + half of the peers equal) / peers whose value is known",
        "the same Bayesian bootstrap weights over sub-industries for the region and every peer; "
        "none for a marker that is no sum over sub-industries",
    )
)  # fmt: skip
register(
    Definition(
        "second_peer_percentile", "Position among the second choice of peers",
        "备选同类地区百分位", "percentile", "up", {}, 5, (11, 23), "standard",
        "as peer_percentile, on the second choice of peers", "none: a check of the point alone",
    )
)  # fmt: skip
register(
    Definition(
        "trend", "Trend", "变动趋势", "% a year", "none", {}, 5, (23,), "standard",
        "100 x slope of the log of the marker on the year; markers at current prices are first "
        "divided by the median of the peers that are known in every one of these years",
        "t interval of the slope, years taken as independent",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Position:
    """A marker of the region: level, position among peers, direction.

    ``draws`` holds the replicates of the percentile (empty where there are none), so that two
    positions can be compared replicate by replicate. ``reason`` is empty where it can be told.
    """

    marker: str
    level: Quantity
    percentile: Quantity
    second: Quantity
    trend: Quantity
    direction: str
    draws: Floats

    @property
    def known(self) -> bool:
        """Whether the region can be placed among its peers."""
        return self.percentile.status is Status.KNOWN

    @property
    def quantities(self) -> list[Quantity]:
        """The numbers this position adds to the ledger."""
        return [self.percentile, self.second, self.trend]


def percentile_rank(own: Floats, peers: Floats) -> Floats:
    """Percentile of ``own`` (...) among ``peers`` (..., peer); ties count half.

    Examples
    --------
    >>> percentile_rank(np.array(3.0), np.array([1.0, 2.0, 3.0, 4.0]))
    array(62.5)
    """
    below = (peers < own[..., None]).mean(axis=-1)
    equal = (peers == own[..., None]).mean(axis=-1)
    return np.asarray(100 * (below + equal / 2))


def place(
    marker: str,
    frame: pl.DataFrame,
    dataset: Dataset,
    region: str,
    peers: tuple[str, ...],
    second: tuple[str, ...],
    settings: Settings,
    year: int | None,
) -> Position:
    """Position of a region on one marker, in the last year in which it can be told.

    ``frame`` holds the quantities of this marker for every region and year.
    """
    level = _level(marker, frame, dataset, region, peers, settings, year)
    here = frame.filter(pl.col("period") == level.period)
    draws = np.empty(0)
    percentile = _percentile("peer_percentile", level, here, peers, settings)
    if percentile.status is Status.KNOWN and marker in KERNELS:
        known = _known_peers(here, peers)
        draws = _draws(marker, dataset, settings, level.period, region, known)
        low, high = (float(q) for q in np.quantile(draws, settings.tails))
        percentile = Quantity(
            "peer_percentile", percentile.subject, percentile.period, percentile.value,
            "percentile", low, high, percentile.n, sql=percentile.sql, rows=percentile.rows,
        )  # fmt: skip
    slope, direction = _trend(level, frame, dataset, peers, settings)
    return Position(
        marker, level, percentile,
        _percentile("second_peer_percentile", level, here, second, settings),
        slope, direction, draws,
    )  # fmt: skip


def _level(
    marker: str,
    frame: pl.DataFrame,
    dataset: Dataset,
    region: str,
    peers: tuple[str, ...],
    settings: Settings,
    year: int | None,
) -> Quantity:
    """The region's quantity of the last year known for it and enough peers; else its last one.

    What is missing altogether has no year: the year asked for does not hide its reason.
    """
    own = frame.filter(pl.col("subject") == region).sort("period")
    if year is not None:
        of = pl.col("period").str.slice(-4).cast(pl.Int64, strict=False)
        own = own.filter(of.is_null() | (of <= year))
    rows = own.to_dicts()
    if not rows:
        return Quantity(
            marker, region, "", None, dataset.unit(registry()[marker].unit),
            status=Status.NOT_COLLECTED, reason=f"no year up to {year}",
            settles=f"“{registry()[marker].title}” of a year up to {year}",
        )  # fmt: skip
    known = [row for row in rows if row["status"] == Status.KNOWN]
    enough = settings.whole("minimum_peers")
    for row in reversed(known):
        if len(_known_peers(frame.filter(pl.col("period") == row["period"]), peers)) >= enough:
            return from_row(row)
    return from_row(known[-1] if known else rows[-1])


def _known_peers(here: pl.DataFrame, peers: tuple[str, ...]) -> list[str]:
    good = here.filter(pl.col("subject").is_in(list(peers)), pl.col("status") == Status.KNOWN)
    return sorted(good["subject"].to_list())


def _percentile(
    id: str, level: Quantity, here: pl.DataFrame, peers: tuple[str, ...], settings: Settings
) -> Quantity:
    """Point percentile with the reasons why it may not be given."""
    subject = f"{level.subject}|{level.measure}"

    def unknown(status: Status, reason: str, settles: str) -> Quantity:
        return Quantity(
            id, subject, level.period, None, "percentile", status=status, reason=reason,
            settles=settles,
        )  # fmt: skip

    if level.status is not Status.KNOWN:
        return unknown(level.status, level.reason, level.settles)
    if level.provenance is Provenance.DERIVED:
        return unknown(
            Status.NOT_APPLICABLE,
            f"“{registry()[level.measure].title}” is derived from figures of a larger area: "
            "differences between regions would only show how it was estimated",
            "the same figures observed in the regions",
        )
    known = _known_peers(here, peers)
    if len(known) < settings.whole("minimum_peers"):
        return unknown(
            Status.TOO_FEW,
            f"{len(known)} of {len(peers)} peers have it, {settings.whole('minimum_peers')} are "
            "needed",
            f"“{registry()[level.measure].title}” of at least "
            f"{settings.whole('minimum_peers')} peers",
        )  # fmt: skip
    values = here.filter(pl.col("subject").is_in(known))["value"].to_numpy()
    if (values == level.value).all():
        return unknown(
            Status.NOT_APPLICABLE, "it is the same in the region and every peer",
            "a block in which regions can differ",
        )  # fmt: skip
    value = float(percentile_rank(np.array(level.value), values))
    names = ", ".join(quoted(name) for name in [level.subject, *known])
    sql = (
        f"SELECT subject, value, low, high, id FROM quantities WHERE measure = "
        f"{quoted(level.measure)} AND period = {quoted(level.period)} AND subject IN ({names}) "
        "ORDER BY value"
    )
    return Quantity(
        id, subject, level.period, value, "percentile", n=len(known), sql=sql, rows=len(known) + 1
    )


def _draws(
    marker: str, dataset: Dataset, settings: Settings, period: str, region: str, peers: list[str]
) -> Floats:
    """Replicates of the percentile, under weights shared by the region and its peers."""
    cube, values = replicates(marker, dataset, settings, int(period[-4:]))
    columns = [cube.region(name) for name in peers]
    return percentile_rank(values[:, cube.region(region)], values[:, columns])


def _trend(
    level: Quantity,
    frame: pl.DataFrame,
    dataset: Dataset,
    peers: tuple[str, ...],
    settings: Settings,
) -> tuple[Quantity, str]:
    """Slope of the marker over the window that ends in the level's year, and its reading."""
    subject, need = f"{level.subject}|{level.measure}", settings.whole("minimum_years")

    def unknown(status: Status, reason: str, settles: str = "") -> tuple[Quantity, str]:
        years = f"{need} years of “{registry()[level.measure].title}” without a break"
        quantity = Quantity(
            "trend", subject, level.period, None, "% a year", status=status, reason=reason,
            settles=settles or years,
        )  # fmt: skip
        return quantity, "cannot tell"

    if level.status is not Status.KNOWN:
        return unknown(level.status, level.reason, level.settles)
    if "-" in level.period:
        return unknown(Status.NOT_APPLICABLE, "the marker is itself a change")
    end = int(level.period)
    start = end - settings.whole("window")
    if level.measure in KERNELS:
        columns = KERNELS[level.measure].columns
        breaks = [y for y in dataset.broken("panel", columns, level.subject) if start < y <= end]
        start = max([start, *breaks])
    relative = level.measure in CURRENT_PRICES
    series, steady = _series(level, frame, peers, start, end)
    if relative and len(steady) < settings.whole("minimum_peers"):
        return unknown(
            Status.TOO_FEW, f"{len(steady)} peers have it in every year from {start} to {end}"
        )
    if series.height < need:
        return unknown(Status.TOO_FEW, f"{series.height} usable years from {start} to {end}")
    if (series["value"] <= 0).any():
        return unknown(Status.NOT_APPLICABLE, "a value of the series is not positive")
    slope, ends = trend(
        series["year"].cast(pl.Float64).to_numpy(), np.log(series["value"].to_numpy()), settings
    )
    low, high = (float(end) for end in ends)
    direction = "rising" if low > 0 else "falling" if high < 0 else "no clear trend"
    periods = ", ".join(quoted(str(y)) for y in series["year"])
    names = ", ".join(map(quoted, [level.subject, *(steady if relative else ())]))
    sql = (
        f"SELECT subject, period, value FROM quantities WHERE measure = {quoted(level.measure)} "
        f"AND subject IN ({names}) AND period IN ({periods}) AND status = 'known' "
        "ORDER BY subject, period"
    )
    quantity = Quantity(
        "trend", subject, f"{series['year'][0]}-{end}", 100 * slope, "% a year", 100 * low,
        100 * high, n=series.height, sql=sql, rows=int(series["rows"].sum()),
    )  # fmt: skip
    return quantity, direction + (" against peers" if relative else "")


def _series(
    level: Quantity, frame: pl.DataFrame, peers: tuple[str, ...], start: int, end: int
) -> tuple[pl.DataFrame, list[str]]:
    """Known values of the region by year; at current prices over the median of steady peers.

    Steady peers are known in every one of these years: a changing set would move the median.
    """
    known = frame.filter(
        pl.col("status") == Status.KNOWN, pl.col("subject").is_in([level.subject, *peers])
    ).with_columns(pl.col("period").cast(pl.Int64).alias("year"))
    known = known.filter(pl.col("year").is_between(start, end))
    own = known.filter(pl.col("subject") == level.subject).select("year", "value").sort("year")
    if level.measure not in CURRENT_PRICES:
        return own.with_columns(pl.lit(1).alias("rows")), []
    others = known.filter(
        pl.col("subject") != level.subject, pl.col("year").is_in(own["year"].to_list())
    )
    counted = others.group_by("subject").len().filter(pl.col("len") == own.height)
    steady = sorted(counted["subject"].to_list())
    rest = others.filter(pl.col("subject").is_in(steady)).group_by("year").agg(
        pl.col("value").median().alias("median"), (pl.len() + 1).alias("rows")
    )
    joined = own.join(rest, on="year", maintain_order="left")
    series = joined.select("year", pl.col("value") / pl.col("median"), "rows")
    return series, steady
