"""Years named in words: how long an action must run for its own stop rule to be read."""

from __future__ import annotations

import re

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
             "tenth")  # fmt: skip
_NUMBERS = {word: n for words in (_WORDS, _ORDINALS) for n, word in enumerate(words, start=1)}
_NUMBERS |= {mark: n for n, mark in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_SAID = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_WORDS)}) years?\b|\b({'|'.join(_ORDINALS)}) year\b"
    r"|(?<!\d)(\d{1,2}|[一二两三四五六七八九十])\s*年",
    re.IGNORECASE,
)


def years_said(text: str) -> int:
    """The greatest number of years a text names; 0 where it names none.

    Examples
    --------
    >>> years_said("no joint result after three years"), years_said("none in its second year")
    (3, 2)
    >>> years_said("三年内没有成果"), years_said("since 2021"), years_said("in a year")
    (3, 0, 0)
    """
    marks = (next(filter(None, found.groups())).lower() for found in _SAID.finditer(text))
    return max((_NUMBERS.get(mark) or int(mark) for mark in marks), default=0)
