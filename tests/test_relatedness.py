"""Identities of relatedness and complexity, and the cases in which packages go wrong."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.shared import shared_data
from threadpoolctl import threadpool_info

from regionlift.evidence.compiled import interpreted
from regionlift.measures.relatedness import bits, cooccurrence, lanczos
from regionlift.measures.relatedness import complexity as cx
from regionlift.measures.relatedness.change import entries, exits
from regionlift.measures.relatedness.cooccurrence import co_occurrence, proximity, related
from regionlift.measures.relatedness.nearness import (
    density,
    nearest_density,
    outlook_gain,
    relative_density,
    single_density,
)
from regionlift.measures.relatedness.space import _ALONE, space, spaces
from regionlift.measures.relatedness.specialisation import (
    TableError,
    advantaged,
    average_quotient,
    entropy,
    gini,
    location_quotient,
)
from regionlift.measures.relatedness.variety import (
    coherence,
    ease_of_recombination,
    recombination_by_year,
    variety,
)

COUNTS = arrays(
    np.int64, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 9)
)


def nested(regions: int, activities: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    able = np.sort(rng.random(regions))[:, None]
    hard = np.sort(rng.random(activities))
    return (rng.random((regions, activities)) < 1 / (1 + np.exp(9 * (hard - able)))).astype(int)


def test_a_region_identical_to_the_nation_is_tied_exactly() -> None:
    """The float form gives 0.9999999999999998, and M = 0, for such regions."""
    table = np.outer([1, 2, 3], [0.1, 0.2, 0.7])
    assert advantaged(table).all()
    assert advantaged(np.outer([3, 7, 11], [13, 17, 19, 23])).all()
    big = np.outer([3, 7, 11], [13, 17, 19, 23]) * 10**7
    assert advantaged(big).all()
    big[0, 0] -= 1
    held = advantaged(big)
    assert not held[0, 0]
    assert held[1:, 0].all()


def test_whole_numbers_are_told_apart_where_floats_are_not() -> None:
    """In a table of two by two the test is ad >= bc: here they differ by one in 10^16 and more."""
    for n in range(10**8, 10**8 + 40):
        held = advantaged(np.array([[n, n - 1], [n + 1, n]]))
        assert held.tolist() == [[True, False], [False, True]]


@given(arrays(np.float64, (3, 4), elements=st.floats(0.01, 100)))
def test_regions_alike_are_tied_whatever_their_shares(x: np.ndarray) -> None:
    assert advantaged(np.multiply.outer(x[:, 0], x[0])).all()


@given(COUNTS)
def test_the_test_for_one_is_the_whole_number_comparison(x: np.ndarray) -> None:
    total = int(x.sum())
    rows, columns = x.sum(axis=1).tolist(), x.sum(axis=0).tolist()
    expected = [
        [v * total >= rows[i] * columns[j] and v > 0 for j, v in enumerate(row)]
        for i, row in enumerate(x.tolist())
    ]
    held = advantaged(x)
    assert held.tolist() == expected
    assert (held.any(axis=1) == (x.sum(axis=1) > 0)).all()
    assert (held.any(axis=0) == (x.sum(axis=0) > 0)).all()


def test_zero_rows_and_columns_are_no_quotient_and_no_advantage() -> None:
    """R turns NaN into 1: a region without anything becomes specialised in everything."""
    x = np.array([[5, 0, 2], [0, 0, 0], [1, 0, 3]])
    lq = location_quotient(x)
    assert np.isnan(lq[1]).all()
    assert np.isnan(lq[:, 1]).all()
    assert not advantaged(x)[1].any()
    assert np.isnan(location_quotient(np.zeros((2, 2)))).all()


@pytest.mark.parametrize("bad", [[[1.0, -1.0]], [[1.0, np.nan]], [1.0, 2.0]])
def test_bad_tables(bad: list[object]) -> None:
    with pytest.raises(TableError):
        advantaged(np.array(bad))


@given(arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_proximity_is_the_smaller_conditional_probability(m: np.ndarray) -> None:
    phi = proximity(m)
    for i in range(m.shape[1]):
        for j in range(m.shape[1]):
            both, a, b = int((m[:, i] & m[:, j]).sum()), int(m[:, i].sum()), int(m[:, j].sum())
            expected = 0.0 if i == j or not (a and b) else min(both / a, both / b)
            assert phi[i, j] == pytest.approx(expected)
    d = density(m, phi)
    told = d[np.isfinite(d)]
    assert ((told >= 0) & (told <= 1 + 1e-12)).all()


def test_both_bases_have_their_names() -> None:
    m = nested(30, 8)
    a, b = related(m, "association"), related(m, "association", basis="occurrence")
    assert (a.basis, b.basis) == ("co-occurrence", "occurrence")
    occur, both = m.sum(axis=0), co_occurrence(m)
    assert b.values[0, 1] == pytest.approx(both[0, 1] * 30 / (occur[0] * occur[1]))
    assert a.values[0, 1] == pytest.approx(
        both[0, 1] * both.sum() / (both[0].sum() * both[1].sum())
    )
    ochiai = related(m, "cosine", basis="occurrence").values
    assert ochiai[2, 3] == pytest.approx(both[2, 3] / np.sqrt(occur[2] * occur[3]))
    assert not a.values.diagonal().any()
    assert (related(m, "association", diagonal=1.0).values.diagonal() == 1).all()


def test_who_is_related_to_none_is_named() -> None:
    m = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]])
    found = related(m, "proximity")
    assert found.alone.tolist() == [2, 3]
    assert np.isnan(density(m, found.values)[:, 2:]).all()


def test_nearest_is_weighted_and_not_a_count() -> None:
    """ecomplexity returns counts 0, 1, 2: it computes the weighted product and drops it."""
    m = nested(40, 12, 3)
    phi = proximity(m)
    found = nearest_density(m, phi, 3)
    assert not np.allclose(found, np.round(found))
    c = 5
    near = np.flatnonzero(phi[:, c] >= np.sort(phi[:, c])[-3])
    expected = (m[:, near] @ phi[near, c]) / phi[near, c].sum()
    np.testing.assert_allclose(found[:, c], expected)
    np.testing.assert_allclose(nearest_density(m, phi, 99), density(m, phi))


def test_single_precision_is_the_same_to_six_digits() -> None:
    m = nested(60, 45, 1)
    phi = cooccurrence.single_proximity(m)
    found = single_density(m, phi)
    np.testing.assert_allclose(phi, proximity(m), atol=1e-6)
    np.testing.assert_allclose(found, density(m, proximity(m)), atol=1e-5)


def test_relative_density_has_mean_0_and_standard_deviation_1_among_options() -> None:
    m = nested(40, 12, 3) > 0
    z = relative_density(m, density(m, proximity(m)))
    assert np.isnan(z[m]).all()
    for row in z:
        own = row[np.isfinite(row)]
        if len(own) > 2 and own.std() > 0:
            assert own.mean() == pytest.approx(0, abs=1e-9)
            assert own.std() == pytest.approx(1, abs=1e-9)


# --- complexity ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_complexity_is_the_eigenvector_of_the_unsymmetric_problem(seed: int) -> None:
    m = nested(25, 40, seed)
    found = cx.complexity(m)
    if found.reason:
        return
    rows, columns = np.isfinite(found.regions), np.isfinite(found.activities)
    core = m[np.ix_(rows, columns)]
    walk = (core / core.sum(axis=1, keepdims=True)) @ (core / core.sum(axis=0)).T
    values = np.sort(np.linalg.eigvals(walk).real)[::-1]
    assert found.second == pytest.approx(values[1], abs=1e-9)
    raw = found.regions[rows] + 0.0
    # Up to scale and shift: remove the constant eigenvector.
    image = walk @ raw
    line = np.polyfit(raw, image, 1)
    assert line[0] == pytest.approx(values[1], abs=1e-6)
    np.testing.assert_allclose(np.polyval(line, raw), image, atol=1e-8)
    mean = core @ found.activities[columns] / core.sum(axis=1)
    np.testing.assert_allclose(mean, found.regions[rows], atol=1e-9)
    assert found.regions[rows].mean() == pytest.approx(0, abs=1e-9)
    assert np.corrcoef(found.regions[rows], core.sum(axis=1))[0, 1] >= 0


def test_sparse_and_dense_give_the_same() -> None:
    m = nested(450, 420, 2)
    sparse = cx.complexity(m)
    kept = cx.SPARSE
    try:
        cx.SPARSE = 10_000
        dense = cx.complexity(m)
    finally:
        cx.SPARSE = kept
    np.testing.assert_allclose(sparse.regions, dense.regions, atol=1e-7)
    np.testing.assert_allclose(sparse.activities, dense.activities, atol=1e-7)


def test_empty_units_are_named_and_do_not_spoil_the_rest() -> None:
    """ecomplexity and economic-complexity give NaN everywhere; EconGeo a shorter vector."""
    m = nested(20, 15, 5)
    m[3], m[:, 4] = 0, 0
    found = cx.complexity(m)
    clean = cx.complexity(np.delete(np.delete(m, 3, 0), 4, 1))
    assert 3 in found.empty_regions
    assert 4 in found.empty_activities
    assert len(found.regions) == 20
    np.testing.assert_allclose(np.delete(found.regions, 3), clean.regions, atol=1e-10)


def test_two_components_are_told_and_only_the_largest_is_ordered() -> None:
    m = np.zeros((16, 13), dtype=int)
    m[:11, :9] = nested(11, 9, 8)
    m[:11, 0] = 1
    m[11:, 9:] = 1
    found = cx.complexity(m)
    assert found.components == 2
    assert np.isnan(found.regions[11:]).all()
    assert found.apart_regions.tolist() == [11, 12, 13, 14, 15]
    assert any("2 groups" in w for w in found.warnings)
    alone = cx.complexity(m[:11, :9])
    np.testing.assert_allclose(found.regions[:11], alone.regions, atol=1e-10)


@pytest.mark.parametrize(
    ("m", "said"),
    [
        (np.ones((5, 6)), "the same activities"),
        (np.ones((1, 6)), "at least 3"),
        (np.ones((6, 1)), "at least 3"),
        (np.eye(6), "at least 3"),
        (np.zeros((4, 4)), "at least 3"),
        (1 - np.eye(6), "explain the same"),
    ],
)
def test_where_nothing_can_be_ordered_it_says_so(m: np.ndarray, said: str) -> None:
    found = cx.complexity(m)
    assert said in found.reason
    assert np.isnan(found.regions).all()
    assert np.isnan(found.activities).all()


def test_a_weak_sign_is_warned_of() -> None:
    rng = np.random.default_rng(4)
    said = [
        any("sign" in w for w in cx.complexity(rng.random((40, 60)) < 0.3).warnings)
        for _ in range(20)
    ]
    assert any(said)
    assert not cx.complexity(nested(60, 60, 1)).warnings


def test_projection_is_the_mean_of_the_activities_told() -> None:
    index = np.array([1.0, np.nan, 3.0])
    m = np.array([[1, 1, 1], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(cx.projected(m, index), [2.0, np.nan, 3.0])


def test_fitness_of_the_step_before_differs_from_the_fresh_one() -> None:
    """econcomplex uses the fresh fitness: 0.367 where 0.464 is published for the same region."""
    m = nested(12, 10, 7)
    m = m[m.any(axis=1)][:, m.any(axis=0)]
    f, q = np.ones(m.shape[0]), np.ones(m.shape[1])
    for _ in range(20):
        f = m @ q
        f /= f.mean()
        q = 1 / (m.T @ (1 / f))
        q /= q.mean()
    assert np.abs(cx.fitness(m, 20)[0] - f).max() > 1e-4


def test_fitness_stays_a_number_when_it_vanishes() -> None:
    """Two clubs without a link: the fitness of one runs to nothing, and took all with it."""
    m = np.zeros((40, 400), dtype=bool)
    m[:20, :10], m[20:, 10:] = True, True
    for extremality in (1.0, 2.0):
        found, hard = cx.fitness(m, 1000, extremality)
        assert np.isfinite(found).all()
        assert np.isfinite(hard).all()


def test_equal_options_have_no_score_and_an_empty_region_no_average() -> None:
    m = np.zeros((1, 3), dtype=bool)
    assert np.isnan(relative_density(m, np.full((1, 3), 0.1))).all()
    assert np.isnan(average_quotient(np.array([[1.0, 1.0], [0.0, 0.0]]))[1])


def test_a_share_of_all_relations_is_at_most_1() -> None:
    m = nested(90, 300, 5)
    m[3] = True
    assert single_density(m, cooccurrence.single_proximity(m)).max() <= 1


# --- the rest ------------------------------------------------------------------------------------


@given(arrays(np.int64, (4, 6), elements=st.integers(0, 20)))
def test_varieties_add_up_to_entropy(x: np.ndarray) -> None:
    x = x + 1
    unrelated, related_ = variety(x, ["a", "a", "b", "b", "b", "c"])
    np.testing.assert_allclose(unrelated + related_, entropy(x), atol=1e-12)
    assert (related_ >= -1e-12).all()


def test_coherence_by_hand() -> None:
    x = np.array([[2.0, 1.0, 1.0], [4.0, 0.0, 0.0]])
    tau = np.array([[0, 1, 0.5], [1, 0, 0.2], [0.5, 0.2, 0]])
    each, whole = coherence(x, tau)
    assert each[0, 0] == pytest.approx((1 * 1 + 1 * 0.5) / 2)
    assert whole[0] == pytest.approx(0.5 * 0.75 + 0.25 * (2 + 0.2) / 3 + 0.25 * (1 + 0.2) / 3)
    assert np.isnan(whole[1])


def test_gini_of_equal_is_zero_and_of_one_is_largest() -> None:
    assert gini(np.ones(7)) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 5.0])) == pytest.approx(3 / 4)


def test_entry_and_exit_leave_out_what_cannot_happen() -> None:
    before, after = np.array([[True, False]]), np.array([[False, True]])
    assert np.isnan(entries(before, after)[0, 0])
    assert entries(before, after)[0, 1] == 1
    assert exits(before, after)[0, 0] == 1
    with pytest.raises(ValueError, match="different shape"):
        entries(before, after.T)


def test_ease_of_recombination_can_exceed_one() -> None:
    """econcomplex's test asserts at most 1, because it counts something else."""
    assert ease_of_recombination(np.array([[1], [1], [1]]))[0] == 2


