"""Instruments of a table of money, read as those that actions name, in English or Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


@cache
def known_instruments() -> dict[str, tuple[str, ...]]:
    """Instruments of the shipped paths, each with the Chinese words that are read as it."""
    file = files("regionlift.paths") / "library" / "instruments.toml"
    return {name: tuple(words) for name, words in tomllib.loads(file.read_text("utf-8")).items()}


def read_as(own: str, wanted: Iterable[str]) -> str:
    """Which of the instruments wanted a line's own instrument is; empty where it is none.

    Examples
    --------
    >>> read_as("省级研发补助", ["prize", "R&D grant"]), read_as("r&d GRANT", ["R&D grant"])
    ('R&D grant', 'R&D grant')
    >>> read_as("平台建设", ["R&D grant", "test facility"])
    ''
    """
    plain = own.strip().lower()
    for name in wanted:
        if plain == name.lower() or any(w in plain for w in known_instruments().get(name, ())):
            return name
    return ""
