"""Rankings of pairs: sampled against all pairs counted, planted chances, and H2020."""

from functools import cache
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordis import h2020
from regionlift.forecast import dyads as dyads_module
from regionlift.forecast.dyad_logit import KINDS, cases, chances, fit_logit
from regionlift.forecast.dyads import Dyads, dyads, known_pairs, strangers
from regionlift.forecast.links import (
    SCORES,
    LinkScore,
    _expected,
    evaluate_links,
    rank,
    scored,
)
from regionlift.forecast.parameters import UrnParameters
from regionlift.forecast.scores import average_precision
from regionlift.measures.network.affiliations import Affiliations
from urns import grown, table

few = settings(max_examples=30, deadline=None)


def drawn(seed: int, n: int = 14, events: int = 25) -> Affiliations:
    """Random events of six years with two to five members."""
    rng = np.random.default_rng(seed)
    return table(
        [
            (y := 2000 + int(rng.integers(0, 6)), y + int(rng.integers(0, 3)),
             rng.choice(n, int(rng.integers(2, 6)), replace=False).tolist())
            for _ in range(events)
        ],
        n,
    )  # fmt: skip


def graph(history: Affiliations, origin: int, window: int) -> nx.Graph:
    found = nx.Graph()
    for e in range(len(history.start)):
        if history.start[e] <= origin and history.end[e] > origin - window:
            members = history.org[history.event == e].tolist()
            found.add_nodes_from(members)
            found.add_edges_from(combinations(members, 2))
    return found


def met(history: Affiliations, first: int, last: int) -> set[tuple[int, int]]:
    return {
        pair
        for e in range(len(history.start))
        if first <= history.start[e] <= last
        for pair in combinations(sorted(history.org[history.event == e].tolist()), 2)
    }


@few
@given(st.integers(0, 10_000), st.integers(1, 6), st.booleans())
def test_all_pairs_are_there_once_with_what_they_share(seed: int, window: int, local: bool) -> None:
    """With room for all of them: met, near and far pairs are the pairs of active ones."""
    history = drawn(seed)
    state = dyads(history, 2004, window=window)
    g = graph(history, 2004, window)
    assert set(np.flatnonzero(state.active)) == set(g)
    pairs = known_pairs(state, local).plus(
        strangers(state, np.random.default_rng(1), local=local, near=10**9, far=10**4)
    )
    codes = list(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True))
    wanted = {
        (i, j) for i, j in combinations(sorted(g), 2)
        if not local or history.inside[i] or history.inside[j]
    }  # fmt: skip
    assert len(codes) == len(wanted) == state.pairs(local)
    assert set(codes) == wanted
    assert pairs.weight.tolist() == [1.0] * len(codes)
    for (i, j), shared, rarity in zip(codes, pairs.shared, pairs.rarity, strict=True):
        assert shared == len(list(nx.common_neighbors(g, i, j)))
        expected = sum(1 / np.log(g.degree(z)) for z in nx.common_neighbors(g, i, j))
        assert rarity == pytest.approx(expected)


