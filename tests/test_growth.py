"""The law of a yearly series: planted families, refusals, the ceiling's interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cordis import h2020
from regionlift.measures.growth.curves import FAMILIES, Family
from regionlift.measures.growth.law import Law, fit_law

N = 20
YEARS = list(range(2000, 2000 + N))


def planted(family: Family, n: int = N) -> np.ndarray:
    t = np.arange(n, dtype=float)
    return {
        "constant": 100 + 0 * t,
        "linear": 20 + 5 * t,
        "exponential": 10 * np.exp(0.15 * t),
        "logistic": 100 / (1 + np.exp(-0.5 * (t - 9))),
        "Gompertz": 100 * np.exp(-np.exp(-0.35 * (t - 7))),
        "broken line": np.where(t < 10, 10 + 8 * t, 90 + (t - 10)),
    }[family]


def noisy(family: Family, rng: np.random.Generator, n: int = N) -> np.ndarray:
    """With an error of 2 % of the greatest value, as between two issues of a register."""
    y = planted(family, n)
    return np.maximum(y + rng.normal(0, 0.02 * y.max(), n), 0)


def test_the_planted_family_is_found_in_nine_of_ten_of_200_series() -> None:
    rng = np.random.default_rng(11)
    wanted = [FAMILIES[i % len(FAMILIES)] for i in range(200)]
    found = [fit_law(YEARS, noisy(family, rng)).family for family in wanted]
    right = {f: [w == g for w, g in zip(wanted, found, strict=True) if w == f] for f in FAMILIES}
    assert sum(map(sum, right.values())) >= 180, {f: np.mean(r) for f, r in right.items()}
    # no family is bought at the price of another
    assert min(np.mean(r) for r in right.values()) >= 0.75


def test_seven_points_are_too_few_in_every_series() -> None:
    rng = np.random.default_rng(12)
    for i in range(200):
        law = fit_law(YEARS[:7], noisy(FAMILIES[i % len(FAMILIES)], rng, 7))
        assert law == Law(None, "too few points: 7 years, 8 are needed")


def test_the_ceiling_is_covered_as_often_as_its_interval_says() -> None:
    rng = np.random.default_rng(5)
    laws = [fit_law(YEARS, noisy("logistic", rng)) for _ in range(400)]
    told = [law.ceiling for law in laws if law.family == "logistic" and law.ceiling is not None]
    held = [c.low <= 100 <= (c.high or np.inf) for c in told]
    assert len(told) > 360
    assert 0.87 <= np.mean(held) <= 0.93


def test_before_its_peak_of_growth_a_ceiling_is_wide_open() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(12.0)
    y = 100 / (1 + np.exp(-0.4 * (t - 13)))
    law = fit_law(YEARS[:12], np.maximum(y + rng.normal(0, 0.6, 12), 0))
    open_ended = law.ceiling is None or not law.ceiling.identified
    assert open_ended or (law.ceiling and law.ceiling.high and law.ceiling.high > 100)


@pytest.mark.parametrize("family", FAMILIES)
def test_exact_series_give_their_family_back(family: Family) -> None:
    law = fit_law(YEARS, planted(family))
    assert law.family == family
    fit = next(f for f in law.fits if f.family == family)
    assert np.allclose(fit.curve, planted(family), atol=1e-4 * planted(family).max())
    if family in ("logistic", "Gompertz"):
        assert law.ceiling is not None and law.ceiling.value == pytest.approx(100, rel=1e-4)
        assert law.peak == pytest.approx(2009 if family == "logistic" else 2007, abs=1e-2)


@given(scale=st.floats(0.01, 1e6), shift=st.integers(-100, 90), seed=st.integers(0, 20))
@hypothesis_settings(max_examples=10, deadline=None)
def test_neither_unit_nor_calendar_moves_the_law(scale: float, shift: int, seed: int) -> None:
    y = noisy("logistic", np.random.default_rng(seed))
    here, there = fit_law(YEARS, y), fit_law([x + shift for x in YEARS], scale * y)
    assert here.family == there.family
    if here.ceiling and there.ceiling and here.peak and there.peak:
        assert there.ceiling.value == pytest.approx(scale * here.ceiling.value, rel=1e-5)
        assert there.peak == pytest.approx(here.peak + shift, abs=1e-4)


def test_a_programme_that_begins_inside_the_series_is_refused() -> None:
    y = planted("logistic")[:10]
    assert fit_law(YEARS[:10], y).family is not None
    law = fit_law(YEARS[:10], y, record_start=2000, burn_in=4)
    assert law.family is None and law.reason.startswith("programme window: the record begins in")
    # a record long enough is read from where it is full
    long = fit_law(YEARS, planted("logistic"), record_start=2000, burn_in=4)
    assert long.family == "logistic"


@pytest.mark.parametrize(
    ("years", "values", "said"),
    [
        ([2000, 2001, 2003], [1, 2, 3], "consecutive"),
        ([2001, 2000], [1, 2], "consecutive"),
        ([2000, 2000], [1, 2], "consecutive"),
        ([2000, 2001], [1, -2], "negative"),
        ([2000, 2001], [1, float("nan")], "no finite"),
        ([2000, 2001], [1], "one value a year"),
    ],
)
def test_a_series_that_is_none_is_an_error(
    years: list[int], values: list[float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        fit_law(years, values)


def test_nothing_is_fitted_to_nothing() -> None:
    assert fit_law(YEARS, [0.0] * N).reason == "nothing to fit: every value is zero"


@pytest.mark.shared
def test_the_h2020_record_cannot_tell_a_law() -> None:
    network = h2020("LEIT|SC4", sizes=(2, 40))
    years = list(range(2014, 2021))
    active = [len(np.unique(network.active(year).org)) for year in years]
    assert active[0] == 300 and active[-1] > 8000
    assert fit_law(years, active).reason.startswith("too few points")
    full = fit_law(years, active, record_start=2014, burn_in=3)
    assert full.family is None and full.reason.startswith("programme window")
