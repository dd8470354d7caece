"""The paths' conditions held against what became of all regions of the panel.

A case is a region in a year; a condition is a fuzzy set of what was known by then, calibrated with
the anchors of the path file; the outcome is how far the region rose in the years after, among all
regions of the same years. Clauses whose measure is known for one region alone cannot be tested, and
are left out by name. Nothing here is tuned: anchors and expected directions stand in the path file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import statsmodels.api as sm
from numpy.typing import NDArray

from regionlift.evidence.measure import registry
from regionlift.evidence.settings import Settings
from regionlift.measures.configuration.calibration import direct
from regionlift.measures.configuration.ceilings import ceiling
from regionlift.measures.configuration.enhanced import untenable
from regionlift.measures.configuration.fit import (
    Necessity,
    Sufficiency,
    consistency,
    necessity,
    sufficiency,
)
from regionlift.measures.configuration.minimise import Analysis, Expectations, Limits, analyse
from regionlift.measures.configuration.panel import PanelFit, panel_fit
from regionlift.measures.configuration.robustness import FitIntervals, fit_intervals
from regionlift.measures.configuration.sets import RefusedError, membership, union
from regionlift.measures.configuration.theory import Evaluation, evaluate
from regionlift.measures.configuration.truth_table import Cuts, TruthTable, truth_table
from regionlift.measures.cube import Floats
from regionlift.measures.stage import LEADS
from regionlift.paths.model import Clause, Path
from regionlift.paths.rules import Node, fold, parse

Whole = NDArray[np.int64]

Frames = Mapping[str, pl.DataFrame]

#: Regions and cases below which nothing is tested.
LEAST_REGIONS, LEAST_CASES = 15, 60
#: Cut-offs of the truth table: consistency, PRI, cases of a row. Usual values (Schneider & Wagemann
#: 2012; PRI: Greckhamer et al. 2018).
CUTS = Cuts(0.8, pri=0.5, cases=2)
#: Percentiles of later change that are out of, between and in the set of regions that rose.
ROSE = (20.0, 50.0, 80.0)
#: Conditions in one truth table: 2 to the power of it rows.
MOST = 6
#: Models listed before a list is cut short, and says so.
LIMITS = Limits(models=20)
#: Draws behind intervals and chance, and the share of shuffles up to which it is none.
DRAWS, CHANCE = 300, 0.05


@dataclass(frozen=True)
class Fits:
    """One set against the outcome and against its absence, and against what came before.

    ``above`` and ``below`` are the shares of shuffles with a consistency at least, and at most, as
    large; ``effect`` is the size of the empty corner (NCA), ``chance`` the share of shuffles with
    as large a one. Shuffles give whole regions another region's outcomes, years kept together.
    """

    name: str
    what: str
    cases: int
    necessary: Necessity
    necessary_absent: Necessity
    sufficient: Sufficiency
    sufficient_absent: Sufficiency
    placebo: Sufficiency | None
    above: float
    below: float
    effect: float
    chance: float


@dataclass(frozen=True)
class Regression:
    """Later change on membership, start level and years; errors by region."""

    slope: float
    low: float
    high: float
    start: float
    n: int


@dataclass(frozen=True)
class Solved:
    """Truth table and solutions for one outcome, or why there are none.

    ``enhanced`` is the analysis without assumptions that would count for the outcome and for its
    absence at once; None where there are none, and then ``analysis`` stands as it is.
    """

    table: TruthTable | None
    analysis: Analysis | None
    evaluation: Evaluation | None
    reason: str
    enhanced: Analysis | None = None
    untenable: int = 0
    expected: Expectations | None = None


@dataclass(frozen=True)
class PathTest:
    """A path's conditions against one outcome.

    ``left_out`` are clauses that cannot be tested, ``parts`` of the conditions are then tested
    without them; ``theory`` is the fit of the first reading over what is left.
    """

    path: str
    outcome: str
    horizon: int
    regions: int
    cases: int
    years: tuple[int, int]
    tested: tuple[str, ...]
    left_out: tuple[str, ...]
    rule: str
    sets: tuple[Fits, ...]
    theory: Fits | None
    interval: FitIntervals | None
    panel: PanelFit | None
    solved: Solved
    solved_absent: Solved
    regression: Regression | None
    reason: str

    @property
    def verdict(self) -> str:
        """What the test says of the first reading, in one sentence, good or bad."""
        if self.reason or self.theory is None or self.interval is None:
            return f"cannot tell: {self.reason}"
        s, (low, high) = self.theory.sufficient, self.interval.incl_s
        said = "tells nothing of later rise"
        if self.theory.above <= CHANCE:
            said = "goes with later rise more often than chance"
        elif self.theory.below <= CHANCE:
            said = "goes with later rise less often than chance"
        return (f"{said}: consistency {s.incl_s:.2f} ({low:.2f} to {high:.2f}), prevalence "
                f"{s.prevalence:.2f}, PRI {s.pri:.2f}; as much or more in {self.theory.above:.0%} "
                "of shuffles")  # fmt: skip


@dataclass(frozen=True)
class Tested:
    """Every path against every outcome; without a panel, ``reason`` says why there is none."""

    tests: tuple[PathTest, ...]
    outcomes: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class _Grid:
    """Values (regions, years) of one measure, not a number where unknown."""

    regions: tuple[str, ...]
    years: tuple[int, ...]
    values: Floats


def conditions_tested(
    frames: Frames, regions: Sequence[str], paths: Sequence[Path], settings: Settings
) -> Tested:
    """Test the conditions of every path on all regions of the panel."""
    horizon = settings.whole("horizon")
    grids = _grids(frames, regions)
    outcomes = _outcomes(grids, horizon)
    if not outcomes:
        return Tested((), (), f"no marker of a stage is known in {LEAST_REGIONS} regions "
                      f"{horizon} years apart")  # fmt: skip
    rng = np.random.default_rng(settings.whole("seed"))
    tests = tuple(
        _path_test(path, outcome, grids, horizon, settings, rng)
        for path in paths for outcome in outcomes
    )  # fmt: skip
    return Tested(tests, outcomes)


def _grids(frames: Frames, regions: Sequence[str]) -> dict[str, _Grid]:
    """Measures of regions by year, where they are given for years."""
    found = {}
    place = {r: n for n, r in enumerate(regions)}
    for measure, frame in frames.items():
        rows = frame.filter(
            pl.col("value").is_not_null(), pl.col("subject").is_in(list(regions)),
            pl.col("period").str.contains(r"^\d{4}$"), pl.col("provenance") != "derived",
        )  # fmt: skip
        if rows.is_empty():
            continue
        years = sorted({int(p) for p in rows["period"].to_list()})
        at = {y: n for n, y in enumerate(years)}
        values = np.full((len(regions), len(years)), np.nan)
        for subject, period, value in rows.select("subject", "period", "value").iter_rows():
            values[place[subject], at[int(period)]] = value
        found[measure] = _Grid(tuple(regions), tuple(years), values)
    return found


def _outcomes(grids: Mapping[str, _Grid], horizon: int) -> tuple[str, ...]:
    """For each stage gauge the first marker with enough regions, two looks a horizon apart."""
    found = []
    for markers in LEADS.values():
        for marker in markers:
            grid = grids.get(marker)
            if grid is not None and np.isfinite(_change(grid, horizon)).sum() >= LEAST_CASES and (
                    np.isfinite(grid.values).any(axis=1).sum() >= LEAST_REGIONS):  # fmt: skip
                found.append(marker)
                break
    return tuple(found)


def _at(grid: _Grid, year: int) -> Floats:
    if year not in grid.years:
        return np.full(len(grid.regions), np.nan)
    return np.asarray(grid.values[:, grid.years.index(year)])


def _change(grid: _Grid, ahead: int) -> Floats:
    """Change from each year to ``ahead`` years later; in logs where all values are positive."""
    values = grid.values
    known = values[np.isfinite(values)]
    relative = len(known) > 0 and bool((known > 0).all()) and float(known.max()) > 1
    with np.errstate(invalid="ignore", divide="ignore"):
        used = np.log(values) if relative else values
    later = np.full(values.shape, np.nan)
    for n, year in enumerate(grid.years):
        if year + ahead in grid.years:
            later[:, n] = used[:, grid.years.index(year + ahead)] - used[:, n]
    return later


def _ranks(column: Floats) -> Floats:
    """Percentile of each known value among the known ones, ties in the middle."""
    known = np.isfinite(column)
    found = np.full(column.shape, np.nan)
    values = column[known]
    if len(values) > 1:
        below = (values[:, None] > values[None, :]).sum(axis=1)
        equal = (values[:, None] == values[None, :]).sum(axis=1) - 1
        found[known] = 100 * (below + equal / 2) / (len(values) - 1)
    return found


def _slopes(grid: _Grid, year: int, window: int) -> Floats:
    """Slope of the log (or of the value, in hundredths) over the years up to one, % a year."""
    years = [y for y in range(year - window, year + 1) if y in grid.years]
    if len(years) < 4:
        return np.full(len(grid.regions), np.nan)
    rows = np.stack([_at(grid, y) for y in years], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        used = np.log(rows) if np.nanmin(rows, initial=1.0) > 0 else rows
    x = np.array(years, dtype=np.float64) - np.mean(years)
    return np.asarray(100 * (used @ x) / (x @ x))


def _membership(clause: Clause, grids: Mapping[str, _Grid], year: int, window: int) -> Floats:
    """Membership of every region in a clause, from what was known by that year."""
    grid = next((grids[m] for m in (clause.measure, *clause.instead) if m in grids), None)
    assert grid is not None
    raw = {"value": lambda: _at(grid, year), "peers": lambda: _ranks(_at(grid, year)),
           "trend": lambda: _slopes(grid, year, window)}[clause.against]()  # fmt: skip
    known = np.isfinite(raw)
    found = np.full(raw.shape, np.nan)
    if known.any():
        found[known] = direct(raw[known], *clause.anchors).membership
    return found


def reduced(node: Node, known: frozenset[str]) -> Node | None:
    """An expression without the names that cannot be tested; None where nothing is left.

    Examples
    --------
    >>> reduced(parse("a and (b or c)", "abc"), frozenset("ac"))
    Node(kind='and', name='', parts=(Node(kind='name', name='a', parts=()), \
Node(kind='name', name='c', parts=())))
    """
    if node.kind == "name":
        return node if node.name in known else None
    parts = tuple(p for p in (reduced(p, known) for p in node.parts) if p is not None)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and node.kind != "not" else replace(node, parts=parts)


def _theory(path: Path, known: frozenset[str]) -> tuple[Node | None, dict[str, Node]]:
    """The first reading and the conditions over testable clauses."""
    conditions = {}
    for c in path.conditions:
        node = reduced(parse(c.rule, {k.id for k in path.clauses}), known)
        if node is not None:
            conditions[c.id] = node
    whole = reduced(parse(path.readings[0].rule, {c.id for c in path.conditions}),
                    frozenset(conditions))  # fmt: skip
    return whole, conditions


def _fold(node: Node, values: Mapping[str, Floats]) -> Floats:
    return fold(node, values, lambda p: np.minimum.reduce(p), lambda p: np.maximum.reduce(p),
                lambda p: 1 - p)  # fmt: skip


def _path_test(
    path: Path, outcome: str, grids: Mapping[str, _Grid], horizon: int, settings: Settings,
    rng: np.random.Generator,
) -> PathTest:  # fmt: skip
    clauses = {c.id: c for c in path.clauses
               if any(m in grids for m in (c.measure, *c.instead))}  # fmt: skip
    out = grids[outcome]
    window = settings.whole("window")
    change, before = _change(out, horizon), _change(out, horizon)
    rows: list[tuple[int, str, int]] = []
    columns: dict[str, list[Floats]] = {id: [] for id in clauses}
    later, placebo, start = [], [], []
    for n, year in enumerate(out.years):
        if not np.isfinite(change[:, n]).any():
            continue
        each = {id: _membership(c, grids, year, window) for id, c in clauses.items()}
        rows += [(k, r, year) for k, r in enumerate(out.regions)]
        for id, values in each.items():
            columns[id].append(values)
        later.append(_ranks(change[:, n]))
        past = out.years.index(year - horizon) if year - horizon in out.years else None
        placebo.append(np.full(len(out.regions), np.nan) if past is None
                       else _ranks(before[:, past]))  # fmt: skip
        start.append(out.values[:, n])
    return _judged(path, outcome, horizon, rows, columns, clauses, later, placebo, start, settings,
                   rng)  # fmt: skip


def _judged(
    path: Path, outcome: str, horizon: int, rows: list[tuple[int, str, int]],
    columns: Mapping[str, list[Floats]], clauses: Mapping[str, Clause], later: list[Floats],
    placebo: list[Floats], start: list[Floats], settings: Settings, rng: np.random.Generator,
) -> PathTest:  # fmt: skip
    y = np.concatenate(later) if later else np.empty(0)
    x = {id: np.concatenate(c) for id, c in columns.items() if c}
    # a clause unknown nearly everywhere would leave no case: it is left out by name
    told = {id: v for id, v in x.items()
            if (np.isfinite(v) & np.isfinite(y)).sum() >= LEAST_CASES}  # fmt: skip
    good = np.isfinite(y) & np.all([np.isfinite(v) for v in told.values()] or [y == y], axis=0)
    # where clauses are known of different regions, those that leave too few cases go, rarest first
    while told and good.sum() < LEAST_CASES:
        rarest = min(told, key=lambda id: int(np.isfinite(told[id]).sum()))
        told = {id: v for id, v in told.items() if id != rarest}
        good = np.isfinite(y) & np.all([np.isfinite(v) for v in told.values()] or [y == y], axis=0)
    whole, conditions = _theory(path, frozenset(told))
    left = tuple(c.id for c in path.clauses if c.id not in told)
    cases = [rows[i] for i in np.flatnonzero(good)]
    regions = sorted({r for _, r, _ in cases})
    years = (min((t for *_, t in cases), default=0), max((t for *_, t in cases), default=0))
    nothing = Solved(None, None, None, "no clause can be tested")
    empty = PathTest(path.id, outcome, horizon, len(regions), len(cases), years, tuple(told), left,
                     "", (), None, None, None, nothing, nothing, None, "")  # fmt: skip
    if whole is None or len(regions) < LEAST_REGIONS:
        why = "no clause of its conditions is known for all regions" if whole is None else (
            f"{len(regions)} regions, {LEAST_REGIONS} are needed")  # fmt: skip
        return replace(empty, reason=why)
    rose = direct(y[good], *ROSE).membership
    fell = np.concatenate(placebo)[good]
    own = {id: v[good] for id, v in told.items()}
    parts = {c: _fold(node, own) for c, node in conditions.items()}
    theory = _fold(whole, parts)
    labels = [f"{r} {t}" for _, r, t in cases]
    units, periods = [r for _, r, _ in cases], [t for *_, t in cases]
    swaps = _swaps(units, periods, rng)
    sets = [_fits(id, clauses[id].title, v, rose, fell, swaps) for id, v in own.items()]
    titles = {c.id: c.title for c in path.conditions}
    sets += [_fits(id, titles[id], v, rose, fell, swaps) for id, v in parts.items()]
    present = _solved(path, own, rose, theory, labels, present=True)
    absent = _solved(path, own, 1 - rose, theory, labels, present=False)
    return replace(
        empty, rule=_said(whole, conditions), sets=tuple(sets),
        theory=_fits(path.readings[0].id, path.readings[0].title, theory, rose, fell, swaps),
        interval=_interval(theory, rose, units, settings, rng),
        panel=panel_fit(theory, rose, periods, units),
        solved=_enhanced(present, absent), solved_absent=_enhanced(absent, present),
        regression=_regression(theory, y[good], np.concatenate(start)[good], periods, units,
                               settings),
    )  # fmt: skip


def _said(whole: Node, conditions: Mapping[str, Node]) -> str:
    """The reading over what can be tested, with each condition's own clauses."""

    def spelled(node: Node) -> str:
        if node.kind == "name":
            inner = conditions.get(node.name)
            return f"[{spelled(inner)}]" if inner is not None else node.name
        if node.kind == "not":
            return f"not {spelled(node.parts[0])}"
        return f" {node.kind} ".join(spelled(p) for p in node.parts)

    return spelled(whole)


