"""The page of the paper's items is generated, whole, and names only what there is."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from pydantic import ValidationError

from recompute import payload_of
from regionlift.cli import app
from regionlift.evidence.measure import registry
from regionlift.evidence.verdict import Truth
from regionlift.output.coverage import (
    ITEMS,
    Item,
    coverage_page,
    numbers_by_item,
    paper,
    pieces_by_item,
)
from regionlift.paths.evaluate import judge_path
from regionlift.paths.load import PathFileError, library, shipped, thresholds
from regionlift.run import Run
from regionlift.study.paths import RegionReadings
from shared import SHARED

ROOT = Path(__file__).resolve().parents[1]
EVERY = paper().items


def number(value: Item) -> str:
    return str(value.number)


def names(command: click.Command, before: str = "") -> Iterator[str]:
    """Every command that does something, with its group before it."""
    for name, inside in getattr(command, "commands", {}).items():
        whole = f"{before} {name}".strip()
        if getattr(inside, "commands", None):
            yield from names(inside, whole)
        else:
            yield whole


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(n.name for n in tree.body if isinstance(n, ast.FunctionDef))


@pytest.fixture(scope="module")
def shown(beijiang: Run) -> dict[str, Any]:
    return payload_of(Path(beijiang.out) / "report.html")


def block(shown: dict[str, Any], page: str, id: str) -> dict[str, Any]:
    found = next(p for p in shown["pages"] if p["id"] == page)
    return next(b for b in found["blocks"] if b.get("id") == id)


def word(cell: Any) -> str:
    return cell if isinstance(cell, str) else cell["text"]


# ------------------------------------------------------------------------------ the page of items


def test_the_page_is_generated() -> None:
    """Regenerate with: regionlift coverage > docs/paper-coverage.md."""
    assert (ROOT / "docs" / "paper-coverage.md").read_text("utf-8") == coverage_page()


def test_every_item_has_one_row() -> None:
    assert [i.number for i in EVERY] == list(range(1, ITEMS + 1)) and ITEMS == 93
    firsts = [s.first for s in paper().sections]
    assert firsts == sorted(set(firsts)) and firsts[0] == 1 and firsts[-1] <= ITEMS
    table, _, missing = coverage_page().partition("## What is missing")
    rows = re.findall(r"^\| (\d+) \|.*$", table, re.M)
    assert rows == [str(n) for n in range(1, ITEMS + 1)]
    open_ = [str(i.number) for i in EVERY if i.status != "done"]
    assert re.findall(r"^\| (\d+) \|.*$", missing, re.M) == open_
    heads = [line for line in table.splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in heads} == {9}


@pytest.mark.parametrize("item", EVERY, ids=number)
def test_what_an_item_names_is_there(item: Item) -> None:
    assert set(item.commands) <= set(names(typer.main.get_command(app)))
    for test in item.tests:
        file, _, name = test.partition("::")
        assert name in functions_of(file), test
    assert len(set(item.tests)) == len(item.tests)


def test_pages_are_those_of_a_report(shown: dict[str, Any]) -> None:
    there = {p["id"] for p in shown["pages"]}
    assert {p for i in EVERY for p in i.pages} <= there
    # and none of the report answers nothing the paper says, but for what the tables are
    assert there - {p for i in EVERY for p in i.pages} <= {"data"}


@pytest.mark.parametrize("item", EVERY, ids=number)
def test_done_is_shown_somewhere_and_held_by_a_test(item: Item) -> None:
    where = (numbers_by_item().get(item.number), pieces_by_item().get(item.number), item.pages,
             item.commands)  # fmt: skip
    if item.status == "not told":
        assert not any(where) and not item.tests
    else:
        assert any(where) and item.tests
    assert bool(item.why) == (item.status != "done")


def test_numbers_and_pieces_serve_items_of_the_paper() -> None:
    for found in (numbers_by_item(), pieces_by_item()):
        assert set(found) <= set(range(1, ITEMS + 1))
    serving = {id for ids in numbers_by_item().values() for id in ids}
    assert serving == set(registry())
    links = {link.id for path in shipped() for link in path.links}
    assert links <= {id for ids in pieces_by_item().values() for id in ids}


def test_quotes_are_the_papers_own() -> None:
    paper_file = SHARED.parent / "design" / "source-paper.txt"
    if not paper_file.is_file():
        pytest.skip("the paper is not beside the project")
    text = " ".join(paper_file.read_text("utf-8").split())
    assert [i.number for i in EVERY if i.quote not in text] == []


def test_an_unknown_status_or_entry_is_refused() -> None:
    good = EVERY[0].model_dump()
    Item.model_validate(good)
    for wrong in ({"status": "mostly"}, {"measures": ["value_added_ratio"]}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            Item.model_validate({**good, **wrong})


# ------------------------------------------------------------ items that no other test looks at


def test_page_3_tells_the_four_goals(shown: dict[str, Any], beijiang: Run) -> None:
    """Item 7: each goal has its number of the ledger; nothing is said to be read later."""
    goals = {word(row[0]): row for row in block(shown, "position", "goals")["rows"]}
    study = beijiang.study
    wanted = {
        "Technology productization": study.find("new_product_share"),
        "Industrial clustering": study.find("location_quotient_employment"),
        "Complete sets of equipment": study.chain.find("chain_complete"),
        "Supporting localization": study.find("local_input_share"),
    }
    assert set(goals) == set(wanted)
    for goal, q in wanted.items():
        assert q.value is not None
        assert goals[goal][2]["evidence"] == q.id and q.id in shown["evidence"]
    assert "this version" not in json.dumps(shown)


def test_page_3_sets_size_against_quality_and_names_the_gap(
    shown: dict[str, Any], beijiang: Run
) -> None:
    """Items 8 and 9: every region is a point; the gap to the best peer is that of the frames."""
    plot = block(shown, "position", "size-quality")
    groups = [word(row[-1]) for row in plot["table"]["rows"]]
    assert groups.count("this region") == 1
    assert groups.count("peers") == len(beijiang.study.peers.members)
    gaps = block(shown, "position", "gaps")["rows"]
    assert [word(row[0]) for row in gaps] == ["factor", "value chain", "structure"]
    lead = beijiang.study.profile.gauges["value"].lead
    frame = beijiang.study.frames[lead.marker]
    rows = frame.filter(frame["period"] == lead.level.period).to_dicts()
    peers = [r for r in rows if r["subject"] in beijiang.study.peers.members and r["value"]]
    best = max(peers, key=lambda r: r["value"])["subject"]
    assert word(gaps[1][5]).startswith(f"{best}:")


def test_page_14_prints_every_reading_of_the_conditions(shown: dict[str, Any]) -> None:
    """Item 60: the situations and all of them stand beside each other."""
    page = next(p for p in shown["pages"] if p["id"] == "conditions")
    heads = [b for b in page["blocks"] if b["kind"] == "table" and "together" in b["title"]]
    rows = [[word(c) for c in row] for row in heads[0]["rows"]]
    assert [row[2] for row in rows] == [r.rule for path in shipped() for r in path.readings]
    assert {row[3] for row in rows} <= {"met", "not met", "cannot tell"}


def test_page_15_orders_the_paths_and_marks_what_is_inferred(shown: dict[str, Any]) -> None:
    """Items 42 and 43: three paths, one place each; only the phases of path C are the paper's."""
    page = next(p for p in shown["pages"] if p["id"] == "order")
    tables = {b["title"]: b for b in page["blocks"] if b["kind"] == "table"}
    order = tables["Order of the paths"]["rows"]
    assert [word(row[0]) for row in order] == ["1", "2", "3"]
    assert sorted(word(row[1]) for row in order) == sorted(p.title for p in shipped())
    cells = [s for path in shipped() for s in path.stages]
    assert {(s.stage, s.inferred) for s in shipped()[2].stages if not s.inferred} == {
        ("growth", False), ("maturity", False),
    }  # fmt: skip
    printed = [word(c) for row in tables["Stages and paths"]["rows"] for c in row[1:]]
    assert len(printed) == len(cells)
    assert sum("[R]" in c for c in printed) == sum(s.inferred for s in cells)


