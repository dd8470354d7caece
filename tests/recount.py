"""The network's counts again, by loops over the invented province's files; nothing imported."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import openpyxl

#: Years a co-patent counts, and the largest consortium that makes ties: the defaults.
WINDOW, LARGEST = 3, 200

MEASURES = ("active_organisations", "network_entries", "network_exits", "network_ties", "new_ties",
            "formed_ties", "outside_ties", "network_money")  # fmt: skip

Counts = dict[tuple[str, str, int], float]


class UnknownError(Exception):
    """The files do not give this number."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def homes(folder: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(folder / "orgs.xlsx", read_only=True)
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    key, place = lines[0].index("机构编号"), lines[0].index("地区")
    return {str(line[key]): str(line[place] or "") for line in lines[1:]}


def parts(pairs: list[tuple[str, str]]) -> list[set[str]]:
    """What hangs together by pairs, by joining whatever shares a member."""
    found: list[set[str]] = []
    for pair in pairs:
        one = set(pair)
        for other in [f for f in found if f & one]:
            one |= other
            found.remove(other)
        found.append(one)
    return found


def recounted(folder: Path) -> Counts:
    """(measure, region, year) -> number."""
    home = homes(folder)
    teams: dict[str, set[str]] = defaultdict(set)
    span: dict[str, tuple[int, int]] = {}
    money: dict[tuple[str, int], float] = defaultdict(float)
    for row in rows(folder / "projects.csv"):
        span[row["project_id"]] = (int(row["start_year"]), int(row["end_year"]))
    for row in rows(folder / "members.csv"):
        teams[row["project_id"]].add(row["org_id"])
        if row["money"]:
            money[home[row["org_id"]], span[row["project_id"]][0]] += float(row["money"])
    applicants: dict[str, set[str]] = defaultdict(set)
    for row in rows(folder / "applicants.csv"):
        applicants[row["patent_id"]].add(row["org_id"])
    for row in rows(folder / "patents.csv"):
        year, held = int(row["app_year"]), applicants[row["patent_id"]]
        if len(held) > 1:
            teams[row["patent_id"]] = held
            span[row["patent_id"]] = (year, year + WINDOW - 1)
    starts = [span[event][0] for event in teams]
    years = range(min(starts), max(starts) + 1)

    #: measure -> region -> year -> distinct things
    seen: dict[str, dict[str, dict[int, set[object]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(set))
    )
    for event, team in teams.items():
        first, last = span[event]
        running = range(first, min(last, years[-1]) + 1)
        for org in team:
            seen["started"][home[org]][first].add(org)
            for year in running:
                seen["active"][home[org]][year].add(org)
        if len(team) > LARGEST:
            continue
        for a, b in combinations(sorted(team), 2):
            if home[a] == home[b]:
                seen["formed"][home[a]][first].add((a, b))
            for year in running:
                if home[a] == home[b]:
                    seen["ties"][home[a]][year].add((a, b))
                else:
                    seen["outside"][home[a]][year].add((a, b))
                    seen["outside"][home[b]][year].add((b, a))

    found: Counts = {}
    for region in {place for place in home.values() if place}:
        here = {name: kinds[region] for name, kinds in seen.items()}
        met: set[object] = set()
        joined: set[object] = set()
        for year in years:
            active = here["active"][year]
            new = here["formed"][year] - met if "formed" in here else set()
            values = {
                "active_organisations": len(active),
                "network_entries": len(here["started"][year] - joined),
                "network_exits": len(here["active"][year - 1] - active),
                "network_ties": len(here["ties"][year]) if "ties" in here else 0,
                "new_ties": len(new),
                "formed_ties": len(here["formed"][year]) if "formed" in here else 0,
                "outside_ties": len(here["outside"][year]) if "outside" in here else 0,
                "network_money": money[region, year],
            }
            joined |= here["started"][year]
            met |= new
            if any(here["active"].values()):
                found |= {(name, region, year): float(v) for name, v in values.items()}
    return found
