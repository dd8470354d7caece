"""The exit test of the factor stage: incremental innovation that no longer pays (item 18)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.stats import linregress, t

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import Definition, register
from regionlift.evidence.quantity import Quantity, Status
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.cube import Floats
from regionlift.measures.events import collect, patents_by_region
from regionlift.measures.panel import block_cube, quoted

register(
    Definition(
        "exit_slope", "Response of productivity to incremental innovation",
        "生产率对渐进创新的弹性",
        "elasticity", "none", {}, 8, (18,), "operational reading of the paper, item 18",
        "least-squares slope of the log outcome on the log of the activity in a rolling window",
        "t interval of the slope",
    )
)  # fmt: skip

#: Activities of incremental innovation, and the outcome each should move.
ACTIVITIES = {
    "renovation_spend": "technical-renovation spending",
    "utility_models": "utility-model patents",
}
OUTCOME = "value_added_per_employee"


@dataclass(frozen=True)
class ExitTest:
    """Verdict of each activity, their slopes by window, and all of them together."""

    verdict: Verdict
    tests: tuple[Verdict, ...]
    slopes: tuple[Quantity, ...]

    @property
    def signals(self) -> str:
        """How many of the tests that can be told signal an exit, in words."""
        told = [v for v in self.tests if v.truth is not Truth.CANNOT_TELL]
        met = [v for v in told if v.truth is Truth.MET]
        return f"{len(met)} of {len(told)} tests" if told else "no test can be told"


def exit_test(
    frames: dict[str, pl.DataFrame],
    dataset: Dataset,
    region: str,
    settings: Settings,
    year: int | None = None,
) -> ExitTest:
    """Whether low-level product and process innovation has stopped bringing value, by a year."""
    outcome = _by_year(frames[OUTCOME], region)
    outcome = {y: v for y, v in outcome.items() if year is None or y <= year}
    tests, slopes = [], []
    for activity in ACTIVITIES:
        verdict, found = _one(activity, outcome, dataset, region, settings)
        tests.append(verdict)
        slopes += found
    return ExitTest(_together(tests, region), tuple(tests), tuple(slopes))


def _together(tests: list[Verdict], region: str) -> Verdict:
    """Met where every test that can be told signals; cannot tell where they differ or none can."""
    told = [v for v in tests if v.truth is not Truth.CANNOT_TELL]
    clause = "stage.factor.exit"
    if not told:
        reason = "; ".join(v.reason for v in tests)
        settles = "; ".join(dict.fromkeys(v.settles for v in tests))
        return Verdict(clause, region, Truth.CANNOT_TELL, reason, settles)
    met = [v for v in told if v.truth is Truth.MET]
    truth = Truth.MET if len(met) == len(told) else Truth.NOT_MET
    settles = ""
    if 0 < len(met) < len(told):
        truth, settles = Truth.CANNOT_TELL, "another year of both activities"
    evidence = tuple(id for v in told for id in v.evidence)
    reason = f"{len(met)} of {len(told)} tests signal an exit"
    return Verdict(clause, region, truth, reason, settles, evidence)


def _by_year(frame: pl.DataFrame, region: str) -> dict[int, float]:
    known = frame.filter(pl.col("subject") == region, pl.col("status") == Status.KNOWN)
    return {int(p): v for p, v in known.sort("period").select("period", "value").iter_rows()}


def _activity(name: str, dataset: Dataset, region: str) -> tuple[dict[int, float], str]:
    """Yearly activity of the region, and what is missing where there is none."""
    if name == "renovation_spend":
        if lacking := dataset.lacks({"panel": ("renovation_spend",)}):
            return {}, lacking
        cube = block_cube(dataset, ("renovation_spend",))
        row = cube.values["renovation_spend"][cube.region(region)].sum(axis=-1)
        series = {y: float(v) for y, v in zip(cube.years, row, strict=True) if v > 0}
        return series, "" if series else f"renovation_spend of the block of {region}"
    needs = {
        "patents": ("patent_id", "app_year", "kind"),
        "applicants": ("patent_id", "org_id", "position"),
        "orgs": ("org_id", "region"),
    }
    if lacking := dataset.lacks(needs):
        return {}, lacking
    counts = collect(patents_by_region(dataset)).filter(pl.col("region") == region)
    series = {y: float(n) for y, n in counts.select("year", "utility").iter_rows() if n > 0}
    return series, "" if series else f"utility models of organisations in {region}"


def _one(
    activity: str,
    outcome: dict[int, float],
    dataset: Dataset,
    region: str,
    settings: Settings,
) -> tuple[Verdict, list[Quantity]]:
    clause = f"stage.factor.exit.{activity}"
    doing, lacking = _activity(activity, dataset, region)

    def untold(reason: str, settles: str) -> tuple[Verdict, list[Quantity]]:
        return Verdict(clause, region, Truth.CANNOT_TELL, reason, settles), []

    if lacking:
        verb = "are" if ACTIVITIES[activity].endswith("s") else "is"
        return untold(f"{ACTIVITIES[activity]} {verb} not known", f"add {lacking}")
    if not outcome:
        gap = dataset.lacks({"panel": ("value_added_real", "employment")})
        return untold(
            "real value added per person is not known",
            f"add {gap or 'values in columns value_added_real, employment of table panel'}",
        )
    years = sorted(set(doing) & set(outcome))
    years = [y for y in years if y >= _after_break(activity, dataset, region, years)]
    need = settings.whole("exit_years")
    if any(outcome[y] <= 0 for y in years):
        return untold("real value added per person is not positive in some year", "other years")
    years = _last_run(years)
    if len(years) < need:
        return untold(f"{len(years)} yearly points in a row", f"{need} years of both in a row")
    x = np.log([doing[y] for y in years])
    y = np.log([outcome[y] for y in years])
    window = settings.whole("exit_window")
    slopes = [
        _slope(activity, region, years[i : i + window], x[i : i + window], y[i : i + window],
               settings)
        for i in range(len(years) - window + 1)
    ]  # fmt: skip
    last = settings.whole("exit_windows")
    if shock := _shock(dataset, region, years[-(window + last - 1) :], settings):
        verdict = Verdict(
            clause, region, Truth.CANNOT_TELL, shock, "years without such a fall",
            tuple(q.id for q, _ in slopes[-last:]),
        )  # fmt: skip
    else:
        verdict = _judge(clause, region, slopes[-last:])
    return verdict, [q for q, _ in slopes]


def _last_run(years: list[int]) -> list[int]:
    """The years in a row that end with the last one."""
    start = len(years) - 1
    while start > 0 and years[start - 1] == years[start] - 1:
        start -= 1
    return years[max(start, 0) :]


def _after_break(activity: str, dataset: Dataset, region: str, years: list[int]) -> int:
    """First year after the last unbridged break of what the slope is computed from."""
    extra = ("renovation_spend",) if activity == "renovation_spend" else ()
    breaks = list(dataset.broken("panel", ("value_added_real", "employment", *extra), region))
    if activity == "utility_models":
        breaks += list(dataset.broken("patents", ("patent_id", "app_year", "kind"), region))
    return max([y for y in breaks if y <= years[-1]], default=years[0]) if years else 0


def _slope(
    activity: str, region: str, years: list[int], x: Floats, y: Floats, settings: Settings
) -> tuple[Quantity, bool]:
    """Slope of the outcome on the activity in a window, and whether the activity is rising."""
    sql = (
        f"SELECT subject, period, value FROM quantities WHERE measure = {quoted(OUTCOME)} AND "
        f"subject = {quoted(region)} AND period IN ({', '.join(quoted(str(v)) for v in years)})"
    )
    subject, period = f"{region}|{activity}", f"{years[0]}-{years[-1]}"
    if np.ptp(x) == 0:
        constant = Quantity(
            "exit_slope", subject, period, None, "elasticity", n=len(years),
            status=Status.NOT_APPLICABLE, reason="the activity does not vary in this window",
            settles="a window in which it does", sql=sql, rows=len(years),
        )  # fmt: skip
        return constant, False
    fit = linregress(x, y)
    half = float(t.ppf(settings.tails[1], len(x) - 2)) * float(fit.stderr)
    rising = float(linregress(years, x).slope) > 0
    quantity = Quantity(
        "exit_slope", subject, period, float(fit.slope), "elasticity",
        float(fit.slope) - half, float(fit.slope) + half, n=len(years), sql=sql,
        rows=len(years),
    )  # fmt: skip
    return quantity, rising


def _shock(
    dataset: Dataset, region: str, years: list[int], settings: Settings
) -> str:
    """Why demand may explain a stall: output fell by more than the threshold, or is not known."""
    column = "output" if dataset.has("panel", "output") else "value_added_real"
    cube = block_cube(dataset, (column,))
    series = cube.values[column][cube.region(region)].sum(axis=-1)
    by_year = dict(zip(cube.years, series.tolist(), strict=True))
    for before, after in pairwise(years):
        start, end = by_year.get(before, np.nan), by_year.get(after, np.nan)
        if not (np.isfinite(start) and np.isfinite(end)):
            return f"output of the block is not known in {before} or {after}: it may have fallen"
        if start > 0 and 1 - end / start > settings["demand_shock"]:
            fall = f"{1 - end / start:.0%}"
            return f"output fell by {fall} in {after}: a fall in demand may explain the stall"
    return ""


def _judge(clause: str, region: str, slopes: list[tuple[Quantity, bool]]) -> Verdict:
    """Met where every one of the last windows has rising activity and no clear response."""
    flat = [q.low is not None and q.low <= 0 and rising for q, rising in slopes]
    ids = tuple(q.id for q, _ in slopes)
    spans = ", ".join(q.period for q, _ in slopes)
    if all(flat):
        reason = f"activity rises and productivity no longer responds in {spans}"
        return Verdict(clause, region, Truth.MET, reason, evidence=ids)
    reason = (
        f"productivity still responds to the activity in {spans}"
        if all(rising for _, rising in slopes)
        else f"the activity is not rising in {spans}"
    )
    return Verdict(clause, region, Truth.NOT_MET, reason, evidence=ids)
