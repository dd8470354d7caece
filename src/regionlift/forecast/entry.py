r"""Which activities come to a region: definitions of entry side by side, predictors out of time.

===============  ==============================================================================
crossing         location quotient from below 1 to at least 1
strengthening    the same from 0.5 or more: half there already
new              the same from below 0.5
===============  ==============================================================================

Cells near the line cross it by chance, so that the present level predicts a crossing well and says
little of what is new (Tacchella, Zaccaria, Miccheli & Pietronero 2023). Which predictor is better
depends on the definition: all are scored, on years that no fit has seen.

===============  ==============================================================================
level            location quotient at the origin (autocorrelation)
density          relatedness density around the activity, its own presence not counted
ubiquity         share of the regions that have the activity
diversity        share of the activities the region has
persistence      location quotient one step before the origin
fit              logistic regression on level, ubiquity and diversity, fitted to earlier steps
fit and density  the same with density
===============  ==============================================================================

Source of the entry model: Boschma, Balland & Kogler 2015, Industrial and Corporate Change 24.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from regionlift.forecast.scores import auc, average_precision
from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.known import densities, present, quotients
from regionlift.measures.relatedness.specialisation import divided

Flags = NDArray[np.bool_]

#: Definition -> quotients from and below which a cell counts as an option.
DEFINITIONS = {"crossing": (0.0, 1.0), "strengthening": (0.5, 1.0), "new": (0.0, 0.5)}
#: Predictors that need no fit.
PLAIN = ("level", "density", "ubiquity", "diversity", "persistence")
#: Those that can order the options of one region.
ORDERING = ("level", "density", "ubiquity", "persistence")
#: Those a logistic regression takes.
FITTED = {"fit": ("level", "ubiquity", "diversity"),
          "fit and density": ("level", "ubiquity", "diversity", "density")}  # fmt: skip
#: Options a list holds that anyone reads.
TOP = 10


@dataclass(frozen=True)
class EntryScore:
    """How well one predictor told the entries; each measure with the ends of its interval.

    ``precision`` is the share of entries among the ten highest options of a region, averaged over
    regions with at least ten.
    """

    predictor: str
    average_precision: tuple[float, float, float]
    precision: tuple[float, float, float]
    auc: tuple[float, float, float]


@dataclass(frozen=True)
class EntryTest:
    """One definition on one step of time.

    ``entrants`` and ``others`` are mean relatedness densities, ``apart`` their difference with
    its interval. ``best`` and ``second`` have the highest average precisions of what can order a
    region's options; ``lead`` is how far the first is ahead; ``winner`` is it where the interval
    of the lead does not include 0, else empty. ``reason`` says why nothing is told.
    """

    definition: str
    origin: str
    later: str
    regions: int
    options: int
    entries: int
    entrants: float
    others: float
    apart: tuple[float, float, float]
    scores: tuple[EntryScore, ...]
    best: str
    second: str
    lead: tuple[float, float, float]
    winner: str
    reason: str = ""


@dataclass(frozen=True)
class _Step:
    """Options of all definitions between two tables: the later table says what came."""

    region: NDArray[np.int64]
    came: Flags
    values: dict[str, Floats]


def predictors(before: Floats | None, now: Floats) -> dict[str, Floats]:
    """Each of ``PLAIN``, (regions, activities).

    Persistence is not a number without ``before``, nor where a cell was not known then.
    """
    known, quotient, held = np.isfinite(now), quotients(now), present(now)
    size = (now.shape[0], now.shape[1])
    earlier = np.full(size, np.nan) if before is None else quotients(before)
    share = divided(held.sum(axis=0).astype(float), known.sum(axis=0).astype(float))
    width = divided(held.sum(axis=1).astype(float), known.sum(axis=1).astype(float))
    return {
        "level": quotient, "density": densities(held, known),
        "ubiquity": np.broadcast_to(share, size),
        "diversity": np.broadcast_to(width[:, None], size), "persistence": earlier,
    }  # fmt: skip


def _step(before: Floats | None, now: Floats, later: Floats) -> _Step:
    tables = predictors(before, now)
    both = np.isfinite(now) & np.isfinite(later) & ~present(now)
    both &= np.isfinite(tables["density"]) & np.isfinite(tables["level"])
    if before is not None:
        # All predictors are held to the same cells: one not known before is none to compare on.
        both &= np.isfinite(tables["persistence"])
    rows, _ = np.nonzero(both)
    return _Step(rows.astype(np.int64), present(later)[both],
                 {name: np.asarray(v[both]) for name, v in tables.items()})  # fmt: skip


def entry_test(
    tables: Sequence[Floats], years: Sequence[str], definition: str, least: int,
    rng: np.random.Generator, resamples: int = 300, confidence: float = 0.9,
) -> EntryTest:  # fmt: skip
    """Score every predictor of one kind of entry on the last step, fits on the steps before it.

    Parameters
    ----------
    tables : (regions, activities) each, equal steps apart, the earliest first; at least two
        Counts of patents or persons; not a number where a cell is not known.
    definition : one of ``DEFINITIONS``
    least : entries under which nothing is told

    Intervals come from drawing regions again, all options of a region together.

    Raises
    ------
    ValueError
        Fewer than two tables, tables of different shapes, or no such definition.
    """
    if len(tables) < 2 or len({np.shape(t) for t in tables}) > 1 or len(years) != len(tables):
        raise ValueError("at least two tables of the same regions and activities are needed, "
                         "each with its year")  # fmt: skip
    if definition not in DEFINITIONS:
        raise ValueError(f"no definition {definition!r}: {', '.join(DEFINITIONS)}")
    steps = [
        _of(_step(tables[n - 1] if n else None, tables[n], tables[n + 1]), definition)
        for n in range(len(tables) - 1)
    ]
    test = steps[-1]
    came, region = test.came, test.region
    entries, nan = int(came.sum()), (float("nan"),) * 3
    place = definition, years[-2], years[-1], len(np.unique(region)), len(came), entries
    close = test.values["density"]
    means = _mean(close[came]), _mean(close[~came])
    if entries < least or entries == len(came):
        why = f"fewer than {least}" if entries < least else "every option came"
        return EntryTest(*place, *means, nan, (), "", "", nan, "",
                         f"{entries} entries: {why}")  # fmt: skip
    scores = {n: test.values[n] for n in PLAIN if np.isfinite(test.values[n]).all()}
    scores |= _fits(steps)
    top = {name: _top(region, came, s) for name, s in scores.items()}
    drawn = _draws(region, rng, resamples)
    made: dict[str, list[tuple[float, float]]] = {name: [] for name in scores}
    gaps = []
    for weight in drawn:
        use = weight > 0
        if not came[use].any() or came[use].all():
            continue
        w, y = weight[use], came[use]
        gaps.append(np.average(close[use][y], weights=w[y])
                    - np.average(close[use][~y], weights=w[~y]))  # fmt: skip
        for name, s in scores.items():
            made[name].append((average_precision(y, s[use], w), auc(y, s[use], w)))
    of_region = _draws(np.arange(int(region.max()) + 1), rng, resamples)
    found = []
    for name, s in scores.items():
        both = np.array(made[name])
        found.append(EntryScore(
            name, (average_precision(came, s), *_ends(both[:, 0], confidence)),
            _precision(top[name], of_region, confidence),
            (auc(came, s), *_ends(both[:, 1], confidence)),
        ))  # fmt: skip
    ranked = sorted((s for s in found if s.predictor in ORDERING),
                    key=lambda s: -s.average_precision[0])  # fmt: skip
    best, second = ranked[0], ranked[1]
    ahead = np.array(made[best.predictor])[:, 0] - np.array(made[second.predictor])[:, 0]
    low, high = _ends(ahead, confidence)
    lead = (best.average_precision[0] - second.average_precision[0], low, high)
    winner = best.predictor if low > 0 else ""
    apart = (means[0] - means[1], *_ends(np.array(gaps), confidence))
    return EntryTest(*place, *means, apart, tuple(found), best.predictor, second.predictor, lead,
                     winner)  # fmt: skip


def _of(step: _Step, definition: str) -> _Step:
    low, high = DEFINITIONS[definition]
    level = step.values["level"]
    keep = (level >= low) & (level < high)
    return _Step(step.region[keep], step.came[keep], {n: v[keep] for n, v in step.values.items()})


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _ends(values: Floats, confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _draws(region: NDArray[np.int64], rng: np.random.Generator, resamples: int) -> Floats:
    """How often the region of each case is drawn, (resamples, cases)."""
    names, place = np.unique(region, return_inverse=True)
    picked = rng.integers(0, len(names), (resamples, len(names)))
    times = np.array([np.bincount(row, minlength=len(names)) for row in picked])
    return np.asarray(times[:, place], dtype=np.float64)


def _top(region: NDArray[np.int64], came: Flags, score: Floats) -> Floats:
    """Share of entries among the ten highest of each region; not a number with fewer options.

    Of equal scores around the tenth place the expected part counts.
    """
    found = np.full(int(region.max()) + 1, np.nan)
    for r in np.unique(region):
        at = np.flatnonzero(region == r)
        if len(at) < TOP:
            continue
        s, y = score[at], came[at]
        line = np.sort(s)[-TOP]
        above, level = s > line, s == line
        left = TOP - above.sum()
        found[r] = (y[above].sum() + left * y[level].mean()) / TOP
    return found


def _precision(top: Floats, times: Floats, confidence: float) -> tuple[float, float, float]:
    told = np.isfinite(top)
    if not told.any():
        return (float("nan"),) * 3
    weight = times[:, told]
    weight = weight[weight.sum(axis=1) > 0]
    means = weight @ top[told] / weight.sum(axis=1)
    return float(top[told].mean()), *_ends(means, confidence)


def _fits(steps: Sequence[_Step]) -> dict[str, Floats]:
    """Logistic regressions on all steps but the last, applied to the last; none with one step."""
    if len(steps) < 2:
        return {}
    found = {}
    came = np.concatenate([s.came for s in steps[:-1]])
    if not came.any() or came.all():
        return {}
    for name, columns in FITTED.items():
        x = np.column_stack([np.concatenate([s.values[c] for s in steps[:-1]]) for c in columns])
        centre, spread = x.mean(axis=0), x.std(axis=0)
        spread[spread == 0] = 1
        slope = _logit((x - centre) / spread, came)
        last = np.column_stack([steps[-1].values[c] for c in columns])
        found[name] = ((last - centre) / spread) @ slope[1:] + slope[0]
    return found


def _logit(x: Floats, came: Flags) -> Floats:
    """Coefficients, the constant first; a ridge of one event keeps separated data finite."""
    full = np.column_stack([np.ones(len(x)), x])
    y = came.astype(np.float64)

    def loss(b: Floats) -> tuple[float, Floats]:
        z = full @ b
        slope = full.T @ (1 / (1 + np.exp(-z)) - y)
        slope[1:] += b[1:]
        return float(np.logaddexp(0, z).sum() - y @ z + b[1:] @ b[1:] / 2), slope

    best = minimize(loss, np.zeros(full.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(best.x)
