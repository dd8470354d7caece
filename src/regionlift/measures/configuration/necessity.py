"""Search for necessary conditions: single ones, conjunctions and disjunctions of them.

A conjunction is kept beside its parts (it is the narrower claim, and the parts follow from it). A
disjunction is left out where a part of it is kept already: adding an alternative can only make it
more trivial. That is what R's superSubset prints.

Sources: Ragin 2008, ch. 3; Schneider & Wagemann 2012, ch. 3 and 9; Bol & Luppi 2013, Political
Research Quarterly 66 (disjunctions); Dusa 2018, QCA with R, ch. 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from regionlift.measures.configuration.fit import (
    Necessity,
    Sufficiency,
    necessity,
    sufficiency,
    within,
)
from regionlift.measures.configuration.sets import (
    FREE,
    NEAR,
    Levels,
    RefusedError,
    Terms,
    binary,
    membership,
    spelled,
    terms_of,
)
from regionlift.measures.cube import Floats

Joined = Literal["and", "or"]
Literals = tuple[tuple[int, int], ...]
#: Combinations looked at before a search is refused.
MOST_COMBINATIONS = 2_000_000


@dataclass(frozen=True)
class Superset:
    """An expression of which the outcome is a subset: its terms, its words, its fit."""

    terms: Terms
    joined: Joined
    expression: str
    fit: Necessity


@dataclass(frozen=True)
class Subset:
    """A conjunction that is a subset of the outcome: its term, its words, its fit."""

    terms: Terms
    expression: str
    fit: Sufficiency


def necessity_search(
    conditions: Floats, outcome: Floats, *, names: Sequence[str], incl: float, cov: float = 0.0,
    ron: float = 0.0, depth: int = 3, levels: Levels | None = None,
) -> tuple[Superset, ...]:  # fmt: skip
    """Conditions necessary for the outcome: inclN, covN and RoN at or above their cut-offs.

    Single ones first, then conjunctions, then disjunctions, each by the order of conditions.

    Parameters
    ----------
    conditions, outcome : (cases, conditions) and (cases,) memberships
    depth : most conditions in an expression
    """
    search = _Search(conditions, outcome, names, levels, depth)

    def passes(x: Floats) -> Necessity | None:
        found = necessity(x, search.y)
        each = ((found.incl_n, incl), (found.cov_n, cov), (found.ron, ron))
        # a cut-off of 0 is none: an undefined coverage then speaks against nothing
        return found if all(not cut or value >= cut - NEAR for value, cut in each) else None

    kept: dict[tuple[Joined, Literals], Necessity] = {}
    # consistency of necessity falls with every part added: only what has it is made narrower
    alive: list[Literals] = [()]
    for _ in range(search.depth):
        wider = [c for c in search.longer(alive) if _consistent(search, c, incl)]
        kept |= {("and", c): f for c in wider if (f := passes(search.all_of(c))) is not None}
        alive = wider
    enough: set[Literals] = {c for (_, c) in kept if len(c) == 1}
    for size in range(2, search.depth + 1):
        for c in search.combinations(size):
            if not any(p in enough for n in range(1, size) for p in combinations(c, n)):
                found = passes(search.any_of(c))
                if found is not None:
                    kept["or", c] = found
        enough |= {c for (joined, c) in kept if joined == "or"}
    return tuple(search.superset(joined, c, fit) for (joined, c), fit in kept.items())


def _consistent(search: _Search, c: Literals, incl: float) -> bool:
    x = search.all_of(c)
    return bool(np.minimum(x, search.y).sum() >= (incl - NEAR) * search.y.sum())


def sufficiency_search(
    conditions: Floats, outcome: Floats, *, names: Sequence[str], incl: float, cov: float = 0.0,
    pri: float = 0.0, depth: int = 3, levels: Levels | None = None,
) -> tuple[Subset, ...]:  # fmt: skip
    """Shortest conjunctions sufficient for the outcome: inclS, covS and PRI at their cut-offs.

    A conjunction with a part that is kept already is left out. It asks no truth table, so that it
    ignores whether cases show the combination: a check of a solution, not a solution.
    """
    search = _Search(conditions, outcome, names, levels, depth)
    kept: dict[Literals, Sufficiency] = {}
    for size in range(1, search.depth + 1):
        for c in search.combinations(size):
            if any(p in kept for n in range(1, size) for p in combinations(c, n)):
                continue
            f = sufficiency(search.all_of(c), search.y)
            each = ((f.incl_s, incl), (f.cov_s, cov), (f.pri, pri))
            if all(not cut or value >= cut - NEAR for value, cut in each):
                kept[c] = f
    found = []
    for c, f in kept.items():
        term = search.term(c)
        found.append(Subset(term, spelled(term, search.names, search.levels)[0], f))
    return tuple(found)


class _Search:
    """Literals of a table and their memberships, one row each."""

    def __init__(
        self, conditions: Floats, outcome: Floats, names: Sequence[str], levels: Levels | None,
        depth: int,
    ) -> None:  # fmt: skip
        data = np.asarray(conditions, dtype=np.float64)
        self.y = within(outcome, "outcome")
        self.names, self.levels = tuple(names), levels or binary(len(names))
        if data.shape != (len(self.y), len(self.names)) or depth < 1:
            raise ValueError(
                f"conditions {data.shape}, {len(names)} names, {len(self.y)} outcomes, depth "
                f"{depth}: expected one row a case, one column a condition, a depth of 1 or more"
            )
        for j, many in enumerate(self.levels):
            if many == 2:
                within(data[:, j], self.names[j])
        self.depth = min(depth, len(self.names))
        self.literals = [(j, v) for j, many in enumerate(self.levels) for v in range(many)]
        one = np.concatenate([self.term((literal,)) for literal in self.literals])
        rows = membership(one, data, self.levels)
        self.x = dict(zip(self.literals, rows, strict=True))
        self._refuse()

    def _refuse(self) -> None:
        ways = np.zeros(self.depth + 1, dtype=object)
        ways[0] = 1
        for many in self.levels:
            ways[1:] = ways[1:] + many * ways[:-1]
        if ways[1:].sum() > MOST_COMBINATIONS:
            raise RefusedError(
                f"{ways[1:].sum()} combinations of {len(self.names)} conditions up to depth "
                f"{self.depth}: a smaller depth would settle it"
            )

    def combinations(self, size: int) -> list[Literals]:
        """Combinations of literals of different conditions."""
        return [c for c in combinations(self.literals, size) if len({j for j, _ in c}) == size]

    def longer(self, parts: Sequence[Literals]) -> list[Literals]:
        """Each combination made longer by a literal of a later condition."""
        return [
            (*c, literal) for c in parts for literal in self.literals
            if not c or literal[0] > c[-1][0]
        ]  # fmt: skip

    def all_of(self, c: Literals) -> Floats:
        """Membership in the conjunction."""
        return np.asarray(np.min([self.x[literal] for literal in c], axis=0))

    def any_of(self, c: Literals) -> Floats:
        """Membership in the disjunction."""
        return np.asarray(np.max([self.x[literal] for literal in c], axis=0))

    def term(self, c: Literals) -> Terms:
        """A conjunction as a term."""
        row = [FREE] * len(self.names)
        for j, value in c:
            row[j] = value
        return terms_of([row], len(self.names))

    def superset(self, joined: Joined, c: Literals, fit: Necessity) -> Superset:
        """The expression with its words."""
        if joined == "and":
            terms = self.term(c)
        else:
            terms = np.concatenate([self.term((literal,)) for literal in c])
        words = " + ".join(spelled(terms, self.names, self.levels))
        return Superset(terms, joined, words, fit)
