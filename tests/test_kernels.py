"""Kernels: identities, monotonicity, units, order, and what they say where nothing is defined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from panels import CODES, light, measured, opened, pick, random_rows
from regionlift.measures import factor, structure, value
from regionlift.measures.arithmetic import log_change, ratio
from regionlift.measures.cube import Floats
from regionlift.measures.location import count_interval, location_quotient
from regionlift.measures.panel import KERNELS, PanelKernel
from regionlift.measures.position import percentile_rank
from regionlift.measures.resample import interval, trend, weights

few = settings(max_examples=60, deadline=None)

POSITIVE = st.floats(0.1, 1e5, allow_subnormal=False)
SCALE = st.floats(1e-3, 1e3)


@st.composite
def sizes(draw: st.DrawFn, count: int) -> list[Floats]:
    """So many positive arrays over the same sub-industries."""
    n = draw(st.integers(1, 8))
    return [draw(arrays(float, n, elements=POSITIVE)) for _ in range(count)]


def close(one: object, other: object, rel: float = 1e-9, abs: float = 1e-9) -> bool:
    return bool(np.allclose(one, other, rtol=rel, atol=abs))  # type: ignore[arg-type]


def in_framework(call: Callable[[], Floats]) -> Floats:
    """As the framework calls kernels: division is silenced, everything else would raise here."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return call()


# identities


@few
@given(sizes(4))
def test_shift_share_adds_up_to_the_productivity_change(ends: list[Floats]) -> None:
    parts = np.array(structure.shift_share(*ends))
    whole = structure.productivity_change(*ends)
    assert close(parts.sum(axis=0), whole, abs=1e-9 * np.abs(parts).max() + 1e-7)


@few
@given(sizes(4), st.data())
def test_shift_share_adds_up_with_an_industry_that_enters_or_leaves(
    ends: list[Floats], data: st.DataObject
) -> None:
    v0, l0, v1, l1 = (np.append(end, 10.0) for end in ends)
    gone = data.draw(st.sampled_from([(v0, l0), (v1, l1)]))
    for end in gone:
        end[-1] = 0
    parts = np.array(structure.shift_share(v0, l0, v1, l1))
    whole = structure.productivity_change(v0, l0, v1, l1)
    assert close(parts.sum(axis=0), whole, abs=1e-9 * np.abs(parts).max() + 1e-7)


def test_shift_share_with_value_added_but_no_staff_is_not_given_as_if_it_added_up() -> None:
    v0, l0, v1, l1 = (np.array(x) for x in ([5.0, 5.0], [0.0, 5.0], [5.0, 5.0], [5.0, 5.0]))
    parts = sum(structure.shift_share(v0, l0, v1, l1))
    whole = structure.productivity_change(v0, l0, v1, l1)
    assert np.isnan(parts) or close(parts, whole)


@few
@given(sizes(4))
def test_employment_and_productivity_add_up_to_growth(ends: list[Floats]) -> None:
    parts = factor.growth_from_employment(*ends) + factor.growth_from_productivity(*ends)
    assert close(parts, factor.growth_value_added(*ends))


@few
@given(sizes(10))
def test_labour_capital_and_tfp_add_up_to_growth(ends: list[Floats]) -> None:
    v0, l0, k0, w0, n0, v1, l1, k1, w1, n1 = ends
    share = (w0.sum() / n0.sum() + w1.sum() / n1.sum()) / 2
    labour = 100 * share * np.log(l1.sum() / l0.sum())
    capital = 100 * (1 - share) * np.log(k1.sum() / k0.sum())
    growth = 100 * np.log(v1.sum() / v0.sum())
    assert close(labour + capital + factor.growth_from_tfp(*ends), growth, abs=1e-5)
    driven = in_framework(lambda: factor.input_driven_share(*ends))
    if growth > 1e-6:
        assert close(driven * growth, labour + capital, abs=1e-5)
    elif growth < -1e-6:
        assert np.isnan(driven)


