"""A region that has no row at all still gets an answer: cannot tell, and why."""

from __future__ import annotations

import polars as pl

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.quantity import Quantity, Status, to_frame


def with_silent(
    frame: pl.DataFrame,
    id: str,
    dataset: Dataset,
    reason: str,
    settles: str,
    status: Status = Status.NOT_COLLECTED,
) -> pl.DataFrame:
    """Add one unknown for each region that is no subject of the frame."""
    heard = set(frame["subject"].to_list())
    unit = dataset.unit(registry()[id].unit)
    silent = [
        Quantity(id, region, "", None, unit, status=status, reason=reason,
                 settles=f"{settles}, {region}")
        for region in dataset.regions()
        if region not in heard
    ]  # fmt: skip
    return pl.concat([frame, to_frame(silent)]) if silent else frame
