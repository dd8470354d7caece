"""Survival and hazards: by hand, against the library, and with planted truths."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from statsmodels.duration.survfunc import SurvfuncRight

from cordis import h2020
from regionlift.measures.network.affiliations import Affiliations
from regionlift.measures.network.survival import (
    exit_hazard,
    exit_periods,
    hazard,
    organisation_survival,
    spells,
    survival,
    tie_renewal,
)

few = settings(max_examples=60, deadline=None)

Event = tuple[set[int], int, int, bool]


def made(events: list[Event], n: int = 8, types: NDArray[np.int8] | None = None) -> Affiliations:
    """Affiliations of n organisations in these events."""
    events = sorted(events, key=lambda e: e[1])
    org = [i for members, *_ in events for i in sorted(members)]
    event = [k for k, (members, *_) in enumerate(events) for _ in members]
    ids = tuple(f"o{i:05d}" for i in range(n))
    return Affiliations(
        np.array(org, np.int32), np.array(event, np.int32), np.zeros(len(org), np.bool_),
        np.array([e[1] for e in events], np.int32), np.array([e[2] for e in events], np.int32),
        np.zeros(n, np.int8) if types is None else types, np.ones(n, np.bool_),
        np.array([e[3] for e in events], np.bool_), ids, ids,
        tuple(f"e{k:05d}" for k in range(len(events))),
    )  # fmt: skip


# Kaplan-Meier


def test_a_curve_by_hand() -> None:
    """Ends at 1, 3, 3, 6; unfinished at 2, 3, 8: S = 6/7, 6/7 (1 - 2/5), 6/7 (3/5) (1 - 1/2)."""
    found = survival([1, 3, 3, 6, 2, 3, 8], [True] * 4 + [False] * 3)
    assert found.table["time"].to_list() == [1, 3, 6]
    assert found.table["at_risk"].to_list() == [7, 5, 2]
    assert found.table["events"].to_list() == [1, 2, 1]
    assert found.table["survival"].to_list() == pytest.approx([6 / 7, 18 / 35, 9 / 35])
    assert (found.at(0.5), found.at(7), found.at(9)) == (1.0, pytest.approx(9 / 35), None)
    assert found.median == 6
    # Greenwood at 3: 1/(7 6) + 2/(5 3)
    log = -np.log(18 / 35)
    half = 1.6448536 * np.sqrt(1 / 42 + 2 / 15) / log
    assert found.table["low"][1] == pytest.approx(np.exp(-log * np.exp(half)))
    assert found.table["high"][1] == pytest.approx(np.exp(-log * np.exp(-half)))


@st.composite
def durations(draw: st.DrawFn) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    n = draw(st.integers(2, 30))
    return draw(arrays(np.int64, n, elements=st.integers(1, 9))), draw(arrays(np.bool_, n))


@few
@given(durations(), st.floats(0.5, 0.99))
def test_alone_the_error_is_greenwoods(
    given_: tuple[NDArray[np.int64], NDArray[np.bool_]], level: float
) -> None:
    time, event = given_
    found = survival(time, event, level=level)
    assert (found.spells, found.events) == (len(time), event.sum())
    assert found.table.height == len(np.unique(time[event]))
    if not event.any():
        assert found.at(float(time.max())) == 1.0
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        library = SurvfuncRight(time, event.astype(int))
    rows = found.table.filter(pl.col("survival") > 0)
    assert (found.table.filter(pl.col("survival") == 0)["low"].is_null()).all()
    assert (rows["low"] <= rows["survival"]).all()
    assert (rows["survival"] <= rows["high"]).all()
    share = rows["survival"].to_numpy()
    log = np.log(share)
    with np.errstate(divide="ignore"):
        half = np.log(np.log(rows["low"].to_numpy()) / log)
        other = np.log(log / np.log(rows["high"].to_numpy()))
    from scipy.stats import norm

    error = np.asarray(library.surv_prob_se)[: len(rows)] / share
    expected = norm.ppf((1 + level) / 2) * error / -log
    fine = (rows["low"].to_numpy() > 1e-12) & (rows["high"].to_numpy() < 1 - 1e-9)
    assert half[fine] == pytest.approx(expected[fine], rel=1e-5)
    assert other[fine] == pytest.approx(expected[fine], rel=1e-5)


@few
@given(durations())
def test_copies_in_a_cluster_say_nothing_new(
    given_: tuple[NDArray[np.int64], NDArray[np.bool_]],
) -> None:
    time, event = given_
    once = survival(time, event)
    thrice = survival(
        np.repeat(time, 3), np.repeat(event, 3), clusters=np.repeat(np.arange(len(time)), 3)
    )
    for column in ("time", "survival", "low", "high"):
        a, b = once.table[column].to_list(), thrice.table[column].to_list()
        assert a == [None if x is None else pytest.approx(x, rel=1e-7) for x in b]


def test_nobody_and_no_event() -> None:
    nobody = survival([], [])
    assert nobody.reason == "nobody is at risk"
    assert nobody.at(0) is nobody.median is None
    lasting = survival([3, 4], [False, False])
    assert (lasting.at(4), lasting.median, lasting.reason) == (1.0, None, "")


def test_leaving_out_the_unfinished_biases_and_counting_them_does_not() -> None:
    rng = np.random.default_rng(5)
    ends, seen = rng.geometric(0.2, 4000), rng.integers(1, 9, 4000)
    time, event = np.minimum(ends, seen), ends <= seen
    found, dropped = survival(time, event), survival(time[event], event[event])
    ended = survival(time, np.ones(4000, np.bool_))
    for t in range(1, 8):
        assert found.at(t) == pytest.approx(0.8**t, abs=0.035)
        row = found.table.filter(pl.col("time") == t)
        assert row["high"][0] - row["low"][0] < 0.06
    assert dropped.at(4) < 0.8**4 - 0.1
    assert ended.at(4) < 0.8**4 - 0.1


# organisations


def test_spells_by_hand() -> None:
    network = made([
        ({0}, 2014, 2016, False),  # there in the first year: entry not seen
        ({1}, 2015, 2016, False),  # two years, gone in the third
        ({2}, 2016, 2025, False),  # seen to stay 2016-18
        ({3}, 2015, 2015, False), ({3}, 2017, 2018, False),  # first stay: one year
        ({4}, 2018, 2018, False),  # new in the last year: no later year is seen
    ])  # fmt: skip
    found = spells(network, (2014, 2018))
    assert found.org.tolist() == [1, 2, 3]
    assert found.years.tolist() == [2, 2, 1]
    assert found.left.tolist() == [True, False, True]
    assert (found.left_censored, found.late) == (1, 1)
    wide = spells(network, (2014, 2018), window=2)
    assert wide.years.tolist() == [3, 2, 3]
    assert wide.left.tolist() == [True, False, False]


def planted(seed: int, n: int = 900) -> tuple[Affiliations, NDArray[np.float64]]:
    """Organisations that come over ten years; each year some leave for good.

    Hazard of leaving .25 for type 0 and not funded; ratio 0.5 for type 1, 0.6 where funded.
    """
    rng = np.random.default_rng(seed)
    types = rng.integers(0, 2, n).astype(np.int8)
    events: list[Event] = []
    base = np.log(-np.log1p(-0.25))
    for i, year in enumerate(rng.integers(2008, 2021, n).tolist()):
        while year < 2026:
            paid = bool(rng.random() < 0.5)
            partner = {n + int(rng.integers(0, 40))} if rng.random() < 0.5 else set()
            events.append(({i} | partner, year, year, paid))
            eta = base + np.log(0.5) * types[i] + np.log(0.6) * paid
            if rng.random() < -np.expm1(-np.exp(eta)):
                break
            year += 1
    return made(events, n + 40, np.append(types, np.full(40, 2, np.int8))), np.log([0.5, 0.6])


def test_a_planted_survival_is_found() -> None:
    network, _ = planted(3)
    curves = organisation_survival(network, (2010, 2020))
    found = curves["enterprise"]
    rate = 0.5 * 0.25 + 0.5 * -np.expm1(-0.6 * -np.log1p(-0.25))
    for t in (1, 2, 4):
        row = found.table.filter(pl.col("time") == t)
        assert row["low"][0] - 0.02 < (1 - rate) ** t < row["high"][0] + 0.02
    assert curves["university"].at(4) > found.at(4) + 0.1
    assert curves["institute"].spells <= 40
    assert curves["all"].spells == sum(c.spells for name, c in curves.items() if name != "all")


def test_periods_at_risk_by_hand() -> None:
    network = made([
        ({0, 1, 2}, 2015, 2016, True), ({0, 3}, 2016, 2016, False), ({4}, 2014, 2018, True),
    ])  # fmt: skip
    frame, left_out = exit_periods(network, (2014, 2018))
    assert left_out == 1
    rows = frame.filter(pl.col("org") == 0)
    assert rows["year"].to_list() == [2015, 2016]
    assert rows["exit"].to_list() == [False, True]
    assert rows["age"].to_list() == [0, 1]
    assert np.expm1(rows["log_degree"].to_numpy()) == pytest.approx([2, 3])
    assert rows["funded"].to_list() == [1.0, 0.5]
    assert frame.height == 7
    # still there in the last year: censored, no period in it
    short, _ = exit_periods(network, (2014, 2016))
    assert not short["exit"].any()
    assert short["year"].max() == 2015
    # in the year after the event the window has them there, funding as it was
    wide, _ = exit_periods(network, (2014, 2018), window=2)
    assert wide.filter(pl.col("org") == 0)["funded"].to_list() == [1.0, 0.5, 0.5]


# hazards


def periods(seed: int, n: int = 700) -> tuple[NDArray[np.bool_], dict[str, NDArray[np.float64]],
                                             NDArray[np.int64]]:  # fmt: skip
    """Person-periods with hazard ratios 1.6 (x, continuous) and 0.5 (z, a group), censored at 6."""
    rng = np.random.default_rng(seed)
    x, z = rng.standard_normal(n), rng.random(n) < 0.4
    rate = -np.expm1(-np.exp(-1.6 + np.log(1.6) * x + np.log(0.5) * z))
    ends = np.minimum(rng.geometric(rate), 7)
    stay = np.minimum(ends, 6)
    who = np.repeat(np.arange(n), stay)
    last = np.append(who[1:] != who[:-1], True)
    event = last & (ends[who] <= 6)
    return event, {"x": x[who], "z": z[who].astype(float)}, who


def test_the_ratio_of_two_groups_is_that_of_continuous_time() -> None:
    """With one group the model is saturated: log(1 - h1) / log(1 - h0), shares 30/50 and 20/80."""
    group = np.repeat([1, 0], [50, 80])
    event = np.concatenate([np.arange(50) < 30, np.arange(80) < 20])
    found = hazard(event, {"group": group}, np.arange(130))
    assert found.table["ratio"][0] == pytest.approx(np.log(1 - 0.6) / np.log(1 - 0.25), rel=1e-6)
    assert (found.rows, found.events, found.clusters) == (130, 50, 130)


def test_planted_hazard_ratios_are_covered_as_often_as_said() -> None:
    covered = np.zeros(2)
    for seed in range(40):
        event, covariates, who = periods(seed)
        table = hazard(event, covariates, who).table
        truth = np.array([1.6, 0.5])
        covered += (table["low"].to_numpy() < truth) & (truth < table["high"].to_numpy())
    # binomial(40, .9): 99.9 % within 29..40
    assert (covered >= 30).all()


def test_periods_that_repeat_within_a_cluster_do_not_narrow_the_interval() -> None:
    event, covariates, who = periods(1)
    once = hazard(event, covariates, who).table
    thrice = hazard(
        np.repeat(event, 3), {k: np.repeat(v, 3) for k, v in covariates.items()}, np.repeat(who, 3)
    ).table
    for column in ("ratio", "error"):
        assert once[column].to_list() == pytest.approx(thrice[column].to_list(), rel=0.01)


def test_planted_networks_give_their_hazard_ratios_back() -> None:
    found, covered = [], []
    for seed in range(20):
        network, truth = planted(seed)
        told = exit_hazard(network.among(network.type < 2), (2010, 2020))
        assert "log_degree does not vary" in told.left_out
        assert "first year left out" in told.left_out[1]
        rows = {row["covariate"]: row for row in told.table.iter_rows(named=True)}
        # whichever type is more frequent is the reference
        kind, sign = ("university", 1) if "type: university" in rows else ("enterprise", -1)
        assert told.left_out[0] != f"type: compared with {kind}"
        pair = [(f"type: {kind}", sign * truth[0]), ("funded", truth[1])]
        found.append([rows[name]["coefficient"] * value for name, value in pair] / truth**2)
        covered.append([
            np.log(rows[name]["low"]) < value < np.log(rows[name]["high"]) for name, value in pair
        ])  # fmt: skip
    ratio, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(20)
    assert (np.abs(ratio - 1) < 4 * error).all()
    # binomial(20, .9): 99.8 % at 14 or above
    assert (np.sum(covered, axis=0) >= 14).all()


def test_too_few_events_are_a_reason() -> None:
    event, covariates, who = periods(1, n=40)
    found = hazard(event, covariates, who, fewest=20)
    assert found.table.is_empty()
    assert found.reason.startswith(f"too few events: {event.sum()} events")
    assert "40 of each are needed" in found.reason
    assert not hazard(event, covariates, who, fewest=5).reason
    # as few periods without an event are as bad
    assert hazard(~event, covariates, who, fewest=20).reason.startswith("too few")


@pytest.mark.parametrize("shape", ["group", "complete", "quasi", "plane"])
def test_separation_is_a_reason_and_names_what_separates(shape: str) -> None:
    event, covariates, who = periods(2)
    x = covariates["x"]
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(len(x))
    if shape == "group":
        group = (rng.random(len(x)) < 0.2) & ~event
        found = hazard(event, {"x": x, "closed": group}, who)
        assert found.reason == "events are separated by closed"
    elif shape == "complete":
        found = hazard(event, {"x": x, "told": event * 1.0 + 0.1 * rng.random(len(x))}, who)
        assert "told" in found.reason
    elif shape == "quasi":
        edge = np.where(event, rng.random(len(x)), -rng.random(len(x)))
        edge[::7] = 0
        found = hazard(event, {"edge": edge}, who)
        assert found.reason == "events are separated by edge"
    else:
        hidden = np.where(event, 1.0, -1.0) * (0.01 + rng.random(len(x))) - noise
        found = hazard(event, {"noise": noise, "hidden": hidden}, who)
        assert found.reason == "events are separated by noise, hidden"
    assert found.table.is_empty()


def test_what_cannot_be_told_has_a_reason() -> None:
    event, covariates, who = periods(2)
    x = covariates["x"]
    assert hazard(event, {"x": x, "twice": 2 * x + 1}, who).reason == (
        "a covariate follows from the others"
    )
    constant = hazard(event, {"one": np.ones(len(x))}, who)
    assert (constant.reason, constant.left_out) == ("no covariate varies", ("one does not vary",))
    assert hazard([], {"x": []}, []).reason == "no covariate varies"
    assert "of one cluster" in hazard(event, {"x": x}, np.zeros(len(x))).reason
    assert exit_hazard(made([({0, 1}, 2015, 2016, True)])).reason == "no covariate varies"
    few_left = exit_hazard(made([({0, 1}, 2015, 2016, True), ({2, 3, 4}, 2016, 2016, False),
                                 ({2}, 2017, 2019, False), ({5}, 2019, 2019, True)]))  # fmt: skip
    assert few_left.reason.startswith("too few events")


# ties after their event


def test_renewal_by_hand() -> None:
    network = made([
        ({0, 1, 2}, 2010, 2012, True),  # first event of three pairs
        ({0, 1}, 2014, 2015, False),  # 0-1 again two years after
        ({0, 2}, 2011, 2013, True),  # 0-2 goes on in the year after
        ({3, 4}, 2010, 2010, False), ({3, 4}, 2010, 2010, True),  # nothing after: censored at 6
        ({5, 6}, 2015, 2017, True),  # not over by the last year
        ({6, 7}, 2016, 2016, False),  # not over before the last year
        ({3, 7}, 2013, 2014, False),  # not again, seen for two years
    ])  # fmt: skip
    found = tie_renewal(network, (2010, 2016))
    assert found.unseen == 2
    assert found.public.table["time"].to_list() == [1, 2]
    assert found.public.table["at_risk"].to_list() == [3, 2]
    assert found.public.table["survival"].to_list() == pytest.approx([2 / 3, 1 / 3])
    assert (found.other.spells, found.other.events, found.other.follow_up) == (2, 0, 6)
    # before the second meeting of 0 and 1 that pair is censored
    early = tie_renewal(network, (2010, 2013))
    assert (early.public.spells, early.public.events) == (3, 1)


def test_planted_renewal_differs_with_funding_and_one_event_is_one_cluster() -> None:
    rng = np.random.default_rng(2)
    events: list[Event] = []
    for k in range(120):
        team = set(range(5 * k, 5 * k + 5))
        paid, start = bool(k % 2), int(rng.integers(2000, 2010))
        events.append((team, start, start + 2, paid))
        again = start + 2 + int(rng.geometric(0.3 if paid else 0.1))
        events.append((team, again, again, False))
    found = tie_renewal(made(events, 600), (2000, 2018))
    for curve, rate in ((found.public, 0.3), (found.other, 0.1)):
        assert curve.spells == 600
        row = curve.table.filter(pl.col("time") == 4)
        assert row["low"][0] < (1 - rate) ** 4 < row["high"][0]
    # whole teams return: the interval is that of 60 teams, not of 600 pairs
    teams = survival([4] * 20 + [9] * 40, [True] * 20 + [False] * 40).table
    row = found.other.table.filter(pl.col("time") == 4)
    width = row["high"][0] - row["low"][0]
    assert width == pytest.approx(teams["high"][0] - teams["low"][0], abs=0.04)


@pytest.mark.shared
def test_h2020_ties_and_exits() -> None:
    """Austria's pairs in H2020: 688 whose project was over before 2020, 284 of them met again."""
    network = h2020(country="AT")
    network = network.among(network.inside)
    found = tie_renewal(network)
    assert (found.public.spells, found.public.events, found.unseen) == (688, 284, 1226)
    assert found.other.reason == "nobody is at risk"
    ratios = exit_hazard(network)
    assert "funded does not vary" in ratios.left_out
    low = {r["covariate"]: r["high"] for r in ratios.table.iter_rows(named=True)}
    assert low["log_degree"] < 0.5
    assert low["type: institute"] < 0.6


# bad input


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match="lists of one length"):
        survival([1, 2], [True])
    with pytest.raises(ValueError, match="above 0"):
        survival([0, 2], [True, True])
    with pytest.raises(ValueError, match=r"1\.0 was given"):
        survival([1], [True], level=1.0)
    with pytest.raises(ValueError, match=r"x has shape \(1,\)"):
        hazard([True, False], {"x": [1]}, [0, 1])
    with pytest.raises(ValueError, match="clusters has shape"):
        hazard([True, False], {"x": [1, 2]}, [0])
    with pytest.raises(ValueError, match="x must be finite"):
        hazard([True, False], {"x": [1, np.nan]}, [0, 1])
    with pytest.raises(ValueError, match="say which years"):
        spells(made([]))
    with pytest.raises(ValueError, match="in order"):
        tie_renewal(made([]), (2016, 2015))
