"""Entry tests: planted winners, loops beside the arrays, unknown cells, silence."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regionlift.forecast.entry import DEFINITIONS, densities, entry_test, present, quotients
from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.relatedness.nearness import density
from regionlift.measures.relatedness.specialisation import advantaged, location_quotient
from regionlift.study.entry import EntryStudy, lacking, sums


def _world(seed: int, by: str) -> list[np.ndarray]:
    """Two tables: what comes follows the present level, or what is related to it."""
    rng = np.random.default_rng(seed)
    regions, activities = 80, 40
    group = np.arange(activities) % 4
    strong = rng.random((regions, 4))
    first = rng.poisson(np.where(strong[:, group] > 0.5, 25, 2), (regions, activities)) + 1.0
    held, q = advantaged(first), location_quotient(first)
    lure = q if by == "level" else density(held, proximity(held))
    chance = np.argsort(np.argsort(np.where(held, -np.inf, lure), axis=1), axis=1)
    comes = ~held & (chance >= activities - 3)
    later = np.where(comes, 4 * first.max(), first)
    return [first, later]


@pytest.mark.parametrize("by", ["level", "density"])
def test_the_planted_predictor_wins(by: str) -> None:
    for seed in range(3):
        found = entry_test(_world(seed, by), ["1", "2"], "crossing", 30,
                           np.random.default_rng(0), 100)  # fmt: skip
        assert found.winner == by
        if by == "density":
            assert found.apart[1] > 0


def test_where_nothing_tells_nobody_wins() -> None:
    rng = np.random.default_rng(5)
    wins = []
    for _ in range(40):
        first = rng.poisson(20, (60, 30)) + 1.0
        later = rng.poisson(20, (60, 30)) + 1.0
        wins.append(entry_test([first, later], ["1", "2"], "crossing", 30, rng, 100).winner)
    # 90% intervals: one draw in ten is wrong one way or the other
    assert sum(w != "" for w in wins) <= 8


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 100_000))
def test_with_everything_known_it_is_the_published_density(seed: int) -> None:
    table = np.random.default_rng(seed).poisson(3, (9, 7)) + 0.0
    table[0, 0] += 1
    keep = table.sum(axis=1) > 0
    table = table[keep][:, table.sum(axis=0) > 0]
    held = present(table)
    np.testing.assert_array_equal(held, advantaged(table))
    np.testing.assert_allclose(quotients(table), location_quotient(table), rtol=1e-12)
    np.testing.assert_allclose(
        densities(held, np.ones_like(held)), density(held, proximity(held)), rtol=1e-12
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 100_000))
def test_unknown_cells_by_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.poisson(5, (8, 6)) + 1.0
    table[rng.random(table.shape) < 0.2] = np.nan
    known = np.isfinite(table)
    if not (known.any(axis=0).all() and known.any(axis=1).all()):
        return
    q, held = quotients(table), present(table)
    near = densities(held, known)
    for r in range(8):
        for c in range(6):
            if known[r, c]:
                inside = [k for k in range(6) if known[r, k]]
                whole = {k: np.nansum(table[:, k]) for k in inside}
                mine = table[r, c] / sum(table[r, k] for k in inside)
                assert q[r, c] == pytest.approx(mine / (whole[c] / sum(whole.values())))
            phi = {}
            for j in range(6):
                both = sum(held[s, j] and held[s, c] for s in range(8))
                one = sum(held[s, c] and known[s, j] for s in range(8))
                other = sum(held[s, j] and known[s, c] for s in range(8))
                phi[j] = 0.0 if j == c or not max(one, other) else both / max(one, other)
            under = sum(phi[j] for j in range(6) if known[r, j])
            over = sum(phi[j] for j in range(6) if held[r, j])
            if under:
                assert near[r, c] == pytest.approx(over / under)
            else:
                assert np.isnan(near[r, c])


def test_definitions_split_the_crossings() -> None:
    tables = _world(1, "level")
    rng = np.random.default_rng(0)
    found = {d: entry_test(tables, ["1", "2"], d, 1, rng, 20) for d in DEFINITIONS}
    assert found["crossing"].entries == found["strengthening"].entries + found["new"].entries
    assert found["crossing"].options == found["strengthening"].options + found["new"].options
    first, later = tables
    came = ~advantaged(first) & advantaged(later)
    assert found["crossing"].entries == came.sum()


def test_few_entries_are_not_judged() -> None:
    found = entry_test(_world(1, "level"), ["1", "2"], "crossing", 10_000,
                       np.random.default_rng(0))  # fmt: skip
    assert "fewer than 10000" in found.reason
    assert found.scores == ()
    assert found.winner == ""


def test_the_fit_sees_no_later_year() -> None:
    """The last table turned round changes what is scored, not what is fitted."""
    tables = [*_world(2, "level"), *_world(3, "level")]
    one = entry_test(tables, list("abcd"), "crossing", 1, np.random.default_rng(0), 5)
    names = [s.predictor for s in one.scores]
    assert names[-2:] == ["fit", "fit and density"]
    assert "persistence" in names
    assert (one.origin, one.later) == ("c", "d")


@pytest.mark.parametrize(
    ("tables", "definition", "said"),
    [(1, "crossing", "at least two"), (2, "birth", "no definition")],
)
def test_bad_input(tables: int, definition: str, said: str) -> None:
    given_ = _world(1, "level")[:tables]
    with pytest.raises(ValueError, match=said):
        entry_test(given_, ["1", "2"][:tables], definition, 1, np.random.default_rng(0))


def test_a_cell_that_was_not_known_before_is_no_option_for_any_predictor() -> None:
    first, later = _world(0, "level")
    before = first + 1
    full = entry_test([before, first, later], ["0", "1", "2"], "crossing", 30,
                      np.random.default_rng(0), 50)  # fmt: skip
    before[:, 7] = np.nan
    part = entry_test([before, first, later], ["0", "1", "2"], "crossing", 30,
                      np.random.default_rng(0), 50)  # fmt: skip
    gone = (location_quotient(first)[:, 7] < 1).sum()
    assert part.options == full.options - gone
    assert "persistence" in {s.predictor for s in part.scores}


def _sizes(values: dict[str, tuple[float, float]]) -> pl.DataFrame:
    rows = [{"region": f"r{n}", "year": 2020, "industry": code, "employment": v[n]}
            for code, v in values.items() for n in (0, 1)]  # fmt: skip
    return pl.DataFrame(rows)


def test_sums_are_told_by_their_size_and_not_by_their_code_alone() -> None:
    nested = _sizes({"C": (30, 9), "C10": (10, 4), "C11": (20, 5), "C101": (10, 4), "D": (5, 5)})
    assert sums(nested, "employment") == ["C", "C10"]
    plain = _sizes({"1": (3, 3), "10": (8, 8), "11": (9, 9), "2": (4, 4)})
    assert sums(plain, "employment") == []


def test_what_a_region_lacks_is_ordered_by_what_won() -> None:
    now = {
        "level": {"a": 0.9, "b": 0.6, "c": 0.1, "d": 0.2, "e": 1.5, "f": 0.3},
        "density": {"a": 0.1, "b": 0.9, "c": 0.8, "d": 0.2, "e": 0.9, "f": float("nan")},
    }
    entry = EntryStudy("industries", (), "", now)
    assert [row[0] for row in lacking(entry)] == ["a", "b", "c", "d"]
    assert lacking(EntryStudy("industries", ())) == []
