"""The chain map in a browser: boxes, flows, cards, keyboard, hostile names, a phone, paper."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browser import PHONE, Visit, launched, visited
from demo_payload import HOSTILE, demo
from regionlift.output.page import render
from regionlift.run import Run

pytestmark = pytest.mark.browser

MAP = "#block-chain-map"


@pytest.fixture(scope="module", name="browser")
def browser_() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, beijiang: Run) -> Iterator[Visit]:
    with visited(browser, Path(beijiang.out) / "report.html") as seen:
        seen.go("chain")
        yield seen
        seen.assert_quiet()


def test_every_link_is_a_box_and_every_flow_a_line(visit: Visit) -> None:
    assert visit.tab.locator(f"{MAP} .chain-node").count() == 37
    assert visit.tab.locator(f"{MAP} .chain-flow").count() == 68
    assert visit.tab.locator(f"{MAP} .chain-legend li").count() == 6
    # what nobody makes is dashed
    assert visit.tab.locator(f"{MAP} .chain-node rect[stroke-dasharray]").count() == 7


def test_a_box_opens_its_card_and_a_number_of_it_its_rows(visit: Visit) -> None:
    box = visit.tab.locator(f'{MAP} .chain-node[aria-label^="Encoders"]')
    card = visit.tab.locator(f"{MAP} .chain-card")
    expect(card).to_be_hidden()
    box.click()
    expect(card).to_be_visible()
    expect(card.locator("h3")).to_have_text("Encoders 编码器")
    expect(card).to_contain_text("supplement · critical")
    expect(card).to_contain_text("Imported mostly from DE")
    assert visit.tab.locator(f"{MAP} .chain-flow.near").count() == 4
    card.locator('[data-evidence="chain_unmet/Beijiang|N21/2023"]').click()
    panel = visit.tab.locator("#panel")
    expect(panel).to_contain_text("max(0, d - x)")
    expect(panel).to_contain_text("chain_nodes")
    visit.tab.keyboard.press("Escape")
    card.get_by_role("button", name="Test benches").click()
    expect(card.locator("h3")).to_contain_text("Test benches")
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()


def test_the_keyboard_opens_a_card_too(visit: Visit) -> None:
    box = visit.tab.locator(f'{MAP} .chain-node[aria-label^="Gearboxes"]')
    box.focus()
    visit.tab.keyboard.press("Enter")
    expect(visit.tab.locator(f"{MAP} .chain-card h3")).to_contain_text("Gearboxes")
    expect(box).to_have_attribute("aria-pressed", "true")


def test_the_list_behind_the_map_has_every_link(visit: Visit) -> None:
    visit.tab.locator(MAP).get_by_role("button", name="All links as a list").click()
    assert visit.tab.locator(f"{MAP} .disclosed tbody tr").count() == 37


def test_boxes_of_a_column_do_not_touch(visit: Visit) -> None:
    boxes = [b.bounding_box() for b in visit.tab.locator(f"{MAP} .chain-node").all()]
    known = [b for b in boxes if b is not None]
    for n, one in enumerate(known):
        for other in known[n + 1 :]:
            apart = (
                one["x"] + one["width"] <= other["x"] + 1
                or other["x"] + other["width"] <= one["x"] + 1
                or one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )
            assert apart, (one, other)


def node(id: str, name: str, column: int) -> dict[str, Any]:
    card = {"fields": [{"label": "Demand", "cell": HOSTILE}], "says": HOSTILE, "settles": "",
            "inside": HOSTILE, "outside": ""}  # fmt: skip
    return {"id": id, "name": name, "zh": HOSTILE, "kind": "supplement", "title": HOSTILE,
            "column": column, "row": 0, "critical": True, "share": None, "card": card}  # fmt: skip


def hostile() -> dict[str, Any]:
    page = deepcopy(demo())
    block = {
        "kind": "chain", "id": "chain-map", "title": HOSTILE, "finding": HOSTILE, "note": HOSTILE,
        "columns": [HOSTILE, "b"], "nodes": [node("a", HOSTILE, 0), node("b", "B", 1)],
        "edges": [{"a": 0, "b": 1, "width": 1, "text": HOSTILE},
                  {"a": 1, "b": 0, "width": 0, "text": ""}],
        "legend": [{"kind": "nonsense", "title": HOSTILE, "zh": ""}],
        "table": {"columns": [{"title": "Link"}], "rows": [[HOSTILE]]},
    }  # fmt: skip
    page["pages"][0]["blocks"] = [block]
    return page


def test_hostile_names_are_text_and_a_flow_may_run_back(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(hostile()), "utf-8")
    with visited(browser, file, PHONE) as seen:
        seen.tab.locator(f"{MAP} .chain-node").first.click()
        expect(seen.tab.locator(f"{MAP} .chain-card")).to_contain_text("onerror=alert(1)")
        assert seen.tab.locator(f"{MAP} img").count() == 0
        assert seen.tab.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        seen.assert_quiet()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b: b["nodes"][0].update(column=2), 'node "a" is in none of the 2 columns'),
        (lambda b: b["edges"][0].update(b=2), "a flow ends at none of the 2 nodes"),
    ],
)
def test_a_map_that_contradicts_itself_is_refused(change: Any, message: str) -> None:
    page = hostile()
    change(page["pages"][0]["blocks"][0])
    with pytest.raises(ValueError, match=message):
        render(page)


def test_paper_shows_the_map_without_cards(visit: Visit) -> None:
    visit.tab.locator(f"{MAP} .chain-node").first.click()
    visit.tab.emulate_media(media="print")
    expect(visit.tab.locator(f"{MAP} .chain-card")).to_be_hidden()
    expect(visit.tab.locator(f"{MAP} .chain-picture")).to_be_visible()
