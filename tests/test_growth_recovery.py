"""Gates on simulated series: planted laws are found, seven points say nothing, ceilings cover."""

from __future__ import annotations

import numpy as np
import pytest

from growth_series import Rows, planted, years
from regionlift.evidence.verdict import Truth
from regionlift.measures.growth import (
    FAMILIES,
    SHAPES,
    first_then_slower,
    fit_laws,
    gompertz,
    interval,
    logistic,
)
from regionlift.measures.growth.compare import scaled
from regionlift.measures.growth.curves import Family, standard
from regionlift.measures.growth.fit import search
from regionlift.measures.growth.profile import cut, inflation, profile


@pytest.mark.parametrize("family", FAMILIES)
def test_the_planted_family_is_found(family: Family) -> None:
    """200 runs, 20 years, noise of 2 % of the range (docs/growth-law.md has the table)."""
    laws = fit_laws(years(20), planted(family, 20, 0.02), record_start=None)
    right = sum(law.family == family for law in laws)
    wrong = sum(law.shape not in (None, SHAPES[family]) for law in laws)
    assert right >= 180, f"{right} of 200"
    assert wrong <= 8, f"{wrong} of 200 of another shape"


@pytest.mark.parametrize("family", FAMILIES)
def test_seven_points_tell_nothing(family: Family) -> None:
    laws = fit_laws(years(7), planted(family, 7, 0.02), record_start=None)
    assert all(law.shape is None and law.refusals == ("too few points",) for law in laws)


def test_eight_points_seldom_make_a_break_a_saturation() -> None:
    """Eight points set the broken line back by 30; that must not hand the answer to an S curve."""
    laws = fit_laws(years(8), planted("broken line", 8, 0.02), record_start=None)
    assert sum(law.family == "logistic" for law in laws) <= 40


def test_a_random_walk_is_no_law() -> None:
    """Persistence is the best forecast of a walk: nothing may be told in nine of ten."""
    steps = np.random.default_rng(5).normal(size=(200, 20))
    laws = fit_laws(years(20), 100 + 3 * np.cumsum(steps, axis=1), record_start=None)
    assert sum(law.shape is None for law in laws) >= 180
    assert not any(law.shape == "saturating" for law in laws)


def covered(family: Family, rate: float, place: float, rows: int, alike: float) -> dict[str, float]:
    """Share of 90 % intervals of ceiling, peak and position that hold the truth."""
    n = 20
    u = np.linspace(0, 1, n)
    errors = np.random.default_rng([n, int(100 * place)]).normal(size=(rows, n))
    for i in range(1, n):
        errors[:, i] = alike * errors[:, i - 1] + np.sqrt(1 - alike**2) * errors[:, i]
    values: Rows = 100 * standard(family, rate * (u - place))[0] + 2 * errors
    top = values.max(axis=1)
    y = values / top[:, None]
    best = search(family, scaled(u), y, np.ones_like(y), 100.0)
    g = standard(family, best.rate[:, None] * scaled(u) + best.place[:, None])[0]
    residuals = y - best.amplitude[:, None] * g
    limit = best.rss * [cut(n, 0.9, inflated=inflation(e)) for e in residuals]
    truth = {
        "ceiling": 100 / top,
        "peak": np.full(rows, place - 0.5),
        "position": np.full(rows, rate * (1 - place)),
    }
    return {
        name: float((profile(family, y, name, at, 100.0) <= limit).mean())  # type: ignore[arg-type]
        for name, at in truth.items()
    }


@pytest.mark.parametrize(
    ("family", "rate", "place"),
    [("logistic", 9, 0.45), ("logistic", 9, 0.6), ("Gompertz", 7, 0.35), ("Gompertz", 7, 0.5)],
)
def test_ninety_percent_intervals_hold_the_truth_in_ninety(
    family: Family, rate: float, place: float
) -> None:
    found = covered(family, rate, place, 2000, alike=0.0)
    assert all(0.87 <= share <= 0.93 for share in found.values()), found


def test_intervals_of_noise_that_resembles_itself_are_too_narrow_but_not_by_half() -> None:
    """Autocorrelation 0.5: without the inflation two thirds; the docs say so."""
    found = covered("logistic", 9, 0.45, 1000, alike=0.5)
    assert all(0.72 <= share <= 0.87 for share in found.values()), found


@pytest.mark.parametrize(("family", "curve"), [("logistic", logistic), ("Gompertz", gompertz)])
def test_the_ends_of_an_interval_are_where_the_profile_passes_the_cut(
    family: Family, curve: type
) -> None:
    t = years(20)
    truth = curve(t, 100.0, 0.45, 2007.0)
    errors = 2 * np.random.default_rng(3).normal(size=20)
    values = truth + np.abs(errors)
    y = (values / values.max())[None]
    best = search(family, scaled(t), y, np.ones_like(y), 100.0)
    g = standard(family, best.rate[:, None] * scaled(t) + best.place[:, None])[0]
    limit = best.rss[0] * cut(20, 0.9, inflated=inflation((y - best.amplitude[:, None] * g)[0]))
    for name, offset, unit in (("ceiling", 0.0, values.max()), ("peak", 2009.5, 19.0)):
        found = interval(family, t, values, name)  # type: ignore[arg-type]
        assert found.low is not None and found.high is not None
        ends = (np.array([found.low, found.high]) - offset) / unit
        at_ends = profile(family, np.repeat(y, 2, axis=0), name, ends, 100.0)  # type: ignore[arg-type]
        assert at_ends == pytest.approx(limit, rel=1e-3)


@pytest.mark.parametrize(
    ("family", "forbidden"),
    [("logistic", Truth.NOT_MET), ("Gompertz", Truth.NOT_MET), ("linear", Truth.MET),
     ("exponential", Truth.MET), ("constant", Truth.MET)],
)  # fmt: skip
def test_the_sentence_is_seldom_wrong(family: Family, forbidden: Truth) -> None:
    laws = fit_laws(years(20), planted(family, 20, 0.02, runs=60), record_start=None)
    told = [first_then_slower(law).truth for law in laws]
    assert sum(truth is forbidden for truth in told) <= 3
    if forbidden is Truth.NOT_MET:
        assert sum(truth is Truth.MET for truth in told) >= 45
