"""American states of 2012: where inputs come from, and how often Flegg's quotient is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from regionlift.data.dataset import open_dataset
from regionlift.evidence.measure import Measure, registry
from regionlift.evidence.settings import settings
from regionlift.measures.inputoutput.regional import local_share_range
from shared import EXAMPLES, PROJECT, shared_data

BLOCK = ("332", "333", "334", "335", "3361MV", "3364OT")
WIDE = (0.14, 0.2, 0.26, 0.3, 0.4, 0.5, 0.6)
NARROW = (0.2, 0.3, 0.4)


@cache
def states() -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """State, domestic inputs (71 x 6) with a ratio, tabulated own-supply ratio, output by industry.

    The first row of every list of output is the nation.
    """
    folder = shared_data() / "us-states"
    made, used, own = (
        pl.read_parquet(folder / f"{name}_2012.parquet")
        for name in ("make", "domestic_use", "own_supply_ratios")
    )
    industries = [*BLOCK, *sorted(set(made["row"]) - set(BLOCK))]
    size = {
        (s, i): v
        for s, i, v in made.group_by("state", "row").agg(pl.col("value").sum()).iter_rows()
    }
    flows = {
        (s, i, j): v
        for s, i, j, v in used.filter(pl.col("col").is_in(BLOCK)).iter_rows()
    }
    ratio = {
        (s, i): v for s, i, v in own.select("state", "BEA_2012_Summary_Code", "SoI2SoI").iter_rows()
    }
    names = sorted({s for s, _ in size} - {"Overseas"})
    nation = np.array([sum(size.get((s, i), 0.0) for s in names) for i in industries])
    found = []
    for s in names:
        shares = np.array([ratio.get((s, i), np.nan) for i in industries])
        inputs = np.array([[max(flows.get((s, i, j), 0.0), 0.0) for j in BLOCK]
                           for i in industries])  # fmt: skip
        inputs[np.isnan(shares)] = 0
        region = np.array([max(size.get((s, i), 0.0), 1e-9) for i in industries])
        found.append((s, inputs, np.nan_to_num(shares), np.stack([nation, region])))
    return found


def held(exponents: tuple[float, ...]) -> Iterator[tuple[bool, float]]:
    """Whether each state's interval holds its tabulated share, and how wide it is."""
    for _, inputs, shares, (nation, region) in states():
        tabulated = (shares[:, None] * inputs).sum() / inputs.sum()
        low, high = local_share_range(inputs, region, nation, exponents)
        assert 0 < low <= high <= 1
        yield bool(low <= tabulated <= high), high - low


@pytest.mark.shared
def test_in_how_many_states_flegg_holds_the_own_supply_share_as_printed() -> None:
    page = (PROJECT / "docs" / "chain.md").read_text("utf-8")
    for exponents, label in ((NARROW, "0.20 to 0.40"), (WIDE, "0.14 to 0.60")):
        told = re.search(rf"\| {label} \| (\d+) of (\d+) \|", page)
        assert told is not None
        results = list(held(exponents))
        print(f"exponents {label}: {sum(h for h, _ in results)} of {len(results)} states")
        assert (sum(h for h, _ in results), len(results)) == (int(told[1]), int(told[2]))
    width = float(np.median([w for _, w in held(WIDE)]))
    assert f"{100 * width:.0f}\npercentage points wide" in page


@pytest.mark.shared
def test_every_state_has_its_local_and_foreign_share() -> None:
    dataset = open_dataset(Path(EXAMPLES) / "us-states")
    shares = {}
    for id in ("local_input_share", "foreign_input_share"):
        measure = registry()[id]
        assert isinstance(measure, Measure)
        found = measure(dataset, settings()).filter(
            ~pl.col("subject").str.contains("|", literal=True), pl.col("value").is_not_null()
        )
        shares[id] = dict(found.select("subject", "value").rows())
    local, foreign = shares["local_input_share"], shares["foreign_input_share"]
    # the District of Columbia makes nothing in one of the six sub-industries: it cannot be told
    assert len(local) == len(foreign) == 50 and "District of Columbia" not in local
    for state, inputs, ratios, _ in states():
        if state not in local:
            continue
        # of all inputs: the domestic part times its own-supply ratio
        of_domestic = (ratios[:, None] * inputs).sum() / inputs.sum()
        assert local[state] / (1 - foreign[state]) == pytest.approx(of_domestic, abs=0.02), state
        assert 0 < local[state] < 1 - foreign[state] < 1
    assert local["Michigan"] == pytest.approx(0.36, abs=0.005)
    assert foreign["Michigan"] == pytest.approx(0.21, abs=0.005)
