"""Clauses, links and conditions: thresholds, three values, memberships, words of the paper."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from path_readings import PLACE, Said, gap, in_force, judged, known, reading, said, small
from regionlift.evidence.settings import Settings, settings
from regionlift.evidence.verdict import Truth
from regionlift.measures.configuration.calibration import direct
from regionlift.paths.evaluate import Judged, judge, judge_path, rule_in_words
from regionlift.paths.load import failures, shipped, thresholds
from regionlift.paths.model import Clause, Comparison, Link, Path
from regionlift.paths.rules import parse
from shared import SHARED, required

NO, OPEN, YES = Truth.NOT_MET, Truth.CANNOT_TELL, Truth.MET
SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
EVERY = [c for path in shipped() for c in path.comparisons] + list(failures().clauses)
CLAUSES = [c for c in EVERY if isinstance(c, Clause)]
DEFAULTS = settings(more=thresholds(shipped()))
FORBIDDEN = ("will lead to", "guarantee")


def by(c: Comparison, value: float, limit: float | None = None) -> Judged:
    moved = {} if limit is None else {c.id: replace(DEFAULTS.thresholds[c.id], value=limit)}
    return judge(c, Said(reading(c, value)), Settings({**DEFAULTS.thresholds, **moved}))


# Thresholds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", EVERY, ids=[c.id for c in EVERY])
def test_the_verdict_flips_exactly_at_the_threshold(c: Comparison) -> None:
    """The nearest numbers below and above, and the threshold itself, which counts as the sign."""
    below, above = math.nextafter(c.threshold, -math.inf), math.nextafter(c.threshold, math.inf)
    found = {v: by(c, v).truth for v in (below, c.threshold, above)}
    upward = c.compare in (">=", ">")
    assert found[below] is (NO if upward else YES)
    assert found[above] is (YES if upward else NO)
    assert found[c.threshold] is (YES if "=" in c.compare else NO)


@pytest.mark.parametrize("c", EVERY, ids=[c.id for c in EVERY])
def test_what_does_not_reach_the_threshold_is_not_printed_as_reaching_it(c: Comparison) -> None:
    """“Location quotient: 1; asked for is at least 1” was once not met: it was 0.9999999936."""
    for gap_ in (3e-9, 0.0):
        for way in (-math.inf, math.inf):
            value = math.nextafter(c.threshold * (1 + math.copysign(gap_, way)), way)
            answer = by(c, value)
            told, asked = answer.reason.split("; asked for is ")
            told = told.rsplit(": ", 1)[1].split(", ")[-1].removesuffix(" of the peers")
            for sign in ("at least ", "above ", "at most ", "below "):
                asked = asked.removeprefix(sign)
            number, line = (Decimal(t.split(" ")[0].strip("p%").replace(",", ""))
                            for t in (told, asked))  # fmt: skip
            assert (number > line) == (value > c.threshold) and number != line, answer.reason


@given(st.sampled_from(EVERY), st.floats(0, 1), st.integers(-3, 3))
def test_a_moved_threshold_is_the_one_in_force(c: Comparison, share: float, steps: int) -> None:
    limit = min(c.high, max(c.low, c.low + share * (c.high - c.low)))
    whole = DEFAULTS.thresholds[c.id].counts
    limit = float(round(limit)) if whole else limit
    value = limit
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.copysign(math.inf, steps))
    answer = by(c, value, limit)
    assert answer.threshold == limit
    assert (answer.truth is YES) == SIGNS[c.compare](value, limit)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("against", ["value", "peers", "trend"])
@given(value=st.floats(-50, 50), limit=st.floats(0, 100))
def test_every_sign_against_the_number_its_percentile_and_its_trend(
    sign: str, against: str, value: float, limit: float
) -> None:
    """Of the three readings of a measure only the one asked for decides."""
    path = small(links=1)
    c = path.links[0].model_copy(
        update={"compare": sign, "against": against, "threshold": limit, "high": 100.0, "low": 0.0}
    )
    wrong = limit - 1e3 if SIGNS[sign](value, limit) else limit + 1e3
    if sign in ("<=", "<"):
        wrong = 2 * limit - wrong
    numbers = {(c.measure, "", a): known(wrong, c.measure) for a in ("value", "peers", "trend")}
    numbers[c.measure, "", against] = known(value, c.measure)
    force = in_force(path.model_copy(update={"links": (c,)}))
    assert (judge(c, Said(numbers), force).truth is YES) == SIGNS[sign](value, limit)


def test_every_sign_and_kind_of_comparison_is_in_use() -> None:
    assert {c.against for c in EVERY} == {"value", "peers", "trend"}
    assert {c.compare for c in EVERY} >= {">=", ">", "<="}


def test_a_part_of_the_region_is_read_by_its_name() -> None:
    c = small(links=1).links[0].model_copy(update={"part": "growth"})
    force = in_force(small(links=1))
    whole = Said({(c.measure, "", "value"): known(1, c.measure)})
    assert judge(c, whole, force).truth is OPEN
    part = Said({(c.measure, "growth", "value"): known(1, c.measure)})
    assert judge(c, part, force).truth is YES


@pytest.mark.parametrize(
    ("low", "high", "sure"), [(0.4, 0.6, False), (0.5, 0.6, False), (0.3, 0.5, False),
                              (0.51, 0.7, True), (0.2, 0.49, True)]
)  # fmt: skip
def test_an_interval_that_holds_the_threshold_is_said(low: float, high: float, sure: bool) -> None:
    """The value decides; that it may be otherwise is said, and the verdict is the same."""
    path = small(links=1)
    c = path.links[0]
    q = known((low + high) / 2, c.measure, low=low, high=high)
    found = judge(c, Said({(c.measure, "", "value"): q}), in_force(path))
    assert found.sure is sure
    assert ("it may be otherwise" in found.reason) is not sure
    assert (found.truth is YES) == (q.value is not None and q.value >= 0.5)


# Stand-ins ----------------------------------------------------------------------------------------


def test_the_first_known_stand_in_is_read_where_the_measure_is_not_told() -> None:
    path = small(links=1)
    c = path.links[0].model_copy(update={"instead": ("alliance_share", "chain_covered")})
    force = in_force(path)
    second = {("chain_covered", "", "value"): known(0.9, "chain_covered")}
    assert judge(c, Said(second), force).quantity.measure == "chain_covered"
    both = {**second, ("alliance_share", "", "value"): known(0.1, "alliance_share")}
    assert judge(c, Said(both), force).truth is NO
    first = {**both, (c.measure, "", "value"): known(0.7, c.measure)}
    assert judge(c, Said(first), force).quantity.measure == c.measure


ALONE = [c for c in EVERY if c.alone is not None]


@pytest.mark.parametrize("c", ALONE, ids=[c.id for c in ALONE])
def test_alone_stands_in_at_its_own_threshold_and_says_so(c: Comparison) -> None:
    """Without peers the number itself is compared; with peers it never is."""
    assert c.alone is not None
    limit = c.alone.threshold
    for value in (math.nextafter(limit, -math.inf), limit, math.nextafter(limit, math.inf)):
        level = {(c.measure, c.part, "value"): known(value, c.measure)}
        found = judge(c, Said(level), DEFAULTS)
        assert found.alone and found.threshold == limit
        assert (found.truth is YES) == SIGNS[c.compare](value, limit)
        assert "No peers have this number" in found.reason
        assert found.low == found.high == float(found.truth is YES)
        peers = {**level, (c.measure, c.part, "peers"): known(c.threshold, c.measure)}
        assert judge(c, Said(peers), DEFAULTS).alone is False


# Unknown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", EVERY, ids=[c.id for c in EVERY])
def test_what_is_not_in_the_tables_cannot_be_told_and_says_what_would_settle_it(
    c: Comparison,
) -> None:
    found = judge(c, Said(), DEFAULTS)
    assert found.truth is OPEN
    assert (found.low, found.high) == (0.0, 1.0)
    verdict = found.verdict(PLACE)
    assert verdict.reason == "nobody counted"
    assert verdict.settles == (getattr(c, "settles", "") or "a count")
    bare = gap(c.measure)
    object.__setattr__(bare, "settles", "")
    open_ = judge(c, Said({(c.measure, c.part, c.against): bare}), DEFAULTS)
    assert open_.settles


@pytest.mark.parametrize("path", shipped(), ids=[p.id for p in shipped()])
def test_a_region_without_any_number_gets_no_answer_but_cannot_tell(path: Path) -> None:
    found = judge_path(path, Said(), DEFAULTS)
    assert {j.truth for j in (*found.links, *found.clauses.values())} == {OPEN}
    assert {c.truth for c in found.conditions} == {r.truth for r in found.readings} == {OPEN}
    assert found.first_broken is None
    assert found.unknown == found.links
    assert found.broken == ()


@given(st.data())
def test_unknown_never_turns_into_not_met(data: st.DataObject) -> None:
    """Numbers taken away one by one: an answer stays or becomes cannot tell, never its contrary."""
    path = data.draw(st.sampled_from(shipped()))
    values = {c.id: c.threshold + data.draw(st.sampled_from([-0.1, 0.1])) for c in path.comparisons}
    hidden = data.draw(st.sets(st.sampled_from(sorted(values))))
    full = judge_path(path, said(values, path), DEFAULTS)
    gone = {path_measure(path, id) for id in hidden}
    kept = {k: q for k, q in said(values, path).numbers.items() if k[0] not in gone}
    less = judge_path(path, Said(kept), DEFAULTS)
    pairs = [
        *zip(full.links, less.links, strict=True),
        *((full.clauses[id], less.clauses[id]) for id in full.clauses),
        *zip(full.conditions, less.conditions, strict=True),
        *zip(full.readings, less.readings, strict=True),
    ]
    for before, after in pairs:
        assert after.truth in (before.truth, OPEN)
        assert after.low <= before.low + 1e-12
        assert after.high >= before.high - 1e-12


def path_measure(path: Path, id: str) -> str:
    return next(c.measure for c in path.comparisons if c.id == id)


def test_links_before_the_first_broken_one_that_cannot_be_told_are_named() -> None:
    path = small(links=4)
    found = judged(path, {"small_1": 0.9, "small_3": 0.1})
    assert found.first_broken is not None and found.first_broken.id == "small_3"
    assert [j.id for j in found.unknown] == ["small_2"]
    assert [j.id for j in judged(path, {"small_1": 0.9}).unknown] == [
        "small_2", "small_3", "small_4"]  # fmt: skip
    assert [j.id for j in judged(path, {"small_2": 0.1, "small_4": 0.2}).broken] == [
        "small_2", "small_4"]  # fmt: skip
    with pytest.raises(LookupError, match='no link "b9" in the path small'):
        found.link("b9")


# Memberships --------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", CLAUSES, ids=[c.id for c in CLAUSES])
def test_membership_is_the_direct_calibration(c: Clause) -> None:
    """The same curve as in ``measures/configuration``; the crossover is the threshold."""
    e, x, i = c.anchors
    beyond = np.linspace(0, 3, 31)
    values = np.concatenate([x - beyond * (x - e), x + beyond * (i - x)])
    expected = direct(values, e, x, i).membership
    found = [by(c, float(v)) for v in values]
    assert [j.low for j in found] == [j.high for j in found]
    np.testing.assert_allclose([j.low for j in found], expected, atol=1e-12)


@pytest.mark.parametrize("c", CLAUSES, ids=[c.id for c in CLAUSES])
def test_membership_crosses_one_half_exactly_at_the_threshold(c: Clause) -> None:
    e, x, i = c.anchors
    assert by(c, x).low == 0.5
    assert by(c, i).low == pytest.approx(0.95)
    assert by(c, e).low == pytest.approx(0.05)
    step = (i - e) / 100
    assert by(c, x - step).low < 0.5 < by(c, x + step).low
    assert (by(c, x - step).truth, by(c, x + step).truth) == (NO, YES)


@given(st.sampled_from(CLAUSES), st.floats(0, 1), st.floats(-2, 2))
def test_anchors_move_with_the_threshold(c: Clause, place: float, share: float) -> None:
    limit = min(c.high, max(c.low, c.low + place * (c.high - c.low)))
    limit = float(round(limit)) if DEFAULTS.thresholds[c.id].counts else limit
    e, x, i = c.anchors
    away = share * (i - x if share > 0 else x - e)
    assert by(c, limit, limit).low == 0.5
    assert by(c, limit + away, limit).low == pytest.approx(by(c, x + away).low, abs=1e-6)


def test_a_link_is_crisp() -> None:
    path = small()
    found = judged(path, {"small_1": 0.51, "small_2": 0.49})
    assert [(j.low, j.high) for j in found.links] == [(1, 1), (0, 0), (0, 1)]


# Conditions and readings --------------------------------------------------------------------------


@given(st.fixed_dictionaries({id: st.floats(0, 1) for id in ("A1", "A2", "A3")}))
def test_a_condition_is_its_rule_over_its_clauses(values: Mapping[str, float]) -> None:
    """Truth and membership by hand; the mean lets one clause make up for another."""
    found = judged(small(), values)
    condition, clauses = found.conditions[0], found.clauses
    a, b, c = (clauses[i] for i in ("A1", "A2", "A3"))
    yes = a.truth is YES and (b.truth is YES or c.truth is not YES)
    assert condition.truth is (YES if yes else NO)
    assert condition.low == min(a.low, max(b.low, 1 - c.low))
    assert condition.mean[0] == pytest.approx((a.low + b.low + c.low) / 3)
    assert {c.truth for c in clauses.values()} <= {YES, NO}
    assert found.count(YES) + found.count(NO) == 3
    if condition.low != 0.5:
        assert (condition.low > 0.5) == (condition.truth is YES)


def values_of(path: Path, holding: set[str]) -> dict[str, float]:
    """Every comparison well on the side of its threshold that is asked for."""
    return {
        c.id: c.threshold + (1e-3 if (c.compare in (">=", ">")) == (c.id in holding) else -1e-3)
        for c in path.comparisons
    }


def judged_with(path: Path, holding: set[str]) -> tuple[dict[str, Truth], dict[str, Truth]]:
    """Conditions and readings where these clauses hold and the others do not.

    Where two clauses read one number they cannot be told apart: each is judged by itself.
    """
    from regionlift.paths.rules import truth as truth_of

    force = in_force(path)
    truths = {c.id: judge(c, Said(reading(c, v)), force).truth
              for c, v in ((c, values_of(path, holding)[c.id]) for c in path.clauses)}  # fmt: skip
    assert {id for id, t in truths.items() if t is YES} == holding & set(truths)
    conditions = {c.id: truth_of(parse(c.rule, truths), truths) for c in path.conditions}
    return conditions, {r.id: truth_of(parse(r.rule, conditions), conditions)
                        for r in path.readings}  # fmt: skip


def clauses_of(path: Path, *conditions: str) -> set[str]:
    return {c.id for c in path.clauses if c.id.split("_")[0] in conditions}


@pytest.mark.parametrize(
    ("holding", "situations", "strict"),
    [(("A0",), NO, NO), (("A0", "A1"), YES, NO), (("A0", "A2"), YES, NO), (("A0", "A3"), YES, NO),
     (("A1", "A2", "A3"), NO, NO), (("A0", "A1", "A2", "A3"), YES, YES)],
)  # fmt: skip
def test_both_readings_of_path_a(
    holding: tuple[str, ...], situations: Truth, strict: Truth
) -> None:
    """Situations: the base and any of the three; strict: the literal list (item 60)."""
    path = shipped()[0]
    _, readings = judged_with(path, clauses_of(path, *holding))
    assert readings == {"situations": situations, "strict": strict}


@pytest.mark.parametrize(("first", "second"), [("A", "not A"), ("not A", "A")])
def test_the_first_reading_decides_and_a_contrary_one_is_told(first: str, second: str) -> None:
    rules = {"one": first, "other": second}
    readings = [{"id": i, "title": i, "rule": r, "source": "test"} for i, r in rules.items()]
    found = judged(small(readings=readings), {"A1": 0.9, "A2": 0.9, "A3": 0.9})
    assert found.applicable.id == "one"
    assert found.applicable.truth is (YES if first == "A" else NO)
    assert found.disagree
    assert not judged(small(), {}).disagree


def test_bottleneck_or_introduction() -> None:
    path = shipped()[0]
    for holding, expected in (({"A2_bottleneck"}, YES), ({"A2_introduction"}, NO),
                              ({"A2_kept"}, NO), ({"A2_introduction", "A2_kept"}, YES)):
        assert judged_with(path, holding)[0]["A2"] is expected


def test_readings_of_path_c_and_what_potential_does() -> None:
    path = shipped()[2]
    every = clauses_of(path, "C1", "C2", "C3")
    assert set(judged_with(path, every)[1].values()) == {YES}
    without = judged_with(path, every - clauses_of(path, "C2"))[1]
    assert without == {"all": NO, "without_money": YES}
    assert judged_with(path, every - {"C1_leaders"})[0]["C1"] is YES
    assert judged_with(path, every - {"C1_leaders", "C1_potential"})[0]["C1"] is NO


@pytest.mark.parametrize("path", shipped(), ids=[p.id for p in shipped()])
def test_each_condition_needs_every_clause_of_a_conjunction(path: Path) -> None:
    for condition in path.conditions:
        node = parse(condition.rule, {c.id for c in path.clauses})
        names = set(node.names)
        assert judged_with(path, names)[0][condition.id] is YES
        if node.kind == "and":
            for part in node.parts:
                assert judged_with(path, names - set(part.names))[0][condition.id] is NO


# Words --------------------------------------------------------------------------------------------


def test_reasons_name_number_and_threshold_and_promise_nothing() -> None:
    for path in shipped():
        for holding in (set(), {c.id for c in path.comparisons}):
            for c in path.comparisons:
                found = by(c, values_of(path, holding)[c.id])
                assert found.reason.count("asked for is") == 1
                assert not any(word in found.reason.lower() for word in FORBIDDEN)
                assert found.evidence and found.verdict(PLACE).id == f"path.{c.id}/{PLACE}"


def test_a_rule_in_words() -> None:
    path = small()
    condition = judged(path, {"A1": 1.0}).conditions[0]
    assert rule_in_words(condition, path) == "Clause 1 AND (Clause 2 OR not (Clause 3))"


def plain_words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


#: Every clause of the paper's conditions, by item.
ITEMS = {0: (54, 55, 56, 57, 58, 59), 1: (69, 70), 2: (78, 79, 80)}


@pytest.mark.parametrize("place", ITEMS)
def test_every_clause_of_the_paper_has_its_place(place: int) -> None:
    """Clauses 54 to 59, 69, 70, 78 to 80; item 60 is how they are read together."""
    path = shipped()[place]
    for asked in (path.conditions, path.clauses):
        assert set(ITEMS[place]) <= {i for c in asked for i in c.items}
    if place == 0:
        assert 60 in path.items
        assert all("item 60" in r.source for r in path.readings)


def test_quotes_are_the_words_of_the_paper() -> None:
    """Each part of a quote between dots stands in the paper, in this order."""
    file = SHARED.parent / "design" / "source-paper.txt"
    if not file.is_file():
        if required("shared"):
            pytest.fail(f"the paper is not at {file}")
        pytest.skip("the paper is not beside the project")
    paper = plain_words(file.read_text("utf-8"))
    for path in shipped():
        for c in (*path.clauses, *path.conditions):
            place = 0
            for part in c.quote.split("..."):
                assert part.strip()
                place = paper.find(plain_words(part), place)
                assert place >= 0, (c.id, part)


def test_links_are_arrows_of_the_figures() -> None:
    """a1 to a8, b1 to b11, c1 to c11, in causal order; two of them close a circle."""
    for path, letter, count in zip(shipped(), "abc", (8, 11, 11), strict=True):
        ids = [j.id for j in judge_path(path, Said(), DEFAULTS).links]
        assert ids == [f"{letter}{n}" for n in range(1, count + 1)]
        assert [link.id for link in path.ordered] == [x.id for x in path.links if not x.feedback]
    circles: list[Link] = [link for path in shipped() for link in path.links if link.feedback]
    assert [link.id for link in circles] == ["a8", "c11"]
