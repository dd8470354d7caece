"""Least squares of every family, many series at once.

Saturating and exponential curves are one amplitude times a curve of one or two parameters, so the
amplitude is solved for and only the rest is searched (variable projection, Golub and Pereyra 1973,
in Kaufman's 1975 form), by Levenberg-Marquardt steps within bounds, from the best points of a
fixed grid. No random numbers: the same series gives the same digits.

Time runs here from -1/2 to 1/2 over the series and values are divided by their greatest, so that
neither unit nor calendar moves a result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.measures.growth.curves import Family, Floats, standard

#: Greatest rate per step of the series: the climb from 10 to 90 % of the ceiling takes at least
#: two steps; a steeper curve is a jump between two points, which no series can tell the rate of.
STEEPEST = 2.0
#: Points each limb of a broken line has at least.
LIMB = 3
_STARTS = 3
_ROUNDS = 200
_SETTLED = 1e-14
_TINY = 1e-300
_NEAR = 0.9


@dataclass(frozen=True)
class Fitted:
    """Fits of one family to B series of n points.

    Parameters
    ----------
    parameters : (B, p) in scaled time
    rss : (B,) sum of squared residuals over the points used
    curve : (B, n) the fitted curve at every point, used or not
    """

    parameters: Floats
    rss: Floats
    curve: Floats


def fit(family: Family, x: Floats, y: Floats, used: Floats, highest: float) -> Fitted:
    """Least-squares fit of one family to each row.

    Parameters
    ----------
    x : (n,) scaled time, ascending
    y : (B, n) values, divided by the greatest
    used : (B, n) one where a point is used, zero where it is held out
    highest : greatest ceiling of a saturating curve, in scaled values
    """
    if family == "constant":
        return _linear(x, y, used, 1)
    if family == "linear":
        return _linear(x, y, used, 2)
    if family == "broken line":
        return _broken(x, y, used)
    limit = np.inf if family == "exponential" else highest
    fits = search(family, x, y, used, limit)
    g = standard(family, fits.rate[:, None] * x + fits.place[:, None])[0]
    parameters = np.stack([fits.amplitude, fits.rate, fits.place], axis=1)
    return Fitted(parameters, fits.rss, fits.amplitude[:, None] * g)


def _linear(x: Floats, y: Floats, used: Floats, terms: int) -> Fitted:
    design = np.stack([np.ones_like(x), x], axis=1)[:, :terms]
    gram = np.einsum("bn,ni,nj->bij", used, design, design)
    right = np.einsum("bn,ni->bi", used * y, design)
    beta = np.linalg.solve(gram, right[..., None])[..., 0]
    curve = beta @ design.T
    return Fitted(beta, (used * (y - curve) ** 2).sum(axis=1), curve)


def _broken(x: Floats, y: Floats, used: Floats) -> Fitted:
    """The exact optimum: between two points the limbs are free lines, else the break is a point.

    Hudson 1966, Journal of the American Statistical Association 61.
    """
    count = used.sum(axis=1).astype(int)
    breaks = [np.broadcast_to(x[LIMB - 1 : len(x) - LIMB + 1], (len(y), len(x) - 2 * LIMB + 2))]
    for left in range(LIMB, len(x) - LIMB + 1):
        before = used * (np.arange(len(x)) < left)
        after = used - before
        enough = count - left >= LIMB
        after = np.where(enough[:, None], after, 1.0)  # a line that is not read
        a, b = _linear(x, y, before, 2).parameters, _linear(x, y, after, 2).parameters
        turn = b[:, 1] - a[:, 1]
        meet = (a[:, 0] - b[:, 0]) / np.where(turn == 0, 1.0, turn)
        good = enough & (turn != 0) & (meet >= x[left - 1]) & (meet <= x[left])
        breaks.append(np.where(good, meet, x[LIMB - 1])[:, None])
    at = np.concatenate(breaks, axis=1)
    last = x[count - LIMB]
    at = np.minimum(at, last[:, None])
    hinge = np.maximum(0, x - at[..., None])
    design = np.stack([*np.broadcast_arrays(np.ones_like(hinge), x - x[0]), hinge], axis=-1)
    weighted = design * used[:, None, :, None]
    gram = np.swapaxes(weighted, -1, -2) @ design
    right = np.einsum("bcni,bn->bci", weighted, y)
    beta = np.linalg.solve(gram, right[..., None])[..., 0]
    curve = np.einsum("bcni,bci->bcn", design, beta)
    rss = (used[:, None] * (y[:, None] - curve) ** 2).sum(axis=-1)
    best = rss.argmin(axis=1)
    row = np.arange(len(y))
    parameters = np.concatenate([beta[row, best], at[row, best][:, None]], axis=1)
    return Fitted(parameters, rss[row, best], curve[row, best])


@dataclass(frozen=True)
class Search:
    """Best amplitude A, rate and place of A g(rate (x - reference) + place), one a row."""

    amplitude: Floats
    rate: Floats
    place: Floats
    rss: Floats

    @property
    def arrays(self) -> tuple[Floats, ...]:
        """All four, in order."""
        return self.amplitude, self.rate, self.place, self.rss


def search(
    family: Family,
    x: Floats,
    y: Floats,
    used: Floats,
    highest: float,
    *,
    amplitude: Floats | None = None,
    reference: Floats | None = None,
    place: Floats | None = None,
) -> Search:
    """Fit of A g(rate (x - reference) + place), with the amplitude or the place held if given.

    Parameters
    ----------
    x, y, used, highest : as in :func:`fit`
    amplitude : (B,) amplitude each row is held at
    reference : (B,) origin of time of each row, zero by default
    place : (B,) place each row is held at
    """
    n = len(x)
    rows = len(y)
    origin = np.zeros(rows) if reference is None else reference
    rates, places = _grid(family, n)
    steep = STEEPEST * (n - 1)
    start_rate, start_place = [], []
    size = max(1, 400_000 // (len(rates) * n))
    for at in range(0, rows, size):
        block = slice(at, at + size)
        z = (
            places[None]
            if place is None
            else np.broadcast_to(place[block, None], (len(y[block]), len(rates)))
        )
        if place is None and reference is not None:
            z = z + rates * origin[block, None]
        g = standard(family, rates[:, None] * (x - origin[block, None, None]) + z[..., None])[0]
        weighted = g * used[block, None]
        cross = np.einsum("bgn,bn->bg", weighted, y[block])
        square = np.einsum("bgn,bgn->bg", weighted, g)
        if amplitude is None:
            a = np.clip(cross / np.maximum(square, _TINY), 0, highest)
        else:
            a = np.broadcast_to(amplitude[block, None], cross.shape)
        loss = a * (a * square - 2 * cross)
        best = np.argpartition(loss, _STARTS, axis=1)[:, :_STARTS]
        start_rate.append(rates[best])
        start_place.append(np.take_along_axis(np.broadcast_to(z, loss.shape), best, axis=1))
    problem = _Problem(
        family,
        np.repeat(x - origin[:, None], _STARTS, axis=0),
        np.repeat(y, _STARTS, axis=0),
        np.repeat(used, _STARTS, axis=0),
        None if amplitude is None else np.repeat(amplitude, _STARTS),
        highest,
        family != "exponential" and place is None,
        (-steep if family == "exponential" else 0.02, steep),
    )
    rate, where, rss = _descend(
        problem, np.concatenate(start_rate).ravel(), np.concatenate(start_place).ravel()
    )
    best = rss.reshape(rows, _STARTS).argmin(axis=1) + np.arange(rows) * _STARTS
    a = problem.take(best).amplitudes(rate[best], where[best])
    found = Search(a, rate[best], where[best], rss[best])
    near = np.flatnonzero(a > _NEAR * highest)
    if amplitude is not None or not len(near):
        return found
    # a ceiling that is all but at its bound moves along the bound, which free steps do not see
    at_bound = search(
        family, x, y[near], used[near], highest,
        amplitude=np.full(len(near), highest),
        reference=origin[near], place=None if place is None else place[near],
    )  # fmt: skip
    better = at_bound.rss < found.rss[near]
    for ours, theirs in zip(found.arrays, at_bound.arrays, strict=True):
        ours[near[better]] = theirs[better]
    return found


def _grid(family: Family, n: int) -> tuple[Floats, Floats]:
    """Rates and places at which every search starts."""
    if family == "exponential":
        rates = np.array([-16.0, -8, -4, -2, -1, -0.3, 0.3, 1, 2, 4, 8, 16])
        return rates, np.zeros_like(rates)
    rates = np.geomspace(0.4, STEEPEST * (n - 1), 9)
    peaks = np.linspace(-1, 1.5, 16)
    rate, peak = (v.ravel() for v in np.meshgrid(rates, peaks))
    return rate, -rate * peak


@dataclass(frozen=True)
class _Problem:
    """B least-squares problems of one family."""

    family: Family
    x: Floats
    y: Floats
    used: Floats
    held: Floats | None
    highest: float
    moves: bool
    rates: tuple[float, float]

    def take(self, rows: Floats | np.ndarray) -> _Problem:
        held = None if self.held is None else self.held[rows]
        return _Problem(
            self.family, self.x[rows], self.y[rows], self.used[rows], held,
            self.highest, self.moves, self.rates,
        )  # fmt: skip

    def _solved(self, g: Floats) -> tuple[Floats, Floats, Floats]:
        """Amplitudes, whether each is free to move, and the square of the curve."""
        square = np.maximum((g * g * self.used).sum(axis=1), _TINY)
        if self.held is not None:
            return self.held, np.zeros(len(g)), square
        a = (g * self.y * self.used).sum(axis=1) / square
        inside = np.clip(a, 0, self.highest)
        return inside, (a == inside).astype(np.float64), square

    def amplitudes(self, rate: Floats, place: Floats) -> Floats:
        return self._solved(standard(self.family, rate[:, None] * self.x + place[:, None])[0])[0]

    def rss(self, rate: Floats, place: Floats) -> Floats:
        g = standard(self.family, rate[:, None] * self.x + place[:, None])[0]
        a = self._solved(g)[0]
        return np.asarray((self.used * (self.y - a[:, None] * g) ** 2).sum(axis=1))

    def slopes(self, rate: Floats, place: Floats) -> tuple[Floats, Floats, Floats]:
        """Residuals and their derivatives by (a step of) the rate and the place."""
        g, slope = standard(self.family, rate[:, None] * self.x + place[:, None])
        a, free, square = self._solved(g)
        by_place = a[:, None] * slope * self.used
        # saturating curves move along the log of the rate, which keeps it positive
        by_rate = by_place * self.x * (1.0 if self.family == "exponential" else rate[:, None])
        g = g * self.used
        columns = []
        for column in (by_rate, by_place):
            along = free * (column * g).sum(axis=1) / square
            columns.append(column - along[:, None] * g)
        return self.used * self.y - a[:, None] * g, columns[0], columns[1]


def _descend(problem: _Problem, rate: Floats, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Levenberg-Marquardt (Marquardt 1963) on every row until none improves."""
    low, high = problem.rates
    rate, place = np.clip(rate, low, high), place.copy()
    rss = problem.rss(rate, place)
    damping = np.full(len(rate), 1e-2)
    going = np.arange(len(rate))
    grows = problem.family != "exponential"
    for _ in range(_ROUNDS):
        part = problem.take(going)
        r, z = rate[going], place[going]
        e, jr, jz = part.slopes(r, z)
        gr, gz = (jr * e).sum(axis=1), (jz * e).sum(axis=1)
        stuck = ((r >= high) & (gr > 0)) | ((r <= low) & (gr < 0))
        hrr, hzz, hrz = (jr * jr).sum(axis=1), (jz * jz).sum(axis=1), (jr * jz).sum(axis=1)
        gr, hrr = np.where(stuck, 0, gr), np.where(stuck, 1, hrr)
        hrz = np.where(stuck, 0, hrz)
        if not problem.moves:
            gz, hzz, hrz = np.zeros_like(gz), np.ones_like(hzz), np.zeros_like(hrz)
        hrr, hzz = hrr * (1 + damping[going]) + _TINY, hzz * (1 + damping[going]) + _TINY
        det = np.maximum(hrr * hzz - hrz * hrz, _TINY)
        step_r = np.clip((hzz * gr - hrz * gz) / det, -2, 2)
        step_z = np.clip((hrr * gz - hrz * gr) / det, -8, 8)
        new_r = np.clip(r * np.exp(step_r) if grows else r + step_r, low, high)
        new_z = np.clip(z + step_z, -80, 80)
        new = part.rss(new_r, new_z)
        better = new < rss[going]
        gain = rss[going] - new
        done = better & (gain <= _SETTLED * new) | ~better & (damping[going] > 1e8)
        rate[going] = np.where(better, new_r, r)
        place[going] = np.where(better, new_z, z)
        rss[going] = np.where(better, new, rss[going])
        damping[going] = np.where(better, damping[going] / 8, damping[going] * 6)
        going = going[~done]
        if not len(going):
            break
    return rate, place, rss
