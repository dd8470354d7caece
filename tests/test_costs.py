"""What an action costs: which lines of money are comparable, and which action has no cost."""

from __future__ import annotations

import polars as pl
import pytest

from regionlift.data.dataset import Dataset
from regionlift.data.frames import from_frames
from regionlift.paths.load import shipped
from regionlift.paths.model import Action
from regionlift.plan.actions import NO_BASIS, NO_COST, cost_basis
from regionlift.plan.instruments import known_instruments, read_as
from shared import PROJECT

ACTIONS = {a.id: a for p in shipped() for link in p.links for a in link.actions}
DOCS = (PROJECT / "docs" / "roadmap.md").read_text("utf-8")


def spending(*lines: tuple[str, float]) -> Dataset:
    rows = [{"spend_id": f"S{n}", "year": 2023, "instrument": i, "amount": a}
            for n, (i, a) in enumerate(lines)]  # fmt: skip
    return from_frames({"spend": pl.DataFrame(rows)}, scope="gbt4754-2017", currency="CNY")


def test_chinese_instruments_are_read_as_the_english_and_said_so() -> None:
    """An action had a cost only where the table used hidden English words."""
    made = spending(("省级研发补助", 3.0), ("研发补助", 5.0), ("R&D Grant", 4.0),
                    ("平台建设", 90.0))  # fmt: skip
    cost = cost_basis(made, ACTIONS["renew_alliance"])
    assert (cost.median, cost.low, cost.high, cost.n) == (4.0, 3.0, 5.0, 3)
    assert cost.basis == ("3 lines of money: R&D Grant, 省级研发补助 (read as R&D grant), 研发补助 "
                          "(read as R&D grant)")  # fmt: skip
    two = spending(("研发补助", 5.0), ("研发补助", 4.0))
    assert cost_basis(two, ACTIONS["renew_alliance"]) == NO_BASIS


def test_a_shift_of_money_is_no_cost() -> None:
    """“Move money to sub-industries” once cost as much as the median R&D project."""
    made = spending(*[("R&D grant", 4.0)] * 5)
    assert ACTIONS["steer_money"].shift
    assert cost_basis(made, ACTIONS["steer_money"]) == NO_COST
    assert cost_basis(made, ACTIONS["close_gap"]).median == 4.0


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_every_instrument_of_the_library_is_known_and_in_the_docs(action: Action) -> None:
    for name in action.instruments:
        words = known_instruments()[name]
        assert f"| {name} | {'、'.join(words)} |" in DOCS
        assert all(read_as(f"省级{w}", [name]) == name for w in words)


def test_no_chinese_word_is_read_as_two_instruments() -> None:
    names = list(known_instruments())
    for name, words in known_instruments().items():
        for word in words:
            assert [n for n in names if read_as(word, [n])] == [name], word
