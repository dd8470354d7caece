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

from regionlift.data.dataset import Dataset
from regionlift.evidence.measure import registry
from regionlift.evidence.settings import Settings
from regionlift.forecast.tested.cases import (
    LEAST_CASES,
    LEAST_REGIONS,
    Frames,
    Grid,
    change,
    grids_of,
    membership_in,
    outcomes_of,
    ranks,
)
from regionlift.forecast.tested.sets import (
    ROSE,
    Fits,
    Regression,
    Solved,
    enhanced,
    fits_of,
    interval_of,
    regression_of,
    solved_of,
    swaps_of,
)
from regionlift.measures.configuration.calibration import direct
from regionlift.measures.configuration.panel import PanelFit, panel_fit
from regionlift.measures.configuration.robustness import FitIntervals
from regionlift.measures.cube import Floats
from regionlift.paths.model import Clause, Path
from regionlift.paths.rules import Node, fold, parse

#: Share of shuffles up to which a consistency is beyond chance.
CHANCE = 0.05


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


def conditions_tested(
    frames: Frames, regions: Sequence[str], paths: Sequence[Path], settings: Settings,
    dataset: Dataset | None = None,
) -> Tested:  # fmt: skip
    """Test the conditions of every path on all regions of the panel.

    Where the ``dataset`` is given, no change and no trend is read across a break of its series.
    """
    horizon = settings.whole("horizon")
    grids = grids_of(frames, regions, dataset)
    outcomes = outcomes_of(grids, horizon)
    if not outcomes:
        return Tested((), (), f"no marker of a stage is known in {LEAST_REGIONS} regions "
                      f"{horizon} years apart")  # fmt: skip
    rng = np.random.default_rng(settings.whole("seed"))
    tests = tuple(
        _path_test(path, outcome, grids, horizon, settings, rng)
        for path in paths for outcome in outcomes
    )  # fmt: skip
    return Tested(tests, outcomes)


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
    path: Path, outcome: str, grids: Mapping[str, Grid], horizon: int, settings: Settings,
    rng: np.random.Generator,
) -> PathTest:  # fmt: skip
    clauses = {c.id: c for c in path.clauses
               if not c.part and any(m in grids for m in (c.measure, *c.instead))}  # fmt: skip
    out = grids[outcome]
    later_on = change(out, horizon)
    rows: list[tuple[int, str, int]] = []
    columns: dict[str, list[Floats]] = {id: [] for id in clauses}
    later, placebo, start = [], [], []
    for n, year in enumerate(out.years):
        if not np.isfinite(later_on[:, n]).any():
            continue
        each = {id: membership_in(c, grids, year, settings) for id, c in clauses.items()}
        rows += [(k, r, year) for k, r in enumerate(out.regions)]
        for id, values in each.items():
            columns[id].append(values)
        later.append(ranks(later_on[:, n]))
        past = out.years.index(year - horizon) if year - horizon in out.years else None
        placebo.append(np.full(len(out.regions), np.nan) if past is None
                       else ranks(later_on[:, past]))  # fmt: skip
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
    swaps = swaps_of(units, periods, rng)
    sets = [fits_of(id, clauses[id].title, v, rose, fell, swaps) for id, v in own.items()]
    titles = {c.id: c.title for c in path.conditions}
    sets += [fits_of(id, titles[id], v, rose, fell, swaps) for id, v in parts.items()]
    present = solved_of(path, own, rose, theory, labels, present=True)
    absent = solved_of(path, own, 1 - rose, theory, labels, present=False)
    return replace(
        empty, rule=_said(whole, conditions), sets=tuple(sets),
        theory=fits_of(path.readings[0].id, path.readings[0].title, theory, rose, fell, swaps),
        interval=interval_of(theory, rose, units, settings, rng),
        panel=panel_fit(theory, rose, periods, units),
        solved=enhanced(present, absent), solved_absent=enhanced(absent, present),
        regression=regression_of(theory, y[good], np.concatenate(start)[good], periods, units,
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


def outcome_title(measure: str, horizon: int) -> str:
    """An outcome in words."""
    return f"rise of “{registry()[measure].title}” over the next {horizon} years"
