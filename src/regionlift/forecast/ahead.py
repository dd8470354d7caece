"""Where the active stock is going, in a word, with the probability that it is the right one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regionlift.forecast.state import Floats

#: Where a stock is going; "cannot tell" where no word has the share of draws it needs.
Word = Literal["rapid", "slowing", "saturated", "shrinking", "cannot tell"]


@dataclass(frozen=True)
class StockAhead:
    """Where the active stock is going over the next years.

    Parameters
    ----------
    word : what enough draws say, or "cannot tell"
    shares : share of draws that are rapid, slowing, saturated, shrinking; they sum to 1
    growth : 5 %, median and 95 % of the growth a year
    before : growth a year over the last years observed; None with fewer than two of them
    """

    word: Word
    shares: dict[str, float]
    growth: tuple[float, float, float]
    before: float | None

    @property
    def steady(self) -> float:
        """Probability that the stock stays within the steady band."""
        return self.shares["saturated"]


def stock_ahead(
    observed: Sequence[float] | Floats,
    draws: Floats,
    *,
    years: int = 3,
    steady: float = 0.02,
    recent: int = 3,
    named: float = 0.8,
) -> StockAhead:
    """Read "rapid", "slowing" or "saturated" off simulated stocks, with probabilities.

    The growth of a draw is the least-squares slope of its logarithm over the origin and the years
    ahead. It is saturated within +-``steady`` a year, shrinking below; above, it is rapid where it
    grows at least as fast as the stock did over the last ``recent`` years, else slowing.

    Parameters
    ----------
    observed : stock of the years up to the origin, the partial first year left out
    draws : (R, at least ``years``) stocks ahead, widened where a hindcast says so
    named : share of draws that a word needs

    Raises
    ------
    ValueError
        If the draws are of too few years or the stock at the origin is not positive.
    """
    past = np.asarray(observed, float)
    if draws.ndim != 2 or draws.shape[1] < years or years < 1:
        raise ValueError(f"draws of {years} years ahead are needed, got shape {draws.shape}")
    if not len(past) or past[-1] <= 0:
        raise ValueError("the stock at the origin must be positive")
    path = np.column_stack([np.full(len(draws), past[-1]), draws[:, :years]])
    growth = _growth(np.maximum(path, 0.5))
    tail = past[-recent - 1 :]
    before = None
    if len(tail) > 1 and (tail > 0).all():
        before = float(_growth(tail[None])[0])
    flat, up = np.abs(growth) <= steady, growth > steady
    fast = up & (growth >= before) if before is not None else up
    shares = {
        "rapid": float(fast.mean()), "slowing": float((up & ~fast).mean()),
        "saturated": float(flat.mean()), "shrinking": float((~flat & ~up).mean()),
    }  # fmt: skip
    best: Word = max(("rapid", "slowing", "saturated", "shrinking"), key=lambda w: shares[w])
    low, middle, high = np.quantile(growth, [0.05, 0.5, 0.95]).tolist()
    return StockAhead(
        best if shares[best] >= named else "cannot tell", shares, (low, middle, high), before
    )


def _growth(path: Floats) -> Floats:
    """Growth a year of each row, from the least-squares slope of its logarithm."""
    t = np.arange(path.shape[1]) - (path.shape[1] - 1) / 2
    found: Floats = np.expm1(np.log(path) @ t / (t @ t))
    return found
