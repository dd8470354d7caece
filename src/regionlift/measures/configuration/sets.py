"""Rows, terms and expressions of configurational analysis, as small arrays.

A **row** of a truth table gives every condition a value: (conditions,) of int8. A **term** is a
conjunction: a row in which ``FREE`` stands for a condition that does not occur in it. An
**expression** is a disjunction of terms, (terms, conditions). ``levels`` holds how many values a
condition can take: 2 for a fuzzy or crisp set, more for a multi-value condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from regionlift.measures.cube import Floats

Terms = NDArray[np.int8]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Levels = tuple[int, ...]

#: The condition does not occur in the term.
FREE = -1
#: Two numbers nearer than this are one where a cut-off is compared: sums of memberships carry
#: rounding, and a row at the cut-off belongs to it.
NEAR = 1e-9
#: Most rows of a truth table that are ever listed one by one.
MOST_ROWS = 2**18


class RefusedError(ValueError):
    """The analysis would say nothing; the message says why, and what would settle it."""


def ratio(numerator: float, denominator: float) -> float:
    """Quotient; not a number where there is nothing to divide by."""
    return float(numerator / denominator) if denominator > 0 else float("nan")


def binary(conditions: int) -> Levels:
    """Levels of conditions that are all fuzzy or crisp sets."""
    return (2,) * conditions


def terms_of(rows: Iterable[Sequence[int]] | Terms, conditions: int) -> Terms:
    """Terms from plain sequences; an empty expression keeps its number of conditions."""
    found = np.array([tuple(row) for row in rows], dtype=np.int8)
    return found.reshape(-1, conditions)


def distinct(terms: Terms) -> Terms:
    """Each term once, in a fixed order: a condition that is present first, a free one last."""
    keys = sorted({tuple(t) for t in terms.tolist()}, key=_order)
    return terms_of(keys, terms.shape[1])


def _order(term: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return sum(v != FREE for v in term), tuple(-v if v != FREE else 1 for v in term)


def membership(terms: Terms, data: Floats, levels: Levels) -> Floats:
    """Membership of cases in each term, (terms, cases).

    A set counts with x where present and 1 - x where absent, a multi-value condition with 1 where
    its value is met; a conjunction is the minimum (Zadeh 1965). The term without conditions holds
    everything.
    """
    found = np.ones((len(terms), len(data)))
    for j, many in enumerate(levels):
        x = data[:, j]
        for value in range(many):
            here = np.flatnonzero(terms[:, j] == value)
            if len(here):
                literal = np.where(x == value, 1.0, 0.0) if many > 2 else x if value else 1 - x
                found[here] = np.minimum(found[here], literal)
    return found


def union(memberships: Floats) -> Floats:
    """Membership in a disjunction, the maximum over terms; nothing where there is no term."""
    if not len(memberships):
        return np.zeros(memberships.shape[1])
    return np.asarray(memberships.max(axis=0))


def covers(terms: Terms, rows: Terms) -> Flags:
    """Whether each term covers each row, or contains each other term, (terms, rows)."""
    found = np.ones((len(terms), len(rows)), dtype=bool)
    for j in range(terms.shape[1]):
        own = terms[:, j, None]
        found &= (own == FREE) | (own == rows[None, :, j])
    return found


def absorbed(terms: Terms) -> Terms:
    """Terms that lie in no other one."""
    once = distinct(terms)
    within = covers(once, once)
    np.fill_diagonal(within, False)
    return once[~within.any(axis=0)]


def places(levels: Levels) -> Whole:
    """Worth of one step of each condition in the number of a row, first condition greatest."""
    later = np.cumprod((1, *levels[:0:-1]), dtype=np.int64)
    return np.asarray(later[::-1], dtype=np.int64)


def numbers(rows: Terms, levels: Levels) -> Whole:
    """Numbers of rows, from 1, the first condition the most significant (R QCA)."""
    return np.asarray(1 + rows.astype(np.int64) @ places(levels), dtype=np.int64)


def rows_of(which: Iterable[int] | Whole, levels: Levels) -> Terms:
    """Rows of these numbers.

    Raises
    ------
    ValueError
        If a number is outside the table.
    """
    number = np.asarray(list(which), dtype=np.int64)
    whole = int(np.prod(levels, dtype=np.int64))
    if len(number) and (number.min() < 1 or number.max() > whole):
        raise ValueError(f"rows {number.tolist()}: the table has rows 1 to {whole}")
    worth = places(levels)
    return np.asarray((number[:, None] - 1) // worth % np.asarray(levels), dtype=np.int8)


def listed(terms: Terms, levels: Levels, without: Whole | None = None) -> Whole | None:
    """Numbers of the rows a disjunction covers, or None where the table is too large to list."""
    whole = int(np.prod(levels, dtype=np.int64))
    if whole > MOST_ROWS:
        return None
    inside, worth = np.zeros(whole, dtype=bool), places(levels)
    for term in terms.tolist():
        rows = np.zeros(1, dtype=np.int64)
        for j, value in enumerate(term):
            steps = np.arange(levels[j]) if value == FREE else np.array([value])
            rows = (rows[:, None] + steps * worth[j]).ravel()
        inside[rows] = True
    if without is not None:
        inside[without - 1] = False
    return np.flatnonzero(inside) + 1


def spell(term: NDArray[np.int8], names: Sequence[str], levels: Levels) -> str:
    """A term in words: ``A*~B``, or ``A[2]*B[0]`` where a condition of the table has many values.

    Examples
    --------
    >>> spell(np.array([1, 0, -1], dtype=np.int8), ("A", "B", "C"), (2, 2, 2))
    'A*~B'
    """
    many = max(levels) > 2
    words = [
        f"{name}[{v}]" if many else name if v else f"~{name}"
        for name, v in zip(names, term.tolist(), strict=True)
        if v != FREE
    ]
    return "*".join(words) or "1"


def spelled(terms: Terms, names: Sequence[str], levels: Levels) -> tuple[str, ...]:
    """Each term in words."""
    return tuple(spell(term, names, levels) for term in terms)


def parse(text: str, names: Sequence[str], levels: Levels | None = None) -> Terms:
    """Terms of an expression such as ``BASE*GOV + NET*~TECH`` or ``DEV[2] + STB[1]``.

    Raises
    ------
    ValueError
        If a name is unknown, a value is outside its levels, or a term contradicts itself.
    """
    each = levels or binary(len(names))
    found = []
    for part in text.split("+"):
        term = [FREE] * len(names)
        for word in part.split("*"):
            j, value = _literal(word.strip(), names, each)
            if term[j] not in (FREE, value):
                raise ValueError(f'"{part.strip()}": {names[j]} is asked for twice, differently')
            term[j] = value
        found.append(term)
    return distinct(terms_of(found, len(names)))


def _literal(word: str, names: Sequence[str], levels: Levels) -> tuple[int, int]:
    shape = re.fullmatch(r"(~?)\s*([^~\[\]]+?)\s*(?:\[(\d+)\])?", word)
    if shape is None or shape[2] not in names:
        raise ValueError(f'"{word}" is no condition; conditions: {", ".join(names)}')
    j = list(names).index(shape[2])
    value = int(shape[3]) if shape[3] else 1
    if shape[1]:
        if levels[j] > 2 or shape[3]:
            raise ValueError(f'"{word}": absence is said with ~ alone, and of two values only')
        value = 0
    if not shape[3] and levels[j] > 2:
        raise ValueError(f'"{word}" has {levels[j]} values: say which, as in {shape[2]}[1]')
    if value >= levels[j]:
        raise ValueError(f'"{word}": {shape[2]} has the values 0 to {levels[j] - 1}')
    return j, value
