"""Forecasts of past years: what is scored, what is concluded, and that nothing leaks back."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordis import h2020
from regionlift.evidence.verdict import Truth
from regionlift.forecast.ahead import stock_ahead
from regionlift.forecast.baselines import BASELINES
from regionlift.forecast.hindcast import (
    COUNTED,
    MODELS,
    NOT_BETTER,
    Hindcast,
    Row,
    hindcast,
    past_origins,
)
from regionlift.forecast.links import LinkScore
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.state import observed_counts
from regionlift.measures.network.affiliations import Affiliations
from urns import grown

few = settings(max_examples=40, deadline=None)


@cache
def record() -> Affiliations:
    return grown(years=8, seats=150, truth=UrnParameters(theta=60))


@cache
def small() -> Hindcast:
    return hindcast(
        record(), (2004, 2005, 2006), 2, simulations=40, nearest=0.2, replicates=40,
        near=5000, far=5000,
    )  # fmt: skip


def test_each_model_count_origin_and_year_has_one_row() -> None:
    found = small()
    keys = [(r.origin, r.horizon, r.count, r.model) for r in found.rows]
    assert len(keys) == len(set(keys))
    for count, kind in COUNTED.items():
        for model in MODELS:
            years = sorted({r.horizon for r in found.of(count, model)})
            assert years == ([1, 2] if kind == "stock" else [0, 1, 2])
    assert {r.origin for r in found.links} == {2004, 2005, 2006}


def test_what_came_is_what_the_record_counts() -> None:
    found = small()
    truth = observed_counts(record(), range(2000, 2009))
    for r in found.rows:
        year = r.origin + r.horizon - 2000
        last = slice(r.origin - 1999, r.origin - 1997)
        formed, repeat = truth["formed_ties"], truth["repeat_ties"]
        if r.count != "repeat_share":
            expected = truth[r.count][year] if r.horizon else truth[r.count][last].sum()
        elif r.horizon:
            expected = repeat[year] / formed[year]
        else:
            expected = repeat[last].sum() / formed[last].sum()
        assert r.observed == pytest.approx(expected)
        assert r.low <= r.median <= r.high
        assert r.covered == (r.low <= r.observed <= r.high)


def test_nothing_after_the_horizon_is_looked_at_nor_before_it_leaks() -> None:
    """A record whose years after the origin are others gives the same forecasts."""
    kept = record()
    cut = kept.where((kept.start <= 2005) | (kept.sizes > 3))
    assert (cut.start > 2005).any()
    both = [
        hindcast(a, (2005,), 1, simulations=20, nearest=0.5, replicates=20, links=False)
        for a in (kept, cut)
    ]
    for one, two in zip(both[0].rows, both[1].rows, strict=True):
        assert (one.median, one.low, one.high) == (two.median, two.low, two.high)
    assert any(a.observed != b.observed for a, b in zip(both[0].rows, both[1].rows, strict=True))
    early = kept.where(kept.start <= 2006)
    short = hindcast(early, (2005,), 1, simulations=20, nearest=0.5, replicates=20, links=False)
    assert short.rows == both[0].rows


def test_the_seed_alone_decides() -> None:
    def run(seed: int, workers: int) -> tuple[Row, ...]:
        return hindcast(
            record(), (2005,), 1, simulations=20, nearest=0.5, replicates=20, links=False,
            seed=seed, workers=workers,
        ).rows  # fmt: skip

    assert run(1, 1) == run(1, 2) != run(2, 1)


def test_the_horizon_ends_with_the_record() -> None:
    found = hindcast(record(), (2007,), 3, simulations=20, nearest=0.5, replicates=10, links=False)
    assert {r.horizon for r in found.rows} == {0, 1}
    assert past_origins(record(), 2) == (2004, 2005, 2006)
    assert past_origins(record(), 2, most=9) == (2002, 2003, 2004, 2005, 2006)
    assert past_origins(record(), 2, last=2005) == (2002, 2003)
    assert past_origins(record(), 9) == ()


def row(origin: int, horizon: int, model: str, score: float, **other: object) -> Row:
    made = Row(origin, horizon, "entries", model, score, 10.0, 10.0, 8.0, 12.0, True)
    return replace(made, **other)  # type: ignore[arg-type]


def judged(scores: dict[int, float], persistence: float = 2.0) -> Hindcast:
    rows = [row(o, 1, "simulation", s) for o, s in scores.items()]
    rows += [row(o, 1, "persistence", persistence) for o in scores]
    # totals do not enter
    rows += [row(o, 0, "simulation", 1e6) for o in scores]
    rows += [row(o, 0, "persistence", 1.0) for o in scores]
    return Hindcast(tuple(scores), 1, 0.9, tuple(rows))


def test_skill_and_verdict_by_hand() -> None:
    good = judged({1: 1.0, 2: 1.0, 3: 3.0}).standing("entries")
    assert good.skill == pytest.approx(1 - 5 / 6)
    assert (good.better_at, good.origins, good.better) == (2, 3, True)
    assert good.text == "better than persistence at 2 of 3 origins"
    bad = judged({1: 1.0, 2: 2.0, 3: 3.0})
    assert bad.standing("entries").better is False, "as good is not better"
    assert bad.standing("entries").text.startswith(NOT_BETTER)
    assert bad.shown("entries") == "persistence"
    two = judged({1: 1.0, 2: 1.0}).standing("entries")
    assert two.better is None
    assert two.text == "uncalibrated: 2 past origins, 3 are needed"
    assert judged({1: 1.0}, 0.0).standing("entries").skill is None


def test_a_tie_of_even_origins_is_no_majority() -> None:
    assert judged({1: 1.0, 2: 1.0, 3: 3.0, 4: 3.0}).standing("entries").better is False


def gate(found: Hindcast, name: str) -> tuple[Truth, str]:
    return next((g.truth, g.achieved) for g in found.gates() if g.name == name)


def test_gates_by_hand() -> None:
    base = judged({1: 1.0, 2: 1.0, 3: 3.0})
    shares = tuple(
        row(o, 0, "simulation", 0.1, count="repeat_share", observed=0.2, median=m)
        for o, m in ((1, 0.17), (2, 0.2), (3, 0.23))
    )
    link = LinkScore(1, 1, "new", "logit", 100.0, 5, 0.1, 0.05, 10, 2.0, against_degree=1.1)
    links = (link, replace(link, origin=2, against_degree=1.25),
             replace(link, origin=3, against_degree=1.4))  # fmt: skip
    found = replace(base, rows=base.rows + shares, links=links)
    assert gate(found, "entries") == (Truth.MET, "2 of 3 origins, skill 0.17")
    assert gate(found, "repeat ties") == (Truth.MET, "forecast over observed 0.85, 1.00, 1.15")
    assert gate(found, "new ties") == (Truth.MET, "times degree 1.10, 1.25, 1.40")
    # all covered: 1.00 is too much
    assert gate(found, "coverage")[0] is Truth.NOT_MET
    off = replace(found, rows=(*base.rows, *shares[:2], replace(shares[2], median=0.25)))
    assert gate(off, "repeat ties")[0] is Truth.NOT_MET
    low = replace(found, links=(link, *links[2:], replace(link, origin=2)))
    assert gate(low, "new ties")[0] is Truth.NOT_MET
    assert {g.truth for g in judged({1: 1.0, 2: 1.0}).gates()} == {Truth.CANNOT_TELL}


def test_coverage_after_widening_is_of_origins_left_out() -> None:
    """Three origins, all outside, by 2, 2 and 6 half-widths: two factors of 6 hold a 2."""
    rows = tuple(
        row(o, 1, "simulation", 1.0, observed=10.0 + 2 * miss, covered=False)
        for o, miss in ((1, 2.0), (2, 2.0), (3, 6.0))
    )
    found = Hindcast((1, 2, 3), 1, 0.9, rows)
    assert found.coverage() == (0.0, pytest.approx(2 / 3))
    assert found.widenings("entries", [1])[1].factor == 6.0
    assert found.widenings("entries", [1])[1].status == "calibrated"
    assert Hindcast((1,), 1, 0.9, rows[:1]).coverage() == (0.0, None)


def paths(growth: float, spread: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    rates = growth + spread * rng.standard_normal((500, 1))
    return 1000 * np.exp(np.log1p(rates) * np.arange(1, 4))


@pytest.mark.parametrize(
    ("before", "ahead", "word"),
    [(0.1, 0.15, "rapid"), (0.1, 0.05, "slowing"), (0.1, 0.0, "saturated"),
     (0.1, -0.05, "shrinking"), (-0.1, 0.05, "rapid")],
)  # fmt: skip
def test_where_a_stock_is_going(before: float, ahead: float, word: str) -> None:
    past = 1000 * np.exp(np.log1p(before) * np.arange(-4, 1))
    found = stock_ahead(past, paths(ahead))
    assert found.word == word
    assert found.growth == pytest.approx((ahead, ahead, ahead))
    assert found.before == pytest.approx(before)
    assert found.steady == float(word == "saturated")
    assert stock_ahead([1000.0], paths(0.05)).word == "rapid", "nothing before to be slower than"


def test_growth_is_read_from_the_origin_on_and_from_the_last_years_alone() -> None:
    """One jump after the origin: slope of (0, 1, 1, 1) log 1.2 on 4 years is 0.3 log 1.2."""
    found = stock_ahead([500, 600, 900, 1000, 1000, 1000], np.full((3, 3), 1200.0))
    assert found.growth[1] == pytest.approx(1.2**0.3 - 1)
    # log(900, 1000, 1000, 1000)
    assert found.before == pytest.approx((10 / 9) ** 0.3 - 1)


@few
@given(st.floats(-0.2, 0.3), st.floats(0, 0.2))
def test_shares_of_words_sum_to_one(growth: float, spread: float) -> None:
    found = stock_ahead([500, 800, 1000], paths(growth, spread))
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.word == "cannot tell" or found.shares[found.word] >= 0.8
    assert found.growth[0] <= found.growth[1] <= found.growth[2]


def test_unsure_draws_have_no_word() -> None:
    found = stock_ahead([900, 950, 1000], paths(0.02, 0.02))
    assert found.word == "cannot tell"
    assert found.steady == pytest.approx(0.48, abs=0.08)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing after 2008 is known: the record ends in 2008"):
        hindcast(record(), (2008,))
    with pytest.raises(ValueError, match="origins must be distinct"):
        hindcast(record(), (2005, 2005))
    with pytest.raises(ValueError, match="origins must be distinct"):
        hindcast(record(), ())
    with pytest.raises(ValueError, match="horizon must be at least 1"):
        hindcast(record(), (2005,), 0)
    with pytest.raises(ValueError, match="the record begins in 2000"):
        hindcast(record(), (2001,))
    with pytest.raises(ValueError, match="draws of 3 years ahead are needed"):
        stock_ahead([1.0, 2.0], np.ones((5, 2)))
    with pytest.raises(ValueError, match="stock at the origin must be positive"):
        stock_ahead([1.0, 0.0], np.ones((5, 3)))


@pytest.mark.shared
def test_h2020_transport_beats_last_year_at_entries() -> None:
    """SC4 from 2016, 2017 and 2018: entries pass their gate, the share of repeats does not."""
    network = h2020("SC4", sizes=(2, 40))
    found = hindcast(
        network, past_origins(network, 2), 2, simulations=200, nearest=0.1, replicates=100,
        links=False,
    )  # fmt: skip
    assert found.origins == (2016, 2017, 2018)
    assert gate(found, "entries")[0] is Truth.MET
    assert gate(found, "repeat ties")[0] is Truth.NOT_MET
    assert found.standing("active").better
    assert {r.model for r in found.rows} == {"simulation", *BASELINES}
