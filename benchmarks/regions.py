"""All NUTS 2 regions of Horizon 2020 in one run: ``python benchmarks/regions.py``.

Reading, checking, every yearly count of every region, turnover of all of them, and the law of each
region's active stock, against five minutes on two cores. Needs the real tables beside the project.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl

from regionlift.data.dataset import open_dataset
from regionlift.evidence.settings import settings
from regionlift.measures.growth import fit_laws
from regionlift.study import measure_all

ROOT = Path(__file__).resolve().parents[1]
GATE = 300.0


def main() -> None:
    """Print the seconds of each step and the ratio to the gate."""
    clock = [time.perf_counter()]
    dataset = open_dataset(ROOT / "examples" / "eu-network")
    clock.append(time.perf_counter())
    frames = measure_all(dataset, settings(dataset.manifest.settings))
    clock.append(time.perf_counter())
    active = (
        frames["active_organisations"].filter(pl.col("value").is_not_null())
        .with_columns(pl.col("period").cast(pl.Int64))
        .pivot("period", index="subject", values="value", sort_columns=True)
    )  # fmt: skip
    years = np.array([int(c) for c in active.columns[1:]], dtype=float)
    values = active.drop("subject").fill_null(0).to_numpy()
    laws = fit_laws(years, list(values), record_start=years[0])
    clock.append(time.perf_counter())
    for name, seconds in zip(
        ("read and check", "yearly counts", "laws"), np.diff(clock), strict=True
    ):
        print(f"{name:<20}{seconds:>8.1f} s")
    total = clock[-1] - clock[0]
    refused = sum(bool(law.refusals) for law in laws)
    print(f"{len(laws)} regions, {refused} laws refused (the record begins with the programme)")
    print(f"{'whole':<20}{total:>8.1f} s, {total / GATE:.2f} of the gate")


if __name__ == "__main__":
    main()