@few
@given(sizes(4))
def test_the_employment_share_of_growth_is_the_ratio_of_its_parts(ends: list[Floats]) -> None:
    growth = factor.growth_value_added(*ends)
    driven = in_framework(lambda: factor.employment_driven_share(*ends))
    if growth > 0:
        assert close(driven * growth, factor.growth_from_employment(*ends))
    else:
        assert np.isnan(driven)


@few
@given(sizes(2))
def test_nav_is_a_share_and_symmetric(ends: list[Floats]) -> None:
    one, other = ends
    nav = structure.norm_of_absolute_values(one, other)
    assert -1e-12 <= nav <= 1 + 1e-12
    assert close(nav, structure.norm_of_absolute_values(other, one))


def test_nav_is_one_where_the_mix_is_exchanged_whole() -> None:
    assert structure.norm_of_absolute_values(np.array([4.0, 0.0]), np.array([0.0, 9.0])) == 1


@few
@given(sizes(2))
def test_moore_angle_lies_in_a_quarter_turn_and_is_symmetric(ends: list[Floats]) -> None:
    one, other = ends
    angle = structure.moore_angle(one, other)
    assert 0 <= angle <= 90
    assert close(angle, structure.moore_angle(other, one), abs=1e-5)


def test_moore_angle_is_right_for_mixes_without_a_common_industry() -> None:
    assert close(structure.moore_angle(np.array([4.0, 0.0]), np.array([0.0, 9.0])), 90)


@few
@given(sizes(1), SCALE)
def test_proportional_growth_is_no_structural_change(ends: list[Floats], times: float) -> None:
    start = ends[0]
    assert close(structure.norm_of_absolute_values(start, times * start), 0)
    assert close(structure.lilien(start, times * start), 0)
    # arccos is steep at 1: an error of 1e-16 in the cosine is 1e-6 degrees
    assert close(structure.moore_angle(start, times * start), 0, abs=1e-5)


@few
@given(sizes(2))
def test_lilien_is_not_negative_and_positive_where_rates_differ(ends: list[Floats]) -> None:
    start, end = ends
    found = structure.lilien(start, end)
    rates = np.log(end / start) - np.log(end.sum() / start.sum())
    assert found >= 0
    assert (found > 1e-9) == bool(np.abs(rates).max() > 1e-6) or np.abs(rates).max() < 1e-5


def test_lilien_leaves_out_an_industry_that_is_at_neither_end() -> None:
    with np.errstate(all="ignore"):
        three = structure.lilien(np.array([3.0, 5.0, 0.0]), np.array([6.0, 5.0, 0.0]))
    assert close(three, structure.lilien(np.array([3.0, 5.0]), np.array([6.0, 5.0])))


@few
@given(sizes(2), POSITIVE)
def test_theil_is_not_negative_and_zero_for_equal_productivities(
    mix: list[Floats], productivity: float
) -> None:
    value_added, staff = mix
    assert structure.theil_rationalisation(value_added, staff) >= -1e-12
    assert close(structure.theil_rationalisation(productivity * staff, staff), 0)


@few
@given(st.integers(2, 6), st.integers(1, 5), st.data())
def test_location_quotients_average_to_one_over_regions(
    regions: int, industries: int, data: st.DataObject
) -> None:
    x = data.draw(arrays(float, (regions, industries), elements=POSITIVE))
    total = x.sum(axis=1) + data.draw(arrays(float, regions, elements=POSITIVE))
    quotient = location_quotient(x, total[:, None], x.sum(axis=0), total.sum())
    assert close((quotient * total[:, None]).sum(axis=0) / total.sum(), 1)


@few
@given(st.integers(0, 500), st.integers(1, 5000), st.floats(0.001, 0.5))
def test_interval_of_a_location_quotient_holds_the_point(own: int, rest: int, share: float) -> None:
    x, n = np.array([float(own)]), np.array([float(own + rest)])
    low, high = count_interval(x, n, np.array([share]), (0.05, 0.95))
    point = location_quotient(x, n, np.array(share), np.array(1.0))
    assert 0 <= low[0] <= high[0]
    assert low[0] <= point[0] + 0.5 / n[0] / share and point[0] <= high[0]
    wider = count_interval(x, n, np.array([share]), (0.025, 0.975))
    assert wider[0][0] < low[0] and wider[1][0] > high[0]


