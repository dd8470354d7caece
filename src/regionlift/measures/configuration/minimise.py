"""Standard analysis: conservative, parsimonious and intermediate solutions of a truth table.

The conservative solution uses no remainder, the parsimonious any that helps, the intermediate
those that agree with what theory expects (easy counterfactuals). All three are reported with all
their minimal models; a term is graded by the share of models that contain it, and none is chosen
in silence.

Sources: Ragin 2008, Redesigning Social Inquiry, ch. 8-9; Schneider & Wagemann 2012, ch. 8; Dusa
2018, QCA with R, ch. 8; Baumgartner & Thiem 2017, Sociological Methods & Research 46, 954-987
(model ambiguity).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from regionlift.measures.configuration.cover import Covers, minimal_covers
from regionlift.measures.configuration.implicants import complement, prime_implicants
from regionlift.measures.configuration.sets import (
    FREE,
    Flags,
    Levels,
    RefusedError,
    Terms,
    Whole,
    absorbed,
    covers,
    numbers,
    rows_of,
    spelled,
)
from regionlift.measures.configuration.truth_table import TruthTable, remainders

Grade = Literal["invariant", "partial", "model-specific"]


@dataclass(frozen=True)
class Limits:
    """How far an enumeration goes before it is cut short, and says so."""

    models: int = 100
    pairs: int = 25
    nodes: int = 20_000


@dataclass(frozen=True)
class Expectations:
    """What theory expects of the conditions for this outcome (directional expectations).

    ``single`` maps the place of a condition to the values expected to contribute; a condition
    left out has no expectation. ``joint`` are conjunctions expected to contribute only together.
    """

    single: Mapping[int, frozenset[int]] = field(default_factory=dict)
    joint: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class GradedTerm:
    """A term of at least one model: the share of models that hold it, and what that makes it.

    ``invariant`` in every minimal model, also where not all are listed; ``model-specific`` in one
    only; ``partial`` otherwise. Where the search was cut short the share is that of the models it
    met, and no term is called model-specific.
    """

    term: str
    share: float
    grade: Grade


@dataclass(frozen=True)
class Solution:
    """All minimal models over one set of prime implicants.

    ``models`` hold places of ``implicants``; ``chart`` says which implicant covers which positive
    row, (implicants, positive rows). ``number`` of models there are, at least so many
    where ``truncated`` is set: then there are, or may be, more than are listed.
    """

    table: TruthTable
    implicants: Terms
    chart: Flags
    models: tuple[tuple[int, ...], ...]
    number: int
    truncated: bool
    graded: tuple[GradedTerm, ...]

    def terms(self, model: int) -> Terms:
        """Terms of one model."""
        return self.implicants[list(self.models[model])]

    def spelled(self, model: int) -> tuple[str, ...]:
        """Terms of one model in words."""
        return spelled(self.terms(model), self.table.names, self.table.levels)

    def assumptions(self, model: int) -> Whole | None:
        """Numbers of the remainders a model counts as positive; None in too large a table."""
        return remainders(self.table, self.terms(model))

    @property
    def essential(self) -> tuple[str, ...]:
        """Terms of every minimal model, in words."""
        return tuple(g.term for g in self.graded if g.grade == "invariant")

    @property
    def spelled_models(self) -> tuple[tuple[str, ...], ...]:
        """Every model in words."""
        return tuple(self.spelled(m) for m in range(len(self.models)))


@dataclass(frozen=True)
class Intermediate:
    """Intermediate solution of one conservative and one parsimonious model.

    ``easy`` counterfactuals are simplifying assumptions of the parsimonious model that agree with
    the expectations, ``difficult`` the others (None where the table is too large to list).
    """

    label: str
    conservative: int
    parsimonious: int
    solution: Solution
    easy: Whole | None
    difficult: Whole | None


@dataclass(frozen=True)
class Analysis:
    """The three solutions. ``recoded`` are observed positive rows set to 0 by an exclusion."""

    table: TruthTable
    conservative: Solution
    parsimonious: Solution
    intermediate: tuple[Intermediate, ...]
    pairs_truncated: bool
    excluded: Whole
    recoded: Whole


def analyse(
    table: TruthTable,
    expectations: Expectations | None = None,
    excluded: Whole | None = None,
    *,
    dominance: bool = False,
    limits: Limits | None = None,
) -> Analysis:
    """Conservative, parsimonious and, with expectations, intermediate solutions.

    Parameters
    ----------
    expectations : None for no intermediate solution
    excluded : numbers of rows that count as negative (untenable assumptions); an observed positive
        row among them is set to 0 and named in ``recoded``
    dominance : whether implicants that cover fewer positive rows than another one, and no other,
        are left out before models are sought (row dominance)

    Raises
    ------
    RefusedError
        If there is no positive or no negative row, or too many conditions for the cases.
    ValueError
        If an expectation or an excluded row does not exist.
    """
    limits = limits or Limits()
    if table.reason:
        raise RefusedError(table.reason)
    out = np.unique(np.asarray([] if excluded is None else excluded, dtype=np.int64))
    barred = rows_of(out, table.levels)
    positive = table.having("1")
    recoded = np.isin(numbers(positive, table.levels), out)
    kept = positive[~recoded]
    if not len(kept):
        raise RefusedError("every positive row is excluded: nothing is left to explain")
    negative = np.concatenate((table.having("0", "C"), barred))
    parsimonious = _solution(table, kept, prime_implicants(kept, negative), dominance, limits)
    strict = _conservative(table, kept, dominance, limits)
    found: tuple[Intermediate, ...] = ()
    cut = False
    if expectations is not None:
        _check(expectations, table.levels)
        pairs = _Pairs(table, kept, expectations, dominance, limits, strict, parsimonious)
        found, cut = pairs.solved()
    return Analysis(
        table, strict, parsimonious, found, cut, out, numbers(positive[recoded], table.levels)
    )


def conservative(
    table: TruthTable, *, dominance: bool = False, limits: Limits | None = None
) -> Solution:
    """Conservative solution alone: it needs no negative row, as it assumes nothing elsewhere."""
    positive = table.having("1")
    if not len(positive):
        raise RefusedError(table.reason)
    return _conservative(table, positive, dominance, limits or Limits())


def _conservative(table: TruthTable, positive: Terms, dominance: bool, limits: Limits) -> Solution:
    outside = complement(positive, table.levels)
    return _solution(table, positive, prime_implicants(positive, outside), dominance, limits)


def _check(expectations: Expectations, levels: Levels) -> None:
    for j, values in expectations.single.items():
        if not 0 <= j < len(levels) or not all(0 <= v < levels[j] for v in values):
            raise ValueError(f"expectation {j}: {sorted(values)}: no such condition or value")
    for term in expectations.joint:
        if len(term) != len(levels) or not all(
            FREE <= v < m for v, m in zip(term, levels, strict=True)
        ):
            raise ValueError(f"joint expectation {term}: no such condition or value")


def _solution(
    table: TruthTable, positive: Terms, implicants: Terms, dominance: bool, limits: Limits
) -> Solution:
    """All minimal models over these implicants."""
    chart = covers(implicants, positive)
    if dominance:
        keep = ~dominated(chart)
        implicants, chart = implicants[keep], chart[keep]
    found = minimal_covers(chart, limits.models, limits.nodes)
    names = spelled(implicants, table.names, table.levels)
    return Solution(
        table, implicants, chart, found.covers, found.number, found.truncated, grades(found, names)
    )


def dominated(chart: Flags) -> Flags:
    """Implicants that cover a proper part of what another one covers; equals dominate no other."""
    m = chart.astype(np.int64)
    shared, own = m @ m.T, m.sum(axis=1)
    inside = (shared == own[:, None]) & (own[:, None] < own[None, :])
    return np.asarray(inside.any(axis=1))


def grades(found: Covers, names: tuple[str, ...]) -> tuple[GradedTerm, ...]:
    """Share of the models that hold each term, greatest first, and its grade."""
    graded = []
    for j in sorted(found.shares, key=lambda j: (-found.shares[j], j)):
        share = found.shares[j]
        only = found.counted and found.number > 1 and round(share * found.number) == 1
        grade: Grade = "invariant" if j in found.always else "model-specific" if only else "partial"
        graded.append(GradedTerm(names[j], share, grade))
    return tuple(graded)


class _Pairs:
    """Intermediate solutions of all pairs of models; pairs with the same result share it."""

    def __init__(
        self, table: TruthTable, positive: Terms, expectations: Expectations, dominance: bool,
        limits: Limits, strict: Solution, parsimonious: Solution,
    ) -> None:  # fmt: skip
        self.table, self.positive, self.expectations = table, positive, expectations
        self.dominance, self.limits = dominance, limits
        self.conservative, self.parsimonious = strict, parsimonious
        self.known: dict[bytes, Solution] = {}
        self.assumed: dict[int, Whole | None] = {}

    def solved(self) -> tuple[tuple[Intermediate, ...], bool]:
        """One solution a pair, and whether some pairs are left out."""
        pairs = [
            (c, p)
            for c in range(len(self.conservative.models))
            for p in range(len(self.parsimonious.models))
        ]
        cut = len(pairs) > self.limits.pairs
        cut |= self.conservative.truncated or self.parsimonious.truncated
        return tuple(self._pair(c, p) for c, p in pairs[: self.limits.pairs]), cut

    def _assumed(self, p: int) -> Whole | None:
        if p not in self.assumed:
            self.assumed[p] = self.parsimonious.assumptions(p)
        return self.assumed[p]

    def _pair(self, c: int, p: int) -> Intermediate:
        widened = widen(self.conservative.terms(c), self.parsimonious.terms(p), self.expectations)
        # the positive rows belong to the function whether or not a widened term reaches them
        function = absorbed(np.concatenate((widened, self.positive)))
        key = function.tobytes()
        if key not in self.known:
            outside = complement(function, self.table.levels)
            implicants = prime_implicants(self.positive, outside)
            self.known[key] = _solution(
                self.table, self.positive, implicants, self.dominance, self.limits
            )
        assumed, easy = self._assumed(p), remainders(self.table, widened)
        label, solution = f"C{c + 1}P{p + 1}", self.known[key]
        if assumed is None or easy is None:
            return Intermediate(label, c, p, solution, None, None)
        agrees = np.isin(assumed, easy)
        return Intermediate(label, c, p, solution, assumed[agrees], assumed[~agrees])


def widen(narrow: Terms, parsimonious: Terms, expectations: Expectations) -> Terms:
    """Terms between a conservative (``narrow``) and a parsimonious model that theory allows.

    For each conservative term inside a parsimonious one, every literal the parsimonious term lacks
    is dropped where the condition has an expectation that the literal does not meet: it holds the
    outcome back, so that without it, too, the outcome is expected. Without an expectation it
    stays. The literals of a joint expectation go together where not all of it is met.

    Source: Ragin & Sonnett 2005; Ragin 2008, ch. 9.
    """
    found = []
    for wide in parsimonious:
        for term in narrow[covers(wide[None], narrow)[0]]:
            free = term.copy()
            for j, expected in expectations.single.items():
                if wide[j] == FREE and int(term[j]) not in expected:
                    free[j] = FREE
            for joint in expectations.joint:
                asked = np.array(joint, dtype=np.int8)
                named = asked != FREE
                if (term[named] != asked[named]).any():
                    free[named & (wide == FREE)] = FREE
            found.append(free)
    return absorbed(np.array(found, dtype=np.int8).reshape(-1, narrow.shape[1]))
