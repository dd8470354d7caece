"""How far answers hang on thresholds, what a missing table would settle, and the order of paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from path_readings import Said, in_force, judged, reading, said, small
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.paths.evaluate import PathJudged, judge_path
from regionlift.paths.load import failures, thresholds
from regionlift.paths.model import Path, Stage
from regionlift.paths.order import DATA, LATER, NOT, NOW, deciding, order_of, second_opinion
from regionlift.paths.robust import (
    CODE,
    Worth,
    answers,
    robustness,
    settings_tried,
    value_of_information,
)
from regionlift.paths.rules import parse, truth

NO, OPEN, YES = Truth.NOT_MET, Truth.CANNOT_TELL, Truth.MET
IDS = ("small_1", "small_2", "small_3", "A1", "A2", "A3")

values_said = st.dictionaries(st.sampled_from(IDS), st.floats(0, 1))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def moved(path: Path, limits: Mapping[str, float]) -> Settings:
    force = in_force(path).thresholds
    return Settings({n: replace(t, value=limits.get(n, t.value)) for n, t in force.items()})


# Robustness ---------------------------------------------------------------------------------------


@given(values_said)
@examples(max_examples=20, deadline=None)
def test_shares_are_counted_over_whole_judgements(values: Mapping[str, float]) -> None:
    """Each draw as a run of its own: the path judged again with its thresholds."""
    path, draws = small(), 30
    now = judged(path, values)
    found = robustness([now], draws, rng())
    tried = settings_tried([*now.links, *now.clauses.values()], draws, rng())
    again = [
        judge_path(path, said(values, path), moved(path, {id: float(t[n]) for id, t in
                                                          tried.items()}))
        for n in range(draws)
    ]  # fmt: skip

    def share(same: list[bool]) -> float:
        return sum(same) / draws

    for place, j in enumerate(now.links):
        assert found.links[j.id] == share([p.links[place].truth is j.truth for p in again])
    for id, j in now.clauses.items():
        assert found.clauses[id] == share([p.clauses[id].truth is j.truth for p in again])
    condition, decides = now.conditions[0].truth, now.applicable.truth
    assert found.conditions["A"] == share([p.conditions[0].truth is condition for p in again])
    assert found.readings["small.all"] == share([p.applicable.truth is decides for p in again])
    first = now.first_broken and now.first_broken.id
    same = [(p.first_broken and p.first_broken.id) == first for p in again]
    assert found.first["small"] == share(same)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.6), (0.55, 0.55), (0.9, 0.2), (0.1, 0.8)])
def test_shares_are_those_of_every_pair_of_thresholds(a: float, b: float) -> None:
    """Two thresholds on a grid of all their pairs; the Latin square comes near it."""
    path = small("A1 and A2 or A3")
    now = judged(path, {"A1": a, "A2": b, "A3": 0.0})
    grid = np.linspace(0.2, 0.9, 200, endpoint=False) + 0.7 / 400
    held = [a >= x and b >= y for x, y in product(grid, grid)]
    exact = np.mean([h == (now.conditions[0].truth is YES) for h in held])
    found = robustness([now], 4000, rng())
    assert found.conditions["A"] == pytest.approx(exact, abs=0.02)
    # one threshold alone: each of the draws in its own slice, so exact to one slice
    alone = np.mean([(a >= x) == (now.clauses["A1"].truth is YES) for x in grid])
    assert found.clauses["A1"] == pytest.approx(alone, abs=1 / 200)


@given(st.integers(1, 40), st.integers(0, 5))
def test_every_threshold_visits_every_slice_of_its_range_once(draws: int, seed: int) -> None:
    now = judged(small(), {})
    for tried in settings_tried(now.links, draws, rng(seed)).values():
        slices = np.floor((tried - 0.2) / 0.7 * draws + 1e-9).astype(int)
        assert sorted(np.clip(slices, 0, draws - 1)) == list(range(draws))


def test_what_is_unknown_or_stood_in_for_stays() -> None:
    path = small()
    alone = {"against": "peers", "alone": {"threshold": 0.4, "source": "test"}}
    c = path.links[0].model_validate(
        {**path.links[0].model_dump(by_alias=True), **alone, "threshold": 50, "high": 90}
    )
    path = path.model_copy(update={"links": (c, *path.links[1:])})
    level = {k: q for k, q in reading(c, 0.7).items() if k[2] == "value"}
    number = {k: replace(q, value=0.7) for k, q in level.items()}
    now = judge_path(path, Said(number), in_force(path))
    assert now.links[0].alone
    limits = np.linspace(0, 100, 7)
    assert set(answers(now.links[0], limits)) == {CODE[YES]}
    assert set(answers(now.links[1], limits)) == {CODE[OPEN]}
    found = robustness([now], 20, rng())
    assert set(found.links.values()) == set(found.clauses.values()) == {1.0}
    assert found.flips == {}


def test_the_threshold_at_which_an_answer_turns() -> None:
    found = robustness([judged(small(), {"small_1": 0.6, "small_2": 0.95, "A1": 0.2})], 10, rng())
    assert found.flips == {"small_1": 0.6, "A1": 0.2}


# Worth of what is missing -------------------------------------------------------------------------


def all_answers(p: PathJudged) -> dict[str, str]:
    first = p.first_broken
    return {
        **{c.condition.id: c.truth.value for c in p.conditions},
        **{f"{p.path.id}.{r.id}": r.truth.value for r in p.readings},
        f"{p.path.id}.first broken link": "" if first is None else first.id,
    }


@given(values_said, st.lists(st.sets(st.sampled_from(IDS), min_size=1), min_size=1, max_size=3),
       st.sampled_from(["A1 and (A2 or not A3)", "A1 or A2 or A3", "not A1 and A2 and A3"]))
@examples(max_examples=60, deadline=None)
def test_worth_of_a_piece_by_judging_both_ends_anew(
    values: Mapping[str, float], wanted: list[set[str]], rule: str
) -> None:
    """The numbers filled in, all above their thresholds and all below, and everything judged."""
    path = small(rule)
    now = judged(path, values)
    pieces = {f"table {n}": sorted(s - set(values)) for n, s in enumerate(wanted)}
    for worth in value_of_information([now], pieces):
        ids = pieces[worth.piece]
        ends = [all_answers(judged(path, {**values, **dict.fromkeys(ids, v)})) for v in (1.0, 0.0)]
        before = all_answers(now)
        moving = {k for k in before if not before[k] == ends[0][k] == ends[1][k]}
        assert set(worth.answers) == moving
        assert set(worth.links) | set(worth.clauses) == set(ids)
        assert all(id.startswith("small") for id in worth.links)


def test_the_piece_that_settles_most_comes_first() -> None:
    now = judged(small(), {"A2": 0.9})
    pieces = {"few": ["small_2"], "many": ["A1", "A3", "small_1"], "a few": ["small_3"]}
    assert [w.piece for w in value_of_information([now], pieces)] == ["many", "a few", "few"]


# Which clauses decide -----------------------------------------------------------------------------

RULES = ("a and b", "a or b", "a and (b or c)", "a or (b and c)", "a and b and c", "(a or b) and c",
         "(a and b) or (c and d)", "a and (b or (c and d))")  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_deciding_by_trying_everything(rule: str) -> None:
    """Those whose change alone would do; where none would, all of them together do."""
    node = parse(rule, "abcd")
    for row in product(Truth, repeat=len(node.names)):
        truths = dict(zip(node.names, row, strict=True))
        found = deciding(node, truths)
        if truth(node, truths) is not NO:
            assert found == ()
            continue
        assert found
        assert all(truths[n] is NO for n in found)
        alone = tuple(n for n in node.names if truths[n] is NO
                      and truth(node, {**truths, n: YES}) is not NO)  # fmt: skip
        assert found == (alone or tuple(n for n in node.names if truths[n] is NO))
        assert truth(node, {**truths, **dict.fromkeys(found, YES)}) is not NO


# Order --------------------------------------------------------------------------------------------


def three(values: Mapping[str, Mapping[str, float]], fits: Mapping[str, str]) -> list[PathJudged]:
    """Three paths; ``values`` of their clauses, ``fits`` at the stage "value"."""
    found = []
    for place, name in enumerate(("point", "line", "surface"), start=1):
        path = small("A1 and A2", name=name, place=place)
        cell = Stage(stage="value", fit=fits.get(name, "fits"), inferred=True, why="so it is")
        renamed = {c.id: c.model_copy(update={"id": f"{name}_{c.id}"}) for c in path.clauses}
        rule = f"{name}_A1 and {name}_A2"
        condition = path.conditions[0].model_copy(update={"rule": rule, "id": f"{name}_A"})
        reading_ = path.readings[0].model_copy(update={"rule": f"{name}_A"})
        path = path.model_copy(update={
            "clauses": tuple(renamed.values()), "conditions": (condition,),
            "readings": (reading_,), "stages": (cell,)})  # fmt: skip
        own = {f"{name}_{k}": v for k, v in values.get(name, {}).items()}
        found.append(judged(path, own))
    return found


def ordered(paths: list[PathJudged], worths: tuple[Worth, ...] = (), draws: int = 200):
    return order_of(paths, robustness(paths, draws, rng()), worths, ("value", "growth"))


GOOD, BAD = {"A1": 0.9, "A2": 0.9}, {"A1": 0.1, "A2": 0.9}


def test_now_before_later_before_data_before_conditions() -> None:
    paths = three({"point": BAD, "surface": GOOD}, {"surface": "fits"})
    found = ordered(paths)
    assert [s.path for s in found.standings] == ["surface", "line", "point"]
    assert [s.disposition for s in found.standings] == [NOW, DATA, NOT]
    late = ordered(three({"point": GOOD, "line": GOOD, "surface": BAD}, {"point": "past"}))
    assert [(s.path, s.disposition) for s in late.standings] == [
        ("line", NOW), ("point", LATER), ("surface", NOT)]  # fmt: skip
    assert late.standing("point").reason == (
        "its conditions are met, but at this stage: value, past: so it is")  # fmt: skip
    assert late.sentence == "Small (now) -> Small (at another stage) -> Small (once its " \
                            "conditions are met)"


@pytest.mark.parametrize("fit", ["fits", "early", "not yet", "past"])
def test_which_cells_put_a_path_off(fit: str) -> None:
    found = ordered(three({"point": GOOD}, {"point": fit})).standing("point")
    assert found.disposition == (LATER if fit in ("not yet", "past") else NOW)


def test_equal_paths_keep_the_papers_order_however_they_are_given() -> None:
    paths = three(dict.fromkeys(("point", "line", "surface"), GOOD), {})
    for given_ in permutations(paths):
        assert [s.path for s in ordered(list(given_)).standings] == ["point", "line", "surface"]


def test_shares_do_not_hang_on_how_the_paths_are_given() -> None:
    paths = three({"point": BAD, "line": GOOD}, {})
    now = ("line", "surface", "point")
    for given_ in permutations(paths):
        found = ordered(list(given_))
        assert tuple(s.path for s in found.standings) == now
        assert found.holds > 0.5
        assert {place.index("surface") for place, _ in found.shares} <= {0, 1, 2}
        # the surface is unknown: behind what may be done now, before what is not met
        for order, _ in found.shares:
            assert order in (now, ("surface", "point", "line"), ("point", "line", "surface"),
                             ("point", "surface", "line"))  # fmt: skip


def test_what_is_not_met_and_what_is_open_are_named() -> None:
    found = ordered(three({"point": {"A1": 0.1, "A2": 0.1}, "line": BAD, "surface": {"A1": 0.9}},
                          {}))  # fmt: skip
    point, line, surface = (found.standing(n) for n in ("point", "line", "surface"))
    assert point.waits == ("point_A1", "point_A2")
    assert (line.failing, line.waits) == (("line_A",), ("line_A1",))
    assert line.reason == "not met yet: clause 1 (line_A1)"
    assert (surface.open, surface.failing) == (("surface_A",), ())
    assert surface.reason == "whether its conditions hold cannot be told"
    with pytest.raises(LookupError, match='no path "d"'):
        found.standing("d")


def test_what_open_clauses_wait_for_is_named_the_most_first() -> None:
    paths = three({"surface": {"A3": 0.9}}, {})
    pieces = {"table links": [], "table orgs": ["surface_A2"],
              "table needs": ["surface_A1", "surface_A2"]}  # fmt: skip
    worths = value_of_information(paths, pieces)
    reason = ordered(paths, worths).standing("surface").reason
    assert reason.startswith("whether its conditions hold cannot be told; of 2 open clauses")
    assert 0 < reason.find("table needs") < reason.find("table orgs")
    assert "table links" not in reason


levels = st.sampled_from([{}, GOOD, BAD, {"A1": 0.5, "A2": 0.6}, {"A1": 0.45, "A2": 0.9}])


@given(levels, levels, levels, st.sampled_from(["fits", "past"]))
@examples(max_examples=30, deadline=None)
def test_shares_of_orders_are_shares_of_settings(
    a: Mapping[str, float], b: Mapping[str, float], c: Mapping[str, float], fit: str
) -> None:
    """They add up to 1, and each is the share of draws whose paths, judged anew, come so."""
    paths = three({"point": a, "line": b, "surface": c}, {"line": fit})
    draws = 40
    found = ordered(paths, draws=draws)
    assert sum(share for _, share in found.shares) == pytest.approx(1)
    assert list(found.shares) == sorted(found.shares, key=lambda f: (-f[1], f[0]))
    now = tuple(s.path for s in found.standings)
    assert found.holds == dict(found.shares).get(now, 0.0)
    robust = robustness(paths, draws, rng())
    rank = {NO: 3, OPEN: 2, YES: 0}
    count: dict[tuple[str, ...], int] = {}
    for n in range(draws):
        keys = []
        for p in paths:
            code = int(robust.truths[f"{p.path.id}.all"][n])
            place = rank[next(t for t, k in CODE.items() if k == code)]
            against = p.path.id == "line" and fit == "past"
            late = place == 0 and against
            keys.append((1 if late else place, against, p.path.place, p.path.id))
        order = tuple(k[3] for k in sorted(keys))
        count[order] = count.get(order, 0) + 1
    assert dict(found.shares) == {o: k / draws for o, k in count.items()}


# Second opinion -----------------------------------------------------------------------------------


def test_failures_are_told_from_their_clauses() -> None:
    book = failures()
    force = Settings({t.name: t for t in thresholds([])})
    assert {o.truth for o in second_opinion(Said(), force)} == {OPEN}
    for holds in (True, False):
        numbers = {}
        for c in book.clauses:
            upward = (c.compare in (">=", ">")) == holds
            numbers |= reading(c, c.threshold + (0.01 if upward else -0.01))
        for found in second_opinion(Said(numbers), force):
            at = {j.id: j.truth for j in found.clauses}
            assert found.truth is truth(parse(found.failure.rule, at), at)
            assert OPEN not in at.values()
