"""The stage profile, positions among peers, and the states that are carried through to them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from panels import (
    SECRET,
    Row,
    grid,
    light,
    measured,
    opened,
    pick,
    random_rows,
    studied,
    with_total,
)
from regionlift.evidence.quantity import Status
from regionlift.evidence.verdict import Truth
from regionlift.measures.drivers import input_driven
from regionlift.measures.panel import KERNELS
from regionlift.measures.position import percentile_rank, place
from regionlift.measures.stage import LEADS, label_at, lead_shares
from regionlift.study import measure_all

NAMES = [f"R{n}" for n in range(8)]
YEARS = range(2013, 2021)

# the label


def shares(factor: float, value: float) -> dict[str, float]:
    return {"factor": factor, "value": value, "structure": 1 - factor - value}


def test_label_flips_exactly_at_the_threshold() -> None:
    assert label_at(shares(0.8, 0.15), 0.8) == "factor upgrading"
    assert label_at(shares(0.8, 0.15), 0.8 + 1e-12) == "between factor and value chain upgrading"
    assert label_at(shares(0.1, 0.1), 0.8) == "structure upgrading"


def test_label_between_names_the_two_that_lead_in_the_order_of_the_stages() -> None:
    assert label_at(shares(0.3, 0.6), 0.8) == "between factor and value chain upgrading"
    assert label_at(shares(0.3, 0.1), 0.8) == "between factor and structure upgrading"
    assert label_at(shares(0.05, 0.4), 0.8) == "between value chain and structure upgrading"


@effort(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.6, 0.95))
def test_a_stage_is_named_if_and_only_if_one_reaches_the_threshold(
    a: float, b: float, threshold: float
) -> None:
    found = label_at(given_ := shares(a * b, a * (1 - b)), threshold)
    assert found.startswith("between") == (max(given_.values()) < threshold)


@effort(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=20))
def test_lead_shares_share_ties_and_add_up_to_one(replicates: list[tuple[int, int, int]]) -> None:
    found = lead_shares(np.array(replicates, dtype=float).T)
    by_hand = [0.0, 0.0, 0.0]
    for row in replicates:
        winners = [i for i in range(3) if row[i] == max(row)]
        for i in winners:
            by_hand[i] += 1 / len(winners) / len(replicates)
    assert found == pytest.approx(by_hand) and found.sum() == pytest.approx(1)


# the profile of planted regions


def planted(region: str, code: str, year: int) -> Row:
    """R0 leads in productivity alone, R1 in the value-added ratio, R2 in high-tech; R3.. between.

    Every sub-industry of a region has the same productivity and ratio, so that no resampling of
    sub-industries moves the first two gauges.
    """
    number = NAMES.index(region)
    value = {"h": 10 + number}.get(code, 40.0)
    if region == "R2":
        value = {"h": 80.0}.get(code, 40.0)
    if region in ("R0", "R1"):
        value = {"h": 1.0}.get(code, 40.0)
    productivity = {"R0": 0.5, "R1": 0.01, "R2": 0.011}.get(region, 0.05 + number / 1000)
    ratio = {"R0": 0.1, "R1": 0.9, "R2": 0.11}.get(region, 0.3 + number / 100)
    return {
        "value_added": value,
        "value_added_real": value * (1 if year == 2015 else 0.99),
        "output": round(value / ratio, 6),
        "employment": round(value / productivity, 6),
    }


@pytest.mark.parametrize(("region", "stage"), [("R0", "factor"), ("R1", "value chain")])
def test_a_planted_stage_is_named(tmp_path: Path, region: str, stage: str) -> None:
    profile = studied(opened(tmp_path, with_total(grid(NAMES, YEARS, planted))), region).profile
    assert profile.label == f"{stage} upgrading"
    name = "factor" if stage == "factor" else "value"
    found = profile.shares[name]
    assert found.value == 1 and found.n == 200 and found.rows == 3
    truths = {v.clause: v.truth for v in profile.verdicts}
    assert truths.pop(f"stage.{name}.leads") is Truth.MET
    assert set(truths.values()) == {Truth.NOT_MET}
    assert "leads in 100% of resamples; a stage is named from 80%" in profile.sentence


def test_shares_add_up_and_the_label_follows_the_users_threshold(tmp_path: Path) -> None:
    dataset = opened(tmp_path, random_rows(4, regions=9))
    frames = measure_all(dataset, light())
    seen = set()
    for region in dataset.regions():
        for threshold in (0.6, 0.95):
            chosen = light(label_share=threshold)
            from regionlift.study import study

            profile = study(dataset, frames, region, chosen).profile
            values = {n: q.value or 0.0 for n, q in profile.shares.items()}
            assert sum(values.values()) == pytest.approx(1)
            assert profile.label == label_at(values, threshold)
            met = [v for v in profile.verdicts if v.truth is Truth.MET]
            assert bool(met) != profile.label.startswith("between")
            seen.add(profile.label.startswith("between"))
    assert seen == {True, False}


def test_percentile_and_share_are_what_they_say(tmp_path: Path) -> None:
    done = studied(opened(tmp_path, random_rows(4, regions=9)), "R03")
    for gauge in done.profile.gauges.values():
        lead = gauge.lead
        frame = done.frames[lead.marker]
        own = pick(frame, "R03", 2020).value
        peers = [pick(frame, name, 2020).value for name in done.peers.members]
        below = sum(p < own for p in peers)  # type: ignore[operator]
        assert lead.percentile.value == pytest.approx(100 * below / len(peers))
        assert lead.percentile.n == len(peers) == 8
        assert lead.percentile.low == pytest.approx(np.quantile(lead.draws, 0.05))
        assert len(lead.draws) == 200


def test_an_unknown_gauge_gives_no_label_and_says_what_would_settle_it(tmp_path: Path) -> None:
    """Without any column of the value gauge; and with too few peers that have one."""
    rows = [{k: v for k, v in r.items() if k != "output"} for r in random_rows(3, regions=9)]
    some = [
        row if row["region"] in ("R00", "R01") else {**row, "output": SECRET}
        for row in random_rows(3, regions=9)
    ]
    bare = studied(opened(tmp_path / "bare", rows), "R00").profile
    few = studied(opened(tmp_path / "few", some), "R00").profile
    for profile, settles in ((bare, "column output"), (few, "of at least 5 peers")):
        assert profile.label == "" and profile.ladder == ""
        assert all(q.value is None and q.reason for q in profile.shares.values())
        assert {v.truth for v in profile.verdicts} == {Truth.CANNOT_TELL}
        assert all(settles in v.settles for v in profile.verdicts)
        assert "value chain gauge" in profile.sentence
        assert "factor gauge" not in profile.sentence


def test_the_next_marker_leads_where_the_first_cannot_be_told(tmp_path: Path) -> None:
    rows = [
        {k: v for k, v in r.items() if k != "value_added_real"} for r in random_rows(3, regions=9)
    ]
    gauge = studied(opened(tmp_path, rows), "R00").profile.gauges["factor"]
    assert gauge.lead.marker == "value_added_per_employee_current"
    assert gauge.passed_over[0].startswith("value_added_per_employee: not in the dataset")
    assert "value_added_per_employee" in [p.marker for p in gauge.beside]


def test_derived_figures_are_not_compared_across_regions(tmp_path: Path) -> None:
    panel = 'provenance = { output = "derived" }'
    dataset = opened(tmp_path, random_rows(3, regions=9), panel=panel)
    done = studied(dataset, "R00")
    lead = done.profile.gauges["value"].lead
    assert lead.level.value is not None and lead.level.provenance == "derived"
    assert lead.percentile.status is Status.NOT_APPLICABLE
    assert "derived from figures of a larger area" in lead.percentile.reason
    assert lead.draws.size == 0 and done.profile.label == ""
    # the others do not use output
    assert done.profile.gauges["factor"].lead.known and done.profile.gauges["structure"].lead.known


def test_equal_regions_cannot_be_ranked(tmp_path: Path) -> None:
    """A tie of all by construction says nothing: it is no middle."""
    rows = grid(NAMES, YEARS, lambda *_: {"value_added": 5.0, "output": 10.0, "employment": 7})
    done = studied(opened(tmp_path, with_total(rows)), "R4")
    lead = done.profile.gauges["value"].lead
    assert lead.percentile.status is Status.NOT_APPLICABLE
    assert "the same in the region and every peer" in lead.percentile.reason
    assert done.profile.label == ""


def test_raising_a_region_never_lowers_its_percentile(tmp_path: Path) -> None:
    before = -1.0
    for step, times in enumerate((0.3, 0.8, 1.0, 1.3, 3.0)):
        rows = [
            {**r, "value_added": r["value_added"] * times}
            if r["region"] == "R00" and r["industry"] != "TOTAL"
            else r
            for r in random_rows(9, regions=9)
        ]
        dataset = opened(tmp_path / str(step), rows)
        frame = measured(dataset, "value_added_ratio")["value_added_ratio"]
        peers = tuple(f"R{n:02}" for n in range(1, 9))
        found = place("value_added_ratio", frame, dataset, "R00", peers, (), light(), None)
        assert found.percentile.value is not None and found.percentile.value >= before
        before = found.percentile.value
    assert before == 100


# trends


def growing(region: str, code: str, year: int) -> Row:
    rate = {"R0": 0.05, "R1": -0.04}.get(region, 0.0)
    wobble = 1.0 if region in ("R0", "R1") else 1 + 0.2 * ((year * 7 + NAMES.index(region)) % 3)
    value = 50 * np.exp(rate * (year - 2013)) * wobble
    return {"value_added": value, "output": 400.0, "employment": 1000,
            "value_added_real": value * 0.97}  # fmt: skip


def test_a_trend_is_read_from_its_interval(tmp_path: Path) -> None:
    dataset = opened(tmp_path, with_total(grid(NAMES, YEARS, growing)))
    frames = measure_all(dataset, light())
    for region, rate, direction in (("R0", 5.0, "rising"), ("R1", -4.0, "falling")):
        position = studied(dataset, region).profile.gauges["value"].lead
        assert position.trend.value == pytest.approx(rate) and position.direction == direction
        assert position.trend.period == "2015-2020" and position.trend.n == 6
    assert studied(dataset, "R3").profile.gauges["value"].lead.direction == "no clear trend"
    assert frames


def test_a_trend_starts_after_a_break_and_needs_enough_years(tmp_path: Path) -> None:
    rows = with_total(grid(NAMES, YEARS, growing))
    for year, period in ((2016, "2016-2020"), (2018, None)):
        tail = f'[[breaks]]\ntable = "panel"\ncolumns = ["output"]\nyear = {year}\nreason = "new"\n'
        done = studied(opened(tmp_path / str(year), rows, tail=tail), "R0")
        trend = done.profile.gauges["value"].lead.trend
        if period:
            assert trend.period == period and trend.value == pytest.approx(5)
        else:
            assert trend.status is Status.TOO_FEW and "3 usable years" in trend.reason
        assert done.profile.gauges["factor"].lead.trend.period == "2015-2020"


def test_current_prices_are_read_against_peers(tmp_path: Path) -> None:
    """Inflation of ten percent everywhere is no rise of the region."""

    def inflated(region: str, code: str, year: int) -> Row:
        level = 1.1 ** (year - 2013) * (1.02 ** (year - 2013) if region == "R0" else 1)
        return {"value_added": 50 * level, "output": 400.0 * level, "employment": 1000}

    done = studied(opened(tmp_path, with_total(grid(NAMES, YEARS, inflated))), "R0")
    lead = done.profile.gauges["factor"].lead
    assert lead.marker == "value_added_per_employee_current"
    assert lead.trend.value == pytest.approx(100 * np.log(1.02))
    assert lead.direction == "rising against peers"


# states carried through


def broken(**entries: Any) -> str:
    lines: dict[str, Any] = {"table": '"panel"', "columns": '["employment"]', "year": 2015}
    lines["reason"] = '"new survey"'
    return "[[breaks]]\n" + "".join(f"{k} = {v}\n" for k, v in {**lines, **entries}.items())


CHANGE = "growth_from_employment"


def test_no_change_is_computed_across_a_break(tmp_path: Path) -> None:
    frame = measured(opened(tmp_path, random_rows(1, 3), tail=broken()), CHANGE)[CHANGE]
    for start in range(2008, 2016):
        found = pick(frame, "R00", f"{start}-{start + 5}")
        inside = start < 2015 <= start + 5
        assert (found.status is Status.NOT_APPLICABLE) == inside
        if inside:
            assert "2015: new survey" in found.reason and found.settles == "a bridged series"
        else:
            assert found.value is not None


def test_a_break_that_is_bridged_or_elsewhere_stops_nothing(tmp_path: Path) -> None:
    rows = random_rows(1, 3)
    plain = measured(opened(tmp_path / "plain", rows), CHANGE)[CHANGE]
    for name, entry in {
        "bridged": broken(bridged="true"),
        "other column": broken(columns='["output"]'),
    }.items():
        found = measured(opened(tmp_path / name, rows, tail=entry), CHANGE)[CHANGE]
        assert found.equals(plain), name
    one = measured(opened(tmp_path / "one", rows, tail=broken(regions='["R01"]')), CHANGE)[CHANGE]
    assert pick(one, "R01", "2012-2017").value is None
    assert pick(one, "R00", "2012-2017") == pick(plain, "R00", "2012-2017")
    # a level does not look across years
    level = "value_added_ratio"
    cut = opened(tmp_path / "level", rows, tail=broken(columns='["output"]'))
    assert pick(measured(cut, level)[level], "R00", 2015).value is not None


def spoiled(value: object, column: str = "employment", region: str = "R00") -> list[Row]:
    """A panel with one cell of industry b in 2015 replaced."""
    rows = random_rows(1, 8)
    for row in rows:
        if (row["region"], row["industry"], row["year"]) == (region, "b", 2015):
            row[column] = value
    return rows


def test_a_suppressed_cell_suppresses_what_needs_it_and_is_named(tmp_path: Path) -> None:
    ids = [i for i, s in KERNELS.items() if "employment" in s.columns]
    frames = measured(opened(tmp_path, spoiled(SECRET)), *ids)
    checked = 0
    for id, frame in frames.items():
        for row in frame.filter(pl.col("subject") == "R00").iter_rows(named=True):
            touched = "2015" in row["period"].split("-")
            if not touched:
                assert row["status"] != "suppressed"
                continue
            assert row["status"] == "suppressed" and row["value"] is None, id
            assert row["reason"] == "employment of b in 2015 is suppressed"
            assert row["settles"] == "employment of b, R00, 2015"
            checked += 1
        assert "suppressed" not in set(frame.filter(pl.col("subject") != "R00")["status"])
    assert checked > 10


def test_the_quotient_of_a_suppressed_cell_is_suppressed_and_of_the_others_known(
    tmp_path: Path,
) -> None:
    id = "location_quotient_employment"
    frame = measured(opened(tmp_path, spoiled(SECRET)), id)[id]
    for subject in ("R00", "R00|b"):
        found = pick(frame, subject, 2015)
        assert found.status is Status.SUPPRESSED and "suppressed in 2015" in found.reason
    assert pick(frame, "R00|a", 2015).value is not None
    assert pick(frame, "R01|b", 2015).value is not None


def test_a_blank_is_not_collected_and_a_missing_row_too(tmp_path: Path) -> None:
    id = "value_added_ratio"
    blank = measured(opened(tmp_path / "blank", spoiled("", "output")), id)[id]
    gone = [r for r in spoiled("gone", "output") if r["output"] != "gone"]
    absent = measured(opened(tmp_path / "gone", gone), id)[id]
    for frame, column in ((blank, "output"), (absent, "value_added")):
        found = pick(frame, "R00", 2015)
        assert found.status is Status.NOT_COLLECTED
        assert found.reason == f"{column} of b in 2015 is not collected"


def test_nobody_employed_is_not_zero_productivity(tmp_path: Path) -> None:
    rows = [
        {**r, "employment": 0, "value_added": 0, "value_added_real": 0, "output": 0}
        if r["region"] == "R00" and r["year"] == 2015 and r["industry"] != "TOTAL"
        else r
        for r in random_rows(1, 4)
    ]
    ids = ("value_added_per_employee", "value_added_ratio", "high_tech_share_employment")
    for id, frame in measured(opened(tmp_path, rows), *ids).items():
        found = pick(frame, "R00", 2015)
        assert found.status is Status.NOT_APPLICABLE and found.value is None, id
        assert found.reason and pick(frame, "R00", 2016).value is not None


@pytest.mark.parametrize(
    ("id", "period"), [("shift_share_within", "2010-2015"), ("theil_rationalisation", "2015")]
)
def test_an_empty_block_has_no_structure(tmp_path: Path, id: str, period: str) -> None:
    empty = dict.fromkeys(("employment", "value_added", "value_added_real", "output"), 0)
    rows = [
        {**r, **empty} if (r["region"], r["year"]) == ("R00", 2015) and r["industry"] != "TOTAL"
        else r
        for r in random_rows(1, 4)
    ]  # fmt: skip
    assert pick(measured(opened(tmp_path, rows), id)[id], "R00", period).value is None


def test_a_suppressed_cell_in_a_broken_window_is_said_to_be_suppressed(tmp_path: Path) -> None:
    dataset = opened(tmp_path, spoiled(SECRET), tail=broken(year=2013))
    found = pick(measured(dataset, CHANGE)[CHANGE], "R00", "2010-2015")
    assert found.status is Status.SUPPRESSED
    assert "suppressed" in found.reason


def test_a_cell_marked_not_applicable_is_named(tmp_path: Path) -> None:
    found = pick(measured(opened(tmp_path, spoiled("x")), CHANGE)[CHANGE], "R00", "2010-2015")
    assert found.status is Status.NOT_APPLICABLE
    assert "employment of b in 2015" in found.reason


def test_a_window_is_as_long_as_it_says_where_years_are_missing(tmp_path: Path) -> None:
    """Every second year, as in many surveys: a change over five years cannot be had."""
    rows = [r for r in random_rows(1, 3, range(2000, 2021)) if r["year"] % 2 == 0]
    frame = measured(opened(tmp_path, rows), "growth_value_added")["growth_value_added"]
    for row in frame.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        start, end = map(int, row["period"].split("-"))
        assert end - start == 5


# what must not matter


def test_the_order_of_rows_and_columns_changes_no_number(tmp_path: Path) -> None:
    rows = random_rows(7, regions=8)
    mixed = [dict(reversed(row.items())) for row in rows]
    random.Random(1).shuffle(mixed)
    one = studied(opened(tmp_path / "one", rows), "R02")
    other = studied(opened(tmp_path / "other", mixed), "R02")
    assert_frame_equal(one.quantities.sort("id"), other.quantities.sort("id"), check_exact=True)
    assert one.result_hash == other.result_hash
    assert one.dataset.fingerprint != other.dataset.fingerprint


def test_the_order_of_rows_changes_no_digit(tmp_path: Path) -> None:
    rows = random_rows(7, regions=8)
    mixed = random.Random(1).sample(rows, len(rows))
    id = "location_quotient_value_added"
    one = measured(opened(tmp_path / "one", rows), id)[id].sort("id")
    other = measured(opened(tmp_path / "other", mixed), id)[id].sort("id")
    assert one["value"].to_list() == other["value"].to_list()


def test_the_same_trend_comes_out_every_time(tmp_path: Path) -> None:
    rows = [{k: v for k, v in r.items() if k != "value_added_real"} for r in random_rows(7, 8)]
    dataset = opened(tmp_path, rows)
    marker = "value_added_per_employee_current"
    frame = measured(dataset, marker)[marker]
    peers = tuple(f"R{n:02}" for n in range(1, 8))
    found = [
        place(marker, frame, dataset, "R00", peers, (), light(), None).trend for _ in range(20)
    ]
    assert {q.period for q in found} == {"2015-2020"}
    assert len({(q.low, q.high) for q in found}) == 1


def test_doubling_all_money_leaves_every_share(tmp_path: Path) -> None:
    money = ("value_added", "value_added_real", "output", "compensation", "capital")
    rows = random_rows(7, regions=8)
    double = [{k: 2 * v if k in money else v for k, v in row.items()} for row in rows]
    one = studied(opened(tmp_path / "one", rows), "R02")
    other = studied(opened(tmp_path / "two", double), "R02")
    first, second = one.quantities, other.quantities
    both = first.join(second, on="id", suffix="_2")
    assert both.height == first.height == second.height
    money_ = pl.col("unit").str.contains("per person") | pl.col("unit").str.starts_with("million")
    times = pl.when(money_).then(2.0).otherwise(1.0)
    for name in ("value", "low", "high"):
        gap = both.select(
            (pl.col(f"{name}_2") - times * pl.col(name)).abs()
            / pl.max_horizontal(pl.col(name).abs(), 1.0)
        ).to_series()
        assert (gap.drop_nulls() < 1e-6).all() and gap.len() > 1000, name
        assert both[name].null_count() == both[f"{name}_2"].null_count()
    assert one.profile.label == other.profile.label and one.peers.members == other.peers.members


def test_a_sub_industry_left_out_is_left_out_and_marks_the_hash(tmp_path: Path) -> None:
    rows = spoiled(SECRET)
    whole = opened(tmp_path / "whole", rows)
    part = whole.narrowed(("b",))
    assert [i.code for i in part.block] == ["a", "h"] and part.fingerprint != whole.fingerprint
    id = "value_added_per_employee"
    assert pick(measured(whole, id)[id], "R00", 2015).value is None
    found = pick(measured(part, id)[id], "R00", 2015)
    two = [r for r in rows if r["region"] == "R00" and r["year"] == 2015 and r["industry"] in "ah"]
    expected = 1000 * sum(r["value_added_real"] for r in two) / sum(r["employment"] for r in two)
    assert found.value == pytest.approx(expected) and found.n == 2 and found.rows == 2
    with pytest.raises(LookupError, match='no sub-industry "zz" in the block'):
        whole.narrowed(("zz",))
    with pytest.raises(LookupError, match="no sub-industry would be left"):
        whole.narrowed(("a", "b", "h"))


def test_a_year_restricts_the_profile(tmp_path: Path) -> None:
    """What comes after the year asked for does not move the profile."""
    rows = random_rows(7, regions=8)
    dataset = opened(tmp_path / "all", rows)
    cut = opened(tmp_path / "cut", [r for r in rows if r["year"] <= 2016])
    one, other = studied(dataset, "R02", year=2016), studied(cut, "R02")
    assert one.profile.label == other.profile.label
    assert one.peers.members == other.peers.members
    for name in LEADS:
        a, b = one.profile.gauges[name].lead, other.profile.gauges[name].lead
        assert a.level == b.level and a.percentile == b.percentile and a.trend == b.trend
        assert a.level.period == "2016"
    assert one.rates.current == other.rates.current


# what growth came from


def growth_rows(staff: float, value: float) -> list[Row]:
    """Ten years of growth; staff and value grow by these rates in every sub-industry alike."""
    return with_total(
        grid(["A", "B"], range(2010, 2021), lambda region, code, year: {
            "value_added_real": 100 * np.exp(value * (year - 2010)),
            "employment": 1000 * np.exp(staff * (year - 2010)),
        })
    )  # fmt: skip


@pytest.mark.parametrize(
    ("staff", "value", "truth"), [(0.04, 0.05, Truth.MET), (0.01, 0.05, Truth.NOT_MET)]
)
def test_growth_from_more_people_is_input_driven(
    tmp_path: Path, staff: float, value: float, truth: Truth
) -> None:
    dataset = opened(tmp_path, growth_rows(staff, value))
    verdict = input_driven(measure_all(dataset, light()), "A", light())
    assert verdict.truth is truth
    assert "employment alone, capital is not known" in verdict.reason
    assert verdict.evidence == ("employment_driven_share/A/2015-2020",)


def test_no_growth_cannot_be_driven_by_anything(tmp_path: Path) -> None:
    dataset = opened(tmp_path, growth_rows(0.01, -0.02))
    verdict = input_driven(measure_all(dataset, light()), "A", light())
    assert verdict.truth is Truth.CANNOT_TELL and verdict.settles


def test_a_year_restricts_what_growth_came_from(tmp_path: Path) -> None:
    """Growth came from people until 2015, from productivity since."""
    rows = grid(["A", "B"], range(2005, 2021), lambda region, code, year: {
        "value_added_real": 100 * np.exp(0.05 * (year - 2005)),
        "employment": 1000 * np.exp(0.05 * (min(year, 2015) - 2005)),
    })  # fmt: skip
    done = studied(opened(tmp_path, with_total(rows)), "A", year=2014)
    assert next(v for v in done.verdicts if v.clause == "drivers.input_driven").truth is Truth.MET


def test_an_open_interval_is_no_answer(tmp_path: Path) -> None:
    """One sub-industry grows, one shrinks: in some replicates the block does not grow at all."""
    rates = {"a": 0.10, "b": -0.08, "h": -0.08}
    rows = grid(["A", "B"], range(2010, 2021), lambda region, code, year: {
        "value_added_real": 100 * np.exp(rates[code] * (year - 2010)),
        "employment": 1000 * np.exp(0.05 * (year - 2010)),
    })  # fmt: skip
    dataset = opened(tmp_path, with_total(rows))
    frames = measure_all(dataset, light())
    share = pick(frames["employment_driven_share"], "A", "2015-2020")
    assert share.value is not None and (share.low is None or np.isnan(share.low))
    assert input_driven(frames, "A", light()).truth is Truth.CANNOT_TELL


def test_percentile_of_known_peers_alone(tmp_path: Path) -> None:
    """A peer whose value is not known is left out, not put at the bottom."""
    rows = [
        {**r, "output": SECRET} if r["region"] == "R01" else r for r in random_rows(5, regions=8)
    ]
    dataset = opened(tmp_path, rows)
    frame = measured(dataset, "value_added_ratio")["value_added_ratio"]
    peers = tuple(f"R{n:02}" for n in range(1, 8))
    found = place("value_added_ratio", frame, dataset, "R00", peers, (), light(), None)
    values = np.array([pick(frame, p, 2020).value for p in peers if p != "R01"])
    own = np.array(pick(frame, "R00", 2020).value)
    assert found.percentile.n == 6
    assert found.percentile.value == pytest.approx(float(percentile_rank(own, values)))