# monotonicity


@few
@given(sizes(2), POSITIVE, st.data())
def test_more_value_added_at_the_same_output_never_lowers_the_ratio(
    mix: list[Floats], more: float, data: st.DataObject
) -> None:
    value_added, output = mix
    raised = value_added.copy()
    raised[data.draw(st.integers(0, len(raised) - 1))] += more
    assert value.value_added_ratio(raised, output) >= value.value_added_ratio(value_added, output)


@few
@given(sizes(1), POSITIVE)
def test_more_high_tech_never_lowers_its_share_and_more_of_the_rest_never_raises_it(
    mix: list[Floats], more: float
) -> None:
    size = np.append(mix[0], 1.0)
    high = np.zeros(len(size), dtype=bool)
    high[-1] = True
    extra = np.where(high, more, 0)
    now = structure.high_tech_share(high, size)
    assert 0 <= now <= 1
    assert structure.high_tech_share(high, size + extra) >= now - 1e-15
    assert structure.high_tech_share(high, size + more - extra) <= now + 1e-15


@few
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=15), st.integers(-6, 6), st.integers(0, 4))
def test_percentile_never_falls_when_the_value_rises(peers: list[int], own: int, more: int) -> None:
    others = np.array(peers, dtype=float)
    now = percentile_rank(np.array(float(own)), others)
    assert 0 <= now <= 100
    assert percentile_rank(np.array(float(own + more)), others) >= now
    below = sum(p < own for p in peers)
    equal = sum(p == own for p in peers)
    assert close(now, 100 * (below + equal / 2) / len(peers))


@few
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=15), st.integers(-6, 6))
def test_percentile_turns_over_with_the_sign(peers: list[int], own: int) -> None:
    others, mine = np.array(peers, dtype=float), np.array(float(own))
    assert close(percentile_rank(-mine, -others), 100 - percentile_rank(mine, others))


# every panel kernel at once


def arguments(spec: PanelKernel, columns: list[Floats]) -> list[Floats]:
    """Arguments of a kernel: the tier mask first where it wants one."""
    high = np.zeros(columns[0].shape[-1], dtype=bool)
    high[-1] = True
    return ([high] if spec.tiered else []) + columns


def count(spec: PanelKernel) -> int:
    return len(spec.columns) * (2 if spec.change else 1)


@pytest.mark.parametrize("id", sorted(KERNELS))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_order_of_sub_industries_changes_nothing(id: str, data: st.DataObject) -> None:
    spec = KERNELS[id]
    columns = data.draw(sizes(count(spec)))
    order = np.array(data.draw(st.permutations(range(len(columns[0])))))
    high = np.arange(len(order)) == 0
    first = ([high], [high[order]]) if spec.tiered else ([], [])
    one = in_framework(lambda: spec.kernel(*first[0], *columns))
    other = in_framework(lambda: spec.kernel(*first[1], *(c[order] for c in columns)))
    if "driven" in id and abs(growth(spec, columns)) < 1e-3:
        return  # a share of no growth is all rounding
    assert np.isnan(one) == np.isnan(other)
    assert np.isnan(one) or close(one, other, rel=1e-6, abs=1e-5)


MONEY = {"value_added", "value_added_real", "output", "compensation", "capital", "rd_spend",
         "revenue", "service_revenue", "new_product_revenue", "foreign_tech_purchase"}  # fmt: skip


@pytest.mark.parametrize("id", sorted(KERNELS))
@settings(max_examples=10, deadline=None)
@given(data=st.data(), times=st.floats(0.1, 10))
def test_another_unit_of_money_scales_levels_and_leaves_the_rest(
    id: str, data: st.DataObject, times: float
) -> None:
    spec = KERNELS[id]
    names = spec.columns * (2 if spec.change else 1)
    columns = data.draw(sizes(count(spec)))
    scaled = [c * times if n in MONEY else c for n, c in zip(names, columns, strict=True)]
    if "driven" in id and abs(growth(spec, columns)) < 1e-3:
        return  # a share of no growth is all rounding
    one = in_framework(lambda: spec.kernel(*arguments(spec, columns)))
    other = in_framework(lambda: spec.kernel(*arguments(spec, scaled)))
    expected = one * times if "_per_employee" in id or id == "block_value_added" else one
    assert np.isnan(one) == np.isnan(other)
    assert np.isnan(one) or close(other, expected, rel=1e-6, abs=1e-5)


