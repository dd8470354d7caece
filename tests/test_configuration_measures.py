"""Calibration, fit, necessity, theory, panels, robustness, ceilings: identities and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from regionlift.measures.configuration import Cuts, RefusedError, analyse, truth_table
from regionlift.measures.configuration.adjusted import adjusted
from regionlift.measures.configuration.calibration import (
    bell,
    crisp,
    direct,
    indirect,
    power,
    tfr,
    valley,
)
from regionlift.measures.configuration.ceilings import (
    bottleneck,
    ceiling,
    peers,
    permutation_test,
)
from regionlift.measures.configuration.fit import (
    consistency,
    haesebrouck,
    model_fit,
    necessity,
    pri,
    relevance,
    sufficiency,
)
from regionlift.measures.configuration.necessity import necessity_search, sufficiency_search
from regionlift.measures.configuration.panel import panel_fit
from regionlift.measures.configuration.robustness import (
    case_robustness,
    cluster_draws,
    fit_intervals,
    fit_robustness,
    sensitivity_range,
    stability,
)
from regionlift.measures.configuration.sets import parse
from regionlift.measures.configuration.theory import evaluate

few = settings(max_examples=60, deadline=None)
floats = st.floats(0, 1, allow_subnormal=False).map(lambda v: round(v, 3))
array = np.array


@st.composite
def pairs(draw: st.DrawFn, least: int = 3) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(least, 12))
    column = st.lists(floats, min_size=n, max_size=n)
    return array(draw(column)), array(draw(column))


# calibration


def test_direct_method_by_hand() -> None:
    """0.05, 0.5, 0.95 at the anchors on both sides; one slope gives .123, .500, .981 (pyqca)."""
    found = direct(array([160.0, 172, 196, 166, 184]), 160, 172, 196)
    assert found.membership[:3] == pytest.approx([0.05, 0.5, 0.95], abs=1e-12)
    half = 1 / (1 + np.exp(-np.log(19) / 2))
    assert found.membership[3:] == pytest.approx([1 - half, half])
    once = 1 / (1 + np.exp(-(array([160, 172, 196]) - 172) * 2 * np.log(19) / (196 - 160)))
    assert once == pytest.approx([0.123, 0.5, 0.981], abs=1e-3)
    assert found.crossover.tolist() == [1]
    assert "1 case at exactly 0.5" in found.warnings[0]


@few
@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=20),
    st.tuples(st.floats(-20, -6), st.floats(-5, 5), st.floats(6, 20)),
    st.floats(0.6, 0.99), st.floats(0.2, 4), st.floats(0.2, 4),
)  # fmt: skip
def test_calibration_rises_with_the_indicator(values, anchors, idm, below, above) -> None:
    x = np.sort(array(values))
    e, c, i = anchors
    for curve in (direct(x, e, c, i, idm), power(x, e, c, i, below, above)):
        m = curve.membership
        assert ((m >= 0) & (m <= 1)).all()
        assert (np.diff(m) >= -1e-12).all()
    # a set of low values is the complement of that of high ones
    low = direct(x, i, c, e, idm).membership
    assert low == pytest.approx(1 - direct(x, e, c, i, idm).membership, abs=1e-12)
    assert (np.diff(power(x, i, c, e, below, above).membership) <= 1e-12).all()


def test_far_values_snap_and_missing_ones_stay_missing() -> None:
    found = direct(array([-1e9, 1e9, np.nan]), 0, 1, 2).membership
    assert found[:2].tolist() == [0, 1]
    assert np.isnan(found[2])
    # membership 0.9998 stays, 0.99995 is 1; and their mirror images
    at = array([np.log(f / (1 - f)) / np.log(19) for f in (0.9998, 0.99995, 0.0002, 0.00005)])
    assert direct(1 + at, 0, 1, 2).membership == pytest.approx([0.9998, 1, 0.0002, 0], abs=1e-12)
    for curve in (power(array([np.nan]), 0, 1, 2), bell(array([np.nan]), (0, 1, 2, 3, 4, 5)),
                  crisp(array([np.nan]), [1])):  # fmt: skip
        assert np.isnan(curve.membership).all()


def test_bell_and_valley() -> None:
    x = array([0, 1, 2, 3, 4, 5.0])
    assert bell(x, (0, 1, 2, 3, 4, 5)).membership.tolist() == [0, 0.5, 1, 1, 0.5, 0]
    assert valley(x, (0, 1, 2, 3, 4, 5)).membership.tolist() == [1, 0.5, 0, 0, 0.5, 1]
    # one peak instead of a plain: the two in the middle may be equal
    assert bell(array([2.0]), (0, 1, 2, 2, 3, 4)).membership.tolist() == [1]
    quarter = bell(array([0.5]), (0, 1, 2, 2, 3, 4), below=2).membership
    assert quarter.tolist() == [0.125]
    assert valley(array([0.5]), (0, 1, 2, 2, 3, 4), above=2).membership.tolist() == [0.875]


@pytest.mark.parametrize("anchors", [(1, 1, 2), (1, 2, 2), (1, 3, 2), (2, 1, 3), (0, np.nan, 1)])
def test_equal_or_crossed_anchors_are_refused(anchors) -> None:
    for curve in (direct, power):
        with pytest.raises(ValueError, match="anchors"):
            curve(array([1.0]), *anchors)


def test_other_bad_calibrations_are_refused() -> None:
    x = array([1.0, 2, 3, 4, 5, 6])
    for wrong, said in (
        (lambda: direct(x, 0, 1, 2, idm=0.5), "between 0.5 and 1"),
        (lambda: power(x, 0, 1, 2, below=0), "more than 0"),
        (lambda: bell(x, (0, 1, 1, 2, 3, 4)), "six values that rise"),
        (lambda: bell(x, (0, 1, 2, 3, 3, 4)), "six values that rise"),
        (lambda: bell(x, (0, 1, 2)), "six values"),
        (lambda: crisp(x, [2, 2]), "different values that rise"),
        (lambda: crisp(x, []), "different values"),
        (lambda: tfr(array([2.0, 2.0])), "one class"),
        (lambda: indirect(-x, [1, 2]), "no value below 0"),
        (lambda: indirect(x[:4], [1, 2]), "fewer than 6"),
        (lambda: indirect(x, [2]), "two or more"),
    ):
        with pytest.raises(ValueError, match=said):
            wrong()


def test_answers_need_not_begin_at_one() -> None:
    """R's QCA takes E(1) whatever the lowest class is: answers from 0 would be shifted."""
    x = array([1, 2, 2, 3, 5.0])
    assert tfr(x).membership.tolist() == pytest.approx([0, 0.5, 0.5, 0.75, 1])
    assert tfr(x - 1).membership.tolist() == tfr(x).membership.tolist()
    assert tfr(array([1, 2, 2, 3, 5, np.nan])).membership[:5] == pytest.approx(tfr(x).membership)


