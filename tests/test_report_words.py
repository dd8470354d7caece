"""What the report says, held against what a reader of it once took it to say."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from browser import launched, visited
from recompute import payload_of
from regionlift.measures.chain.stress import Shock
from regionlift.output.blocks import CLAUSES, WARNINGS
from regionlift.output.headings import BY_UNIT, heading
from regionlift.output.pages.answer import AGAINST
from regionlift.output.pages.scenarios import _worst
from regionlift.run import Run
from regionlift.study.scenarios import Scenarios


@pytest.fixture(scope="module", name="pages")
def pages_(beijiang: Run) -> dict[str, dict[str, Any]]:
    """Pages of the invented province by id."""
    return {p["id"]: p for p in payload_of(beijiang.out / "report.html")["pages"]}


def _shock(kind: str, what: str, unserved: float) -> Shock:
    return Shock(kind, "N1", what, 1.0, 1.0, 1.0, unserved, ())


def _said(cores: tuple[Shock, ...], imports: tuple[Shock, ...], others: tuple[Shock, ...]) -> str:
    study: Any = SimpleNamespace(
        chain=SimpleNamespace(shocks=(*cores, *imports, *others)),
        dataset=SimpleNamespace(unit=lambda pattern: pattern.format(currency="CNY")),
    )
    return _worst(Scenarios(cores, imports, (), None, ""), study)


def test_an_exit_that_leaves_nothing_unserved_is_not_the_worst_of_all() -> None:
    """Page 23 once said “leaves most demand unserved: 0 million”, page 11 named a supplier."""
    core, other = _shock("core enterprise leaves", "Bearing Co.", 0.0), _shock(
        "largest supplier leaves", "Gear Co.", 370.0)  # fmt: skip
    assert _said((core,), (), (other,)) == (
        "No core enterprise's exit leaves demand unserved; of the other suppliers counted on page "
        "11, Gear Co. does: 370 million CNY would lose its source.")  # fmt: skip
    stops = _shock("import stops", "imports of Gears", 0.0)
    assert _said((core,), (stops,), ()) == (
        "No core enterprise's exit and no stop of an import leaves demand unserved.")
    assert _said((_shock("core enterprise leaves", "Bearing Co.", 15.2),), (stops,), (other,)) == (
        "Of the events counted through, “core enterprise leaves: Bearing Co.” leaves most demand "
        "unserved: 15 million CNY.")  # fmt: skip


def test_only_known_numbers_are_counted_as_resting_on_claims(pages: dict[str, Any]) -> None:
    """“3 rest on signed claims” was once said where there was no table of claims."""
    page = pages["evidence"]
    cells = [[c if isinstance(c, str) else c["text"] for c in row]
             for row in page["blocks"][0]["rows"]]  # fmt: skip
    claimed = [status for *_, status, provenance, _rows in cells if provenance == "claimed"]
    known = sum(status == "known" for status in claimed)
    assert 0 < known < len(claimed), "the province has claims that count and some that do not"
    assert page["finding"].endswith(f"{known} of the known rest on signed claims.")


def test_robustness_is_told_as_of_the_verdict_not_of_what_it_is_about(
    pages: dict[str, Any]
) -> None:
    """“NOT MET … holds in 100% of settings” left open what holds."""
    heads = [c["title"] for p in pages.values() for b in p["blocks"]
             for t in (b, b.get("table")) if isinstance(t, dict)
             for c in t.get("columns", []) if isinstance(c, dict)]  # fmt: skip
    assert not [h for h in heads if h.startswith("Holds")]
    assert "Verdict unchanged in" in heads and "Unchanged in" in heads


#: Words in the head of a column of money.
MONEY = re.compile(r"\b(at stake|imports|money|cost|budget|revenue|demand un|unmet demand|"
                   r"demand without)\b", re.IGNORECASE)  # fmt: skip
#: Columns of words about money.
NO_MONEY = {"C3 imports/exports", "Cost basis"}


def test_every_column_of_money_names_the_currency(pages: dict[str, Any]) -> None:
    """“Cost, million” of what? A reader of tables in 万元 and 亿元 must not guess."""
    bare = []
    seen = 0
    for page in pages.values():
        for block in page["blocks"]:
            for table in (block, block.get("table")):
                heads = table.get("columns", []) if isinstance(table, dict) else []
                titles = [h["title"] for h in heads if isinstance(h, dict)]
                some = [t for t in titles if MONEY.search(t) and t not in NO_MONEY]
                seen += len(some)
                note = block.get("note", "")
                bare += [(page["id"], t) for t in some if "million CNY" not in t + note]
    assert seen > 15 and bare == []


def test_no_amount_is_a_bare_million(pages: dict[str, Any]) -> None:
    said = json.dumps([p for p in pages.values()], ensure_ascii=False)
    assert not re.findall(r".{20}\d million(?! CNY| yuan).{10}", said)
    assert not re.findall(r".{20} got [\d,.]+ in .{10}", said)


def test_what_is_alarming_to_read_gets_no_tick(pages: dict[str, Any]) -> None:
    """“✓ met: links of the chain are missing or weak here” once read as a success."""
    shown = {i["clause"]: i.get("warns", False) for p in pages.values() for b in p["blocks"]
             if b["kind"] == "verdicts" for i in b["items"]}  # fmt: skip
    assert shown[CLAUSES["chain.gaps"]] and shown[CLAUSES["drivers.input_driven"]]
    assert not shown[CLAUSES["technology.named"]]
    alarming = re.compile(r"missing|weak|depends|no longer|more inputs", re.IGNORECASE)
    assert {c for c, title in CLAUSES.items() if alarming.search(title)} == WARNINGS
    assert set(AGAINST) <= WARNINGS


def test_page_one_and_the_roadmap_speak_in_titles_not_in_codes(
    beijiang: Run, basque: Run
) -> None:
    """“(A0_repeat)” and “columns value_added_real, capital of table panel” once stood there."""
    for run in (beijiang, basque):
        study = run.study
        codes = "|".join(re.escape(j.id) for j in study.paths.judged)
        pages = {p["id"]: p for p in payload_of(run.out / "report.html")["pages"]}
        said = json.dumps([pages["answer"], pages["roadmap"]], ensure_ascii=False)
        assert not re.findall(rf".{{30}}(?:\(|: |, )(?:{codes})(?:\)|,).{{5}}", said)
        assert not re.findall(r".{20}\bcolumns? \w+.{0,40} of table .{10}", said)
        assert not re.findall(r".{20}\btable (?:panel|links|orgs|patents|claims)\b.{10}", said)
    assert "“Public money” (财政资金)" in said or "the table “" in said


def test_what_is_missing_is_told_by_title_on_the_pages_of_the_paths(basque: Run) -> None:
    pages = {p["id"]: p for p in payload_of(basque.out / "report.html")["pages"]}
    said = json.dumps([pages[id] for id in ("chain", "platform", "conditions", "order", "stage")],
                      ensure_ascii=False)  # fmt: skip
    settled = re.findall(r'"settles": "([^"]+)"', said)
    assert len(settled) > 20
    assert not [s for s in settled if re.search(r"\b(?:columns? \w+.* of )?table [a-z_]+\b", s)]
    assert any("the table “" in s for s in settled)


@pytest.mark.browser
def test_page_one_is_about_a_screen_and_a_half_and_folds_the_rest(beijiang: Run) -> None:
    """It once ran over 4,200 pixels, 31 rows of them “cannot tell”."""
    with launched() as browser, visited(browser, beijiang.out / "report.html") as seen:
        seen.go("answer")
        # the last action is read within a screen and a half, what is folded ends in the third
        ends = {id: seen.tab.locator(f"#block-{id}").bounding_box() for id in
                ("first-actions", "unknown-short")}  # fmt: skip
        assert all(ends.values())
        low = {id: box["y"] + box["height"] for id, box in ends.items() if box}
        assert low["first-actions"] <= 1500 and low["unknown-short"] <= 2100, low
        rows = seen.tab.locator("#block-unknown-short tbody tr")
        assert rows.count() == 3
        seen.tab.locator("#block-unknown-short .more").click()
        assert rows.count() > 3
        seen.assert_quiet()


def test_every_page_has_a_number_of_its_own(pages: dict[str, Any]) -> None:
    """Two were numbered 24; product and README send a reader to pages by number."""
    numbers = {p["number"]: id for id, p in pages.items()}
    assert len(numbers) == len(pages)
    assert [numbers[n] for n in (1, 4, 14, 15, 20, 22, 24, 25, 26, 27)] == [
        "answer", "stage", "conditions", "order", "roadmap", "plan-lint", "hindcast", "methods",
        "evidence", "tested"]  # fmt: skip


def test_the_second_opinion_says_what_would_settle_it(pages: dict[str, Any]) -> None:
    """Beijiang's own projects name organisations elsewhere only as its partners."""
    table = next(b for b in pages["order"]["blocks"] if b.get("id") == "opinion")
    told = {row[0]: row for row in table["rows"]}
    assert told["Organisational thinness"][1] == "cannot tell"
    assert ("mostly as partners of Beijiang" in told["Organisational thinness"][2]
            and told["Organisational thinness"][2].endswith("(what would settle it: joint projects "
            "and co-patents of the peers among themselves)"))  # fmt: skip


