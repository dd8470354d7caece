"""The paper item by item: what was made of each, where it stands, which test holds it.

What a person judged is in ``coverage.toml``: quote, reading, commands, pages, tests, status. Which
numbers, links, clauses and actions serve an item is read from the registry and the path files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

import regionlift.measures  # noqa: F401  registers every measure
from regionlift.evidence.measure import registry
from regionlift.paths.load import failures, shipped

#: Items of the paper, counted.
ITEMS = 93

Status = Literal["done", "partly", "not told"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(_Strict):
    """A part of the paper; ``first`` is the number of its first item."""

    first: int
    title: str


class Item(_Strict):
    """One thing the paper says, and what was made of it.

    ``what`` is how it is read, in a line; ``commands`` are those of the command line, ``pages`` ids
    of the report's pages, ``tests`` fail if it is not so; ``why`` says what is missing where the
    status is not "done".
    """

    number: int
    quote: str
    what: str
    commands: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    status: Status
    why: str = ""


class Paper(_Strict):
    """Every item, by parts of the paper."""

    sections: tuple[Section, ...]
    items: tuple[Item, ...]


@cache
def paper() -> Paper:
    """The items of the paper as they are told in ``coverage.toml``."""
    text = (files(__package__) / "coverage.toml").read_text("utf-8")
    return Paper.model_validate(tomllib.loads(text))


def numbers_by_item() -> Mapping[int, tuple[str, ...]]:
    """Ids of the numbers that serve each item."""
    return _by_item((d.id, d.items) for d in registry().values())


def pieces_by_item() -> Mapping[int, tuple[str, ...]]:
    """Ids of the links, clauses, conditions and actions of the shipped paths, by item."""
    found: list[tuple[str, tuple[int, ...]]] = []
    for path in shipped():
        found += [(link.id, link.items) for link in path.links]
        found += [(clause.id, clause.items) for clause in path.clauses]
        found += [(condition.id, condition.items) for condition in path.conditions]
        found += [(action.id, action.items) for _, action in path.actions]
    return _by_item([*found, *((c.id, c.items) for c in failures().clauses)])


def _by_item(pairs: Iterable[tuple[str, tuple[int, ...]]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, dict[str, None]] = {}
    for id, items in pairs:
        for item in items:
            found.setdefault(item, {})[id] = None
    return {item: tuple(ids) for item, ids in found.items()}


_HEAD = """# The paper, item by item

Generated from the code (`regionlift coverage`). The paper is Li, Qian & Sun, *Research on the
Upgrading Path of Regional Equipment Manufacturing Industry*; it has no data and its figures are not
preserved, so readings are ours. **done**: what the item says is told, with its reading, or answered
"cannot tell" where a table is missing; **partly**: a part of the reading is missing, and which;
**not told**: nothing of the report tells it.

Numbers are ids of the methods page and of `regionlift trace`; links (a1, b1, c1 and so on),
clauses, conditions and actions are those of the path files; pages are the names in the report's
address (`report.html#chain`); tests lie in `tests/`."""


def coverage_page() -> str:
    """The documentation page, in Markdown: a row an item, then what is missing."""
    told, numbers, pieces = paper(), numbers_by_item(), pieces_by_item()
    counts = {s: sum(i.status == s for i in told.items) for s in ("done", "partly", "not told")}
    lines = [_HEAD, "", f"Of {len(told.items)} items: "
             + ", ".join(f"{n} {status}" for status, n in counts.items()) + "."]  # fmt: skip
    ends = [*(s.first for s in told.sections[1:]), ITEMS + 1]
    for section, end in zip(told.sections, ends, strict=True):
        lines += ["", f"## {section.title}", "",
                  "| item | the paper | read as | numbers | links, clauses, actions | commands, "
                  "pages | tests | status |", "| --- " * 8 + "|"]  # fmt: skip
        lines += [
            _row(i, numbers.get(i.number, ()), pieces.get(i.number, ()))
            for i in told.items if section.first <= i.number < end
        ]  # fmt: skip
    lines += ["", "## What is missing", "", "| item | status | what is missing, and why |",
              "| --- " * 3 + "|"]  # fmt: skip
    lines += [f"| {i.number} | {i.status} | {i.why} |" for i in told.items if i.status != "done"]
    return "\n".join(lines) + "\n"


def _row(item: Item, numbers: Iterable[str], pieces: Iterable[str]) -> str:
    where = [*(f"`regionlift {c}`" for c in item.commands), *(f"{p}" for p in item.pages)]
    cells = [
        str(item.number), f"“{item.quote}”", item.what, _codes(numbers), _codes(pieces),
        ", ".join(where) or "–", _codes(t.removeprefix("tests/") for t in item.tests), item.status,
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _codes(ids: Iterable[str]) -> str:
    return ", ".join(f"`{id}`" for id in ids) or "–"
