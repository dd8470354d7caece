"""How the numbers of a region's network enter the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Provenance, Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.division import MARGINS
from regionlift.measures.network.events import joint_sql, orgs_sql, ties_sql
from regionlift.measures.network.readings import RESHUFFLED, REWIRED, Contrast, Estimate
from regionlift.measures.panel import quoted

#: Null -> how a subject names it.
NULLS = {RESHUFFLED: "reshuffled", REWIRED: "rewired", MARGINS: "reshuffled"}

@dataclass(frozen=True)
class Rows:
    """The SQL of the rows behind a number, and how many they are."""

    sql: str
    count: int


def registered_unit(measure: str) -> str:
    """Unit of a registered number."""
    return registry()[measure].unit


def rows_of(
    dataset: Dataset, settings: Settings, region: str, home: Affiliations, first: int, last: int,
    *, ties: bool, formed: bool = False,
) -> Rows:  # fmt: skip
    """Organisations or ties of a region with an event that runs (or begins) in these years.

    Parameters
    ----------
    home : the region's organisations and their events, to count the same rows
    """
    alias = "a" if ties else "j"
    over = f"{alias}.first >= {first}" if formed else f"{alias}.last >= {first}"
    having = f"HAVING count(*) FILTER ({alias}.first <= {last} AND {over}) > 0"
    tail = ties_sql(region, having, settings) if ties else orgs_sql(region, having)
    later = home.start >= first if formed else home.end >= first
    events = home.where((home.start <= last) & later)
    count = len(events.ties()[0]) if ties else len(np.unique(events.org))
    return Rows(joint_sql(dataset, settings) + tail, count)


def counts_behind(measure: str, region: str, years: tuple[float, ...]) -> Rows:
    """The yearly counts a law was fitted to, from the ledger's own numbers."""
    return Rows(
        f"SELECT period, value FROM quantities WHERE measure = '{measure}' "
        f"AND subject = {quoted(region)} AND period BETWEEN '{years[0]:.0f}' AND "
        f"'{years[-1]:.0f}' ORDER BY period",
        len(years),
    )


def of_estimate(measure: str, region: str, period: str, found: Estimate, rows: Rows) -> Quantity:
    """A number with its interval as evidence."""
    unit = registry()[measure].unit
    if found.value is None:
        return _untold(measure, region, period, unit, found.n, found.reason)
    return Quantity(
        measure, region, period, found.value, unit, found.low, found.high, found.n,
        sql=rows.sql, rows=rows.count,
    )  # fmt: skip


def of_contrasts(
    measure: str, region: str, period: str, per_null: Mapping[str, Contrast], rows: Rows
) -> Iterator[Quantity]:
    """The number once, then its mean and range under each null, ``region|null``."""
    unit = registry()[measure].unit
    # the denominator of the quotient is the null itself: it has no value without one
    divided = measure == "network_small_world"
    first = next(iter(per_null.values()))
    if not divided:
        if first.value is None:
            yield _untold(measure, region, period, unit, first.n, first.reason)
            return
        yield Quantity(
            measure, region, period, first.value, unit, n=first.n, sql=rows.sql, rows=rows.count
        )
    for null, found in per_null.items():
        subject = f"{region}|{NULLS[null]}"
        if divided:
            if found.value is None:
                yield _untold(measure, subject, period, unit, found.n, found.reason)
                continue
            yield Quantity(
                measure, subject, period, found.value, unit, n=found.n, sql=rows.sql,
                rows=rows.count, provenance=Provenance.DERIVED,
            )  # fmt: skip
            subject = f"{subject} itself"
        if found.chance is None:
            yield _untold(measure, subject, period, unit, found.n, found.reason)
            continue
        yield Quantity(
            measure, subject, period, found.chance.mean, unit, found.chance.low,
            found.chance.high, found.chance.draws, provenance=Provenance.DERIVED,
            sql=rows.sql, rows=rows.count,
        )  # fmt: skip


def _untold(measure: str, subject: str, period: str, unit: str, n: int, reason: str) -> Quantity:
    return Quantity(
        measure, subject, period, None, unit, n=n, status=Status.TOO_FEW,
        reason=reason or "not defined on these data",
        settles="more joint events of the region in the tables",
    )  # fmt: skip
