"""Targets against the record: by hand, by loops, planted shares, and what must never change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as fewer
from hypothesis import strategies as st

from regionlift.cli import main
from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.data.manifest import Break
from regionlift.evidence.quantity import Provenance, Quantity, Status, to_frame
from regionlift.evidence.settings import settings
from regionlift.plan.starts import class_of, windows
from regionlift.plan.targets import Realism, calibration, realism

SHARE, AMOUNT = "high_tech_share_employment", "value_added_per_employee"
CHOSEN = settings({"resamples": 200})


def frame_of(grid: np.ndarray, measure: str = SHARE, first: int = 2000) -> dict[str, pl.DataFrame]:
    """Quantities of regions R00, R01, ... from a table of (region, year); NaN is not known."""
    return {
        measure: to_frame([
            Quantity(measure, f"R{r:02d}", str(first + t), float(x), "share")
            for r, row in enumerate(grid) for t, x in enumerate(row) if np.isfinite(x)
        ])
    }  # fmt: skip


def walk(seed: int, regions: int = 40, years: int = 12, drift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    steps = rng.normal(drift, 0.01, (regions, years))
    return 0.3 + rng.uniform(0, 0.3, (regions, 1)) + steps.cumsum(axis=1)


def asked(grid: np.ndarray, start: float, target: float, years: int, region: str = "R00",
          measure: str = SHARE, chosen: object = CHOSEN) -> Realism:  # fmt: skip
    return realism(frame_of(grid, measure), measure, region, start, target, years, chosen)  # type: ignore[arg-type]


def test_a_record_that_can_be_counted_by_hand() -> None:
    """Of 11 others, all beginning at 0.2, four gain 0.10 or more in two years."""
    gains = [0.9, 0.00, 0.02, 0.04, 0.05, 0.06, 0.08, 0.09, 0.10, 0.12, 0.15, 0.30]
    grid = np.array([[0.2, 0.2 + g / 2, 0.2 + g] for g in gains])
    found = asked(grid, 0.2, 0.3, 2)
    assert (found.n, found.regions, found.band) == (11, 11, (0.2, 0.2))
    assert found.share == pytest.approx(4 / 11)
    assert found.percentile == pytest.approx(100 * (7 + 0.5) / 11)
    assert found.low is not None and found.high is not None
    assert 0 < found.low < 4 / 11 < found.high < 1
    # nobody of the others got further than 0.30; the region's own 0.9 is not in its class
    beyond = asked(grid, 0.2, 0.6, 2)
    assert (beyond.share, beyond.low, beyond.percentile) == (0.0, 0.0, 100.0)
    assert beyond.high is not None and beyond.high > 0.1


def test_reached_in_between_is_told_beside_reached_at_the_end() -> None:
    grid = np.array([[0.2, 0.4, 0.2]] * 6 + [[0.2, 0.2, 0.4]] * 6 + [[0.2, 0.2, 0.2]])
    found = asked(grid, 0.2, 0.35, 2, "R12")
    assert (found.share, found.passed) == (0.5, 1.0)


def test_a_target_below_the_start_is_reached_by_falling() -> None:
    grid = np.array([[0.3, 0.3 - g] for g in np.linspace(0, 0.11, 12)])
    assert asked(grid, 0.3, 0.25, 1, "R00").share == pytest.approx(7 / 11)
    assert asked(grid, 0.3, 0.35, 1, "R00").share == 0


def test_the_class_is_the_narrowest_band_with_so_many_regions() -> None:
    """Against loops over every start."""
    grid = walk(3)
    grid[5, 4:7] = np.nan
    panel = pl.DataFrame(
        [(f"R{r:02d}", 2000 + t, x) for r, row in enumerate(grid) for t, x in enumerate(row)],
        schema=["region", "year", "value"], orient="row",
    ).with_columns(pl.col("value").fill_nan(None)).drop_nulls()  # fmt: skip
    found = windows(panel, 3)
    starts = [
        (r, 2000 + t, grid[r, t], grid[r, t + 3] - grid[r, t])
        for r in range(40) for t in range(9) if np.isfinite(grid[r, [t, t + 3]]).all()
    ]  # fmt: skip
    assert [*zip(found.region, found.year, strict=True)] == [s[:2] for s in starts]
    assert np.allclose(found.change, [s[3] for s in starts])
    by_distance = sorted(abs(s[2] - 0.41) for s in starts if s[0] != 7)
    for count in (1, 5, 20, 39, 60):
        reach = next(
            b for b in by_distance
            if len({s[0] for s in starts if s[0] != 7 and abs(s[2] - 0.41) <= b})
            >= min(count, 39)
        )  # fmt: skip
        mine = [s[0] != 7 and abs(s[2] - 0.41) <= reach for s in starts]
        assert class_of(found, 0.41, 7, count).tolist() == mine
    early = class_of(found, 0.41, 7, 20, until=2002)
    assert set(found.year[early]) == {2000, 2001, 2002}
    assert len(set(found.region[early])) == 20


@given(st.integers(0, 40), st.floats(0.3, 0.6), st.integers(1, 5))
@fewer(max_examples=25, deadline=None)
def test_the_further_the_target_the_fewer_reached_it(seed: int, start: float, years: int) -> None:
    grid = walk(seed)
    found = [asked(grid, start, start + d, years) for d in (0.0, 0.005, 0.02, 0.05, 0.2)]
    for near, far in pairwise(found):
        assert near.share is not None and far.share is not None
        assert near.percentile is not None and far.percentile is not None
        assert near.share >= far.share
        assert near.percentile <= far.percentile
        assert near.passed is not None and near.share <= near.passed
        assert near.low is not None and near.high is not None
        assert 0 <= near.low <= near.share <= near.high <= 1
        assert (near.n, near.band) == (far.n, far.band)


def test_standing_still_is_reached_by_half_of_those_that_wander() -> None:
    shares = [asked(walk(seed, 200), 0.45, 0.45, 4).share for seed in range(12)]
    told = [s for s in shares if s is not None]
    assert len(told) == 12
    assert abs(np.mean(told) - 0.5) < 0.06


@given(st.integers(0, 30))
@fewer(max_examples=10, deadline=None)
def test_a_target_at_the_middle_of_the_class_is_reached_by_half_of_it(seed: int) -> None:
    grid = walk(seed, drift=0.004)
    found = windows(pl.DataFrame(
        [(f"R{r:02d}", 2000 + t, x) for r, row in enumerate(grid) for t, x in enumerate(row)],
        schema=["region", "year", "value"], orient="row"), 4)  # fmt: skip
    some = class_of(found, 0.45, 0, 20)
    middle = float(np.median(found.change[some]))
    share = asked(grid, 0.45, 0.45 + middle, 4).share
    assert share is not None and abs(share - 0.5) <= 1 / some.sum()


def test_what_the_region_itself_did_is_not_in_its_class() -> None:
    grid = walk(1)
    other = grid.copy()
    other[0] += np.linspace(0, 0.5, 12)
    assert asked(grid, 0.4, 0.42, 3) == asked(other, 0.4, 0.42, 3)
    assert asked(grid, 0.4, 0.42, 3) != asked(other, 0.4, 0.42, 3, "R01")


def test_amounts_are_compared_by_ratio_and_to_their_year() -> None:
    """In another currency the answer is the same; with prices doubled each year, too."""
    grid = np.exp(walk(2))
    plain = asked(grid, 1.5, 1.6, 3, measure=AMOUNT)
    cents = asked(100 * grid, 150, 160, 3, measure=AMOUNT)
    assert plain.relative and plain.band is not None and cents.band is not None
    assert replace(plain, band=None, change=0) == replace(cents, band=None, change=0)
    assert cents.band == pytest.approx([100 * b for b in plain.band])
    assert plain.change == pytest.approx(1.6 / 1.5 - 1)
    prices = 2.0 ** np.arange(12)
    dear = asked(grid * prices, 1.5 * prices[-1], 1.6 * prices[-1] * 8, 3, measure=AMOUNT)
    assert (dear.n, dear.share, dear.percentile) == (plain.n, plain.share, plain.percentile)


def test_parts_of_regions_are_held_against_the_same_part() -> None:
    grid = walk(4)
    frame = frame_of(grid)[SHARE].with_columns(pl.col("subject") + "|34")
    noise = frame_of(walk(5))[SHARE]
    both = {SHARE: pl.concat([frame, noise])}
    found = realism(both, SHARE, "R00|34", 0.4, 0.42, 3, CHOSEN)
    assert replace(found, reason="") == replace(asked(grid, 0.4, 0.42, 3), reason="")


def test_derived_numbers_and_unknowns_are_in_no_class() -> None:
    frame = frame_of(walk(1))[SHARE]
    derived = frame.with_columns(pl.lit(Provenance.DERIVED.value).alias("provenance"))
    found = realism({SHARE: derived}, SHARE, "R00", 0.4, 0.42, 3, CHOSEN)
    assert found.share is None and found.n == 0
    hidden = frame.with_columns(pl.lit(Status.SUPPRESSED.value).alias("status"))
    assert realism({SHARE: hidden}, SHARE, "R00", 0.4, 0.42, 3, CHOSEN).share is None


def test_too_few_regions_cannot_tell() -> None:
    found = asked(walk(1, regions=10), 0.4, 0.42, 3)
    assert found.share is None
    assert found.reason == "9 other regions are seen 3 years after a start; 10 are needed"
    assert found.settles
    assert asked(walk(1, regions=11), 0.4, 0.42, 3).share is not None
    assert asked(walk(1), 0.4, 0.42, 12).regions == 0


def test_a_region_at_the_edge_is_said_to_stand_there() -> None:
    grid = walk(1)
    assert asked(grid, 0.05, 0.06, 3).edge and asked(grid, 0.9, 0.92, 3).edge
    assert not asked(grid, 0.45, 0.46, 3).edge


def broken(year: int, bridged: bool = False) -> Dataset:
    panel = pl.DataFrame({"region": ["R00"], "industry": ["34"], "year": [2005],
                          "employment": [1.0]})  # fmt: skip
    breaks = (Break(table="panel", columns=("employment",), year=year, reason="new rule",
                    bridged=bridged),)  # fmt: skip
    return from_frames({"panel": panel}, scope="gbt4754-2017", currency="CNY", breaks=breaks)


def test_no_start_is_looked_at_across_a_break() -> None:
    """A jump of 0.5 in 2006 is a new rule: nobody rose so far."""
    grid = walk(1)
    grid[:, 6:] += 0.5
    frames = frame_of(grid)
    seen = realism(frames, SHARE, "R00", 0.45, 0.85, 3, CHOSEN)
    assert seen.share is not None and seen.share > 0.1
    cut = realism(frames, SHARE, "R00", 0.45, 0.85, 3, CHOSEN, broken(2006))
    assert cut.share == 0 and cut.n < seen.n
    assert realism(frames, SHARE, "R00", 0.45, 0.85, 3, CHOSEN, broken(2006, bridged=True)) == seen


@pytest.mark.parametrize("quantile", [0.5, 0.8, 0.9])
def test_calibration_finds_the_planted_share(quantile: float) -> None:
    grid = walk(7, 80, 14, 0.003)
    panel = pl.DataFrame(
        [(f"R{r:02d}", 2000 + t, x) for r, row in enumerate(grid) for t, x in enumerate(row)],
        schema=["region", "year", "value"], orient="row",
    )  # fmt: skip
    found = calibration(panel, 3, quantile, CHOSEN)
    assert found.reached == pytest.approx(1 - quantile, abs=0.05)
    assert found.low is not None and found.high is not None
    assert found.low <= 1 - quantile + 0.02 and found.high >= 1 - quantile - 0.02
    assert sum(n for _, n in found.places) == found.n == 80 * 11


def test_a_boom_of_all_regions_is_missed_by_who_knows_only_the_past() -> None:
    """The region left out, the others have had the same boom: only the past shows the error."""
    grid = walk(8, 80, 14)
    grid[:, 9:] += 0.1
    panel = pl.DataFrame(
        [(f"R{r:02d}", 2000 + t, x) for r, row in enumerate(grid) for t, x in enumerate(row)],
        schema=["region", "year", "value"], orient="row",
    )  # fmt: skip
    both = [calibration(panel, 3, 0.8, CHOSEN, past=past).reached for past in (False, True)]
    assert both[0] == pytest.approx(0.2, abs=0.08)
    assert both[1] is not None and both[1] > 0.4
    short = calibration(panel.filter(pl.col("year") < 2005), 3, 0.8, CHOSEN, past=True)
    assert (short.reached, short.n) == (None, 0)


@pytest.mark.parametrize(
    ("start", "target", "years", "measure", "said"),
    [
        (0.4, 0.5, 0, SHARE, "at least 1 year"),
        (float("nan"), 0.5, 3, SHARE, "finite"),
        (0.4, float("inf"), 3, SHARE, "finite"),
        (-1.0, 2.0, 3, AMOUNT, "above zero"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(
    start: float, target: float, years: int, measure: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        asked(walk(1), start, target, years, measure=measure)


def test_an_unknown_measure_is_named_with_the_nearest() -> None:
    with pytest.raises(LookupError, match=f'Did you mean "{SHARE}"'):
        realism(frame_of(walk(1)), SHARE + "s", "R00", 0.4, 0.5, 3, CHOSEN)
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibration(pl.DataFrame({"region": ["a"], "year": [1], "value": [1.0]}), 3, 1.0, CHOSEN)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--measure", SHARE, "--target", "0.5"), "5 other regions are seen 3 years after"),
        (("--measure", "high_tech_shar", "--target", "0.5"), "Did you mean"),
        (("--measure", "value_added_ratio", "--target", "inf"), "finite"),
    ],
)
def test_the_command_says_why_it_cannot_tell(
    small: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    command = ["regionlift", "targets", str(small), "--region", "北江", "--years", "3", *words]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr()
    assert said in told.out + told.err
