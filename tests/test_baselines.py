"""Baselines: formulas by hand, planted curves, and what too few years leave open."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.forecast.baselines import (
    BASELINES,
    CURVES,
    DISPERSION,
    baseline,
    growth,
    linear,
    persistence,
    recent_mean,
)

few = settings(max_examples=40, deadline=None)


def array(*numbers: float) -> np.ndarray:
    return np.array(numbers, float)


def test_persistence_is_a_random_walk_by_hand() -> None:
    # steps 2, -4, 4: mean square 12
    found = persistence(array(10, 12, 8, 12), 3)
    assert found.mean.tolist() == [12, 12, 12]
    assert found.covariance == pytest.approx(12 * array(1, 1, 1, 1, 2, 2, 1, 2, 3).reshape(3, 3))


def test_recent_mean_by_hand() -> None:
    found = recent_mean(array(10, 12, 8, 13), 2)
    assert found.mean.tolist() == [11, 11]
    # one-step errors 12-10, 8-11, 13-10
    assert np.diag(found.covariance) == pytest.approx([22 / 3, 22 / 3])
    assert found.covariance[0, 1] == pytest.approx(22 / 3 / 4)
    assert recent_mean(array(10, 12, 8, 13), 1, years=1).mean.tolist() == [13]


def test_linear_trend_is_the_textbook_prediction_interval() -> None:
    import statsmodels.api as sm

    y = array(3, 7, 6, 12, 11, 15)
    found = linear(y, 2)
    fit = sm.OLS(y, sm.add_constant(np.arange(6.0))).fit()
    said = fit.get_prediction(sm.add_constant(array(6, 7), has_constant="add"))
    assert found is not None
    assert found.mean == pytest.approx(said.predicted_mean)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(said.se_obs)
    assert found.covariance[0, 1] == pytest.approx(fit.mse_resid * (1 / 6 + 3.5 * 4.5 / 17.5))
    assert linear(array(3), 2) is None


def test_a_falling_line_stops_at_zero() -> None:
    found = linear(array(9, 6, 3), 3)
    assert found is not None
    assert found.mean.tolist() == [0, 0, 0]


T = np.arange(12.0)
PLANTED = {
    "power": 300 * T**0.7,
    "logistic": 5000 / (1 + np.exp(-0.8 * (T - 5))),
    "gompertz": 5000 * np.exp(-np.exp(-0.4 * (T - 4))),
    "bass": 5000 * (1 - np.exp(-0.43 * T)) / (1 + 0.4 / 0.03 * np.exp(-0.43 * T)),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("stock", [False, True])
def test_growth_curves_are_found_where_planted(name: str, stock: bool) -> None:
    level = PLANTED[name]
    counts = level[1:] if stock else np.diff(level)
    found = growth(name, counts[:8], 3, stock=stock)
    assert found is not None
    assert found.mean == pytest.approx(counts[8:], rel=1e-3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(0, abs=1e-2 * counts[8])


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_with_fewer_years_than_parameters_is_refused(name: str) -> None:
    parameters = 2 if name == "power" else 3
    counts = np.diff(PLANTED[name])
    assert growth(name, counts[: parameters - 1], 2) is None
    full = growth(name, counts[:parameters], 2)
    assert full is not None
    assert np.diag(full.covariance) == pytest.approx((DISPERSION * full.mean) ** 2)
    assert growth(name, np.zeros(6), 2) is None


def test_the_final_level_stays_within_the_bound() -> None:
    """Years before the turn do not tell K; it must not run off."""
    counts = 100 * np.exp(0.5 * np.arange(5))
    found = growth("logistic", counts, 40, most=10)
    assert found is not None
    assert found.mean.sum() <= 10 * counts.sum() + 1e-6


def test_draws_have_the_mean_and_covariance_they_say() -> None:
    y = array(400, 440, 380, 420, 460)
    said = persistence(y, 3)
    drawn = baseline("persistence", y, 3, replicates=20_000, seed=1, burn_in=0)
    assert drawn is not None
    assert np.median(drawn, axis=0) == pytest.approx(said.mean, rel=0.01)
    assert np.cov(drawn.T) == pytest.approx(said.covariance, rel=0.06)


def test_a_year_without_change_still_counts_like_poisson() -> None:
    drawn = baseline("persistence", [100] * 6, 2, replicates=20_000, seed=1)
    assert drawn is not None
    assert drawn.var(axis=0) == pytest.approx([100, 100], rel=0.05)
    line = baseline("linear", [100] * 6, 2, replicates=20_000, seed=1)
    assert line is not None
    assert line.var(axis=0) == pytest.approx([100, 100], rel=0.05)


def test_the_partial_first_year_is_dropped() -> None:
    with_it = baseline("linear", [5, 100, 110, 120], 1, seed=1)
    without = baseline("linear", [100, 110, 120], 1, seed=1, burn_in=0)
    assert with_it is not None
    assert without is not None
    assert with_it.tobytes() == without.tobytes()
    assert baseline("persistence", [5], 1) is None


@few
@given(
    counts=st.lists(st.integers(0, 5000), min_size=1, max_size=7),
    name=st.sampled_from(BASELINES),
    horizon=st.integers(1, 4),
)
def test_draws_are_counts_and_follow_the_seed(counts: list[int], name: str, horizon: int) -> None:
    one = baseline(name, counts, horizon, replicates=40, seed=3)
    two = baseline(name, counts, horizon, replicates=40, seed=3)
    if one is None or two is None:
        assert len(counts) < 4 or not any(counts[1:])
        return
    assert one.shape == (40, horizon)
    assert (one >= 0).all() and (one == np.rint(one)).all()
    assert one.tobytes() == two.tobytes()


@few
@given(
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=7),
    name=st.sampled_from(BASELINES),
)
def test_draws_of_a_share_stay_shares(shares: list[float], name: str) -> None:
    found = baseline(name, shares, 2, replicates=40, seed=3, kind="share")
    assert found is None or ((found >= 0).all() and (found <= 1).all())


@pytest.mark.parametrize("name", BASELINES)
def test_a_share_of_next_to_nothing_is_a_share(name: str) -> None:
    found = baseline(name, [0.0, 0.0, 2.4e-148], 2, replicates=40, seed=3, kind="share")
    assert found is None or ((found >= 0).all() and (found <= 1).all())


def test_a_share_is_not_rounded() -> None:
    found = baseline("recent mean", [0.1, 0.12, 0.2, 0.16], 1, seed=1, kind="share")
    assert found is not None
    assert np.median(found) == pytest.approx(0.16, abs=0.01)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"baseline must be one of persistence, .*got 'last'"):
        baseline("last", [1, 2], 1)
    with pytest.raises(ValueError, match="kind must be one of flow, stock, share"):
        baseline("linear", [1, 2], 1, kind="rate")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="finite numbers, none negative"):
        baseline("linear", [1, -2], 1)
    with pytest.raises(ValueError, match="finite numbers, none negative"):
        baseline("linear", [1, np.nan], 1)
    with pytest.raises(ValueError, match="at most 1, the largest is 2"):
        baseline("linear", [0.5, 2], 1, kind="share")
    with pytest.raises(ValueError, match="horizon and replicates"):
        baseline("linear", [1, 2], 0)
