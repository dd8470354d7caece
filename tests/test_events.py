"""Tables of joint projects: what is reported, what is counted, and the rows behind a count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import regionlift
from builders import IDENTITY
from regionlift.data.dataset import Dataset
from regionlift.data.problems import Problem
from regionlift.evidence.measure import registry
from regionlift.evidence.settings import settings
from regionlift.measures.network.build import affiliations
from regionlift.measures.network.events import joint
from shared import EXAMPLES

ORGS = [["A", "Alpha", "enterprise", "north"], ["B", "Beta", "university", "north"],
        ["C", "Gamma", "institute", "south"], ["D", "Delta", "enterprise", "north"]]  # fmt: skip
PROJECTS = [["P1", 2010, 2012], ["P2", 2012, 2013], ["P3", 2014, 2014]]
MEMBERS = [["P1", "A"], ["P1", "B"], ["P1", "C"], ["P2", "A"], ["P2", "D"], ["P3", "A"],
           ["P3", "B"]]  # fmt: skip

COUNTED = ("active_organisations", "network_entries", "network_exits", "network_ties", "new_ties",
           "formed_ties", "outside_ties")  # fmt: skip

Rows = list[list[object]]


def checked(
    folder: Path, orgs: Rows = ORGS, projects: Rows = PROJECTS, members: Rows = MEMBERS
) -> list[Problem]:
    tables = {
        "orgs": ("org_id,name,type,region", orgs),
        "projects": ("project_id,start_year,end_year", projects),
        "members": ("project_id,org_id", members),
    }
    manifest = IDENTITY
    for name, (head, rows) in tables.items():
        lines = [head, *(",".join("" if v is None else str(v) for v in row) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        manifest += f'[[tables.{name}]]\nfile = "{name}.csv"\n'
    (folder / "regionlift.toml").write_text(manifest, "utf-8")
    audit = regionlift.check(folder)
    for table in ("orgs", "projects", "members"):
        if not audit.errors:
            assert audit.tables[table].height == len(tables[table][1]), "a row was dropped"
    return audit.problems


def dataset(orgs: Rows = ORGS, projects: Rows = PROJECTS, members: Rows = MEMBERS) -> Dataset:
    frames = {
        "orgs": pl.DataFrame(orgs, schema=["org_id", "name", "type", "region"], orient="row"),
        "projects": pl.DataFrame(
            projects, schema=["project_id", "start_year", "end_year"], orient="row"
        ),
        "members": pl.DataFrame(members, schema=["project_id", "org_id"], orient="row"),
    }
    return regionlift.from_frames(frames, scope="gbt4754-2017", currency="CNY")


def only(problems: list[Problem], code: str) -> Problem:
    found = [p for p in problems if p.code == code]
    assert len(found) == 1, [str(p) for p in problems]
    return found[0]


def test_good_tables_have_no_problem(tmp_path: Path) -> None:
    assert checked(tmp_path) == []


def test_an_organisation_without_type_is_kept_and_said(tmp_path: Path) -> None:
    orgs = [*ORGS[:3], ["D", "Delta", None, "north"]]
    found = only(checked(tmp_path, orgs=orgs), "gaps")
    assert (found.severity, found.row, found.column) == ("warning", 5, "type")
    assert "1 of 4 cells empty" in found.found and "no type" in found.fix
    network = affiliations(dataset(orgs=orgs), settings(), "north")
    assert network.type[network.ids.index("D")] == -1


def test_a_project_without_members_is_kept_and_said(tmp_path: Path) -> None:
    found = only(checked(tmp_path, projects=[*PROJECTS, ["P9", 2011, 2012]]), "no-members")
    assert (found.severity, found.file, found.row) == ("warning", "projects.csv", 5)
    assert "P9" in found.found


@pytest.mark.parametrize(
    ("member", "code", "severity"),
    [
        (["P1", None], "empty-key", "error"),
        (["P1", "Z"], "no-such-reference", "error"),
        ([None, "A"], "empty-key", "error"),
        (["P7", "A"], "no-such-reference", "error"),
        (["P1", "A"], "duplicate-key", "error"),
    ],
)
def test_a_member_that_is_nobody_or_nowhere(
    tmp_path: Path, member: list[object], code: str, severity: str
) -> None:
    found = only(checked(tmp_path, members=[*MEMBERS, member]), code)
    assert (found.severity, found.file, found.row) == (severity, "members.csv", 9)


def test_an_end_before_the_start_is_an_error(tmp_path: Path) -> None:
    found = only(checked(tmp_path, projects=[["P1", 2012, 2010], *PROJECTS[1:]]), "rule")
    assert (found.severity, found.row) == ("error", 2)
    assert "2010" in found.found and "2012" in found.found


def test_a_consortium_of_ten_thousand_is_said_and_makes_no_tie(tmp_path: Path) -> None:
    orgs = [*ORGS, *([f"X{n}", f"Partner {n}", "enterprise", "north"] for n in range(10_000))]
    members = [*MEMBERS, *(["P2", f"X{n}"] for n in range(10_000))]
    found = only(checked(tmp_path, orgs=orgs, members=members), "large-consortium")
    assert "10,002 members in project P2" in found.found and "50,015,001 ties" in found.expected
    large = dataset(orgs=orgs, members=members)
    network = affiliations(large, settings(), "north")
    assert len(network.ties()[0]) == 3
    assert len(np.unique(network.active(2013).org)) == 10_002
    ties = registry()["network_ties"](large, settings())  # type: ignore[operator]
    assert ties.filter(subject="north", period="2013")["value"].to_list() == [0.0]
    small = settings({"largest_consortium": 20})
    assert joint(large, small).largest == 20


def test_organisations_of_one_name_are_said_and_not_merged(tmp_path: Path) -> None:
    found = only(checked(tmp_path, orgs=[*ORGS[:3], ["D", "ALPHA.", "enterprise", "north"]]),
                 "same-name")  # fmt: skip
    assert "(A, D)" in found.found and found.severity == "warning"


def test_a_project_without_years_is_in_no_year(tmp_path: Path) -> None:
    projects: Rows = [["P1", 2010, None], ["P2", None, None], PROJECTS[2]]
    codes = {p.column for p in checked(tmp_path, projects=projects) if p.code == "gaps"}
    assert codes == {"start_year", "end_year"}
    network = affiliations(dataset(projects=projects), settings(), "north")
    assert network.events == ("P1", "P3")
    assert network.end.tolist() == [2010, 2014]


def by_hand(orgs: Rows, projects: Rows, members: Rows, region: str) -> dict[str, dict[int, int]]:
    """The counts by loops over sets."""
    where = {o[0]: o[3] for o in orgs}
    span = {p[0]: (int(str(p[1])), int(str(p[2]))) for p in projects}
    teams: dict[object, set[object]] = {}
    for event, org in members:
        teams.setdefault(event, set()).add(org)
    starts = [span[e][0] for e in teams]
    years = range(min(starts), max(starts) + 1)

    def active(year: int) -> set[object]:
        return {o for e, t in teams.items() if span[e][0] <= year <= span[e][1] for o in t
                if where[o] == region}  # fmt: skip

    def pairs(event: object, inside: bool) -> set[frozenset[object]]:
        team = teams[event]
        return {
            frozenset((a, b)) for a in team for b in team
            if a != b and where[a] == region and (where[b] == region) is inside
        }  # fmt: skip

    def met(events: list[object], inside: bool = True) -> set[frozenset[object]]:
        return set().union(*(pairs(e, inside) for e in events))

    def running(year: int) -> list[object]:
        return [e for e in teams if span[e][0] <= year <= span[e][1]]

    def started(low: int, high: int) -> list[object]:
        return [e for e in teams if low <= span[e][0] <= high]

    def joined(low: int, high: int) -> set[object]:
        return {o for e in started(low, high) for o in teams[e] if where[o] == region}

    out: dict[str, dict[int, int]] = {name: {} for name in COUNTED}
    for y in years:
        out["active_organisations"][y] = len(active(y))
        out["network_entries"][y] = len(joined(y, y) - joined(0, y - 1))
        out["network_exits"][y] = len(active(y - 1) - active(y)) if y > years[0] else 0
        out["network_ties"][y] = len(met(running(y)))
        out["new_ties"][y] = len(met(started(y, y)) - met(started(0, y - 1)))
        out["formed_ties"][y] = len(met(started(y, y)))
        out["outside_ties"][y] = len(met(running(y), inside=False))
    return out


@given(st.data())
@hypothesis_settings(max_examples=25, deadline=None)
def test_every_count_equals_a_count_by_hand(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(2, 7)), data.draw(st.integers(1, 6))
    place = st.sampled_from(["north", "south", None])
    orgs: Rows = [[f"O{i}", f"Org {i}", "enterprise", data.draw(place)] for i in range(n)]
    orgs[0][3] = "north"
    projects: Rows = []
    members: Rows = []
    for e in range(k):
        start = data.draw(st.integers(2010, 2014))
        projects.append([f"P{e}", start, start + data.draw(st.integers(0, 3))])
        team = data.draw(st.sets(st.integers(0, n - 1), min_size=1))
        members += [[f"P{e}", f"O{i}"] for i in sorted(team)]
    tables = dataset(orgs, projects, members)
    wanted = by_hand(orgs, projects, members, "north")
    for name in COUNTED:
        frame = registry()[name](tables, settings())  # type: ignore[operator]
        own = frame.filter(pl.col("subject") == "north", pl.col("period") != "")
        got = {int(y): int(v) for y, v in own.select("period", "value").iter_rows()}
        if any(wanted["active_organisations"].values()):
            assert got == wanted[name], name
        for row in own.iter_rows(named=True):
            behind = tables.connection.execute(row["sql"]).fetchall()
            assert len(behind) == row["rows"] == row["value"], (name, row["period"])


def test_co_patents_are_joint_events_for_a_window() -> None:
    tables = {
        "orgs": pl.DataFrame(ORGS, schema=["org_id", "name", "type", "region"], orient="row"),
        "projects": pl.DataFrame(
            PROJECTS, schema=["project_id", "start_year", "end_year"], orient="row"
        ),
        "members": pl.DataFrame(MEMBERS, schema=["project_id", "org_id"], orient="row"),
        "patents": pl.DataFrame({"patent_id": ["N1", "N2"], "app_year": [2011, 2012]}),
        "applicants": pl.DataFrame(
            {"patent_id": ["N1", "N1", "N2"], "org_id": ["B", "D", "D"], "position": [1, 2, 1]}
        ),
    }
    both = regionlift.from_frames(tables, scope="gbt4754-2017", currency="CNY")
    network = affiliations(both, settings(), "north")
    assert "N1" in network.events and "N2" not in network.events, "one applicant is no joint event"
    assert int(network.end[network.events.index("N1")]) == 2013
    longer = affiliations(both, settings({"tie_window": 5}), "north")
    assert int(longer.end[longer.events.index("N1")]) == 2015
    without = affiliations(both, settings({"copatents": 0}), "north")
    assert without.events == ("P1", "P2", "P3")


def test_a_dataset_of_projects_alone_is_studied(tmp_path: Path) -> None:
    assert not [p for p in checked(tmp_path) if p.severity == "error"]
    done = regionlift.run_region(tmp_path, "north", tmp_path / "out")
    assert done.study.profile.label == ""
    assert done.study.find("active_organisations", period="2012").value == 3
    assert "no panel table" in done.study.peers.reason


@pytest.fixture(scope="module")
def cordis(shared_data: Path) -> Dataset:
    return regionlift.open_dataset(EXAMPLES / "eu-network")


def test_the_whole_of_cordis_is_counted_for_every_region(cordis: Dataset) -> None:
    # by loops over the raw file, H2020, located organisations: written down once
    for name in COUNTED:
        frame = registry()[name](cordis, settings())  # type: ignore[operator]
        assert frame.filter(pl.col("value").is_not_null())["subject"].n_unique() > 200, name
    network = affiliations(cordis, settings(), "ES21", 2020)
    own = network.among(network.inside)
    frame = registry()["network_ties"](cordis, settings())  # type: ignore[operator]
    for year in range(2014, 2021):
        counted = frame.filter(subject="ES21", period=str(year))["value"][0]
        assert counted == len(own.active(year).ties()[0])