def test_indirect_method_follows_the_classes() -> None:
    x = np.linspace(1, 100, 40)
    found = indirect(x, [20, 40, 60, 80]).membership
    assert np.corrcoef(found, x)[0, 1] > 0.95
    assert indirect(array([0.0, *x]), [20, 40, 60, 80]).membership[0] < 0.05
    holed = indirect(array([np.nan, *x]), [20, 40, 60, 80])
    assert np.isnan(holed.membership[0])
    assert holed.membership[1:] == pytest.approx(found)


# fit


def test_fit_by_hand() -> None:
    x, y = array([0.8, 0.6, 0.3]), array([0.9, 0.4, 0.5])
    # min: .8 .4 .3 = 1.5; X 1.7, Y 1.8; min(X, Y, ~Y): .1 .4 .3 = .8
    s, n = sufficiency(x, y), necessity(x, y)
    assert (s.incl_s, s.cov_s, s.cov_u) == pytest.approx((1.5 / 1.7, 1.5 / 1.8, 1.5 / 1.8))
    assert s.pri == pytest.approx(0.7 / 0.9)
    assert s.haesebrouck == pytest.approx(1.5 / (1.5 + np.sqrt(0.2 * 0.6)))
    assert s.prevalence == pytest.approx(0.6)
    assert (n.incl_n, n.cov_n, n.ron) == pytest.approx((1.5 / 1.8, 1.5 / 1.7, 1.3 / 1.5))


