"""The families a yearly series is compared with, and their shapes."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Family = Literal["constant", "linear", "exponential", "logistic", "Gompertz", "broken line"]
Shape = Literal["flat", "steady", "exponential", "saturating", "broken"]

FAMILIES: tuple[Family, ...] = (
    "constant", "linear", "exponential", "logistic", "Gompertz", "broken line",
)  # fmt: skip

#: Logistic and Gompertz curves both bend towards a ceiling: often the bend can be told, and which
#: of the two bends cannot.
SHAPES: dict[Family, Shape] = {
    "constant": "flat",
    "linear": "steady",
    "exponential": "exponential",
    "logistic": "saturating",
    "Gompertz": "saturating",
    "broken line": "broken",
}

#: Names of the parameters, in the order fits give them. Rates are per year.
PARAMETERS: dict[Family, tuple[str, ...]] = {
    "constant": ("level",),
    "linear": ("level", "slope"),
    "exponential": ("level", "rate"),
    "logistic": ("ceiling", "rate", "peak"),
    "Gompertz": ("ceiling", "rate", "peak"),
    "broken line": ("level", "slope", "change", "break"),
}

#: What each family is told apart from only by a bend: its special and limiting cases. The straight
#: line is a broken line without a break, and either saturating curve about its peak of growth; the
#: exponential is either long before that peak; all hold the constant.
SIMPLER: dict[Family, tuple[Family, ...]] = {
    "constant": (),
    "linear": ("constant",),
    "exponential": ("constant",),
    "logistic": ("constant", "linear", "exponential"),
    "Gompertz": ("constant", "linear", "exponential"),
    "broken line": ("constant", "linear"),
}

#: Largest exponent taken: beyond it every curve is at its floor or ceiling to double precision.
_FAR = 40.0


def logistic(years: Floats, ceiling: float, rate: float, peak: float) -> Floats:
    r"""Logistic curve (Verhulst 1838), symmetric about the year of peak growth.

    .. math:: N(t) = K / (1 + e^{-r(t-m)})

    Parameters
    ----------
    years : (n,) years t
    ceiling : K, in the unit of the series
    rate : r, per year
    peak : m, the year in which growth peaks, where N = K/2

    Examples
    --------
    >>> logistic(np.array([2010.0, 2020.0]), 100.0, 0.5, 2010.0).round(2)
    array([50.  , 99.33])
    """
    return np.asarray(ceiling * standard("logistic", rate * (years - peak))[0])


def gompertz(years: Floats, ceiling: float, rate: float, peak: float) -> Floats:
    r"""Gompertz curve (Gompertz 1825; Winsor 1932): growth peaks early, at K/e.

    .. math:: N(t) = K e^{-e^{-r(t-m)}}

    Parameters
    ----------
    years : (n,) years t
    ceiling : K, in the unit of the series
    rate : r, per year
    peak : m, the year in which growth peaks, where N = K/e

    Examples
    --------
    >>> gompertz(np.array([2010.0, 2020.0]), 100.0, 0.5, 2010.0).round(2)
    array([36.79, 99.33])
    """
    return np.asarray(ceiling * standard("Gompertz", rate * (years - peak))[0])


def broken_line(
    years: Floats, level: float, slope: float, change: float, at: float, first: float
) -> Floats:
    r"""Two straight limbs that meet (Hudson 1966).

    .. math:: N(t) = a + b (t - t_1) + d \max(0, t - c)

    Parameters
    ----------
    years : (n,) years t
    level, slope : a and b, value in the first year and slope before the break
    change : d, by how much the slope changes
    at : c, the year of the break
    first : t_1, the first year of the series
    """
    return np.asarray(level + slope * (years - first) + change * np.maximum(0, years - at))


def standard(family: Family, x: Floats) -> tuple[Floats, Floats]:
    """Curve of unit ceiling and its derivative, at x = rate (t - peak).

    Logistic 1/(1 + e^-x), Gompertz exp(-e^-x), exponential e^x.
    """
    x = np.clip(x, -_FAR, _FAR)
    if family == "exponential":
        g = np.exp(x)
        return g, g
    u = np.exp(-x)
    if family == "logistic":
        g = 1 / (1 + u)
        return g, g * g * u
    if family == "Gompertz":
        g = np.exp(-u)
        return g, g * u
    raise ValueError(f"no curve of this family: {family}")


def share_of_peak_growth(family: Family, x: Floats) -> Floats:
    """Increment per year as a share of its peak, at x = rate (t - peak); one at x = 0."""
    top = {"logistic": 0.25, "Gompertz": float(np.exp(-1))}[family]
    return np.asarray(standard(family, x)[1] / top)
