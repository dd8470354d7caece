"""The numbers behind path B again, by loops over the province's files; nothing of the package.

Core enterprises are searched for, so they are given; everything else follows from the files.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from statistics import NormalDist
from typing import ClassVar

import openpyxl

from recount import LARGEST, WINDOW, rows

#: Every number of the family: test_pathway_chain holds them, with the cores given.
MEASURES = (
    "core_enterprises", "suppliers_per_core", "cores_local_share", "chain_net_entry", "chain_sound",
    "hold_up_share", "chain_learning", "chain_sharing", "chain_invention_growth",
    "supplier_able_share", "supplier_invention_growth", "codevelopment_lift",
)  # fmt: skip

#: Last years that count: of entry and service, of joint events, of inventions.
RECENT, NETWORK, SLOPE = 3, 5, 8
#: Defaults: coverage below which a link is weak, share of one supplier, share of inputs made here,
#: plants that demand feeds, holders of its technology.
WEAK, SINGLE, STRONG, REACH, HOLDERS = 0.8, 0.95, 0.5, 1.0, 1

Ends = tuple[float, float] | None


def unrepeatable(measure: str) -> bool:
    """Whether a number cannot be had without the list of core enterprises, or is held elsewhere."""
    return measure in MEASURES


class Chain:
    """Organisations, links between firms, patents and joint events as plain dictionaries."""

    HEADS: ClassVar = {
        "region": "地区", "type": "机构类型", "node": "产业链环节", "revenue": "营业收入",
        "rd": "研发费用", "founded": "成立年份", "closed": "注销年份", "certified": "认定类型",
    }  # fmt: skip

    def __init__(self, folder: Path, region: str, cores: tuple[str, ...], last: int) -> None:
        self.folder, self.region, self.cores, self.last = folder, region, cores, last
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        at = {str(head): place for place, head in enumerate(lines[0])}
        self.org = {str(r[at["机构编号"]]): {k: r[at[h]] for k, h in self.HEADS.items()}
                    for r in lines[1:]}  # fmt: skip
        self.filed: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "applicants.csv"):
            self.filed[r["patent_id"]].add(r["org_id"])
        self.year: dict[str, int] = {}
        self.kind: dict[str, str] = {}
        for r in rows(folder / "patents.csv"):
            self.year[r["patent_id"]], self.kind[r["patent_id"]] = int(r["app_year"]), r["kind"]
        self.bought = [r for r in rows(folder / "links.csv") if r["level"] == "firm"
                       and float(r["value"]) > 0 and r["region"] in ("", region)]  # fmt: skip
        newest = max(int(r["year"]) for r in self.bought)
        self.bought = [r for r in self.bought if int(r["year"]) == newest and r["to"] in cores]
        teams: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "members.csv"):
            teams[r["project_id"]].add(r["org_id"])
        span = {r["project_id"]: (int(r["start_year"]), int(r["end_year"] or r["start_year"]))
                for r in rows(folder / "projects.csv")}  # fmt: skip
        self.projects = {e: (span[e], team) for e, team in teams.items()}

    def here(self, org: str) -> bool:
        return org in self.org and self.org[org]["region"] == self.region

    def placed(self) -> set[str]:
        """Organisations of the region on the chain that exist in the last year."""
        return {
            o for o, r in self.org.items() if r["region"] == self.region and r["node"]
            and (not r["founded"] or int(r["founded"]) <= self.last)
            and (not r["closed"] or int(r["closed"]) > self.last)
        }  # fmt: skip

    def local(self) -> dict[str, set[str]]:
        """Core enterprise that buys -> suppliers of the region."""
        found: dict[str, set[str]] = {r["to"]: set() for r in self.bought}
        for r in self.bought:
            if self.here(r["from"]):
                found[r["to"]].add(r["from"])
        return found

    def suppliers(self) -> set[str]:
        return set().union(*self.local().values())

    def answer(self, measure: str) -> tuple[float, Ends]:
        found = getattr(self, measure)()
        return found if isinstance(found, tuple) else (float(found), None)

    def core_enterprises(self) -> int:
        return sum(self.here(o) and self.org[o]["type"] == "enterprise" for o in self.cores)

    def suppliers_per_core(self) -> float:
        return sum(len(s) for s in self.local().values()) / len(self.local())

    def cores_local_share(self) -> float:
        near = sum(float(r["value"]) for r in self.bought if self.here(r["from"]))
        return near / sum(float(r["value"]) for r in self.bought)

    def chain_net_entry(self) -> int:
        moves = 0
        for r in self.org.values():
            if r["region"] == self.region and r["node"]:
                moves += bool(r["founded"]) and self.last - 3 < int(r["founded"]) <= self.last
                moves -= bool(r["closed"]) and self.last - 3 < int(r["closed"]) <= self.last
        return moves

    def makers(self) -> dict[str, list[str]]:
        """Node -> enterprises of the region there that exist."""
        found: dict[str, list[str]] = defaultdict(list)
        for o in self.placed():
            if self.org[o]["type"] in ("enterprise", "foreign", None):
                found[str(self.org[o]["node"])].append(o)
        return found

    def hold_up_share(self) -> float:
        held = []
        for who in self.makers().values():
            sold = [float(self.org[o]["revenue"]) for o in who]
            held.append(max(sold) / sum(sold) >= SINGLE)
        return sum(held) / len(held)

    def chain_sound(self) -> float:
        nodes = {r["node_id"]: r for r in rows(self.folder / "chain_nodes.csv")}
        asked = {n: float(r["demand"]) for n, r in nodes.items() if float(r["demand"] or 0) > 0}
        broken = self.broken(nodes, asked)
        return sum(d for n, d in asked.items() if n not in broken) / sum(asked.values())

    def broken(self, nodes: dict[str, dict[str, str]], asked: dict[str, float]) -> set[str]:
        """Nodes to strengthen or to supplement, by the questions in words."""
        made = self.makers()
        full = {n for n in asked if made[n]
                and sum(float(self.org[o]["revenue"]) for o in made[n]) >= WEAK * asked[n]}
        inputs: dict[str, set[str]] = defaultdict(set)
        used: set[str] = set()
        for r in rows(self.folder / "chain_edges.csv"):
            inputs[r["to"]].add(r["from"])
            used.add(r["from"])
        found = {n for n in asked if made[n] and n not in full}
        for n in asked:
            if made[n]:
                continue
            strong = inputs[n] & full
            extends = n not in used and inputs[n] and len(strong) / len(inputs[n]) >= STRONG
            pays = float(nodes[n]["minimum_scale"]) <= REACH * asked[n]
            if not extends and pays and (self.holders(nodes[n]) >= HOLDERS
                                         or self.quotient(nodes[n]["industry"]) >= 1):
                found.add(n)
        return found

    def holders(self, node: dict[str, str]) -> int:
        wanted = tuple(t for t in node["technologies"].split(";") if t)
        coded = {r["patent_id"] for r in rows(self.folder / "codes.csv")
                 if r["code"].startswith(wanted)}  # fmt: skip
        return len({o for p in coded if self.last - NETWORK < self.year[p] <= self.last
                    for o in self.filed[p] if self.here(o)})  # fmt: skip

    def quotient(self, industry: str) -> float:
        own = [r for r in rows(self.folder / "panel.csv") if int(r["year"]) == self.last]
        jobs = {(r["region"], r["industry"]): float(r["employment"]) for r in own}
        here = jobs[self.region, industry] / jobs[self.region, "TOTAL"]
        every = sum(v for (_, i), v in jobs.items() if i == industry)
        return here / (every / sum(v for (_, i), v in jobs.items() if i == "TOTAL"))

    def chain_learning(self) -> float:
        first, learns, here = self.last - NETWORK + 1, set(), self.placed()
        for (start, end), team in self.projects.values():
            if start <= self.last and end >= first and len(team & here) > 1:
                learns |= team & here
        recent = {p for p, y in self.year.items() if first <= y <= self.last}
        for p in recent:
            if len(self.filed[p] & here) > 1:
                learns |= self.filed[p] & here
        for r in rows(self.folder / "citations.csv"):
            if r["citing"] in recent:
                for a in self.filed[r["citing"]] & here:
                    for b in self.filed.get(r["cited"], set()) & here:
                        if a != b:
                            learns |= {a, b}
        return len(learns) / len(here)

    def chain_sharing(self) -> float:
        shares: set[str] = set()
        for r in rows(self.folder / "platforms.csv"):
            if self.last - RECENT < int(r["year"]) <= self.last:
                shares |= {m.strip() for m in r["members"].split(";")}
        for r in rows(self.folder / "needs.csv"):
            if self.last - RECENT < int(r["year"]) <= self.last and r["served"] == "yes":
                shares.add(r["org_id"])
        return len(shares & self.placed()) / len(self.placed())

    def chain_invention_growth(self) -> tuple[float, Ends]:
        return self.growth(self.placed())

    def supplier_invention_growth(self) -> tuple[float, Ends]:
        return self.growth(self.suppliers())

    def growth(self, who: set[str]) -> tuple[float, Ends]:
        """b where the mean year of the inventions is that of exp(b t), by halving."""
        years = range(self.last - SLOPE + 1, self.last + 1)
        n = Counter(self.year[p] for p, filed in self.filed.items()
                    if self.kind[p] == "invention" and filed & who)  # fmt: skip
        total = sum(n[y] for y in years)
        mean = sum((y - years[0]) * n[y] for y in years) / total
        low, high = -5.0, 5.0
        for _ in range(200):
            b = (low + high) / 2
            weights = [math.exp(b * k) for k in range(SLOPE)]
            fitted = sum(k * w for k, w in enumerate(weights)) / sum(weights)
            low, high = (b, high) if fitted < mean else (low, b)
        expected = [total * w / sum(weights) for w in weights]
        extra = sum((n[y] - m) ** 2 / m for y, m in zip(years, expected, strict=True))
        bend = sum(m * (k - mean) ** 2 for k, m in enumerate(expected))
        error = math.sqrt(max(1.0, extra / (SLOPE - 2)) / bend)
        z = NormalDist().inv_cdf(0.95)
        return b, (b - z * error, b + z * error)

    def supplier_able_share(self) -> float:
        told = [self.org[o] for o in self.suppliers()
                if self.org[o]["rd"] is not None or self.org[o]["certified"]]  # fmt: skip
        return sum(float(r["rd"] or 0) > 0 or str(r["certified"] or "none") != "none"
                   for r in told) / len(told)  # fmt: skip

    def codevelopment_lift(self) -> float:
        ties = self.ties()
        partners = Counter(o for pair in ties for o in pair)
        pairs = {tuple(sorted((core, s))) for core, own in self.local().items() for s in own
                 if s != core}  # fmt: skip
        chance = sum(1 - math.exp(-partners[a] * partners[b] / (2 * len(ties))) for a, b in pairs)
        return len(pairs & ties) / chance

    def ties(self) -> set[tuple[str, ...]]:
        """Pairs of the region with a joint event that ran in the last years."""
        events = [*self.projects.values()]
        events += [((self.year[p], self.year[p] + WINDOW - 1), who)
                   for p, who in self.filed.items() if len(who) > 1]  # fmt: skip
        return {
            pair for (start, end), team in events
            if start <= self.last and end > self.last - NETWORK and len(team) <= LARGEST
            for pair in combinations(sorted(o for o in team if self.here(o)), 2)
        }  # fmt: skip
