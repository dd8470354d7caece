"""Figures and conditions of the paths in a browser: lamps, cards, sliders and their rules."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from importlib.resources import files
from math import inf, nextafter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from browser import PHONE, Visit, launched, visited
from demo_payload import HOSTILE, demo
from regionlift.evidence.quantity import Quantity
from regionlift.evidence.settings import Settings
from regionlift.evidence.verdict import Truth
from regionlift.output.page import render
from regionlift.output.paths_block import tree
from regionlift.paths.evaluate import Judged, judge, unknown_quantity
from regionlift.paths.rules import Node, truth
from regionlift.run import Run

CHAIN, CONDITIONS = "#block-path-chain", "#block-conditions"
#: The page's own rules; a module keeps them to itself, so they are read again.
RULES = files("regionlift.output").joinpath("assets", "rules.js").read_text("utf-8")
WORDS = {"met": "met", "notMet": "not met", "cannotTell": "cannot tell"}


@pytest.fixture(scope="module", name="browser")
def browser_() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser: Browser, beijiang: Run) -> Iterator[Visit]:
    """One open report for what leaves no trace in it."""
    with visited(browser, Path(beijiang.out) / "report.html") as seen:
        yield seen
        seen.assert_quiet()


@pytest.fixture
def visit(browser: Browser, beijiang: Run) -> Iterator[Visit]:
    with visited(browser, Path(beijiang.out) / "report.html") as seen:
        yield seen
        seen.assert_quiet()


def block_of(visit: Visit, id: str) -> dict[str, Any]:
    payload = json.loads(visit.tab.locator("#payload").text_content() or "")
    found = [b for p in payload["pages"] for b in p["blocks"] if b.get("id") == id]
    assert len(found) == 1
    return dict(found[0])


def called(visit: Visit, expression: str, argument: Any) -> Any:
    """A function of the page's rules, called in the browser."""
    return visit.tab.evaluate(f"argument => {{ {RULES}\n return {expression}; }}", argument)


def lamp(part: Locator) -> str:
    """The verdict a lamp shows, by its class; its words must say the same."""
    shown = part.locator(".lamp")
    kind = (shown.get_attribute("class") or "").split()[-1]
    assert (shown.text_content() or "").endswith(WORDS[kind])
    return WORDS[kind]


def slide(slider: Locator, threshold: float) -> None:
    """Move a slider; it must stand exactly where it was put."""
    slider.fill(f"{threshold:.12g}")
    assert float(slider.input_value()) == float(f"{threshold:.12g}")


# The rules, against Python