def test_gain_weighs_each_activity_by_its_own_relations() -> None:
    m = nested(10, 5, 2) > 0
    phi, index = proximity(m), np.arange(5.0)
    r, c = np.argwhere(~m)[0]
    expected = sum(
        (not m[r, j]) * phi[j, c] / phi[j].sum() * index[j] for j in range(5) if phi[j].sum()
    )
    assert outlook_gain(m, phi, index)[r, c] == pytest.approx(expected)


def test_real_trade_agrees_with_itself_at_scale() -> None:
    """226 economies by 785 products, 1998-2000: the mean identity, and one component."""
    path = shared_data().parent / "reference/relatedness/economiccomplexity"
    kinds = {"product": pl.String, "value": pl.Float64}
    flows = pl.read_csv(path / "world_trade_avg_1998_to_2000.csv", schema_overrides=kinds)
    table = flows.pivot("product", index="country", values="value").fill_null(0)
    x = table.drop("country").to_numpy()
    held = advantaged(x)
    found = cx.complexity(held)
    assert found.components == 1
    assert not found.warnings
    mean = held @ found.activities / held.sum(axis=1)
    np.testing.assert_allclose(mean, found.regions, atol=1e-8)
    rank = dict(zip(table["country"], found.regions, strict=True))
    assert rank["jpn"] > rank["chn"] > rank["nga"]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_ease_as_of_a_year_reads_earlier_patents_only(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = (rng.random((5, 24)) < 0.4).astype(float)
    years = rng.integers(2000, 2006, 24).tolist()
    found = recombination_by_year(m, years, 3)
    assert set(found) == set(years) - {min(years)}
    for year, (ease, each) in found.items():
        early = [p for p in range(24) if year - 3 <= years[p] < year]
        for i in range(5):
            own = [p for p in early if m[i, p]]
            met = {j for p in own for j in range(5) if j != i and m[j, p]}
            assert ease[i] == pytest.approx(len(met) / len(own) if own else 0)
        now = [p for p in range(24) if years[p] == year]
        for place, p in enumerate(now):
            total = sum(ease[i] for i in range(5) if m[i, p])
            assert each[place] == pytest.approx(m[:, p].sum() / total if total else 0)
    with pytest.raises(ValueError, match="window of 0"):
        recombination_by_year(m, years, 0)


# --- fast routes ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(arrays(np.bool_, st.tuples(st.integers(0, 200), st.integers(0, 40))), st.integers(1, 9))
def test_bits_give_every_digit_of_the_plain_proximity(m: np.ndarray, tile: int) -> None:
    both = m.T.astype(np.int64) @ m
    size = m.sum(axis=0)
    most = np.maximum.outer(size, size)
    plain = np.divide(both, most, out=np.zeros(both.shape), where=most > 0)
    np.fill_diagonal(plain, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bits, "TILE", tile)
        assert (bits.shared_over_larger(m, np.float64) == plain).all()
        single = bits.shared_over_larger(m, np.float32)
    assert (single == plain.astype(np.float32)).all()


def test_bits_of_many_activities_and_of_other_layouts() -> None:
    """More activities than a tile, more regions than a word, and a table that lies transposed."""
    m = nested(130, 600, 4)
    phi = proximity(m)
    plain = proximity(m[:, :200])
    assert len(plain) < cooccurrence.MANY <= len(phi)
    assert (phi[:200, :200] == plain).all()
    assert (phi == phi.T).all()
    assert (proximity(np.asfortranarray(m)) == phi).all()
    assert (proximity(m[:, ::-1])[::-1, ::-1] == phi).all()


def test_uncompiled_kernels_count_the_same() -> None:
    m = nested(70, 12, 6) > 0
    words = bits.packed(m)
    size = np.maximum(m.sum(axis=0), 1).astype(np.float64)
    found = np.empty((12, 12))
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        for name in ("_add_shared", "_divide"):
            patch.setattr(bits, name, interpreted(getattr(bits, name)))
        interpreted(bits._fill)(words, size, found, 5)
    np.fill_diagonal(found, 0)
    assert (found == proximity(m)).all()
    plain = np.empty_like(words)
    plain[:] = 0
    interpreted(bits._pack)(m, plain)
    assert (plain == words).all()
    assert (interpreted(bits.columns_of)(m, int(m.sum())) == np.nonzero(m)[1]).all()


@settings(deadline=None, max_examples=60)
@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_the_largest_component_is_found_by_both_routes(m: np.ndarray) -> None:
    if not m.any():
        return
    rows, columns, parts = cx._largest(m, m.sum(axis=1), m.sum(axis=0))
    again, across, count = cx._parted(m)
    assert parts == count
    assert rows.sum() == again.sum()
    if parts == 1:
        assert (rows == again).all()
        assert (columns == across).all()


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.booleans())
def test_sparse_search_is_the_dense_decomposition(seed: int, tall: bool) -> None:
    m = nested(*((90, 60) if tall else (60, 90)), seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cx, "SPARSE", 10_000)
        dense = cx.complexity(m)
        patch.setattr(cx, "SPARSE", 10)
        sparse = cx.complexity(m)
    if dense.reason or dense.gap < 1e-3:
        return
    assert sparse.second == pytest.approx(dense.second, abs=1e-12)
    assert sparse.third == pytest.approx(dense.third, abs=1e-10)
    np.testing.assert_allclose(sparse.regions, dense.regions, atol=1e-8)
    np.testing.assert_allclose(sparse.activities, dense.activities, atol=1e-8)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000))
