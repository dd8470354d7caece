"""Profile intervals of saturating curves: what a series says about a ceiling, and what it cannot.

A curve is held at each value of one parameter and all others are fitted again; the values whose
sum of squares stays below a cut are the interval (Bates and Watts 1988, chapter 6). Where the cut
is never reached on one side, the series does not bound the parameter on that side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regionlift.measures.growth.compare import ROUNDING, scaled
from regionlift.measures.growth.curves import Family, Floats, standard
from regionlift.measures.growth.fit import Search, search

Parameter = Literal["ceiling", "peak", "position"]

_STEPS = 32
_ROUNDS = 6
_PARTS = 9


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; an end is None where the series does not bound it.

    ``value`` is None where the fit runs into a bound of the search.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float

    @property
    def bounded(self) -> bool:
        """Whether the interval has both ends."""
        return self.low is not None and self.high is not None


def cut(n: int, level: float, parameters: int = 3, inflated: float = 1.0) -> float:
    r"""Greatest sum of squares within the interval, as a multiple of the least.

    .. math:: 1 + v F_{1,\,n-p}(level) / (n - p)

    The chi-squared cut of a profile likelihood is what this tends to for many points; with a few
    dozen it is too narrow (Bates and Watts 1988, equation 6.3). v is :func:`inflation`.
    """
    from scipy.special import fdtri

    return 1 + inflated * float(fdtri(1, n - parameters, level)) / (n - parameters)


def inflation(residuals: Floats) -> float:
    r"""By how much residuals that resemble the ones before them widen a variance; at least one.

    .. math:: v = (1 + \rho) / (1 - \rho)

    n residuals with autocorrelation rho say as much as n/v independent ones (Bartlett 1935). The
    sample value is too low by about 2/n in a short series, which is added, and negative values
    count as none. Still short of the truth where residuals resemble each other much.
    """
    e = residuals
    total = float(e @ e)
    if total == 0:
        return 1.0
    rho = float(np.clip(e[1:] @ e[:-1] / total + 2 / len(e), 0, 0.9))
    return (1 + rho) / (1 - rho)


def profile(
    family: Family,
    values: Floats,
    parameter: Parameter,
    at: Floats,
    ceiling_bound: float,
) -> Floats:
    """Least sum of squares with one parameter held; one series and one held value a row.

    Parameters
    ----------
    values : (B, n) evenly spaced series, each divided by its greatest value
    at : (B,) held value: ceiling in these units; peak of growth in scaled time, -1/2 to 1/2;
        or position rate (t_n - peak) of the last point on the curve
    """
    x = scaled(values[0])
    used = np.ones_like(values)
    if parameter == "ceiling":
        return search(family, x, values, used, ceiling_bound, amplitude=at).rss
    if parameter == "peak":
        held = search(family, x, values, used, ceiling_bound, reference=at, place=np.zeros_like(at))
        return held.rss
    end = np.full_like(at, x[-1])
    return search(family, x, values, used, ceiling_bound, reference=end, place=at).rss


def interval(
    family: Family,
    years: Floats,
    values: Floats,
    parameter: Parameter,
    *,
    level: float = 0.9,
    ceiling_bound: float = 100.0,
) -> Estimate:
    """Profile interval of one parameter of a logistic or Gompertz curve.

    Parameters
    ----------
    years : (n,) evenly spaced, ascending
    values : (n,) not negative, not all zero
    parameter : ``ceiling`` in the unit of the values, ``peak`` a year, ``position`` the rate times
        the years from the peak of growth to the last year
    level : of the interval
    ceiling_bound : greatest ceiling looked at, as a multiple of the greatest value

    Returns
    -------
    An end is None where it lies beyond the bound, or for a peak more than two lengths of the
    series outside it.
    """
    scale = float(values.max())
    y = (values / scale)[None]
    x = scaled(years)
    best = search(family, x, y, np.ones_like(y), ceiling_bound)
    g = standard(family, best.rate[0] * x + best.place[0])[0]
    inflated = inflation(y[0] - best.amplitude[0] * g)
    # of an exact curve only rounding is left: the interval is then as narrow as rounding lets it
    least = max(float(best.rss[0]), len(years) * ROUNDING**2)
    limit = least * cut(len(years), level, inflated=inflated)
    centre = _value(best, parameter)
    low, high = (
        _crossing(family, y, parameter, centre, outward, limit, ceiling_bound)
        for outward in _outward(parameter, centre, ceiling_bound)
    )
    at_bound = bool(best.amplitude[0] >= ceiling_bound)
    span, middle = float(years[-1] - years[0]), float(years[0] + years[-1]) / 2

    def named(v: float | None) -> float | None:
        if v is None or parameter == "position":
            return v
        return v * scale if parameter == "ceiling" else middle + v * span

    return Estimate(None if at_bound else named(centre), named(low), named(high), level)


def _value(best: Search, parameter: Parameter) -> float:
    amplitude, rate, place = (float(v[0]) for v in (best.amplitude, best.rate, best.place))
    if parameter == "ceiling":
        return amplitude
    return -place / rate if parameter == "peak" else rate / 2 + place


def _outward(parameter: Parameter, centre: float, ceiling_bound: float) -> tuple[Floats, Floats]:
    """Values looked at below and above the estimate, going away from it."""
    if parameter == "ceiling":
        down = centre * np.geomspace(1, 0.05, _STEPS + 1)[1:]
        return down, np.geomspace(centre, max(ceiling_bound, centre), _STEPS + 1)[1:]
    reach = 2.5 if parameter == "peak" else 40.0
    # close steps near the estimate, wide ones far from it
    away = np.geomspace(reach / 500, reach, _STEPS)
    return centre - away, centre + away


def _crossing(
    family: Family,
    y: Floats,
    parameter: Parameter,
    centre: float,
    outward: Floats,
    limit: float,
    ceiling_bound: float,
) -> float | None:
    """First value, going outward, at which the profile passes the limit."""

    def rss(at: Floats) -> Floats:
        rows = np.repeat(y, len(at), axis=0)
        return profile(family, rows, parameter, at, ceiling_bound)

    inner = centre
    beyond = rss(outward) > limit
    if not beyond.any():
        return None
    for _ in range(_ROUNDS):
        first = int(beyond.argmax())
        inner, outer = (outward[first - 1] if first else inner), outward[first]
        outward = np.linspace(inner, outer, _PARTS + 1)[1:]
        beyond = rss(outward) > limit
        beyond[-1] = True
    return float((inner + outward[int(beyond.argmax())]) / 2)