class Same:
    """The numbers a comparison was judged by, for any measure that is asked for."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged

    def read(self, measure: str, part: str, against: str) -> Quantity:
        del part
        if against == "value":
            return self.judged.level
        return unknown_quantity(measure, "", "no peers", "peers") if self.judged.alone else (
            self.judged.quantity)  # fmt: skip


def again(j: Judged, threshold: float) -> Truth:
    """The verdict of Python at another threshold."""
    own = {t.name: replace(t, value=threshold) for t in j.comparison.settings}
    return judge(j.comparison, Same(j), Settings(own)).truth


def grid(j: Judged) -> list[float]:
    """Thresholds over the range, and the value itself with its nearest neighbours."""
    value = 0.0 if j.quantity.value is None else j.quantity.value
    ends = np.linspace(*(j.tried or (j.threshold, j.threshold)), 13).tolist()
    return [*ends, j.threshold, value, nextafter(value, inf), nextafter(value, -inf)]


@pytest.mark.browser
def test_every_verdict_is_pythons_at_every_threshold(page: Visit, beijiang: Run) -> None:
    judged = beijiang.study.paths.judged
    blocks = [block_of(page, f"path-{p.path.id}") for p in beijiang.study.paths.paths]
    items = [link for b in blocks for link in b["links"]]
    items += block_of(page, "conditions")["clauses"]
    by_id = {item["id"]: item for item in items}
    asked = [[by_id[j.id], t] for j in judged for t in grid(j)]
    told = called(page, "argument.map(([item, t]) => judgedAt(item, t))", asked)
    wanted = [again(j, t).value for j in judged for t in grid(j)]
    assert told == wanted
    assert set(told) == {"met", "not met", "cannot tell"}
    assert len(told) > 800


@pytest.mark.browser
def test_conditions_and_readings_are_pythons_at_random_settings(page: Visit, beijiang: Run) -> None:
    done, block = beijiang.study.paths, block_of(page, "conditions")
    rng = random.Random(7)
    clauses = {id: j for p in done.paths for id, j in p.clauses.items()}
    asked, wanted = [], []
    for _ in range(60):
        tried = {i: rng.uniform(*j.tried) for i, j in clauses.items()
                 if rng.random() < 0.7 and j.tried is not None}  # fmt: skip
        told = {i: again(j, tried.get(i, j.threshold)) for i, j in clauses.items()}
        conditions, readings = {}, {}
        for p in done.paths:
            above = {c.condition.id: truth(c.node, told) for c in p.conditions}
            conditions |= {f"{p.path.id}.{i}": t.value for i, t in above.items()}
            readings |= {f"{p.path.id}.{r.id}": truth(r.node, above).value for r in p.readings}
        asked.append(tried)
        wanted.append({"clauses": {i: t.value for i, t in told.items()},
                       "conditions": conditions, "readings": readings})  # fmt: skip
    found = called(page, "argument[1].map((t) => judgedPaths(argument[0], t))", [block, asked])
    assert found == wanted
    assert len({json.dumps(w["conditions"], sort_keys=True) for w in wanted}) > 3


def some_tree(rng: random.Random, depth: int) -> Node:
    if depth == 0 or rng.random() < 0.2:
        return Node("name", rng.choice("abcd"))
    kind = rng.choice(("and", "or", "not"))
    parts = 1 if kind == "not" else rng.randint(2, 4)
    return Node(kind, parts=tuple(some_tree(rng, depth - 1) for _ in range(parts)))


@pytest.mark.browser
def test_any_expression_is_read_as_python_reads_it(page: Visit) -> None:
    rng = random.Random(3)
    nodes = [some_tree(rng, 4) for _ in range(300)]
    values = [{name: rng.choice(list(Truth)) for name in "abcd"} for _ in nodes]
    asked = [[tree(n), {k: t.value for k, t in v.items()}]
             for n, v in zip(nodes, values, strict=True)]  # fmt: skip
    told = called(page, "argument.map(([tree, verdicts]) => truthOf(tree, verdicts))", asked)
    assert told == [truth(n, v).value for n, v in zip(nodes, values, strict=True)]


@pytest.mark.browser
def test_a_link_that_passes_rows_keeps_a_lane_in_each(page: Visit) -> None:
    def link(id: str, start: list[str], end: str, feedback: bool = False) -> dict[str, Any]:
        return {"id": id, "start": start, "end": end, "feedback": feedback}

    block = {"boxes": [{"id": i} for i in "abcde"],
             "links": [link("1", ["a"], "b"), link("2", ["b"], "c"), link("3", ["a", "c"], "d"),
                       link("4", ["e"], "d"), link("5", ["d"], "a", True)]}  # fmt: skip
    rows = called(page, "figureRows(argument)", block)
    shown = [[p.get("box") or p.get("link") or p["lane"] for p in row["parts"]] for row in rows]
    # e leads into d alone, so it stands just above it; the way from a to d passes b and c
    assert shown[0] == ["a"]
    assert [sorted(row) for row in shown[1:]] == [
        ["1", "3 a"], ["3 a", "b"], ["2", "3 a"], ["3 a", "c", "e"], ["3", "4"], ["d"],
    ]  # fmt: skip


# The figure


@pytest.mark.browser
def test_every_link_has_its_lamp_and_the_first_broken_one_is_named(visit: Visit) -> None:
    for id, anchor in (("technology", "technology"), ("chain", "chain"), ("platform", "platform")):
        visit.go(anchor)
        block = block_of(visit, f"path-{id}")
        part = visit.tab.locator(f"#block-path-{id}")
        assert part.locator(".path-box").count() == len(block["boxes"])
        assert part.locator(".path-chip").count() == len(block["links"])
        for link in block["links"]:
            assert lamp(part.locator(f'[data-link="{link["id"]}"]')) == link["verdict"]
        flags = part.locator(".path-chip.first")
        assert flags.count() == (0 if block["first"] is None else 1)
        if block["first"] is not None:
            expect(flags).to_have_attribute("data-link", block["first"])
            expect(flags.locator(".flag")).to_have_text("First broken link")
        # a line from every start and one to the end, each with a head
        assert part.locator(".path-lines polygon").count() == len(block["links"])
        lines = sum(len(link["start"]) + 1 for link in block["links"])
        assert part.locator(".path-lines path").count() == lines


@pytest.mark.browser
def test_boxes_and_arrows_do_not_touch(visit: Visit) -> None:
    for id in ("technology", "chain", "platform"):
        visit.go(id)
        found = visit.tab.locator(f"#block-path-{id} :is(.path-box, .path-chip)")
        known = [b for b in (part.bounding_box() for part in found.all()) if b is not None]
        for n, one in enumerate(known):
            for other in known[n + 1 :]:
                assert (
                    one["x"] + one["width"] <= other["x"] + 1
                    or other["x"] + other["width"] <= one["x"] + 1
                    or one["y"] + one["height"] <= other["y"] + 1
                    or other["y"] + other["height"] <= one["y"] + 1
                ), (one, other)


@pytest.mark.browser
def test_a_click_opens_the_card_and_its_number_the_rows(visit: Visit) -> None:
    visit.go("chain")
    link = next(b for b in block_of(visit, "path-chain")["links"] if b["id"] == "b4")
    card, arrow = visit.tab.locator(f"{CHAIN} .path-card"), visit.tab.locator('[data-link="b4"]')
    expect(card).to_contain_text("Click an arrow")
    arrow.click()
    expect(arrow).to_have_attribute("aria-expanded", "true")
    expect(card.locator("h3")).to_contain_text(f"b4 {link['title']}")
    assert lamp(card.locator(".path-verdict")) == link["verdict"]
    for words in (link["reason"], link["source"], *link["actions"], "at least 0.8",
                  f"Verdict unchanged in {link['holds']:.0%} of settings",
                  "the number itself"):  # fmt: skip
        expect(card).to_contain_text(words)
    card.locator(f'[data-evidence="{link["evidence"][0]}"]').click()
    expect(visit.tab.locator("dialog[open] h2")).not_to_be_empty()
    visit.tab.keyboard.press("Escape")
    expect(visit.tab.locator("dialog[open]")).to_have_count(0)
    expect(card.locator("h3")).to_be_visible()
    card.get_by_role("button", name="Close").click()
    expect(card.locator("h3")).to_have_count(0)


@pytest.mark.browser
def test_the_slider_flips_lamp_and_first_broken_link_exactly_at_the_threshold(
    visit: Visit, beijiang: Run
) -> None:
    visit.go("chain")
    path = beijiang.study.paths.path("chain")
    broken = [j for j in path.broken if not j.comparison.feedback]  # type: ignore[union-attr]
    first = broken[0]
    part = visit.tab.locator(CHAIN)
    now, card = part.locator(".path-now"), part.locator(".path-card")
    expect(now).to_contain_text("As in the run")
    part.locator(f'[data-link="{first.id}"]').click()
    slider = card.locator("input.threshold")
    step, low = float(slider.get_attribute("step") or 0), first.comparison.low
    places = round((first.comparison.high - low) / step)
    flipped = 0
    for n in range(0, places + 1, max(1, places // 24)):
        threshold = float(f"{low + n * step:.12g}")
        slide(slider, threshold)
        told = again(first, threshold)
        flipped += told is not first.truth
        assert lamp(part.locator(f'[data-link="{first.id}"]')) == told.value
        assert lamp(card.locator(".path-verdict")) == told.value
        expect(card.locator(".path-verdict .was")).to_have_count(int(told is not first.truth))
        named = part.locator(".path-chip.first").get_attribute("data-link")
        assert named == (first.id if told is Truth.NOT_MET else broken[1].id)
        if told is not first.truth:
            expect(now).to_contain_text(f"first broken link would be {broken[1].id}")
            expect(now).to_contain_text(f"1 of {len(path.links)} lamps flip")
    assert flipped
    part.get_by_role("button", name="Reset").click()
    expect(now).to_contain_text("As in the run")
    expect(part.locator(".path-chip.first")).to_have_attribute("data-link", first.id)
    assert float(card.locator("input.threshold").input_value()) == first.threshold


@pytest.mark.browser
def test_the_keyboard_does_all_of_it(visit: Visit) -> None:
    visit.go("chain")
    arrow = visit.tab.locator('[data-link="b3"]')
    arrow.focus()
    visit.tab.keyboard.press("Enter")
    card = visit.tab.locator(f"{CHAIN} .path-card")
    expect(card.locator("h3")).to_be_focused()
    for _ in range(2):
        visit.tab.keyboard.press("Tab")
    slider = card.locator("input.threshold")
    expect(slider).to_be_focused()
    before = float(slider.input_value())
    visit.tab.keyboard.press("ArrowLeft")
    assert float(slider.input_value()) == before - float(slider.get_attribute("step") or 0)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^above -1"))
    assert lamp(card.locator(".path-verdict")) == "met"
    visit.tab.keyboard.press("Escape")
    expect(card.locator("h3")).to_have_count(0)
    expect(arrow).to_be_focused()
    expect(arrow.locator(".was")).to_have_text("was not met")


@pytest.mark.browser
def test_the_list_behind_the_figure_has_every_link(visit: Visit) -> None:
    visit.go("platform")
    part = visit.tab.locator("#block-path-platform")
    part.get_by_role("button", name="All links as a list").click()
    assert part.locator(".disclosed tbody tr").count() == 11


# The conditions


@pytest.mark.browser
def test_conditions_show_what_the_run_says(visit: Visit, beijiang: Run) -> None:
    visit.go("conditions")
    part = visit.tab.locator(CONDITIONS)
    for p in beijiang.study.paths.paths:
        path = part.locator(f'[data-path="{p.path.id}"]')
        readings = path.locator(".cond-reading")
        assert [lamp(r) for r in readings.all()] == [r.truth.value for r in p.readings]
        expect(readings.first.locator(".decides")).to_have_text("decides")
        assert path.locator(".decides").count() == 1
        for c in p.conditions:
            box = path.locator(f'[data-condition="{c.condition.id}"]')
            assert lamp(box.locator("header")) == c.truth.value
            expect(box.locator("blockquote")).to_have_text(f"“{c.condition.quote}”")
            assert box.locator(".rule-name").count() == len(c.node.names)
            for name in c.node.names:
                row = box.locator(f'[data-clause="{name}"]')
                assert lamp(row) == p.clauses[name].truth.value
                fixed = p.clauses[name].tried is None or p.clauses[name].quantity.value is None
                assert row.locator("input").is_disabled() == fixed
                assert row.locator("text=Cannot be moved").count() == int(fixed)
    expect(part.locator(".cond-count")).to_contain_text("No verdict flips")


@pytest.mark.browser
def test_moving_a_clause_turns_condition_and_reading_and_reset_takes_all_back(
    visit: Visit, beijiang: Run
) -> None:
    """In the chain, B1 fails by net entry alone: below zero asked for, B1 and its readings turn."""
    visit.go("conditions")
    part = visit.tab.locator(f'{CONDITIONS} [data-path="chain"]')
    p = beijiang.study.paths.path("chain")
    before = [r.truth.value for r in p.readings]
    told = {i: j.truth for i, j in p.clauses.items()}
    told["B1_entry"] = again(p.clauses["B1_entry"], -1)
    above = {c.condition.id: truth(c.node, told) for c in p.conditions}
    after = [truth(r.node, above).value for r in p.readings]
    assert above["B1"] is not p.conditions[0].truth
    slide(part.locator('[data-clause="B1_entry"] input'), -1)
    assert lamp(part.locator('[data-clause="B1_entry"]')) == "met"
    assert lamp(part.locator('[data-condition="B1"] header')) == above["B1"].value
    expect(part.locator('[data-condition="B1"] header .was')).to_have_text("was not met")
    assert [lamp(r) for r in part.locator(".cond-reading").all()] == after
    n = 2 + sum(a != b for a, b in zip(before, after, strict=True))
    count = visit.tab.locator(f"{CONDITIONS} .cond-count")
    expect(count).to_have_text(f"{n} verdicts flip: clauses 1, conditions 1, readings {n - 2}")
    visit.tab.get_by_role("button", name="Reset all").click()
    expect(count).to_contain_text("No verdict flips: every threshold is as in the run")
    assert [lamp(r) for r in part.locator(".cond-reading").all()] == before
    assert visit.tab.locator(f"{CONDITIONS} .was").count() == 0
    expect(part.locator('[data-clause="B1_entry"] input')).to_have_js_property("value", "0")


# A small made-up payload


def item(id: str, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "id": id, "title": HOSTILE, "zh": HOSTILE, "reason": HOSTILE, "settles": HOSTILE,
        "verdict": "cannot tell" if value is None else "met" if value >= 1 else "not met",
        "evidence": [], "value": value, "compare": ">=", "against": "value", "unit": "ratio",
        "threshold": 1.0, "low": 0.0, "high": 2.0, "fixed": value is None, "holds": 0.5,
        "source": HOSTILE, **more,
    }  # fmt: skip


def link(id: str, value: float | None, start: list[str], end: str, **more: Any) -> dict[str, Any]:
    return item(id, value, start=start, end=end, actions=[HOSTILE], **{"feedback": False} | more)


def invented() -> dict[str, Any]:
    page = deepcopy(demo())
    table = {"columns": [{"title": "Link"}], "rows": [[HOSTILE]]}
    figure = {
        "kind": "path", "id": "path-a", "title": HOSTILE, "finding": HOSTILE, "note": HOSTILE,
        "boxes": [{"id": i, "title": HOSTILE, "zh": HOSTILE, "parts": [HOSTILE]} for i in "pqrs"],
        "links": [link("l1", None, ["p"], "q"), link("l2", 0.5, ["p"], "q"),
                  link("l3", 2.0, ["q", "r"], "s"),
                  link("l4", 0.0, ["s"], "p", feedback=True)],
        "first": "l2", "first_holds": 0.5, "table": table,
    }  # fmt: skip
    rule = ["or", "k1", ["and", "k2", ["not", "k3"]]]
    condition = {
        "id": "K", "title": HOSTILE, "zh": "", "quote": HOSTILE, "tree": rule, "words": HOSTILE,
        "verdict": "cannot tell", "holds": 1.0, "membership": "0 to 1", "binds": "k1",
        "clauses": ["k1", "k2", "k3"],
    }  # fmt: skip
    other = condition | {"id": "L", "tree": "k2", "verdict": "met", "clauses": ["k2"]}
    reading = {"id": "all", "title": HOSTILE, "tree": ["and", "K", "L"], "words": HOSTILE,
               "source": HOSTILE, "verdict": "cannot tell", "holds": 1.0}  # fmt: skip
    conditions = {
        "kind": "conditions", "id": "conditions", "title": HOSTILE, "note": HOSTILE,
        "paths": [{"id": "a", "title": HOSTILE, "readings": [reading],
                   "conditions": [condition, other]}],
        "clauses": [item("k1", None, quote=HOSTILE), item("k2", 1.5, quote=HOSTILE),
                    item("k3", 1.25, quote=HOSTILE)],
        "table": table,
    }  # fmt: skip
    page["pages"][0]["blocks"] = [figure, conditions]
    return page


@pytest.fixture
def made(browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    file = tmp_path / "report.html"
    file.write_text(render(invented()), "utf-8")
    with visited(browser, file, PHONE) as seen:
        yield seen
        seen.assert_quiet()


@pytest.mark.browser
def test_hostile_names_are_text_on_a_phone_too(made: Visit) -> None:
    made.tab.locator('[data-link="l1"]').click()
    card = made.tab.locator(".path-card")
    expect(card).to_contain_text("onerror=alert(1)")
    expect(card).to_contain_text("Cannot be moved: there is no number yet")
    expect(card.locator("input")).to_be_disabled()
    # the card lies at the foot of the window, the arrow it is about above it
    expect(made.tab.locator('[data-link="l1"]')).to_be_in_viewport()
    expect(card.locator("h3")).to_be_in_viewport()
    assert made.tab.locator("img").count() == 0
    assert made.tab.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.browser
def test_what_cannot_be_told_stays_so_and_is_named_before_the_first_broken(made: Visit) -> None:
    made.tab.locator('[data-link="l2"]').click()
    now, slider = made.tab.locator(".path-now"), made.tab.locator(".path-card input")
    slide(slider, 0.5)
    expect(now).to_contain_text("the first broken link would be l4")
    expect(now).to_contain_text("Cannot be told before it: l1.")
    made.tab.locator('[data-link="l4"]').click()
    slide(slider, 0)
    expect(now).to_contain_text("no link would be known to be broken. Cannot be told: l1. 2 of 4")
    assert made.tab.locator(".path-chip.first").count() == 0


@pytest.mark.browser
def test_a_clause_of_two_conditions_moves_in_both(made: Visit) -> None:
    rows = made.tab.locator('[data-clause="k2"]')
    assert rows.count() == 2
    slide(rows.nth(1).locator("input"), 1.6)
    assert rows.nth(0).locator("input").input_value() == "1.6"
    assert [lamp(row) for row in rows.all()] == ["not met", "not met"]
    assert lamp(made.tab.locator('[data-condition="L"] header')) == "not met"
    assert lamp(made.tab.locator('[data-condition="K"] header')) == "cannot tell"
    assert lamp(made.tab.locator(".cond-reading")) == "not met"
    slide(rows.nth(0).locator("input"), 1.5)
    slide(made.tab.locator('[data-clause="k3"] input'), 1.26)
    assert lamp(made.tab.locator('[data-condition="K"] header')) == "met"
    assert lamp(made.tab.locator(".cond-reading")) == "met"


@pytest.mark.browser
def test_paper_shows_figure_and_clauses_without_cards_and_sliders(made: Visit) -> None:
    made.tab.locator('[data-link="l2"]').click()
    made.tab.emulate_media(media="print")
    expect(made.tab.locator(".path-card")).to_be_hidden()
    assert made.tab.locator("input:visible").count() == 0
    assert made.tab.locator(".path-chip:visible").count() == 4
    assert made.tab.locator(".cond-clause:visible").count() == 4


def contradicted(change: str) -> dict[str, Any]:
    page = invented()
    figure, conditions = page["pages"][0]["blocks"]
    path = conditions["paths"][0]
    match change:
        case "box":
            figure["links"][2]["start"] = ["q", "z"]
        case "end":
            figure["links"][0]["end"] = "z"
        case "first":
            figure["first"] = "l9"
        case "not first":
            figure["first"] = "l4"
        case "no first":
            figure["first"] = None
        case "range":
            figure["links"][0]["low"] = 3.0
        case "verdict":
            figure["links"][2]["verdict"] = "not met"
        case "number":
            figure["links"][0]["verdict"] = "met"
        case "compare":
            figure["links"][0]["compare"] = "="
        case "twice":
            figure["links"][0]["id"] = "l3"
        case "circle":
            figure["links"][3]["feedback"] = False
        case "clause":
            path["conditions"][0]["tree"] = ["and", "k1", ["not", "k9"]]
        case "listed":
            path["conditions"][0]["clauses"] = ["k1"]
        case "condition":
            path["readings"][0]["tree"] = ["and", "K", "M"]
        case "clause range":
            conditions["clauses"][1]["high"] = -1.0
    return page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("box", r'block 1 \(path\): link "l3" leads from or to "z", which is no box'),
        ("end", r'link "l1" leads from or to "z", which is no box'),
        ("first", r'the first broken link "l9" is none of the links'),
        ("not first", r"the first broken link is not the first that is not met"),
        ("no first", r"the first broken link is not the first that is not met"),
        ("range", r'the range of link "l1" ends before it begins'),
        ("verdict", r'the verdict on link "l3" is not what its number and threshold say'),
        ("number", r'link "l1" has a verdict without a number'),
        ("compare", r'link "l1" compares with one of >=, >, <=, <'),
        ("twice", r'more than one link has the id "l3"'),
        ("circle", r"the links go round in a circle"),
        ("clause", r'block 2 \(conditions\): condition "K" names "k9", which is not there'),
        ("listed", r'condition "K" lists other clauses than its rule names'),
        ("condition", r'reading "all" names "M", which is not there'),
        ("clause range", r'the range of clause "k2" ends before it begins'),
    ],
)
def test_a_path_that_contradicts_itself_is_refused(change: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        render(contradicted(change))