def test_one_call_is_the_functions_it_stands_for(seed: int) -> None:
    x = np.random.default_rng(seed).poisson(2, (40, 30)) * nested(40, 30, seed)
    x[:, 4] = 0
    one, two = spaces([x, x[::-1]], threads=2)
    for own in (one, space(x), space(x, threads=3)):
        np.testing.assert_array_equal(own.quotient, location_quotient(x))
        np.testing.assert_array_equal(own.present, advantaged(x))
        np.testing.assert_array_equal(own.complexity.regions, cx.complexity(own.present).regions)
        np.testing.assert_allclose(own.proximity, proximity(own.present), atol=1e-7)
        np.testing.assert_allclose(
            own.density, density(own.present, proximity(own.present)), rtol=1e-5, atol=1e-6
        )
        assert not own.present[:, 4].any()
        assert np.isnan(own.density[:, 4]).all()
    np.testing.assert_allclose(two.density[::-1], one.density, rtol=1e-5, atol=1e-6)


def test_callers_side_by_side_leave_the_threads_of_products_as_they_were() -> None:
    def threads() -> list[int]:
        return [p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"]

    before = threads()
    _ALONE.__enter__()
    _ALONE.__enter__()
    _ALONE.__exit__()
    assert set(threads()) == {1}
    _ALONE.__exit__()
    assert threads() == before


def test_more_threads_than_regions_are_no_matter() -> None:
    x = np.random.default_rng(3).poisson(3, (5, 7)).astype(float) + 1
    np.testing.assert_allclose(space(x, threads=8).density, space(x).density, rtol=1e-6)


@settings(deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_presences_are_counted_both_ways(m: np.ndarray) -> None:
    for count in (bits.presences, interpreted(bits.presences)):
        diversity, ubiquity = count(m)
        assert (diversity == m.sum(axis=1)).all()
        assert (ubiquity == m.sum(axis=0)).all()


@settings(deadline=None)
@given(arrays(np.int32, st.integers(0, 19), elements=st.integers(0, 30)))
def test_values_at_some_places_are_summed_whatever_their_number(places: np.ndarray) -> None:
    values = 2.0 ** np.arange(31)
    for sum_of in (lanczos.gathered, interpreted(lanczos.gathered)):
        assert sum_of(values, places) == values[places].sum()


def test_the_quotient_is_its_definition() -> None:
    """Also in tables longer than the rows that are taken at a time."""
    x = np.random.default_rng(2).poisson(1, (700, 90)).astype(float)
    x[5], x[:, 7] = 0, 0
    with np.errstate(invalid="ignore"):
        plain = (x / x.sum(axis=1, keepdims=True)) / (x.sum(axis=0) / x.sum())
    np.testing.assert_allclose(location_quotient(x), plain, rtol=1e-14)
    off = np.abs(plain - 1) > 1e-9
    assert (advantaged(x)[off] == (plain >= 1)[off]).all()


@pytest.mark.parametrize("tall", [True, False])
def test_equal_dimensions_are_refused_however_large_the_table(tall: bool) -> None:
    """Three equal blocks with one activity in common: a search by steps sees one of the two."""
    block = np.kron(np.eye(3), np.ones((70, 70)))
    m = np.hstack([block, np.ones((210, 1))]) > 0
    found = cx.complexity(m if tall else m.T)
    assert "explain the same" in found.reason
    assert found.third == pytest.approx(found.second, abs=1e-9)


def test_few_profiles_have_one_order_whatever_the_order_of_the_columns() -> None:
    rng = np.random.default_rng(1)
    profiles = rng.random((3, 220)) < 0.4
    m = profiles[rng.integers(0, 3, 300)]
    m[:, 0] = True
    mixed = rng.permutation(220)
    one, other = cx.complexity(m), cx.complexity(m[:, mixed])
    assert one.reason == other.reason
    np.testing.assert_allclose(one.regions, other.regions, atol=1e-7)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.booleans())
def test_steps_find_the_second_pair_of_any_table_in_one_piece(seed: int, tall: bool) -> None:
    """Against the whole decomposition, also for tables without order, where pairs are close."""
    rng = np.random.default_rng(seed)
    m = rng.random((70, 40) if tall else (40, 70)) < 0.3
    m[0], m[:, 0] = True, True
    d, u = m.sum(axis=1), m.sum(axis=0)
    found = cx._by_steps(m, d, u, 1 / np.sqrt(d), 1 / np.sqrt(u), tall)
    s = m / np.sqrt(d)[:, None] / np.sqrt(u)
    left, values, right = np.linalg.svd(s, full_matrices=False)
    assert found is not None
    assert found[0] == pytest.approx(values[1] ** 2, abs=1e-12)
    assert found[1] == pytest.approx(values[2] ** 2, abs=1e-10)
    if values[1] - values[2] > 1e-3:
        assert abs(found[2] @ left[:, 1]) == pytest.approx(1, abs=1e-9)
        assert abs(found[3] @ right[1]) == pytest.approx(1, abs=1e-9)