# Workbooks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["lists.xlsx", "roadmap.xlsx"])
def test_every_sheet_has_heads_in_two_languages_and_numbers_that_are_read(
    beijiang: Run, file: str
) -> None:
    """“gatekeeper_representative” and 0.0303030303 once stood there."""
    book = openpyxl.load_workbook(beijiang.out / file)
    for sheet in book:
        if sheet.title == "read me":
            continue
        assert sheet.freeze_panes == "A3", sheet.title
        heads = list(sheet[2])
        titles = [h.value for h in heads]
        assert not [t for t in titles if re.search(r"[a-z]_[a-z]", t)], sheet.title
        assert len({*titles}) == len(titles), (sheet.title, titles)
        bare = [h.comment.text for h in heads if "\n" not in h.value]
        assert bare == [], (sheet.title, bare)
        for column, head in enumerate(heads, start=1):
            shares = heading(sheet.title, head.comment.text).kind == "share"
            cells = [sheet.cell(row, column) for row in range(3, min(sheet.max_row, 60) + 1)]
            numbers = [c for c in cells if isinstance(c.value, int | float)
                       and not isinstance(c.value, bool)]  # fmt: skip
            assert all(c.number_format != "General" for c in numbers), (sheet.title, head.value)
            assert all((c.number_format == "0.0%") == shares for c in numbers
                       if head.comment.text not in BY_UNIT), (sheet.title, head.value)  # fmt: skip
            width = sheet.column_dimensions[head.column_letter].width
            assert 8 <= width <= 62
    book.close()


def test_a_number_is_printed_by_the_unit_beside_it(beijiang: Run) -> None:
    book = openpyxl.load_workbook(beijiang.out / "lists.xlsx")
    heads = [c.comment.text for c in book["stage markers"][2]]
    unit, value = heads.index("unit"), heads.index("value")
    seen = {row[unit].value: row[value].number_format for row in book["stage markers"].iter_rows(3)
            if row[value].value is not None}  # fmt: skip
    assert seen["share"] == "0.0%" and {f for u, f in seen.items() if u != "share"} - {"0.0%"}
    money = [c.value for c in book["chain gaps"][2] if c.comment.text == "value at stake"]
    assert money == ["Value at stake, million CNY\n涉及金额（百万CNY）"]
    book.close()
