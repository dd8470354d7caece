"""How long organisations stay and when ties are renewed, with those whose end is not seen.

Leaving the unfinished out, or taking their last year for their end, makes everything look shorter
than it is (Kaplan & Meier 1958); here they count as long as they are seen.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from regionlift.measures.network.affiliations import TYPES, Affiliations
from regionlift.measures.network.turnover import Years, observed, presence

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_CURVE = {"time": pl.Float64, "at_risk": pl.Int64, "events": pl.Int64, "survival": pl.Float64,
          "low": pl.Float64, "high": pl.Float64}  # fmt: skip
_RATIOS = {"covariate": pl.String, "ratio": pl.Float64, "low": pl.Float64, "high": pl.Float64,
           "coefficient": pl.Float64, "error": pl.Float64}  # fmt: skip


@dataclass(frozen=True)
class Survival:
    """Share to whom the event has not yet happened, by time.

    Parameters
    ----------
    table : a row for each time at which events happen: ``time``, ``at_risk``, ``events``,
        ``survival``, ``low``, ``high`` (null where all are gone)
    spells, events : durations given, and how many of them end in the event
    follow_up : longest time anyone is seen; the curve says nothing after it
    reason : why there is no curve, else empty
    """

    table: pl.DataFrame
    spells: int
    events: int
    follow_up: float
    reason: str = ""

    def at(self, time: float) -> float | None:
        """Share without the event by a time; None where nobody is seen for so long."""
        if self.reason or time > self.follow_up:
            return None
        before = self.table.filter(pl.col("time") <= time)["survival"]
        return float(before[-1]) if len(before) else 1.0

    @property
    def median(self) -> float | None:
        """First time by which the event has happened to half; None where that is not seen."""
        reached = self.table.filter(pl.col("survival") <= 0.5)["time"]
        return float(reached[0]) if len(reached) else None


def survival(
    durations: ArrayLike,
    events: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = 0.9,
) -> Survival:
    r"""Kaplan-Meier curve with an interval that allows for clusters.

    .. math:: S(t) = \prod_{u \le t} (1 - d_u / n_u)

    The variance of :math:`\log S(t)` is the sum over clusters c of the squared influence
    :math:`\sum_{u \le t} (d_{cu} - n_{cu} d_u / n_u) / (n_u - d_u)`, which is Greenwood's where
    each duration is a cluster of its own; the interval is of :math:`\log(-\log S)`.

    Parameters
    ----------
    durations : (m,) times until the event, or until it could no longer be seen; above 0
    events : (m,) whether the event happened; False is right-censored
    clusters : (m,) numbers of groups that are not independent, such as the event a tie is born in
    level : of the interval

    Raises
    ------
    ValueError
        Lists of different length, a duration that is not above 0, a level not between 0 and 1.
    """
    time, event = np.asarray(durations, dtype=np.float64), np.asarray(events, dtype=np.bool_)
    groups = np.arange(len(time)) if clusters is None else np.asarray(clusters)
    if not time.shape == event.shape == groups.shape or time.ndim != 1:
        given = f"{time.shape}, {event.shape} and {groups.shape}"
        raise ValueError(f"durations, events and clusters are lists of one length, got {given}")
    if not (np.isfinite(time).all() and (time > 0).all()):
        raise ValueError("durations must be finite and above 0")
    _level(level)
    empty = pl.DataFrame(schema=_CURVE)
    if not len(time):
        return Survival(empty, 0, 0, 0.0, "nobody is at risk")
    if not event.any():
        return Survival(empty, len(time), 0, float(time.max()))
    from statsmodels.duration.survfunc import SurvfuncRight

    # the library's own standard error divides by zero where the curve ends at zero
    with np.errstate(divide="ignore", invalid="ignore"):
        found = SurvfuncRight(time, event.astype(np.int64))
    share, at_risk, died = found.surv_prob, found.n_risk, found.n_events
    held = share > 0
    error = _clustered(time, event, groups, found.surv_times, at_risk, died)[held]
    half = float(norm.ppf((1 + level) / 2)) * error / -np.log(share[held])
    bounds = np.zeros((2, len(share)))
    bounds[:, held] = share[held] ** np.exp([half, -half])
    low, high = ([float(x) if h else None for x, h in zip(row, held, strict=True)]
                 for row in bounds)  # fmt: skip
    table = pl.DataFrame(
        {"time": found.surv_times, "at_risk": at_risk, "events": died, "survival": share,
         "low": low, "high": high}, schema=_CURVE, strict=False,
    )  # fmt: skip
    return Survival(table, len(time), int(event.sum()), float(time.max()))


def _clustered(
    time: Floats, event: Flags, groups: NDArray[Any], times: Floats, at_risk: Floats, died: Floats
) -> Floats:
    """(times,) standard error of the log of the curve; zero in place of infinity at its end."""
    names, cluster = np.unique(groups, return_inverse=True)
    width = len(times)
    size = len(names) * width
    at = np.searchsorted(times, time)
    deaths = np.bincount((cluster * width + at)[event], minlength=size).reshape(-1, width)
    # at risk at a time: all whose duration reaches it
    last = np.searchsorted(times, time, side="right") - 1
    seen = last >= 0
    ends = np.bincount((cluster * width + last)[seen], minlength=size).reshape(-1, width)
    risk = ends[:, ::-1].cumsum(axis=1)[:, ::-1]
    left = at_risk - died
    step = np.divide(deaths - risk * (died / at_risk), left, out=np.zeros(risk.shape),
                     where=left > 0)  # fmt: skip
    error: Floats = np.sqrt((step.cumsum(axis=1) ** 2).sum(axis=0))
    return error


@dataclass(frozen=True)
class Spells:
    """First stay of each organisation whose entry is seen.

    Parameters
    ----------
    org : (m,) places of the organisations
    years : (m,) years in which the organisation was there and could be gone in the next: 3 with
        an exit is there for three years and gone in the fourth, 3 without one was seen there in
        the fourth, the last of the record
    left : (m,) whether the exit is seen
    left_censored, late : organisations left out: there in the first year of the record, for their
        entry is not seen; new in the last, for no later year is
    """

    org: Longs
    years: Longs
    left: Flags
    left_censored: int
    late: int


def spells(affiliations: Affiliations, years: Years | None = None, window: int = 1) -> Spells:
    """How long each organisation stays in the network when it first comes.

    Parameters
    ----------
    years, window : the years observed, and how long an organisation counts as there after it was
        active, see :func:`~regionlift.measures.network.turnover.presence`, also for errors
    """
    there = presence(affiliations, years, window)
    # one that comes in the last year is not seen in any year in which it could be gone
    entered = np.flatnonzero(there[:, :-1].any(axis=1) & ~there[:, 0])
    entry = there[entered].argmax(axis=1)
    gone = ~there[entered] & (np.arange(there.shape[1]) > entry[:, None])
    left = gone.any(axis=1)
    stop = np.where(left, gone.argmax(axis=1), there.shape[1] - 1)
    late = int((there[:, -1] & ~there[:, :-1].any(axis=1)).sum()) if there.shape[1] > 1 else 0
    return Spells(entered, stop - entry, left, int(there[:, 0].sum()), late)


def organisation_survival(
    affiliations: Affiliations, years: Years | None = None, window: int = 1, level: float = 0.9
) -> dict[str, Survival]:
    """Kaplan-Meier curve of the years in the network by type of organisation, and of "all".

    Organisations whose entry is not seen are left out; parameters as in :func:`spells` and
    :func:`survival`.
    """
    found = spells(affiliations, years, window)
    kinds = affiliations.type[found.org]
    curves = {"all": survival(found.years, found.left, level=level)}
    for code in np.unique(affiliations.type).tolist():
        of = kinds == code
        name = TYPES[code] if code >= 0 else "unknown"
        curves[name] = survival(found.years[of], found.left[of], level=level)
    return curves


@dataclass(frozen=True)
class TieRenewal:
    """Whether pairs meet again once the event that brought them together is over.

    ``survival`` of a curve is the share that has **not** met again, so that one minus it is the
    share of ties that outlive their event. ``public`` are ties born in an event paid for with
    public money, ``other`` the rest; ``unseen`` are ties whose event ends in the last year of the
    record or later.
    """

    public: Survival
    other: Survival
    unseen: int


def tie_renewal(
    affiliations: Affiliations, years: Years | None = None, level: float = 0.9
) -> TieRenewal:
    """Time from the end of a tie's first joint event to the next one, funded and not (item 84).

    The clock of a pair starts at the end of its first joint event: the earliest to begin, of these
    the first to end. It stops in the year in which another joint event runs that begins or goes on
    after it, at the soonest one year later. Pairs that do not meet again by the last year are
    right-censored. Pairs born in one event are one cluster.

    Parameters
    ----------
    years : years observed, by default of the first and the last start; events that begin outside
        them are left out. The first joint event may have been before them.

    Raises
    ------
    ValueError
        As :func:`~regionlift.measures.network.turnover.presence`.
    """
    low, high = observed(affiliations, years)
    events = affiliations.started(low, high)
    i, j, event = events.pairs()
    code = i.astype(np.int64) * events.organisations + j
    start, end = events.start[event].astype(np.int64), events.end[event].astype(np.int64)
    rows = np.lexsort((event, end, start, code))
    code, event, start, end = code[rows], event[rows], start[rows], end[rows]
    born = np.ones(len(code), dtype=np.bool_)
    born[1:] = code[1:] != code[:-1]
    tie = np.cumsum(born) - 1
    over, birth = end[born], event[born]
    later = ~born & (end > over[tie])
    again = np.full(len(over), np.iinfo(np.int64).max)
    np.minimum.at(again, tie[later], np.maximum(start[later] - over[tie[later]], 1))
    seen = high - over > 0
    time = np.minimum(again, high - over)[seen]
    met, paid, cluster = (again <= high - over)[seen], events.public[birth][seen], birth[seen]
    public, other = (
        survival(time[of], met[of], clusters=cluster[of], level=level) for of in (paid, ~paid)
    )
    return TieRenewal(public, other, int((~seen).sum()))


@dataclass(frozen=True)
class Hazard:
    """Hazard ratios of a discrete-time model.

    Parameters
    ----------
    table : ``covariate``, ``ratio`` with ``low`` and ``high``, ``coefficient`` (its log) and its
        clustered standard ``error``; empty where there is a reason
    rows, events, clusters : periods at risk, events among them, independent groups
    left_out : covariates that do not vary, and types held to be the reference, in words
    reason : why nothing can be told, else empty
    """

    table: pl.DataFrame
    rows: int
    events: int
    clusters: int
    left_out: tuple[str, ...] = ()
    reason: str = ""


def hazard(
    events: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    clusters: ArrayLike,
    *,
    fewest: int = 10,
    level: float = 0.9,
) -> Hazard:
    r"""Discrete-time proportional hazards (Prentice & Gloeckler 1978), errors clustered.

    .. math:: h_{it} = 1 - \exp(-\exp(\beta_0 + x_{it}^\top \beta))

    so that :math:`\exp(\beta)` is the hazard ratio of the continuous time behind the periods.

    Parameters
    ----------
    events : (m,) whether the event happens in each period at risk
    covariates : name -> (m,) values; one that does not vary is left out and named
    clusters : (m,) who the period belongs to
    fewest : events, and periods without one, there must be for each covariate
    level : of the intervals

    Returns
    -------
    With a ``reason`` in place of a table where events are too few, where covariates separate
    events from the rest (Albert & Anderson 1984: no finite estimate), where one follows from the
    others, or where the fit does not converge.

    Raises
    ------
    ValueError
        Lists of different length, values that are not finite, a level not between 0 and 1.
    """
    y, groups = np.asarray(events, dtype=np.bool_), np.asarray(clusters)
    given = {name: np.asarray(x, dtype=np.float64) for name, x in covariates.items()}
    _level(level)
    for name, x in {**given, "clusters": groups}.items():
        if x.shape != y.shape:
            raise ValueError(f"{name} has shape {x.shape}; there are {y.shape} periods")
        if name in given and not np.isfinite(x).all():
            raise ValueError(f"{name} must be finite")
    used = {name: x for name, x in given.items() if len(y) and np.ptp(x) > 0}
    fixed = tuple(f"{name} does not vary" for name in given if name not in used)
    empty = Hazard(pl.DataFrame(schema=_RATIOS), len(y), int(y.sum()), len(np.unique(groups)),
                   fixed)  # fmt: skip
    if not used:
        return replace(empty, reason="no covariate varies")
    need = fewest * len(used)
    if min(y.sum(), (~y).sum()) < need:
        told = f"{int(y.sum())} events and {int((~y).sum())} periods without one"
        return replace(empty, reason=f"too few events: {told}, {need} of each are needed")
    if empty.clusters < 2:
        return replace(empty, reason="all periods are of one cluster")
    design = np.column_stack(list(used.values()))
    centred = (design - design.mean(axis=0)) / design.std(axis=0)
    if np.linalg.matrix_rank(centred) < centred.shape[1]:
        return replace(empty, reason="a covariate follows from the others")
    if parted := _separating(y, centred, list(used)):
        return replace(empty, reason=f"events are separated by {', '.join(parted)}")
    fitted = _fitted(y, design, groups)
    if fitted is None:
        return replace(empty, reason="the fit does not converge")
    beta, error = (values[1:] for values in fitted)
    half = float(norm.ppf((1 + level) / 2)) * error
    table = pl.DataFrame(
        {"covariate": list(used), "ratio": np.exp(beta), "low": np.exp(beta - half),
         "high": np.exp(beta + half), "coefficient": beta, "error": error}, schema=_RATIOS,
    )  # fmt: skip
    return replace(empty, table=table)


def _fitted(y: Flags, design: Floats, groups: NDArray[Any]) -> tuple[Floats, Floats] | None:
    """Coefficients, the constant first, and clustered errors; None where it does not converge."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ModelWarning

    codes = np.unique(groups, return_inverse=True)[1]
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # told by the result: it has converged with finite errors or it has not
        warnings.simplefilter("ignore", ModelWarning)
        model = sm.GLM(y.astype(np.float64), sm.add_constant(design), family=family)
        try:
            fit = model.fit(cov_type="cluster", cov_kwds={"groups": codes}, maxiter=200)
        except (np.linalg.LinAlgError, ValueError):
            return None
    beta, error = np.asarray(fit.params), np.asarray(fit.bse)
    fine = fit.converged and np.isfinite(beta).all() and np.isfinite(error).all()
    return (beta, error) if fine else None