def growth(spec: PanelKernel, columns: list[Floats]) -> float:
    """Log growth of the first column."""
    return float(log_change(columns[0], columns[len(spec.columns)]))


@pytest.mark.parametrize("id", sorted(KERNELS))
def test_leading_axes_are_only_carried_along(id: str) -> None:
    spec = KERNELS[id]
    rng = np.random.default_rng(3)
    columns = [rng.uniform(1, 9, (4, 2, 5)) for _ in range(count(spec))]
    whole = spec.kernel(*arguments(spec, columns))
    assert whole.shape == (4, 2)
    one = spec.kernel(*arguments(spec, [c[3, 1] for c in columns]))
    assert close(whole[3, 1], one) or (np.isnan(whole[3, 1]) and np.isnan(one))


# where nothing is defined


@pytest.mark.parametrize("id", sorted(KERNELS))
def test_an_empty_block_gives_no_number(id: str) -> None:
    spec = KERNELS[id]
    found = in_framework(lambda: spec.kernel(*arguments(spec, [np.zeros(3)] * count(spec))))
    # a total of nothing is nothing, a known zero; all else divides by it
    assert found == 0 if spec.whole else np.isnan(found)


@pytest.mark.parametrize(
    ("id", "end"),
    [(id, end) for id in sorted(KERNELS) if KERNELS[id].change for end in (0, 1)],
)
def test_a_change_from_or_to_an_empty_block_gives_no_number(id: str, end: int) -> None:
    spec = KERNELS[id]
    half = len(spec.columns)
    ends = [[np.array([1.0, 2.0, 3.0])] * half, [np.array([1.0, 2.0, 3.0])] * half]
    ends[end] = [np.zeros(3)] * half
    assert np.isnan(in_framework(lambda: spec.kernel(*ends[0], *ends[1])))


@pytest.mark.parametrize("id", sorted(id for id, spec in KERNELS.items() if not spec.change))
def test_a_level_over_nothing_gives_no_number(id: str) -> None:
    spec = KERNELS[id]
    columns = [np.ones(3)] * len(spec.columns)
    columns[-1] = np.zeros(3)
    found = in_framework(lambda: spec.kernel(*arguments(spec, columns)))
    if spec.whole:
        assert found == 0
    elif id == "theil_rationalisation":
        assert not np.isfinite(found)
    else:
        assert np.isnan(found)


INFINITE = {
    "lilien, one industry enters": lambda: structure.lilien(
        np.array([1.0, 0.0, 2.0]), np.array([1.0, 1.0, 2.0])
    ),
    "theil, value added without staff": lambda: structure.theil_rationalisation(
        np.array([1.0, 1.0, 2.0]), np.array([1.0, 0.0, 2.0])
    ),
    "productivity change, no staff at the end": lambda: structure.productivity_change(
        np.ones(2), np.ones(2), np.ones(2), np.zeros(2)
    ),
}


@pytest.mark.parametrize("case", sorted(INFINITE))
def test_what_is_not_defined_is_nan_and_not_infinite(case: str) -> None:
    assert np.isnan(in_framework(INFINITE[case]))


@pytest.mark.parametrize("kernel", ["nav", "high", "theil"])
def test_a_negative_cell_makes_no_share(kernel: str) -> None:
    """Value added may be negative in the contract; a share of such a block is not defined."""
    start, end = np.array([-50.0, 60.0]), np.array([70.0, 30.0])
    found = in_framework({
        "nav": lambda: structure.norm_of_absolute_values(start, end),
        "high": lambda: structure.high_tech_share(np.array([False, True]), start),
        "theil": lambda: structure.theil_rationalisation(-np.array([1.0, 2.0]), end),
    }[kernel])  # fmt: skip
    assert np.isnan(found)