@few
@given(pairs())
def test_identities_of_fit(xy) -> None:
    x, y = xy
    assume(0 < x.sum() < len(x))
    assume(0 < y.sum() < len(y))
    s, n = sufficiency(x, y), necessity(x, y)
    assert (s.incl_s, s.cov_s) == pytest.approx((n.cov_n, n.incl_n))
    assert 0 <= s.incl_s <= 1
    inside = np.minimum(x, y)
    assume(inside.sum() > 0)
    assert consistency(inside, y) == pytest.approx(1)
    assert haesebrouck(inside, y) == pytest.approx(1)
    # more consistent for the outcome than for its absence, or the other way: never both ways
    both = np.minimum(inside, 1 - y).sum()
    if x.sum() - both > 1e-9:
        assert pri(x, y) + pri(x, 1 - y) <= 1 + 1e-9
    assert s.pri <= s.incl_s + 1e-12 or np.isnan(s.pri)
    # adding an alternative makes a condition no more relevant
    assert relevance(np.maximum(x, y[::-1]), y) <= relevance(x, y) + 1e-12


@few
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=3, max_size=12))
def test_contraposition_of_crisp_sets(rows) -> None:
    """X is enough for Y where ~Y is enough for ~X: the contrapositive consistency is that."""
    x, y = (array(column, float) for column in zip(*rows, strict=True))
    assume(0 < x.sum() < len(x))
    assume(0 < y.sum() < len(y))
    found = adjusted(x, y)
    assert found.c_con == pytest.approx(consistency(1 - y, 1 - x))
    assert found.c_cov == pytest.approx(consistency(1 - x, 1 - y))


def test_a_frequent_outcome_makes_anything_look_sufficient() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.random(20_000) < 0.5, rng.random(20_000) < 0.9
    plain, fair = sufficiency(x.astype(float), y.astype(float)), adjusted(x * 1.0, y * 1.0)
    assert plain.incl_s == pytest.approx(plain.prevalence, abs=0.01) == pytest.approx(0.9, abs=0.01)
    assert fair.pa_con == pytest.approx(0.5, abs=0.02)
    full = adjusted(array([1.0, 0.5]), array([1.0, 1.0]))
    assert np.isnan(full.pa_con), "there is no absence of the outcome to weigh against"


def test_unique_coverage_and_the_model() -> None:
    y = array([1, 1, 1, 1, 0.0])
    terms = array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 1.0]])
    found = model_fit(terms, y)
    assert [t.cov_u for t in found.terms] == pytest.approx([0.25, 0.25])
    assert found.solution.cov_s == pytest.approx(0.75)
    assert found.solution.incl_s == pytest.approx(0.75)
    with pytest.raises(ValueError, match="at least one term"):
        model_fit(np.zeros((0, 3)), y[:3])
    with pytest.raises(ValueError, match="expected 0 to 1"):
        sufficiency(array([1.5]), array([1.0]))
    assert np.isnan(sufficiency(array([0.0]), array([1.0])).incl_s)


# necessity


@few
@given(st.integers(0, 500))
def test_necessity_search_is_the_plain_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.random((12, 3)).round(2), rng.random(12).round(2)
    cuts = {"incl": 0.8, "cov": 0.3, "ron": 0.3}
    found = necessity_search(x, y, names=list("ABC"), depth=3, **cuts)

    def passes(text: str) -> bool:
        pieces = text.replace("*", "+").split("+")
        column = {"A": x[:, 0], "B": x[:, 1], "C": x[:, 2]}
        sets = [1 - column[p[1]] if p[0] == "~" else column[p] for p in pieces]
        m = np.max(sets, axis=0) if "+" in text else np.min(sets, axis=0)
        n = necessity(m, y)
        least = ((n.incl_n, 0.8), (n.cov_n, 0.3), (n.ron, 0.3))
        return all(value >= cut - 1e-9 for value, cut in least)

    literals = ["A", "~A", "B", "~B", "C", "~C"]
    two = [(p, q) for p in literals for q in literals if p[-1] < q[-1]]
    three = [(*t, c) for t in two for c in ("C", "~C") if t[1][-1] < "C"]
    expected = {t for t in literals if passes(t)}
    single = set(expected)
    expected |= {"*".join(t) for t in (*two, *three) if passes("*".join(t))}
    wide = {t for t in two if not single & set(t) and passes("+".join(t))}
    wide |= {
        t for t in three
        if not single & set(t) and not any(set(w) < set(t) for w in wide) and passes("+".join(t))
    }  # fmt: skip
    expected |= {" + ".join(t) for t in wide}
    assert {s.expression for s in found} == expected


