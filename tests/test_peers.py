"""Peers: the printed rule by plain loops, the user's own peers, and the balance by hand."""

from __future__ import annotations

import math
import random
from pathlib import Path
from statistics import mean, stdev

import polars as pl
import pytest

from panels import CODES, SECRET, Row, grid, light, opened, random_rows, with_total
from regionlift.data.dataset import Dataset
from regionlift.measures.peers import PeerSet, choose_peers

ROWS = random_rows(11, regions=14)
NAMES = [f"R{n:02}" for n in range(14)]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return opened(tmp_path_factory.mktemp("peers"), ROWS)


def block(region: str, year: int, column: str = "value_added") -> list[float]:
    cells = {(r["region"], r["industry"], r["year"]): r[column] for r in ROWS}
    return [cells[region, code, year] for code in CODES]


def covariates(year: int) -> dict[str, tuple[float, float, list[float]]]:
    """Size, income and mix of every region."""
    total = {r["region"]: r for r in ROWS if r["industry"] == "TOTAL" and r["year"] == year}
    found = {}
    for name in NAMES:
        x = block(name, year)
        income = total[name]["value_added"] / total[name]["employment"]
        found[name] = (math.log(sum(x)), income, [v / sum(x) for v in x])
    return found


def gap(one: list[float], other: list[float]) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2


def by_hand(region: str, year: int) -> dict[str, float]:
    """Distance of every other region by the printed rule."""
    known = covariates(year)
    pairs = [gap(known[a][2], known[b][2]) for a in NAMES for b in NAMES if a != b]
    spread = math.sqrt(mean(p * p for p in pairs))
    sizes = stdev(known[n][0] for n in NAMES)
    incomes = stdev(known[n][1] for n in NAMES)
    return {
        name: math.sqrt(
            ((known[name][0] - known[region][0]) / sizes) ** 2
            + ((known[name][1] - known[region][1]) / incomes) ** 2
            + (gap(known[name][2], known[region][2]) / spread) ** 2
        )
        for name in NAMES
        if name != region
    }


@pytest.mark.parametrize("region", ["R00", "R07"])
@pytest.mark.parametrize("year", [None, 2012])
def test_the_printed_rule_chooses_the_peers(
    dataset: Dataset, region: str, year: int | None
) -> None:
    found = choose_peers(dataset, region, light(peers=6), year)
    at = year or 2020
    distance = by_hand(region, at)
    assert list(found.members) == sorted(distance, key=distance.__getitem__)[:6]
    mixes = {n: gap(c[2], covariates(at)[region][2]) for n, c in covariates(at).items()}
    del mixes[region]
    assert list(found.second) == sorted(mixes, key=mixes.__getitem__)[:6]
    assert "the 6 regions" in found.rule and found.rule.endswith(f"year {at}")
    assert f"year {at}" in found.second_rule and found.reason == ""
    table = {row["region"]: row for row in found.table.iter_rows(named=True)}
    assert set(table) == set(NAMES) and table[region]["distance"] == 0
    for name, value in distance.items():
        assert table[name]["distance"] == pytest.approx(value)
        assert table[name]["mix"] == pytest.approx(mixes[name])
        assert table[name]["peer"] == (name in found.members)
        assert table[name]["second"] == (name in found.second)


def test_the_balance_table_is_arithmetic(dataset: Dataset) -> None:
    found = choose_peers(dataset, "R03", light(peers=6), None)
    known = covariates(2020)
    own = known["R03"]
    values = {
        "size": ({n: k[0] for n, k in known.items()}, own[0]),
        "income": ({n: k[1] for n, k in known.items()}, own[1]),
        "mix": ({n: gap(k[2], own[2]) for n, k in known.items()}, 0.0),
    }
    assert found.balance["covariate"].to_list() == list(values)
    for row in found.balance.iter_rows(named=True):
        column, mine = values[row["covariate"]]
        others = [n for n in NAMES if n != "R03"]
        sd = stdev(column[n] for n in others)
        assert row["region"] == pytest.approx(mine, abs=1e-12)
        for group, members in (
            ("peers", found.members), ("second", found.second), ("all", others),
        ):  # fmt: skip
            average = mean(column[n] for n in members)
            assert row[group] == pytest.approx(average)
            assert row[f"gap_{group}"] == pytest.approx((average - mine) / sd)


def test_matching_brings_the_peers_nearer_than_all(dataset: Dataset) -> None:
    closer = 0
    for region in NAMES:
        table = choose_peers(dataset, region, light(peers=6), None).table
        others = table.filter(pl.col("region") != region)
        peers, rest = (others.filter(pl.col("peer") == p)["distance"].to_list() for p in (1, 0))
        closer += max(peers) <= min(rest)
    assert closer == len(NAMES)


def same(one: PeerSet, other: PeerSet) -> bool:
    return (one.members, one.second, one.rule) == (other.members, other.second, other.rule)


