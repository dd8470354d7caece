"""Base rates and their hindcast, recomputed with plain loops."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import pytest

from panels import light, measured, opened, random_rows
from regionlift.evidence.quantity import Status
from regionlift.measures.stage import LEADS
from regionlift.measures.transition import BaseRates, base_rates
from regionlift.study import Frames

MARKERS = tuple(marker for markers in LEADS.values() for marker in markers)
HORIZON = 5


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """A random panel of 40 regions and 16 years."""
    rows = random_rows(21, 40, range(2005, 2021))
    return measured(opened(tmp_path_factory.mktemp("rates"), rows), *MARKERS)


def profiles(frames: Frames) -> dict[tuple[str, int], str]:
    """Profile of every region and year, by the definition."""
    words = {"factor": "factor", "value": "value chain", "structure": "structure"}
    found: dict[tuple[str, int], list[str]] = {}
    for gauge, markers in LEADS.items():
        values = {
            (r["subject"], int(r["period"])): r["value"]
            for r in frames[markers[0]].iter_rows(named=True)
            if r["status"] == "known"
        }
        for (region, year), value in values.items():
            middle = median(v for (_, y), v in values.items() if y == year)
            level = "high" if value >= middle else "low"
            found.setdefault((region, year), []).append(f"{words[gauge]} {level}")
    return {key: " · ".join(parts) for key, parts in found.items()}


def cases(frames: Frames) -> list[tuple[str, int, str, str]]:
    known = profiles(frames)
    return [
        (region, year, profile, known[region, year + HORIZON])
        for (region, year), profile in known.items()
        if (region, year + HORIZON) in known
    ]


def rates_of(frames: Frames, region: str, **options: int) -> BaseRates:
    return base_rates(frames, region, light(), **options)


def test_profiles_are_high_and_low_of_the_median(frames: Frames) -> None:
    found = rates_of(frames, "R00").profiles
    assert {(r, y): p for r, y, p in found.iter_rows()} == profiles(frames)
    assert rates_of(frames, "R00").gauges == tuple(LEADS)


def test_the_matrix_counts_every_pair_once(frames: Frames) -> None:
    by_hand = Counter((before, after) for _, _, before, after in cases(frames))
    found = rates_of(frames, "R00").matrix
    assert {(p, q): n for p, q, n, _ in found.iter_rows()} == by_hand
    regions: dict[tuple[str, str], set[str]] = {}
    for region, _, before, after in cases(frames):
        regions.setdefault((before, after), set()).add(region)
    assert {(p, q): n for p, q, _, n in found.iter_rows()} == {
        key: len(names) for key, names in regions.items()
    }


@pytest.mark.parametrize("region", ["R00", "R11", "R25"])
def test_the_base_rate_by_hand(frames: Frames, region: str) -> None:
    found = rates_of(frames, region)
    current = profiles(frames)[region, 2020]
    assert found.current == current
    mine = [c for c in cases(frames) if c[2] == current]
    changed = sum(before != after for _, _, before, after in mine)
    assert found.rate.value == pytest.approx(changed / len(mine))
    assert found.rate.n == len({c[0] for c in mine}) and found.rate.rows == len(mine)
    low, value, high = found.rate.low, found.rate.value, found.rate.high
    assert low is not None and value is not None and high is not None
    assert low < value < high
    assert found.rate.id == f"profile_change_rate/{region}|{current}/5 years"


def test_the_year_asked_for_sets_the_present_profile(frames: Frames) -> None:
    assert rates_of(frames, "R00", year=2010).current == profiles(frames)["R00", 2010]
    assert rates_of(frames, "R00", year=1990).current == ""
    assert rates_of(frames, "R00", year=1990).rate.status is Status.TOO_FEW


def test_the_hindcast_by_hand(frames: Frames) -> None:
    """Rates learnt from cases that had ended by the origin, scored on those that begin there."""
    ours = naive = 0.0
    scored = 0
    everything = cases(frames)
    for origin in sorted({c[1] for c in everything}):
        learnt = [c for c in everything if c[1] + HORIZON <= origin]
        if len({c[0] for c in learnt}) < 10:
            continue
        for _, year, before, after in everything:
            past = [c for c in learnt if c[2] == before]
            if year != origin or not past:
                continue
            rate = sum(c[2] != c[3] for c in past) / len(past)
            changed = float(before != after)
            ours += (rate - changed) ** 2
            naive += changed**2
            scored += 1
    found = rates_of(frames, "R00").skill
    assert found.value == pytest.approx(1 - ours / naive)
    assert found.n == scored > 100
    assert found.low is not None and found.high is not None and found.low < found.high


def test_too_few_regions_give_no_rate(tmp_path: Path) -> None:
    small = measured(opened(tmp_path, random_rows(3, regions=9)), *MARKERS)
    found = rates_of(small, "R00")
    assert found.gauges == () and found.current == "" and found.profiles.is_empty()
    assert found.rate.status is found.skill.status is Status.TOO_FEW
    assert found.rate.reason and found.rate.settles and found.skill.settles
    # 12 regions have states, but no profile of three has ten of them
    middle = measured(opened(tmp_path / "12", random_rows(3, regions=12)), *MARKERS)
    rare = rates_of(middle, "R00")
    assert rare.current and rare.rate.status is Status.TOO_FEW
    assert "regions had this profile" in rare.rate.reason


def test_too_few_years_give_no_skill(tmp_path: Path) -> None:
    """Nine years: cases of five years can be seen, but none that ended before another began."""
    frames = measured(opened(tmp_path, random_rows(3, 40, range(2012, 2021))), *MARKERS)
    found = rates_of(frames, "R00")
    assert found.skill.status is Status.TOO_FEW and "more than 10 years" in found.skill.settles
    assert found.rate.value is not None


def test_a_derived_marker_makes_no_profile(tmp_path: Path) -> None:
    dataset = opened(tmp_path, random_rows(21, 40), panel='provenance = { output = "derived" }')
    found = rates_of(measured(dataset, *MARKERS), "R00")
    assert found.gauges == ("factor", "structure")
    assert "value chain" not in found.current


def frozen(frames: Frames) -> Frames:
    """Every region keeps the value it had in the first year."""
    return {
        id: frame.with_columns(pl.col("value").sort_by("period").first().over("subject"))
        for id, frame in frames.items()
    }


def test_a_world_that_stands_still_never_changes(frames: Frames) -> None:
    found = rates_of(frozen(frames), "R00")
    matrix = found.matrix
    assert (matrix["profile"] == matrix["later"]).all()
    if found.rate.value is not None:
        assert (found.rate.value, found.rate.low, found.rate.high) == (0, 0, 0)
    # persistence makes no error, so that nothing can be better
    assert found.skill.status is Status.TOO_FEW


def test_the_reason_of_no_skill_in_a_still_world_is_the_stillness(frames: Frames) -> None:
    assert "no year from which" not in rates_of(frozen(frames), "R00").skill.reason


def test_intervals_hold_the_rate_and_come_from_regions(frames: Frames) -> None:
    """Twice the same cases within regions make no narrower interval than the regions allow."""
    found = rates_of(frames, "R00").rate
    assert found.low is not None and found.high is not None and found.value is not None
    mine = [c for c in cases(frames) if c[2] == rates_of(frames, "R00").current]
    one = np.sqrt(found.value * (1 - found.value) / len(mine))
    assert found.high - found.low > one
