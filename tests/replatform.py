"""The invented province's platform again, by loops over its files; nothing of the package imported.

``NOT_AGAIN`` says which numbers have no plain formula over the files alone, and what holds them.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil, exp, log, sqrt
from pathlib import Path
from statistics import median

import openpyxl
from scipy.special import stdtrit

from recount import UnknownError, rows

#: Defaults: years of requests and projects, years of patents, distance within which one serves.
YEARS, PATENT_YEARS, REACH, LEVEL = 5, 15, 0.5, 0.9

FUNCTIONS = ("R&D", "transformation", "technical service", "venture investment", "training")
SIX = ("enterprise", "university", "institute", "government", "finance", "intermediary")

MEASURES = ("platform_", "needs_")

NOT_AGAIN = {
    "platform_persistence_core": "needs the list of cores: test_platform, by hand",
    "needs_scarcest": "test_matching, by brute force and by differences",
}

Row = dict[str, str]


class Platform:
    """Rows of the region, as they stand in the files."""

    def __init__(self, folder: Path, region: str) -> None:
        self.folder = folder
        book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
        lines = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        at = {head: place for place, head in enumerate(lines[0])}
        self.home = {str(r[at["机构编号"]]): str(r[at["地区"]] or "") for r in lines[1:]}
        self.kind = {str(r[at["机构编号"]]): str(r[at["机构类型"]] or "") for r in lines[1:]}
        self.region = region
        self.platforms = [r for r in rows(folder / "platforms.csv") if r["region"] == region]
        seats = {r["platform_id"] for r in self.platforms}
        self.resources = [
            r for r in rows(folder / "resources.csv")
            if (r["platform_id"] in seats if r["platform_id"] else
                self.home[r["org_id"]] == region)
        ]  # fmt: skip
        self.needs = [r for r in rows(folder / "needs.csv") if self.home[r["org_id"]] == region]
        self.last = max(int(r["year"]) for r in [*self.platforms, *self.needs])

    def answer(
        self, measure: str, subject: str, period: str
    ) -> tuple[float, tuple[float, float] | None]:
        part = subject.partition("|")[2]
        first, _, last = period.partition("-")
        span = int(first), int(last or first)
        if measure.startswith(("platform_private", "platform_break", "platform_short",
                               "platform_runway")):  # fmt: skip
            return self.money(measure, part, span)
        return float(getattr(self, measure.removeprefix("platform_"))(part, span)), None

    def of(self, table: list[Row], kind: str) -> list[Row]:
        return [r for r in table if kind in ("", r["type"])]

    # functions, processes ---------------------------------------------------------------------

    def now(self, year: int) -> list[Row]:
        return [r for r in self.platforms if int(r["year"]) == year]

    def functions(self, part: str, span: tuple[int, int]) -> int:
        return len({r["function"] for r in self.now(span[0]) if float(r["services"]) > 0})

    def services(self, part: str, span: tuple[int, int]) -> float:
        return sum(float(r["services"]) for r in self.now(span[0]) if r["function"] == part)

    def collection(self, kind: str, span: tuple[int, int]) -> float:
        held = self.of(self.resources, kind)
        size = [float(r["capacity"]) if kind else 1.0 for r in held]
        on = [s for s, r in zip(size, held, strict=True) if r["platform_id"]]
        return self.share(sum(on), sum(size))

    def share(self, part: float, whole: float) -> float:
        if not whole:
            raise UnknownError("of nothing")
        return part / whole

    def integration(self, kind: str, span: tuple[int, int]) -> float:
        teams: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "members.csv"):
            teams[r["project_id"]].add(r["org_id"])
        holders = {r["org_id"] for r in self.of(self.resources, kind)}
        seen, mixed = 0, 0
        for r in rows(self.folder / "projects.csv"):
            team = teams[r["project_id"]]
            if int(r["start_year"]) > span[1] or int(r["end_year"]) < span[0]:
                continue
            if not any(self.home[o] == self.region for o in team) or (kind and not team & holders):
                continue
            seen += 1
            mixed += len({self.kind[o] for o in team} & set(SIX)) >= 3
        return self.share(mixed, seen)

    def asked(self, kind: str, span: tuple[int, int]) -> list[Row]:
        return [r for r in self.of(self.needs, kind) if span[0] <= int(r["year"]) <= span[1]]

    def allocation(self, kind: str, span: tuple[int, int]) -> float:
        own = self.asked(kind, span)
        size = [float(r["amount"]) if kind else 1.0 for r in own]
        met = [s for s, r in zip(size, own, strict=True) if r["served"] == "yes"]
        return self.share(sum(met), sum(size))

    def days(self, kind: str, span: tuple[int, int]) -> float:
        return median(float(r["days"]) for r in self.asked(kind, span) if r["served"] == "yes")

    def queue(self, kind: str, span: tuple[int, int]) -> int:
        return sum(r["served"] == "no" for r in self.asked(kind, span))

    def reinnovation(self, kind: str, span: tuple[int, int]) -> float:
        circle = {m for r in self.now(self.last) for m in r["members"].split(";")}
        circle |= {r["org_id"] for r in self.resources if r["platform_id"]}
        holders = {r["org_id"] for r in self.of(self.resources, kind)} if kind else circle
        filed = {r["patent_id"]: int(r["app_year"]) for r in rows(self.folder / "patents.csv")}
        who: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "applicants.csv"):
            who[r["patent_id"]].add(r["org_id"])
        counted = {p for p, y in filed.items() if span[0] <= y <= span[1]}
        cited = {
            r["cited"] for r in rows(self.folder / "citations.csv")
            if r["citing"] in counted and (who[r["citing"]] & circle) - who[r["cited"]]
        }  # fmt: skip
        own = [p for p in counted if who[p] & circle & holders]
        return self.share(sum(p in cited for p in own), len(own))

    def lost(self, cause: str, kind: str, span: tuple[int, int]) -> float:
        cells: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for r in self.asked(kind, span):
            cell = cells[r["technology"], r["year"]]
            cell[0] += float(r["amount"])
            cell[1] += float(r["amount"]) if r["served"] == "yes" else 0.0
        sums = {"lack": 0.0, "collection": 0.0, "allocation": 0.0}
        for (technology, _), (a, s) in cells.items():
            held = [r for r in self.of(self.resources, kind) if r["technology"] == technology]
            c = sum(float(r["capacity"]) for r in held)
            p = sum(float(r["capacity"]) for r in held if r["platform_id"])
            region, platform = min(a - s, max(0.0, a - c)), min(a, c)
            sums["lack"] += region
            off = min(a - s - region, max(0.0, platform - p))
            sums["collection"] += off
            sums["allocation"] += a - s - region - off
        return sums[cause] / sum(a for a, _ in cells.values())

    def lost_lack(self, kind: str, span: tuple[int, int]) -> float:
        return self.lost("lack", kind, span)

    def lost_collection(self, kind: str, span: tuple[int, int]) -> float:
        return self.lost("collection", kind, span)

    def lost_allocation(self, kind: str, span: tuple[int, int]) -> float:
        return self.lost("allocation", kind, span)

    # members, claims, money -------------------------------------------------------------------

    def lists(self) -> dict[tuple[str, int], set[str]]:
        found: dict[tuple[str, int], set[str]] = defaultdict(set)
        for r in self.platforms:
            found[r["platform_id"], int(r["year"])] |= set(r["members"].split(";"))
        return found

    def persistence(self, kind: str, span: tuple[int, int]) -> float:
        there, still, pairs = self.lists(), 0, 0
        for (platform, year), members in there.items():
            if (platform, year + 3) in there:
                own = {m for m in members if kind in ("", self.kind[m])}
                pairs += len(own)
                still += len(own & there[platform, year + 3])
        return self.share(still, pairs)

    def new_types(self, part: str, span: tuple[int, int]) -> int:
        first, last = (
            {self.kind[m] for (_, y), there in self.lists().items() if y == year for m in there}
            for year in span
        )
        return len(last - first)

    def governance(self, part: str, span: tuple[int, int]) -> float:
        end, told = f"{span[0]}-12-31", []
        items = {r["item"] for r in rows(self.folder / "claims.csv")}
        for item in items:
            own = [r for r in rows(self.folder / "claims.csv") if r["item"] == item
                   and r["date"] <= end and (not r["expiry"] or r["expiry"] >= end)]  # fmt: skip
            if item.startswith("platform.") and own:
                told.append(max(own, key=lambda r: r["date"])["verdict"])
        told = [t for t in told if t != "cannot tell"]
        return self.share(told.count("met"), len(told))

    def income(self) -> tuple[list[int], list[float], list[float]]:
        years = sorted({int(r["year"]) for r in self.platforms})
        sums = [[sum(float(r[c]) for r in self.now(y)) for y in years]
                for c in ("income_private", "income_public")]  # fmt: skip
        return years, sums[0], sums[1]

    def money(
        self, measure: str, part: str, span: tuple[int, int]
    ) -> tuple[float, tuple[float, float] | None]:
        years, private, public = self.income()
        shares = [p / (p + q) for p, q in zip(private, public, strict=True)]
        if measure == "platform_private_share":
            return shares[years.index(span[0])], None
        if measure == "platform_private_trend":
            return line(years, shares)
        if measure == "platform_runway":
            raise UnknownError("nobody says how long money is committed")
        cost, now = private[-1] + public[-1], private[-1]
        rate, step = line(years, [log(p) for p in private]), line(years, private)
        until = {"constant rate": (log(cost / now), rate), "constant sum": (cost - now, step)}
        if measure == "platform_break_even":
            gap, (slope, (low, high)) = until[part]
            return gap / slope, (gap / high, gap / low)
        assert measure == "platform_shortfall"
        ends = {name: gap / found[0] for name, (gap, found) in until.items()}
        later = max(ends, key=lambda name: ends[name])
        ahead = range(1, ceil(ends[later]) + 1)
        path = [now * exp(rate[0] * y) if later == "constant rate" else now + step[0] * y
                for y in ahead]  # fmt: skip
        return sum(max(0.0, cost - p) for p in path), None

    # needs ------------------------------------------------------------------------------------

    def needs_unmet(self, kind: str, span: tuple[int, int]) -> float:
        near = self.near(span[1])
        parts = []
        for one in sorted({r["type"] for r in self.asked(kind, span)}):
            own, held = self.asked(one, span), self.of(self.resources, one)
            wanted = [float(r["amount"]) for r in own]
            stock = [float(r["capacity"]) for r in held]
            pairs = {(i, j) for i, n in enumerate(own) for j, r in enumerate(held)
                     if one == "financial" or near(n["technology"], r["technology"])}  # fmt: skip
            left = (sum(wanted) - most(wanted, stock, pairs)) / sum(wanted)
            parts += [left] * len(own)
        return self.share(sum(parts), len(parts))

    def near(self, last: int):  # type: ignore[no-untyped-def]
        """Whether two classes are within reach, by the patents in both."""
        filed = {r["patent_id"]: int(r["app_year"]) for r in rows(self.folder / "patents.csv")}
        of: dict[str, set[str]] = defaultdict(set)
        for r in rows(self.folder / "codes.csv"):
            if last - PATENT_YEARS < filed[r["patent_id"]] <= last:
                of[r["code"][:4]].add(r["patent_id"])

        def close(a: str, b: str) -> bool:
            if a == b:
                return True
            if not of[a] or not of[b]:
                return a[:3] == b[:3]
            return 1 - len(of[a] & of[b]) / sqrt(len(of[a]) * len(of[b])) <= REACH

        return close


def line(years: list[int], values: list[float]) -> tuple[float, tuple[float, float]]:
    """Slope of least squares and its interval."""
    n, mx, my = len(years), sum(years) / len(years), sum(values) / len(values)
    sxx = sum((x - mx) ** 2 for x in years)
    slope = sum((x - mx) * (y - my) for x, y in zip(years, values, strict=True)) / sxx
    left = sum((y - my - slope * (x - mx)) ** 2 for x, y in zip(years, values, strict=True))
    half = float(stdtrit(n - 2, (1 + LEVEL) / 2)) * sqrt(left / (n - 2) / sxx)
    return slope, (slope - half, slope + half)


def most(wanted: list[float], stock: list[float], pairs: set[tuple[int, int]]) -> float:
    """Greatest amount that can be served: augmenting paths (Ford & Fulkerson 1956)."""
    flow: dict[tuple[int, int], float] = defaultdict(float)
    left, idle = list(wanted), list(stock)

    def push(need: int, amount: float, seen: set[int]) -> float:
        for i, j in sorted(pairs):
            if i != need or j in seen:
                continue
            seen.add(j)
            if idle[j] > 0:
                given = min(amount, idle[j])
                idle[j] -= given
                flow[i, j] += given
                return given
            for other in [k for (k, r), v in flow.items() if r == j and v > 0 and k != need]:
                moved = push(other, min(amount, flow[other, j]), seen)
                if moved > 0:
                    flow[other, j] -= moved
                    flow[i, j] += moved
                    return moved
        return 0.0

    for need in range(len(wanted)):
        while left[need] > 0 and (given := push(need, left[need], set())) > 0:
            left[need] -= given
    return sum(wanted) - sum(left)


def unrepeatable(measure: str) -> bool:
    """Whether a number has no plain formula here."""
    return measure in NOT_AGAIN
