"""The invented province's technologies again, by loops over its files; nothing of the package.

``NOT_AGAIN`` says which numbers have no plain formula over the files alone, and what holds them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import openpyxl

from recount import UnknownError, parts, rows

MEASURES = ("tech_",)

NOT_AGAIN = {
    "tech_key": "betweenness: test_technology, against NetworkX",
    "tech_reach": "needs every region's quotients: test_relatedness, against EconGeo",
    **dict.fromkeys(("tech_foreign_joint", "tech_foreign_gain", "tech_alliance_share",
                     "tech_alliance_time"), "test_abroad, by loops over the tables"),
    "tech_growth": "Poisson regression: test_technology, against statsmodels",
}

#: Years of the window, of the recent ones, and what makes an alliance: the defaults.
YEARS, RECENT, MEMBERS, EVENTS = 15, 3, 3, 2


class Technology:
    """Patents of the window with their classes and applicants as plain dictionaries."""

    def __init__(self, folder: Path, region: str) -> None:
        self.region = region
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        at = {head: place for place, head in enumerate(lines[0])}
        self.home, self.kind, self.industry = (
            {str(r[at["机构编号"]]): str(r[at[h]] or "") for r in lines[1:]}
            for h in ("地区", "机构类型", "行业代码")
        )
        year = {r["patent_id"]: int(r["app_year"]) for r in rows(folder / "patents.csv")}
        last = max(year.values())
        self.period = f"{last - YEARS + 1}-{last}"
        filed: dict[str, dict[str, str]] = defaultdict(dict)
        for r in rows(folder / "applicants.csv"):
            filed[r["patent_id"]][r["org_id"]] = r["position"]
        classes: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "codes.csv"):
            classes[r["patent_id"]].add(r["code"][:4])
        inside = {p for p, y in year.items()
                  if last - YEARS < y <= last and filed[p] and classes[p]}  # fmt: skip
        self.year = {p: year[p] for p in inside}
        self.filed = {p: filed[p] for p in inside}
        self.classes = {p: classes[p] for p in inside}
        self.of: dict[str, set[str]] = defaultdict(set)
        for p in inside:
            for k in classes[p]:
                self.of[k].add(p)
        #: class -> organisations that filed in it before the window
        self.before: dict[str, set[str]] = defaultdict(set)
        for p, y in year.items():
            for k in classes[p] if y <= last - YEARS else ():
                self.before[k] |= set(filed[p])
        self.local = {p for p in inside if any(self.home[o] == region for o in filed[p])}
        self.last = last
        self.citations = rows(folder / "citations.csv")
        self.serves: dict[str, dict[str, float]] = defaultdict(dict)
        for r in rows(folder / "concordance.csv"):
            self.serves[r["code"]][r["industry"]] = float(r["share"])
        panel = [r for r in rows(folder / "panel.csv") if r["region"] == region]
        newest = max(int(r["year"]) for r in panel)
        self.value = {r["industry"]: float(r["value_added"]) for r in panel
                      if int(r["year"]) == newest and r["industry"] != "TOTAL"}  # fmt: skip
        self.teams = self._teams(folder)

    def _teams(self, folder: Path) -> dict[str, list[set[str]]]:
        members: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "members.csv"):
            if self.home.get(r["org_id"]) == self.region:
                members[r["project_id"]].add(r["org_id"])
        teams: dict[str, list[set[str]]] = defaultdict(list)
        for r in rows(folder / "projects.csv"):
            if len(members[r["project_id"]]) >= MEMBERS:
                for k in {c.strip()[:4] for c in r["codes"].split(";")} - {""}:
                    teams[k].append(members[r["project_id"]])
        return teams

    def alliance(self, klass: str) -> set[str]:
        met = Counter(p for team in self.teams[klass] for p in combinations(sorted(team), 2))
        fit = []
        for members in parts([pair for pair, n in met.items() if n >= EVENTS]):
            kinds = {self.kind[o] for o in members}
            mixed = "enterprise" in kinds and kinds & {"university", "institute"}
            if len(members) >= MEMBERS and mixed:
                fit.append(members)
        if not fit:
            raise UnknownError("no alliance")
        return max(fit, key=lambda members: (len(members), sorted(members)))

    def advantage(self, klass: str) -> float:
        """Share of the class in the region's classes over its share in those of all regions."""
        count: Counter[tuple[str, str]] = Counter()
        for p, classes in self.classes.items():
            for place in {self.home[o] for o in self.filed[p]} - {""}:
                count.update((place, k) for k in classes)
        own = sum(n for (r, _), n in count.items() if r == self.region)
        every = sum(n for (_, k), n in count.items() if k == klass)
        return count[self.region, klass] / own / (every / sum(count.values()))

    def answer(self, measure: str, subject: str, period: str) -> float:
        region, _, klass = subject.partition("|")
        if (region, period) != (self.region, self.period) or klass not in self.of:
            raise UnknownError("another region, period or class")
        own = self.of[klass]
        here = own & self.local
        match measure:
            case "tech_patents":
                return len(own)
            case "tech_local":
                return len(here)
            case "tech_advantage":
                return self.advantage(klass)
            case "tech_recent":
                return sum(self.year[p] > self.last - RECENT for p in own) / len(own)
            case "tech_common":
                return _unlike(self.users(own))
            case "tech_users":
                every = {i for o, i in self.industry.items() if i and self.files(o)}
                return _even(self.users(own), len(every))
            case "tech_pull":
                return self.pull(klass)
            case "tech_adopters":
                return len(self.adopters(klass))
            case "tech_outside":
                adopters = self.adopters(klass)
                return len(adopters - self.alliance(klass)) / len(adopters)
            case "tech_cited":
                return self.cited(klass)
        if measure in ("tech_breadth", "tech_evenness", "tech_participation"):
            return self.beside(measure, klass)
        return self.local_share(measure, here, own)

    def local_share(self, measure: str, here: set[str], own: set[str]) -> float:
        if measure == "tech_first":
            if not here:
                raise UnknownError("no patent of the region")
            first = [o for p in here for o, n in self.filed[p].items() if n == "1"]
            return sum(self.home[o] == self.region for o in first) / len(here)
        if measure == "tech_foreign":
            made = [r["cited_foreign"] for r in self.citations
                    if r["citing"] in here and r["cited_foreign"]]  # fmt: skip
            if not made:
                raise UnknownError("no citation")
            return sum(f == "yes" for f in made) / len(made)
        assert measure in ("tech_generality", "tech_originality")
        end, other = ("cited", "citing") if measure == "tech_generality" else ("citing", "cited")
        found: Counter[str] = Counter()
        for r in self.citations:
            if r[end] in own and r[other] in self.classes:
                found.update(self.classes[r[other]])
        return _unlike(found)

    def files(self, org: str) -> bool:
        if not hasattr(self, "_files"):
            self._files = {o for orgs in self.filed.values() for o in orgs}
        return org in self._files

    def users(self, own: set[str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for p in own:
            found.update({self.industry[o] for o in self.filed[p]} - {""})
        return found

    def adopters(self, klass: str) -> set[str]:
        return {o for p in self.of[klass] for o in self.filed[p] if self.home[o] == self.region}

    def pull(self, klass: str) -> float:
        if klass not in self.serves:
            raise UnknownError("not in the concordance")
        total = 0.0
        for industry, value in self.value.items():
            every = sum(len(p) * self.serves[k].get(industry, 0.0) for k, p in self.of.items())
            total += len(self.of[klass]) * self.serves[klass][industry] / every * value
        return total

    def joint(self, klass: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for p in self.of[klass]:
            found.update(self.classes[p] - {klass})
        return found

    def strong(self, one: str, other: str) -> bool:
        """Whether a tie is more than chance gives the first of the two: the disparity filter."""
        own = self.joint(one)
        return len(own) == 1 or (1 - own[other] / sum(own.values())) ** (len(own) - 1) < 0.05

    def beside(self, measure: str, klass: str) -> float:
        own = self.joint(klass)
        if measure == "tech_evenness":
            return _even(own, len(self.of) - 1)
        if measure == "tech_participation":
            sections: Counter[str] = Counter()
            for k, n in own.items():
                if self.strong(klass, k) or self.strong(k, klass):
                    sections[k[0]] += n
            whole = sum(sections.values())
            if not whole:
                raise UnknownError("no tie is stronger than chance")
            return 1 - sum((n / whole) ** 2 for n in sections.values())
        size = {k: sum(self.joint(k).values()) for k in self.of}
        total = sum(size.values())
        near = [k for k, n in own.items() if n * total > size[k] * size[klass]]
        return len(near) / (len(self.of) - 1)

    def cited(self, klass: str) -> float:
        members = self.alliance(klass)
        allied = {p for p, orgs in self.filed.items() if members & set(orgs)}
        others = self.local - allied
        theirs = allied & self.of[klass]
        return sum(r["cited"] in theirs and r["citing"] in others for r in self.citations)


def _unlike(counts: Counter[str]) -> float:
    """Share of pairs of different items that are unlike."""
    n = sum(counts.values())
    if n < 2:
        raise UnknownError("fewer than two")
    return 1 - sum(c * (c - 1) for c in counts.values()) / (n * (n - 1))


def _even(counts: Counter[str], among: int) -> float:
    n = sum(counts.values())
    return -sum(c / n * math.log(c / n) for c in counts.values()) / math.log(among)


def unrepeatable(measure: str) -> bool:
    """Whether a number has no plain formula here."""
    return measure in NOT_AGAIN