def test_necessity_of_a_planted_alternative() -> None:
    """Y needs A or B: neither alone is necessary, the disjunction is."""
    rng = np.random.default_rng(2)
    x = rng.random((80, 3))
    y = np.maximum(x[:, 0], x[:, 1]) * 0.9
    found = necessity_search(x, y, names=list("ABC"), incl=0.98, ron=0.4, depth=2)
    assert [(s.expression, s.joined) for s in found] == [("A + B", "or")]
    assert (found[0].terms == parse("A + B", list("ABC"))).all()
    enough = sufficiency_search(x, np.minimum(x[:, 0], x[:, 1]), names=list("ABC"), incl=0.99)
    assert [s.expression for s in enough] == ["A*B"]
    with pytest.raises(RefusedError, match="a smaller depth"):
        necessity_search(rng.random((30, 25)), rng.random(30), names=[f"c{i}" for i in range(25)],
                         incl=0.9, depth=8)  # fmt: skip
    with pytest.raises(ValueError, match="a depth of 1 or more"):
        necessity_search(x, y, names=list("ABC"), incl=0.9, depth=0)


# theory


@few
@given(pairs(), st.integers(0, 99))
def test_theory_evaluation_divides_the_cases(xy, seed: int) -> None:
    m, y = xy
    t = np.random.default_rng(seed).random(len(m)).round(3)
    found = evaluate(m, t, y)
    told = (m != 0.5) & (t != 0.5) & (y != 0.5)
    places = [i for a in found.areas for i in (*a.with_outcome, *a.without)]
    assert sorted(places) == np.flatnonzero(told).tolist()
    wide = np.max([found["model and theory"].membership, found["model alone"].membership], axis=0)
    assert (wide <= m + 1e-12).all()


def test_theory_that_is_the_model() -> None:
    m, y = array([1, 1, 0, 0.0]), array([1, 0, 1, 0.0])
    same, apart = evaluate(m, m, y), evaluate(m, 1 - m, y)
    assert same["model and theory"].fit == same.model == same.theory
    assert same["model alone"].membership.sum() == 0
    assert np.isnan(same["theory alone"].fit.incl_s)
    assert same["model and theory"].with_outcome.tolist() == [0]
    assert same["model and theory"].without.tolist() == [1]
    assert apart["model and theory"].membership.sum() == 0
    assert apart["model alone"].fit == apart.model


# panels


def test_panel_consistencies_are_those_of_the_parts() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.random(12), rng.random(12)
    years, regions = list(range(3)) * 4, [r for r in "abcd" for _ in range(3)]
    found = panel_fit(x, y, years, regions)
    assert (found.periods, found.units) == (("0", "1", "2"), tuple("abcd"))
    for k, value in enumerate(found.consistency.between):
        at = [i for i, t in enumerate(years) if t == k]
        assert value == pytest.approx(consistency(x[at], y[at]))
    for k, value in enumerate(found.consistency.within):
        at = slice(3 * k, 3 * k + 3)
        assert value == pytest.approx(consistency(x[at], y[at]))
    other = panel_fit(x, y, years, regions, "necessity")
    assert other.consistency.pooled == found.coverage.pooled


def test_equal_parts_have_no_distance_and_empty_ones_are_said() -> None:
    x, y = array([0.5, 0.5, 0, 0.0]), array([0.4, 0.4, 0.3, 0.3])
    found = panel_fit(x, y, [1, 2, 1, 2], ["a", "a", "b", "b"])
    assert found.consistency.distance_between == pytest.approx(0, abs=1e-12)
    assert found.consistency.empty_within.tolist() == [False, True]
    assert found.consistency.within[1] == pytest.approx(1), "nothing over nothing reads as 1"
    with pytest.raises(ValueError, match="twice in a period"):
        panel_fit(x, y, [1, 1, 1, 2], ["a", "a", "b", "b"])
    with pytest.raises(ValueError, match="as many of each"):
        panel_fit(x, y, [1], ["a"])