@pytest.mark.parametrize("local", [False, True])
def test_blocks_change_nothing(local: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    state = dyads(history(), 2005)

    def run() -> list[list[float]]:
        met = known_pairs(state, local)
        found = [*zip(*state.sharing(local), strict=True)]
        shared = np.array([np.concatenate(x) for x in found])
        order = np.lexsort(shared[1::-1])
        return [*shared[:, order].tolist(), met.shared.tolist(), met.rarity.tolist()]

    whole = run()
    monkeypatch.setattr(dyads_module, "_BLOCK", 700)
    for one, two in zip(whole, run(), strict=True):
        assert one == pytest.approx(two)


def test_far_pairs_are_drawn_evenly() -> None:
    """With one end inside: pairs with both ends inside are no more likely than others."""
    history = table([(2000, 2000, [i]) for i in range(90)])
    state = dyads(history, 2000)
    own = int(state.inside.sum())
    found = [
        strangers(state, np.random.default_rng(s), local=True, near=10, far=300) for s in range(20)
    ]
    both = np.mean([(state.inside[p.i] & state.inside[p.j]).mean() for p in found])
    assert both == pytest.approx(own * (own - 1) / 2 / state.pairs(True), rel=0.08)


def test_what_is_known_of_pairs_by_hand() -> None:
    """0 and 1 meet in 2000 (to 2001) and in 2004 (to 2006); 2 was last there in 2000."""
    history = table([(2000, 2001, [0, 1, 2]), (2004, 2006, [0, 1]), (2005, 2005, [2, 3])])
    state = dyads(history, 2004, window=3, half_life=2.0)
    assert state.active.tolist() == [True, True, False, False]
    assert state.degree.tolist() == [1, 1, 0, 0]
    assert state.met.tolist() == [1, 2, 6]
    assert state.times.tolist() == [2, 1, 1]
    assert state.repetition == pytest.approx([1.25, 0.25, 0.25])
    assert state.latest.tolist() == [2004, 2000, 2000]
    assert state.together.tolist() == [True, False, False]
    assert state.last[:3].tolist() == [2004, 2004, 2000]


@pytest.mark.parametrize("local", [False, True])
def test_sampled_pairs_stand_for_all_of_them(local: bool) -> None:
    """Sums over a twentieth of the pairs come near the sums over all."""
    history = grown(years=5, seats=250, truth=UrnParameters(theta=100))
    state = dyads(history, 2005)
    rng = np.random.default_rng(2)
    full = strangers(state, rng, local=local, near=10**9, far=10**6)
    assert full.weight.sum() == state.pairs(local) - len(known_pairs(state, local).i)
    degree = scored(state, full, "degree")
    size = len(full.i) // 40
    totals = []
    for _ in range(30):
        part = strangers(state, rng, local=local, near=size, far=size)
        assert len(part.i) < 0.1 * len(full.i)
        assert part.weight.sum() == pytest.approx(full.weight.sum())
        totals.append([part.weight @ part.shared, part.weight @ scored(state, part, "degree")])
    wanted = [full.shared.sum(), degree.sum()]
    error = np.std(totals, axis=0) / np.sqrt(30)
    assert (np.abs(np.mean(totals, axis=0) - wanted) < 3 * error + 1e-9).all()
    assert (error * np.sqrt(30) < 0.15 * np.array(wanted)).all()


@cache
def history() -> Affiliations:
    return grown(
        years=7, seats=250, truth=UrnParameters(theta=30, closure=0.6, trust=0.5, inherit=0.4)
    )


def by(rows: tuple[LinkScore, ...], kind: str, score: str) -> LinkScore:
    return next(r for r in rows if (r.kind, r.score) == (kind, score))


@pytest.mark.parametrize("horizon", [1, 2])
def test_scores_are_those_of_all_pairs_counted(horizon: int) -> None:
    """Average precision against every pair of active organisations, by networkx."""
    rows = evaluate_links(history(), 2005, horizon, near=10**9, far=10**6, k=50)
    g = graph(history(), 2005, 5)
    before, after = met(history(), 2000, 2005), met(history(), 2006, 2005 + horizon)
    for kind in KINDS:
        pairs = [p for p in combinations(sorted(g), 2) if (p in before) == (kind == "repeated")]
        truth = [p in after for p in pairs]
        for name, value in (
            ("degree", lambda a, b: g.degree(a) * g.degree(b)),
            ("common neighbours", lambda a, b: len(list(nx.common_neighbors(g, a, b)))),
        ):
            found = by(rows, kind, name)
            assert found.pairs == pytest.approx(len(pairs))
            assert found.ties == sum(truth)
            assert found.base_rate == pytest.approx(np.mean(truth))
            expected = average_precision(truth, [value(*p) for p in pairs])
            assert found.average_precision == pytest.approx(expected)
            by_degree = by(rows, kind, "degree").average_precision or 0.0
            assert found.against_degree == pytest.approx(expected / by_degree)
            assert found.lift is not None and found.met is not None
            assert found.met == pytest.approx(found.lift * found.base_rate * 50)


def test_sampling_changes_average_precision_little() -> None:
    full = evaluate_links(history(), 2005, near=10**9, far=10**6)
    some = [evaluate_links(history(), 2005, near=3000, far=3000, seed=s) for s in range(3)]
    for name in ("degree", "adamic-adar"):
        exact = by(full, "new", name).average_precision
        part = [by(s, "new", name).average_precision for s in some]
        assert np.mean(part) == pytest.approx(exact, rel=0.15)


def test_ranking_at_random_scores_the_base_rate() -> None:
    """The rule of weights, not the score: noise has no lift."""
    state = dyads(history(), 2005)
    rng = np.random.default_rng(3)
    pairs, truth = cases(history(), state, 1, "new", rng, local=False, near=5000, far=5000)
    rate = truth.sum() / pairs.weight.sum()
    found = [average_precision(truth, rng.random(len(truth)), pairs.weight) for _ in range(40)]
    assert np.mean(found) == pytest.approx(rate, rel=0.3)


def test_the_logit_finds_what_was_planted() -> None:
    """Meetings drawn by a logistic law of repetition: its weight is found, others near zero."""
    rng = np.random.default_rng(5)
    n = 160
    events = [(2000, 2000, [i, j]) for i, j in combinations(range(n), 2) if rng.random() < 0.25]
    events += [(2001, 2001, [i, j]) for _, _, (i, j) in events if rng.random() < 0.4]
    base = table(events, n)
    state = dyads(base, 2001)
    p = 1 / (1 + np.exp(-(-1.5 + 1.6 * np.log(state.times))))
    i, j = np.divmod(state.met, n)
    happens = rng.random(len(p)) < p
    events += [(2002, 2002, [int(a), int(b)]) for a, b in zip(i[happens], j[happens], strict=True)]
    fit = fit_logit(table(events, n), 2002, "repeated")
    assert fit is not None
    terms = {
        m: (c, e)
        for m, c, e in zip(fit.names, fit.coefficients.tolist(), fit.errors.tolist(), strict=True)
    }
    both = [terms.get(m, (0.0, 0.0))[0] for m in ("log joint events", "log repetition")]
    # log repetition is log(1.71) + of those that met twice, log(0.71) of the others
    assert both[0] * np.log(2) + both[1] * np.log(1.71 / 0.71) > 0.6
    state = dyads(table(events, n), 2001)
    odds = fit.odds(state, known_pairs(state, False))
    twice = state.times == 2
    assert odds[twice].mean() - odds[~twice].mean() == pytest.approx(1.6 * np.log(2), abs=0.4)
    assert 1 / (1 + np.exp(-odds)).mean() > 0
    assert (1 / (1 + np.exp(-odds))).sum() == pytest.approx(happens.sum(), rel=1e-3)


def test_the_logit_is_of_all_pairs_though_few_are_fitted() -> None:
    """Sampled pairs count for those they stand for: chances add up to the ties fitted to."""
    state = dyads(history(), 2005)
    everyone = strangers(state, np.random.default_rng(1), near=10**9, far=10**6)
    cut = np.concatenate([
        1 / (1 + np.exp(-fit.odds(state, everyone)))
        for fit in [fit_logit(history(), 2006, "new", near=n, far=n) for n in (10**6, 4000)]
        if fit is not None
    ]).reshape(2, -1)  # fmt: skip
    i, j, _ = history().started(2006, 2006).ties()
    place = state.place(i.astype(np.int64), j.astype(np.int64))[0]
    ties = (state.active[i] & state.active[j] & ~place).sum()
    assert cut.sum(axis=1) == pytest.approx([ties, ties], rel=0.2)


def test_the_expected_among_the_top_by_hand() -> None:
    """Of 4 pairs: 2 at 0.5, then 2 of the 3 at 0.2."""
    chance, weight = np.array([0.2, 0.5, 0.1]), np.array([3.0, 2.0, 9.0])
    assert _expected(chance, weight, 4) == pytest.approx(1.4)


def test_too_few_ties_give_no_logit() -> None:
    small = table([(2000, 2000, [0, 1, 2]), (2001, 2001, [2, 3]), (2002, 2002, [0, 3])])
    assert fit_logit(small, 2001, "new") is None
    assert fit_logit(small, 1999, "new") is None
    rows = evaluate_links(small, 2001)
    assert {r.score for r in rows} == set(SCORES) - {"logit"}
    assert by(rows, "new", "degree").ties == 1
    none = by(rows, "repeated", "degree")
    assert (none.ties, none.average_precision, none.lift) == (0, None, None)
    assert rank(small, 2001, local=False).score == "adamic-adar"
    assert rank(small, 2001, local=False, kind="repeated").score == "repetition"


@few
@given(st.integers(0, 10_000), st.integers(1, 4), st.booleans())
def test_tiny_records_are_scored_or_left_out(seed: int, events: int, local: bool) -> None:
    tiny = drawn(seed, n=5, events=events)
    first = int(tiny.start.min())
    for r in evaluate_links(tiny, first, 2, local=local):
        assert 0 <= r.base_rate <= 1
        assert (r.average_precision is None) == (r.ties == 0)
    for kind in KINDS:
        assert len(rank(tiny, first, kind=kind, local=local).pairs) <= 10


def test_chances_add_up_to_the_ties_of_a_year() -> None:
    rng = np.random.default_rng(1)
    odds, weight = rng.normal(-6, 2, 5000), rng.uniform(1, 50, 5000)
    one = chances(odds, weight, 300.0, 1)
    assert weight @ one == pytest.approx(300)
    assert (np.diff(one[np.argsort(odds)]) >= 0).all()
    assert chances(odds, weight, 300.0, 2) == pytest.approx(1 - (1 - one) ** 2)


def test_nothing_after_the_origin_is_looked_at() -> None:
    cut = history().where(history().start <= 2005)
    for kind in KINDS:
        assert rank(history(), 2005, kind=kind) == rank(cut, 2005, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("score", ["degree", "adamic-adar", None])
def test_the_ranking_is_of_all_pairs(kind: str, score: str | None) -> None:
    """Its worst is no worse than any pair left out; each has an end inside."""
    found = rank(history(), 2005, kind=kind, score=score, top=20)  # type: ignore[arg-type]
    values = [p.score for p in found.pairs]
    assert values == sorted(values, reverse=True)
    assert len(values) == 20
    place = {name: i for i, name in enumerate(history().ids)}
    own = history().inside
    assert all(own[place[p.first]] or own[place[p.second]] for p in found.pairs)
    assert all((p.joint > 0) == (kind == "repeated") for p in found.pairs)
    if score is None:
        assert found.score == "logit"
        assert all(p.chance is not None and 0 < p.chance < 1 for p in found.pairs)
        return
    state = dyads(history(), 2005)
    all_ = known_pairs(state, True) if kind == "repeated" else strangers(
        state, np.random.default_rng(1), local=True, near=10**9, far=10**6
    )  # fmt: skip
    best = np.sort(scored(state, all_, score))[::-1][:20]
    assert values == pytest.approx(best.tolist())


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="kind must be one of new, repeated"):
        rank(history(), 2005, kind="old")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="got 'new' and 'katz'"):
        rank(history(), 2005, score="katz")
    with pytest.raises(ValueError, match="horizon and k must be at least 1"):
        evaluate_links(history(), 2005, 0)
    with pytest.raises(ValueError, match="no event has started by 1990"):
        rank(history(), 1990)
    with pytest.raises(ValueError, match="window and half_life must be positive"):
        dyads(history(), 2005, window=0)
    with pytest.raises(ValueError, match="the logit cannot be fitted to the new ties of 2000"):
        rank(history(), 2000, score="logit")
    with pytest.raises(ValueError, match="score must be one of"):
        state: Dyads = dyads(history(), 2005)
        scored(state, known_pairs(state, False), "katz")


@pytest.mark.shared
def test_new_ties_of_h2020_are_found_better_than_by_degree() -> None:
    """LEIT and SC4 in 2018: base rate 3.1e-4; degree .0174, Adamic-Adar .0221, logit .0221."""
    rows = evaluate_links(h2020("LEIT|SC4", sizes=(2, 40)), 2017, near=300_000, far=50_000)
    assert by(rows, "new", "degree").pairs == pytest.approx(30_467_916)
    assert by(rows, "new", "degree").ties == 9591
    assert by(rows, "new", "degree").average_precision == pytest.approx(0.0174, rel=0.05)
    for score in ("adamic-adar", "logit"):
        assert (by(rows, "new", score).against_degree or 0) >= 1.2
