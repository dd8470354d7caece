"""Parts of the model whose likelihood is closed: entry, volume, projects, newcomers, leaving.

Each is fitted on a grid, so that draws, standard errors and priors are plain sums; no optimiser
can fail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln

from regionlift.forecast.state import Floats, Longs, Start
from regionlift.measures.network.affiliations import TYPES


@dataclass(frozen=True)
class Grid:
    """Posterior on a grid of points.

    Parameters
    ----------
    names : (d,) parameters
    points : (g, d)
    weights : (g,) posterior probabilities
    """

    names: tuple[str, ...]
    points: Floats
    weights: Floats

    @property
    def mean(self) -> dict[str, float]:
        """Posterior mean of each parameter."""
        return {n: float(self.weights @ self.points[:, d]) for d, n in enumerate(self.names)}

    @property
    def error(self) -> dict[str, float]:
        """Posterior standard deviation of each parameter."""
        centred = self.points - self.weights @ self.points
        sd = np.sqrt(self.weights @ centred**2)
        return {n: float(sd[d]) for d, n in enumerate(self.names)}

    def draw(self, rng: np.random.Generator, size: int) -> dict[str, Floats]:
        """Draws of all parameters together, (size,) each."""
        chosen = rng.choice(len(self.weights), size=size, p=self.weights)
        return {n: self.points[chosen, d] for d, n in enumerate(self.names)}


def _grid(names: tuple[str, ...], axes: list[Floats], log_density: Floats) -> Grid:
    points = np.stack([m.ravel() for m in np.meshgrid(*axes, indexing="ij")], axis=1)
    weights = np.exp(log_density.ravel() - log_density.max())
    return Grid(names, points, weights / weights.sum())


def expected_entries(sigma: Floats, theta: Floats, n: float, u: float, volume: float) -> Floats:
    """Expected newcomers among the next participations of a Pitman-Yor urn.

    .. math:: E = (N + \\theta/\\sigma) \\left( \\frac{\\Gamma(\\theta+U+V+\\sigma)\\,
        \\Gamma(\\theta+U)}{\\Gamma(\\theta+U+\\sigma)\\,\\Gamma(\\theta+U+V)} - 1 \\right)

    and :math:`\\theta(\\psi(\\theta+U+V)-\\psi(\\theta+U))` for :math:`\\sigma = 0`
    (Pitman 2006, Combinatorial Stochastic Processes, section 3.3).

    Parameters
    ----------
    sigma, theta : discount in [0, 1) and strength above 0; arrays that broadcast
    n, u : organisations and participations so far
    volume : participations to come
    """
    sigma, theta = np.asarray(sigma, dtype=float), np.asarray(theta, dtype=float)
    zero = sigma == 0
    s = np.where(zero, 0.5, sigma)
    ratio = (
        gammaln(theta + u + volume + s) + gammaln(theta + u)
        - gammaln(theta + u + s) - gammaln(theta + u + volume)
    )  # fmt: skip
    entries = (n + theta / s) * np.expm1(ratio)
    dirichlet = theta * (digamma(theta + u + volume) - digamma(theta + u))
    done: Floats = np.where(zero, dirichlet, entries)
    return done


def entry_block(
    entries: Longs,
    volume: Longs,
    *,
    burn_in: int = 1,
    spread_prior: float = 0.15,
    discount_prior: tuple[float, float] = (3.0, 2.0),
) -> Grid:
    """Posterior of discount, strength and yearly spread of the entry urn.

    Newcomers of a year are beta-binomial around the expectation of the urn, with a precision
    that makes the standard deviation of the log odds of a newcomer the spread.

    Parameters
    ----------
    entries, volume : (years,) newcomers and participations of each year of the record
    burn_in : first years that set the state of the urn and are not fitted
    spread_prior : scale of the half-normal prior of the spread
    discount_prior : parameters of the beta prior of the discount; the default is centred on the
        Heaps slopes of about 0.6 that collaboration records show; log strength is flat
    """
    n, u = np.cumsum(entries) - entries, np.cumsum(volume) - volume
    axes = [np.linspace(0.02, 0.98, 49), np.geomspace(1, max(10 * volume.sum(), 100), 60),
            np.linspace(0.02, 0.6, 25)]  # fmt: skip
    sigma, theta, spread = (m for m in np.meshgrid(*axes, indexing="ij"))
    log_density = -0.5 * (spread / spread_prior) ** 2
    log_density += (discount_prior[0] - 1) * np.log(sigma)
    log_density += (discount_prior[1] - 1) * np.log(1 - sigma)
    for year in range(min(burn_in, len(entries) - 1), len(entries)):
        v, k = float(volume[year]), float(entries[year])
        if v == 0:
            continue
        p = expected_entries(sigma, theta, float(n[year]), float(u[year]), v) / v
        p = np.clip(p, 1e-6, 1 - 1e-6)
        # standard deviation of the log odds to that of the share
        precision = np.maximum(1 / (spread**2 * p * (1 - p)) - 1, 1e-3)
        a, b = p * precision, (1 - p) * precision
        log_density += betaln(k + a, v - k + b) - betaln(a, b)
    return _grid(("sigma", "theta", "entry_spread"), axes, log_density)


@dataclass(frozen=True)
class VolumeBlock:
    """Yearly participations as a first-order autoregression of their logarithm.

    Parameters
    ----------
    level : mean of the logarithms
    last : logarithm of the last year
    years : years fitted
    pull : posterior of the autoregression coefficient
    squares : (g,) sum of squared innovations at each coefficient of the grid, prior included
    freedom : degrees of freedom of the innovations, prior included
    """

    level: float
    last: float
    years: int
    pull: Grid
    squares: Floats
    freedom: float

    def draw(self, rng: np.random.Generator, size: int, horizon: int) -> Longs:
        """Participations, (size, horizon), at least 1."""
        chosen = rng.choice(len(self.squares), size=size, p=self.pull.weights)
        sd = np.sqrt(self.squares[chosen] / rng.chisquare(self.freedom, size))
        phi = self.pull.points[chosen, 0]
        level = self.level + sd / np.sqrt(self.years) * rng.standard_normal(size)
        path = np.empty((size, horizon))
        value = np.full(size, self.last)
        for h in range(horizon):
            value = level + phi * (value - level) + sd * rng.standard_normal(size)
            path[:, h] = value
        # a wild draw of the spread must not ask for more seats than memory holds
        top = max(self.level, self.last) + np.log(20)
        drawn: Longs = np.maximum(np.rint(np.exp(np.minimum(path, top))), 1).astype(np.int64)
        return drawn


def volume_block(
    volume: Longs, *, burn_in: int = 1, prior_sd: float = 0.2, prior_weight: float = 3.0
) -> VolumeBlock:
    """Fit the volume model; its spread has a scaled inverse chi-squared prior.

    Parameters
    ----------
    volume : (years,) participations of each year of the record
    burn_in : first years left out, as the record may begin within one
    prior_sd, prior_weight : standard deviation of a yearly change, and in how many years it counts
    """
    kept = volume[min(burn_in, len(volume) - 1) :]
    y = np.log(np.maximum(kept, 1))
    level = float(y.mean())
    axis = np.linspace(0, 1, 21)
    before, after = y[:-1] - level, y[1:] - level
    squares = prior_weight * prior_sd**2 + np.array(
        [((after - phi * before) ** 2).sum() for phi in axis]
    )
    freedom = prior_weight + len(before)
    pull = _grid(("pull",), [axis], -0.5 * freedom * np.log(squares))
    return VolumeBlock(level, float(y[-1]), len(y), pull, squares, freedom)


@dataclass(frozen=True)
class ProjectBlock:
    """Projects of the last years, to draw size and duration from together.

    Parameters
    ----------
    sizes, durations : (p,) members, and years after the first
    years : (d + 1,) projects of donor year y are ``[years[y]:years[y + 1]]``
    """

    sizes: NDArray[np.int32]
    durations: NDArray[np.int32]
    years: Longs


def project_block(start: Start, *, recent: int = 3, burn_in: int = 1) -> ProjectBlock:
    """Sizes and durations of projects started in the last ``recent`` years after the burn-in."""
    earliest = min(max(start.origin - recent + 1, start.first + burn_in), start.origin)
    if not (start.start >= earliest).any():
        earliest = int(start.start.max())
    kept = start.start >= earliest
    begun = start.start[kept]
    years = np.searchsorted(begun, np.unique(begun))
    return ProjectBlock(
        start.sizes[kept].astype(np.int32), (start.end - start.start)[kept].astype(np.int32),
        np.append(years, len(begun)).astype(np.int64),
    )  # fmt: skip


def newcomers(start: Start) -> tuple[NDArray[np.bool_], Longs]:
    """(m,) whether a participation is the first of its organisation; (k,) newcomers by event."""
    _, place = np.unique(start.org, return_index=True)
    first = np.zeros(len(start.org), dtype=np.bool_)
    first[place] = True
    return first, np.bincount(start.event[first], minlength=len(start.start)).astype(np.int64)


def gather_block(start: Start, *, burn_in: int = 1) -> Grid:
    """Posterior of how evenly newcomers spread over projects, beta-binomial with the year's mean.

    Log precision is flat from 0.5 to 500.
    """
    _, fresh = newcomers(start)
    sizes = start.sizes
    axis = np.geomspace(0.5, 500, 60)
    log_density = np.zeros_like(axis)
    for year in range(min(start.first + burn_in, start.origin), start.origin + 1):
        on = start.start == year
        if not on.any():
            continue
        k, s = fresh[on].astype(float), sizes[on].astype(float)
        p = np.clip(k.sum() / s.sum(), 1e-3, 1 - 1e-3)
        a, b = p * axis[:, None], (1 - p) * axis[:, None]
        log_density += (betaln(k + a, s - k + b) - betaln(a, b)).sum(axis=1)
    return _grid(("gather",), [axis], log_density)


def leave_block(start: Start) -> Grid:
    """Posterior of the yearly probability that an inactive organisation never comes back.

    A spell without projects that ends after ``a`` years has likelihood
    :math:`(1-h)^a (1-r)^{a-1} r`, a spell still open the rest; leaving h and returning r are flat.
    """
    returned, open_ = _spells(start)
    h, r = np.linspace(0.01, 0.99, 50), np.linspace(0.005, 0.995, 100)
    leaves, returns = np.meshgrid(h, r, indexing="ij")
    log_density = np.zeros_like(leaves)
    gone_by = np.zeros_like(leaves)
    for years in range(1, len(returned)):
        one = (1 - leaves) ** years * (1 - returns) ** (years - 1) * returns
        gone_by += one
        log_density += returned[years] * np.log(one)
        log_density += open_[years] * np.log(np.maximum(1 - gone_by, 1e-12))
    return _grid(("leave", "return"), [h, r], log_density)


def _spells(start: Start) -> tuple[Longs, Longs]:
    """Spells without projects by length in years: ended by a return, and still open."""
    span = start.origin - start.first + 2
    order = np.lexsort((start.event, start.org))
    org = start.org[order]
    begun, ends = start.start[start.event[order]], start.end[start.event[order]].astype(np.int64)
    new = np.append(True, org[1:] != org[:-1])
    # running maximum of the ends within an organisation: shift each one above the one before
    shift = np.cumsum(new) * 100_000
    latest = np.maximum.accumulate(ends + shift) - shift
    gap = begun[1:] - latest[:-1] - 1
    gap = gap[~new[1:]]
    returned = np.bincount(gap[gap > 0], minlength=span)[:span].astype(np.int64)
    final = latest[np.append(new[1:], True)]
    # inactive from the year after the end; that year itself is no chance to return
    waited = start.origin - final - 1
    open_ = np.bincount(waited[waited > 0], minlength=span)[:span].astype(np.int64)
    return returned, open_


def newcomer_mix(start: Start, *, recent: int = 3) -> tuple[Floats, float]:
    """Cumulative type shares of newcomers of the last years, unknown first; share inside."""
    first, _ = newcomers(start)
    when = start.start[start.event]
    chosen = first & (when > start.origin - recent)
    if not chosen.any():
        chosen = first
    who = start.org[chosen]
    share = np.bincount(start.type[who] + 1, minlength=len(TYPES) + 1) / len(who)
    mix: Floats = np.cumsum(share)
    return mix / mix[-1], float(start.place[who].mean())


@dataclass(frozen=True)
class Blocks:
    """All parts with a closed likelihood, fitted on the record up to an origin."""

    entry: Grid
    volume: VolumeBlock
    projects: ProjectBlock
    gather: Grid
    leave: Grid
    type_mix: Floats
    inside: float

    def table(self) -> list[tuple[str, float, float]]:
        """(parameter, posterior mean, standard error) of each fitted part."""
        grids = (self.entry, self.gather, self.leave, self.volume.pull)
        return [(n, g.mean[n], g.error[n]) for g in grids for n in g.names]


def fit_blocks(start: Start, *, burn_in: int = 1, recent: int = 3) -> Blocks:
    """Fit every part that has a closed likelihood.

    Parameters
    ----------
    start : the observed state
    burn_in : first years of the record that set the state and are not fitted
    recent : years from which projects and types of newcomers are drawn
    """
    _, fresh = newcomers(start)
    years = np.arange(start.first, start.origin + 2)
    volume = np.diff(start.opened)
    place = np.searchsorted(start.start, years)
    entries = np.diff(np.concatenate(([0], np.cumsum(fresh)))[place])
    mix, inside = newcomer_mix(start, recent=recent)
    return Blocks(
        entry_block(entries, volume, burn_in=burn_in), volume_block(volume, burn_in=burn_in),
        project_block(start, recent=recent, burn_in=burn_in), gather_block(start, burn_in=burn_in),
        leave_block(start), mix, inside,
    )  # fmt: skip
