"""Reference numbers of R's packages for configurational analysis, and how ours are set beside them.

R 4.2.2 with QCA 3.25.1, SetMethods 4.1, NCA 5.0.1 and cna 4.0.0. LR, LC, LM and LF are Lipset's
European democracies between the wars, as they come with the package QCA; syn1 to syn4 and
own_panel are generated.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from regionlift.measures.configuration import Cuts, Expectations, truth_table
from regionlift.measures.configuration.minimise import Solution
from regionlift.measures.configuration.sets import binary, membership, parse, union
from regionlift.measures.configuration.truth_table import TruthTable
from shared import shared_data

NOT_CONDITIONS = ("", "region", "year")


def folder() -> Path:
    return shared_data().parent / "reference" / "qca"


def table(path: str) -> list[dict[str, str]]:
    with (folder() / path).open() as handle:
        return list(csv.DictReader(handle))


def numbers(path: str) -> Any:
    return json.loads((folder() / "outputs" / path).read_text("utf-8"))


@dataclass(frozen=True)
class Cases:
    """One input: its cases, its conditions, its outcome (the last column)."""

    labels: list[str]
    names: list[str]
    outcome_name: str
    x: np.ndarray
    y: np.ndarray
    rows: list[dict[str, str]]

    def of(self, expression: str) -> np.ndarray:
        """Membership in an expression over conditions and outcome, crisp or fuzzy."""
        names = [*self.names, self.outcome_name]
        data = np.column_stack((self.x, self.y))
        return union(membership(parse(expression, names), data, binary(len(names))))

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]


def cases(name: str) -> Cases:
    rows = table(f"inputs/{name}.csv")
    names = [c for c in rows[0] if c not in NOT_CONDITIONS]
    data = np.array([[float(row[c]) for c in names] for row in rows])
    labels = [row.get("", str(i + 1)) for i, row in enumerate(rows)]
    return Cases(labels, names[:-1], names[-1], data[:, :-1], data[:, -1], rows)


def made(given: Cases, cuts: Cuts, *, absent: bool = False, conditions: int = 25) -> TruthTable:
    """Truth table of an input; the multi-value one has 3 levels of its first condition."""
    x, names = given.x[:, :conditions], given.names[:conditions]
    levels = [max(2, int(x[:, j].max()) + 1) for j in range(len(names))]
    y = 1 - given.y if absent else given.y
    return truth_table(
        x, y, cuts, names=names, cases=given.labels, levels=levels,
        outcome_name=given.outcome_name,
    )  # fmt: skip


def expected(words: Iterable[str], made: TruthTable) -> Expectations:
    """Directional expectations as R takes them: ``DEV``, ``~STB``, ``~LIT*IND``."""
    single: dict[int, set[int]] = {}
    joint = []
    for word in words:
        term = parse(word, made.names, made.levels)[0].tolist()
        told = [j for j, v in enumerate(term) if v >= 0]
        if len(told) == 1:
            single.setdefault(told[0], set()).add(term[told[0]])
        else:
            joint.append(tuple(term))
    return Expectations({j: frozenset(v) for j, v in single.items()}, tuple(joint))


def listed(value: Any) -> list[str]:
    """What R stores as a text where there is one of it."""
    return [value] if isinstance(value, str) else [str(v) for v in value]


def models(stored: Any) -> set[frozenset[str]]:
    """Models as R stores them: a text, a list of terms, or a list of lists."""
    if isinstance(stored, str) or all(isinstance(m, str) for m in stored):
        return {frozenset(listed(stored))}
    return {frozenset(listed(m)) for m in stored}


def ours(solution: Solution) -> set[frozenset[str]]:
    return {frozenset(m) for m in solution.spelled_models}


def literals(expression: str) -> tuple[bool, frozenset[str]]:
    """An expression without order, as conjunction or disjunction of literals."""
    joined = "+" in expression
    parts: Sequence[str] = expression.replace(" ", "").replace("*", "+").split("+")
    return joined, frozenset(parts)
