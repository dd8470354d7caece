"""Enhanced standard analysis: remainders that may not be assumed to be positive.

A remainder is untenable where it contradicts a necessary condition, is declared implausible, is
assumed for the outcome and for its absence at once, or where a row is sufficient for both. An
observed row is never re-coded because of a necessary condition: it is evidence against that
condition, and is named.

Sources: Schneider & Wagemann 2012, ch. 8; Schneider & Wagemann 2013, Political Research Quarterly
66, 211-220; Dusa 2018, QCA with R, section 8.7 (findRows, types 1 to 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regionlift.measures.configuration.minimise import Limits, analyse
from regionlift.measures.configuration.sets import (
    MOST_ROWS,
    RefusedError,
    Terms,
    Whole,
    covers,
    rows_of,
)
from regionlift.measures.configuration.truth_table import TruthTable, remainders


@dataclass(frozen=True)
class Untenable:
    """Numbers of rows that count as negative, by reason.

    ``against_necessity`` are observed positive rows outside a condition said to be necessary:
    they stay positive and speak against it. ``simultaneous`` are observed and count as negative:
    one set of cases cannot prove both. ``truncated``: not all models could be looked through, so
    that further contradictory rows may exist.
    """

    necessity: Whole
    implausible: Whole
    contradictory: Whole
    simultaneous: Whole
    against_necessity: Whole
    truncated: bool

    @property
    def rows(self) -> Whole:
        """All of them, to be given to :func:`minimise.analyse` as excluded."""
        return np.unique(
            np.concatenate(
                (self.necessity, self.implausible, self.contradictory, self.simultaneous)
            )
        )


def _none() -> Whole:
    return np.array([], dtype=np.int64)


def subsets(table: TruthTable, expression: Terms) -> Whole:
    """Remainders that lie in an expression (findRows type 1)."""
    found = remainders(table, expression)
    if found is None:
        raise RefusedError(f"{table.whole} rows are too many to list: use fewer conditions")
    return found


def contradictory(
    presence: TruthTable, absence: TruthTable, limits: Limits | None = None
) -> tuple[Whole, bool]:
    """Remainders assumed for the outcome and for its absence (findRows type 2).

    Over the simplifying assumptions of every parsimonious model; whether some models are missing.
    """
    each, cut = [], False
    for table in (presence, absence):
        found = analyse(table, limits=limits).parsimonious
        used = sorted({j for model in found.models for j in model})
        each.append(subsets(table, found.implicants[used]))
        cut |= found.truncated
    return np.intersect1d(each[0], each[1]), cut


def simultaneous(presence: TruthTable, absence: TruthTable) -> Whole:
    """Observed rows that are positive for the outcome and for its absence (findRows type 3)."""
    return np.intersect1d(presence.positive, absence.positive)


def against(table: TruthTable, necessary: Terms) -> tuple[Whole, Whole]:
    """Remainders outside a necessary expression, and observed positive rows outside it."""
    if table.whole > MOST_ROWS:
        raise RefusedError(f"{table.whole} rows are too many to list: use fewer conditions")
    every = np.arange(1, table.whole + 1)
    outside = every[~covers(necessary, rows_of(every, table.levels)).any(axis=0)]
    observed = np.isin(outside, table.decided)
    return outside[~observed], np.intersect1d(outside, table.positive)


def untenable(
    table: TruthTable,
    *,
    absence: TruthTable | None = None,
    necessary: tuple[Terms, ...] = (),
    implausible: Terms | None = None,
    limits: Limits | None = None,
) -> Untenable:
    """All untenable rows of a table.

    Parameters
    ----------
    absence : truth table of the absence of the outcome over the same cases, for contradictions
    necessary : expressions each of which is necessary for the outcome, of any length
    implausible : expression that cannot occur, such as a platform without an enterprise
    """
    lost, odds = _none(), _none()
    for expression in necessary:
        rows, observed = against(table, expression)
        lost, odds = np.union1d(lost, rows), np.union1d(odds, observed)
    both, twice, cut = _none(), _none(), False
    if absence is not None:
        if (absence.names, absence.levels) != (table.names, table.levels):
            raise ValueError("the two tables have different conditions")
        both, cut = contradictory(table, absence, limits)
        twice = simultaneous(table, absence)
    odd = _none() if implausible is None else subsets(table, implausible)
    return Untenable(lost, odd, both, twice, odds, cut)