def test_peers_are_the_same_every_time_and_in_any_order_of_rows(
    dataset: Dataset, tmp_path: Path
) -> None:
    mixed = random.Random(4).sample(ROWS, len(ROWS))
    shuffled = opened(tmp_path, mixed)
    for region in NAMES:
        first = choose_peers(dataset, region, light(), None)
        assert same(first, choose_peers(dataset, region, light(), None))
        assert same(first, choose_peers(shuffled, region, light(), None))


def test_twins_are_told_apart_by_name(tmp_path: Path) -> None:
    """Where all are alike the rule still gives one answer: the order of the names."""
    rows = with_total(grid(NAMES, [2020], lambda *_: {"value_added": 3.0, "employment": 4}))
    found = choose_peers(opened(tmp_path, rows[::-1]), "R05", light(peers=6), None)
    assert found.members == found.second == ("R00", "R01", "R02", "R03", "R04", "R06")


def test_results_of_later_years_do_not_choose_the_peers_of_an_earlier_one(
    dataset: Dataset, tmp_path: Path
) -> None:
    cut = opened(tmp_path, [r for r in ROWS if r["year"] <= 2014])
    one, other = (choose_peers(d, "R00", light(), y) for d, y in ((dataset, 2014), (cut, None)))
    assert same(one, other)


def test_the_users_peers_are_taken_as_given(dataset: Dataset, tmp_path: Path) -> None:
    chosen = ("R09", "R01")
    found = choose_peers(dataset, "R00", light(), None, chosen)
    assert found.members == chosen and found.rule == "fixed by the user"
    assert found.table.filter("peer")["region"].sort().to_list() == ["R01", "R09"]
    assert len(found.second) == 12
    from_manifest = opened(tmp_path, ROWS, dataset='peers = ["R09", "R01"]')
    assert choose_peers(from_manifest, "R00", light(), None).members == chosen
    # what is given at the call comes before the manifest
    assert choose_peers(from_manifest, "R00", light(), None, ("R02",)).members == ("R02",)


def test_a_wrong_peer_is_refused_with_a_hint(dataset: Dataset) -> None:
    with pytest.raises(LookupError, match=r'no region "R9" to be a peer\. Did you mean "R09"'):
        choose_peers(dataset, "R00", light(), None, ("R01", "R9"))
    with pytest.raises(LookupError, match='"R00" cannot be a peer of itself'):
        choose_peers(dataset, "R00", light(), None, ("R00",))


def without_one(region: str, years: set[int]) -> list[Row]:
    """Sub-industry b of a region suppressed in some years."""
    return [
        {**r, "value_added": SECRET, "employment": SECRET}
        if r["region"] == region and r["industry"] == "b" and r["year"] in years
        else r
        for r in ROWS
    ]


def test_a_region_that_is_not_fully_known_is_no_candidate(tmp_path: Path) -> None:
    dataset = opened(tmp_path, without_one("R04", {2020}))
    assert "R04" not in choose_peers(dataset, "R00", light(), None).table["region"].to_list()
    # the region itself is matched in its last year that is whole
    assert choose_peers(dataset, "R04", light(), None).rule.endswith("year 2019")


def test_a_region_never_fully_known_has_no_peers_but_the_users(tmp_path: Path) -> None:
    dataset = opened(tmp_path, without_one("R04", set(range(2000, 2030))))
    found = choose_peers(dataset, "R04", light(), None)
    assert found.members == () and found.rule == "no peers matched"
    assert found.reason == "the block of this region is not fully known in any year"
    fixed = choose_peers(dataset, "R04", light(), None, ("R01",))
    assert fixed.members == ("R01",) and fixed.reason == ""


def test_income_left_out_is_said(tmp_path: Path) -> None:
    bare = [r for r in ROWS if r["industry"] != "TOTAL"]
    found = choose_peers(opened(tmp_path, bare), "R00", light(), None)
    assert "income (left out: not known for every candidate)" in found.rule
    assert found.balance["covariate"].to_list() == ["size", "mix"]


def declared(tmp_path: Path) -> PeerSet:
    """Incomes from the regions table: R00 is as rich as R13 alone."""
    regions = [{"region": n, "income": 90 if n in ("R00", "R13") else 10 + i}
               for i, n in enumerate(NAMES)]  # fmt: skip
    dataset = opened(tmp_path, ROWS, tables={"regions": regions})
    return choose_peers(dataset, "R00", light(), None)


def test_declared_income_comes_first(tmp_path: Path) -> None:
    table = declared(tmp_path).table
    assert table.filter(pl.col("region") == "R00")["income"].item() == 90
    assert table.filter(pl.col("region") == "R03")["income"].item() == 13


def test_declared_income_is_said_in_the_rule(tmp_path: Path) -> None:
    assert "value added of all industries" not in declared(tmp_path).rule
