"""The fourth path of the examples: a data file, run, drawn and checked without any code."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path as File

import pytest
from typer.testing import CliRunner

from path_readings import Said, in_force, reading, said
from regionlift.cli import app
from regionlift.evidence.measure import registry
from regionlift.evidence.verdict import Truth
from regionlift.paths.evaluate import judge_path
from regionlift.paths.load import faults, library, read_path, shipped
from regionlift.paths.model import (
    Action,
    Box,
    Clause,
    Condition,
    Link,
    Path,
    Reading,
    Stage,
)
from regionlift.run import Run, run_region
from shared import EXAMPLES, PROJECT

FILE = EXAMPLES / "gvc-embedding.toml"
LINKS = ("g1", "g2", "g3", "g4", "g5", "g6")


@pytest.fixture(scope="module")
def path() -> Path:
    return read_path(FILE, registry())


@pytest.fixture(scope="module")
def run(small: File, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A panel of six regions, the fourth path beside the three, one of its thresholds moved."""
    out = tmp_path_factory.mktemp("gvc") / "out"
    return run_region(small, "海江", out, paths=(FILE,), overrides={"g3": -1.0})


def sides(path: Path, broken: set[str]) -> dict[str, float]:
    return {
        c.id: c.threshold + (0.1 if (c.compare in (">=", ">")) == (c.id not in broken) else -0.1)
        for c in path.comparisons
    }


def test_nothing_is_wrong_with_it(path: Path) -> None:
    assert list(faults(path, registry())) == []
    assert [p.id for p in library([FILE], registry())][3:] == ["gvc"]
    assert [link.id for link in path.ordered] == list(LINKS)
    assert len(path.conditions) == 2
    assert all(link.actions for link in path.links)
    assert all(c.source for c in path.comparisons)


@pytest.mark.parametrize("link", LINKS)
def test_its_broken_link_is_named_first(path: Path, link: str) -> None:
    found = judge_path(path, said(sides(path, {link}), path), in_force(path))
    assert found.first_broken is not None and found.first_broken.id == link
    assert [j.id for j in found.broken] == [link]


def test_its_readings(path: Path) -> None:
    """Entry needs the base alone; to climb, staff or money for research is asked for."""
    expected = {
        (): ("met", "met"), ("G2_staff",): ("met", "met"), ("G2_research",): ("met", "met"),
        ("G2_staff", "G2_research"): ("not met", "met"), ("G1_size",): ("not met", "not met"),
    }  # fmt: skip
    for broken, (climb, entry) in expected.items():
        found = judge_path(path, said(sides(path, set(broken)), path), in_force(path))
        assert {r.id: r.truth.value for r in found.readings} == {"climb": climb, "entry": entry}


def test_a_share_of_its_own_where_no_peer_has_the_inputs(path: Path) -> None:
    first = path.links[0]
    level = {k: q for k, q in reading(first, 0.2).items() if k[2] == "value"}
    number = {k: q.__class__(q.measure, q.subject, q.period, 0.2, q.unit) for k, q in level.items()}
    found = judge_path(path, Said(number), in_force(path)).link("g1")
    assert found.alone and found.truth is Truth.MET


def test_a_run_judges_it_beside_the_three(run: Run) -> None:
    study = run.study.paths
    assert [p.path.id for p in study.paths] == [*(p.id for p in shipped()), "gvc"]
    mine = study.path("gvc")
    assert mine.link("g3").truth is Truth.MET
    assert mine.link("g3").threshold == -1.0
    assert mine.first_broken is not None and mine.first_broken.id == "g6"
    assert [j.id for j in mine.unknown] == ["g1", "g2", "g4", "g5"]
    assert {s.path for s in study.order.standings} == {p.path.id for p in study.paths}
    assert set(LINKS) <= set(study.robust.links)
    verdicts = {v.clause for v in study.verdicts}
    assert {f"path.{i}" for i in (*LINKS, "G1", "G2", "gvc.climb", "gvc.entry")} <= verdicts


def test_what_a_run_writes_holds_it(run: Run) -> None:
    record = json.loads((run.out / "run.json").read_text("utf-8"))
    assert record["paths"] == ["technology", "chain", "platform", "gvc"]
    assert record["settings"]["g3"] == -1.0
    assert "g3" in record["changed_settings"]
    page = (run.out / "report.html").read_text("utf-8")
    assert "Global value chain embedding" in page


def test_it_is_drawn_with_the_lamps_of_a_run(run: Run) -> None:
    runner = CliRunner()
    drawn = runner.invoke(app, ["paths", "show", str(FILE), "--out", str(run.out)])
    assert drawn.exit_code == 0, drawn.output
    assert "g3 ● Processes improve" in drawn.output
    assert "g6 ✗ More of the price stays" in drawn.output
    assert "g1 ? Inputs come" in drawn.output
    bare = runner.invoke(app, ["paths", "show", str(FILE)])
    assert "g3 · Processes improve" in bare.output
    checked = runner.invoke(app, ["paths", "check", str(FILE)])
    assert checked.exit_code == 0
    assert "6 links, 4 clauses, 2 conditions: nothing wrong" in checked.output


DOCS = (PROJECT / "docs" / "paths.md").read_text("utf-8")


def test_the_docs_say_every_key_of_a_file() -> None:
    table = DOCS.split("<!-- schema -->")[1]
    for model in (Path, Box, Link, Action, Clause, Condition, Reading, Stage):
        for name, field in model.model_fields.items():
            key = field.alias or name
            ways = f"`{key}`", f"`[[{key}]]`", f"`[[links.{key}]]`"
            assert any(way in table for way in ways), key
    lists = {"boxes", "links", "links.actions", "clauses", "conditions", "readings", "stages"}
    assert set(re.findall(r"\[\[([a-z.]+)\]\]", table)) == lists


def test_the_docs_count_the_thresholds_by_their_source() -> None:
    count = Counter(c.origin for path in shipped() for c in path.comparisons)
    said = " ".join(DOCS.split())
    assert f"Of the {count.total()} thresholds of links and clauses {count['paper']} are" in said
    assert (f"{count['peer']} are quantiles of the peers, {count['standard']} are standards and "
            f"{count['house']} are house values") in said  # fmt: skip
