"""Pages 8, 9 and 18: titles of classes, rank intervals, what ranking adds to counting."""

from __future__ import annotations

import re
from typing import Any

import pytest

from regionlift.data.symbols import title, titled
from regionlift.output.evidence import Book
from regionlift.output.pages.alliances import alliances
from regionlift.output.pages.options import options
from regionlift.output.pages.technology import technology
from regionlift.output.technology_lists import technology_tables
from regionlift.run import Run


@pytest.fixture(scope="module", name="pages")
def pages_(beijiang: Run) -> dict[str, Any]:
    made = (technology, options, alliances)
    return {p["id"]: p for p in (make(beijiang.study, Book()) for make in made)}


def _block(page: dict[str, Any], id: str) -> dict[str, Any]:
    return next(b for b in page["blocks"] if b.get("id") == id)


def test_page_8_says_what_ranking_adds_to_counting(pages: dict, beijiang: Run) -> None:
    said = next(b for b in pages["technology"]["blocks"]
                if b.get("title") == "What this adds to counting patents")  # fmt: skip
    words = str(said)
    front = beijiang.study.technology.front
    assert front is not None
    for name, r in zip(("common", "key", "in reach"), front.with_count, strict=True):
        assert f"{name}: rank correlation {r:.2f}" in words
    assert "read its interval, not its place" in words


def test_every_rank_has_its_interval(pages: dict) -> None:
    rows = _block(pages["technology"], "technologies")["rows"]
    for row in rows:
        for place in (3, 5, 7):
            assert re.fullmatch(r"\d+ \(\d+–\d+\)", row[place]["text"]), row


def test_classes_stand_with_their_titles(pages: dict, beijiang: Run) -> None:
    done = beijiang.study.technology
    assert done.named
    first = {row[0] for row in _block(pages["technology"], "technologies")["rows"]}
    assert {titled(k) for k in done.named} <= first
    for id in ("technology", "alliances"):
        for k in done.named:
            assert f"{k} ({title(k)})" in str(pages[id]), (id, k)
    listed = {row[0] for row in _block(pages["options"], "options")["rows"]}
    assert listed == {titled(o.klass) for o in done.options.options}


def test_lists_have_symbol_and_title_apart(beijiang: Run) -> None:
    frames = technology_tables(beijiang.study)
    for name in ("technologies", "technology_teams", "technology_options"):
        frame = frames[name]
        assert frame["title"].to_list() == [title(k) for k in frame["technology"]], name
