"""Chances of pairs to meet, from the pairs that met the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from warnings import catch_warnings, simplefilter

import numpy as np

from regionlift.forecast.dyads import Dyads, Flags, Pairs, dyads, known_pairs, listed, strangers
from regionlift.forecast.plan import Seed, child
from regionlift.forecast.state import Floats, Longs
from regionlift.measures.network.affiliations import Affiliations

#: Pairs that never met before the origin, and pairs that did.
TieKind = Literal["new", "repeated"]
KINDS: tuple[TieKind, ...] = ("new", "repeated")


@dataclass(frozen=True)
class Logit:
    """Fitted chances of pairs.

    Parameters
    ----------
    kind : of the ties it is of
    names, coefficients, errors : of each term, the intercept first; errors take pairs as
        independent, which members of one event are not: they are too small
    types : unordered pairs of types that have a term of their own
    ties : cases it was fitted to
    """

    kind: TieKind
    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    types: tuple[tuple[int, int], ...]
    ties: int

    def odds(self, state: Dyads, pairs: Pairs) -> Floats:
        """Log odds of each pair to meet within a year."""
        columns, names = terms(state, pairs, self.kind, self.types)
        place = {name: c for c, name in enumerate(names)}
        used = [place[n] for n in self.names[1:]]
        found: Floats = self.coefficients[0] + columns[:, used] @ self.coefficients[1:]
        return found


def terms(
    state: Dyads, pairs: Pairs, kind: TieKind, types: Sequence[tuple[int, int]] = ()
) -> tuple[Floats, tuple[str, ...]]:
    """Terms of the logit, (pairs, terms), and their names."""
    i, j = pairs.i, pairs.j
    idle = np.sort(np.stack([state.origin - state.last[i], state.origin - state.last[j]]), axis=0)
    made = {
        "log partners": np.log1p(state.degree[i]) + np.log1p(state.degree[j]),
        "log events": np.log1p(state.starts[i]) + np.log1p(state.starts[j]),
        "years idle, the less": idle[0].astype(float),
        "years idle, the more": idle[1].astype(float),
        "shares a partner": (pairs.shared > 0).astype(float),
        "log shared partners": np.log1p(pairs.shared),
        "log adamic-adar": np.log1p(pairs.rarity),
        "both inside": (state.inside[i] & state.inside[j]).astype(float),
        "both outside": (~state.inside[i] & ~state.inside[j]).astype(float),
        "one type": ((state.type[i] == state.type[j]) & (state.type[i] >= 0)).astype(float),
    }
    if (at_home := state.country) is not None:
        made["one country"] = ((at_home[i] == at_home[j]) & (at_home[i] >= 0)).astype(float)
    if kind == "repeated":
        _, at = state.place(i, j)
        made |= {
            "log joint events": np.log(state.times[at]),
            "log repetition": np.log(state.repetition[at]),
            "years since the last": (state.origin - state.latest[at]).astype(float),
            "still together": state.together[at].astype(float),
        }
    low, high = np.sort(np.stack([state.type[i], state.type[j]]), axis=0)
    for a, b in types:
        made[f"types {a} and {b}"] = ((low == a) & (high == b)).astype(float)
    return np.stack(list(made.values()), axis=1), tuple(made)


def fit_logit(
    affiliations: Affiliations,
    origin: int,
    kind: TieKind,
    *,
    window: int = 5,
    half_life: float = 2.0,
    local: bool = False,
    least: int = 50,
    near: int = 100_000,
    far: int = 50_000,
    seed: Seed = 0,
) -> Logit | None:
    """Weighted logistic regression on the ties of the origin year, seen from the year before.

    Ties are all taken, other pairs sampled and weighted to all (case-control sampling: King &
    Zeng 2001, Political Analysis 9(2), section 4.2, weighting).

    Parameters
    ----------
    least : ties a fit needs, and ties and other pairs a pair of types needs for a term of its own

    Returns
    -------
    Logit, or None where the ties are fewer than ``least``, the record has no year before, or there
    is no finite estimate
    """
    import statsmodels.api as sm

    if not (affiliations.start < origin).any():
        return None
    state = dyads(affiliations, origin - 1, window=window, half_life=half_life)
    rng = np.random.default_rng(child(seed))
    pairs, truth = cases(affiliations, state, 1, kind, rng, local=local, near=near, far=far)
    if truth.sum() < least or not pairs.weight[~truth].sum() > least:
        return None
    low, high = np.sort(np.stack([state.type[pairs.i], state.type[pairs.j]]), axis=0)
    types = [
        (int(a), int(b))
        for a, b in np.unique(np.stack([low, high], axis=1)[truth], axis=0)
        if a != b and min((here := (low == a) & (high == b))[truth].sum(), here.sum()) >= least
    ]
    columns, names = terms(state, pairs, kind, types)
    varies = [c for c in range(len(names)) if np.ptp(columns[truth, c]) * np.ptp(columns[:, c]) > 0]
    # terms that say the same: the first is kept
    x = columns[:, varies]
    _, upper = np.linalg.qr((x - x.mean(axis=0)) / x.std(axis=0))
    varies = [c for c, d in zip(varies, np.abs(np.diag(upper)), strict=True)
              if d > 1e-6 * np.sqrt(len(x))]  # fmt: skip
    design = sm.add_constant(columns[:, varies], has_constant="add")
    model = sm.GLM(
        truth.astype(float), design, family=sm.families.Binomial(), freq_weights=pairs.weight
    )
    with catch_warnings():
        simplefilter("error")
        try:
            fit = model.fit()
        except (Warning, np.linalg.LinAlgError):
            # ties and other pairs are told apart without fail: there is no finite estimate
            return None
    return Logit(
        kind, ("(intercept)", *(names[c] for c in varies)), np.asarray(fit.params),
        np.asarray(fit.bse), tuple(types), int(truth.sum()),
    )  # fmt: skip


def formed(affiliations: Affiliations, state: Dyads, horizon: int) -> tuple[Longs, Longs]:
    """Pairs (i < j) of candidates that meet in an event started in the years after the origin."""
    later = affiliations.started(state.origin + 1, state.origin + horizon)
    i, j, _ = later.ties()
    kept = state.active[i] & state.active[j]
    return i[kept].astype(np.int64), j[kept].astype(np.int64)


def cases(
    affiliations: Affiliations,
    state: Dyads,
    horizon: int,
    kind: TieKind,
    rng: np.random.Generator,
    *,
    local: bool,
    near: int,
    far: int,
) -> tuple[Pairs, Flags]:
    """Candidate pairs of a kind with their weights, and which of them met in the years after."""
    i, j = formed(affiliations, state, horizon)
    kept = state.chosen(i, j, local)
    i, j = i[kept], j[kept]
    was = state.place(i, j)[0]
    if kind == "repeated":
        pairs = known_pairs(state, local)
        n = state.organisations
        return pairs, np.isin(pairs.i * n + pairs.j, i[was] * n + j[was])
    hits = listed(state, i[~was], j[~was])
    codes = np.sort(hits.i * state.organisations + hits.j)
    others = strangers(state, rng, local=local, near=near, far=far, without=codes)
    truth = np.append(np.ones(len(hits.i), bool), np.zeros(len(others.i), bool))
    return hits.plus(others), truth


def chances(odds: Floats, weight: Floats, total: float | None, horizon: int) -> Floats:
    """Chance to meet within the years ahead, levelled so that a year brings ``total`` ties.

    The level of one year is no guide to that of the next, when there are more pairs; the number
    of ties is. All log odds are shifted alike until the weighted chances add up.
    """
    from scipy.special import expit

    shift = 0.0
    if total is not None and 0 < total < weight.sum():
        low, high = -60.0, 60.0
        for _ in range(80):
            shift = (low + high) / 2
            above = float(weight @ expit(odds + shift)) > total
            low, high = (low, shift) if above else (shift, high)
    found: Floats = 1 - (1 - expit(odds + shift)) ** horizon
    return np.clip(found, 1e-12, 1 - 1e-12)
