"""How well each family describes a series: corrected Akaike criterion and rolling origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.growth.curves import FAMILIES, PARAMETERS, SHAPES, Family, Floats, Shape
from regionlift.measures.growth.fit import Fitted, fit

#: Residuals this share of the greatest value are rounding: below it no fit is better than another.
ROUNDING = 1e-8


@dataclass(frozen=True)
class FamilyFit:
    """One family's fit to a series.

    Parameters
    ----------
    parameters : value of each parameter named in ``PARAMETERS``, in years and in the unit of the
        series
    rss : sum of squared residuals
    k : parameters counted, the error variance among them
    aicc : corrected Akaike criterion; None where n <= k + 1
    weight : Akaike weight among the families; None where ``aicc`` is
    holdout : root mean square error one step ahead, rolling origin
    curve : (n,) the fitted curve
    autocorrelation : of successive residuals; None where there are none
    """

    family: Family
    parameters: dict[str, float]
    rss: float
    k: int
    aicc: float | None
    weight: float | None
    holdout: float
    curve: tuple[float, ...]
    autocorrelation: float | None

    @property
    def shape(self) -> Shape:
        """What the family looks like, in one word."""
        return SHAPES[self.family]


def aicc(rss: float, n: int, k: int, rounding: float = 0.0) -> float | None:
    r"""Akaike information criterion of a least-squares fit, corrected for few points.

    .. math:: n \ln(\mathrm{RSS}/n) + 2k + \frac{2k(k+1)}{n-k-1}

    (Hurvich and Tsai 1989, Biometrika 76; Burnham and Anderson 2002, section 2.4.)

    Parameters
    ----------
    k : parameters of the curve plus one for the error variance
    rounding : residual size below which differences are rounding; RSS/n is not taken below its
        square, so that of two exact fits the one with fewer parameters has the lower value

    Returns
    -------
    None where n <= k + 1.

    Examples
    --------
    >>> aicc(20.0, n=20, k=3)
    7.5
    """
    if n <= k + 1:
        return None
    variance = max(rss / n, rounding**2)
    if variance == 0:
        return -np.inf
    return float(n * np.log(variance) + 2 * k) + correction(n, k)


def correction(n: int, k: int) -> float:
    """What the criterion adds for few points: 2k(k+1)/(n-k-1)."""
    return 2 * k * (k + 1) / (n - k - 1)


def akaike_weights(values: list[float | None]) -> list[float | None]:
    r"""Relative likelihood of each family, summing to one.

    .. math:: w_i = e^{-\Delta_i/2} / \sum_j e^{-\Delta_j/2}

    (Burnham and Anderson 2002, section 2.9.)
    """
    known = [v for v in values if v is not None]
    if not known:
        return [None] * len(values)
    best = min(known)
    relative = [None if v is None else 1.0 if v == best else float(np.exp(-(v - best) / 2))
                for v in values]  # fmt: skip
    total = sum(v for v in relative if v is not None)
    return [None if v is None else v / total for v in relative]


@dataclass(frozen=True)
class Comparison:
    """Every family's fit, in the order of ``FAMILIES``, and persistence at the same origins.

    ``persistence`` is the root mean square error of the forecast that the next value is the last.
    """

    fits: tuple[FamilyFit, ...]
    persistence: float


def compare(
    years: Floats, values: Floats, *, first_origin: int, ceiling_bound: float
) -> list[Comparison]:
    """Fit every family to each whole series, and to its beginnings to forecast the next point.

    Parameters
    ----------
    years : (n,) evenly spaced, ascending
    values : (R, n) series, one a row; not negative, none all zero
    first_origin : points the first forecast is fitted to, fewer than n
    ceiling_bound : greatest ceiling, as a multiple of the greatest value of the series
    """
    n = len(years)
    scale = values.max(axis=1, keepdims=True)
    # row 0 of each series is the whole of it, the others its beginnings
    lengths = np.array([n, *range(first_origin, n)])
    used = np.tile((np.arange(n) < lengths[:, None]).astype(np.float64), (len(values), 1))
    y = np.repeat(values / scale, len(lengths), axis=0)
    fitted = {f: fit(f, scaled(years), y, used, ceiling_bound) for f in FAMILIES}
    return [
        _compared(years, row, float(top[0]), r * len(lengths), lengths[1:], fitted)
        for r, (row, top) in enumerate(zip(values, scale, strict=True))
    ]


def _compared(
    years: Floats,
    values: Floats,
    scale: float,
    at: int,
    lengths: NDArray[np.int64],
    fitted: dict[Family, Fitted],
) -> Comparison:
    """The fits of the series whose rows begin at ``at``."""
    n = len(years)
    count = {f: len(PARAMETERS[f]) + 1 for f in FAMILIES}
    rss = {f: float(fitted[f].rss[at]) * scale**2 for f in FAMILIES}
    criteria = {f: aicc(rss[f], n, count[f], ROUNDING * scale) for f in FAMILIES}
    weights = akaike_weights(list(criteria.values()))
    table = []
    for family, weight in zip(FAMILIES, weights, strict=True):
        curve = scale * fitted[family].curve[at]
        ahead = scale * fitted[family].curve[at + 1 + np.arange(len(lengths)), lengths]
        table.append(
            FamilyFit(
                family,
                _named(family, fitted[family].parameters[at], years, scale),
                rss[family],
                count[family],
                criteria[family],
                weight,
                float(np.sqrt(np.mean((values[lengths] - ahead) ** 2))),
                tuple(curve.tolist()),
                _autocorrelation(values - curve, ROUNDING * scale),
            )
        )
    steps = values[lengths] - values[lengths - 1]
    return Comparison(tuple(table), float(np.sqrt(np.mean(steps**2))))


def scaled(years: Floats) -> Floats:
    """Time from -1/2 in the first year to 1/2 in the last."""
    return np.linspace(-0.5, 0.5, len(years))


def _named(family: Family, p: Floats, years: Floats, scale: float) -> dict[str, float]:
    """Parameters in years and in the unit of the series."""
    span = float(years[-1] - years[0])
    middle = float(years[0]) + span / 2
    found: tuple[float, ...]
    if family == "constant":
        found = (scale * p[0],)
    elif family == "linear":
        found = (scale * (p[0] - p[1] / 2), scale * p[1] / span)
    elif family == "exponential":
        found = (scale * p[0] * float(np.exp(-p[1] / 2)), p[1] / span)
    elif family == "broken line":
        found = (scale * p[0], scale * p[1] / span, scale * p[2] / span, middle + span * p[3])
    else:
        found = (scale * p[0], p[1] / span, middle - span * p[2] / p[1])
    return dict(zip(PARAMETERS[family], map(float, found), strict=True))


def _autocorrelation(residuals: Floats, rounding: float) -> float | None:
    e = residuals - residuals.mean()
    total = float(e @ e)
    return float(e[1:] @ e[:-1]) / total if total > len(e) * rounding**2 else None
