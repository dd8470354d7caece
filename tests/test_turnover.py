"""Turnover of organisations and ties: against sets of pairs, and the facts of H2020."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordis import h2020
from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.turnover import (
    code_turnover,
    ledger,
    presence,
    tie_ages,
    tie_ledger,
    turnover,
    turnover_by,
)
from shared import shared_data

few = settings(max_examples=60, deadline=None)

#: Members, first year, last year, and whether public money paid.
Event = tuple[set[int], int, int, bool]


def made(events: list[Event], n: int = 8, types: list[int] | None = None) -> Affiliations:
    """Affiliations of n organisations in these events."""
    events = sorted(events, key=lambda e: e[1])
    org = [i for members, *_ in events for i in sorted(members)]
    event = [k for k, (members, *_) in enumerate(events) for _ in members]
    ids = tuple(f"o{i:03d}" for i in range(n))
    return Affiliations(
        np.array(org, np.int32), np.array(event, np.int32), np.zeros(len(org), np.bool_),
        np.array([e[1] for e in events], np.int32), np.array([e[2] for e in events], np.int32),
        np.array(types or [0] * n, np.int8), np.ones(n, np.bool_),
        np.array([e[3] for e in events], np.bool_), ids, ids,
        tuple(f"e{k:03d}" for k in range(len(events))),
    )  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    one = st.tuples(
        st.sets(st.integers(0, 7), max_size=5), st.integers(2013, 2021), st.integers(0, 4),
        st.booleans(),
    )  # fmt: skip
    return [(m, s, s + d, p) for m, s, d, p in draw(st.lists(one, min_size=1, max_size=14))]


def met(found: list[Event]) -> set[tuple[int, int]]:
    return {pair for members, *_ in found for pair in combinations(sorted(members), 2)}


def starting(found: list[Event], low: int, high: int) -> list[Event]:
    return [e for e in found if low <= e[1] <= high]


# two periods


@few
@given(events())
def test_turnover_is_that_of_sets(found: list[Event]) -> None:
    done = turnover(made(found))
    then, now = starting(found, 2015, 2017), starting(found, 2018, 2020)
    before, after = (set().union(*(e[0] for e in x)) for x in (then, now))
    assert set(done.entered.tolist()) == after - before
    assert set(done.left.tolist()) == before - after
    assert set(done.stayed.tolist()) == before & after
    assert (done.before, done.after) == (len(before), len(after))
    old, new = met(then), met(now)
    assert (done.ties_before, done.ties_after, done.ties_both) == (
        len(old), len(new), len(old & new),
    )  # fmt: skip
    assert done.tie_jaccard == (len(old & new) / len(old | new) if old | new else None)
    assert done.kept_share == (len(old & new) / len(old) if old else None)
    assert done.repeat_share == (len(old & new) / len(new) if new else None)


@few
@given(events(), st.lists(st.integers(-1, 2), min_size=8, max_size=8))
def test_every_place_in_one_pass_is_each_place_alone(found: list[Event], place: list[int]) -> None:
    network = made(found)
    frame = turnover_by(network, place)
    assert frame["place"].to_list() == list(range(max(place) + 1))
    for row in frame.iter_rows(named=True):
        alone = turnover(network.among(np.array(place) == row["place"]))
        expected = (
            alone.before, alone.after, len(alone.stayed), alone.ties_before, alone.ties_after,
            alone.ties_both, alone.tie_jaccard,
        )  # fmt: skip
        assert tuple(row.values())[1:] == expected
    seats = np.array(place)[network.org] if len(network.org) else []
    same = turnover_by(network, seats, per="participation")
    # places without a participation have no number there
    assert same.equals(frame[: same.height])
    assert frame[same.height :]["before"].sum() == 0


def test_an_organisation_of_two_places_counts_in_both() -> None:
    network = made([({0, 1}, 2015, 2016, True), ({0, 1}, 2018, 2019, True)])
    frame = turnover_by(network, [0, 0, 1, 0], per="participation")
    assert frame["before"].to_list() == [2, 0]
    assert frame["after"].to_list() == [1, 1]
    assert frame["both"].to_list() == [1, 0]
    assert frame["ties_before"].to_list() == [1, 0]
    assert frame["ties_after"].to_list() == [0, 0]
    assert frame["tie_jaccard"].to_list() == [0.0, None]


@pytest.mark.shared
def test_austria_in_h2020() -> None:
    """CORDIS H2020, by country of the participation: 600 organisations start a project in 2015-17
    and 636 in 2018-20, 299 in both; 1,080 and 1,171 domestic pairs, 345 in both (Jaccard .18)."""
    network = h2020(country="AT")
    done = turnover(network.among(network.inside))
    assert (done.before, done.after, len(done.stayed)) == (600, 636, 299)
    assert (done.ties_before, done.ties_after, done.ties_both) == (1080, 1171, 345)
    assert done.tie_jaccard == pytest.approx(0.181, abs=0.0005)
    # all countries at once, from the country of each participation
    countries, seats = _seats(network)
    frame = turnover_by(network, seats, per="participation")
    assert frame.height == len(countries)
    austria = frame.row(countries.index("AT"), named=True)
    assert list(austria.values())[1:7] == [600, 636, 299, 1080, 1171, 345]


def _seats(network: Affiliations) -> tuple[list[str], np.ndarray]:
    rows = pl.read_parquet(shared_data() / "networks" / "cordis_participations.parquet").filter(
        pl.col("programme") == "H2020"
    )
    seats = pl.DataFrame({
        "org_id": np.array(network.ids, dtype=object)[network.org].tolist(),
        "project_rcn": np.array(network.events, dtype=object)[network.event].tolist(),
    }).join(rows, on=["org_id", "project_rcn"], how="left", maintain_order="left")  # fmt: skip
    countries = sorted(seats["country"].drop_nulls().unique())
    codes = seats["country"].replace_strict(
        countries, range(len(countries)), default=-1, return_dtype=pl.Int64
    )
    return countries, codes.to_numpy()


# organisations by year


@few
@given(events(), st.integers(1, 3))
def test_the_ledger_balances(found: list[Event], window: int) -> None:
    network = made(found, types=[0, 0, 1, 1, 2, -1, -1, 5])
    frame = ledger(network, (2014, 2020), window)
    assert set(frame["type"]) == {TYPES[0], TYPES[1], TYPES[2], TYPES[5], "unknown"}
    for (kind,), rows in frame.group_by("type"):
        rows = rows.sort("year")
        assert rows["year"].to_list() == list(range(2014, 2021))
        first, later = rows.row(0, named=True), rows[1:]
        assert first["entries"] is first["stays"] is first["exits"] is first["returns"] is None
        assert first["left_censored"] == first["active"]
        assert rows["right_censored"].to_list() == [0] * 6 + [rows["active"][-1]]
        assert (later["stays"] + later["entries"] + later["returns"] == later["active"]).all()
        assert (later["stays"] + later["exits"]).to_list() == rows["active"].to_list()[:-1]
        code = TYPES.index(str(kind)) if kind != "unknown" else -1
        of = np.flatnonzero(network.type == code)
        ever = presence(network, (2014, 2020), window)[of].any(axis=1).sum()
        assert first["active"] + later["entries"].sum() == ever


@few
@given(events(), st.integers(1, 3))
def test_presence_is_activity_in_the_window(found: list[Event], window: int) -> None:
    there = presence(made(found), (2014, 2020), window)
    for i in range(8):
        years = {y for m, s, e, _ in found if i in m for y in range(s, e + 1)}
        for t, year in enumerate(range(2014, 2021)):
            looked_at = {y for y in range(year - window + 1, year + 1) if y >= 2014}
            assert there[i, t] == bool(years & looked_at)


def test_a_pause_is_bridged_by_the_window_and_an_entry_before_the_record_is_not_seen() -> None:
    network = made([({0}, 2013, 2014, False), ({0}, 2016, 2016, False), ({1}, 2015, 2017, False)])
    plain = ledger(network, (2014, 2017)).filter(pl.col("type") == "enterprise")
    assert plain["exits"].to_list() == [None, 1, 0, 1]
    assert plain["returns"].to_list() == [None, 0, 1, 0]
    assert plain["entries"].to_list() == [None, 1, 0, 0]
    assert plain["left_censored"].to_list() == [1, 0, 0, 0]
    assert plain["right_censored"].to_list() == [0, 0, 0, 1]
    wide = ledger(network, (2014, 2017), window=2)
    assert wide["exits"].to_list() == [None, 0, 0, 0]
    # by default the record is the years in which events begin
    assert ledger(network)["year"].to_list() == [2013, 2014, 2015, 2016]


# ties by year


@few
@given(events(), st.integers(1, 4))
def test_the_ties_of_a_year_are_those_of_sets(found: list[Event], within: int) -> None:
    frame = tie_ledger(made(found), (2014, 2020), within)
    seen = starting(found, 2014, 2020)
    for row in frame.iter_rows(named=True):
        year = row["year"]
        active = met([e for e in seen if e[1] <= year <= e[2]])
        formed = met(starting(seen, year, year))
        earlier, paid = met(starting(seen, 0, year - 1)), met(
            [e for e in starting(seen, year, year) if e[3]]
        )  # fmt: skip
        assert (row["active"], row["formed"]) == (len(active), len(formed))
        if year < 2020:
            assert row["lasting"] == len(
                active & met([e for e in seen if e[1] <= year + 1 <= e[2]])
            )
        if year > 2014:
            assert (row["repeated"], row["new"]) == (len(formed & earlier), len(formed - earlier))
            assert row["new_public"] == len(paid - earlier)
        if year + within <= 2020:
            again = met(starting(seen, year + 1, year + within))
            assert row["renewed"] == len(formed & again)
        told = {"lasting": year < 2020, "repeated": year > 2014, "new": year > 2014,
                "new_public": year > 2014, "renewed": year + within <= 2020}  # fmt: skip
        assert {name: row[name] is not None for name in told} == told
        assert (row["repeat_share"] is None) == (row["repeated"] is None or not formed)


@few
@given(events())
def test_ages_add_up_to_the_ties_of_the_year(found: list[Event]) -> None:
    network = made(found)
    frame = tie_ages(network, 2018)
    active = met([e for e in found if e[1] <= 2018 <= e[2]])
    assert frame["ties"].sum() == len(active)
    first = {pair: min(e[1] for e in found if set(pair) <= e[0]) for pair in active}
    ages = [2018 - y for y in first.values()]
    assert dict(frame.select("age", "ties").iter_rows()) == {a: ages.count(a) for a in set(ages)}
    low = min(e[1] for e in found)
    assert frame["at_least"].to_list() == [a == 2018 - low for a in frame["age"]]


@pytest.mark.shared
def test_repeats_in_h2020_grow_as_the_record_grows() -> None:
    """All of H2020's projects are funded; repeats of 2020 among Austrian pairs: 223 of 511."""
    network = h2020(country="AT")
    frame = tie_ledger(network.among(network.inside))
    last = frame.row(-1, named=True)
    assert (last["year"], last["formed"], last["repeated"], last["lasting"]) == (
        2020,
        511,
        223,
        None,
    )
    assert frame["public_share"].to_list() == [None, *[1.0] * 6]


