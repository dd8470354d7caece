"""Knowledge barter: its rule by hand, its bounds, and the small-world peak of Cowan and Jonard."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from regionlift.evidence.compiled import COMPILED, interpreted
from regionlift.forecast.barter import barter, endowments, exchange
from regionlift.measures.graphs.generators import watts_strogatz

Graph = tuple[NDArray[np.integer], NDArray[np.integer]]
Floats = NDArray[np.float64]

#: Two organisations and the tie between them.
PAIR: Graph = (np.array([0, 1, 2]), np.array([1, 0]))


def small_world(n: int, degree: int, p: float, rng: np.random.Generator) -> Graph:
    """Neighbours of a Watts-Strogatz graph."""
    graph = watts_strogatz(n, degree, p, rng)
    return graph.indptr, graph.indices


@st.composite
def economies(draw: st.DrawFn) -> tuple[Graph, Floats, int]:
    """A random graph, maybe with organisations that stand alone, and knowledge."""
    n, types = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((n, n)) < draw(st.floats(0, 1)), 1)
    near = upper | upper.T
    indptr = np.concatenate([[0], near.sum(axis=1).cumsum()])
    return (indptr, near.nonzero()[1]), rng.integers(0, 5, (n, types)) * rng.random(types), seed


# the rule


def test_one_swap_by_hand() -> None:
    knowledge = np.array([[4.0, 1.0], [1.0, 3.0]])
    trades, learned = exchange(*PAIR, knowledge, 1, 0.5, 0.0, np.random.default_rng(0))
    assert (trades, learned) == (1, 1.5 + 1.0)
    assert knowledge.tolist() == [[4.0, 2.0], [2.5, 3.0]]


def test_nothing_is_given_away() -> None:
    start = np.array([[4.0, 3.0], [1.0, 1.0]])
    done = barter(*PAIR, start, np.random.default_rng(0), sweeps=50)
    assert done.trades == 0
    assert done.knowledge.tolist() == start.tolist()


def test_swaps_are_as_many_as_the_smaller_count_and_types_equally_likely() -> None:
    start = np.array([[2.0, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 2.0]])
    taught = np.zeros(4)
    for seed in range(600):
        knowledge = start.copy()
        trades, _ = exchange(*PAIR, knowledge, 1, 0.5, 0.0, np.random.default_rng(seed))
        assert trades == 1
        taught += knowledge.sum(axis=0) > 2
    assert taught[3] == 600 == taught[:3].sum()
    assert np.abs(taught[:3] - 200).max() < 4 * np.sqrt(600 * 2 / 9)


@pytest.mark.parametrize(("tol", "trades"), [(0.0, 1), (0.1, 1), (0.3, 0)])
def test_alike_within_the_tolerance_is_not_swapped(tol: float, trades: int) -> None:
    knowledge = np.array([[1.2, 1.0], [1.0, 1.2]])
    assert exchange(*PAIR, knowledge, 1, 0.1, tol, np.random.default_rng(0))[0] == trades


def test_the_learner_closes_alpha_of_the_gap() -> None:
    gaps = []
    for alpha in (0.1, 0.4, 1.0):
        knowledge = np.array([[1.0, 0.0], [0.0, 1.0]])
        exchange(*PAIR, knowledge, 1, alpha, 0.0, np.random.default_rng(0))
        gaps.append(knowledge[0, 1])
    assert gaps == [0.1, 0.4, 1.0]


# identities and bounds


@settings(max_examples=80, deadline=None)
@given(economies(), st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([0.0, 0.05]))
def test_nobody_forgets_and_nothing_new_is_known(
    economy: tuple[Graph, Floats, int], alpha: float, tol: float
) -> None:
    graph, start, seed = economy
    before = start.copy()
    done = barter(*graph, start, np.random.default_rng(seed), sweeps=8, alpha=alpha, tol=tol)
    assert (start == before).all()
    assert (done.knowledge >= start).all()
    assert (done.knowledge <= start.max(axis=0)).all()
    alone = np.diff(graph[0]) == 0
    assert (done.knowledge[alone] == start[alone]).all()
    assert (np.diff(done.path) >= 0).all()
    assert done.path[0] == pytest.approx(start.mean())
    assert done.path[-1] == pytest.approx(done.knowledge.mean(), rel=1e-9)
    assert done.levels.mean() == pytest.approx(done.knowledge.mean())
    assert (done.trades > 0) == bool((done.knowledge > start).any())


@settings(max_examples=25, deadline=None)
@given(economies(), st.sampled_from([0.0, 0.05]))
def test_interpreted_and_compiled_are_the_same_bit_for_bit(
    economy: tuple[Graph, Floats, int], tol: float
) -> None:
    if not COMPILED:
        pytest.skip("numba is not installed")
    graph, start, seed = economy
    ends = []
    for run in (exchange, interpreted(exchange)):
        rng, knowledge = np.random.default_rng(seed), start.copy()
        told = run(*graph, knowledge, 200, 0.1, tol, rng)
        ends.append((told, knowledge.tobytes(), rng.random()))
    assert ends[0] == ends[1]


def test_same_seed_same_run_other_seed_another() -> None:
    rng = np.random.default_rng(1)
    graph, start = small_world(60, 4, 0.1, rng), endowments(60, 3, rng)
    one, same, other = (
        barter(*graph, start, np.random.default_rng(s), sweeps=20) for s in (1, 1, 2)
    )
    assert one.knowledge.tobytes() == same.knowledge.tobytes()
    assert one.knowledge.tobytes() != other.knowledge.tobytes()


def test_a_run_stops_once_it_stands_still() -> None:
    rng = np.random.default_rng(1)
    graph, start = small_world(60, 4, 0.1, rng), endowments(60, 3, rng, experts=0)
    done = barter(*graph, start, np.random.default_rng(1), still=1e-4)
    assert done.settled
    assert 0 < done.sweeps < 2000
    assert np.diff(done.path)[-1] <= 1e-4 < np.diff(done.path)[:-1].min()
    assert not barter(*graph, start, np.random.default_rng(1), sweeps=5, still=1e-4).settled


def test_no_organisation_and_no_sweep() -> None:
    nobody = barter(np.array([0]), np.array([], int), np.empty((0, 3)), np.random.default_rng(0))
    assert nobody.knowledge.shape == (0, 3)
    still = barter(*PAIR, np.ones((2, 2)), np.random.default_rng(0), sweeps=0)
    assert still.path.tolist() == [1.0]


def test_endowments_have_the_experts_asked_for() -> None:
    knowledge = endowments(500, 5, np.random.default_rng(0))
    assert (knowledge == 30).sum() == 50 == (knowledge == 30).any(axis=1).sum()
    assert (knowledge == 30).any(axis=0).all()
    assert knowledge[knowledge < 30].max() < 10
    assert (endowments(500, 5, np.random.default_rng(0), experts=0) < 10).all()
    assert (endowments(40, 2, np.random.default_rng(0), expertise=7, high=1) == 7).sum() == 4


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"indptr": np.array([0, 2])}, "2 organisations need 3"),
        ({"indptr": np.array([0, 2, 1])}, "must rise from 0 to the 2"),
        ({"indices": np.array([1, 2])}, "between 0 and 1"),
        ({"knowledge": np.array([1.0, 2.0])}, "1 dimensions"),
        ({"knowledge": np.array([[1.0], [-2.0]])}, "not negative"),
        ({"knowledge": np.array([[1.0], [np.nan]])}, "finite"),
        ({"sweeps": -1}, "-1 was given"),
        ({"alpha": 0.0}, "0.0 was given"),
        ({"alpha": 1.1}, "1.1 was given"),
        ({"tol": -0.1}, "-0.1 was given"),
    ],
)
def test_what_cannot_be_meant_is_refused(changed: dict[str, object], said: str) -> None:
    given_ = {"indptr": PAIR[0], "indices": PAIR[1], "knowledge": np.ones((2, 2))} | changed
    with pytest.raises(ValueError, match=said):
        barter(rng=np.random.default_rng(0), **given_)  # type: ignore[arg-type]


def test_endowments_refuse_what_cannot_be_meant() -> None:
    with pytest.raises(ValueError, match=r"1\.2 was given"):
        endowments(5, 2, np.random.default_rng(0), experts=1.2)
    with pytest.raises(ValueError, match="0 types"):
        endowments(5, 0, np.random.default_rng(0))


# the published pattern


def statistics(seed: int, p: float, experts: float, sweeps: int) -> tuple[float, float, float]:
    """Mean, variance and coefficient of variation of the levels, 500 organisations of degree 10.

    The start depends on the seed alone, so that differences between p are not of the start.
    """
    rng = np.random.default_rng([seed, round(p * 1000)])
    start = endowments(500, 5, np.random.default_rng(seed), experts=experts)
    levels = barter(*small_world(500, 10, p, rng), start, rng, sweeps=sweeps).levels
    return levels.mean(), levels.var(), levels.std() / levels.mean()


def ensemble(
    grid: tuple[float, ...], seeds: int, experts: float, sweeps: int = 2000
) -> NDArray[np.float64]:
    """(p, seed, statistic) over threads: the kernel holds no lock."""
    jobs = [(seed, p, experts, sweeps) for p, seed in product(grid, range(seeds))]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda job: statistics(*job), jobs))
    return np.array(found).reshape(len(grid), seeds, 3)


def lead(one: Floats, other: Floats) -> float:
    """Mean difference of two rows of runs, in standard errors, taken as if independent."""
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return float((one.mean() - other.mean()) / error)


@pytest.mark.skipif(not COMPILED, reason="600 runs of a million meetings need numba")
def test_with_experts_a_small_world_knows_most() -> None:
    """Cowan & Jonard 2004: mean highest and relative spread lowest near 10 % of long ties, variance
    highest on small worlds. Gate and values of p = 0, .09, 1 (20.21, 20.88, 19.03; s.e. .05-.07)
    from an independent implementation of the same rule, 100 runs each."""
    grid = (0.0, 0.03, 0.09, 0.2, 0.5, 1.0)
    runs = ensemble(grid, seeds=100, experts=0.1)
    mean, variance, cv = runs.mean(axis=1).T
    assert lead(runs[2, :, 0], runs[0, :, 0]) > 5
    assert lead(runs[2, :, 0], runs[5, :, 0]) > 5
    assert 0.06 <= grid[int(mean.argmax())] <= 0.20
    assert 0.003 <= grid[int(variance.argmax())] <= 0.12
    assert 0.06 <= grid[int(cv.argmin())] <= 0.20
    for at, expected in ((0, 20.21), (2, 20.88), (5, 19.03)):
        error = runs[at, :, 0].std(ddof=1) / 10
        assert mean[at] == pytest.approx(expected, abs=4 * np.hypot(error, error))


@pytest.mark.skipif(not COMPILED, reason="80 runs of a quarter of a million meetings need numba")
def test_without_experts_the_peak_is_gone() -> None:
    """A small world is best only where few know much: otherwise a random graph does better."""
    runs = ensemble((0.0, 0.09, 1.0), seeds=30, experts=0, sweeps=500)
    mean, _, cv = runs.mean(axis=1).T
    assert mean[2] > mean[1] > mean[0]
    assert np.ptp(mean) < 0.5
    assert cv[2] < cv[1]
