"""Truth tables and their minimisation: second routes, identities, planted truths, refusals."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from regionlift.measures.configuration import (
    Cuts,
    Expectations,
    RefusedError,
    analyse,
    truth_table,
)
from regionlift.measures.configuration.cover import Covers, minimal_covers, smallest_cover
from regionlift.measures.configuration.enhanced import simultaneous, untenable
from regionlift.measures.configuration.implicants import (
    complement,
    hitting_sets,
    prime_implicants,
)
from regionlift.measures.configuration.minimise import (
    Analysis,
    Limits,
    conservative,
    dominated,
    grades,
)
from regionlift.measures.configuration.sets import (
    FREE,
    absorbed,
    binary,
    covers,
    distinct,
    listed,
    membership,
    numbers,
    parse,
    rows_of,
    spell,
    spelled,
    terms_of,
    union,
)
from regionlift.measures.configuration.truth_table import TruthTable, remainders

few = settings(max_examples=60, deadline=None)
LOOSE = {"conditions_per_case": 1.0}


def every_row(levels: tuple[int, ...]) -> np.ndarray:
    return terms_of(list(product(*(range(m) for m in levels))), len(levels))


def as_set(terms: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(t) for t in terms.tolist()}


def quine_mccluskey(rows: np.ndarray, levels: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Prime implicants as first published: merge terms that differ in all values of a condition."""
    current, primes = as_set(rows), set()
    while current:
        merged, wider = set(), set()
        for term in current:
            for j, value in enumerate(term):
                alike = [(*term[:j], v, *term[j + 1 :]) for v in range(levels[j])]
                if value != FREE and all(a in current for a in alike):
                    wider.add((*term[:j], FREE, *term[j + 1 :]))
                    merged.update(alike)
        primes |= current - merged
        current = wider
    return primes


@st.composite
def functions(draw: st.DrawFn) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """Levels, positive rows and negative rows; the others are remainders."""
    levels = tuple(draw(st.lists(st.sampled_from([2, 2, 3]), min_size=1, max_size=4)))
    rows = every_row(levels)
    signs = np.array(draw(st.lists(st.sampled_from("10?"), min_size=len(rows),
                                   max_size=len(rows))))  # fmt: skip
    assume("1" in signs)
    return levels, rows[signs == "1"], rows[signs == "0"]


@few
@given(functions())
def test_conservative_implicants_are_those_of_quine_and_mccluskey(f) -> None:
    levels, positive, _ = f
    found = prime_implicants(positive, complement(positive, levels))
    assert as_set(found) == quine_mccluskey(positive, levels)


@few
@given(functions())
def test_parsimonious_implicants_are_those_with_remainders_free(f) -> None:
    levels, positive, negative = f
    rows = every_row(levels)
    free = rows[~covers(negative, rows).any(axis=0)] if len(negative) else rows
    merged = terms_of(quine_mccluskey(free, levels), len(levels))
    # implicants of remainders alone explain nothing: a remainder is not a positive row
    told = merged[covers(merged, positive).any(axis=1)]
    assert as_set(prime_implicants(positive, negative)) == as_set(told)


@few
@given(functions())
def test_complement_holds_each_other_row_once(f) -> None:
    levels, positive, negative = f
    terms = np.concatenate((positive[:3], negative[:2]))
    rows = every_row(levels)
    inside = covers(terms, rows).any(axis=0)
    assert (covers(complement(terms, levels), rows).sum(axis=0) == ~inside).all()


@few
@given(st.lists(st.integers(1, 63), max_size=8))
def test_hitting_sets_are_minimal_and_complete(families: list[int]) -> None:
    every = [s for s in range(64) if all(s & f for f in families)]
    least = {s for s in every if not any(t != s and t & s == t for t in every)}
    found = hitting_sets(families)
    assert set(found) == least
    assert len(found) == len(least)


@few
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=8))
def test_minimal_covers_are_all_of_them(columns: list[list[bool]]) -> None:
    chart = np.array(columns)
    assume(chart.any(axis=0).all())
    for size in range(1, len(chart) + 1):
        sets = combinations(range(len(chart)), size)
        every = {c for c in sets if chart[list(c)].any(axis=0).all()}
        if every:
            break
    found = minimal_covers(chart, 1000, 10_000)
    assert set(found.covers) == every
    assert (found.size, found.number, found.truncated) == (size, len(every), False)
    assert found.always == frozenset.intersection(*map(frozenset, every))
    for j in range(len(chart)):
        share = sum(j in cover for cover in every) / len(every)
        assert found.shares.get(j, 0) == pytest.approx(share)


