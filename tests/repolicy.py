"""The invented province's government again, by loops over its files; nothing of the package.

``NOT_AGAIN`` says which numbers have no plain interval over the files, and what holds them; their
values are counted again by :meth:`Policy.outlasting`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl

import rechain
import renetwork
from recount import UnknownError, rows

MEASURES = ("policy_",)

NOT_AGAIN = {
    "policy_tie_survival_funded": "clustered interval: test_policy, its value by loops",
    "policy_tie_survival_unfunded": "clustered interval: test_policy, its value by loops",
}

#: Years of money and of projects, years after an event, and the last day: the defaults.
YEARS, RECENT, AFTER = 5, 3, 3

Found = tuple[float, Any]
#: Number of units -> an array of replicates a unit; replicates -> ends of the interval.
Weights, Ends = Callable[[int], list[Any]], Callable[[Any], Any]


def unrepeatable(measure: str) -> bool:
    """Whether a number has no plain formula here."""
    return measure in NOT_AGAIN


class Policy:
    """Money, claims and projects as plain rows."""

    def __init__(
        self, folder: Path, region: str, network: renetwork.Network, chain: rechain.Chain
    ) -> None:
        self.region, self.network, self.chain = region, network, chain
        self.spend = rows(folder / "spend.csv")
        self.claims = rows(folder / "claims.csv")
        self.projects = {r["project_id"]: r for r in rows(folder / "projects.csv")}
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        at = {head: place for place, head in enumerate(lines[0])}
        self.industry = {
            str(r[at["机构编号"]]): str(r[at["行业代码"]] or "") for r in lines[1:]
        }
        self.last = max(int(r["year"]) for r in self.spend)
        self.lines = [r for r in self.spend if self.last - YEARS < int(r["year"]) <= self.last]

    def answer(
        self, measure: str, part: str, period: str, quotient: Callable[[str], float],
        weights: Weights, ends: Ends,
    ) -> Found:  # fmt: skip
        if measure == "policy_money":
            return self.money(part), None
        if measure == "policy_alignment":
            if part:
                raise UnknownError("three technologies are too few")
            need, money = zip(*self.pairs().values(), strict=True)
            return self.ranked(need, money, weights, ends)
        if measure == "policy_advantage_share":
            return self.advantage(quotient, weights, ends)
        if measure == "policy_new_ties_funded":
            return self.born(period)
        if measure == "policy_public_rd":
            return self.public(period, weights, ends)
        return self.count(measure, int(period.split("-")[-1])), None

    def money(self, part: str) -> float:
        own = [r for r in self.lines if not part or r["node"] == part or r["technology"] == part]
        return math.fsum(float(r["amount"]) for r in own)

    def pairs(self) -> dict[str, tuple[float, float]]:
        """Node -> demand not met, money."""
        return {n: (max(0.0, self.chain.demand(n) - self.chain.output(n)), self.money(n))
                for n in self.chain.nodes}  # fmt: skip

    def ranked(self, x: Any, y: Any, weights: Weights, ends: Ends) -> Found:
        """Correlation of mid-ranks; where units weigh, so do those that are passed over."""
        units = range(len(x))

        def of(w: list[Any]) -> Any:
            ranks = [
                [sum(w[j] * ((v[j] < v[i]) + 0.5 * (v[j] == v[i])) for j in units) for i in units]
                for v in (x, y)
            ]
            whole = sum(w)
            means = [sum(w[i] * r[i] for i in units) / whole for r in ranks]
            away = [[r[i] - m for i in units] for r, m in zip(ranks, means, strict=True)]
            parts = [sum(w[i] * away[a][i] * away[b][i] for i in units)
                     for a, b in ((0, 1), (0, 0), (1, 1))]  # fmt: skip
            return parts[0] / (parts[1] * parts[2]) ** 0.5

        return float(of([1.0] * len(x))), ends(of(weights(len(x))))

    def share(
        self, top: list[float], bottom: list[float], weights: Weights, ends: Ends
    ) -> Found:
        def of(w: list[Any]) -> Any:
            return sum(t * v for t, v in zip(top, w, strict=True)) / sum(
                b * v for b, v in zip(bottom, w, strict=True)
            )

        return of([1.0] * len(top)), ends(of(weights(len(top))))

    def advantage(
        self, quotient: Callable[[str], float], weights: Weights, ends: Ends
    ) -> Found:
        placed = []
        for r in sorted(self.lines, key=lambda r: r["spend_id"]):
            code = (self.chain.nodes[r["node"]]["industry"] if r["node"]
                    else self.industry.get(r["beneficiary"], ""))  # fmt: skip
            if code in rechain.BLOCK:
                placed.append((code, float(r["amount"])))
        strong = {c for c in {code for code, _ in placed} if quotient(c) > 1}
        return self.share([a if c in strong else 0.0 for c, a in placed],
                          [a for _, a in placed], weights, ends)  # fmt: skip

    def paid(self, event: str) -> bool:
        return event in self.projects and float(self.projects[event]["public_money"] or 0) > 0

    def met(self) -> dict[tuple[str, str], list[str]]:
        """Pair of the region -> its joint events."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for event, team in self.network.teams.items():
            for pair in combinations(sorted(team & self.network.here), 2):
                found[pair].append(event)
        return found

    def born(self, period: str) -> Found:
        first, last = map(int, period.split("-"))
        new = funded = 0
        for events in self.met().values():
            begun = min(self.network.span[e][0] for e in events)
            if first <= begun <= last:
                new += 1
                funded += any(self.paid(e) for e in events if self.network.span[e][0] == begun)
        return renetwork.wilson(funded, new)

    def outlasting(self, funded: bool) -> float:
        """1 - Kaplan-Meier share of pairs not met again after three years."""
        last = self.network.last
        spells = []
        for events in self.met().values():
            begun = sorted((*self.network.span[e], e) for e in events)
            # of events alike in both years the package takes the first in its own order: then
            # whether one is funded must not differ
            start, end, _ = begun[0]
            births = [e for s, f, e in begun if (s, f) == (start, end)]
            said = {self.paid(e) for e in births}
            if len(said) > 1:
                said = {self.paid(min(births, key=lambda e: (self.network.span[e][0], e)))}
            if funded not in said or last - end <= 0:
                continue
            later = [max(s - end, 1) for s, f, e in begun if f > end and e not in births]
            again = min(later, default=math.inf)
            spells.append((min(again, last - end), again <= last - end))
        kept = 1.0
        for t in range(1, AFTER + 1):
            risk = sum(time >= t for time, _ in spells)
            kept *= 1 - sum(time == t and met for time, met in spells) / risk
        return 1 - kept

    def public(self, period: str, weights: Weights, ends: Ends) -> Found:
        first, last = map(int, period.split("-"))
        assert last - first + 1 == RECENT
        own = [
            (float(r["public_money"]), float(r["budget"]))
            for id, r in sorted(self.projects.items())
            if first <= int(r["start_year"]) <= last and id in self.network.teams
        ]
        return self.share([p for p, _ in own], [b for _, b in own], weights, ends)

    def count(self, measure: str, year: int) -> float:
        if measure == "policy_instruments":
            return len({r["instrument"] for r in self.lines if float(r["amount"]) > 0})
        if measure == "policy_commitment_years":
            paid = {int(r["year"]) for r in self.spend if float(r["amount"]) > 0}
            return next(n for n in range(200) if year - n not in paid)
        if measure == "policy_unfunded_gaps":
            return sum(need > 0 and money == 0 for need, money in self.pairs().values())
        if measure == "policy_funded_nongaps":
            return sum(need == 0 and money > 0 for need, money in self.pairs().values())
        assert measure == "policy_environment"
        told = [r["verdict"] for r in self.claims if r["item"].startswith("environment.")
                and r["date"] <= f"{year}-12-31" <= (r["expiry"] or "9999")
                and r["verdict"] != "cannot tell"]  # fmt: skip
        return told.count("met") / len(told)
