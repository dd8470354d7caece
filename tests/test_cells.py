"""Layers, kinds of actor and stages with an action: by hand, in the province's plan and roadmap."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recompute import payload_of
from regionlift.output.plan_lists import covered, write_lint
from regionlift.paths.load import shipped
from regionlift.plan.cells import (
    KINDS,
    STAGES,
    Acting,
    actors_of,
    cells_of,
    kinds_of,
    stages_by_link,
    stages_of_measure,
)
from regionlift.plan.context import Context
from regionlift.plan.lint import lint
from regionlift.run import Run
from regionlift.study.acted import acted
from regionlift.study.plan import lint_study

ORGS = pl.DataFrame(
    {
        "org_id": ["E1", "E2", "U1", "F1", "X1", "G1"],
        "name": ["Big Works", "Small Works", "North University", "Foreign AG", None, "Odd Office"],
        "type": ["enterprise", "enterprise", "university", "foreign", None, "government"],
        "layer": ["core", None, None, None, None, "supporting"],
    }
)


def test_the_rule_has_nine_kinds_in_three_layers() -> None:
    assert KINDS == (
        ("core", "enterprise"), ("supporting", "enterprise"), ("supporting", "university"),
        ("supporting", "institute"), ("auxiliary", "government"), ("auxiliary", "finance"),
        ("auxiliary", "intermediary"), ("auxiliary", "platform"), ("auxiliary", "alliance"),
    )  # fmt: skip
    assert STAGES == ("factor", "value", "structure")


def test_actors_by_hand() -> None:
    known = actors_of(ORGS, pl.DataFrame({"name": ["Test Hall", None]}))
    kinds, unknown = kinds_of(
        ["E1", "small works", "University", "Foreign AG", "Test Hall", "Odd Office", "X1",
         "Science office", "省工信厅", "core enterprise", "somebody"], known,
    )  # fmt: skip
    assert kinds == (
        ("core", "enterprise"), ("supporting", "enterprise"), ("supporting", "university"),
        ("none", "foreign"), ("auxiliary", "platform"), ("supporting", "government"),
        ("auxiliary", "government"),
    )  # fmt: skip
    assert unknown == ("X1", "somebody")
    found = actors_of(ORGS, layers={"E2": "core", "E1": "not known"})
    assert found["e2"] == found["small works"] == found["e1"] == ("core", "enterprise")
    assert actors_of(None) == actors_of(ORGS.drop("type")) == {}


def test_stages_are_those_the_paths_fit_and_the_gauges_of_the_indicator() -> None:
    stages = stages_by_link()
    assert {stages[i] for i in stages if i.startswith("a")} == {("factor",)}
    assert {stages[i] for i in stages if i.startswith("b")} == {("value",)}
    assert {stages[i] for i in stages if i.startswith("c")} == {("structure",)}
    assert set(stages) == {link.id for path in shipped() for link in path.links}
    assert stages_of_measure("high_tech_share_employment") == ("structure",)
    assert stages_of_measure("rd_intensity") == ("factor",)
    assert stages_of_measure("no such thing") == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.lists(st.sampled_from(KINDS), max_size=4),
                          st.lists(st.sampled_from(STAGES), max_size=3)), max_size=8))  # fmt: skip
def test_every_action_is_in_its_cells_and_no_other(given_: list[Any]) -> None:
    some = [Acting(str(n), tuple(k), tuple(s)) for n, (k, s) in enumerate(given_)]
    found = cells_of(some)
    counted = Counter((layer, kind, stage) for k, s in given_ for layer, kind in set(k)
                      for stage in set(s))  # fmt: skip
    assert {cell: len(names) for cell, names in found.covered.items()} == counted
    assert len(found.uncovered) + len(counted) == len(KINDS) * len(STAGES) == 27
    assert not set(found.uncovered) & set(counted)
    assert {n for n, _ in found.untold} == {str(n) for n, (k, s) in enumerate(given_)
                                            if not k or not s}  # fmt: skip


def test_a_plan_shows_its_cells_and_what_has_none(tmp_path: Path) -> None:
    plan = pl.DataFrame(
        {
            "measure_id": ["M1", "M2", "M3"], "text": ["one", "two", "three"],
            "owner": ["Science office", "Big Works", "somebody"],
            "partners": ["North University", None, None], "link": ["a1", "b4;c2", "a2"],
        }
    )  # fmt: skip
    report = lint(plan, Context(actors=actors_of(ORGS)))
    assert report.cells is not None
    assert dict(report.cells.covered) == {
        ("auxiliary", "government", "factor"): ("M1",),
        ("supporting", "university", "factor"): ("M1",),
        ("core", "enterprise", "value"): ("M2",), ("core", "enterprise", "structure"): ("M2",),
    }  # fmt: skip
    assert report.cells.untold == (("M3", "not told: who takes part, by kind (somebody)"),)
    assert len(report.cells.uncovered) == 23
    said = covered(report.cells)
    assert said.startswith("4 of 27 cells") and "1 of 3 actions have no cell" in said
    write_lint(tmp_path / "lint.xlsx", report)
    sheet = openpyxl.load_workbook(tmp_path / "lint.xlsx")["coverage"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 28 and sum(r[3] for r in rows if r[0] != "not told") == 4


@pytest.fixture(scope="module")
def shown(beijiang: Run) -> dict[str, Any]:
    return payload_of(Path(beijiang.out) / "report.html")


def block(shown: dict[str, Any], page: str, id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in shown["pages"] if p["id"] == page)
    return next(b for b in found["blocks"] if b.get("id") == id)


def test_the_roadmap_of_the_province_again(beijiang: Run, shown: dict[str, Any]) -> None:
    """Every planned action from its own names, looked up in the tables one by one."""
    study = beijiang.study
    found = acted(study)
    assert found.actions == len(study.roadmap.planned) and not found.untold
    shape = study.network.structure.organisations  # type: ignore[union-attr]
    layers = {r["name"]: (r["layer"], r["type"]) for r in shape.iter_rows(named=True)}
    for n, p in enumerate(study.roadmap.planned, start=1):
        mine = {(layer, kind) for (layer, kind, _), names in found.covered.items()
                if f"action {n}" in names}  # fmt: skip
        named = {layers[x] for x in (p.owner, *p.partners) if layers.get(x, ("not known",))[0]
                 != "not known"}  # fmt: skip
        assert named <= mine
        # an action may prepare a path other than the one its link is of
        path = next(j.path for j in study.paths.paths
                    if p.candidate.link.id in {link.id for link in j.path.links})  # fmt: skip
        wanted = {s.stage for s in path.stages if s.fit == "fits"} & set(STAGES)
        wanted |= {"structure"} if p.candidate.action.structure else set()
        assert {stage for (_, _, stage), names in found.covered.items()
                if f"action {n}" in names} == wanted  # fmt: skip
    table = block(shown, "actions", "action-cells")
    cells = [c for row in table["rows"] for c in row[2:]]
    assert sum(c["sort"] == 0 for c in cells) >= len(found.uncovered)
    assert "Shown, not sought" in table["note"]
    for _, kind, _ in found.uncovered:
        assert kind in table["note"]


def test_the_plan_of_the_province_has_its_table(beijiang: Run, shown: dict[str, Any]) -> None:
    report = lint_study(beijiang.study)
    assert report is not None and report.cells is not None
    assert report.cells.actions == report.measures
    table = block(shown, "plan-lint", "plan-cells")
    assert [row[:2] for row in table["rows"]][:9] == [list(k) for k in KINDS]
