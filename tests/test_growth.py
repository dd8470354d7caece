"""The law of growth: exact curves, units, a second route, refusals, bad input, the sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from cordis import h2020
from growth_series import planted, years
from regionlift.evidence.verdict import Truth
from regionlift.measures.growth import (
    FAMILIES,
    Law,
    broken_line,
    first_then_slower,
    fit_law,
    fit_laws,
    gompertz,
    growth_now,
    growth_rates,
    interval,
    logistic,
)
from regionlift.measures.growth.compare import aicc, akaike_weights, scaled
from regionlift.measures.growth.curves import Floats
from regionlift.measures.growth.fit import fit
from regionlift.measures.growth.profile import inflation

T = years(20)
EXACT: dict[str, tuple[Floats, dict[str, float]]] = {
    "linear": (10 + 3 * (T - 2000), {"level": 10, "slope": 3}),
    "exponential": (5 * np.exp(0.12 * (T - 2000)), {"level": 5, "rate": 0.12}),
    "logistic": (logistic(T, 80, 0.5, 2008.3), {"ceiling": 80, "rate": 0.5, "peak": 2008.3}),
    "Gompertz": (gompertz(T, 80, 0.4, 2006.7), {"ceiling": 80, "rate": 0.4, "peak": 2006.7}),
    "broken line": (
        broken_line(T, 10, 5, -4.5, 2009.4, 2000),
        {"level": 10, "slope": 5, "change": -4.5, "break": 2009.4},
    ),
}


def law(values: Floats, t: Floats = T, **given: float) -> Law:
    return fit_law(t, values, record_start=None, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", EXACT)
def test_exact_data_give_the_family_and_its_parameters(family: str) -> None:
    values, parameters = EXACT[family]
    found = law(values)
    assert found.family == family, found.text
    assert found.fit(found.family).parameters == pytest.approx(parameters, rel=1e-6)
    assert found.fit(found.family).curve == pytest.approx(values, rel=1e-6)


def test_a_logistic_curve_is_symmetric_about_its_peak() -> None:
    away = np.linspace(0, 9, 10)
    up, down = logistic(2010 + away, 70, 0.3, 2010), logistic(2010 - away, 70, 0.3, 2010)
    assert up + down == pytest.approx(70)
    assert gompertz(np.array([2010.0]), 70, 0.3, 2010) == pytest.approx(70 / np.e)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["logistic", "Gompertz"]),
    st.floats(1e-3, 1e6),
    st.integers(-300, 80),
    st.integers(0, 199),
)
def test_units_and_calendar_move_only_what_they_should(
    family: str, unit: float, shift: int, row: int
) -> None:
    values = planted(family, 20, 0.02)[row]
    before, after = law(values), law(values * unit, T + shift)
    assert (after.family, after.shape, after.supported) == (
        before.family, before.shape, before.supported
    )  # fmt: skip
    ours, theirs = before.fits[3].parameters, after.fits[3].parameters
    assert theirs["ceiling"] == pytest.approx(ours["ceiling"] * unit, rel=1e-5)
    assert theirs["rate"] == pytest.approx(ours["rate"], rel=1e-5)
    assert theirs["peak"] == pytest.approx(ours["peak"] + shift, abs=1e-4)
    weights = [f.weight for f in after.fits if f.weight is not None]
    assert weights == pytest.approx([f.weight for f in before.fits], rel=1e-4, abs=1e-9)
    assert sum(weights) == pytest.approx(1)


@pytest.mark.parametrize("family", ["logistic", "Gompertz"])
def test_scipy_from_many_starts_finds_nothing_lower(family: str) -> None:
    """Second route: trust-region least squares on all three parameters, from 24 starts."""
    rows = np.concatenate([planted(f, 20, 0.03, runs=3) for f in FAMILIES[1:]])
    rows = rows / rows.max(axis=1, keepdims=True)
    x = scaled(T)
    curve = logistic if family == "logistic" else gompertz
    ours = fit(family, x, rows, np.ones_like(rows), 100.0).rss  # type: ignore[arg-type]
    starts = [(k, r, m) for k in (1.0, 5.0) for r in (2, 6, 15) for m in (-0.4, 0, 0.4, 1)]
    bounds = ([0, 0.02, -40], [100, 38, 40])
    for row, rss in zip(rows, ours, strict=True):
        theirs = min(
            2 * least_squares(lambda p, y=row: curve(x, *p) - y, s, bounds=bounds,
                              x_scale=(1, 5, 0.3), ftol=1e-10, xtol=1e-10).cost
            for s in starts
        )  # fmt: skip
        assert rss <= theirs * (1 + 1e-6)


def test_the_break_is_the_best_of_a_fine_grid() -> None:
    """Second route: least squares at 2,001 breaks; the exact search is never above it."""
    rows = planted("broken line", 20, 0.05, runs=20)
    x = scaled(T)
    ours = fit("broken line", x, rows, np.ones_like(rows), 100.0).rss
    best = np.full(len(rows), np.inf)
    for at in np.linspace(x[2], x[-3], 2001):
        design = np.stack([np.ones(20), x, np.maximum(0, x - at)], axis=1)
        residuals = rows.T - design @ np.linalg.lstsq(design, rows.T, rcond=None)[0]
        best = np.minimum(best, (residuals**2).sum(axis=0))
    assert (ours <= best * (1 + 1e-9)).all()
    assert ours == pytest.approx(best, rel=1e-3)


def test_criterion_by_hand_and_without_residuals() -> None:
    """20 ln(0.5) + 6 + 24/16."""
    assert aicc(10.0, 20, 3) == pytest.approx(20 * np.log(0.5) + 7.5)
    assert aicc(1.0, 6, 5) is None
    assert aicc(0.0, 20, 3) == -np.inf
    assert aicc(0.0, 20, 4, rounding=1e-8) > aicc(1e-20, 20, 3, rounding=1e-8)  # type: ignore[operator]
    assert akaike_weights([-np.inf, 2.0, None]) == [1.0, 0.0, None]
    assert akaike_weights([1.0, 1.0]) == [0.5, 0.5]


def test_many_series_at_once_are_the_same_as_one_by_one() -> None:
    rows = np.stack([planted(f, 20, 0.02)[3] for f in FAMILIES])
    for row, together in zip(rows, fit_laws(T, rows, record_start=None), strict=True):
        alone = law(row)
        assert (alone.family, alone.reason) == (together.family, together.reason)
    assert fit_laws(T, [], record_start=None) == []


def test_holdout_is_the_error_of_forecasts_from_what_was_known() -> None:
    """Second route for the straight line: numpy.polyfit on each beginning."""
    values = planted("linear", 20, 0.02)[0]
    errors = [
        values[n] - np.polyval(np.polyfit(T[:n] - 2000, values[:n], 1), T[n] - 2000)
        for n in range(6, 20)
    ]
    found = law(values)
    assert found.fit("linear").holdout == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    assert found.persistence == pytest.approx(np.sqrt(np.mean(np.diff(values)[5:] ** 2)))


def test_a_wide_open_series_has_no_ceiling() -> None:
    early = interval("logistic", T, logistic(T, 1000, 0.3, 2025) + 3 * np.cos(T * 2), "ceiling")
    assert early.high is None and early.low is not None
    late = interval("logistic", T, logistic(T, 1000, 0.6, 2008) + 9 * np.cos(T * 2), "ceiling")
    assert late.low is not None and late.high is not None and late.value is not None
    assert late.low < 1000 < late.high < 1100
    assert late.low < late.value < late.high


def test_residuals_that_resemble_each_other_widen_intervals() -> None:
    assert inflation(np.array([1.0, -1, 1, -1, 1, -1])) == 1
    assert inflation(np.sin(np.arange(40) / 4)) > 5
    assert inflation(np.zeros(9)) == 1


def test_where_the_two_bends_cannot_be_told_apart_the_shape_can() -> None:
    values = planted("Gompertz", 12, 0.03)
    both = [w for w in fit_laws(years(12), values, record_start=None)
            if w.shape == "saturating" and w.family is None]  # fmt: skip
    found = both[0]
    assert set(found.told) == {"logistic", "Gompertz"} and found.text.startswith("saturating")
    ceilings = [interval(f, years(12), np.array(found.values), "ceiling") for f in found.told]
    assert found.ceiling is not None
    assert found.ceiling.low == min(c.low for c in ceilings if c.low is not None)
    assert found.ceiling.value == ceilings[0].value


def test_refusals_say_why() -> None:
    short = fit_law(T[:7], T[:7], record_start=2000)
    assert short.refusals == ("too few points", "programme window")
    assert "7 points, 8 are needed" in short.text and "record that fills up" in short.text
    assert (short.family, short.shape, short.fits, short.ceiling) == (None, None, (), None)
    assert not short.ceiling_identified and short.autocorrelation is None
    curve = EXACT["logistic"][0]
    assert fit_law(T, curve, record_start=1996).refusals == ("programme window",)
    assert fit_law(T, curve, record_start=1995).refusals == ()
    assert fit_law(T, curve, record_start=1996, burn_in=4).refusals == ()
    assert fit_law(T, curve, record_start=2010).refusals == ("programme window",)
    assert fit_law(T, curve, record_start=1990, record_end=2018).refusals == ("programme window",)
    assert fit_law(T, curve, record_start=1990, record_end=2019).refusals == ()
    assert fit_law(T, np.full(20, 7.0), record_start=None).refusals == ("no variation",)
    assert fit_law(T, np.zeros(20), record_start=None).refusals == ("no variation",)
    assert fit_law([], [], record_start=None).refusals == ("too few points",)


@pytest.mark.shared
def test_a_framework_programme_is_refused() -> None:
    """H2020 starts inside the series: the S of its active stock is the programme filling up."""
    network = h2020("LEIT|SC4", sizes=(2, 40))
    first, last = 2014, 2024
    stock = [len(np.unique(network.active(y).org)) for y in range(first, last + 1)]
    assert stock[3] > 4 * stock[0]
    whole = fit_law(np.arange(first, last + 1), stock, record_start=2014, record_end=2020)
    assert set(whole.refusals) == {"programme window"}
    calls = fit_law(np.arange(2014, 2021), stock[:7], record_start=2014, record_end=2020)
    assert calls.refusals == ("too few points", "programme window")
    assert first_then_slower(calls).truth is Truth.CANNOT_TELL


@pytest.mark.parametrize(
    ("t", "values", "message"),
    [
        ([2001, 2000, 2002], [1, 2, 3], "ascend; they do not at 2000"),
        ([2000, 2001, 2003], [1, 2, 3], "gap before 2003"),
        ([2000, 2000, 2001], [1, 2, 3], "twice: 2000"),
        ([2000, 2001, 2002], [1, np.nan, 3], "numbers; not so in 2001"),
        ([2000, 2001, 2002], [1, np.inf, 3], "numbers; not so in 2001"),
        ([2000, 2001, 2002], [1, -2, 3], "negative; they are in 2001"),
        ([2000, np.nan, 2002], [1, 2, 3], "a year is not a number"),
        ([2000, 2001], [1, 2, 3], "one length"),
    ],
)
def test_bad_series_are_named(t: list[float], values: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_law(t, values, record_start=None)


@pytest.mark.parametrize(
    "given",
    [{"first_origin": 5}, {"first_origin": 8}, {"margin": -1}, {"level": 1}, {"ceiling_bound": 1},
     {"window": 2}, {"burn_in": -1}],
)  # fmt: skip
def test_thresholds_out_of_range_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="|".join(given)):
        law(EXACT["linear"][0], **given)


def test_thresholds_change_the_answer() -> None:
    values = planted("linear", 20, 0.02)[0]
    assert law(values, margin=1e6).supported != law(values).supported
    assert law(values, first_origin=7).persistence != law(values).persistence
    assert law(values, window=4).growth_now != law(values).growth_now
    wide, narrow = (
        law(EXACT["logistic"][0] + np.cos(T), level=0.99),
        law(EXACT["logistic"][0] + np.cos(T)),
    )
    assert wide.ceiling and narrow.ceiling and wide.ceiling.high and narrow.ceiling.high
    assert wide.ceiling.high > narrow.ceiling.high


def test_growth_rates_are_compound_and_yearly() -> None:
    assert growth_rates(np.array([0.0, 2, 4]), np.array([1.0, 1.21, 0.0])) == (
        pytest.approx(0.1), None,
    )  # fmt: skip
    now = growth_now(T, 3 * 1.07 ** (T - 2000))
    assert now is not None
    assert (now.value, now.low, now.high) == pytest.approx((0.07, 0.07, 0.07))
    assert growth_now(T, np.r_[np.ones(19), 0.0]) is None
    assert growth_now(T[:4], T[:4]) is None
    with pytest.raises(ValueError, match="window of 3"):
        growth_now(T, T, window=2)


def test_the_paper_sentence() -> None:
    noise = np.cos(7 * T) * 0.8
    grown = first_then_slower(law(logistic(T, 80, 0.6, 2007) + 1 + noise))
    assert grown.truth is Truth.MET and "peaked about 2007" in grown.reason
    assert grown.peak is not None and grown.share is not None and grown.share.high is not None
    assert grown.share.high < 0.1
    halfway = first_then_slower(law(logistic(T, 80, 0.5, 2013) + 1 + noise))
    assert halfway.truth is Truth.NOT_MET and "not near zero" in halfway.reason
    stopped = first_then_slower(law(broken_line(T, 10, 8, -8, 2009, 2000) + noise))
    assert stopped.truth is Truth.MET and "at a break" in stopped.reason
    slower = first_then_slower(law(broken_line(T, 10, 8, -5, 2009, 2000) + noise))
    assert slower.truth is Truth.NOT_MET and "not zero" in slower.reason
    fallen = first_then_slower(law(broken_line(T, 200, -8, 8, 2009, 2000) + noise))
    assert fallen.truth is Truth.NOT_MET and "does not rise" in fallen.reason
    for family, word in (("linear", "same every year"), ("exponential", "keep growing")):
        plain = first_then_slower(law(EXACT[family][0], margin=0.5))
        assert plain.truth is Truth.NOT_MET and word in plain.reason
    shrinking = first_then_slower(law(EXACT["linear"][0][::-1].copy(), margin=0.5))
    assert shrinking.truth is Truth.NOT_MET and "shrinks" in shrinking.reason
    # a bend that cannot be ruled out is not a "not met"
    line = law(EXACT["linear"][0] + noise, margin=12.0)
    assert line.family == "linear" and first_then_slower(line).truth is Truth.CANNOT_TELL
    with pytest.raises(ValueError, match="near_zero"):
        first_then_slower(line, near_zero=1)


def test_a_rise_before_the_series_cannot_be_seen() -> None:
    late = first_then_slower(law(logistic(T, 80, 0.6, 1999.5) + np.cos(7 * T) * 0.1))
    assert late.truth is Truth.CANNOT_TELL and "before 2000" in late.settles
