"""Truth table: which combinations of conditions occur, in which cases, and with what outcome.

Each case belongs to the one row in which its membership exceeds one half. Consistency of a row is
over all cases; its outcome is 1, 0, C (between two cut-offs) or ? (too few cases: a remainder,
not a negative). Row numbers count from 1, the first condition the most significant, as in R's
QCA.

Sources: Ragin 2008, Redesigning Social Inquiry, ch. 7; Schneider & Wagemann 2012, ch. 7; Dusa
2018, QCA with R, ch. 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regionlift.measures.configuration.fit import consistency, pri, within
from regionlift.measures.configuration.sets import (
    NEAR,
    Flags,
    Levels,
    Terms,
    Whole,
    distinct,
    listed,
    membership,
    numbers,
    rows_of,
    spell,
)
from regionlift.measures.cube import Floats

Out = Literal["1", "0", "C", "?"]
#: Conditions up to which a truth table is made: 2^25 rows (R QCA).
MOST_CONDITIONS = 25


@dataclass(frozen=True)
class Cuts:
    """Cut-offs of a truth table; each is a decision to be named beside the solution.

    ``incl`` consistency from which a row is positive; ``incl_low`` from which it is C rather than
    0 (the same: no C); ``pri`` least PRI of a positive row, 0 for none; ``cases`` least cases of a
    row; ``conditions_per_case`` most conditions for each case: with more of them random data, too,
    give solutions (a third, our reading of the simulations of Marx 2010); ``skew`` share of cases
    above one half outside [skew, 1 - skew] that is flagged (a fifth, a rule of thumb).
    """

    incl: float
    incl_low: float | None = None
    pri: float = 0.0
    cases: int = 1
    conditions_per_case: float = 1 / 3
    skew: float = 0.2

    def __post_init__(self) -> None:
        low = self.incl if self.incl_low is None else self.incl_low
        if not 0 < low <= self.incl <= 1:
            raise ValueError(f"cut-offs {low:g} and {self.incl:g}: expected 0 < low <= high <= 1")
        if not 0 <= self.pri <= 1 or self.cases < 1 or self.cases != int(self.cases):
            raise ValueError(
                f"PRI cut-off {self.pri:g}, cases {self.cases:g}: expected 0 to 1, and 1 or more"
            )


@dataclass(frozen=True)
class TruthTable:
    """Rows that occur, (r, conditions), in the order of their numbers, and what is in them.

    ``deviant`` are cases in the row but not in the outcome (deviant cases for consistency);
    ``crossover`` cases with a condition at exactly one half, which are in no row; ``skewed`` the
    share of cases above one half of sets where it is very low or high. ``reason`` is empty, or
    says why the table cannot be minimised; ``warnings`` say what to doubt.
    """

    names: tuple[str, ...]
    levels: Levels
    outcome_name: str
    cuts: Cuts
    rows: Terms
    numbers: Whole
    out: tuple[Out, ...]
    n: Whole
    incl: Floats
    pri: Floats
    cases: tuple[tuple[str, ...], ...]
    deviant: tuple[tuple[str, ...], ...]
    crossover: tuple[str, ...]
    skewed: tuple[tuple[str, float], ...]
    reason: str
    warnings: tuple[str, ...]

    def having(self, *outs: Out) -> Terms:
        """Rows whose outcome is one of these."""
        return np.asarray(self.rows[self._are(*outs)])

    def _are(self, *outs: Out) -> Flags:
        return np.array([o in outs for o in self.out], dtype=bool)

    @property
    def decided(self) -> Whole:
        """Numbers of the rows that are not remainders."""
        return np.asarray(self.numbers[~self._are("?")])

    @property
    def positive(self) -> Whole:
        """Numbers of the positive rows."""
        return np.asarray(self.numbers[self._are("1")])

    @property
    def whole(self) -> int:
        """Number of rows of the complete table."""
        return int(np.prod(self.levels, dtype=np.int64))

    def spelled(self, which: int) -> str:
        """Row of this number in words."""
        return spell(rows_of([which], self.levels)[0], self.names, self.levels)


def truth_table(
    conditions: Floats,
    outcome: Floats,
    cuts: Cuts,
    *,
    names: Sequence[str],
    cases: Sequence[str] | None = None,
    outcome_name: str = "Y",
    levels: Sequence[int] | None = None,
) -> TruthTable:
    """Truth table of an outcome.

    Parameters
    ----------
    conditions : (cases, conditions)
        Memberships in 0 to 1, or whole values from 0 where ``levels`` has more than 2.
    outcome : (cases,)
        Membership in the outcome; analyse its absence as 1 - outcome, separately.
    levels : how many values each condition can take; 2 for a set, the default

    Raises
    ------
    ValueError
        If there are more than 25 conditions, or a value is missing or outside its range.
    """
    y = within(outcome, outcome_name)
    data, many = _checked(conditions, len(y), names, levels)
    labels = tuple(cases) if cases is not None else tuple(str(i + 1) for i in range(len(y)))
    if len(labels) != len(y) or len(set(labels)) != len(y):
        raise ValueError(f"{len(labels)} labels for {len(y)} cases: expected one each, distinct")
    sets = np.array([m == 2 for m in many])
    middle = ((data == 0.5) & sets).any(axis=1)
    own = np.where(sets, data > 0.5, data).astype(np.int8)
    rows = _ordered(own[~middle], many)
    inside = membership(rows, data, many)
    belongs = (inside > 0.5) & ~middle
    n = belongs.sum(axis=1).astype(np.int64)
    incl = np.array([consistency(x, y) for x in inside])
    reduction = np.array([pri(x, y) for x in inside])
    out = tuple(_out(*row, cuts) for row in zip(n.tolist(), incl, reduction, strict=True))
    halves = tuple(label for label, m in zip(labels, middle, strict=True) if m)
    skewed = _skewed(data, y, sets, (*names, outcome_name), cuts.skew)
    return TruthTable(
        tuple(names), many, outcome_name, cuts, rows, numbers(rows, many), out, n, incl, reduction,
        _members(belongs, labels), _members(belongs & (y < 0.5), labels), halves, skewed,
        _reason(out, len(names), len(y), cuts),
        _warnings(halves, skewed, int((y == 0.5).sum()), outcome_name),
    )  # fmt: skip


def _checked(
    conditions: Floats, cases: int, names: Sequence[str], levels: Sequence[int] | None
) -> tuple[Floats, Levels]:
    data = np.asarray(conditions, dtype=np.float64)
    if data.shape != (cases, len(names)) or len(set(names)) != len(names):
        raise ValueError(
            f"conditions of shape {data.shape}, {len(names)} names and {cases} outcomes: expected "
            "one row a case and one differently named column a condition"
        )
    if len(names) > MOST_CONDITIONS or not len(names):
        raise ValueError(
            f"{len(names)} conditions: expected 1 to {MOST_CONDITIONS}. Join conditions, or keep "
            "those that theory asks for"
        )
    many = tuple(levels) if levels is not None else (2,) * len(names)
    if len(many) != len(names) or min(many) < 2:
        raise ValueError(f"levels {many}: expected one for each condition, 2 or more")
    for j, m in enumerate(many):
        if m == 2:
            within(data[:, j], names[j])
        elif not np.isin(data[:, j], np.arange(m)).all():
            raise ValueError(f"{names[j]}: expected whole values 0 to {m - 1}")
    return data, many


def _ordered(own: Terms, levels: Levels) -> Terms:
    if not len(own):
        return own
    rows = distinct(own)
    return rows[np.argsort(numbers(rows, levels))]


def _out(n: int, incl: float, reduction: float, cuts: Cuts) -> Out:
    """Outcome of a row; an undefined PRI speaks for nothing and fails any cut-off."""
    if n < cuts.cases:
        return "?"
    low = cuts.incl if cuts.incl_low is None else cuts.incl_low
    if incl >= cuts.incl - NEAR:
        return "1" if cuts.pri == 0 or reduction >= cuts.pri - NEAR else "0"
    return "C" if incl >= low - NEAR else "0"


def _members(flags: Flags, labels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(labels[i] for i in np.flatnonzero(row).tolist()) for row in flags)


def _skewed(
    data: Floats, y: Floats, sets: Flags, names: Sequence[str], cut: float
) -> tuple[tuple[str, float], ...]:
    columns = [*(data[:, j] if s else None for j, s in enumerate(sets)), y]
    shares = {
        name: float((x > 0.5).mean())
        for name, x in zip(names, columns, strict=True)
        if x is not None
    }
    return tuple((name, s) for name, s in shares.items() if not cut <= s <= 1 - cut)


def _reason(out: Sequence[Out], conditions: int, cases: int, cuts: Cuts) -> str:
    """Why a table says nothing, or an empty text."""
    if conditions > cuts.conditions_per_case * cases + NEAR:
        need = int(np.ceil(conditions / cuts.conditions_per_case - NEAR))
        return (
            f"{conditions} conditions for {cases} cases: chance alone makes patterns. "
            f"{need} cases, or fewer conditions, would settle it"
        )
    if "1" not in out:
        return (
            f"no positive row: no combination is consistent from {cuts.incl:g}"
            + (f" with PRI from {cuts.pri:g}" if cuts.pri else "")
            + f" and in {cuts.cases} case{'s' if cuts.cases > 1 else ''} or more. Another "
            "condition may be missing"
        )
    if "0" not in out and "C" not in out:
        return (
            "no negative row: every combination that occurs is sufficient, so that no condition "
            "tells anything. A higher cut-off, or cases without the outcome, would settle it"
        )
    return ""


def _warnings(
    halves: Sequence[str], skewed: Sequence[tuple[str, float]], doubtful: int, outcome: str
) -> tuple[str, ...]:
    said = []
    if halves:
        said.append(f"a condition is exactly 0.5 in {', '.join(halves)}: in no row")
    if doubtful:
        said.append(f"{outcome} is exactly 0.5 in {doubtful} of the cases: neither for nor against")
    said += [f"{name} is skewed: {share:.0%} of the cases are in it" for name, share in skewed]
    return tuple(said)


def remainders(table: TruthTable, terms: Terms) -> Whole | None:
    """Numbers of remainders that these terms cover; None where the table is too large to list."""
    return listed(terms, table.levels, table.decided)