FOURTH = """
id = "chains"
title = "Chains of others"
form = "line"
place = 4
about = "a path of one's own"
source = "a test"
boxes = [{id = "firms", title = "Firms"}, {id = "value", title = "Value"}]
readings = [{id = "only", title = "All", rule = "D1", source = "a test"}]
conditions = [{id = "D1", title = "Base", quote = "q", items = [14], rule = "D1_base"}]

[[links]]
id = "d1"
title = "Value added in output is high"
measure = "value_added_ratio"
compare = ">="
threshold = 0.2
low = 0.1
high = 0.4
source = "a test"
from = ["firms"]
to = "value"
items = [14]

[[clauses]]
id = "D1_base"
title = "The block stands above its share"
measure = "location_quotient_value_added"
compare = ">="
threshold = 1.0
low = 0.8
high = 1.2
source = "a test"
items = [14]
quote = "q"
anchors = [0.5, 1.0, 1.5]
anchors_source = "a test"
anchors_status = "provisional"
"""


def test_a_path_of_ones_own_is_read_checked_and_judged(tmp_path: Path, beijiang: Run) -> None:
    """Item 14: a file is enough; a mistake in it is named."""
    file = tmp_path / "chains.toml"
    file.write_text(FOURTH, "utf-8")
    paths = library((file,), registry())
    assert [p.id for p in paths] == [*(p.id for p in shipped()), "chains"]
    study = beijiang.study
    settings = study.settings.including(thresholds(paths))
    readings = RegionReadings(study.dataset, study.frames, study.region, study.peers, settings,
                              None, {})  # fmt: skip
    found = judge_path(paths[-1], readings, settings)
    value = study.find("value_added_ratio").value
    assert value is not None and found.links[0].truth is (
        Truth.MET if value >= 0.2 else Truth.NOT_MET
    )
    file.write_text(FOURTH.replace('"value_added_ratio"', '"value_added_ration"'), "utf-8")
    with pytest.raises(PathFileError, match='Did you mean "value_added_ratio"'):
        library((file,), registry())
