"""The exit test: planted response, planted stall, demand shock, and where it must stay silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import linregress, t

from panels import Row, grid, light, measured, opened, with_total
from regionlift.data.dataset import Dataset
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth, Verdict
from regionlift.measures.exit_test import ExitTest, exit_test

Series = Callable[[int], Any]
YEARS = range(2008, 2021)
RENOVATION = "stage.factor.exit.renovation_spend"


def rising(year: int) -> float:
    return 5.0 * 1.1 ** (year - 2008)


def wobbling(year: int) -> float:
    """A level that goes nowhere."""
    return 100 + (3.0, -2.0, 1.0, -3.0, 2.0, -1.0)[year % 6]


def rows_of(
    activity: Series | None = rising,
    value: Series = wobbling,
    output: Series | None = lambda year: 500.0,
    years: range = YEARS,
) -> list[Row]:
    def cell(region: str, code: str, year: int) -> Row:
        row: Row = {"value_added_real": value(year), "employment": 1000}
        if output is not None:
            row["output"] = output(year)
        if activity is not None:
            row["renovation_spend"] = activity(year)
        return row

    return with_total(grid(["A", "B"], years, cell))


def ran(dataset: Dataset, chosen: Settings | None = None) -> ExitTest:
    chosen = chosen or light()
    frames = measured(dataset, "value_added_per_employee", chosen=chosen)
    return exit_test(frames, dataset, "A", chosen)


def renovation(found: ExitTest) -> Verdict:
    return next(v for v in found.tests if v.clause == RENOVATION)


def test_a_planted_response_is_no_exit(tmp_path: Path) -> None:
    """Productivity grows with the spending, elasticity one half."""
    dataset = opened(tmp_path, rows_of(value=lambda year: 100 * rising(year) ** 0.5))
    found = ran(dataset)
    assert renovation(found).truth is found.verdict.truth is Truth.NOT_MET
    assert "productivity still responds to the activity" in renovation(found).reason
    assert [q.value for q in found.slopes] == pytest.approx([0.5] * 8)
    assert found.signals == "0 of 1 tests"


def test_a_planted_stall_is_an_exit(tmp_path: Path) -> None:
    found = ran(opened(tmp_path, rows_of()))
    assert renovation(found).truth is found.verdict.truth is Truth.MET
    assert renovation(found).evidence == tuple(q.id for q in found.slopes[-2:])
    assert "2014-2019, 2015-2020" in renovation(found).reason


def test_a_stall_only_in_the_last_window_is_not_yet_an_exit(tmp_path: Path) -> None:
    """Exactly the set number of windows must signal."""

    def late(year: int) -> float:
        return rising(year) * (1 if year < 2020 else 0.2)

    dataset = opened(tmp_path, rows_of(value=late))
    assert renovation(ran(dataset)).truth is Truth.NOT_MET
    assert renovation(ran(dataset, light(exit_windows=1))).truth is Truth.MET


def test_no_exit_where_the_activity_falls(tmp_path: Path) -> None:
    found = ran(opened(tmp_path, rows_of(activity=lambda year: 50 / rising(year))))
    assert renovation(found).truth is Truth.NOT_MET
    assert "the activity is not rising" in renovation(found).reason


def test_slopes_are_least_squares_in_logs_with_a_t_interval(tmp_path: Path) -> None:
    found = ran(opened(tmp_path, rows_of()))
    assert [q.period for q in found.slopes] == [f"{y}-{y + 5}" for y in range(2008, 2016)]
    for quantity in found.slopes:
        first = int(quantity.period[:4])
        years = range(first, first + 6)
        # sums over three sub-industries; the factor drops out of the slope
        fit = linregress(np.log([rising(y) for y in years]), np.log([wobbling(y) for y in years]))
        assert quantity.value == pytest.approx(fit.slope, rel=1e-6)
        assert quantity.high is not None and quantity.low is not None
        assert quantity.high - quantity.low == pytest.approx(2 * t.ppf(0.95, 4) * fit.stderr)


@pytest.mark.parametrize(("fall", "truth"), [(0.89, Truth.CANNOT_TELL), (0.91, Truth.MET)])
def test_a_fall_in_demand_explains_a_stall(tmp_path: Path, fall: float, truth: Truth) -> None:
    def output(year: int) -> float:
        return 500.0 * (fall if year >= 2017 else 1)

    found = renovation(ran(opened(tmp_path, rows_of(output=output))))
    assert found.truth is truth
    if truth is Truth.CANNOT_TELL:
        assert found.reason == (
            "output fell by 11% in 2017: a fall in demand may explain the stall"
        )
        assert found.settles == "years without such a fall"


def test_a_fall_before_the_last_windows_does_not_count(tmp_path: Path) -> None:
    def output(year: int) -> float:
        return 500.0 * (0.5 if year >= 2012 else 1)

    assert renovation(ran(opened(tmp_path, rows_of(output=output)))).truth is Truth.MET


def test_too_few_years_cannot_be_told(tmp_path: Path) -> None:
    seven = renovation(ran(opened(tmp_path / "7", rows_of(years=range(2014, 2021)))))
    eight = renovation(ran(opened(tmp_path / "8", rows_of(years=range(2013, 2021)))))
    assert seven.truth is Truth.CANNOT_TELL and seven.reason.startswith("7 yearly points")
    assert seven.settles == "8 years of both in a row"
    assert eight.truth is Truth.MET


def test_a_gap_in_the_years_cannot_be_told(tmp_path: Path) -> None:
    rows = rows_of(activity=lambda year: "" if year == 2014 else rising(year))
    found = renovation(ran(opened(tmp_path, rows)))
    assert found.truth is Truth.CANNOT_TELL and "6 yearly points in a row" in found.reason


def test_without_an_activity_it_cannot_be_told(tmp_path: Path) -> None:
    found = ran(opened(tmp_path, rows_of(activity=None)))
    assert found.verdict.truth is Truth.CANNOT_TELL and found.slopes == ()
    assert {v.truth for v in found.tests} == {Truth.CANNOT_TELL}
    assert "add column renovation_spend of table panel" in found.verdict.settles
    assert "add table patents" in found.verdict.settles
    assert found.signals == "no test can be told"


def test_without_the_outcome_it_cannot_be_told(tmp_path: Path) -> None:
    rows = [{k: v for k, v in r.items() if k != "value_added_real"} for r in rows_of()]
    found = renovation(ran(opened(tmp_path, rows)))
    assert found.truth is Truth.CANNOT_TELL and "value_added_real" in found.settles


def patents(counts: Series) -> dict[str, list[Row]]:
    """Utility models of one organisation in A, and one invention a year that does not count."""
    filed = [(f"U{y}-{n}", y, "utility") for y in YEARS for n in range(round(counts(y)))]
    filed += [(f"I{y}", y, "invention") for y in YEARS]
    ids = [id for id, _, _ in filed]
    return {
        "orgs": [{"org_id": "o", "name": "o", "type": "enterprise", "region": "A"}],
        "patents": [{"patent_id": i, "app_year": y, "kind": k} for i, y, k in filed],
        "applicants": [{"patent_id": i, "org_id": "o", "position": 1} for i in ids],
    }


def test_two_tests_that_differ_cannot_be_told(tmp_path: Path) -> None:
    """Spending stalls; utility models follow productivity one to one."""

    def value(year: int) -> float:
        return wobbling(year)

    dataset = opened(tmp_path / "differ", rows_of(value=value), tables=patents(
        lambda year: (wobbling(year) - 90) + 0.01 * (year - 2008)))  # fmt: skip
    found = ran(dataset)
    assert [v.truth for v in found.tests] == [Truth.MET, Truth.NOT_MET]
    assert found.verdict.truth is Truth.CANNOT_TELL and found.verdict.settles
    assert found.verdict.reason == "1 of 2 tests signal an exit"
    both = opened(tmp_path / "agree", rows_of(), tables=patents(rising))
    again = ran(both)
    assert [v.truth for v in again.tests] == [Truth.MET, Truth.MET]
    assert again.verdict.truth is Truth.MET and again.signals == "2 of 2 tests"


# faults


def test_a_constant_activity_is_not_rising(tmp_path: Path) -> None:
    found = renovation(ran(opened(tmp_path, rows_of(activity=lambda year: 5.0))))
    assert found.truth in (Truth.NOT_MET, Truth.CANNOT_TELL)


def test_negative_productivity_cannot_be_told(tmp_path: Path) -> None:
    rows = rows_of(value=lambda year: -5.0 if year == 2016 else wobbling(year))
    assert renovation(ran(opened(tmp_path, rows))).truth is Truth.CANNOT_TELL


def test_an_unknown_output_does_not_rule_out_a_fall(tmp_path: Path) -> None:
    rows = rows_of(output=lambda year: "c" if year == 2017 else 500.0)
    assert renovation(ran(opened(tmp_path, rows))).truth is Truth.CANNOT_TELL


def test_an_output_of_zero_stops_nothing(tmp_path: Path) -> None:
    rows = rows_of(output=lambda year: 0.0 if year <= 2014 else 500.0)
    assert renovation(ran(opened(tmp_path, rows))).reason


def test_no_slope_across_a_break(tmp_path: Path) -> None:
    tail = (
        '[[breaks]]\ntable = "panel"\ncolumns = ["value_added_real"]\nyear = 2017\n'
        'reason = "new base"\n'
    )
    assert renovation(ran(opened(tmp_path, rows_of(), tail=tail))).truth is Truth.CANNOT_TELL
