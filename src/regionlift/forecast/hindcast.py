"""The forecast made at past years, held to what came: protocol, scores and gates.

At each origin everything is fitted to the record up to that year, volume of projects included, and
the years after it are forecast. The simulation counts only where it beats last-year persistence;
where it does not, that is said and persistence is what should be shown (rolling-origin evaluation:
Tashman 2000, International Journal of Forecasting 16(4)).

Years ahead of one origin share its errors, so that three origins are little evidence whatever the
number of rows. Persistence is easy to beat at exits and active organisations: when a project will
end is known from its contract, which no baseline reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from regionlift.evidence.verdict import Truth
from regionlift.forecast.baselines import BASELINES, Kind, baseline
from regionlift.forecast.calibrate import calibrate
from regionlift.forecast.ensemble import Ensemble, simulate
from regionlift.forecast.links import LinkScore, evaluate_links
from regionlift.forecast.plan import Seed, child
from regionlift.forecast.scores import crps, interval
from regionlift.forecast.state import Floats, observed_counts
from regionlift.forecast.widen import Widening, held_out, widening
from regionlift.measures.network.affiliations import Affiliations

#: What is scored, see ``state.observed_counts``; the repeat share is of the ties formed in a year.
COUNTED: dict[str, Kind] = {
    "active": "stock", "entries": "flow", "exits": "flow", "ties": "stock", "new_ties": "flow",
    "repeat_share": "share",
}  # fmt: skip
SIMULATION, PERSISTENCE = "simulation", "persistence"
MODELS = (SIMULATION, *BASELINES)
NOT_BETTER = "not better than persistence"


@dataclass(frozen=True)
class Row:
    """One forecast of one count beside what came, in the unit of the count.

    Parameters
    ----------
    horizon : years ahead; 0 for all years of the forecast together, where they can be added: sums
        of flows, and the share of repeated ties among all ties formed
    covered : whether the central interval from ``low`` to ``high`` holds what came
    """

    origin: int
    horizon: int
    count: str
    model: str
    crps: float
    observed: float
    median: float
    low: float
    high: float
    covered: bool


@dataclass(frozen=True)
class Standing:
    """One model and one count against persistence.

    Parameters
    ----------
    skill : 1 - mean CRPS over that of persistence, all years ahead of all origins alike; above 0
        is better. None where persistence made no error
    better_at, origins : origins at which its mean CRPS is the smaller, of how many
    better : whether at a majority of three origins or more; None with fewer
    text : the sentence for the report
    """

    count: str
    model: str
    skill: float | None
    better_at: int
    origins: int
    better: bool | None
    text: str


@dataclass(frozen=True)
class Gate:
    """What was asked of the forecast, and what it achieved."""

    name: str
    asked: str
    achieved: str
    truth: Truth


@dataclass(frozen=True)
class Hindcast:
    """All forecasts of past years.

    Parameters
    ----------
    origins : last years seen, ascending
    horizon : years ahead, fewer where the record ends before
    level : of the intervals
    rows : one a model, count, origin and year ahead
    links : rankings of pairs at each origin; empty where they were not asked for
    """

    origins: tuple[int, ...]
    horizon: int
    level: float
    rows: tuple[Row, ...]
    links: tuple[LinkScore, ...] = ()

    def of(self, count: str, model: str = SIMULATION) -> list[Row]:
        """Rows of one count and model, totals among them."""
        return [r for r in self.rows if r.count == count and r.model == model]

    def standing(self, count: str, model: str = SIMULATION) -> Standing:
        """How a model did against persistence at one count; the totals do not enter.

        Years ahead that only one of the two has do not count.
        """
        mine = {(r.origin, r.horizon): r.crps for r in self.of(count, model) if r.horizon}
        base = {(r.origin, r.horizon): r.crps for r in self.of(count, PERSISTENCE) if r.horizon}
        both = sorted(mine.keys() & base.keys())
        origins = sorted({o for o, _ in both})
        won = sum(
            sum(mine[k] for k in both if k[0] == o) < sum(base[k] for k in both if k[0] == o)
            for o in origins
        )
        total = sum(base[k] for k in both)
        skill = 1 - sum(mine[k] for k in both) / total if total > 0 else None
        if len(origins) < 3:
            text = f"uncalibrated: {len(origins)} past origins, 3 are needed"
            return Standing(count, model, skill, won, len(origins), None, text)
        better = 2 * won > len(origins)
        text = f"better than persistence at {won} of {len(origins)} origins"
        return Standing(
            count, model, skill, won, len(origins), better,
            text if better else f"{NOT_BETTER}: {text}",
        )  # fmt: skip

    def shown(self, count: str) -> str:
        """The model to show: the simulation unless it is known not to beat persistence."""
        return PERSISTENCE if self.standing(count).better is False else SIMULATION

    def widenings(
        self, count: str, horizons: Iterable[int], model: str = SIMULATION
    ) -> dict[int, Widening]:
        """How far intervals of a forecast made today must be stretched; see ``widen``."""
        return widening(self.of(count, model), tuple(horizons), level=self.level)

    def coverage(
        self, model: str = SIMULATION, counts: Iterable[str] = tuple(COUNTED)
    ) -> tuple[float | None, float | None]:
        """Share of yearly outcomes held, by intervals as given and widened by the other origins.

        None where there is no row, or a single origin.
        """
        given: list[bool] = []
        held: list[bool] = []
        for count in counts:
            rows = [r for r in self.of(count, model) if r.horizon]
            given += [r.covered for r in rows]
            held += held_out(rows, level=self.level).values()
        return _mean(given), _mean(held)

    def gates(
        self,
        *,
        share_off: float = 0.2,
        cover: tuple[float, float] = (0.80, 0.97),
        against_degree: float = 1.2,
    ) -> tuple[Gate, ...]:
        """What a forecast must pass before it is more than a drawing.

        Parameters
        ----------
        share_off : most that the median share of repeated ties may be off, as a share, at any
            origin, all years ahead together
        cover : least and greatest coverage of intervals widened by the other origins
        against_degree : least average precision of new ties over that of the degree product, in
            the median origin; the logit, or Adamic-Adar where it was not fitted
        """
        few = len(self.origins) < 3
        stood = self.standing("entries")
        entries = Gate(
            "entries", "CRPS of entries below persistence at 2 of 3 origins",
            f"{stood.better_at} of {stood.origins} origins, skill {_told(stood.skill)}",
            _truth(few, 3 * stood.better_at >= 2 * stood.origins),
        )  # fmt: skip
        totals = [r for r in self.of("repeat_share") if r.horizon == 0]
        ratios = [r.median / r.observed for r in totals if r.observed > 0]
        share = Gate(
            "repeat ties", f"share of repeated ties within {share_off:.0%} at every origin",
            "forecast over observed " + _list(ratios),
            _truth(few or not ratios, all(abs(x - 1) <= share_off for x in ratios)),
        )  # fmt: skip
        raw, wide = self.coverage()
        coverage = Gate(
            "coverage", f"widened {self.level:.0%} intervals hold {cover[0]:.2f} to {cover[1]:.2f}",
            f"{_told(wide)} widened by the other origins, {_told(raw)} as simulated",
            _truth(few or wide is None, wide is not None and cover[0] <= wide <= cover[1]),
        )  # fmt: skip
        found = [x for o in self.origins if (x := self._against_degree(o)) is not None]
        links = Gate(
            "new ties", f"average precision at least {against_degree:g} times that of degree",
            "times degree " + _list(found),
            _truth(few or not found, bool(found) and float(np.median(found)) >= against_degree),
        )  # fmt: skip
        return entries, share, coverage, links

    def _against_degree(self, origin: int) -> float | None:
        rows = {r.score: r for r in self.links if r.origin == origin and r.kind == "new"}
        chosen = rows.get("logit") or rows.get("adamic-adar")
        return chosen.against_degree if chosen else None


def past_origins(
    affiliations: Affiliations,
    horizon: int,
    *,
    last: int | None = None,
    most: int = 3,
    fit_years: int = 2,
) -> tuple[int, ...]:
    """The latest years from which a whole horizon can be forecast and checked, ascending.

    Parameters
    ----------
    last : last complete year of the record, the last start in it where not given
    fit_years : years before an origin that the calibration needs, see ``calibrate``
    """
    first = int(affiliations.start.min())
    end = int(affiliations.start.max()) if last is None else last
    return tuple(range(max(first + fit_years, end - horizon - most + 1), end - horizon + 1))


def hindcast(
    affiliations: Affiliations,
    origins: Sequence[int],
    horizon: int = 2,
    *,
    last: int | None = None,
    simulations: int = 400,
    nearest: float = 0.06,
    replicates: int = 200,
    fit_years: int = 2,
    burn_in: int = 1,
    level: float = 0.9,
    links: bool = True,
    local: bool = False,
    near: int = 300_000,
    far: int = 100_000,
    seed: Seed = 0,
    workers: int = 1,
) -> Hindcast:
    """Forecast from past years on what was known then, and score against what came.

    Parameters
    ----------
    affiliations : the whole record
    origins : last year seen of each forecast
    horizon : years ahead; cut where the record ends
    last : last complete year of the record, the last start in it where not given
    simulations, nearest, fit_years : of the calibration at each origin, see ``calibrate``
    replicates : simulated futures, and draws of each baseline
    burn_in : first years of the record that are not fitted
    links, local, near, far : whether to rank pairs, one year ahead, and how: ``evaluate_links``
    seed : root of the seed tree; the same seed gives the same digits with any ``workers``

    Raises
    ------
    ValueError
        Where no year after an origin is in the record, an origin is given twice or the record is
        too short before it.
    """
    end = int(affiliations.start.max()) if last is None else last
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1, got {horizon}")
    if len(set(origins)) != len(origins) or not len(origins):
        raise ValueError(f"origins must be distinct years, got {list(origins)}")
    rows: list[Row] = []
    ranked: list[LinkScore] = []
    for origin in sorted(origins):
        ahead = min(horizon, end - origin)
        if ahead < 1:
            raise ValueError(f"nothing after {origin} is known: the record ends in {end}")
        known = affiliations.where(affiliations.start <= origin)
        root = child(seed, origin)
        fitted = calibrate(
            known, origin, simulations=simulations, nearest=nearest, seed=child(root, 0),
            fit_years=fit_years, workers=workers, burn_in=burn_in,
        )  # fmt: skip
        future = simulate(
            known, origin, ahead, fitted, replicates=replicates, seed=child(root, 1),
            workers=workers,
        )  # fmt: skip
        first = int(known.start.min())
        upto = affiliations.where(affiliations.start <= origin + ahead)
        counts = {
            n: v.astype(float)
            for n, v in observed_counts(upto, range(first, origin + ahead + 1)).items()
        }
        counts["repeat_share"] = counts["repeat_ties"] / np.maximum(counts["formed_ties"], 1)
        seen = origin - first + 1
        for place, (count, kind) in enumerate(COUNTED.items()):
            truth = _with_total(counts[count][None, seen:], kind)[0]
            if kind == "share":
                formed = max(counts["formed_ties"][seen:].sum(), 1.0)
                truth[0] = counts["repeat_ties"][seen:].sum() / formed
            for m, model in enumerate(MODELS):
                draws = _simulated(future, count, kind) if model == SIMULATION else _base(
                    model, counts[count][:seen], ahead, kind, burn_in, replicates,
                    child(root, 2, place, m),
                )  # fmt: skip
                if draws is not None:
                    rows += _rows(draws, truth, kind, origin, count, model, level)
        if links:
            ranked += evaluate_links(
                upto, origin, 1, local=local, near=near, far=far, seed=child(root, 3)
            )
    return Hindcast(tuple(sorted(origins)), horizon, level, tuple(rows), tuple(ranked))


def _simulated(future: Ensemble, count: str, kind: Kind) -> Floats:
    draws = _with_total(future.draws(count), kind)
    if kind == "share":
        formed = np.maximum(future.counts["formed_ties"].sum(axis=1), 1)
        draws[:, 0] = future.counts["repeat_ties"].sum(axis=1) / formed
    return draws


def _base(
    model: str, past: Floats, ahead: int, kind: Kind, burn_in: int, replicates: int, seed: Seed
) -> Floats | None:
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    draws = baseline(
        model, past, ahead, replicates=replicates, seed=root, burn_in=burn_in, kind=kind
    )
    return None if draws is None else _with_total(draws, kind)


def _with_total(draws: Floats, kind: Kind) -> Floats:
    """(R, 1 + h): the sum of all years first; for shares their mean, which stands in for it."""
    total = draws.mean(axis=1) if kind == "share" else draws.sum(axis=1)
    done: Floats = np.column_stack([total, draws])
    return done


def _rows(
    draws: Floats, truth: Floats, kind: Kind, origin: int, count: str, model: str, level: float
) -> list[Row]:
    score, middle = crps(draws, truth), np.median(draws, axis=0)
    low, high = interval(draws, level)
    return [
        Row(origin, h, count, model, float(score[h]), float(truth[h]), float(middle[h]),
            float(low[h]), float(high[h]), bool(low[h] <= truth[h] <= high[h]))
        for h in range(int(kind == "stock"), len(truth))
    ]  # fmt: skip


def _mean(flags: list[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _truth(unknown: bool, met: bool) -> Truth:
    if unknown:
        return Truth.CANNOT_TELL
    return Truth.MET if met else Truth.NOT_MET


def _told(value: float | None) -> str:
    return "not known" if value is None else f"{value:.2f}"


def _list(values: Sequence[float]) -> str:
    return ", ".join(f"{v:.2f}" for v in values) or "not known"