def _interval(
    theory: Floats, rose: Floats, units: Sequence[str], settings: Settings,
    rng: np.random.Generator,
) -> FitIntervals | None:  # fmt: skip
    try:
        return fit_intervals(theory, rose, units, rng, draws=DRAWS,
                             confidence=settings["confidence"])  # fmt: skip
    except RefusedError:
        return None


def _swaps(
    units: Sequence[str], periods: Sequence[int], rng: np.random.Generator
) -> list[tuple[Whole, Whole]]:
    """Shuffles: places of cases, and the places of the cases whose outcomes they are given.

    Every region takes the outcomes of another one, year by year; a year the other has no case of
    is left out. Years of a region stay together, so that one long-lived trait does not pass for
    many independent cases.
    """
    names, who = np.unique(np.array(units), return_inverse=True)
    times, when = np.unique(np.array(periods), return_inverse=True)
    place = np.full((len(names), len(times)), -1, dtype=np.int64)
    place[who, when] = np.arange(len(who))
    found = []
    for _ in range(DRAWS):
        other = rng.permutation(len(names))
        taken = place[other[who], when]
        kept = np.flatnonzero(taken >= 0)
        found.append((kept, taken[kept]))
    return found


def _fits(
    name: str, what: str, x: Floats, y: Floats, past: Floats, swaps: Sequence[tuple[Whole, Whole]]
) -> Fits:
    known = np.isfinite(past)
    before = None
    if known.sum() >= LEAST_CASES:
        before = sufficiency(x[known], direct(past[known], *ROSE).membership)
    own = consistency(x, y)
    drawn = np.array([consistency(x[i], y[j]) for i, j in swaps])
    above = (1 + int((drawn >= own - 1e-12).sum())) / (1 + len(swaps))
    below = (1 + int((drawn <= own + 1e-12).sum())) / (1 + len(swaps))
    effect, chance = _corner(x, y, swaps)
    return Fits(name, what, len(x), necessity(x, y), necessity(x, 1 - y), sufficiency(x, y),
                sufficiency(x, 1 - y), before, above, below, effect, chance)  # fmt: skip