# robustness


def test_order_of_test_solutions_is_of_no_matter() -> None:
    """SetMethods 4.1 visits the last of them alone: three orders gave .855/.960, .724/.960."""
    rng = np.random.default_rng(3)
    initial, y = rng.random(30), rng.random(30)
    tests = rng.random((3, 30))
    whole = fit_robustness(initial, tests, y)
    values = []
    for order in ([0, 1, 2], [0, 2, 1], [2, 1, 0]):
        again = fit_robustness(initial, tests[order], y)
        assert (again.rf_cov, again.rf_cons, again.rf_sc_min, again.rf_sc_max) == (
            whole.rf_cov, whole.rf_cons, whole.rf_sc_min, whole.rf_sc_max,
        )  # fmt: skip
        assert (again.core == whole.core).all()
        values.append(fit_robustness(initial, tests[order][-1:], y).rf_sc_min)
    assert len({round(v, 6) for v in values}) == 3, "the last alone would depend on the order"
    assert whole.rf_sc_min < min(values)


@few
@given(pairs(), st.integers(0, 99))
def test_the_core_lies_in_the_solution(xy, seed: int) -> None:
    initial, y = xy
    tests = np.random.default_rng(seed).random((2, len(y)))
    assume(np.minimum(initial, y).sum() > 0)
    found = fit_robustness(initial, tests, y)
    assert (found.core <= initial).all()
    assert found.rf_cov <= 1 + 1e-12
    same = fit_robustness(initial, array([initial, initial]), y)
    assert (same.rf_cov, same.rf_cons, same.rf_sc_min, same.rf_sc_max) == pytest.approx((1,) * 4)


def test_case_types_by_hand() -> None:
    initial = array([0.9, 0.9, 0.1, 0.1, 0.9, 0.9])
    tests = array([[0.9, 0.1, 0.9, 0.1, 0.9, 0.9], [0.9, 0.9, 0.1, 0.1, 0.9, 0.9]])
    y = array([0.9, 0.9, 0.9, 0.9, 0.1, 0.5])
    found = case_robustness(initial, tests, y)
    kinds = found.typical.robust, found.typical.shaky, found.typical.possible
    assert [k.tolist() for k in kinds] == [[0], [1], [2]]
    assert found.typical.share == pytest.approx(1 / 3)
    assert (found.deviant.robust.tolist(), found.deviant.share) == ([4], 1)
    assert (found.relation, found.rank) == ("across the tests", 4)
    for last, relation, rank in (([1], "same cases", 1), ([0, 1], "beyond the tests", 3)):
        again = case_robustness(initial[:2], tests[last][:, :2], y[:2])
        assert (again.relation, again.rank) == (relation, rank)
    wider = case_robustness(initial[2:], tests[:, 2:], y[2:])
    assert (wider.relation, wider.rank) == ("inside the tests", 2)
    with pytest.raises(ValueError, match="over the same cases"):
        fit_robustness(initial, tests[:, :2], y)


def test_ranges_stop_where_the_answer_changes_or_is_refused() -> None:
    def solve(value: float) -> str:
        if value < 0.3:
            raise RefusedError("no negative row")
        return "one" if value <= 0.85 else "two"

    found = sensitivity_range(solve, 0.8, 0.1, (0, 1))
    assert (found.low, found.high) == (0.3, 0.8)
    assert (found.below, found.above) == ("no negative row", "another answer")
    assert not (found.low_open or found.high_open)
    wide = sensitivity_range(solve, 0.5, 0.1, (0.4, 0.6))
    assert (wide.low, wide.high, wide.low_open, wide.high_open) == (0.4, 0.6, True, True)
    with pytest.raises(RefusedError):
        sensitivity_range(solve, 0.1, 0.1, (0, 1))
    with pytest.raises(ValueError, match="expected a start within"):
        sensitivity_range(solve, 2, 0.1, (0, 1))


