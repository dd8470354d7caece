"""Structure and behaviour of the invented province's network again, by loops and plain formulas.

Nothing of the package is imported. What is drawn by chance, simulated or searched for has no plain
formula; ``NOT_AGAIN`` says which numbers those are and why.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from statistics import NormalDist

import openpyxl

from recount import LARGEST, WINDOW, UnknownError, rows

#: Divisions of the block.
BLOCK = {"33", "34", "35", "36", "37", "38", "40"}

#: Measure -> why it is not computed a second time here; another test holds it.
NOT_AGAIN = {
    "network_core_fit": "search over cores: test_structure, brute force",
    "network_path_length": "from up to 200 sources: test_graphs, NetworkX",
    "network_small_world": "its denominator is drawn by chance",
    "network_ei_layer": "layers follow from a rule: test_structure",
    "network_nestedness": "test_graphs, by definition",
    "network_modularity": "best of ten searches: test_structure, NetworkX",
    "network_ceiling": "profile likelihood: test_growth_recovery",
    "network_peak": "profile likelihood: test_growth_recovery",
    "network_phase": "share of draws: test_growth_phase",
    "network_steady": "mean over draws: test_growth_phase",
    "helix_synergy": "bootstrap interval",
    "organisation_survival": "test_survival, by hand",
    "tie_outlives": "test_survival, by hand",
    "labour_specialisation": "bootstrap interval: test_convergence, by definition",
    "labour_nestedness": "test_graphs, by definition",
    "network_itinerant": "types in pairs: test_graphs, by loops",
    "network_gatekeeper_representative": "types in pairs: test_graphs, by loops",
    "network_coordinator": "types in pairs: test_graphs, by loops",
    "network_liaison": "types in pairs: test_graphs, by loops",
    "network_growth": "test_growth, against a least-squares fit",
    **{f"forecast_{x}": "simulated" for x in ("active", "entries", "exits", "ties", "new_ties",
                                              "skill", "stock")},
}  # fmt: skip

Pair = tuple[str, str]
Found = tuple[float, tuple[float, float] | None]


def unrepeatable(measure: str, subject: str) -> bool:
    """Whether a number is drawn, simulated or searched for."""
    part = subject.partition("|")[2]
    return measure in NOT_AGAIN or part.startswith(("rewired", "reshuffled"))


class Network:
    """The province as plain sets."""

    def __init__(self, folder: Path, region: str) -> None:
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        column = {name: place for place, name in enumerate(lines[0])}
        org = {str(line[column["机构编号"]]): line for line in lines[1:]}
        self.here = {o for o, line in org.items() if line[column["地区"]] == region}
        self.type = {o: str(line[column["机构类型"]]) for o, line in org.items()}
        self.industry = {o: str(line[column["行业代码"]] or "") for o, line in org.items()}
        self.does = {
            o: {f for f in str(line[column["职能"]] or "").split(";") if f}
            for o, line in org.items()
        }
        self.teams: dict[str, set[str]] = defaultdict(set)
        self.span: dict[str, tuple[int, int]] = {}
        self.codes: dict[str, set[str]] = defaultdict(set)
        self.lead: dict[str, set[str]] = defaultdict(set)
        self.projects: set[str] = set()
        for row in rows(folder / "projects.csv"):
            event = row["project_id"]
            self.span[event] = (int(row["start_year"]), int(row["end_year"]))
            self.codes[event] |= {c.strip()[:4] for c in row["codes"].split(";") if c.strip()}
        for row in rows(folder / "members.csv"):
            self.projects.add(row["project_id"])
            self.teams[row["project_id"]].add(row["org_id"])
            if row["role"] == "lead":
                self.lead[row["project_id"]].add(row["org_id"])
        applicants: dict[str, set[str]] = defaultdict(set)
        for row in rows(folder / "applicants.csv"):
            applicants[row["patent_id"]].add(row["org_id"])
        for row in rows(folder / "patents.csv"):
            if len(held := applicants[row["patent_id"]]) > 1:
                self.teams[row["patent_id"]] = held
                year = int(row["app_year"])
                self.span[row["patent_id"]] = (year, year + WINDOW - 1)
        for row in rows(folder / "codes.csv"):
            if row["patent_id"] in self.teams:
                self.codes[row["patent_id"]].add(row["code"].strip()[:4])
        assert max(map(len, self.teams.values())) <= LARGEST
        self.teams = {e: t for e, t in self.teams.items() if t & self.here}
        self.last = max(self.span[e][0] for e in self.teams)
        self.begin = min(self.span[e][0] for e in self.teams)

    def events(self, first: int, last: int) -> list[str]:
        return [e for e in self.teams if self.span[e][0] <= last and self.span[e][1] >= first]

    def ties(self, events: list[str], everywhere: bool = False) -> Counter[Pair]:
        """Pairs of the region, or with one end there, and in how many of these events."""
        found: Counter[Pair] = Counter()
        for e in events:
            for a, b in combinations(sorted(self.teams[e]), 2):
                inside = (a in self.here) + (b in self.here)
                if inside == 2 or (everywhere and inside == 1):
                    found[a, b] += 1
        return found

    def boundary(self, ties: Iterable[tuple[str, str]], label: Callable[[str], str]) -> Found:
        """E-I index over ties with both ends labelled."""
        told = [(label(a), label(b)) for a, b in ties if label(a) and label(b)]
        if len({end for pair in told for end in pair}) < 2:
            raise UnknownError("one side of the boundary alone")
        across = sum(a != b for a, b in told)
        return (2 * across - len(told)) / len(told), None

    def answer(self, measure: str, period: str) -> Found:
        if measure.startswith("tie_"):
            return self.of_year(measure, int(period))
        if measure.startswith("technology_"):
            return self.technology(measure, period)
        first, last = map(int, period.split("-"))
        events = self.events(first, last)
        ties = self.ties(events)
        near: dict[str, set[str]] = defaultdict(set)
        for a, b in ties:
            near[a].add(b)
            near[b].add(a)
        across = sum(self.type[a] != self.type[b] for a, b in ties)
        match measure:
            case "network_ei_type":
                return (2 * across - len(ties)) / len(ties), None
            case "network_ei_industry":
                return self.boundary(ties, lambda o: self.industry[o][:2] if self.industry[o][:2]
                                     in BLOCK else "")
            case "network_ei_equipment":
                return self.boundary(ties, lambda o: str(self.industry[o][:2] in BLOCK)
                                     if self.industry[o] else "")
            case "network_cross_type":
                return wilson(across, len(ties))
            case "network_ei_region":
                both = self.ties(events, everywhere=True)
                out = len(both) - len(ties)
                share, ends = wilson(out, len(both))
                assert ends is not None
                return 2 * share - 1, (2 * ends[0] - 1, 2 * ends[1] - 1)
            case "network_transitivity":
                closed = sum(len(near[a] & near[b]) for a, b in ties)
                paths = sum(len(x) * (len(x) - 1) // 2 for x in near.values())
                return closed / paths, None
            case "network_clustering":
                everyone = {o for e in self.teams for o in self.teams[e] if o in self.here}
                everyone &= {o for e in events for o in self.teams[e]}
                total = 0.0
                for o in everyone:
                    pairs = list(combinations(sorted(near[o]), 2))
                    if pairs:
                        total += sum(b in near[a] for a, b in pairs) / len(pairs)
                return total / len(everyone), None
            case "network_assortativity":
                x = [len(near[o]) for pair in ties for o in pair]
                y = [len(near[o]) for pair in ties for o in reversed(pair)]
                return pearson(x, y), None
            case "labour_overlap":
                who = {o for e in events for o in self.teams[e]} & self.here
                does = [self.does[o] for o in sorted(who) if self.does[o]]
                cosines = [
                    len(p & q) / math.sqrt(len(p) * len(q)) for p, q in combinations(does, 2)
                ]
                return math.fsum(cosines) / len(cosines), None
            case "labour_gain":
                gains = [
                    min(len(self.does[a] - self.does[b]), len(self.does[b] - self.does[a]))
                    for a, b in ties
                    if self.does[a] and self.does[b]
                ]
                return sum(gains) / len(gains), None
            case "trust_multiple":
                every = self.ties(list(self.teams))
                return wilson(sum(n > 1 for n in every.values()), len(every))
            case "trust_age":
                met: dict[Pair, int] = {}
                for e in self.teams:
                    for pair in self.ties([e]):
                        met[pair] = min(met.get(pair, 9999), self.span[e][0])
                now = self.ties(self.events(self.last, self.last))
                return sum(self.last - met[pair] for pair in now) / len(now), None
        return self.led(measure, events, near)

    def led(self, measure: str, events: list[str], near: dict[str, set[str]]) -> Found:
        asked = [e for e in events if e in self.projects]
        one = [e for e in asked if len(self.lead[e]) == 1]
        own = Counter(o for e in one for o in self.lead[e] if o in self.here)
        match measure:
            case "responsibility_led":
                return wilson(len(one), len(asked))
            case "responsibility_here":
                return wilson(sum(own.values()), len(one))
            case "responsibility_top":
                return wilson(sum(n for _, n in own.most_common(4)), sum(own.values()))
            case "coordination_reach":
                leads = sorted(own, key=lambda o: (-own[o], o))[:4]
                reached = set(leads).union(*(near[o] for o in leads))
                tied = {o for o in near if near[o]}
                return wilson(len(reached & tied), len(tied))
            case "coordination_go_betweens":
                done: Counter[bool] = Counter()
                for b, partners in near.items():
                    for a, c in combinations(sorted(partners), 2):
                        kinds = self.type[a], self.type[b], self.type[c]
                        if c not in near[a] and len(set(kinds)) > 1:
                            done[kinds[1] in ("intermediary", "platform", "alliance")] += 1
                return done[True] / sum(done.values()), None
        raise KeyError(measure)

    def of_year(self, measure: str, year: int) -> Found:
        if measure == "tie_lasting_share":
            now = self.ties(self.events(year, year))
            later = self.ties(self.events(year + 1, year + 1))
            return wilson(sum(pair in later for pair in now), len(now))
        formed = self.ties([e for e in self.teams if self.span[e][0] == year])
        before = self.ties([e for e in self.teams if self.span[e][0] < year])
        return wilson(sum(pair in before for pair in formed), len(formed))

    def technology(self, measure: str, period: str) -> Found:
        sets = []
        for years in period.split(" to "):
            first, last = map(int, years.split("-"))
            begun = [e for e in self.teams if first <= self.span[e][0] <= last]
            sets.append({c for e in begun for c in self.codes[e]})
        then, now = sets
        if measure == "technology_new_share":
            return wilson(len(now - then), len(now))
        return wilson(len(then - now), len(then))


def wilson(count: int, n: int, level: float = 0.9) -> Found:
    """Roots of (p - x)^2 = z^2 x (1 - x) / n."""
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    p = count / n
    a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p * p
    root = math.sqrt(b * b - 4 * a * c)
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return p, (low if count else 0.0, high if count < n else 1.0)


def pearson(x: list[int], y: list[int]) -> float:
    mx, my = sum(x) / len(x), sum(y) / len(y)
    xy = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    xx = math.fsum((a - mx) ** 2 for a in x)
    yy = math.fsum((b - my) ** 2 for b in y)
    return xy / math.sqrt(xx * yy)