def _corner(
    x: Floats, y: Floats, swaps: Sequence[tuple[Whole, Whole]]
) -> tuple[float, float]:
    """Size of the empty corner over all that can be, and the share of shuffles as large."""
    scope = (0.0, 1.0, 0.0, 1.0)
    effect = ceiling(x, y, scope=scope).effect
    if effect <= 0:
        return 0.0, 1.0
    drawn = [ceiling(x[i], y[j], scope=scope).effect >= effect - 1e-12 for i, j in swaps]
    return effect, (1 + sum(drawn)) / (1 + len(swaps))


def _solved(
    path: Path, own: Mapping[str, Floats], y: Floats, theory: Floats, labels: Sequence[str],
    *, present: bool,
) -> Solved:  # fmt: skip
    """Truth table of the testable clauses, all three solutions, and the theory against them."""
    # one set a measure and kind of comparison: the same number twice is no second condition
    seen: dict[tuple[str, str], str] = {}
    by_id = {c.id: c for c in path.clauses}
    for id in own:
        seen.setdefault((by_id[id].measure, by_id[id].against), id)
    names = list(seen.values())[:MOST]
    data = np.stack([own[n] for n in names], axis=1)
    expected = {
        n: frozenset({1 if (by_id[id].expected == "present") == present else 0})
        for n, id in enumerate(names) if by_id[id].expected != "open"
    }  # fmt: skip
    table = truth_table(data, y, CUTS, names=names, cases=labels,
                        outcome_name="rose" if present else "not rose")  # fmt: skip
    hopes = Expectations(expected)
    try:
        analysis = analyse(table, hopes, limits=LIMITS)
    except RefusedError as why:
        return Solved(table, None, None, str(why))
    first = union(membership(analysis.parsimonious.terms(0), data, table.levels))
    return Solved(table, analysis, evaluate(first, theory, y), "", expected=hopes)