def test_whole_regions_are_drawn() -> None:
    regions = ["a", "a", "b", "b", "b", "c"]
    for places in cluster_draws(regions, 20, np.random.default_rng(0)):
        drawn = [regions[i] for i in places]
        assert drawn.count("a") % 2 == 0
        assert drawn.count("b") % 3 == 0
    with pytest.raises(ValueError, match="2 or more"):
        next(cluster_draws(["a", "a"], 5, np.random.default_rng(0)))


def test_intervals_widen_where_years_of_a_region_hang_together() -> None:
    rng = np.random.default_rng(5)
    base = rng.random((20, 2))
    x, y = base.repeat(6, axis=0).T
    regions = [str(i // 6) for i in range(120)]
    by_region = fit_intervals(x, y, regions, np.random.default_rng(1), draws=300, confidence=0.9)
    by_year = fit_intervals(x, y, range(120), np.random.default_rng(1), draws=300, confidence=0.9)
    low, high = by_region.incl_s
    assert low < consistency(x, y) < high
    assert high - low > 1.5 * (by_year.incl_s[1] - by_year.incl_s[0])
    assert (by_region.clusters, by_region.draws, by_region.undefined) == (20, 300, 0)
    again = fit_intervals(x, y, regions, np.random.default_rng(1), draws=300, confidence=0.9)
    assert again == by_region


def test_a_planted_solution_is_stable_and_noise_is_not() -> None:
    rng = np.random.default_rng(8)
    x = rng.random((120, 3)) * 0.98 + 0.01
    regions = [i // 6 for i in range(120)]

    def solver(y: np.ndarray, incl: float, reduction: float):
        def solve(places: np.ndarray) -> set[str]:
            cuts = Cuts(incl, pri=reduction)
            table = truth_table(x[places], y[places], cuts, names=list("ABC"))
            models = analyse(table).parsimonious.spelled_models
            return {term for model in models for term in model}

        return solve

    truth = np.maximum(np.minimum(x[:, 0], x[:, 1]), 1 - x[:, 2])
    found = stability(solver(truth, 0.8, 0.5), regions, np.random.default_rng(0), draws=30)
    assert found.found == {"A*B", "~C"}
    assert dict(found.parts)["A*B"] == found.same == 1
    noise = rng.random(120)
    noisy = stability(solver(noise, 0.8, 0.5), regions, np.random.default_rng(0), draws=30)
    assert noisy.found
    assert noisy.same < 0.5
    strict = solver(noise, 0.95, 0.9)
    never = stability(
        lambda places: strict(places) if len(set(places.tolist())) < 120 else {"A"}, regions,
        np.random.default_rng(0), draws=10,
    )  # fmt: skip
    assert (never.refused, never.same, dict(never.parts)) == (1, 0, {"A": 0})


# ceilings


def test_ceiling_by_hand() -> None:
    """Cases (0, 0), (1, 1), (2, 1), (2, 2): steps at 1 and 2; empty 1 + 2 of 4."""
    x, y = array([0, 1, 2, 2.0]), array([0, 1, 1, 2.0])
    found = ceiling(x, y)
    assert (found.zone, found.effect, found.accuracy) == (3, 0.75, 1)
    assert found.peers.tolist() == [[0, 0], [1, 1], [2, 2]]
    line = ceiling(x, y, "CR-FDH")
    assert (line.slope, line.intercept, line.effect) == pytest.approx((1, 0, 0.5))
    assert bottleneck(line, [0, 1, 2]).needed[1:] == pytest.approx([1, 2])
    table = bottleneck(found, [-1, 0.5, 1.5, 3])
    assert table.free.tolist() == [True, False, False, False]
    assert table.out_of_reach.tolist() == [False, False, False, True]
    assert table.needed[1:3].tolist() == [1, 2]
    given_scope = ceiling(x, y, scope=(-1, 3, -1, 3))
    # 1 below the first case, 2 and 3 at the steps, 4 above the highest
    assert given_scope.zone == pytest.approx(1 * 1 + 2 * 1 + 3 * 1 + 4 * 1)


def test_no_corner_no_line() -> None:
    x, y = array([0, 1, 0.5]), array([1, 0, 0.5])
    full = ceiling(x, y)
    assert (full.effect, full.reason) == (0, "the corner is not empty")
    line = ceiling(x, y, "CR-FDH")
    assert (line.effect, line.slope) == (0, None)
    assert "one case alone" in line.reason
    with pytest.raises(ValueError, match="no bottleneck"):
        bottleneck(line, [0.5])
    for wrong, said in (
        (lambda: ceiling(x, y[:2]), "two or more cases"),
        (lambda: ceiling(array([1, 1.0]), array([0, 1.0])), "same in all cases"),
        (lambda: ceiling(x, y, scope=(0, 0.5, 0, 1)), "outside the scope"),
        (lambda: ceiling(array([0, np.nan]), array([0, 1.0])), "without a number"),
    ):
        with pytest.raises(ValueError, match=said):
            wrong()


@few
@given(pairs(), st.sampled_from(["CE-FDH", "CR-FDH"]))
def test_corners_are_reflections_and_effects_have_no_unit(xy, technique) -> None:
    x, y = xy
    assume(np.ptp(x) > 0.01)
    assume(np.ptp(y) > 0.01)
    first = ceiling(x, y, technique)
    assert 0 <= first.effect <= 1
    assert ceiling(3 * x + 1, 5 * y - 2, technique).effect == pytest.approx(first.effect, abs=1e-9)
    for corner, u, v in ((2, -x, y), (3, x, -y), (4, -x, -y)):
        other = ceiling(u, v, technique, corner=corner)
        assert other.effect == pytest.approx(first.effect, abs=1e-9)
        assert other.above == first.above
        if first.slope is not None:
            # the line in the units given runs through the reflected peers' mean
            at = other.peers.mean(axis=0)
            assert other.intercept + other.slope * at[0] == pytest.approx(at[1], abs=1e-9)
    points = peers(x, y)
    assert (np.diff(points, axis=0) > 0).all()
    assert all(y[x <= px].max() == py for px, py in points)


def test_bottleneck_of_the_other_corners() -> None:
    """Low X is needed for high Y: the greatest X with which each level was seen."""
    x, y = array([0, 1, 2.0]), array([2, 1, 0.0])
    found = ceiling(x, y, corner=2)
    table = bottleneck(found, [0.5, 1.5])
    assert table.needed.tolist() == [1, 0]
    line = bottleneck(ceiling(x, y, "CR-FDH", corner=2), [0.5, 1.5])
    assert line.needed == pytest.approx([1.5, 0.5])
    # low Y needs high X where they fall together: the least X with Y at the level or below
    third = ceiling(x, y, corner=3)
    assert third.effect == found.effect == ceiling(x, 2 - y, corner=4).effect == 0.75
    assert bottleneck(third, [0.5, 1.5, 2]).needed[:2].tolist() == [2, 1]
    assert bottleneck(third, [0.5, 1.5, 2]).free.tolist() == [False, False, True]
    # low Y needs low X where they rise together
    fourth = bottleneck(ceiling(x, 2 - y, corner=4), [0.5, 1.5, 2, -1])
    assert fourth.needed[:2].tolist() == [0, 1]
    assert fourth.free.tolist() == [False, False, True, False]
    assert fourth.out_of_reach.tolist() == [False, False, False, True]


def test_permutation_tells_a_planted_ceiling_from_noise() -> None:
    rng = np.random.default_rng(6)
    x, noise = rng.random(60), rng.random(60)
    under = np.minimum(noise, x + 0.1)
    strong = permutation_test(x, under, np.random.default_rng(0), draws=199)
    weak = permutation_test(x, noise, np.random.default_rng(0), draws=199)
    assert strong.p == pytest.approx(1 / 199)
    assert weak.p > 0.1
    again = permutation_test(x, noise, np.random.default_rng(0), draws=199)
    assert again == weak
    line = permutation_test(x, under, np.random.default_rng(0), draws=99, technique="CR-FDH")
    assert line.p < 0.05
    with pytest.raises(ValueError, match="1 or more"):
        permutation_test(x, noise, rng, draws=0)
