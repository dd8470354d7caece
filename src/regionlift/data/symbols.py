"""Symbols of the International and the Cooperative Patent Classification.

``B23Q 1/70``, ``B23Q1/70``, ``B23Q0001700000`` (fixed length) and ``B23Q  1/70(2006.01)`` are one
symbol; ``B23Q`` alone is a subclass. Full-width letters of Chinese exports are read as the same,
and so are older editions: ``B23Q-001/70``, ``B23Q 01/70``, ``Int.Cl.7 B23Q 1/70``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

Level = Literal["section", "class", "subclass", "group"]
Language = Literal["en", "zh"]

#: Sections of the two schemes; Y is of the Cooperative one alone.
SECTIONS = {"IPC": "ABCDEFGH", "CPC": "ABCDEFGHY"}
LENGTHS: dict[Level, int] = {"section": 1, "class": 3, "subclass": 4}

#: Subclasses that say more of what is classed elsewhere (materials, uses, aspects) and are no
#: technology by themselves; so is all of section Y.
INDEXING = frozenset({
    "B29K", "B29L", "B60Y", "C10N", "C12R", "C12Y", "D10B", "E05Y", "F05B", "F05C", "F05D", "F21W",
    "F21Y",
})  # fmt: skip

#: More classes than this on one patent are asked about: such a patent relates all to all.
MOST_CODES = 100

_SHORT = re.compile(r"([A-HY])(?:(\d{2})(?:([A-Z])(?:(\d{1,4})(?:/(\d{1,6}))?)?)?)?")
_FIXED = re.compile(r"([A-HY])(\d{2})([A-Z])(\d{4})(\d{6})")
#: "(2006.01)" behind a symbol; I or N after it says whether the class is of the invention.
_EDITION = re.compile(r"[(\[](\d{4}\.\d{2})[)\]]\s*[IN]?$")
#: "Int.Cl.7", "IPC7", "IPC(7):" before a symbol: the number of the edition, 1 to 8.
_PREFIX = re.compile(r"^(?:INT\.?\s*CL\.?|IPC)[\s.\-]*\(?([1-8])\)?[\s:,.]*(?=[A-H]\d)")
#: Groups filled up with zeros, or set off by a hyphen, as before the reform of 2006.
_OLD = re.compile(r"^[A-H]\d{2}[A-Z](?:-\d|\s*0\d{1,2}/)")


class Symbol(NamedTuple):
    """A parsed symbol; parts below its own level are empty."""

    section: str
    klass: str
    subclass: str
    main: str
    sub: str

    def at(self, level: Level) -> str:
        """The symbol cut to a level; empty where it does not reach that far."""
        if level == "section":
            return self.section
        if level == "class":
            return self.section + self.klass if self.klass else ""
        if level == "subclass":
            return self.section + self.klass + self.subclass if self.subclass else ""
        return f"{self.at('subclass')}{self.main}/{self.sub}" if self.main and self.sub else ""


def parse(text: str) -> Symbol | None:
    """The symbol in a cell, or None where there is none.

    Examples
    --------
    >>> parse("B23Q  1/70(2006.01)").at("group"), parse("b23q0001700000").at("group")
    ('B23Q1/70', 'B23Q1/70')
    >>> parse("B23Q1/70").at("class"), parse("B23").at("subclass"), parse("23Q") is None
    ('B23', '', True)
    """
    bare = _PREFIX.sub("", _EDITION.sub("", _plain(text)))
    bare = re.sub(r"\s+", "", re.sub(r"(?<=[A-Z])-(?=\d)", "", bare))
    found = _FIXED.fullmatch(bare)
    if found:
        section, klass, subclass, main, sub = found.groups()
        trimmed = sub.rstrip("0")
        return Symbol(section, klass, subclass, str(int(main)), trimmed.ljust(2, "0"))
    found = _SHORT.fullmatch(bare)
    if not found:
        return None
    section, klass, subclass, main, sub = (part or "" for part in found.groups())
    return Symbol(section, klass, subclass, str(int(main)) if main else "", sub)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def edition(text: str) -> str:
    """The edition of the classification a cell names or shows; empty where it tells none.

    Examples
    --------
    >>> edition("B23Q 1/70 (2006.01)"), edition("Int.Cl.7 B23Q 1/70"), edition("B23Q-001/70")
    ('2006.01', '7', 'before 2006')
    >>> edition("B23Q 1/70")
    ''
    """
    plain = _plain(text)
    if found := _EDITION.search(plain):
        return found[1]
    if found := _PREFIX.match(plain):
        return found[1]
    return "before 2006" if _OLD.match(plain) else ""


def canonical(text: str, scheme: str) -> str:
    """The symbol in a cell in the contract's spelling; empty where the scheme has none such.

    Examples
    --------
    >>> canonical("B23Q 001/70(2006.01)", "IPC"), canonical("Y02P90/02", "IPC")
    ('B23Q1/70', '')
    """
    symbol = parse(text)
    if symbol is None or not valid(symbol, scheme):
        return ""
    levels: tuple[Level, ...] = ("group", "subclass", "class", "section")
    return next(part for level in levels if (part := symbol.at(level)))


def valid(symbol: Symbol, scheme: str) -> bool:
    """Whether the scheme has the symbol's section."""
    return symbol.section in SECTIONS.get(scheme, SECTIONS["CPC"])


def tags(symbol: Symbol) -> bool:
    """Whether a symbol only tags what has its place in another class.

    Section Y of the Cooperative scheme (Y02 climate, Y10S and Y10T from the former classes of the
    United States) and the indexing schemes. Source: Guide to the CPC, section on indexing.

    Examples
    --------
    >>> tags(parse("Y10T 29/49")), tags(parse("B29K2105/00")), tags(parse("B23Q1/70"))
    (True, True, False)
    """
    return symbol.section == "Y" or symbol.at("subclass") in INDEXING


def counted_at(text: str, level: Level) -> str:
    """The class a code is counted in; empty where it has none, only tags, or is no symbol.

    Examples
    --------
    >>> counted_at("Int.Cl.7 B23Q 1/70", "subclass"), counted_at("Ｂ２３Ｑ1/00", "class")
    ('B23Q', 'B23')
    >>> counted_at("B23", "subclass"), counted_at("Y02P90/02", "subclass")
    ('', '')
    """
    symbol = parse(text)
    if symbol is None or not valid(symbol, "CPC") or tags(symbol):
        return ""
    return symbol.at(level)


@cache
def titles() -> Mapping[str, tuple[str, str]]:
    """Subclass -> its short title in English and Chinese, of those that matter to equipment."""
    text = (files("regionlift.data") / "titles" / "ipc.toml").read_text("utf-8")
    return {symbol: (en, zh) for symbol, (en, zh) in tomllib.loads(text).items()}


def title(symbol: str, language: Language = "en") -> str:
    """Short title of a subclass; empty where none is shipped.

    Examples
    --------
    >>> title("G05B"), title("G05B", "zh"), title("A01B")
    ('control and monitoring', '控制与监视', '')
    """
    return titles().get(symbol, ("", ""))[language == "zh"]


def titled(symbol: str, language: Language = "en") -> str:
    """The symbol with its title, or bare.

    Examples
    --------
    >>> titled("G05B"), titled("A01B")
    ('G05B control and monitoring', 'A01B')
    """
    return f"{symbol} {title(symbol, language)}".rstrip()