def test_a_list_of_models_cut_short_says_so_and_still_knows_what_is_invariant() -> None:
    """One column all models need, and two rows with three columns each: nine models."""
    chart = np.array([[1, 0, 0]] + [[0, 1, 0]] * 3 + [[0, 0, 1]] * 3, dtype=bool)
    whole = minimal_covers(chart, 100, 1000)
    assert (len(whole.covers), whole.number, whole.size, whole.truncated) == (9, 9, 3, False)
    for cut in (minimal_covers(chart, 2, 1000), minimal_covers(chart, 100, 0)):
        assert cut.truncated
        assert 1 <= len(cut.covers) <= 2
        graded = grades(cut, tuple("abcdefg"))
        assert {g.term for g in graded if g.grade == "invariant"} == {"a"}
        assert cut.counted or "model-specific" not in {g.grade for g in graded}
    assert smallest_cover(chart, without=0) is None
    # the two parts are known whole: what is cut is only the list of their combinations
    known = minimal_covers(chart, 3, 1000)
    assert (known.number, len(known.covers), known.counted, known.truncated) == (9, 3, True, True)
    assert known.shares[1] == pytest.approx(1 / 3)


def test_terms_are_graded_by_the_models_that_hold_them() -> None:
    shares = {0: 1.0, 1: 2 / 3, 2: 1 / 3, 3: 1 / 3}
    found = Covers(((0, 1), (0, 2), (0, 3)), 2, 3, True, False, shares, frozenset({0}))
    graded = {g.term: (g.grade, g.share) for g in grades(found, tuple("abcd"))}
    assert graded["a"] == ("invariant", 1.0)
    assert graded["b"] == ("partial", pytest.approx(2 / 3))
    assert graded["c"] == graded["d"] == ("model-specific", pytest.approx(1 / 3))
    # where models may be missing, one more of them may hold the term
    uncounted = Covers(found.covers, 2, 3, False, True, shares, frozenset({0}))
    assert [g.grade for g in grades(uncounted, tuple("abcd"))] == ["invariant", *["partial"] * 3]


def test_petricks_step_is_not_missing() -> None:
    """Cyclic core of six rows: merging alone leaves six implicants, and two models of three."""
    rows = terms_of([(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 1, 0), (1, 0, 0)], 3)
    implicants = prime_implicants(rows, complement(rows, binary(3)))
    found = minimal_covers(covers(implicants, rows), 100, 1000)
    assert (len(implicants), found.size, len(found.covers)) == (6, 3, 2)


def test_row_dominance_leaves_out_what_covers_less_and_keeps_ties() -> None:
    chart = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 1, 1]], dtype=bool)
    assert dominated(chart).tolist() == [False, True, False, False]
    plain = terms_of([(1, 1), (1, 0)], 2)
    assert as_set(absorbed(np.concatenate((plain, terms_of([(1, FREE)], 2))))) == {(1, FREE)}


# tables of random cases


