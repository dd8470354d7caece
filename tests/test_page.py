"""The report page: what is in the file, and what a reader's browser makes of it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, expect

from browser import DESKTOP, PHONE, Visit, launched, visited
from demo_payload import FORMULA, HOSTILE, NAMES, QUOTES, demo
from regionlift.output.page import render, to_json

SHOWN = ".page:not([hidden])"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report 1 & #2.html"
    file.write_text(render(demo()), encoding="utf-8")
    return file


@pytest.fixture(scope="module", params=["", "--disable-3d-apis"], ids=["plain", "no-3d"])
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with launched(*filter(None, [request.param])) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, report: Path) -> Iterator[Visit]:
    with visited(browser, report) as opened:
        yield opened
        opened.assert_quiet()


# The file


def test_json_ends_no_script_and_no_line() -> None:
    text = to_json({"name": HOSTILE + "&\u2028\u2029"})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"name": HOSTILE + "&\u2028\u2029"}


def test_json_takes_what_a_database_gives_and_nothing_else() -> None:
    assert to_json({"a": date(2023, 5, 1), "b": Decimal("1.10")}) == '{"a":"2023-05-01","b":"1.10"}'
    with pytest.raises(TypeError, match="has no JSON form"):
        to_json({"a": {1, 2}})
    with pytest.raises(ValueError, match="Out of range float"):
        to_json({"a": float("nan")})


def test_document_holds_three_scripts_and_asks_for_nothing() -> None:
    payload = demo() | {"title": HOSTILE}
    html = render(payload)
    assert html.count("</script>") == 3
    assert HOSTILE not in html
    assert "<img src=x" not in html
    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert "unsafe-eval" not in html
    assert "connect-src 'none'" in html.replace("&#39;", "'")


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render(demo()) == render(demo())


def broken(change: str) -> dict[str, Any]:
    payload = deepcopy(demo())
    answer, network = payload["pages"][:2]
    match change:
        case "evidence":
            answer["blocks"][0]["text"][1]["evidence"] = "nowhere"
        case "question":
            network["question"] = "why"
        case "page":
            network["id"] = "answer"
        case "block":
            network["blocks"][1]["id"] = "organisations"
        case "row":
            network["blocks"][0]["rows"][2].pop()
        case "kind":
            answer["blocks"][0]["kind"] = "film"
        case "number":
            network["number"] = 1
        case "none":
            payload["pages"] = []
    return payload


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("evidence", r'page "answer", block 1 \(text\): there is no evidence .* "nowhere"'),
        ("question", r'page "network": no question has the id "why"'),
        ("page", r'more than one page has the id "answer"'),
        ("block", r'more than one table or chart has the id "organisations"'),
        ("row", r"row 3 has 3 cells for 4 columns"),
        ("kind", r"block 1 \(film\): the kinds are text, gauges"),
        ("number", r"2 pages have the number 1"),
        ("none", r"there is no page"),
    ],
)
def test_a_payload_that_contradicts_itself_is_refused(change: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        render(broken(change))


# In the browser


@pytest.mark.browser
def test_pages_are_found_by_their_number(visit: Visit) -> None:
    """“See page 24” once named two pages, and no page showed a number."""
    link = visit.tab.locator('[data-page="stage"]')
    expect(link).to_have_text("3 Stage of development")
    visit.go("stage")
    expect(visit.tab.locator(f"{SHOWN} .question")).to_have_text("Where are we strong? · page 3")
    expect(visit.tab.locator(".rail-note")).to_contain_text("Pages stand by question")


@pytest.mark.browser
def test_every_page_draws_and_nothing_is_asked_for(visit: Visit) -> None:
    pages = visit.pages()
    assert pages == ["answer", "network", "stage", "methods", "words-used"]
    drawn: dict[str, int] = {}
    for page in pages:
        visit.go(page)
        expect(visit.tab.locator(f"{SHOWN} .banner")).to_contain_text("Synthetic data")
        expect(visit.tab.locator(f"{SHOWN} h1")).to_have_count(1)
        drawn |= visit.marks()
    assert drawn.keys() == {"chart-partners", "chart-value-added"}
    assert min(drawn.values()) > len(NAMES)


@pytest.mark.browser
def test_a_warning_that_is_met_has_no_tick(browser: Browser, tmp_path: Path) -> None:
    payload = deepcopy(demo())
    items = next(b for b in payload["pages"][0]["blocks"] if b["kind"] == "verdicts")["items"]
    for item in items:
        item["warns"] = True
    file = tmp_path / "report.html"
    file.write_text(render(payload), "utf-8")
    with visited(browser, file) as seen:
        seen.go("answer")
        lamps = seen.tab.locator(f"{SHOWN} .verdict .lamp")
        expect(lamps).to_have_text(["! yes, this is so", "– no, not so", "? cannot tell"])
        seen.assert_quiet()


@pytest.mark.browser
def test_charts_are_drawn_only_when_their_page_is_shown(visit: Visit) -> None:
    assert visit.tab.locator(".chart").count() == 0
    visit.go("stage")
    assert visit.tab.locator(".chart svg").count() == 1


@pytest.mark.browser
def test_a_chart_survives_a_change_of_size_while_hidden(visit: Visit) -> None:
    visit.go("stage")
    visit.go("answer")
    visit.tab.set_viewport_size({"width": 900, "height": 700})
    visit.go("stage")
    width = "document.querySelector('.chart svg').viewBox.baseVal.width"
    visit.tab.wait_for_function(f"{width} > 400 && {width} <= 900")
    assert visit.marks()["chart-value-added"] > 20


@pytest.mark.browser
def test_a_number_opens_its_evidence_and_escape_returns(visit: Visit) -> None:
    number = visit.tab.locator(f"{SHOWN} button.number").first
    number.click()
    panel = visit.tab.locator("dialog[open]")
    expect(panel.locator("h2")).to_have_text("Value added per employee")
    expect(panel).to_contain_text("FROM panel\nWHERE region = 'Beijiang'")
    expect(panel).to_contain_text("198 to 231 (90%)")
    expect(panel).to_contain_text("First 2 of 8 rows")
    expect(panel.locator(".first-rows tbody tr")).to_have_count(2)
    expect(panel).to_contain_text(
        "regionlift trace value_added_per_employee/Beijiang/2023 --out out/"
    )
    visit.tab.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(number).to_be_focused()


@pytest.mark.browser
def test_the_unknown_is_said_in_words_with_its_reason(visit: Visit) -> None:
    unknown = visit.tab.locator(f"{SHOWN} p button.unknown").first
    expect(unknown).to_have_text("cannot tell")
    unknown.focus()
    visit.tab.keyboard.press("Enter")
    panel = visit.tab.locator("dialog[open]")
    expect(panel.locator(".headline")).to_have_text("cannot tell")
    expect(panel.locator(".why")).to_have_text("not in the dataset: needs(served)")
    expect(panel).to_contain_text("add needs(served)")
    expect(panel).to_contain_text('trace "served/Beijiang|tests/2023"')


@pytest.mark.browser
def test_the_slider_flips_the_label(visit: Visit) -> None:
    visit.go("stage")
    slider, answer = visit.tab.locator("#threshold"), visit.tab.locator(".would-be")
    expect(answer).to_have_text(re.compile("^At 0.80 no label would be printed"))
    slider.fill("0.72")
    expect(answer).to_have_text(re.compile("^At 0.72 no label would be printed"))
    slider.press("ArrowLeft")
    expect(answer).to_have_text("At 0.71 the label would be: factor stage.")
    visit.tab.get_by_role("button", name="Back to 0.80").click()
    expect(answer).to_have_text(re.compile("^At 0.80 no label"))


@pytest.mark.browser
def test_a_table_sorts_filters_and_shows_the_rest(visit: Visit) -> None:
    visit.go("network")
    table = visit.tab.locator("#block-organisations")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(16)
    table.get_by_role("button", name="Show all 18 rows").click()
    expect(rows).to_have_count(18)
    head = table.locator("th").nth(2)
    for order in ("ascending", "descending"):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", order)
        cells = rows.locator("td:nth-child(3)").all_text_contents()
        assert cells[-1] == "cannot tell"
        numbers = [int(cell.replace(",", "")) for cell in cells[:-1]]
        assert numbers == sorted(numbers, reverse=order == "descending")
    table.locator("input[type=search]").fill("drop TABLE")
    expect(rows).to_have_count(1)


@pytest.mark.browser
def test_hostile_names_are_text(visit: Visit) -> None:
    visit.go("network")
    cells = visit.tab.locator("#block-organisations tbody td:first-child").all_text_contents()
    assert {HOSTILE, QUOTES, FORMULA} <= set(cells)
    assert visit.tab.locator("img").count() == 0
    assert HOSTILE in visit.tab.locator(f"{SHOWN} .mark-text.role-mark text").all_text_contents()
    visit.tab.locator(f"{SHOWN} .mark-symbol.role-mark path").nth(1).hover()
    expect(visit.tab.locator("#vg-tooltip-element")).to_contain_text(HOSTILE)
    assert visit.tab.locator("img").count() == 0


def saved(visit: Visit, button: str, folder: Path) -> Path:
    with visit.tab.expect_download() as caught:
        visit.tab.locator(button).first.click()
    download: Download = caught.value
    file = folder / download.suggested_filename
    download.save_as(file)
    return file


@pytest.mark.browser
def test_csv_is_the_table_and_safe_in_excel(visit: Visit, tmp_path: Path) -> None:
    visit.go("network")
    file = saved(visit, "#block-organisations .csv", tmp_path)
    assert file.name == "SYNTHETIC-Beijiang-province-organisations.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbfOrganisation,")
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    assert len(rows) == 1 + len(NAMES)
    assert rows[2][0] == HOSTILE
    assert rows[4][0] == "'" + FORMULA
    assert rows[5][2:] == ["cannot tell", "-2"]


@pytest.mark.browser
def test_a_picture_says_what_it_is(visit: Visit, tmp_path: Path) -> None:
    visit.go("stage")
    svg = saved(visit, f"{SHOWN} .strip button:text-is('SVG')", tmp_path).read_text("utf-8")
    for words in ("Value added per employee", "The gap to the peer median", "SYNTHETIC DATA"):
        assert words in svg
    png = saved(visit, f"{SHOWN} .strip button:text-is('PNG')", tmp_path).read_bytes()
    assert png.startswith(b"\x89PNG") and len(png) > 10_000


@pytest.mark.browser
def test_the_strip_shows_table_method_and_settings(visit: Visit) -> None:
    visit.go("stage")
    for label, words in (
        ("Table behind it", "208.5"),
        ("How computed", "VA / L, prices of 2020"),
        ("Settings in force", "5 years"),
    ):
        toggle = visit.tab.get_by_role("button", name=label)
        expect(toggle).to_have_attribute("aria-expanded", "false")
        toggle.click()
        expect(toggle).to_have_attribute("aria-expanded", "true")
        panel = visit.tab.locator(f"#{toggle.get_attribute('aria-controls')}")
        expect(panel).to_contain_text(words)


@pytest.mark.browser
def test_the_address_names_the_page_and_the_chart(browser: Browser, report: Path) -> None:
    with visited(browser, report) as visit:
        visit.tab.goto(f"{report.as_uri()}#/network/partners")
        visit.tab.reload()
        figure = visit.tab.locator("#block-partners")
        expect(figure).to_be_in_viewport()
        assert visit.tab.title().startswith("Who is in the network")
        visit.tab.locator(f"{SHOWN} a.next").click()
        expect(visit.tab.locator(f"{SHOWN} h1")).to_have_text("Stage of development")
        visit.tab.go_back()
        expect(visit.tab.locator(f"{SHOWN} h1")).to_have_text("Who is in the network")
        visit.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize("width", [DESKTOP[0], PHONE[0], 360])
def test_no_page_is_wider_than_the_window(browser: Browser, report: Path, width: int) -> None:
    with visited(browser, report, (width, 800)) as visit:
        for page in visit.pages():
            visit.go(page)
            assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width, page
        visit.assert_quiet()


@pytest.mark.browser
def test_paper_holds_every_page_with_its_charts(visit: Visit) -> None:
    visit.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    visit.tab.emulate_media(media="print")
    visit.wait_for_charts("main")
    assert visit.tab.locator(".page:visible").count() == 5
    assert visit.tab.locator(".banner:visible").count() == 5
    assert visit.tab.locator(".chart:visible svg .mark-symbol path").count() > 30
    assert visit.tab.locator(".tool:visible, .rail:visible").count() == 0


@pytest.mark.browser
def test_a_glossary_term_explains_itself(visit: Visit) -> None:
    term = visit.tab.locator(f"{SHOWN} dfn").first
    expect(term).to_have_text("peer")
    assert (term.get_attribute("title") or "").startswith("A region matched")


@pytest.mark.browser
def test_a_chart_that_cannot_be_drawn_says_so(browser: Browser, tmp_path: Path) -> None:
    payload = demo()
    payload["pages"][2]["blocks"][1]["spec"]["layer"][0]["mark"] = "spiral"
    file = tmp_path / "broken.html"
    file.write_text(render(payload), encoding="utf-8")
    with visited(browser, file) as visit:
        visit.go("stage")
        expect(visit.tab.locator(f"{SHOWN} .failed")).to_contain_text("could not be drawn")
        expect(visit.tab.locator(f"{SHOWN} .disclosed table")).to_be_visible()


@pytest.mark.browser
def test_an_injected_script_would_not_run(browser: Browser, report: Path, tmp_path: Path) -> None:
    html = report.read_text(encoding="utf-8")
    attack = "<img src=x onerror='window.ran=1'><script>window.ran=1</script></main>"
    file = tmp_path / "attacked.html"
    file.write_text(html.replace("</main>", attack), encoding="utf-8")
    with visited(browser, file) as visit:
        assert visit.tab.evaluate("window.ran") is None
        assert any("Content Security Policy" in message for message in visit.messages)


@pytest.mark.browser
def test_three_thousand_numbers_open_at_once(browser: Browser, tmp_path: Path) -> None:
    payload = demo()
    one = payload["evidence"]["share/factor"]
    extra = {f"m/r{number}": one for number in range(3000)}
    payload["evidence"] = payload["evidence"] | extra
    rows = [[i, {"text": "0.71", "evidence": i}] for i in extra]
    payload["pages"][3]["blocks"].append(
        {"kind": "table", "id": "index", "title": "All numbers", "note": "", "limit": 50,
         "columns": [{"title": "Number"}, {"title": "Value", "align": "right"}], "rows": rows}
    )  # fmt: skip
    file = tmp_path / "large.html"
    file.write_text(render(payload), encoding="utf-8")
    with visited(browser, file) as visit:
        visit.go("methods")
        table = visit.tab.locator("#block-index")
        table.get_by_role("button", name="Show all 3000 rows").click()
        expect(table.locator("tbody tr")).to_have_count(3000)
        visit.assert_quiet()