def _enhanced(own: Solved, other: Solved) -> Solved:
    """Enhanced standard analysis: untenable rows count as negative.

    Source: Schneider & Wagemann 2012, chapter 8.
    """
    if own.table is None or own.analysis is None or other.table is None or other.analysis is None:
        return own
    try:
        rows = untenable(own.table, absence=other.table, limits=LIMITS).rows
        if not len(rows):
            return own
        found = analyse(own.table, own.expected, rows, limits=LIMITS)
    except RefusedError as why:
        return replace(own, reason=f"without untenable assumptions: {why}", untenable=1)
    return replace(own, enhanced=found, untenable=len(rows))


def _regression(
    theory: Floats, change: Floats, start: Floats, periods: Sequence[int], units: Sequence[str],
    settings: Settings,
) -> Regression | None:  # fmt: skip
    """Percentile of later change on membership and the percentile of the start level.

    Years need no effects of their own: both percentiles are taken within years.
    """
    level = np.empty(len(start))
    when = np.array(periods)
    for t in np.unique(when):
        level[when == t] = _ranks(start[when == t])
    if np.ptp(theory) == 0 or not np.isfinite(level).all():
        return None
    table = sm.add_constant(np.column_stack([theory, level]))
    groups = np.unique(np.array(units), return_inverse=True)[1]
    fit = sm.OLS(change, table).fit(cov_type="cluster", cov_kwds={"groups": groups})
    low, high = fit.conf_int(1 - settings["confidence"])[1]
    return Regression(float(fit.params[1]), float(low), float(high), float(fit.params[2]),
                      len(change))  # fmt: skip


def outcome_title(measure: str, horizon: int) -> str:
    """An outcome in words."""
    return f"rise of “{registry()[measure].title}” over the next {horizon} years"
