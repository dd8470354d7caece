"""Symbols of the International and the Cooperative Patent Classification.

``B23Q 1/70``, ``B23Q1/70``, ``B23Q0001700000`` (fixed length) and ``B23Q  1/70(2006.01)`` are one
symbol; ``B23Q`` alone is a subclass. Full-width letters of Chinese exports are read as the same.
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

_SHORT = re.compile(r"([A-HY])(?:(\d{2})(?:([A-Z])(?:(\d{1,4})(?:/(\d{1,6}))?)?)?)?")
_FIXED = re.compile(r"([A-HY])(\d{2})([A-Z])(\d{4})(\d{6})")
_EDITION = re.compile(r"\(\d{4}\.\d{2}\)$|\[\d{4}\.\d{2}\]$")


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
    bare = unicodedata.normalize("NFKC", text).strip().upper()
    bare = re.sub(r"\s+", "", _EDITION.sub("", bare))
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


def valid(symbol: Symbol, scheme: str) -> bool:
    """Whether the scheme has the symbol's section."""
    return symbol.section in SECTIONS.get(scheme, SECTIONS["CPC"])


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
