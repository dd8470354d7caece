"""The numbers behind path A and the network of path C again, by loops over the province's files.

Nothing of the package is imported. ``NOT_AGAIN`` says which numbers have no plain formula over the
files alone, and what holds them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import ClassVar

import openpyxl

from recount import LARGEST, WINDOW, UnknownError, rows
from renetwork import wilson
from retech import Technology

#: Numbers of the network of every region and year.
YEARLY = ("repeat_tie_share", "tie_age", "multi_type_share")
#: Totals of the panel, which have no interval.
TOTALS = ("block_value_added", "block_employment")

NOT_AGAIN = {
    "technology_potential": "relatedness of all regions: test_pathway_technology, by definition",
    "firm_invention_growth": "Poisson regression: test_pathway_technology, by its equations",
    "phase_growing": "share of draws: test_pathway_technology, sum of the phases",
    "complementarity_lift": "null drawn by chance: test_pathway_technology, from its two numbers",
}

#: Numbers that rest on which technologies are named and which enterprises are core: those two are
#: searched for, so these are computed again with both given, in test_pathway_technology.
GIVEN = ("alliance_share", "alliance_elements", "alliance_output", "alliance_sharing",
         "new_adopters", "technology_infiltration", "technology_leaders", "outstanding_firms",
         "inventor_concentration", "alliance_count", "core_new_fields",
         "type_entropy_change")  # fmt: skip

#: Last years that are recent, that count as use, in the network; years back of the variety.
RECENT, USED, NETWORK, BACK = 3, 5, 5, 5

#: Sub-industries of the province's block.
BLOCK = ("33", "34", "35", "36", "37", "38", "40")

#: Technology (and sub-industry, or element) -> counts.
Lines = dict[tuple[str, ...], tuple[int, ...]]
Ends = tuple[float, float] | None
Found = tuple[float, Ends]


def unrepeatable(measure: str) -> bool:
    """Whether a number cannot be had from the files alone."""
    return measure in NOT_AGAIN or measure in GIVEN


class Orgs:
    """Organisations as plain dictionaries, columns by their English names."""

    HEADS: ClassVar = {
        "region": "地区", "type": "机构类型", "industry": "行业代码", "revenue": "营业收入",
        "rd_spend": "研发费用", "founded": "成立年份", "closed": "注销年份",
    }  # fmt: skip

    def __init__(self, folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        at = {head: place for place, head in enumerate(lines[0])}
        key = at["机构编号"]
        self.of = {
            str(line[key]): {name: line[at[head]] for name, head in self.HEADS.items()}
            for line in lines[1:]
        }

    def here(self, org: str, region: str) -> bool:
        return self.of[org]["region"] == region

    def kind(self, org: str) -> str:
        return str(self.of[org]["type"] or "")


class Yearly:
    """Every region and year of the network's record."""

    def __init__(self, folder: Path) -> None:
        orgs = Orgs(folder)
        span: dict[str, tuple[int, int]] = {}
        teams: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "projects.csv"):
            span[r["project_id"]] = int(r["start_year"]), int(r["end_year"])
        for r in rows(folder / "members.csv"):
            teams[r["project_id"]].add(r["org_id"])
        self.projects = {e: (span[e], team) for e, team in teams.items()}
        filed: dict[str, set[str]] = defaultdict(set)
        for r in rows(folder / "applicants.csv"):
            filed[r["patent_id"]].add(r["org_id"])
        for r in rows(folder / "patents.csv"):
            if len(filed[r["patent_id"]]) > 1:
                year = int(r["app_year"])
                teams[r["patent_id"]] = filed[r["patent_id"]]
                span[r["patent_id"]] = year, year + WINDOW - 1
        self.begin = min(span[e][0] for e in teams)
        self.orgs = orgs
        #: region -> pair -> years of each event of the two
        self.met: dict[str, dict[tuple[str, str], list[tuple[int, int]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for event, team in teams.items():
            if len(team) <= LARGEST:
                for a, b in combinations(sorted(team), 2):
                    if orgs.of[a]["region"] and orgs.of[a]["region"] == orgs.of[b]["region"]:
                        self.met[str(orgs.of[a]["region"])][a, b].append(span[event])

    def answer(self, measure: str, region: str, period: str) -> Found:
        if not period:
            raise UnknownError("no year")
        year = int(period)
        if measure == "multi_type_share":
            return self.mixed(region, year)
        ages, again = [], []
        for spans in self.met[region].values():
            first = min(s for s, _ in spans)
            if any(s == year for s, _ in spans):
                again.append(first < year)
            if any(s <= year <= e for s, e in spans):
                ages.append(year - first)
        if measure == "tie_age":
            if not ages:
                raise UnknownError("no tie runs")
            line = sorted(ages)
            middle = (line[(len(line) - 1) // 2] + line[len(line) // 2]) / 2
            if middle >= year - self.begin:
                raise UnknownError("half of them began before the record, for all one sees")
            return middle, None
        if not again or year == self.begin:
            raise UnknownError("no tie formed, or nothing seen before")
        return wilson(sum(again), len(again))

    def mixed(self, region: str, year: int) -> Found:
        several = []
        for (first, last), team in self.projects.values():
            own = [o for o in team if self.orgs.here(o, region)]
            if own and first <= year <= last:
                several.append(len({self.orgs.kind(o) for o in own} - {""}) >= 3)
        if not several:
            raise UnknownError("no project")
        return wilson(sum(several), len(several))


class Pathway:
    """The named technologies and the actors of one region."""

    def __init__(
        self, folder: Path, region: str, named: tuple[str, ...], cores: tuple[str, ...]
    ) -> None:
        self.folder, self.region, self.named, self.cores = folder, region, named, cores
        self.orgs, self.tech = Orgs(folder), Technology(folder, region)
        self.yearly = Yearly(folder)
        self.last = self.tech.last
        self.alliances: dict[str, set[str]] = {}
        for k in self.tech.of:
            try:
                self.alliances[k] = self.tech.alliance(k)
            except UnknownError:
                continue

    def ours(self, org: str) -> bool:
        return self.orgs.here(org, self.region)

    def answer(self, measure: str) -> Found:
        found = getattr(self, measure)()
        return found if isinstance(found, tuple) else (float(found), None)

    def over(self, flags: list[bool]) -> float:
        return sum(flags) / len(flags)

    def alliance_share(self) -> float:
        return self.over([
            "enterprise" in kinds and bool(kinds & {"university", "institute"})
            for k in self.named
            for kinds in [{self.orgs.kind(o) for o in self.alliances.get(k, set())}]
        ])  # fmt: skip

    def alliance_output(self) -> float:
        return self.over([patents > 0 for patents, _ in self.rows_of_alliance_output().values()])

    def rows_of_alliance_output(self) -> Lines:
        """Patents of the alliance in the last years, and members that hold them."""
        found: Lines = {}
        for k in self.named:
            members = self.alliances.get(k, set())
            recent = [p for p in self.tech.of[k] if self.tech.year[p] > self.last - RECENT]
            theirs = [members & set(self.tech.filed[p]) for p in recent]
            found[k,] = sum(map(bool, theirs)), len(set().union(*theirs))
        return found

    def new_adopters(self) -> float:
        return self.over([new > 0 for (new,) in self.rows_of_new_adopters().values()])

    def rows_of_new_adopters(self) -> Lines:
        """Outsiders whose first patent in the technology is of the last years."""
        found: Lines = {}
        for k in self.named:
            first: dict[str, int] = {}
            for p in self.tech.of[k]:
                for o in self.tech.filed[p]:
                    outside = o not in self.alliances.get(k, set())
                    if self.ours(o) and outside and o not in self.tech.before[k]:
                        first[o] = min(first.get(o, 9999), self.tech.year[p])
            found[k,] = (sum(y > self.last - RECENT for y in first.values()),)
        return found

    def alliance_sharing(self) -> float:
        return self.over([
            bool(owned or cited) for patents, owned, cited, chances
            in self.rows_of_alliance_sharing().values()
            if patents and (owned or cited or chances >= 10)
        ])  # fmt: skip

    def rows_of_alliance_sharing(self) -> Lines:
        """Patents of the alliance, of them co-owned here, citations, chances of being cited."""
        found: Lines = {}
        for k in self.named:
            members = self.alliances.get(k, set())
            theirs = {p for p in self.tech.of[k] if members & set(self.tech.filed[p])}
            others = {p for p in self.tech.local if not members & set(self.tech.filed[p])}
            owned = sum(any(self.ours(o) and o not in members for o in self.tech.filed[p])
                        for p in theirs)  # fmt: skip
            cited = sum(c["cited"] in theirs and c["citing"] in others
                        for c in self.tech.citations)  # fmt: skip
            begun = min((self.tech.year[p] for p in theirs), default=9999)
            chances = sum(p in others and self.tech.year[p] > begun for p in self.tech.of[k])
            found[k,] = len(theirs), owned, cited, chances
        return found

    def technology_infiltration(self) -> float:
        return self.over([n > 0 for (n,) in self.rows_of_technology_infiltration().values()])

    def rows_of_technology_infiltration(self) -> Lines:
        """Organisations that file in the technology, by sub-industry of the block."""
        found: Lines = {}
        for k in self.named:
            using = {o for p in self.tech.of[k] if self.tech.year[p] > self.last - USED
                     for o in self.tech.filed[p] if self.ours(o)}  # fmt: skip
            for i in BLOCK:
                own = [o for o in using if str(self.orgs.of[o]["industry"] or "").startswith(i)]
                found[k, i] = (len(own),)
        return found

    def alliance_elements(self) -> float:
        return self.over([n > 0 for (n,) in self.rows_of_alliance_elements().values()])

    def rows_of_alliance_elements(self) -> Lines:
        """Holdings of each alliance by element."""
        return {(k, e): (len(found.get(e, ())),) for k, found in self.elements().items()
                for e in ("human", "financial", "equipment", "information", "technology")}

    def elements(self) -> dict[str, dict[str, set[str]]]:
        """Technology -> element -> what its alliance has."""
        newest: dict[str, int] = {}
        for r in rows(self.folder / "platforms.csv"):
            newest[r["platform_id"]] = max(newest.get(r["platform_id"], 0), int(r["year"]))
        seats: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "platforms.csv"):
            if int(r["year"]) == newest[r["platform_id"]]:
                seats[r["platform_id"]] |= set(r["members"].split(";"))
        teams: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "members.csv"):
            teams[r["project_id"]].add(r["org_id"])
        every = {}
        for k in sorted(set(self.named) & set(self.alliances)):
            members, found = self.alliances[k], defaultdict(set)
            for r in rows(self.folder / "resources.csv"):
                if r["org_id"] in members or members & seats[r["platform_id"]]:
                    found[r["type"]].add(r["resource_id"])
            for p in self.tech.of[k]:
                if members & set(self.tech.filed[p]):
                    found["technology"].add(p)
            for o in members:
                if float(self.orgs.of[o]["rd_spend"] or 0) > 0:
                    found["human"].add(o)
            for r in rows(self.folder / "projects.csv"):
                coded = k in {c.strip()[:4] for c in r["codes"].split(";")}
                money = float(r["public_money"] or 0) > 0 or float(r["budget"] or 0) > 0
                if coded and money and len(members & teams[r["project_id"]]) >= 2:
                    found["financial"].add(r["project_id"])
            every[k] = dict(found)
        return every

    def technology_leaders(self) -> int:
        partners: dict[str, set[str]] = defaultdict(set)
        for pair, spans in self.yearly.met[self.region].items():
            if any(s <= self.last and e > self.last - NETWORK for s, e in spans):
                for a, b in (pair, pair[::-1]):
                    partners[a].add(b)
        leaders = set()
        for patents in self.tech.of.values():
            if len(patents) < 30:
                continue
            held = Counter(o for p in patents for o in self.tech.filed[p])
            for o, n in held.items():
                others = [m for q, m in held.items() if q != o]
                ahead = sum(m < n for m in others) >= 0.9 * len(others) - 1e-9
                if len(held) >= 10 and ahead and self.orgs.kind(o) == "enterprise":
                    leaders.add(o)
        return sum(self.ours(o) and len(partners[o]) >= 3 for o in leaders)

    def inventor_concentration(self) -> float:
        kind = {r["patent_id"]: r["kind"] for r in rows(self.folder / "patents.csv")}
        year = {r["patent_id"]: int(r["app_year"]) for r in rows(self.folder / "patents.csv")}
        filed: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "applicants.csv"):
            if self.ours(r["org_id"]):
                filed[r["patent_id"]].add(r["org_id"])
        held: dict[str, float] = defaultdict(float)
        for p, who in filed.items():
            if kind[p] == "invention" and self.last - 15 < year[p] <= self.last:
                for o in who:
                    held[o] += 1 / len(who)
        return sum(sorted(held.values())[-4:]) / math.fsum(held.values())

    def alliance_count(self) -> int:
        declared = {o for o in self.orgs.of if self.ours(o) and self.orgs.kind(o) == "alliance"}
        seen = {frozenset(m) for m in self.alliances.values() if not m & declared}
        return len(declared) + len(seen)

    def outstanding_firms(self) -> int:
        alive = {
            o: row for o, row in self.orgs.of.items()
            if self.orgs.kind(o) == "enterprise" and int(row["founded"] or 0) <= self.last
            and not (row["closed"] and int(row["closed"]) <= self.last)
        }  # fmt: skip
        above: set[str] = set()
        for column in ("revenue", "rd_spend"):
            values = {o: float(r[column]) for o, r in alive.items() if r[column] is not None}
            if sum(not self.ours(o) for o in values) < 40:
                continue
            line = sorted(values.values())
            at = 0.95 * (len(line) - 1)
            low = math.floor(at)
            cut = line[low] + (at - low) * (line[min(low + 1, len(line) - 1)] - line[low])
            above |= {o for o, v in values.items() if v >= cut - 1e-12 * abs(cut) and self.ours(o)}
            above |= {""}
        if not above:
            raise UnknownError("too few enterprises from elsewhere")
        return len(above - {""})

    def core_new_fields(self) -> Found:
        team: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "members.csv"):
            team[r["project_id"]].add(r["org_id"])
        begun = {
            r["project_id"]: (int(r["start_year"]),
                              {c.strip()[:4] for c in r["codes"].split(";")} - {""})
            for r in rows(self.folder / "projects.csv")
        }  # fmt: skip
        year = {r["patent_id"]: int(r["app_year"]) for r in rows(self.folder / "patents.csv")}
        codes: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "codes.csv"):
            codes[r["patent_id"]].add(r["code"][:4])
        held: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "applicants.csv"):
            held[r["org_id"]].add(r["patent_id"])
        flags = []
        for o in self.cores:
            had = [(y, k) for p in held[o] for y, k in [(year[p], codes[p])]]
            had += [begun[p] for p in team if o in team[p]]
            for p, who in team.items():
                start, now = begun[p]
                if o in who and now and self.last - RECENT < start <= self.last:
                    before = set().union(*(k for y, k in had if y < start))
                    flags.append(bool(now - before))
        return wilson(sum(flags), len(flags))

    def type_entropy_change(self) -> float:
        bits = []
        for year in (self.last, self.last - BACK):
            active: set[str] = set()
            for (first, last), who in self._events():
                if first <= year <= last:
                    active |= {o for o in who if self.ours(o)}
            counts = Counter(self.orgs.kind(o) for o in active)
            n = sum(counts.values())
            bits.append(-sum(c / n * math.log2(c / n) for c in counts.values()))
        return bits[0] - bits[1]

    def _events(self) -> list[tuple[tuple[int, int], set[str]]]:
        filed: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "applicants.csv"):
            filed[r["patent_id"]].add(r["org_id"])
        joint = [((int(r["app_year"]), int(r["app_year"]) + WINDOW - 1), filed[r["patent_id"]])
                 for r in rows(self.folder / "patents.csv") if len(filed[r["patent_id"]]) > 1]
        return [*self.yearly.projects.values(), *joint]
