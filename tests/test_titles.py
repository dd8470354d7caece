"""Titles of patent classes: every symbol is one, both languages are there, the rest stays bare."""

from __future__ import annotations

from regionlift.data.symbols import parse, title, titled, titles
from regionlift.data.synthetic.catalogue import COMPANIONS, DECOYS, KEY_CLASSES


def test_every_symbol_is_a_subclass_with_two_short_titles() -> None:
    for symbol, (en, zh) in titles().items():
        found = parse(symbol)
        assert found is not None, symbol
        assert found.at("subclass") == symbol
        assert 0 < len(en) <= 40, symbol
        assert "," not in en, f"{symbol}: commas part the items of a list"
        assert zh, symbol
        assert any("\u4e00" <= c <= "\u9fff" for c in zh), symbol
        assert not any("\u4e00" <= c <= "\u9fff" for c in en), symbol


def test_no_two_classes_share_a_title() -> None:
    for side in (0, 1):
        said = [t[side] for t in titles().values()]
        assert len(said) == len(set(said))


def test_what_is_not_there_stands_as_its_symbol() -> None:
    assert titled("G05B") == "G05B control and monitoring"
    assert titled("G05B", "zh") == "G05B 控制与监视"
    assert titled("A01B") == "A01B"
    assert title("") == ""
    # a group is narrower than its subclass: it takes no title that is not its own
    assert titled("G05B19/418") == "G05B19/418"


def test_the_classes_of_the_invented_province_have_titles() -> None:
    for symbol in (*KEY_CLASSES, *DECOYS.values(), *COMPANIONS.values()):
        assert title(symbol), symbol
