"""The account of a table: coefficients, one factorisation, the inverse where all of it is used."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import inv, lu_factor, lu_solve

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.audit import coefficients, productive, sound
from regionlift.measures.inputoutput.table import Table


class Account:
    """A, B, L and multipliers of a sound table; each is computed once, when first asked for.

    Raises
    ------
    UnsoundTableError
        Nothing can be computed from the table (:func:`~.audit.sound`).
    """

    def __init__(self, table: Table) -> None:
        self.table = sound(table)

    @cached_property
    def technical(self) -> Floats:
        r"""Input coefficients :math:`A = Z \hat{x}^{-1}`, shape (n, n)."""
        return coefficients(self.table.flows, self.table.output)

    @cached_property
    def allocation(self) -> Floats:
        r"""Allocation coefficients :math:`B = \hat{x}^{-1} Z`, shape (n, n) (Ghosh 1958)."""
        return coefficients(self.table.flows.T, self.table.output).T

    @cached_property
    def value_added_shares(self) -> Floats:
        """Value added per unit of output, shape (n,)."""
        return coefficients(self.table.value_added, self.table.output)

    @cached_property
    def _factor(self) -> tuple[Floats, Floats]:
        factor, pivots = lu_factor(np.eye(len(self.technical)) - self.technical)
        return factor, pivots

    @cached_property
    def leontief(self) -> Floats:
        r"""Leontief inverse :math:`L = (I - A)^{-1}`, shape (n, n)."""
        return np.asarray(inv(np.eye(len(self.technical)) - self.technical))

    def required(self, final: Floats) -> Floats:
        """Output that final demand takes, L f, by one solve; shape as ``final``."""
        return np.asarray(lu_solve(self._factor, final))

    def multipliers(self, weights: Floats | None = None) -> Floats:
        """What a unit of final demand of each sector takes of ``weights`` per output: w'L.

        Without weights, output multipliers; with value-added shares, value added; with jobs per
        output, jobs. One transposed solve.
        """
        w = np.ones(len(self.technical)) if weights is None else np.asarray(weights, dtype=float)
        return np.asarray(lu_solve(self._factor, w, trans=1))

    def type_one(self, weights: Floats) -> Floats:
        """Total over direct effect, (w'L)_j / w_j; not a number where the direct effect is 0."""
        w = np.asarray(weights, dtype=float)
        ratio = np.divide(self.multipliers(w), w, out=np.full_like(w, np.nan), where=w != 0)
        return np.asarray(ratio)

    def type_two(self, pay: Floats, spending: Floats, weights: Floats | None = None) -> Floats:
        """Multipliers with households inside: they earn ``pay`` and buy by ``spending``.

        Parameters
        ----------
        pay
            Compensation per unit of output, shape (n,).
        spending
            Purchases from each sector per unit of household income, shape (n,); the rest is saved
            or bought elsewhere.

        Raises
        ------
        ValueError
            The closed system is not productive.
        """
        n = len(self.technical)
        closed = np.zeros((n + 1, n + 1))
        closed[:n, :n], closed[n, :n], closed[:n, n] = self.technical, pay, spending
        if not productive(closed):
            raise ValueError("with households inside, the table is not productive")
        w = np.append(np.ones(n) if weights is None else np.asarray(weights, dtype=float), 0.0)
        return np.asarray(np.linalg.solve((np.eye(n + 1) - closed).T, w)[:n])
