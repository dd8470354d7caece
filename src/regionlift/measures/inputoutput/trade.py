"""Value added in exports: who earned what a region sells to the others.

Regions of a table are its countries here: the decompositions are the same for provinces.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import solve

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.account import Account
from regionlift.measures.inputoutput.identities import held
from regionlift.measures.inputoutput.table import Places

KWW = (
    "DVA_FIN", "DVA_INT", "DVA_INTrex", "RDV_FIN", "RDV_INT", "DDC", "FVA_FIN", "FVA_INT", "FDC",
)  # fmt: skip
WWZ = (
    "DVA_FIN", "DVA_INT", "DVA_INTrexI1", "DVA_INTrexF", "DVA_INTrexI2", "RDV_FIN", "RDV_FIN2",
    "RDV_INT", "DDC_FIN", "DDC_INT", "MVA_FIN", "MVA_INT", "MDC", "OVA_FIN", "OVA_INT", "ODC",
)  # fmt: skip


def vertical_specialisation(domestic: Floats, imported: Floats, exports: Floats) -> float:
    r"""Imports in exports, :math:`VS = 1' A_m (I - A_d)^{-1} e` (Hummels, Ishii & Yi 2001).

    Parameters
    ----------
    domestic, imported
        Inputs per unit of output from here and from outside, shapes (n, n) and (m, n).
    exports
        Exports by sector, shape (n,).
    """
    return float((imported @ solve(np.eye(len(domestic)) - domestic, exports)).sum())


class Trade:
    """Exports of every region of a closed table, and the value added in them.

    Raises
    ------
    ValueError
        A final demand is bought by no region of the table: such a table is not closed.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        table = account.table
        self.regions = list(table.places)
        self.places = list(table.places.values())
        if odd := sorted(set(table.final_regions) - set(self.regions)):
            raise ValueError(f"final demand of {odd[0]}, which is no region of the table")
        buyers = np.array(table.final_regions)
        columns = [table.final[:, buyers == r].sum(axis=1) for r in self.regions]
        #: Final demand by buying region, shape (n, regions).
        self.final = np.column_stack(columns)
        bought = np.column_stack([table.flows[:, at].sum(axis=1) for at in self.places])
        #: Exports by selling sector and buying region, shape (n, regions); 0 at home.
        self.exports = bought + self.final
        for s, at in enumerate(self.places):
            self.exports[at, s] = 0.0

    @cached_property
    def local(self) -> list[Floats]:
        """Inverse of each region on its own, (I - A_ss)^-1."""
        found = []
        for at in self.places:
            own = self.account.technical[np.ix_(at, at)]
            found.append(np.asarray(np.linalg.inv(np.eye(len(at)) - own)))
        return found

    @cached_property
    def _home(self) -> Floats:
        """What each sector sells to final use at home, shape (n,)."""
        home = np.zeros(len(self.final))
        for s, at in enumerate(self.places):
            home[at] = self.final[at, s]
        return home

    def _through(self, demand: Floats) -> Floats:
        """L_rr times the rows of each region."""
        out = np.zeros_like(demand)
        for at, local in zip(self.places, self.local, strict=True):
            out[at] = local @ demand[at]
        return out

    def _rest(self, s: int) -> Places:
        return np.delete(np.arange(len(self.final)), self.places[s])

    def vertical(self, seller: str) -> float:
        """Imports in the exports of a region, VS; with its own value added they make up exports.

        See :func:`vertical_specialisation`. In the account of the region alone: what left it and
        came back counts as imported.
        """
        s = self.regions.index(seller)
        at, o = self.places[s], self._rest(s)
        technical, exports = self.account.technical, self.exports[at].sum(axis=1)
        found = vertical_specialisation(
            technical[np.ix_(at, at)], technical[np.ix_(o, at)], exports
        )
        own = float(self.account.value_added_shares[at] @ self.local[s] @ exports)
        whole = np.array([exports.sum()])
        held("VS and domestic value added make up exports", np.array([found + own]), whole)
        return found

    def koopman_wang_wei(self) -> Floats:
        """Nine terms of each region's exports, shape (regions, 9), columns :data:`KWW`.

        They add up to exports (Koopman, Wang & Wei 2014). By region only: by sector the method is
        not defined.
        """
        inverse, technical = self.account.leontief, self.account.technical
        share = self.account.value_added_shares
        home, whole = self._home, self.final.sum(axis=1)
        total = self.exports.sum(axis=1)
        used, sold = self._through(home), self._through(total)
        rows = []
        for s, at in enumerate(self.places):
            o = self._rest(s)
            own = share[at] @ inverse[at]
            foreign = share[o] @ inverse[np.ix_(o, at)]
            back = own[o] @ technical[np.ix_(o, at)]
            abroad = self.exports[at].sum(axis=1), whole[at] - home[at]
            inputs = technical[np.ix_(at, o)]
            rows.append([
                own[at] @ abroad[1],
                own[o] @ home[o],
                own[o] @ (whole - home - self.final[:, s])[o],
                own[o] @ self.final[o, s],
                back @ self.local[s] @ home[at],
                back @ self.local[s] @ abroad[0],
                foreign @ abroad[1],
                foreign @ inputs @ used[o],
                foreign @ inputs @ sold[o],
            ])  # fmt: skip
        found = np.array(rows)
        held("terms of Koopman, Wang & Wei add up to exports", found.sum(axis=1),
             np.array([total[at].sum() for at in self.places]))  # fmt: skip
        return found

    def wang_wei_zhu(self, seller: str, buyer: str) -> Floats:
        """Sixteen terms of the exports of one region to another, shape (sectors, 16).

        Columns :data:`WWZ`; rows add up to exports (Wang, Wei & Zhu 2013).
        """
        s, r = self.regions.index(seller), self.regions.index(buyer)
        if s == r:
            raise ValueError(f"{seller} does not export to itself")
        inverse, share = self.account.leontief, self.account.value_added_shares
        at, to = self.places[s], self.places[r]
        t = np.setdiff1d(self._rest(s), to)
        inputs = self.account.technical[np.ix_(at, to)]
        here, there = inverse[np.ix_(to, to)], inverse[np.ix_(to, t)]
        home, whole = self._home, self.final.sum(axis=1)
        back = inverse[np.ix_(to, at)]
        alone = share[at] @ self.local[s]
        full = share[at] @ inverse[np.ix_(at, at)]
        partner = share[to] @ back
        other = share[t] @ inverse[np.ix_(t, at)]
        onward = whole - home - self.final[:, s]
        through = [
            here @ home[to], there @ home[t], here @ onward[to], there @ onward[t],
            here @ self.final[to, s], there @ self.final[t, s], back @ home[at],
            back @ (whole - home)[at],
        ]  # fmt: skip
        final, output = self.final[at, r], self.account.table.output[to]
        stays = inputs @ (self.local[r] @ home[to])
        leaves = inputs @ (self.local[r] @ self.exports[to].sum(axis=1))
        terms = [
            full * final, *(alone * (inputs @ x) for x in through),
            (full - alone) * (inputs @ output),
            partner * final, partner * stays, partner * leaves,
            other * final, other * stays, other * leaves,
        ]  # fmt: skip
        found = np.column_stack(terms)
        held("terms of Wang, Wei & Zhu add up to exports", found.sum(axis=1), self.exports[at, r])
        return found

    def borin_mancini(self) -> dict[str, Floats]:
        r"""Source-based terms of every exporter, arrays over regions (Borin & Mancini 2023).

        ``DVA`` domestic value added, ``DDC`` domestic double counting, ``FVA`` and ``FDC`` the
        foreign ones; ``VAX`` value added absorbed abroad, ``REF`` reflection, ``DAVAX`` directly
        absorbed by the importer; ``GVC``, ``GVCB``, ``GVCF`` participation, backward and forward.

        The inverse in which the exporter's rows abroad are zero is not computed: its columns are
        :math:`L_{\cdot s} L_{ss}^{-1} (I - A_{ss})^{-1}`.
        """
        inverse, technical = self.account.leontief, self.account.technical
        share = self.account.value_added_shares
        used = self._through(self._home)
        names = ("DVA", "DDC", "FVA", "FDC", "VAX", "DAVAX")
        found = {name: np.zeros(len(self.regions)) for name in names}
        for s, at in enumerate(self.places):
            o = self._rest(s)
            exports = self.exports[at].sum(axis=1)
            own = share[at] @ inverse[at]
            foreign = share[o] @ inverse[np.ix_(o, at)]
            made = self.local[s] @ exports
            alone = share[at] @ made
            once = foreign @ solve(inverse[np.ix_(at, at)], made)
            absorbed = np.delete(own @ self.final, s).sum()
            direct = self.final[at].sum(axis=1) - self.final[at, s]
            direct = direct + technical[np.ix_(at, o)] @ used[o]
            values = (
                alone, own[at] @ exports - alone, once, foreign @ exports - once, absorbed,
                share[at] @ self.local[s] @ direct,
            )  # fmt: skip
            for name, value in zip(names, values, strict=True):
                found[name][s] = value
        total = np.array([self.exports[at].sum() for at in self.places])
        return _with_sums(found, total)

    def by_partner(self, seller: str) -> dict[str, Floats]:
        r"""Source-based terms of one exporter by sector and partner, shape (sectors, regions).

        Names as in :meth:`borin_mancini`; sums over both give its totals. With
        :math:`e_{sr}` exports to r and :math:`L^d = (I - A_{ss})^{-1}`:

        .. math:: DVA_{sr} = (v_s L^d)\, e_{sr}, \quad
                  VAX_{sr} = (v_s L^d) (y_{sr} + A_{sr} [L \sum_{l \ne s} y_{\cdot l}]_r)

        Raises
        ------
        ValueError
            The seller is no region of the table.
        """
        if seller not in self.regions:
            raise ValueError(f"{seller} is no region of the table: {', '.join(self.regions)}")
        s = self.regions.index(seller)
        inverse, technical = self.account.leontief, self.account.technical
        share, at, o = self.account.value_added_shares, self.places[s], self._rest(s)
        exports = self.exports[at]
        alone = share[at] @ self.local[s]
        foreign = share[o] @ inverse[np.ix_(o, at)]
        once = solve(inverse[np.ix_(at, at)].T, foreign) @ self.local[s]
        elsewhere = inverse @ np.delete(self.final, s, axis=1).sum(axis=1)
        used = self._through(self._home)
        absorbed, direct = np.zeros_like(exports), np.zeros_like(exports)
        for r, to in enumerate(self.places):
            if r != s:
                inputs, final = technical[np.ix_(at, to)], self.final[at, r]
                absorbed[:, r] = alone * (final + inputs @ elsewhere[to])
                direct[:, r] = alone * (final + inputs @ used[to])
        found = {
            "EXGR": exports,
            "DVA": alone[:, None] * exports,
            "DDC": (share[at] @ inverse[np.ix_(at, at)] - alone)[:, None] * exports,
            "FVA": once[:, None] * exports,
            "FDC": (foreign - once)[:, None] * exports,
            "VAX": absorbed,
            "DAVAX": direct,
        }
        return _with_sums(found, exports)


def _with_sums(found: dict[str, Floats], exports: Floats) -> dict[str, Floats]:
    """The terms of Borin & Mancini with what is added up from them."""
    found["DC"] = found["DVA"] + found["DDC"]
    found["FC"] = found["FVA"] + found["FDC"]
    held("terms of Borin & Mancini add up to exports", found["DC"] + found["FC"], exports)
    found["REF"] = found["DVA"] - found["VAX"]
    found["GVC"] = exports - found["DAVAX"]
    found["GVCB"] = exports - found["DVA"]
    found["GVCF"] = found["DVA"] - found["DAVAX"]
    return found
