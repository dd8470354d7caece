"""Phases of an active stock: the bootstrap, the rule, and whether its probabilities hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth_series import years
from regionlift.evidence.verdict import Truth
from regionlift.measures.growth import (
    PHASES,
    Estimate,
    broken_line,
    gompertz,
    logistic,
    phase_shares,
    stock_draws,
)

T = years(12)


def flags(entries: list[int], n: int = 12) -> np.ndarray:
    """Organisations active from a place on."""
    return np.arange(n) >= np.array(entries)[:, None]


def test_draws_are_dirichlet_weights_of_the_organisations() -> None:
    """Mean the observed stock, variance s(N - s)/(N + 1) for s of N active."""
    active = flags([0] * 30 + [6] * 50 + [9] * 20)
    draws = stock_draws(active, np.random.default_rng(1), 20_000)
    stock = active.sum(axis=0)
    assert draws.mean(axis=0) == pytest.approx(stock, rel=0.005)
    assert draws.var(axis=0)[[0, 6]] == pytest.approx(stock[[0, 6]] * (100 - stock[[0, 6]]) / 101,
                                                     rel=0.04)  # fmt: skip
    assert draws[:, -1] == pytest.approx(100)  # all are active: nothing to draw


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_organisations_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    active = rng.random((40, 9)) < 0.4
    mixed = active[rng.permutation(40)]
    one = stock_draws(active, np.random.default_rng(2), 5)
    assert (one == stock_draws(mixed, np.random.default_rng(2), 5)).all()


PLANTED = {
    "formation": 100 * 1.6 ** (T - 2012),
    "growth": 50 * 1.07 ** (T - 2000),
    "maturity": logistic(T, 90, 1.2, 2003),
    "decline": 90 * 0.93 ** (T - 2000),
    "unknown": np.where(T > 2009, 5.0, 0.0),
}


@pytest.mark.parametrize("name", PHASES)
def test_each_phase_is_read_from_its_curve(name: str) -> None:
    found = phase_shares(T, PLANTED[name][None])
    assert found.phase == name, found.reason
    assert found.shares[name] == 1.0  # type: ignore[index]
    assert sum(found.shares.values()) == 1
    assert (found.saturated is Truth.MET) == (name == "maturity")
    if name in ("growth", "formation", "decline"):
        assert found.saturated is Truth.NOT_MET


def test_growth_that_slows_is_no_formation_however_young() -> None:
    slowing = gompertz(T, 100, 0.9, 2007)
    assert slowing[-4] < 0.7 * slowing[-1]
    assert phase_shares(T, slowing[None], formation_share=0.9).phase == "growth"


def test_a_ceiling_far_above_makes_fast_growth_a_formation() -> None:
    rows = PLANTED["growth"][None]
    assert phase_shares(T, rows, ceiling=1000).phase == "formation"
    assert phase_shares(T, rows, ceiling=1000, formation_share=0.05).phase == "growth"


def test_shares_divide_where_the_draws_do_and_then_no_phase_is_named() -> None:
    """A dozen organisations: which of them are drawn decides the growth rate."""
    active = flags([0] * 9 + [9, 10, 11])
    active[:2, 10:] = False
    found = phase_shares(T, stock_draws(active, np.random.default_rng(4), 2000))
    assert sum(found.shares.values()) == pytest.approx(1)
    assert sum(share > 0.1 for share in found.shares.values()) >= 2
    assert found.phase == "unknown" and found.saturated is Truth.CANNOT_TELL
    assert isinstance(found.growth, Estimate)
    assert found.growth.low is not None and found.growth.high is not None
    assert found.growth.low < found.growth.high
    named = phase_shares(T, stock_draws(active, np.random.default_rng(4), 2000), named_share=0.3)
    assert named.phase != "unknown"


def test_the_probability_of_a_steady_stock_is_as_often_right_as_it_says() -> None:
    """Random walks with drift: mean probability and frequency agree, in every third of it."""
    rng = np.random.default_rng(6)
    drift = rng.normal(0, 0.02, size=(3000, 1))
    walks = 100 * np.exp(np.cumsum(drift + 0.01 * rng.normal(size=(3000, 15)), axis=1))
    said = np.array([phase_shares(years(12), w[None]).steady for w in walks[:, :12]], dtype=float)
    came = np.abs(np.expm1(np.log(walks[:, 14] / walks[:, 11]) / 3)) <= 0.02
    assert said.mean() == pytest.approx(came.mean(), abs=0.05)
    for part in np.array_split(np.argsort(said), 3):
        assert said[part].mean() == pytest.approx(came[part].mean(), abs=0.12)


def test_a_break_to_a_standstill_is_steady_and_a_short_series_unknown() -> None:
    still = broken_line(T, 10, 10, -10, 2005, 2000)
    assert phase_shares(T, still[None]).steady == 1
    assert phase_shares(T[:6], still[None, :6]).phase == "unknown"
    assert "7 years are needed, the series has 6" in phase_shares(T[:6], still[None, :6]).reason
    assert phase_shares(T, still[None], history=11, horizon=1).steady != 1


def test_bad_draws_are_named() -> None:
    row = PLANTED["growth"][None]
    with pytest.raises(ValueError, match="draw by year"):
        phase_shares(T, row[0])
    with pytest.raises(ValueError, match="negative"):
        phase_shares(T, -row)
    with pytest.raises(ValueError, match=r"0\.25 apart"):
        phase_shares(2000 + np.arange(12) / 4, row)
    with pytest.raises(ValueError, match="window >= 3"):
        phase_shares(T, row, window=2)
    with pytest.raises(ValueError, match="no organisation"):
        stock_draws(np.zeros((0, 5), dtype=bool), np.random.default_rng(0))
    with pytest.raises(ValueError, match="table of flags"):
        stock_draws(np.zeros((3, 5)), np.random.default_rng(0))  # type: ignore[arg-type]
