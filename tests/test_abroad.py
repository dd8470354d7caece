"""Foreign partners and the pace of alliances: by hand, then by loops over the province's tables."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from recompute import payload_of
from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.measures.technology.abroad import abroad, pace
from regionlift.measures.technology.alliances import Consortia, consortia
from regionlift.measures.technology.diffusion import Alliance
from regionlift.measures.technology.filings import Filings, filings
from regionlift.run import Run
from regionlift.study.allied_numbers import abroad_numbers, alliance_numbers
from regionlift.study.technology import TechnologyStudy

HERE, KEY, BESIDE, RARE = "Here", "B23Q", "G05B", "C23C"
ORGS = {
    "A1": ("enterprise", HERE), "A2": ("university", HERE), "A3": ("institute", HERE),
    "N1": ("enterprise", "There"), "F1": ("foreign", "Abroad"), "F2": ("foreign", "Abroad"),
}  # fmt: skip
#: Patent -> year, applicants, classes. Elsewhere the key stands beside two classes.
PATENTS: dict[str, tuple[int, list[str], list[str]]] = {
    "P1": (2015, ["A1", "F1"], [KEY]), "P2": (2016, ["A2"], [KEY, BESIDE]),
    "P3": (2016, ["A3"], ["H01L"]), "P4": (2017, ["A3"], [KEY]),
    **{f"Q{n}": (2016, ["F1"], [KEY, RARE]) for n in range(12)},
    **{f"R{n}": (2016, ["F2"], [KEY, BESIDE]) for n in range(12)},
    **{f"S{n}": (2016, ["N1"], ["H01L"]) for n in range(12)},
}  # fmt: skip
PROJECTS: dict[str, tuple[int, list[str], str]] = {
    "J1": (2013, ["A1", "A2"], "B23Q 1/00;G05B"), "J2": (2012, ["A1", "N1"], "B23Q"),
    "J3": (2014, ["A1", "A2", "A3"], "B23Q"), "J4": (2010, ["A1", "A2"], "H01L"),
}  # fmt: skip
TEAM = Alliance(frozenset({"A1", "A2", "A3"}), 2, "joint projects")


def tables(**changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
    rows = PATENTS.items()
    found = {
        "orgs": pl.DataFrame([{"org_id": o, "name": o, "type": t, "region": r}
                              for o, (t, r) in ORGS.items()]),
        "patents": pl.DataFrame([{"patent_id": p, "app_year": y, "kind": "invention"}
                                 for p, (y, _, _) in rows]),
        "applicants": pl.DataFrame([{"patent_id": p, "org_id": o, "position": n}
                                    for p, (_, who, _) in rows for n, o in enumerate(who, 1)]),
        "codes": pl.DataFrame([{"patent_id": p, "code": c} for p, (_, _, cs) in rows for c in cs]),
        "projects": pl.DataFrame([{"project_id": j, "start_year": y, "end_year": y + 2, "codes": c}
                                  for j, (y, _, c) in PROJECTS.items()]),
        "members": pl.DataFrame([{"project_id": j, "org_id": o}
                                 for j, (_, who, _) in PROJECTS.items() for o in who]),
    }  # fmt: skip
    return {**found, **changed}


def dataset(**changed: pl.DataFrame) -> Dataset:
    return from_frames(tables(**changed), scope="gbt4754-2017", currency="CNY", region=HERE)


def looked(data: Dataset) -> tuple[Filings, Consortia]:
    found = filings(data, HERE, 2010, 2020)
    return found, consortia(found, KEY, 0.2, {})


def test_gain_and_dependence_by_hand() -> None:
    """Needed: the key, what F1 adds (nobody here has it) and what A2 has already."""
    found, carry = looked(dataset())
    assert {n.klass for n in carry.needs} == {KEY, BESIDE, RARE}
    own = abroad(found, carry, {"F2": {"A1", "N1"}})
    assert own is not None and own.needs == 3
    first, second = own.foreigners
    assert (first.id, first.adds, first.partners) == ("F1", (RARE,), 0)
    assert first.gain == own.gain == pytest.approx(1 / 3)
    assert (second.id, second.adds, second.gain, second.partners) == ("F2", (), 0.0, 1)
    assert own.only == {RARE: 1} and own.single == (RARE,)
    assert (own.joint, own.local) == (1, 3)
    # portfolios of classes: F1 has 13 of the key and 12 of the rare, the region 3, 1 and 1
    ours, theirs = np.array([3, 1, 1, 0]), np.array([13, 0, 0, 12])
    assert first.unlike == pytest.approx(
        1 - ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)
    )


def test_a_holder_in_the_country_ends_the_dependence_but_not_the_gain() -> None:
    more = pl.concat([tables()["codes"], pl.DataFrame({"patent_id": ["S0"], "code": [RARE]})])
    own = abroad(*looked(dataset(codes=more)), {})
    assert own is not None and own.only == {} and own.single == ()
    assert own.gain == pytest.approx(1 / 3)


def test_what_a_region_holds_nobody_adds() -> None:
    more = pl.concat([tables()["codes"], pl.DataFrame({"patent_id": ["P4"], "code": [RARE]})])
    own = abroad(*looked(dataset(codes=more)), {})
    assert own is not None and own.gain == 0 and own.only == {}


def test_without_foreign_applicants_nothing_is_told() -> None:
    kinds = tables()["orgs"].with_columns(type=pl.col("type").replace("foreign", "enterprise"))
    data = dataset(orgs=kinds)
    found, carry = looked(data)
    assert abroad(found, carry, {}) is None
    told = list(abroad_numbers(data, found, carry, None))
    assert [q.value for q in told] == [None, None]
    assert all("foreign" in q.reason and "country" in q.settles for q in told)


def test_a_country_tells_who_is_foreign() -> None:
    kinds = tables()["orgs"].with_columns(
        type=pl.col("type").replace("foreign", "enterprise"),
        country=pl.when(pl.col("org_id") == "F1").then(pl.lit("DE")).otherwise(pl.lit("CN")),
    )
    own = abroad(*looked(dataset(orgs=kinds)), {})
    assert own is not None and [f.id for f in own.foreigners] == ["F1"]


def test_pace_by_hand() -> None:
    """J2 has one member alone, J4 is on something else: J1 of 2013 is the first."""
    data = dataset()
    found = pace(data, KEY, TEAM, 2020)
    assert found is not None
    assert (found.start, found.projects, found.patent_year, found.patents) == (
        2013, ("J1",), 2015, ("P1",))  # fmt: skip
    assert (found.years, found.filed, found.before) == (2, 3, 0)
    early = tables()["patents"].with_columns(
        app_year=pl.when(pl.col("patent_id") == "P2").then(2011).otherwise("app_year")
    )
    found = pace(dataset(patents=early), KEY, TEAM, 2020)
    assert found is not None and (found.years, found.filed, found.before) == (2, 2, 1)
    found = pace(data, KEY, TEAM, 2014)
    assert found is not None and found.years is None and found.patents == ()
    numbers = {q.measure: q for q in alliance_numbers(data, looked(data)[0], KEY, TEAM, found)}
    late = numbers["tech_alliance_time"]
    assert late.value is None and "began in 2013; up to 2014" in late.reason
    assert numbers["tech_alliance_share"].value == pytest.approx(1.0)
    assert pace(data, "A61K", TEAM, 2020) is None
    assert pace(data, KEY, TEAM, 2012) is None
    bare = {k: v for k, v in tables().items() if k not in ("projects", "members")}
    other = from_frames(bare, scope="gbt4754-2017", currency="CNY", region=HERE)
    assert pace(other, KEY, TEAM, 2020) is None


def test_without_an_alliance_or_a_project_the_reason_is_said() -> None:
    data = dataset()
    found, _ = looked(data)
    for alliance, word in ((None, "no alliance"), (TEAM, "no project of two members")):
        told = {q.measure: q for q in alliance_numbers(data, found, KEY, alliance, None)}
        assert told["tech_alliance_time"].value is None
        assert word in told["tech_alliance_time"].reason and told["tech_alliance_time"].settles


# -------------------------------------------------------------------------------- the province


class Loops:
    """The tables of the province as dictionaries."""

    def __init__(self, data: Dataset, done: TechnologyStudy) -> None:
        assert done.filings is not None
        t, self.done = data.tables, done
        self.first, self.last = done.filings.first, done.filings.last
        self.year = dict(t["patents"].select("patent_id", "app_year").iter_rows())
        self.kind = {o: (r, k) for o, r, k in
                     t["orgs"].select("org_id", "region", "type").iter_rows()}  # fmt: skip
        self.who: dict[str, set[str]] = defaultdict(set)
        for patent, org in t["applicants"].select("patent_id", "org_id").iter_rows():
            self.who[patent].add(org)
        self.codes: dict[str, set[str]] = defaultdict(set)
        for patent, code in t["codes"].select("patent_id", "code").iter_rows():
            self.codes[patent].add(code.replace(" ", "").upper()[:4])

    def held(self, klass: str, every: bool = False) -> list[str]:
        return [p for p, y in self.year.items() if klass in self.codes[p] and self.who[p]
                and (every or self.first <= y <= self.last)]  # fmt: skip

    def local(self, klass: str) -> list[str]:
        return [p for p in self.held(klass)
                if any(self.kind[o][0] == "Beijiang" for o in self.who[p])]  # fmt: skip

    def holders(self, klass: str) -> set[str]:
        return {o for p in self.held(klass) for o in self.who[p]}


@pytest.fixture(scope="module")
def loops(beijiang: Run) -> Loops:
    return Loops(beijiang.study.dataset, beijiang.study.technology)


def test_every_number_again_by_loops(beijiang: Run, loops: Loops) -> None:
    done = beijiang.study.technology
    assert len(done.named) >= 3
    told = set()
    for k in done.named:
        local = loops.local(k)
        foreign = [p for p in local if any(loops.kind[o][1] == "foreign" for o in loops.who[p])]
        needs = [n.klass for n in done.consortia[k].needs]
        ours = {o for o, (region, _) in loops.kind.items() if region == "Beijiang"}
        lacking = [n for n in needs if not ours & loops.holders(n)]
        gains = [sum(o in loops.holders(n) for n in lacking) / len(needs)
                 for o, (_, kind) in loops.kind.items() if kind == "foreign"]  # fmt: skip
        assert done.find("tech_foreign_joint", k).value == pytest.approx(len(foreign) / len(local))
        assert done.find("tech_foreign_gain", k).value == pytest.approx(max(gains))
        alliance, found = done.spreads[k].alliance, done.paces[k]
        share = done.find("tech_alliance_share", k)
        assert (share.value is None) == (alliance is None)
        if alliance is None:
            continue
        mine = [p for p in local if loops.who[p] & alliance.members]
        assert share.value == pytest.approx(len(mine) / len(local))
        assert found is not None
        since = [loops.year[p] for p in loops.held(k, every=True)
                 if loops.who[p] & alliance.members and loops.year[p] >= found.start]  # fmt: skip
        assert done.find("tech_alliance_time", k).value == min(since) - found.start
        told.add(k)
    assert told


def test_rows_are_counted_and_the_page_shows_them(beijiang: Run) -> None:
    done, out = beijiang.study.technology, Path(beijiang.out)
    measures = ("tech_foreign_joint", "tech_foreign_gain", "tech_alliance_share",
                "tech_alliance_time")  # fmt: skip
    mine = [q for q in done.quantities if q.measure in measures and q.value is not None]
    with duckdb.connect(str(out / "evidence.duckdb"), read_only=True) as ledger:
        for q in mine:
            rows = ledger.sql(f"SELECT * FROM ({q.sql})").pl()
            assert rows.height == q.rows, q.id
            if q.measure == "tech_alliance_share":
                assert rows["of_alliance"].mean() == pytest.approx(q.value)
    shown = payload_of(out / "report.html")
    found: dict[str, Any] = next(p for p in shown["pages"] if p["id"] == "alliances")
    blocks = {b.get("id"): b for b in found["blocks"]}
    assert "foreign-partners" in blocks and "alliance-pace" in blocks
    linked = str(blocks["foreign-partners"]["rows"]) + str(blocks["alliance-pace"]["rows"])
    assert all(q.id in linked for q in mine)