# technologies


def test_codes_new_and_lost() -> None:
    network = made([({0}, 2015, 2015, False), ({0}, 2016, 2016, False), ({0}, 2018, 2018, False)])
    codes = [["B25J", "G05B", "B25J"], ["G05B", "H01L"], ["G05B", "G06N"]]
    done = code_turnover(network, codes)
    assert (done.lost, done.new, done.kept) == (("B25J", "H01L"), ("G06N",), ("G05B",))
    assert (done.lost_share, done.new_share, done.jaccard) == (2 / 3, 1 / 2, 1 / 4)
    # named twice by one event is one event
    assert code_turnover(network, codes, fewest=2).lost == ("G05B",)
    nothing = code_turnover(network, [[], [], []])
    assert nothing.lost_share is nothing.new_share is nothing.jaccard is None


# bad input


def test_what_cannot_be_meant_is_refused() -> None:
    network = made([({0, 1}, 2015, 2016, False)])
    with pytest.raises(ValueError, match="one after the other; 2015-2018 and 2018-2020"):
        turnover(network, (2015, 2018))
    with pytest.raises(ValueError, match="one after the other"):
        turnover_by(network, [0] * 8, (2017, 2015))
    with pytest.raises(ValueError, match=r"shape \(7,\); there are 8 organisations"):
        turnover_by(network, [0] * 7)
    with pytest.raises(ValueError, match="there are 2 participations"):
        turnover_by(network, [0] * 8, per="participation")
    with pytest.raises(ValueError, match="per is one of"):
        turnover_by(network, [0] * 8, per="country")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="-2 was given"):
        turnover_by(network, [-2] * 8)
    with pytest.raises(ValueError, match="in order; 2018-2017"):
        ledger(network, (2018, 2017))
    with pytest.raises(ValueError, match="0 was given"):
        ledger(network, window=0)
    with pytest.raises(ValueError, match="0 was given"):
        tie_ledger(network, within=0)
    with pytest.raises(ValueError, match="say which years"):
        tie_ledger(made([]))
    with pytest.raises(ValueError, match="2 lists of codes for 1 events"):
        code_turnover(network, [[], []])
    with pytest.raises(ValueError, match="0 was given"):
        code_turnover(network, [[]], fewest=0)


def test_an_empty_record_has_zeros_and_no_shares() -> None:
    nothing = made([])
    done = turnover(nothing)
    assert (done.before, done.after, done.ties_both) == (0, 0, 0)
    assert done.tie_jaccard is done.kept_share is done.repeat_share is None
    assert tie_ages(nothing, 2018).is_empty()
    frame = tie_ledger(nothing, (2015, 2016))
    assert frame["formed"].to_list() == [0, 0]
    assert frame["repeat_share"].to_list() == [None, None]
    assert ledger(nothing, (2015, 2016))["active"].to_list() == [0, 0]
    assert turnover_by(nothing, [-1] * 8).is_empty()
