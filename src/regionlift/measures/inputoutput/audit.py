"""Whether a table can be computed with at all: balance, signs, orientation, productivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, solve

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.table import Table

#: Largest gap between two ways to output that counts as rounding, as a share of output.
TOLERANCE = 1e-3


class UnsoundTableError(ValueError):
    """No number can be computed from this table."""


@dataclass(frozen=True)
class Finding:
    """A fault of a table; a fatal one leaves nothing to compute."""

    code: str
    message: str
    fatal: bool


def audit(table: Table) -> list[Finding]:
    """Every fault of the table, the fatal ones first.

    A transposed table shows itself where its rows do not add up to output and its columns, with
    final demand, do. Productivity is asked of A = Z / x, by :func:`productive`.
    """
    found = [*_labels(table), *_values(table)]
    if not any(f.fatal for f in found):
        found += _balance(table)
        if not productive(coefficients(table.flows, table.output)):
            message = "A is not productive: its spectral radius is 1 or more, the inverse has none"
            found.append(Finding("not-productive", message + " of the meaning of a sum", True))
    return sorted(found, key=lambda f: not f.fatal)


def sound(table: Table) -> Table:
    """The table itself.

    Raises
    ------
    UnsoundTableError
        With the first fatal finding.
    """
    for finding in audit(table):
        if finding.fatal:
            raise UnsoundTableError(finding.message)
    return table


def coefficients(flows: Floats, output: Floats) -> Floats:
    r"""Inputs per unit of output, :math:`a_{ij} = z_{ij} / x_j`; 0 where a sector makes nothing."""
    shares = np.divide(flows, output, out=np.zeros_like(flows, dtype=float), where=output != 0)
    return np.asarray(shares)


def productive(technical: Floats) -> bool:
    """Whether (I - A) has an inverse that is the sum of the powers of A.

    For A without negative cells that holds if and only if (I - A) x = 1 has a positive solution
    (Hawkins & Simon 1949), one solve; with negative cells the spectral radius is computed.
    """
    if not technical.size:
        return True
    if (technical < 0).any():
        return bool(np.abs(np.linalg.eigvals(technical)).max() < 1)
    if technical.sum(axis=0).max() < 1:
        return True
    try:
        x = solve(np.eye(len(technical)) - technical, np.ones(len(technical)))
    except LinAlgError:
        return False
    return bool((x > 0).all())


def _labels(table: Table) -> list[Finding]:
    pairs = list(zip(table.regions, table.sectors, strict=True))
    twice = sorted({p for p in pairs if pairs.count(p) > 1}) if len(set(pairs)) < len(pairs) else []
    return [Finding("twice", f"{r}, {s} stands twice", True) for r, s in twice]


def _values(table: Table) -> list[Finding]:
    found = []
    parts = (table.flows, table.final, table.output)
    if not all(np.isfinite(part).all() for part in parts):
        found.append(Finding("not-a-number", "a cell is empty or not a number", True))
        return found
    if (table.output < 0).any():
        where = _named(table, table.output < 0)
        found.append(Finding("negative-output", f"output is below zero: {where}", True))
    traded = (table.flows != 0).any(axis=0) | (table.flows != 0).any(axis=1)
    idle = np.asarray((table.output == 0) & traded)
    if idle.any():
        message = f"sectors without output buy or sell: {_named(table, idle)}"
        found.append(Finding("no-output", message, True))
    if (table.flows < 0).any():
        where = _named(table, (table.flows < 0).any(axis=1))
        found.append(Finding("negative-flow", f"flows below zero, sold by {where}", False))
    if (table.value_added < -TOLERANCE * np.abs(table.output)).any():
        where = _named(table, table.value_added < -TOLERANCE * np.abs(table.output))
        found.append(
            Finding("negative-value-added", f"inputs cost more than output: {where}", False)
        )
    return found


def _balance(table: Table) -> list[Finding]:
    final, output = table.final.sum(axis=1), table.output
    scale = np.maximum(np.abs(output), 1e-12)
    off = np.abs(table.flows.sum(axis=1) + final - output) / scale
    if (off <= TOLERANCE).all():
        return []
    turned = np.abs(table.flows.sum(axis=0) + final - output) / scale
    if (turned <= TOLERANCE).all():
        message = "the table is transposed: its columns, not its rows, add up with final demand"
        return [Finding("transposed", message + " to output", True)]
    where = _named(table, off > TOLERANCE)
    message = f"rows do not add up to output, by up to {off.max():.1%}: {where}"
    return [Finding("unbalanced", message, False)]


def _named(table: Table, where: npt.ArrayLike) -> str:
    rows = np.flatnonzero(where)
    names = [f"{table.regions[i]} {table.sectors[i]}" for i in rows[:3]]
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return ", ".join(names) + more
