"""Growth rates of a yearly series."""

from __future__ import annotations

import numpy as np

from regionlift.measures.growth.curves import Floats
from regionlift.measures.growth.profile import Estimate


def growth_rates(years: Floats, values: Floats) -> tuple[float | None, ...]:
    r"""Growth rate from each point to the next, per year.

    .. math:: (N_{t+h}/N_t)^{1/h} - 1

    Returns
    -------
    (n - 1) rates; None where a growth rate has no meaning because either value is zero.
    """
    return tuple(
        (b / a) ** (1 / (u - t)) - 1 if a > 0 and b > 0 else None
        for t, u, a, b in zip(
            years.tolist(), years[1:].tolist(), values.tolist(), values[1:].tolist(), strict=False
        )
    )


def growth_now(
    years: Floats, values: Floats, *, window: int = 5, level: float = 0.9
) -> Estimate | None:
    r"""Compound growth rate per year over the last points, with its t interval.

    .. math:: e^{b \pm t_{w-2} s_b} - 1

    where b is the least-squares slope of ln N on t over the last w points. Years are taken as
    independent.

    Returns
    -------
    None where there are fewer points than the window, or one of them is zero.
    """
    from scipy.special import stdtrit

    if window < 3:
        raise ValueError(f"a slope with an interval needs a window of 3 points, not {window}")
    if len(years) < window or (values[-window:] <= 0).any():
        return None
    t, y = years[-window:] - years[-window:].mean(), np.log(values[-window:])
    slope = float(t @ y / (t @ t))
    residuals = y - y.mean() - slope * t
    error = float(np.sqrt(residuals @ residuals / (window - 2) / (t @ t)))
    half = float(stdtrit(window - 2, (1 + level) / 2)) * error
    value, low, high = (float(np.expm1(slope + d)) for d in (0, -half, half))
    return Estimate(value, low, high, level)