def test_ratio_and_log_change_say_nan_without_a_warning() -> None:
    zero, one = np.zeros((2, 3)), np.ones((2, 3))
    assert np.isnan(ratio(one, zero)).all() and (ratio(zero, one) == 0).all()
    assert np.isnan(log_change(zero, one)).all() and np.isnan(log_change(one, zero)).all()
    assert np.isnan(ratio(one, -one)).all()


# resampling


def test_weights_are_the_same_every_time_and_average_to_one() -> None:
    one, other = weights(7, light()), weights(7, light())
    assert (one == other).all() and one.shape == (200, 7)
    assert np.allclose(one.sum(axis=1), 7) and (one > 0).all()
    assert not (one == weights(7, light(seed=1))).all()


def test_interval_says_nothing_where_one_replicate_does() -> None:
    replicates = np.array([[1.0, 1.0], [2.0, np.nan], [3.0, np.inf]])
    low, high = interval(replicates, light())
    assert np.isnan(low[1]) and np.isnan(high[1])
    assert close([low[0], high[0]], np.quantile([1, 2, 3], [0.05, 0.95]))


@few
@given(st.floats(-0.2, 0.2), st.integers(4, 12))
def test_trend_of_exact_growth_is_that_growth_at_both_ends(rate: float, years: int) -> None:
    t = np.arange(2000.0, 2000 + years)
    slope, ends = trend(t, 3 + rate * (t - 2000), light())
    assert close(slope, rate, abs=1e-7) and close(ends, rate, abs=1e-6)


@few
@given(st.lists(st.floats(-5, 5), min_size=4, max_size=10))
def test_trend_is_the_least_squares_slope(y: list[float]) -> None:
    t = np.arange(float(len(y)))
    assert close(trend(t, np.array(y), light())[0], np.polyfit(t, y, 1)[0], abs=1e-7)


# two routes, one number


def test_frames_hold_what_the_kernels_say(tmp_path: Path) -> None:
    """Every panel measure against its kernel on arrays picked from the rows by hand."""
    rows = random_rows(5, regions=4)
    dataset = opened(tmp_path, rows)
    ids = [i for i, s in KERNELS.items() if set(s.columns) <= set(rows[0])]
    assert len(ids) > 20
    frames = measured(dataset, *ids)
    cells = {(r["region"], r["industry"], r["year"]): r for r in rows}

    def column(name: str, year: int) -> Floats:
        return np.array([float(cells["R02", code, year][name]) for code in CODES])

    seen = 0
    for id in ids:
        spec = KERNELS[id]
        for year in (2014, 2020):
            years = (year - 5, year) if spec.change else (year,)
            arrays_ = [column(name, y) for y in years for name in spec.columns]
            expected = float(spec.kernel(*arguments(spec, arrays_))) / (5 if spec.annual else 1)
            found = pick(frames[id], "R02", "-".join(map(str, years)))
            if np.isnan(expected):
                assert found.value is None and found.reason
                continue
            assert found.value == pytest.approx(expected, rel=1e-12), id
            seen += 1
    assert seen > 40


def test_location_quotients_hold_what_the_kernel_says(tmp_path: Path) -> None:
    rows = random_rows(6, regions=5)
    frames = measured(opened(tmp_path, rows), "location_quotient_employment",
                      "location_quotient_value_added")  # fmt: skip
    for column in ("employment", "value_added"):
        table = pl.DataFrame(rows).filter(pl.col("year") == 2015)
        wide = table.pivot("industry", index="region", values=column).sort("region")
        own, total = wide["h"].to_numpy(), wide["TOTAL"].to_numpy()
        block = own + wide["a"].to_numpy() + wide["b"].to_numpy()
        for part, x in (("|h", own), ("", block)):
            expected = location_quotient(x, total, x.sum(), total.sum())
            frame = frames[f"location_quotient_{column}"]
            found = [pick(frame, f"{r}{part}", 2015).value or 0 for r in wide["region"]]
            assert found == pytest.approx(expected.tolist(), rel=1e-12)
            assert np.average(found, weights=total) == pytest.approx(1)