@st.composite
def memberships(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    conditions, cases = draw(st.integers(2, 4)), draw(st.integers(6, 14))
    grid = st.integers(0, 19).map(lambda i: round(0.025 + i * 0.05, 3))
    x = draw(st.lists(grid, min_size=conditions * cases, max_size=conditions * cases))
    y = draw(st.lists(grid, min_size=cases, max_size=cases))
    return np.array(x).reshape(cases, conditions), np.array(y)


def tabled(x: np.ndarray, y: np.ndarray, **changed: float) -> TruthTable:
    cuts = Cuts(**{"incl": 0.75, "pri": 0.3, **LOOSE, **changed})
    return truth_table(x, y, cuts, names=[chr(65 + j) for j in range(x.shape[1])])


def solved(table: TruthTable, seed: int) -> Analysis:
    values = np.random.default_rng(seed).integers(0, 3, len(table.names))
    single = {j: frozenset({int(v)}) for j, v in enumerate(values) if v < 2}
    return analyse(table, Expectations(single))


@few
@given(memberships(), st.integers(0, 99))
def test_conservative_lies_in_intermediate_lies_in_parsimonious(given_, seed: int) -> None:
    table = tabled(*given_)
    assume(not table.reason)
    found = solved(table, seed)
    assert found.intermediate
    for pair in found.intermediate:
        inner = set(listed(found.conservative.terms(pair.conservative), table.levels))
        outer = set(listed(found.parsimonious.terms(pair.parsimonious), table.levels))
        for m in range(len(pair.solution.models)):
            rows = set(listed(pair.solution.terms(m), table.levels))
            assert inner <= rows <= outer
            assert rows - inner <= set(pair.easy)
        assert set(pair.easy) | set(pair.difficult) == outer - set(table.decided)
        assert not set(pair.easy) & set(pair.difficult)


@few
@given(memberships(), st.integers(0, 99), st.sampled_from([1, 2]))
def test_every_positive_row_is_covered_and_no_negative_one(given_, seed: int, least: int) -> None:
    table = tabled(*given_, cases=least)
    assume(not table.reason)
    found = solved(table, seed)
    positive, negative = table.having("1"), table.having("0", "C")
    each = [found.conservative, found.parsimonious, *(i.solution for i in found.intermediate)]
    for solution in each:
        for m in range(len(solution.models)):
            assert covers(solution.terms(m), positive).any(axis=0).all()
            assert not covers(solution.terms(m), negative).any()
    assert all(not len(found.conservative.assumptions(m)) for m in range(len(each[0].models)))


@few
@given(memberships(), st.randoms(use_true_random=False))
def test_order_of_cases_and_conditions_is_of_no_matter(given_, random) -> None:
    x, y = given_
    table = tabled(x, y)
    assume(not table.reason)
    order = list(range(len(y)))
    random.shuffle(order)
    again = tabled(x[order], y[order])
    assert again.numbers.tolist() == table.numbers.tolist()
    assert again.out == table.out
    assert again.incl == pytest.approx(table.incl, abs=1e-12)
    first, second = analyse(table), analyse(again)
    assert first.parsimonious.spelled_models == second.parsimonious.spelled_models
    columns = list(range(x.shape[1]))
    random.shuffle(columns)
    names = [table.names[c] for c in columns]
    turned = analyse(truth_table(x[:, columns], y, table.cuts, names=names))
    for mine, theirs in ((first.conservative, turned.conservative),
                         (first.parsimonious, turned.parsimonious)):  # fmt: skip
        assert plain(mine.spelled_models) == plain(theirs.spelled_models)


def plain(found: tuple[tuple[str, ...], ...]) -> set[frozenset[frozenset[str]]]:
    return {frozenset(frozenset(term.split("*")) for term in model) for model in found}


@few
@given(memberships())
def test_de_morgan(given_) -> None:
    x, _ = given_
    names = ["A", "B", *"CD"[: x.shape[1] - 2]]
    levels = binary(len(names))

    def of(text: str) -> np.ndarray:
        return union(membership(parse(text, names), x, levels))

    assert 1 - of("A + B") == pytest.approx(of("~A*~B"), abs=1e-15)
    assert 1 - of("A*B") == pytest.approx(of("~A + ~B"), abs=1e-15)
    # of sets by degrees the absence of one expression holds at least the other
    assert (1 - of("A*~B + ~A*B") >= of("A*B + ~A*~B") - 1e-15).all()
    assert of("A + A*B") == pytest.approx(of("A"))


@few
@given(memberships())
def test_each_case_is_in_one_row(given_) -> None:
    table = tabled(*given_)
    every = [c for row in table.cases for c in row]
    assert sorted(every, key=int) == [str(i + 1) for i in range(len(given_[1]))]
    assert table.n.sum() == len(every)
    for cases, deviant in zip(table.cases, table.deviant, strict=True):
        assert set(deviant) == {c for c in cases if given_[1][int(c) - 1] < 0.5}


@few
@given(st.lists(st.integers(2, 4), min_size=1, max_size=5).map(tuple))
def test_row_numbers_go_both_ways(levels: tuple[int, ...]) -> None:
    rows = every_row(levels)
    which = numbers(rows, levels)
    # product() runs over the last condition fastest: the first is the most significant
    assert which.tolist() == list(range(1, len(rows) + 1))
    assert (rows_of(which, levels) == rows).all()
    with pytest.raises(ValueError, match="the table has rows 1 to"):
        rows_of([len(rows) + 1], levels)


# planted truths


def planted(conditions: int, cases: int, seed: int) -> TruthTable:
    """A*B + C*~D with noise among idle conditions."""
    rng = np.random.default_rng(seed)
    x = rng.random((cases, conditions)) * 0.98 + 0.01
    truth = np.maximum(np.minimum(x[:, 0], x[:, 1]), np.minimum(x[:, 2], 1 - x[:, 3]))
    y = np.clip(truth + rng.normal(0, 0.03, cases), 0, 1)
    names = [chr(65 + j) for j in range(conditions)]
    return truth_table(x, y, Cuts(0.85, pri=0.5), names=names)


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_solution_is_found(seed: int) -> None:
    found = analyse(planted(4, 150, seed))
    assert found.conservative.spelled_models == (("A*B", "C*~D"),)
    assert found.parsimonious.spelled_models == (("A*B", "C*~D"),)
    assert set(found.parsimonious.essential) == {"A*B", "C*~D"}


def test_idle_conditions_cannot_be_told_without_remainders() -> None:
    """With two idle conditions the three solutions go apart in the direction they must."""
    table = planted(6, 60, 3)
    found = analyse(table, Expectations({j: frozenset({1}) for j in (0, 1, 2)}))
    longest = max(len(t.split("*")) for t in found.conservative.spelled(0))
    shortest = max(len(t.split("*")) for t in found.parsimonious.spelled(0))
    assert longest > shortest


def test_fifteen_conditions_are_solved() -> None:
    """R QCA ends in a memory error, or gives no answer in 100 s, on tables of this kind."""
    table = planted(15, 60, 2)
    found = analyse(table, Expectations({0: frozenset({1})}), limits=Limits(models=20, pairs=5))
    assert len(found.conservative.implicants) >= len(found.conservative.models[0])
    positive, negative = table.having("1"), table.having("0")
    assert len(positive) > 10 < len(negative)
    for m in range(len(found.parsimonious.models)):
        terms = found.parsimonious.terms(m)
        assert covers(terms, positive).any(axis=0).all()
        assert not covers(terms, negative).any()
        for j in range(len(terms)):
            rest = np.delete(terms, j, axis=0)
            assert not covers(rest, positive).any(axis=0).all(), "a term too many"
    assert found.intermediate


def test_too_large_a_table_is_solved_without_listing_its_rows() -> None:
    found = analyse(planted(20, 60, 5), Expectations({}), limits=Limits(models=3, pairs=2))
    assert found.parsimonious.models
    assert found.parsimonious.assumptions(0) is None
    assert found.intermediate[0].easy is None


# cut-offs, remainders, one half


def crisp(rows: str, outs: str, copies: int = 3) -> TruthTable:
    """Rows such as "11 10 01", their outcomes "110", each in so many cases."""
    x = np.array([[float(v) for v in row] for row in rows.split()]).repeat(copies, axis=0)
    y = np.array([float(v) for v in outs]).repeat(copies)
    return tabled(x, y)


def test_a_row_below_the_least_number_of_cases_is_a_remainder_not_a_negative() -> None:
    x = np.array([[1, 1]] * 3 + [[0, 0]] * 3 + [[1, 0]], dtype=float)
    y = np.array([1] * 3 + [0] * 4, dtype=float)
    one, two = tabled(x, y), tabled(x, y, cases=2)
    assert one.out == ("0", "0", "1")
    assert two.out == ("0", "?", "1")
    assert two.decided.tolist() == [1, 4]
    # as a negative the single case bars A; as a remainder it does not
    assert analyse(one).parsimonious.spelled_models == (("B",),)
    assert set(analyse(two).parsimonious.spelled_models) == {("A",), ("B",)}
    assert remainders(two, parse("A", "AB")).tolist() == [3]


def test_cases_at_one_half_are_in_no_row_and_said() -> None:
    """pyqca 0.2 counts 0.5 as in, without a word."""
    x = np.array([[0.9, 0.9], [0.5, 0.9], [0.1, 0.2], [0.2, 0.8]])
    table = truth_table(x, np.array([0.9, 0.1, 0.5, 0.1]), Cuts(0.8, **LOOSE),
                        names=["A", "B"], cases=["p", "q", "r", "s"])  # fmt: skip
    assert table.crossover == ("q",)
    assert sorted(c for row in table.cases for c in row) == ["p", "r", "s"]
    assert any("exactly 0.5 in q" in w for w in table.warnings)
    assert any("Y is exactly 0.5 in 1" in w for w in table.warnings)
    # a case at one half of the outcome deviates from nothing
    assert table.deviant[0] == ()
    assert table.deviant[1] == ("s",)


def test_cut_offs_are_met_exactly() -> None:
    """Consistency 0.8 of a row is 0.8, whatever the last digit of a sum."""
    x = np.array([[1.0]] * 5 + [[0.0]] * 5)
    y = np.array([1, 1, 1, 1, 0] + [0] * 5, dtype=float)
    assert tabled(x, y, incl=0.8, pri=0.8).out == ("0", "1")
    assert tabled(x, y, incl=0.81, pri=0).out == ("0", "0")
    assert tabled(x, y, incl=0.9, incl_low=0.8).out == ("0", "C")
    # sufficient, and hardly more so for the outcome than for its absence
    assert tabled(x, y, incl=0.8, pri=0.81).out == ("0", "0")


def test_contradictory_rows_count_as_negative() -> None:
    x = np.array([[1, 1]] * 4 + [[1, 0]] * 4 + [[0, 1]] * 4, dtype=float)
    y = np.array([1] * 4 + [1, 1, 1, 0] + [0] * 4, dtype=float)
    table = tabled(x, y, incl=0.9, incl_low=0.7)
    assert table.out == ("0", "C", "1")
    assert analyse(table).parsimonious.spelled_models == (("A*B",),)


def test_skewed_sets_are_named() -> None:
    x = np.array([[0.9, 0.9]] * 9 + [[0.1, 0.9]])
    table = tabled(x, np.array([0.9] * 5 + [0.1] * 5))
    assert dict(table.skewed) == {"A": 0.9, "B": 1.0}
    assert any("A is skewed: 90%" in w for w in table.warnings)


# refusals


def test_nothing_is_minimised_where_it_would_say_nothing() -> None:
    with pytest.raises(RefusedError, match="no positive row"):
        analyse(crisp("11 10", "00"))
    with pytest.raises(RefusedError, match="no negative row"):
        analyse(crisp("11 10", "11"))
    assert conservative(crisp("11 10", "11")).spelled_models == (("A",),)
    with pytest.raises(RefusedError, match="no positive row"):
        conservative(crisp("11 10", "00"))
    x = np.random.default_rng(0).random((10, 5))
    few_cases = truth_table(x, x[:, 0], Cuts(0.7), names=list("ABCDE"))
    assert few_cases.reason.startswith("5 conditions for 10 cases")
    assert "15 cases, or fewer conditions" in few_cases.reason
    with pytest.raises(RefusedError, match="chance alone"):
        analyse(few_cases)
    with pytest.raises(RefusedError, match="every positive row is excluded"):
        analyse(crisp("11 10", "10"), excluded=np.array([4]))


@pytest.mark.parametrize(
    ("x", "y", "names", "said"),
    [
        (np.zeros((60, 26)), np.zeros(60), [f"c{i}" for i in range(26)], "expected 1 to 25"),
        (np.array([[1.2], [0]]), np.zeros(2), ["A"], "membership 1.2 at"),
        (np.array([[np.nan], [0]]), np.zeros(2), ["A"], "membership nan"),
        (np.zeros((2, 1)), np.array([0, 2.0]), ["A"], "Y: membership 2"),
        (np.zeros((2, 2)), np.zeros(2), ["A", "A"], "differently named"),
        (np.zeros((3, 1)), np.zeros(2), ["A"], "one row a case"),
    ],
)
def test_bad_tables_are_named(x, y, names, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        truth_table(x, y, Cuts(0.8), names=names)


@pytest.mark.parametrize(
    "wrong",
    [{"incl": 0}, {"incl": 1.1}, {"incl": 0.8, "incl_low": 0.9}, {"incl": 0.8, "pri": 2},
     {"incl": 0.8, "cases": 0}],
)  # fmt: skip
def test_bad_cut_offs_are_named(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected 0"):
        Cuts(**wrong)


def test_expectations_and_rows_that_do_not_exist() -> None:
    table = crisp("11 00", "10")
    for wrong in (Expectations({2: frozenset({1})}), Expectations({0: frozenset({2})}),
                  Expectations(joint=((1,),))):  # fmt: skip
        with pytest.raises(ValueError, match="no such condition"):
            analyse(table, wrong)
    with pytest.raises(ValueError, match="rows 1 to 4"):
        analyse(table, excluded=np.array([5]))


def test_too_many_implicants_are_refused() -> None:
    with pytest.raises(RefusedError, match="more than 3 prime implicants"):
        hitting_sets([0b000111, 0b111000], most=3)
    rows = terms_of([(1, 1)], 2)
    with pytest.raises(RefusedError, match="asked for and forbidden"):
        prime_implicants(rows, rows)


# expectations and untenable rows


def test_expectations_decide_which_counterfactuals_are_easy() -> None:
    """Positive 11, negative 00: 10 and 01 are open. Expected present, A alone would do."""
    table = crisp("11 00", "10")
    none = analyse(table, Expectations({}))
    assert [i.solution.spelled_models for i in none.intermediate] == [(("A*B",),)] * 2
    a_only = analyse(table, Expectations({1: frozenset({0})}))
    models = {i.solution.spelled_models for i in a_only.intermediate}
    # B is expected absent, so that its presence is no part of what helps: A alone
    assert models == {(("A",),), (("A*B",),)}
    both = analyse(table, Expectations({0: frozenset({1}), 1: frozenset({1})}))
    assert {i.solution.spelled_models for i in both.intermediate} == {(("A*B",),)}
    joint = analyse(table, Expectations(joint=((0, 0),)))
    assert {i.solution.spelled_models for i in joint.intermediate} == {(("A",),), (("B",),)}


def test_excluded_rows_bar_assumptions() -> None:
    table = crisp("11 00", "10")
    assert set(analyse(table).parsimonious.spelled_models) == {("A",), ("B",)}
    barred = analyse(table, excluded=rows_number(table, "A*~B"))
    assert barred.parsimonious.spelled_models == (("B",),)
    assert not len(barred.recoded)
    both = crisp("11 10 00", "110")
    told = analyse(both, excluded=rows_number(both, "A*~B"))
    assert told.recoded.tolist() == [3]
    assert told.parsimonious.spelled_models == (("B",),)


def rows_number(table: TruthTable, words: str) -> np.ndarray:
    return numbers(parse(words, table.names), table.levels)


def test_a_necessary_condition_bars_remainders_and_never_observed_rows() -> None:
    """SetMethods 4.1 sets observed rows to 0, and refuses three literals of one sign."""
    table = crisp("110 011 000", "110")
    found = untenable(table, necessary=(parse("A", "ABC"),))
    assert found.necessity.tolist() == [2, 3]
    assert found.against_necessity.tolist() == [4], "011 is seen with the outcome and without A"
    kept = analyse(table, excluded=found.rows)
    assert not len(kept.recoded)
    assert covers(kept.parsimonious.terms(0), table.having("1")).any(axis=0).all()
    three = untenable(table, necessary=(parse("A + B + C", "ABC"),))
    assert three.necessity.tolist() == []
    joined = untenable(table, implausible=parse("A*B*C", "ABC"))
    assert joined.implausible.tolist() == joined.rows.tolist() == [8]


def test_rows_sufficient_for_both_prove_neither() -> None:
    x = np.array([[0.9, 0.9]] * 4 + [[0.1, 0.9]] * 4 + [[0.9, 0.1]] * 4)
    y = np.array([0.55] * 4 + [0.9] * 4 + [0.05] * 4)
    there = tabled(x, y, incl=0.6, pri=0)
    gone = tabled(x, 1 - y, incl=0.5, pri=0)
    twice = simultaneous(there, gone)
    assert 4 in twice
    found = untenable(there, absence=gone)
    assert set(twice) <= set(found.rows)
    again = analyse(there, excluded=twice)
    assert 4 in again.recoded
    other = tabled(x[:, :1], y)
    with pytest.raises(ValueError, match="different conditions"):
        untenable(there, absence=other)


# words


def test_expressions_are_read_and_written() -> None:
    names, levels = ("BASE", "GOV", "NET"), (2, 2, 2)
    found = parse("BASE*GOV + NET*~BASE + GOV*BASE", names)
    assert spelled(found, names, levels) == ("BASE*GOV", "~BASE*NET")
    many = parse("A[2]*B[0] + A[1]", ("A", "B"), (3, 2))
    assert spelled(many, ("A", "B"), (3, 2)) == ("A[1]", "A[2]*B[0]")
    assert spell(np.array([FREE], dtype=np.int8), ("A",), (2,)) == "1"
    assert as_set(distinct(np.concatenate((found, found)))) == as_set(found)
    for wrong, said in (("BAS", "conditions: BASE"), ("BASE*~BASE", "asked for twice"),
                        ("BASE[2]", "values 0 to 1"), ("", "is no condition")):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            parse(wrong, names)
    for wrong, said in (("~A", "of two values only"), ("A", "say which")):
        with pytest.raises(ValueError, match=said):
            parse(wrong, ("A", "B"), (3, 2))