def _separating(y: Flags, design: Floats, names: Sequence[str]) -> list[str]:
    """Covariates in a plane with no event on one side and nothing but events on the other.

    A linear programme: the most that signed distances can add up to where none is negative.
    Above zero, the likelihood has no maximum (Albert & Anderson 1984).
    """
    from scipy.optimize import linprog

    signed = np.column_stack([np.ones(len(y)), design]) * np.where(y, 1.0, -1.0)[:, None]
    # rows that say the same are kept once
    signed = np.unique(np.round(signed, 9), axis=0)
    scale = signed.sum(axis=0) / len(signed)
    solved = linprog(-scale, A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    if solved.status != 0 or -solved.fun < 1e-7:
        return []
    return [name for name, b in zip(names, solved.x[1:], strict=True) if abs(b) > 1e-6]


def exit_periods(
    affiliations: Affiliations, years: Years | None = None, window: int = 1
) -> tuple[pl.DataFrame, int]:
    """Every year of every organisation that is there and could be seen to leave in the next.

    Organisations there in the first year are left out, for their age is not known; the last year
    is left out, for what comes after is not seen.

    Returns
    -------
    ``org``, ``year``; ``exit``: gone in the next year; ``type``; ``age``: years since entry;
    ``log_degree``: log of 1 + distinct partners in events active in the year; ``funded``: share
    of the events active in the year that public money paid for (of the last active year where
    the window has it there without an event). And the number of organisations left out.
    """
    low, high = observed(affiliations, years)
    there = presence(affiliations, (low, high), window)
    n, width = there.shape
    degree, funded = np.zeros((n, width)), np.zeros((n, width))
    for t in range(width):
        now = affiliations.active(low + t)
        i, j, _ = now.ties()
        degree[:, t] = np.bincount(i, minlength=n) + np.bincount(j, minlength=n)
        held = np.bincount(now.org, minlength=n)
        paid = np.bincount(now.org, weights=now.public[now.event], minlength=n)
        quiet = there[:, t] & (held == 0)
        funded[:, t] = np.divide(paid, held, out=np.zeros(n), where=held > 0)
        if t:
            funded[quiet, t] = funded[quiet, t - 1]
    who, when = np.nonzero(there[:, :-1] & ~there[:, :1])
    entry = there.argmax(axis=1)
    names = np.array([*TYPES, "unknown"])
    frame = pl.DataFrame({
        "org": who, "year": low + when, "exit": ~there[who, when + 1],
        "type": names[affiliations.type[who]], "age": when - entry[who],
        "log_degree": np.log1p(degree[who, when]), "funded": funded[who, when],
    })  # fmt: skip
    return frame, int(there[:, 0].sum())


def exit_hazard(
    affiliations: Affiliations,
    years: Years | None = None,
    window: int = 1,
    *,
    fewest: int = 10,
    level: float = 0.9,
) -> Hazard:
    """Which organisations leave the network sooner: by type, age, degree and funding (item 31).

    Covariates are those of :func:`exit_periods`; a type is compared with the most frequent one.
    A ratio above 1 means leaving sooner. It is an association: an organisation in a long project
    cannot leave while it runs.

    Parameters
    ----------
    years, window : see :func:`~regionlift.measures.network.turnover.presence`, also for errors
    fewest, level : see :func:`hazard`, which also says when there is a reason in place of a table
    """
    frame, censored = exit_periods(affiliations, years, window)
    columns: dict[str, ArrayLike] = {}
    notes: tuple[str, ...] = ()
    kinds = frame["type"].value_counts().sort("count", "type", descending=[True, False])
    if len(kinds):
        notes = (f"type: compared with {kinds['type'][0]}",)
        columns = {f"type: {k}": (frame["type"] == k).to_numpy() for k in sorted(kinds["type"][1:])}
    for name in ("age", "log_degree", "funded"):
        columns[name] = frame[name].to_numpy()
    notes += (f"{censored} organisations of the first year left out: their age is not known",)
    found = hazard(
        frame["exit"].to_numpy(), columns, frame["org"].to_numpy(), fewest=fewest, level=level
    )
    return replace(found, left_out=notes + found.left_out)


def _level(level: float) -> None:
    """Raise where a level of confidence is none."""
    if not 0 < level < 1:
        raise ValueError(f"a level is between 0 and 1; {level} was given instead")
