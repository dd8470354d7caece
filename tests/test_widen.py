"""Widened intervals: by hand, on planted over-confidence, and what too few origins allow."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.forecast.scores import coverage, interval
from regionlift.forecast.widen import held_out, missed_by, widen, widening

few = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Case:
    origin: int
    horizon: int
    observed: float
    median: float = 10.0
    low: float = 8.0
    high: float = 14.0


def test_a_miss_is_told_in_half_widths_of_its_side() -> None:
    assert missed_by(Case(2000, 1, 12.0)) == 0.5
    assert missed_by(Case(2000, 1, 18.0)) == 2.0
    assert missed_by(Case(2000, 1, 7.0)) == 1.5
    assert missed_by(Case(2000, 1, 10.0)) == 0.0
    assert missed_by(replace(Case(2000, 1, 10.5), high=10.0)) == np.inf


def test_the_factor_by_hand() -> None:
    """Ten cases 1 to 10 at 80 %: the ceil(8.8) = ninth."""
    ten = [Case(2000 + s, 1, 10.0 + 4.0 * s) for s in range(1, 11)]
    found = widening(ten, [1], level=0.8)[1]
    assert (found.factor, found.status, found.pooled) == (9.0, "calibrated", False)
    assert (found.before, found.after, found.promised) == (0.1, 0.9, 0.8)
    nine = widening(ten[:9], [1])[1]
    assert nine.factor == 9.0
    assert nine.promised == 0.9


def test_an_interval_that_held_all_stays_as_it_is() -> None:
    found = widening([Case(o, 1, 10.4) for o in range(12)], [1])[1]
    assert (found.factor, found.before, found.after) == (1.0, 1.0, 1.0)


def test_too_few_cases_are_pooled_over_the_years_ahead() -> None:
    cases = [Case(o, h, 10.0 + 4.0 * o * h) for o in (1, 2, 3) for h in (1, 2)]
    found = widening([*cases, Case(1, 0, 100.0), Case(2, 0, 90.0), Case(3, 0, 10.0)], [0, 1, 2, 3])
    assert [found[h].factor for h in (1, 2, 3)] == [6.0, 6.0, 6.0]
    assert found[1].pooled and found[1].cases == 6 and found[1].origins == 3
    assert found[0].factor == 22.5, "the total has its own"
    assert [found[h].status for h in (0, 1, 2, 3)] == [*["calibrated"] * 3, "uncalibrated"]
    assert found[3].reason == "no past forecast went as many years ahead"
    assert found[1].promised == 0.75, "three origins, whatever the years ahead"
    assert widening(cases, [1], enough=3)[1].factor == 3.0


def test_under_three_origins_it_is_uncalibrated() -> None:
    two = widening([Case(2000, 1, 20.0), Case(2001, 1, 11.0)], [1])[1]
    assert (two.status, two.factor) == ("uncalibrated", 2.5)
    assert two.reason == "2 past origins, 3 are needed"
    none = widening([], [1, 2])
    assert (none[2].status, none[2].factor, none[2].after) == ("uncalibrated", 1.0, None)


def test_an_interval_of_no_width_cannot_be_widened() -> None:
    flat = [Case(o, 1, 1.0, 0.0, 0.0, 0.0) for o in range(3)]
    found = widening(flat, [1])[1]
    assert (found.factor, found.status) == (1.0, "uncalibrated")
    assert found.after == 0.0


@few
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3), st.floats(-50, 80))))
def test_never_narrower_and_holds_what_it_says(drawn: list[tuple[int, int, float]]) -> None:
    cases = [Case(o, h, y) for o, h, y in drawn]
    for found in widening(cases, [1, 2, 3]).values():
        assert found.factor >= 1
        if found.cases:
            assert found.after is not None and found.before is not None
            assert found.after >= max(found.before, 0.9 - 1e-9)


def test_planted_overconfidence_is_mended() -> None:
    """True spread three times what is said: a fresh outcome is held nine times in ten."""
    rng = np.random.default_rng(1)
    said = np.quantile(rng.standard_normal(100_000), [0.05, 0.5, 0.95])
    raw, mended = [], []
    for _ in range(400):
        y = 3 * rng.standard_normal(20)
        cases = [Case(o, 1, y[o], said[1], said[0], said[2]) for o in range(19)]
        factor = widening(cases, [1])[1].factor
        last = Case(19, 1, y[19], said[1], said[0], said[2])
        raw.append(missed_by(last) <= 1)
        mended.append(missed_by(last) <= factor)
    assert np.mean(raw) < 0.55
    assert 0.86 < np.mean(mended) < 0.95


def test_draws_are_stretched_about_their_median() -> None:
    draws = np.random.default_rng(1).normal(100, 10, (2001, 2))
    wide = widen(draws, [1.0, 3.0])
    assert np.median(wide, axis=0) == pytest.approx(np.median(draws, axis=0))
    assert wide[:, 0] == pytest.approx(draws[:, 0])
    for level in (0.5, 0.9):
        was, now = (np.ptp(interval(d[:, 1], level)) for d in (draws, wide))
        assert now == pytest.approx(3 * was)
    assert widen(draws, 30.0).min() == 0
    assert widen(draws / 100, 30.0, most=1.0).max() == 1
    assert coverage(wide, np.array([100.0, 140.0])) == 1.0


def test_held_out_leaves_each_origin_to_the_others() -> None:
    """Misses 1, 1.2 and 5: the third is not held by a factor the first two give."""
    cases = [Case(2000, 1, 14.0), Case(2001, 1, 14.8), Case(2002, 1, 30.0)]
    assert held_out(cases) == {(2000, 1): True, (2001, 1): True, (2002, 1): False}
    assert held_out(cases[:1]) == {}


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="level must lie between 0 and 1, got 90"):
        widening([], [1], level=90)
    with pytest.raises(ValueError, match="must hold its median: 8, 20, 14"):
        widening([Case(2000, 1, 3.0, 20.0)], [1])
    with pytest.raises(ValueError, match="at least 1"):
        widen([[1.0], [2.0]], [0.5])
