"""Necessary condition analysis: how much of X a level of Y has never been seen without.

Between X and Y a corner of the plot may be empty. The ceiling is the border of that corner: a
step function (CE-FDH) or the straight line through the steps' corners (CR-FDH). It reads degrees,
raw or calibrated, where set-theoretic necessity reads memberships: use both.

Sources: Dul 2016, Organizational Research Methods 19, 10-52; Dul, van der Laan & Kuik 2020, the
same 23, 385-395 (permutation); Dul 2020, Conducting Necessary Condition Analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from regionlift.measures.cube import Floats

Technique = Literal["CE-FDH", "CR-FDH"]
#: Which corner is empty: upper left (X is needed for Y), upper right (its absence for Y), lower
#: left (X for the absence of Y), lower right (its absence for the absence of Y).
Corner = Literal[1, 2, 3, 4]
Scope = tuple[float, float, float, float]


@dataclass(frozen=True)
class Ceiling:
    """A ceiling and the size of the empty corner.

    ``effect`` is the zone over the scope, 0 to 1; ``accuracy`` the share of cases on or below the
    ceiling; ``peers`` (k, 2) the cases it goes through; ``slope`` and ``intercept`` of CR-FDH, in
    the units given (None where there is no line). ``reason`` is empty, or says why the zone is 0.
    """

    technique: Technique
    corner: Corner
    scope: Scope
    zone: float
    effect: float
    accuracy: float
    above: int
    peers: Floats
    slope: float | None
    intercept: float | None
    reason: str = ""


@dataclass(frozen=True)
class PermutationTest:
    """Effect against chance: p, the half width of its interval, and how many shuffles."""

    effect: float
    p: float
    accuracy: float
    draws: int


def scope_of(x: Floats, y: Floats, given: Scope | None) -> Scope:
    """Least and greatest x and y: as given, or as seen.

    Raises
    ------
    ValueError
        If a case lies outside the given scope, or the scope has no area.
    """
    seen = (float(x.min()), float(x.max()), float(y.min()), float(y.max()))
    if given is None:
        if seen[0] == seen[1] or seen[2] == seen[3]:
            raise ValueError("condition or outcome is the same in all cases: there is no corner")
        return seen
    low_x, high_x, low_y, high_y = given
    if not (low_x <= seen[0] and seen[1] <= high_x and low_y <= seen[2] and seen[3] <= high_y):
        raise ValueError(f"cases span {seen}: outside the scope {given}")
    if low_x == high_x or low_y == high_y:
        raise ValueError(f"scope {given} has no area")
    return given


def ceiling(
    x: Floats, y: Floats, technique: Technique = "CE-FDH", *, corner: Corner = 1,
    scope: Scope | None = None,
) -> Ceiling:  # fmt: skip
    r"""Ceiling, empty zone and effect size.

    .. math:: d = \frac{\text{zone}}{(x_{max} - x_{min})(y_{max} - y_{min})}

    CE-FDH: the peers are the cases with a new highest y as x grows; the zone is that above their
    steps. CR-FDH: the least-squares line through the peers; the zone is that above the line within
    the scope, and there is none with one peer or a line that does not rise.

    Parameters
    ----------
    x, y : (cases,) condition and outcome, in any unit
    scope : least and greatest x, least and greatest y; those of the cases where not given
    """
    a, b = _checked(x, y)
    s = scope_of(a, b, scope)
    # the other corners are the upper left one of the reflected plot
    u, v = _reflect(a, b, s, corner)
    points = peers(u, v)
    zone, accuracy, above = _steps(points, s), 1.0, 0
    slope = intercept = None
    reason = ""
    if technique == "CR-FDH":
        zone, slope, intercept, reason = _line(points, s)
        if slope is not None and intercept is not None:
            over = v > intercept + slope * u + 1e-9 * (s[3] - s[2])
            above, accuracy = int(over.sum()), float(1 - over.mean())
            slope, intercept = _back(slope, intercept, s, corner)
    elif not zone:
        reason = "the corner is not empty"
    back = np.column_stack(_reflect(points[:, 0], points[:, 1], s, corner))
    area = (s[1] - s[0]) * (s[3] - s[2])
    return Ceiling(
        technique, corner, s, zone, zone / area, accuracy, above, back, slope, intercept, reason
    )


def _checked(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise ValueError(f"x {a.shape} and y {b.shape}: expected two or more cases of each")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a case without a number: leave it out, and say so")
    return a, b


def _reflect(x: Floats, y: Floats, s: Scope, corner: Corner) -> tuple[Floats, Floats]:
    across, down = corner in (2, 4), corner in (3, 4)
    return (s[0] + s[1] - x if across else x), (s[2] + s[3] - y if down else y)


def _back(slope: float, intercept: float, s: Scope, corner: Corner) -> tuple[float, float]:
    """A line of the reflected plot in the units given."""
    if corner in (2, 4):
        slope, intercept = -slope, intercept + slope * (s[0] + s[1])
    if corner in (3, 4):
        slope, intercept = -slope, s[2] + s[3] - intercept
    return slope, intercept


def peers(x: Floats, y: Floats) -> Floats:
    """Cases with a new highest y as x grows, (k, 2); of equal x the highest."""
    order = np.lexsort((-y, x))
    u, v = x[order], y[order]
    fresh = np.concatenate(([True], v[1:] > np.maximum.accumulate(v)[:-1]))
    return np.column_stack((u[fresh], v[fresh]))


def _steps(points: Floats, s: Scope) -> float:
    """Area above the steps within the scope: the width left of the ceiling, over y."""
    x, y = points[:, 0], points[:, 1]
    edges = np.concatenate(([s[2]], y, [s[3]]))
    return float((np.append(x, s[1]) - s[0]) @ np.diff(edges))


def _line(points: Floats, s: Scope) -> tuple[float, float | None, float | None, str]:
    """Area above the least-squares line through the peers within the scope, slope, intercept."""
    if len(points) < 2:
        return 0.0, None, None, "one case alone makes the ceiling: there is no line"
    x, y = points[:, 0], points[:, 1]
    off = x - x.mean()
    slope = float(off @ y / (off @ off))
    intercept = float(y.mean() - slope * x.mean())
    if slope <= 0:
        return 0.0, None, None, "the line through the ceiling does not rise"
    # x on the line as y runs over the scope, cut at the scope; piecewise linear, so the area is
    # that of trapezoids between the kinks
    kinks = np.clip(intercept + slope * np.array([s[0], s[1]]), s[2], s[3])
    at = np.unique(np.concatenate(([s[2], s[3]], kinks)))
    width = np.clip((at - intercept) / slope, s[0], s[1]) - s[0]
    return float(np.trapezoid(width, at)), slope, intercept, ""


def permutation_test(
    x: Floats, y: Floats, rng: np.random.Generator, *, draws: int,
    technique: Technique = "CE-FDH", corner: Corner = 1, scope: Scope | None = None,
    confidence: float = 0.95,
) -> PermutationTest:  # fmt: skip
    r"""How often an effect as large comes from shuffled outcomes.

    .. math:: p = \max\Big(\frac1R, \frac{1 + \#\{d^* \ge d\}}{1 + R}\Big), \quad
              \pm z \sqrt{p (1 - p) / R}

    Source: Dul, van der Laan & Kuik 2020. NCA 5 prints 1/R as the least p.
    """
    if draws < 1:
        raise ValueError(f"{draws} draws: expected 1 or more")
    effect = ceiling(x, y, technique, corner=corner, scope=scope).effect
    a, b = _checked(x, y)
    s = scope_of(a, b, scope)
    u, v = _reflect(a, b, s, corner)
    area = (s[1] - s[0]) * (s[3] - s[2])
    zone = _steps if technique == "CE-FDH" else lambda p, s: _line(p, s)[0]
    shuffled = np.array([zone(peers(u, rng.permutation(v)), s) for _ in range(draws)]) / area
    p = max(1 / draws, (1 + int((shuffled >= effect - 1e-12).sum())) / (1 + draws))
    half = float(norm.ppf((1 + confidence) / 2) * np.sqrt(p * (1 - p) / draws))
    return PermutationTest(effect, p, half, draws)


@dataclass(frozen=True)
class Bottleneck:
    """Least x that each level of y has been seen with.

    ``needed`` is not a number where nothing is needed (``free``) or where no case, and no line
    within the scope, reaches the level (``out_of_reach``).
    """

    levels: Floats
    needed: Floats
    free: NDArray[np.bool_]
    out_of_reach: NDArray[np.bool_]


def bottleneck(found: Ceiling, levels: Sequence[float] | Floats) -> Bottleneck:
    """Bottleneck table of a ceiling, in the units given (Dul 2016).

    CE-FDH: x of the first peer whose y is at the level or beyond. CR-FDH: x on the line. In the
    corners on the right the greatest x is meant, in the lower ones y at the level or below.
    """
    s, corner = found.scope, found.corner
    grid = np.asarray(levels, dtype=np.float64)
    if found.technique == "CR-FDH" and found.slope is None:
        raise ValueError(f"no bottleneck without a ceiling: {found.reason}")
    points = np.column_stack(_reflect(found.peers[:, 0], found.peers[:, 1], s, corner))
    v = _reflect(grid, grid, s, corner)[1]
    if found.technique == "CE-FDH":
        place = np.searchsorted(points[:, 1], v - 1e-12 * (s[3] - s[2]))
        beyond = place == len(points)
        u = points[np.minimum(place, len(points) - 1), 0]
        free = ~beyond & (u <= s[0])
    else:
        assert found.slope is not None
        assert found.intercept is not None
        u = _reflect((grid - found.intercept) / found.slope, grid, s, corner)[0]
        free, beyond = u <= s[0], u > s[1]
    x = _reflect(u, u, s, corner)[0]
    return Bottleneck(grid, np.where(free | beyond, np.nan, x), free, beyond)
