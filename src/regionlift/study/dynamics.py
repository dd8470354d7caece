"""How the network of one region moves: its law, its phase, who stays, which ties last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.quantity import Provenance, Quantity, Status, quantity_id
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.growth import (
    FirstThenSlower,
    Law,
    PhaseShares,
    first_then_slower,
    fit_law,
    phase_shares,
    stock_draws,
)
from regionlift.measures.growth.profile import Estimate as Ends
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.numbers import (
    counts_behind,
    of_estimate,
    registered_unit,
    rows_of,
)
from regionlift.measures.network.readings import Estimate, share
from regionlift.measures.network.survival import (
    Hazard,
    Survival,
    TieRenewal,
    exit_hazard,
    organisation_survival,
    tie_renewal,
)
from regionlift.measures.network.traits import event_codes
from regionlift.measures.network.turnover import (
    CodeTurnover,
    code_turnover,
    ledger,
    presence,
    tie_ages,
    tie_ledger,
)

#: Yearly counts a law is looked for in.
SERIES = ("active_organisations", "network_ties", "network_money")

#: Why a share of pairs cannot be told where there is none.
NO_CASE = "no such case is recorded"
#: Years after the end of an event at which it is asked whether the two have met again.
_AFTER = 3


@dataclass(frozen=True)
class Dynamics:
    """Law, phase and turnover of one region's network.

    Parameters
    ----------
    laws : by measure of ``SERIES``; one without numbers is left out
    phase, sentence : of the active stock
    by_type : entries, stays and exits by year and type
    ties : persistence and repetition of ties by year
    ages : age of the ties of the last year
    survival : of organisations, by type and "all"
    renewal : whether pairs meet again after their event, funded and not
    hazard : what goes with leaving
    codes : technology classes then and now; None where events have none
    windows : the two periods compared
    """

    laws: dict[str, Law]
    phase: PhaseShares
    sentence: FirstThenSlower
    by_type: pl.DataFrame
    ties: pl.DataFrame
    ages: pl.DataFrame
    survival: dict[str, Survival]
    renewal: TieRenewal
    hazard: Hazard
    codes: CodeTurnover | None
    windows: tuple[tuple[int, int], tuple[int, int]]
    quantities: tuple[Quantity, ...]
    verdicts: tuple[Verdict, ...]


def dynamics(
    dataset: Dataset,
    frames: dict[str, pl.DataFrame],
    region: str,
    settings: Settings,
    events: Affiliations,
    begins: int,
    last: int,
) -> Dynamics:
    """Law, phase, turnover and survival of the network of one region up to a year.

    Parameters
    ----------
    frames : quantities by measure; the yearly counts are read from them
    events : events with a member of the region that begin by ``last``
    begins : first year of the record
    """
    level = settings["confidence"]
    laws = {}
    for measure in SERIES:
        years, values = _counts(frames, measure, region, settings, begins, last)
        # the stock is always asked for; a series nobody collected is left out
        if years or measure == SERIES[0]:
            laws[measure] = fit_law(
                years, values, record_start=begins, record_end=last,
                burn_in=settings.whole("burn_in"), minimum_points=settings.whole("law_points"),
                level=level,
            )  # fmt: skip
    home = events.among(events.inside)
    phase = _phase(home, laws["active_organisations"], settings, begins, last)
    sentence = first_then_slower(laws["active_organisations"])
    half = settings.whole("tie_window")
    windows = ((last - 2 * half + 1, last - half), (last - half + 1, last))
    codes = event_codes(dataset, home)
    record = (begins, last)
    found = Dynamics(
        laws, phase, sentence, ledger(home, record), tie_ledger(home, record),
        tie_ages(home, last), organisation_survival(home, record, level=level),
        tie_renewal(home, record, level), exit_hazard(home, record, level=level),
        None if codes is None or windows[0][0] < begins else code_turnover(home, codes, *windows),
        windows, (), (),
    )  # fmt: skip
    quantities = tuple(_quantities(found, dataset, region, settings, home, begins, last))
    return Dynamics(
        **{**found.__dict__, "quantities": quantities,
           "verdicts": tuple(_verdicts(found, settings, region, _period(settings, begins, last),
                                       {q.id for q in quantities}))}
    )  # fmt: skip


def _counts(
    frames: dict[str, pl.DataFrame], measure: str, region: str, settings: Settings, begins: int,
    last: int,
) -> tuple[list[int], list[float]]:  # fmt: skip
    """Yearly counts from the end of the burn-in on: a record that fills up bends as a law would."""
    own = frames[measure].filter(
        pl.col("subject") == region, pl.col("status") == Status.KNOWN, pl.col("period") != ""
    )
    rows = own.select(pl.col("period").cast(pl.Int64), "value").sort("period")
    rows = rows.filter(pl.col("period").is_between(begins + settings.whole("burn_in"), last))
    return rows["period"].to_list(), rows["value"].to_list()


def _phase(home: Affiliations, law: Law, settings: Settings, begins: int, last: int) -> PhaseShares:
    """Phase of the active stock, over the years the law is looked for in."""
    first = min(begins + settings.whole("burn_in"), last)
    there = presence(home, (first, last))
    rng = np.random.default_rng([settings.whole("seed"), 5])
    draws = stock_draws(there[there.any(axis=1)], rng, settings.whole("resamples"))
    ceiling = law.ceiling.value if law.ceiling_identified and law.ceiling else None
    return phase_shares(
        np.arange(first, last + 1), draws, ceiling=ceiling, level=settings["confidence"]
    )


def _quantities(
    found: Dynamics, dataset: Dataset, region: str, settings: Settings, home: Affiliations,
    begins: int, last: int,
) -> Iterator[Quantity]:  # fmt: skip
    active = rows_of(dataset, settings, region, home, begins, last, ties=False)
    inside = rows_of(dataset, settings, region, home, begins, last, ties=True)
    period = _period(settings, begins, last)
    for measure, law in found.laws.items():
        if not law.years:
            continue
        part = f"{region}|{measure}"
        rows = counts_behind(measure, region, law.years)
        n = len(law.years)
        if law.growth_now is not None:
            yield of_estimate("network_growth", part, period, _interval(law.growth_now, n), rows)
        for name, ends in (("network_ceiling", law.ceiling), ("network_peak", law.peak)):
            if ends is not None and ends.value is not None:
                yield of_estimate(name, part, period, _interval(ends, n), rows)
    unit = registered_unit("network_phase")
    for phase, value in found.phase.shares.items() if found.phase.growth is not None else ():
        yield Quantity(
            "network_phase", f"{region}|{phase}", period, value, unit,
            n=settings.whole("resamples"), provenance=Provenance.DERIVED, sql=active.sql,
            rows=active.count,
        )  # fmt: skip
    steady = Estimate(found.phase.steady, last - begins + 1, reason=found.phase.reason)
    yield of_estimate("network_steady", region, period, steady, active)
    level = settings["confidence"]
    for row in found.ties.iter_rows(named=True):
        for name, part, whole in (
            ("tie_repeat_share", "repeated", "formed"), ("tie_lasting_share", "lasting", "active"),
        ):  # fmt: skip
            if row[part] is not None and row[whole]:
                counted = share(row[part], row[whole], level)
                year = int(row["year"])
                rows = rows_of(
                    dataset, settings, region, home, year, year, ties=True,
                    formed=whole == "formed",
                )  # fmt: skip
                yield of_estimate(name, region, str(year), counted, rows)
    for name, curve in (("funded", found.renewal.public), ("other", found.renewal.other)):
        yield of_estimate("tie_outlives", f"{region}|{name}", str(last), _outlives(curve), inside)
    for kind, curve in found.survival.items():
        subject = region if kind == "all" else f"{region}|{kind}"
        yield of_estimate(
            "organisation_survival", subject, str(last), _at(curve, settings.whole("horizon")),
            active,
        )  # fmt: skip
    if found.codes is not None:
        c = found.codes
        (a, b), (x, y) = found.windows
        span = f"{a}-{b} to {x}-{y}"
        for name, gone, all_ in (
            ("technology_new_share", len(c.new), len(c.new) + len(c.kept)),
            ("technology_lost_share", len(c.lost), len(c.lost) + len(c.kept)),
        ):
            yield of_estimate(name, region, span, share(gone, all_, level), inside)


def _interval(ends: Ends, n: int) -> Estimate:
    both = ends.low is not None and ends.high is not None
    return Estimate(ends.value, n, ends.low if both else None, ends.high if both else None)


def _outlives(curve: Survival) -> Estimate:
    """Share of pairs that have met again so many years after their event."""
    kept = _at(curve, _AFTER)
    if kept.value is None:
        return kept
    ends = [None if v is None else 1 - v for v in (kept.high, kept.low)]
    return Estimate(1 - kept.value, kept.n, ends[0], ends[1])


def _at(curve: Survival, time: int) -> Estimate:
    value = curve.at(time)
    if value is None:
        reason = f"nobody is seen for {time} years" if curve.spells else NO_CASE
        return Estimate(None, curve.spells, reason=reason)
    before = curve.table.filter(pl.col("time") <= time)
    low, high = (before[c][-1] if len(before) else None for c in ("low", "high"))
    if low is None or high is None:
        low = high = None
    return Estimate(value, curve.spells, low, high)


def _period(settings: Settings, begins: int, last: int) -> str:
    """The years a law is looked for in."""
    return f"{min(begins + settings.whole('burn_in'), last)}-{last}"


def _verdicts(
    found: Dynamics, settings: Settings, region: str, period: str, ids: set[str]
) -> Iterator[Verdict]:
    evidence = tuple(
        i
        for m in ("network_growth", "network_ceiling", "network_peak")
        if (i := quantity_id(m, f"{region}|active_organisations", period)) in ids
    )
    sentence, settles = found.sentence, found.sentence.settles
    if "too few points" in found.laws["active_organisations"].refusals:
        settles = (
            f"{settings.whole('law_points')} years after the first {settings.whole('burn_in')} of "
            "the record, in which it fills up; all years count (burn_in = 0) where the record "
            "begins with the network itself"
        )
    yield Verdict(
        "network.law.first_then_slower", region, sentence.truth, sentence.reason,
        settles if sentence.truth is Truth.CANNOT_TELL else "", evidence,
    )  # fmt: skip
    phase = found.phase
    said = (
        *(quantity_id("network_phase", f"{region}|{p}", period) for p in phase.shares),
        quantity_id("network_steady", region, period),
    )
    years = "more years of joint projects"
    more = f"{years}, or more organisations in the tables" if phase.growth else years
    yield Verdict(
        "network.law.saturated", region, phase.saturated, phase.reason,
        more if phase.saturated is Truth.CANNOT_TELL else "", tuple(i for i in said if i in ids),
    )  # fmt: skip
