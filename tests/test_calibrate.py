"""Calibration: closed blocks, nearest simulations, and whether their intervals can be trusted."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest

from cordis import h2020
from regionlift.forecast.blocks import (
    entry_block,
    expected_entries,
    fit_blocks,
    gather_block,
    leave_block,
    newcomer_mix,
    project_block,
    volume_block,
)
from regionlift.forecast.calibrate import (
    PRIORS,
    WEIGHTS,
    Calibration,
    calibrate,
    nearest_draws,
    reference_table,
)
from regionlift.forecast.ensemble import simulate
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.plan import observed_plan, ready
from regionlift.forecast.scores import crps
from regionlift.forecast.state import observe, observed_counts
from regionlift.forecast.summaries import SUMMARIES, team_summaries
from urns import grown, table


def test_entry_block_finds_a_planted_urn() -> None:
    rng = np.random.default_rng(1)
    sigma, theta, n, u, v = 0.6, 300.0, 0.0, 0.0, 20_000
    entries = []
    for _ in range(30):
        p = float(expected_entries(np.array(sigma), np.array(theta), n, u, v)) / v
        odds = p / (1 - p) * np.exp(0.2 * rng.standard_normal())
        k = rng.binomial(v, odds / (1 + odds))
        entries, n, u = [*entries, k], n + k, u + v
    fit = entry_block(np.array(entries), np.full(30, v), burn_in=0)
    assert abs(fit.mean["sigma"] - sigma) < 2.5 * fit.error["sigma"] < 0.2
    assert abs(fit.mean["theta"] - theta) < 2.5 * fit.error["theta"] < 2 * theta
    assert 0.14 < fit.mean["entry_spread"] < 0.28


def test_a_short_record_leaves_the_urn_unsure() -> None:
    short = entry_block(np.array([100, 900, 700]), np.array([110, 1500, 1400]))
    long = entry_block(np.array([100, 900, 700, 600, 560, 530, 500, 480]),
                       np.array([110, *[1500] * 7]))  # fmt: skip
    assert short.error["sigma"] > 1.5 * long.error["sigma"]


def test_volume_block_covers_what_comes() -> None:
    """Of 300 first-order autoregressions, a 90 % interval holds the next value of about 90 %."""
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(300):
        y = [0.0]
        for _ in range(8):
            y.append(0.5 * y[-1] + 0.2 * rng.standard_normal())
        volume = np.rint(4000 * np.exp(y)).astype(np.int64)
        low, high = np.quantile(
            volume_block(volume[:-1], burn_in=0).draw(rng, 400, 1)[:, 0], [0.05, 0.95]
        )
        inside.append(low <= volume[-1] <= high)
    assert 0.84 <= np.mean(inside) <= 0.96


def test_volume_of_a_single_year_is_wide() -> None:
    drawn = volume_block(np.array([5, 1000])).draw(np.random.default_rng(1), 4000, 3)
    low, middle, high = np.quantile(drawn[:, 2], [0.05, 0.5, 0.95])
    assert middle == pytest.approx(1000, rel=0.05)
    assert low < 700 < 1400 < high


def test_gather_block_tells_together_from_apart() -> None:
    fits = {}
    for gather in (1.0, 8.0):
        history = grown(truth=UrnParameters(gather=gather, theta=300), seats=500)
        fits[gather] = gather_block(observe(history, 2005))
    for gather, fit in fits.items():
        assert fit.mean["gather"] == pytest.approx(gather, rel=0.35)


def test_leave_block_finds_leavers_and_stays_wide_without_spells() -> None:
    rng = np.random.default_rng(3)
    events = []
    for i in range(3000):
        last, year = 2000, 2000
        events.append((2000, 2000, [i]))
        while year < 2009:
            year += 1
            if year == last + 1:
                continue
            if rng.random() < 0.3:
                break
            if rng.random() < 0.4:
                events.append((year, year, [i]))
                last = year
    fit = leave_block(observe(table(events), 2009))
    assert fit.mean["leave"] == pytest.approx(0.3, abs=0.05)
    assert fit.mean["return"] == pytest.approx(0.4, abs=0.05)
    years = [2000 + 4 * (i % 2) for i in range(300)]
    mixed, by_year = (
        leave_block(observe(table([(y, y, [i]) for i, y in enumerate(order)]), 2009))
        for order in (years, sorted(years))
    )
    assert mixed.mean == by_year.mean, "what organisations are called does not matter"
    none = leave_block(observe(table([(2000, 2009, [0, 1])]), 2009))
    assert none.error["leave"] > 0.25


def test_projects_are_drawn_from_the_last_years_only() -> None:
    history = table([(2000 + y, 2000 + y + y, list(range(2 + y))) for y in range(6)])
    pool = project_block(observe(history, 2005), recent=2)
    assert pool.sizes.tolist() == [6, 7]
    assert pool.durations.tolist() == [4, 5]


def test_types_of_newcomers_are_those_of_the_last_years() -> None:
    history = table([(2000, 2000, [0, 1]), (2004, 2004, [0, 2, 3]), (2005, 2005, [12])])
    share, inside = newcomer_mix(observe(history, 2005), recent=2)
    assert np.diff(share, prepend=0)[[3, 4]] == pytest.approx([1 / 3, 2 / 3])
    assert inside == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_team_summaries_are_their_definitions(seed: int) -> None:
    """Against sets; the share of repeats outside the best team has a test of its own."""
    rng = np.random.default_rng(seed)
    drawn = [(2000 + int(rng.integers(0, 6)), rng.choice(12, int(rng.integers(2, 6)), False))
             for _ in range(30)]  # fmt: skip
    start = observe(table([(y, y, m.tolist()) for y, m in drawn], 12), 2005)
    teams = [set(t.tolist()) for t in np.split(start.org, start.offsets[1:-1])]
    years, type_, place = start.start.tolist(), start.type, start.place
    gaps, overlaps, alike, near, seats = [], [], [], [], []
    for e, team in enumerate(teams):
        if years[e] < 2003:
            continue
        for i in team:
            earlier = [years[f] for f in range(e) if i in teams[f]]
            if earlier:
                gaps.append(years[e] - max(earlier))
                seats.append(i)
        if len(team) > 2:
            top = max(len(team & t) for t in teams[:e])
            overlaps.append(((top - 1) / (len(team) - 1) if top > 1 else 0,
                             top > 1 and 2 * top >= len(team)))  # fmt: skip
        for i, j in combinations(team, 2):
            alike.append(type_[i] == type_[j])
            near.append(place[i] == place[j])
    times = np.bincount(seats)
    found = team_summaries(start.org, start.offsets, start.start, type_, place, 2003)
    expected = [
        len(alike), *np.mean(overlaps, axis=0), found[3], np.mean(np.array(gaps) <= 1),
        np.mean(np.array(gaps) >= 3), np.mean(alike), np.mean(near),
        (times > 0).sum() / len(seats), np.log((times**2).sum() / len(seats)),
    ]  # fmt: skip
    assert found == pytest.approx(expected, rel=1e-12)


def test_repeats_outside_the_best_earlier_team_are_counted_apart() -> None:
    """0 and 1 come with their team; 5 has met 0, not 1: one of two pairs outside is a repeat."""
    history = table([(2000, 2000, [0, 1, 2]), (2000, 2000, [0, 5]), (2001, 2001, [0, 1, 5])])
    start = observe(history, 2001)
    found = team_summaries(start.org, start.offsets, start.start, start.type, start.place, 2001)
    assert found[3] == 0.5


ABC = tuple(n for n in PRIORS if n != "same_place")


@cache
def small_table() -> tuple[np.ndarray, np.ndarray]:
    """Draws from the prior and their summaries, of three years of a small network."""
    history = grown(years=6, seats=300, truth=UrnParameters(theta=150))
    before, now = observe(history, 2003), observe(history, 2006)
    rng = np.random.default_rng(11)
    low, high = np.array([PRIORS[n] for n in ABC]).T
    draws = low + (high - low) * rng.random((4000, len(ABC)))
    settings = [
        UrnParameters(theta=150, leave=0.2, **dict(zip(ABC, d.tolist(), strict=True)))  # type: ignore[arg-type]
        for d in draws
    ]
    entries = observed_counts(history, range(2004, 2007))["entries"]
    plan = observed_plan(now, 2004, np.ones(3))
    found = reference_table(ready(before, *newcomer_mix(now)), plan, entries, settings, 5)
    return draws, found


@pytest.mark.parametrize("begun", [(2004, 2005), (2004, 2006), (2005, 2006)])
def test_years_without_a_project_take_nothing_from_the_others(begun: tuple[int, int]) -> None:
    """A year with none has no seats: the newcomers of the others are those given."""
    made = grown(years=6, seats=300, truth=UrnParameters(theta=150))
    start = observe(made, 2006)
    kept = np.isin(start.start, [*range(2001, 2004), *begun])
    teams = [(int(y), int(e), start.org[a:b].tolist()) for y, e, a, b, k in zip(
        start.start, start.end, start.offsets[:-1], start.offsets[1:], kept, strict=True) if k]
    history = table(teams)
    before, now = observe(history, 2003), observe(history, 2006)
    plan = observed_plan(now, 2004, np.ones(3))
    entries = observed_counts(history, range(2004, 2007))["entries"]
    some = [UrnParameters(theta=150, leave=0.2)] * 40
    told = reference_table(ready(before, *newcomer_mix(now)), plan, entries, some, 5)
    assert np.isfinite(told).all()
    found = np.exp(told[:, SUMMARIES.index("entries")]).mean()
    assert found == pytest.approx(entries.sum(), rel=0.1)


def test_intervals_of_nearest_simulations_cover_what_was_planted() -> None:
    """250 truths from the prior on one reference table, each left out of it in turn."""
    draws, found = small_table()
    covered, middle = [], []
    for t in range(250):
        others = np.delete(np.arange(len(draws)), t)
        kept = others[nearest_draws(found[others], found[t], 0.02)]
        low, centre, high = np.quantile(draws[kept], [0.05, 0.5, 0.95], axis=0)
        covered.append((low <= draws[t]) & (draws[t] <= high))
        middle.append(centre)
    truth, width = draws[:250], np.ptp(draws, axis=0)
    share = np.mean(covered, axis=0)
    assert (share >= 0.84).all() and (share <= 0.96).all(), dict(zip(ABC, share, strict=True))
    bias = (np.array(middle) - truth).mean(axis=0) / width
    assert (np.abs(bias) < 0.05).all(), dict(zip(ABC, bias, strict=True))
    told = {n: float(np.corrcoef(np.array(middle)[:, d], truth[:, d])[0, 1])
            for d, n in enumerate(ABC)}  # fmt: skip
    for name in ("inherit", "trust", "closure", "same_type", "memory"):
        assert told[name] > 0.4, told


def test_nearest_draws_counts_each_summary_on_its_own_scale() -> None:
    rng = np.random.default_rng(1)
    base = rng.standard_normal((500, len(SUMMARIES)))
    scale = 10.0 ** rng.integers(-3, 4, len(SUMMARIES))
    same = nearest_draws(base * scale, base[7] * scale, 0.1)
    assert same[0] == 7
    assert same.tolist() == nearest_draws(base, base[7], 0.1).tolist()
    heavy = nearest_draws(base, base[7], 0.1, {"repeat share of formed ties": 1000.0})
    at = SUMMARIES.index("repeat share of formed ties")
    assert np.abs(base[heavy, at] - base[7, at]).max() < np.abs(base[same, at] - base[7, at]).max()
    entries = base.copy()
    entries[:, SUMMARIES.index("entries")] = 0.0
    assert nearest_draws(entries, base[7], 0.1).tolist() == same.tolist(), "newcomers are given"
    constant = base.copy()
    constant[:, 3] = 1.0
    assert nearest_draws(constant, base[7], 0.1).shape == (50,)


def test_calibration_is_the_same_with_any_number_of_threads() -> None:
    def run(seed: int, workers: int) -> Calibration:
        return calibrate(grown(), 2005, simulations=40, nearest=0.2, seed=seed, workers=workers)

    one, three, other = run(1, 1), run(1, 3), run(2, 1)
    assert one.draws.tobytes() == three.draws.tobytes() != other.draws.tobytes()
    assert one.misfit == three.misfit
    assert one.draws.shape == (8, len(one.names))
    forecasts = [simulate(grown(), 2005, 2, c, replicates=5) for c in (one, three)]
    assert (forecasts[0].counts["ties"] == forecasts[1].counts["ties"]).all()


def test_a_record_the_model_cannot_make_is_reported_as_misfit() -> None:
    """Ten closed groups that meet every year: no urn keeps strangers apart like that."""
    groups = [list(range(6 * g, 6 * g + 6)) for g in range(10)]
    history = table([(y, y, g) for y in range(2000, 2006) for g in groups])
    found = calibrate(history, 2005, simulations=100, seed=1)
    out = {m.name for m in found.misfit if m.outside}
    assert "repeat share of formed ties" in out


def test_wrong_questions_are_refused() -> None:
    history = grown()
    with pytest.raises(ValueError, match="the record begins in 2000: 9 years before 2005"):
        calibrate(history, 2005, fit_years=9)
    with pytest.raises(ValueError, match="nearest must be above 0"):
        calibrate(history, 2005, nearest=0)
    with pytest.raises(ValueError, match="there is no 'memry'"):
        calibrate(history, 2005, priors={"memry": (0, 1)})
    with pytest.raises(ValueError, match="there is no 'reapeats'"):
        calibrate(history, 2005, weights={**WEIGHTS, "reapeats": 1})
    with pytest.raises(ValueError, match="fit_years must be 1 or more"):
        calibrate(history, 2005, fit_years=0)
    fitted = calibrate(history, 2004, simulations=20)
    with pytest.raises(ValueError, match="the calibration is of 2004"):
        simulate(history, 2005, 1, fitted)


def test_blocks_are_told_with_their_errors() -> None:
    rows = {n: (m, e) for n, m, e in fit_blocks(observe(grown(), 2005)).table()}
    assert set(rows) == {"sigma", "theta", "entry_spread", "gather", "leave", "return", "pull"}
    assert all(e > 0 for _, e in rows.values())


@pytest.mark.shared
@pytest.mark.parametrize(("part", "origin"), [("LEIT", 2017), ("LEIT", 2018), ("SC4", 2017)])
def test_entries_of_h2020_are_forecast_better_than_by_last_year(part: str, origin: int) -> None:
    """Volume is not known; the median share of repeated ties is within a fifth at LEIT."""
    history = h2020(part, sizes=(2, 40))
    known = observed_counts(history, range(2014, 2021))
    entries = known["entries"][origin - 2013 :]
    fitted = calibrate(history, origin, simulations=500, nearest=0.06, seed=1, workers=2)
    done = simulate(history, origin, 2020 - origin, fitted, replicates=200, seed=2, workers=2)
    error = np.abs(entries - known["entries"][origin - 2014]).mean()
    assert np.mean(crps(done.draws("entries"), entries)) < error
    low, high = done.quantiles("entries", [0.05, 0.95])
    assert ((low <= entries) & (entries <= high)).mean() > 0.6
    if part == "LEIT":
        formed, repeat = (known[n][origin - 2013 :].sum() for n in ("formed_ties", "repeat_ties"))
        share = done.counts["repeat_ties"].sum(axis=1) / done.counts["formed_ties"].sum(axis=1)
        assert np.median(share) == pytest.approx(repeat / formed, rel=0.2)
