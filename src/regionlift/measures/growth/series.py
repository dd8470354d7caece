"""What a series must be, and what stands against reading a law from it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from regionlift.measures.growth.curves import Floats

Refusal = Literal["too few points", "programme window", "no variation"]


def series(years: ArrayLike, values: ArrayLike) -> tuple[Floats, Floats]:
    """The series as arrays, or ValueError saying what is wrong and where."""
    t, y = np.asarray(years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if t.ndim != 1 or t.shape != y.shape:
        raise ValueError(f"years {t.shape} and values {y.shape} must be two lists of one length")
    if not np.isfinite(t).all():
        raise ValueError("a year is not a number")
    if (bad := ~np.isfinite(y)).any():
        raise ValueError(f"values must be numbers; not so in {_years(t[bad])}")
    if (bad := y < 0).any():
        raise ValueError(f"values must not be negative; they are in {_years(t[bad])}")
    steps = np.diff(t)
    if (bad := steps == 0).any():
        raise ValueError(f"each year must occur once; twice: {_years(t[1:][bad])}")
    if (bad := steps < 0).any():
        raise ValueError(f"years must ascend; they do not at {_years(t[1:][bad])}")
    if len(steps) and (bad := ~np.isclose(steps, steps.min(), rtol=1e-6)).any():
        raise ValueError(
            f"years must be evenly spaced; there is a gap before {_years(t[1:][bad])}: "
            "fill it in, or give only the years after the last gap"
        )
    return t, y


def _years(years: Floats) -> str:
    return ", ".join(f"{v:g}" for v in years[:5]) + (" and others" if len(years) > 5 else "")


def against_years(
    t: Floats,
    record_start: float | None,
    record_end: float | None,
    burn_in: float,
    minimum_points: int,
) -> list[tuple[Refusal, str]]:
    """What stands against fitting any series over these years."""
    found: list[tuple[Refusal, str]] = []
    if len(t) < minimum_points:
        found.append(("too few points", f"{len(t)} points, {minimum_points} are needed"))
    if len(t) and record_start is not None and t[0] < record_start + burn_in:
        found.append(
            (
                "programme window",
                f"the series begins in {t[0]:g} and the record it is counted from in "
                f"{record_start:g}: a record that fills up bends as a law would; begin "
                f"{burn_in:g} years later or count from an earlier record",
            )
        )
    if len(t) and record_end is not None and t[-1] > record_end:
        found.append(
            (
                "programme window",
                f"the series runs to {t[-1]:g} and the record it is counted from takes in nothing "
                f"after {record_end:g}: a record that closes bends as a law would; end there",
            )
        )
    return found


def against_values(y: Floats) -> list[tuple[Refusal, str]]:
    """What stands against fitting these values."""
    if len(y) and np.ptp(y) == 0:
        return [("no variation", "all values are the same")]
    return []
